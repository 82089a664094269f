"""The posts that a cap needs are one number on every face, whatever sizes are asked for."""

from __future__ import annotations

import csv
import io
import re

import pytest

import riskmodel
from riskmodel.authority import service
from riskmodel.authority.folder.authority import open_authority
from riskmodel.report.brief.expected import posts_sentence
from riskmodel.report.brief.results import BriefResults
from riskmodel.report.sections.caseload import caseload_point, caseloads_of
from riskmodel.report.sizes import Sizes
from riskmodel.report.whatif.service import CHANCES, kept_service

AGAIN = service._again
SETTINGS = """
[about]
name = "Made-up"
date = 2023-12-31
[[prices]]
year = "2023/24"
post_per_year = 50000
post_short_per_year = 200000
"""
MONTHS = "month,cpp_stock,cpp_starts,cpp_ends\n" + "".join(
    f"2023-{month:02d},{400 + month},{40},{39}\n" for month in range(1, 13)
)
TEAMS = (
    "team,area,kind,child_protection_plan,looked_after,child_in_need_plan,unallocated,workers\n"
    "one,north,family_support,212,0,0,0,10\n"
    "two,south,family_support,200,0,0,0,10\n"
)
PRICED = ("--too-few", "200000", "--too-many", "50000")
"""Prices at which the number for a chance of 80% is the best."""

pytestmark = pytest.mark.usefixtures("calibrated_once")


@pytest.fixture(autouse=True)
def _as_usual(monkeypatch):
    """As usual, but with fewer simulations than usual for the time that it takes."""
    monkeypatch.setattr(service, "_again", AGAIN)
    monkeypatch.setattr(service, "USUAL_SIMULATIONS", 150)
    monkeypatch.setattr(service, "USUAL_MONTHS", 30)


def on_pages(authority, sizes):
    """The number in the brief, its annex and the what-if page."""
    results, caseloads = BriefResults(authority, sizes), caseloads_of(authority, sizes)
    said = posts_sentence(results), caseload_point(caseloads).text, results.decision.sentences[0]
    kept = kept_service(authority, sizes, 10, 6)["posts"][CHANCES.index(0.8)]
    return {*(int(re.search(r"(\d+) posts", text)[1]) for text in said), int(kept)}


def in_commands(call, *folder, sizes):
    """The number in caseload, decide, the mix and a comparison, each with sizes of its own."""

    def rows(*words):
        return list(csv.DictReader(io.StringIO(call(*words, "--format", "csv").out)))

    fewer, more = sizes
    compared = rows("scenario", "compare", *folder, "plateau", *more)
    mixes = rows("caseload", *folder, "--show", "mix", *more)
    return {
        rows("caseload", *folder, "--show", "needs", *fewer)[0]["posts"],
        next(row["posts"] for row in rows("decide", *folder, *PRICED, *fewer)
             if float(row["more"]) == 0),
        next(row["posts"] for row in mixes
             if float(row["shorter_plans"]) == float(row["diversion"]) == 0),
        *(f"{float(row['value_against']):.0f}" for row in compared
          if row["measure"] == "posts_needed"),
    }  # fmt: skip


@pytest.mark.integration
def test_every_face_of_a_folder_says_one_number(call, tmp_path, monkeypatch):
    for name, text in (("authority.toml", SETTINGS), ("months.csv", MONTHS), ("teams.csv", TEAMS)):
        (tmp_path / name).write_text(text)
    authority = open_authority(tmp_path)
    (posts,) = on_pages(authority, Sizes(26, 40)) | {authority.decision(replicates=50).best.posts}
    sizes = ("--simulations", "40", "--months", "27"), ("--simulations", "30", "--seed", "2")
    assert in_commands(call, tmp_path, sizes=sizes) == {str(posts)}
    # With assumed rates drawn and caseload acting on plans it is another, one too.
    loop = ("--rates", "together", "--feedback", "length=0.3", "--show", "needs")
    looped = {
        call("caseload", tmp_path, *loop, *each, "--format", "csv").out.split("\n")[1]
        for each in sizes
    }
    assert len(looped) == 1
    # Of as few simulations as are asked for it would be another.
    monkeypatch.setattr(service, "_again", lambda outlook, months: outlook)
    assert open_authority(tmp_path).posts_needed(months=26, replicates=40).posts != posts


@pytest.mark.integration
def test_every_face_of_the_example_says_one_number(call):
    (posts,) = on_pages(riskmodel.example(), Sizes(26, 40))
    asked = call("caseload", "--show", "needs", "--simulations", "60", "--format", "csv").out
    assert next(csv.DictReader(io.StringIO(asked)))["posts"] == str(posts)
