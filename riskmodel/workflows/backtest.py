"""How far projections of demand have been right before."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from riskmodel.demand.learning.backtest import backtest
from riskmodel.demand.learning.judged import MODELS, REFERENCE, Backtest
from riskmodel.engines import Engine, as_engine
from riskmodel.errors import DataError
from riskmodel.intake import read_panel
from riskmodel.series import AuthorityPanel

if TYPE_CHECKING:
    from riskmodel.report.charts import Drawing

__all__ = ["MODELS", "backtest_panel", "draw_backtest", "usual_workers"]

MOST_WORKERS = 4
"""Unless more are asked for: each takes some 200 MB."""


def backtest_panel(  # noqa: PLR0913  each is a choice of the reader's
    path: Path,
    measure: str,
    *,
    origins: Sequence[int] | None = None,
    horizons: Sequence[int] = (1, 2, 3, 4),
    models: Sequence[str] = MODELS,
    folds: int = 5,
    seed: int = 0,
    workers: int | Engine | None = None,
    today: date | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Backtest:
    """Judge projections of one stock on the history that a file holds.

    Parameters
    ----------
    path
        Plain CSV of figures by authority and year, see :func:`riskmodel.intake.read_panel`.
    measure, origins, horizons, models, folds, seed, progress
        As for :func:`riskmodel.demand.learning.backtest.backtest`.
    workers
        Processes, or an engine; None takes the machine's processors, four at most. The answer is
        the same.
    today
        No figure may be of a later 31 March; None takes the clock's.

    Raises
    ------
    DataError
        When the file is not such a table, holds the future, or an option is out of range.
    """
    engine = as_engine(usual_workers() if workers is None else workers)
    panel = read_panel(path)
    _refuse_the_future(panel, today or date.today())
    return backtest(
        panel,
        measure,
        origins=origins,
        horizons=horizons,
        models=models,
        folds=folds,
        seed=seed,
        workers=engine,
        progress=progress,
    )


def usual_workers() -> int:
    """The machine's processors, :data:`MOST_WORKERS` at most."""
    return min(os.cpu_count() or 1, MOST_WORKERS)


def _refuse_the_future(panel: AuthorityPanel, today: date) -> None:
    latest = today.year if today >= date(today.year, 3, 31) else today.year - 1
    for code, year in zip(panel.la_codes, panel.years.tolist(), strict=True):
        if year > latest:
            raise DataError(
                f"{code} has figures of {year}; the latest year that has ended is {latest}. A "
                "backtest compares with what happened: remove projected years",
                file=panel.source,
                field="year",
            )


def draw_backtest(found: Backtest) -> tuple[Drawing, ...]:
    """Three charts: skill by horizon, coverage, and where outcomes fell."""
    from riskmodel.report.charts.backtest import draw_coverage, draw_pit, draw_skill

    rows, tenths = (
        cast("list[dict[str, Any]]", frame.to_dict("records"))
        for frame in (found.summary(), found.pit_histogram())
    )
    ours = next(model for model in MODELS if model in set(found.frame["model"]))
    return (
        draw_skill("backtest_skill", rows, ours=ours, reference=REFERENCE),
        draw_coverage("backtest_coverage", rows, ours=ours),
        draw_pit("backtest_pit", tenths, ours=ours),
    )
