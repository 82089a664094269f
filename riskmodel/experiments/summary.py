"""The few numbers that an experiment comes down to: what its answer is written from."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

import pandas as pd

from riskmodel.core import result
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.estimates import BASES, Basis, Estimate, Interval

__all__ = ["COLUMNS", "Cell", "Result", "Summary"]

Cell = int | float | str
"""A count, a measurement, or a word such as a verdict."""

COLUMNS = ("step", "name", "value", "low", "high", "level", "unit", "basis", "method")

_COUNT = re.compile(r"-?[0-9]+")
_NAME = re.compile(r"[a-z0-9][a-z0-9_./+-]*")


@dataclass(frozen=True, slots=True)
class Result:
    """One number of a summary, with its interval where it has one.

    Parameters
    ----------
    name
        Lower-case letters, digits, ``_ . / + -``; differs within its step.
    value
        A whole number is a count and compared exactly; a float within a tolerance; or a word.
    unit
        What is measured, such as ``percent`` or ``children``.
    basis
        ``observed``, ``published``, ``assumed`` or ``projected``.
    low, high
        The interval, or bounds.
    level
        Coverage of the interval; 1 means bounds.
    method
        How the interval was made.
    step
        The step that it comes from; filled in by the run.
    """

    name: str
    value: Cell
    unit: str
    basis: Basis
    low: Cell | None = None
    high: Cell | None = None
    level: float | None = None
    method: str = ""
    step: str = ""

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise DataError(
                f"the name of a result holds lower-case letters, digits and _ . / + -, got "
                f"{self.name!r}"
            )
        if self.basis not in BASES:
            raise UnknownNameError("basis", self.basis, get_args(Basis))
        for part in ("value", "low", "high", "level"):
            object.__setattr__(self, part, _plain(getattr(self, part)))

    @classmethod
    def of(cls, name: str, estimate: Estimate, *, scale: float = 1, unit: str = "") -> Result:
        """An estimate as a result; ``scale=100, unit="percent"`` for a proportion in percent."""
        return cls(
            name,
            estimate.value * scale,
            unit or estimate.unit,
            estimate.basis,
            estimate.low * scale,
            estimate.high * scale,
            estimate.level,
            estimate.method,
        )

    @classmethod
    def within(
        cls,
        name: str,
        numbers: Sequence[float],
        unit: str,
        basis: Basis,
        level: float = 1.0,
        method: str = "",
        *,
        scale: float = 1,
    ) -> Result:
        """A value and the ends of its interval, in this order; ``scale=100`` for percent."""
        value, low, high = (scale * number for number in numbers)
        return cls(name, value, unit, basis, low, high, level, method)

    @classmethod
    def bounds(
        cls,
        name: str,
        interval: Interval,
        unit: str,
    ) -> Result:
        """What an interval of printed figures allows; its middle stands for it."""
        ends, method = (float(interval.low), float(interval.high)), "bounds of the printed figures"
        return cls(name, interval.middle, unit, "published", *ends, 1.0, method)

    def text(self, places: int = 0) -> str:
        """The value, to so many decimals, with thousands separators."""
        return _words(self.value, places)

    def range(self, places: int = 0) -> str:
        """Both ends in words: ``10.1 to 14.9``."""
        if self.low is None or self.high is None:
            raise DataError(f"the result {self.name} has no interval")
        return f"{_words(self.low, places)} to {_words(self.high, places)}"

    def between(self, places: int = 0) -> str:
        """Both ends after the word between: ``10.1 and 14.9``."""
        return self.range(places).replace(" to ", " and ")

    def both(self, places: int = 0) -> str:
        """The value and its ends: ``12.3 (10.1 to 14.9)``."""
        return f"{self.text(places)} ({self.range(places)})"

    def __str__(self) -> str:
        ends = "" if self.low is None else f" ({self.low} to {self.high})"
        return f"{self.name} = {self.value}{ends} {self.unit}, {self.basis}"


@dataclass(frozen=True, slots=True, repr=False)
class Summary(result.Result):
    """The results of an experiment, in order."""

    results: tuple[Result, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "results", tuple(self.results))
        seen: set[tuple[str, str]] = set()
        for one in self.results:
            if (one.step, one.name) in seen:
                raise DataError(f"two results of one step are named {one.name}")
            seen.add((one.step, one.name))

    def __getitem__(self, name: str) -> Result:
        found = [one for one in self.results if one.name == name]
        if not found:
            raise UnknownNameError("result", name, [one.name for one in self.results])
        if len(found) > 1:
            raise DataError(f"several steps have a result {name}; take one step's with of_step")
        return found[0]

    def __contains__(self, name: object) -> bool:
        return any(one.name == name for one in self.results)

    def __iter__(self) -> Iterator[Result]:
        return iter(self.results)

    def __len__(self) -> int:
        return len(self.results)

    def starting(self, prefix: str) -> tuple[Result, ...]:
        """The results whose names begin so, in order."""
        return tuple(one for one in self.results if one.name.startswith(prefix))

    def parts(self, prefix: str, position: int) -> tuple[str, ...]:
        """The different parts of the names that begin so, in order.

        Parameters
        ----------
        prefix
            How the names begin.
        position
            Which part between slashes, from 0; names with fewer are passed over.
        """
        names = (one.name.split("/") for one in self.starting(prefix))
        return tuple(dict.fromkeys(name[position] for name in names if len(name) > position))

    def named_step(self, step: str) -> Summary:
        """The same results, said to come from that step."""
        return Summary(tuple(replace(one, step=step) for one in self.results))

    def of_step(self, step: str) -> Summary:
        """The results of one step."""
        return Summary(tuple(one for one in self.results if one.step == step))

    def __add__(self, other: Summary) -> Summary:
        return Summary(self.results + other.results)

    def to_frame(self) -> pd.DataFrame:
        """One row a result; columns as in ``summary.csv``."""
        return pd.DataFrame(
            [[getattr(one, column) for column in COLUMNS] for one in self.results],
            columns=list(COLUMNS),
        )

    def to_csv(self) -> str:
        """The text of ``summary.csv``: floats to the last digit, so that nothing is lost."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(COLUMNS)
        for one in self.results:
            writer.writerow([cell_text(getattr(one, column)) for column in COLUMNS])
        return out.getvalue()

    @classmethod
    def from_csv(cls, text: str, file: str) -> Summary:
        """Read what :meth:`to_csv` wrote.

        Raises
        ------
        DataError
            With file, line and field.
        """
        rows = list(csv.reader(io.StringIO(text)))
        if not rows or tuple(rows[0]) != COLUMNS:
            raise DataError(f"the header must be {','.join(COLUMNS)}", file=file, line=1)
        results = []
        for number, row in enumerate(rows[1:], start=2):
            if len(row) != len(COLUMNS):
                raise DataError(
                    f"{len(row)} cells where the header has {len(COLUMNS)}", file=file, line=number
                )
            given: dict[str, Any] = dict(zip(COLUMNS, row, strict=True))
            for part in ("value", "low", "high", "level"):
                given[part] = _cell(given[part])
            try:
                results.append(Result(**given))
            except (DataError, UnknownNameError) as error:
                raise DataError(str(error), file=file, line=number) from error
        return cls(tuple(results))

    def summary(self) -> str:
        """How many numbers there are, of which steps."""
        steps = list(dict.fromkeys(one.step for one in self.results if one.step))
        return f"{len(self)} numbers" + (f" of {', '.join(steps)}." if steps else ".")

    def preview(self) -> pd.DataFrame:
        """Each number in words."""
        return pd.DataFrame({"number": [str(one) for one in self.results]})


def cell_text(value: Cell | None) -> str:
    """A cell as it stands in a CSV file; floats by their shortest exact text."""
    if value is None:
        return ""
    return repr(value) if isinstance(value, float) else str(value)


def _cell(text: str) -> Cell | None:
    if text == "":
        return None
    if _COUNT.fullmatch(text):
        return int(text)
    try:
        return float(text)
    except ValueError:
        return text


def _plain(value: Any) -> Any:
    """NumPy scalars as Python's own, so that they are written and compared alike."""
    return value.item() if hasattr(value, "item") else value


def _words(value: Cell, places: int) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, float) and math.isinf(value):
        return "no limit"
    text = f"{value:,.{places}f}"
    return text.removeprefix("-") if not text.strip("-0.,") else text
