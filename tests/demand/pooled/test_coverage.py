"""What ranges held, by size and target year, and its standard error."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from riskmodel.demand.pooled.coverage import WANTED, clustered_error, coverage_by, exceptions
from riskmodel.demand.pooled.judged import OURS, Backtest
from riskmodel.streams import stream


def judged(held: float, authorities: int = 30) -> Backtest:
    """Forecasts of which each range holds so much of what it states."""
    generator = stream(2, "tests/coverage")
    rows = [
        {
            "model": OURS, "la_code": str(code), "origin": origin, "horizon_years": ahead,
            "observed": 10.0 * code,
            **{f"covered_{level}": generator.random() < held * level / 100 for level in WANTED},
        }
        for code in range(authorities) for origin in range(2010, 2020) for ahead in (1, 2)
    ]  # fmt: skip
    return Backtest("cpp_at_31_mar", pd.DataFrame(rows), 5, 0, 0)


@pytest.mark.unit
def test_parts_add_up_to_all_and_are_those_of_the_rows() -> None:
    found = judged(1.0)
    table = coverage_by(found)
    for by in ("size", "target"):
        parts = table[table["by"] == by]
        whole = table[table["by"] == "all"].set_index(["horizon_years", "level"])
        sums = parts.assign(held=parts["held_percent"] * parts["forecasts"]).groupby(
            ["horizon_years", "level"]
        )[["held", "forecasts"]].sum()  # fmt: skip
        for key, row in sums.iterrows():
            assert row["forecasts"] == whole.loc[key, "forecasts"]
            assert row["held"] / row["forecasts"] == pytest.approx(whole.loc[key, "held_percent"])
    rows = found.frame
    large = rows[rows["la_code"].astype(int) >= 20]
    mine = table[(table["by"] == "size") & (table["part"] == "large") & (table["level"] == 80)]
    assert mine["held_percent"].tolist() == pytest.approx(
        (100 * large.groupby("horizon_years")["covered_80"].mean()).tolist()
    )
    target = rows[(rows["origin"] + rows["horizon_years"] == 2015) & (rows["horizon_years"] == 2)]
    of = table[(table["by"] == "target") & (table["part"] == "2015") & (table["level"] == 50)]
    assert of.set_index("horizon_years")["held_percent"][2] == pytest.approx(
        100 * target["covered_50"].mean()
    )


@pytest.mark.unit
def test_the_error_is_as_wide_as_means_of_whole_authorities_are() -> None:
    """Against means over fresh draws: authorities whose forecasts err together, and one by one."""
    generator = stream(3, "tests/coverage")
    groups = np.repeat(np.arange(40).astype(str), 6)
    for together in (0.0, 1.0):
        means, errors = [], []
        for _ in range(400):
            own = np.repeat(generator.standard_normal(40), 6) * together
            values = (own + generator.standard_normal(240) > 0).astype(float)
            means.append(values.mean())
            errors.append(clustered_error(values, groups))
        assert np.mean(errors) == pytest.approx(np.std(means), rel=0.12)
    assert np.isnan(clustered_error(np.ones(3), np.array(["a"] * 3)))


@pytest.mark.unit
def test_only_what_lies_outside_by_more_than_chance_is_an_exception() -> None:
    right = coverage_by(judged(1.0))
    assert exceptions(right[right["by"] == "size"]).empty
    narrow = exceptions(coverage_by(judged(0.8)))
    assert {50, 80, 90} == set(narrow.loc[narrow["by"] == "all", "level"])
    assert len(narrow[narrow["by"] == "size"]) >= 6
    # One authority has no error: nothing can be said of it.
    alone = coverage_by(judged(0.5, authorities=1))
    assert set(exceptions(alone)["by"]) == {"all"}
