"""What ships is what the panel teaches, dated, and read back as it was learned."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from riskmodel.demand.pooled.history import STOCK_MEASURES, StageHistory
from riskmodel.demand.pooled.learn import Learned, learn
from riskmodel.demand.pooled.process import NAMES
from riskmodel.demand.pooled.shipped import (
    SHIPPED_YEARS,
    learn_shipped,
    shipped,
    shipped_text,
    shipped_years,
)
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.parameters import parameters
from riskmodel.series import AuthorityPanel
from riskmodel.streams import stream


def assert_same(found: Learned, expected: Learned, *, rtol: float) -> None:
    assert (found.measure, found.years) == (expected.measure, expected.years)
    assert found.authorities == expected.authorities
    for name in ("stay_years", "course", "drift", "drift_variance", "usual_starts", "spread"):
        np.testing.assert_allclose(getattr(found, name), getattr(expected, name), rtol=rtol)
    np.testing.assert_allclose(found.turnover, expected.turnover, atol=1e-4)
    assert found.regression is not None
    assert expected.regression is not None
    for name in ("centre", "unit", "gram", "moments", "told", "usual", "weights"):
        np.testing.assert_allclose(
            getattr(found.regression, name),
            getattr(expected.regression, name),
            rtol=rtol,
            atol=2e-3,
        )
    for name in NAMES:
        # The flat top of a posterior: a search on another processor stops a little beside it.
        assert getattr(found.process, name) == pytest.approx(
            getattr(expected.process, name), rel=0.02
        )


@pytest.mark.regression
def test_what_ships_is_what_the_panel_teaches(shared_panel: AuthorityPanel) -> None:
    learned = learn_shipped(shared_panel)
    assert len(learned) == len(STOCK_MEASURES) * len(SHIPPED_YEARS)
    for found in learned:
        assert_same(shipped(found.measure, found.year), found, rtol=2e-3)


@pytest.mark.unit
def test_a_written_file_reads_back(simulated_history: Callable[..., StageHistory]) -> None:
    learned = replace(
        learn(simulated_history(stream(4, "tests/shipped"), 12, 6)), usual_starts=0.25
    )
    entries = tomllib.loads(shipped_text([learned], "simulated"))
    stem = "demand_learned_child_protection_plan_2015"
    assert all(name.startswith(stem) for name in entries)
    assert entries[f"{stem}_authorities"]["value"] == 12
    assert entries[f"{stem}_usual_starts"]["value"] == 0.25
    np.testing.assert_allclose(entries[f"{stem}_course"]["value"], learned.course, rtol=1e-5)
    np.testing.assert_allclose(
        np.reshape(entries[f"{stem}_turnover"]["value"], (-1, 2)), learned.turnover, rtol=1e-5
    )
    assert entries[f"{stem}_process"]["from"] == date(2015, 3, 31)
    assert entries[f"{stem}_process"]["source"] == "simulated, 2010 to 2015"


@pytest.mark.unit
@pytest.mark.parametrize("measure", STOCK_MEASURES.values())
def test_the_latest_at_or_before_the_year_is_given(measure: str) -> None:
    assert shipped_years(measure) == SHIPPED_YEARS
    for year, expected in ((2015, 2015), (2020, 2015), (2021, 2021), (2022, 2021), (2040, 2023)):
        found = shipped(measure, year)
        assert found.year == expected
        assert found.years[0] == 2010
        assert len(found.course) == len(found.years)
        assert found.turnover.shape == (len(found.spread), 2)


@pytest.mark.unit
def test_nothing_learned_so_early_and_no_such_stock_are_said() -> None:
    with pytest.raises(DataError, match=r"cpp_at_31_mar.*by 2014; the earliest is of 2015"):
        shipped("cpp_at_31_mar", 2014)
    with pytest.raises(UnknownNameError, match="Did you mean 'cpp_at_31_mar'"):
        shipped("cpp_at_31_march", 2021)


@pytest.mark.unit
def test_every_shipped_parameter_is_dated_no_later_than_its_name() -> None:
    held = [each for each in parameters() if each.name.startswith("demand_learned_")]
    assert len(held) == (16 * len(STOCK_MEASURES) + 2) * len(SHIPPED_YEARS)
    for each in held:
        assert f"_{each.valid_from.year}_" in each.name
        assert (each.valid_from.month, each.valid_from.day) == (3, 31)
        assert each.basis == "observed"
