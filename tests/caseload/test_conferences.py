"""Conferences and reviews: exact expectations, against children one by one and by hand."""

from __future__ import annotations

import numpy as np
import pytest

from riskmodel.authority.library import library_outlook
from riskmodel.caseload.conferences import KINDS, conferences, expected_reviews
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
    assert {"Meetings", "Full-time chairs"} < set(found.preview()["what a month takes"])
    (remark,) = found.remarks()
    assert "300 simulations" in remark
    assert "conference hours: 2 (hours a meeting)" in remark
