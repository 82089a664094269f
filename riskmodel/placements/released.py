"""What may be shown of placements: kinds of few children are withheld, and what tells of them."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from riskmodel.disclosure.policy import Policy
from riskmodel.disclosure.release import policy_from_parameters
from riskmodel.disclosure.suppress import protect_table
from riskmodel.disclosure.symbols import CONFIDENTIAL
from riskmodel.disclosure.table import LinkedTable, Name
from riskmodel.placements.forecast import ALL
from riskmodel.placements.history import History
from riskmodel.placements.kinds import KINDS

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["hidden", "released_stocks", "withheld_kinds"]

_PRICED = "priced"
_KEYS = frozenset(
    {"area", "scenario", "month", "months", "year", "placement", "flow", "what", "of", "beyond",
     "basis", "currency"}
)  # fmt: skip


def withheld_kinds(
    history: History, policy: Policy | None = None, *, priced: Collection[str] = ()
) -> frozenset[str]:
    """Kinds of placement that are not shown, for they hold few children at the opening.

    Parameters
    ----------
    history
        Whose last month is the opening.
    policy
        What is few; None takes the parameters.
    priced
        Kinds that have a price: their days and costs are added up too.

    Notes
    -----
    The kinds, their total and that of the priced ones are one linked table
    (:func:`riskmodel.disclosure.suppress.protect_table`): with a small kind a second one is
    withheld, so that it cannot be worked out from a total. A price of a kind that is withheld,
    and its cost, would say as much, so they are withheld with it.
    """
    held = history.stock([history.end_day - 1])[0].sum(axis=(1, 2))
    cells: dict[Name, int] = {name: int(held[at]) for at, name in enumerate(KINDS)}
    cells[ALL] = int(held.sum())
    relations: list[dict[Name, int]] = [{ALL: 1, **dict.fromkeys(KINDS, -1)}]
    weights: dict[Name, float] = {ALL: 1e6}
    if priced:
        cells[_PRICED] = sum(cells[name] for name in priced)
        relations.append({_PRICED: 1, **dict.fromkeys(priced, -1)})
        weights[_PRICED] = 1e6
    table = LinkedTable(cells, relations, weights=weights)
    withheld = protect_table(table, policy or policy_from_parameters()).withheld
    return frozenset(str(name) for name in withheld if name != _PRICED)


def hidden(
    frame: pd.DataFrame, withheld: frozenset[str], column: str = "placement"
) -> pd.DataFrame:
    """A table by kind of placement with ``[c]`` in place of the numbers of kinds not shown."""
    if not withheld or column not in frame:
        return frame
    shown = frame.copy()
    rows = shown[column].isin(withheld)
    for name in shown.columns:
        if name not in _KEYS and name != column:
            shown[name] = shown[name].astype(object).mask(rows, CONFIDENTIAL)
    return shown


def released_stocks(history: History, by: str, policy: Policy | None = None) -> pd.DataFrame:
    """Stock at the end of the last month by one dimension, few children withheld, with the total.

    Columns: month, the dimension, stock, basis.
    """
    import pandas as pd

    last = history.stocks((by,)).query("month == @history.months[-1]")
    cells: dict[Name, int] = dict(zip(last[by], last["stock"].astype(int), strict=True))
    relation: dict[Name, int] = {ALL: 1, **dict.fromkeys(cells, -1)}
    cells[ALL] = int(last["stock"].sum())
    table = LinkedTable(cells, [relation], weights={ALL: 1e6})
    protected = protect_table(table, policy or policy_from_parameters())
    rows = [(history.months[-1], str(name), protected.printed(name), "observed") for name in cells]
    return pd.DataFrame(rows, columns=["month", by, "stock", "basis"])
