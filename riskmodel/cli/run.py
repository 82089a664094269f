"""Runs the command and turns what goes wrong into one message and an exit code."""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import typer

from riskmodel.cli.app import app
from riskmodel.errors import DataError, RiskmodelError, printable

__all__ = ["run"]

LONGEST_NAME, LONGEST_WORD = 40, 500
DONE, FOUND_SOMETHING, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130


def run() -> NoReturn:
    """Run the command named in ``sys.argv`` and exit with its code."""
    for stream in (sys.stdout, sys.stderr):
        # The same bytes on every system: UTF-8 and plain line ends, also into a Windows pipe.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", newline="\n", errors="backslashreplace")
    try:
        _check_words(sys.argv[1:])
        code = app(standalone_mode=False, prog_name="riskmodel")
        sys.stdout.flush()
        if code == INTERRUPTED:
            # Typer makes an exit code of an interrupt and says nothing.
            raise KeyboardInterrupt
    except RiskmodelError as error:
        _say(str(error))
        sys.exit(BAD_INPUT)
    except (KeyboardInterrupt, typer.Abort):
        _say("interrupted; nothing half-written was left")
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # The reader (head, less) has seen enough: not an error. Python would complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(DONE)
    except OSError as error:
        if error.errno is None:
            raise
        _say_unusable(error)
        sys.exit(BAD_INPUT)
    except Exception as error:
        usage = getattr(error, "show", None)
        if usage is None:
            raise
        usage()
        sys.exit(BAD_INPUT)
    sys.exit(code if isinstance(code, int) else DONE)


def _say(message: str) -> None:
    # A word of a file can be as long as the file.
    brief = re.sub(rf"(\S{{{LONGEST_WORD}}})\S+", r"\1…", printable(message))
    print(f"riskmodel: {brief}", file=sys.stderr)


def _check_words(arguments: Sequence[str]) -> None:
    """Refuse names that no page, record or terminal could show as they are."""
    for argument in arguments:
        if printable(argument) != argument:
            raise DataError(
                f"'{printable(argument)}' holds a character that cannot be shown (here written "
                "out); rename the file, or write the word without it"
            )


def _say_unusable(error: OSError) -> None:
    """What the system refuses: a name too long for it, a full disk behind standard output."""
    if error.filename is not None:
        name = Path(os.fsdecode(error.filename)).name
        brief = name if len(name) <= LONGEST_NAME else name[:LONGEST_NAME] + "…"
        _say(f"{brief}: cannot be used: {error.strerror}")
        return
    _say(f"the answer cannot be written: {error.strerror}")
    # What is still to be written has nowhere to go; Python would complain of it at exit.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
