"""Runs the command and turns what goes wrong into one message and an exit code."""

from __future__ import annotations

import io
import os
import sys
from typing import NoReturn

import typer

from riskmodel.cli.app import app
from riskmodel.errors import RiskmodelError

__all__ = ["run"]

DONE, FOUND_SOMETHING, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130


def run() -> NoReturn:
    """Run the command named in ``sys.argv`` and exit with its code."""
    for stream in (sys.stdout, sys.stderr):
        # The same bytes on every system: UTF-8 and plain line ends, also into a Windows pipe.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", newline="\n")
    try:
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
    except Exception as error:
        usage = getattr(error, "show", None)
        if usage is None:
            raise
        usage()
        sys.exit(BAD_INPUT)
    sys.exit(code if isinstance(code, int) else DONE)


def _say(message: str) -> None:
    print(f"riskmodel: {message}", file=sys.stderr)
