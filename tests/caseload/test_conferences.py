"""Conferences and reviews: exact expectations, against children one by one and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import gamma

import riskmodel
from riskmodel.authority.library import library_outlook
from riskmodel.caseload.conferences import KINDS, _workload, conferences, expected_reviews
from riskmodel.demand.durations.laws import DAYS_A_MONTH, survival
from riskmodel.demand.simulation.inputs import StageInputs
from riskmodel.parameters import parameter
from riskmodel.streams import stream

PLAN = "child_protection_plan"
MEAN, SHAPE, RATE = 303.0, 1.3, 60.0


def steady(months: int, opening: int) -> StageInputs:
    return StageInputs(
        np.full((1, months), RATE), np.array([MEAN]), np.array([SHAPE]), np.array([opening])
    )


@pytest.mark.property
def test_expected_reviews_are_those_of_children_one_by_one():
    months, before, times = 20, 240, 60
    random = stream(3, "children")
    number = random.poisson(RATE * (before + months) * times)
    begun = random.uniform(-before, months, number)
    lasting = random.gamma(SHAPE, MEAN / SHAPE / DAYS_A_MONTH, number)
    counted = {True: np.zeros(months), False: np.zeros(months)}
    for age in range(3, 18 * 12, 6):
        held = (begun + age)[lasting > age]
        inside = held[(held >= 0) & (held < months)]
        counted[age == 3] += np.bincount(inside.astype(int), minlength=months)
    opening = RATE * MEAN / DAYS_A_MONTH
    first, later = expected_reviews(steady(months, round(opening)), np.full((1, months), RATE))
    for expected, found in ((first[0], counted[True]), (later[0], counted[False])):
        np.testing.assert_allclose(
            found / times, expected, atol=5 * (expected.max() / times) ** 0.5
        )
    # Where nothing changes, each month has S(3) reviews of three months for each start.
    level = RATE * survival("gamma", 3 * DAYS_A_MONTH, MEAN, SHAPE)
    np.testing.assert_allclose(first[0], level, rtol=2e-3)


@pytest.mark.unit
def test_without_children_at_first_the_first_review_is_three_months_after_the_first_start():
    starts = np.zeros((1, 12))
    starts[0, 1] = 100
    first, later = expected_reviews(steady(12, 0), starts)
    assert np.flatnonzero(first[0]).tolist() == [4]
    assert np.flatnonzero(later[0]).tolist() == [10]
    assert first[0, 4] == pytest.approx(100 * survival("gamma", 3 * DAYS_A_MONTH, MEAN, SHAPE))


@pytest.mark.integration
def test_conferences_of_the_published_figures_take_chairs_and_rooms():
    outlook = library_outlook("section_47_2010_11", "2017-11", 300, 1)
    found = conferences(outlook)
    starts = outlook.projection.of("starts", "baseline", PLAN)
    leads = parameter("conferences_that_lead_to_a_plan").value
    np.testing.assert_allclose(found.children["baseline"]["initial"], starts / leads)
    frame = found.to_frame().set_index(["scenario", "month", "measure"])
    assert (frame["low"] <= frame["high"]).all()
    assert set(frame.index.unique("measure")) >= {*KINDS, "meetings", "chairs", "rooms"}
    last = frame["mean"].xs(found.months[-1], level="month").unstack("measure")
    assert last["children"].to_numpy() == pytest.approx(last[list(KINDS)].sum(axis=1).to_numpy())
    assert last.loc["section_47_2010_11", "meetings"] < last.loc["baseline", "meetings"]
    work = last.loc["baseline"]
    assert work["chairs"] == pytest.approx(work["meetings"] * 6 / 120)
    assert work["rooms"] == pytest.approx(work["meetings"] * 2 / (7 * 21))
    assert 0 < work["overlapping"] < 1
    assert "full-time chairs" in found.summary()
    shown = found.preview().set_index("what a month takes")["mean"]
    assert {"Meetings", "Full-time chairs"} < set(shown.index)
    assert shown["Share of meetings at the time of another"].str.fullmatch(r"\d+%").all()
    year = [kind[:, -12:].mean() for kind in found.children["baseline"].values()]
    assert "{:.0f} an initial one, {:.0f} a review at three months, {:.0f} one of".format(
        *year
    ) in (found.summary())
    (remark,) = found.remarks()
    assert "300 simulations" in remark
    assert "conference hours: 2 (hours a meeting)" in remark


@pytest.mark.integration
def test_an_authority_of_ones_own_by_hand(exampleshire):
    """Starts three and nine months before, times the share of plans that last as long."""
    outlook = riskmodel.open_authority(exampleshire).projection(months=20, replicates=30)
    found = conferences(outlook).children["baseline"]
    starts = outlook.projection.of("starts", "baseline", PLAN).astype(float)
    inputs = outlook.inputs[PLAN]
    means = np.broadcast_to(inputs.mean_days.reshape(30, -1), (30, 20))
    assert inputs.family == "gamma"
    lasting = {
        age: gamma.sf(
            age * 365.25 / 12, inputs.shape[:, None], scale=means / inputs.shape[:, None]
        )[:, : 20 - age]
        for age in (3, 9, 15)
    }
    first, later = found["first_review"], found["later_review"]
    np.testing.assert_allclose(first[:, 3:], starts[:, :-3] * lasting[3])
    # Later reviews are of plans begun 9 and 15 months before; of those there at first none is so
    # young: they are what is left.
    begun = starts[:, 4:11] * lasting[9][:, 4:]
    begun[:, 2:] += starts[:, :5] * lasting[15]
    assert (later[:, 13:] >= begun - 1e-9).all()
    assert (found["initial"] > starts).all()


@pytest.mark.property
def test_meetings_at_the_same_time_are_those_of_meetings_begun_at_random():
    """Para 52: who is asked to two meetings at once cannot attend both."""
    names = ("conference_hours", "conference_hours_a_day", "conference_days_a_month")
    hours, day, days = (parameter(name).value for name in names)
    together = parameter("conference_children_together").value
    random, month, meetings = stream(5, "meetings"), day * days, 60.0
    begun = np.sort(random.uniform(0, month * 4000, random.poisson(meetings * 4000)))
    gaps = np.concatenate([[np.inf], np.diff(begun), [np.inf]])
    meets = (gaps[:-1] < hours) | (gaps[1:] < hours)
    work = dict(_workload(np.array([meetings * together])))
    assert work["overlapping"][0] == pytest.approx(meets.mean(), abs=0.01)
    ends = begun + hours
    times = random.uniform(hours, month * 4000, 50_000)
    under_way = np.searchsorted(begun, times) - np.searchsorted(ends, times)
    assert work["at_once"][0] == pytest.approx(under_way.mean(), abs=0.02)
