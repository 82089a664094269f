"""A reader who keeps all that a chain printed, and solves for what it withheld.

The reader knows every number, that sums add up over one table by all columns together, which nobody
printed, that no count is negative, and that a withheld one is at least 1 unless it was said that
zeros are withheld.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array

from .chains import WIDTH, Chain


class Reader:
    """Solves for what a chain withheld."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        self.places: dict[tuple, int] = {}
        self.low: list[float] = []
        self.high: list[float] = []
        self.equal: list[dict[int, float]] = []
        self.groups = [()]
        for values in chain.columns.values():
            self.groups = [(*group, value) for group in self.groups for value in values]
        for version in range(len(chain.versions)):
            self._version(version)
        for (version, by), cells in chain.shown.items():
            for (group, measure, factor), number in cells.items():
                smallest = 0 if (measure, factor) in chain.veiled and by else 1
                ends = (smallest, np.inf) if number is None else (number, number)
                place = self._cell(*ends)
                sums = self.sum(version, by, group, measure, factor)
                self.equal.append({place: -1.0, **sums})

    def _cell(self, low: float = 0.0, high: float = np.inf) -> int:
        self.low.append(low)
        self.high.append(high)
        return len(self.low) - 1

    def _version(self, version: int) -> None:
        """Cells of all columns together; each of them at least what it was, for records grow."""
        for group in self.groups:
            for factor in self.chain.names:
                # Without and with the factor, without and with a plan.
                for cell in ("00", "01", "10", "11"):
                    self.places[version, group, factor, cell] = place = self._cell()
                    if version:
                        before = self.places[version - 1, group, factor, cell]
                        self.equal.append({place: 1.0, before: -1.0, self._cell(): -1.0})
            for factor in self.chain.names[1:]:
                for plan in "01":
                    row = {self.places[version, group, factor, f"{f}{plan}"]: 1.0 for f in "01"}
                    row |= {
                        self.places[version, group, self.chain.names[0], f"{f}{plan}"]: -1.0
                        for f in "01"
                    }
                    self.equal.append(row)

    def sum(
        self, version: int, by: tuple[str, ...], group: tuple, measure: str, factor: str
    ) -> dict[int, float]:
        """A count as a sum of cells."""
        wanted = dict(zip(by, group, strict=True))
        kinds = {
            "assessments": ("10", "11"),
            "plans": ("11",),
            "total_assessments": ("00", "01", "10", "11"),
            "total_plans": ("01", "11"),
            "without_plan": ("10",),
            "plans_without": ("01",),
            "without_factor": ("00", "01"),
            "neither": ("00",),
        }[measure]
        return {
            self.places[version, one, factor or self.chain.names[0], kind]: 1.0
            for one in self.groups
            if wanted.items() <= dict(zip(self.chain.columns, one, strict=True)).items()
            for kind in kinds
        }

    def ends(self, asked: dict[int, float]) -> tuple[float, float]:
        """Least and greatest value of a sum of cells, over real numbers."""
        size = len(self.low)
        if not hasattr(self, "matrix"):
            entries = [(r, c, v) for r, row in enumerate(self.equal) for c, v in row.items()]
            rows, columns, values = zip(*entries, strict=True)
            self.matrix = csr_array((values, (rows, columns)), shape=(len(self.equal), size))
        found = []
        for sign in (1.0, -1.0):
            objective = np.zeros(size)
            for place, value in asked.items():
                objective[place] = sign * value
            bounds = np.column_stack([self.low, self.high])
            result = linprog(
                objective, A_eq=self.matrix, b_eq=np.zeros(len(self.equal)), bounds=bounds
            )
            assert result.status in (0, 3), (self.chain.log, result.message)
            found.append(-np.inf if result.status == 3 else result.fun)
        return found[0], -found[1]

    def recovered(self) -> list[str]:
        """Small counts, and small changes of counts, that are known more closely than allowed."""
        found = list(self.chain.seen)
        for version, by in self.chain.shown:
            for group, measure, factor, count in true_counts(self.chain, version, by):
                if 1 <= count <= WIDTH + 1:
                    low, high = self.ends(self.sum(version, by, group, measure, factor))
                    assert low - 1e-6 <= count <= high + 1e-6, (self.chain.log, group, measure)
                    if high - low < WIDTH - 1e-6:
                        found.append(
                            f"{measure} of {factor} in {group} of {by}, version {version}: "
                            f"{low:g} to {high:g}"
                        )
        for version, by in self.chain.shown:
            for other, columns in self.chain.shown:
                if columns == by and other < version:
                    found += self._changes(version, other, by)
        return found

    def _changes(self, version: int, before: int, by: tuple[str, ...]) -> Iterator[str]:
        then = {key[:3]: key[3] for key in true_counts(self.chain, before, by)}
        for group, measure, factor, count in true_counts(self.chain, version, by):
            if 1 <= count - then.get((group, measure, factor), 0) <= WIDTH + 1:
                asked = self.sum(version, by, group, measure, factor)
                less = self.sum(before, by, group, measure, factor)
                low, high = self.ends(asked | dict.fromkeys(less, -1.0))
                if high - low < 1 - 1e-6:
                    yield (
                        f"change of {measure} of {factor} in {group} of {by} from version "
                        f"{before} to {version}: {low:g} to {high:g}"
                    )


def true_counts(
    chain: Chain, version: int, by: tuple[str, ...]
) -> Iterator[tuple[tuple, str, str, int]]:
    """Every count of a table and what is left of it, as it is."""
    frame = chain.versions[version]
    for key, rows in frame.groupby(list(by)) if by else [((), frame)]:
        plan = rows["plan"] == "true"
        for factor in chain.names:
            flag = rows[factor] == "true"
            for measure, mask in (
                ("assessments", flag),
                ("plans", flag & plan),
                ("without_plan", flag & ~plan),
                ("plans_without", ~flag & plan),
                ("without_factor", ~flag),
                ("neither", ~flag & ~plan),
            ):
                yield tuple(key), measure, factor, int(mask.sum())
