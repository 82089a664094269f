"""The brief on placements: children by kind, next year's cost and its budget, on one page."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from riskmodel.authority.folder.authority import EXAMPLE, Authority, open_authority
from riskmodel.authority.placements import Placements
from riskmodel.placements.forecast import PlacementForecast
from riskmodel.report.brief.compose import _fitting, _pages, _points
from riskmodel.report.brief.paging import MOST_WORDS
from riskmodel.report.brief.placed import _table, placed_page, placed_point
from riskmodel.report.brief.results import BriefResults
from riskmodel.report.brief.wording import money
from riskmodel.report.model import Chart, Paragraph, Section, Table

from .conftest import SIZES


@pytest.fixture(scope="module")
def results(authority: Authority) -> BriefResults:
    return BriefResults(authority, SIZES)


class _Opened:
    """A forecast of another opening."""

    def __init__(self, forecast: PlacementForecast, opening: np.ndarray) -> None:
        self.forecast, self.opened = forecast, opening

    def __getattr__(self, name: str) -> object:
        return getattr(self.forecast, name)


@pytest.fixture(scope="module")
def page(results: BriefResults, placed: Placements) -> Section:
    return placed_page(results, placed, "placements")


@pytest.mark.integration
def test_the_page_says_children_cost_and_the_chance_of_an_overspend(
    page: Section, results: BriefResults, placed: Placements
) -> None:
    assert placed.budget is not None
    year = placed.budget.total().iloc[0]
    assert page.title.startswith("The chance that placements cost more than the £9.0m budgeted is")
    assert f"{money(year['q50'])} in 2018/19" in page.title
    assert f"(90% range {money(year['q05'])} to {money(year['q95'])})" in page.title
    texts = [block.text for block in page.blocks if isinstance(block, Paragraph)]
    assert texts[0].startswith("The central projection is")
    assert "looked-after children at the end of March 2019" in texts[0]
    assert "return: more children +£" in texts[2]
    assert len(" ".join([page.title, *texts]).split()) <= MOST_WORDS
    assert [type(b) for b in page.blocks if not isinstance(b, Paragraph)] == [Chart, Table]
    # It is the picture of the annex, and counts once.
    assert [b.id for b in page.blocks if isinstance(b, Chart)] == ["placements_by_kind"]
    assert results.placements is placed


@pytest.mark.integration
def test_every_number_of_the_page_stands_in_its_table(page: Section, placed: Placements) -> None:
    (table,) = (block for block in page.blocks if isinstance(block, Table))
    frame = table.frame.set_index("placement")
    stocks = placed.forecast.stocks().query("month == '2019-03'").set_index("placement")
    agency = stocks.loc["agency_fostering"]
    ends = "–".join(f"{agency[name]:.0f}" for name in ("q05", "q95"))
    assert frame.loc["Agency foster carers", "ahead"] == f"{agency['q50']:.0f} ({ends})"
    assert frame.loc["Supported or independent", "cost"] == "not priced"
    first = next(block.text for block in page.blocks if isinstance(block, Paragraph))
    told = set(re.findall(r"\d+", table.frame.to_csv()))
    for number in re.findall(r"\d+", re.sub(r"March 2019|90% range", "", first)):
        assert number in told


@pytest.mark.integration
def test_kinds_of_few_children_and_kinds_without_price_are_said(
    results: BriefResults, placed: Placements
) -> None:
    few = replace(placed, withheld=frozenset({"supported"}))
    page = placed_page(results, few, "placements")
    texts = [block.text for block in page.blocks if isinstance(block, Paragraph)]
    assert "Placements of few children are in the total alone." in texts
    assert all("Supported" not in b.frame.to_csv() for b in page.blocks if isinstance(b, Table))
    unpriced = replace(placed, budget=None)
    assert placed_point(results, unpriced).startswith("With no change of policy")
    assert list(_table(results, unpriced).frame) == ["placement", "now", "ahead"]
    # A sheet of paper holds six kinds and all: those with a price, then the largest.
    opening = np.full_like(placed.forecast.opening, 9)
    many = replace(placed, forecast=_Opened(placed.forecast, opening))  # type: ignore[arg-type]
    frame = _table(results, many).frame
    assert len(frame) == 7
    assert {"Own foster carers", "Agency foster carers", "Private and other homes"} <= {
        *frame["placement"]
    }


@pytest.mark.unit
def test_a_brief_of_seven_pages_leaves_factors_to_the_annex() -> None:
    names = ("happened", "why", "factors", "expected", "placed", "options", "certainty")
    pages = [Section(name, name.title(), ()) for name in names]
    kept = [page.id for page in _fitting(pages)]
    assert kept == [name for name in names if name != "factors"]
    assert [page.id for page in _fitting(pages[:5])] == list(names[:5])


@pytest.mark.integration
def test_the_brief_has_the_page_where_the_folder_has_the_figures(
    results: BriefResults, tmp_path: Path
) -> None:
    leads = dict.fromkeys(("happened", "expected", "placed", "certainty"), "placements")
    assert [page.id for page in _pages(results, leads)] == list(leads)
    assert [point.section for point in _points(results)][-1] == "placed"
    # Published tables and prices of placements are enough; without prices nothing is said.
    text = (EXAMPLE / "authority.toml").read_text(encoding="utf-8")
    text = text.replace('"../../', f'"{(EXAMPLE / "../..").resolve().as_posix()}/')
    priced = '\n[[placements]]\nplacement = "own_fostering"\nper_week = 450\n'
    for name, more in (("plain", ""), ("priced", priced)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "authority.toml").write_text(text + more, encoding="utf-8")
        assert ("placements" in open_authority(tmp_path / name).sections) is bool(more)
