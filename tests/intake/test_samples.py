"""Returns and lists that others made up to test their tools; they lie beside the source."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from riskmodel.intake import read_looked_after
from riskmodel.intake.lists.reading import read_lists

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "data" / "samples"

pytestmark = pytest.mark.skipif(not SAMPLES.exists(), reason="the shared samples are not here")


@pytest.mark.regression
def test_returns_of_five_years_and_three_authorities() -> None:
    care = read_looked_after(SAMPLES / "ssda903" / "episodes.csv")
    raw = pd.read_csv(SAMPLES / "ssda903" / "episodes.csv", dtype=str)
    once = raw.sort_values("YEAR").drop_duplicates(["LA", "CHILD", "DECOM"], keep="last")
    counted = once[~once["LS"].isin(["V3", "V4"])]
    tally = care.account["episodes"]
    assert (tally.read, tally.used) == (len(raw), len(counted))
    assert tally.left_out["superseded"] == len(raw) - len(once)
    for series in care.series():
        assert len(series) == 60
        assert not np.nansum(np.abs(series.unexplained))


@pytest.mark.regression
def test_episodes_with_one_fault_each_are_named() -> None:
    care = read_looked_after(SAMPLES / "ssda903" / "episodes_with_faults.csv")
    assert {"overlapping", "not_the_last", "not_carried_on", "end_continues"} <= set(care.counts)
    assert care.account["episodes"].read == 23
    periods = care.periods()

    def ends(child: str) -> list[str]:
        return [str(end)[:10] for end in periods.end[periods.child_id == child]]

    assert ends("RULE1_BAD") == ["2019-07-23"], "open, and the next episode goes on"
    assert ends("RULE1A_BAD") == ["2017-04-01", "2017-06-13"], "open, and the child comes back"
    assert ends("RULE2_BAD") == ["2020-04-01"], "open, and in no later return"
    assert ends("RULE4_BAD") == ["2019-10-01"], "episodes that overlap"
    assert periods.episodes[periods.child_id == "RULE5_BAD"].tolist() == [2], "a gap after X1"


@pytest.mark.regression
def test_eleven_lists_of_an_inspection() -> None:
    found = read_lists(SAMPLES / "annex_a_made_up.xlsx")
    assert len(found.rows) == 11
    assert sum(found.rows.values()) == 59
    assert found.counts == {}
    plans, care = found.series()
    assert (plans.stock.tolist(), care.stock.tolist()) == ([2, 3, 3, 1, 2], [4] * 5)
