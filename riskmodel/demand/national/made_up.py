"""A made-up country: a panel of authorities that do not exist, drawn from what was learned.

Everything that reads a panel can be tried on it. As the values put in are known, learning can be
compared with them. No figure of a real authority is in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from riskmodel.core.arrays import Floats
from riskmodel.demand.pooled.history import POPULATION, STOCK_MEASURES
from riskmodel.demand.pooled.learned import Learned
from riskmodel.demand.pooled.process import covariance, size_scale
from riskmodel.demand.pooled.shipped import SHIPPED_YEARS, shipped
from riskmodel.demand.together import shipped_correlations
from riskmodel.errors import DataError
from riskmodel.series import ENGLAND, MADE_UP, AuthorityPanel, Status
from riskmodel.streams import stream

__all__ = [
    "Area",
    "country_figures",
    "made_up_country",
    "made_up_panel",
]


FEWEST_AUTHORITIES, MOST_AUTHORITIES = 6, 1000

_VINTAGE = SHIPPED_YEARS[-1]
_PURPOSE = "demand/national/made_up"

_CHILDREN, _SIZES, _GROWTH = 58_000, 0.65, 0.006
"""Children of a median authority; how much sizes differ on the log scale; their yearly growth."""

_TINY, _SMALLER = 75, 50
"""One authority in so many is smaller than the others by the second number as a factor, as islands
are; its counts are suppressed."""

_FLOWS: Mapping[str, tuple[float, float]] = {
    "cpp": (0.08, 0.12),
    "lac": (0.2, 0.15),
    "cin": (0.19, 0.15),
}
"""How much log starts over stock differ between authorities, and between the years of one."""

_LEADS: Mapping[str, tuple[str, float, float, float]] = {
    "icpc_children": ("cpp_starts", 1.13, 0.08, 0.06),
    "s47_enquiries": ("icpc_children", 2.4, 0.2, 0.1),
    "referrals": ("s47_enquiries", 3.6, 0.2, 0.1),
}
"""For each step: which one it leads to, how many times as many there are at the median, and how
much that differs between authorities and between years, on the log scale."""

_MOST_SUPPRESSED, _ROUNDED_TO = 5, 10
"""Counts of 1 to 5 are suppressed, and totals of England rounded, as the department does."""

_NOT_SENT = 0.001
"""Share of returns that are missing: nothing is published for that authority and year."""

_FEWEST_FOR_CHANGES, _FEWEST_YEARS_FOR_CHANGES = 20, 8
"""Boundaries change only where there are so many authorities and years."""


@dataclass(frozen=True, slots=True)
class Area:
    """An authority as it stands in the panel.

    Parameters
    ----------
    code, name
        A code and a name that no real authority has.
    units
        Positions of the drawn authorities whose figures it adds up.
    years
        In which it reports.
    """

    code: str
    name: str
    units: tuple[int, ...]
    years: range


def made_up_country(
    authorities: int = 150, years: range = range(2010, 2024), seed: int = 1
) -> AuthorityPanel:
    """Draw a country.

    Parameters
    ----------
    authorities
        How many report in the last year.
    years
        Years ending on 31 March.
    seed
        The same seed gives the same figures.

    Raises
    ------
    DataError
        When authorities are too few or too many, or years fewer than two.

    Notes
    -----
    With twenty authorities and eight years or more, two authorities are merged half way through,
    and later one is divided in two: new codes begin where the old ones end.
    """
    if not FEWEST_AUTHORITIES <= authorities <= MOST_AUTHORITIES:
        raise DataError(
            f"a made-up country has {FEWEST_AUTHORITIES} to {MOST_AUTHORITIES:,} authorities, got "
            f"{authorities:,}"
        )
    if len(years) < 2:
        raise DataError("a made-up country needs two years or more")
    areas = _areas(authorities, years)
    units = 1 + max(unit for area in areas for unit in area.units)
    return made_up_panel(areas, years, country_figures(units, years, seed), seed)


def _areas(authorities: int, years: range) -> list[Area]:
    """The authorities, some of them before and after a change of boundaries."""
    if authorities < _FEWEST_FOR_CHANGES or len(years) < _FEWEST_YEARS_FOR_CHANGES:
        return [_area(number, years) for number in range(1, authorities + 1)]
    joined, divided = years[len(years) // 2], years[2 * len(years) // 3]
    first, last = years[0], years[-1] + 1
    spans = {3: range(first, joined), 4: range(first, joined)}
    spans |= {7: range(divided, last), 8: range(divided, last)}
    # One drawn more than asked for: of two, one is left.
    areas = [_area(number, spans.get(number, years)) for number in range(1, authorities + 2)]
    return [
        *areas,
        Area("M901", f"Made-up 901 (003 and 004 until {joined - 1})", (2, 3), range(joined, last)),
        Area("M902", f"Made-up 902 (007 and 008 from {divided})", (6, 7), range(first, divided)),
    ]


def _area(number: int, years: range) -> Area:
    return Area(f"M{number:03d}", f"Made-up {number:03d}", (number - 1,), years)


def country_figures(authorities: int, years: range, seed: int) -> dict[str, Floats]:
    """Figures of made-up authorities by the panel's names, whole, shape (authority, year).

    Notes
    -----
    Stocks follow the process that ships (:class:`~riskmodel.demand.pooled.process.Process`) about
    its common course, and move together as learned; outside the years learned from the course is a
    random walk. Starts are a steady share of the stock plus half of its change, and ends follow:
    opening + starts - ends = closing in every year.
    """
    whole = range(years[0] - 1, years[-1] + 1)
    population = _population(authorities, whole, seed)
    learned = {name: shipped(name, _VINTAGE) for name in STOCK_MEASURES.values()}
    normal = stream(seed, f"{_PURPOSE}/stocks").standard_normal((3, authorities, len(whole)))
    together = np.linalg.cholesky(_correlations(learned))
    moved = np.einsum("st,tay->say", together, normal)
    tables: dict[str, Floats] = {POPULATION: population[:, 1:]}
    stocks = {
        name: _stocks(each, population, whole, moved[place], seed)
        for place, (name, each) in enumerate(learned.items())
    }
    plans, away, every = stocks.values()
    # Children in need hold the other two.
    stocks["cin_at_31_mar"] = np.maximum(every, np.ceil(1.2 * (plans + away)))
    for name, stock in stocks.items():
        prefix = name.partition("_")[0]
        tables[name] = stock[:, 1:]
        tables |= _flows(prefix, stock, learned[name].usual_starts, seed)
    for name, (leads_to, times, between, within) in _LEADS.items():
        ratio = times * np.exp(_apart(name, tables[leads_to].shape, between, within, seed))
        tables[name] = np.rint(tables[leads_to] * np.maximum(ratio, 1.0))
    return tables


def _population(authorities: int, years: range, seed: int) -> Floats:
    """Children of each authority, shape (authority, year)."""
    random = stream(seed, f"{_PURPOSE}/population")
    size = _CHILDREN * np.exp(_SIZES * random.standard_normal(authorities))
    tiny = authorities // _TINY
    size[authorities - tiny :] /= _SMALLER
    growth = _GROWTH * (1 + random.standard_normal((authorities, 1)))
    growth = growth + _GROWTH / 2 * random.standard_normal((authorities, len(years)))
    found: Floats = np.rint(size[:, None] * np.exp(np.cumsum(growth, axis=1)))
    return found


def _stocks(
    learned: Learned, population: Floats, years: range, normal: Floats, seed: int
) -> Floats:
    """Stocks at each 31 March, whole; shape (authority, year)."""
    random = stream(seed, f"{_PURPOSE}/{learned.stage}")
    times = np.array(years, dtype=np.float64)
    unknown = learned.course_covariance(times)
    values, vectors = np.linalg.eigh(unknown)
    beside = vectors @ (np.sqrt(np.maximum(values, 0)) * random.standard_normal(len(times)))
    rate = learned.course_at(times) + beside
    tail = learned.process.tail
    lively = np.sqrt((tail - 2) / random.chisquare(tail, len(population)))
    found = population * np.exp(rate)
    # Chance is of the stock that there is, which is known once it has been drawn: first roughly.
    for _ in range(2):
        spread = covariance(
            learned.process, times - times[0], size_scale(found), learned.stay_years
        )
        moved = (np.linalg.cholesky(spread) @ normal[:, :, None])[:, :, 0] * lively[:, None]
        found = np.maximum(population * np.exp(rate + moved) - 1, 0.0)
    whole: Floats = np.rint(found)
    return whole


def _flows(prefix: str, stock: Floats, usual: float, seed: int) -> dict[str, Floats]:
    """Starts and ends of each year after the first, shape (authority, year)."""
    before, after = stock[:, :-1], stock[:, 1:]
    apart = _apart(prefix, after.shape, *_FLOWS[prefix], seed)
    through = np.exp(usual + apart) * (before + after) / 2
    starts = np.maximum(np.rint(through + (after - before) / 2), np.maximum(after - before, 0))
    return {f"{prefix}_starts": starts, f"{prefix}_ends": before + starts - after}


def _apart(name: str, shape: tuple[int, ...], between: float, within: float, seed: int) -> Floats:
    """Normal deviations of each authority and, beside it, of each of its years."""
    random = stream(seed, f"{_PURPOSE}/{name}")
    found: Floats = between * random.standard_normal((shape[0], 1))
    return found + within * random.standard_normal(shape)


def _correlations(learned: Mapping[str, Learned]) -> Floats:
    """Between the yearly news of plans, looked after and all children in need, shape (3, 3).

    What ships is of changes over two years, and of the children in need outside the other two.
    Their share of the changes of all is what the other two leave: the variance of all is the
    process's own. News of one year stays longer in one stock than in another, so changes move
    together less than news does. Shares differ between authorities, so the correlations of the
    children in need come out some hundredths lower than they should.
    """
    shares = np.exp([each.course[-1] for each in learned.values()])
    shares[2] -= shares[0] + shares[1]
    shares /= shares.sum()
    news = np.array([_two_year_change(each) for each in learned.values()])
    spreads = np.sqrt((news**2).sum(axis=1))
    apart = shipped_correlations(_VINTAGE)
    known = shares[:2] * spreads[:2]
    crossed, squared = 2 * known @ apart[:2, 2], known @ apart[:2, :2] @ known
    rest = np.sqrt(crossed**2 / 4 + spreads[2] ** 2 - squared) - crossed / 2
    whole = apart @ [*known, rest] / spreads[2]
    changes = np.eye(3)
    changes[0, 1] = changes[1, 0] = apart[0, 1]
    changes[:2, 2] = changes[2, :2] = whole[:2]
    found: Floats = changes * np.outer(spreads, spreads) / (news @ news.T)
    return found


def _two_year_change(learned: Learned) -> Floats:
    """What the news of each year adds to a change over two, in a usual authority; shape (year,)."""
    times = np.arange(10.0)
    stock = np.full((1, len(times)), _CHILDREN * np.exp(learned.course[-1]))
    spread = covariance(learned.process, times, size_scale(stock), learned.stay_years)[0]
    rows = np.linalg.cholesky(spread)
    found: Floats = rows[-1] - rows[-3]
    return found


def made_up_panel(
    areas: Sequence[Area], years: range, tables: Mapping[str, Floats], seed: int
) -> AuthorityPanel:
    """A panel of the drawn authorities that is marked as made up.

    Parameters
    ----------
    areas
        The authorities of the panel.
    years
        Of the tables.
    tables
        From :func:`country_figures`.
    seed
        Seed of the returns that are missing.

    Notes
    -----
    Small counts are suppressed. England is the sum of all, rounded.
    """
    rows = [(area, year - years[0]) for area in areas for year in years if year in area.years]
    random = stream(seed, f"{_PURPOSE}/returns")
    sent = np.append(random.random(len(rows)) >= _NOT_SENT, np.ones(len(years), dtype=bool))
    figures: dict[str, Floats] = {}
    status: dict[str, list[Status]] = {}
    for name, table in tables.items():
        counts = np.array([table[list(area.units), place].sum() for area, place in rows])
        total = _ROUNDED_TO * np.rint(table.sum(axis=0) / _ROUNDED_TO)
        values = np.concatenate([counts, total])
        small = (values > 0) & (values <= _MOST_SUPPRESSED)
        known = sent | (name == POPULATION)
        figures[name] = np.where(small | ~known, np.nan, values)
        status[name] = [
            "not_available" if not is_known else "suppressed" if is_small else "observed"
            for is_known, is_small in zip(known.tolist(), small.tolist(), strict=True)
        ]
    return AuthorityPanel(
        (*(area.code for area, _ in rows), *[ENGLAND] * len(years)),
        (*(area.name for area, _ in rows), *["Made-up England"] * len(years)),
        np.array([*(years[place] for _, place in rows), *years]),
        figures,
        status,
        source="made-up country",
        notes=(MADE_UP,),
    )
