"""FactorCounts: what contradicts itself is refused, and disjoint counts add."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodel.assessments import Assessments, FactorCounts
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.published import factor_counts

NAMES = ("a", "b", "c")


@st.composite
def counts(draw: st.DrawFn, *, with_total: bool | None = None) -> FactorCounts:
    total_plans = draw(st.integers(0, 700))
    plans = [draw(st.integers(0, total_plans)) for _ in NAMES]
    without = [draw(st.integers(0, 10**6)) for _ in NAMES]
    known = draw(st.booleans()) if with_total is None else with_total
    total = total_plans + max(without) + draw(st.integers(0, 50)) if known else None
    rows = [(name, k + m, k) for name, k, m in zip(NAMES, plans, without, strict=True)]
    return FactorCounts.from_rows(rows, total_plans=total_plans, total_assessments=total)


def _nothing(total: int | None = 0) -> FactorCounts:
    return FactorCounts.from_rows(
        [(name, 0, 0) for name in NAMES], total_plans=0, total_assessments=total
    )


@pytest.mark.property
@given(first=counts(), second=counts(), third=counts())
def test_counts_of_disjoint_parts_add_in_any_order(
    first: FactorCounts, second: FactorCounts, third: FactorCounts
) -> None:
    assert first + second == second + first
    assert (first + second) + third == first + (second + third)
    assert (first + second).assessments.tolist() == [
        a + b for a, b in zip(first.assessments.tolist(), second.assessments.tolist(), strict=True)
    ]
    assert (first + second).total_plans == first.total_plans + second.total_plans


@pytest.mark.property
@given(some=counts())
def test_counts_of_nothing_change_nothing(some: FactorCounts) -> None:
    assert some + _nothing() == some
    assert (some + _nothing(None)).total_assessments is None


@pytest.mark.property
@given(first=counts(with_total=True), second=counts(with_total=True))
def test_the_floor_on_assessments_stays_below_their_number(
    first: FactorCounts, second: FactorCounts
) -> None:
    both = first + second
    assert both.total_assessments is not None
    assert both.minimum_assessments <= first.minimum_assessments + second.minimum_assessments
    assert both.minimum_assessments <= both.total_assessments
    assert both.minimum_assessments >= both.assessments.max()


@pytest.mark.property
@given(some=counts())
def test_equality_looks_at_every_field(some: FactorCounts) -> None:
    rows = list(zip(NAMES, some.assessments.tolist(), some.plans.tolist(), strict=True))
    totals = {"total_plans": some.total_plans, "total_assessments": some.total_assessments}
    assert FactorCounts.from_rows(rows, **totals) == some
    more = [(name, n + 1, k) for name, n, k in rows]
    assert FactorCounts.from_rows(more, total_plans=some.total_plans) != some
    assert FactorCounts.from_rows(rows, basis="assumed", **totals) != some
    assert some != "counts"
    assert pickle.loads(pickle.dumps(some)) == some


@pytest.mark.unit
@pytest.mark.parametrize(
    ("rows", "totals", "message"),
    [
        ([("neglect", 3, 4)], {"total_plans": 9}, "neglect: 4 plans out of only 3"),
        ([("neglect", -1, -1)], {"total_plans": 9}, "neglect: counts must not be negative"),
        ([("neglect", 5, -1)], {"total_plans": 9}, "neglect: counts must not be negative"),
        ([("neglect", 20, 10)], {"total_plans": 9}, "neglect: 10 plans, but only 9 in all"),
        ([("neglect", 1, 1), ("neglect", 2, 1)], {"total_plans": 9}, "more than once: neglect"),
        ([("neglect", 1.5, 1)], {"total_plans": 9}, "assessments must be whole numbers"),
        ([("neglect", 2, 0.5)], {"total_plans": 9}, "plans must be whole numbers"),
        ([("neglect", float("nan"), 0)], {"total_plans": 9}, "must be whole numbers"),
        ([("neglect", float("inf"), 0)], {"total_plans": 9}, "must be whole numbers"),
        ([("neglect", "12", 0)], {"total_plans": 9}, "must be whole numbers"),
        ([("neglect", 2**63, 0)], {"total_plans": 9}, r"below 2\*\*53"),
        ([("neglect", 2, 1)], {"total_plans": -1}, "total_plans must not be negative"),
        ([("neglect", 2, 1)], {"total_plans": 9.5}, "total_plans must be a whole number"),
        (
            [("neglect", 50, 5)],
            {"total_plans": 9, "total_assessments": 53},
            "total_assessments is 53, but the counts need at least 54",
        ),
        ([("neglect", 2, 1)], {"total_plans": 9, "basis": "guess"}, "basis must be one of"),
    ],
)
def test_contradictions_are_refused_by_name(
    rows: list[tuple[str, int, int]], totals: dict[str, object], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        FactorCounts.from_rows(rows, **totals)  # type: ignore[arg-type]


@pytest.mark.unit
def test_one_count_for_each_factor() -> None:
    with pytest.raises(DataError, match=r"plans must hold one count for each of 2 factors"):
        FactorCounts(("a", "b"), np.array([3, 4]), np.array([1]), 9)


@pytest.mark.unit
def test_only_like_counts_add() -> None:
    some = FactorCounts.from_rows([("a", 3, 1), ("b", 2, 1)], total_plans=2)
    turned = FactorCounts.from_rows([("b", 2, 1), ("a", 3, 1)], total_plans=2)
    other = FactorCounts.from_rows([("a", 3, 1), ("c", 2, 1)], total_plans=2)
    assumed = FactorCounts.from_rows([("a", 3, 1), ("b", 2, 1)], total_plans=2, basis="assumed")
    for different, message in ((turned, "the order"), (other, "b, c"), (assumed, "bases")):
        with pytest.raises(DataError, match=message):
            some + different
    with pytest.raises(TypeError):
        some + 3  # type: ignore[operator]


@pytest.mark.unit
def test_counts_cannot_be_changed_from_outside() -> None:
    given_counts = np.array([3, 4])
    some = FactorCounts(("a", "b"), given_counts, np.array([1, 1]), 9)
    given_counts[0] = 999
    assert some.assessments.tolist() == [3, 4]
    with pytest.raises(ValueError, match="read-only"):
        some.assessments[0] = 999
    with pytest.raises(TypeError, match="unhashable"):
        hash(some)


@pytest.mark.regression
def test_the_report_card_needs_at_least_1069_assessments() -> None:
    published = factor_counts()
    assert published.minimum_assessments == 630 + 439 == 1069
    assert published.total_assessments is None
    assert published.basis == "published"
    assert published.to_frame().shape == (10, 3)
    assert published.summary() == "10 factors, 630 plans, unknown assessments (published)"


# Assessments, one row each.


def _table(rows: int = 200) -> Assessments:
    generator = np.random.default_rng(5)
    frame = pd.DataFrame(
        {
            "plan": generator.random(rows) < 0.3,
            "child_neglect": generator.random(rows) < 0.4,
            "child_missing": generator.random(rows) < 0.1,
            "area": generator.choice(["north", "south", None], rows),
        }
    )
    return Assessments(frame, ("child_neglect", "child_missing"), {})


@pytest.mark.unit
def test_counts_of_a_table_are_those_of_its_rows() -> None:
    table = _table()
    frame = table.to_frame()
    found = table.counts()
    assert found.total_assessments == len(table) == 200
    assert found.total_plans == int(frame["plan"].sum())
    for position, name in enumerate(table.factors):
        assert found.assessments[position] == frame[name].sum()
        assert found.plans[position] == (frame[name] & frame["plan"]).sum()


@pytest.mark.unit
def test_counts_of_groups_add_up_to_those_of_the_table_gaps_included() -> None:
    table = _table()
    parts = dict(table.counts_by(["area"]))
    assert len(parts) == 3
    total = None
    for part in parts.values():
        total = part if total is None else total + part
    assert total == table.counts()
    with pytest.raises(UnknownNameError, match="Did you mean 'area'"):
        list(table.counts_by(["areas"]))


@pytest.mark.unit
def test_a_table_says_which_column_is_wrong() -> None:
    frame = _table().to_frame()
    with pytest.raises(DataError, match="field child_trafficking: this column is missing"):
        Assessments(frame, ("child_trafficking",), {})
    with pytest.raises(DataError, match="field child_neglect: needs true or false"):
        Assessments(frame.assign(child_neglect=1), ("child_neglect",), {})
    with pytest.raises(DataError, match="basis must be one of"):
        Assessments(frame, ("child_neglect",), {"plan": "guess"})  # type: ignore[dict-item]
    backwards = frame.assign(
        referral_date=pd.Timestamp("2015-02-01"), assessment_date=pd.Timestamp("2015-01-01")
    )
    with pytest.raises(DataError, match="200 rows have assessment_date before referral_date"):
        Assessments(backwards, ("child_neglect",), {})


@pytest.mark.unit
def test_anything_computed_from_an_assumed_column_is_assumed() -> None:
    frame = _table().to_frame()
    assert Assessments(frame, ("child_neglect",), {}).counts().basis == "observed"
    assumed = Assessments(frame, ("child_neglect",), {"child_neglect": "assumed"})
    assert assumed.counts().basis == "assumed"
    aside = Assessments(frame, ("child_neglect",), {"area": "assumed"})
    assert aside.counts().basis == "observed"
