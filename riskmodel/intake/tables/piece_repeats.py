"""Assessments that come again in Parquet read a row group at a time, found by their hashes.

What names an assessment becomes a number of 64 bits. Only those numbers are held, never the rows,
and of very long tables only a share of them at a time. Rows of assessments that come once are
counted as they pass; of the others the flags are kept, packed, until the last row group.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from riskmodel.intake.repeats import identity, needed_for_identity
from riskmodel.intake.result import IssueLog
from riskmodel.intake.tables.files import Part, open_part
from riskmodel.intake.tables.row_groups import Meaning, meaning_of, read_group, stored_names

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq

__all__ = ["Held", "hashes_of", "joined_held", "repeated_hashes"]

Hashes = npt.NDArray[np.uint64]

_AT_ONCE = 1 << 24
"""Hashes held at a time: 128 MB."""

_NUMBER = "assessment_id"


@dataclass(frozen=True, slots=True)
class Held:
    """Rows whose assessments come more than once, in the order of the file.

    Parameters
    ----------
    keys
        The groups.
    codes
        For each row its group; shape (R,).
    hashes
        Of what names each assessment; shape (R,).
    flags
        The plan and then the factors; shape (R, 1 + J).
    """

    keys: list[tuple[object, ...]]
    codes: npt.NDArray[np.int64]
    hashes: Hashes
    flags: npt.NDArray[np.bool_]


def repeated_hashes(parts: Sequence[Part], local: tuple[str, ...]) -> Hashes:
    """The hashes of assessments that come more than once, in order; none as a rule.

    Numbers that rise from row to row, in ranges of row groups that do not overlap, cannot repeat:
    such a table is read once and nothing is hashed.
    """
    none = np.array([], dtype=np.uint64)
    if _rise(parts, local):
        return none
    rows = sum(open_part(part).metadata.num_rows for part in parts)
    shares = np.uint64(1 + rows // _AT_ONCE)
    repeated = []
    for share in range(int(shares)):
        pieces = [
            hashes[hashes % shares == share] if shares > 1 else hashes
            for hashes in _all_hashes(parts, local)
        ]
        ordered = np.sort(np.concatenate([none, *pieces]))
        repeated.append(np.unique(ordered[1:][ordered[1:] == ordered[:-1]]))
    return np.sort(np.concatenate(repeated))


def _rise(parts: Sequence[Part], local: tuple[str, ...]) -> bool:
    """Whether no two assessments can have one number, or none can be told apart."""
    import pyarrow as pa

    ranges: dict[tuple[object, ...], list[tuple[int, int]]] = {}
    for file, part, meaning in _files(parts, local):
        stored = stored_names(file, meaning.headings)
        if not identity(meaning.headings.names):
            continue
        if _NUMBER not in stored:
            return False
        kind = file.schema_arrow.field(stored[_NUMBER]).type
        if not pa.types.is_integer(kind):
            return False
        for group in range(file.num_row_groups):
            column = read_group(file, group, part, [stored[_NUMBER]]).column(0)
            if column.null_count:
                return False
            numbers = column.to_numpy()
            if len(numbers) and not (numbers[1:] > numbers[:-1]).all():
                return False
            if len(numbers):
                ends = (int(numbers[0]), int(numbers[-1]))
                ranges.setdefault(part.keys, []).append(ends)
    ordered = (sorted(pairs) for pairs in ranges.values())
    return all(before[1] < after[0] for pairs in ordered for before, after in pairwise(pairs))


def _files(
    parts: Sequence[Part], local: tuple[str, ...]
) -> Iterator[tuple[pq.ParquetFile, Part, Meaning]]:
    meaning: Meaning | None = None
    for part in parts:
        file = open_part(part)
        if meaning is None or not meaning.is_of(file, part):
            meaning = meaning_of(file, part, local)
        yield file, part, meaning


def _all_hashes(parts: Sequence[Part], local: tuple[str, ...]) -> Iterator[Hashes]:
    for file, part, meaning in _files(parts, local):
        for group in range(file.num_row_groups):
            hashes, is_told_apart = hashes_of(file, group, part, meaning)
            yield hashes[is_told_apart]


def hashes_of(
    file: pq.ParquetFile, group: int, part: Part, meaning: Meaning
) -> tuple[Hashes, npt.NDArray[np.bool_]]:
    """A hash for each row of a row group, and which rows hold what tells them apart."""
    import pandas as pd

    stored = stored_names(file, meaning.headings)
    names = identity(meaning.headings.names)
    folder = dict(part.keys)
    inside = [name for name in names if name not in folder and name in stored]
    rows = file.metadata.row_group(group).num_rows
    if not inside:
        return np.zeros(rows, dtype=np.uint64), np.zeros(rows, dtype=bool)
    table = read_group(file, group, part, [stored[name] for name in inside])
    columns: dict[str, Any] = {name: [str(folder[name])] * rows for name in names if name in folder}
    columns |= {name: _plain(table.column(stored[name])) for name in inside}
    frame = pd.DataFrame({name: columns[name] for name in names if name in columns})
    needed = [name for name in needed_for_identity(names) if name in frame.columns]
    told_apart = frame[needed].notna().all(axis=1).to_numpy(bool)
    hashes: Hashes = np.asarray(pd.util.hash_pandas_object(frame, index=False), dtype=np.uint64)
    return hashes, told_apart


def _plain(column: pa.ChunkedArray) -> pd.Series:
    """A column of what names an assessment as text, the same whatever type a file gives it."""
    import pandas as pd
    import pyarrow as pa

    from riskmodel.intake.keys import plain_reference

    if pa.types.is_temporal(column.type):
        column = column.cast(pa.date32(), safe=False)
    elif not pa.types.is_integer(column.type):
        texts = column.cast(pa.string()).to_pandas()
        return pd.Series(texts.map(plain_reference, na_action="ignore"), dtype="str")
    return pd.Series(column.cast(pa.string()).to_pandas(), dtype="str")


def joined_held(
    held: Sequence[Held], log: IssueLog
) -> Iterator[tuple[tuple[object, ...], npt.NDArray[np.bool_]]]:
    """Flags of each assessment that came more than once, by the group of its first row.

    The plan and the factors of all its rows are joined; each further row is an issue.
    """
    if not held:
        return
    hashes = np.concatenate([piece.hashes for piece in held])
    flags = np.concatenate([piece.flags for piece in held])
    keys = list(dict.fromkeys(key for piece in held for key in piece.keys))
    places = {key: place for place, key in enumerate(keys)}
    groups = np.concatenate(
        [np.array([places[key] for key in piece.keys])[piece.codes] for piece in held]
    )
    order = np.argsort(hashes, kind="stable")
    _, first = np.unique(hashes[order], return_index=True)
    union = np.logical_or.reduceat(flags[order], first, axis=0)
    head = np.repeat(order[first], np.diff([*first, len(order)]))
    further = np.ones(len(order), dtype=bool)
    further[first] = False
    differs = (flags[order] != flags[head]).any(axis=1) & further
    for rule, number in (
        ("repeat_differs", differs.sum()),
        ("repeated", (further & ~differs).sum()),
    ):
        for _ in range(int(number)):
            log.add(rule, "", _NUMBER, "", "each assessment once")
    log.leave_out("assessments", "repeated", int(further.sum()))
    log.leave_out("plans", "repeated", int(flags[:, 0].sum()) - int(union[:, 0].sum()))
    owners = groups[order[first]]
    for number in np.unique(owners):
        yield keys[number], union[owners == number]
