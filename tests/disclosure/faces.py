"""Every face of a report, read back: tables, pages, the document, the workbook, the pictures."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from riskmodel.vocabulary import FACTORS

LABELS = {known.label: known.name for known in FACTORS}


def tables_of(place: Path) -> dict[str, list[dict]]:
    """Rows of the CSV files of a report."""
    return {
        path.stem: list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
        for path in (place / "tables").glob("*.csv")
    }


def seen_in_report(place: Path) -> list[str]:
    """What any face shows that the tables do not: numbers of a factor, and points in pictures.

    The row of a factor on a page, in the document and in the workbook holds no whole number but
    those of its tables; a picture names no factor whose plans or assessments are withheld.
    """
    known: dict[str, set[str]] = {}
    withheld = set()
    for rows in tables_of(place).values():
        for row in rows:
            if row.get("factor") in LABELS:
                numbers = known.setdefault(row["factor"], set())
                numbers |= {re.sub(r"\.0+$", "", str(cell)) for cell in row.values()}
                if "[c]" in (row.get("plans"), row.get("assessments")):
                    withheld.add(row["factor"])
    found = []
    for face, cells in rows_of_faces(place):
        if cells[0] in known:
            whole = {cell.replace(",", "") for cell in cells[1:] if re.fullmatch(r"[\d,]+", cell)}
            found += [f"{face}: {cells}"] if whole - known[cells[0]] else []
    for picture in (place / "figures").glob("*.svg"):
        text = picture.read_text(encoding="utf-8")
        found += [f"{picture.name}: {label}" for label in withheld if label in text]
    return found


def rows_of_faces(place: Path) -> Iterator[tuple[str, list[str]]]:
    """Rows of tables of every face, cell by cell."""
    for page in place.glob("*.html"):
        for row in re.findall(r"<tr>(.*?)</tr>", page.read_text(encoding="utf-8"), re.DOTALL):
            cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
            yield page.name, [re.sub("<.*?>", "", cell).strip() for cell in cells or [""]]
    with zipfile.ZipFile(place / "brief.docx") as book:
        text = book.read("word/document.xml").decode("utf-8")
    for row in re.findall(r"<w:tr[ >].*?</w:tr>", text, re.DOTALL):
        cells = re.findall(r"<w:tc[ >].*?</w:tc>", row, re.DOTALL)
        yield "brief.docx", [re.sub("<.*?>", "", cell).strip() for cell in cells or [""]]
    for name, sheet in pd.read_excel(
        place / "riskmodel-report.xlsx", sheet_name=None, header=None, engine="calamine"
    ).items():
        for row in sheet.itertuples(index=False):
            yield f"sheet {name}", [re.sub(r"\.0$", "", str(cell)) for cell in row]
