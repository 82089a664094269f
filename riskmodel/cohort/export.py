"""Assessments written to CSV, Parquet (one file or partitioned) and the census return.

The same table gives the same bytes. Files appear whole or not at all. The basis of each column is
written too: in the schema metadata of Parquet, in a data dictionary beside CSV and XML.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

import numpy as np
import numpy.typing as npt

from riskmodel.assessments import PLAN, Assessments
from riskmodel.cohort.census_return import write_census_xml
from riskmodel.cohort.csv_lines import csv_lines
from riskmodel.cohort.dictionary import (
    dictionary_rows,
    marker_rows,
    write_dictionary,
    write_rows,
)
from riskmodel.core.files import new_file, new_folder
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.estimates import Basis
from riskmodel.intake.tables.dictionary import dictionary_path
from riskmodel.intake.tables.marker import SYNTHETIC, SYNTHETIC_SOURCE

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

__all__ = [
    "ROW_GROUP_ROWS",
    "Block",
    "write_census_xml",
    "write_csv",
    "write_dictionary",
    "write_parquet",
    "write_parquet_blocks",
    "write_parts",
]

Block = Mapping[str, Any]
"""Some rows of a table: NumPy arrays or pandas Series by column name; a single text or whole number
means a column with that value in every row."""

ROW_GROUP_ROWS = 1 << 18
"""Rows of a row group. Blocks of any size are cut and joined to this number, which fixes the
bytes."""


def write_csv(assessments: Assessments, path: Path, *, overwrite: bool = False) -> Path:
    """Write a table as CSV, with its data dictionary beside it.

    UTF-8, with a heading, ``true`` and ``false``, ISO dates, and missing values empty. The
    dictionary is ``<stem>.dictionary.csv``; :func:`riskmodel.intake.read_assessments` reads the
    basis from it. Made-up rows have a first column ``synthetic``, in case the file is passed on
    without it.

    Parameters
    ----------
    assessments
        What to write.
    path
        The file to make.
    overwrite
        Whether existing files may be replaced.

    Raises
    ------
    OutputError
        When a file exists already, or cannot be written: nothing is left behind.
    """
    made_up = assessments.source == SYNTHETIC_SOURCE
    marker: Block = {SYNTHETIC: np.ones(len(assessments), dtype=bool)} if made_up else {}
    columns = {**marker, **_columns(assessments)}
    with (
        new_file(path, overwrite=overwrite) as place,
        new_file(dictionary_path(path), overwrite=overwrite) as beside,
    ):
        with place.open("w", encoding="utf-8", newline="") as stream:
            stream.writelines(csv_lines(columns, len(assessments)))
        write_rows(beside, [*marker_rows(marker), *dictionary_rows(assessments)])
    return path


def write_parquet(
    assessments: Assessments,
    path: Path,
    *,
    partition_by: Sequence[str] = (),
    overwrite: bool = False,
) -> Path:
    """Write a table as Parquet: one file, or a folder such as ``authority=931/year=2015``.

    Parameters
    ----------
    assessments
        What to write.
    path
        File, or with ``partition_by`` folder to make.
    partition_by
        Columns whose values become folders; they are not stored in the files.
    overwrite
        Whether an existing file or folder may be replaced. A folder with anything but tables in it
        never is.

    Raises
    ------
    DataError
        When a partition column has gaps.
    OutputError
        When something exists there already, or cannot be written: nothing is left behind.
    UnknownNameError
        When a partition column does not exist.
    """
    return write_parquet_blocks(
        _blocks(assessments, partition_by),
        path,
        factors=assessments.factors,
        basis=assessments.basis,
        source=assessments.source,
        partition_by=partition_by,
        overwrite=overwrite,
    )


def write_parquet_blocks(
    blocks: Iterable[Block],
    path: Path,
    *,
    factors: Sequence[str],
    basis: Mapping[str, Basis],
    source: str = "synthetic",
    partition_by: Sequence[str] = (),
    overwrite: bool = False,
) -> Path:
    """Write a table block by block; only one block and row group are in memory.

    Parameters
    ----------
    blocks
        Pieces of the table in order, all with the same columns. With ``partition_by`` a block
        gives each partition column as one value, and the blocks of a partition follow each other.
    path, partition_by, overwrite
        As for :func:`write_parquet`.
    factors
        Which columns are factors.
    basis
        Basis of each column.
    source
        Where the rows come from.

    Returns
    -------
    pathlib.Path
        ``path``. The bytes depend on the rows and not on how they are cut into blocks.
    """
    sink = _Sink(factors, basis, source, tuple(partition_by))
    if partition_by:
        with new_folder(path, overwrite=overwrite) as folder:
            sink.write_folder(blocks, folder)
    else:
        with new_file(path, overwrite=overwrite) as place:
            sink.write_file(blocks, place)
    return path


def write_parts(
    blocks: Iterable[Block],
    folder: Path,
    *,
    factors: Sequence[str],
    basis: Mapping[str, Basis],
    source: str = "synthetic",
    partition_by: Sequence[str],
) -> int:
    """Write some partitions into a folder to which other processes write at the same time.

    Parameters
    ----------
    blocks, factors, basis, source, partition_by
        As for :func:`write_parquet_blocks`.
    folder
        The folder; each partition appears in it whole. A partition that exists is made again,
        because the process that made it may have ended before reporting it.

    Returns
    -------
    int
        Rows written.
    """
    sink = _Sink(factors, basis, source, tuple(partition_by))
    return sink.write_folder(blocks, folder)


class _Sink:
    """Writes blocks to Parquet files in row groups of a fixed number of rows."""

    def __init__(
        self,
        factors: Sequence[str],
        basis: Mapping[str, Basis],
        source: str,
        partition_by: tuple[str, ...],
    ) -> None:
        self.factors, self.basis = list(factors), dict(basis)
        self.source, self.partition_by = source, partition_by

    def write_file(self, blocks: Iterable[Block], place: Path) -> None:
        self._write(iter(blocks), place)

    def write_folder(self, blocks: Iterable[Block], folder: Path) -> int:
        written: set[Path] = set()
        rows = 0
        pending = iter(blocks)
        block = next(pending, None)
        if block is None:
            raise DataError("there is nothing to write: the table has no rows")
        while block is not None:
            key = self._key(block)
            steps = [
                f"{name}={quote(str(value), safe=' ')}"
                for name, value in zip(self.partition_by, key, strict=True)
            ]
            part = folder.joinpath(*steps, "part-0.parquet")
            if part in written:
                raise DataError(f"the rows of {'/'.join(steps)} do not follow each other")
            written.add(part)
            part.parent.mkdir(parents=True, exist_ok=True)
            following = _Following(block, pending, lambda other, key=key: self._key(other) == key)
            with new_file(part, overwrite=True) as place:
                rows += self._write(following, place)
            block = following.next_block
        return rows

    def _key(self, block: Block) -> tuple[str | int, ...]:
        for name in self.partition_by:
            if name not in block:
                raise UnknownNameError("column to partition by", name, block)
            if not isinstance(block[name], str | int):
                raise DataError("a block needs one value of a partition column", field=name)
        return tuple(block[name] for name in self.partition_by)

    def _write(self, blocks: Iterator[Block], place: Path) -> int:
        """Write one file; how many rows it has."""
        import pyarrow as pa

        writer: pq.ParquetWriter | None = None
        buffered: list[pa.Table] = []
        rows = written = 0
        try:
            for block in blocks:
                kept = {name: block[name] for name in block if name not in self.partition_by}
                table = _table(kept)
                if writer is None:
                    writer = _writer(place, self._schema(table.schema, list(block)))
                buffered.append(table.cast(writer.schema))
                rows += len(table)
                written += len(table)
                while rows >= ROW_GROUP_ROWS:
                    whole = pa.concat_tables(buffered)
                    _write_group(writer, whole.slice(0, ROW_GROUP_ROWS))
                    buffered, rows = [whole.slice(ROW_GROUP_ROWS)], rows - ROW_GROUP_ROWS
            if writer is None:
                raise DataError("there is nothing to write: the table has no blocks")
            if rows:
                _write_group(writer, pa.concat_tables(buffered))
        finally:
            if writer is not None:
                writer.close()
        return written

    def _schema(self, schema: pa.Schema, columns: list[str]) -> pa.Schema:
        """With our metadata, and flags marked as never missing (which is a quarter faster)."""
        import pyarrow as pa

        flags = {PLAN, *self.factors}
        marked = [field.with_nullable(field.name not in flags) for field in schema]
        return pa.schema(marked, metadata=self._metadata(columns))

    def _metadata(self, columns: list[str]) -> dict[str, str]:
        basis = {name: self.basis.get(name, "observed") for name in columns}
        return {
            "riskmodel.basis": json.dumps(basis),
            "riskmodel.columns": json.dumps(columns),
            "riskmodel.factors": json.dumps(self.factors),
            "riskmodel.source": self.source,
        }


class _Following:
    """A block and those after it, as long as they are wanted; then the first that is not."""

    def __init__(self, first: Block, pending: Iterator[Block], wanted: Any) -> None:
        self.next_block: Block | None = first
        self._pending, self._wanted = pending, wanted

    def __iter__(self) -> Iterator[Block]:
        return self

    def __next__(self) -> Block:
        block = self.next_block
        if block is None or not self._wanted(block):
            raise StopIteration
        self.next_block = next(self._pending, None)
        return block


def _writer(place: Path, schema: pa.Schema) -> pq.ParquetWriter:
    import pyarrow as pa
    import pyarrow.parquet as pq

    texts = [field.name for field in schema if pa.types.is_string(field.type)]
    numbers = [field.name for field in schema if pa.types.is_integer(field.type)]
    return pq.ParquetWriter(
        str(place),
        schema,
        compression="zstd",
        compression_level=1,
        use_dictionary=texts,
        column_encoding=dict.fromkeys(numbers, "DELTA_BINARY_PACKED") or None,
        write_statistics=[*texts, *numbers],
    )


def _write_group(writer: pq.ParquetWriter, table: pa.Table) -> None:
    # One chunk a column: where blocks met must not show in the bytes.
    writer.write_table(table.combine_chunks(), row_group_size=ROW_GROUP_ROWS)


def _columns(assessments: Assessments) -> Block:
    return {name: assessments.frame[name] for name in assessments.frame.columns}


def _blocks(assessments: Assessments, partition_by: Sequence[str]) -> Iterator[Block]:
    frame = assessments.frame
    for name in partition_by:
        if name not in frame.columns:
            raise UnknownNameError("column to partition by", name, frame.columns)
        if frame[name].isna().any():
            raise DataError("a column to partition by has gaps", field=name)
    if not partition_by:
        yield _columns(assessments)
        return
    for key, rows in frame.groupby(list(partition_by), sort=True, observed=True):
        block: dict[str, Any] = {name: rows[name] for name in frame.columns}
        for name, value in zip(partition_by, cast(tuple[Any, ...], key), strict=True):
            block[name] = value if isinstance(value, str) else int(value)
        yield block


def _table(block: Block) -> pa.Table:
    import pyarrow as pa

    lengths = [len(values) for values in block.values() if not isinstance(values, str | int)]
    rows = lengths[0] if lengths else 1
    return pa.table({name: _array(values, rows) for name, values in block.items()})


def _array(values: Any, rows: int) -> pa.Array:
    import pyarrow as pa

    if isinstance(values, str | int):
        return pa.repeat(pa.scalar(values), rows)
    dtype = values.dtype
    if isinstance(dtype, np.dtype) and dtype.kind in "biuM":
        plain: npt.NDArray[Any] = np.asarray(values)
        return pa.array(plain.astype("datetime64[D]") if dtype.kind == "M" else plain)
    array = pa.array(values, from_pandas=True)
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_large_string(array.type) or pa.types.is_null(array.type):
        array = array.cast(pa.string())
    if pa.types.is_timestamp(array.type):
        array = array.cast(pa.date32(), safe=False)
    return array
