"""Changes and scenarios made in Python: months, ramps, inheritance, overlaps."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodel.errors import DataError
from riskmodel.levers import Levers
from riskmodel.scenarios import Change, Scenario

STARTS, POSTS = "starts.child_protection_plan", "workforce.posts"


def change(parameter=STARTS, from_month=1, to_month=None, **given):
    if not {"value", "multiplier"} & set(given):
        given["multiplier"] = 1.2
    if parameter == STARTS:
        given.setdefault("to", {"closed": 1.0})
    return Change(parameter, from_month, to_month, **{"reason": "r", "source": "assumed", **given})


def made(*changes, parents=(), name="s"):
    return Scenario(name, "what happens", changes, parents)


def path(*changes, months=6, parameter=STARTS):
    return made(*changes).levers("2015-11", months).path(parameter)


@pytest.mark.unit
def test_a_change_holds_from_its_first_to_its_last_month():
    for first, last in ((2, 4), ("2016-01", "2016-03")):
        found = path(change(from_month=first, to_month=last))
        assert found.multiplier.tolist() == [1, 1.2, 1.2, 1.2, 1, 1]
    assert path(change(from_month=3)).multiplier.tolist() == [1, 1, *[1.2] * 4]
    value = path(change(POSTS, 2, 2, value=100), parameter=POSTS)
    assert np.isnan(value.value).tolist() == [True, False, *[True] * 4]
    assert value.weight.tolist() == [0, 1, 0, 0, 0, 0]


@pytest.mark.unit
def test_a_ramp_goes_in_equal_steps_and_stays():
    found = path(change(from_month=2, to_month=5, multiplier=1.4, ramp=True))
    assert found.multiplier == pytest.approx([1, 1.1, 1.2, 1.3, 1.4, 1.4])
    levers = made(change(POSTS, 1, 4, value=140, ramp=True)).levers("2015-11", 5)
    assert levers.apply(POSTS, 100.0).tolist() == [110, 120, 130, 140, 140]
    # From a baseline that moves, each step is taken from where the baseline then is.
    assert levers.apply(POSTS, [100.0, 80, 60, 0, 0]).tolist() == [110, 110, 120, 140, 140]
    assert path(change(from_month=1, to_month=1, ramp=True)).multiplier.tolist() == [1.2] * 6


@pytest.mark.property
@given(
    first=st.integers(1, 30),
    length=st.integers(0, 30),
    months=st.integers(30, 60),
    to=st.floats(0, 10),
)
def test_a_ramp_is_monotone_starts_at_the_baseline_and_ends_at_its_number(
    first, length, months, to
):
    last = first + length
    weights = change(from_month=first, to_month=last, multiplier=to, ramp=True).weights(
        "2015-11", months
    )
    assert (weights[: first - 1] == 0).all()
    assert (weights[last - 1 :] == 1).all()
    assert (np.diff(weights) >= 0).all()
    inside = np.diff(np.concatenate([[0.0], weights]))[first - 1 : min(last, months)]
    assert np.ptp(inside) < 1e-12 if len(inside) else True


@pytest.mark.unit
def test_calendar_and_numbered_months_are_the_same_once_the_opening_is_known():
    numbered = made(change(from_month=2, to_month=4, ramp=True))
    named = made(change(from_month="2016-01", to_month="2016-03", ramp=True))
    assert numbered.levers("2015-11", 12) == named.levers("2015-11", 12)
    assert numbered.levers("2015-11", 12) != named.levers("2015-10", 12)


@pytest.mark.unit
def test_the_baseline_runs_the_same_code_and_sets_nothing():
    assert made().levers("2015-11", 60) == Levers.after("2015-11", 60)
    # A change that changes nothing is the baseline too.
    nothing = made(change(multiplier=1.0), change("feedback.caseload_to_length", value=0.0))
    levers = nothing.levers("2015-11", 60)
    assert levers.changed == ("feedback.caseload_to_length",)
    assert levers.apply("feedback.caseload_to_length").tobytes() == np.zeros(60).tobytes()


@pytest.mark.unit
@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"parameter": "starts.child_protection_plans"}, "field parameter: .*Did you mean"),
        ({"from_month": 0}, "field from_month: a numbered month counts from 1"),
        ({"from_month": "2016-13"}, "field from_month: a month is written"),
        ({"from_month": 5, "to_month": 4}, "field to_month: month 4 comes before from_month"),
        ({"from_month": "2016-02", "to_month": "2016-01"}, "field to_month: 2016-01 comes before"),
        ({"value": 3, "multiplier": 2}, "field value: .*found both"),
        ({"multiplier": 1.2, "ramp": True}, "field to_month: is missing: a ramp"),
        ({"multiplier": -0.1}, "field multiplier: -0.1 is no multiplier"),
        ({"multiplier": 120}, r"field multiplier: 120 is no multiplier.*20% more is 1\.2"),
        ({"multiplier": float("nan")}, "field multiplier"),
        ({"value": -1}, "field value: .*cannot be -1; allowed is 0 or more"),
        ({"value": float("inf")}, "field value: .*cannot be inf"),
        ({"parameter": "workforce.turnover_rate", "value": 1.2}, r"field value: .*20% is 0\.2"),
        ({"parameter": "workforce.caseload_cap", "value": 0}, "field value: .*from 1 to 100"),
        ({"parameter": POSTS, "value": -3}, "field value: .*0 or more"),
        ({"parameter": "workforce.recruitment_lag_months", "value": 2.5}, "whole numbers"),
        ({"parameter": "workforce.caseload_cap", "multiplier": 2}, "takes no multiplier. Allowed"),
        ({"parameter": "population_0_17", "value": 1}, "takes no value. Allowed: multiplier, ramp"),
        (
            {"parameter": "feedback.caseload_to_length", "value": 0.1, "ramp": True, "to_month": 3},
            "field ramp: .*takes no ramp. Allowed: value",
        ),
        ({"parameter": "feedback.caseload_to_length", "value": 0.5}, r"from 0 to 0\.4"),
        ({"to": {}}, r"field to: is missing: where the children are instead.*Allowed: .*closed"),
        ({"to": {"closd": 1.0}}, "field to: There is no destination 'closd'.*mean 'closed'"),
        ({"to": {"child_protection_plan": 1.0}}, "field to: .*cannot be there instead"),
        ({"to": {"closed": 0.5, "elsewhere": 0.4}}, "must add up to 1; they add up to 0.9"),
        ({"to": {"closed": 1.5, "elsewhere": -0.5}}, "share of closed must be from 0 to 1"),
        ({"to": {"closed": (0.6, 0.2), "elsewhere": 0.6}}, "lower end first; found 0.6, then 0.2"),
        ({"to": {"closed": (0.0, 0.4), "elsewhere": 0.8}}, "no end can be 0 or 1; with .*uniform"),
        ({"to": {"closed": (0.2, 0.4), "elsewhere": (0.6, 0.8)}}, "one share may be a range"),
        ({"to": {"closed": "all"}}, "share of closed must be a number or a range"),
        ({"parameter": POSTS, "value": 3, "to": {"closed": 1.0}}, "field to: .*moves no children"),
        ({"multiplier": (1.1, 0.9)}, "field multiplier: a range has its lower end first"),
        ({"multiplier": (0.0, 0.9)}, "field multiplier: .*no end can be 0; with .*uniform"),
        ({"multiplier": (0.9, 1.0, 1.1)}, "a range has two numbers, its ends; found 3"),
        ({"multiplier": (0.9, 12.0)}, "12 is more than can be meant"),
        ({"multiplier": (0.9, 1.1), "distribution": "normal"}, "Allowed: middle_80, uniform"),
        ({"parameter": "workforce.caseload_cap", "value": (14, 16)}, "field value: .*no range"),
        ({"parameter": POSTS, "value": (0, 9), "to": {}}, "no end can be 0; with .*uniform"),
        ({"reason": " "}, "field reason: is missing"),
        ({"source": ""}, "field source: is missing.*assumed"),
    ],
)
def test_an_impossible_change_is_refused(given, message):
    with pytest.raises(DataError, match=message):
        change(**given)


@pytest.mark.unit
def test_a_month_outside_the_horizon_is_refused():
    for one in (
        change(from_month="2015-11"),
        change(from_month="2107-01"),
        change(from_month="2015-12", to_month="2017-01"),
        change(from_month=13),
    ):
        with pytest.raises(DataError, match=r"lies outside; the horizon is 2015-12 to 2016-11"):
            made(one).levers("2015-11", 12)
    # A ramp by number may be under way when a short horizon ends.
    half = path(change(from_month=1, to_month=24, multiplier=2, ramp=True), months=12)
    assert half.multiplier[-1] == pytest.approx(1.5)
    with pytest.raises(DataError, match="month 2 comes before from_month, 2016-06"):
        made(change(from_month="2016-06", to_month=2)).levers("2015-11", 12)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        ((1, 3), (3, 5), True),
        ((1, 3), (4, 5), False),
        ((1, None), (40, None), True),
        (("2016-01", "2016-03"), ("2016-03", None), True),
        (("2016-01", "2016-03"), ("2016-04", None), False),
    ],
)
def test_changes_of_one_lever_must_not_meet(one, other, meet):
    changes = (change(from_month=one[0], to_month=one[1]), change(from_month=other[0],
               to_month=other[1], multiplier=None, value=3))  # fmt: skip
    if meet:
        with pytest.raises(DataError, match="field from_month: overlaps another change of starts"):
            made(*changes)
    else:
        assert len(made(*changes).combined) == 2
    # Other levers may change in the same months.
    made(changes[0], change(POSTS, other[0], other[1], value=3))


@pytest.mark.unit
def test_a_ramp_meets_what_comes_after_it():
    with pytest.raises(DataError, match="a ramp stays where it has arrived"):
        made(change(from_month=1, to_month=3, ramp=True), change(from_month=9))


@pytest.mark.unit
def test_mixed_months_are_told_apart_once_the_opening_is_known():
    mixed = made(change(from_month=1, to_month=3), change(from_month="2016-06"))
    assert mixed.levers("2015-11", 12).path(STARTS).multiplier.tolist() == [
        *[1.2] * 3, 1, 1, 1, *[1.2] * 6,
    ]  # fmt: skip
    with pytest.raises(DataError, match="acts in the same month when the opening month is 2016-04"):
        mixed.levers("2016-04", 12)


@pytest.mark.unit
def test_a_child_replaces_what_it_says_and_nothing_silently():
    parent = made(change(from_month=1), change(POSTS, 1, value=100), name="parent")
    with pytest.raises(DataError, match=r"parent changes starts.*say `replaces = true`"):
        made(change(from_month=3), parents=(parent,))
    child = made(change(from_month=3, multiplier=1.5, replaces=True), parents=(parent,))
    assert child.parameters == (POSTS, STARTS)
    assert child.levers("2015-11", 4).path(STARTS).multiplier.tolist() == [1, 1, 1.5, 1.5]
    assert [each.origin for each in child.combined] == ["parent", "s"]
    with pytest.raises(DataError, match=r"there is nothing to replace.*s is based on"):
        made(change("workforce.agency_fte", value=3, replaces=True), parents=(parent,))
    with pytest.raises(DataError, match="nothing to replace"):
        made(change(replaces=True))


@pytest.mark.unit
def test_parents_are_combined_in_order_and_must_not_contradict_each_other():
    first = made(change(from_month=1, to_month=3), name="first")
    second = made(change(POSTS, 1, value=100), name="second")
    third = made(change(from_month=2, multiplier=1.3), name="third")
    both = made(parents=(first, second))
    assert [each.origin for each in both.combined] == ["first", "second"]
    assert both.levers("2015-11", 6) == made(
        change(from_month=1, to_month=3), change(POSTS, 1, value=100)
    ).levers("2015-11", 6)
    with pytest.raises(DataError, match="field based_on: first and third both change starts"):
        made(parents=(first, third))
    settled = made(change(multiplier=2.0, replaces=True), parents=(first, third))
    assert settled.levers("2015-11", 3).path(STARTS).multiplier.tolist() == [2, 2, 2]


@pytest.mark.unit
def test_what_is_inherited_on_two_ways_comes_once():
    root = made(change(from_month=1), name="root")
    left = made(change(POSTS, 1, value=3), parents=(root,), name="left")
    right = made(change("workforce.agency_fte", 1, value=3), parents=(root,), name="right")
    assert len(made(parents=(left, right)).combined) == 3


@pytest.mark.unit
def test_names_descriptions_and_words():
    for name in ("", "Two Words", "a/b", "x" * 61):
        with pytest.raises(DataError, match=r"field name: .*is no name"):
            Scenario(name, "d")
    with pytest.raises(DataError, match="field description: is missing"):
        Scenario("a", " ")
    one = change(from_month=1, to_month=24, ramp=True)
    assert str(one) == (
        f"{STARTS}: in equal steps to 1.2 times the baseline, from month 1 to month 24, then kept"
        "; instead: closed 1"
    )
    assert str(change(POSTS, 2, 2, value=90)) == (
        "workforce.posts: 90 (full-time equivalents), in month 2"
    )
    found = [change(source=text).basis for text in ("assumed", "Assumed pace; para 3", "para 3")]
    assert found == ["assumed", "assumed", "published"]
    frame = made(one).to_frame()
    assert frame.loc[0, ["scenario", "from_scenario", "operation", "number"]].tolist() == [
        "s", "s", "multiplier", 1.2,
    ]  # fmt: skip
    assert len(made().to_frame()) == 0
