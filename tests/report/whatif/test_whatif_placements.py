"""Placements on the page against riskmodel; WHATIF_SETTINGS asks for more."""

from __future__ import annotations

import json
import os
from typing import Any

import numpy as np
import pytest

from riskmodel.authority.folder.authority import Authority
from riskmodel.demand.projecting import Outlook
from riskmodel.errors import DataError
from riskmodel.placements.time import years_of
from riskmodel.report.whatif.changes import kept_scenario
from riskmodel.report.whatif.moves import shown_kinds
from riskmodel.scenarios import Scenario
from riskmodel.scenarios.reading import parse_scenario

from .by_python import placed_answer, random_placements
from .chrome import CHROMIUM, Page
from .conftest import SIZES
from .test_whatif_numbers import near

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]

NUMBER = int(os.environ.get("WHATIF_SETTINGS", "6"))
RANGE = (0.05, 0.5, 0.95)

PLACE = """((changes) => {
  let shown;
  try { shown = whatif.work(changes); } catch (error) { return { refused: error.message }; }
  return { placements: shown.placements, stock: whatif.placed(shown) };
})"""


def placed(page: Page, scenario: Scenario) -> dict[str, Any]:
    changes = kept_scenario(scenario)["changes"]
    found: dict[str, Any] = page.run(f"{PLACE}({json.dumps(changes)})")
    return found


def check(page: dict[str, Any], authority: Authority, outlook: Outlook, scenario: Scenario) -> None:
    python = placed_answer(authority, outlook, scenario)
    months = outlook.projection.months
    dates = sorted({*(t for t, month in enumerate(months) if month[5:] == "03"), len(months) - 1})
    _, groups = shown_kinds(authority.placements(**SIZES.named()))
    stock = np.stack([python.stock[..., each].sum(axis=-1) for each in groups], axis=-1)
    stock = np.concatenate([stock, stock.sum(axis=-1, keepdims=True)], axis=-1)
    for place, t in enumerate(dates):
        wanted = np.quantile(stock[:, t], RANGE, axis=0).T
        near(page["stock"][place], wanted, 1.0, f"{scenario} {t}")
    for row, year in zip(page["placements"], years_of(months), strict=True):
        near(row, np.quantile(python.costs[year], RANGE), 0.0, f"{scenario} {year}")


def test_random_placements_have_the_numbers_of_riskmodel(
    opened_page: Page, made_up: Authority, made_up_projection: Outlook
):
    worked = 0
    for scenario in random_placements(seed=NUMBER, number=NUMBER):
        found = placed(opened_page, scenario)
        try:
            scenario.levers(made_up_projection.projection.opening_month, SIZES.months)
            check(found, made_up, made_up_projection, scenario) if "refused" not in found else None
        except DataError:
            assert "refused" in found
        worked += "refused" not in found
    assert worked > NUMBER / 2
