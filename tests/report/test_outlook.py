"""The sections on what may come: each number is that of the projection it is drawn from."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from riskmodel.demand.exposure import Exposure
from riskmodel.demand.projecting import Outlook, project
from riskmodel.demand.sources import published_source
from riskmodel.population import PopulationProjection
from riskmodel.projection import BASELINE
from riskmodel.report import Paragraph, Section, Table
from riskmodel.report.sections.outlook import outlook_point, outlook_section
from riskmodel.report.sections.outlook_tables import round_levels


@pytest.fixture(scope="module")
def outlook() -> Outlook:
    return project(published_source(), months=24, replicates=200, seed=3)


@pytest.fixture(scope="module")
def section(outlook: Outlook) -> Section:
    return outlook_section(outlook)


def table_of(section: Section, name: str) -> Table:
    blocks = [getattr(block, "data", block) for block in section.blocks]
    return next(block for block in blocks if isinstance(block, Table) and block.id == name)


def whole(text: str) -> int:
    return int(text.replace("−", "-").replace(",", ""))


def words_of(section: Section) -> str:
    return " ".join(block.text for block in section.blocks if isinstance(block, Paragraph))


@pytest.mark.integration
def test_each_march_has_the_quantiles_of_its_simulations(outlook: Outlook, section: Section):
    frame = table_of(section, "outlook_marches").frame
    projection = outlook.projection
    assert len(frame) == 3 * 3
    row = frame.iloc[1]
    assert (row["stage"], row["day"]) == ("Children on a protection plan", "31 March 2017")
    stock = projection.of("stock", BASELINE, "child_protection_plan")[:, 17]
    expected = np.quantile(stock, [0.5, 0.25, 0.75, 0.05, 0.95])
    assert list(row[2:]) == [round(each) for each in expected]


@pytest.mark.integration
def test_chance_of_passing_a_level_is_that_of_the_projection(outlook: Outlook, section: Section):
    frame = table_of(section, "outlook_levels").frame
    row = frame[frame["level"] == "risen above 700"].iloc[0]
    expected = outlook.projection.probability_above(700, "child_protection_plan")[17]
    assert row["by_2017_03"] == f"{100 * expected:.0f}%"
    fallen = frame[frame["level"] == "fallen below 500"].iloc[0]
    assert fallen["stage"] == "Children on a protection plan"
    stock = outlook.projection.of("stock", BASELINE, "child_protection_plan")
    share = (stock[:, :18] < 500).any(axis=1).mean()
    assert fallen["by_2017_03"] == f"{100 * share:.0f}%"


@pytest.mark.integration
def test_drivers_add_up_as_printed(outlook: Outlook, section: Section):
    frame = table_of(section, "outlook_drivers").frame
    parts = ["opening", "starts_as_now", "later_starts", "lengths", "chance"]
    assert (frame[parts].sum(axis=1) == frame["closing"]).all()
    means = outlook.projection.stock[0, :, -1, :].mean(axis=0)
    assert list(frame["closing"]) == [round(each) for each in means]


def fewer_children() -> Exposure:
    """Children of every age, 2% fewer in each year than in the one before."""
    years = tuple(range(2010, 2021))
    children = np.array([[8000 * 0.98 ** (year - 2015) for year in years]] * 18)
    return Exposure(
        PopulationProjection("E10000025 Oxfordshire", years, {"principal": children}, "made up")
    )


@pytest.mark.integration
@pytest.mark.parametrize("people", [None, fewer_children()], ids=["without people", "with people"])
def test_parts_said_add_up_to_the_change_said_and_are_those_of_the_table(people: Exposure | None):
    source = replace(published_source(), people=people, population=people and 144_000.0)
    section = outlook_section(project(source, months=24, replicates=200, seed=3))
    frame = table_of(section, "outlook_drivers").frame.set_index("stage")
    (said,) = re.findall("Expected change from .*?: (.*?)\\. The parts", words_of(section))
    for stage, sentence in zip(frame.index, said.split("; "), strict=True):
        start, parts = sentence.rstrip(")").split(" (")
        change, each = (
            whole(start.split()[-1]),
            [whole(one.split()[0]) for one in parts.split(", ")],
        )
        assert start.startswith(stage[0].lower() + stage[1:])
        assert change == sum(each) == frame.loc[stage, "closing"] - frame.loc[stage, "opening"]
        assert ("number of children in the area" in parts) is (people is not None)


@pytest.mark.integration
def test_every_printed_figure_stands_beside_what_is_expected(outlook: Outlook, section: Section):
    frame = table_of(section, "outlook_figures").frame
    known = outlook.observations_frame()
    known = known[known["basis"] != "assumed"]
    assert list(frame["fitted"]) == [round(each, 1) for each in known["fitted"]]
    assert list(frame["source"]) == list(known["source"])


@pytest.mark.integration
def test_the_figures_that_disagree_are_named_with_both_numbers(section: Section):
    said = words_of(section)
    assert {"454", "501", "510"} <= set(said.split())


@pytest.mark.integration
def test_it_says_what_it_rests_on(outlook: Outlook, section: Section):
    said = words_of(section)
    for words in ("Basis: projected.", "81 authorities", "March 2015", "September 2015"):
        assert words in said
    assert "200 simulations, 24 months ahead, seed 3" in said
    point, row = outlook_point(outlook).text, table_of(section, "outlook_marches").frame.iloc[1]
    assert f"{row['median']:,}, down from 626" in point
    assert f"{row['low_90']:,} to {row['high_90']:,}" in point


@pytest.mark.integration
def test_no_cell_is_empty(section: Section):
    for block in section.blocks:
        table = getattr(block, "data", block)
        if isinstance(table, Table):
            assert not table.frame.isna().to_numpy().any(), table.id
            assert not (table.frame.astype(str) == "").to_numpy().any(), table.id


@pytest.mark.property
@pytest.mark.parametrize("opening", [3, 7, 30, 31, 99, 100, 599, 600, 636, 1812, 3000, 99999])
def test_round_levels_lie_on_their_sides(opening: float):
    (under, lowest), (above, highest) = round_levels(opening)
    assert lowest < under < opening < above < highest
    assert highest - above == under - lowest
