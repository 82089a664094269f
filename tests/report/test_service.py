"""Caseloads, scenarios and the two-minute page: every number is that of its result."""

from __future__ import annotations

import socket

import numpy as np
import pytest

from riskmodel.authority.results import ServiceResults, service_results
from riskmodel.report import Paragraph, Point, Report, Section, Table, render_html
from riskmodel.report.sections.scenario_tables import scenario_label, signed
from riskmodel.report.service import service_parts
from riskmodel.report.workbook import workbook_bytes
from riskmodel.scenarios import LIBRARY


@pytest.fixture(scope="module")
def found() -> ServiceResults:
    return service_results(months=26, replicates=200, seed=3)


@pytest.fixture(scope="module")
def parts(found: ServiceResults) -> tuple[tuple[Point, ...], tuple[Section, ...]]:
    return service_parts(found)


@pytest.fixture(scope="module")
def whole(parts: tuple[tuple[Point, ...], tuple[Section, ...]]) -> Report:
    return Report("What may come", "", parts[0], parts[1], {"version": "0"})


def table_of(report: Report, name: str) -> Table:
    return next(table for table in report.tables() if table.id == name)


def words_of(report: Report, name: str) -> str:
    section = next(section for section in report.sections if section.id == name)
    return " ".join(block.text for block in section.blocks if isinstance(block, Paragraph))


@pytest.mark.regression
def test_published_caseloads_come_first_and_to_the_digit(whole: Report):
    said = words_of(whole, "caseload")
    assert said.startswith("The family support teams of South, Central and North held 417, 578 and")
    assert "add up to: 417, 578 and 498" in said
    assert "caseloads of 22, 18 and 20 are printed" in said
    assert "74.1 to 78.0 in all" in said
    assert "where 20 is printed" in said
    assert "106.6 workers" in said
    frame = table_of(whole, "caseload_published").frame
    assert list(frame["cases_rebuilt"]) == [417, 578, 498, 1493]
    assert list(frame["workers_low"])[-1] == 74.1


@pytest.mark.integration
def test_caseloads_are_those_of_the_plan(found: ServiceResults, whole: Report):
    frame = table_of(whole, "caseload_months").frame
    assert list(frame["month"]) == list(found.plan.months)
    expected = np.quantile(found.plan.caseload()[23], [0.05, 0.5, 0.95])
    row = frame.iloc[23]
    assert [row[f"caseload_{end}"] for end in ("low", "median", "high")] == [
        round(float(each), 1) for each in expected
    ]
    chance = found.plan.probability_within(found.posts.target.cap)[23]
    assert row["within_cap"] == f"{100 * chance:.0f}%"


@pytest.mark.integration
def test_posts_have_their_interval_assumptions_and_what_would_change_them(
    found: ServiceResults, whole: Report
):
    posts, said = found.posts, words_of(whole, "caseload")
    assert f"How many more social workers for {posts.target.cap:g} by September 2017?" in said
    assert f"{posts.posts:,} posts keep to it with a probability of 80%" in said
    assert f"need {posts.low:,} to {posts.high:,} posts" in said
    assert posts.assumes in said
    frame = table_of(whole, "caseload_sensitivity").frame
    assert list(frame["posts_high"]) == [each.posts_high for each in posts.sensitivity]


@pytest.mark.integration
def test_every_scenario_of_the_library_is_compared(found: ServiceResults, whole: Report):
    labels = [scenario_label(name) for name in LIBRARY]
    assert list(table_of(whole, "scenarios_words").frame["scenario"]) == labels
    children = table_of(whole, "scenarios_children").frame
    teams = table_of(whole, "scenarios_teams").frame
    assert list(children["scenario"]) == list(teams["scenario"]) == labels[1:]
    known = found.comparison.differences.set_index(["scenario", "measure"])
    for name, words in zip(LIBRARY[1:], teams["caseload"], strict=True):
        row = known.loc[(name, "caseload")]
        assert words.startswith(signed(row["difference"], "caseload", plus=False)), name
        if "(" in words:
            assert f"to {signed(row['high'], 'caseload', plus=False)})" in words


@pytest.mark.integration
def test_attribution_shows_each_change_and_the_remainder(found: ServiceResults, whole: Report):
    frame = table_of(whole, "scenarios_attribution").frame
    for name in LIBRARY[1:]:
        here = frame[frame["scenario"] == scenario_label(name)]
        changes = len(found.outlook.levers[name].changed)
        assert len(here) == (changes + 2 if changes > 1 else 0), name
        if len(here):
            assert list(here["change"])[-2:] == ["Together", "Remainder"]


@pytest.mark.integration
def test_the_claim_of_doubled_caseloads_stands_beside_what_comes_out(
    found: ServiceResults, whole: Report
):
    known = found.comparison.differences.set_index(["scenario", "measure"])
    row = known.loc[("childrens_centres_close", "caseload")]
    growth = 100 * row["difference"] / row["value_against"]
    assert "(grow by 100%) if the children's centres closed" in words_of(whole, "scenarios")
    assert f"gives {growth:+.0f}% by September 2017" in words_of(whole, "scenarios")


@pytest.mark.integration
def test_the_page_for_two_minutes_has_five_numbers_with_intervals_and_links(
    found: ServiceResults, whole: Report
):
    assert whole.sections[0].id == "brief"
    table = table_of(whole, "brief_numbers")
    assert len(table.frame) == 5
    assert table.basis == "projected"
    assert all(" (" in cell and " to " in cell for cell in table.frame["projected"])
    assert all(title in table.links for title in table.frame["more"])
    posts = found.posts
    assert table.frame["projected"][3] == f"{posts.posts:,} ({posts.low:,} to {posts.high:,})"
    titles = {section.id: section.title for section in whole.sections}
    assert {title: f"#{name}" for name, title in titles.items()}.items() >= table.links.items()


@pytest.mark.integration
def test_main_points_lead_to_their_sections(whole: Report):
    page = render_html(whole)
    assert [point.section for point in whole.summary] == [
        "outlook",
        "trust",
        "caseload",
        "scenarios",
    ]
    for point in whole.summary:
        assert f'<a class="more" href="#{point.section}">' in page


@pytest.mark.integration
def test_no_cell_is_empty_and_every_picture_has_words(whole: Report):
    for table in whole.tables():
        assert not table.frame.isna().to_numpy().any(), table.id
        assert not table.frame.astype(str).isin(["", "nan", "None", "inf"]).to_numpy().any()
        assert len(table.frame), table.id
    for chart in whole.charts():
        assert len(chart.alt) > 60
        assert "nan" not in chart.alt.casefold().split()
    assert ">nan<" not in render_html(whole).casefold()


@pytest.mark.integration
def test_the_same_seed_gives_the_same_bytes_without_a_network(
    whole: Report, monkeypatch: pytest.MonkeyPatch
):
    def refuse(*_: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    again = service_parts(service_results(months=26, replicates=200, seed=3))
    other = Report("What may come", "", again[0], again[1], {"version": "0"})
    assert render_html(other) == render_html(whole)
    assert workbook_bytes(other) == workbook_bytes(whole)
    for one, two in zip(whole.charts(), other.charts(), strict=True):
        assert (one.svg, one.png) == (two.svg, two.png), one.id
