"""Prints an answer as text, CSV or JSON: with CSV and JSON, data alone on standard output."""

from __future__ import annotations

import csv
import errno
import json
import math
import os
import sys
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from riskmodel.errors import (
    DataError,
    OutputError,
    UnknownNameError,
    file_in_the_way,
    printable,
    unwritable,
)

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

    from riskmodel.series import AuthorityPanel

__all__ = [
    "FORMATS",
    "FormatOption",
    "check_folder",
    "check_picture",
    "choose",
    "console",
    "numbers",
    "print_csv",
    "print_data",
    "print_frame",
    "print_json",
    "print_table",
    "refuse_unused",
    "say",
    "tell_omitted",
    "warn_few",
    "whole_numbers",
    "write_bytes",
    "write_picture",
]

WIDTH = 110
"""Of wrapped sentences."""

FORMATS = ("text", "csv", "json")
PICTURES = (".svg", ".png")

FormatOption = Annotated[
    str,
    typer.Option(
        "--format",
        metavar="|".join(FORMATS),
        help="How to print the answer; csv and json put data alone on standard output.",
    ),
]

WIDTH_WITHOUT_TERMINAL = 120
FEWEST_REPLICATES = 40
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

    class Safe(Console):
        """Names of other people's files do not steer the terminal."""

        def print(self, *objects: Any, **how: Any) -> None:
            texts = (printable(one) if isinstance(one, str) else one for one in objects)
            super().print(*texts, **how)

    width = None if sys.stdout.isatty() else WIDTH_WITHOUT_TERMINAL
    return Safe(file=sys.stdout, width=width, highlight=False, soft_wrap=False)


def print_csv(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print rows as CSV; what is missing is an empty cell, and no text is run as a formula."""
    from riskmodel.disclosure.symbols import inert

    # A file keeps the names as they are.
    to_terminal = sys.stdout.isatty()

    def cell(value: Any) -> Any:
        plain = inert(value)
        return printable(plain) if to_terminal and isinstance(plain, str) else plain

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([cell(name) for name in columns])
    for row in rows:
        writer.writerow(["" if _is_missing(value) else cell(value) for value in row])


def print_json(data: Any) -> None:
    """Print plain data as JSON; what is missing is null."""
    text = json.dumps(_plain(data), ensure_ascii=False, indent=2, allow_nan=False)
    sys.stdout.write(f"{printable(text) if sys.stdout.isatty() else text}\n")


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
        # A heading wraps between words, never within one.
        heading = max(len(word) for word in column.split() or [""])
        table.add_column(
            column,
            justify="right" if position in numeric else "left",
            overflow="fold",
            min_width=max(heading, min(longest, UNBROKEN_AT_MOST) if position in unbroken else 0),
        )
    for row in cells:
        # Printed text may hold square brackets (intervals): not markup.
        table.add_row(*[printable(cell).replace("[", r"\[") for cell in row])
    out = console()
    # A terminal too narrow for the numbers wraps whole lines; it must not lose a column.
    out.width = max(out.width, out.measure(table).minimum)
    out.print(table, crop=False)


def print_data(frame: pd.DataFrame) -> None:
    """Print a data frame as a text table: numbers to four digits, what is missing as a dash.

    Years have no comma, and a name such as ``looked_after`` is never broken.
    """
    numeric = [i for i, kind in enumerate(frame.dtypes) if kind.kind in "iuf"]
    years = [column == "year" for column in frame.columns]
    cells = [
        [str(value) if year else _cell(value) for value, year in zip(row, years, strict=True)]
        for row in frame.itertuples(index=False, name=None)
    ]
    print_table(
        [str(column).replace("_", " ") for column in frame.columns],
        cells,
        right=numeric,
        whole=[
            i
            for i in range(len(frame.columns))
            if i not in numeric and not any(" " in row[i] for row in cells)
        ],
    )


def _cell(value: Any) -> str:
    if _is_missing(value):
        return "-"
    if isinstance(value, float):
        return f"{value:.4g}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def refuse_unused(view: str, **given: object) -> None:
    """Refuse options that a view would pass over: an answer to another question misleads.

    Parameters
    ----------
    view
        The value of ``--show``.
    given
        Options by name, with ``_`` for a hyphen; None is not given. ``path`` is the argument.

    Raises
    ------
    DataError
        With the first that is given.
    """
    for name, value in given.items():
        if value is not None:
            called = "a file" if name == "path" else f"--{name.replace('_', '-')}"
            raise DataError(f"--show {view} does not use {called}; leave it out")


def tell_omitted(*panels: AuthorityPanel | None) -> None:
    """Which rows of panels are not read as authorities, on standard error."""
    for panel in panels:
        for line in () if panel is None else panel.omitted:
            print(f"riskmodel: {line}", file=sys.stderr)


def warn_few(replicates: int) -> None:
    """Say on standard error that so few replicates give no interval worth the name."""
    if 0 < replicates < FEWEST_REPLICATES:
        print(
            f"riskmodel: {replicates} replicates are too few for intervals: 90% needs "
            f"{FEWEST_REPLICATES} or more, for two beyond each end",
            file=sys.stderr,
        )


def whole_numbers(option: str, text: str | None) -> tuple[int, ...]:
    """Whole numbers of an option such as ``1500,2250``; thousands are written without commas."""
    words = [word.strip() for word in (text or "").split(",") if word.strip()]
    wrong = [word for word in words if not word.isascii() or not word.isdigit()]
    if wrong:
        raise DataError(
            f"--{option} takes whole numbers with commas between, such as 1500,2250; "
            f"got {wrong[0]!r}"
        )
    if text is not None and not words:
        raise DataError(f"--{option} names no number; leave it out, or give at least one")
    return tuple(_whole_number(option, word) for word in words)


def _whole_number(option: str, word: str) -> int:
    try:
        return int(word)
    except ValueError:  # Python converts no more than 4,300 digits
        raise DataError(f"--{option} takes numbers, not one of {len(word):,} digits") from None


def numbers(option: str, text: str | None) -> tuple[float, ...]:
    """Numbers of an option such as ``0,0.3,0.65``."""
    words = [word.strip() for word in (text or "").split(",") if word.strip()]
    try:
        found = tuple(float(word) for word in words)
    except ValueError as error:
        raise DataError(
            f"--{option} takes numbers with commas between, such as 0,0.3; {error}"
        ) from error
    if text is not None and not found:
        raise DataError(f"--{option} names no number; leave it out, or give at least one")
    if not all(math.isfinite(number) for number in found):
        raise DataError(f"--{option} takes finite numbers")
    return found


def check_picture(out: Path) -> None:
    """Refuse, before the work begins, an ending that is no picture and a file that is there."""
    if out.suffix.casefold() not in PICTURES:
        raise OutputError(
            f"a picture is written as .svg or .png, not {out.suffix or 'without one'!r}"
        )
    if out.exists():
        raise OutputError(f"{out} is there already; choose another --out or remove it")
    check_folder(out)


def check_folder(out: Path) -> None:
    """Refuse, before the work begins, a place that nothing can be written to.

    A file stands where a folder is needed, or the folder that is there takes no new file.
    """
    if file_in_the_way(out) is not None:
        raise unwritable(out, NotADirectoryError())
    there = next((each for each in out.absolute().parents if each.is_dir()), None)
    if there is not None and not os.access(there, os.W_OK):
        raise unwritable(out, PermissionError(errno.EACCES, f"{there} takes no new file"))


def write_picture(out: Path, svg: bytes, png: bytes) -> None:
    """Write a chart in the form that the ending names; what is there already is refused."""
    check_picture(out)
    write_bytes(out, svg if out.suffix.casefold() == ".svg" else png)


def write_bytes(out: Path, content: bytes) -> None:
    """Write a file beside its place and put it there by renaming."""
    beside = out.with_name(f".{out.name}.part")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(content)
        beside.replace(out)
    except OSError as error:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        raise unwritable(out, error) from error


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


def say(text: str, indent: str = "") -> None:
    """Print a sentence or more, wrapped to a width that reads well."""
    for line in textwrap.wrap(
        text, WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False
    ):
        console().print(line, markup=False, soft_wrap=True)
