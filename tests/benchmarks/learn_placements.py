"""How far starts and ends of care stray from year to year, learned from the shared panel.

    python tests/benchmarks/learn_placements.py PANEL [LAST_YEAR]

Prints what `riskmodel/parameters/data/placements.toml` holds as `placements_level_sd`,
`placements_level_log_sd` and `placements_rate_sd`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

FEWEST, CHANGES = 50, 3
"""Children a year below which a year is left out, and changes that an authority needs."""


def learned(panel: Path, last: int = 2015) -> dict[str, float]:
    """Standard deviations in log units, chance (Poisson) taken off.

    Starts of a year are held against the mean of the two years before: a level that strays by a
    random walk differs from that mean with the variance of one year of it. The rate of ends, a
    year's ends over the mean of its first and last stock, is held against the mean of the three
    years before.
    """
    frame = pd.read_csv(panel)
    frame = frame[(frame["area"] != "England") & (frame["year"] <= last)]
    level, rate = [], []
    for _, rows in frame.groupby("la_code"):
        by_year = rows.set_index("year").reindex(range(rows["year"].min(), last + 1))
        starts, ends = (by_year[name].to_numpy() for name in ("lac_starts", "lac_ends"))
        stock = by_year["lac_at_31_mar"].to_numpy()
        starts, ends = (np.where(each > FEWEST, each, np.nan) for each in (starts, ends))
        before = starts[:-2] + starts[1:-1]
        changes = np.log(2 * starts[2:] / before) ** 2 - 1 / starts[2:] - 1 / before
        if np.isfinite(changes).sum() >= CHANGES:
            level.append(np.nanmean(changes))
        a_year = ends[1:] / ((stock[:-1] + stock[1:]) / 2)
        past = sum(a_year[at : len(a_year) - 3 + at] for at in range(3)) / 3
        chance = 1 / ends[4:] + 1 / (ends[1:-3] + ends[2:-2] + ends[3:-1])
        rate += [*zip(np.log(a_year[3:] / past), chance, strict=True)]
    moved = np.array([pair for pair in rate if np.isfinite(pair).all()])
    middle, mean = np.median(level), np.mean(level)
    return {
        "placements_level_sd": float(np.sqrt(middle)),
        # Of a lognormal spread: mean over median of its square.
        "placements_level_log_sd": float(np.sqrt(np.log(mean / middle) / 2)),
        "placements_rate_sd": float(np.sqrt(moved[:, 0].var() - moved[:, 1].mean())),
        "authorities": len(level),
        "rates": len(moved),
    }


if __name__ == "__main__":
    print(learned(Path(sys.argv[1]), *map(int, sys.argv[2:3])))
