"""Moves between a child in need plan and a protection plan, counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from riskmodel.errors import DataError
from riskmodel.intake import months_between
from riskmodel.intake.dates import MISSING
from riskmodel.intake.plan_moves import stage_moves
from riskmodel.snapshots import StageMoves

PLAN, NEED, CARE = "child_protection_plan", "child_in_need_plan", "looked_after"
YEAR = months_between("2023-04", "2024-03")


def day(text: str) -> int:
    return int(np.datetime64(text, "D").astype(int)) if text else MISSING


def plans(*rows: tuple[str, str, str]) -> list[tuple[str, int, int]]:
    return [(child, day(start), day(end)) for child, start, end in rows]


@pytest.mark.unit
def test_moves_are_counted_where_the_records_hold_the_months_beside_them():
    protection = plans(
        ("a", "2023-11-01", ""),  # a child in need plan until then
        ("b", "2023-11-01", "2024-02-10"),  # one that ended eight months before; one after
        ("c", "2023-12-01", "2024-02-10"),  # none before, one two months after
        ("d", "2023-06-01", "2024-03-10"),  # the months beside it are not held
        ("e", "2023-10-09", "2024-01-31"),  # one all along
    )
    need = plans(
        ("a", "2023-05-01", "2023-11-01"),
        ("b", "2022-11-01", "2023-03-01"),
        ("b", "2024-02-10", ""),
        ("c", "2024-04-11", ""),
        ("d", "2023-04-01", "2023-06-01"),
        ("d", "2024-03-10", ""),
        ("e", "2023-04-01", ""),
    )
    before, after = stage_moves({PLAN: protection, NEED: need}, YEAR, "x.xml")
    assert (before.origin, before.destination) == ("child_in_need_plan", "child_protection_plan")
    assert (before.moved, before.of) == (2, 4)
    assert (after.counted, after.stage) == ("ends", "child_protection_plan")
    assert (after.moved, after.of) == (2, 3)
    assert before.source == "2023-04 to 2024-03, x.xml"
    # A gap between two years takes away what would have to be seen across it.
    gap = (*YEAR[:8], *months_between("2025-01", "2025-03"))
    (only,) = stage_moves({PLAN: protection, NEED: need}, gap, "x.xml")
    assert (only.counted, only.moved, only.of) == ("starts", 2, 3)
    assert stage_moves({PLAN: protection}, YEAR, "x.xml") == ()
    with pytest.raises(DataError, match="4 children cannot be some of 3"):
        StageMoves("a", "b", "starts", 4, 3, "w", "s", "observed")


@pytest.mark.unit
def test_who_comes_into_care_from_a_plan_and_goes_on_to_one():
    care = plans(
        ("a", "2023-11-01", "2024-01-10"),  # a protection plan until then; one in need after
        ("b", "2023-11-01", "2024-01-10"),  # both plans until then: from protection
        ("c", "2023-11-01", ""),  # a child in need plan that goes on: not moved
        ("d", "2023-11-01", "2024-01-10"),  # one that ended two months before
        ("e", "2023-12-01", "2024-03-10"),  # no plan at all; the month after is not held
        ("f", "2023-04-03", "2023-12-01"),  # the month before is not held; protected after
    )
    spells = {
        PLAN: plans(
            ("a", "2023-05-01", "2023-11-20"),
            ("b", "2023-05-01", "2023-10-20"),
            ("f", "2023-12-01", ""),
        ),
        NEED: plans(
            ("a", "2024-01-15", ""),
            ("b", "2023-05-01", "2023-11-01"),
            ("c", "2023-05-01", ""),
            ("d", "2023-05-01", "2023-09-01"),
            ("f", "2023-12-01", ""),
        ),
        CARE: care,
    }
    found = {(m.origin, m.destination): m for m in stage_moves(spells, YEAR, "x")}
    assert {way: (m.moved, m.of) for way, m in found.items() if CARE in way} == {
        (PLAN, CARE): (2, 5),
        (NEED, CARE): (0, 5),
        (CARE, PLAN): (1, 4),
        (CARE, NEED): (1, 4),
    }
    assert found[CARE, NEED].words == "went on to a child in need plan within a month"
    # Records that name children each in their own way say nothing.
    other = [(f"other {child}", start, end) for child, start, end in care]
    alike = stage_moves({**spells, CARE: other}, YEAR, "x")
    assert not any(CARE in (m.origin, m.destination) for m in alike)
