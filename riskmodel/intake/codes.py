"""Factor codes of an assessment as one number, a bit a factor."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from riskmodel.census import FACTOR_CODES, LATER_FACTORS, NO_FACTORS, factor_codes, factor_of_code
from riskmodel.intake.breaks import years_of_code
from riskmodel.intake.result import IssueLog
from riskmodel.vocabulary import FACTORS

__all__ = ["BETWEEN_CODES", "FACTOR_BIT", "FactorBits", "local_name"]

_CODED = (*(known.name for known in FACTORS if known.code), *LATER_FACTORS.values())
FACTOR_BIT = {name: 1 << position for position, name in enumerate(_CODED)}
"""One bit for each factor that has a code: an assessment keeps its factors in one number."""

_BIT_OF_CODE = {code: FACTOR_BIT.get(factor_of_code(code) or "", 0) for code in FACTOR_CODES}
_MOST_BITS = 62
_PLAUSIBLE = re.compile(r"[0-9A-Z][0-9A-Z_.-]{0,11}")
BETWEEN_CODES = re.compile(r"[\s,;|/+]+")
"""What stands between two codes in one cell, or in one element."""

_FIELD = "AssessmentFactors"
_ALLOWED = "a factor code of the census, such as 1A"


def local_name(code: str) -> str:
    """The column of a code that is in no list of the census.

    Examples
    --------
    >>> local_name("99Z")
    'factor_99z'
    """
    return "factor_" + re.sub(r"[^0-9a-z]+", "_", code.casefold())


class FactorBits:
    """Reads lists of factor codes; keeps codes that no list of the census has as local factors.

    Parameters
    ----------
    log
        Where issues go: unknown codes, codes that the census of that year does not have, and 21
        beside others.
    label
        Stands before what names an assessment in issues.
    """

    def __init__(self, log: IssueLog, label: str = "child ") -> None:
        self.log, self.label = log, label
        self.year: int | None = None
        self._known: dict[str | None, int] = {
            code: bit for code, bit in _BIT_OF_CODE.items() if bit
        }
        self._local: dict[str, int] = {}

    def set_year(self, year: int) -> None:
        """From now on report codes that the census of this year does not have."""
        self.year = year
        allowed = set(factor_codes(year))
        self._known = {c: bit for c, bit in _BIT_OF_CODE.items() if bit and c in allowed}

    def bits(self, codes: Sequence[str | None], reference: str) -> int:
        """The factors of an assessment; of a divided factor any part will do."""
        bits, none_found, said = 0, False, False
        for text in codes:
            bit = self._known.get(text)
            if bit is not None:
                bits |= bit
                continue
            for code in BETWEEN_CODES.split((text or "").upper()):
                if not code:
                    continue
                said = True
                if code == NO_FACTORS:
                    none_found = True
                else:
                    bits |= self._bit(code, reference)
        if bits and none_found:
            rule = "no_factors_and_factors"
            self.log.add(rule, self.label + reference, _FIELD, NO_FACTORS, "21 alone")
        elif not bits and not said:
            allowed = "at least one code, or 21"
            self.log.add("no_factors_recorded", self.label + reference, _FIELD, "", allowed)
        return bits

    def _bit(self, code: str, reference: str) -> int:
        bit = _BIT_OF_CODE.get(code)
        if bit is None:
            self.log.add("unknown_code", self.label + reference, _FIELD, code, _ALLOWED)
            return self._local_bit(code)
        if self.year is not None and not FACTOR_CODES[code].allowed_in(self.year):
            allowed = f"{code} in returns {years_of_code(code)}; this one is of {self.year}"
            self.log.add("code_not_of_year", self.label + reference, _FIELD, code, allowed)
        return bit

    def _local_bit(self, code: str) -> int:
        """A bit of its own for an unknown code, as long as there are any and it looks like one."""
        if not _PLAUSIBLE.fullmatch(code):
            return 0
        name = local_name(code)
        if name not in self._local:
            place = len(_CODED) + len(self._local)
            if place >= _MOST_BITS:
                return 0
            self._local[name] = 1 << place
        return self._local[name]

    def is_clean(self, codes: Sequence[str]) -> bool:
        """Whether reading these codes would report nothing."""
        return (bool(codes) and all(code in self._known for code in codes)) or list(codes) == [
            NO_FACTORS
        ]

    def columns(self, bits: npt.NDArray[np.int64]) -> Iterator[tuple[str, npt.NDArray[np.bool_]]]:
        """A column of flags a factor: those of 2014/15 always, others where one was seen."""
        seen = int(np.bitwise_or.reduce(bits)) if len(bits) else 0
        first = {known.name for known in FACTORS if known.code}
        for name, bit in (*FACTOR_BIT.items(), *self._local.items()):
            if name in first or seen & bit:
                yield name, (bits & bit) != 0
