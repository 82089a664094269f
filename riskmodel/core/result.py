"""What results have in common: each shows itself in a terminal, in a notebook and as a picture."""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from numbers import Real
from pathlib import Path
from typing import Any

from riskmodel.core.lazy import pd
from riskmodel.errors import DataError, OutputError, check_name, unwritable

__all__ = [
    "Picture",
    "Result",
    "TextTable",
    "View",
    "draws",
    "fan",
    "frame_text",
    "march_rows",
    "pictures_from",
    "range_text",
    "selected",
]

MOST_ROWS = 18
"""Rows of a result that are shown: with its summary and headings they stay within 30 lines."""
WIDEST = 110
"""Signs of a line of text."""

_drawings: dict[str, Callable[..., Picture]] = {}
_modules: list[str] = []


@dataclass(frozen=True, slots=True, repr=False)
class Picture:
    """A chart that shows itself in a notebook and is saved as SVG or PNG.

    Parameters
    ----------
    svg, png
        The same chart in both forms.
    title
        What it shows.
    alt
        What a reader who cannot see it should know.
    svg_narrow
        The same drawn for a telephone; None where the wide one serves.
    """

    svg: bytes
    png: bytes
    title: str = ""
    alt: str = ""
    svg_narrow: bytes | None = None

    def save(self, path: str | Path) -> Path:
        """Write it as ``.svg`` or ``.png``, as the ending says; a file that is there is replaced.

        Raises
        ------
        OutputError
            For another ending, or where the file cannot be written.
        """
        target = Path(path)
        forms = {".svg": self.svg, ".png": self.png}
        if target.suffix.casefold() not in forms:
            raise OutputError(
                f"a picture is written as .svg or .png, not {target.suffix or 'without one'!r}"
            )
        try:
            target.write_bytes(forms[target.suffix.casefold()])
        except OSError as error:
            raise unwritable(target, error) from error
        return target

    def _repr_svg_(self) -> str:
        return self.svg.decode()

    def __repr__(self) -> str:
        return f"Picture: {self.title or self.alt or 'a chart'}; .save(PATH) writes .svg or .png"


@dataclass(frozen=True, slots=True)
class TextTable:
    """A table as a person reads it: numbers, or cells in words; a title where it needs one."""

    frame: pd.DataFrame
    title: str = ""


class Result:
    """What a computation gives.

    A subclass has :meth:`to_frame` and :meth:`summary`, and may choose what of its frame is shown
    in :meth:`preview`. Where there is room for all of it, as on the command line, it is its
    summary, its :meth:`text_tables` and its :meth:`remarks`. A dataclass that is one is declared
    with ``repr=False``, so that its fields are not printed.
    """

    __slots__ = ()

    def to_frame(self) -> pd.DataFrame:
        """All of it as a tidy table, one row a value, with its basis."""
        raise NotImplementedError

    def summary(self) -> str:
        """What a person would say of it, in a sentence or two."""
        raise NotImplementedError

    def preview(self) -> pd.DataFrame:
        """The rows and columns that are shown where there is no room for all."""
        return self.to_frame()

    def text_tables(self) -> Sequence[TextTable]:
        """Tables that show it to a person, whole."""
        return (TextTable(self.preview()),)

    def remarks(self) -> Sequence[str]:
        """What a reader of the tables needs besides, in sentences."""
        return ()

    def to_data(self, records: list[dict[Any, Any]]) -> Any:
        """All of it as plain data.

        Parameters
        ----------
        records
            The rows of :meth:`to_frame`, with what is added to them where they are released.
        """
        return records

    def plot(self, **options: Any) -> Picture:
        """Draw it.

        Raises
        ------
        DataError
            When there is no picture of such a result.
        """
        for module in _modules:
            importlib.import_module(module)
        for kind in type(self).__mro__:
            drawing = _drawings.get(f"{kind.__module__}.{kind.__qualname__}")
            if drawing is not None:
                return drawing(self, **options)
        raise DataError(f"there is no picture of a {type(self).__name__}; see its to_frame()")

    def _shown(self) -> tuple[pd.DataFrame, Mapping[str, object], int]:
        """Rows to show, what is the same in all rows, and how many rows are left out."""
        frame = self.preview()
        rest, same = parted(frame)
        return rest.head(MOST_ROWS), same, max(len(frame) - MOST_ROWS, 0)

    def __str__(self) -> str:
        rows, same, more = self._shown()
        said = self.summary()
        lines = [said] if said else []
        if len(rows.columns):
            lines += [*([""] if said else []), frame_text(rows)]
        if more:
            lines.append(f"… and {more:,} more rows; to_frame() has all")
        if same:
            lines.append(same_text(same))
        return "\n".join(lines)

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        rows, same, more = self._shown()
        head = "".join(f"<th>{escape(heading(str(name)))}</th>" for name in rows.columns)
        names = [str(name) for name in rows.columns]
        body = "".join(
            "<tr>"
            + "".join(
                f"<td>{escape(cell(value, name))}</td>"
                for name, value in zip(names, row, strict=True)
            )
            + "</tr>"
            for row in rows.itertuples(index=False, name=None)
        )
        notes = [f"and {more:,} more rows; to_frame() has all"] if more else []
        notes += [f"{heading(name)}: {cell(value, name)}" for name, value in same.items()]
        return (
            f"<p>{escape(self.summary())}</p>"
            f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
            f"<p><small>{escape('; '.join(notes))}</small></p>"
        )


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class View(Result):
    """A table that answers one question, with what there is to say of it.

    Parameters
    ----------
    frame
        All of it.
    said
        The answer in a sentence or two; empty where the table says it.
    shown
        What a person is shown; None is the frame.
    title
        Of the table.
    notes
        Sentences below it.
    data
        As plain data, where that is more than the rows.
    tables
        Several tables in place of the one.
    """

    frame: pd.DataFrame
    said: str = ""
    shown: pd.DataFrame | None = None
    title: str = ""
    notes: tuple[str, ...] = ()
    data: Any = None
    tables: tuple[TextTable, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """The table."""
        return self.frame

    def summary(self) -> str:
        """The answer in a sentence or two."""
        return self.said

    def preview(self) -> pd.DataFrame:
        """What a person is shown of it."""
        return self.frame if self.shown is None else self.shown

    def text_tables(self) -> Sequence[TextTable]:
        """The table with its title, or the tables."""
        return self.tables or (TextTable(self.preview(), self.title),)

    def remarks(self) -> Sequence[str]:
        """The sentences below it."""
        return self.notes

    def to_data(self, records: list[dict[Any, Any]]) -> Any:
        """The rows, or what was given as data."""
        return records if self.data is None else self.data


def selected(kind: str, names: str | tuple[str, ...] | None, allowed: tuple[str, ...]) -> list[int]:
    """Places of the named ones among those allowed, in their order there; None is all of them.

    Raises
    ------
    UnknownNameError
        For a name that is not among them.
    """
    if names is None:
        return list(range(len(allowed)))
    wanted = (names,) if isinstance(names, str) else tuple(names)
    for name in wanted:
        check_name(kind, name, allowed)
    return [index for index, name in enumerate(allowed) if name in wanted]


def draws(module: str, name: str) -> Callable[[Callable[..., Picture]], Callable[..., Picture]]:
    """Say that a function draws the results of a type: ``@draws("riskmodel.x", "Type")``."""

    def register(drawing: Callable[..., Picture]) -> Callable[..., Picture]:
        _drawings[f"{module}.{name}"] = drawing
        return drawing

    return register


def pictures_from(module: str) -> None:
    """Name a module that registers drawings; it is loaded when a picture is first asked for."""
    if module not in _modules:
        _modules.append(module)


def parted(frame: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, object]]:
    """The columns that differ from row to row, and the value of each that does not.

    Where one column alone differs the numbers stand in the table too: rows of names without a
    number would be no table.
    """
    same = {
        str(name): frame[name].iloc[0]
        for name in frame.columns
        if len(frame) > 1 and len(frame[name].astype(str).unique()) == 1
    }
    if len(same) == len(frame.columns) - 1:
        same = {
            name: value
            for name, value in same.items()
            if not (isinstance(value, Real) and cell(value, name))
        }
    return frame.drop(columns=list(same)), same


def same_text(same: Mapping[str, object]) -> str:
    """What is the same in all rows, in a line."""
    texts = {name: cell(value, name) for name, value in same.items()}
    return "; ".join(f"{heading(name)}: {text}" for name, text in texts.items() if text)


def range_text(low: float, high: float, form: str = ",.0f") -> str:
    """Both ends of a range; nothing where it has none.

    Examples
    --------
    >>> range_text(399.2, 1792), range_text(0.1, 0.25, ".0%"), range_text(float("nan"), 1)
    ('399 to 1,792', '10% to 25%', '')
    """
    if math.isnan(low) or math.isnan(high):
        return ""
    return f"{low:{form}} to {high:{form}}"


def fan(frame: pd.DataFrame, form: str = ",.0f") -> pd.DataFrame:
    """Quantiles as a person reads them: the central projection and the 50% and 90% ranges.

    Parameters
    ----------
    frame
        With columns ``q05`` and so on; other columns stay, means go.
    form
        Of the numbers.
    """
    columns = [name for name in frame.columns if name != "mean" and name not in _QUANTILES]
    shown = frame[columns].assign(
        **{"central projection": [format(value, form) for value in frame["q50"]]}
    )
    for name, low, high in (("50% range", "q25", "q75"), ("90% range", "q05", "q95")):
        if low in frame:
            pairs = zip(frame[low], frame[high], strict=True)
            shown[name] = [range_text(*ends, form) for ends in pairs]
    return shown.reset_index(drop=True)


_QUANTILES = ("q025", "q05", "q10", "q25", "q50", "q75", "q90", "q95", "q975", "sd")


def march_rows(frame: pd.DataFrame, *months: str) -> pd.DataFrame:
    """Rows of every March and of the months named: what a table of months shows a person."""
    return frame[frame["month"].str.endswith("-03") | frame["month"].isin(months)]


def heading(name: str) -> str:
    """A column's name as a heading."""
    return name.replace("_", " ")


def cell(value: object, column: str = "") -> str:
    """A value as text: numbers to four digits, what is missing as a dash, a year as it is.

    Examples
    --------
    >>> cell(0.28385), cell(2250), cell(float("nan")), cell("plans")
    ('0.2838', '2,250', '-', 'plans')
    """
    if hasattr(value, "item"):
        value = value.item()
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "-"
    if isinstance(value, float):
        whole = abs(value) >= 1000 and math.isfinite(value)
        return f"{value:,.0f}" if whole else f"{value:.4g}"
    if isinstance(value, int) and not isinstance(value, bool) and not column.endswith("year"):
        return f"{value:,}"
    return str(value)


def frame_text(frame: pd.DataFrame) -> str:
    """A table in plain text: numbers to the right, long texts and too many columns cut off."""
    columns = [
        [heading(str(name)), *(cell(value, str(name)) for value in frame[name])]
        for name in frame.columns
    ]
    right = [frame[name].dtype.kind in "iuf" for name in frame.columns]
    lines = [""] * (len(frame) + 1)
    for number, (texts, numeric) in enumerate(zip(columns, right, strict=True)):
        texts = [text if len(text) <= 40 else f"{text[:39]}…" for text in texts]
        width = max(map(len, texts))
        gap = "  " if number else ""
        if len(lines[0]) + len(gap) + width > WIDEST:
            lines[0] += f"  … {len(columns) - number} more columns"
            break
        for row, text in enumerate(texts):
            lines[row] += gap + (text.rjust(width) if numeric else text.ljust(width))
    return "\n".join(line.rstrip() for line in lines)
