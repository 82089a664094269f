"""Placements of an authority: its return, its total of looked-after children, its prices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from riskmodel.authority.folder.placement_prices import folder_prices
from riskmodel.authority.folder.record_months import looked_after_return
from riskmodel.authority.placement_courses import courses_of
from riskmodel.core.lazy import pd
from riskmodel.core.months import month_after
from riskmodel.core.result import Result
from riskmodel.core.usual import USUAL_MONTHS, USUAL_SEED, USUAL_SIMULATIONS
from riskmodel.disclosure.remembering import FigureMemory
from riskmodel.errors import DataError, ScenarioError
from riskmodel.parameters import parameter
from riskmodel.placements.budget import PlacementBudget, budgeted
from riskmodel.placements.forecast import ALL, PlacementForecast
from riskmodel.placements.history import History, placement_history
from riskmodel.placements.kinds import KINDS, kind_label
from riskmodel.placements.level import BLOCK
from riskmodel.placements.prices import PlacementPrices
from riskmodel.placements.projecting import Course, Known, known_of, project_known
from riskmodel.placements.published import published_known
from riskmodel.placements.released import figures_of, withheld_kinds
from riskmodel.placements.time import month_end
from riskmodel.projection import BASELINE

if TYPE_CHECKING:
    from riskmodel.authority.folder.authority import Authority
    from riskmodel.authority.folder.holding import Holding
    from riskmodel.demand.projecting import Outlook

__all__ = [
    "Placements",
    "folder_placements",
    "placements_under",
    "project_placements",
]

_LISTS_LACK = (
    "Annex A holds each child's latest placement alone, and who has left in its latest months "
    "alone: earlier placements are taken to be the same, and moves are at shipped rates (assumed)."
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Placements(Result):
    """Placements as they were, as they may become, and what they cost.

    Parameters
    ----------
    history
        As recorded in the return; None where there is none.
    forecast
        Under the baseline and every scenario.
    budget
        None where the folder gives no price.
    withheld
        Kinds of placement with too few children to be shown.
    notes
        What a reader has to know about the basis, in sentences.
    memory
        What was released from the return before; None where there is no ledger.
    seed
        The user's.
    """

    history: History | None
    forecast: PlacementForecast
    budget: PlacementBudget | None
    withheld: frozenset[str]
    notes: tuple[str, ...] = ()
    memory: FigureMemory | None = None
    seed: int = USUAL_SEED

    def leave(self, command: str, by: Sequence[str] = ("placement",)) -> None:
        """Note in the ledger beside the return what is about to be printed or written to a file.

        Parameters
        ----------
        command
            Words by which a person can find the release.
        by
            What children of the last month are divided by.
        """
        if self.memory is not None and self.history is not None:
            self.memory.leave(figures_of(self.history, by, self.memory), command)

    def to_frame(self) -> pd.DataFrame:
        """Stock by month and placement, few children withheld."""
        from riskmodel.placements.released import hidden

        return hidden(self.forecast.stocks(), self.withheld)

    def areas(
        self, scenario: str = BASELINE
    ) -> tuple[tuple[str, ...], dict[str, npt.NDArray[np.float64]]]:
        """Months, and children by placement in each: counts, then means of the projection.

        Kinds that are not shown, now or in any month counted, are added to the other placements.
        """
        ahead = self.forecast.of(scenario).stock.sum(axis=(3, 4)).mean(axis=0)
        now = np.broadcast_to(self.forecast.opened, (1, len(KINDS)))
        months = (self.forecast.opening_month, *self.forecast.months)
        if self.history is not None:
            days = [month_end(month) for month in self.history.months]
            now = self.history.stock(days).sum(axis=(2, 3))
            months = (*self.history.months, *self.forecast.months)
        counts = np.concatenate([now, ahead])
        few = parameter("disclosure_threshold").value if self.history is not None else 0.0
        small = ((now > 0) & (now <= few)).any(axis=0) | (counts.max(axis=0) == 0)
        names = tuple(KINDS)
        kept = [n for n in range(len(KINDS) - 1) if not small[n] and names[n] not in self.withheld]
        kept.sort(key=lambda n: -float(now[-1, n]))
        while True:
            # What is left together must not be few either.
            rest = counts.sum(axis=1) - counts[:, kept].sum(axis=1)
            told = rest[: len(now)]
            if not kept or not ((told > 0) & (told <= few)).any():
                break
            kept.pop()
        areas = {kind_label(names[n]): counts[:, n] for n in sorted(kept)}
        return months, {**areas, kind_label("other"): rest}

    def preview(self) -> pd.DataFrame:
        """Stock by placement, each March and at the end."""
        return self.forecast.preview_of(self.withheld)

    def summary(self) -> str:
        """The expected total, and what it costs."""
        costs = "" if self.budget is None else f" {self.budget.summary()}"
        return self.forecast.summary_of(self.withheld) + costs

    def remarks(self) -> tuple[str, ...]:
        """What it is based on."""
        return self.notes


def project_placements(
    figures: str | Path | Authority,
    *,
    months: int = USUAL_MONTHS,
    simulations: int = USUAL_SIMULATIONS,
    seed: int = USUAL_SEED,
    prices: PlacementPrices | None = None,
    scenarios: Sequence[str] = (),
    ledger: Path | None = None,
) -> Placements:
    """Project the placements of looked-after children.

    Parameters
    ----------
    figures
        An authority or its folder, from which the total of looked-after children, the scenarios and
        the prices are taken; or a return (SSDA903) or Annex A, a file or folder, which is projected
        from its own entries.
    months, simulations, seed
        How far ahead, how many simulations, and the seed.
    prices
        What a week costs; None takes those of the folder.
    scenarios
        Of the folder, beside the baseline.
    ledger
        Another folder for the ledger than the one beside the return.

    Raises
    ------
    DataError
        When it is none of these, or holds no placement.
    """
    from riskmodel.authority.folder.authority import Authority, open_authority
    from riskmodel.authority.folder.contents import is_authority

    sizes = {"months": months, "simulations": simulations, "seed": seed}
    if not isinstance(figures, Authority):
        path = Path(figures)
        if not is_authority(path):
            if scenarios:
                raise DataError("scenarios are those of an authority's folder", file=path.name)
            from riskmodel.intake import read_care

            history = placement_history(read_care(path))
            memory = _memory(path, history, ledger)
            courses = {BASELINE: Course()}
            return _placed(history, _known(history), courses, prices, sizes, memory)
        figures = replace(open_authority(path), ledger=ledger)
    return folder_placements(figures, prices=prices, scenarios=scenarios, **sizes)


def folder_placements(
    authority: Authority, *, prices: PlacementPrices | None = None, months: int = USUAL_MONTHS,
    simulations: int = USUAL_SIMULATIONS, seed: int = USUAL_SEED, scenarios: Sequence[str] = (),
) -> Placements:  # fmt: skip
    """Placements of a folder, with the total of looked-after children from its projection.

    Parameters
    ----------
    authority
        The folder.
    prices, months, simulations, seed
        As :func:`project_placements` takes them.
    scenarios
        Of the folder, beside the baseline.

    Raises
    ------
    DataError
        When it holds neither a return on looked-after children nor the published figures.
    """
    history, known = _folder_known(authority)
    outlook = authority.projection(months=months, replicates=simulations, seed=seed)
    left = authority.unworkable(months=months, replicates=simulations, seed=seed)
    for name in scenarios:
        if name in left:
            raise ScenarioError(name, left[name])
    names = (BASELINE, *scenarios)
    return _of_folder(authority, (history, known), outlook, names, months, simulations, prices)


def placements_under(
    authority: Authority, outlook: Outlook, until: str, names: Sequence[str] = ()
) -> Placements | None:
    """Placements of a folder under scenarios of a projection, to a month.

    Parameters
    ----------
    authority
        The folder.
    outlook
        The projection; its first simulations are followed, one block of draws.
    until
        The last month, ``YYYY-MM``.
    names
        Of its scenarios; none named means all.

    Returns
    -------
    Placements | None
        None where the folder has neither a return nor the published figures, or where its return
        does not end in the month in which the projection opens.
    """
    if looked_after_return(authority.contents) is None and not authority.has("published"):
        return None
    history, known = _folder_known(authority)
    projection = outlook.projection
    if projection.opening_month != known.opening_month or until not in projection.months:
        return None
    months = projection.months.index(until) + 1
    size = min(projection.replicates, BLOCK)
    chosen = names or tuple(outlook.levers)
    return _of_folder(authority, (history, known), outlook, chosen, months, size)


def _folder_known(authority: Authority) -> tuple[History | None, Known]:
    """The return of a folder and what a projection starts from."""
    history = authority.once(("placement_history",), lambda: folder_history(authority))
    if history is None:
        authority.needs("published")
    known = published_known() if history is None else _known(history)
    return history, replace(known, area=authority.name)


def _of_folder(
    authority: Authority, of: tuple[History | None, Known], outlook: Outlook,
    scenarios: Sequence[str], months: int, simulations: int,
    prices: PlacementPrices | None = None,
) -> Placements:  # fmt: skip
    history, known = of
    given = folder_prices(authority.contents, month_after(known.opening_month, 1).financial_year)
    prices = prices or given
    size = (simulations, months)
    courses, price_levers, notes = courses_of(outlook, known, prices, scenarios, size)
    spent = {
        str(row["month"].value): float(row["spent"].value)
        for row in authority.contents.rows.get("placement_spending", [])
        if "spent" in row and isinstance(row["spent"].value, float)
    }
    sizes = {"months": months, "simulations": simulations, "seed": outlook.seed}
    path = looked_after_return(authority.contents)
    memory = _memory(path, history, authority.ledger)
    placed = _placed(history, known, courses, prices, sizes, memory, notes, spent, price_levers)
    # Figures of the same return leave once, however often they are projected.
    if not any(isinstance(each, Placements) for each in authority.leaving):
        authority.leaving.append(placed)
    return placed


def _memory(path: Path | None, history: History | None, ledger: Path | None) -> FigureMemory | None:
    """What left of a return before; None where there is none."""
    if path is None or history is None:
        return None
    return FigureMemory("placements", [path], history.months, path.absolute().parent, ledger)


def folder_history(authority: Holding) -> History | None:
    """The placements of the return in a folder; None where there is none."""
    from riskmodel.intake import months_between, read_care

    path = looked_after_return(authority.contents)
    if path is None:
        return None
    ends = [authority.contents.text("about", f"records_{end}") for end in ("from", "to")]
    window = months_between(*ends) if all(ends) else None
    care = read_care(path, window=window)
    own = {authority.name.casefold(), authority.contents.text("about", "code").casefold()}
    areas = [area for area in care.windows if area.casefold() in own]
    return placement_history(care, areas[0] if areas else "")


def _known(history: History) -> Known:
    if (history.episodes["code"] == "").all():
        raise DataError("holds no placement; needs the column PLACE", file=history.source)
    return known_of(history)


def _placed(  # noqa: PLR0913  each by its name
    history: History | None, known: Known, courses: Mapping[str, Course],
    prices: PlacementPrices | None, sizes: Mapping[str, int], memory: FigureMemory | None = None,
    notes: tuple[str, ...] = (),
    spent: Mapping[str, float] | None = None,
    price_levers: Mapping[str, npt.NDArray[np.float64]] | None = None,
) -> Placements:  # fmt: skip
    forecast = project_known(known, courses, **sizes)
    alone, few = int(known.children["alone"].sum()), parameter("disclosure_threshold").value
    if prices is not None and prices.grant_per_week and history is not None and 0 < alone <= few:
        # Income over its price would say how many they are.
        prices = replace(prices, grant_per_week=0.0)
        notes = (*notes, "Unaccompanied children are few: income for them is not shown.")
    budget = None
    if prices is not None:
        budget = budgeted(
            forecast, prices, past_days=None if history is None else history.days_of_care(),
            spent=spent, price_levers=price_levers, seed=sizes["seed"],
        )  # fmt: skip
    unknown = 0 if history is None else int((history.episodes["born"] < 0).sum())
    if unknown:
        said = (
            f"{unknown:,} episodes have no date of birth: they are in no rate, and children among "
            "them who are still in care are given ages of others in such placements."
        )
        notes = (*notes, said)
    if history is not None and not history.has_moves:
        notes = (*notes, _LISTS_LACK)
    withheld: frozenset[str] = frozenset()
    if history is not None:
        priced = () if prices is None else tuple(prices.of)
        withheld = withheld_kinds(history, memory=memory, priced=priced)
    if ALL in withheld:
        raise DataError("so few children are looked after that nothing may be shown of them")
    return Placements(history, forecast, budget, withheld, (*notes, f"Rests on {known.source}."),
                      memory, sizes["seed"])  # fmt: skip
