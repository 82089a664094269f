"""What rates, associations and quadrants would be if not all factors present were recorded.

A factor that was present but not recorded is in no count. If one knew the share recorded, for
assessments that led to a plan and for the others, the true counts would follow. Neither share is
known, so the answer is given over an area of both, with its bounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from riskmodel.assessments import FactorCounts
from riskmodel.core.lazy import pd
from riskmodel.core.result import Result, TextTable, range_text
from riskmodel.estimates import Basis, Interval
from riskmodel.factors.margins.recorded import (
    MEASURES,
    RATES,
    RecordedFactors,
    Recording,
    over,
    true_measures,
)
from riskmodel.factors.quadrants import HIGH, LOW, QuadrantRegion
from riskmodel.factors.rates import FactorRates, factor_rates
from riskmodel.families import DesignEffects
from riskmodel.vocabulary import factor_label

__all__ = [
    "MEASURES",
    "Ends",
    "Recording",
    "RecordingSensitivity",
    "recording_bounds",
    "true_measures",
]

FloatArray = npt.NDArray[np.float64]

DEPENDS = "depends"
"""Between the ends of the possible cuts."""
EITHER = "high or low"
_CLOSE = 1e-9
_OTHER = {HIGH: LOW, LOW: HIGH}


class Ends(NamedTuple):
    """One factor: a measure as recorded, and its lowest and highest value over an area."""

    factor: str
    as_recorded: float
    lowest: float
    highest: float


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class RecordingSensitivity(Result):
    """How rates, associations and quadrants depend on how completely factors are recorded.

    Parameters
    ----------
    counts
        As recorded, with the number of assessments where associations are asked for.
    recording
        What is assumed.
    region
        Cuts of the quadrants, by plans, which stay where they are; None where there are none.
    points
        A row for each factor and pair of shares.
    bounds
        A row for each factor and measure: as recorded, and its lowest and highest over the whole
        area; for rates ``low`` and ``high`` add the range for chance.
    """

    counts: FactorCounts
    recording: Recording
    region: QuadrantRegion | None
    points: pd.DataFrame
    bounds: pd.DataFrame
    level: float
    basis: Basis = "assumed"

    def to_frame(self) -> pd.DataFrame:
        """A row for each factor and pair of shares: rates, associations and sides of the cuts."""
        return self.points.copy()

    def sides(self) -> pd.DataFrame:
        """A row for each factor: on which side of each cut it lies, as recorded and over the area.

        Columns: factor, prevalence, prevalence_possible, impact, impact_possible: ``high``,
        ``low``, ``depends`` (between the feasible cuts), or two of them; can_change, whether it
        could be on the other side of every possible cut; tips_at, the ratio of the two shares
        recorded from which on this is so for impact.
        """
        rows = pd.DataFrame({"factor": self.counts.factors})
        changes = np.zeros(len(rows), dtype=bool)
        for axis, measure in (("prevalence", "share_of_plans"), ("impact", "conversion_rate")):
            ends, cut = self.ends(measure), self._cut(axis)
            was = [_side(one.as_recorded, one.as_recorded, cut) for one in ends]
            could = [_side(one.lowest, one.highest, cut) for one in ends]
            rows[axis], rows[f"{axis}_possible"] = was, could
            pairs = zip(was, could, strict=True)
            changes |= [one in _OTHER and two in (EITHER, _OTHER[one]) for one, two in pairs]
        rows["can_change"] = changes
        rates = zip(self.ends("conversion_rate"), rows["impact"], strict=True)
        cut = self._cut("impact")
        rows["tips_at"] = [_tips_at(one.as_recorded, side, cut) for one, side in rates]
        return rows

    def ends(self, measure: str) -> list[Ends]:
        """One for each factor: a measure as recorded, and its lowest and highest over the area."""
        rows = self.bounds[self.bounds["measure"] == measure].to_dict("records")
        return [Ends(*(row[name] for name in Ends._fields)) for row in rows]

    def _cut(self, axis: str) -> Interval | None:
        if self.region is None:
            return None
        return self.region.impact if axis == "impact" else self.region.prevalence_share

    def summary(self) -> str:
        """What incomplete recording could change, and which factors change sides."""
        rates = [one for one in self.ends("conversion_rate") if one.lowest <= one.highest]
        words = f"{self.recording.words()[0].upper()}{self.recording.words()[1:]}"
        if not rates:
            return f"{words}, these counts would not be possible."
        widest = max(rates, key=lambda one: one.highest - one.lowest)
        said = (
            f"{words}, the share of assessments with {factor_label(widest.factor)} that led to "
            f"a plan, {widest.as_recorded:.0%} as recorded, could be anything from "
            f"{widest.lowest:.0%} to {widest.highest:.0%}, the widest range of {len(rates)} factors"
        )
        return f"{said}{self._change_words()}."

    def _change_words(self) -> str:
        sides = self.sides()
        if self.region is None or not self.region.is_feasible:
            return ""
        labels = [factor_label(name) for name in sides["factor"]]
        changing = [name for name, moves in zip(labels, sides["can_change"], strict=True) if moves]
        if len(changing) in (0, len(labels)):
            return (
                f"; {'all' if changing else 'none of the'} {len(labels)} factors could change sides"
            )
        said = f"; {len(changing)} of {len(labels)} factors could change sides"
        if 2 * len(changing) <= len(labels):
            return f"{said}: {', '.join(changing)}"
        return f"{said}, all but {', '.join(name for name in labels if name not in changing)}"

    def preview(self) -> pd.DataFrame:
        """For each factor both rates, as recorded and over the area, and its sides of the cuts."""
        shown = {"factor": [factor_label(name) for name in self.counts.factors]}
        for measure, words in zip(RATES, ("led to a plan", "share of plans"), strict=True):
            ends = self.ends(measure)
            shown[words] = [f"{one.as_recorded:.0%}" for one in ends]
            shown["could be" if measure == RATES[0] else "could be "] = [
                range_text(one.lowest, one.highest, ".0%") or "not possible" for one in ends
            ]
        sides = self.sides()
        if self.region is not None:
            shown["quadrant"] = (sides["prevalence"] + " / " + sides["impact"]).tolist()
            possible = sides["prevalence_possible"] + " / " + sides["impact_possible"]
            shown["possible"] = possible.tolist()
        return pd.DataFrame(shown)

    def text_tables(self) -> Sequence[TextTable]:
        """The factors and, where associations are known, their bounds."""
        title = "Over all recording considered; quadrants are prevalence / impact"
        tables = [TextTable(self.preview(), title)]
        if self.counts.total_assessments is not None:
            shown = {"factor": [factor_label(name) for name in self.counts.factors]}
            for measure in MEASURES[2:]:
                shown[measure] = [
                    range_text(one.lowest, one.highest, ".2f") or "not possible"
                    for one in self.ends(measure)
                ]
            number = f"{self.counts.total_assessments:,} assessments"
            tables.append(TextTable(pd.DataFrame(shown), f"Lowest to highest, at {number}"))
        return tables

    def remarks(self) -> Sequence[str]:
        """What does not change, what is kept fixed, and the basis."""
        tips = self.sides().dropna(subset=["tips_at"])
        changed = ", ".join(
            f"{factor_label(name)} {ratio:.2f}"
            for name, ratio in zip(tips["factor"], tips["tips_at"], strict=True)
        )
        ratio = (
            "A factor changes its side on impact where the share recorded for plans, over that for "
            f"the others, passes: {changed}."
        )
        return (
            "Were all factors recorded alike, none would overtake another: the order changes only "
            "where some are recorded more completely than others.",
            *([ratio] if changed else []),
            "Cuts stay where they are; what is recorded is taken to have been there. The ranges "
            f"are of recording alone: to_frame() and --format json add {self.level:.0%} ranges of "
            f"chance. Basis: {self.basis}. Associations; they do not say what a factor causes.",
        )

    def to_data(self, records: list[dict[Any, Any]]) -> Any:
        """The area, its bounds, and the sides of the cuts."""
        return {
            "points": records,
            "bounds": self.bounds.to_dict("records"),
            "sides": self.sides().to_dict("records"),
            "summary": self.summary(),
        }


def recording_bounds(
    counts: FactorCounts,
    recording: Recording | None = None,
    *,
    region: QuadrantRegion | None = None,
    level: float | None = None,
    design: DesignEffects | None = None,
) -> RecordingSensitivity:
    """How rates, associations and quadrants depend on the shares of factors recorded.

    Parameters
    ----------
    counts
        As recorded. Associations need their number of assessments.
    recording
        The area; None takes :meth:`Recording.usual`.
    region
        Cuts of the quadrants, by plans.
    level
        Coverage of the ranges for chance; the parameter ``interval_level`` where it is None.
    design
        Design effects where assessments of one family come together.

    Notes
    -----
    With k of n recorded, s1 recorded of those with a plan and s0 of the others, the true counts are
    a = k/s1 and b = (n - k)/s0, so the true odds of a plan are the recorded ones times s0/s1 and
    the true share of plans is k/(K s1). The area is that of (1/s1, 1/s0) in the ranges given, where
    a <= K, b <= N - K and, with ``times``, a + b lies in its multiple of n: a polygon. Every
    measure rises with a and falls with b, or depends on a alone, so its extremes are at corners.
    The range for chance is Jeffreys' or Wilson's for the recorded rate, moved in the same way. Kuha
    and Skinner (1997), in *Survey Measurement and Process Quality*, chapter 28.

    Examples
    --------
    >>> counts = FactorCounts.from_rows([("child_neglect", 389, 142)], total_plans=630)
    >>> found = recording_bounds(counts, Recording((0.5, 1), (1,)))
    >>> found.bounds.loc[0, ["as_recorded", "lowest", "highest"]].round(3).tolist()
    [0.365, 0.365, 0.535]
    """
    recording = Recording.usual() if recording is None else recording
    rates = factor_rates(counts, level=level, design=design)
    grid = np.array(list(product(recording.with_plan, recording.without_plan)))
    true = RecordedFactors.of([counts], recording)
    x, y = 1 / grid.T[:, :, None]
    points = true.measured(x, y)
    for name, (low, high) in true.ranges(rates, x, y).items():
        points |= {f"{name}_low": low, f"{name}_high": high}
    names = np.array(counts.factors, dtype=object)
    shares = np.tile(grid, (len(names), 1))
    frame = pd.DataFrame(
        {
            "factor": np.repeat(names, len(grid)),
            "recorded_with_plan": shares[:, 0],
            "recorded_without_plan": shares[:, 1],
            **{name: values.T.ravel() for name, values in points.items()},
        }
    )
    frame["is_in_area"] = frame["share_of_plans"].notna()
    for axis, measure in (("prevalence", "share_of_plans"), ("impact", "conversion_rate")):
        cut = None
        if region is not None:
            cut = region.impact if axis == "impact" else region.prevalence_share
        frame[axis] = [_side(value, value, cut) for value in frame[measure]]
    used = rates.conversion[0].level if rates.conversion else float("nan")
    frame["assessments_in_all"] = counts.total_assessments
    frame["level"], frame["basis"] = used, "assumed"
    kept = _bounds(true, rates, names).assign(level=used, basis="assumed")
    return RecordingSensitivity(counts, recording, region, frame, kept, used)


def _bounds(
    true: RecordedFactors, rates: FactorRates, names: npt.NDArray[np.object_]
) -> pd.DataFrame:
    """A row for each factor and measure, over the whole area."""
    import pandas as pd

    recorded = true_measures(true.with_plan, true.without_plan, true.plans, true.assessments)
    nothing = np.full(len(names), np.nan)
    chance = {
        name: (over(np.fmin, low), over(np.fmax, high))
        for name, (low, high) in true.ranges(rates, *true.corners()).items()
    }
    ends = true.ends()
    columns = {
        "as_recorded": [recorded[name] for name in MEASURES],
        "lowest": [ends[name][0] for name in MEASURES],
        "highest": [ends[name][1] for name in MEASURES],
        "low": [chance.get(name, (nothing, nothing))[0] for name in MEASURES],
        "high": [chance.get(name, (nothing, nothing))[1] for name in MEASURES],
    }
    return pd.DataFrame(
        {
            "factor": np.repeat(names, len(MEASURES)),
            "measure": list(MEASURES) * len(names),
            **{name: np.array(values).T.ravel() for name, values in columns.items()},
        }
    )


def _side(lowest: float, highest: float, cut: Interval | None) -> str:
    """Sides of the cut, wherever it is, on which something from lowest to highest lies."""
    if cut is None or np.isnan(lowest):
        return "none"
    bottom, top = float(cut.low), float(cut.high)
    is_low = lowest <= bottom + _CLOSE if bottom < top else lowest < bottom - _CLOSE
    is_high = highest >= top - _CLOSE
    between = not (is_low and highest <= bottom + _CLOSE) and not lowest >= top - _CLOSE
    if is_high and is_low:
        return EITHER
    if not (is_high or is_low):
        return DEPENDS
    return f"{HIGH if is_high else LOW}{f' or {DEPENDS}' if between else ''}"


def _tips_at(rate: float, side: str, cut: Interval | None) -> float:
    """The ratio of the shares recorded from which on a rate is on the other side of every cut."""
    if cut is None or side not in (HIGH, LOW) or np.isnan(rate) or rate in (0, 1):
        return float("nan")
    reached = float(cut.low if side == HIGH else cut.high)
    return rate / (1 - rate) * (1 - reached) / reached
