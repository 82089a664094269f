"""Assessment tables in CSV files, Parquet and workbooks, of our own writing or an analyst's."""

from __future__ import annotations

import codecs
import csv
import io
import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import numpy as np

from riskmodel.errors import DataError, unreadable
from riskmodel.families import CHILD, FAMILY
from riskmodel.intake.figures import check_heading
from riskmodel.intake.result import Intake, IssueLog
from riskmodel.intake.tables.arrow import column_of, need_arrow
from riskmodel.intake.tables.cells import Column
from riskmodel.intake.tables.columns import Headings, brief, match_headings
from riskmodel.intake.tables.convert import Words, to_intake
from riskmodel.intake.tables.csv_cells import read_cells
from riskmodel.intake.tables.dictionary import Dictionary, read_dictionary
from riskmodel.intake.tables.mapping import ColumnMapping
from riskmodel.intake.tables.marker import SYNTHETIC, as_synthetic, is_marked
from riskmodel.intake.tables.shapes import Raw, to_our_shape
from riskmodel.intake.tables.worded_headings import looks_like_factor, without_words
from riskmodel.intake.tables.workbooks import read_sheet

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

__all__ = [
    "Part",
    "csv_table",
    "open_part",
    "parquet_dictionary",
    "parquet_parts",
    "read_csv",
    "read_parquet",
    "read_workbook_table",
]


def read_csv(
    path: Path,
    log: IssueLog,
    local_factors: Iterable[str] = (),
    mapping: ColumnMapping | None = None,
) -> Intake:
    """Read a table of assessments from CSV: UTF-8 (with or without BOM), UTF-16, Windows-1252.

    The basis of the columns comes from the data dictionary beside the file; without one they
    are observed, or assumed where a column ``synthetic`` is true in every row.
    """
    raw = csv_table(path, log)
    log.leave_out("assessments", "bad_row", raw.left_out)
    return _assemble(raw, log, read_dictionary(path), local_factors, mapping, path.name)


def read_workbook_table(
    path: Path,
    log: IssueLog,
    local_factors: Iterable[str] = (),
    mapping: ColumnMapping | None = None,
    sheet: str | None = None,
) -> Intake:
    """Read a table of assessments from a sheet of a workbook, the first one by default."""
    heading, rows, lines, ragged = read_sheet(path, sheet)
    for line, found in ragged:
        allowed = f"{len(heading)} cells, as in the heading"
        log.add("bad_row", f"row {line}", "", f"{found} cells", allowed)
    columns = tuple(Column.of(row[place] for row in rows) for place in range(len(heading)))
    raw = Raw(columns, tuple(heading), lambda row: f"row {lines[row]}", len(ragged))
    log.leave_out("assessments", "bad_row", raw.left_out)
    return _assemble(raw, log, read_dictionary(path), local_factors, mapping, path.name)


def _assemble(
    raw: Raw,
    log: IssueLog,
    dictionary: Dictionary,
    local_factors: Iterable[str],
    mapping: ColumnMapping | None,
    file: str,
) -> Intake:
    """Rename, bring into our shape, recognise the columns and convert them."""
    mapping = mapping or ColumnMapping()
    renamed = mapping.rename(raw.headings, file)
    raw = replace(raw, headings=tuple(without_words(heading) for heading in renamed))
    raw, dictionary = _marker_taken(raw, dictionary, mapping.words, file)
    raw = to_our_shape(raw, log, mapping.words, file=file)
    local = (*local_factors, *dictionary.factors)
    headings = match_headings(raw.headings, file=file, local_factors=local)
    _report_unread(headings, log)
    return to_intake(raw, headings, log, dictionary, source=file, words=mapping.words)


def _report_unread(headings: Headings, log: IssueLog) -> None:
    """Name the columns that look like a factor and are none that is known."""
    for name in headings.names:
        meant = "" if name in headings.factors else looks_like_factor(name, headings.factors)
        if meant:
            log.add("heading_not_read", "", brief(name).strip("'"), brief(name).strip("'"), meant)


def _marker_taken(
    raw: Raw, dictionary: Dictionary, words: Words, file: str
) -> tuple[Raw, Dictionary]:
    """Without the column that marks made-up rows, and what it says of the others."""
    place = raw.place((SYNTHETIC,))
    marked = None if place is None else is_marked(raw.columns[place], file, words)
    if place is None or marked is None:
        return raw, dictionary
    return raw.without([place]), as_synthetic(dictionary) if marked else dictionary


def csv_table(path: Path, log: IssueLog) -> Raw:
    """A CSV file as columns of text; lines with another number of cells are reported, left out.

    Raises
    ------
    DataError
        When it is no text, has no heading, or cannot be read as CSV.
    """
    data = _in_utf8(path, log)
    taken = 0

    def lines_of_heading() -> Iterator[str]:
        nonlocal taken
        for line in io.TextIOWrapper(io.BytesIO(data), encoding="utf-8", newline=""):
            taken += len(line.encode())
            yield line

    reader = csv.reader(lines_of_heading())
    try:
        heading = next(reader, [])
    except csv.Error as error:
        raise DataError(f"the heading cannot be read: {error}", file=path.name, line=1) from error
    if not any(cell.strip() for cell in heading):
        raise DataError("the file has no heading", file=path.name, line=1)
    check_heading(heading, path.name)
    rows = read_cells(data[taken:], len(heading), reader.line_num + 1, path.name)
    for line, found in rows.ragged:
        allowed = f"{len(heading)} cells, as in the heading"
        log.add("bad_row", f"line {line}", "", f"{found} cells", allowed)
    lines = rows.lines
    return Raw(
        tuple(rows.columns), tuple(heading), lambda row: f"line {lines[row]}", len(rows.ragged)
    )


def _in_utf8(path: Path, log: IssueLog) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error
    if not data[:4096].strip() and not data.strip():
        raise DataError("the file is empty", file=path.name)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return data.decode("utf-16").encode()
        except UnicodeDecodeError as error:
            raise DataError(f"this is no sound UTF-16: {error}", file=path.name) from error
    if b"\x00" in data[:4096]:
        raise DataError("this is no text file: it holds zero bytes", file=path.name)
    if data.isascii():
        return data
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        log.add("encoding", f"line {line}", "", f"byte {data[error.start]:#04x}", "UTF-8")
        return data.decode("cp1252", errors="replace").encode()
    return data.removeprefix(codecs.BOM_UTF8)


@dataclass(frozen=True, slots=True)
class Part:
    """One Parquet file, and what the folders above it say: ``authority=931/year=2015``."""

    path: Path
    name: str
    keys: tuple[tuple[str, str | int], ...] = ()


def parquet_parts(path: Path) -> tuple[Part, ...]:
    """The Parquet files of a path: one file, or all in a folder and its ``name=value`` folders.

    Raises
    ------
    DataError
        When there are none, or the folders of two of them do not name the same columns.
    """
    if path.is_file():
        return (Part(path, path.name),)
    parts = tuple(
        Part(file, file.relative_to(path).as_posix(), _keys(file.relative_to(path)))
        for file in sorted(path.rglob("*.parquet"))
        if not any(step.startswith((".", "_")) for step in file.relative_to(path).parts)
    )
    if not parts:
        raise DataError(
            "this folder holds no Parquet file (*.parquet), and no assessments.csv or "
            "ssd_cin_assessments.csv of census tables",
            file=path.name or str(path),
        )
    for part in parts[1:]:
        if [key for key, _ in part.keys] != [key for key, _ in parts[0].keys]:
            raise DataError(
                f"is not in folders of the same columns as {parts[0].name}", file=part.name
            )
    return parts


def _keys(relative: Path) -> tuple[tuple[str, str | int], ...]:
    keys: list[tuple[str, str | int]] = []
    for step in relative.parts[:-1]:
        name, equals, text = step.partition("=")
        value = unquote(text)
        if equals:
            keys.append((name, int(value) if name == "year" and value.isdigit() else value))
    return tuple(keys)


def open_part(part: Part) -> pq.ParquetFile:
    """Open a Parquet file.

    Raises
    ------
    DataError
        When it is none, or cannot be read; when pyarrow is not installed.
    """
    need_arrow(part.name)
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.ParquetFile(part.path, memory_map=True)
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        what = "its names are no text" if isinstance(error, UnicodeDecodeError) else error
        message = f"this is no Parquet file, or a broken one: {what}"
        raise DataError(message, file=part.name) from error
    except OSError as error:
        raise DataError(f"cannot be read: {error}", file=part.name) from error


def parquet_dictionary(file: pq.ParquetFile, name: str) -> Dictionary:
    """What the metadata of a Parquet file say of its columns."""
    metadata = file.schema_arrow.metadata or {}
    try:
        basis = json.loads(metadata.get(b"riskmodel.basis", b"{}"))
        factors = tuple(json.loads(metadata.get(b"riskmodel.factors", b"[]")))
        columns = tuple(json.loads(metadata.get(b"riskmodel.columns", b"[]")))
        if not isinstance(basis, dict):
            raise TypeError("not an object")
    except (ValueError, TypeError) as error:
        raise DataError(
            f"the metadata riskmodel.… are no JSON: {error}", file=name, field="riskmodel.basis"
        ) from error
    source = metadata.get(b"riskmodel.source", b"").decode("utf-8", errors="replace")
    return Dictionary(basis, factors, columns, source)


def read_parquet(
    path: Path,
    log: IssueLog,
    local_factors: Iterable[str] = (),
    mapping: ColumnMapping | None = None,
    every: int = 1,
) -> Intake:
    """Read a table of assessments from a Parquet file, or from a folder of them.

    The basis of the columns comes from the schema metadata; without them they are observed. Of
    ``every`` so many families one is read, whole, by the hash of its reference.
    """
    parts = parquet_parts(path)
    need_arrow(parts[0].name)
    import pyarrow as pa

    tables: list[pa.Table] = []
    starts: list[int] = []
    rows = 0
    dictionary = Dictionary()
    for part, table, found in _part_tables(parts, every):
        if not tables:
            dictionary = found
        elif table.column_names != tables[0].column_names or found.basis != dictionary.basis:
            raise DataError(
                f"has other columns, or another basis of them, than {parts[0].name}",
                file=part.name,
            )
        starts.append(rows)
        tables.append(table)
        rows += len(table)
    try:
        whole = pa.concat_tables(tables, promote_options="permissive")
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise DataError(f"the files hold different types: {error}", file=path.name) from error

    def reference(row: int) -> str:
        number = bisect_right(starts, row) - 1
        name = f"{parts[number].name} " if len(parts) > 1 else ""
        return f"{name}row {row - starts[number] + 1}"

    columns = tuple(map(column_of, whole.columns))
    raw = Raw(columns, tuple(whole.column_names), reference)
    return _assemble(raw, log, dictionary, local_factors, mapping, path.name)


def _some_families(table: pa.Table, every: int) -> pa.Table:
    """The rows of one in so many families, else children, else rows."""
    import pandas as pd
    import pyarrow as pa

    codes, known = np.arange(len(table), dtype=np.uint64), np.zeros(len(table), dtype=bool)
    for name in (FAMILY, CHILD):
        if name in table.column_names:
            words = table.column(name).cast(pa.string()).to_pandas()
            new = words.notna().to_numpy() & ~known
            codes[new] = pd.util.hash_array(words.to_numpy(dtype=object)[new])
            known |= new
    return table.filter(pa.array(codes % np.uint64(every) == 0))


def _part_tables(
    parts: tuple[Part, ...], every: int
) -> Iterator[tuple[Part, pa.Table, Dictionary]]:
    import pyarrow as pa

    for part in parts:
        file = open_part(part)
        try:
            if every > 1:
                groups = map(file.read_row_group, range(file.num_row_groups))
                table = pa.concat_tables([_some_families(group, every) for group in groups])
            else:
                table = file.read()
        except (pa.ArrowInvalid, OSError) as error:
            raise DataError(f"is broken: {error}", file=part.name) from error
        for key, value in part.keys:
            if key in table.column_names:
                raise DataError(
                    f"is a column of the file and of its folder {key}={value}",
                    file=part.name,
                    field=key,
                )
            table = table.append_column(key, pa.repeat(pa.scalar(value), len(table)))
        yield part, table, parquet_dictionary(file, part.name)
