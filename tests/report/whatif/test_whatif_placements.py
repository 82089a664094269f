"""Placements on the page against riskmodel; WHATIF_SETTINGS asks for more."""

from __future__ import annotations

import base64
import json
import os
from typing import Any

import numpy as np
import pytest

from riskmodel.authority.folder.authority import Authority
from riskmodel.core.months import years_of
from riskmodel.demand.projecting import Outlook
from riskmodel.errors import DataError
from riskmodel.report.whatif.changes import kept_scenario
from riskmodel.report.whatif.moves import MOST_FOLLOWED, kept_moves, shown_kinds
from riskmodel.scenarios import Scenario
from riskmodel.scenarios.reading import parse_scenario

from .by_python import placed_answer, random_placements
from .chrome import CHROMIUM, Page
from .conftest import SIZES
from .test_whatif_numbers import near
from .test_whatif_page import settled

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]

NUMBER = int(os.environ.get("WHATIF_SETTINGS", "24"))
RANGE = (0.05, 0.5, 0.95)
NOTHING = Scenario("none", "Nothing.", ())

PLACE = """((changes) => {
  let shown;
  try { shown = whatif.work(changes); } catch (error) { return { refused: error.message }; }
  return { placements: shown.placements, stock: whatif.placed(shown) };
})"""


def placed(page: Page, scenario: Scenario) -> dict[str, Any]:
    changes = kept_scenario(scenario)["changes"]
    found: dict[str, Any] = page.run(f"{PLACE}({json.dumps(changes)})")
    return found


def moved(every: Any, setting: Any, base: Any) -> np.ndarray:
    """What a setting changes in the simulations followed, put to the number of all of them."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(base > 5, every * setting / base, np.maximum(every + setting - base, 0))


def check(page: dict[str, Any], authority: Authority, outlook: Outlook, scenario: Scenario) -> None:
    """Children within half a percent or one child, costs within half a percent."""
    answers = [placed_answer(authority, outlook, each) for each in (scenario, NOTHING)]
    months = outlook.projection.months
    dates = sorted({*(t for t, month in enumerate(months) if month[5:] == "03"), len(months) - 1})
    _, groups = shown_kinds(authority.placements(**SIZES.named()))

    def ends(values: np.ndarray) -> np.ndarray:
        return np.quantile(values, RANGE, axis=0)

    def shown(stock: np.ndarray) -> np.ndarray:
        each = np.stack([stock[..., group].sum(axis=-1) for group in groups], axis=-1)
        return np.concatenate([each, each.sum(axis=-1, keepdims=True)], axis=-1)

    setting, base = (shown(each.stock) for each in answers)
    first = slice(0, MOST_FOLLOWED)
    for place, t in enumerate(dates):
        wanted = moved(ends(base[:, t]), ends(setting[first, t]), ends(base[first, t]))
        near(page["stock"][place], wanted.T, 1.0, f"{scenario} {t}")
    for row, year in zip(page["placements"], years_of(months), strict=True):
        setting, base = (each.costs[year] for each in answers)
        wanted = moved(ends(base), ends(setting[first]), ends(base[first]))
        near(row, wanted, 0.0, f"{scenario} {year}")


def test_random_placements_have_the_numbers_of_riskmodel(
    opened_page: Page, made_up: Authority, made_up_projection: Outlook
):
    worked = 0
    for scenario in random_placements(seed=NUMBER, number=NUMBER):
        found = placed(opened_page, scenario)
        if "refused" in found:
            with pytest.raises(DataError):
                placed_answer(made_up, made_up_projection, scenario)
            continue
        check(found, made_up, made_up_projection, scenario)
        worked += 1
    assert worked > NUMBER / 2


def test_nothing_changed_shows_the_placements_of_riskmodel(opened_page: Page, made_up: Authority):
    forecast = made_up.placements(**SIZES.named()).forecast
    found = placed(opened_page, NOTHING)["stock"][0]
    stock = forecast.of().stock[:, 2].sum(axis=(2, 3))
    assert found[0] == pytest.approx(np.quantile(stock[:, 0], RANGE).tolist())
    assert found[-1] == pytest.approx(np.quantile(stock.sum(axis=1), RANGE).tolist())


def test_a_saved_lever_of_placements_gives_the_numbers_back(
    opened_page: Page, made_up: Authority, made_up_projection: Outlook
):
    opened_page.run(
        """(() => { for (const [id, value] of [["placements-step_down", 60],
        ["placements-reunification", 15], ["placements-own_home_beds", 4]]) {
          const one = document.getElementById(id);
          one.value = value; one.dispatchEvent(new Event("input")); } })()"""
    )
    settled(opened_page)
    table = opened_page.run("document.querySelector('.placed').textContent")
    assert "Private and other homes" in table
    assert "Placed for adoption" not in table
    said = opened_page.run("document.getElementById('changed').textContent")
    assert "60% more children move from homes to families" in said
    assert "4 more beds in own homes" in said
    text = opened_page.run("whatif.fileText()")
    scenario = parse_scenario(text, "saved.toml")
    assert [each.parameter.partition(".")[2] for each in scenario.changes] == [
        "step_down", "reunification", "own_home_beds",
    ]  # fmt: skip
    check(placed(opened_page, scenario), made_up, made_up_projection, scenario)
    shown = opened_page.run("whatif.numbersNow().map((one) => one.value)")
    opened_page.run("document.getElementById('start').dispatchEvent(new Event('change'))")
    opened_page.run(f"whatif.openText({json.dumps(text)})")
    assert opened_page.run("whatif.numbersNow().map((one) => one.value)") == shown


def test_no_count_by_age_or_time_in_care_is_on_the_page(made_up: Authority):
    """What is followed are sums over all children; kinds of few children are among the others."""
    kept = kept_moves(made_up, SIZES, 60)
    assert kept is not None
    assert [each["label"] for each in kept["shown"]][-1] == "Other placements"
    assert "Placed for adoption" not in [each["label"] for each in kept["shown"]]
    opening = made_up.placements(**SIZES.named()).forecast.opening
    assert not any(0 < opening[each["of"]].sum() <= 5 for each in kept["shown"])
    assert opening[kept["shown"][kept["own"][1]]["of"]].sum() == 0
    # Kinds that are not shown are read together, never one by one.
    readings = len(base64.b64decode(kept["kinds"]["bytes"])) / 4
    assert readings / len(kept["shown"]) == len(base64.b64decode(kept["opening"]["bytes"])) / 4
