"""How often the forecasts' intervals hold what happens, on panels whose truth is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt

from riskmodel.demand.pooled.history import StageHistory
from riskmodel.demand.pooled.learn import forecast, learn
from riskmodel.demand.pooled.learned import Learned
from riskmodel.demand.pooled.process import covariance, size_scale
from riskmodel.demand.pooled.scores import LEVELS, covered
from riskmodel.demand.pooled.shipped import shipped
from riskmodel.demand.simulation.stock_flow import simulate
from riskmodel.experiments import Analysis, Option, Picture, Point, Result, Summary, Tables, frame
from riskmodel.parameters import parameter

Floats = npt.NDArray[np.float64]

MEASURE = "cpp_at_31_mar"
FIRST, LAST = 2010, 2021
ORIGIN, HORIZONS = 2017, 4
TAUGHT, JUDGED = 60, 15
"""A design like the shared panel's: years, authorities that teach and that are judged."""
_LEVELS = (50, 90)
_WARM_UP = 5
"""Years simulated before the first that is seen, so that nothing of the opening is left."""
_MONTHS = 12


def measure(point: Point) -> Tables:
    """Coverage of each interval in each panel of a batch."""
    make = _DESIGNS[point.settings["truth"]]
    random, process = point.random(), shipped(MEASURE, LAST)
    rows = []
    for number in range(point.settings["panels"]):
        panel = make(process, random)
        known = panel.until(ORIGIN)
        learned = learn(known.of(range(TAUGHT)), horizons=HORIZONS)
        judged = range(TAUGHT, TAUGHT + JUDGED)
        values = forecast(learned, known.of(judged)).quantiles(LEVELS)
        for ahead in range(1, HORIZONS + 1):
            happened = panel.stock[list(judged), panel.years.index(ORIGIN + ahead)]
            for level in _LEVELS:
                held = covered(values[:, ahead - 1], happened, level / 100)
                rows.append((number, ahead, level, float(held.mean())))
    return {"coverage": frame(("panel", "horizon_years", "level", "coverage"), rows)}


def panel_as_learned(learned: Learned, random: np.random.Generator) -> StageHistory:
    """A panel from the very process that is learned, at what was learned of real authorities."""
    population, course, years = _frame_of(learned, random)
    rate = course + np.log(population)[:, None]
    process, times = learned.process, np.arange(len(years), dtype=np.float64)
    whole = covariance(process, times, size_scale(np.exp(rate)), learned.stay_years)
    # Student-t: each authority has a liveliness of its own.
    lively = np.sqrt((process.tail - 2) / random.chisquare(process.tail, len(population)))
    normal = random.standard_normal(rate.shape)
    beside = np.einsum("nij,nj->ni", np.linalg.cholesky(whole), normal) * lively[:, None]
    stock = np.maximum(np.rint(np.expm1(rate + beside)), 0.0)
    starts = random.poisson(stock / learned.stay_years).astype(np.float64)
    ends = np.full(stock.shape, np.nan)
    ends[:, 1:] = np.maximum(starts[:, 1:] - np.diff(stock, axis=1), 0.0)
    return _history(years, stock, starts, ends, population)


def panel_of_children(learned: Learned, random: np.random.Generator) -> StageHistory:
    """A panel of children who start and end, where starts come and go: another law than learned.

    Log starts have a level of the authority, the common course, and a deviation that comes and
    goes from year to year with the memory that was learned; children stay for gamma lengths.
    """
    population, course, years = _frame_of(learned, random, _WARM_UP)
    process, shape = learned.process, course.shape[0]
    number = len(population)
    memory = process.deviation_memory
    beside = np.empty((number, shape))
    beside[:, 0] = random.standard_normal(number)
    for year in range(1, shape):
        kept, fresh = memory, np.sqrt(1 - memory**2)
        beside[:, year] = kept * beside[:, year - 1] + fresh * random.standard_normal(number)
    level = process.level * random.standard_normal((number, 1))
    log_stock = course + np.log(population)[:, None] + level + process.deviation * beside
    rates = np.repeat(np.exp(log_stock) / learned.stay_years / _MONTHS, _MONTHS, axis=1)
    flows = simulate(
        rates,
        np.full(number, 365.25 * learned.stay_years),
        np.full(number, parameter("length_shape_prior_mean").value),
        np.rint(np.exp(log_stock[:, 0])).astype(np.int64),
        random,
        overdispersion=np.full(number, max(process.size, 1.0)),
    )
    seen = slice(_WARM_UP, None)
    stock = flows.stock[:, _MONTHS - 1 :: _MONTHS].astype(np.float64)[:, seen]
    starts, ends = (
        part.reshape(number, -1, _MONTHS).sum(axis=2).astype(np.float64)[:, seen]
        for part in (flows.starts, flows.ends)
    )
    return _history(years, stock, starts, ends, population)


def _frame_of(
    learned: Learned, random: np.random.Generator, before: int = 0
) -> tuple[Floats, Floats, tuple[int, ...]]:
    """Populations, the common course of the log rate, and the years that are seen."""
    years = tuple(range(FIRST, LAST + 1))
    population = np.exp(random.normal(np.log(60_000), 0.6, TAUGHT + JUDGED))
    steps = np.sqrt(learned.drift_variance) * random.standard_normal(len(years) + before - 1)
    course = float(np.mean(learned.course)) + np.concatenate([[0.0], np.cumsum(steps)])
    return population, course, years


def _history(
    years: tuple[int, ...], stock: Floats, starts: Floats, ends: Floats, population: Floats
) -> StageHistory:
    codes = tuple(f"simulated {number}" for number in range(len(population)))
    people = np.repeat(population[:, None], len(years), axis=1)
    return StageHistory(MEASURE, codes, years, stock, starts, ends, people)


_DESIGNS = {"as-learned": panel_as_learned, "children": panel_of_children}
TRUTHS = {
    "as-learned": "stocks by the very process that is learned",
    "children": "children who start and end, starts that come and go",
}


def summarise(tables: Tables) -> Summary:
    """Mean coverage by truth, horizon and level, with its chance over panels."""
    table = tables["coverage"]
    panels = table.drop_duplicates(["truth", "batch", "panel"])
    results = [
        Result("panels", len(panels), "panels", "assumed"),
        Result("taught", TAUGHT, "authorities", "assumed"),
        Result("judged", JUDGED, "authorities", "assumed"),
        Result("near", _NEAR, "percentage points", "assumed"),
        *_cells(table),
    ]
    cells = [one for one in results if "/" in one.name]
    low = [one for one in cells if float(one.value) < _stated(one) - _NEAR]
    results += [
        Result("intervals", len(cells), "intervals", "assumed"),
        Result("below", len(low), "intervals", "assumed"),
    ]
    return Summary(tuple(results))


_NEAR = 4.0
"""Percentage points below what is stated from which coverage is called low: the bounds that the
backtest is held to, 86 to 94 for 90."""


def _cells(table) -> Iterator[Result]:  # type: ignore[no-untyped-def]
    for (truth, level, ahead), group in table.groupby(
        ["truth", "level", "horizon_years"], sort=False
    ):
        coverage = 100 * group["coverage"].to_numpy()
        reach = 1.96 * float(coverage.std(ddof=1) / np.sqrt(len(coverage)))
        mean = float(coverage.mean())
        how = "normal, over panels"
        name = f"{truth}/{level}/{ahead}"
        low, high = max(mean - reach, 0.0), min(mean + reach, 100.0)
        yield Result.within(name, (mean, low, high), "percent", "assumed", 0.95, how)


def _stated(one: Result) -> float:
    return float(one.name.split("/")[1])


def _means(summary: Summary) -> list[Result]:
    return [one for one in summary if "/" in one.name]


def figures(tables: Tables, summary: Summary) -> Mapping[str, Picture]:
    """Coverage of the 90% intervals as a distance from 90."""
    from riskmodel.report.charts import draw_ranges

    rows = []
    for one in _means(summary):
        truth, level, ahead = one.name.split("/")
        if int(level) == _LEVELS[-1]:
            ends = [float(part or 0) - _stated(one) for part in (one.value, one.low, one.high)]
            words = f"{truth.replace('-', ' ').capitalize()}, {ahead} years ahead"
            rows.append((words, ends[0], ends[1], ends[2]))
    across = f"Percentage points above {_LEVELS[-1]}, with chance over panels"
    return {"forecasts": draw_ranges("forecasts", rows, across=across)}


FORECAST_COVERAGE = Analysis(
    "forecast-coverage",
    "How often the forecasts' intervals hold what happens, on panels whose truth is known",
    measure,
    summarise,
    {
        "truth": Option("as-learned", "what the panels are made of", allowed=tuple(_DESIGNS)),
        "batch": Option(0, "number of the batch; each has draws of its own", least=0),
        "panels": Option(60, "panels in a batch", quick=10, least=2),
    },
    figures=figures,
)
