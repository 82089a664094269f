"""The answer of the backtest: aims, models side by side, coverage, where it fails."""

from __future__ import annotations

from riskmodel.demand.pooled.judged import OURS, REFERENCE
from riskmodel.runs import Result, Summary

__all__ = ["MEASURES", "WORDS", "answer", "years_ahead"]

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
    heads = " | ".join(years_ahead(each) for each in ahead)
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


def years_ahead(ahead: str) -> str:
    """A horizon in words."""
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
        found.append(
            f"{summary[place].text(1)} of {one.text()} at {years_ahead(ahead)} ({verdict})"
        )
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
                found.append(
                    f"{MEASURES[measured]} at {years_ahead(ahead)}: {WORDS[winner]} is better"
                )
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
        + ", ".join(
            f"{years_ahead(ahead)} ({', '.join(sizes)})" for ahead, sizes in by_year.items()
        )
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
