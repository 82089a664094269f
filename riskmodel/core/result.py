"""What results have in common: each shows itself in a terminal, in a notebook and as a picture."""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from riskmodel.errors import DataError, OutputError, UnknownNameError, unwritable

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Picture", "Result", "draws", "frame_text", "pictures_from", "selected"]

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


class Result:
    """What a computation gives.

    A subclass has :meth:`to_frame` and :meth:`summary`, and may choose what of its frame is shown
    in :meth:`preview`. A dataclass that is one is declared with ``repr=False``, so that its fields
    are not printed.
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
        same = {
            str(name): frame[name].iloc[0]
            for name in frame.columns
            if len(frame) > 1 and len(frame[name].astype(str).unique()) == 1
        }
        rest = frame.drop(columns=list(same))
        return rest.head(MOST_ROWS), same, max(len(frame) - MOST_ROWS, 0)

    def __str__(self) -> str:
        rows, same, more = self._shown()
        lines = [self.summary()]
        if len(rows.columns):
            lines += ["", frame_text(rows)]
        if more:
            lines.append(f"… and {more:,} more rows; to_frame() has all")
        if same:
            lines.append("; ".join(f"{heading(name)}: {cell(same[name], name)}" for name in same))
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
        if name not in allowed:
            raise UnknownNameError(kind, name, allowed)
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
    if isinstance(value, int) and not isinstance(value, bool) and column != "year":
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
