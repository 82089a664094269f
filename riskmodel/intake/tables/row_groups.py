"""Parquet row group by row group: what its columns mean, and the flags of one piece at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from riskmodel.ages import AGE_BAND, age_sources
from riskmodel.assessments import PLAN, Assessments
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.intake.reading import is_parquet
from riskmodel.intake.tables.arrow import column_of
from riskmodel.intake.tables.columns import Headings, match_headings
from riskmodel.intake.tables.convert import FLAGS_ALLOWED, read_flags
from riskmodel.intake.tables.dictionary import Dictionary
from riskmodel.intake.tables.files import Part, open_part, parquet_dictionary, parquet_parts
from riskmodel.intake.tables.marker import SYNTHETIC, as_synthetic, is_marked
from riskmodel.intake.tables.shapes import is_our_shape
from riskmodel.intake.tables.worded_headings import without_words

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

__all__ = [
    "Meaning",
    "check_factors",
    "flags_of",
    "is_in_columns",
    "iter_assessments",
    "marked",
    "meaning_of",
    "read_group",
    "stored_names",
]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the columns of a file mean: the same for all files of the same schema and folders."""

    schema: pa.Schema
    folders: tuple[str, ...]
    headings: Headings
    dictionary: Dictionary

    def is_of(self, file: pq.ParquetFile, part: Part) -> bool:
        """Whether it holds for that file too."""
        return self.folders == tuple(key for key, _ in part.keys) and self.schema.equals(
            file.schema_arrow, check_metadata=True
        )


def iter_assessments(path: Path, *, local_factors: Iterable[str] = ()) -> Iterator[Assessments]:
    """Plan and factors of a Parquet file or folder, a row group at a time.

    Parameters
    ----------
    path
        Parquet in which plan and factors have columns of their own; see :func:`is_in_columns`.
    local_factors
        Columns that are factors of the analyst's own.

    Yields
    ------
    Assessments
        Of each row group its plan and factors, and no other column.

    Raises
    ------
    DataError
        When a file cannot be read, a flag is neither true nor false, or files have different
        factors.
    """
    import pandas as pd

    local = tuple(local_factors)
    expected: tuple[str, ...] | None = None
    for part in parquet_parts(Path(path)):
        file = open_part(part)
        meaning = meaning_of(file, part, local)
        factors = meaning.headings.factors
        check_factors(factors, factors if expected is None else expected, part)
        expected = factors
        stored = stored_names(file, meaning.headings)
        for group in range(file.num_row_groups):
            dictionary = marked(file, group, part, stored, meaning.dictionary)
            table = read_group(file, group, part, [stored[name] for name in (PLAN, *factors)])
            columns = {name: table.column(stored[name]) for name in (PLAN, *factors)}
            frame = pd.DataFrame(flags_of(columns, group, part))
            basis = {name: dictionary.basis_of(name) for name in frame.columns}
            yield Assessments(frame, factors, basis, part.name)


def check_factors(found: tuple[str, ...], expected: tuple[str, ...], part: Part) -> None:
    """Refuse a file whose factors are not those of the first.

    Raises
    ------
    DataError
        With those that differ.
    """
    if found != expected:
        different = sorted(set(found) ^ set(expected)) or ["their order"]
        raise DataError(
            f"has other factors than the first file: {', '.join(different)}", file=part.name
        )


def stored_names(file: pq.ParquetFile, headings: Headings) -> dict[str, str]:
    """Our name of each column of a file, with the file's own."""
    return dict(zip(headings.names, [*file.schema_arrow.names], strict=False))


def read_group(file: pq.ParquetFile, group: int, part: Part, columns: Sequence[str]) -> Any:
    """Some columns of a row group, as an Arrow table.

    Raises
    ------
    DataError
        When it is broken.
    """
    import pyarrow as pa

    try:
        return file.read_row_group(group, columns=list(columns))
    except (pa.ArrowInvalid, OSError) as error:
        raise DataError(f"is broken: {error}", file=part.name) from error


def meaning_of(
    file: pq.ParquetFile, part: Part, local: tuple[str, ...] = (), by: Sequence[str] = ()
) -> Meaning:
    """What the columns of a file and of its folders mean, those to group by among them."""
    dictionary = parquet_dictionary(file, part.name)
    folders = tuple(key for key, _ in part.keys)
    headings = match_headings(
        [*(without_words(name) for name in file.schema_arrow.names), *folders],
        file=part.name,
        local_factors=(*local, *dictionary.factors),
    )
    for column in by:
        if column not in headings.names and column == AGE_BAND:
            age_sources(headings.names, part.name)
        elif column not in headings.names:
            allowed = dict.fromkeys((*headings.names, AGE_BAND))
            raise UnknownNameError("column to group by", column, allowed)
    return Meaning(file.schema_arrow, folders, headings, dictionary)


def is_in_columns(path: Path) -> bool:
    """Whether a path is Parquet in which plan and factors have columns of their own."""
    if not path.exists() or not is_parquet(path):
        return False
    return all(
        is_our_shape([without_words(n) for n in open_part(part).schema_arrow.names])
        for part in parquet_parts(path)
    )


def flags_of(
    columns: Mapping[str, pa.ChunkedArray], group: int, part: Part
) -> dict[str, npt.NDArray[np.bool_]]:
    """Flag columns as arrays; a cell that is neither true nor false is refused."""
    found = {}
    for name, column in columns.items():
        values, bad = read_flags(column_of(column))
        if bad.any():
            row = int(np.flatnonzero(bad)[0])
            raise DataError(
                f"row group {group + 1}, row {row + 1}: found {column[row].as_py()!r}; allowed: "
                f"{FLAGS_ALLOWED}",
                file=part.name,
                field=name,
            )
        found[name] = values
    return found


def marked(
    file: pq.ParquetFile, group: int, part: Part, stored: dict[str, str], dictionary: Dictionary
) -> Dictionary:
    """What is known of the columns, after a look at the column that marks made-up rows."""
    heading = next((stored[name] for name in stored if name.casefold() == SYNTHETIC), None)
    if heading is None:
        return dictionary
    column = file.read_row_group(group, columns=[heading]).column(0)
    return as_synthetic(dictionary) if is_marked(column_of(column), part.name) else dictionary
