"""Scenarios beside one another by placement: children of each kind, and what they cost."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from riskmodel.authority.comparison import Comparison
from riskmodel.authority.folder.authority import Authority, open_authority
from riskmodel.authority.placement_measures import CHILDREN, COST, NET, placement_measures
from riskmodel.authority.placements import _placed, folder_placements, placements_under
from riskmodel.authority.service import project_service
from riskmodel.placements.forecast import ALL
from riskmodel.placements.kinds import KINDS
from riskmodel.placements.projecting import Course, known_of
from riskmodel.projection import BASELINE
from riskmodel.report.charts.service import draw_comparison
from riskmodel.report.model import Chart
from riskmodel.report.sections.scenario_tables import placements_table
from riskmodel.report.sections.scenarios import scenarios_section
from riskmodel.scenarios import read_scenario

TEAMS = (
    "team,area,kind,child_protection_plan,looked_after,child_in_need_plan,unallocated,workers\n"
    "one,north,family_support,0,250,0,0,16\n"
)
OWN = tuple(KINDS).index("own_fostering")


@pytest.fixture(scope="module")
def folder(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of all tests, with teams."""
    made = tmp_path_factory.mktemp("teams") / "testshire"
    shutil.copytree(folder, made)
    (made / "teams.csv").write_text(TEAMS, encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def authority(folder: Path) -> Authority:
    return open_authority(folder)


@pytest.fixture(scope="module")
def compared(authority: Authority) -> Comparison:
    return authority.comparison(months=12, replicates=60, seed=1)


@pytest.mark.integration
def test_differences_are_those_of_placements_projected_with_the_scenario(
    authority: Authority, compared: Comparison
) -> None:
    placed = folder_placements(
        authority, months=12, simulations=60, seed=1, scenarios=["own_places"]
    )
    month = placed.forecast.months.index(compared.month)
    stocks = [
        placed.forecast.of(name).stock[:, month].sum(axis=(2, 3)).astype(float)
        for name in (BASELINE, "own_places")
    ]
    shown = [name.removeprefix(CHILDREN) for name in compared.of_placements if CHILDREN in name]
    assert shown[0] == ALL
    assert "own_fostering" in shown
    assert not set(shown) & placed.withheld
    for name in shown:
        base, other = (
            held.sum(axis=1) if name == ALL else held[:, tuple(KINDS).index(name)]
            for held in stocks
        )
        row = compared.row("own_places", f"{CHILDREN}{name}")
        assert row["value"] == pytest.approx(other.mean())
        assert row["difference"] == pytest.approx((other - base).mean())
        # The range is that of the difference in the same simulation.
        ends = np.quantile(other - base, [(1 - compared.level) / 2, (1 + compared.level) / 2])
        assert (row["low"], row["high"]) == pytest.approx(tuple(ends))
    own = compared.row("own_places", f"{CHILDREN}own_fostering")
    assert own["difference"] > 0
    assert own["spread_paired"] < own["spread_unpaired"]


@pytest.mark.integration
def test_cost_by_financial_year_is_that_of_the_budget_and_grants_come_off(
    authority: Authority, compared: Comparison
) -> None:
    placed = placements_under(authority, authority.projection(months=12, replicates=60, seed=1),
                              compared.month)  # fmt: skip
    assert placed is not None
    assert placed.budget is not None
    rows = placed.budget.frame.set_index(["scenario", "year", "placement"])["mean"]
    years = [name.removeprefix(COST) for name in compared.of_placements if name.startswith(COST)]
    assert years == list(dict.fromkeys(placed.budget.frame["year"]))
    for year in years:
        row = compared.row("own_places", f"{COST}{year}")
        assert row["value"] == pytest.approx(rows["own_places", year, ALL])
        assert row["value_against"] == pytest.approx(rows[BASELINE, year, ALL])
        net = compared.row("own_places", f"{NET}{year}")
        assert net["value"] == pytest.approx(rows["own_places", year, "net"])
        assert compared.label(f"{NET}{year}").full.startswith("Cost of placements less grants in")


@pytest.mark.integration
def test_income_for_few_unaccompanied_children_would_say_how_many_they_are(
    authority: Authority,
) -> None:
    placed = authority.placements(months=12, replicates=60, seed=1)
    assert placed.history is not None
    assert placed.budget is not None
    known = known_of(placed.history)
    for few, shown in ((0, True), (3, False), (6, True)):
        children = known.children.copy()
        children["alone"] = np.arange(len(children)) < few
        made = _placed(
            placed.history, replace(known, children=children), {BASELINE: Course()},
            placed.budget.prices, {"months": 12, "simulations": 20, "seed": 1},
        )  # fmt: skip
        assert made.budget is not None
        assert ("net" in set(made.budget.frame["placement"])) is shown
        assert any(name.startswith(NET) for name in placement_measures(made)) is shown
        assert ("income for them is not shown" in " ".join(made.notes)) is not shown


@pytest.mark.integration
def test_they_stand_in_text_rows_data_chart_and_annex(
    authority: Authority, compared: Comparison
) -> None:
    (last,) = [name for name in compared.of_placements if name.startswith(COST)][-1:]
    words = compared.label(last).full
    shown = compared.preview()
    assert words in list(shown["at the end of the month"])
    assert "Children by placement: own foster carers" in list(shown["at the end of the month"])
    data = compared.to_data(compared.to_frame().to_dict("records"))
    assert last in [row["measure"] for row in data["differences"]]
    assert "60 of the simulations" in compared.remarks()[0]
    assert f"{compared.label(last).brief}," in draw_comparison(compared).svg.decode()
    section = scenarios_section(
        authority.scenarios, compared, authority.projection(months=12, replicates=60, seed=1),
        title="Scenarios",
    )  # fmt: skip
    charts = {block.id: block for block in section.blocks if isinstance(block, Chart)}
    table = charts["scenarios_placements_chart"].data
    assert set(table.frame.columns) >= {"scenario", *compared.of_placements}
    # Nothing of a kind with few children, here or there.
    assert "withheld" not in " ".join(table.frame.columns)
    assert table.frame.equals(placements_table(compared, "a test").frame)


@pytest.mark.integration
def test_a_rise_of_prices_moves_the_cost_by_it_and_no_child(folder: Path, tmp_path: Path) -> None:
    authority = open_authority(folder)
    file = tmp_path / "dearer.toml"
    text = (
        'name = "dearer"\ndescription = "Prices rise by a tenth."\n[[change]]\n'
        'parameter = "placements.price"\nmultiplier = 1.1\n'
        'from_month = 1\nreason = "a test"\nsource = "assumed"\n'
    )
    file.write_text(text, encoding="utf-8")
    outlook = project_service(
        authority.demand, scenarios=[read_scenario(file)], months=12, replicates=60, seed=1
    )
    placed = placements_under(authority, outlook, outlook.projection.months[-1])
    assert placed is not None
    assert placed.budget is not None
    for year, paid in placed.budget.paid["dearer"].items():
        assert paid == pytest.approx(1.1 * placed.budget.paid[BASELINE][year])
    assert np.array_equal(*(placed.forecast.of(name).stock for name in placed.forecast.scenarios))


@pytest.mark.integration
def test_nothing_is_compared_where_the_return_ends_in_another_month(authority: Authority) -> None:
    outlook = authority.projection(months=12, replicates=60, seed=1)
    assert placements_under(authority, outlook, "2031-01") is None
    assert placements_under(open_authority(Path("riskmodel/data/example_2015")), outlook,
                            outlook.projection.months[-1]) is None  # fmt: skip
