"""Commands that write, under fault: what is there afterwards is whole or absent, and runs go on."""

from __future__ import annotations

import errno
import io
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from riskmodel.cli.run import run

ROWS = "plan,3B,16A,area\n" + "".join(
    f"{i % 3 == 0},{i % 2},{i % 7 == 0},{'north' if i % 4 else 'south'}\n" for i in range(120)
)
# A command that writes, what it writes, and the first bytes of what is whole.
WRITES = {
    "ledger": (("factors", "own.csv"), ".riskmodel-released/00001.json", b"{\n"),
    "picture": (("factors", "own.csv", "--out", "chart.png"), "chart.png", b"\x89PNG"),
    "cohort": (
        ("cohort", "generate", "--assessments", "1500", "--out", "made.csv"),
        "made.csv",
        b'"synthetic"',
    ),
    "folder": (("new", "place"), "place/authority.toml", b"#"),
}
every_write = pytest.mark.parametrize("name", WRITES)
has_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="a process is not copied here")


def code_of(*words: str) -> int:
    """Run a command here."""
    before, sys.argv = sys.argv, ["riskmodel", *words]
    try:
        run()
    except SystemExit as ended:
        return int(ended.code or 0)
    finally:
        sys.argv = before


@pytest.fixture
def here(tmp_path, monkeypatch) -> Path:
    """A folder whose name holds spaces and letters that not every code has, with records in it."""
    folder = tmp_path / "Kinder und Ämter – 北"
    folder.mkdir()
    # Line ends as Windows writes them.
    (folder / "own.csv").write_bytes(ROWS.replace("\n", "\r\n").encode())
    monkeypatch.chdir(folder)
    monkeypatch.delenv("RISKMODEL_LEDGER", raising=False)
    return folder


def in_a_copy(work: Callable[[], object]) -> int:
    """Start some work in a copy of this process; its number."""
    child = os.fork()
    if child:
        return child
    try:
        with Path(os.devnull).open("w") as nowhere:
            os.dup2(nowhere.fileno(), 1)
            os.dup2(nowhere.fileno(), 2)
        work()
    finally:
        os._exit(0)


def die_at(moment: int, words: tuple[str, ...]) -> None:
    """Run a command and end as if killed, at the so-manieth change of a folder."""
    left = [moment]

    def dying(name: str) -> None:
        real = getattr(os, name)

        def call(*given: object, **options: object) -> object:
            left[0] -= 1
            if not left[0]:
                os._exit(9)
            return real(*given, **options)

        setattr(os, name, call)

    for name in ("mkdir", "rename", "replace", "link", "unlink"):
        dying(name)
    code_of(*words)


def is_whole_or_absent(place: Path, start: bytes) -> bool:
    return not place.exists() or place.read_bytes().startswith(start)


@has_fork
@every_write
@pytest.mark.end_to_end
@pytest.mark.parametrize("moment", [1, 2])
def test_a_run_that_is_killed_leaves_nothing_half_made_and_the_next_goes_on(here, name, moment):
    words, file, start = WRITES[name]
    os.waitpid(in_a_copy(lambda: die_at(moment, words)), 0)
    assert is_whole_or_absent(here / file, start)
    if not (here / file).exists():
        assert code_of(*words) == 0
        assert (here / file).read_bytes().startswith(start)


@contextmanager
def full_disk(size: int) -> Iterator[None]:
    """No file grows beyond so many bytes."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    told = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, told)


@pytest.mark.skipif(sys.platform == "win32", reason="files have no limit there")
@every_write
@pytest.mark.end_to_end
def test_a_full_disk_is_one_message_and_nothing_is_left(here, name, capsys):
    words, file, start = WRITES[name]
    before = {each.name for each in here.iterdir()}
    with full_disk(20):
        code = code_of(*words)
    said = capsys.readouterr()
    assert "Traceback" not in said.err
    if name == "ledger":
        # The answer is given; that it cannot be remembered is said.
        assert "is not remembered" in " ".join(said.err.split())
    if name != "ledger":
        assert code == 2
        assert (here / file).exists() is False
    left = {each.name for each in here.iterdir()} - before - {".riskmodel-released"}
    assert not left
    assert code_of(*words) == 0
    assert (here / file).read_bytes().startswith(start)


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Nothing can be written to a folder; where permissions do not bind (root), as if so."""
    if hasattr(os, "geteuid") and os.geteuid():
        folder.chmod(0o555)
        try:
            yield
        finally:
            folder.chmod(0o755)
        return
    with pytest.MonkeyPatch.context() as patch:
        for module, name in ((io, "open"), (os, "open"), (os, "mkdir"), (os, "access")):
            patch.setattr(module, name, refusing(getattr(module, name), name, folder))
        yield


def refusing(real: Callable[..., Any], name: str, folder: Path) -> Callable[..., Any]:
    """A function of the system that writes nothing below a folder."""

    def call(path: Any, *given: Any, **options: Any) -> Any:
        is_below = isinstance(path, str | Path) and folder in (
            Path(path).absolute(),
            *Path(path).absolute().parents,
        )
        mode = given[0] if given else options.get("mode", "r")
        if not is_below:
            return real(path, *given, **options)
        if name == "access":
            return mode != os.W_OK and real(path, *given, **options)
        writes = (
            mode & (os.O_WRONLY | os.O_CREAT) if isinstance(mode, int) else set(mode) - set("rbt")
        )
        if name == "mkdir" or writes:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))
        return real(path, *given, **options)

    return call


@every_write
@pytest.mark.end_to_end
def test_a_folder_that_cannot_be_written_to_is_one_message(here, name, capsys):
    words, *_ = WRITES[name]
    before = {each.name for each in here.iterdir()}
    with read_only(here):
        code = code_of(*words)
    said = capsys.readouterr()
    assert "Traceback" not in said.err
    if name == "ledger":
        assert said.out
        assert "is not remembered" in " ".join(said.err.split())
    else:
        assert (code, said.out) == (2, "")
    assert {each.name for each in here.iterdir()} == before


@has_fork
@pytest.mark.end_to_end
def test_two_runs_at_once_over_the_same_records_are_both_remembered_or_one_is_refused(here):
    words = ("factors", "own.csv")
    for child in [in_a_copy(lambda: code_of(*words, "--by", "area")) for _ in range(3)]:
        os.waitpid(child, 0)
    names = sorted(each.name for each in (here / ".riskmodel-released").iterdir())
    assert names == [f"{n:05}.json" for n in range(1, len(names) + 1)]
    assert names
    assert code_of(*words) == 0


@pytest.mark.end_to_end
def test_a_console_that_writes_cp1252_shows_every_letter(here):
    (here / "own.csv").rename(here / "Ämter – 北.csv")
    done = subprocess.run(
        [sys.executable, "-m", "riskmodel", "factors", "Ämter – 北.csv", "--by", "area"],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0", "LC_ALL": "C.UTF-8"},
    )
    assert done.returncode == 0, done.stderr
    assert b"Traceback" not in done.stderr
    assert done.stdout.decode("utf-8")
