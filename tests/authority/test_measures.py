"""A measure of a comparison is declared once and shown everywhere."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import riskmodel
from riskmodel.authority.comparison import compare
from riskmodel.authority.measures import MEASURES
from riskmodel.authority.service import plan_outlook, project_service
from riskmodel.authority.services import following, simulate_service
from riskmodel.caseload import UnitCosts
from riskmodel.core.labels import LABELS, label
from riskmodel.core.wording import chance_words
from riskmodel.report.charts.service import draw_comparison
from riskmodel.report.sections.scenario_tables import all_differences
from riskmodel.scenarios import scenario

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "how-to-extend.md"


@pytest.fixture(scope="module")
def planned():
    outlook = project_service(scenarios=[scenario("recruitment_freeze")], months=24, replicates=50)
    return outlook, plan_outlook(outlook)


@pytest.fixture(scope="module")
def around(planned):
    return following(riskmodel.example(), planned[0])


@pytest.fixture(scope="module")
def compared(planned, around):
    costs = UnitCosts(post_per_year=12.0)
    return compare(*planned, costs=costs, services=around, attribution=False)


@pytest.mark.integration
@pytest.mark.parametrize("measure", MEASURES)
def test_every_measure_is_in_text_rows_data_section_and_chart(compared, measure):
    row = compared.row("recruitment_freeze", measure)
    words = label(measure)
    assert measure.removeprefix("stock_") in LABELS
    shown = compared.preview().set_index("at the end of the month").loc[words.full]
    # A share of simulations is never said to be nought or certain.
    is_chance = measure == "within_cap"
    average = chance_words(row["value"]) if is_chance else words.number(row["value"])
    assert shown["average"] == average
    assert shown["difference"] == words.number(row["difference"], signed=True)
    frame = compared.to_frame()
    assert list(frame["measure"]).count(measure) == 1
    data = compared.to_data(frame.to_dict("records"))
    assert measure in [each["measure"] for each in data["differences"]]
    section = all_differences(compared, "a test").frame
    assert words.full in list(section["measure"])
    assert words.brief in draw_comparison(compared, (measure,)).svg.decode()


@pytest.mark.integration
def test_joiners_are_those_of_every_month_until_then(planned, compared):
    _, plan = planned
    until = plan.month_number(compared.month) + 1
    both = [plan.path(name).joiners[:until].sum(axis=0) for name in plan.scenarios]
    row = compared.row("recruitment_freeze", "joiners")
    assert row["value"] == pytest.approx(both[1].mean())
    assert row["difference"] == pytest.approx(np.mean(both[1] - both[0]))
    assert row["difference"] < 0


@pytest.mark.integration
def test_a_scenario_says_what_it_does_to_the_services_that_follow_it(planned, around, compared):
    outlook, plan = planned
    assert [each.service.name for each in around] == [
        "health_visitor_conferences",
        "health_visitor_core_groups",
    ]
    measure, number = "posts_needed.health_visitor_core_groups", plan.month_number(compared.month)
    row = compared.row("recruitment_freeze", measure)
    alone = simulate_service(around[1].service, outlook, scenarios=["recruitment_freeze"])
    posts = alone.path("recruitment_freeze").values("posts_needed")[:, number]
    assert row["value"] == pytest.approx(posts.mean())
    assert row["value"] - row["difference"] == pytest.approx(row["value_against"])
    words = "Health visitors: core groups, posts to take everybody on"
    shown = compared.preview().set_index("at the end of the month")
    assert shown.loc[words, "average"] == f"{row['value']:,.1f}"
    assert words in list(all_differences(compared, "a test").frame["measure"])
    # Both waits and lists are compared where there is a list.
    listed = replace(around[1].service, staff=replace(around[1].service.staff, posts=1.0))
    named = [simulate_service(listed, outlook, scenarios=list(outlook.levers))]
    question = compare(outlook, plan, services=named, attribution=False).labels
    assert [name.partition(".")[0] for name in question] == ["waiting", "wait_weeks"]


@pytest.mark.unit
def test_the_page_on_extending_shows_lines_that_stand_in_the_code():
    text = PAGE.read_text(encoding="utf-8")
    (diff,) = re.findall(r"```diff\n(.*?)```", text, flags=re.DOTALL)
    added, files = [], []
    for line in diff.splitlines():
        if line.startswith("+++ "):
            files.append(line.removeprefix("+++ b/"))
        elif line.startswith("+"):
            added.append((files[-1], line[1:]))
    assert len(files) <= 2
    assert added
    for name, line in added:
        assert line in (ROOT / name).read_text(encoding="utf-8").splitlines(), line
