"""Children who come have the ages of those who came, so that 18th birthdays are not too many."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from riskmodel.intake import read_looked_after
from riskmodel.placements.arrivals import Mix, fitted_mix, simulation_keys
from riskmodel.placements.history import History, placement_history
from riskmodel.placements.kinds import AGE_STEPS, BAND_AGES, BANDS
from riskmodel.placements.rates import YEAR

NUMBER, OLDEST = 2000, 17.5


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory, write_return: Callable[..., Path]) -> History:
    """Children of 16 and more who begin evenly through a year, none above 17 and a half."""
    random = np.random.default_rng(4)
    rows, born = [], []
    for child in range(NUMBER):
        day = np.datetime64("2017-04-01") + child % 365
        age = 16 + (OLDEST - 16) * random.random()
        rows.append(f"{child},{day},S,C1,N1,U4,PR1,,,,IN,3\n")
        born.append(f"{child},1,{day - np.timedelta64(int(age * YEAR), 'D')},WBRI\n")
    folder = tmp_path_factory.mktemp("ages")
    return placement_history(read_looked_after(write_return(folder, "".join(rows), "".join(born))))


def entering(mix: Mix, months: int = 12) -> np.ndarray:
    """Children who begin in the months of a year, as many in each."""
    keys = simulation_keys(4, 1)
    drawn = mix.drawn(4, 1)
    parts = [
        drawn.children(
            keys, np.repeat(np.arange(4), 500), month, np.tile(np.arange(500), 4),
            (month * YEAR / months, (month + 1) * YEAR / months), np.zeros(4),
        )
        for month in range(months)
    ]  # fmt: skip
    return np.concatenate(parts)


@pytest.mark.unit
def test_those_who_turn_18_in_the_year_are_as_many_as_brute_force_has(history: History) -> None:
    made = entering(fitted_mix(history))
    oldest = made[made["band"] == len(BANDS) - 1]
    found = (oldest["grown"] < YEAR).mean()
    # Begun at u of the year at an age evenly from 16 to 17.5: 18 by its end from 17 + u on.
    begun, age = np.meshgrid(np.linspace(0, 1, 401), np.linspace(16, OLDEST, 401))
    exact = (age > 17 + begun).mean()
    assert exact == pytest.approx(1 / 12, abs=0.002)
    assert found == pytest.approx(exact, abs=0.012)
    # As if all ages to 18 were alike, it would be three times as many.
    even = entering(fitted_mix(None))
    even = even[even["band"] == len(BANDS) - 1]
    assert (even["grown"] < YEAR).mean() == pytest.approx(1 / 4, abs=0.012)


@pytest.mark.unit
def test_an_age_lies_in_its_band_and_shares_of_a_band_add_up_to_one(history: History) -> None:
    mix = fitted_mix(history)
    made = entering(mix)
    age = BAND_AGES[-1] - (made["grown"] - made["care"]) / YEAR
    low = np.append(0, BAND_AGES[:-1])[made["band"]]
    assert (age >= low - 1e-9).all()
    assert (age <= np.array(BAND_AGES)[made["band"]] + 1e-9).all()
    assert mix.ages.shape == (2, AGE_STEPS * BAND_AGES[-1])
    edges = AGE_STEPS * np.append(0, BAND_AGES[:-1])
    assert np.add.reduceat(mix.ages, edges, axis=1) == pytest.approx(1)
    # Without own entries all ages of a band are alike.
    assert np.ptp(fitted_mix(None).ages[:, -2 * AGE_STEPS :]) == pytest.approx(0)
