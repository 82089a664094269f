"""Placements of a folder: one total of children, prices, scenarios, and what is refused."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from riskmodel.authority.folder.authority import Authority
from riskmodel.authority.placement_flows import COMES, yearly_flows
from riskmodel.authority.placement_views import SHOWS, placement_view
from riskmodel.authority.placements import Placements, folder_placements, project_placements
from riskmodel.disclosure.symbols import CONFIDENTIAL
from riskmodel.errors import DataError, RiskmodelError
from riskmodel.placements.kinds import KINDS
from riskmodel.projection import BASELINE
from riskmodel.report.model import Chart, Report, Section
from riskmodel.report.sections.placements import (
    _cost_table,
    placements_point,
    placements_section,
)
from riskmodel.report.workbook import workbook_bytes


@pytest.mark.integration
def test_the_total_of_children_is_that_of_the_projection_everywhere(
    authority: Authority, placed: Placements
) -> None:
    outlook = authority.projection(months=14, replicates=60)
    total = outlook.projection.of("stock", BASELINE, "looked_after")
    assert np.array_equal(placed.forecast.children(), total)
    assert placed.history is not None
    assert placed.forecast.opening.sum() == placed.history.stocks().query(
        "month == '2018-03'"
    )["stock"].sum()  # fmt: skip
    # No more children are with own carers than these have places.
    assert placed.forecast.of().stock[:, :, 0].sum(axis=(2, 3)).max() <= max(
        60, placed.forecast.opening[0]
    )


@pytest.mark.integration
@pytest.mark.parametrize("name", SHOWS)
def test_every_question_has_an_answer_whose_rows_say_their_basis(
    placed: Placements, name: str
) -> None:
    answer = placement_view(placed, name)
    frame = answer.to_frame()
    assert len(frame)
    assert set(frame["basis"]) <= {"observed", "projected"}
    assert "child_id" not in frame
    for table in answer.text_tables():
        assert len(table.frame)
    if "placement" in frame:
        few = frame[frame["placement"].isin(placed.withheld)]
        assert few.isin([CONFIDENTIAL]).any(axis=1).all()


@pytest.mark.integration
def test_the_budget_of_next_year_has_a_range_a_chance_and_drivers(placed: Placements) -> None:
    assert placed.budget is not None
    row = placed.budget.total().iloc[0]
    assert row["year"] == "2018/19"
    assert row["q05"] < row["q50"] < row["q95"]
    assert 0 <= row["overspend"] <= 1
    parts = placed.budget.drivers.set_index("driver")["mean"]
    assert parts.drop("after").sum() == pytest.approx(parts["after"])
    assert "Testshire: the central projection is" in placed.summary()
    months, areas = placed.areas()
    assert len(months) == 12 + 14
    assert set(areas) <= {*KINDS.values()}
    assert np.sum(list(areas.values()), axis=0)[-1] == pytest.approx(
        placed.forecast.children()[:, -1].mean()
    )


@pytest.mark.integration
def test_a_scenario_places_children_with_own_carers_at_other_prices(
    authority: Authority,
) -> None:
    sizes = {"months": 14, "simulations": 60}
    placed = folder_placements(authority, scenarios=["own_places"], **sizes)
    forecast = placed.forecast
    own = {name: forecast.of(name).stock[:, -1, 0].sum(axis=(1, 2)) for name in forecast.scenarios}
    assert own["own_places"].mean() > own[BASELINE].mean() + 2
    assert np.array_equal(
        forecast.of("own_places").entries.sum(axis=2), forecast.of(BASELINE).entries.sum(axis=2)
    )
    assert placed.budget is not None
    own_price = {
        name: placed.budget.frame.query("scenario == @name and placement == 'own_fostering'")[
            "price_per_week"
        ].iloc[0]
        for name in forecast.scenarios
    }
    assert own_price["own_places"] == pytest.approx(1.1 * own_price[BASELINE], rel=0.01)
    with pytest.raises(RiskmodelError, match="own_places"):
        folder_placements(authority, scenarios=["own_place"], **sizes)


@pytest.mark.integration
def test_a_return_alone_is_projected_from_its_own_entries(folder: Path) -> None:
    placed = project_placements(folder / "looked_after", months=6, simulations=40)
    assert placed.budget is None
    assert placed.forecast.of().entries.sum() > 0
    with pytest.raises(DataError, match="needs prices of placements"):
        placement_view(placed, "cost")
    with pytest.raises(DataError, match="an authority's folder"):
        project_placements(folder / "looked_after", scenarios=["own_places"])


WRONG = {
    'placement = "own_fosterin"\nper_week = 4': "Did you mean 'own_fostering'",
    'placement = "kinship"': "kinship has no price: per_week",
    'placement = "kinship"\nper_week = 4\nplaces = 5': "places are limited of",
    'placement = "kinship"\nper_week = 4\nyear = "2017/18"': "prices of several years",
    'placement = "kinship"\nper_week = -4': "per_week",
}


@pytest.mark.integration
@pytest.mark.parametrize(("row", "message"), WRONG.items())
def test_wrong_prices_are_refused_with_their_place(
    tmp_path: Path, folder: Path, row: str, message: str
) -> None:
    toml = (folder / "authority.toml").read_text(encoding="utf-8")
    text = toml.replace("[[placement_budget]]", f"[[placements]]\n{row}\n[[placement_budget]]")
    (tmp_path / "authority.toml").write_text(text, encoding="utf-8")
    (tmp_path / "looked_after").symlink_to(folder / "looked_after")
    with pytest.raises(DataError, match=r"authority\.toml, line \d+") as error:
        project_placements(tmp_path, months=3, simulations=2)
    assert message in str(error.value)


@pytest.mark.integration
def test_a_return_without_placements_is_refused(
    tmp_path: Path, write_return: Callable[..., Path]
) -> None:
    rows = "".join(f"{n},2017-05-0{n},S,C1,N1,,,,,,,\n" for n in range(1, 9))
    with pytest.raises(DataError, match="PLACE"):
        project_placements(write_return(tmp_path, rows), months=3, simulations=2)


@pytest.mark.integration
def test_the_section_holds_pictures_and_tables_without_what_is_withheld(placed: Placements) -> None:
    section = placements_section(replace(placed, withheld=frozenset({"supported"})), title="A")
    charts = [block for block in section.blocks if isinstance(block, Chart)]
    assert [chart.id for chart in charts] == [
        "placements_by_kind", "placement_flows", "placement_cost",
    ]  # fmt: skip
    assert Report("A report", "", (), (section,), {}).tables()  # no id stands twice
    assert all(len(chart.svg) > 3000 for chart in charts)
    tables = [chart.data for chart in charts]
    assert all("Supported or independent" not in table.frame.to_string() for table in tables)
    cost = tables[2].frame
    assert (cost["days"] * cost["price"] / 7).to_numpy() == pytest.approx(
        cost["average"].to_numpy(), rel=0.01
    )
    assert placements_point(placed).text.endswith("Basis: projected.")


@pytest.mark.integration
def test_flows_of_a_year_are_those_of_the_projection_without_what_is_withheld(
    placed: Placements,
) -> None:
    flows, made = placed.forecast.of(), yearly_flows(placed)
    assert made.period == "April 2018 to March 2019, projected"
    by_way = made.frame.set_index(["from", "to"])["children"]
    home = flows.exits[:, :12, 0, 0].sum(axis=1).mean()
    assert by_way["Own foster carers", "Returned home"] == pytest.approx(home)
    comes = flows.entries[:, :12].sum(axis=(1, 2)).mean()
    assert by_way[COMES].sum() == pytest.approx(comes)
    assert (made.told["children"] >= 0.5).all()
    few = yearly_flows(replace(placed, withheld=frozenset({"own_fostering"}))).frame
    assert not few.isin(["Own foster carers"]).any().any()
    joined = few.set_index(["from", "to"])["children"]
    assert joined["Other placements", "Returned home"] >= home
    assert f"about {comes:,.0f} children begin" in made.summary()


@pytest.mark.integration
def test_reasons_why_care_ends_are_no_kinds_of_placement(placed: Placements) -> None:
    view = placement_view(replace(placed, withheld=frozenset({"other", "adoption"})), "flows")
    frame = view.to_frame().set_index(["flow", "what"])
    assert (frame.loc[("entries", "other"), "mean"] == CONFIDENTIAL).all()
    assert frame.loc[("exits", "other"), "mean"].astype(float).min() >= 0
    month = view.text_tables()[0].frame
    assert set(month.loc[month["flow"] != "Leave", "what"]) == {"all"}


@pytest.mark.integration
@pytest.mark.parametrize("withheld", [frozenset[str](), frozenset({"own_fostering"})])
def test_costs_of_the_workbook_are_formulas_that_hold_their_numbers(
    placed: Placements, withheld: frozenset[str]
) -> None:
    assert placed.budget is not None
    table = _cost_table(replace(placed, withheld=withheld), placed.budget)
    report = Report("A report", "", (), (Section("placements", "A", (table,)),), {})
    numbers, formulas = cells_of(workbook_bytes(report), "sheet4")
    assert len(formulas) == len(table.formulas) > 6
    for name, formula in formulas.items():
        # What a program computes from the cells is what one finds that computes nothing.
        assert computed(formula, numbers) == pytest.approx(numbers[name], abs=0.001)
    total = table.frame[table.frame["placement"] == "All placements"].iloc[0]
    exact = placed.budget.total().iloc[0]
    assert total["average"] == pytest.approx(exact["mean"], rel=0.001)
    assert total["days"] == pytest.approx(exact["days"], abs=3)


def cells_of(content: bytes, sheet: str) -> tuple[dict[str, float], dict[str, str]]:
    """Numbers of a sheet, and formulas, by cell."""
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        root = ET.fromstring(archive.read(f"xl/worksheets/{sheet}.xml"))
    numbers, formulas = {}, {}
    for cell in root.iter(f"{space}c"):
        if cell.get("t") != "s" and cell.find(f"{space}v") is not None:
            numbers[cell.attrib["r"]] = float(cell.findtext(f"{space}v", ""))
            formulas[cell.attrib["r"]] = cell.findtext(f"{space}f", "")
    return numbers, {name: text for name, text in formulas.items() if text}


def computed(formula: str, numbers: dict[str, float]) -> float:
    """A formula of products, sums and rounding, worked out from the numbers of its sheet."""

    def added(part: re.Match[str]) -> str:
        column, first, last = part[1], int(part[2]), int(part[3])
        return str(sum(numbers[f"{column}{row}"] for row in range(first, last + 1)))

    text = re.sub(r"SUM\(([A-Z])(\d+):[A-Z](\d+)\)", added, formula)
    text = re.sub(r"\b[A-Z]\d+\b", lambda part: str(numbers[part[0]]), text)
    rounded = re.fullmatch(r"ROUND\((.*),(\d)\)", text)
    product, digits = (rounded[1], int(rounded[2])) if rounded else (text, 6)
    value = 0.0
    for term in product.split("+"):
        first, *rest = re.split(r"([*/])", term)
        part = float(first)
        for sign, number in zip(rest[::2], rest[1::2], strict=True):
            part = part * float(number) if sign == "*" else part / float(number)
        value += part
    return round(value, digits)
