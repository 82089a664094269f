"""Writes the measured figures of backtest.md that do not ship with the package (``make measured``).

It needs the authority panel, which does not ship:

make backtests PANEL=../somewhere/panel.csv
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

import pandas as pd

from riskmodel.demand.pooled.backtest import backtest
from riskmodel.demand.pooled.coverage import coverage_by
from riskmodel.demand.pooled.history import FLOW_MEASURES, STOCK_MEASURES
from riskmodel.demand.pooled.judged import MODELS, OURS
from riskmodel.demand.pooled.measured import MEASURED_ORIGINS
from riskmodel.intake import read_panel

ORIGINS = MEASURED_ORIGINS
QUICK = tuple(name for name in MODELS if name not in ("ets", "arima"))
"""Models that flows are judged beside: two that fit each series anew take an hour."""

PARTINGS = ((2, 0), (10, 0), (5, 1), (5, 2), (5, 3))
AGES = (0, 2, 4)
OLDER_ORIGINS = tuple(range(2018, 2022))
"""Origins that learning of each of these ages is judged at, the same for all."""
DECIMALS = 2


def measured(panel: Path) -> pd.DataFrame:
    """All figures in one table: what a row is of stands in ``table``."""
    figures = read_panel(panel)
    pieces = []
    for measure in STOCK_MEASURES.values():
        found = backtest(figures, measure, origins=ORIGINS)
        sizes = found.by_size()
        tenths = found.pit_histogram()
        pieces += [
            sizes[sizes["model"] == OURS].assign(table="size"),
            coverage_by(found).assign(table="coverage"),
            tenths[tenths["model"] == OURS].assign(table="pit", measure=measure),
            *(
                found.lead(model).assign(table="lead", measure=measure)
                for model in sorted(set(found.frame["model"]) - {OURS})
            ),
        ]
        for folds, seed in PARTINGS:
            other = backtest(
                figures, measure, origins=ORIGINS, models=(OURS,), folds=folds, seed=seed
            )
            rows = other.skill(resamples=1)
            pieces.append(
                rows[rows["model"] == OURS].assign(table="parting", folds=folds, seed=seed)
            )
        for age in AGES:
            older = backtest(figures, measure, origins=OLDER_ORIGINS, models=(OURS,), age=age)
            pieces.append(older.skill(resamples=1).assign(table="older", age=age))
    for measure in FLOW_MEASURES:
        found = backtest(figures, measure, origins=ORIGINS, models=QUICK)
        pieces += [
            found.skill().assign(table="flow"),
            coverage_by(found).assign(table="coverage"),
        ]
    return pd.concat(pieces, ignore_index=True)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    table = measured(Path(sys.argv[1]))
    first = ["table", "measure"]
    table = table[[*first, *(name for name in table.columns if name not in first)]]
    table.round(DECIMALS).to_csv(sys.stdout, index=False, lineterminator="\n")
