"""Cells of formulas that failed, in every form of workbook; the older ones written by byte."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskmodel.errors import DataError
from riskmodel.intake import read_assessments, read_lists
from riskmodel.intake.tables.failed_cells import failed_cells
from riskmodel.intake.tables.workbooks import open_workbook

ERRORS = {"#NULL!": 0, "#DIV/0!": 7, "#VALUE!": 15, "#REF!": 23, "#NAME?": 29, "#N/A": 42}
Rows = Sequence[Sequence[str | float]]


def write_xls(place: Path, sheets: dict[str, Rows]) -> Path:
    """An ``.xls``; text that begins with ``=`` and is an error is that of a formula."""
    globals_ = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    bodies = [_sheet(rows) for rows in sheets.values()]
    heads = [struct.pack("<BBBB", 0, 0, len(name), 0) + name.encode() for name in sheets]
    start = len(globals_) + sum(8 + len(head) for head in heads) + 4
    bounds = b""
    for head, body in zip(heads, bodies, strict=True):
        bounds += _record(0x0085, struct.pack("<I", start) + head)
        start += len(body)
    stream = globals_ + bounds + _record(0x000A, b"") + b"".join(bodies)
    place.write_bytes(_compound(stream))
    return place


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _sheet(rows: Rows) -> bytes:
    parts = [_record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))]
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            at = struct.pack("<HHH", row, column, 0)
            if not isinstance(cell, str):
                parts.append(_record(0x0203, at + struct.pack("<d", cell)))
            elif cell in ERRORS:
                parts.append(_record(0x0205, at + bytes([ERRORS[cell], 1])))
            elif cell[1:] in ERRORS:
                value = bytes([2, 0, ERRORS[cell[1:]], 0, 0, 0, 0xFF, 0xFF])
                parts.append(_record(0x0006, at + value + bytes(6) + struct.pack("<H", 0)))
            elif cell:
                text = struct.pack("<HB", len(cell), 0) + cell.encode("latin-1")
                parts.append(_record(0x0204, at + text))
    return b"".join([*parts, _record(0x000A, b"")])


def _compound(stream: bytes) -> bytes:
    """A compound file with one stream, of at least 4,096 bytes, in sectors in reverse order."""
    stream = stream.ljust(max(4096, -(-len(stream) // 512) * 512), b"\0")
    number = len(stream) // 512
    # Sector 0 is the table, 1 the directory; the stream runs backwards from the last.
    table = [0xFFFFFFFD, 0xFFFFFFFE]
    table += [0xFFFFFFFE if n == 0 else n + 1 for n in range(number)]
    assert len(table) <= 128
    table += [0xFFFFFFFF] * (128 - len(table))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
    directory = _entry("Root Entry", 5, 1, 0xFFFFFFFE, 0)
    directory += _entry("Workbook", 2, 0xFFFFFFFF, number + 1, len(stream))
    sectors = [stream[at : at + 512] for at in range(0, len(stream), 512)][::-1]
    return header + struct.pack("<128I", *table) + directory.ljust(512, b"\0") + b"".join(sectors)


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = (name + "\0").encode("utf-16-le")
    head = text.ljust(64, b"\0") + struct.pack("<HBB", len(text), kind, 1)
    head += struct.pack("<III", 0xFFFFFFFF, 0xFFFFFFFF, child) + bytes(36)
    return head + struct.pack("<IQ", start, size)


def write_xlsb(place: Path, sheets: dict[str, Rows]) -> Path:
    """An ``.xlsb``; text that begins with ``=`` and is an error is that of a formula."""
    book = b"".join(
        _binary(156, struct.pack("<II", 0, n) + _text(f"rId{n}") + _text(name))
        for n, name in enumerate(sheets, start=1)
    )
    book = _binary(131, b"") + _binary(143, b"") + book + _binary(144, b"") + _binary(132, b"")
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
    relations = "".join(
        f'<Relationship Id="rId{n}" Type="{kind}" Target="worksheets/sheet{n}.bin"/>'
        for n in range(1, len(sheets) + 1)
    )
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    with zipfile.ZipFile(place, "w") as archive:
        archive.writestr("xl/workbook.bin", book)
        text = f'<Relationships xmlns="{space}">{relations}</Relationships>'
        archive.writestr("xl/_rels/workbook.bin.rels", text)
        for number, rows in enumerate(sheets.values(), start=1):
            archive.writestr(f"xl/worksheets/sheet{number}.bin", _binary_sheet(rows))
    return place


def _binary(kind: int, body: bytes) -> bytes:
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, length = b"", len(body)
    while True:
        size += bytes([length & 0x7F | (0x80 if length > 0x7F else 0)])
        length >>= 7
        if not length:
            return head + size + body


def _text(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def _binary_sheet(rows: Rows) -> bytes:
    width = max(map(len, rows))
    size = struct.pack("<IIII", 0, len(rows) - 1, 0, width - 1)
    parts = [_binary(129, b""), _binary(148, size), _binary(145, b"")]
    for row, cells in enumerate(rows):
        parts.append(_binary(0, struct.pack("<I", row) + bytes(13)))
        for column, cell in enumerate(cells):
            at = struct.pack("<II", column, 0)
            if not isinstance(cell, str):
                parts.append(_binary(5, at + struct.pack("<d", cell)))
            elif cell in ERRORS:
                parts.append(_binary(3, at + bytes([ERRORS[cell]])))
            elif cell[1:] in ERRORS:
                parts.append(_binary(11, at + bytes([ERRORS[cell[1:]]]) + bytes(10)))
            elif cell:
                parts.append(_binary(6, at + _text(cell)))
    return b"".join([*parts, _binary(146, b""), _binary(130, b"")])


def write_ods(place: Path, body: str) -> Path:
    names = "urn:oasis:names:tc:opendocument:xmlns"
    with zipfile.ZipFile(place, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr(
            "content.xml",
            f'<office:document-content xmlns:office="{names}:office:1.0" '
            f'xmlns:table="{names}:table:1.0" xmlns:text="{names}:text:1.0"><office:body>'
            f'<office:spreadsheet><table:table table:name="Table">{body}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return place


def ods_cell(text: str, kind: str = "string", value: str = "", repeated: int = 1) -> str:
    held = f'office:{"string-value" if kind == "string" else "value"}="{value or text}"'
    return (
        f'<table:table-cell office:value-type="{kind}" {held} '
        f'table:number-columns-repeated="{repeated}"><text:p>{text}</text:p></table:table-cell>'
    )


SHEETS: dict[str, Rows] = {
    "Notes": [["a", "b"], ["#N/A", 1.0]],
    "Table": [
        ["plan", "previous_plans", "3B"],
        ["yes", "=#DIV/0!", "no"],
        ["no", 2.0, "#REF!"],
    ],
}


@pytest.mark.unit
@pytest.mark.parametrize("ending", [".xls", ".xlsb"])
def test_a_formula_that_failed_is_neither_empty_nor_a_number(tmp_path: Path, ending: str) -> None:
    write = {".xls": write_xls, ".xlsb": write_xlsb}[ending]
    place = write(tmp_path / f"t{ending}", SHEETS)
    book = open_workbook(place)
    assert book.texts("Notes") == [["a", "b"], ["#ERROR", "1"]]
    assert book.texts("Table")[1:] == [["yes", "#ERROR", "no"], ["no", "2", "#ERROR"]]
    found = read_assessments(place, sheet="Table")
    assert [(issue.rule, issue.reference, issue.field) for issue in found.issues] == [
        ("bad_flag", "row 3", "parent_domestic_violence"),
        ("bad_value", "row 2", "previous_plans"),
    ]


@pytest.mark.unit
def test_a_reference_whose_formula_failed_names_nobody(tmp_path: Path) -> None:
    heads = [
        "Child Unique ID",
        "Child Protection Plan Start Date",
        "Child Protection Plan End Date",
    ]
    plans = [["a", "2024-01-01", ""], ["#N/A", "2024-01-02", ""], ["#N/A", "2024-01-02", "#REF!"]]
    found = read_lists(write_xls(tmp_path / "t.xls", {"List 7": [heads, *plans]}))
    assert found.account["child protection plans"].left_out == {"no_child": 2}
    assert found.counts == {"missing_reference": 2, "bad_date": 1}
    rows = [["plan", "3B", "child_id"], ["yes", "no", "#N/A"], ["no", "no", "#N/A"]]
    table = read_assessments(write_xls(tmp_path / "u.xls", {"Table": rows}))
    assert [issue.reference for issue in table.issues] == ["row 2", "row 3"]
    assert table.assessments.frame["child_id"].isna().all()


@pytest.mark.unit
def test_an_open_document_that_excel_wrote_has_no_0_for_a_failed_formula(tmp_path: Path) -> None:
    rows = (
        "".join(map(ods_cell, ("plan", "previous_plans", "3B"))),
        ods_cell("yes") + ods_cell("#DIV/0!", "float", "0") + ods_cell("no"),
        ods_cell("#N/A", value=" ", repeated=2) + ods_cell("Err:502"),
    )
    row = '<table:table-row table:number-rows-repeated="{}">{}</table:table-row>'
    body = "".join(row.format(2 if n == 2 else 1, cells) for n, cells in enumerate(rows))
    book = open_workbook(write_ods(tmp_path / "t.ods", body))
    assert book.texts("Table")[1:] == [["yes", "#ERROR", "no"], *[["#ERROR"] * 3] * 2]


@pytest.mark.unit
def test_a_workbook_that_cannot_be_looked_through_is_refused(tmp_path: Path) -> None:
    place = write_xls(tmp_path / "t.xls", SHEETS)
    data = bytearray(place.read_bytes())
    data[48:52] = struct.pack("<I", 1 << 20)  # the directory stands nowhere
    place.write_bytes(data)
    with pytest.raises(DataError, match=r"t\.xls.*cannot be looked through.*save it as \.xlsx"):
        failed_cells(place)


@pytest.mark.property
@settings(max_examples=60)
@given(
    ending=st.sampled_from([".xls", ".xlsb", ".ods"]),
    at=st.floats(0, 1),
    length=st.integers(0, 60),
    put=st.binary(max_size=20),
)
def test_no_bytes_end_in_a_traceback(
    ending: str, at: float, length: int, put: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    place = tmp_path_factory.mktemp("book") / f"t{ending}"
    if ending == ".ods":
        write_ods(place, f"<table:table-row>{ods_cell('#N/A')}</table:table-row>")
    else:
        {".xls": write_xls, ".xlsb": write_xlsb}[ending](place, SHEETS)
    data, message = place.read_bytes(), place.name
    cut = int(at * len(data))
    place.write_bytes(data[:cut] + put + data[cut + length :])
    try:
        failed_cells(place)
    except DataError as error:
        message = str(error)
    assert place.name in message
