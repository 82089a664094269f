"""Read the published tables that come with the package, and check each file while reading."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any, TypeVar

from riskmodel.core.toml import parse_toml
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.published.figures import (
    Column,
    Document,
    Figure,
    PublishedTable,
    Unit,
    read_number,
)

__all__ = [
    "documents",
    "find_figures",
    "load_table",
    "printed_table",
    "read_data_file",
    "read_toml",
    "table_ids",
    "units",
]

T = TypeVar("T")

STATEMENT_FIELDS = (
    "id",
    "printed",
    "reading",
    "unit",
    "of",
    "period",
    "document",
    "paragraph",
    "measures",
)


def table_ids() -> tuple[str, ...]:
    """Ids of the published tables, in the order of the catalogue.

    Examples
    --------
    >>> "risk_factors" in table_ids()
    True
    """
    return tuple(_catalogue())


@cache
def load_table(table: str) -> PublishedTable:
    """One published table, with the source of each figure.

    Parameters
    ----------
    table
        Table id, such as ``risk_factors``; see :func:`table_ids`.

    Raises
    ------
    UnknownNameError
        With the nearest ids.
    DataError
        When the data file is damaged; the message names file, line, field and what is allowed.

    Examples
    --------
    >>> print(load_table("risk_factors").figure("Child Neglect", "plans").value)
    142
    """
    if table not in _catalogue():
        raise UnknownNameError("published table", table, table_ids())
    return _load_statements() if table == "statements" else _load_printed_table(table)


def find_figures(text: str) -> list[tuple[tuple[str, str, str], Figure]]:
    """Figures whose printed number is the text, or whose description has all of its words.

    Parameters
    ----------
    text
        A number as printed (``303``, ``28.4%``, ``2,805``), or words in any order.

    Returns
    -------
    list
        ((table, row, column), figure), in the order of the catalogue.

    Examples
    --------
    >>> [figure.place for _, figure in find_figures("2361")]
    ['para 11']
    """
    number = text.strip().removesuffix("%").replace(",", "")
    words = text.casefold().split()
    found = []
    for table in table_ids():
        for (row, column), figure in load_table(table).cells.items():
            described = f"{table} {row} {figure.measures} {figure.period} {figure.of}".casefold()
            described = f"{described} {described.replace('_', ' ')}"
            is_printed = figure.reading == number or text.casefold().strip() in (
                figure.printed.casefold(),
                f"{figure.printed} {figure.unit.label}".casefold(),
            )
            if is_printed or all(word in described for word in words):
                found.append(((table, row, column), figure))
    return found if words else []


@cache
def documents() -> dict[str, Document]:
    """The source documents by id."""
    return {
        key: Document(key, entry["title"], entry["body"], entry["date"])
        for key, entry in read_toml("documents.toml").items()
    }


@cache
def units() -> dict[str, Unit]:
    """The units by id."""
    return {
        key: Unit(key, entry["label"], entry["counted"])
        for key, entry in read_toml("units.toml").items()
    }


def read_data_file(name: str) -> bytes:
    """Bytes of a data file of the package."""
    return resources.files("riskmodel.published").joinpath("data", name).read_bytes()


def read_toml(name: str) -> dict[str, Any]:
    """A TOML data file of the package."""
    return dict(parse_toml(read_data_file(name).decode("utf-8"), name).content)


@cache
def _catalogue() -> dict[str, Any]:
    return read_toml("tables.toml")


def _read_csv(name: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Header, and numbered rows, of a data file; rows of the wrong length are refused."""
    reader = csv.reader(io.StringIO(read_data_file(name).decode("utf-8"), newline=""), strict=True)
    header = next(reader)
    rows = []
    for cells in reader:
        if len(cells) != len(header):
            raise DataError(
                f"{len(cells)} cells where the header has {len(header)}",
                file=name,
                line=reader.line_num,
            )
        rows.append((reader.line_num, cells))
    return header, rows


def _load_printed_table(table: str) -> PublishedTable:
    entry, name = _catalogue()[table], f"{table}.csv"
    document = _known(documents(), entry["document"], "document", name, None)
    return printed_table(table, entry, *_read_csv(name), document, units())


def printed_table(
    table: str,
    entry: Mapping[str, Any],
    header: Sequence[str],
    numbered: Sequence[tuple[int, Sequence[str]]],
    document: Document,
    known_units: Mapping[str, Unit],
) -> PublishedTable:
    """A table of a catalogue: its description and its cells as printed.

    Parameters
    ----------
    table
        Its id, which is also the name of its file.
    entry
        Its entry in ``tables.toml``: title, paragraph, key, note, columns, rows.
    header, numbered
        The heading of the file, and its rows with their lines.
    document
        The document in which it is printed.
    known_units
        Units by the names used in columns and rows.

    Raises
    ------
    DataError
        When entry and file do not match, a key appears twice, or a cell is not a number; the
        message names file, line and field.
    """
    name = f"{table}.csv"
    described = entry["columns"]
    missing = [column for column in header[1:] if column not in described]
    if header[0] != entry["key"] or missing:
        raise DataError(
            f"the header is {', '.join(header)}; tables.toml has key {entry['key']} and columns "
            f"{', '.join(described)}",
            file=name,
            line=1,
        )
    keys = [row[0] for _, row in numbered]
    for kind, described_names, found in (
        ("column", described, header),
        ("row", entry.get("rows", {}), keys),
    ):
        for described_name in described_names:
            if described_name not in found:
                message = str(UnknownNameError(f"{kind} of {table}", described_name, found))
                raise DataError(message, file="tables.toml", field=table)
    columns = (
        Column(header[0], described.get(header[0], {}).get("label", header[0]), "key"),
        *(_column(column, described[column], name, known_units) for column in header[1:]),
    )
    cells = {}
    for line, row in numbered:
        overrides = entry.get("rows", {}).get(row[0], {})
        for column, printed in zip(columns[1:], row[1:], strict=True):
            if column.kind == "figure":
                cells[row[0], column.name] = _cell_figure(
                    table, entry, document, row[0], column, printed, overrides, line, known_units
                )
    _refuse_repeated_keys(name, [(line, row[0]) for line, row in numbered])
    return PublishedTable(
        table,
        entry["title"],
        document,
        entry["paragraph"],
        columns,
        tuple(tuple(row) for _, row in numbered),
        entry.get("note", ""),
        cells,
    )


def _column(
    name: str, entry: Mapping[str, Any], file: str, known_units: Mapping[str, Unit]
) -> Column:
    if entry.get("kind") == "label":
        return Column(name, entry["label"], "label")
    unit = _known(known_units, entry["unit"], "unit", file, None)
    return Column(
        name, entry["label"], "figure", unit, entry.get("of", ""), entry.get("period", "")
    )


def _cell_figure(  # noqa: PLR0913  a figure is all of these
    table: str,
    entry: Mapping[str, Any],
    document: Document,
    row: str,
    column: Column,
    printed: str,
    overrides: dict[str, Any],
    line: int,
    known_units: Mapping[str, Unit],
) -> Figure:
    name = f"{table}.csv"
    # A row of another unit (an average among counts) keeps the column's own percentages.
    unit = column.unit
    of = column.of
    if unit is not None and unit.id != "percent":
        unit = _known(known_units, overrides.get("unit", unit.id), "unit", name, line)
        of = overrides.get("of", of)
    if unit is None:
        raise DataError("a column of figures needs a unit", file=name, field=column.name)
    reading = printed.removesuffix("%").replace(",", "")
    try:
        interval = read_number(reading, counted=unit.counted)
    except DataError as error:
        raise DataError(str(error), file=name, line=line, field=column.name) from error
    return Figure(
        f"{table}[{row!r}, {column.name!r}]",
        printed,
        reading,
        interval,
        unit,
        of,
        overrides.get("period", column.period),
        document,
        entry["paragraph"],
        f"{row}: {column.label}",
    )


def _load_statements() -> PublishedTable:
    name = "statements.csv"
    header, numbered = _read_csv(name)
    if tuple(header) != STATEMENT_FIELDS:
        raise DataError(f"the header must be {','.join(STATEMENT_FIELDS)}", file=name, line=1)
    _refuse_repeated_keys(name, [(line, row[0]) for line, row in numbered])
    cells = {}
    for line, row in numbered:
        field = dict(zip(header, row, strict=True))
        unit = _known(units(), field["unit"], "unit", name, line)
        try:
            interval = read_number(field["reading"], counted=unit.counted)
        except DataError as error:
            raise DataError(str(error), file=name, line=line, field="reading") from error
        cells[field["id"], "reading"] = Figure(
            f"statements[{field['id']!r}]",
            field["printed"],
            field["reading"],
            interval,
            unit,
            field["of"],
            field["period"],
            _known(documents(), field["document"], "document", name, line),
            field["paragraph"],
            field["measures"],
        )
    entry = _catalogue()["statements"]
    columns = tuple(
        Column(column, column, "key" if column == "id" else "label")
        if column != "reading"
        else Column("reading", "reading", "figure")
        for column in header
    )
    return PublishedTable(
        "statements",
        entry["title"],
        documents()[entry["document"]],
        entry["paragraph"],
        columns,
        tuple(tuple(row) for _, row in numbered),
        entry.get("note", ""),
        cells,
    )


def _known(entries: Mapping[str, T], key: str, kind: str, file: str, line: int | None) -> T:
    if key not in entries:
        raise DataError(str(UnknownNameError(kind, key, entries)), file=file, line=line)
    return entries[key]


def _refuse_repeated_keys(name: str, keys: list[tuple[int, str]]) -> None:
    seen: dict[str, int] = {}
    for line, key in keys:
        if key in seen:
            raise DataError(f"{key!r} stands already in line {seen[key]}", file=name, line=line)
        seen[key] = line
