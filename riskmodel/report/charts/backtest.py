"""How forecasts fared: skill by horizon, coverage, and where outcomes fell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from riskmodel.demand.pooled.judged import MODELS, REFERENCE, Backtest
from riskmodel.report.charts.canvas import (
    DARK_BLUE,
    DARK_GREY,
    DARK_PINK,
    ORANGE,
    TURQUOISE,
    Drawing,
    Size,
    axes_within,
    axis_titles,
    draw,
    note,
    panels,
)

__all__ = ["draw_backtest", "draw_coverage", "draw_pit", "draw_skill"]

Row = Mapping[str, Any]

LOWEST_SKILL = -25.0
"""Skill at which the axis ends: what is worse is named below the chart."""

_LINE = 15.0
"""Least distance between two labels, in units of the drawing."""

_COLOURS = (DARK_PINK, TURQUOISE, ORANGE, DARK_GREY)


def draw_backtest(found: Backtest) -> tuple[Drawing, ...]:
    """Three charts: skill by horizon, coverage, and where outcomes fell."""
    rows, tenths = (
        cast("list[dict[str, Any]]", frame.to_dict("records"))
        for frame in (found.skill(), found.pit_histogram())
    )
    ours = next(model for model in MODELS if model in set(found.frame["model"]))
    return (
        draw_skill("backtest_skill", rows, ours=ours, reference=REFERENCE),
        draw_coverage("backtest_coverage", rows, ours=ours),
        draw_pit("backtest_pit", tenths, ours=ours),
    )


def draw_skill(name: str, rows: Sequence[Row], *, ours: str, reference: str) -> Drawing:
    """Draw each model's skill by horizon, ours with its interval, names at the lines' ends.

    Parameters
    ----------
    rows
        A model and horizon each: ``model``, ``horizon_years``, ``skill_percent``, ``skill_low``,
        ``skill_high``.
    ours
        The model that is drawn with its interval.
    reference
        The model against which skill is counted; it is the line at 0.
    """
    lines = _lines(rows, ours, reference)
    shown = {model: line for model, line in lines.items() if max(line.values()) > LOWEST_SKILL}
    worse = [model for model in lines if model not in shown]

    def paint(figure: Figure, size: Size) -> None:
        right = 118.0 if size.is_narrow else 150.0
        below = 76.0 if worse else 56.0
        axes = axes_within(figure, size, left=44, right=right, below=below, above=40)
        _horizon_axis(axes, rows)
        _skill_axis(axes, rows, shown, ours)
        axes.axhline(0, color=DARK_GREY, linewidth=1.2, zorder=1)
        band = [
            row for row in rows if row["model"] == ours and row["skill_low"] == row["skill_low"]
        ]
        if band:
            axes.fill_between(
                [row["horizon_years"] for row in band],
                [row["skill_low"] for row in band],
                [row["skill_high"] for row in band],
                color=DARK_BLUE,
                alpha=0.15,
                linewidth=0,
            )
        others = [model for model in shown if model != ours]
        for place, (model, line) in enumerate(shown.items()):
            is_ours = model == ours
            rank = 0 if is_ours else others.index(model)
            colour = DARK_BLUE if is_ours else _COLOURS[rank % len(_COLOURS)]
            axes.plot(
                list(line),
                list(line.values()),
                "-o" if is_ours else ("-", "--")[rank // len(_COLOURS) % 2],
                color=colour,
                linewidth=2.6 if is_ours else 1.6,
                markersize=6,
                zorder=4 - place / 100,
            )
        _end_labels(axes, {reference: {_last(rows): 0.0}, **shown}, ours, others)
        axis_titles(axes, "Years ahead", "% more accurate than assuming no change")
        if worse:
            words = f"Below {LOWEST_SKILL:.0f}%: {', '.join(_words(model) for model in worse)}"
            note(axes, words.replace("-", "−"), (0, -62), (0, 0), color=DARK_GREY)

    return draw(name, paint)


def draw_coverage(name: str, rows: Sequence[Row], *, ours: str) -> Drawing:
    """Draw how often our 50% and 90% intervals held what happened, beside 50 and 90."""
    mine = [row for row in rows if row["model"] == ours]

    def paint(figure: Figure, size: Size) -> None:
        axes = axes_within(figure, size, left=44, right=118, below=56, above=40)
        _horizon_axis(axes, mine)
        axes.set_ylim(0, 100)
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}%"))
        for level, colour in ((50, TURQUOISE), (90, DARK_BLUE)):
            values = [row[f"coverage_{level}_percent"] for row in mine]
            axes.axhline(level, color=DARK_GREY, linewidth=1.0, linestyle=(0, (4, 3)))
            axes.plot([row["horizon_years"] for row in mine], values, "-o", color=colour, lw=2.4)
            style = {"va": "center_baseline", "color": colour, "fontweight": "bold"}
            end = (mine[-1]["horizon_years"], values[-1])
            note(axes, f"{level}% ranges", (10, 0), end, "data", **style)
        axis_titles(axes, "Years ahead", "Held what happened (dashed: as many as they say)")

    return draw(name, paint)


def draw_pit(name: str, rows: Sequence[Row], *, ours: str) -> Drawing:
    """Draw the share of outcomes in each tenth of our forecasts, a panel a horizon.

    Parameters
    ----------
    rows
        A bin each: ``model``, ``horizon_years``, ``from``, ``to``, ``share_percent``.
    """
    mine = [row for row in rows if row["model"] == ours]
    horizons = sorted({row["horizon_years"] for row in mine})
    highest = max(20.0, *(1.15 * row["share_percent"] for row in mine))
    columns = min(len(horizons), 2)
    deep = -(-len(horizons) // columns)
    heights = 60 + 190.0 * deep, 60 + 180.0 * len(horizons)

    def paint(figure: Figure, size: Size) -> None:
        across = 1 if size.is_narrow else columns
        margins = {"left": 44, "right": 16, "below": 46, "wspace": 0.2, "hspace": 0.55}
        drawn = panels(figure, size, len(horizons), across, **margins)
        for axes, ahead in zip(drawn, horizons, strict=True):
            here = [row for row in mine if row["horizon_years"] == ahead]
            _tenths(axes, here, highest, f"{ahead} year{'s' if ahead > 1 else ''} ahead")

    return draw(name, paint, *heights)


def _tenths(axes: Axes, rows: Sequence[Row], highest: float, title: str) -> None:
    axes.bar(
        [(row["from"] + row["to"]) / 2 for row in rows],
        [row["share_percent"] for row in rows],
        width=0.9 * (rows[0]["to"] - rows[0]["from"]),
        color=DARK_BLUE,
    )
    axes.axhline(100 / len(rows), color=ORANGE, linewidth=1.6, linestyle=(0, (4, 3)))
    axes.set_xlim(0, 1)
    axes.set_ylim(0, highest)
    axes.set_xticks([0.0, 0.5, 1.0], ["lowest", "middle", "highest"])
    first, _, last = axes.get_xticklabels()
    first.set_horizontalalignment("left")
    last.set_horizontalalignment("right")
    axes.grid(visible=False, axis="x")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}%"))
    note(axes, title, (0, 8), fontweight="bold", color=DARK_GREY)


def _lines(rows: Sequence[Row], ours: str, reference: str) -> dict[str, dict[int, float]]:
    """Skill by horizon for each model but the reference, ours first, then the best at the end."""
    found: dict[str, dict[int, float]] = {}
    for row in rows:
        if row["model"] != reference:
            found.setdefault(row["model"], {})[row["horizon_years"]] = row["skill_percent"]
    ends = {model: line[max(line)] for model, line in found.items()}
    ranked = sorted(found, key=lambda model: (model != ours, -ends[model]))
    return {model: dict(sorted(found[model].items())) for model in ranked}


def _horizon_axis(axes: Axes, rows: Sequence[Row]) -> None:
    horizons = sorted({row["horizon_years"] for row in rows})
    axes.set_xticks(horizons)
    axes.set_xlim(horizons[0] - 0.15, horizons[-1] + 0.15)
    axes.grid(visible=False, axis="x")


def _skill_axis(
    axes: Axes, rows: Sequence[Row], shown: Mapping[str, Mapping[int, float]], ours: str
) -> None:
    values = [value for line in shown.values() for value in line.values()]
    values += [row["skill_high"] for row in rows if row["model"] == ours]
    values += [row["skill_low"] for row in rows if row["model"] == ours]
    kept = [max(value, LOWEST_SKILL) for value in values if value == value]
    low, high = min([0.0, *kept]), max([0.0, *kept])
    margin = 0.06 * (high - low) or 1.0
    axes.set_ylim(low - margin, high + margin)
    axes.yaxis.set_major_formatter(
        FuncFormatter(lambda value, _: f"{value:+g}%".replace("-", "−") if value else "0")
    )


def _end_labels(
    axes: Axes,
    lines: Mapping[str, Mapping[int, float]],
    ours: str,
    others: Sequence[str],
) -> None:
    """Names at the right ends of the lines, moved apart where they would touch."""
    height = axes.bbox.height
    low, high = axes.get_ylim()
    wanted = {
        model: height * (max(line[max(line)], low) - low) / (high - low)
        for model, line in lines.items()
    }
    for model, at in _apart(wanted, height).items():
        is_ours = model == ours
        line_end = lines[model][max(lines[model])]
        colour = DARK_BLUE if is_ours else DARK_GREY
        if model in others:
            colour = _COLOURS[others.index(model) % len(_COLOURS)]
        words = _words(model) + (f": {line_end:.0f}%".replace("-", "−") if line_end < low else "")
        font = {"color": colour, "fontweight": "bold" if is_ours else "normal"}
        note(axes, words, (6, 0), (1.0, at / height), va="center_baseline", **font)


def _apart(wanted: Mapping[str, float], height: float) -> dict[str, float]:
    """Places a line apart or more, as near as may be to those wanted, within the height."""
    ranked = sorted(wanted, key=lambda model: (wanted[model], model))
    # Labels that would touch stand together about their common middle.
    groups: list[list[float]] = []
    for place, model in enumerate(ranked):
        groups.append([wanted[model] - place * _LINE])
        while len(groups) > 1 and _mean(groups[-2]) > _mean(groups[-1]):
            last = groups.pop()
            groups[-1] += last
    starts = [_mean(group) for group in groups for _ in group]
    places = [start + place * _LINE for place, start in enumerate(starts)]
    lowest, highest = 0.0, height - _LINE * (len(places) - 1)
    return {
        model: min(max(at, lowest + _LINE * place), highest + _LINE * place)
        for place, (model, at) in enumerate(zip(ranked, places, strict=True))
    }


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _last(rows: Sequence[Row]) -> int:
    return max(int(row["horizon_years"]) for row in rows)


def _words(model: str) -> str:
    return model.replace("_", " ")
