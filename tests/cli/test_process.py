"""What only a process of its own can show: exit codes, clean streams, bytes, signals."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import riskmodel

MODULE = [sys.executable, "-m", "riskmodel"]


def process(*words: object, **variables: str) -> subprocess.CompletedProcess[bytes]:
    done = subprocess.run(
        [*MODULE, *map(str, words)],
        capture_output=True,
        env={**os.environ, **variables},
        check=False,
        timeout=120,
    )
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    return done


@pytest.mark.end_to_end
def test_the_version_alone_is_printed():
    done = process("--version")
    assert (done.returncode, done.stderr) == (0, b"")
    assert (
        done.stdout
        == f"riskmodel {riskmodel.__version__} (riskmodel-childrens-services)\n".encode()
    )


@pytest.mark.end_to_end
@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help_names_every_command(option: str):
    done = process(option, NO_COLOR="1")
    assert (done.returncode, done.stderr) == (0, b"")
    for name in ("published", "factors", "cohort", "report"):
        assert f" {name} ".encode() in done.stdout


@pytest.mark.end_to_end
def test_help_keeps_the_defaults_that_stand_in_brackets():
    shown = process("cohort", "generate", "-h", NO_COLOR="1", COLUMNS="200").stdout.decode()
    assert "[default: 0.3, and 0.65 among the four parental factors]" in shown
    assert "[default: as --overlap]" in shown


@pytest.mark.end_to_end
def test_help_loads_no_heavy_library():
    check = (
        "import sys; sys.argv = ['riskmodel', '--help']\n"
        "from riskmodel.cli.run import run\n"
        "try: run()\n"
        "except SystemExit: pass\n"
        "heavy = {'numpy', 'pandas', 'scipy', 'matplotlib', 'pyarrow', 'statsmodels'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", check], check=True, capture_output=True, timeout=60)


@pytest.mark.end_to_end
def test_projections_start_without_libraries_that_take_a_second_to_load():
    check = (
        "import sys, riskmodel.authority.services\n"
        "heavy = {'scipy.stats', 'statsmodels', 'sklearn', 'matplotlib', 'seaborn'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", check], check=True, timeout=60)


@pytest.mark.end_to_end
def test_csv_is_utf8_with_plain_line_ends_in_any_locale():
    done = process("published", "implied", "--format", "csv", LC_ALL="C", PYTHONUTF8="0")
    assert (done.returncode, done.stderr) == (0, b"")
    assert "∞" in done.stdout.decode("utf-8")
    assert b"\r" not in done.stdout


@pytest.mark.end_to_end
def test_an_audit_that_finds_something_exits_with_1_and_data_alone():
    done = process("published", "audit", "--format", "csv")
    assert (done.returncode, done.stderr) == (1, b"")
    assert done.stdout.startswith(b"identity,")


@pytest.mark.end_to_end
def test_verify_exits_with_0():
    assert process("published", "verify", "--format", "json").returncode == 0


@pytest.mark.end_to_end
def test_a_refusal_is_one_message_on_standard_error(tmp_path: Path):
    done = process("cohort", "generate", "--assessments", 1000, "--out", tmp_path / "a.csv")
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(b"riskmodel: 1000 assessments are too few")
    assert done.stderr.count(b"\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.end_to_end
def test_a_reader_that_has_seen_enough_is_no_error():
    shown = subprocess.Popen(
        [*MODULE, "published", "audit", "--all"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert shown.stdout is not None
    assert shown.stderr is not None
    with shown:
        shown.stdout.readline()
        shown.stdout.close()
        said = shown.stderr.read()
    assert said == b""


@pytest.mark.end_to_end
@pytest.mark.skipif(sys.platform == "win32", reason="limits of a process are a Unix matter")
def test_a_disk_that_takes_no_more_is_one_message_and_nothing_left(tmp_path: Path):
    limited = (
        "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "from riskmodel.cli.run import run; run()"
    )
    done = subprocess.run(
        [
            *(sys.executable, "-c", limited, "cohort", "generate"),
            *("--assessments", "2250", "--out", str(tmp_path / "cohort.csv")),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert "cannot be written" in done.stderr
    assert "File too large" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.end_to_end
@pytest.mark.skipif(sys.platform == "win32", reason="Windows interrupts a whole console")
def test_an_interrupted_run_says_so_and_leaves_nothing(tmp_path: Path):
    target = tmp_path / "large"
    run = subprocess.Popen(
        [
            *(*MODULE, "cohort", "generate", "--assessments", "100000", "--columns", "factors"),
            *("--authorities", "99", "--out", str(target)),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell that starts the tests in the background has them ignore interrupts.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )
    try:
        for _ in range(600):
            if any(tmp_path.rglob("*.parquet")):
                break
            time.sleep(0.05)
        assert run.poll() is None, "ended before it could be interrupted"
        run.send_signal(signal.SIGINT)
        out, err = run.communicate(timeout=60)
    finally:
        run.kill()
    assert (run.returncode, out) == (130, "")
    assert "interrupted" in err
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []
