"""Chains of releases of the same records, and a reader who keeps all and solves for the rest.

A chain is a list of commands over one file: tables by any columns, models, descriptions, reports
with all their faces, other thresholds, and records that grow between them.
"""

from __future__ import annotations

import contextlib
import csv
import functools
import io
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import numpy as np
import pandas as pd
import typer.main

from riskmodel.cli import folder
from riskmodel.cli.run import run
from tests.outputs.inputs import panel_text

from .faces import LABELS, seen_in_report, tables_of

NAMES = ("child_neglect", "child_self_harm", "parent_mental_health", "child_gangs")
COLUMNS = {"area": ("north", "south", "east"), "gender": ("F", "M"), "period": ("early", "late")}
WIDTH = 4
"""Threshold 5 less 1: a small count stays open over so much."""
ABOUT = '[about]\nname = "Northshire"\ndate = 2015-03-31\n'

# The parser of the words is made once, not with each command.
typer.main.get_command = functools.cache(typer.main.get_command)


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
    # A command reads the folder as it is now: it would, in a process of its own.
    folder._open.cache_clear()
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            run()
    except SystemExit as ended:
        code = int(ended.code or 0)
    finally:
        sys.argv = before
    return code, out.getvalue(), err.getvalue()


def national_of(place: Path) -> str:
    """What `national` prints of a folder with a panel, in every format."""
    printed = []
    for form in ("text", "csv", "json"):
        words = ("--months", "12", "--simulations", "100", "--format", form)
        code, *both = said("national", str(place), *words)
        assert code == 0, both
        printed += both
    return "\n".join(printed)


@dataclass
class Chain:
    """What was printed, step by step.

    Most chains are over two factors and two columns, so that many can be run; some over all.
    """

    folder: Path
    seed: int
    steps: int = 4
    log: list[str] = field(default_factory=list)
    # (version of the records, columns) -> (group, measure, factor) -> number
    shown: dict[tuple[int, tuple[str, ...]], dict[tuple, int | None]] = field(default_factory=dict)
    veiled: set[tuple[str, str]] = field(default_factory=set)
    exposed: bool = False
    log_kinds: list[str] = field(default_factory=list)
    """Commands that answered."""
    national: str = ""
    """What `national` printed first."""
    seen: list[str] = field(default_factory=list)
    """What a face of a report shows besides."""

    def go(self) -> Chain:
        """Run the chain."""
        random = np.random.default_rng(self.seed)
        all_columns, all_names = random.random(2) < 0.15
        some = random.permutation(len(COLUMNS)), random.permutation(len(NAMES))
        self.columns = {
            name: values
            for place, (name, values) in enumerate(COLUMNS.items())
            if all_columns or place in some[0][:2]
        }
        self.names = NAMES if all_names else tuple(NAMES[place] for place in sorted(some[1][:2]))
        (self.folder / "returns").mkdir(exist_ok=True)
        (self.folder / "authority.toml").write_text(ABOUT, encoding="utf-8")
        self.path = self.folder / "returns" / "own.csv"
        self.versions: list[pd.DataFrame] = []
        self._grow(random, int(random.integers(60, 320)))
        for _ in range(self.steps):
            if random.random() < 0.2:
                self._grow(random, int(random.integers(1, 40)))
            self._step(random)
            if self.seed % 10 == 3:
                self._national()
        return self

    def _national(self) -> None:
        """Of a panel in the folder: whatever the records are by now, it prints the same."""
        panel = self.folder / "panel.csv"
        if not panel.exists():
            panel.write_text(panel_text(Random(self.seed)), encoding="utf-8")
        printed = national_of(self.folder)
        self.log.append("national")
        self.log_kinds.append("national")
        self.national = self.national or printed
        assert printed == self.national, self.log

    def _grow(self, random: np.random.Generator, size: int) -> None:
        more = records(random, size)[["plan", *self.names, *self.columns]]
        self.versions.append(pd.concat([*self.versions[-1:], more], ignore_index=True))
        self.versions[-1].to_csv(self.path, index=False)
        self.log.append(f"{size} more rows")
        self.log_kinds += ["update"] if len(self.versions) > 1 else []

    def _step(self, random: np.random.Generator) -> None:
        kinds = ("factors", "impact", "describe", "report")
        kind = str(random.choice(kinds, p=(0.64, 0.18, 0.14, 0.04)))
        by = tuple(random.permutation([c for c in self.columns if random.random() < 0.5]).tolist())
        form = str(random.choice(["csv", "json"]))
        words = [str(self.path)]
        if random.random() < 0.2:
            words += ["--threshold", str(random.choice([5, 6, 8]))]
        if kind == "report":
            place = self.folder / f"given{len(self.log)}"
            words[:1] = ["report", str(self.folder), "--final", "--simulations", "100"]
            words += ["--out", str(place)]
        else:
            words += ["--format", form]
        if kind == "factors":
            words = ["factors", *words, *(["--by", ",".join(by)] if by else [])]
        elif kind != "report":
            words = [*(("impact",) if kind == "impact" else ("cohort", "describe")), *words]
        by = by if kind == "factors" else ()
        code, out, err = said(*words)
        self.log.append(f"{kind} {' '.join(words[2:])} -> {code}")
        assert "Traceback" not in err, err
        if code not in (0, 1):
            # Too little may be printed, or a model could be solved: nothing has left.
            assert not out, (words, out)
            assert err.startswith("riskmodel: "), err
            return
        self.log_kinds.append(kind)
        if kind == "report":
            out = str(place)
        self.take((len(self.versions) - 1, by), (out, err), form, kind)

    def take(
        self,
        where: tuple[int, tuple[str, ...]],
        printed: tuple[str, str],
        form: str,
        kind: str = "factors",
    ) -> None:
        """Keep what an answer prints, and what is said beside it."""
        (version, by), (out, err) = where, printed
        for found in re.findall(r"zeros are withheld too in (.*?): they would", err):
            for word in found.split(", "):
                measure, _, factor = word.partition(" of ")
                self.veiled.add((measure, factor))
        self.exposed |= "can be known more closely" in err
        cells = self.shown.setdefault((version, tuple(sorted(by))), {})
        if kind == "report":
            self.seen += seen_in_report(Path(out))
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
    """Plans and assessments of each factor of a model; of the others it says nothing.

    A row of a factor that is in no model is withheld whatever its counts are, zeros too.
    """
    for row in _rows(out, form, "measures"):
        if row["factor"] in NAMES:
            for measure, column in (("plans", "numerator"), ("assessments", "denominator")):
                if (number := _number(row[column])) is not None:
                    yield ((), measure, row["factor"]), number


def read_described(out: str, form: str, by: tuple[str, ...]) -> Iterator[tuple[tuple, int | None]]:
    """Totals of `cohort describe`."""
    if form == "json":
        data = json.loads(out)
        for measure in ("assessments", "plans"):
            yield ((), f"total_{measure}", ""), _number(data[measure])


def read_report(out: str, form: str, by: tuple[str, ...]) -> Iterator[tuple[tuple, int | None]]:
    """Counts of the tables of a report."""
    for row in tables_of(Path(out)).get("factor-rates", ()):
        for measure in ("assessments", "plans"):
            yield ((), measure, LABELS[row["factor"]]), _number(row[measure])


READ = {
    "factors": read_factors,
    "impact": read_impact,
    "describe": read_described,
    "report": read_report,
}
