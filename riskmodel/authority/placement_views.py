"""Views of placements: one for each question, with numbers of few children withheld."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from riskmodel.authority.placement_ahead import (
    GROUPINGS,
    SHARED_NOTE,
    in_order,
    shown_ahead,
    stocks_ahead,
)
from riskmodel.authority.placement_flows import yearly_flows
from riskmodel.authority.placements import Placements
from riskmodel.core.lazy import pd
from riskmodel.core.result import Result, TextTable, View, fan, march_rows
from riskmodel.errors import DataError
from riskmodel.placements.budget import DRIVERS, GRANT, NET, money
from riskmodel.placements.forecast import ALL
from riskmodel.placements.kinds import EXITS, KINDS, kind_label
from riskmodel.placements.released import hidden, released_stocks
from riskmodel.placements.survival import lasting
from riskmodel.projection import BASELINE

if TYPE_CHECKING:
    from riskmodel.placements.budget import PlacementBudget
    from riskmodel.placements.history import History

__all__ = ["SHOWS", "placement_view"]

_QUANTILES = ("q05", "q25", "q50", "q75", "q95")
_FLOWS = {
    "entries": "Begin to be looked after", "moves": "Move to another kind", "exits": "Leave",
    "moves_in": "Move in", "leavers": "Care leavers",
}  # fmt: skip


def _stocks(placed: Placements) -> Result:
    return placed


def _flows(placed: Placements) -> Result:
    rows = placed.forecast.flow_rows()
    frame, exits = hidden(rows, placed.withheld, "what"), rows["flow"] == "exits"
    # Reasons why care ends share names with kinds of placement: they are not withheld.
    frame[exits] = rows[exits]
    yearly = frame[(frame["scenario"] == BASELINE) & (frame["month"] == placed.forecast.months[-1])]
    yearly = yearly[yearly["flow"].isin(["leavers"])]
    rows = frame[(frame["scenario"] == BASELINE) & ((frame["what"] == ALL) | exits)]
    months = march_rows(rows, placed.forecast.months[-1])
    shown = fan(
        _named(months, "what", {**EXITS, ALL: "all"})[["month", "flow", "what", *_QUANTILES]]
    )
    shown["flow"] = [_FLOWS[name] for name in shown["flow"]]
    leavers = fan(yearly[["month", "what", *_QUANTILES]])
    year = yearly_flows(placed)
    ways = year.told[["from", "to", "children", "q05", "q95"]].round().astype(
        {"children": int, "q05": int, "q95": int}
    )  # fmt: skip
    ways = ways.rename(columns={"q05": "90% range from", "q95": "up to"})
    tables = (
        TextTable(shown, "In the month"),
        TextTable(ways, f"From where to where, {year.period}, on average"),
        TextTable(leavers, "Care leavers at its end"),
    )
    note = "Care leavers are counted from the first month of the return on."
    return View(frame, year.summary(), shown, tables=tables,
                notes=(note, *placed.notes))  # fmt: skip


def _days(placed: Placements) -> Result:
    frame = placed.forecast.days()
    base = frame[(frame["scenario"] == BASELINE) & ~frame["placement"].isin(placed.withheld)]
    shown = fan(_named(base, "placement")[["year", "months", "placement", *_QUANTILES]])
    return View(hidden(frame, placed.withheld), placed.forecast.summary_of(placed.withheld), shown,
                title="Days of care by financial year", notes=placed.notes)  # fmt: skip


def _cost(placed: Placements) -> Result:
    budget = _budget(placed)
    frame = hidden(budget.frame, placed.withheld)
    base = budget.frame[
        (budget.frame["scenario"] == BASELINE) & ~budget.frame["placement"].isin(placed.withheld)
    ]
    words = {**KINDS, ALL: kind_label(ALL), GRANT: "Grants", NET: "All placements less grants"}
    by_kind = _named(base, "placement", words)[["year", "placement"]].assign(
        **{"central projection": [money(v, budget.prices.currency) for v in base["q50"]],
           "90% range": [
               f"{money(low, budget.prices.currency)} to {money(high, budget.prices.currency)}"
               for low, high in zip(base["q05"], base["q95"], strict=True)
           ]}
    )  # fmt: skip
    tables = (TextTable(budget.preview(), "By scenario and year, in millions"),
              TextTable(by_kind, "With no change of policy, by placement"))  # fmt: skip
    return View(frame, budget.summary(), budget.preview(), tables=tables,
                notes=(*budget.remarks(), *placed.notes))  # fmt: skip


def _drivers(placed: Placements) -> Result:
    budget = _budget(placed)
    frame = budget.drivers
    if not len(frame):
        raise DataError("needs a whole financial year in a return, to be compared with")
    words = DRIVERS | {"before": "Cost of the last whole year", "after": "Cost projected"}
    shown = _named(frame, "driver", words)
    for name in ("mean", "q05", "q95"):
        shown[name] = [money(value, budget.prices.currency) for value in frame[name]]
    shown = shown.rename(columns={"q05": "90% range from", "q95": "to"}).drop(columns="q50")
    return View(frame.assign(basis="projected"), budget.summary(), shown,
                title="What drives the cost (averages, which add up)",
                notes=(*budget.remarks(), *placed.notes))  # fmt: skip


def _survival(placed: Placements) -> Result:
    durations = lasting(_history(placed))
    shown = durations.frame[~durations.frame["of"].isin(placed.withheld)]
    kept = type(durations)(durations.area, shown)
    note = "A share rests on all periods that the return watched, also those that have not ended."
    return View(hidden(durations.frame, placed.withheld, "of"), kept.summary(), kept.preview(),
                title="Share that lasts longer", notes=(note,))  # fmt: skip


def _now(placed: Placements) -> Result:
    history = _history(placed)
    tables = []
    for by, title in {"placement": "By placement", **GROUPINGS}.items():
        frame = released_stocks(history, by, memory=placed.memory)
        if by == "age_band":
            frame = frame.set_index(by).loc[in_order(by, frame[by])].reset_index()
        tables.append((by, frame, TextTable(_named(frame, by)[[by, "stock"]], title)))
    together = pd.concat(
        [frame.rename(columns={by: "group"}).assign(by=by) for by, frame, _ in tables]
    )
    total = int(history.stock([history.end_day - 1]).sum())
    said = f"{total:,} children looked after at the end of {history.months[-1]}."
    columns = ["month", "by", "group", "stock", "basis"]
    note = "[c] stands for 1 to 5 children, or what would tell of them."
    return View(together[columns], said, tables=tuple(table for *_, table in tables), notes=(note,))


def _ahead(placed: Placements) -> Result:
    parts = [
        (by, frame, words, shown_ahead(by, frame))
        for (by, words), frame in zip(GROUPINGS.items(), stocks_ahead(placed), strict=True)
    ]
    tables = tuple(TextTable(shown, words) for *_, words, shown in parts if len(shown))
    import pandas as pd

    together = pd.concat(
        [frame.rename(columns={by: "group"}).assign(by=by) for by, frame, *_ in parts]
    )
    columns = ["area", "scenario", "month", "by", "group", "mean", *_QUANTILES, "basis"]
    return View(together[columns], placed.forecast.summary_of(placed.withheld), tables=tables,
                notes=(SHARED_NOTE, *placed.notes))  # fmt: skip


SHOWS: Mapping[str, Callable[[Placements], Result]] = {
    "stocks": _stocks, "flows": _flows, "days": _days, "cost": _cost, "drivers": _drivers,
    "survival": _survival, "now": _now, "ahead": _ahead,
}  # fmt: skip
"""Questions by name."""


def placement_view(placed: Placements, show: str = "stocks") -> Result:
    """The answer to one of :data:`SHOWS`.

    Raises
    ------
    DataError
        When it needs prices or a return that are not there.
    """
    return SHOWS[show](placed)


def _budget(placed: Placements) -> PlacementBudget:
    if placed.budget is None:
        raise DataError(
            "needs prices of placements: [[placements]] in authority.toml, or the sheet placements "
            "of inputs.xlsx"
        )
    return placed.budget


def _history(placed: Placements) -> History:
    if placed.history is None:
        raise DataError(
            "needs a return on looked-after children (SSDA903): put it in the folder looked_after"
        )
    return placed.history


def _named(
    frame: pd.DataFrame, column: str, words: Mapping[str, str] | None = None
) -> pd.DataFrame:
    names = [kind_label(name) if words is None else words.get(name, name) for name in frame[column]]
    return frame.assign(**{column: names})
