"""What the projections would have said of other authorities, and what happened there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from riskmodel.demand.learning.backtest import backtest
from riskmodel.demand.learning.history import StageHistory
from riskmodel.demand.learning.judged import MODELS, OURS, REFERENCE, Backtest
from riskmodel.errors import DataError
from riskmodel.intake import read_panel
from riskmodel.runs import Analysis, Option, Point, Result, Summary
from riskmodel.runs.analysis import Picture, Tables
from riskmodel.workflows.experiments._common import rows_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ANALYSIS"]

MEASURES = {
    "cpp_at_31_mar": "children on a protection plan",
    "lac_at_31_mar": "children looked after",
    "cin_at_31_mar": "children in need, in the wide sense",
}
WORDS = {
    OURS: "this package",
    REFERENCE: "last value",
    "last_value_pooled": "last value, spread of other authorities",
    "drift": "drift",
    "mean_reversion": "back to own mean",
    "ets": "exponential smoothing (ETS)",
    "arima": "ARIMA",
    "ridge": "ridge regression across authorities",
}
OF_OTHERS = (OURS, "last_value_pooled", "mean_reversion", "ridge")
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
    return {"forecasts": table.drop(columns=["q05", "q25", "q75", "q95"])}


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
        scores = ["crps", "covered_50", "covered_90"]
        pooled = mine.groupby(_KEY, sort=False, as_index=False)[scores].mean()
        results += list(_whole(str(measured), pooled, seed))
        results += list(_by_size(str(measured), pooled, seed))
    return Summary(tuple(results))


def _scored(measured: str, pooled: pd.DataFrame, seed: int) -> pd.DataFrame:
    return Backtest(measured, pooled, 0, seed, 0).summary()


def _partings(measured: str, mine: pd.DataFrame) -> Iterator[Result]:
    """The skill of this package by parting: how much hangs on who is judged by whom."""
    ours = mine[mine["model"].isin((OURS, REFERENCE))]
    means = ours.groupby(["model", "parting", "horizon_years"])["crps"].mean()
    base = means[REFERENCE].xs(mine["parting"].min(), level="parting")
    for ahead, group in means[OURS].groupby("horizon_years"):
        skills = 100 * (1 - group.to_numpy() / base[ahead])
        yield Result(
            f"partings/{measured}/{ahead}",
            float(skills.mean()),
            "percent",
            "observed",
            float(skills.min()),
            float(skills.max()),
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
    return Result(name, value, "percent", "observed", low, high, 0.95, how)


def answer(summary: Summary) -> str:
    """What was wanted and reached, the models side by side, where it fails, who won."""
    measures = [name for name in MEASURES if summary.starting(f"winner/{name}/")]
    lines = [
        f"Standing at the end of March of each year from {summary['first_origin'].value} to "
        f"{summary['last_origin'].value}, each of {summary['authorities'].text()} authorities was "
        "forecast from its own figures up to that day and from what other authorities teach up to "
        "that day; what happened is known. Skill is how much smaller the mean score (CRPS) is than "
        "that of the last value carried forward, in percent: above nought is better. Ranges are "
        f"{summary['level'].text()}% intervals over authorities. Which of them teach and which are "
        f"judged was drawn {_times(summary['partings'])}.",
    ]
    for measured in measures:
        lines += ["", *_table(summary, measured)]
    lines += ["", *_aims(summary), "", *_coverage(summary, measures), ""]
    lines += [*_failures(summary, measures), "", *_sizes_table(summary, measures)]
    return "\n".join(lines)


def _times(number: Result) -> str:
    return "once" if number.value == 1 else f"{number.text()} times"


def _horizons(summary: Summary, measured: str) -> list[str]:
    return [one.name.rpartition("/")[2] for one in summary.starting(f"winner/{measured}/")]


def _table(summary: Summary, measured: str) -> list[str]:
    ahead = _horizons(summary, measured)
    heads = " | ".join(_years(each) for each in ahead)
    lines = [
        f"**{MEASURES[measured].capitalize()}**",
        "",
        f"| Skill, percent | {heads} |",
        f"|---|{'---|' * len(ahead)}",
    ]
    for model, words in WORDS.items():
        places = [f"skill/{measured}/{each}/{model}" for each in ahead]
        if places[0] not in summary or model == REFERENCE:
            continue
        cells = [
            f"**{summary[place].both(1)}**"
            if summary[f"winner/{measured}/{each}"].value == model
            else summary[place].both(1)
            for place, each in zip(places, ahead, strict=True)
        ]
        lines.append(f"| {words} | {' | '.join(cells)} |")
    winners = dict.fromkeys(str(summary[f"winner/{measured}/{each}"].value) for each in ahead)
    named = " and ".join(WORDS[name] for name in winners)
    lines += ["", f"Best (in bold): {named}."]
    return lines


def _years(ahead: str) -> str:
    return f"{ahead} year" if ahead == "1" else f"{ahead} years"


def _aims(summary: Summary) -> list[str]:
    measured = next(iter(MEASURES))
    found, short = [], []
    for one in summary.starting("aims/"):
        ahead = one.name.partition("/")[2]
        place = f"skill/{measured}/{ahead}/{OURS}"
        if place not in summary:
            continue
        reached = float(summary[place].value) >= float(one.value)
        verdict = "reached" if reached else "not reached"
        found.append(f"{summary[place].text(1)} of {one.text()} at {_years(ahead)} ({verdict})")
        if not reached:
            short.append(ahead)
    if not found:
        return []
    head = "reached at every horizon" if not short else "not reached at every horizon"
    return [
        f"**The aim for plans is {head}.** Skill against what was wanted, percent: "
        f"{'; '.join(found)}."
    ]


def _coverage(summary: Summary, measures: list[str]) -> list[str]:
    lines = [
        "**Coverage of this package's intervals, percent of what happened.** Wanted: "
        f"{summary['wanted/50/1'].text()} to {summary['wanted/50/2'].text()} for the 50% "
        f"intervals, {summary['wanted/90/1'].text()} to {summary['wanted/90/2'].text()} for "
        "the 90% intervals.",
        "",
        "| Stock | Years ahead | 50% intervals | 90% intervals | Forecasts |",
        "|---|---|---|---|---|",
    ]
    for measured in measures:
        for ahead in _horizons(summary, measured):
            place = f"{measured}/{ahead}/{OURS}"
            cells = [
                MEASURES[measured],
                ahead,
                *(_flagged(summary, level, place) for level in ("50", "90")),
                summary[f"forecasts/{measured}/{ahead}"].text(),
            ]
            lines.append(f"| {' | '.join(cells)} |")
    return lines


def _flagged(summary: Summary, level: str, place: str) -> str:
    one = summary[f"coverage/{level}/{place}"]
    low, high = (float(summary[f"wanted/{level}/{end}"].value) for end in (1, 2))
    return one.text(1) if low <= float(one.value) <= high else f"{one.text(1)} (outside)"


def _failures(summary: Summary, measures: list[str]) -> list[str]:
    """Where this package is not the best, or its intervals are not what they say."""
    found = []
    for measured in measures:
        for ahead in _horizons(summary, measured):
            winner = str(summary[f"winner/{measured}/{ahead}"].value)
            if winner != OURS:
                found.append(f"{MEASURES[measured]} at {_years(ahead)}: {WORDS[winner]} is better")
    beaten = [
        one.name.partition("/")[2] for one in summary.starting("size_winner/") if one.value != OURS
    ]
    worse = [
        one.name.partition("/")[2]
        for one in summary.starting("size_skill/")
        if float(one.low or 0) <= 0
    ]
    lines = ["**Where it fails.**"]
    lines += [f"- {each}." for each in found]
    for places, words in (
        (beaten, "Another model is better in some quarters of the authorities"),
        (worse, "The interval of the skill over the last value reaches nought in some quarters"),
    ):
        if places:
            lines.append(f"- {words}: {_grouped(places)}.")
    if len(lines) == 1:
        lines.append("- At no horizon and in no quarter of the authorities is another better.")
    return lines


def _grouped(places: list[str]) -> str:
    """Measure, horizon and quarter, each named once."""
    found: dict[str, dict[str, list[str]]] = {}
    for place in places:
        measured, ahead, size = place.split("/")
        found.setdefault(measured, {}).setdefault(ahead, []).append(size)
    return "; ".join(
        f"{MEASURES[measured]}, "
        + ", ".join(f"{_years(ahead)} ({', '.join(sizes)})" for ahead, sizes in by_year.items())
        for measured, by_year in found.items()
    )


def _sizes_table(summary: Summary, measures: list[str]) -> list[str]:
    lines = [
        "**By size.** Quarters of the authorities by their stock when the forecast was made.",
        "",
        "| Stock | Years ahead | Quarter | Skill, percent | 90% intervals hold, percent | Best |",
        "|---|---|---|---|---|---|",
    ]
    for one in summary.starting("size_skill/"):
        place = one.name.partition("/")[2]
        measured, ahead, size = place.split("/")
        if measured in measures:
            cells = [
                MEASURES[measured],
                ahead,
                size,
                one.both(1),
                summary[f"size_coverage/90/{place}"].text(1),
                WORDS[str(summary[f"size_winner/{place}"].value)],
            ]
            lines.append(f"| {' | '.join(cells)} |")
    return lines


def figures(tables: Tables, summary: Summary) -> Mapping[str, Picture]:
    """Skill of each model at the longest horizon, stock by stock."""
    from riskmodel.report.figures import draw_ranges

    drawn: dict[str, Picture] = {}
    for measured in MEASURES:
        ahead = [one.name.rpartition("/")[2] for one in summary.starting(f"winner/{measured}/")]
        rows = []
        for one in summary.starting(f"skill/{measured}/{ahead[-1]}/") if ahead else ():
            model = one.name.rpartition("/")[2]
            if model != REFERENCE:
                value, low, high = (float(part or 0) for part in (one.value, one.low, one.high))
                rows.append((WORDS[model].capitalize(), value, low, high))
        if rows:
            name = f"skill_{measured.partition('_')[0]}"
            across = f"Percent better than the last value, {_years(ahead[-1])} ahead"
            drawn[name] = draw_ranges(name, rows, across=across)
    return drawn


ANALYSIS = Analysis(
    "forecast-backtest",
    "What the projections would have said of other authorities, and what happened there",
    measure,
    summarise,
    answer,
    (
        "Stocks of the panel that is given: observed. At each origin every model knows figures up "
        "to that year only; what is learned from authorities is learned from others than those "
        "judged.",
        "Skill: 1 - mean CRPS / mean CRPS of the last value with the textbook interval of a random "
        "walk. Size: the authority's stock at the origin.",
    ),
    (
        "What the years to come are like: a law or an event that the years looked at do not hold "
        "is in no forecast here.",
        "How good the forecast of one authority is: these are means over many.",
        "How it would do on figures that nobody saw while it was built: what is fitted is fitted "
        "to others, but the form of the model was chosen with this panel at hand.",
        "Whether revised figures would have been known then: a panel holds figures as last "
        "published.",
    ),
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
