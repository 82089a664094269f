"""Waiting lists against exact transients, Erlang's formulas, Little's law and single children."""

from __future__ import annotations

import heapq

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm
from scipy.stats import poisson

from riskmodel.caseload import erlang_c
from riskmodel.services.queue import appointments, held, lost_places, waits_of
from riskmodel.services.steady import steady_appointments, steady_held


def random(seed: int = 7) -> np.random.Generator:
    return np.random.default_rng(seed)


def walked(arrivals: int, places: int, waiting: int, draws: int) -> float:
    """Mean places lost when arrivals and places come in random order, played through."""
    chance, lost = random(3), 0
    order = np.repeat([1, -1], [arrivals, places])
    for _ in range(draws):
        list_now = waiting
        for one in chance.permutation(order):
            lost += one < 0 and list_now == 0
            list_now = max(list_now + one, 0)
    return lost / draws


@pytest.mark.unit
@pytest.mark.parametrize(("a", "c", "w"), [(3, 5, 0), (6, 4, 1), (2, 2, 0), (0, 4, 2), (9, 12, 3)])
def test_places_lost_are_those_of_a_walk_in_random_order(a, c, w):
    n = 40_000
    lost = lost_places(*(np.full(n, x) for x in (w, a, c)), random().random(n))
    assert lost.mean() == pytest.approx(walked(a, c, w, 4000), abs=0.08)


@pytest.mark.regression
def test_the_list_is_that_of_a_queue_in_continuous_time_at_every_step():
    arrive, serve, first, steps, most = 3.0, 3.5, 4, 3, 70
    rates = np.diag(np.full(most - 1, arrive), 1) + np.diag(np.full(most - 1, serve), -1)
    np.fill_diagonal(rates, -rates.sum(axis=1))
    n, chance = 60_000, random()
    come, given_ = (chance.poisson(rate, (n, steps)) for rate in (arrive, serve))
    path = appointments(np.full(n, first), come, np.zeros_like(come), given_, np.zeros(n), chance)
    for step in (0, 2):
        known = expm(rates * (step + 1))[first]
        found = np.bincount(path.waiting[:, step], minlength=most)[:most] / n
        error = np.sqrt(np.maximum(known * (1 - known), 1e-6) / n)
        assert (np.abs(found - known) < 4.5 * error).all()


@pytest.mark.regression
@pytest.mark.parametrize("leaving", [0.0, 0.05])
def test_held_cases_wait_as_erlang_says(leaving):
    # At this load a list has forgotten its beginning after 600 steps.
    n, steps, mean, places, arrive = 200, 1600, 50.0, 10, 0.15
    chance = random(5)
    come = chance.poisson(arrive, (n, steps))
    gone = np.full(n, -np.expm1(-leaving))
    opening = (np.zeros(n, dtype=int), np.full(n, 8))
    path, taken = held(
        opening, come, np.zeros_like(come), np.full((n, steps), places * 1.0), np.full(n, mean),
        gone, chance,
    )  # fmt: skip
    known = steady_held(arrive, places, mean, leaving)
    late = path.waiting[:, 600:]
    by_simulation = late.mean(axis=1)
    error = by_simulation.std() / np.sqrt(n)
    # Steps of a fiftieth of a case's duration: within 4% of the exact list.
    assert abs(by_simulation.mean() - known.waiting) < 3 * error + 0.04 * known.waiting
    assert taken.max() <= places
    left = path.left[:, 600:].sum() / come[:, 600:].sum()
    assert left == pytest.approx(known.left, abs=0.01)
    if not leaving:
        assert known.chance_of_wait == pytest.approx(erlang_c(places, arrive * mean), rel=1e-9)


@pytest.mark.regression
def test_with_places_enough_cases_held_are_poisson():
    n, arrive, mean = 20_000, 2.0, 6.0
    chance = random(8)
    come = chance.poisson(arrive, (n, 60))
    opening = (np.zeros(n, dtype=int), np.zeros(n, dtype=int))
    _, taken = held(
        opening, come, np.zeros_like(come), np.full(come.shape, np.inf), np.full(n, mean),
        np.zeros(n), chance,
    )  # fmt: skip
    for step in (3, 59):
        # M/G/infinity from nobody: Poisson with mean a (1 - exp(-t / mean)), at any step.
        known = arrive * mean * (1 - np.exp(-(step + 1) / mean))
        assert taken[:, step].mean() == pytest.approx(known, abs=4 * np.sqrt(known / n))
        assert taken[:, step].var() == pytest.approx(known, rel=0.05)


def exact_waits(opening, arrivals, starts):
    """Waits within the horizon of every single child of a simulation."""
    come = np.concatenate([np.full(opening, 0), np.repeat(np.arange(len(arrivals)), arrivals)])
    seen = np.repeat(np.arange(len(arrivals)), starts)
    seen = np.concatenate([seen, np.full(len(come) - len(seen), len(arrivals))])
    return come, seen


@pytest.mark.property
@settings(max_examples=30)
@given(st.integers(0, 40), st.floats(0.5, 9), st.floats(0.5, 9), st.integers(0, 1000))
def test_littles_law_holds_in_every_simulation(first, arrive, serve, seed):
    n, steps, chance = 12, 80, random(seed)
    come, places = (chance.poisson(rate, (n, steps)) for rate in (arrive, serve))
    opening = np.full(n, first)
    path = appointments(opening, come, np.zeros_like(come), places, np.zeros(n), chance)
    waits = waits_of(opening, path[:4], np.full(n, serve), np.zeros(n))
    for row in range(n):
        joined, seen = exact_waits(first, come[row], path.starts[row])
        # The area below the list is the waits of all who were on it: exactly, child by child.
        assert path.waiting[row].sum() == (seen - joined).sum()
        inside = seen[first:] < steps
        mine = np.repeat(waits[row], come[row])
        exact = (seen - joined)[first:]
        # The middle of a step's arrivals stands for all of them.
        spread = 1 + come[row].max() / max(places[row].mean(), 0.2)
        assert abs(mine[inside].mean() - exact[inside].mean() if inside.any() else 0) < spread


@pytest.mark.unit
def test_who_waits_at_the_end_is_seen_at_the_rate_that_goes_on():
    come = np.zeros((1, 4), dtype=int)
    come[0, 3] = 1
    path = appointments(np.array([19]), come, come * 0, come * 0, np.zeros(1), random())
    assert waits_of(np.array([19]), path[:4], np.array([2.0]), np.zeros(1))[0, 3] == 10
    assert np.isinf(waits_of(np.array([19]), path[:4], np.array([0.0]), np.zeros(1))[0, 3])


@pytest.mark.unit
def test_those_who_go_first_wait_less_and_the_list_is_the_same():
    n, steps, chance = 400, 120, random(4)
    come = chance.poisson(10, (n, steps))
    first = chance.binomial(come, 0.2)
    places, opening = chance.poisson(9.5, (n, steps)), np.full(n, 60)
    with_order = appointments(opening, come, first, places, np.full(n, 0.01), random(1))
    without = appointments(opening, come, first * 0, places, np.full(n, 0.01), random(1))
    assert with_order.waiting.mean() == pytest.approx(without.waiting.mean(), rel=0.03)
    urgent, starts, left, waiting = with_order.urgent
    before = np.concatenate([np.zeros((n, 1), dtype=int), waiting[:, :-1]], axis=1)
    assert (before + urgent - starts - left == waiting).all()
    assert (waiting <= with_order.waiting).all()
    assert waiting.mean() < 0.05 * with_order.waiting.mean()


def played(arrive, serve, leave, until, first, seed):
    """One queue with appointments, event by event: the list at the end."""
    chance, now, people, number = random(seed), 0.0, [], 0
    for _ in range(first):
        heapq.heappush(people, (chance.exponential(1 / leave), number))
        number += 1
    queue = {one[1] for one in people}
    events = [(chance.exponential(1 / arrive), "come"), (chance.exponential(1 / serve), "place")]
    heapq.heapify(events)
    while True:
        now, kind = heapq.heappop(events)
        gone = people[0][0] if people else np.inf
        while people and gone < min(now, until):
            queue.discard(heapq.heappop(people)[1])
            gone = people[0][0] if people else np.inf
        if now > until:
            return len(queue)
        if kind == "come":
            heapq.heappush(people, (now + chance.exponential(1 / leave), number))
            queue.add(number)
            number += 1
            heapq.heappush(events, (now + chance.exponential(1 / arrive), kind))
        else:
            if queue:
                queue.discard(min(queue))
            people = [one for one in people if one[1] in queue]
            heapq.heapify(people)
            heapq.heappush(events, (now + chance.exponential(1 / serve), kind))


@pytest.mark.regression
def test_a_list_that_people_leave_is_that_of_a_simulation_of_single_children():
    arrive, serve, leave, until, first = 4.0, 3.5, 0.05, 20, 30
    single = np.array([played(arrive, serve, leave, until, first, seed) for seed in range(250)])
    n, chance = 4000, random(11)
    come, places = (chance.poisson(rate, (n, until)) for rate in (arrive, serve))
    gone = np.full(n, -np.expm1(-leave))
    path = appointments(np.full(n, first), come, come * 0, places, gone, chance)
    mine = path.waiting[:, -1]
    error = np.sqrt(single.var() / len(single) + mine.var() / n)
    assert abs(single.mean() - mine.mean()) < 3.5 * error
    assert mine.std() == pytest.approx(single.std(), rel=0.15)


@pytest.mark.unit
def test_the_long_run_in_closed_form():
    assert steady_appointments(8, 10).waiting == pytest.approx(4)
    assert np.isinf(steady_appointments(12, 10).waiting)
    # Far above what can be served, people leave at the rate of the surplus: (a - c) / leaving.
    assert steady_appointments(300, 100, 0.1).waiting == pytest.approx(2000, rel=1e-3)
    assert steady_held(2.0, 3, 1.0).waiting == pytest.approx(8 / 9)
    # With leaving as fast as serving the whole is M/M/infinity: Poisson.
    few = steady_held(5.0, 3, 1.0, 1.0)
    n = np.arange(60)
    assert few.waiting == pytest.approx(poisson.pmf(n, 5) @ np.maximum(n - 3, 0), rel=1e-9)
    assert steady_held(5.0, np.inf, 1.0).waiting == 0
    assert np.isinf(steady_held(5.0, 3, 1.0).wait)
