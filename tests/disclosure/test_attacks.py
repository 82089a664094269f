"""Counts per factor: an attacker who knows every printed figure recovers none that is withheld."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from riskmodel.assessments import FactorCounts
from riskmodel.disclosure import (
    CONFIDENTIAL,
    TOTAL,
    Policy,
    combine,
    protect_counts,
)


def from_flags(random: np.random.Generator, size: int, factors: int) -> FactorCounts:
    plan = random.random(size) < 0.3
    flags = random.random((size, factors)) < random.random(factors) ** 2
    names = tuple(f"factor_{j}" for j in range(factors))
    return FactorCounts(
        names, flags.sum(axis=0), (flags & plan[:, None]).sum(axis=0), int(plan.sum()), size
    )


@st.composite
def grouped(draw, groups: int = 4, factors: int = 3, sizes: tuple[int, int] = (1, 60)):
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    number = draw(st.integers(1, groups))
    return {
        (f"area {i}",): from_flags(random, draw(st.integers(*sizes)), factors)
        for i in range(number)
    }


class Attacker:
    """Knows what is printed, that zeros are printed, and how the counts add up: nothing else."""

    def __init__(self, protected, total: bool) -> None:
        self.places: dict[tuple, int] = {}
        self.bounds: list[tuple[float, float | None]] = []
        self.equal: list[dict[int, float]] = []
        self.below: list[dict[int, float]] = []
        keys = [*protected.counts, TOTAL] if total else list(protected.counts)
        factors = next(iter(protected.counts.values())).factors
        for key in keys:
            self._group(protected, key, factors)
        if total:
            for place in [("total_assessments", ""), ("total_plans", "")] + [
                (measure, name) for measure in ("assessments", "plans") for name in factors
            ]:
                row = {self.places[(TOTAL, *place)]: 1.0}
                row |= {self.places[(key, *place)]: -1.0 for key in protected.counts}
                self.equal.append(row)

    def _group(self, protected, key, factors) -> None:
        def add(measure: str, factor: str = "") -> int:
            self.places[(key, measure, factor)] = len(self.bounds)
            shown = protected.printed(key, measure, factor)
            self.bounds.append(
                (protected.policy.smallest, None)
                if shown == CONFIDENTIAL
                else protected.policy.known(shown)
            )
            return len(self.bounds) - 1

        whole, plans = add("total_assessments"), add("total_plans")
        for name in factors:
            found, led = add("assessments", name), add("plans", name)
            self.below += [
                {led: 1, found: -1},
                {led: 1, plans: -1},
                {found: 1, whole: -1},
                {found: 1, led: -1, whole: -1, plans: 1},
            ]

    def knowing(self, tables: list[np.ndarray]) -> Attacker:
        """Some tables that the attacker cannot tell from what is printed, the true one first."""
        size = len(self.bounds)
        self.matrices = [np.zeros((len(rows), size)) for rows in (self.equal, self.below)]
        for matrix, rows in zip(self.matrices, (self.equal, self.below), strict=True):
            for i, row in enumerate(rows):
                matrix[i, list(row)] = list(row.values())
        for table in tables:
            low, high = np.array(self.bounds, dtype=float).T
            assert (table >= low).all()
            assert (table <= np.where(np.isnan(high), np.inf, high)).all()
            assert not (self.matrices[0] @ table).any()
            assert (self.matrices[1] @ table <= 0).all()
        self.tables = tables
        return self

    def ends(self, coefficients: dict[int, float], enough: float) -> tuple[float, float]:
        """How low and how high it may be; no further than is wide enough."""
        objective = np.zeros(len(self.bounds))
        objective[list(coefficients)] = list(coefficients.values())
        seen = np.stack(self.tables) @ objective
        if np.ptp(seen) >= enough:
            return seen.min(), seen.max()
        found = []
        for sign in (1, -1):
            result = linprog(
                sign * objective,
                A_eq=self.matrices[0] if self.equal else None,
                b_eq=np.zeros(len(self.equal)) if self.equal else None,
                A_ub=self.matrices[1],
                b_ub=np.zeros(len(self.below)),
                bounds=self.bounds,
            )
            assert result.status in (0, 3), result.message
            if result.status == 0:
                self.tables.append(result.x)
            found.append(-np.inf if result.status == 3 else result.fun)
        return found[0], -found[1]


def secrets(protected, total: bool):
    """Withheld figures and small complements: (cells with signs, whether it is small)."""
    keys = [*protected.counts, TOTAL] if total else list(protected.counts)
    for key in keys:
        counts = protected.true_counts(key)
        whole, plans = (key, "total_assessments", ""), (key, "total_plans", "")
        yield {whole: 1}, counts.total_assessments
        yield {plans: 1}, counts.total_plans
        yield {whole: 1, plans: -1}, counts.total_assessments - counts.total_plans
        for name, n, k in zip(counts.factors, counts.assessments, counts.plans, strict=True):
            found, led = (key, "assessments", name), (key, "plans", name)
            yield {found: 1}, n
            yield {led: 1}, k
            yield {found: 1, led: -1}, n - k
            yield {plans: 1, led: -1}, counts.total_plans - k
            yield {whole: 1, found: -1}, counts.total_assessments - n
            yield (
                {whole: 1, plans: -1, found: -1, led: 1},
                counts.total_assessments - counts.total_plans - n + k,
            )


def true_table(protected, attacker: Attacker) -> np.ndarray:
    def count(key, measure: str, factor: str) -> int:
        counts = protected.true_counts(key)
        found = getattr(counts, measure)
        return int(found[counts.factors.index(factor)] if factor else found)

    return np.array([float(count(*place)) for place in attacker.places])


def assert_safe(protected, total: bool) -> None:
    attacker = Attacker(protected, total)
    attacker.knowing([true_table(protected, attacker)])
    for cells, count in secrets(protected, total):
        is_withheld = len(cells) == 1 and protected.printed(*next(iter(cells))) == CONFIDENTIAL
        is_small = protected.policy.is_small(int(count))
        if is_withheld or is_small:
            enough = (protected.policy.width if is_small else 0.5) - 1e-6
            place = {attacker.places[cell]: sign for cell, sign in cells.items()}
            low, high = attacker.ends(place, enough)
            assert low - 1e-6 <= count <= high + 1e-6
            assert high - low >= enough, (cells, low, high)


@pytest.mark.property
@settings(max_examples=12)
@given(groups=grouped(), total=st.booleans())
def test_the_attacker_recovers_nothing(groups, total) -> None:
    protected = protect_counts(groups, Policy(), by=("area",), totals_published=total)
    assert_safe(protected, total)
    assert not protected.table.exposed


@pytest.mark.property
@settings(max_examples=8)
@given(groups=grouped(), base=st.sampled_from([5, 10]))
def test_the_attacker_recovers_nothing_from_rounded_counts(groups, base) -> None:
    assert_safe(protect_counts(groups, Policy(round_to=base), by=("area",)), True)


@pytest.mark.property
@settings(max_examples=5)
@given(groups=grouped())
def test_zeros_and_alls_are_hidden_where_the_policy_says_so(groups) -> None:
    protected = protect_counts(groups, Policy(publish_zero=False), by=("area",))
    assert 0 not in protected.to_frame()[["assessments", "plans"]].to_numpy()
    assert_safe(protected, True)


@pytest.mark.property
@settings(max_examples=8)
@given(groups=grouped(sizes=(1, 2_000), factors=5))
def test_zeros_are_printed_and_what_is_printed_is_true(groups) -> None:
    protected = protect_counts(groups, Policy(), by=("area",))
    for key, counts in groups.items():
        for name, n, k in zip(counts.factors, counts.assessments, counts.plans, strict=True):
            for measure, count in (("assessments", n), ("plans", k)):
                shown = protected.printed(key, measure, name)
                assert shown in (int(count), CONFIDENTIAL)
                assert (shown == CONFIDENTIAL) or not 1 <= count <= 5
                if count == 0:
                    assert shown == 0


@pytest.mark.property
@settings(max_examples=8)
@given(seed=st.integers(0, 10_000), sizes=st.tuples(st.integers(1, 7), st.integers(1, 7)))
def test_every_whole_table_that_fits_leaves_small_counts_open(seed, sizes) -> None:
    random = np.random.default_rng(seed)
    groups = {(f"area {i}",): from_flags(random, size, 1) for i, size in enumerate(sizes)}
    protected = protect_counts(groups, Policy(threshold=2), by=("area",))
    columns = whole_tables(protected, most=12)
    place = {
        (key, measure): 4 * i + j
        for i, key in enumerate([*groups, TOTAL])
        for j, measure in enumerate(("total_assessments", "total_plans", "assessments", "plans"))
    }
    for cells, count in secrets(protected, True):
        seen = np.unique(sum(sign * columns[place[cell[:2]]] for cell, sign in cells.items()))
        assert int(count) in seen
        is_withheld = len(cells) == 1 and protected.printed(*next(iter(cells))) == CONFIDENTIAL
        if is_withheld or 1 <= count <= 2:
            assert len(seen) > 1, (cells, seen)


def whole_tables(protected, most: int) -> np.ndarray:
    """All tables of two groups and one factor that print alike, up to ``most`` in a group.

    One a column: four counts of each group and of the total.
    """
    measures = ("total_assessments", "total_plans", "assessments", "plans")

    def allowed(key, counts):
        """Which of many tables print so; counts of shape (4, ...)."""
        fits = np.ones(counts.shape[1:], dtype=bool)
        for measure, count in zip(measures, counts, strict=True):
            shown = protected.printed(key, measure, "" if "total" in measure else "factor_0")
            fits &= count >= 1 if shown == CONFIDENTIAL else count == shown
        return fits

    every = np.indices((most + 1,) * 4, dtype=np.int16).reshape(4, -1)
    whole, plans, found, led = every
    every = every[:, (led <= np.minimum(found, plans)) & (found - led <= whole - plans)]
    one, other = (every[:, allowed(key, every)] for key in protected.counts)
    both = one[:, :, None] + other[:, None, :]
    first, second = np.nonzero(allowed(TOTAL, both))
    return np.concatenate([one[:, first], other[:, second], both[:, first, second]])


def by_area_and_year(seed: int, size: int):
    random = np.random.default_rng(seed)
    leaves = {
        (area, year): from_flags(random, int(random.integers(1, size)), 2)
        for area in ("north", "south")
        for year in (2014, 2015)
    }
    areas = {(area,): leaves[area, 2014] + leaves[area, 2015] for area in ("north", "south")}
    return (("area", "year"), leaves), (("area",), areas)


@pytest.mark.property
@settings(max_examples=2)
@given(seed=st.integers(0, 10_000), size=st.integers(5, 40))
def test_two_releases_together_tell_no_more(seed, size) -> None:
    """The second release is held against all that the first printed."""
    leaves, areas = by_area_and_year(seed, size)
    for order in ((leaves, areas), (areas, leaves)):
        first, second = combine(order, Policy())
        assert_safe(first, True)
        exposed = set(second.table.exposed)
        for name, (low, high) in second.table.attack().items():
            if 1 <= second.table.table.cells[name] <= 5 and name not in exposed:
                assert high - low >= 4 - 1e-6, (name, low, high)
        # The finest table first: then a coarser one can always give way.
        assert order[0] is areas or not exposed
