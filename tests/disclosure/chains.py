"""Chains of releases of the same records, and a reader who keeps all and solves for the rest.

A chain is a list of commands over one file: tables by any columns, views, models, descriptions,
other thresholds, and records that grow between them. The reader knows every number that was
printed, that sums add up over one table by all columns together, which nobody printed, that no
count is negative, and that a withheld one is at least 1 unless it was said that zeros are withheld.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import linprog
from scipy.sparse import csr_array

from riskmodel.cli.run import run

NAMES = ("child_neglect", "child_self_harm", "parent_mental_health", "child_gangs")
COLUMNS = {"area": ("north", "south", "east"), "gender": ("F", "M"), "period": ("early", "late")}
WIDTH = 4
"""Threshold 5 less 1: a small count stays open over so much."""


def records(random: np.random.Generator, size: int) -> pd.DataFrame:
    """Made-up assessments, for the command an authority's own."""
    plan = random.random(size) < 0.3
    shares = random.permutation([0.45, 0.06, 0.25, 0.03])
    columns = {"plan": plan} | {
        name: random.random(size) < share * np.where(plan, 1.3, 0.9)
        for name, share in zip(NAMES, shares, strict=True)
    }
    frame = pd.DataFrame({k: np.where(flags, "true", "false") for k, flags in columns.items()})
    for name, values in COLUMNS.items():
        weights = np.arange(1, len(values) + 1)
        frame[name] = random.choice(values, size, p=weights / weights.sum())
    return frame


def with_more(frame: pd.DataFrame) -> pd.DataFrame:
    """With further factors: of so many no model can be solved."""
    more = ("child_missing", "child_physical_abuse", "parent_drugs_misuse", "parent_alcohol_misuse")
    mixed = {
        name: frame["child_neglect"].sample(frac=1, random_state=place).array
        for place, name in enumerate(more)
    }
    return frame.assign(**mixed)


def said(*words: str) -> tuple[int, str, str]:
    """Run a command in this process: exit code, standard output, standard error."""
    out, err, before = io.StringIO(), io.StringIO(), sys.argv
    sys.argv = ["riskmodel", *words]
    code = 0
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            run()
    except SystemExit as ended:
        code = int(ended.code or 0)
    finally:
        sys.argv = before
    return code, out.getvalue(), err.getvalue()


@dataclass
class Chain:
    """What was printed, step by step."""

    folder: Path
    seed: int
    steps: int = 5
    log: list[str] = field(default_factory=list)
    # (version of the records, columns) -> (group, measure, factor) -> number
    shown: dict[tuple[int, tuple[str, ...]], dict[tuple, int | None]] = field(default_factory=dict)
    veiled: set[tuple[str, str]] = field(default_factory=set)
    exposed: bool = False

    def go(self) -> Chain:
        """Run the chain."""
        random = np.random.default_rng(self.seed)
        self.versions = [records(random, int(random.integers(60, 320)))]
        self.path = self.folder / "own.csv"
        self.versions[0].to_csv(self.path, index=False)
        for _ in range(self.steps):
            if random.random() < 0.15:
                more = records(random, int(random.integers(1, 40)))
                self.versions.append(pd.concat([self.versions[-1], more], ignore_index=True))
                self.versions[-1].to_csv(self.path, index=False)
                self.log.append(f"{len(more)} more rows")
            self._step(random)
        return self

    def _step(self, random: np.random.Generator) -> None:
        kind = random.choice(["factors", "factors", "factors", "impact", "describe"])
        by = tuple(random.permutation([c for c in COLUMNS if random.random() < 0.5]).tolist())
        words = [str(self.path)]
        if random.random() < 0.2:
            words += ["--threshold", str(random.choice([5, 6, 8]))]
        form = str(random.choice(["csv", "json"]))
        words += ["--format", form]
        if kind == "factors":
            words = ["factors", *words, *(["--by", ",".join(by)] if by else [])]
        else:
            by, words = (), [*(("impact",) if kind == "impact" else ("cohort", "describe")), *words]
        code, out, err = said(*words)
        self.log.append(" ".join(words[:1] + words[2:]) + f" -> {code}")
        assert "Traceback" not in err, err
        if code not in (0, 1):
            # Too little may be printed, or a model could be solved: nothing has left.
            assert not out, (words, out)
            assert err.startswith("riskmodel: "), err
            return
        self.take((len(self.versions) - 1, by), (out, err), form, str(kind))

    def take(
        self,
        where: tuple[int, tuple[str, ...]],
        printed: tuple[str, str],
        form: str,
        kind: str = "factors",
    ) -> None:
        """Keep what an answer prints, and what is said beside it."""
        (version, by), (out, err) = where, printed
        for found in re.findall(r"zeros are withheld too of (.*?): they would", err):
            for word in found.split(", "):
                measure, _, factor = word.partition(" of ")
                self.veiled.add((measure, factor))
        self.exposed |= "can be known more closely" in err
        cells = self.shown.setdefault((version, tuple(sorted(by))), {})
        for cell, number in READ[kind](out, form, by):
            if number is not None or cells.get(cell) is None:
                cells[cell] = number


def _rows(out: str, form: str, name: str) -> list[dict]:
    if form == "csv":
        return list(csv.DictReader(io.StringIO(out)))
    data = json.loads(out)
    return data if isinstance(data, list) else data[name]


def _number(cell: object) -> int | None:
    return int(float(cell)) if re.fullmatch(r"\d+(\.0)?", str(cell)) else None


def read_factors(out: str, form: str, by: tuple[str, ...]) -> Iterator[tuple[tuple, int | None]]:
    """Counts of `factors`, by group in the order of the columns' names."""
    for row in _rows(out, form, "factors"):
        group = tuple(str(row[name]) for name in sorted(by))
        for measure in ("assessments", "plans"):
            yield (group, measure, row["factor"]), _number(row[measure])


def read_impact(out: str, form: str, by: tuple[str, ...]) -> Iterator[tuple[tuple, int | None]]:
    """Plans and assessments of each factor of a model."""
    for row in _rows(out, form, "measures"):
        if row["factor"] in NAMES:
            yield ((), "plans", row["factor"]), _number(row["numerator"])
            yield ((), "assessments", row["factor"]), _number(row["denominator"])


def read_described(out: str, form: str, by: tuple[str, ...]) -> Iterator[tuple[tuple, int | None]]:
    """Totals of `cohort describe`."""
    if form == "json":
        data = json.loads(out)
        for measure in ("assessments", "plans"):
            yield ((), f"total_{measure}", ""), _number(data[measure])


READ = {"factors": read_factors, "impact": read_impact, "describe": read_described}


class Reader:
    """Solves for what a chain withheld."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        self.places: dict[tuple, int] = {}
        self.low: list[float] = []
        self.high: list[float] = []
        self.equal: list[dict[int, float]] = []
        self.groups = [()]
        for values in COLUMNS.values():
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
            for factor in NAMES:
                # Without and with the factor, without and with a plan.
                for cell in ("00", "01", "10", "11"):
                    self.places[version, group, factor, cell] = place = self._cell()
                    if version:
                        before = self.places[version - 1, group, factor, cell]
                        self.equal.append({place: 1.0, before: -1.0, self._cell(): -1.0})
            for factor in NAMES[1:]:
                for plan in "01":
                    row = {self.places[version, group, factor, f"{f}{plan}"]: 1.0 for f in "01"}
                    row |= {self.places[version, group, NAMES[0], f"{f}{plan}"]: -1.0 for f in "01"}
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
            self.places[version, one, factor or NAMES[0], kind]: 1.0
            for one in self.groups
            if wanted.items() <= dict(zip(COLUMNS, one, strict=True)).items()
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
        found = []
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
        for factor in NAMES:
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
