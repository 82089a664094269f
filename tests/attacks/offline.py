"""From a folder on a stick to a brief on a machine without a network, step by step with its time.

    python tests/attacks/offline.py build/offline

Writes a wheelhouse for this system and Python, then follows the three lines of its ``INSTALL.txt``
as they stand and writes the brief of a made-up authority, all in a network namespace of its own
where the system allows that (``unshare -rn``); elsewhere with proxies that lead nowhere.
"""

from __future__ import annotations

import hashlib
import os
import platform
import runpy
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SYSTEMS = {"Linux": "linux_x86_64", "Windows": "win_amd64", "Darwin": "macosx_arm64"}
AT_MOST = 600
"""Seconds of the processor that all steps may take together; a busy machine takes longer."""


def main(out: Path) -> None:
    """Write the wheelhouse, install from it, write a brief, and say how long each step took."""
    if out.exists() and not (out / "stick").is_dir():
        sys.exit(f"{out} is there and was not made by this: name another folder")
    shutil.rmtree(out, ignore_errors=True)
    stick, python = out / "stick", f"{sys.version_info.major}.{sys.version_info.minor}"
    write = runpy.run_path(str(ROOT / "requirements/wheelhouse.py"))["write_wheelhouse"]
    write(SYSTEMS[platform.system()], python, stick)
    for line in (stick / "SHA256SUMS").read_text("utf-8").splitlines():
        digest, name = line.split("  ", 1)
        assert hashlib.sha256((stick / name).read_bytes()).hexdigest() == digest, name
    wall = _wall()
    print("network:", "none (a namespace of its own)" if wall else "proxies that lead nowhere")
    riskmodel = str(Path(".venv") / ("Scripts" if os.name == "nt" else "bin") / "riskmodel")
    text = (stick / "INSTALL.txt").read_text("utf-8").splitlines()
    install = [line.split() for line in text if " -m " in line]
    assert len(install) == 3, "INSTALL.txt has three commands"
    steps = [
        *install,
        [riskmodel, "new", "somewhere", "--example"],
        [riskmodel, "check", "somewhere"],
        [riskmodel, "report", "somewhere", "--out", "brief"],
    ]
    total = used = 0.0
    for step in steps:
        begun, spent = time.monotonic(), os.times()
        subprocess.run(
            [*wall, *step], cwd=stick, env=_environment(), check=True, stdout=subprocess.DEVNULL
        )
        took, now = time.monotonic() - begun, os.times()
        cpu = sum(now[2:4]) - sum(spent[2:4])
        total, used = total + took, used + cpu
        print(f"{took:6.0f} s ({cpu:.0f} s of the processor)  {' '.join(step)[:90]}", flush=True)
    pages = sorted(path.name for path in (stick / "brief").iterdir())
    size = sum(f.stat().st_size for f in (stick / ".venv").rglob("*") if f.is_file()) >> 20
    print(f"{total:6.0f} s ({used:.0f} s of the processor) together; {size} MB installed")
    print("the brief:", ", ".join(pages))
    if used > AT_MOST:
        sys.exit(f"more than {AT_MOST} seconds of the processor")


def _wall() -> list[str]:
    """What cuts a command off from every network; nothing where the system does not allow it."""
    wall = ["unshare", "--map-root-user", "--net"]
    if shutil.which(wall[0]) is None:
        return []
    return wall if subprocess.run([*wall, "true"], check=False).returncode == 0 else []


def _environment() -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "PYTHON", "UV_"))}
    nowhere = "http://127.0.0.1:9"
    return {**kept, "http_proxy": nowhere, "https_proxy": nowhere, "ALL_PROXY": nowhere}


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("name a folder to work in, and nothing else: offline.py build/offline")
    main(Path(sys.argv[1]).resolve())
