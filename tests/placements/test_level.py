"""How many begin to be looked after: the level that own entries leave, and how far it strays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from riskmodel.parameters import parameter
from riskmodel.placements.level import followed

from ..benchmarks.learn_placements import learned

PANEL = Path(__file__).resolve().parents[3] / "shared/data/dfe/authority_panel_2010_2023.csv"


@pytest.mark.unit
def test_the_level_is_that_of_paths_weighed_by_the_entries_that_they_make_likely() -> None:
    """Against brute force: paths of the level drawn anyhow, weighed by their Poisson likelihood."""
    counts = np.array([20, 18, 25, 30, 28, 35, 33, 40, 41, 38, 45, 50])
    made = followed(counts, np.ones(len(counts)))
    random = np.random.default_rng(8)
    for at in (4, 10):
        steps = random.normal(size=(80_000, len(counts))) * made.sds[at] / np.sqrt(12)
        steps[:, 0] = np.log(counts[0] + 0.5) + random.normal(size=len(steps)) / np.sqrt(20)
        path = steps.cumsum(axis=1)
        # The first month is in the start, as the filter has it.
        score = (counts[1:] * path[:, 1:] - np.exp(path[:, 1:])).sum(axis=1)
        weight = np.exp(score - score.max())
        mean = np.average(np.exp(path[:, -1]), weights=weight)
        assert made.shape[at] / made.months[at] == pytest.approx(mean, rel=0.02)


@pytest.mark.unit
def test_entries_say_how_far_their_level_strays() -> None:
    random = np.random.default_rng(5)
    spread = []
    for sd in (0.05, 0.4):
        level = 30 * np.exp(random.normal(size=(20, 120)).cumsum(axis=1) * sd / np.sqrt(12))
        made = [followed(counts, np.ones(120)) for counts in random.poisson(level)]
        spread.append(np.mean([np.average(one.sds, weights=one.weights) for one in made]))
    assert spread[0] < 0.12
    assert spread[1] == pytest.approx(0.4, rel=0.25)


@pytest.mark.unit
def test_ranges_of_entries_hold_what_comes() -> None:
    random = np.random.default_rng(11)
    sds = parameter("placements_level_sd").value * np.exp(
        parameter("placements_level_log_sd").value * random.normal(size=80)
    )
    held = []
    for sd in sds:
        steps = random.normal(size=60) * sd / np.sqrt(12)
        counts = random.poisson(18 * np.exp(steps.cumsum()))
        drawn = followed(counts[:48], np.ones(48)).drawn(12, 400, 3).sum(axis=1)
        low, high = np.quantile(drawn, (0.05, 0.95))
        held.append(low <= counts[48:].sum() <= high)
    # Of 80, 90% expected: two standard errors are 7 points.
    assert 0.83 <= np.mean(held) <= 0.97


@pytest.mark.regression
@pytest.mark.skipif(not PANEL.exists(), reason="the panel of open data is not here")
def test_what_is_shipped_is_what_the_panel_shows() -> None:
    found = learned(PANEL)
    assert (found["authorities"], found["rates"]) == (76, 150)
    for name in ("placements_level_sd", "placements_level_log_sd", "placements_rate_sd"):
        assert parameter(name).value == pytest.approx(found[name], abs=0.006)
