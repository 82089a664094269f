"""Thresholds: the region holds exactly the cuts that reproduce the printed labels."""

from __future__ import annotations

import itertools
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodel.assessments import FactorCounts
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.estimates import Interval
from riskmodel.factors import analyse_factors, feasible_region, prevalence_values
from riskmodel.factors.quadrants import feasible_cut
from riskmodel.published import factor_counts, printed_quadrants
from riskmodel.vocabulary import factor

values = st.lists(st.builds(Fraction, st.integers(0, 30), st.integers(1, 7)), max_size=8)
cuts = st.builds(Fraction, st.integers(-5, 250), st.integers(1, 7))
labels = st.sampled_from(["high", "low"])


def _labelled(found: list[Fraction], cut: Fraction) -> list[str]:
    return ["high" if value >= cut else "low" for value in found]


@pytest.mark.property
@given(found=values, cut=cuts, other=cuts)
def test_the_region_holds_a_cut_exactly_when_it_reproduces_the_labels(
    found: list[Fraction], cut: Fraction, other: Fraction
) -> None:
    printed = _labelled(found, cut)
    region = feasible_cut(found, printed)
    assert region is not None
    assert cut in region
    just = Fraction(1, 10**9)
    edges = [end for end in (region.low, region.high) if isinstance(end, Fraction)]
    for candidate in [other, *found, *(end + step for end in edges for step in (-just, 0, just))]:
        assert (candidate in region) == (_labelled(found, candidate) == printed)


@st.composite
def labelled_counts(draw: st.DrawFn) -> tuple[FactorCounts, dict[str, tuple[str, str]]]:
    rows = []
    for position in range(draw(st.integers(1, 7))):
        assessments = draw(st.integers(0, 40))
        rows.append((f"f{position}", assessments, draw(st.integers(0, assessments))))
    printed = {name: (draw(labels), draw(labels)) for name, _, _ in rows}
    return FactorCounts.from_rows(rows, total_plans=40), printed


@pytest.mark.property
@given(case=labelled_counts(), reading=st.sampled_from(["plans", "assessments"]))
def test_impossible_labels_come_with_real_contradictions_and_possible_ones_without(
    case: tuple[FactorCounts, dict[str, tuple[str, str]]], reading: str
) -> None:
    counts, printed = case
    region = feasible_region(counts, printed, prevalence=reading)  # type: ignore[arg-type]
    number = dict(zip(counts.factors, prevalence_values(counts, reading), strict=True))  # type: ignore[arg-type]
    rate = {
        name: Fraction(k, n) if n else Fraction(0)
        for name, n, k in zip(
            counts.factors, counts.assessments.tolist(), counts.plans.tolist(), strict=True
        )
    }
    for position, (axis, value, cut) in enumerate(
        [("prevalence", number, region.prevalence), ("impact", rate, region.impact)]
    ):
        expected = {
            (high, low)
            for high, low in itertools.permutations(counts.factors, 2)
            if printed[high][position] == "high"
            and printed[low][position] == "low"
            and value[high] <= value[low]
        }
        found = [proof for proof in region.contradictions if proof.axis == axis]
        assert {(proof.high_factor, proof.low_factor) for proof in found} == expected
        assert len(found) == len(expected)
        assert (cut is None) == bool(expected)
        for proof in found:
            assert proof.high_value == value[proof.high_factor]
            assert proof.low_value == value[proof.low_factor]
            assert proof.high_value <= proof.low_value
    assert region.is_feasible == (not region.contradictions)


@pytest.mark.property
@given(case=labelled_counts())
def test_classifying_gives_the_labels_back(
    case: tuple[FactorCounts, dict[str, tuple[str, str]]],
) -> None:
    counts, printed = case
    region = feasible_region(counts, printed)
    frame = region.classify(counts).set_index("factor")
    for position, (axis, cut) in enumerate(
        [("prevalence", region.prevalence), ("impact", region.impact)]
    ):
        for name in counts.factors:
            expected = "none" if cut is None else printed[name][position]
            assert frame.loc[name, axis] == expected


@pytest.mark.unit
def test_a_factor_between_the_cuts_depends_on_the_cut() -> None:
    known = FactorCounts.from_rows([("a", 50, 20), ("b", 50, 10)], total_plans=40)
    region = feasible_region(known, {"a": ("high", "high"), "b": ("low", "low")})
    new = FactorCounts.from_rows(
        [("c", 50, 15), ("d", 50, 20), ("e", 50, 10), ("f", 0, 0)], total_plans=40
    )
    frame = region.classify(new)
    assert frame["prevalence"].tolist() == ["depends", "high", "low", "low"]
    assert frame["impact"].tolist() == ["depends", "high", "low", "low"]


# The report card.


@pytest.mark.regression
def test_by_plans_every_printed_quadrant_is_possible() -> None:
    region = feasible_region(factor_counts(), printed_quadrants())
    assert region.is_feasible
    assert region.prevalence == Interval(66, 84, low_closed=False)
    assert region.impact == Interval(Fraction(66, 312), Fraction(174, 613), low_closed=False)
    assert region.prevalence_share == Interval(
        Fraction(66, 630), Fraction(84, 630), low_closed=False
    )
    assert region.contradictions == ()
    assert str(region).startswith(
        "the printed quadrants hold for a cut above 66 and up to 84 plans"
    )


@pytest.mark.regression
def test_by_assessments_three_pairs_make_the_quadrants_impossible() -> None:
    region = feasible_region(factor_counts(), printed_quadrants(), prevalence="assessments")
    assert not region.is_feasible
    assert region.prevalence is None
    assert region.prevalence_share is None
    assert region.impact == Interval(Fraction(66, 312), Fraction(174, 613), low_closed=False)
    assert {
        (proof.axis, proof.high_factor, proof.high_value, proof.low_factor, proof.low_value)
        for proof in region.contradictions
    } == {
        ("prevalence", factor(label).name, number, "child_domestic_violence", 312)
        for label, number in [
            ("Parent Drugs Misuse", 245),
            ("Parent Alcohol Misuse", 295),
            ("Child Physical Abuse", 309),
        ]
    }
    assert "parent_drugs_misuse is printed as high prevalence with 245" in str(region)


@pytest.mark.regression
def test_the_ten_factors_get_their_printed_quadrants_back() -> None:
    counts, printed = factor_counts(), printed_quadrants()
    frame = feasible_region(counts, printed).classify(counts)
    for row in frame.itertuples():
        assert (row.prevalence, row.impact) == printed[row.factor]
    for name in ("prevalence", "impact"):
        assert "depends" not in set(frame[name])


@pytest.mark.integration
@pytest.mark.parametrize("reading", ["plans", "assessments"])
def test_rates_and_quadrants_put_together(reading: str) -> None:
    counts, printed = factor_counts(), printed_quadrants()
    analysis = analyse_factors(counts, printed, prevalence=reading, level=0.9)  # type: ignore[arg-type]
    frame = analysis.to_frame()
    assert analysis.counts == counts
    assert frame["factor"].tolist() == list(counts.factors)
    assert set(frame["prevalence_reading"]) == {reading}
    assert set(frame["level"]) == {0.9}
    assert [tuple(pair) for pair in frame[["printed_prevalence", "printed_impact"]].to_numpy()] == [
        printed[name] for name in counts.factors
    ]
    if reading == "plans":
        assert frame["prevalence"].tolist() == frame["printed_prevalence"].tolist()
    else:
        assert set(frame["prevalence"]) == {"none"}
    assert frame["impact"].tolist() == frame["printed_impact"].tolist()


# What is refused, and the edges.


@pytest.mark.unit
@pytest.mark.parametrize(
    ("found", "printed", "expected"),
    [
        ([], [], Interval(-float("inf"), float("inf"))),
        ([3, 5], ["high", "high"], Interval(-float("inf"), 3)),
        ([3, 5], ["low", "low"], Interval(5, float("inf"), low_closed=False)),
        ([3, 5], ["low", "high"], Interval(3, 5, low_closed=False)),
        ([3, 5], ["high", "low"], None),
        ([4, 4], ["high", "low"], None),
    ],
)
def test_edges_of_the_region(
    found: list[int], printed: list[str], expected: Interval | None
) -> None:
    assert feasible_cut([Fraction(value) for value in found], printed) == expected


@pytest.mark.unit
def test_bad_input_is_refused() -> None:
    counts = factor_counts()
    with pytest.raises(DataError, match="none of the factors counted has a printed quadrant"):
        feasible_region(counts, {"child_gangs": ("low", "low")})
    with pytest.raises(UnknownNameError, match="Did you mean 'plans'"):
        feasible_region(counts, printed_quadrants(), prevalence="plan")  # type: ignore[arg-type]
    with pytest.raises(UnknownNameError, match="There is no quadrant label 'higher'"):
        feasible_region(counts, {"child_neglect": ("higher", "low")})
