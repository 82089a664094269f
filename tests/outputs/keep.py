"""Keep what the package puts out before a change, and compare after it, byte by byte.

    python tests/outputs/keep.py keep FOLDER          of the checkout that it is started in
    python tests/outputs/keep.py compare FIRST SECOND [--allow GLOB]

``keep`` writes the report, every command of docs/command-line.md as text, CSV and JSON on small
made-up inputs, and the baselines of the experiments: standard output, standard error, exit code and
files of each, in a folder by its name. ``compare`` lists what differs and ends with 1 where
anything does. What a change may move is named in ``compare.ALLOWED``: names of files and modules.

The script can stand in another checkout than the one that is kept, so that an older one can be
kept as well. Each command runs in a process that is forked from one with the libraries loaded,
for loading them takes longer than most commands; so it needs a system that can fork.
"""

from __future__ import annotations

import argparse
import gc
import os
import runpy
import shlex
import shutil
import sys
import traceback
from collections.abc import Iterable
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

# These stand beside this script, and the script's folder is where Python looks first.
from commands import COHORTS, EARLIER, first_lines, later_lines
from compare import differences
from inputs import write_inputs

HERE = Path(__file__).resolve().parent
LIBRARIES = (
    *("numpy", "pandas", "pyarrow.parquet", "scipy.stats", "scipy.optimize", "scipy.signal"),
    *("sklearn.linear_model", "statsmodels.api", "matplotlib.figure", "seaborn", "typer"),
    *("typer.rich_utils", "rich.table", "jinja2", "gptables", "joblib", "pydantic.json_schema"),
)
"""What commands load, as far as it is installed."""

PROCESSES = 2
LINKS = "in"
OUTPUTS = ((1, "stdout.txt"), (2, "stderr.txt"))


def keep(target: Path, checkout: Path, only: str = "") -> int:
    """Run every command of a checkout and keep what it puts out.

    Parameters
    ----------
    target
        Folder to make; it must not be there.
    checkout
        The checkout whose package is run.
    only
        Only commands whose name begins so; all where empty.

    Returns
    -------
    int
        The exit code: 0, or 1 where a command ended with a traceback.
    """
    target.mkdir(parents=True)
    inputs = target / "inputs"
    write_inputs(inputs)
    baselines = sorted((checkout / "experiments").glob("*/baseline.csv"))
    for baseline in baselines:
        kept = target / "baselines" / baseline.parent.name
        kept.mkdir(parents=True)
        shutil.copy(baseline, kept)
    _prepare(checkout)
    # What others read is generated first.
    _run_all({f"cohort-generate/{name}": line for name, line in COHORTS.items()}, target, checkout)
    lines = {name: line for name, line in first_lines().items() if name.startswith(only)}
    # The longest first, so that both processes end together.
    ordered = sorted(lines, key=lambda name: not lines[name].startswith(("report ", "national")))
    _run_all({name: lines[name] for name in ordered}, target, checkout)
    if not only:
        shutil.copy(target / "commands" / EARLIER, inputs / "earlier.csv")
        _run_all(later_lines(), target, checkout)
    for copies in target.glob("commands/**/files/experiments"):
        _forget_copies(copies, checkout / "experiments")
    # What has left is remembered with the time of day.
    shutil.rmtree(inputs / ".riskmodel-released", ignore_errors=True)
    _without_places(target, {str(target): "<kept>", str(checkout): "<checkout>"})
    said = {path: path.read_text(encoding="utf-8") for path in sorted(target.rglob("stderr.txt"))}
    failed = [path.parent.relative_to(target) for path in said if "Traceback" in said[path]]
    for name in failed:
        print(f"{name} ended with a traceback", file=sys.stderr)
    print(f"{len(said)} commands and {len(baselines)} baselines are kept in {target}.")
    return 1 if failed else 0


def _prepare(checkout: Path) -> None:
    """Load the libraries, and let the package come from the checkout and nowhere else."""
    sys.path[:] = [str(checkout), *(entry for entry in sys.path if Path(entry) != HERE)]
    for name in LIBRARIES:
        with suppress(ModuleNotFoundError):
            import_module(name)
    gc.freeze()
    found = find_spec("riskmodel")
    if found is None or checkout not in Path(str(found.origin)).parents:
        raise SystemExit(f"There is no package riskmodel in {checkout}: start in a checkout.")


def _run_all(lines: dict[str, str], target: Path, checkout: Path) -> None:
    waiting, running, seconds = list(lines), dict[int, str](), dict[str, float]()
    while waiting or running:
        if waiting and len(running) < PROCESSES:
            name = waiting.pop(0)
            folder = target / "commands" / name
            work = folder / "files"
            work.mkdir(parents=True)
            (work / LINKS).symlink_to(target / "inputs")
            if lines[name].startswith("experiment "):
                _copy_experiments(checkout / "experiments", work / "experiments")
            sys.stdout.flush()
            process = os.fork()
            if process == 0:
                _run(lines[name], folder)
            running[process] = name
        else:
            process, _, used = os.wait3(0)
            seconds[running.pop(process)] = used.ru_utime + used.ru_stime
    for name in lines:
        (target / "commands" / name / "files" / LINKS).unlink()
    slowest = sorted(seconds, key=seconds.__getitem__)[:-6:-1]
    print(
        f"{len(lines)} commands, {sum(seconds.values()):.0f} s of processor time; the slowest: "
        + ", ".join(f"{name} {seconds[name]:.0f} s" for name in slowest),
        file=sys.stderr,
    )


def _copy_experiments(source: Path, target: Path) -> None:
    shutil.copytree(
        source, target, ignore=shutil.ignore_patterns("results", "quick", "__pycache__")
    )


def _forget_copies(copies: Path, source: Path) -> None:
    """Keep what was written: no copy of a declaration, and no cache, whose names hang on code."""
    for cache in list(copies.rglob(".cache")):
        shutil.rmtree(cache)
    for path in [path for path in copies.rglob("*") if path.is_file()]:
        original = source / path.relative_to(copies)
        if "results" not in path.parts and original.is_file():
            path.unlink()


def _run(line: str, folder: Path) -> None:
    """Be ``python -m riskmodel`` with these words; it never comes back."""
    code: int | str | None = 1
    words = shlex.split(line)
    (folder / "command.txt").write_text(f"riskmodel {line}\n", encoding="utf-8")
    streams = [(0, os.devnull, os.O_RDONLY)]
    streams += [(number, str(folder / name), os.O_CREAT | os.O_WRONLY) for number, name in OUTPUTS]
    for number, path, flags in streams:
        os.dup2(os.open(path, flags, 0o644), number)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    try:
        os.chdir(folder / "files")
        sys.argv = ["riskmodel", *words]
        runpy.run_module("riskmodel", run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as ended:
        code = ended.code
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        (folder / "exit.txt").write_text(f"{0 if code is None else code}\n", encoding="utf-8")
        os._exit(0)


def _without_places(target: Path, places: dict[str, str]) -> None:
    """Put a placeholder where a text names the folder of this machine."""
    for path in target.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        changed = content
        for place, placeholder in places.items():
            changed = changed.replace(place.encode(), placeholder.encode())
        if changed != content:
            path.write_bytes(changed)


def compare(first: Path, second: Path, allow: Iterable[str] = ()) -> int:
    """Print what differs between two folders.

    Parameters
    ----------
    first, second
        Folders that ``keep`` wrote.
    allow
        Globs of files that may differ.

    Returns
    -------
    int
        The exit code: 1 where anything differs, 0 otherwise.
    """
    for folder in (first, second):
        if not folder.is_dir():
            raise SystemExit(f"There is no folder {folder}.")
    said = differences(first, second, tuple(allow))
    for each in said:
        print(each)
    print(f"{len(said)} files differ" if said else "Nothing differs.")
    return 1 if said else 0


def main() -> int:
    """Read the arguments and do what they say."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    commands = parser.add_subparsers(dest="command", required=True)
    keeping = commands.add_parser("keep", help="run every command and keep what it puts out")
    keeping.add_argument("folder", type=Path, help="folder to make")
    keeping.add_argument("--only", default="", help="only commands whose name begins so")
    comparing = commands.add_parser("compare", help="list what differs; exit 1 where anything does")
    comparing.add_argument("first", type=Path)
    comparing.add_argument("second", type=Path)
    comparing.add_argument("--allow", action="append", default=[], help="glob of files")
    options = parser.parse_args()
    if options.command == "compare":
        return compare(options.first, options.second, options.allow)
    if options.folder.exists():
        parser.error(f"{options.folder} is there already")
    return keep(options.folder.resolve(), Path.cwd().resolve(), options.only)


if __name__ == "__main__":
    # Before numpy is loaded: one thread, and a width that does not depend on the terminal.
    os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "COLUMNS": "120"}
    os.environ |= {"NO_COLOR": "1", "MPLBACKEND": "agg"}
    sys.exit(main())
