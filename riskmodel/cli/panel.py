"""``riskmodel panel``: a made-up panel of authorities, to try the other commands on."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from riskmodel.cli.options import SeedOption, whole_spans
from riskmodel.cli.output import check_folder, tell
from riskmodel.core.files import write_file
from riskmodel.errors import DataError, OutputError

__all__ = ["app", "generate"]

app = typer.Typer(
    help="A made-up panel of authorities, to try `national`, `backtest` and `learn` on.",
    no_args_is_help=True,
)


@app.callback()
def _panel() -> None:
    """A made-up panel of authorities, to try `national`, `backtest` and `learn` on."""


@app.command()
def generate(
    out: Annotated[Path, typer.Option(help="File to write, .csv.")],
    authorities: Annotated[
        int, typer.Option(help="How many there are in the last year, 6 to 1,000.")
    ] = 150,
    years: Annotated[
        str, typer.Option(metavar="Y-Y", help="First and last year, ending on 31 March.")
    ] = "2010-2023",
    seed: SeedOption = 1,
) -> None:
    """Make up a country: authorities that do not exist, by year, with a total for England.

    Drawn from what the package learned of real authorities. Boundaries change, small counts are
    suppressed. Every row is marked as made up, and every answer from it says so.
    """
    from riskmodel.demand.national.made_up import made_up_country
    from riskmodel.intake import panel_text

    if out.suffix != ".csv":
        raise OutputError(f"a panel is written as .csv, not {out.suffix or out}")
    if out.exists():
        raise OutputError(f"{out} is there already; choose another --out or remove it")
    check_folder(out)
    given = whole_spans("years", years)
    span = range(given[0], given[-1] + 1)
    if given != tuple(span) or span[0] < 1991 or date(span[-1], 3, 31) >= date.today():
        raise DataError(
            "--years takes a first and a last year that is over, from 1991 on, such as 2010-2023; "
            f"got {years!r}"
        )
    panel = made_up_country(authorities, span, seed)
    write_file(out, panel_text(panel))
    print(panel.summary())
    tell(*panel.caveats)
