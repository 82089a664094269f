"""Write a folder from which riskmodel installs on a machine without a network.

    python requirements/wheelhouse.py win_amd64 3.12 build/wheelhouse [arrow]

Holds the locked libraries for that system and version of Python, this package, the sums of all
files, and how to install; with ``arrow`` pyarrow too, which Parquet takes. Everything is checked
against the hashes of the lock files.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]

PLATFORMS = {
    "win_amd64": ("win32", "nt", "AMD64", ("win_amd64",)),
    "linux_x86_64": (
        "linux",
        "posix",
        "x86_64",
        (*(f"manylinux_2_{minor}_x86_64" for minor in (28, 27, 26, 17)), "manylinux2014_x86_64"),
    ),
    "macosx_arm64": (
        "darwin",
        "posix",
        "arm64",
        tuple(f"macosx_{major}_0_arm64" for major in (14, 13, 12, 11)),
    ),
}
"""By name: the system and machine that markers ask for, and the tags of wheels, best first."""

INSTRUCTIONS = """\
Install riskmodel on {platform}, Python {python}, without a network. In this folder:

{python_command} -m venv .venv
{installed} -m pip install --no-index --find-links wheels --require-hashes -r requirements.txt
{installed} -m pip install --no-index --no-deps {wheel}

SHA256SUMS lists what belongs here. Once installed, nothing ever asks for a network.
"""


def requirements_for(text: str, platform: str, python: str) -> str:
    """The lines of a lock file that hold for a system and a version of Python, without markers."""
    system, os_name, machine, _ = PLATFORMS[platform]
    environment = {
        "sys_platform": system,
        "platform_system": {"win32": "Windows", "darwin": "Darwin"}.get(system, "Linux"),
        "os_name": os_name,
        "platform_machine": machine,
        "python_version": python,
        "python_full_version": f"{python}.0",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
    }
    lines = []
    for entry in re.split(r"\n(?=\S)", re.sub(r"^\s*#.*\n?", "", text, flags=re.MULTILINE)):
        pinned, *hashes = re.sub(r"\s*\\\n\s*", "\n", entry.strip()).split("\n")
        if not pinned:
            continue
        requirement = Requirement(pinned)
        if requirement.marker is None or requirement.marker.evaluate(environment):
            lines.append(" ".join([f"{requirement.name}{requirement.specifier}", *hashes]))
    return "\n".join(lines) + "\n"


def locked(extra: str = "") -> str:
    """What is to be installed as the lock files have it, with the libraries of an extra."""
    text = (ROOT / "requirements/run.txt").read_text("utf-8")
    if extra != "arrow":
        return text
    entries = re.split(r"\n(?=\S)", (ROOT / "requirements/test.txt").read_text("utf-8"))
    return text + next(entry for entry in entries if entry.startswith("pyarrow==")) + "\n"


def write_wheelhouse(platform: str, python: str, out: Path, extra: str = "") -> None:
    """Fill a new folder: wheels, requirements, sums and instructions."""
    shutil.rmtree(out, ignore_errors=True)
    wheels = out / "wheels"
    wheels.mkdir(parents=True)
    chosen = requirements_for(locked(extra), platform, python)
    (out / "requirements.txt").write_text(chosen, encoding="utf-8", newline="\n")
    tags = [word for tag in PLATFORMS[platform][3] for word in ("--platform", tag)]
    pip = [sys.executable, "-m", "pip", "--quiet"]
    subprocess.run(
        [
            *(*pip, "download", "--require-hashes", "--no-deps", "--only-binary=:all:", *tags),
            *("--python-version", python, "-r", str(out / "requirements.txt"), "-d", str(wheels)),
        ],
        check=True,
    )
    subprocess.run(
        [*pip, "wheel", "--no-deps", "--no-build-isolation", str(ROOT), "-w", str(out)], check=True
    )
    (wheel,) = out.glob("*.whl")
    windows = platform.startswith("win")
    words = INSTRUCTIONS.format(
        platform=platform,
        python=python,
        python_command=f"py -{python}" if windows else f"python{python}",
        installed=r".venv\Scripts\python" if windows else ".venv/bin/python",
        wheel=wheel.name,
    )
    (out / "INSTALL.txt").write_text(words, encoding="utf-8", newline="\r\n" if windows else "\n")
    files = sorted(path for path in out.rglob("*") if path.is_file())
    sums = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(out).as_posix()}\n"
        for path in files
    ]
    (out / "SHA256SUMS").write_text("".join(sums), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    is_asked = len(sys.argv) in (4, 5) and sys.argv[1] in PLATFORMS
    if not is_asked or sys.argv[4:] not in ([], ["arrow"]):
        sys.exit(f"usage: wheelhouse.py {'|'.join(PLATFORMS)} 3.11|3.12|3.13|3.14 FOLDER [arrow]")
    write_wheelhouse(sys.argv[1], sys.argv[2], Path(sys.argv[3]), *sys.argv[4:])
