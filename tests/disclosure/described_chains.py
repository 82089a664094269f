"""Chains of descriptions of records that grow: how many values of a column are missing.

The reader knows every number that was printed and what it was rounded to, that a column of more
records misses no fewer values, and that a withheld number is at least 1, unless the column was
printed as one that may miss none: a rounded answer beside an exact none is withheld too.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from riskmodel.disclosure import Policy

from .chains import WIDTH, records, said

COLUMNS = ("area", "gender", "period")


@dataclass
class DescribedChain:
    """What was printed of each state of the records; with ``forgets`` nothing is remembered."""

    folder: Path
    seed: int
    steps: int = 6
    forgets: bool = False
    exposed: bool = False
    log: list[str] = field(default_factory=list)
    log_kinds: list[str] = field(default_factory=list)
    # Of each state: column -> what the printed number can stand for, or None; and as it was.
    shown: list[dict[str, tuple[int, int] | None]] = field(default_factory=list)
    true: list[dict[str, int]] = field(default_factory=list)

    def go(self) -> DescribedChain:
        """Run the chain."""
        random, chosen = np.random.default_rng(self.seed), np.random.default_rng([self.seed, 1])
        frame = self._more(random, int(random.integers(80, 300)))
        path = self.folder / "own.csv"
        for step in range(self.steps):
            if step and random.random() < 0.7:
                more = self._more(random, int(random.integers(1, 60)))
                frame = pd.concat([frame, more], ignore_index=True)
                self.log_kinds.append("update")
            frame.to_csv(path, index=False)
            form = str(random.choice(["csv", "json"]))
            words = ["cohort", "describe", str(path), "--format", form]
            words += ["--ledger", str(self.folder / f"ledger{step}")] if self.forgets else []
            # The first answer is exact, as most are; others are rounded or withhold more.
            policy = Policy(
                threshold=int(chosen.choice([5, 5, 5, 5, 12])) if step else 5,
                round_to=(None, None, None, None, 5, 10)[int(chosen.integers(6))] if step else None,
            )
            words += ["--threshold", str(policy.threshold)]
            words += ["--round-to", str(policy.round_to)] if policy.round_to else []
            code, out, err = said(*words)
            self.log.append(f"describe {len(frame)} rows -> {code}")
            assert "Traceback" not in err, err
            assert code in (0, 1), err
            self.log_kinds.append("describe missing")
            self.exposed |= "can be known more closely" in err
            rows = (
                json.loads(out)["columns"] if form == "json" else csv.DictReader(io.StringIO(out))
            )
            printed = {row["column"]: str(row["missing"]) for row in rows}
            self.true.append({name: int((frame[name] == "").sum()) for name in COLUMNS})
            self.shown.append(
                {
                    name: policy.known(self.true[-1][name]) if printed[name].isdigit() else None
                    for name in COLUMNS
                }
            )
            for name, number in self.true[-1].items():
                is_number = printed[name].isdigit()
                assert not is_number or printed[name] == str(policy.printed(number))
        return self

    def _more(self, random: np.random.Generator, size: int) -> pd.DataFrame:
        frame = records(random, size)
        for name, share in zip(COLUMNS, (0.02, 0.05, 0.1), strict=True):
            frame[name] = np.where(random.random(size) < share, "", frame[name])
        return frame

    def recovered(self) -> list[str]:
        """Small numbers, and small changes of them, that the reader knows."""
        return [each for name in COLUMNS for each in self._of_column(name)]

    def _of_column(self, name: str) -> Iterator[str]:
        low, high = self._ends(name)
        for state, true in enumerate(one[name] for one in self.true):
            assert low[state] <= true <= high[state], (self.log, name, state)
            if 1 <= true <= WIDTH + 1 and high[state] - low[state] < WIDTH:
                yield f"{name}, state {state}: {low[state]:g} to {high[state]:g}"
        for then, now in itertools.combinations(range(len(low)), 2):
            change = self.true[now][name] - self.true[then][name]
            is_known = low[then] == high[then] and low[now] == high[now]
            if 1 <= change <= WIDTH + 1 and is_known:
                yield f"{name}, state {then} to {now}: {change} more"

    def _ends(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Least and greatest number of each state: none is smaller than one before it."""
        numbers = [one[name] for one in self.shown]
        least = 0.0 if any(ends is not None and ends[0] == 0 for ends in numbers) else 1.0
        low = np.array([least if ends is None else ends[0] for ends in numbers])
        high = np.array([np.inf if ends is None else ends[1] for ends in numbers])
        return np.maximum.accumulate(low), np.minimum.accumulate(high[::-1])[::-1]
