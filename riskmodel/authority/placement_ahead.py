"""Projected looked-after children by age, legal status, group and where they are placed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from riskmodel.core.result import fan, march_rows
from riskmodel.disclosure.symbols import CONFIDENTIAL
from riskmodel.placements.composition import SHARED, shared_out
from riskmodel.placements.forecast import ALL
from riskmodel.placements.kinds import BANDS, kind_label
from riskmodel.placements.released import hidden, released_stocks
from riskmodel.projection import BASELINE

if TYPE_CHECKING:
    import pandas as pd

    from riskmodel.authority.placements import Placements

__all__ = ["GROUPINGS", "SHARED_NOTE", "in_order", "shown_ahead", "stocks_ahead"]

GROUPINGS: Mapping[str, str] = MappingProxyType(
    {
        "age_band": "By age",
        "legal_status": "By legal status",
        "unaccompanied": "Unaccompanied or not",
        "where": "Where they are placed",
    }
)
"""What children are divided by other than their placement, with the title of a table."""

SHARED_NOTE = (
    "Legal status and where children are placed are not simulated: children of a placement, age "
    "and group are shared out as in the latest year of the return, and the shares stray as the "
    "report card's own did (assumed)."
)


def stocks_ahead(placed: Placements) -> list[pd.DataFrame]:
    """Children by each of :data:`GROUPINGS`, each March and at the end; few children are withheld.

    Columns: area, scenario, month, the dimension, mean, quantiles, basis. Groupings that are not
    simulated are empty without a return.
    """
    import pandas as pd

    forecast, history = placed.forecast, placed.history
    months = [
        at for at, month in enumerate(forecast.months)
        if month.endswith("-03") or at == len(forecast.months) - 1
    ]  # fmt: skip
    frames = []
    for by in GROUPINGS:
        if by not in SHARED:
            frame = march_rows(forecast.stocks((by,)), forecast.months[-1])
        elif history is None:
            frame = pd.DataFrame(columns=["area", "scenario", by, "month", "mean", "basis"])
        else:
            frame = shared_out(history, forecast, by, months, placed.seed)
        if history is not None:
            now = released_stocks(history, by, memory=placed.memory)
            few = frozenset(now[by][now["stock"] == CONFIDENTIAL])
            frame = hidden(frame, few, by)
        frames.append(frame)
    return frames


def shown_ahead(by: str, frame: pd.DataFrame) -> pd.DataFrame:
    """A table for reading: with no change of policy, without groups of few children."""
    if not len(frame):
        return frame
    rows = frame[(frame["scenario"] == BASELINE) & (frame["q50"] != CONFIDENTIAL)]
    named = rows.assign(**{by: [kind_label(n) if n == ALL else n for n in rows[by]]})
    columns = ["month", by, "q05", "q25", "q50", "q75", "q95"]
    order = {name: at for at, name in enumerate(in_order(by, rows[by]))}
    named = named.assign(order=[order[name] for name in rows[by]])
    return fan(named.sort_values(["order", "month"], kind="stable")[columns])


def in_order(by: str, names: Iterable[str]) -> list[str]:
    """Groups in the order of a table: age bands from the youngest, the total last."""
    first = [*BANDS] if by == "age_band" else sorted(set(names) - {ALL})
    return [name for name in (*first, ALL) if name in set(names)]
