"""Withholds as little as possible so that no small count can be worked out from the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.sparse import csr_array

from riskmodel.disclosure.attack import TOLERANCE, reach, regions
from riskmodel.disclosure.cuts import lightest, requirements_of, told_anyway
from riskmodel.disclosure.policy import Policy
from riskmodel.disclosure.symbols import CONFIDENTIAL
from riskmodel.disclosure.table import LinkedTable, Name, Problem, problem_of
from riskmodel.errors import DataError

__all__ = ["ProtectedTable", "protect_table"]


@dataclass(frozen=True, slots=True)
class ProtectedTable:
    """A linked table and which of its cells are withheld.

    Parameters
    ----------
    table
        The table with its true counts: it stays where the records are, and no message prints it.
    policy
        What it was protected under.
    withheld
        Printable cells that are withheld, in the order of the table.
    small
        Those of them that are small themselves; the others guard a complement or a sum.
    exposed
        Small cells that releases made earlier tell more about than the policy allows.
    is_smallest
        Whether no lighter set of cells protects the table; False after a greedy repair.
    """

    table: LinkedTable = field(repr=False)
    policy: Policy
    withheld: tuple[Name, ...] = field(repr=False)
    small: tuple[Name, ...] = field(repr=False)
    exposed: tuple[Name, ...] = field(repr=False)
    is_smallest: bool
    _hidden: frozenset[Name] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_hidden", frozenset([*self.withheld, *self.table.outside]))

    def is_withheld(self, name: Name) -> bool:
        """Whether a cell is withheld; one outside the release always is."""
        return name in self._hidden

    def printed(self, name: Name) -> int | str:
        """What is printed for a cell: a count, rounded if so agreed, or a symbol."""
        if self.is_withheld(name):
            return CONFIDENTIAL
        return self.policy.printed(self.table.cells[name])

    def attack(
        self, also: Sequence[tuple[Mapping[Name, float], float, float]] = ()
    ) -> dict[Name, tuple[float, float]]:
        """Smallest and largest value a reader can deduce of each withheld cell and complement.

        Parameters
        ----------
        also
            What else is printed: coefficients by cell, and the smallest and largest value of their
            sum. A percentage p of k out of n, printed to half a unit h, is
            ``({"k": 1, "n": -(p + h)}, -inf, 0)`` and ``({"k": 1, "n": -(p - h)}, 0, inf)``.

        Notes
        -----
        By linear programming over real numbers: everything that is printed, every relation, no
        negative count, no zero among the withheld where zeros are printed.
        """
        problem = _with_further(problem_of(self.table, self.policy), self.table, also)
        names = list(self.table.cells)
        withheld = set(self.withheld)
        mask = np.array([name in withheld for name in names] + [False] * len(also), dtype=bool)
        bounds = problem.bounds(mask)
        found: dict[Name, tuple[float, float]] = {}
        for region in regions(problem.matrix, bounds[1] - bounds[0] > TOLERANCE):
            for cell in region.cells.tolist():
                if cell < len(names) and self.is_withheld(names[cell]):
                    value = float(problem.values[cell])
                    low = value - reach(region, bounds, cell, -1).value
                    found[names[cell]] = (low, value + reach(region, bounds, cell, 1).value)
        return {name: found[name] for name in names if name in found}

    def __str__(self) -> str:
        number = len(self.table.printable)
        return f"{len(self.withheld):,} of {number:,} counts withheld; {self.policy}"


def protect_table(table: LinkedTable, policy: Policy) -> ProtectedTable:
    """Withhold small cells, and the lightest set of others that keeps them from being worked out.

    Parameters
    ----------
    table
        Counts and their relations.
    policy
        What is small.

    Returns
    -------
    ProtectedTable

    Notes
    -----
    Complementary cell suppression (Fischetti and Salazar, *Management Science* 47, 2001, pages 1008
    to 1027; Hundepool et al., *Statistical Disclosure Control*, 2012, chapter 4). Choose y in
    {0, 1}, y_i = 1 where cell i is withheld, to minimise the sum of w_i y_i such that for each
    small cell p the values a reader thinks possible,

        {x_p : M x = 0, x_i = a_i where y_i = 0, x_i >= lb_i where y_i = 1},

    reach from 1 to the threshold. Benders' method: an attack that shows less gives, by its dual
    (alpha, beta), the cut

        sum_i (alpha_i UB_i + beta_i LB_i) y_i >= need,

    strengthened by cutting coefficients down to the need; the programme over y is solved again
    until every attack fails. After 60 rounds the cuts are met greedily, lightest cell first, which
    ends at the latest when all is withheld. No clock is read: the same counts give the same cells.

    Where zeros are printed, a sum of r withheld counts is at least r whatever is withheld; the
    lower end required is then r. A guard that other cells give away, while its complement is safe,
    is printed: to withhold it would hide nothing. A reader is not thought to know by which rule
    further cells were chosen.
    """
    problem = problem_of(table, policy)
    if table.outside and not table.printable:
        raise DataError("the table has no cell that this release prints")
    requirements, exposed = requirements_of(problem, policy)
    mask, is_smallest, dropped = lightest(problem, requirements)
    mask &= ~told_anyway(problem, mask)
    names = list(table.cells)
    exposed |= dropped
    return ProtectedTable(
        table,
        policy,
        tuple(names[i] for i in np.flatnonzero(mask)),
        tuple(names[i] for i in np.flatnonzero(mask & problem.is_small)),
        tuple(names[i] for i in sorted(exposed)),
        is_smallest,
    )


def _with_further(
    problem: Problem,
    table: LinkedTable,
    also: Sequence[tuple[Mapping[Name, float], float, float]],
) -> Problem:
    """The problem with one more cell and relation for each further sum that is printed."""
    if not also:
        return problem
    from scipy.sparse import block_array, eye_array

    place = {name: position for position, name in enumerate(table.cells)}
    number, count = len(also), problem.values.size
    sums = np.zeros((number, count))
    for row, (coefficients, _, _) in enumerate(also):
        for name, coefficient in coefficients.items():
            sums[row, place[name]] = coefficient
    values = sums @ problem.values
    ends = np.array([[low, high] for _, low, high in also]).T - values
    matrix = block_array(
        [[problem.matrix, None], [csr_array(sums), -eye_array(number)]], format="csr"
    )
    no = np.zeros(number, dtype=bool)
    return Problem(
        np.concatenate([problem.values, values]),
        csr_array(matrix),
        np.hstack([problem.printed, ends]),
        np.hstack([problem.withheld, ends]),
        np.concatenate([problem.is_free, no]),
        np.concatenate([problem.is_forced, no]),
        np.concatenate([problem.is_small, no]),
        np.concatenate([problem.weights, np.ones(number)]),
    )
