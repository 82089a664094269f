"""A folder in which every name that a person may choose tries to be more than a name."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from ..authority.conftest import MONTHS

FEW_SECTIONS = (
    *("factors", "projection", "caseload", "price", "scenarios", "services", "comparison"),
    "published",
)
LONG = "A" * 10_000
RETURN = "=cmd()<b>.csv"
"""A file name can hold no slash; on Windows no ``<`` either."""


def hostile(slot: str) -> str:
    """A name that begins as a formula and holds markup, a way out, and what steers a terminal."""
    return f"=cmd('{slot}')<script>alert('{slot}')</script>../../x\x1b[2J\u202e$\\bad{{$ & \"q\""


def written_out(slot: str) -> str:
    """The same as it may be shown."""
    return hostile(slot).replace("\x1b", r"\x1b").replace("\u202e", r"\u202e")


def quoted(slot: str) -> str:
    """The same in TOML."""
    return json.dumps(hostile(slot))


def _csv(heading: str, rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([heading.split(), *rows])
    return text.getvalue()


def _settings() -> str:
    return f"""[about]
name = {quoted("authority")}
code = "931"
date = 2023-12-31
title = {quoted("title")}
contact = {quoted("contact")}
sections = {json.dumps(FEW_SECTIONS)}
[workforce]
posts = 30
in_post = 24
source = {quoted("workforce")}
[targets]
cap = 17
by = "2024-12"
[[prices]]
year = "2023/24"
post_per_year = 60000
agency_per_week = 1900
source = {quoted("price")}
[[groups]]
name = {quoted("group")}
codes = ["932", "933"]
"""


SCENARIO = f"""name = "fewer"
description = {json.dumps(hostile("description") + LONG)}
[[change]]
from_month = 1
parameter = "starts.child_protection_plan"
multiplier = 0.5
to = {{closed = 1.0}}
reason = {quoted("reason")}
source = {quoted("scenario")}
"""
SERVICE = f"""name = "therapy"
label = {quoted("service")}
about = {json.dumps(hostile("about") + LONG)}
source = {quoted("service source")}
[arrivals]
to = "starts.child_protection_plan"
ratio = [0.6, 0.75]
[staff]
posts = 4
appointments_a_week = 12
appointments_each = 6
[waiting]
children = 60
"""
TABLES = f"""[plans]
title = {quoted("table")}
document = {json.dumps(hostile("document") + LONG)}
date = 2023-06-12
key = "area"
[plans.columns.children]
unit = "children"
"""
IDENTITIES = f"""[[identity]]
id = "all"
title = {quoted("identity")}
claim = "total(plans, children, 'All') == plans['All', 'children']"
"""


def hostile_files() -> dict[str, str]:
    """Every kind of file that holds names, by its own name."""
    random = np.random.default_rng(0)
    teams = "team area kind child_protection_plan looked_after child_in_need_plan workers"
    return {
        "authority.toml": _settings(),
        "months.csv": MONTHS,
        "teams.csv": _csv(
            teams,
            [
                (hostile("team"), hostile("area"), "family_support", 212, 0, 0, 10),
                (LONG, "south", "family_support", 200, 0, 0, 10),
            ],
        ),
        "scenarios/fewer.toml": SCENARIO,
        "services/therapy.toml": SERVICE,
        "published/tables.toml": TABLES,
        "published/plans.csv": _csv(
            "area children", [(hostile("published area"), 200), ("South", 180), ("All", 380)]
        ),
        "published/identities.toml": IDENTITIES,
        "panel.csv": _csv(
            "la_code area year cpp_at_31_mar pop_0_17_midyear",
            [
                (code, hostile(f"other {code}"), year, 300 + 7 * (year - 2010), 90_000)
                for code in (931, 932, 933)
                for year in range(2010, 2024)
            ],
        ),
        "commentary.md": f"# {hostile('heading')}\n\n{hostile('text')} My own words.\n",
        f"returns/{RETURN}": _csv(
            "assessment_id plan year 3B 4A ward",
            [
                (f"a{row}", plan, 2023, plan or neglect, other, hostile(f"ward {row % 2}"))
                for row, (plan, neglect, other) in enumerate(random.random((400, 3)) < 0.4)
            ],
        ),
    }


def write_hostile_folder(folder: Path) -> Path:
    """Write it."""
    for name, text in hostile_files().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder
