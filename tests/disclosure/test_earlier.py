"""Counts that are out already: what a file of them says, and what new ones must not add to it."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from riskmodel.assessments import FactorCounts
from riskmodel.disclosure import CONFIDENTIAL, Part, Policy, protect_counts, protect_parts
from riskmodel.disclosure.earlier import EarlierCounts
from riskmodel.disclosure.models import coarse_number, has_enough_unknowns
from riskmodel.disclosure.reading import read_earlier
from riskmodel.errors import DataError


def counts(found: int, led: int, total: int = 400, plans: int = 120) -> FactorCounts:
    return FactorCounts.from_rows(
        [("child_neglect", found, led)], total_plans=plans, total_assessments=total
    )


def earlier(by: tuple[str, ...], cells: dict[tuple[str, ...], tuple]) -> EarlierCounts:
    return EarlierCounts(
        by,
        {
            key: {("assessments", "child_neglect"): n, ("plans", "child_neglect"): k}
            for key, (n, k) in cells.items()
        },
    )


@pytest.mark.unit
@pytest.mark.parametrize(
    ("then", "withheld"),
    [
        ((80, 30), False),  # nothing has changed
        ((60, 20), False),  # twenty more, ten of them with a plan
        ((78, 30), True),  # two more
        ((80, 27), True),  # three more plans
        ((60, 12), True),  # twenty more, two of them without a plan
        ((None, None), False),  # nothing was told
    ],
)
def test_a_small_change_since_then_is_a_small_count(then, withheld) -> None:
    known = [earlier((), {(): then})]
    protected = protect_counts({(): counts(80, 30)}, Policy(), known=known)
    shown = [protected.printed((), m, "child_neglect") for m in ("assessments", "plans")]
    assert (CONFIDENTIAL in shown) == withheld
    assert not protected.table.exposed


@pytest.mark.unit
def test_what_was_withheld_then_is_not_given_away_by_another_choice_now() -> None:
    groups = {("north",): counts(80, 3), ("east",): counts(70, 22), ("south",): counts(90, 31)}
    alone = protect_counts(groups, Policy(), by=("area",))
    now = {
        area: alone.printed((area,), "plans", "child_neglect")
        for area in ("north", "east", "south")
    }
    assert now["north"] == CONFIDENTIAL
    (guard,) = [area for area, shown in now.items() if shown == CONFIDENTIAL and area != "north"]
    (other,) = set(now) - {"north", guard}
    # Then the other one was withheld instead, and this one printed: it can guard no longer.
    out = {
        (area,): (n, None if area in ("north", other) else k)
        for area, n, k in (("north", 80, 3), ("east", 70, 22), ("south", 90, 31))
    }
    known = [earlier(("area",), out)]
    protected = protect_counts(groups, Policy(), by=("area",), known=known)
    assert protected.printed((other,), "plans", "child_neglect") == CONFIDENTIAL
    low, high = next(
        ends for cell, ends in protected.table.attack().items() if "north / plans / " in str(cell)
    )
    assert high - low >= 4


@pytest.mark.unit
def test_a_finer_table_that_is_out_holds_the_coarser_one() -> None:
    known = [earlier(("year",), {("2014",): (40, 14), ("2015",): (37, 13)})]
    protected = protect_counts({(): counts(80, 30)}, Policy(), known=known)
    # 80 less 40 and 37 are three who were in neither year.
    assert protected.printed((), "assessments", "child_neglect") == CONFIDENTIAL


@pytest.mark.unit
def test_rounded_counts_that_are_out_leave_small_changes_open() -> None:
    names = ("a", "b", "c", "d")
    one = FactorCounts(names, np.array([81, 62, 43, 94]), np.array([31, 22, 19, 44]), 120, 400)
    shown = {
        (measure, name): 10 * round(int(n) / 10)
        for measure in ("assessments", "plans")
        for name, n in zip(names, getattr(one, measure), strict=True)
    }
    out = EarlierCounts((), {(): shown})
    assert out.round_to == 10
    protected = protect_counts({(): one}, Policy(), known=[out])
    assert protected.number_withheld == 0


@pytest.mark.end_to_end
def test_a_file_of_counts_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    rows = [
        ("'=north", "child_neglect", "80", "30", "0.25"),
        ("'=north", "child_gangs", "[c]", "[c]", "[c]"),
        ("-3", "child_neglect", "70", "0", "0.0"),
    ]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["area", "factor", "assessments", "plans", "share_of_plans"])
        writer.writerows(rows)
    found = read_earlier(path)
    assert found.by == ("area",)
    assert found.groups["=north",]["assessments", "child_neglect"] == 80
    assert found.groups["=north",]["plans", "child_gangs"] is None
    assert found.groups["-3",]["plans", "child_neglect"] == 0
    # 30 of 120 to a tenth of a percent: no other number of plans is possible.
    assert found.groups["=north",]["total_plans", ""] == 120


@pytest.mark.end_to_end
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "cannot be read as an earlier release"),
        ("factor,plans\na,1\n", "needs the columns"),
        ("factor,assessments,plans\na,9,8.5\n", "a whole number, or one of"),
        ("factor,assessments,plans\na,9\n", "has 2 cells, not 3"),
        ("factor,assessments,plans\na,9,8\na,9,8\n", "another view than the rates"),
    ],
)
def test_a_file_that_is_no_earlier_release_is_refused(text, message, tmp_path) -> None:
    path = tmp_path / "out.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=message):
        read_earlier(path)


@pytest.mark.property
def test_a_table_by_number_of_factors_keeps_a_withheld_factor_open() -> None:
    """Whatever fits the printed rows leaves the sum over the withheld factors wide open."""
    random = np.random.default_rng(7)
    names = tuple(f"f{j}" for j in range(6))
    for _ in range(5):
        flags = random.random((500, 6)) < np.array([0.3, 0.2, 0.3, 0.1, 0.25, 0.007])
        plan = random.random(500) < 0.3
        sums = flags.sum(axis=1)
        beside = protect_counts(
            {
                (): FactorCounts(
                    names,
                    flags.sum(axis=0),
                    (flags & plan[:, None]).sum(axis=0),
                    int(plan.sum()),
                    500,
                )
            },
            Policy(),
        )
        parts = [
            Part(int((sums == j).sum()), int((plan & (sums == j)).sum()), j)
            for j in range(int(sums.max()) + 1)
        ]
        shown = protect_parts(parts, beside)
        for part, (n, k) in zip(parts, shown, strict=True):
            assert n in (part.assessments, CONFIDENTIAL)
            assert k in (part.plans, CONFIDENTIAL)
            assert not {n, k} & set(range(1, 6))
        if beside.printed((), "assessments", "f5") == CONFIDENTIAL:
            assert sum(n == CONFIDENTIAL for n, _ in shown) >= 2


@pytest.mark.unit
def test_a_number_of_factors_to_which_few_came_is_withheld() -> None:
    """Twenty more assessments, of which three have one factor: 180 of them were 177 before."""
    rows = [("child_neglect", 200, 70), ("child_self_harm", 120, 50)]
    both = FactorCounts.from_rows(rows, total_plans=120, total_assessments=400)
    beside = protect_counts({(): both}, Policy())
    parts = [Part(150, 30, 0), Part(180, 60, 1), Part(70, 30, 2)]
    before = {0: (140, 30), 1: (177, 60), 2: (63, "[c]")}
    assert protect_parts(parts, beside) == ((150, 30), (180, 60), (70, 30))
    shown = protect_parts(parts, beside, [before])
    assert shown[1][0] == CONFIDENTIAL
    # One more goes with it, or what all changed by would tell.
    assert sum(n == CONFIDENTIAL for n, _ in shown) >= 2


@pytest.mark.unit
def test_zeros_are_veiled_where_a_printed_total_would_tell() -> None:
    """Six plans over six areas, none without one: each would be one."""
    groups = {(f"area {i}",): counts(60, 1) for i in range(6)}
    groups["area 6",] = counts(50, 0)
    protected = protect_counts(groups, Policy(), by=("area",), whole_first=True)
    alone = protect_counts({(): protected.all_groups}, Policy())
    assert protected.printed((), "plans", "child_neglect") == 6
    assert alone.printed((), "plans", "child_neglect") == 6
    assert protected.printed(("area 6",), "plans", "child_neglect") == CONFIDENTIAL
    assert not protected.table.exposed
    for cell, (low, high) in protected.table.attack().items():
        if cell.measure == "plans":
            assert (low, high) == (0, 6)


@pytest.mark.unit
def test_small_models_can_be_solved_and_large_ones_not() -> None:
    assert [has_enough_unknowns(factors, 18 * factors + 31) for factors in (2, 7, 8, 30)] == [
        False,
        False,
        True,
        True,
    ]
    assert [coarse_number(x, 2) for x in (1.2345, 0.012345, float("inf"), 0.0)] == [
        1.23,
        0.012,
        float("inf"),
        0.0,
    ]
