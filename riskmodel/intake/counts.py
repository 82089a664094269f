"""Factor counts of a table that need not fit in memory: one row group after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from riskmodel.ages import AGE_BAND, age_bands, age_sources, group_order
from riskmodel.assessments import PLAN, FactorCounts
from riskmodel.engines import Engine, as_engine
from riskmodel.estimates import Basis
from riskmodel.intake.plan_window import ASSESSED, STARTED, follows
from riskmodel.intake.reading import read_assessments
from riskmodel.intake.result import IssueLog
from riskmodel.intake.tables.arrow import column_of
from riskmodel.intake.tables.convert import Words, other_column
from riskmodel.intake.tables.files import Part, open_part, parquet_parts
from riskmodel.intake.tables.mapping import ColumnMapping
from riskmodel.intake.tables.piece_repeats import Held, hashes_of, joined_held, repeated_hashes
from riskmodel.intake.tables.row_groups import (
    Meaning,
    check_factors,
    flags_of,
    is_in_columns,
    marked,
    meaning_of,
    read_group,
    stored_names,
)

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq

__all__ = ["Key", "iter_counts", "read_counts"]

Key = tuple[object, ...]
"""Values of the columns that counts are grouped by; empty when they are not."""

TOGETHER = 32
"""Files that one task of a worker counts."""

_Counts = tuple[npt.NDArray[np.int64], ...]
"""Assessments and plans by factor and group, plans by group, assessments by group."""


def read_counts(
    path: Path,
    *,
    by: Sequence[str] = (),
    strict: bool = True,
    local_factors: Iterable[str] = (),
    mapping: Path | ColumnMapping | None = None,
    sheet: str | None = None,
    workers: int | Engine = 1,
) -> dict[Key, FactorCounts]:
    """Factor counts of a file or folder, in all or for each group.

    Parameters
    ----------
    path
        Whatever :func:`riskmodel.intake.read_assessments` takes. Parquet is counted row group by
        row group and never loaded whole.
    by
        Columns to group by, such as ``("authority", "year")``; ``age_band`` is the band of age
        at the assessment, where the table holds ``age`` or the dates of birth and assessment.
    strict, local_factors, mapping, sheet
        As for :func:`riskmodel.intake.read_assessments`; Parquet that is counted by row groups
        refuses what cannot be read whether strict or not.
    workers
        Processes, or an engine, over which the files of a folder are shared out; the answer does
        not hang on it.

    Returns
    -------
    dict
        Counts by the values of ``by``, in the order of those values; ``{(): counts}`` without.

    Raises
    ------
    DataError
        When the file cannot be read, or a flag is neither true nor false.
    UnknownNameError
        When a column to group by does not exist.
    """
    total: dict[Key, FactorCounts] = {}
    found = iter_counts(
        path,
        by=by,
        strict=strict,
        local_factors=local_factors,
        mapping=mapping,
        sheet=sheet,
        workers=workers,
    )
    for key, counts in found:
        total[key] = total[key] + counts if key in total else counts
    return dict(sorted(total.items(), key=lambda item: tuple(map(group_order, by, item[0]))))


def iter_counts(
    path: Path,
    *,
    by: Sequence[str] = (),
    strict: bool = True,
    local_factors: Iterable[str] = (),
    mapping: Path | ColumnMapping | None = None,
    sheet: str | None = None,
    workers: int | Engine = 1,
    log: IssueLog | None = None,
) -> Iterator[tuple[Key, FactorCounts]]:
    """Counts of one piece of the table after the other; a key can come again, and counts add.

    See :func:`read_counts` for parameters and errors; ``log`` takes what is left out of Parquet
    that is counted by row groups: repeats, and plans that follow no assessment.
    """
    path = Path(path)
    local = tuple(local_factors)
    log = IssueLog(path.name) if log is None else log
    if mapping is not None or sheet is not None or not is_in_columns(path):
        table = read_assessments(
            path, strict=strict, local_factors=local, mapping=mapping, sheet=sheet
        ).assessments
        if by:
            yield from table.counts_by(by)
        else:
            yield (), table.counts()
        return
    parts = parquet_parts(path)
    expected = meaning_of(open_part(parts[0]), parts[0], local, by).headings.factors
    repeated = repeated_hashes(parts, local)
    tasks = (
        (parts[at : at + TOGETHER], local, expected, by, repeated)
        for at in range(0, len(parts), TOGETHER)
    )
    held: list[Held] = []
    bases: list[Basis] = []
    for counted in as_engine(workers).run(_count_parts, tasks):
        held += counted.held
        bases += [counts.basis for counts in counted.counts.values()]
        for _ in range(counted.not_linked):
            log.add("plan_not_linked", "", STARTED, "", "at most 183 days after the assessment")
        log.leave_out("plans", "not_linked", counted.not_linked)
        yield from counted.counts.items()
    for key, flags in joined_held(held, log):
        yield key, _counts_of_flags(flags, expected, weakest_basis(bases))


class _Counted(NamedTuple):
    """What one task counted: counts by group, rows that come again, plans that follow nothing."""

    counts: dict[Key, FactorCounts]
    held: list[Held]
    not_linked: int


def _counts_of_flags(
    rows: npt.NDArray[np.bool_], factors: tuple[str, ...], basis: Basis
) -> FactorCounts:
    """Counts of rows of which each holds the plan and then the factors."""
    plan, flags = rows[:, 0], rows[:, 1:]
    return FactorCounts(
        factors,
        flags.sum(axis=0),
        (flags & plan[:, None]).sum(axis=0),
        int(plan.sum()),
        len(plan),
        basis,
    )


def _count_parts(
    parts: Sequence[Part],
    local: tuple[str, ...],
    expected: tuple[str, ...],
    by: Sequence[str],
    repeated: npt.NDArray[np.uint64],
) -> _Counted:
    """Counts of some files, added up; rows of assessments that come again by themselves."""
    total: dict[Key, FactorCounts] = {}
    held: list[Held] = []
    not_linked = 0
    meaning: Meaning | None = None
    for part in parts:
        file = open_part(part)
        if meaning is None or not meaning.is_of(file, part):
            meaning = meaning_of(file, part, local, by)
        check_factors(meaning.headings.factors, expected, part)
        for group in range(file.num_row_groups):
            counted = _count_group(file, group, part, meaning, by, repeated)
            for key, counts in counted.counts.items():
                total[key] = total[key] + counts if key in total else counts
            held += counted.held
            not_linked += counted.not_linked
    return _Counted(total, held, not_linked)


def _count_group(
    file: pq.ParquetFile,
    group: int,
    part: Part,
    meaning: Meaning,
    by: Sequence[str],
    repeated: npt.NDArray[np.uint64],
) -> _Counted:
    headings = meaning.headings
    stored = stored_names(file, headings)
    dictionary = marked(file, group, part, stored, meaning.dictionary)
    needed = dict.fromkeys((PLAN, *headings.factors, *by))
    dates = tuple(name for name in (ASSESSED, STARTED) if name in stored)
    if len(dates) > 1:
        needed |= dict.fromkeys(dates)
    if AGE_BAND in by and AGE_BAND not in headings.names:
        needed |= dict.fromkeys(age_sources(headings.names, part.name))
    table = read_group(file, group, part, [stored[name] for name in needed if name in stored])
    keys, codes = _groups(table, stored, part, by)
    columns = {name: table.column(stored[name]) for name in (PLAN, *headings.factors)}
    linked = _linked(table, stored, part) if len(dates) > 1 else None
    basis = weakest_basis([dictionary.basis_of(n) for n in (PLAN, *headings.factors)])
    is_plain = linked is None and not len(repeated) and len(keys) == 1
    counts = _packed_tally(columns) if is_plain else None
    held: list[Held] = []
    not_linked = 0
    if counts is None:
        flags = flags_of(columns, group, part)
        if linked is not None:
            not_linked = int((flags[PLAN] & ~linked).sum())
            flags[PLAN] = flags[PLAN] & linked
        if len(repeated):
            hashes, told_apart = hashes_of(file, group, part, meaning)
            again = told_apart & np.isin(hashes, repeated)
            rows = np.stack(list(flags.values()), axis=1)[again]
            held = [Held(keys, codes[again], hashes[again], rows)] if len(rows) else []
            flags = {name: values[~again] for name, values in flags.items()}
            codes = codes[~again]
        counts = _tally(flags, headings.factors, codes, len(keys))
    found = {}
    for position, key in enumerate(keys):
        assessments, plans, total_plans, total = (count[..., position] for count in counts)
        found[key] = FactorCounts(
            headings.factors, assessments, plans, int(total_plans), int(total), basis
        )
    return _Counted(found, held, not_linked)


def _linked(table: Any, stored: dict[str, str], part: Part) -> npt.NDArray[np.bool_]:
    """Whether the start of a plan may belong to its assessment, for each row."""
    log = IssueLog(part.name)
    assessed, started = (
        other_column(name, column_of(table.column(stored[name])), log, str, Words())
        for name in (ASSESSED, STARTED)
    )
    return follows(assessed, started)


def _packed_tally(columns: Mapping[str, pa.ChunkedArray]) -> _Counts | None:
    """As :func:`_tally` for one group, by counting bits where Arrow holds eight rows a byte.

    None where a column is not of that kind, or has gaps.
    """
    packed = {}
    for name, column in columns.items():
        bits = _packed(column)
        if bits is None:
            return None
        packed[name] = bits
    plan = packed.pop(PLAN)

    def count(bits: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
        return np.array([np.bitwise_count(bits).sum(dtype=np.int64)])

    return (
        np.stack([count(bits) for bits in packed.values()]),
        np.stack([count(bits & plan) for bits in packed.values()]),
        count(plan),
        np.array([len(columns[PLAN])]),
    )


def _packed(column: pa.ChunkedArray) -> npt.NDArray[np.uint8] | None:
    """The bits of a flag column without gaps, those after its last row nought; else None."""
    import pyarrow as pa

    if not pa.types.is_boolean(column.type) or column.null_count or column.num_chunks != 1:
        return None
    chunk = column.chunk(0)
    rows, rest = len(chunk), len(chunk) % 8
    if chunk.offset:
        return None
    found = np.frombuffer(chunk.buffers()[1], dtype=np.uint8, count=(rows + 7) // 8)
    if rest:
        found = found.copy()
        found[-1] &= (1 << rest) - 1
    return found


def weakest_basis(bases: Sequence[Basis]) -> Basis:
    """The basis of a number that rests on all of these."""
    for basis in ("assumed", "projected", "published"):
        if basis in bases:
            return basis
    return "observed"


def _groups(
    table: Any, stored: dict[str, str], part: Part, by: Sequence[str]
) -> tuple[list[Key], npt.NDArray[np.int64]]:
    """The groups of a row group, and for each row which."""
    import pandas as pd

    folder = dict(part.keys)
    columns = [name for name in by if name not in folder]
    if not columns:
        return [tuple(folder[name] for name in by)], np.zeros(len(table), dtype=np.int64)
    frame = pd.DataFrame(
        {
            name: table.column(stored[name]).to_pandas()
            if name in stored
            else _age_bands(table, stored, part)
            for name in columns
        }
    )
    codes = (
        frame.groupby(columns, sort=True, dropna=False, observed=True)
        .ngroup()
        .to_numpy()
        .astype(np.int64)
    )
    _, first = np.unique(codes, return_index=True)
    rows = (
        dict(zip(columns, row, strict=True)) for row in frame.iloc[first].itertuples(False, None)
    )
    return [tuple(folder[n] if n in folder else row[n] for n in by) for row in rows], codes


def _age_bands(table: Any, stored: dict[str, str], part: Part) -> pd.Categorical:
    """The band of age of each row; a date that cannot be read counts as missing."""
    import pandas as pd

    folder = dict(part.keys)
    columns = {}
    for name in age_sources({*stored, *folder}, part.name):
        if name in folder:
            columns[name] = np.full(len(table), folder[name])
        else:
            log = IssueLog(part.name)
            column = column_of(table.column(stored[name]))
            columns[name] = other_column(name, column, log, str, Words())
    return age_bands(pd.DataFrame(columns), part.name)


def _tally(
    flags: dict[str, npt.NDArray[np.bool_]],
    factors: tuple[str, ...],
    codes: npt.NDArray[np.int64],
    groups: int,
) -> _Counts:
    """The counts of a row group whose rows are of several groups, or not packed."""
    plan = flags[PLAN]

    def count(rows: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
        if groups == 1:
            return np.array([np.count_nonzero(rows)], dtype=np.int64)
        return np.bincount(codes[rows], minlength=groups)

    return (
        np.stack([count(flags[name]) for name in factors]),
        np.stack([count(flags[name] & plan) for name in factors]),
        count(plan),
        np.bincount(codes, minlength=groups) if groups > 1 else np.array([len(codes)]),
    )
