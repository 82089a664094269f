"""Totals of authorities projected together, held against what the shared panel says happened."""

from __future__ import annotations

import numpy as np
import pytest

from riskmodel.demand.national.courses import (
    authority_stock,
    codes_with_a_figure,
    common_course_of,
)
from riskmodel.demand.pooled.history import StageHistory
from riskmodel.demand.pooled.learn import learn
from riskmodel.series import AuthorityPanel


def total_of(history: StageHistory, year: int, codes: list[str]) -> float:
    """What the authorities had; one that did not report had what it had when it last did."""
    known = 0.0
    for code in codes:
        row = history.stock[history.codes.index(code), : history.years.index(year) + 1]
        known += float(row[np.isfinite(row)][-1])
    return known


@pytest.mark.regression
@pytest.mark.parametrize(
    ("measure", "held"), [("cpp_at_31_mar", 27), ("lac_at_31_mar", 23)], ids=["plans", "looked"]
)
def test_totals_fall_within_their_intervals(
    shared_panel: AuthorityPanel, measure: str, held: int
) -> None:
    whole = StageHistory.from_panel(shared_panel, measure)
    within = told = 0
    for origin in range(2014, 2021):
        history = whole.until(origin)
        learned, codes = learn(history), codes_with_a_figure(history)
        common = common_course_of(learned, history.stage, 48, 200, 1)
        total = sum(
            authority_stock(learned, history, code, common, months=48, seed=1)[:, 11::12]
            for code in codes
        )
        for ahead in range(1, 5):
            if origin + ahead <= whole.years[-1]:
                low, high = np.quantile(total[:, ahead - 1], [0.05, 0.95])
                within += low <= total_of(whole, origin + ahead, codes) <= high
                told += 1
    assert told == 27
    # The documentation quotes these; overlapping years make them far fewer trials than 27.
    assert within == held
