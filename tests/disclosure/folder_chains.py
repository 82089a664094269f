"""Chains of what is no table of factors: shares in time and placements of a folder that changes.

The dates of a folder grow by a month, and its return on children looked after is corrected. The
reader knows every number that was printed, how they add up, and that a withheld one is at least 1.
"""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from scipy.optimize import linprog

from .chains import ABOUT, WIDTH, said

HEAD = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE"
PLACES = ("U4,PR1", "U4,PR4", "K2,PR1", "H5,PR4", "P2,PR4")
SMALL = ("--months", "1", "--simulations", "40", "--format", "csv")
LIMIT_DAYS = 3
"""Of the interview after a child has come back."""
Counts = dict[str, list[int]]


@dataclass
class FolderChain:
    """What was printed of a folder, step by step; with ``forgets`` nothing is remembered."""

    folder: Path
    seed: int
    steps: int = 5
    forgets: bool = False
    kinds: tuple[str, ...] = ("timeliness", "placements")
    exposed: bool = False
    log: list[str] = field(default_factory=list)
    log_kinds: list[str] = field(default_factory=list)
    # Of each answer: period -> due, in time, late; and the same of every month as it was.
    in_time: list[tuple[Counts, Counts]] = field(default_factory=list)
    # Of each answer: dimension -> group -> number or None; and as it was.
    stocks: list[tuple[dict, dict]] = field(default_factory=list)

    def go(self) -> FolderChain:
        """Run the chain."""
        random = np.random.default_rng(self.seed)
        (self.folder / "looked_after").mkdir(exist_ok=True)
        (self.folder / "authority.toml").write_text(ABOUT, encoding="utf-8")
        self.waits = [self._wait(random, 1 + n % 3) for n in range(int(random.integers(40, 130)))]
        self.children = random.choice(len(PLACES), int(random.integers(30, 90)), p=(5, 3, 1, 1, 1)
                                      / np.float64(11))  # fmt: skip
        self.last = 3
        self._write()
        for _ in range(self.steps):
            if random.random() < 0.5:
                self._change(random)
                self._write()
            self._step(str(random.choice(self.kinds)))
        return self

    def _wait(self, random: np.random.Generator, month: int) -> tuple[int, int, int]:
        return month, int(random.integers(1, 29)), int(random.choice([1, 2, 6, 40]))

    def _change(self, random: np.random.Generator) -> None:
        """Another month of dates, or a few placements corrected."""
        if random.random() < 0.6 and self.last < 6:
            self.last += 1
            self.waits += [self._wait(random, self.last) for _ in range(random.integers(3, 40))]
            self.log.append(f"a month more, {self.last}")
        else:
            few = random.integers(0, len(self.children), int(random.integers(1, 5)))
            self.children[few] = random.integers(0, len(PLACES), len(few))
            self.log.append(f"{len(few)} placements corrected")
        self.log_kinds.append("update")

    def _write(self) -> None:
        end = np.datetime64(f"2015-{self.last:02}") + 1
        self.until = end.astype("datetime64[D]") - 1
        about = ABOUT.replace("2015-03-31", str(self.until))
        (self.folder / "authority.toml").write_text(about, encoding="utf-8")
        rows = []
        for month, day, took in self.waits:
            start = np.datetime64(f"2015-{month:02}-{day:02}")
            over = start + took <= self.until
            rows.append(f"return_interview,{start},{start + took if over else ''}")
        _write(self.folder / "timeliness.csv", "measure,started,ended", rows)
        place = self.folder / "looked_after"
        rows = [f"{n},2014-{4 + n % 9:02}-05,S,C1,N1,{PLACES[at]},,,"
                for n, at in enumerate(self.children)]  # fmt: skip
        _write(place / "episodes.csv", HEAD, rows)
        born = [f"{n},1,{2001 + n % 10}-03-01,WBRI" for n in range(len(self.children))]
        _write(place / "header.csv", "CHILD,SEX,DOB,ETHNIC", born)

    def _step(self, kind: str) -> None:
        words = ("service", str(self.folder), "--show", "timeliness", "--format", "csv")
        if kind == "placements":
            words = ("placements", str(self.folder / "looked_after"), "--show", "now", *SMALL)
        if self.forgets:
            words += ("--ledger", str(self.folder / f"ledger{len(self.log)}"))
        code, out, err = said(*words)
        self.log.append(f"{kind} -> {code}")
        assert "Traceback" not in err, err
        assert code == 0 or err.startswith("riskmodel: "), err
        if code:
            return
        self.log_kinds.append(kind)
        rows = list(csv.DictReader(io.StringIO(out)))
        (self._take_in_time if kind == "timeliness" else self._take_stocks)(rows)

    def _take_in_time(self, rows: list[dict]) -> None:
        printed = {
            row["month"]: [int(row[name]) for name in ("number", "in_time", "late")]
            for row in rows
            if row["month"] != "all months" and "[c]" not in row["number"]
        }
        true: Counts = {}
        for month, day, took in self.waits:
            counts = true.setdefault(f"2015-{month:02}", [0, 0, 0])
            start = np.datetime64(f"2015-{month:02}-{day:02}")
            known = min(took, int((self.until - start).astype(int)))
            if took == known or known > LIMIT_DAYS:
                counts[0] += 1
                counts[2 if known > LIMIT_DAYS else 1] += 1
        for period, counts in printed.items():
            first, _, last = period.partition(" to ")
            inside = [true[month] for month in true if first <= month <= (last or first)]
            assert np.sum(inside, axis=0).tolist() == counts, (self.log, period, counts, inside)
        self.in_time.append((printed, true))

    def _take_stocks(self, rows: list[dict]) -> None:
        printed: dict[str, dict[str, int | None]] = {}
        for row in rows:
            number = int(row["stock"]) if row["stock"].isdigit() else None
            printed.setdefault(row["by"], {})[row["group"]] = number
        at = {place: int((self.children == n).sum()) for n, place in enumerate(PLACES)}
        self.stocks.append((printed, at))

    def recovered(self) -> list[str]:
        """Small counts and small changes that the reader knows."""
        return [*self._differences(), *self._solved()]

    def _differences(self) -> Iterator[str]:
        """Differences of runs of periods that lie within one another."""
        runs = [list(_runs(printed)) for printed, _ in self.in_time]
        for number, (_, _, counts) in ((n, run) for n, found in enumerate(runs) for run in found):
            if any(1 <= count <= WIDTH + 1 for count in counts):
                yield f"timeliness, answer {number}: {counts}"
        for earlier, later in itertools.combinations(range(len(runs)), 2):
            for first, last, before in runs[earlier]:
                for begin, end, after in runs[later]:
                    change = [abs(a - b) for a, b in zip(after, before, strict=True)]
                    is_few = any(1 <= one <= WIDTH + 1 for one in change)
                    if begin <= first and last <= end and is_few:
                        yield f"timeliness, {begin} to {end} of answer {later}: {change}"

    def _solved(self) -> Iterator[str]:
        """Placements: what all answers on one state leave of the stocks they withhold.

        What one answer withholds another may print: both are put into one table, and the stocks
        that no answer printed add up to what is left of the total. Of two states it is the change
        that may not be known.
        """
        states: dict[tuple, dict[str, dict[str, int | None]]] = {}
        for number, (printed, at) in enumerate(self.stocks):
            known = states.setdefault(tuple(at.values()), {})
            for by, groups in printed.items():
                table = known.setdefault(by, {})
                for name, shown in groups.items():
                    if shown is not None and table.get(name, shown) not in (None, shown):
                        yield f"placements, answer {number}, {by} {name}: not as before"
                    table[name] = table.get(name) if shown is None else shown
        ends = [{by: _ends(groups) for by, groups in known.items()} for known in states.values()]
        for place, known in enumerate(ends):
            for by, groups in known.items():
                for name, (low, high) in groups.items():
                    is_few = low <= WIDTH + 1 and high > 0
                    if is_few and high - low < WIDTH:
                        yield f"placements, state {place}, {by} {name}: {low:g} to {high:g}"
        for (earlier, then), (later, now) in itertools.combinations(enumerate(ends), 2):
            for by in then.keys() & now.keys():
                for name in then[by].keys() & now[by].keys():
                    (low, high), (least, most) = then[by][name], now[by][name]
                    change = abs(most - low)
                    if high - low + most - least < 1 and 1 <= change <= WIDTH + 1:
                        yield f"placements, state {earlier} to {later}, {by} {name}: {change:g}"


def _ends(groups: dict[str, int | None]) -> dict[str, tuple[float, float]]:
    """Least and greatest of every stock of one table; one that is withheld is at least 1."""
    hidden = [name for name, number in groups.items() if number is None]
    found = {name: (float(n), float(n)) for name, n in groups.items() if n is not None}
    shown = sum(n for name, n in groups.items() if n is not None and name != "all")
    row = [-1.0 if name == "all" else 1.0 for name in hidden]
    rest = (groups["all"] - shown) if groups["all"] is not None else -shown
    for place, name in enumerate(hidden):
        two = []
        for sign in (1.0, -1.0):
            objective = [sign * (n == place) for n in range(len(hidden))]
            result = linprog(objective, A_eq=[row], b_eq=[rest], bounds=[(1, None)] * len(hidden))
            assert result.status in (0, 3), result.message
            two.append(sign * result.fun if result.status == 0 else np.inf)
        found[name] = (two[0], two[1])
    return found


def _runs(printed: Counts) -> Iterator[tuple[str, str, list[int]]]:
    """Every run of periods that follow one another: first and last month, and its counts."""
    periods = sorted(printed)
    for first, last in itertools.combinations(range(len(periods) + 1), 2):
        inside = periods[first:last]
        end = inside[-1].rpartition(" to ")[2]
        counts = np.sum([printed[period] for period in inside], axis=0)
        yield inside[0].partition(" to ")[0], end, counts.tolist()


def _write(path: Path, heading: str, rows: list[str]) -> None:
    path.write_text("\n".join([heading, *rows]) + "\n", encoding="utf-8")
