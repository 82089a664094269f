"""The printed caseloads to the digit, and queues against closed forms."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from riskmodel.caseload import (
    erlang_c,
    posts_for,
    published_caseloads,
    published_posts,
    published_workforce,
    queue_check,
    slots_for_waiting,
    waiting,
)
from riskmodel.caseload.shortage import queue_frame
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.parameters import parameter


@pytest.mark.regression
def test_the_table_of_para_23_to_the_digit():
    printed = published_caseloads()
    assert [area.cases for area in printed] == [417, 578, 498]
    assert [area.sum_of_statuses for area in printed] == [417, 578, 498]
    assert [area.mean_caseload.value for area in printed] == [22, 18, 20]
    assert [area.team_caseload.value for area in printed] == [209, 192, 249]
    assert [area.cases_per_team for area in printed] == [
        Fraction(417, 2),
        Fraction(578, 3),
        Fraction(249),
    ]
    assert [area.team_caseload_reading for area in printed] == ["rounded", "cut off", "exact"]
    assert (printed.cases, printed.unallocated, printed.mean.value) == (1493, 61, 20)


@pytest.mark.regression
def test_the_workers_that_the_means_imply():
    printed = published_caseloads()
    assert [str(area.workers) for area in printed] == [
        "(18.5333, 19.3953]",
        "(31.2432, 33.0286]",
        "(24.2927, 25.5385]",
    ]
    # A mean printed as 22 means [21.5, 22.5): its ends give the ends of the workers.
    south = printed.area("south").workers
    assert (south.low, south.high) == (Fraction(417) / Fraction("22.5"), 417 / Fraction("21.5"))
    assert (south.low_closed, south.high_closed) == (False, True)
    assert float(printed.workers_as_printed) == pytest.approx(75.97, abs=0.005)
    assert float(printed.mean_as_printed) == pytest.approx(19.65, abs=0.005)
    assert printed.mean.interval.overlaps(printed.mean_caseload)
    assert float(printed.workers_at(14)) == pytest.approx(106.643, abs=0.0005)
    with pytest.raises(UnknownNameError, match="south"):
        printed.area("sout")


@pytest.mark.regression
def test_the_frame_holds_printed_beside_rebuilt():
    frame = published_caseloads().to_frame().set_index("area")
    assert frame.loc["south", "team_caseload_rebuilt"] == 208.5
    assert frame.loc["all", "cases_rebuilt"] == 1493
    assert frame.loc["all", "workers_high"] == pytest.approx(77.962382)


@pytest.mark.regression
def test_a_cap_of_14_needs_about_136_posts():
    force = published_workforce()
    names = (
        "newly_qualified_share",
        "newly_qualified_protection",
        "sickness_rate",
        "vacancy_rate",
        "case_holding_share",
        "agency_fte",
    )
    given = {name: getattr(force, name) for name in names}
    assert posts_for(1493, 14, **given) == pytest.approx(136.0, abs=0.05)
    # Today's posts give today's printed mean on the same formula.
    mean = float(published_caseloads().mean_as_printed)
    assert posts_for(1493, mean, **given) == pytest.approx(force.posts)
    at_work, people = published_posts()
    assert at_work == pytest.approx(force.posts)
    assert people < at_work


@pytest.mark.regression
def test_erlang_beside_the_printed_shortage_of_the_south():
    south = queue_check("south", 20)
    assert (south.load, south.printed, south.slots) == (380, 37, 387)
    assert 33 < south.waits <= 37 < waiting(386, 380)
    assert south.fluid[0] <= 37 <= south.fluid[1]


def _waiting_by_states(slots, load):
    """Mean number waiting from the balance equations of the states, term by term."""
    weights, longest = [1.0], 4000
    for state in range(1, slots + longest):
        weights.append(weights[-1] * load / min(state, slots))
    weights = np.array(weights)
    states = np.arange(len(weights))
    share = weights / weights.sum()
    return share[states >= slots].sum(), (np.maximum(states - slots, 0) * share).sum()


@pytest.mark.unit
@pytest.mark.parametrize(("slots", "load"), [(1, 0.5), (2, 1.0), (5, 4.0), (10, 8.0), (40, 38.0)])
def test_erlang_c_against_the_balance_of_states(slots, load):
    chance, queue = _waiting_by_states(slots, load)
    assert erlang_c(slots, load) == pytest.approx(chance, rel=1e-9)
    assert waiting(slots, load) == pytest.approx(queue, rel=1e-6)


@pytest.mark.unit
def test_erlang_c_against_closed_forms():
    # M/M/1: C = rho and L_q = rho^2 / (1 - rho). M/M/2: C = 2 rho^2 / (1 + rho).
    assert erlang_c(1, 0.8) == pytest.approx(0.8)
    assert waiting(1, 0.8) == pytest.approx(0.64 / 0.2)
    assert erlang_c(2, 1.5) == pytest.approx(2 * 0.75**2 / 1.75)
    # The closed sum, for five servers.
    load, slots = 3.0, 5
    top = load**slots / math.factorial(slots) * slots / (slots - load)
    below = sum(load**k / math.factorial(k) for k in range(slots))
    assert erlang_c(slots, load) == pytest.approx(top / (below + top))
    assert erlang_c(3, 3.0) == 1.0
    assert waiting(3, 4.0) == math.inf
    assert waiting(3, 0.0) == 0.0


@pytest.mark.unit
def test_fewest_slots_are_fewest():
    for load, at_most in ((10.0, 1.0), (380.0, 37.0), (2.5, 0.01)):
        slots = slots_for_waiting(load, at_most)
        assert waiting(slots, load) <= at_most < waiting(slots - 1, load)


@pytest.mark.unit
def test_impossible_queues_are_refused():
    with pytest.raises(DataError, match="1 slot or more"):
        erlang_c(0, 1.0)
    with pytest.raises(DataError, match="0 or more"):
        erlang_c(1, -1.0)
    with pytest.raises(DataError, match="above 0"):
        slots_for_waiting(1.0, 0.0)
    with pytest.raises(DataError, match="above 0"):
        posts_for(
            10,
            0,
            newly_qualified_share=0,
            newly_qualified_protection=0,
            sickness_rate=0,
            vacancy_rate=0,
        )


@pytest.mark.unit
def test_the_queue_rests_on_an_assumption_and_says_so():
    found = queue_frame()
    assert parameter("caseload_slots_south").basis == "assumed"
    assert (found["most_cases_a_worker"] == parameter("caseload_slots_south").value).all()
    assert set(found["basis"]) == {"assumed"}
