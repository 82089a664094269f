"""Rates and quadrants of the published factors, or of a table by group, as may be printed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from riskmodel.core.lazy import pd
from riskmodel.core.result import Result, TextTable
from riskmodel.disclosure.release import Release
from riskmodel.disclosure.symbols import SHORTHAND
from riskmodel.factors.analysis import FactorAnalysis, analyse_factors
from riskmodel.factors.margins.recorded import RATES, RecordedFactors, Recording
from riskmodel.factors.quadrants import Prevalence
from riskmodel.factors.rates import IntervalMethod
from riskmodel.factors.views import NO_CUTS, group_words, released_factors
from riskmodel.families import DesignEffects
from riskmodel.published import factor_counts, printed_quadrants
from riskmodel.vocabulary import FACTORS, factor_label

__all__ = ["GroupRates", "group_rates"]

RECORDED = tuple(f"{name}_recorded_{end}" for name in RATES for end in ("low", "high"))


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class GroupRates(Result):
    """Rates and quadrants of the factors of each group.

    Parameters
    ----------
    analyses
        By group, for groups of which enough may be printed.
    frame
        A row for each group and factor, withheld cells marked.
    release
        That of the table; None for the published counts.
    cuts
        As asked for; None for the table's own cuts.
    """

    analyses: Mapping[tuple[object, ...], FactorAnalysis]
    frame: pd.DataFrame
    release: Release | None
    cuts: str | None = None

    def to_frame(self) -> pd.DataFrame:
        """A row for each group and factor, with label, census code and any printed quadrant.

        ``conversion_rate_recorded_low`` and so on: the ends of a rate over all recording that is
        usually considered (assumed, see :mod:`riskmodel.factors.margins.recording`).
        """
        frame = self.frame.copy()
        known, printed = {factor.name: factor for factor in FACTORS}, printed_quadrants()
        names = list(frame["factor"])
        place = list(frame.columns).index("factor")
        frame.insert(place + 1, "label", [factor_label(name) for name in names])
        codes = [known[n].code if n in known else None for n in names]
        frame.insert(place + 2, "census_code", codes)
        frame.insert(place + 3, "unit", "assessment")
        is_placed = "printed_prevalence" in frame
        for position, axis in enumerate(("prevalence", "impact") if is_placed else ()):
            frame[f"printed_{axis}"] = [
                printed[n][position] if n in printed else None for n in names
            ]
        ends = self._recorded()
        by = [] if self.release is None else list(self.release.by)
        keys = list(zip(*(frame[name] for name in (*by, "factor")), strict=True))
        # What is withheld of a rate is withheld here.
        rest = [
            rate if isinstance(rate, str) else float("nan") for rate in frame["conversion_rate"]
        ]
        for position, name in enumerate(RECORDED):
            frame[name] = [
                ends[key][position] if key in ends else other
                for key, other in zip(keys, rest, strict=True)
            ]
        return frame

    def _recorded(self) -> dict[tuple[object, ...], list[float]]:
        """Ends of both rates over all recording considered, by group and factor."""
        if not self.analyses:
            return {}
        tables = [analysis.counts for analysis in self.analyses.values()]
        ends = RecordedFactors.of(tables, self._recording()).ends()
        keys = [
            (*key, name)
            for key, analysis in self.analyses.items()
            for name in analysis.counts.factors
        ]
        values = np.array([end for rate in RATES for end in ends[rate]]).T.tolist()
        return dict(zip(keys, values, strict=True))

    def _recording(self) -> Recording:
        return Recording.usual(published=self.release is None)

    def summary(self) -> str:
        """What was read and, for a single group, which factors stand out."""
        lines = reading_lines(self.release)
        if len(self.analyses) == 1:
            (analysis,) = self.analyses.values()
            lines.append((analysis if self.release is None else analysis.rates).summary())
        return "\n".join(lines)

    def preview(self) -> pd.DataFrame:
        """Counts, rates and quadrant of each factor."""
        by = () if self.release is None else self.release.by
        frame = self.to_frame()
        is_placed = "printed_prevalence" in frame
        found: Iterable[Any] = frame.itertuples(index=False)
        rows = [
            {
                **{name: getattr(row, name) for name in by},
                "factor": row.label,
                "plans": _count_text(row.plans),
                "share of plans": _rate_text(row, "share_of_plans"),
                "could be": _recorded_text(row, "share_of_plans"),
                "assessments": _count_text(row.assessments),
                "led to a plan": _rate_text(row, "conversion_rate"),
                "could be ": _recorded_text(row, "conversion_rate"),
                "quadrant": f"{row.prevalence} / {row.impact}"
                if row.prevalence not in SHORTHAND
                else row.prevalence,
            }
            | (
                {"printed": " / ".join(printed_quadrants().get(row.factor, ("-",)))}
                if is_placed
                else {}
            )
            for row in found
        ]
        return pd.DataFrame(rows)

    def text_tables(self) -> Sequence[TextTable]:
        """The factors of each group."""
        by = () if self.release is None else self.release.by
        shown, level = self.preview(), f"{100 * float(self.frame['level'].iloc[0]):.6g}%"
        title = f"Prevalence / impact, with {level} ranges; assessments are those with the factor"
        if not by:
            return (TextTable(shown, title),)
        return tuple(
            TextTable(
                rows.drop(columns=list(by)),
                f"{group_words(by, key)}: {title}",
            )
            for key, rows in shown.groupby(list(by), sort=False)
        )

    def remarks(self) -> Sequence[str]:
        """Which cuts the quadrants have, and the basis of the rates."""
        lines = []
        for key, analysis in self.analyses.items():
            counts = analysis.counts
            unprinted = len(set(analysis.printed) - set(counts.factors))
            if self.release is not None:
                group = group_words(self.release.by, key)
                lines.append(f"{f'{group}: ' if group else ''}{self._cut_words(analysis)}")
            elif unprinted:
                lines.append(
                    f"{unprinted} further factors stand in the chart without counts; each has at "
                    f"most {int(counts.plans.min())} plans, for the printed rows are the most "
                    "common."
                )
            if analysis.rates.design is not None:
                lines.append(analysis.rates.design.words())
            total = counts.total_assessments
            among = "assessments" if total is None else f"{total:,} assessments"
            lines.append(
                f"Basis: {counts.basis}. These are associations among {among} and the "
                f"{counts.total_plans:,} plans that they led to; they do not say what a factor "
                "causes."
            )
        if self.analyses:
            lines.append(
                f"Could be: {self._recording().words()} (assumed). riskmodel sensitivity "
                "--recording takes other shares."
            )
        return lines

    def _cut_words(self, analysis: FactorAnalysis) -> str:
        """By which cuts the quadrants of a table are."""
        region = analysis.region
        if not region.is_feasible:
            if self.cuts == "report":
                return f"There are no quadrants: {region}."
            return f"There are no quadrants: {NO_CUTS}; --cuts 0.12,0.25 states some."
        words = f"Quadrants are cut at {region.words()}"
        if self.cuts == "report":
            return (
                f"{words}; 'depends' where a cut in between would decide. These cuts, and what is "
                "called printed, are those of the report card of 2015."
            )
        own = ", those of its median factor and of all its assessments"
        return f"{words}{own if self.cuts in (None, 'base-rate') else ''}."

    def to_data(self, records: list[dict[Any, Any]]) -> Any:
        """The rates, the possible cuts, and how many records of the table were counted."""
        first = next(iter(self.analyses.values()), None)
        data = {"factors": records, "thresholds": None if first is None else _thresholds(first)}
        if self.release is None:
            return data
        words = self.release.account_words()
        return data | {"disclosure": self.release.manifest(), "account": words}


def group_rates(
    release: Release | None,
    *,
    prevalence: Prevalence = "plans",
    level: float | None = None,
    method: IntervalMethod = "auto",
    cuts: str | None = None,
    design_effect: tuple[float, float] | None = None,
) -> GroupRates:
    """Rates and quadrants of the published counts, or of a table.

    Parameters
    ----------
    release
        Of a table; None takes the published counts.
    prevalence, level, method, cuts
        As for :func:`riskmodel.factors.views.released_factors`.
    design_effect
        Least and greatest design effect to assume. None takes that of the table's own families or
        children, and none for the published counts.
    """
    if release is not None:
        if design_effect is not None:
            assumed = {
                key: DesignEffects.assumed(counts.factors, *design_effect)
                for key, counts in release.groups.items()
            }
            release = replace(release, design=assumed)
        found = released_factors(
            release, prevalence=prevalence, level=level, method=method, cuts=cuts
        )
        return GroupRates(*found, release, cuts)
    counts = factor_counts()
    design = design_effect and DesignEffects.assumed(counts.factors, *design_effect)
    analysis = analyse_factors(
        counts,
        printed_quadrants(),
        prevalence=prevalence,
        level=level,
        method=method,
        design=design or None,
    )
    return GroupRates({(): analysis}, analysis.to_frame(), None, "report")


def reading_lines(release: Release | None) -> list[str]:
    """Issues found when a table was read, and which plans count."""
    if release is None or release.account is None:
        return []
    return [line for line in (release.finding(), release.plans_words()) if line]


def _count_text(value: Any) -> str:
    return value if isinstance(value, str) else f"{value:,}"


def _rate_text(row: Any, name: str) -> str:
    value, low, high = (getattr(row, f"{name}{end}") for end in ("", "_low", "_high"))
    if isinstance(value, str):
        return value
    if value != value:
        return "never found" if name == "conversion_rate" else "no plan"
    return f"{100 * value:.1f}% ({100 * low:.1f} to {100 * high:.1f})"


def _recorded_text(row: Any, name: str) -> str:
    low, high = (getattr(row, f"{name}_recorded_{end}") for end in ("low", "high"))
    if isinstance(getattr(row, name), str) or not low <= high:
        return "-"
    return f"{100 * low:.0f} to {100 * high:.0f}%"


def _thresholds(analysis: FactorAnalysis) -> dict[str, Any]:
    region = analysis.region
    found: dict[str, Any] = {
        "prevalence_reading": region.reading,
        "feasible": region.is_feasible,
        "contradictions": [str(contradiction) for contradiction in region.contradictions],
    }
    for name in ("prevalence", "prevalence_share", "impact"):
        interval = getattr(region, name)
        found[f"{name}_above"] = None if interval is None else float(interval.low)
        found[f"{name}_at_most"] = None if interval is None else float(interval.high)
    return found
