"""Tables of one factor by area, withheld by riskmodel and by Tau-Argus: how many counts by each.

``python tests/attacks/second_opinion.py 40 [SEED]``, with ``pytauargus`` installed.

Tau-Argus is given the table by area, factor and plan, whose sums are all that riskmodel ties
together too; counts of 1 to 5 are unsafe, and cells are withheld by the optimal method. Compared
are the counts that riskmodel prints: assessments and plans with the factor, by area and in all.
"""

from __future__ import annotations

import contextlib
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from riskmodel.assessments import FactorCounts
from riskmodel.disclosure import Policy, protect_counts
from riskmodel.disclosure.cells import TOTAL
from tests.disclosure.chains import NAMES, records

RANGE = 50
"""Per cent of a small count by which Tau-Argus leaves it open on each side; 50 of 4 are as many as
riskmodel leaves open in all."""
Cell = tuple[str, str]
"""An area and a measure."""


class Ours(NamedTuple):
    """What riskmodel withholds of a table."""

    hidden: set[Cell]
    open_counts: list[int]
    """Of every cell that a reader cannot work out."""
    known: int
    """Small counts that are known more closely than allowed."""
    not_half_open: int
    """Small counts that do not lie open by half of themselves on both sides, as Tau-Argus asks."""


def ours(frame: pd.DataFrame, name: str) -> Ours:
    """What riskmodel withholds."""
    groups = {
        (area,): FactorCounts.from_rows(
            [(name, int(rows[name].sum()), int((rows[name] & rows["plan"]).sum()))],
            total_plans=int(rows["plan"].sum()),
            total_assessments=len(rows),
        )
        for area, rows in frame.groupby("area")
    }
    policy = Policy()
    protected = protect_counts(groups, policy, by=["area"])
    assert protected.table is not None
    ends = protected.table.attack()
    known = sum(
        policy.is_small(protected.table.table.cells[cell]) and high - low < policy.threshold - 1
        for cell, (low, high) in ends.items()
    )
    hidden = {
        ("Total" if key == TOTAL else str(key[0]), measure)
        for key in (*groups, TOTAL)
        for measure in ("assessments", "plans")
        if not isinstance(protected.printed(key, measure, name), int)
    }
    cells = protected.table.table.cells
    half = RANGE / 100
    narrow = sum(
        policy.is_small(cells[cell])
        and not (low <= cells[cell] * (1 - half) and high >= cells[cell] * (1 + half))
        for cell, (low, high) in ends.items()
    )
    return Ours(
        hidden, [cells[cell] for cell, (low, high) in ends.items() if low < high], known, narrow
    )


def theirs(frame: pd.DataFrame, name: str) -> tuple[set[Cell], list[int]]:
    """What Tau-Argus withholds of the same counts, and the counts of all cells withheld."""
    from pytauargus import protect

    words = {True: "yes", False: "no"}
    table = pd.DataFrame(
        {"area": frame["area"], "factor": frame[name].map(words), "plan": frame["plan"].map(words)}
    ).assign(one=1.0)
    # It leaves files of its own wherever it is run.
    with tempfile.TemporaryDirectory() as place, contextlib.chdir(place):
        found = protect(
            table,
            ["area", "factor", "plan"],
            response="one",
            safety_rules=f"FREQ(6,{RANGE})",
            suppress="OPT(1)",
            workdir=place,
        )
        rows = found.tables[0].rows
        hidden = [value == "x" for value in found.tables[0].safe()]
    measures = {"Total": "assessments", "yes": "plans"}
    printed = {
        (str(row["area"]), measures[str(row["plan"])])
        for row, is_hidden in zip(rows, hidden, strict=True)
        if is_hidden and row["factor"] == "yes" and row["plan"] in measures
    }
    counts = [
        round(float(row["one"])) for row, is_hidden in zip(rows, hidden, strict=True) if is_hidden
    ]
    return printed, counts


def main() -> None:
    """Compare so many tables."""
    number, *first = map(int, sys.argv[1:])
    seen: Counter[str] = Counter()
    for seed in range(*(first or [0]), (first or [0])[0] + number):
        random = np.random.default_rng(seed)
        frame = records(random, int(random.integers(100, 500)))
        frame = frame.assign(**{name: frame[name] == "true" for name in ("plan", *NAMES)})
        name = str(random.choice(NAMES))
        if frame[name].any():
            mine, (other, counts) = ours(frame, name), theirs(frame, name)
            number_open = len(mine.open_counts)
            seen.update(tables=1, ours=len(mine.hidden), tau=len(other))
            seen.update(both=len(mine.hidden & other))
            seen.update({"open after ours": number_open, "withheld by tau of all": len(counts)})
            seen.update({"known too closely": mine.known, "fewer open": number_open < len(counts)})
            if number_open < len(counts):
                print(
                    f"seed {seed}: {number_open} cells open that count {sum(mine.open_counts):,}, "
                    f"Tau-Argus {len(counts)} that count {sum(counts):,}; small counts not half "
                    f"open on both sides: {mine.not_half_open}"
                )
    print(dict(seen))


if __name__ == "__main__":
    main()
