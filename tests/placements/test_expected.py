"""Expected placements against the children whom the engine draws."""

from __future__ import annotations

import numpy as np
import pytest

from riskmodel.placements import response as module
from riskmodel.placements.flows import Changes
from riskmodel.placements.projecting import Course, project_known
from riskmodel.placements.published import published_known
from riskmodel.placements.response import response_of

MONTHS, SIMULATIONS = 9, 40


@pytest.mark.integration
def test_levers_change_what_is_expected_as_much_as_children_who_are_drawn(
    monkeypatch: pytest.MonkeyPatch,
):
    """Each kind within four standard errors of the mean difference, and half a child."""
    monkeypatch.setattr(module, "_PROBED", 1)
    monkeypatch.setattr(module, "_DIRECTIONS", 20)
    known = published_known()
    number = len(known.children)
    total = np.full((SIMULATIONS, MONTHS), number, dtype=np.int64)
    months = np.ones(MONTHS)
    later = np.where(np.arange(MONTHS) < 4, 1.0, 2.0)
    added = np.zeros((MONTHS, 2))
    settings = {
        "moves": Changes(2 * months, later, added),
        "places": Changes(months, months, added + np.array([15.0, 5.0])),
    }
    courses = {"baseline": Course(total)} | {
        name: Course(total, changes) for name, changes in settings.items()
    }
    made = project_known(known, courses, months=MONTHS, simulations=SIMULATIONS, seed=2)
    entries = made.of().entries.sum(axis=2).astype(float)
    response = response_of(known, entries, 2)
    base, came = response.children(entries, Changes.none(MONTHS))
    assert (came == entries).all()
    before = made.of().stock.sum(axis=(3, 4))[:, -1].astype(float)
    for name, changes in settings.items():
        expected = response.children(entries, changes)[0][:, -1] - base[:, -1]
        drawn = made.of(name).stock.sum(axis=(3, 4))[:, -1] - before
        apart = drawn - expected
        error = apart.std(axis=0) / np.sqrt(SIMULATIONS)
        assert (np.abs(apart.mean(axis=0)) < 4 * error + 0.5).all(), name
        assert np.abs(expected.mean(axis=0)).max() > 2, name
    more = np.full((SIMULATIONS, MONTHS), 10.0)
    held, came = response.children(entries, Changes.none(MONTHS), 1.0, more)
    assert (held - base).sum(axis=2)[:, 1:] == pytest.approx(more)
    assert came[:, 0] == pytest.approx(entries[:, 0] + 10, rel=0.1)
