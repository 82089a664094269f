"""Stages move together as other authorities' did, and keep their own ranges."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from riskmodel.demand.calibration import Observation, calibrate
from riskmodel.demand.outlook import StageOutlook, stage_outlook
from riskmodel.demand.pooled.shipped import SHIPPED_YEARS, shipped
from riskmodel.demand.together import (
    MOVES,
    STAGES,
    drawn_together,
    move_correlations,
    positive_definite,
    shipped_correlations,
    stage_correlations,
    together_text,
)
from riskmodel.errors import DataError
from riskmodel.estimates import Interval
from riskmodel.series import AuthorityPanel
from riskmodel.streams import stream

PANEL_MEASURES = ("cpp_at_31_mar", "lac_at_31_mar", "cin_at_31_mar")
TARGET = np.array([[1.0, 0.3, 0.5], [0.3, 1.0, 0.2], [0.5, 0.2, 1.0]])


def panel_of(correlations: np.ndarray, authorities: int = 799, years: int = 8) -> AuthorityPanel:
    """Random walks whose steps are correlated; children in need hold the other two."""
    generator = stream(5, "tests/together")
    steps = generator.multivariate_normal(np.zeros(3), 0.01 * correlations, (authorities, years))
    plans, away, rest = np.moveaxis(np.exp(np.cumsum(steps, axis=1) + 6), 2, 0)
    codes = [f"{201 + place}" for place in range(authorities) for _ in range(years)]
    figures = dict(zip(PANEL_MEASURES, (plans, away, plans + away + rest), strict=True))
    return AuthorityPanel(
        tuple(codes),
        tuple(f"Area {code}" for code in codes),
        np.tile(np.arange(2008, 2008 + years), authorities),
        {name: table.ravel() for name, table in figures.items()},
        source="made up",
    )


@pytest.fixture(scope="module")
def outlooks() -> dict[str, StageOutlook]:
    """Plans as calibrated, and the same with other draws in place of the other stages."""
    figures = [
        Observation("stock", Interval.exactly(500 + 10 * year), f"{2010 + year}-03", source="test")
        for year in range(6)
    ]
    calibration = calibrate(figures, STAGES[0], area="Test", seed=3, draws=200)
    learned = shipped("cpp_at_31_mar", 2015)
    return {
        stage: stage_outlook(calibration, learned, months=36, replicates=1500, seed=seed)
        for seed, stage in enumerate(STAGES)
    }


@pytest.mark.unit
def test_the_panels_correlations_are_found_and_nothing_later_enters() -> None:
    panel = panel_of(TARGET)
    found = stage_correlations(panel, 2015)
    np.testing.assert_allclose(found, TARGET, atol=0.06)
    early = stage_correlations(panel, 2012)
    later = panel.years > 2012
    changed = {
        name: np.where(later, figures[::-1] * 2, figures) for name, figures in panel.figures.items()
    }
    np.testing.assert_array_equal(stage_correlations(replace(panel, figures=changed), 2012), early)
    assert not (stage_correlations(panel, 2015, "201") == found).all()
    alone = replace(panel, figures={"cpp_at_31_mar": panel.figures["cpp_at_31_mar"]})
    np.testing.assert_array_equal(stage_correlations(alone, 2015), np.eye(3))


@pytest.mark.unit
@pytest.mark.parametrize("first", ["cpp_at_31_mar", "lac_at_31_mar"])
def test_moves_are_those_of_starts_and_of_the_stock_of_children_in_need(first: str) -> None:
    stocks = panel_of(TARGET)
    strong = np.array([[1.0, 0.7, 0.0], [0.7, 1.0, -0.4], [0.0, -0.4, 1.0]])
    starts = panel_of(strong).figures
    # Starts of plans and of care move beside the stock of the rest, which is the same as before.
    rest = starts["cin_at_31_mar"] - starts["cpp_at_31_mar"] - starts["lac_at_31_mar"]
    figures = {
        **stocks.figures,
        "cpp_starts": starts["cpp_at_31_mar"],
        "lac_starts": starts["lac_at_31_mar"],
        "cin_at_31_mar": rest + stocks.figures["cpp_at_31_mar"] + stocks.figures["lac_at_31_mar"],
    }
    panel = replace(stocks, figures={first: figures[first], **figures}, status={})
    np.testing.assert_allclose(move_correlations(panel, 2015), strong, atol=0.06)
    found = stage_correlations(panel, 2015)[0, 1]
    assert found == pytest.approx(TARGET[0, 1], abs=0.06)
    apart = replace(panel, figures={name: figures[name] for name in PANEL_MEASURES}, status={})
    assert move_correlations(apart, 2015)[0, 1] == 0


@pytest.mark.unit
def test_every_stage_keeps_its_simulations_and_the_first_its_order(
    outlooks: dict[str, StageOutlook],
) -> None:
    together = drawn_together(outlooks, TARGET, seed=1)
    first = STAGES[0]
    assert together[first] is outlooks[first]
    for stage in STAGES[1:]:
        before, after = outlooks[stage].inputs, together[stage].inputs
        order = np.lexsort(before.rates.T), np.lexsort(after.rates.T)
        assert (order[0] != order[1]).any()
        for name in ("rates", "opening", "mean_days", "opening_survival"):
            np.testing.assert_array_equal(
                getattr(before, name)[order[0]], getattr(after, name)[order[1]]
            )
    again = drawn_together(outlooks, TARGET, seed=1)
    np.testing.assert_array_equal(again[STAGES[2]].inputs.rates, together[STAGES[2]].inputs.rates)


@pytest.mark.unit
def test_expected_stocks_have_the_correlations_asked_for(
    outlooks: dict[str, StageOutlook],
) -> None:
    from scipy.stats import spearmanr

    together = drawn_together(outlooks, TARGET, seed=2)
    ranks = spearmanr(np.column_stack([together[stage].two_years_on for stage in STAGES]))
    # Of a Gaussian copula: 6 / pi arcsin(correlation / 2).
    np.testing.assert_allclose(ranks.statistic, 6 / np.pi * np.arcsin(TARGET / 2), atol=0.06)
    # What cannot be a correlation matrix is drawn to the nearest that can.
    odd = np.array([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1.0]])
    assert set(drawn_together(outlooks, odd, seed=2)) == set(STAGES)
    one = {STAGES[1]: outlooks[STAGES[1]]}
    assert drawn_together(one, TARGET, seed=2) == one


@pytest.mark.unit
def test_what_ships_is_dated_and_reads_back() -> None:
    for year in SHIPPED_YEARS:
        found = shipped_correlations(year + 1 if year != 2021 else year)
        np.testing.assert_array_equal(found, found.T)
        assert (np.abs(found - np.eye(3)) < 0.5).all()
        assert np.linalg.eigvalsh(found).min() > 0
    with pytest.raises(DataError, match="learned by 2014"):
        shipped_correlations(2014)
    assert shipped_correlations(2023, MOVES)[0, 1] > shipped_correlations(2023)[0, 1] > 0.1
    text = together_text(panel_of(TARGET), [2015])
    assert "[demand_learned_2015_together]" in text
    assert "[demand_learned_2015_moves]" in text
    odd = positive_definite(np.array([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1.0]]), 0.05)
    assert np.linalg.eigvalsh(odd).min() > 0.03
    np.testing.assert_allclose(np.diagonal(odd), 1)
    np.testing.assert_allclose(positive_definite(TARGET, 0.05), TARGET, atol=1e-12)


@pytest.mark.integration
def test_all_cases_together_are_less_certain_than_stages_apart(
    outlooks: dict[str, StageOutlook],
) -> None:
    def spread(stages: dict[str, StageOutlook]) -> float:
        total = np.sum([outlook.two_years_on for outlook in stages.values()], axis=0)
        low, high = np.quantile(total, [0.05, 0.95])
        return float(high - low)

    wider = spread(drawn_together(outlooks, TARGET, seed=4)) / spread(outlooks)
    # Three stages alike with a mean correlation of a third: sqrt(1 + 2 / 3) = 1.29.
    assert 1.15 < wider < 1.4
