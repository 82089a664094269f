"""A projection of placements: children by placement, age and month, moves, and days of care."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from riskmodel.core.months import Month, years_of
from riskmodel.core.result import Result, fan, march_rows
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.placements.kinds import BANDS, EXITS, KINDS, kind_label
from riskmodel.placements.openings import whole_numbers
from riskmodel.projection import BASELINE, QUANTILES, month_after, month_words, quantile_name

if TYPE_CHECKING:
    import pandas as pd

    from riskmodel.placements.flows import Flows

__all__ = ["PlacementForecast", "summary_rows"]

ALL = "all"
_LEAVES = tuple(tuple(EXITS).index(name) for name in ("independence", "eighteenth"))
LEAVER_MONTHS = {"to 21": 36, "to 25": 84}
"""Months after leaving at 18 in which a young person is a care leaver to 21 and to 25."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PlacementForecast(Result):
    """Placements by scenario, simulation and month.

    Parameters
    ----------
    area
        Whose.
    opening_month
        ``YYYY-MM``; the projection opens at the end of its last day.
    opening
        Children by kind, shape (kind,) or (simulation, kind).
    flows
        Flows by scenario, the baseline first.
    leavers
        Young people who left at 18 or to live independently, in each of the latest months before
        the opening, shape (month,), the latest last.
    source
        What it is based on.

    Raises
    ------
    DataError
        When opening + entries + moves in - moves out - exits is not the closing stock of some
        placement, month and simulation, or a count is negative; the message says where.
    """

    area: str
    opening_month: str
    opening: npt.NDArray[np.int64]
    flows: Mapping[str, Flows]
    leavers: npt.NDArray[np.int64]
    source: str = ""

    def __post_init__(self) -> None:
        for scenario, flows in self.flows.items():
            for name in ("stock", "entries", "exits", "moves", "days", "alone_days"):
                getattr(flows, name).flags.writeable = False
            held = flows.stock.sum(axis=(3, 4), dtype=np.int64)
            opening = np.broadcast_to(self.opening, held[:, 0].shape)[:, None]
            before = np.concatenate([opening, held[:, :-1]], axis=1)
            moved = flows.moves.sum(axis=2, dtype=np.int64) - flows.moves.sum(
                axis=3, dtype=np.int64
            )
            after = before + flows.entries + moved - flows.exits.sum(axis=3, dtype=np.int64)
            wrong = np.argwhere((after != held) | (held < 0))
            if len(wrong):
                sim, month, kind = (int(each) for each in wrong[0])
                raise DataError(
                    "opening + entries + moves in - moves out - exits is not the closing stock of "
                    f"{tuple(KINDS)[kind]} in {self.months[month]}, scenario {scenario}, "
                    f"simulation {sim}"
                )

    @property
    def opened(self) -> npt.NDArray[np.int64]:
        """Children by kind at the opening; whole numbers near the mean if they were drawn."""
        if self.opening.ndim == 1:
            return self.opening
        mean = self.opening.mean(axis=0)
        return np.array(whole_numbers(list(mean), round(mean.sum())), dtype=np.int64)

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Names, the baseline first."""
        return tuple(self.flows)

    @property
    def simulations(self) -> int:
        """How many."""
        return len(self.flows[self.scenarios[0]].entries)

    @property
    def months(self) -> tuple[str, ...]:
        """Each month projected, ``YYYY-MM``."""
        number = self.flows[self.scenarios[0]].entries.shape[1]
        return tuple(month_after(self.opening_month, ahead + 1) for ahead in range(number))

    def of(self, scenario: str = BASELINE) -> Flows:
        """Flows of one scenario.

        Raises
        ------
        UnknownNameError
            When there is no such scenario.
        """
        if scenario not in self.flows:
            raise UnknownNameError("scenario", scenario, self.scenarios)
        return self.flows[scenario]

    def children(self, scenario: str = BASELINE) -> npt.NDArray[np.int64]:
        """All children in care, shape (simulation, month)."""
        return np.asarray(self.of(scenario).stock.sum(axis=(2, 3, 4), dtype=np.int64))

    def stocks(self, by: Sequence[str] = ("placement",)) -> pd.DataFrame:
        """Stock at the end of each month by placement, age_band or both, and of all.

        Columns: area, scenario, month, then those asked for, mean, quantiles, basis.
        """
        axes = {"placement": 2, "age_band": 3, "unaccompanied": 4}
        names = {
            "placement": tuple(KINDS), "age_band": BANDS,
            "unaccompanied": ("other children", "unaccompanied"),
        }  # fmt: skip
        for name in by:
            if name not in axes:
                raise UnknownNameError("dimension of placements", name, tuple(axes))
        rows: list[dict[str, object]] = []
        for scenario, flows in self.flows.items():
            summed = tuple(axis for name, axis in axes.items() if name not in by)
            values = flows.stock.sum(axis=summed, dtype=np.int64)
            for at in np.ndindex(*values.shape[2:]):
                key = {name: names[name][n] for name, n in zip(_kept(by), at, strict=True)}
                rows += self._rows(scenario, values[(slice(None), slice(None), *at)], key)
            rows += self._rows(scenario, self.children(scenario), dict.fromkeys(by, ALL))
        return self._framed(rows)

    def flow_rows(self) -> pd.DataFrame:
        """Entries, moves and exits by month, and care leavers, over all simulations.

        Columns: area, scenario, month, flow, what (placement, reason or age), mean, quantiles.
        """
        rows: list[dict[str, object]] = []
        for scenario, flows in self.flows.items():
            parts: dict[tuple[str, str], npt.NDArray[Any]] = {
                ("entries", ALL): flows.entries.sum(axis=2)
            }
            parts |= {("entries", name): flows.entries[..., n] for n, name in enumerate(KINDS)}
            parts["moves", ALL] = flows.moves.sum(axis=(2, 3))
            parts |= {
                ("moves_in", name): flows.moves[..., n].sum(axis=2) for n, name in enumerate(KINDS)
            }
            parts["exits", ALL] = flows.exits.sum(axis=(2, 3))
            parts |= {
                ("exits", name): flows.exits[..., n].sum(axis=2) for n, name in enumerate(EXITS)
            }
            parts |= {("leavers", name): value for name, value in self.leaving(scenario).items()}
            for (flow, what), values in parts.items():
                rows += self._rows(scenario, values, {"flow": flow, "what": what})
        return self._framed(rows)

    def leaving(self, scenario: str = BASELINE) -> dict[str, npt.NDArray[np.int64]]:
        """Care leavers at the end of each month, to 21 and to 25, shape (simulation, month).

        They are counted from the day on which they leave at 18 or to live independently. Those who
        left before the return begins are not included.
        """
        left = self.of(scenario).exits[..., list(_LEAVES)].sum(axis=(2, 3), dtype=np.int64)
        before = np.broadcast_to(self.leavers, (self.simulations, len(self.leavers)))
        total = np.concatenate([before, left], axis=1).cumsum(axis=1)
        total = np.pad(total, ((0, 0), (max(LEAVER_MONTHS.values()), 0)))
        now, months = total[:, -left.shape[1] :], left.shape[1]
        return {
            name: now - total[:, -months - span : total.shape[1] - span]
            for name, span in LEAVER_MONTHS.items()
        }

    def days(self) -> pd.DataFrame:
        """Days of care in the projected months, by financial year and placement.

        Columns: area, scenario, year, months, placement, mean, quantiles, basis.
        """
        rows: list[dict[str, object]] = []
        for scenario, flows in self.flows.items():
            for year, places in years_of(self.months).items():
                held = flows.days[:, places].sum(axis=1, dtype=np.float64)
                both = np.concatenate([held, held.sum(axis=1, keepdims=True)], axis=1)
                for n, name in enumerate((*KINDS, ALL)):
                    key = {"year": year, "months": len(places), "placement": name}
                    rows.append(
                        {"area": self.area, "scenario": scenario, **key, **_spread(both[:, n])}
                    )
        return self._framed(rows)

    def _rows(
        self, scenario: str, values: npt.NDArray[Any], key: Mapping[str, str]
    ) -> list[dict[str, object]]:
        head = {"area": self.area, "scenario": scenario}
        return summary_rows(values, self.months, {**head, **key})

    def _framed(self, rows: list[dict[str, object]]) -> pd.DataFrame:
        import pandas as pd

        return pd.DataFrame(rows).assign(basis="projected")

    def to_frame(self) -> pd.DataFrame:
        """Stock by month, placement and band of age, and of all."""
        return self.stocks(("placement", "age_band"))

    def preview(self) -> pd.DataFrame:
        """Stock by placement, each March and at the end."""
        return self.preview_of(frozenset())

    def preview_of(self, withheld: frozenset[str]) -> pd.DataFrame:
        """The same, with kinds that are not to be shown marked as such."""
        frame = self.stocks()
        frame = frame[frame["scenario"] == self.scenarios[0]]
        shown = march_rows(frame, self.months[-1])
        kept = shown[~shown["placement"].isin(withheld)]
        names = [kind_label(name) for name in kept["placement"]]
        columns = ["month", "placement", "q05", "q25", "q50", "q75", "q95"]
        return fan(kept.assign(placement=names)[columns])

    def summary(self) -> str:
        """The total and the largest kinds by the last month."""
        return self.summary_of(frozenset())

    def summary_of(self, withheld: frozenset[str]) -> str:
        """The same without kinds that are not to be shown."""
        frame = self.stocks().query("scenario == @self.scenarios[0] and month == @self.months[-1]")
        row = frame.set_index("placement")
        opening = np.broadcast_to(self.opening, (self.simulations, len(KINDS))).mean(axis=0)
        said = []
        for name in ("own_fostering", "agency_fostering", "private_residential"):
            now, then = row.loc[name], opening[tuple(KINDS).index(name)]
            if name not in withheld:
                said.append(
                    f"{KINDS[name].lower()} {now['q50']:,.0f} ({now['q05']:,.0f} to "
                    f"{now['q95']:,.0f}; {then:,.0f} now)"
                )
        total = row.loc[ALL]
        told = f" Of these, {'; '.join(said)}." if said else ""
        return (
            f"{self.area or 'The return'}: the central projection is {total['q50']:,.0f} children "
            f"looked after at the end of {month_words(self.months[-1])}, from {opening.sum():,.0f} "
            f"now (90% range {total['q05']:,.0f} to {total['q95']:,.0f}).{told}"
        )


def _kept(by: Sequence[str]) -> list[str]:
    return [name for name in ("placement", "age_band", "unaccompanied") if name in by]


def _spread(values: npt.NDArray[Any]) -> dict[str, object]:
    quantiles = np.quantile(values, QUANTILES)
    return {
        "mean": float(values.mean()),
        **{quantile_name(q): float(each) for q, each in zip(QUANTILES, quantiles, strict=True)},
    }


def summary_rows(
    values: npt.NDArray[Any], months: Sequence[str], key: Mapping[str, object]
) -> list[dict[str, object]]:
    """A row for each month with the key, mean and quantiles, from an array (simulation, month)."""
    means, quantiles = values.mean(axis=0), np.quantile(values, QUANTILES, axis=0)
    return [
        {
            **key, "month": month, "mean": float(means[at]),
            **{quantile_name(q): float(quantiles[n, at]) for n, q in enumerate(QUANTILES)},
        }
        for at, month in enumerate(months)
    ]  # fmt: skip


def first_year_whole(months: Sequence[str]) -> str:
    """The first financial year that is projected as a whole; if there is none, the first one."""
    years = years_of(months)
    whole = [year for year, places in years.items() if len(places) == 12]
    return whole[0] if whole else Month(months[0]).financial_year
