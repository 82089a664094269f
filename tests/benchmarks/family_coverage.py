"""How often ranges hold the truth where children come in families, with families and without.

``python tests/benchmarks/family_coverage.py`` prints what docs/factors.md says of 1,200 simulated
tables of rates (seed 4) and 500 of associations (seed 11), made as in tests/factors/test_families.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from riskmodel.assessments import Assessments
from riskmodel.factors.adjusted.impact import measure_impact
from riskmodel.factors.adjusted.patterns import factor_patterns
from riskmodel.factors.rates import factor_rates
from riskmodel.families import family_effects
from tests.factors.test_families import NAMES, SLOPES, made

KINDS = ("adjusted_odds_ratio", "adjusted_risk_difference", "attributable_fraction_average",
         "crude_risk_difference")  # fmt: skip


def independent(table: Assessments) -> Assessments:
    """The table without its families."""
    frame = table.frame.drop(columns="family_id")
    return Assessments(frame, NAMES, dict.fromkeys(frame.columns, "assumed"))


def rates(table: Assessments) -> np.ndarray:
    """Value and ends of both rates, by measure and factor."""
    found = factor_rates(table.counts(), design=family_effects(table))
    sides = (found.conversion, found.share_of_plans)
    return np.array([[(one.value, one.low, one.high) for one in side] for side in sides])


def impacts(table: Assessments) -> np.ndarray:
    """The same of the four associations."""
    found = [dict(each.measures()) for each in measure_impact(table).factors]
    cells = [[(one[kind].value, one[kind].low, one[kind].high) for one in found] for kind in KINDS]
    return np.array(cells)


def coverage(
    measure: Callable[[Assessments], np.ndarray], wanted: np.ndarray, seed: int, number: int
) -> Iterator[np.ndarray]:
    """Shares of tables that hold the truth: independent, then with families."""
    held, random = np.zeros((2, *wanted.shape)), np.random.default_rng(seed)
    for _ in range(number):
        table = made(random, 900)
        for row, one in enumerate((independent(table), table)):
            _, low, high = np.moveaxis(measure(one), -1, 0)
            held[row] += (low <= wanted) & (wanted <= high)
    yield from held / number


if __name__ == "__main__":
    whole = made(np.random.default_rng(0), 300_000)
    of_rates = rates(whole)[..., 0]
    found = [dict(one.measures()) for one in measure_impact(factor_patterns(whole)).factors]
    truth = np.array([[one[kind].value for one in found] for kind in KINDS])
    truth[0] = np.exp(SLOPES)
    random = np.random.default_rng(4)
    effects = [family_effects(made(random, 900)).effects for _ in range(200)]
    print({name: np.mean([one[name] for one in effects], axis=0).round(2) for name in NAMES})
    for measure, wanted, seed, number in ((rates, of_rates, 4, 1200), (impacts, truth, 11, 500)):
        for words, shares in zip(
            ("independent", "with families"), coverage(measure, wanted, seed, number), strict=True
        ):
            print(measure.__name__, words, shares.round(3).tolist(), flush=True)
