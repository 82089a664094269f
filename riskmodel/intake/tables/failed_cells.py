"""Cells of a formula that failed (#N/A, #DIV/0!, #REF!) in workbooks other than ``.xlsx``.

Calamine reads them as empty, and in an ``.ods`` that Excel wrote as 0. So the bytes are looked
through beside it: nothing is taken from them but where such a cell stands.

Sources: Microsoft, *[MS-CFB]*, *[MS-XLS]* (2.4.24 BoolErr, 2.4.28 BoundSheet8, 2.4.127 Formula) and
*[MS-XLSB]* (2.1.4 records; BrtCellError, BrtFmlaError); OASIS, *OpenDocument 1.3*, part 3, 9.1.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from posixpath import join, normpath
from xml.etree.ElementTree import Element, ParseError, fromstring

from riskmodel.errors import DataError

__all__ = ["failed_cells", "sheet_parts"]

Failed = dict[str, list[tuple[int, int]]]
"""Row and column of each failed cell, from 0, by sheet."""

_MOST_BYTES = 256 << 20
_MOST_FAILED = 1_000_000
_NO_SECTOR = 0xFFFFFFFC
"""From here on a number of a sector is a mark."""

_ODF_FAILED = re.compile(r"#(DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!)|Err:[0-9]{3}")
_ODF_SIGN = re.compile(rb">#(?:DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!)<|>Err:[0-9]{3}<")
_XLS_SIGN = re.compile(rb"\x05\x02\x08\x00|\x02.[\x00-\x2b]...\xff\xff", re.DOTALL)
_BROKEN = (
    struct.error, IndexError, KeyError, ValueError, ParseError, zipfile.BadZipFile, zlib.error,
    NotImplementedError, RuntimeError, EOFError, OSError,
)  # fmt: skip


def failed_cells(path: Path) -> Failed:
    """Where the failed cells of an ``.xls``, ``.xlsb`` or ``.ods`` stand.

    Raises
    ------
    DataError
        When the file cannot be looked through, for then a failed cell would be read as empty.
    """
    ways = {".xls": _in_xls, ".xlsb": _in_xlsb, ".ods": _in_ods}
    try:
        return ways[path.suffix.casefold()](path)
    except _BROKEN as error:
        message = (
            "the workbook cannot be looked through for cells of a formula that failed: save it as "
            ".xlsx"
        )
        raise DataError(message, file=path.name) from error


def sheet_parts(names: Mapping[str, str], relations: bytes) -> dict[str, str]:
    """The part of an archive that holds each sheet, from the relations of its book.

    Parameters
    ----------
    names
        Sheets by the identifier of their relation.
    relations
        The part that says where each leads.
    """
    targets = {entry.get("Id"): entry.get("Target", "") for entry in fromstring(relations)}
    return {
        name: normpath(join("/xl", targets[key])).lstrip("/")
        for key, name in names.items()
        if key in targets
    }


# .xlsb: a zip archive with parts of records.


def _in_xlsb(path: Path) -> Failed:
    with zipfile.ZipFile(path) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > _MOST_BYTES:
            raise DataError("is too large for a workbook: save the table as CSV", file=path.name)
        names = {}
        for kind, body in _xlsb_records(archive.read("xl/workbook.bin")):
            if kind == 156:  # BrtBundleSh: state and number, then two texts
                identifier, after = _wide_text(body, 8)
                names[identifier] = _wide_text(body, after)[0]
        parts = sheet_parts(names, archive.read("xl/_rels/workbook.bin.rels"))
        held = set(archive.namelist())
        return {
            name: list(_xlsb_failed(archive.read(part)))
            for name, part in parts.items()
            if part in held
        }


def _wide_text(data: bytes, at: int) -> tuple[str, int]:
    length = struct.unpack_from("<I", data, at)[0]
    end = at + 4 + 2 * length
    return data[at + 4 : end].decode("utf-16-le"), end


def _xlsb_records(data: bytes) -> Iterator[tuple[int, bytes]]:
    at, length = 0, len(data)
    while at < length:
        kind = data[at]
        at += 1
        if kind & 0x80:
            kind = kind & 0x7F | (data[at] & 0x7F) << 7
            at += 1
        size = shift = 0
        while True:
            byte = data[at]
            at += 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80 or shift > 21:
                break
        yield kind, data[at : at + size]
        at += size


def _xlsb_failed(data: bytes) -> Iterator[tuple[int, int]]:
    row = 0
    for kind, body in _xlsb_records(data):
        if kind == 0:  # BrtRowHdr
            row = struct.unpack_from("<I", body)[0]
        elif kind in (3, 11):  # BrtCellError, BrtFmlaError
            yield row, struct.unpack_from("<I", body)[0]


# .xls: a compound file with one stream of records.


def _in_xls(path: Path) -> Failed:
    data = path.read_bytes()
    book = _stream(data) if data.startswith(b"\xd0\xcf\x11\xe0") else data
    if not _XLS_SIGN.search(book):
        return {}
    failed: Failed = {}
    is_wide = True
    for kind, body in _xls_records(book, 0):
        if kind == 0x0809:  # BOF
            is_wide = struct.unpack_from("<H", body)[0] >= 0x0600
        elif kind == 0x0085:  # BoundSheet
            start, length = struct.unpack_from("<I", body)[0], body[6]
            if is_wide:
                text = body[8 : 8 + length * (2 if body[7] & 1 else 1)]
                name = text.decode("utf-16-le" if body[7] & 1 else "latin-1")
            else:
                name = body[7 : 7 + length].decode("cp1252", errors="replace")
            failed[name] = list(_xls_failed(book, start))
        elif kind == 0x000A:  # EOF
            break
    return failed


def _xls_records(book: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    while at + 4 <= len(book):
        kind, size = struct.unpack_from("<HH", book, at)
        yield kind, book[at + 4 : at + 4 + size]
        at += 4 + size


def _xls_failed(book: bytes, start: int) -> Iterator[tuple[int, int]]:
    depth = 0
    for kind, body in _xls_records(book, start):
        # A chart within the sheet has a beginning and an end of its own.
        depth += (kind == 0x0809) - (kind == 0x000A)
        if depth <= 0:
            return
        is_error = kind == 0x0205 and body[7] == 1
        is_error |= kind == 0x0006 and body[6] == 2 and body[12:14] == b"\xff\xff"
        if is_error:
            row, column = struct.unpack_from("<HH", body)
            yield row, column


def _stream(data: bytes) -> bytes:
    """The stream of the workbook out of a compound file."""
    sector, small = (1 << shift for shift in struct.unpack_from("<HH", data, 30))
    first_directory, cutoff, first_small = (
        struct.unpack_from("<I", data, at)[0] for at in (48, 56, 60)
    )
    listed = list(struct.unpack_from("<109I", data, 76))
    further, seen = struct.unpack_from("<I", data, 68)[0], 0
    while further < _NO_SECTOR and seen <= len(data) // sector:
        *more, further = _numbers(data, (further + 1) * sector, sector)
        listed += more
        seen += 1
    table = [
        number
        for position in listed
        if position < _NO_SECTOR
        for number in _numbers(data, (position + 1) * sector, sector)
    ]

    def chain(start: int) -> bytes:
        return b"".join(data[(n + 1) * sector : (n + 2) * sector] for n in _chain(table, start))

    directory = chain(first_directory)
    entries = [directory[at : at + 128] for at in range(0, len(directory), 128)]
    books = {
        name: entry
        for entry in entries
        if (name := entry[: max(struct.unpack_from("<H", entry, 64)[0] - 2, 0)])
    }
    entry = books.get("Workbook".encode("utf-16-le")) or books["Book".encode("utf-16-le")]
    start, size = struct.unpack_from("<II", entry, 116)
    if size >= cutoff:
        return chain(start)[:size]
    held = chain(struct.unpack_from("<I", entries[0], 116)[0])
    smalls = list(struct.unpack(f"<{len(chain(first_small)) // 4}I", chain(first_small)))
    return b"".join(held[n * small : (n + 1) * small] for n in _chain(smalls, start))[:size]


def _numbers(data: bytes, at: int, size: int) -> tuple[int, ...]:
    return struct.unpack_from(f"<{size // 4}I", data, at)


def _chain(table: list[int], start: int) -> Iterator[int]:
    """Sectors one after the other; a chain that never ends is cut off."""
    for _ in range(len(table)):
        if start >= _NO_SECTOR:
            return
        yield start
        start = table[start]


# .ods: a zip archive with one part of XML.


def _in_ods(path: Path) -> Failed:
    with zipfile.ZipFile(path) as archive:
        if archive.getinfo("content.xml").file_size > _MOST_BYTES:
            raise DataError("is too large for a workbook: save the table as CSV", file=path.name)
        content = archive.read("content.xml")
    if not _ODF_SIGN.search(content):
        return {}
    if b"<!DOCTYPE" in content:
        raise ValueError("a document type")
    failed: Failed = {}
    for element in fromstring(content).iter():
        if _local(element) == "table":
            failed[_attribute(element, "name")] = list(_ods_failed(element))
    return failed


def _ods_failed(table: Element) -> Iterator[tuple[int, int]]:
    row = 0
    for element in table.iter():
        if _local(element) != "table-row":
            continue
        rows, column = _repeat(element, "number-rows-repeated"), 0
        for cell in element:
            columns = _repeat(cell, "number-columns-repeated")
            texts = ["".join(part.itertext()) for part in cell if _local(part) == "p"]
            if any(map(_ODF_FAILED.fullmatch, texts)):
                if rows * columns > _MOST_FAILED:
                    raise ValueError("too many failed cells")
                for down in range(rows):
                    yield from ((row + down, column + across) for across in range(columns))
            column += columns
        row += rows


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _attribute(element: Element, name: str) -> str:
    return next((value for key, value in element.items() if key.endswith(f"}}{name}")), "")


def _repeat(element: Element, name: str) -> int:
    return int(_attribute(element, name) or 1)
