"""Every kind of file that the attack changes, unharmed, and the commands that read it."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import xlsxwriter

from tests.outputs import inputs

TESTS = Path(__file__).resolve().parents[1]
CHILD = "KX0000007"
"""The reference of a child in every table and return: only the file of issues may hold it."""
OPEN = ("--no-suppression", "made up, for an attack", "--format", "csv")
FEW = ("--months", "3", "--simulations", "50")


ROWS = [
    (CHILD if i == 7 else f"K{i:08}", i % 3 == 0, i % 2, i % 5 == 0, "north" if i % 4 else "south",
     f"2014-{1 + i % 12:02}-11")
    for i in range(120)
]  # fmt: skip
TABLE = "child_id,plan,3B,16A,area,assessment_date\n" + "".join(
    f"{','.join(map(str, row))}\n" for row in ROWS
)
LISTED = "child_id,plan,factors,area,assessment_date\n" + "".join(
    f'{child},{plan},"{",".join(["3B"] * one + ["16A"] * other) or "21"}",{area},{day}\n'
    for child, plan, one, other, area, day in ROWS
)
NAMED = "Ref,On CP plan,RF_3B,Hoarding,Authorised\n" + "".join(
    f"{child},{'Y' if plan else 'N'},{one},{other:d},{day[8:]}/{day[5:7]}/{day[:4]}\n"
    for child, plan, one, other, _, day in ROWS
)
MONTHS = "month,stage,stock,starts,ends\n" + "".join(
    f"2014-{m:02},child_protection_plan,{400 + m},{30 + m % 3},{30 - m % 2}\n" for m in range(1, 13)
)
PANEL = "la_code,area,year,cpp_at_31_mar\n" + "".join(
    f"{code},Place {code},{year},{300 + 7 * (year - 2010)}\n"
    for code in (931, 932, 933)
    for year in range(2010, 2016)
)
WAITS = "measure,started,ended\n" + "".join(
    f"return_interview,2015-02-{d:02},{f'2015-02-{d + d % 4:02}' if d % 5 else ''}\n"
    for d in range(1, 25)
)
EPISODES = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE\n" + "".join(
    f"{CHILD if n == 3 else n},2014-{4 + n % 9:02}-05,S,C1,N1,{'U4' if n % 3 else 'K2'},PR1,"
    f"{f'2015-0{1 + n % 3}-07,E8' if n % 4 == 0 else ','},\n"
    for n in range(40)
)
SERVICE = """name = "made_up"
label = "Made up"
about = "Children who wait."
source = "a test"
[arrivals]
months = {"2014-12" = 38, "2015-01" = 41, "2015-02" = 36}
growth_per_year = [0.0, 0.1]
urgent = 0.1
[staff]
posts = 6
appointments_a_week = 12
appointments_each = 8
sickness = 0.04
[waiting]
children = [20, 30]
[deadline]
within = 8
unit = "weeks"
share = 0.9
by = "2015-12"
"""
LAYOUT = """[[layout]]
name = "own"
needs = ["enquiries"]
[layout.measures]
enquiries = "s47_enquiries"
[layout.where]
age = ["Total"]
"""
OPEN_DATA = "time_period,time_identifier,geographic_level,new_la_code,old_la_code,la_name,age,"
OPEN_DATA += "enquiries\n" + "".join(
    f"{year},Reporting year,Local authority,E0600000{n},93{n},Place {n},Total,{500 + year + n}\n"
    for n in (1, 2, 3)
    for year in (2013, 2014, 2015)
)
STUDY = """question = "Which of the report's figures agree?"
paragraphs = "all paragraphs with figures"
expected_seconds = 2
[inputs]
published = true
[[steps]]
analysis = "audit"
"""
ABOUT = '[about]\nname = "Northshire"\ndate = 2015-03-31\npopulation = 130000\n'


class Kind(NamedTuple):
    """A kind of file: its name, what it holds unharmed, and the commands that read it.

    ``beside`` are files that stand beside it unharmed. Of a workbook ``content`` is its sheet as
    CSV, and ``is_sheet``: its cells are changed, not its bytes alone.
    """

    name: str
    content: bytes
    commands: tuple[tuple[str, ...], ...]
    beside: Mapping[str, str] = MappingProxyType({})
    is_sheet: bool = False


def kinds() -> list[Kind]:
    """Every kind of file; ``F`` stands for the file, ``D`` for the folder that it lies in."""
    census = (TESTS / "intake" / "edge_cases" / "sound.xml").read_bytes()
    census = re.sub(rb"(<LAchildID>)[^<]*", rb"\g<1>" + CHILD.encode(), census, count=1)
    study = TESTS.parent / "experiments" / "report-audit" / "analysis.py"
    table = (("intake", "check", "F"), ("factors", "F", "--format", "csv"))
    check = ("check", "D")
    return [
        Kind(
            "return.xml",
            census,
            (("intake", "check", "F"), ("factors", "F", *OPEN), ("factors", "F", *OPEN[:2])),
        ),
        Kind("table.csv", TABLE.encode(), (*table, ("cohort", "describe", "F"))),
        Kind("months.csv", MONTHS.encode(), (("intake", "snapshots", "F"), check)),
        Kind("panel.csv", PANEL.encode(), (("intake", "panel", "F", "--out", "D/out.csv"), check)),
        Kind("made_up.toml", inputs.SCENARIO.encode(), (("scenario", "check", "F"),)),
        Kind("listed.csv", LISTED.encode(), table),
        Kind("named.csv", NAMED.encode(), (("factors", "F", "--mapping", "M", "--format", "csv"),)),
        Kind(
            "mapping.toml",
            inputs.MAPPING.encode(),
            (("factors", "T", "--mapping", "F", "--format", "csv"),),
        ),
        Kind("teams.toml", inputs.TEAMS.encode(), (check,)),
        Kind("teams.csv", inputs.TEAMS_TABLE.encode(), (check,)),
        Kind("prices.toml", inputs.PRICES.encode(), (check,)),
        Kind("authority.toml", ABOUT.encode(), (check,)),
        Kind("table.xlsx", workbook(TABLE), (("factors", "F", "--format", "csv"),)),
        Kind("cells.xlsx", TABLE.encode(), (("factors", "F", "--format", "csv"),), is_sheet=True),
        Kind("months.xlsx", MONTHS.encode(), (("intake", "snapshots", "F"),), is_sheet=True),
        Kind("timeliness.csv", WAITS.encode(), (("service", "D", "--show", "timeliness"), check)),
        Kind(
            "looked_after/episodes.csv",
            EPISODES.encode(),
            (("intake", "check", "D/looked_after"), check),
        ),
        Kind("services/made_up.toml", SERVICE.encode(), (check, ("service", "D", *FEW), check)),
        Kind(
            "own_layout.toml",
            LAYOUT.encode(),
            (("intake", "panel", "D/open.csv", "--layout", "F", "--out", "D/out.csv"),),
            {"open.csv": OPEN_DATA},
        ),
        Kind(
            "open.csv",
            OPEN_DATA.encode(),
            (("intake", "panel", "F", "--layout", "D/own_layout.toml", "--out", "D/out.csv"),),
            {"own_layout.toml": LAYOUT},
        ),
        Kind(
            "studies/made-up/experiment.toml",
            STUDY.encode(),
            (("experiment", "list", "--folder", "D/studies"),),
            {
                "studies/made-up/answer.md.j2": "Nothing.\n",
                "studies/made-up/analysis.py": study.read_text("utf-8"),
            },
        ),
        Kind(
            "neighbours.csv",
            b"la_code,neighbour_code\n931,932\n931,933\n",
            (check,),
            {"panel.csv": PANEL},
        ),
    ]


def workbook(text: str) -> bytes:
    """A workbook of one sheet, from CSV."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for line, row in enumerate(csv.reader(text.splitlines())):
            for column, cell in enumerate(row):
                number = _number_in(cell)
                if number is None:
                    sheet.write_string(line, column, cell[:30_000])
                else:
                    sheet.write_number(line, column, number)
    return stream.getvalue()


def _number_in(cell: str) -> float | None:
    """A number as a workbook can hold it; None for text."""
    try:
        number = float(cell) if cell.isascii() and "_" not in cell else math.nan
    except ValueError:
        return None
    return number if math.isfinite(number) else None
