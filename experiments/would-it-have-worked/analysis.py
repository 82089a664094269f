"""What the projections would have said of other authorities, and what happened there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from riskmodel.core.lazy import pd
from riskmodel.demand.pooled.backtest import backtest
from riskmodel.demand.pooled.history import StageHistory
from riskmodel.demand.pooled.judged import MODELS, OURS, REFERENCE, Backtest
from riskmodel.errors import DataError
from riskmodel.experiments import Analysis, Option, Picture, Point, Result, Summary, Tables, rows_of
from riskmodel.intake import read_panel

MEASURES = {
    "cpp_at_31_mar": "children on a protection plan",
    "lac_at_31_mar": "children looked after",
    "cin_at_31_mar": "children in need, in the wide sense",
}
MODEL_WORDS = {
    OURS: "this package",
    REFERENCE: "last value",
    "last_value_pooled": "last value, spread of other authorities",
    "drift": "drift",
    "mean_reversion": "back to own mean",
    "ets": "exponential smoothing (ETS)",
    "arima": "ARIMA",
    "ridge": "ridge regression across authorities",
    "wide_ridge": "ridge regression on all figures",
    "constant_rates": "constant rates, chance alone",
    "prevalence": "share of the children, of a growing number",
}
OF_OTHERS = (OURS, "last_value_pooled", "mean_reversion", "ridge", "wide_ridge")
"""Models that learn from other authorities. The others read an authority's own figures alone: how
the authorities are parted is nothing to them."""
GROUPS = ("smallest", "second", "third", "largest")
"""Quarters of the authorities by their stock at the origin."""
_KEY = ["model", "la_code", "origin", "horizon_years", "size"]


def measure(point: Point) -> Tables:
    """Every forecast of one measure, the authorities parted in one way."""
    if "panel" not in point.files:
        raise DataError("needs a panel of authorities: give --input panel=PATH")
    settings = point.settings
    panel = read_panel(point.files["panel"])
    history = StageHistory.from_panel(panel, settings["measure"])
    origins = None
    if settings["latest_origins"]:
        origins = list(history.years[:-1])[-settings["latest_origins"] :]
    models = MODELS if settings["parting"] == 0 else OF_OTHERS
    if not settings["one_by_one"]:
        models = tuple(name for name in models if name not in ("ets", "arima"))
    found = backtest(
        panel, settings["measure"], origins=origins, models=models, seed=settings["parting"]
    )
    table = found.frame[found.frame["model"].isin(models)].reset_index(drop=True)
    table["size"] = _sizes(history, table)
    table["left_out"] = found.left_out
    return {"forecasts": table.drop(columns=["q05", "q10", "q25", "q75", "q90", "q95"])}


def _sizes(history: StageHistory, table: pd.DataFrame) -> list[str]:
    """The quarter in which each authority's stock lies, of all that had one at the origin."""
    rows = {code: place for place, code in enumerate(history.codes)}
    of_origin = {}
    for origin in table["origin"].unique().tolist():
        stock = history.stock[:, history.years.index(origin)]
        edges = np.quantile(stock[np.isfinite(stock)], (0.25, 0.5, 0.75))
        of_origin[origin] = [GROUPS[place] for place in np.searchsorted(edges, stock)]
    return [
        of_origin[origin][rows[code]]
        for code, origin in zip(table["la_code"], table["origin"], strict=True)
    ]


def summarise(tables: Tables) -> Summary:
    """Skill, coverage and winners over all authorities and by size; partings taken together."""
    table = tables["forecasts"]
    seed, first = int(table["parting"].min()), table.iloc[0]
    results = [
        Result("authorities", int(table["la_code"].nunique()), "authorities", "observed"),
        Result("first_origin", int(table["origin"].min()), "year", "observed"),
        Result("last_origin", int(table["origin"].max()), "year", "observed"),
        Result("partings", int(table["parting"].nunique()), "partings", "assumed"),
        Result("level", 95.0, "percent", "assumed"),
    ]
    for setting, name in (
        ("aims", "aims"),
        ("coverage_50", "wanted/50"),
        ("coverage_90", "wanted/90"),
    ):
        wanted = [float(part) for part in str(first[setting]).split(" to ")]
        results += [
            Result(f"{name}/{place}", value, "percent", "assumed")
            for place, value in enumerate(wanted, start=1)
        ]
    for measured, mine in table.groupby("measure", sort=False):
        results += list(_partings(str(measured), mine))
        # One forecast a model, authority, origin and horizon: its scores over the partings.
        scores = ["crps", "covered_50", "covered_80", "covered_90"]
        pooled = mine.groupby(_KEY, sort=False, as_index=False)[scores].mean()
        results += list(_whole(str(measured), pooled, seed))
        results += list(_by_size(str(measured), pooled, seed))
    return Summary(tuple(results))


def _scored(measured: str, pooled: pd.DataFrame, seed: int) -> pd.DataFrame:
    return Backtest(measured, pooled, 0, seed, 0).skill()


def _partings(measured: str, mine: pd.DataFrame) -> Iterator[Result]:
    """The skill of this package by parting: how much hangs on who is judged by whom."""
    ours = mine[mine["model"].isin((OURS, REFERENCE))]
    means = ours.groupby(["model", "parting", "horizon_years"])["crps"].mean()
    base = means[REFERENCE].xs(mine["parting"].min(), level="parting")
    for ahead, group in means[OURS].groupby("horizon_years"):
        skills = 100 * (1 - group.to_numpy() / base[ahead])
        yield Result.within(
            f"partings/{measured}/{ahead}",
            (float(skills.mean()), float(skills.min()), float(skills.max())),
            "percent",
            "observed",
            1.0,
            "smallest and largest over the partings",
        )


def _whole(measured: str, pooled: pd.DataFrame, seed: int) -> Iterator[Result]:
    for row in _scored(measured, pooled, seed).to_dict("records"):
        place = f"{measured}/{row['horizon_years']}/{row['model']}"
        yield _skill(f"skill/{place}", row)
        for level in (50, 90):
            value = float(row[f"coverage_{level}_percent"])
            yield Result(f"coverage/{level}/{place}", value, "percent", "observed")
        if row["model"] == OURS:
            number = int(row["forecasts"])
            yield Result(
                f"forecasts/{measured}/{row['horizon_years']}", number, "forecasts", "observed"
            )
        if row["best"]:
            yield Result(
                f"winner/{measured}/{row['horizon_years']}", row["model"], "model", "observed"
            )


def _by_size(measured: str, pooled: pd.DataFrame, seed: int) -> Iterator[Result]:
    scored = {
        size: _scored(measured, group, seed) for size, group in pooled.groupby("size", sort=False)
    }
    for ahead in sorted(set(pooled["horizon_years"].tolist())):
        for size in (name for name in GROUPS if name in scored):
            found = rows_of(scored[size], horizon_years=ahead)
            if found.empty:
                continue
            place = f"{measured}/{ahead}/{size}"
            row, best = rows_of(found, model=OURS).iloc[0], rows_of(found, best=True).iloc[0]
            value = float(row["coverage_90_percent"])
            yield _skill(f"size_skill/{place}", row)
            yield Result(f"size_coverage/90/{place}", value, "percent", "observed")
            yield Result(f"size_winner/{place}", best["model"], "model", "observed")
            yield _skill(f"size_winner_skill/{place}", best)


def _skill(name: str, row: Any) -> Result:
    value, low, high = (float(row[f"skill_{part}"]) for part in ("percent", "low", "high"))
    how = "bootstrap of whole authorities"
    return Result.within(name, (value, low, high), "percent", "observed", 0.95, how)


def years_ahead(ahead: str) -> str:
    """A horizon in words."""
    return f"{ahead} year" if ahead == "1" else f"{ahead} years"


def winners_of(summary: Summary, measured: str) -> dict[str, str]:
    """The best model at each horizon."""
    prefix = f"winner/{measured}/"
    return {one.name.removeprefix(prefix): str(one.value) for one in summary.starting(prefix)}


class Aim(NamedTuple):
    """The skill that was wanted for plans at a horizon, beside the skill there is."""

    ahead: str
    skill: str
    wanted: str
    is_reached: bool


def aims_of(summary: Summary) -> list[Aim]:
    """Every aim whose horizon was judged."""
    aims = []
    for one in summary.starting("aims/"):
        ahead = one.name.removeprefix("aims/")
        name = f"skill/{next(iter(MEASURES))}/{ahead}/{OURS}"
        if name in summary:
            skill = summary[name]
            is_reached = float(skill.value) >= float(one.value)
            aims.append(Aim(ahead, skill.text(1), one.text(), is_reached))
    return aims


def held(summary: Summary, level: int, place: str) -> str:
    """Coverage of this package's intervals; said where it is outside of what is wanted."""
    one = summary[f"coverage/{level}/{place}/{OURS}"]
    low, high = (float(summary[f"wanted/{level}/{end}"].value) for end in (1, 2))
    return one.text(1) if low <= float(one.value) <= high else f"{one.text(1)} (outside)"


def failures_of(summary: Summary) -> list[str]:
    """Where this package is not the best, or its skill is not sure to be above nought."""
    sentences = [
        f"{MEASURES[measured]} at {years_ahead(ahead)}: {MODEL_WORDS[winner]} is better"
        for measured in MEASURES
        for ahead, winner in winners_of(summary, measured).items()
        if winner != OURS
    ]
    beaten = [one.name for one in summary.starting("size_winner/") if one.value != OURS]
    unsure = [one.name for one in summary.starting("size_skill/") if float(one.low or 0) <= 0]
    for names, words in (
        (beaten, "Another model is better in some quarters of the authorities"),
        (unsure, "The interval of the skill over the last value reaches nought in some quarters"),
    ):
        if names:
            sentences.append(f"{words}: {_grouped(names)}")
    return sentences


def _grouped(names: list[str]) -> str:
    """Measure, horizon and quarter of results, each named once."""
    quarters: dict[str, dict[str, list[str]]] = {}
    for name in names:
        _, measured, ahead, size = name.split("/")
        quarters.setdefault(measured, {}).setdefault(ahead, []).append(size)
    return "; ".join(
        f"{MEASURES[measured]}, "
        + ", ".join(f"{years_ahead(ahead)} ({', '.join(sizes)})" for ahead, sizes in by.items())
        for measured, by in quarters.items()
    )


def figures(tables: Tables, summary: Summary) -> Mapping[str, Picture]:
    """Skill of each model at the longest horizon, stock by stock."""
    from riskmodel.report.charts import draw_ranges

    drawn: dict[str, Picture] = {}
    for measured in MEASURES:
        ahead = summary.parts(f"winner/{measured}/", 2)
        rows = []
        for one in summary.starting(f"skill/{measured}/{ahead[-1]}/") if ahead else ():
            model = one.name.rpartition("/")[2]
            if model != REFERENCE:
                value, low, high = (float(part or 0) for part in (one.value, one.low, one.high))
                rows.append((MODEL_WORDS[model].capitalize(), value, low, high))
        if rows:
            name = f"skill_{measured.partition('_')[0]}"
            across = f"Percent better than the last value, {years_ahead(ahead[-1])} ahead"
            drawn[name] = draw_ranges(name, rows, across=across)
    return drawn


FORECAST_BACKTEST = Analysis(
    "forecast-backtest",
    "What the projections would have said of other authorities, and what happened there",
    measure,
    summarise,
    {
        "measure": Option("cpp_at_31_mar", "which stock", allowed=tuple(MEASURES)),
        "parting": Option(0, "seed of how the authorities are parted", least=0),
        "latest_origins": Option(0, "only the latest origins; 0 is all", quick=2, least=0),
        "one_by_one": Option(True, "also ETS and ARIMA, fitted to each authority", quick=False),
        "aims": Option((8.0, 12.0, 17.0, 20.0), "skill wanted for plans at each year, percent"),
        "coverage_50": Option((45.0, 55.0), "coverage wanted of the 50% intervals, percent"),
        "coverage_90": Option((86.0, 94.0), "coverage wanted of the 90% intervals, percent"),
    },
    files={"panel": "a panel of authorities by year, as `riskmodel intake panel` makes it"},
    figures=figures,
    needs={"parting": (0,)},
)
