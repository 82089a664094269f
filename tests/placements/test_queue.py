"""Children in added places against the exponential of their rates."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import expm

from riskmodel.placements.queue import Queue

pytestmark = pytest.mark.unit

MONTHS = 24


def exactly(wanting: np.ndarray, goes: float, places: int) -> np.ndarray:
    """Children placed in each month and how many are there at its end, where all leave alike."""
    number = np.arange(places + 1)
    free = (number < places).astype(float)
    chance, found = (number == 0).astype(float), []
    for rate in wanting:
        matrix = np.zeros((places + 2, places + 2))
        matrix[1:-1, :-2] += np.diag(rate * free[:-1])
        matrix[:-2, 1:-1] += np.diag(goes * number[1:])
        matrix[:-1, :-1] -= np.diag(rate * free + goes * number)
        matrix[-1, :-1] = rate * free
        month = expm(matrix)
        taken = month[-1, :-1] @ chance
        chance = month[:-1, :-1] @ chance
        found.append((taken, chance @ number))
    return np.array(found)


@pytest.mark.parametrize("places", [1, 4, 30, 60])
@pytest.mark.parametrize(("rate", "goes"), [(0.5, 0.08), (2.0, 0.05), (8.0, 0.03)])
def test_places_fill_as_a_queue_with_losses_does(rate: float, goes: float, places: int):
    rates = rate * (1 + 0.3 * np.sin(np.arange(MONTHS)))
    queue = Queue(2, places, np.full(MONTHS, goes))
    wanted = exactly(rates, goes, places)
    for month in range(MONTHS):
        there = queue.chance @ np.arange(places + 1)
        both = np.full(2, rates[month])
        taken = queue._taken(both, np.full(2, goes), there, float(places))
        assert taken == pytest.approx(wanted[month, 0], abs=0.12)
        assert queue.chance @ np.arange(places + 1) == pytest.approx(wanted[month, 1], abs=0.12)
        assert queue.chance.sum(axis=1) == pytest.approx(1)
        assert (queue.chance >= 0).all()


def test_nobody_waits_for_a_place_that_is_not_there():
    queue = Queue(1, 3, np.full(3, 0.1))
    assert queue.month(0, np.array([5.0]), np.ones(1), 0.0).tolist() == [0.0]
    assert queue.month(1, np.array([5.0]), np.ones(1), 3.0)[0] <= 5
    assert queue.held[0] <= 3
    many = Queue(1, 200, np.full(3, 0.1))
    assert many.month(0, np.array([7.0]), np.ones(1), 200.0).tolist() == [7.0]
