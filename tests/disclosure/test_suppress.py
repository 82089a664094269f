"""Protected tables against known optima, brute force, and attacks written for the test alone."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from riskmodel.disclosure import LinkedTable, Policy, protect_table
from riskmodel.disclosure import cuts as solver
from riskmodel.disclosure.attack import reach, regions
from riskmodel.errors import DataError


def row_table(*parts: int, **further) -> LinkedTable:
    names = [f"part{i}" for i in range(len(parts))]
    cells = dict(zip(names, parts, strict=True)) | {"total": sum(parts)}
    return LinkedTable(cells, [{"total": 1} | dict.fromkeys(names, -1)], **further)


def grid(counts: list[list[int]]) -> LinkedTable:
    """A two-way table with its margins."""
    height, width = len(counts), len(counts[0])
    whole = [[*row, sum(row)] for row in counts]
    whole.append([sum(column) for column in zip(*whole, strict=True)])
    cells = {(i, j): whole[i][j] for i in range(height + 1) for j in range(width + 1)}
    relations = [
        {(i, width): 1} | {(i, j): -1 for j in range(width)} for i in range(height + 1)
    ] + [{(height, j): 1} | {(i, j): -1 for i in range(height)} for j in range(width + 1)]
    return LinkedTable(cells, relations)


def ends(table: LinkedTable, withheld: set, name) -> tuple[float, float]:
    """The least and greatest count of a cell, by a linear programme of the test's own."""
    names = list(table.cells)
    sums = np.array([[found.get(cell, 0) for cell in names] for found in table.relations])
    bounds = [
        (1, None)
        if cell in withheld
        else table.outside[cell]
        if cell in table.outside
        else (table.cells[cell],) * 2
        for cell in names
    ]
    found = []
    for sign in (1, -1):
        objective = [sign * (cell == name) for cell in names]
        result = linprog(objective, A_eq=sums, b_eq=np.zeros(len(sums)), bounds=bounds)
        found.append(-math.inf if result.status == 3 else result.fun)
    return found[0], -found[1]


def is_protected(table: LinkedTable, withheld: set, threshold: int) -> bool:
    everything = {name for name in table.printable if table.cells[name]}
    for name, count in table.cells.items():
        if 1 <= count <= threshold:
            low, high = ends(table, withheld, name)
            lowest = max(1, math.ceil(ends(table, everything, name)[0] - 1e-6))
            if low > lowest + 1e-6 or high < lowest + threshold - 1 - 1e-6:
                return False
    return True


@pytest.mark.unit
def test_large_counts_are_all_printed() -> None:
    protected = protect_table(grid([[20, 30], [6, 0]]), Policy())
    assert protected.withheld == ()
    assert protected.printed((1, 0)) == 6
    assert protected.printed((1, 1)) == 0


@pytest.mark.unit
def test_one_small_part_takes_one_other_with_it() -> None:
    protected = protect_table(row_table(3, 20, 37, 50), Policy())
    assert protected.small == ("part0",)
    assert len(protected.withheld) == 2
    assert protected.is_smallest


@pytest.mark.unit
def test_the_lighter_cell_is_chosen() -> None:
    weights = {"part1": 5.0, "part2": 1.5, "part3": 2.0, "total": 9.0}
    protected = protect_table(row_table(3, 20, 37, 50, weights=weights), Policy())
    assert protected.withheld == ("part0", "part2")


@pytest.mark.unit
def test_two_ones_with_a_printed_total_do_not_hide_each_other() -> None:
    # Zero is printed: both are known to be at least 1, so 1 + 1 = 2 leaves nothing open.
    protected = protect_table(row_table(1, 1, 30), Policy())
    assert len(protected.withheld) == 3


@pytest.mark.unit
def test_a_small_cell_of_a_grid_takes_a_rectangle() -> None:
    protected = protect_table(grid([[3, 20, 30], [40, 50, 60], [70, 80, 90]]), Policy())
    assert len(protected.withheld) == 4
    rows = {name[0] for name in protected.withheld}
    columns = {name[1] for name in protected.withheld}
    assert (len(rows), len(columns)) == (2, 2)


@pytest.mark.unit
def test_a_small_complement_is_hidden_by_its_guard() -> None:
    table = LinkedTable(
        {"found": 40, "led": 38, "rest": 2},
        [{"found": 1, "led": -1, "rest": -1}],
        outside={"rest": (0, math.inf)},
        guards={"rest": "led"},
    )
    protected = protect_table(table, Policy())
    assert protected.withheld == ("led",)
    assert protected.attack()["rest"] == (0, 39)


@pytest.mark.unit
def test_rounding_can_hide_a_complement_by_itself() -> None:
    table = LinkedTable(
        {"found": 103, "led": 100, "rest": 3},
        [{"found": 1, "led": -1, "rest": -1}],
        outside={"rest": (0, math.inf)},
        guards={"rest": "led"},
    )
    protected = protect_table(table, Policy(round_to=5))
    assert protected.withheld == ()
    assert (protected.printed("found"), protected.printed("led")) == (105, 100)


@pytest.mark.unit
def test_zero_is_hidden_where_the_policy_says_so() -> None:
    protected = protect_table(row_table(0, 20, 37), Policy(publish_zero=False))
    assert "part0" in protected.withheld
    low, high = protected.attack()["part0"]
    assert low == 0
    assert high >= 5


@pytest.mark.unit
def test_what_is_out_already_is_reported_as_exposed() -> None:
    table = row_table(3, 20, outside={"part0": (3, 3)})
    assert protect_table(table, Policy()).exposed == ("part0",)


@pytest.mark.unit
def test_the_greedy_repair_protects_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solver, "_solve", lambda problem, cuts: None)
    table = grid([[3, 20, 30], [4, 50, 60], [70, 80, 2]])
    protected = protect_table(table, Policy())
    assert not protected.is_smallest
    assert is_protected(table, set(protected.withheld), 5)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("cells", "relations", "options", "says"),
    [
        ({"a": 3, "b": 2}, [{"a": 1, "b": -1}], {}, "do not add up"),
        ({"a": -1}, [], {}, "at least 0"),
        ({"a": 1}, [{"b": 1}], {}, "no cell b"),
        ({"a": 1}, [], {"outside": {"a": (2, 3)}}, "do not hold"),
        ({"a": 1}, [], {"weights": {"a": 0}}, "above 0"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(cells, relations, options, says) -> None:
    with pytest.raises(DataError, match=says):
        LinkedTable(cells, relations, **options)


@pytest.mark.unit
def test_counts_do_not_show_in_text() -> None:
    protected = protect_table(row_table(3, 4321), Policy())
    assert "4321" not in repr(protected) + str(protected) + repr(protected.table)


@pytest.mark.unit
def test_printed_percentages_narrow_the_attack_where_they_should() -> None:
    # A share of a withheld count, printed to one decimal, gives it away: so it is never printed.
    table = LinkedTable(
        {"found": 40, "led": 3, "rest": 37},
        [{"found": 1, "led": -1, "rest": -1}],
        outside={"rest": (0, math.inf)},
    )
    protected = protect_table(table, Policy())
    share, half = 0.075, 0.0005
    also = [
        ({"led": 1.0, "found": -(share + half)}, -math.inf, 0.0),
        ({"led": 1.0, "found": -(share - half)}, 0.0, math.inf),
    ]
    assert protected.attack()["led"] == (1, 40)
    low, high = protected.attack(also)["led"]
    assert 2.9 < low <= 3 <= high < 3.1


small_grids = st.integers(2, 3).flatmap(
    lambda width: st.lists(
        st.lists(st.sampled_from([0, 1, 2, 3, 5, 6, 9, 25]), min_size=width, max_size=width),
        min_size=2,
        max_size=3,
    )
)


@pytest.mark.property
@settings(max_examples=8)
@given(counts=small_grids, threshold=st.sampled_from([2, 3, 5]))
def test_nothing_small_can_be_worked_out_of_a_grid(counts, threshold) -> None:
    table = grid(counts)
    protected = protect_table(table, Policy(threshold=threshold))
    assert is_protected(table, set(protected.withheld), threshold)
    for name in protected.withheld:
        low, high = ends(table, set(protected.withheld), name)
        assert high - low > 0.5
        assert protected.attack()[name] == pytest.approx((low, high), abs=1e-6)
    assert not protected.exposed
    assert protected.withheld == protect_table(table, Policy(threshold=threshold)).withheld


@pytest.mark.property
@settings(max_examples=10)
@given(counts=st.lists(st.sampled_from([0, 1, 2, 4, 7, 30]), min_size=4, max_size=4))
def test_no_lighter_protection_exists(counts) -> None:
    table = grid([counts[:2], counts[2:]])
    protected = protect_table(table, Policy())
    assert protected.is_smallest
    small = {name for name, count in table.cells.items() if 1 <= count <= 5}
    others = [name for name in table.cells if table.cells[name] > 5]
    for number in range(len(protected.withheld) - len(small)):
        for chosen in itertools.combinations(others, number):
            assert not is_protected(table, small | set(chosen), 5)


@pytest.mark.property
@settings(max_examples=6)
@given(counts=small_grids)
def test_a_higher_threshold_never_costs_less(counts) -> None:
    table = grid(counts)
    found = [protect_table(table, Policy(threshold=threshold)) for threshold in (2, 4, 6)]
    for lower, higher in itertools.pairwise(found):
        assert set(lower.small) <= set(higher.small)
        assert len(lower.withheld) <= len(higher.withheld)


@pytest.mark.property
@settings(max_examples=15)
@given(counts=small_grids, base=st.sampled_from([5, 10]))
def test_rounded_grids_cannot_be_inverted(counts, base) -> None:
    policy = Policy(round_to=base)
    table = grid(counts)
    protected = protect_table(table, policy)
    for count in table.cells.values():
        low, high = policy.known(count)
        assert policy.is_small(count) or low <= count <= high
    for name, (low, high) in protected.attack().items():
        assert low <= table.cells[name] + 1e-6
        assert high >= table.cells[name] - 1e-6
        assert high - low >= 1 - 1e-6


@pytest.mark.unit
def test_regions_part_what_is_not_tied() -> None:
    from riskmodel.disclosure.table import problem_of

    table = LinkedTable(
        {"a": 10, "b": 4, "c": 6, "d": 9, "e": 2, "f": 7},
        [{"a": 1, "b": -1, "c": -1}, {"d": 1, "e": -1, "f": -1}],
    )
    problem = problem_of(table, Policy())
    mask = np.array([False, True, True, False, True, True])
    bounds = problem.bounds(mask)
    found = list(regions(problem.matrix, mask))
    assert [region.cells.tolist() for region in found] == [[1, 2], [4, 5]]
    assert reach(found[0], bounds, 1, 1).value == 5
