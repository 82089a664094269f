"""What is printed of results: withheld counts take with them all that was worked out from them."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest

from riskmodel.assessments import FactorCounts
from riskmodel.disclosure import (
    CONFIDENTIAL,
    Policy,
    Waiver,
    blank_derived,
    complete,
    protect_counts,
    protected_frame,
)
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.factors import factor_rates
from riskmodel.factors.associations import associations
from riskmodel.factors.comparison import funnel, holm_comparison

COUNTS = FactorCounts.from_rows(
    [("a", 389, 142), ("b", 40, 3), ("c", 200, 61), ("d", 3, 0)],
    total_plans=630,
    total_assessments=2_250,
)
SAFE = FactorCounts.from_rows(
    [("a", 389, 142), ("c", 200, 61)], total_plans=630, total_assessments=2_250
)
REASON = "seen only by the performance team, on the council network"


def rates(counts: FactorCounts) -> pd.DataFrame:
    return factor_rates(counts).to_frame()


@pytest.mark.integration
def test_rates_of_withheld_factors_are_withheld() -> None:
    frame, _ = protected_frame({(): COUNTS}, rates, Policy())
    assert frame["factor"].tolist() == ["a", "b", "c", "d"]
    assert frame["assessments"].tolist() == [389, 40, 200, CONFIDENTIAL]
    assert frame["plans"].tolist() == [142, CONFIDENTIAL, 61, 0]
    assert frame["conversion_rate"].tolist() == [0.365, CONFIDENTIAL, 0.305, CONFIDENTIAL]
    assert frame["conversion_rate_method"].tolist()[1] == CONFIDENTIAL
    assert set(frame["basis"]) == {"observed"}
    assert set(frame["level"]) == {0.95}


@pytest.mark.integration
@pytest.mark.parametrize(
    "make",
    [
        funnel,
        lambda counts: holm_comparison(counts, 0.28),
        lambda counts: associations(counts).to_frame(),
    ],
)
def test_views_rest_on_printed_counts_alone(make) -> None:
    frame, _ = protected_frame({(): COUNTS}, make, Policy())
    shown = frame[frame["factor"].isin(["a", "c"])].reset_index(drop=True)
    expected = make(SAFE)
    for column in expected.columns:
        if not column.startswith("conversion_rate"):
            assert shown[column].tolist() == expected[column].tolist()
    hidden = frame[frame["factor"] == "d"]
    assert len(hidden) == len(expected) // 2
    numbers = [c for c in frame.columns if c in ("p_value", "z", "value", "conversion_rate")]
    assert (hidden[numbers] == CONFIDENTIAL).all(axis=None)


@pytest.mark.integration
def test_groups_come_first_and_none_is_lost() -> None:
    tiny = FactorCounts.from_rows(
        [(name, 2, 1) for name in "abcd"], total_plans=2, total_assessments=4
    )
    big = COUNTS + COUNTS + COUNTS
    groups = {("north",): big, ("east",): big, ("south",): tiny}
    frame, protected = protected_frame(groups, rates, Policy(), by=("area",))
    assert list(frame.columns[:2]) == ["area", "factor"]
    assert frame["area"].tolist() == ["north"] * 4 + ["east"] * 4 + ["south"] * 4
    assert protected.safe(("south",)) is None
    south = frame[frame["area"] == "south"]
    assert set(south["plans"]) == set(south["conversion_rate"]) == {CONFIDENTIAL}
    # Its few plans in all are the difference of those of the others: one more group gives way.
    assert sorted(protected.safe((area,)) is None for area in ("north", "east")) == [False, True]


@pytest.mark.integration
def test_all_withheld_still_prints_a_row_each() -> None:
    tiny = FactorCounts.from_rows([("a", 2, 1)], total_plans=2, total_assessments=4)
    frame, _ = protected_frame({(): tiny}, rates, Policy())
    assert frame.to_dict("records") == [
        {"factor": "a", "assessments": CONFIDENTIAL, "plans": CONFIDENTIAL}
    ]


@pytest.mark.integration
def test_json_says_null_and_which() -> None:
    frame, _ = protected_frame({(): COUNTS}, rates, Policy(), marks="json")
    records = json.loads(json.dumps(frame.to_dict("records")))
    assert records[0]["suppressed"] == []
    assert records[1]["plans"] is None
    assert {"plans", "conversion_rate"} <= set(records[1]["suppressed"])
    assert "assessments" not in records[1]["suppressed"]


@pytest.mark.integration
def test_shares_have_the_decimals_of_the_policy() -> None:
    frame, _ = protected_frame({(): COUNTS}, rates, Policy(decimals=0))
    assert frame["conversion_rate"].tolist()[0] == 0.37


@pytest.mark.integration
def test_with_a_waiver_the_frame_is_the_plain_one() -> None:
    frame, _ = protected_frame({(): COUNTS}, rates, Waiver(REASON))
    pd.testing.assert_frame_equal(frame, rates(COUNTS), check_dtype=False)


@pytest.mark.integration
def test_a_frame_of_true_counts_is_refused() -> None:
    protected = protect_counts({(): COUNTS}, Policy())
    with pytest.raises(DataError, match="make it from"):
        complete({(): rates(COUNTS)}, protected)
    with pytest.raises(UnknownNameError):
        complete({}, protected, marks="csv")


@pytest.mark.integration
def test_blanking_needs_to_know_what_a_column_rests_on() -> None:
    protected = protect_counts({(): COUNTS}, Policy())
    frame = COUNTS.to_frame().assign(rate=COUNTS.plans / COUNTS.assessments, note="x")
    with pytest.raises(DataError, match="rate, note"):
        blank_derived(frame, protected, {})
    with pytest.raises(UnknownNameError):
        blank_derived(frame, protected, {"rate": ("plan",)}, plain=("note",))
    found = blank_derived(frame, protected, {"rate": ("plans", "assessments")}, plain=("note",))
    assert found["rate"].tolist()[1::2] == [CONFIDENTIAL] * 2
    assert found["plans"].tolist() == [142, CONFIDENTIAL, 61, 0]
    assert found["note"].tolist() == ["x"] * 4
    rounded = protect_counts({(): COUNTS}, Policy(round_to=5))
    with pytest.raises(DataError, match="anew"):
        blank_derived(frame, rounded, {"rate": ("plans",)}, plain=("note",))


@pytest.mark.integration
def test_a_column_of_references_is_refused() -> None:
    def make(counts: FactorCounts) -> pd.DataFrame:
        return counts.to_frame().assign(child_id="C1")

    with pytest.raises(DataError, match="child_id"):
        protected_frame({(): COUNTS}, make, Policy())


@pytest.mark.integration
def test_printed_percentages_add_nothing_to_what_is_printed() -> None:
    """Shares as intervals, beside the counts: no withheld count comes out any narrower."""
    random = np.random.default_rng(5)
    groups = {}
    for i in range(3):
        n = random.integers(1, 60, size=4)
        k = np.minimum(random.binomial(n, 0.3), 40)
        groups[(i,)] = FactorCounts(tuple("abcd"), n, k, 45, 300)
    frame, protected = protected_frame(groups, rates, Policy(), by=("area",))
    half, also = 0.0005, []
    names = {str(name): name for name in protected.table.table.cells}
    for row in frame.to_dict("records"):
        if row["conversion_rate"] == CONFIDENTIAL:
            continue
        where = f"area {row['area']}"
        found, led = (names[f"{where} / {m} / {row['factor']}"] for m in ("assessments", "plans"))
        plans = names[f"{where} / total_plans"]
        for share, whole in ((row["conversion_rate"], found), (row["share_of_plans"], plans)):
            if not math.isnan(share):
                also.append(({led: 1.0, whole: -(share + half)}, -math.inf, 0.0))
                also.append(({led: 1.0, whole: -(share - half)}, 0.0, math.inf))
    assert also
    plain, helped = protected.table.attack(), protected.table.attack(also)
    assert protected.table.withheld
    for name in plain:
        assert helped[name] == pytest.approx(plain[name], abs=1e-6)
