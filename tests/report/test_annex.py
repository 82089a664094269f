"""The report of an authority: every number is that of its result, and of nobody else."""

from __future__ import annotations

import pytest

from riskmodel.authority.folder.authority import open_authority
from riskmodel.authority.folder.sections import SECTIONS
from riskmodel.report import Paragraph, Report, Table
from riskmodel.report.folder_page import authority_report
from riskmodel.report.sections.register import MAKERS
from riskmodel.report.sections.scenario_tables import scenario_label, signed
from riskmodel.scenarios import LIBRARY

from .conftest import SIZES


def table_of(report: Report, name: str) -> Table:
    return next(table for table in report.tables() if table.id == name)


def words_of(report: Report, name: str) -> str:
    section = next(section for section in report.sections if section.id == name)
    return " ".join(block.text for block in section.blocks if isinstance(block, Paragraph))


@pytest.fixture(scope="module")
def opened(exampleshire):
    return open_authority(exampleshire)


@pytest.fixture(scope="module")
def own(opened, unsaved) -> Report:
    """The report of a folder that holds everything."""
    with unsaved():
        return authority_report(opened, SIZES)


@pytest.mark.unit
def test_every_section_that_a_folder_can_ask_for_is_made():
    assert list(MAKERS) == list(SECTIONS)


@pytest.mark.integration
def test_each_section_that_is_ready_is_on_the_page_in_its_order(opened, own, example, report):
    for authority, whole in ((opened, own), (example, report)):
        shown = [section.id for section in whole.sections if section.id in SECTIONS]
        assert shown == list(authority.sections)
        assert {point.section for point in whole.summary} <= {s.id for s in whole.sections}


@pytest.mark.integration
@pytest.mark.parametrize("which", ["own", "report"])
def test_no_cell_is_empty_and_every_picture_has_words(which, request):
    whole = request.getfixturevalue(which)
    for table in whole.tables():
        assert not table.frame.isna().to_numpy().any(), table.id
        assert not table.frame.astype(str).isin(["", "nan", "None", "inf"]).to_numpy().any(), table
        assert len(table.frame), table.id
    for chart in whole.charts():
        assert len(chart.alt) > 60
        assert "nan" not in chart.alt.casefold().split()


@pytest.mark.integration
def test_prices_changes_and_steps_are_those_of_the_results(opened, own):
    price = opened.price(**SIZES.named())
    rows = table_of(own, "price_years").frame
    total = rows[rows["component"] == "All of these"]
    assert list(total["central"]) == [round(value) for value in price.total()["q50"]]
    change = opened.change
    parts = table_of(own, "change_parts").frame
    assert parts["children"].sum() == round(change.change)
    steps = table_of(own, "chain_years").frame
    assert list(steps["count"]) == list(opened.chain["count"].astype(int))
    adjusted = table_of(own, "adjusted_association").frame
    assert len(adjusted) == len(opened.impact.impact.factors)


@pytest.mark.integration
def test_figures_of_the_workforce_say_whose_they_are(own, report):
    for whole, origin in ((own, "made up"), (report, "published caseloads")):
        frame = table_of(whole, "caseload_assumed").frame.set_index("quantity")
        assert origin in frame.loc["Posts", "source"]
        assert (frame["source"] != "").all()
    frame = table_of(own, "caseload_assumed").frame.set_index("quantity")
    assert frame.loc["Posts", "basis"] == "own"


@pytest.mark.regression
def test_published_caseloads_are_rebuilt_to_the_digit(report):
    frame = table_of(report, "caseload_published").frame
    assert list(frame["cases_rebuilt"]) == [417, 578, 498, 1493]
    assert list(frame["workers_low"])[-1] == 74.1
    assert "74.1 to 78.0 in all" in words_of(report, "caseload")


@pytest.mark.integration
def test_caseloads_and_posts_are_those_of_the_plan(example, report):
    plan, posts = (get(**SIZES.named()) for get in (example.caseload, example.posts_needed))
    frame = table_of(report, "caseload_months").frame
    assert list(frame["month"]) == list(plan.months)
    service = plan.to_frame("service").set_index(["scenario", "measure", "month"])
    expected = service.loc[("baseline", "caseload", plan.months[23]), ["q05", "q50", "q95"]]
    row = frame.iloc[23]
    assert [row[f"caseload_{end}"] for end in ("low", "median", "high")] == [
        round(float(value), 1) for value in expected
    ]
    chance = plan.probability_within(posts.target.cap)[23]
    assert row["within_cap"] == f"{100 * chance:.0f}%"
    said = words_of(report, "caseload")
    assert f"about {posts.posts:,} posts" in said
    assert f"{posts.low:,} to {posts.high:,}" in said
    assert posts.assumes in said
    frame = table_of(report, "caseload_sensitivity").frame
    assert list(frame["posts_high"]) == [one.posts_high for one in posts.sensitivity]


@pytest.mark.integration
def test_every_scenario_is_compared_and_its_changes_parted(example, report):
    comparison = example.comparison(**SIZES.named())
    levers = example.projection(**SIZES.named()).levers
    labels = [scenario_label(name) for name in LIBRARY]
    assert list(table_of(report, "scenarios_words").frame["scenario"]) == labels
    teams = table_of(report, "scenarios_teams").frame
    assert list(teams["scenario"]) == labels[1:]
    parted = table_of(report, "scenarios_attribution").frame
    for name, words in zip(LIBRARY[1:], teams["caseload"], strict=True):
        row = comparison.row(name, "caseload")
        assert words.startswith(signed(row["difference"], "caseload", plus=False)), name
        if "(" in words:
            assert f"to {signed(row['high'], 'caseload', plus=False)})" in words
        changes = len(levers[name].changed)
        here = parted[parted["scenario"] == scenario_label(name)]
        assert len(here) == (changes + 2 if changes > 1 else 0), name


@pytest.mark.integration
def test_a_public_claim_stands_beside_what_comes_out(example, report):
    row = example.comparison(**SIZES.named()).row("childrens_centres_close", "caseload")
    growth = 100 * row["difference"] / row["value_against"]
    assert f"{growth:+.0f}%" in words_of(report, "scenarios")
