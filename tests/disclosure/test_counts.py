"""What is printed of counts per factor, beside one another and after one another."""

from __future__ import annotations

import time

import numpy as np
import pytest

from riskmodel.assessments import FactorCounts
from riskmodel.disclosure import (
    CONFIDENTIAL,
    TOTAL,
    CountCell,
    Policy,
    Waiver,
    protect_counts,
)
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.estimates import needs_protection

REASON = "seen only by the performance team, on the council network"


def from_flags(random: np.random.Generator, size: int, factors: int) -> FactorCounts:
    plan = random.random(size) < 0.3
    flags = random.random((size, factors)) < random.random(factors) ** 2
    names = tuple(f"factor_{j}" for j in range(factors))
    return FactorCounts(
        names, flags.sum(axis=0), (flags & plan[:, None]).sum(axis=0), int(plan.sum()), size
    )


@pytest.mark.unit
def test_large_counts_are_untouched() -> None:
    rows = [("a", 400, 150), ("b", 300, 0)]
    counts = FactorCounts.from_rows(rows, total_plans=630, total_assessments=2_250)
    protected = protect_counts({("x",): counts, ("y",): counts}, Policy(), by=("area",))
    assert protected.number_withheld == 0
    assert protected.safe(("x",)) == counts


@pytest.mark.unit
def test_one_group_withholds_its_small_counts_only() -> None:
    rows = [("few plans", 40, 3), ("nearly all", 40, 37), ("few", 4, 0), ("many", 90, 45)]
    counts = FactorCounts.from_rows(rows, total_plans=200, total_assessments=1_000)
    protected = protect_counts({(): counts}, Policy())
    frame = protected.to_frame()
    assert frame["plans"].tolist() == [CONFIDENTIAL, CONFIDENTIAL, 0, 45]
    assert frame["assessments"].tolist() == [40, 40, CONFIDENTIAL, 90]
    assert protected.safe(()).factors == ("many",)


@pytest.mark.unit
def test_the_same_group_prints_alike_in_both_runs() -> None:
    random = np.random.default_rng(3)
    groups = {(i,): from_flags(random, 400, 8) for i in range(5)}
    whole = sum(list(groups.values())[1:], groups[(0,)])
    alone = protect_counts({(): whole}, Policy())
    split = protect_counts(groups, Policy(), by=("area",))
    for name in whole.factors:
        for measure in ("assessments", "plans"):
            assert alone.printed((), measure, name) == split.printed(TOTAL, measure, name)


@pytest.mark.unit
def test_a_group_too_small_to_name_has_no_safe_counts() -> None:
    counts = FactorCounts.from_rows([("a", 4, 2)], total_plans=3, total_assessments=5)
    protected = protect_counts({(): counts}, Policy())
    assert protected.safe(()) is None
    assert set(protected.to_frame().iloc[0, 1:]) == {CONFIDENTIAL}


@pytest.mark.unit
def test_unknown_numbers_of_assessments_are_no_cell() -> None:
    counts = FactorCounts.from_rows([("a", 40, 20), ("b", 9, 3)], total_plans=100)
    protected = protect_counts({(): counts}, Policy())
    assert protected.printed((), "total_assessments") is None
    assert protected.safe(()).total_assessments is None


@pytest.mark.unit
def test_rounded_counts_stay_within_one_another() -> None:
    counts = FactorCounts.from_rows([("a", 65, 34)], total_plans=35, total_assessments=66)
    found = protect_counts({(): counts}, Policy(threshold=2, round_to=10)).safe(())
    assert (found.assessments.tolist(), found.plans.tolist()) == ([70], [30])
    # Rounded by itself it would be 70: too few for 40 plans and 40 others.
    assert found.total_assessments == 80


@pytest.mark.unit
def test_a_waiver_prints_everything_and_says_why() -> None:
    counts = FactorCounts.from_rows([("a", 4, 2)], total_plans=3, total_assessments=9)
    protected = protect_counts({(): counts}, Waiver(REASON))
    assert protected.printed((), "plans", "a") == 2
    assert protected.safe(()) == counts
    assert protected.manifest() == {"suppressed": False, "reason": REASON, "counts_withheld": 0}


@pytest.mark.unit
@pytest.mark.parametrize(
    "reason", ["", "   ", "because", "aaaaaaaaaaaaaaaaaaaaaaaa", "x x x x x x x x x x x x"]
)
def test_a_waiver_needs_a_sentence(reason) -> None:
    with pytest.raises(DataError, match="who will see them"):
        Waiver(reason)


@pytest.mark.unit
@pytest.mark.parametrize(
    "options", [{"threshold": 0}, {"threshold": 2.5}, {"round_to": 3}, {"decimals": 9}]
)
def test_a_policy_says_what_is_allowed(options) -> None:
    with pytest.raises(DataError, match="got"):
        Policy(**options)


@pytest.mark.unit
def test_only_observed_counts_need_protection() -> None:
    assert needs_protection("observed")
    assert not any(needs_protection(basis) for basis in ("published", "assumed", "projected"))


@pytest.mark.unit
def test_policy_knows_what_a_printed_figure_tells() -> None:
    policy = Policy(round_to=10)
    assert [policy.printed(count) for count in (0, 6, 14, 15)] == [0, 10, 10, 20]
    assert [policy.known(count) for count in (0, 6, 15)] == [(0, 0), (6, 14), (15, 24)]
    low = Policy(threshold=2, round_to=10)
    assert low.printed(4) == "[low]"
    assert low.known(4) == (3, 4)


@pytest.mark.unit
def test_errors_name_what_was_asked() -> None:
    counts = FactorCounts.from_rows([("a", 40, 20)], total_plans=30)
    protected = protect_counts({(): counts}, Policy())
    for key, measure, factor in (
        ((), "plan", "a"),
        ((), "plans", "b"),
        (("north",), "plans", "a"),
    ):
        with pytest.raises(UnknownNameError):
            protected.printed(key, measure, factor)
    with pytest.raises(DataError, match="no counts"):
        protect_counts({}, Policy())
    with pytest.raises(DataError, match="one value for each"):
        protect_counts({(): counts}, Policy(), by=("area",))


@pytest.mark.unit
def test_true_counts_do_not_show_in_text() -> None:
    counts = FactorCounts.from_rows([("a", 4321, 3)], total_plans=987, total_assessments=9_876)
    protected = protect_counts({(): counts}, Policy())
    assert "4321" not in repr(protected) + str(protected)
    assert str(CountCell(0, (("area", "north"),), "plans", "a")) == "area north / plans / a"


@pytest.mark.unit
def test_a_figure_printed_before_is_not_relied_on() -> None:
    """The first release printed a count that the second alone would withhold to hide another."""
    north = FactorCounts.from_rows([("a", 50, 9)], total_plans=60, total_assessments=300)
    south = FactorCounts.from_rows([("a", 50, 3)], total_plans=60, total_assessments=300)
    west = FactorCounts.from_rows([("a", 50, 30)], total_plans=60, total_assessments=300)
    groups = {("north",): north, ("south",): south, ("west",): west}
    alone = protect_counts(groups, Policy(), by=("area",))
    assert alone.printed(("north",), "plans", "a") == CONFIDENTIAL
    earlier = protect_counts({("north",): north}, Policy(), by=("area",), totals_published=False)
    after = protect_counts(groups, Policy(), by=("area",), earlier=(earlier,))
    assert after.printed(("west",), "plans", "a") == CONFIDENTIAL


@pytest.mark.unit
def test_a_small_change_since_an_earlier_release_is_hidden() -> None:
    before = FactorCounts.from_rows([("a", 50, 20)], total_plans=60, total_assessments=300)
    after = FactorCounts.from_rows([("a", 51, 21)], total_plans=90, total_assessments=400)
    earlier = protect_counts({(): before}, Policy())
    found = protect_counts({(): after}, Policy(), earlier=(earlier,))
    assert found.printed((), "plans", "a") == CONFIDENTIAL
    assert found.printed((), "assessments", "a") == CONFIDENTIAL
    assert found.printed((), "total_plans") == 90


@pytest.mark.unit
def test_many_factors_in_many_groups_take_seconds() -> None:
    random = np.random.default_rng(1)
    groups = {(i,): from_flags(random, 250, 34) for i in range(20)}
    start = time.perf_counter()
    protected = protect_counts(groups, Policy(), by=("area",))
    assert protected.table.is_smallest
    # A few seconds on an idle machine; a busy one is no defect.
    assert time.perf_counter() - start < 40
