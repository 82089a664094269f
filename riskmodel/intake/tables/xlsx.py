"""One sheet of an Excel workbook (.xlsx) as rows of text.

A workbook is a ZIP archive of XML. It is read here with what Python brings: parts that declare a
document type are refused, and what is unpacked is bounded, so a file that nobody vouches for can
neither fetch nor explode anything. Formulas are not computed: their last value is read.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError, TreeBuilder, XMLParser

from riskmodel.errors import DataError, UnknownNameError
from riskmodel.intake.figures import check_heading

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

__all__ = ["Sheet", "read_sheet"]

Sheet = tuple[list[str], list[list[str | None]], list[int], list[tuple[int, int]]]
"""Heading, rows (as wide as the heading), the number of each, and rows with cells beyond it."""

_MOST_BYTES = 256 << 20
_LARGEST_PART = 8 << 20
_MOST_CELLS = 20_000_000
_MOST_COLUMNS = 16_384
_BLOCK = 1 << 16
_REFERENCE = re.compile(r"([A-Z]{1,3})[0-9]{1,7}")
_DATE_FORMATS = frozenset((*range(14, 18), 22, *range(27, 37), *range(50, 59)))
_NOT_DATE = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
_ODD = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError)


def read_sheet(path: Path, sheet: str | None = None) -> Sheet:
    """Read a sheet: the first row that is not empty is the heading.

    Parameters
    ----------
    path
        The workbook.
    sheet
        Name of the sheet; the first one without.

    Raises
    ------
    DataError
        When the file is no workbook, is broken, or unpacks to more than a table needs.
    UnknownNameError
        When it has no such sheet.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            book = _Book(archive, path.name)
            return book.table(sheet)
    except _ODD as error:
        message = f"this is no Excel workbook, or a broken one: {error}"
        raise DataError(message, file=path.name) from error
    except (ParseError, LookupError, ValueError, OverflowError) as error:
        raise DataError(f"the workbook cannot be read: {error}", file=path.name) from error


class _Book:
    """A workbook: its sheets, shared texts and which styles are dates."""

    def __init__(self, archive: zipfile.ZipFile, file: str) -> None:
        self.archive, self.file = archive, file
        self._unpacked = 0

    def table(self, sheet: str | None) -> Sheet:
        place, since = self._sheet_place(sheet)
        cells = _Cells(self._shared_texts(), self._date_styles(), since)
        heading: list[str] = []
        rows: list[list[str | None]] = []
        lines: list[int] = []
        ragged: list[tuple[int, int]] = []
        held = 0
        for number, found in self._rows(place, cells):
            if not heading:
                heading = [found.get(column) or "" for column in range(max(found) + 1)]
                check_heading(heading, self.file, number)
                continue
            width = max(found) + 1
            if width > len(heading):
                ragged.append((number, width))
                continue
            held += len(heading)
            if held > _MOST_CELLS:
                raise DataError(f"the sheet has more than {_MOST_CELLS:,} cells", file=self.file)
            rows.append([found.get(column) for column in range(len(heading))])
            lines.append(number)
        if not heading:
            raise DataError("the sheet is empty", file=self.file)
        return heading, rows, lines, ragged

    def _sheet_place(self, wanted: str | None) -> tuple[str, date]:
        """Where the sheet lies in the archive, and the day from which the workbook counts."""
        book, since, sheets = "xl/workbook.xml", date(1899, 12, 30), {}
        for element in self._parts(book, "workbookPr", "sheet"):
            if _local(element.tag) == "workbookPr":
                if element.get("date1904") in ("1", "true"):
                    since = date(1904, 1, 1)
            else:
                identity = next((v for k, v in element.items() if _local(k) == "id"), "")
                sheets[element.get("name", "")] = identity
        if not sheets:
            raise DataError("the workbook has no sheet", file=self.file)
        name = next(iter(sheets)) if wanted is None else wanted
        if name not in sheets:
            raise UnknownNameError(f"sheet in {self.file}", name, sheets)
        for element in self._parts("xl/_rels/workbook.xml.rels", "Relationship"):
            if element.get("Id") == sheets[name]:
                target = element.get("Target", "")
                return posixpath.normpath(posixpath.join("xl", target)).lstrip("/"), since
        raise DataError(f"the workbook lost its sheet {name!r}", file=self.file)

    def _shared_texts(self) -> list[str]:
        place = "xl/sharedStrings.xml"
        if place not in self.archive.namelist():
            return []
        return [_text(element) for element in self._parts(place, "si")]

    def _date_styles(self) -> frozenset[int]:
        place = "xl/styles.xml"
        if place not in self.archive.namelist():
            return frozenset()
        formats = set(_DATE_FORMATS)
        styles: frozenset[int] = frozenset()
        for element in self._parts(place, "numFmts", "cellXfs"):
            if _local(element.tag) == "numFmts":
                for entry in element:
                    code = _NOT_DATE.sub("", entry.get("formatCode", "")).casefold()
                    if any(letter in code for letter in "ymdh") and "general" not in code:
                        formats.add(int(entry.get("numFmtId", "-1")))
            else:
                used = (int(entry.get("numFmtId", "0")) for entry in element)
                styles = frozenset(i for i, number in enumerate(used) if number in formats)
        return styles

    def _rows(self, place: str, cells: _Cells) -> Iterator[tuple[int, dict[int, str]]]:
        number = 0
        for row in self._parts(place, "row"):
            number = int(row.get("r") or number + 1)
            found: dict[int, str] = {}
            for position, cell in enumerate(row):
                text = cells.text(cell)
                if text:
                    found[_column(cell.get("r", ""), position)] = text
            if found:
                yield number, found

    def _parts(self, place: str, *names: str) -> Iterator[Element]:
        """Elements of a part of the archive with these names, one after the other, whole."""
        builder = _Builder()
        around = builder.start("around", {})
        parser = XMLParser(target=builder)
        since = 0
        with self.archive.open(place) as stream:
            while block := stream.read(_BLOCK):
                self._unpacked += len(block)
                since += len(block)
                if self._unpacked > _MOST_BYTES or since > _LARGEST_PART:
                    raise DataError(
                        "the sheet or a part of it is too large for a workbook "
                        f"({self._unpacked >> 20} MB unpacked): save the table as CSV",
                        file=self.file,
                    )
                parser.feed(block)
                for element in _whole(around, names, ended=False):
                    since = 0
                    yield element
        parser.close()
        yield from _whole(around, names, ended=True)


class _Builder(TreeBuilder):
    """Refuses a document type before anything of it is read."""

    def doctype(self, *_: object) -> None:
        raise ValueError("a part of it declares a document type (DOCTYPE)")


def _whole(parent: Element, names: tuple[str, ...], *, ended: bool) -> Iterator[Element]:
    """Elements that have ended, taken out of the tree; the youngest may still grow."""
    children = list(parent)
    for position, child in enumerate(children):
        growing = not ended and position == len(children) - 1
        if _local(child.tag) in names:
            if growing:
                return
            yield child
        else:
            yield from _whole(child, names, ended=not growing)
            if growing:
                return
        parent.remove(child)


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _text(element: Element) -> str:
    """The text of a cell or shared text: its runs, without how they are read aloud."""
    if _local(element.tag) == "rPh":
        return ""
    if _local(element.tag) == "t":
        return element.text or ""
    return "".join(_text(part) for part in element)


def _column(reference: str, position: int) -> int:
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        return position
    number = 0
    for letter in match.group(1):
        number = number * 26 + ord(letter) - 64
    return min(number, _MOST_COLUMNS) - 1


class _Cells:
    """Reads cells as text: whole numbers without a point, dates as 2015-03-31."""

    def __init__(self, texts: list[str], dates: frozenset[int], since: date) -> None:
        self.texts, self.dates, self.since = texts, dates, since

    def text(self, cell: Element) -> str:
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            return _text(cell)
        value = next((part.text or "" for part in cell if _local(part.tag) == "v"), "")
        if kind == "s":
            return self.texts[int(value)] if value else ""
        if kind == "b":
            return {"1": "true", "0": "false"}.get(value, value)
        if kind == "n" and value:
            return self._number(value, int(cell.get("s", "0")))
        return value

    def _number(self, value: str, style: int) -> str:
        try:
            number = float(value)
        except ValueError:
            return value
        if style in self.dates and 1 <= number < 2_958_466:
            return (self.since + timedelta(days=int(number))).isoformat()
        return str(int(number)) if number.is_integer() and abs(number) < 1e15 else value
