"""How accurate projections were on the history of other authorities, as measured.

The panel does not ship, and testing every model takes minutes, so the results ship as a small
table. Developers with the panel make it again with ``make measured``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from importlib import resources

import pandas as pd

from riskmodel.demand.pooled.backtest import backtest
from riskmodel.demand.pooled.history import STOCK_MEASURES
from riskmodel.demand.pooled.judged import MODELS
from riskmodel.series import AuthorityPanel

__all__ = [
    "MEASURED_ORIGINS",
    "measure_backtests",
    "measured_backtest",
    "measured_text",
]

MEASURED_ORIGINS = tuple(range(2014, 2022))
"""Years at whose 31 March forecasts were made, with nothing later."""

_DIGITS = {"crps": 3, "skill": 2, "coverage": 2}
_FILE = "backtest_summary.csv"


def measure_backtests(
    panel: AuthorityPanel,
    *,
    measures: Iterable[str] = tuple(STOCK_MEASURES.values()),
    models: Sequence[str] = MODELS,
    workers: int = 1,
    progress: Callable[[str], None] = lambda _: None,
) -> pd.DataFrame:
    """Test the models on each stock of a panel.

    Parameters
    ----------
    panel
        Authorities by year.
    measures
        Stocks to test.
    models
        Models to run side by side.
    workers
        Processes; the answer does not depend on how many.
    progress
        Called with the next stock.

    Returns
    -------
    pandas.DataFrame
        The columns of :meth:`~riskmodel.demand.pooled.judged.Backtest.skill`, and ``first_origin``,
        ``last_origin``, ``folds`` and ``seed``.
    """
    pieces = []
    for measure in measures:
        progress(measure)
        found = backtest(panel, measure, origins=MEASURED_ORIGINS, models=models, workers=workers)
        pieces.append(
            found.skill().assign(
                first_origin=min(MEASURED_ORIGINS),
                last_origin=max(MEASURED_ORIGINS),
                folds=found.folds,
                seed=found.seed,
            )
        )
    return pd.concat(pieces, ignore_index=True)


def measured_text(frame: pd.DataFrame) -> str:
    """The table as the text of its file."""
    rounded = frame.copy()
    for name in rounded.columns:
        digits = _DIGITS.get(name.split("_")[0])
        if digits is not None:
            rounded[name] = rounded[name].round(digits) + 0.0
    return rounded.to_csv(index=False, lineterminator="\n")


@cache
def _measured() -> pd.DataFrame:
    folder = resources.files("riskmodel.demand.pooled").joinpath("data")
    with folder.joinpath(_FILE).open(encoding="utf-8") as stream:
        return pd.read_csv(stream)


def measured_backtest() -> pd.DataFrame:
    """The shipped results, as :func:`measure_backtests` gives them, to the digits of the file.

    Examples
    --------
    >>> found = measured_backtest()
    >>> sorted(set(found["horizon_years"]))
    [1, 2, 3, 4]
    """
    return _measured().copy()
