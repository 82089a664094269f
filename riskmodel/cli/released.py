"""``riskmodel released``: what has left of the records of a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from riskmodel.cli.output import FormatOption, show, tell
from riskmodel.errors import DataError

__all__ = ["released"]


def released(
    folder: Annotated[
        Path,
        typer.Argument(
            help="Folder of records or of an authority, a file of records, or a ledger itself."
        ),
    ],
    strike: Annotated[
        int | None,
        typer.Option(
            metavar="N", help="Strike release N off: later runs no longer allow for it.", min=1
        ),
    ] = None,
    reason: Annotated[
        str | None, typer.Option(help="Why it no longer counts: who has not seen it, and why not.")
    ] = None,
    form: FormatOption = "text",
) -> None:
    """What left of an authority's own records, when, and by which command.

    Later runs over the same records withhold what would give a withheld count away beside these.
    """
    from riskmodel.disclosure.ledger import Released, ledgers_in

    if not folder.exists():
        raise DataError("there is no such file or folder", file=folder.name)
    if (strike is None) is not (reason is None):
        raise DataError("to strike a release off takes both --strike N and --reason")
    ledgers = ledgers_in(folder)
    if strike is not None and reason is not None:
        if len(ledgers) != 1:
            raise DataError(
                "there is nothing to strike off here"
                if not ledgers
                else "releases are kept in several folders here; name the one of the records",
                file=folder.name,
            )
        ledgers[0].strike(strike, reason)
        tell(f"release {strike} is struck off")
    show(Released(tuple(entry for one in ledgers for entry in one.read())), form)
