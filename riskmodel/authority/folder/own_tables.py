"""Tables that an authority has published, with the checks of their arithmetic.

The folder has the form of the tables that ship: ``tables.toml`` describes each table, ``NAME.csv``
holds its cells as printed, and ``identities.toml`` says what must hold if every figure is right.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from riskmodel.authority.folder.problems import bare_message
from riskmodel.core.toml import Table, read_toml
from riskmodel.errors import DataError, check_name
from riskmodel.intake.figures import read_rows
from riskmodel.published import Audit, Document, PublishedTable, Unit, units
from riskmodel.published.catalogue import printed_table
from riskmodel.published.findings import audited

__all__ = ["CATALOGUE", "IDENTITIES", "OwnTables", "read_own_tables"]

CATALOGUE, IDENTITIES = "tables.toml", "identities.toml"

_ID = re.compile(r"[a-z][a-z0-9_]*")
_TABLE = ("title", "document", "date", "body", "paragraph", "key", "note", "columns", "rows")
_COLUMN = ("label", "kind", "unit", "of", "period", "counted")
_ROW = ("unit", "of", "period")
_IDENTITY = ("id", "title", "claim", "for_each", "but", "cases", "repair", "note", "also")
_REPAIR = ("reading", "claim")


@dataclass(frozen=True, slots=True)
class OwnTables:
    """An authority's own published tables, and the result of checking their arithmetic.

    Parameters
    ----------
    tables
        In the order of ``tables.toml``.
    audit
        A finding for each identity, and for each row of an identity that is checked row by row.
    files
        All files that were read.
    """

    tables: tuple[PublishedTable, ...]
    audit: Audit
    files: tuple[Path, ...]

    def __str__(self) -> str:
        figures = sum(len(table.cells) for table in self.tables)
        checks = f"; {self.audit.summary()}" if self.audit.findings else "; no checks"
        tables = "1 table" if len(self.tables) == 1 else f"{len(self.tables)} tables"
        return f"{tables}, {figures:,} figures{checks}"


def read_own_tables(folder: Path, body: str) -> OwnTables:
    """Read the tables of a folder, and check their arithmetic.

    Parameters
    ----------
    folder
        With ``tables.toml``, a CSV file of each table's name, and, where there are checks,
        ``identities.toml``.
    body
        The publisher of the documents, for tables that do not name one.

    Raises
    ------
    DataError
        For the first mistake, with file, line and key, what was found and what is allowed.
    """
    catalogue = read_toml(folder / CATALOGUE)
    if not catalogue.content:
        raise DataError("describes no table; allowed: [name], title, columns", file=CATALOGUE)
    files = [folder / CATALOGUE]
    tables = {}
    for name in catalogue:
        if not _ID.fullmatch(name):
            message = "a table is called by small letters, digits and underscores, such as plans"
            raise catalogue.error(message, name)
        tables[name] = _read_table(catalogue.section(name), folder / f"{name}.csv", body)
        files.append(folder / f"{name}.csv")
    identities: dict[str, Table] = {}
    if (folder / IDENTITIES).exists():
        files.append(folder / IDENTITIES)
        identities = _identities(read_toml(folder / IDENTITIES))

    def load(name: str) -> PublishedTable:
        check_name("published table", name, tables)
        return tables[name]

    try:
        found = audited(map(_identity, identities.values()), load=load)
    except DataError as error:
        if error.field not in identities or error.line is not None:
            raise
        raise identities[error.field].error(bare_message(error), "claim") from error
    return OwnTables(tuple(tables.values()), found, tuple(files))


def _read_table(entry: Table, path: Path, body: str) -> PublishedTable:
    entry.check_keys(_TABLE)
    title, key = entry.required("title", str), entry.required("key", str)
    document = entry.required("document", str, "is missing: the title of the document")
    day = entry.required("date", date, "is missing: the date of the document, such as 2024-06-12")
    known = dict(units())
    columns = {
        name: column
        for name in entry.section("columns")
        for column in (_column(entry.section("columns").section(name), name == key, known),)
    }
    rows = {}
    for name in entry.section("rows"):
        row = entry.section("rows").section(name)
        row.check_keys(_ROW)
        rows[name] = {word: row.required(word, str) for word in row}
        _add_unit(known, rows[name].get("unit", ""), is_counted=True)
    heading, numbered = read_rows(path)
    return printed_table(
        path.stem,
        {
            "title": title,
            "paragraph": entry.optional("paragraph", str, "") or "in a table",
            "key": key,
            "note": entry.optional("note", str, ""),
            "columns": columns,
            "rows": rows,
        },
        heading,
        [(line, [cell.strip() for cell in cells]) for line, cells in numbered],
        Document(document, document, entry.optional("body", str, body), day),
        known,
    )


def _column(column: Table, is_key: bool, known: dict[str, Unit]) -> dict[str, Any]:
    column.check_keys(_COLUMN)
    kind = column.optional("kind", str, "figure")
    if kind not in ("figure", "label"):
        raise column.error(f'must be "figure" or "label"; found {kind!r}', "kind")
    found = {name: column.optional(name, str, "") for name in ("of", "period")}
    found |= {"label": column.optional("label", str, str(column.path[-1])), "kind": kind}
    if kind == "figure" and not is_key:
        unit = column.required("unit", str, "is missing: what is counted, such as children")
        _add_unit(known, unit, is_counted=column.optional("counted", bool, True))
        found["unit"] = unit
    return found


def _add_unit(known: dict[str, Unit], name: str, *, is_counted: bool) -> None:
    """A unit that the package does not know is called as it is written."""
    if name:
        known.setdefault(name, Unit(name, name, is_counted))


def _identities(file: Table) -> dict[str, Table]:
    file.check_keys(("identity",))
    found: dict[str, Table] = {}
    for one in file.sections("identity"):
        name = one.required("id", str)
        if name in found:
            raise one.error(f"{name!r} stands twice; keep one", "id")
        found[name] = one
    return found


def _identity(one: Table) -> dict[str, Any]:
    one.check_keys(_IDENTITY)
    found: dict[str, Any] = {name: one.required(name, str) for name in ("id", "title", "claim")}
    found |= {name: one.required(name, str) for name in ("for_each", "note", "also") if name in one}
    found |= {name: one.texts(name) for name in ("but", "cases") if name in one}
    if "repair" in one:
        repair = one.section("repair")
        repair.check_keys(_REPAIR)
        found["repair"] = {"reading": repair.required("reading", str)} | (
            {"claim": repair.required("claim", str)} if "claim" in repair else {}
        )
    return found
