"""The answer on the ambition: when, with how many posts, at what probability."""

from __future__ import annotations

from riskmodel.projection import BASELINE, month_words
from riskmodel.runs import Result, Summary

__all__ = ["LAST", "MAIN_BY", "MAIN_CHANCE", "answer"]

LAST = "2020-03"
MAIN_BY, MAIN_CHANCE = "2018-03", 0.8


def answer(summary: Summary) -> str:
    """When, with how many posts, at what probability; what moves it; both readings."""
    main = f"{BASELINE}/{MAIN_BY}/{100 * MAIN_CHANCE:g}"
    dates = _parts(summary, f"needed/{BASELINE}/", 2)
    chances = _parts(summary, f"needed/{BASELINE}/{dates[0]}/", 3)
    last = dates[-1]
    lines = [
        f"**Without more posts, not by {month_words(last)}.** With posts and candidates as they "
        f"are, {summary[f'caseload/{BASELINE}/{last}'].both(1)} cases a full-time worker are to be "
        f"expected by then, and {summary['cap'].text()} or fewer in "
        f"{summary[f'within/{BASELINE}/{last}'].text(1)} percent of "
        f"{summary['replicates'].text()} projected courses; in no month up to "
        f"{month_words(LAST)} in more than {summary[f'within_at_best/{BASELINE}'].text(1)} "
        f"percent. Ranges hold {summary['range'].text()} percent of the courses.",
        "",
        f"**With {summary[f'needed/{main}'].text()} posts by {month_words(MAIN_BY)}**, advertised "
        f"at once and filled as they can be, the mean keeps to {summary['cap'].text()} with a "
        f"probability of {_percent(main)} percent (single courses need "
        f"{summary[f'needed/{main}'].range()}). How many more that is hangs on "
        "what the printed caseloads count. If they count full-time workers at work, there are "
        f"{summary['posts/at_work'].text()} posts and {summary[f'more_at_work/{main}'].text()} "
        "are missing; if they count everybody in post, newly qualified and sick ones included, "
        f"there are {summary['posts/people'].text()} and "
        f"{summary[f'more_people/{main}'].text()} are missing.",
        "",
        *_recruitment(summary, main),
        "",
        f"| Posts, advertised at once | {' | '.join(_parts(summary, 'chance/', 1))} |",
        f"|---|{'---|' * len(summary.starting('chance/'))}",
        f"| Probability of the cap by {month_words(MAIN_BY)}, percent | "
        f"{' | '.join(one.text() for one in summary.starting('chance/'))} |",
        "",
        f"| If nothing else changes, by | {' | '.join(f'{each} percent sure' for each in chances)}"
        " | Joiners a month | Candidates a month |",
        f"|---|{'---|' * (len(chances) + 2)}",
    ]
    for by in dates:
        cells = [summary[f"needed/{BASELINE}/{by}/{each}"] for each in chances]
        place = f"{BASELINE}/{by}/{100 * MAIN_CHANCE:g}"
        more = [_maybe(summary, f"{name}/{place}") for name in ("joiners", "hires")]
        shown = " | ".join([*(_posts(one) for one in cells), *more])
        lines.append(f"| {month_words(by)} | {shown} |")
    lines += [
        "",
        f"Posts; joiners if every vacancy finds a candidate, and the candidates it takes where "
        f"they come by chance, both at {_percent(main)} percent.",
        "",
        *_sensitivity_table(summary, main),
        "",
        *_scenario_table(summary, dates),
        "",
        f"A mean of {summary['cap'].text()} is not a maximum of {summary['cap'].text()}: at that "
        f"mean, with cases spread over workers as printed, "
        f"{summary['above_at_cap'].text()} percent of the workers would still hold more.",
    ]
    return "\n".join(lines)


def _recruitment(summary: Summary, main: str) -> list[str]:
    if f"hires/{main}" not in summary or summary[f"hires/{main}"].value == "none":
        return ["No number of candidates a month is enough where they come by chance."]
    return [
        f"It takes candidates too: {summary['hires_now'].text(1)} a month come now, by assumption; "
        f"with {summary[f'hires_posts/{main}'].text()} posts {summary[f'hires/{main}'].text(1)} a "
        "month are needed."
    ]


def _sensitivity_table(summary: Summary, main: str) -> list[str]:
    found = [one for one in summary.starting("sensitivity/") if one.name.endswith("/low")]
    if not found:
        return []
    lines = [
        f"**One assumption at a time**, the others kept: posts for {month_words(MAIN_BY)} at "
        f"{_percent(main)} percent, which are {summary[f'needed/{main}'].text()} as assumed.",
        "",
        "| Assumption | From | To | Posts |",
        "|---|---|---|---|",
    ]
    for low in found:
        place = low.name.removesuffix("/low")
        high = summary[f"{place}/high"]
        ends = [summary[f"{place}/{end}/at"] for end in ("low", "high")]
        shown = [_assumed(one) for one in ends]
        lines.append(f"| {low.method} | {shown[0]} | {shown[1]} | {low.text()} to {high.text()} |")
    return lines


def _assumed(one: Result) -> str:
    return one.text() if float(one.value).is_integer() else one.text(3).rstrip("0")


def _scenario_table(summary: Summary, dates: list[str]) -> list[str]:
    scenarios = _parts(summary, "needed/", 1)
    chance = f"{100 * MAIN_CHANCE:g}"
    lines = [
        f"**Under the scenarios**, posts at {chance} percent, and cases a full-time worker by "
        f"{month_words(dates[-1])} with posts as they are:",
        "",
        f"| Scenario | {' | '.join(map(month_words, dates))} | Cases a worker |",
        f"|---|{'---|' * (len(dates) + 1)}",
    ]
    for scenario in scenarios:
        cells = [
            _posts(summary[f"needed/{scenario}/{by}/{chance}"])
            if f"needed/{scenario}/{by}/{chance}" in summary
            else ""
            for by in dates
        ]
        load = summary[f"caseload/{scenario}/{dates[-1]}"].both(1)
        lines.append(f"| `{scenario}` | {' | '.join(cells)} | {load} |")
    return lines


def _parts(summary: Summary, prefix: str, place: int) -> list[str]:
    return list(dict.fromkeys(one.name.split("/")[place] for one in summary.starting(prefix)))


def _percent(place: str) -> str:
    return place.rpartition("/")[2]


def _posts(one: Result) -> str:
    return "no number is enough" if one.value == "none" else one.text()


def _maybe(summary: Summary, name: str) -> str:
    if name not in summary or summary[name].value == "none":
        return "no number is enough"
    return summary[name].text(1)
