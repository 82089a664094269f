"""Prints an answer as text, CSV or JSON: with CSV and JSON, data alone on standard output."""

from __future__ import annotations

import csv
import json
import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from riskmodel.errors import UnknownNameError

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

__all__ = [
    "FORMATS",
    "FormatOption",
    "choose",
    "console",
    "print_csv",
    "print_frame",
    "print_json",
    "print_table",
]

FORMATS = ("text", "csv", "json")

FormatOption = Annotated[
    str,
    typer.Option(
        "--format",
        metavar="|".join(FORMATS),
        help="How to print the answer; csv and json put data alone on standard output.",
    ),
]

WIDTH_WITHOUT_TERMINAL = 120
UNBROKEN_AT_MOST = 40


def choose(kind: str, value: str, allowed: Iterable[str]) -> str:
    """The value, if it is allowed; otherwise a message with the nearest ones."""
    names = list(allowed)
    if value not in names:
        raise UnknownNameError(kind, value, names)
    return value


def console() -> Console:
    """Standard output for text; wide enough for a table when it is not a terminal."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else WIDTH_WITHOUT_TERMINAL
    return Console(file=sys.stdout, width=width, highlight=False, soft_wrap=False)


def print_csv(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print rows as CSV; what is missing is an empty cell."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow(["" if _is_missing(value) else value for value in row])


def print_json(data: Any) -> None:
    """Print plain data as JSON; what is missing is null."""
    json.dump(_plain(data), sys.stdout, ensure_ascii=False, indent=2, allow_nan=False)
    sys.stdout.write("\n")


def print_frame(frame: pd.DataFrame, form: str) -> None:
    """Print a data frame as CSV or as a JSON list of rows."""
    if form == "csv":
        print_csv(list(frame.columns), frame.itertuples(index=False, name=None))
    else:
        print_json(frame.to_dict("records"))


def print_table(
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    title: str = "",
    right: Iterable[int] = (),
    whole: Iterable[int] = (),
) -> None:
    """Print a table as text; columns numbered in ``right`` are numbers, in ``whole`` unbroken.

    Headings and other columns wrap.
    """
    from rich import box
    from rich.table import Table

    numeric, unbroken = set(right), set(whole) | set(right)
    cells = [list(row) for row in rows]
    table = Table(title=title or None, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for position, column in enumerate(columns):
        longest = max((len(row[position]) for row in cells), default=0)
        table.add_column(
            column,
            justify="right" if position in numeric else "left",
            overflow="fold",
            min_width=min(longest, UNBROKEN_AT_MOST) if position in unbroken else None,
        )
    for row in cells:
        # Printed text may hold square brackets (intervals): not markup.
        table.add_row(*[cell.replace("[", r"\[") for cell in row])
    out = console()
    # A terminal too narrow for the numbers wraps whole lines; it must not lose a column.
    out.width = max(out.width, out.measure(table).minimum)
    out.print(table, crop=False)


def _is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and not math.isfinite(value))


def _plain(data: Any) -> Any:
    if isinstance(data, Mapping):
        return {str(key): _plain(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_plain(value) for value in data]
    if hasattr(data, "item"):
        data = data.item()
    return None if _is_missing(data) else data
