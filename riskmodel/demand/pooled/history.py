"""A stage's stocks and flows by authority and year, in the form used for learning."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from riskmodel.core.arrays import Bools, Floats, locked
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.series import AuthorityPanel

__all__ = [
    "BESIDE",
    "FLOW_MEASURES",
    "LEADS",
    "REGIONS",
    "REGION_CODES",
    "STOCK_MEASURES",
    "StageHistory",
    "authorities_of",
    "figures_table",
    "is_region",
    "stage_of",
]

STOCK_MEASURES: Mapping[str, str] = MappingProxyType(
    {
        "child_protection_plan": "cpp_at_31_mar",
        "looked_after": "lac_at_31_mar",
        "child_in_need": "cin_at_31_mar",
    }
)
"""The panel's measure of each stock. The department's children in need include children on a
protection plan and looked after, hence not ``child_in_need_plan``."""

FLOW_MEASURES: Mapping[str, str] = MappingProxyType(
    {
        f"{prefix}_{counted}": stage
        for prefix, stage in (("cpp", "child_protection_plan"), ("lac", "looked_after"))
        for counted in ("starts", "ends")
    }
)
"""Yearly flows that are tested too, with their stages. Those of children in need are not, because
their ends differ between releases."""

LEADS = ("s47_enquiries", "icpc_children", "referrals", "rereferrals_within_12m")
"""What leads to the stocks: section 47 enquiries, initial conferences, referrals, re-referrals."""

BESIDE = (
    *(
        f"{prefix}_{counted}"
        for prefix in ("cpp", "lac", "cin")
        for counted in ("at_31_mar", "starts", "ends")
    ),
    *LEADS,
)
"""Other figures that say something about a stock: the other stocks with their flows, and what leads
to them."""

POPULATION = "pop_0_17_midyear"

REGIONS = frozenset(
    {
        "england",
        "north east",
        "north west",
        "yorkshire and the humber",
        "yorkshire and humberside",
        "yorkshire and humber",
        "east midlands",
        "west midlands",
        "east of england",
        "east",
        "london",
        "inner london",
        "london (inner)",
        "outer london",
        "london (outer)",
        "south east",
        "south west",
    }
)
"""Areas, in small letters, that published tables list among the authorities although they are sums
of them. They would count their authorities twice, and by their size outweigh all others in a mean
score."""

REGION_CODES = ("E12", "E13", "E92")
"""How the nine-digit codes of regions, of the two parts of London and of England begin."""


@dataclass(frozen=True, slots=True, eq=False)
class StageHistory:
    """Stocks at 31 March and flows of the year before, by authority and year.

    Parameters
    ----------
    measure
        The panel's name of the stock; or of a flow, which then stands where a stock would.
    codes
        Codes of the authorities.
    years
        Consecutive years; for a year that the panel does not hold everything is missing.
    stock, starts, ends, population
        Shape (authority, year); NaN where there is no figure. Copied and locked. For a flow, starts
        and ends are replaced by the stock that it leads to or from, and the stage's other flow.
    beside
        Other figures of the same authorities and years by the panel's names, of :data:`BESIDE`; a
        figure that is left out is not known for any authority.
    """

    measure: str
    codes: tuple[str, ...]
    years: tuple[int, ...]
    stock: Floats
    starts: Floats
    ends: Floats
    population: Floats
    beside: Mapping[str, Floats] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("stock", "starts", "ends", "population"):
            object.__setattr__(self, name, self._table(name, getattr(self, name)))
        tables = {name: self._table(name, table) for name, table in self.beside.items()}
        object.__setattr__(self, "beside", tables)

    def _table(self, name: str, values: Floats) -> Floats:
        """A locked copy, its shape checked."""
        shape = (len(self.codes), len(self.years))
        table = locked(values, np.float64)
        if table.shape != shape:
            raise DataError(f"needs the shape {shape}, found {table.shape}", field=name)
        return table

    @classmethod
    def from_panel(cls, panel: AuthorityPanel, measure: str) -> StageHistory:
        """The history of one stock; authorities and years in order.

        Authorities without a figure of the stock are left out, and so are England and its regions:
        see :func:`is_region`.

        Raises
        ------
        UnknownNameError
            When it is neither a stock of :data:`STOCK_MEASURES` nor a flow of
            :data:`FLOW_MEASURES`.
        DataError
            When the panel holds no figure of it.
        """
        stage_of(measure)
        if measure not in panel.measures:
            raise DataError(
                f"has no column {measure}; found {', '.join(panel.measures) or 'none'}",
                file=panel.source,
            )
        rows = zip(panel.la_codes, panel.years.tolist(), panel.figures[measure], strict=True)
        seen = {(code, year) for code, year, value in rows if np.isfinite(value)}
        held = {code for code, _ in seen}
        codes = [code for code in authorities_of(panel) if code in held]
        if not codes:
            raise DataError("holds no figure of an authority", file=panel.source, field=measure)
        reported = [year for code, year in seen if code in codes]
        years = range(min(reported), max(reported) + 1)
        prefix = measure.split("_")[0]
        names = [f"{prefix}_starts", f"{prefix}_ends"]
        if measure in names:
            names = [f"{prefix}_at_31_mar", *(name for name in names if name != measure)]
        stock, starts, ends, population = (
            figures_table(panel, name, codes, years) for name in (measure, *names, POPULATION)
        )
        beside = {
            name: figures_table(panel, name, codes, years)
            for name in BESIDE
            if name in panel.measures and not name.startswith(f"{prefix}_")
        }
        return cls(measure, tuple(codes), tuple(years), stock, starts, ends, population, beside)

    @property
    def stage(self) -> str:
        """The stage of the stock or flow."""
        return stage_of(self.measure)

    @property
    def has_population(self) -> Bools:
        """Which authorities have any population figure, shape (authority,)."""
        return np.asarray((self.population > 0).any(axis=1), dtype=np.bool_)

    def until(self, year: int) -> StageHistory:
        """What was known at the end of that year, without anything later."""
        if year not in self.years:
            raise DataError(
                f"holds the years {self.years[0]} to {self.years[-1]}, not {year}",
                field=self.measure,
            )
        return self._kept(slice(0, self.years.index(year) + 1))

    def reported(self) -> StageHistory:
        """From the first year with a figure of the stock to the last; everything if there is none.

        When some authorities are taken from more, there can be years in which none of them has a
        figure.
        """
        held = np.flatnonzero(np.isfinite(self.stock).any(axis=0))
        return self._kept(slice(held[0], held[-1] + 1)) if len(held) else self

    def _kept(self, years: slice) -> StageHistory:
        return self._cut(self.codes, self.years[years], lambda table: table[:, years])

    def of(self, rows: Iterable[int]) -> StageHistory:
        """Some of the authorities, by their positions."""
        places = list(rows)
        codes = tuple(self.codes[place] for place in places)
        return self._cut(codes, self.years, lambda table: table[places])

    def _cut(
        self, codes: tuple[str, ...], years: tuple[int, ...], cut: Callable[[Floats], Floats]
    ) -> StageHistory:
        return StageHistory(
            self.measure,
            codes,
            years,
            cut(self.stock),
            cut(self.starts),
            cut(self.ends),
            cut(self.population),
            {name: cut(table) for name, table in self.beside.items()},
        )


def stage_of(measure: str) -> str:
    """The stage of a stock or a flow.

    Raises
    ------
    UnknownNameError
        When it is neither of :data:`STOCK_MEASURES` nor of :data:`FLOW_MEASURES`.
    """
    stages = {name: stage for stage, name in STOCK_MEASURES.items()} | dict(FLOW_MEASURES)
    if measure not in stages:
        raise UnknownNameError("measure", measure, stages)
    return stages[measure]


def authorities_of(panel: AuthorityPanel) -> list[str]:
    """Codes of the panel's authorities in order, without England and its regions."""
    return [code for code, area in panel.authorities.items() if not is_region(code, area)]


def is_region(code: str, area: str) -> bool:
    """Whether an area is a sum of authorities, by its name (:data:`REGIONS`) or its code.

    Examples
    --------
    >>> is_region("981", "Yorkshire & The Humber"), is_region("E12000003", ""), is_region("203", "")
    (True, True, False)
    """
    name = " ".join(area.casefold().replace("&", " and ").split())
    return name in REGIONS or code.strip().upper().startswith(REGION_CODES)


def figures_table(panel: AuthorityPanel, name: str, codes: Sequence[str], years: range) -> Floats:
    """One measure as an array of shape (authority, year); NaN where there is no figure."""
    found = np.full((len(codes), len(years)), np.nan)
    if name not in panel.measures:
        return found
    rows = {code: place for place, code in enumerate(codes)}
    columns = {year: place for place, year in enumerate(years)}
    for code, year, value in zip(
        panel.la_codes, panel.years.tolist(), panel.figures[name], strict=True
    ):
        if code in rows and year in columns:
            found[rows[code], columns[year]] = value
    return found
