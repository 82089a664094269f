"""Tables of other shapes, brought into ours: lists of factors, divided codes, plans by date."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from riskmodel.assessments import PLAN
from riskmodel.census import FACTOR_CODES, factor_of_code
from riskmodel.errors import DataError
from riskmodel.intake.codes import BETWEEN_CODES, FactorBits
from riskmodel.intake.dates import BAD, MISSING
from riskmodel.intake.result import IssueLog
from riskmodel.intake.tables.cells import Codes, Column, Flags
from riskmodel.intake.tables.columns import FACTOR_WORDS, brief
from riskmodel.intake.tables.convert import Words, read_flags
from riskmodel.vocabulary import factor_name

__all__ = ["LISTS", "Raw", "codes_in", "is_our_shape", "to_our_shape"]

LISTS = (
    "factors",
    "assessment_factors",
    "assessmentfactors",
    "assessment_factors_json",
    "cinf_assessment_factors_json",
)
"""Headings of a column that holds all factor codes of an assessment."""

_PLAN_DATE = "plan_start_date"
_LIST_ALLOWED = 'codes as ["1A","2B"], {"1A":"Yes"} or 1A, 2B'


@dataclass(frozen=True, slots=True)
class Raw:
    """A table as a file has it.

    Parameters
    ----------
    columns
        In the order of the headings; texts, or typed as Parquet has them.
    headings
        As the file has them, or as a mapping renamed them; at least one.
    reference
        Names a row for messages.
    left_out
        Rows of the file that are not in the table.
    is_list
        Whether the factors stood in one column, as lists of codes.
    """

    columns: tuple[Column, ...]
    headings: tuple[str, ...]
    reference: Callable[[int], str]
    left_out: int = 0
    is_list: bool = False

    def place(self, names: Sequence[str]) -> int | None:
        """Where the column with one of these names stands."""
        for position, heading in enumerate(self.headings):
            if factor_name(heading) in names:
                return position
        return None

    @property
    def rows(self) -> int:
        """Rows of the table."""
        return len(self.columns[0])

    def without(self, positions: Sequence[int]) -> Raw:
        """Without these columns."""
        kept = [place for place in range(len(self.headings)) if place not in set(positions)]
        columns = tuple(self.columns[place] for place in kept)
        return replace(self, columns=columns, headings=tuple(self.headings[p] for p in kept))

    def plus(self, columns: Sequence[tuple[str, Column]]) -> Raw:
        """With further columns at the end."""
        return replace(
            self,
            columns=(*self.columns, *(column for _, column in columns)),
            headings=(*self.headings, *(name for name, _ in columns)),
        )

    def only(self, rows: npt.NDArray[np.int64]) -> Raw:
        """With these rows, the others left out."""
        if len(rows) == self.rows:
            return self
        before = self.reference
        return replace(
            self,
            columns=tuple(column.take(rows) for column in self.columns),
            reference=lambda row: before(int(rows[row])),
            left_out=self.left_out + self.rows - len(rows),
        )


def is_our_shape(headings: Sequence[str]) -> bool:
    """Whether plan and factors have columns of their own."""
    return (
        any(heading.strip().casefold() == PLAN for heading in headings)
        and not any(factor_name(heading) in LISTS for heading in headings)
        and not any(_is_part(heading) for heading in headings)
    )


def to_our_shape(raw: Raw, log: IssueLog, words: Words, *, file: str) -> Raw:
    """Give plan and each factor a column of flags of its own.

    A list of factor codes becomes a column a factor: all of 2014/15, later and unknown ones where
    they stand. The parts of a divided factor (18B, 18C) become one, their union. Without a column
    ``plan``, an assessment with a ``plan_start_date`` led to a plan.

    Parameters
    ----------
    raw
        The table.
    log
        Where issues go.
    words
        How the table writes true, false and dates.
    file
        For messages.

    Raises
    ------
    DataError
        When the table holds factors both as a list and in columns of their own.
    """
    if is_our_shape(raw.headings):
        return raw
    raw = _joined_parts(raw, words)
    if raw.place((PLAN,)) is None and (position := raw.place((_PLAN_DATE,))) is not None:
        raw = raw.plus([(PLAN, _plan_by_date(raw.columns[position], words))])
    position = raw.place(LISTS)
    return raw if position is None else _spread(raw, position, log, file)


def _is_part(heading: str) -> bool:
    code = heading.strip().upper()
    return code in FACTOR_CODES and code.casefold() not in FACTOR_WORDS and code != "21"


def _joined_parts(raw: Raw, words: Words) -> Raw:
    """Divided factors as one: true where any part is, else the first text that is no flag."""
    parts: dict[str, list[int]] = {}
    for position, heading in enumerate(raw.headings):
        if _is_part(heading):
            name = factor_of_code(heading.strip().upper()) or heading
            parts.setdefault(name, []).append(position)
    if not parts:
        return raw
    for position, heading in enumerate(raw.headings):
        name = FACTOR_WORDS.get(heading.strip().casefold(), "")
        if name in parts:
            parts[name].insert(0, position)
    joined = []
    for name, positions in parts.items():
        union = np.zeros(raw.rows, dtype=bool)
        texts = np.full(raw.rows, None, dtype=object)
        unread = np.zeros(raw.rows, dtype=bool)
        for position in positions:
            column = raw.columns[position]
            flags, bad = read_flags(column, words)
            union |= flags
            for row in np.flatnonzero(bad & ~unread):
                texts[row] = str(column.cell(int(row)) or "")
            unread |= bad
        true, false = (_word_for(words, value) for value in (1, 0))
        cells = np.where(union, true, np.where(unread, texts, false))
        joined.append((name, Column.of(cells)))
    gone = [position for positions in parts.values() for position in positions]
    return raw.without(gone).plus(joined)


def _word_for(words: Words, value: int) -> str:
    return next((word for word, meaning in words.flags.items() if meaning == value and word), "")


def _plan_by_date(column: Column, words: Words) -> Column:
    """True where a date stands, false where none does, and text that is no date as it is."""
    if column.dates() is not None:
        return Flags(~column.missing())
    texts, codes = column.distinct()
    true, false = (_word_for(words, value) for value in (1, 0))
    meanings = []
    for text in texts:
        day = words.day(text)
        meanings.append(text if day == BAD else false if day == MISSING else true)
    return Column.of(np.array([*meanings, false], dtype=object)[codes])


def codes_in(text: str) -> list[str] | None:
    """The factor codes of a list as systems write it; None for what cannot be read.

    Examples
    --------
    >>> codes_in('["1A","2B"]'), codes_in('{"1A":"Yes","2B":"No"}'), codes_in("1A; 2B")
    (['1A', '2B'], ['1A'], ['1A', '2B'])
    """
    text = text.strip()
    if not text.startswith(("[", "{")):
        return [code.upper() for code in BETWEEN_CODES.split(text) if code]
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(found, dict):
        meanings = {code: _meaning(value) for code, value in found.items()}
        if None in meanings.values():
            return None
        found = [code for code, meaning in meanings.items() if meaning]
    codes = []
    for entry in found:
        if isinstance(entry, bool) or not isinstance(entry, str | int):
            return None
        codes.append(str(entry).strip().upper())
    return [code for code in codes if code]


def _meaning(value: object) -> bool | None:
    word = str(value).strip().casefold()
    if value is None or word in ("", "no", "n", "false", "0"):
        return False
    return True if word in ("yes", "y", "true", "1") else None


def _spread(raw: Raw, position: int, log: IssueLog, file: str) -> Raw:
    own = [heading for heading in raw.headings if heading.strip().casefold() in FACTOR_WORDS]
    if own:
        raise DataError(
            f"holds factors both as a list ({brief(raw.headings[position])}) and in columns of "
            f"their own ({brief(own[0])}); keep one",
            file=file,
            field=raw.headings[position],
        )
    words, places = raw.columns[position].unlisted().distinct()
    lists = [*(codes_in(word) for word in words), []]
    readable = np.array([codes is not None for codes in lists])[places]
    for row in np.flatnonzero(~readable):
        reference, text = raw.reference(int(row)), words[places[row]]
        log.add("bad_factors", reference, raw.headings[position], text, _LIST_ALLOWED)
    kept = np.flatnonzero(readable)
    log.leave_out("assessments", "bad_factors", len(readable) - len(kept))
    raw = replace(raw.only(kept), is_list=True)
    factors = FactorBits(log, label="")
    bits = _bits(factors, [codes or [] for codes in lists], places[kept], raw.reference)
    flags = [(name, Flags(values)) for name, values in factors.columns(bits)]
    return raw.without([position]).plus(flags)


def _bits(
    factors: FactorBits,
    lists: list[list[str]],
    places: Codes,
    reference: Callable[[int], str],
) -> npt.NDArray[np.int64]:
    """The factors of each row: each different list is read once, but for what is reported."""
    clean = np.array([factors.is_clean(codes) for codes in lists])
    once = [factors.bits(codes, "") if ok else 0 for codes, ok in zip(lists, clean, strict=True)]
    bits = np.array(once, dtype=np.int64)[places]
    for row in np.flatnonzero(~clean[places]):
        bits[row] = factors.bits(lists[places[row]], reference(int(row)))
    return bits
