"""Folders of any files: each builds, names its own authority alone, and every number stands behind.

Three in each run of the tests; ``RISKMODEL_FOLDERS=20`` makes as many.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import numpy as np
import pytest

from riskmodel.authority.folder.authority import open_authority
from riskmodel.authority.folder.checks import check_folder
from riskmodel.cohort.care_returns import write_care_returns
from riskmodel.cohort.histories import HistoryDesign
from riskmodel.report.brief.results import BriefResults
from riskmodel.report.charts import canvas
from riskmodel.report.folder_page import authority_report
from riskmodel.report.html import render_brief, render_html
from riskmodel.report.sizes import Sizes

from ..report.said import Briefed, numbers_in, numbers_of

FOLDERS = int(os.environ.get("RISKMODEL_FOLDERS", "3"))
SIZES = Sizes(months=24, replicates=100, seed=3)
OWN, OTHERS = "Northshire", ("Eastshire", "Southshire", "Westshire", "Midshire", "Farshire")
OF_THE_EXAMPLE = r"Oxfordshire|[Rr]eport [Cc]ard|Kingfisher|November 2015|Exampleshire"
OPTIONAL = (
    *("months", "more_stages", "panel", "teams", "workforce", "prices", "targets", "scenarios"),
    *("neighbours", "groups", "returns", "published", "commentary", "date", "looked_after"),
)

SETTINGS = {
    "workforce": "[workforce]\nposts = 30\nin_post = 24\ncandidates = 1.5\n",
    "prices": '[[prices]]\nyear = "2023/24"\npost_per_year = 60000\nagency_per_week = 1900\n',
    "targets": '[targets]\ncap = 17\nby = "2024-12"\nchance = 0.8\n',
    "groups": '[[groups]]\nname = "By the sea"\ncodes = ["102", "103", "104"]\n',
}
SCENARIO = (
    'name = "fewer"\ndescription = "Fewer starts."\n[[change]]\nfrom_month = 1\n'
    'parameter = "starts.child_protection_plan"\nmultiplier = 0.8\nto = {closed = 1.0}\n'
    'reason = "Test."\nsource = "assumed"\n'
)
PUBLISHED = {
    "published/tables.toml": '[plans]\ntitle = "Plans"\ndocument = "A paper"\ndate = 2023-06-12\n'
    'key = "area"\n[plans.columns.children]\nunit = "children"\n',
    "published/plans.csv": "area,children\nNorth,200\nSouth,180\nAll,380\n",
    "published/identities.toml": '[[identity]]\nid = "all"\ntitle = "The areas add up"\n'
    "claim = \"total(plans, children, 'All') == plans['All', 'children']\"\n",
}


def files_of(chosen: set[str], random: np.random.Generator) -> dict[str, str]:
    """The files of a folder, with figures that a service could have had."""
    about = f'[about]\nname = "{OWN}"\ncode = "101"\n'
    about += "date = 2023-12-31\n" if {"date", "months"} <= chosen else ""
    settings = "".join(text for name, text in SETTINGS.items() if name in chosen)
    files = {"authority.toml": about + settings}
    stock = 400
    if "months" in chosen:
        stages = ["cpp", "lac"] if "more_stages" in chosen else ["cpp"]
        heading = [f"{stage}_{what}" for stage in stages for what in ("stock", "starts", "ends")]
        rows, stocks = [",".join(["month", *heading])], dict.fromkeys(stages, 400)
        for month in range(24):
            cells = [f"{2022 + month // 12}-{month % 12 + 1:02d}"]
            for stage in stages:
                starts, ends = random.poisson(30, 2).tolist()
                stocks[stage] += starts - ends
                cells += map(str, (stocks[stage], starts, ends))
            rows.append(",".join(cells))
        files["months.csv"], stock = "\n".join(rows) + "\n", stocks["cpp"]
    if "panel" in chosen:
        rows = ["la_code,area,year,cpp_at_31_mar,cpp_starts,cpp_ends,pop_0_17_midyear"]
        for code, area in enumerate((OWN, *OTHERS), 101):
            held = 400
            for year in range(2014, 2024):
                starts, ends = random.poisson(360, 2).tolist()
                held += starts - ends
                rows.append(f"{code},{area},{year},{held},{starts},{ends},{90_000 + code}")
                stock = held if code == 101 and "months" not in chosen else stock
        files["panel.csv"] = "\n".join(rows) + "\n"
    if "teams" in chosen:
        files["teams.csv"] = (
            "team,area,kind,child_protection_plan,looked_after,child_in_need_plan,unallocated,"
            f"workers\none,north,family_support,{stock // 2},0,0,0,10\n"
            f"two,south,family_support,{stock - stock // 2},0,0,0,10\n"
        )
    if "returns" in chosen:
        plan, other, more = (random.random(400) < share for share in (0.3, 0.4, 0.5))
        files["assessments.csv"] = "assessment_id,plan,year,3B,4A\n" + "".join(
            f"a{row},{plan[row]},2023,{other[row] or plan[row]},{more[row]}\n" for row in range(400)
        )
    files |= {"scenarios/fewer.toml": SCENARIO} if "scenarios" in chosen else {}
    files |= (
        {"neighbours.csv": "la_code,neighbour_code\n101,102\n101,103\n101,104\n"}
        if ("neighbours" in chosen)
        else {}
    )
    files |= PUBLISHED if "published" in chosen else {}
    files |= (
        {"commentary.md": "# What we ask\n\nTwo **posts**.\n"} if "commentary" in chosen else {}
    )
    return files


@pytest.mark.property
@pytest.mark.parametrize("number", range(FOLDERS))
def test_any_files_make_a_report_of_one_authority_alone(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    # The pages hold the other form of the pictures.
    monkeypatch.setattr(canvas, "_png", lambda _: b"")
    random = np.random.default_rng(number)
    chosen = {name for name in OPTIONAL if random.random() < 0.55}
    chosen |= {("months", "panel", "returns")[number % 3]}
    folder = tmp_path / "own"
    for name, text in files_of(chosen, random).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    if "looked_after" in chosen:
        (folder / "looked_after").mkdir()
        design = HistoryDesign(1, 2022, 2023, authority="101", seed=number)
        write_care_returns(folder / "looked_after", 150, design)
    check = check_folder(folder)
    assert not [str(one) for one in check.problems if one.severity == "mistake"], chosen
    authority = open_authority(folder)
    ready = {one.name for one in check.sections if not one.missing}
    assert set(authority.sections) == ready, chosen
    report = authority_report(authority, SIZES)
    assert report.brief is not None
    shown = [render_html(report), render_brief(report, report.brief, downloads={})]
    shown += [table.frame.to_csv() for table in report.tables()]
    # Of the panel's others only those that are compared with are named.
    foreign = [name for name in OTHERS[3:] if "panel" in chosen]
    for text in shown:
        assert not re.search("|".join([OF_THE_EXAMPLE, *foreign]), text), chosen
    briefed = Briefed(authority, BriefResults(authority, SIZES), report.brief)
    known = numbers_of(briefed)
    for sentence in briefed.sentences:
        for said in numbers_in(sentence):
            assert said in known, (chosen, said, sentence)
