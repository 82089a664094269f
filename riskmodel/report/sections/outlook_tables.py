"""The tables of the projection: each number that the section prints, and its data."""

from __future__ import annotations

from typing import Any

import numpy as np

from riskmodel.core.labels import STAGE_LABELS
from riskmodel.core.lazy import pd
from riskmodel.core.months import Month
from riskmodel.demand.projecting import Outlook
from riskmodel.projection import BASELINE
from riskmodel.report.model import Table
from riskmodel.report.sections.building import table_of
from riskmodel.report.sections.projected import settings_of, stock_quantiles
from riskmodel.report.wording import month_words, percent

__all__ = [
    "calibration_table",
    "driver_rows",
    "drivers_table",
    "figures_table",
    "levels_table",
    "marches_table",
    "round_levels",
    "stock_table",
]

_QUANTILES = ("q025", "q05", "q10", "q25", "q50", "q75", "q90", "q95", "q975")
_COUNTED = {
    "stock": "on the day",
    "starts": "started in {months} months",
    "ends": "ended in {months} months",
}
_DRIVERS = {
    "opening": "On the opening day",
    "starts_as_now": "If starts stay at today's level",
    "later_starts": "Starts that change later",
    "lengths": "Durations that change",
    "population": "Change of the population",
    "chance": "Left over: chance in the simulations, and rounding",
    "closing": "Expected on the last day",
}


def stock_table(data: Outlook) -> Table:
    """Quantiles of each stock at the end of each month: what the fans draw."""
    frame = data.projection.to_frame()
    frame = frame[(frame["measure"] == "stock") & (frame["scenario"] == BASELINE)]
    shown = pd.DataFrame(
        {
            "stage": [STAGE_LABELS[stage] for stage in frame["stage"]],
            "month": frame["month"].to_numpy(),
            **{name: _whole(frame[name]) for name in _QUANTILES},
        }
    )
    return Table(
        "outlook_stock",
        "Projected numbers at the end of each month, quantiles of the simulations",
        shown,
        {
            "stage": "Children",
            "month": "End of",
            **{
                name: "Central projection" if name == "q50" else f"{_level(name)}% lie below"
                for name in _QUANTILES
            },
        },
        source=f"Projected from {data.source.label}; {settings_of(data)}",
        basis="projected",
    )


def marches_table(data: Outlook) -> Table:
    """Central projection and ranges on each 31 March, and on the last day."""
    projection = data.projection
    rows = []
    for stage in projection.stages:
        for month in _marches(data):
            low, low_half, middle, high_half, high = stock_quantiles(projection, stage, month)
            rows.append(
                (
                    STAGE_LABELS[stage],
                    month_words(month, day=True),
                    middle,
                    low_half,
                    high_half,
                    low,
                    high,
                )
            )
    return table_of(
        "outlook_marches",
        "Projected numbers each March",
        rows,
        {
            "stage": "Children",
            "day": "On",
            "median": "Central projection",
            "low_50": "50% range from",
            "high_50": "to (50%)",
            "low_90": "90% range from",
            "high_90": "to (90%)",
        },
        (
            "Whole children. Half of the simulations lie inside the 50% range, nine in ten inside "
            "the 90% range.",
        ),
        f"Projected from {data.source.label}",
        "projected",
    )


def levels_table(data: Outlook) -> Table:
    """Chance of having passed round numbers by each March, upwards and downwards."""
    projection = data.projection
    marches = [month for month in _marches(data) if month.is_march] or _marches(data)
    places = [projection.months.index(month) for month in marches]
    rows: list[dict[str, Any]] = []
    for place, stage in enumerate(projection.stages):
        stock = projection.of("stock", BASELINE, stage)
        below, above = round_levels(float(np.median(projection.opening[:, place])))
        for way, level in (
            *(("risen above", level) for level in above),
            *(("fallen below", level) for level in below),
        ):
            passed = stock > level if way == "risen above" else stock < level
            by_month = np.maximum.accumulate(passed, axis=1).mean(axis=0)
            rows.append(
                {
                    "stage": STAGE_LABELS[stage],
                    "level": f"{way} {level:,}",
                    **{
                        f"by_{month.replace('-', '_')}": percent(float(by_month[at]), 0)
                        for month, at in zip(marches, places, strict=True)
                    },
                }
            )
    return table_of(
        "outlook_levels",
        "The chance that a number is passed by a day",
        rows,
        {
            "stage": "Children",
            "level": "The number has",
            **{
                f"by_{month.replace('-', '_')}": f"by {month_words(month, day=True)}"
                for month in marches
            },
        },
        (
            "Passed at the end of any month up to that day, even if not on the day itself. "
            "0% and 100% mean that none or all of the simulations did.",
        ),
        f"Projected from {data.source.label}; {settings_of(data)}",
        "projected",
    )


def round_levels(opening: float) -> tuple[tuple[int, int], tuple[int, int]]:
    """Two round numbers below a stock, the nearer first, and two above it.

    Round is a multiple of the largest of 1, 5, 10, 50 and so on that is not above a third of it.

    Examples
    --------
    >>> round_levels(636), round_levels(1812)
    (((600, 500), (700, 800)), ((1500, 1000), (2000, 2500)))
    """
    step = max(
        times * 10**power
        for power in range(7)
        for times in (1, 5)
        if times * 10**power <= max(opening / 3, 1)
    )
    above = (int(opening // step) + 1) * step
    under = above - step
    if under >= opening:
        under -= step
    return (max(under, 0), max(under - step, 0)), (above, above + step)


def driver_rows(data: Outlook, drivers: pd.DataFrame) -> list[dict[str, Any]]:
    """Parts of the change of each expected stock, in whole children that add up."""
    rows = []
    held = set(drivers["driver"])
    for stage in data.projection.stages:
        parts = drivers[drivers["stage"] == stage].set_index("driver")["children"]
        row: dict[str, Any] = {"stage": STAGE_LABELS[stage]}
        row |= {name: round(float(parts[name])) for name in _DRIVERS if name in held}
        # What is printed adds up: the rest of the rounding stands with what the draws leave over.
        known = sum(row[name] for name in row if name not in ("stage", "chance", "closing"))
        row["chance"] = row["closing"] - known
        rows.append(row)
    return rows


def drivers_table(data: Outlook, rows: list[dict[str, Any]]) -> Table:
    """What takes each expected stock from the opening to the last day, by :func:`driver_rows`."""
    named = {name: words for name, words in _DRIVERS.items() if name in rows[0]}
    last = month_words(data.projection.months[-1], day=True)
    return table_of(
        "outlook_drivers",
        f"What moves the expected numbers to {last}",
        rows,
        {"stage": "Children", **named},
        ("Children, averages of the simulations. Opening and parts add up to the last column.",),
        f"Projected from {data.source.label}",
        "projected",
    )


def figures_table(figures: pd.DataFrame, source: str) -> Table:
    """The own figures beside what the calibration expects."""
    frame = figures[figures["basis"] != "assumed"]
    bases = sorted(set(frame["basis"]))
    rows = [
        {
            "stage": STAGE_LABELS[row["stage"]],
            "counted": _COUNTED[row["counted"]].format(months=row["months"]),
            "month": month_words(row["month"]),
            "low": round(row["low"], 1),
            "high": round(row["high"], 1),
            "fitted": round(row["fitted"], 1),
            "standardised": round(row["standardised"], 2) + 0.0,
            "source": row["source"],
        }
        for row in frame.to_dict("records")
    ]
    return table_of(
        "outlook_figures",
        "The figures that the projection starts from, beside what is expected",
        rows,
        {
            "stage": "Children",
            "counted": "Counted",
            "month": "To the end of",
            "low": "Figure, from",
            "high": "to",
            "fitted": "Expected",
            "standardised": "Standard deviations apart",
            "source": "Source",
        },
        ("A figure that others imply is a range; one that was counted is exact.",),
        source,
        bases[0] if len(bases) == 1 else "",
        folded=True,
    )


def calibration_table(calibration: pd.DataFrame, source: str) -> Table:
    """The calibrated parameters with their ranges."""
    frame = calibration
    shown = pd.DataFrame(
        {
            "stage": [STAGE_LABELS[stage] for stage in frame["stage"]],
            "parameter": [str(name).replace("_", " ") for name in frame["parameter"]],
            "unit": frame["unit"].to_numpy(),
            **{name: [float(f"{value:.4g}") for value in frame[name]] for name in _SHOWN},
        }
    )
    return Table(
        "outlook_calibration",
        "What the figures say of durations and starts",
        shown,
        {
            "stage": "Children",
            "parameter": "Quantity",
            "unit": "Unit",
            "q05": "90% range from",
            "q50": "Central value",
            "q95": "to",
        },
        source=f"Calibrated to {source}",
        basis="projected",
        folded=True,
    )


_SHOWN = ("q05", "q50", "q95")


def _marches(data: Outlook) -> list[Month]:
    months = data.projection.months
    return [month for month in months if month.is_march or month == months[-1]]


def _whole(values: pd.Series[float]) -> list[int]:
    return [round(float(value)) for value in values]


def _level(name: str) -> str:
    """``q025`` as 2.5, ``q05`` as 5."""
    return f"{100 * float('0.' + name[1:]):g}"
