"""The command line: arguments, progress, printing, exit codes."""

from __future__ import annotations

__all__ = ["main"]


def main() -> None:
    """Run the ``riskmodel`` command and exit: 0 done, 1 a check found something, 2 bad input."""
    from riskmodel.cli.run import run

    run()
