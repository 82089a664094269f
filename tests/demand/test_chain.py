"""The chain from referral to plan."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodel.demand.chain import chain_frame, what_moved_starts
from riskmodel.demand.sources import chain_of
from riskmodel.errors import DataError
from riskmodel.series import AuthorityPanel

COUNTS = st.lists(st.integers(1, 5000), min_size=4, max_size=4)


def made(*rows):
    names = ("referrals", "s47_enquiries", "icpc_children", "cpp_starts")
    figures = {
        name: np.array([row[place] for row in rows], float) for place, name in enumerate(names)
    }
    years = np.arange(2014, 2014 + len(rows))
    return AuthorityPanel(("999",) * len(rows), ("Here",) * len(rows), years, figures)


@pytest.mark.property
@given(COUNTS, COUNTS)
def test_the_links_add_up_to_the_change(before, after):
    frame = what_moved_starts(made(before, after), "999", 2014, 2015).set_index("link")
    parts = frame.drop("total")
    assert parts["plans"].sum() == pytest.approx(after[3] - before[3], abs=1e-6)
    assert parts["multiplier"].prod() == pytest.approx(after[3] / before[3])


@pytest.mark.unit
def test_a_link_that_did_not_change_accounts_for_nothing():
    frame = what_moved_starts(
        made((1000, 100, 80, 60), (1000, 200, 160, 120)), "999", 2014, 2015
    ).set_index("link")["plans"]
    assert frame["referrals"] == 0
    assert frame["s47_enquiries"] == pytest.approx(60)
    assert frame["icpc_children"] == pytest.approx(0)


@pytest.mark.unit
def test_ratios_have_exact_intervals():
    frame = chain_frame(made((1000, 100, 80, 60)), "999").set_index("link")
    assert frame.loc["cpp_starts", "ratio"] == pytest.approx(0.75)
    assert frame.loc["cpp_starts", "low"] < 0.75 < frame.loc["cpp_starts", "high"]
    assert np.isnan(frame.loc["referrals", "ratio"])


@pytest.mark.unit
def test_a_year_without_counts_is_refused():
    with pytest.raises(DataError, match="2016"):
        what_moved_starts(made((1, 1, 1, 1)), "999", 2014, 2016)


@pytest.mark.unit
def test_years_with_a_count_of_nought_are_left_unparted(tmp_path):
    counts = ((900, 0, 0, 58), (1000, 100, 80, 60), (950, 60, 10, 0), (1000, 200, 160, 120))
    names = "referrals,s47_enquiries,icpc_children,cpp_starts"
    rows = [f"999,Here,{2012 + n},{','.join(map(str, row))}" for n, row in enumerate(counts)]
    path = tmp_path / "panel.csv"
    path.write_text("\n".join([f"la_code,area,year,{names}", *rows]) + "\n", encoding="utf-8")
    found = chain_of(path, "999").set_index(["year", "link"])
    assert len(found) == 16
    moved = found["plans_since_first"].dropna()
    assert set(moved.index.get_level_values("year")) == {2015}
    assert moved.sum() == pytest.approx(120 - 60)


@pytest.mark.integration
def test_the_interval_of_a_ratio_covers():
    rng = np.random.default_rng(4)
    held = 0
    for _ in range(500):
        panel = made((1000, *rng.poisson((120, 90, 60))))
        row = chain_frame(panel, "999").set_index("link").loc["cpp_starts"]
        held += row["low"] <= 60 / 90 <= row["high"]
    assert 0.935 < held / 500 < 0.995
