"""What may be shown of placements: kinds with few children, and what reveals them, are withheld."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from riskmodel.disclosure.policy import Policy
from riskmodel.disclosure.release import policy_from_parameters
from riskmodel.disclosure.remembering import FigureMemory
from riskmodel.disclosure.suppress import protect_table
from riskmodel.disclosure.symbols import CONFIDENTIAL
from riskmodel.disclosure.table import LinkedTable, Name
from riskmodel.placements.forecast import ALL
from riskmodel.placements.history import History

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["figures_of", "hidden", "released_stocks", "withheld_kinds"]

_PRICED = "priced"
_KEYS = frozenset(
    {"area", "scenario", "month", "months", "year", "placement", "flow", "what", "of", "beyond",
     "basis", "currency"}
)  # fmt: skip


def withheld_kinds(
    history: History,
    policy: Policy | None = None,
    memory: FigureMemory | None = None,
    priced: Collection[str] = (),
) -> frozenset[str]:
    """Kinds of placement that are not shown, because they hold few children at the opening.

    Parameters
    ----------
    history
        The history; the projection opens at its last month.
    policy
        What is few; None takes the parameters.
    memory
        What was released of the same return before.
    priced
        Kinds that have a price: their days and costs are added up too.

    Notes
    -----
    The kinds, their total and that of the priced ones are one linked table
    (:func:`riskmodel.disclosure.suppress.protect_table`): with a small kind a second one is
    withheld, so that it cannot be worked out from a total. The price and the cost of a withheld
    kind would say as much, so they are withheld too.
    """
    shown = _printed(history, "placement", policy, memory, priced)
    return frozenset(name for name, number in shown.items() if not isinstance(number, int))


def hidden(
    frame: pd.DataFrame, withheld: frozenset[str], column: str = "placement"
) -> pd.DataFrame:
    """A table by kind of placement, with ``[c]`` for the numbers of kinds that are not shown."""
    if not withheld or column not in frame:
        return frame
    shown = frame.copy()
    rows = shown[column].isin(withheld)
    for name in shown.columns:
        if name not in _KEYS and name != column:
            shown[name] = shown[name].astype(object).mask(rows, CONFIDENTIAL)
    return shown


def released_stocks(
    history: History, by: str, policy: Policy | None = None, memory: FigureMemory | None = None
) -> pd.DataFrame:
    """Stock at the end of the last month by one dimension, few children withheld, with the total.

    Columns: month, the dimension, stock, basis. With a ``memory`` it is protected against what was
    released for the same month before.
    """
    import pandas as pd

    shown = _printed(history, by, policy, memory)
    rows = [(history.months[-1], name, number, "observed") for name, number in shown.items()]
    return pd.DataFrame(rows, columns=["month", by, "stock", "basis"])


def figures_of(
    history: History, by: Iterable[str], memory: FigureMemory
) -> dict[str, dict[str, int | None]]:
    """What the ledger keeps from tables of the last month: stocks as printed."""
    return {
        f"{history.months[-1]} {one}": {
            name: number if isinstance(number, int) else None
            for name, number in _printed(history, one, None, memory).items()
        }
        for one in by
    }


def _printed(
    history: History,
    by: str,
    policy: Policy | None,
    memory: FigureMemory | None,
    priced: Collection[str] = (),
) -> dict[str, int | str]:
    """Stocks and their total as they are printed, few of them and few that changed withheld."""
    last = history.stocks((by,)).query("month == @history.months[-1]")
    counts = {str(group): int(stock) for group, stock in zip(last[by], last["stock"], strict=True)}
    policy = policy or policy_from_parameters()
    cells: dict[Name, int] = dict(counts.items())
    cells[ALL] = sum(counts.values())
    relations: list[dict[Name, int]] = [{ALL: 1, **dict.fromkeys(counts, -1)}]
    weights: dict[Name, float] = {ALL: 1e6}
    with_price: list[Name] = [name for name in priced if name in counts]
    if with_price:
        cells[_PRICED] = sum(cells[name] for name in with_price)
        relations.append({_PRICED: 1, **dict.fromkeys(with_price, -1)})
        weights[_PRICED] = 1e6
    outside: dict[Name, tuple[float, float]] = {}
    name = f"{history.months[-1]} {by}"
    known = [] if memory is None else [told[name] for told in memory.known if name in told]
    for number, then in enumerate(known):
        values = _then(then, cells, policy)
        for group, value in values.items():
            cell, change = (number, group), (number, group, "change")
            shown, moved = then[group], cells.get(group, 0) - value
            cells[cell] = value
            outside[cell] = (policy.smallest, math.inf) if shown is None else (shown, shown)
            relation: dict[Name, int] = {cell: -1} | ({group: 1} if group in cells else {})
            if moved:
                cells[change], outside[change] = abs(moved), (0.0, math.inf)
                relation[change] = -1 if moved > 0 else 1
            relations.append(relation)
        if sum(values.values()) == 2 * values[ALL]:
            parts: dict[Name, int] = {(number, group): -1 for group in values}
            relations.append(parts | {(number, ALL): 1})
    table = LinkedTable(cells, relations, outside, weights=weights)
    protected = protect_table(table, policy)
    return {one: protected.printed(one) for one in (*counts, ALL)}


def _then(
    shown: Mapping[str, int | None], now: Mapping[Name, int], policy: Policy
) -> dict[str, int]:
    """Stocks that are out, those that were withheld as they can have been: now, and adding up."""
    values = {
        group: max(now.get(group, 0), policy.smallest) if number is None else number
        for group, number in shown.items()
    }
    open_ = next((group for group, number in shown.items() if number is None), None)
    if open_ is not None:
        parts = sum(values.values()) - values[ALL]
        rest = values[open_] + (values[ALL] - parts) * (-1 if open_ == ALL else 1)
        values[open_] = max(rest, policy.smallest)
    return values
