"""Returns on looked-after children with a known truth, made day by day and child by child.

Nothing of the package's own model is used: rates fall smoothly with time in care, change smoothly
with age, and differ from year to year; entries have a season and a level that strays.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

KINDS = ("own", "agency", "kinship", "own_home", "private_home", "supported", "adoption", "parents")
CODES = (
    ("U4", "PR1"), ("U4", "PR4"), ("U1", "PR1"), ("K2", "PR1"), ("K2", "PR4"), ("H5", "PR4"),
    ("A4", "PR1"), ("P1", "PR0"),
)  # fmt: skip
REASONS = ("E4A", "E43", "E12", "E5", "E8")
YEARS, BURN_IN = 5, 7
FIRST = np.datetime64("2015-04-01", "D")
"""The first day of the return; what happens in the years before it fills the stock."""

# A year, by kind: home, guardianship, adopted, independent, other.
_EXITS = np.array(
    [
        [.26, .07, .02, .01, .03], [.18, .05, .01, .01, .03], [.24, .25, .01, .01, .03],
        [.35, .01, 0, .02, .05], [.24, .01, 0, .02, .05], [.1, 0, 0, .2, .2],
        [.05, .02, 1.2, 0, .02], [.6, .05, .01, .01, .05],
    ]
)  # fmt: skip
_MOVES = np.array(
    [
        [0, .15, .05, .01, .04, .05, .05, .04], [.10, 0, .03, .01, .07, .06, .02, .02],
        [.08, .08, 0, .01, .02, .02, .01, .04], [.10, .12, .03, 0, .2, .3, 0, .05],
        [.05, .12, .02, .05, 0, .3, 0, .03], [.02, .03, .01, .01, .06, 0, 0, .02],
        [.04, .02, .01, 0, 0, 0, 0, .01], [.1, .1, .05, .01, .04, .02, 0, 0],
    ]
)  # fmt: skip


@dataclass
class MadeUp:
    """Episodes of every child until the last day, and dates of birth."""

    episodes: pd.DataFrame
    children: pd.DataFrame

    def known_on(self, day: np.datetime64) -> pd.DataFrame:
        """Episodes as a return that ends before a day has them."""
        cut = self.episodes[self.episodes["start"] < day].copy()
        later = cut["end"].notna() & (cut["end"] >= day)
        cut.loc[later, ["end", "REC"]] = [pd.NaT, ""]
        return cut[cut["end"].isna() | (cut["end"] >= FIRST)]


def _ages(age: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Times the rates of exits by reason and of moves by where to, at an age."""
    young = np.clip((8 - age) / 8, 0, 1)
    exits = np.stack(
        [1 - .3 * young, .4 + 1.2 * young, 2 * young, np.clip(age - 15.5, 0, 3), np.ones(len(age))],
        axis=1,
    )  # fmt: skip
    teen = np.clip((age - 7) / 6, 0, 1.4)
    one = np.ones(len(age))
    moves = [one, one, one, teen, teen, np.clip(age - 15.8, 0, 2) * 2, 2 * young, one]
    return exits, np.stack(moves, axis=1)


def made_up(seed: int, a_month: float = 18.0) -> MadeUp:
    """A return of five years of an authority in which so many children begin a month."""
    random = np.random.default_rng(seed)
    days = 365 * (YEARS + BURN_IN) + 2
    start = FIRST - np.timedelta64(365 * BURN_IN, "D")
    level = np.exp(np.cumsum(random.normal(0, 0.08 / np.sqrt(365), days)))
    level /= level[: 365 * BURN_IN].mean()
    by_year = np.exp(random.normal(0, 0.08, (YEARS + BURN_IN + 1, 2)))
    child = np.zeros(0, dtype=int)
    kind, born, care, since = (np.zeros(0, dtype=int) for _ in range(4))
    rows: list[tuple[int, int, int, int, str, str]] = []
    all_born: list[int] = []
    reason = np.zeros(0, dtype="U1")
    for day in range(days):
        season = 1 + 0.1 * np.sin(2 * np.pi * day / 365)
        number = random.poisson(a_month / 30.4375 * level[day] * season)
        age = _entry_ages(random, number)
        new = len(all_born) + np.arange(number)
        all_born += [day - int(each * 365.25) for each in age]
        child = np.append(child, new)
        kind = np.append(kind, [_entry_kind(random, each) for each in age]).astype(int)
        born = np.append(born, [all_born[each] for each in new]).astype(int)
        care, since = (np.append(each, np.full(number, day)).astype(int) for each in (care, since))
        reason = np.append(reason, np.full(number, "S"))
        years = (day - born) / 365.25
        fade = 0.55 + 1.3 * np.exp(-(day - care) / 250)
        effect = by_year[day // 365]
        exits, moves = _ages(years)
        exits = _EXITS[kind] * exits * (fade * effect[0])[:, None] / 365
        moves = _MOVES[kind] * moves * (fade * effect[1])[:, None] / 365
        both = np.concatenate([exits, moves], axis=1).cumsum(axis=1)
        luck = random.random(len(child))
        happens = (luck < both[:, -1]) & (care < day)
        event = (both <= luck[:, None]).sum(axis=1)
        grown = years >= 18
        for at in np.flatnonzero(happens | grown):
            leaves = grown[at] or event[at] < len(REASONS)
            why = "E17" if grown[at] else (REASONS[event[at]] if leaves else "X1")
            rows.append((child[at], since[at], day, kind[at], reason[at], why))
            if not leaves:
                kind[at], since[at], reason[at] = event[at] - len(REASONS), day, "P"
        gone = grown | (happens & (event < len(REASONS)))
        child, kind, born, care, since, reason = (
            each[~gone] for each in (child, kind, born, care, since, reason)
        )
    rows += [
        (*each, "") for each in zip(child, since, [-1] * len(child), kind, reason, strict=True)
    ]
    return _framed(rows, np.array(all_born), start)


def _entry_ages(random: np.random.Generator, number: int) -> np.ndarray:
    groups = random.choice(4, size=number, p=[0.2, 0.3, 0.3, 0.2])
    low, high = np.array([0, 1, 9, 15])[groups], np.array([1, 9, 15, 17.8])[groups]
    return low + (high - low) * random.random(number)


def _entry_kind(random: np.random.Generator, age: float) -> int:
    older = np.clip((age - 8) / 8, 0, 1)
    shares = np.array([
        .5 - .2 * older, .24 + .04 * older, .15 - .06 * older, .03 * older, .1 * older,
        .35 * (age > 16), .02 * (age < 2), .06,
    ])  # fmt: skip
    return int(random.choice(len(KINDS), p=shares / shares.sum()))


def _framed(rows: list[tuple], born: np.ndarray, start: np.datetime64) -> MadeUp:
    frame = pd.DataFrame(rows, columns=["CHILD", "begun", "over", "kind", "RNE", "REC"])
    frame["start"] = start + frame["begun"].to_numpy().astype("timedelta64[D]")
    over = start + np.maximum(frame["over"], 0).to_numpy().astype("timedelta64[D]")
    frame["end"] = pd.Series(over).where(frame["over"] >= 0)
    frame["PLACE"] = np.array([code for code, _ in CODES])[frame["kind"]]
    frame["PLACE_PROVIDER"] = np.array([code for _, code in CODES])[frame["kind"]]
    frame = frame.assign(LS="C2", CIN="N1", REASON_PLACE_CHANGE="", CHILD=frame["CHILD"] + 1)
    dates = (start + born.astype("timedelta64[D]")).astype(str)
    children = pd.DataFrame({"CHILD": np.arange(len(born)) + 1, "SEX": 1, "DOB": dates})
    kept = frame[frame["end"].isna() | (frame["end"] >= FIRST)]
    return MadeUp(kept.sort_values(["CHILD", "start"]), children.assign(ETHNIC="WBRI"))
