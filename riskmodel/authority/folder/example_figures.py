"""The made-up authority of ``riskmodel new --example``: every figure is drawn, none is real."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from riskmodel.core.months import month_after
from riskmodel.demand.national.made_up import Area, country_figures, made_up_panel
from riskmodel.demand.pooled.history import POPULATION
from riskmodel.series import ENGLAND, AuthorityPanel
from riskmodel.streams import stream

if TYPE_CHECKING:
    from riskmodel.snapshots import MonthlySeries

__all__ = ["CODE", "LOOKED_AFTER", "NAME", "RETURN_YEARS", "ExampleFigures", "example_figures"]

NAME, CODE = "Exampleshire", "999"
"""A name and a code that no authority has."""

RETURN_YEARS = (2023, 2024)
"""Years of the made-up census returns."""

LOOKED_AFTER = 636
"""Children looked after at the end of the last month."""

_FIRST_MONTH, _MONTHS = "2020-12", 40
_CHILDREN = 120_000
_YEARS = range(2016, 2025)
_OTHERS = tuple(str(code) for code in range(970, 982))
"""Codes of the other made-up authorities: none has been given to a real one."""

_STAGES: Mapping[str, tuple[float, float]] = {
    "cpp": (44.0, 11.0),
    "cin_plan": (185.0, 8.0),
}
"""For each stage the usual starts in a month, and the months for which a child stays; for
looked-after children these come from the returns."""

_TEAMS: Mapping[str, tuple[str, str]] = {
    "north_1": ("north", "family_support"),
    "north_2": ("north", "family_support"),
    "south_1": ("south", "family_support"),
    "south_2": ("south", "family_support"),
    "disabled_children": ("county", "disabled_children"),
    "looked_after": ("county", "other"),
}
"""For each team its area and kind."""

_SHARES: Mapping[str, tuple[float, float, float]] = {
    "north_1": (0.20, 0.11, 0.20),
    "north_2": (0.18, 0.10, 0.19),
    "south_1": (0.24, 0.12, 0.24),
    "south_2": (0.22, 0.11, 0.21),
    "disabled_children": (0.03, 0.05, 0.12),
    "looked_after": (0.13, 0.51, 0.04),
}
"""Each team's share of the cases of each stage."""

_CASES_A_WORKER = 17.5
_HELD, _HOLD_CASES, _WORKERS_VARY = 0.95, 0.65, 0.05
"""The share of children in need who are a case in September, the share of social workers who hold
cases, and how much their number varies from year to year."""

_SPARED, _SICKNESS, _AGENCY, _NEWLY, _VACANT = 0.30, 0.04, 12.0, 18.0, 0.13

_Counts = npt.NDArray[np.int64]
_Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ExampleFigures:
    """Figures of the made-up authority: cells of its workbook, and the panel that contains it."""

    cells: Mapping[str, list[dict[str, Any]]]
    panel: AuthorityPanel


def example_figures(
    seed: int, looked_after: MonthlySeries, placements: Mapping[str, int]
) -> ExampleFigures:
    """Draw the figures.

    Parameters
    ----------
    seed
        The same seed gives the same figures.
    looked_after
        Months of the returns on looked-after children, to the last one, which become its own
        months.
    placements
        Children in each kind of placement at the end, with which the mean price is weighted.
    """
    months = _months(seed)
    months["lac"] = _months_of_returns(seed, looked_after)
    months = {stage: months[stage] for stage in ("cpp", "lac", "cin_plan")}
    panel = _panel(seed, months)
    stocks = {stage: int(counts[-1, 0]) for stage, counts in months.items()}
    teams = _teams(stocks)
    cells: dict[str, list[dict[str, Any]]] = {
        "about": [
            {
                "name": NAME,
                "code": CODE,
                "date": date(2024, 3, 31),
                "contact": "nobody: this authority is made up",
                "population": _CHILDREN,
            }
        ],
        "workforce": [_workforce(teams)],
        "prices": _prices(placements),
        "placements": _placement_prices(),
        "placement_budget": [
            {"year": year, "budget": budget, "grant_per_week": 1000}
            for year, budget in (("2024/25", 31_500_000), ("2025/26", 32_500_000))
        ],
        "placement_spending": [
            {"month": date(2024, month, 1), "spent": spent}
            for month, spent in _PLACEMENT_SPENDING.items()
        ],
        "targets": [{"cap": 15, "by": date(2026, 3, 31), "chance": 0.8}],
        "groups": [{"name": "Made-up authorities by the sea", "codes": ", ".join(_OTHERS[3:7])}],
        "months": _month_rows(months),
        "teams": teams,
        "neighbours": [{"la_code": CODE, "neighbour_code": code} for code in _OTHERS[:6]],
    }
    return ExampleFigures(cells, panel)


def _months(seed: int) -> dict[str, _Counts]:
    """Stock, starts and ends of each stage; shape (month, 3)."""
    found = {}
    for stage, (starts_a_month, stay) in _STAGES.items():
        random = stream(seed, f"authority/example/months/{stage}")
        stock = round(starts_a_month * stay)
        rows = []
        for month in range(_MONTHS):
            # Slowly more starts, and a wave over the year.
            level = 1 + 0.003 * month + 0.06 * np.sin(2 * np.pi * month / 12)
            starts = int(random.poisson(starts_a_month * level))
            ends = int(random.binomial(stock, 1 / stay))
            stock += starts - ends
            rows.append((stock, starts, ends))
        found[stage] = np.array(rows, dtype=np.int64)
    return found


def _months_of_returns(seed: int, series: MonthlySeries) -> _Counts:
    """The months of the returns, and before them months as those of their first year."""
    known = np.stack([series.stock, series.starts, series.ends], axis=1).astype(np.int64)
    random = stream(seed, "authority/example/months/lac")
    earlier: list[tuple[int, ...]] = []
    stock = int(known[0, 0] - known[0, 1] + known[0, 2])
    for _ in range(_MONTHS - len(known)):
        starts, ends = (int(random.poisson(mean)) for mean in known[:12, 1:].mean(axis=0))
        earlier.insert(0, (stock, starts, ends))
        stock += ends - starts
    return np.concatenate([np.array(earlier, dtype=np.int64), known])


def _month_rows(months: Mapping[str, _Counts]) -> list[dict[str, Any]]:
    rows = []
    for number in range(_MONTHS):
        month = month_after(_FIRST_MONTH, number)
        row: dict[str, Any] = {"month": date(month.year, month.number, 1)}
        for stage, counts in months.items():
            for place, measure in enumerate(("stock", "starts", "ends")):
                row[f"{stage}_{measure}"] = int(counts[number, place])
        rows.append(row)
    return rows


def _teams(stocks: Mapping[str, int]) -> list[dict[str, Any]]:
    """Teams whose cases add up to the last stocks."""
    columns = ("child_protection_plan", "looked_after", "child_in_need_plan")
    cases = {}
    for position, (column, stock) in enumerate(zip(columns, stocks.values(), strict=True)):
        shares = [_SHARES[team][position] for team in _TEAMS]
        cases[column] = _shared_out(stock, shares)
    rows = []
    for number, (team, (area, kind)) in enumerate(_TEAMS.items()):
        row: dict[str, Any] = {"team": team, "area": area, "kind": kind}
        row |= {column: int(cases[column][number]) for column in columns}
        if kind == "family_support":
            total = sum(row[column] for column in columns)
            row["unallocated"] = round(total * 0.02)
            row["workers"] = f"{total / _CASES_A_WORKER:.1f}"
        rows.append(row)
    return rows


def _shared_out(total: int, shares: list[float]) -> list[int]:
    """Whole cases in proportion to the shares, that add up to the total."""
    exact = np.cumsum(np.array(shares) / sum(shares) * total)
    counts: list[int] = np.diff(np.rint(exact).astype(np.int64), prepend=0).tolist()
    return counts


def _workforce(teams: list[dict[str, Any]]) -> dict[str, Any]:
    """Posts and workers whose time comes to the workers of the teams."""
    at_work = sum(float(row["workers"]) for row in teams if "workers" in row)
    in_post = round((at_work - _AGENCY) / (1 - _SICKNESS) + _SPARED * _NEWLY, 1)
    posts = round(in_post / (1 - _VACANT))
    return {
        "posts": posts,
        "in_post": in_post,
        "newly_qualified": _NEWLY,
        "spared": _SPARED,
        "sickness": _SICKNESS,
        "turnover": 0.16,
        "agency": _AGENCY,
        "time_to_fill": 5,
        "source": "made up",
    }


def _prices(placements: Mapping[str, int]) -> list[dict[str, Any]]:
    """Prices of workers, and the mean price of a placement: that of the list, a year before it."""
    source = "made up"
    paid = sum(number * _PLACEMENT_PRICES[kind][0] for kind, number in placements.items())
    mean = paid / sum(placements.values())
    return [
        {
            "year": "2023/24",
            "post_per_year": 56000,
            "agency_per_week": 1550,
            "placement_per_week": round(mean / (1 + _INFLATION[0])),
            "source": source,
        },
        {"year": "2024/25", "inflation": _INFLATION[0], "source": source},
        {"year": "2025/26", "inflation": _INFLATION[1], "source": source},
    ]


_INFLATION = 0.04, 0.025
"""Inflation to 2024/25, the year of the prices of placements, and after it."""

_PLACEMENT_PRICES: Mapping[str, tuple[int, float]] = {
    "own_fostering": (520, 0.2),
    "agency_fostering": (940, 0.2),
    "kinship": (330, 0.2),
    "private_residential": (5200, 0.4),
    "own_residential": (4300, 0.2),
    "supported": (1150, 0.5),
    "adoption": (120, 0.2),
    "parents": (60, 0.2),
    "secure": (7800, 0.2),
    "other": (1500, 0.5),
}
"""For each kind of placement the price of a week, and how much single placements differ."""


_PLACEMENT_SPENDING = {4: 2_655_000, 5: 2_768_000, 6: 2_702_000, 7: 2_815_000}
"""What was paid in the months of 2024 after the return ends."""


def _placement_prices() -> list[dict[str, Any]]:
    return [
        {
            "placement": placement,
            "per_week": price,
            "spread": spread,
            "inflation": _INFLATION[1],
            "source": "made up",
        }
        for placement, (price, spread) in _PLACEMENT_PRICES.items()
    ]


def _panel(seed: int, months: Mapping[str, _Counts]) -> AuthorityPanel:
    """Twelve other made-up authorities and its own, whose last years are those of its months."""
    tables = country_figures(len(_OTHERS) + 1, _YEARS, seed)
    largest = int(np.argmax(tables[POPULATION][:, -1]))
    _as_its_months({name: table[largest] for name, table in tables.items()}, months)
    others = [place for place in range(len(_OTHERS) + 1) if place != largest]
    areas = [
        Area(code, f"Made-up authority {code}", (place,), _YEARS)
        for code, place in zip(_OTHERS, others, strict=True)
    ]
    areas.append(Area(CODE, NAME, (largest,), _YEARS))
    return _with_workers(made_up_panel(areas, _YEARS, tables, seed), seed)


def _with_workers(panel: AuthorityPanel, seed: int) -> AuthorityPanel:
    """With social workers at 30 September, those who hold cases, and the cases they hold.

    The last year has none: its September comes after the last month. England is the sum of all.
    """
    random = stream(seed, "authority/example/workers")
    rows = [place for place, code in enumerate(panel.la_codes) if code != ENGLAND]
    cases = _HELD * panel.figures["cin_at_31_mar"][rows].reshape(-1, len(_YEARS))
    usual = random.uniform(0.85, 1.05, (len(cases), 1)) * _CASES_A_WORKER
    usual[-1] = _CASES_A_WORKER
    grown = np.cumsum(random.normal(0.0, _WORKERS_VARY, cases.shape), axis=1)
    # Which caseload is usual is known of the last September; before it workers come and go.
    holders = cases[:, -2:-1] / usual * np.exp(grown - grown[:, -2:-1])
    together = {
        "sw_cases_held": np.rint(cases),
        "sw_case_holders_fte": holders.round(1),
        "sw_fte": (holders / _HOLD_CASES).round(1),
    }
    figures = {
        name: np.concatenate([found, found.sum(axis=0)[None]]).round(1)
        for name, found in together.items()
    }
    for found in figures.values():
        found[:, -1] = np.nan
    held, fte = figures["sw_cases_held"], figures["sw_case_holders_fte"]
    figures["sw_avg_caseload_fte"] = (held / fte).round(1)
    return replace(
        panel,
        figures={**panel.figures, **{name: found.ravel() for name, found in figures.items()}},
        status={name: panel.status[name] for name in panel.figures},
    )


def _as_its_months(figures: Mapping[str, _Floats], months: Mapping[str, _Counts]) -> None:
    """Bring the yearly figures of an authority to its size, and its last years to its months."""
    stocks = {stage: figures[f"{stage}_at_31_mar"] for stage in ("cpp", "lac", "cin")}
    marches = _marches()
    place, row = marches[0]
    now = {stage: counts[row, 0] for stage, counts in months.items()}
    outside = stocks["cin"] - stocks["cpp"] - stocks["lac"]
    outside = np.rint(outside * now["cin_plan"] / outside[place])
    now["cin"] = sum(now.values())
    times = {stage: now[stage] / stock[place] for stage, stock in stocks.items()}
    figures[POPULATION][:] = _CHILDREN
    for name, column in figures.items():
        if name != POPULATION:
            column[:] = np.rint(column * times.get(name.partition("_")[0], times["cpp"]))
    for place, row in marches:
        outside[place] = months["cin_plan"][row, 0]
        for stage in ("cpp", "lac"):
            stocks[stage][place] = months[stage][row, 0]
            if row >= 11:
                starts = months[stage][row - 11 : row + 1, 1].sum()
                figures[f"{stage}_starts"][place] = starts
    stocks["cin"][:] = outside + stocks["cpp"] + stocks["lac"]
    for stage, stock in stocks.items():
        figures[f"{stage}_ends"][1:] = stock[:-1] + figures[f"{stage}_starts"][1:] - stock[1:]


def _marches() -> list[tuple[int, int]]:
    """Place among the years, and row among the months, of each March."""
    labels = [month_after(_FIRST_MONTH, number) for number in range(_MONTHS)]
    return [(m.year - _YEARS[0], row) for row, m in enumerate(labels) if m.is_march]
