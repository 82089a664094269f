"""From the columns of a file, typed or all text, to ours."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from riskmodel.account import Account
from riskmodel.assessments import PLAN, Assessments
from riskmodel.core.wording import count_of
from riskmodel.intake.dates import (
    ALLOWED,
    BAD,
    MISSING,
    day_number,
    day_numbers_to_dates,
    put_in_order,
)
from riskmodel.intake.keys import is_failed
from riskmodel.intake.plan_window import STARTED, plans_that_follow
from riskmodel.intake.repeats import identity, report_shared, without_repeats
from riskmodel.intake.result import Intake, IssueLog
from riskmodel.intake.tables.cells import Column
from riskmodel.intake.tables.columns import COLUMNS, Headings
from riskmodel.intake.tables.dictionary import Dictionary

if TYPE_CHECKING:
    import pandas as pd

    from riskmodel.intake.tables.shapes import Raw

__all__ = ["FLAGS_ALLOWED", "PLAIN", "Words", "other_column", "read_flags", "to_intake"]

FLAGS_ALLOWED = "true or false, 1 or 0, yes or no"

_FLAG_WORDS = {
    "true": 1, "1": 1, "yes": 1, "y": 1, "t": 1, "1.0": 1,
    "false": 0, "0": 0, "no": 0, "n": 0, "f": 0, "0.0": 0,
}  # fmt: skip
_IDENTIFIERS = ("assessment_id", "child_id")


@dataclass(frozen=True, slots=True)
class Words:
    """How a table writes true, false and dates.

    Parameters
    ----------
    flags
        1 for a word that says true, 0 for one that says false; lower case.
    flags_allowed
        The same for messages.
    day
        The day number of a date, as :func:`riskmodel.intake.dates.day_number`.
    days_allowed
        Which dates it reads, for messages.
    """

    flags: Mapping[str, int] = field(default_factory=lambda: _FLAG_WORDS)
    flags_allowed: str = FLAGS_ALLOWED
    day: Callable[[str | None], int] = day_number
    days_allowed: str = ALLOWED


PLAIN = Words()


def read_flags(
    column: Column, words: Words = PLAIN
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Values of a flag column, and which of its cells are neither true nor false."""
    typed = column.flags()
    if typed is not None:
        return typed
    texts, codes = column.distinct()
    known = [words.flags.get(text.strip().casefold(), -1) for text in texts]
    read = np.array([*known, words.flags.get("", -1)])[codes]
    return read == 1, read < 0


def to_intake(
    raw: Raw,
    headings: Headings,
    log: IssueLog,
    dictionary: Dictionary,
    *,
    source: str,
    words: Words = PLAIN,
) -> Intake:
    """Convert columns, leave out rows without readable flags, count each assessment once.

    Parameters
    ----------
    raw
        The table in our shape.
    headings
        What its columns mean, in their order.
    log
        Where issues go.
    dictionary
        Basis, order and source where known.
    source
        Name for messages where the dictionary has none.
    words
        How the table writes true, false and dates.
    """
    import pandas as pd

    read, reference = raw.columns, raw.reference
    flags, refused = _flag_columns(read, headings, log, reference, words)
    rows_read = len(refused) + raw.left_out
    log.leave_out("assessments", "bad_flag", int(refused.sum()))
    plans_refused = int((flags[PLAN] & refused).sum())
    log.leave_out("plans", "with_assessment", plans_refused)
    kept = np.flatnonzero(~refused)
    if len(kept) < len(refused):
        read = tuple(column.take(kept) for column in read)
        flags = {name: values[kept] for name, values in flags.items()}

    def kept_reference(row: int) -> str:
        return reference(int(kept[row]))

    columns: dict[str, Any] = {}
    for position, name in enumerate(headings.names):
        columns[name] = (
            flags[name]
            if name in flags
            else other_column(name, read[position], log, kept_reference, words)
        )
    frame = pd.DataFrame({name: columns[name] for name in _order(columns, dictionary.columns)})
    factors = tuple(name for name in frame.columns if name in set(headings.factors))
    frame, joined, plans = _counted_once(frame, factors, log, kept_reference, is_list=raw.is_list)
    basis = {name: dictionary.basis_of(name) for name in frame.columns}
    assessments = Assessments(frame, factors, basis, dictionary.source or source)
    account = Account(
        log.tally("assessments", rows_read - joined, len(frame)),
        log.tally("plans", plans + plans_refused, int(frame[PLAN].sum())),
    )
    return log.intake(assessments, account)


def _counted_once(
    frame: pd.DataFrame,
    factors: tuple[str, ...],
    log: IssueLog,
    reference: Callable[[int], str],
    *,
    is_list: bool,
) -> tuple[pd.DataFrame, int, int]:
    """Each assessment once, with dates in order; rows that were joined, and plans in all."""
    names = identity(frame.columns)
    merged = without_repeats(frame, factors, log, reference, names=names, is_list=is_list)
    frame = merged.frame

    def kept_reference(row: int) -> str:
        return reference(int(merged.kept[row]))

    report_shared(frame, log, kept_reference, names)
    log.leave_out("assessments", "repeated", merged.repeated)
    log.leave_out("plans", "repeated", merged.plans_repeated)
    plans = int(frame[PLAN].sum()) + merged.plans_repeated
    linked = plans_that_follow(frame, log, kept_reference)
    ordered = put_in_order(frame, log, kept_reference)
    if linked is not frame:
        # The order of dates is judged before those of a plan that does not count are taken out.
        gone = {
            name: ordered[name].where(linked[name].notna())
            for name in (STARTED, "plan_end_date")
            if name in ordered.columns
        }
        ordered = ordered.assign(**{PLAN: linked[PLAN]}, **gone)
    return ordered, merged.joined, plans


def _flag_columns(
    columns: Sequence[Column],
    headings: Headings,
    log: IssueLog,
    reference: Callable[[int], str],
    words: Words,
) -> tuple[dict[str, npt.NDArray[np.bool_]], npt.NDArray[np.bool_]]:
    flags: dict[str, npt.NDArray[np.bool_]] = {}
    refused = np.zeros(len(columns[0]), dtype=bool)
    for position, name in enumerate(headings.names):
        if name != PLAN and name not in headings.factors:
            continue
        column = columns[position]
        flags[name], bad = read_flags(column, words)
        blank = int(column.missing().sum()) if words.flags.get("") == 0 else 0
        if blank:
            log.add("blank_is_no", "", name, count_of(blank, "blank cell"), "a value in every cell")
        for row in np.flatnonzero(bad):
            found = column.cell(int(row))
            log.add("bad_flag", reference(int(row)), name, found, words.flags_allowed)
        refused |= bad
    return flags, refused


def _order(columns: Iterable[str], wanted: tuple[str, ...]) -> list[str]:
    present = list(columns)
    if set(wanted) < set(present) or set(wanted) == set(present):
        return [*wanted, *(name for name in present if name not in set(wanted))]
    return present


def other_column(
    name: str,
    column: Column,
    log: IssueLog,
    reference: Callable[[int], str],
    words: Words,
) -> Any:
    """A column that is neither plan nor factor, by its kind; what cannot be read is missing."""
    known = COLUMNS.get(name)
    kind = "as it comes" if known is None else known.kind
    if kind == "date":
        return _dates(name, column, log, reference, words)
    if kind == "integer":
        return _integers(name, column, log, reference)
    if kind == "flag":
        return _optional_flags(name, column, log, reference, words)
    if kind == "as it comes" and (typed := column.typed()) is not None:
        return typed
    return _told_text(name, column, log, reference)


def _dates(
    name: str,
    column: Column,
    log: IssueLog,
    reference: Callable[[int], str],
    words: Words,
) -> npt.NDArray[np.datetime64]:
    typed = column.dates()
    if typed is not None:
        return typed
    texts, codes = column.distinct()
    days = np.array([words.day(text) for text in texts] + [MISSING], dtype=np.int64)[codes]
    for row in np.flatnonzero(days == BAD):
        log.add("bad_date", reference(int(row)), name, texts[codes[row]], words.days_allowed)
    return day_numbers_to_dates(days)


def _integers(
    name: str, column: Column, log: IssueLog, reference: Callable[[int], str]
) -> pd.Series:
    import pandas as pd

    typed = column.integers()
    if typed is None:
        words, codes = column.distinct()
        numbers = [_whole(word) for word in words]
        bad = np.array([number is None for number in numbers] + [False])[codes]
        if bad.any() and name in _IDENTIFIERS:
            return _told_text(name, column, log, reference)
        for row in np.flatnonzero(bad):
            log.add("bad_value", reference(int(row)), name, words[codes[row]], "a whole number")
        values = np.array([number or 0 for number in numbers] + [0], dtype=np.int64)[codes]
        missing = bad | (codes < 0)
    else:
        values, missing = typed, column.missing()
    series = pd.Series(values)
    return series.astype("Int64").mask(missing) if missing.any() or _may_miss(name) else series


def _may_miss(name: str) -> bool:
    # A column that is usually partly empty has one type, whether or not it is in this file.
    return name not in (*_IDENTIFIERS, "year")


def _optional_flags(
    name: str,
    column: Column,
    log: IssueLog,
    reference: Callable[[int], str],
    words: Words,
) -> pd.Series:
    import pandas as pd

    values, bad = read_flags(column, words)
    missing = column.missing()
    for row in np.flatnonzero(bad & ~missing):
        found = column.cell(int(row))
        log.add("bad_value", reference(int(row)), name, found, words.flags_allowed)
    return pd.Series(values).astype("boolean").mask(bad | missing)


def _told_text(
    name: str, column: Column, log: IssueLog, reference: Callable[[int], str]
) -> pd.Series:
    """Text, in which the error of a formula is an issue and missing: it names nothing."""
    texts, codes = column.distinct()
    failed = np.array([*map(is_failed, texts), False])[codes]
    if not failed.any():
        return column.texts()
    for row in np.flatnonzero(failed).tolist():
        log.add("bad_value", reference(row), name, texts[codes[row]], "no error of a formula")
    return column.texts().mask(failed)


def _whole(word: str) -> int | None:
    text = word.strip().replace(",", "")
    if text.endswith(".0"):
        text = text[:-2]
    if not text.lstrip("-").isascii() or not text.lstrip("-").isdigit() or len(text) > 18:
        return None
    return int(text)
