"""Shows any result as text, CSV, JSON and picture: one way for every command.

With CSV and JSON there is data alone on standard output. What a result says as text is its own:
its summary, its tables and its remarks (:class:`~riskmodel.core.result.Result`).
"""

from __future__ import annotations

import csv
import errno
import json
import os
import re
import shlex
import sys
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from riskmodel.core.files import write_file
from riskmodel.core.lazy import pd
from riskmodel.core.wording import count_of, written
from riskmodel.errors import OutputError, check_name, file_in_the_way, printable, unwritable

if TYPE_CHECKING:
    from rich.console import Console

    from riskmodel.core.result import Picture, Result, TextTable
    from riskmodel.disclosure.release import Release
    from riskmodel.report.charts.canvas import Drawing
    from riskmodel.series import AuthorityPanel

__all__ = [
    "FormatOption",
    "check_folder",
    "check_picture",
    "choose",
    "command_words",
    "console",
    "listing",
    "one_of",
    "picture_option",
    "print_csv",
    "print_frame",
    "print_json",
    "print_text",
    "say",
    "show",
    "tell",
    "tell_omitted",
    "warn_few",
    "write_picture",
]

WIDTH = 110
"""Of wrapped sentences."""

FORMATS = ("text", "csv", "json")
PICTURES = (".svg", ".png")

WIDTH_WITHOUT_TERMINAL = 120
FEWEST_SIMULATIONS = 40
UNBROKEN_AT_MOST, NEVER_BROKEN = 40, 30
"""Signs of a number, a name or the first column, and of any other cell, that stay on one line."""


def choose(kind: str, value: str, allowed: Iterable[str]) -> str:
    """The value, if it is allowed; otherwise a message with the nearest ones."""
    names = list(allowed)
    check_name(kind, value, names)
    return value


def one_of(kind: str, allowed: Sequence[str], help: str, *names: str) -> Any:
    """An option that takes one of several words.

    Parameters
    ----------
    kind
        What it chooses, for the message that refuses another word.
    allowed
        The words.
    help
        What they mean.
    names
        Of the option, where they are not those of its parameter.
    """

    def check(value: str | None) -> str | None:
        return value if value is None else choose(kind, value, allowed)

    return typer.Option(*names, metavar="|".join(allowed), help=help, callback=check)


def picture_option(help: str) -> Any:
    """An option that names a picture; one that cannot be written is refused before any work."""

    def check(value: Path | None) -> Path | None:
        if value is not None:
            check_picture(value)
        return value

    return typer.Option(help=help, callback=check)


FormatOption = Annotated[
    str,
    one_of(
        "format",
        FORMATS,
        "How to print the answer; csv and json put data alone on standard output.",
        "--format",
    ),
]


def show(
    result: Result,
    form: str,
    *,
    out: Path | None = None,
    picture: Callable[[], Picture | Drawing] | None = None,
    release: Release | None = None,
) -> None:
    """Print a result, and draw it where that is asked for.

    Parameters
    ----------
    result
        Any.
    form
        One of :data:`FORMATS`: its words and tables, its rows, or all of it as plain data.
    out
        File of the picture.
    picture
        Draws it; None takes its own :meth:`~riskmodel.core.result.Result.plot`.
    release
        Of the counts it was computed from: what was withheld, or why nothing was.
    """
    if release is not None:
        release.leave(command_words())
    if out is not None:
        drawing = result.plot() if picture is None else picture()
        write_picture(out, drawing.svg, drawing.png)
    if form == "text":
        print_text(result, () if release is None else (release.words(),))
        return
    frame = result.to_frame()
    if release is not None and release.waiver:
        frame = frame.assign(waiver=release.waiver)
    if form == "csv":
        print_frame(frame)
        return
    data = result.to_data(frame.to_dict("records"))
    if release is not None and isinstance(data, dict):
        data.setdefault("disclosure", release.manifest())
    print_json(data)


def command_words() -> str:
    """The command as it was typed, files by their names alone."""

    def plain(word: str) -> str:
        start, between, value = word.rpartition("=")
        return f"{start}{between}{Path(value).name}" if {"/", "\\"} & set(value) else word

    return shlex.join(["riskmodel", *map(plain, sys.argv[1:])])


def listing(
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    shown: Mapping[str, str] | pd.DataFrame | None = None,
    **more: Any,
) -> Result:
    """A list of what there is, whose cells stay as they are.

    Parameters
    ----------
    columns, rows
        All of it.
    shown
        Columns that a person is shown, with their headings, or a table in their place; None is all
        of them.
    more
        As for :class:`~riskmodel.core.result.View`.
    """
    from riskmodel.core.result import View

    frame = pd.DataFrame(list(rows), columns=list(columns), dtype=object)
    if isinstance(shown, Mapping):
        shown = frame[list(shown)].rename(columns=dict(shown))
    return View(frame, shown=shown, **more)


def print_text(result: Result, more: Iterable[str] = ()) -> None:
    """Print what a result says, its tables, and what there is to say of them."""
    said = result.summary()
    if said:
        say(said)
    for table in result.text_tables():
        if len(table.frame):
            _print_table(table)
    for line in (*result.remarks(), *more):
        say(line)


def _print_table(table: TextTable) -> None:
    """Print a table; numbers stand to the right, and what is the same in all rows stands once.

    Numbers, short texts and the first column are never broken; other texts wrap.
    """
    from rich import box
    from rich.table import Table

    from riskmodel.core.result import cell, heading, parted, same_text

    frame, same = parted(table.frame)
    if table.title:
        say(f"\n{table.title}")
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    columns = []
    for position, name in enumerate(frame.columns):
        texts = [cell(value, str(name)) for value in frame[name]]
        is_number = all(map(_is_number, texts))
        longest = max(map(len, texts))
        is_whole = is_number or not position or longest <= NEVER_BROKEN
        head = heading(str(name))
        made.add_column(
            f"{head[:1].upper()}{head[1:]}",
            justify="right" if is_number else "left",
            overflow="fold",
            # A heading wraps between words, never within one.
            min_width=max(
                max((len(word) for word in head.split()), default=0),
                min(longest, UNBROKEN_AT_MOST) if is_whole else 0,
            ),
        )
        columns.append(texts)
    for row in zip(*columns, strict=True):
        # Printed text may hold square brackets (intervals): not markup.
        made.add_row(*[printable(text).replace("[", r"\[") for text in row])
    out = console()
    # A terminal too narrow for the numbers wraps whole lines; it must not lose a column.
    out.width = max(out.width, out.measure(made).minimum)
    out.print(made, crop=False)
    if words := same_text(same):
        say(f"{words[:1].upper()}{words[1:]}.")


_WORDS_OF_NUMBERS = re.compile(r"\b(?:to|of|inf|nan|no limit)\b|\[c\]")


def _is_number(text: str) -> bool:
    """Whether a cell is a number, a range of numbers, or what stands where one is missing."""
    return set(_WORDS_OF_NUMBERS.sub("", text)) <= set("0123456789+-.,:/%() ")


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
    """Print rows as CSV, and no text is run as a formula.

    What is missing is an empty cell, and what has no end is ``inf``.
    """
    from riskmodel.disclosure.symbols import inert

    # A file keeps the names as they are.
    to_terminal = sys.stdout.isatty()

    def cell(value: Any) -> Any:
        if not isinstance(value, str):
            number = written(value)
            return "" if number is None else number
        plain = inert(value)
        return printable(plain) if to_terminal and isinstance(plain, str) else plain

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([cell(name) for name in columns])
    for row in rows:
        writer.writerow([cell(value) for value in row])


def print_json(data: Any) -> None:
    """Print plain data as JSON; what is missing is null, and what has no end the text "inf"."""
    text = json.dumps(_plain(data), ensure_ascii=False, indent=2, allow_nan=False)
    sys.stdout.write(f"{printable(text) if sys.stdout.isatty() else text}\n")


def print_frame(frame: pd.DataFrame) -> None:
    """Print a data frame as CSV."""
    print_csv(list(frame.columns), frame.itertuples(index=False, name=None))


def tell(*lines: str) -> None:
    """Say on standard error what is no part of the answer."""
    for line in lines:
        print(f"riskmodel: {printable(line)}", file=sys.stderr)


def tell_omitted(*panels: AuthorityPanel | None) -> None:
    """Which rows of panels are not read as authorities, on standard error."""
    for panel in panels:
        tell(*(() if panel is None else panel.caveats))


def warn_few(simulations: int) -> None:
    """Say on standard error that so few simulations give no range worth the name."""
    if 0 < simulations < FEWEST_SIMULATIONS:
        tell(
            f"{count_of(simulations, 'simulation')} {'is' if simulations == 1 else 'are'} too few "
            f"for ranges: 90% needs {FEWEST_SIMULATIONS} or more, for two beyond each end"
        )


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
    write_file(out, svg if out.suffix.casefold() == ".svg" else png)


def _plain(data: Any) -> Any:
    if isinstance(data, Mapping):
        return {str(key): _plain(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_plain(value) for value in data]
    return written(data)


def say(text: str, indent: str = "", width: int = WIDTH) -> None:
    """Print sentences, wrapped to a width that reads well; lines and their indents stay."""
    for line in text.splitlines():
        margin = indent + line[: len(line) - len(line.lstrip())]
        for part in textwrap.wrap(
            line.strip(),
            width,
            initial_indent=margin,
            subsequent_indent=margin,
            break_long_words=False,
            break_on_hyphens=False,
        ) or [""]:
            console().print(part, markup=False, soft_wrap=True)
