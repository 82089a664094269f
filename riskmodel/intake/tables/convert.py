"""From an Arrow table, typed or all text, to our columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from riskmodel.account import Account
from riskmodel.assessments import PLAN, Assessments
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
from riskmodel.intake.tables.columns import COLUMNS, Headings
from riskmodel.intake.tables.dictionary import Dictionary

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from riskmodel.intake.tables.shapes import Raw

__all__ = ["FLAGS_ALLOWED", "PLAIN", "Words", "distinct", "other_column", "read_flags", "to_intake"]

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
    column: pa.ChunkedArray, words: Words = PLAIN
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Values of a flag column, and which of its cells are neither true nor false."""
    import pyarrow as pa

    if pa.types.is_boolean(column.type):
        bad = np.zeros(len(column), dtype=bool)
        if column.null_count:
            bad = column.is_null().to_numpy()
            column = column.fill_null(False)
        return column.to_numpy(), bad
    texts, codes = distinct(column)
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

    table, reference = raw.table, raw.reference
    rows_read = len(table) + raw.left_out
    flags, refused = _flag_columns(table, headings, log, reference, words)
    log.leave_out("assessments", "bad_flag", int(refused.sum()))
    plans_refused = int((flags[PLAN] & refused).sum())
    log.leave_out("plans", "with_assessment", plans_refused)
    kept = np.flatnonzero(~refused)
    if len(kept) < len(table):
        table = table.take(kept)
        flags = {name: values[kept] for name, values in flags.items()}

    def kept_reference(row: int) -> str:
        return reference(int(kept[row]))

    columns: dict[str, Any] = {}
    for position, name in enumerate(headings.names):
        column = flags.get(name)
        if column is None:
            column = other_column(name, table.column(position), log, kept_reference, words)
        columns[name] = column
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
    table: pa.Table,
    headings: Headings,
    log: IssueLog,
    reference: Callable[[int], str],
    words: Words,
) -> tuple[dict[str, npt.NDArray[np.bool_]], npt.NDArray[np.bool_]]:
    flags: dict[str, npt.NDArray[np.bool_]] = {}
    refused = np.zeros(len(table), dtype=bool)
    for position, name in enumerate(headings.names):
        if name != PLAN and name not in headings.factors:
            continue
        column = table.column(position)
        flags[name], bad = read_flags(column, words)
        for row in np.flatnonzero(bad):
            found = column[int(row)].as_py()
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
    column: pa.ChunkedArray,
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
    if kind == "as it comes" and not _is_text(column):
        return column.to_pandas()
    return _told_text(name, column, log, reference)


def _dates(
    name: str,
    column: pa.ChunkedArray,
    log: IssueLog,
    reference: Callable[[int], str],
    words: Words,
) -> npt.NDArray[np.datetime64]:
    import pyarrow as pa

    if pa.types.is_null(column.type):
        return np.full(len(column), np.datetime64("NaT"), dtype="datetime64[s]")
    if pa.types.is_temporal(column.type) and not pa.types.is_time(column.type):
        seconds = column.cast(pa.timestamp("s"), safe=False).to_numpy()
        return np.asarray(seconds, dtype="datetime64[s]")
    texts, codes = distinct(column)
    days = np.array([words.day(text) for text in texts] + [MISSING], dtype=np.int64)[codes]
    for row in np.flatnonzero(days == BAD):
        log.add("bad_date", reference(int(row)), name, texts[codes[row]], words.days_allowed)
    return day_numbers_to_dates(days)


def _integers(
    name: str, column: pa.ChunkedArray, log: IssueLog, reference: Callable[[int], str]
) -> pd.Series:
    import pandas as pd
    import pyarrow as pa

    if not pa.types.is_integer(column.type):
        words, codes = distinct(column)
        numbers = [_whole(word) for word in words]
        bad = np.array([number is None for number in numbers] + [False])[codes]
        if bad.any() and name in _IDENTIFIERS:
            return _told_text(name, column, log, reference)
        for row in np.flatnonzero(bad):
            log.add("bad_value", reference(int(row)), name, words[codes[row]], "a whole number")
        values = np.array([number or 0 for number in numbers] + [0], dtype=np.int64)[codes]
        missing = bad | (codes == len(words))
    else:
        missing = column.is_null().to_numpy()
        values = column.fill_null(0).to_numpy().astype(np.int64)
    series = pd.Series(values)
    return series.astype("Int64").mask(missing) if missing.any() or _may_miss(name) else series


def _may_miss(name: str) -> bool:
    # A column that is usually partly empty has one type, whether or not it is in this file.
    return name not in (*_IDENTIFIERS, "year")


def _optional_flags(
    name: str,
    column: pa.ChunkedArray,
    log: IssueLog,
    reference: Callable[[int], str],
    words: Words,
) -> pd.Series:
    import pandas as pd

    values, bad = read_flags(column, words)
    missing = column.is_null().to_numpy()
    for row in np.flatnonzero(bad & ~missing):
        found = column[int(row)].as_py()
        log.add("bad_value", reference(int(row)), name, found, words.flags_allowed)
    return pd.Series(values).astype("boolean").mask(bad | missing)


def _told_text(
    name: str, column: pa.ChunkedArray, log: IssueLog, reference: Callable[[int], str]
) -> pd.Series:
    """Text, in which the error of a formula is an issue and missing: it names nothing."""
    texts, codes = distinct(column)
    failed = np.array([*map(is_failed, texts), False])[codes]
    if not failed.any():
        return _text(column)
    for row in np.flatnonzero(failed).tolist():
        log.add("bad_value", reference(row), name, texts[codes[row]], "no error of a formula")
    return _text(column).mask(failed)


def _text(column: pa.ChunkedArray) -> pd.Series:
    import pandas as pd
    import pyarrow as pa

    return pd.Series(column.cast(pa.string()).to_pandas(), dtype="str")


def _is_text(column: pa.ChunkedArray) -> bool:
    import pyarrow as pa

    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    return bool(
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_null(kind)
    )


def distinct(column: pa.ChunkedArray) -> tuple[list[str], npt.NDArray[np.int64]]:
    """The different texts of a column, and for each row which; the last + 1 where it has none."""
    import pyarrow as pa

    encoded = column.cast(pa.string()).combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    words: list[str] = encoded.dictionary.to_pylist()
    codes = encoded.indices.fill_null(len(words)).to_numpy()
    return words, codes.astype(np.int64)


def _whole(word: str) -> int | None:
    text = word.strip().replace(",", "")
    if text.endswith(".0"):
        text = text[:-2]
    if not text.lstrip("-").isascii() or not text.lstrip("-").isdigit() or len(text) > 18:
        return None
    return int(text)
