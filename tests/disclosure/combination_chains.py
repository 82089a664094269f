"""Chains of models of many factors over records that grow: which factors were recorded together.

The reader keeps the counts of every answer of ``impact``: of each factor, of each pair that was
asked for, of the combinations that are named, and of assessments with fewer than two factors.
Each is a sum over the exact combinations of all factors, with and without a plan, none of which is
negative or falls as records grow.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import linprog
from scipy.sparse import csr_array

from riskmodel.vocabulary import FACTORS

from .chains import WIDTH, said

NAMES = tuple(known.name for known in FACTORS[:9])
ATOMS = np.array(list(itertools.product((False, True), repeat=len(NAMES))))
"""Every exact combination of the factors: a row each."""
Mask = tuple[bool, ...]


@dataclass(frozen=True)
class Known:
    """A printed count: which combinations it is of, in which version, with and of which plans."""

    version: int
    mask: Mask
    assessments: int
    plans: int
    is_named: bool = False


@dataclass
class CombinationChain:
    """What was printed of models, step by step; with ``forgets`` nothing is remembered."""

    folder: Path
    seed: int
    steps: int = 4
    forgets: bool = False
    exposed: bool = False
    log: list[str] = field(default_factory=list)
    log_kinds: list[str] = field(default_factory=list)
    known: list[Known] = field(default_factory=list)

    def go(self) -> CombinationChain:
        """Run the chain."""
        random = np.random.default_rng(self.seed)
        self.common = random.random((14, len(NAMES))) < 0.3
        self.versions = [self._rows(random, int(random.integers(300, 900)))]
        for step in range(self.steps):
            if random.random() < 0.5:
                more = self._rows(random, int(random.integers(8, 60)))
                self.versions.append(pd.concat([self.versions[-1], more], ignore_index=True))
                self.log.append(f"{len(more)} more rows")
                self.log_kinds.append("update")
            self._step(random, step)
        return self

    def _rows(self, random: np.random.Generator, size: int) -> pd.DataFrame:
        weights = 1 / np.arange(1, len(self.common) + 1)
        flags = self.common[random.choice(len(self.common), size, p=weights / weights.sum())]
        flags = flags ^ (random.random(flags.shape) < 0.03)
        plan = random.random(size) < 0.15 + 0.06 * flags.sum(axis=1)
        return pd.DataFrame(flags, columns=list(NAMES)).assign(plan=plan)

    def _step(self, random: np.random.Generator, step: int) -> None:
        path = self.folder / "own.csv"
        self.versions[-1].to_csv(path, index=False)
        asked = [name for name in NAMES if random.random() < 0.93]
        pairs = [random.choice(asked, 2, replace=False) for _ in range(int(random.integers(0, 3)))]
        words = ["impact", str(path), "--format", "json", "--factors", ",".join(asked)]
        words += ["--interactions", ",".join(map(":".join, pairs))] if pairs else []
        words += ["--ledger", str(self.folder / f"ledger{step}")] if self.forgets else []
        code, out, err = said(*words)
        assert "Traceback" not in err, err
        self.log.append(f"{' '.join(words[4:])} -> {code}")
        if code == 0:
            self.log_kinds.append("combinations")
            self._take(json.loads(out))
        else:
            assert not out, out

    def _take(self, answer: dict) -> None:
        rows = [row for row in answer["measures"] if row["numerator"] not in (None, "[c]")]
        factors = {row["factor"] for row in rows if ":" not in row["factor"]}
        for names, n, k in {
            (row["factor"], row["denominator"], row["numerator"])
            for row in rows
            if ":" not in row["factor"] or row["measure"] == "interaction_contrast"
        }:
            self._keep(holding(names.split(":")), n, k)
        self._keep(holding([]), answer["assessments"], answer["plans"])
        for row in answer["combinations"]:
            words = row["combination"]
            if words == "fewer than 2 factors":
                mask = within(factors).sum(axis=1) < 2
            elif words.endswith("other combinations"):
                continue  # what is left of all
            else:
                together = words.split(" + ")
                mask = holding(together) & ~holding_any(factors - set(together))
            self._keep(mask, row["assessments"], row["plans"], is_named=True)

    def _keep(self, mask: np.ndarray, n: int, k: int, *, is_named: bool = False) -> None:
        one = Known(len(self.versions) - 1, tuple(mask.tolist()), int(n), int(k), is_named)
        assert (one.assessments, one.plans) == self.true(one.version, mask), (self.log, n, k)
        self.known.append(one)

    def true(self, version: int, mask: np.ndarray) -> tuple[int, int]:
        """Assessments with these combinations, and their plans, as they are."""
        frame = self.versions[version]
        code = frame[list(NAMES)].to_numpy() @ (1 << np.arange(len(NAMES))[::-1])
        inside = np.asarray(mask)[code]
        return int(inside.sum()), int((inside & frame["plan"].to_numpy()).sum())

    def recovered(self) -> list[str]:
        """Small counts and small changes that the reader knows."""
        return list(dict.fromkeys(self._found()))

    def _found(self) -> Iterator[str]:
        for mask in self._targets():
            asked = np.array(mask)
            counts = [self.true(version, asked) for version in range(len(self.versions))]
            for version, (n, k) in enumerate(counts):
                for what, count in (("", n), ("plans", k), ("no plan", n - k)):
                    if 1 <= count <= WIDTH + 1:
                        low, high = self._ends(asked, what, (0, version), count + WIDTH)
                        if high - low < WIDTH - 1e-6:
                            yield f"{_words(asked)}, {what}, {version}: {low:g} to {high:g}"
            for (first, one), (last, two) in itertools.combinations(enumerate(counts), 2):
                (n, k), (m, j) = one, two
                for what, change in (("", m - n), ("plans", j - k), ("no plan", m - j - n + k)):
                    if 1 <= change <= WIDTH + 1:
                        low, high = self._ends(asked, what, (first + 1, last), change + 1)
                        if high - low < 1 - 1e-6:
                            yield f"{_words(asked)}, {what}, {first} to {last}: change {change}"

    def _targets(self) -> set[Mask]:
        """What was printed, and what one of it leaves of another, or those named of all."""
        own = {known.mask for known in self.known}
        found = set(own)
        runs = [np.array([k.mask for k in self.known if k.is_named and k.version == version])
                for version in range(len(self.versions))]  # fmt: skip
        for mask in map(np.array, own):
            for other in map(np.array, own):
                if not (other & ~mask).any():
                    found.add(tuple((mask & ~other).tolist()))
            for run in runs:
                inside = [named for named in run if not (named & ~mask).any()]
                found.add(tuple((mask & ~np.any([*inside, mask & False], axis=0)).tolist()))
        return {mask for mask in found if any(mask)}

    def _ends(
        self, asked: np.ndarray, what: str, span: tuple[int, int], far: int
    ) -> tuple[float, float]:
        """Least and greatest of what came to these combinations from one version to another.

        The least is 0 where the greatest is as far as that, and nothing can be known.
        """
        known = list(dict.fromkeys(self.known))
        masks = [*dict.fromkeys(one.mask for one in known), tuple(asked.tolist())]
        # Combinations that the same counts are of are one unknown.
        kinds, first = np.unique(
            np.array(masks).T @ (1 << np.arange(len(masks))), return_index=True
        )
        versions = len(self.versions)
        rows, values = [], []
        for one in known:
            inside = np.array(one.mask)[first]
            for plans, value in ((slice(0, 2), one.assessments), (slice(1, 2), one.plans)):
                row = np.zeros((2, versions, len(kinds)))
                row[plans, : one.version + 1] = inside
                rows.append(row.ravel())
                values.append(value)
        objective = np.zeros((2, versions, len(kinds)))
        plans = {"": slice(0, 2), "plans": slice(1, 2), "no plan": slice(0, 1)}[what]
        objective[plans, span[0] : span[1] + 1] = asked[first]
        found, matrix = [], csr_array(np.array(rows))
        for sign in (-1, 1):
            result = linprog(sign * objective.ravel(), A_eq=matrix, b_eq=values, method="highs-ds")
            assert result.status in (0, 3), (self.log, result.message)
            found.append(sign * result.fun if result.status == 0 else np.inf)
            if found[0] > far - 1e-6:
                return 0.0, found[0]
        return found[1], found[0]


def holding(names: list[str]) -> np.ndarray:
    """Combinations that hold all of these factors."""
    return within(set(names)).all(axis=1)


def holding_any(names: set[str]) -> np.ndarray:
    """Combinations that hold one of these factors."""
    return within(names).any(axis=1)


def within(names: set[str]) -> np.ndarray:
    """The combinations, over these factors alone."""
    return ATOMS[:, [place for place, name in enumerate(NAMES) if name in names]]


def _words(mask: np.ndarray) -> str:
    return f"{int(mask.sum())} combinations"
