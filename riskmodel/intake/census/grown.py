"""Columns that grow row by row while a return is read, in as few bytes as can be."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from riskmodel.core.lazy import pd
from riskmodel.intake.dates import MISSING, day_numbers_to_dates

__all__ = ["CATEGORY_WORDS", "GENDER_WORDS", "LinkedRow", "Rows"]

GENDER_WORDS = ("male", "female")
CATEGORY_WORDS = ("neglect", "emotional", "physical", "sexual", "multiple")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,17}")


class LinkedRow(Protocol):
    """An assessment with what was linked to it; dates are day numbers."""

    assessed: int
    referred: int
    factors: int
    enquired: int
    held: int
    starts: int
    ends: int
    category: int
    previous: int
    in_need_plan_before: int


_WIDTH = 12
(
    _GENDER, _BORN, _REFERRED, _ASSESSED, _FACTORS, _ENQUIRED, _HELD, _STARTS, _ENDS, _CATEGORY,
    _PREVIOUS, _IN_NEED,
) = range(_WIDTH)  # fmt: skip


class Rows:
    """One row an assessment: the child's reference, and twelve whole numbers."""

    def __init__(self) -> None:
        self.children: list[str] = []
        self._numbers = array("q")

    def __len__(self) -> int:
        return len(self.children)

    def add(self, child: str, gender: int, born: int, row: LinkedRow) -> None:
        """Append one assessment."""
        self.children.append(child)
        self._numbers.extend(
            (
                gender, born, row.referred, row.assessed, row.factors, row.enquired, row.held,
                row.starts, row.ends, row.category, row.previous, row.in_need_plan_before,
            )
        )  # fmt: skip

    def _column(self, place: int) -> npt.NDArray[np.int64]:
        if not self._numbers:
            return np.array([], dtype=np.int64)
        return np.frombuffer(self._numbers, dtype=np.int64)[place::_WIDTH]

    @property
    def factors(self) -> npt.NDArray[np.int64]:
        """The factors of each row, a bit each."""
        return self._column(_FACTORS)

    @property
    def assessed(self) -> npt.NDArray[np.int64]:
        """The day number of each assessment."""
        return self._column(_ASSESSED)

    @property
    def plan(self) -> npt.NDArray[np.bool_]:
        """Whether a plan was linked to each row."""
        linked: npt.NDArray[np.bool_] = self._column(_STARTS) != MISSING
        return linked

    def references(self) -> Any:
        """The children's references: numbers where all of them are, as they stand otherwise."""
        # Up to 18 digits fit in 64 bits; a leading zero would be lost.
        if all(map(_NUMBER.fullmatch, self.children)):
            return np.array(self.children, dtype=object).astype(np.int64)
        return pd.Series(self.children, dtype="str")

    def others(self) -> Iterator[tuple[str, Any]]:
        """The columns behind the factors, in the order of a table."""
        yield "gender", _words(self._column(_GENDER), GENDER_WORDS)
        for name, place in (
            ("birth_date", _BORN),
            ("referral_date", _REFERRED),
            ("assessment_date", _ASSESSED),
            ("section_47_date", _ENQUIRED),
            ("conference_date", _HELD),
            ("plan_start_date", _STARTS),
            ("plan_end_date", _ENDS),
        ):
            yield name, day_numbers_to_dates(self._column(place))
        yield "category_of_abuse", _words(self._column(_CATEGORY), CATEGORY_WORDS)
        previous: pd.Series[Any] = pd.Series(self._column(_PREVIOUS).copy())
        yield "previous_plans", previous.astype("Int64").mask(previous < 0)
        in_need = self._column(_IN_NEED)
        if (in_need >= 0).any():
            flags: pd.Series[Any] = pd.Series(in_need == 1)
            yield "child_in_need_plan_before", flags.astype("boolean").mask(in_need < 0)


def _words(places: npt.NDArray[np.int64], words: tuple[str, ...]) -> pd.Series:
    table = np.array([*words, None], dtype=object)
    return pd.Series(table[places], dtype="str")
