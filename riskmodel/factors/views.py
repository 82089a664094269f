"""Views of counts by factor, published or from a table: rates, quadrants, associations, change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from riskmodel.assessments import FactorCounts
from riskmodel.disclosure.release import Release
from riskmodel.disclosure.symbols import NOT_APPLICABLE
from riskmodel.errors import DataError
from riskmodel.factors.analysis import FactorAnalysis
from riskmodel.factors.margins.recorded import RecordedFactors, Recording
from riskmodel.factors.quadrants import (
    Prevalence,
    QuadrantRegion,
    data_region,
    feasible_region,
    own_region,
    stated_region,
)
from riskmodel.factors.rates import IntervalMethod, factor_rates
from riskmodel.families import DesignEffects
from riskmodel.parameters import parameter
from riskmodel.published import factor_counts, printed_quadrants
from riskmodel.streams import stream

__all__ = [
    "VIEWS",
    "ViewOptions",
    "cut_region",
    "factor_view",
    "group_words",
    "released_factors",
    "with_reach",
]


@dataclass(frozen=True, slots=True)
class ViewOptions:
    """Options of a view of the counts.

    Parameters
    ----------
    assessments
        Values of N for associations; empty takes the known number, or quantiles of the prior.
    cut
        Rate to compare with; None takes the share of all assessments that led to a plan.
    seed
        Names the draws.
    level
        Coverage of the intervals.
    cuts
        Cuts of the quadrants, as for :func:`released_factors`; for the published counts, those of
        the report.
    design
        Design effects of the counts, where assessments of one family come together.
    """

    assessments: tuple[int, ...] = ()
    cut: float | None = None
    seed: int = 0
    level: float | None = None
    cuts: str | None = None
    design: DesignEffects | None = None


NO_CUTS = "a table without a plan, or whose number of assessments is withheld, sets no cuts"


def released_factors(
    release: Release,
    *,
    prevalence: Prevalence = "plans",
    level: float | None = None,
    method: IntervalMethod = "auto",
    cuts: str | None = None,
) -> tuple[dict[tuple[object, ...], Any], pd.DataFrame]:
    """Rates and quadrants of a table, from the counts that may be printed.

    Parameters
    ----------
    release
        As :func:`riskmodel.disclosure.release.release_counted` gives it.
    prevalence, level, method
        As for :func:`riskmodel.factors.analyse_factors`.
    cuts
        Where quadrants are cut: ``base-rate``, ``quantile:0.5``, a share of plans and a rate,
        ``0.12,0.25``, or ``report``: the cuts that reproduce the report card's chart, with its
        printed quadrants beside them. None takes ``base-rate`` where the counts allow it.

    Returns
    -------
    tuple
        Analysis by group, and one row for each group and factor with withheld cells marked.
    """
    printed = printed_quadrants() if cuts == "report" else {}

    def analyse(counts: FactorCounts) -> FactorAnalysis:
        region = cut_region(counts, cuts, prevalence)
        design = release.design_of(counts)
        rates = factor_rates(counts, level=level, method=method, design=design)
        return FactorAnalysis(rates, region, printed)

    analyses = {key: analyse(counts) for key, counts in release.groups.items()}

    def rows(counts: FactorCounts) -> pd.DataFrame:
        analysis = analyse(counts)
        frame = analysis.to_frame()
        has_no_cut = not printed and not analysis.region.is_feasible
        if has_no_cut or (release.account is not None and release.account.rule):
            # A quadrant of nothing would be "low / low" on every row.
            frame[["prevalence", "impact"]] = NOT_APPLICABLE
        return frame

    return analyses, release.frame(rows)


def cut_region(counts: FactorCounts, cuts: str | None, prevalence: Prevalence) -> QuadrantRegion:
    """The cuts of the quadrants: the report's, the data's, or as stated; see `released_factors`."""
    if cuts is None:
        return own_region(counts, prevalence)
    if cuts == "report":
        return feasible_region(factor_counts(), printed_quadrants(), prevalence=prevalence)
    if cuts == "base-rate":
        return data_region(counts, reading=prevalence)
    if prevalence != "plans":
        raise DataError("stated cuts and quantiles are on plans; leave --prevalence out")
    word, _, number = cuts.partition(":")
    try:
        if word == "quantile":
            return data_region(counts, float(number))
        share, rate = (float(part) for part in cuts.split(","))
    except ValueError as error:
        raise DataError(
            f"cannot read the cuts {cuts!r}; allowed: base-rate, quantile:0.5, report, or a share "
            "of plans and a rate such as 0.12,0.25"
        ) from error
    return stated_region(counts, share, rate)


def factor_view(
    view: str, release: Release | None, *, options: ViewOptions | None = None
) -> pd.DataFrame:
    """One view of the counts by factor, as tidy data.

    Parameters
    ----------
    view
        One of :data:`VIEWS`, or ``change``, which compares each group with the one before.
    release
        Counts of a table, as :func:`riskmodel.disclosure.release.release_counted` gives them; None
        takes the published counts.
    options
        Options of the view.

    Returns
    -------
    pandas.DataFrame
        The group's columns first; withheld cells marked.
    """
    options = options or ViewOptions()
    if options.level is not None and not 0 < options.level < 1:
        raise DataError(f"the level must lie between 0 and 1, got {options.level:g}; usual is 0.95")
    if view == "change":
        return _changes(release, options)
    if release is None:
        counts = factor_counts()
        found = VIEWS[view](counts, replace(options, cuts="report"))
        return with_reach(found, counts, Recording.usual(published=True))
    return release.frame(
        lambda counts: with_reach(
            VIEWS[view](counts, replace(options, design=release.design_of(counts))), counts
        )
    )


def with_reach(
    frame: pd.DataFrame, counts: FactorCounts, recording: Recording | None = None
) -> pd.DataFrame:
    """A view, with how far incomplete recording could move each rate or association in it.

    Parameters
    ----------
    frame
        Rows by ``factor``, with ``conversion_rate``, or with ``measure`` and
        ``assessments_in_all``; any other is returned as it is.
    counts
        The counts that the view shows.
    recording
        What is assumed; None takes :meth:`Recording.usual`.

    Returns
    -------
    pandas.DataFrame
        With ``conversion_rate_recorded_low`` and ``_high``, or ``recorded_low`` and ``_high``.
    """
    recording = recording or Recording.usual()
    place = {name: row for row, name in enumerate(counts.factors)}
    # A factor without counts, which shrinkage shows, has nothing that could be recorded.
    rows = [place.get(name, -1) for name in frame["factor"]]
    if "conversion_rate" in frame:
        ends_of_rate = RecordedFactors.of([counts], recording).ends()["conversion_rate"]
        low, high = (np.append(values, np.nan)[rows] for values in ends_of_rate)
        return frame.assign(conversion_rate_recorded_low=low, conversion_rate_recorded_high=high)
    if "assessments_in_all" not in frame:
        return frame
    ends = {
        total: RecordedFactors.of([replace(counts, total_assessments=total)], recording).ends()
        for total in frame["assessments_in_all"].unique().tolist()
    }
    keys = zip(frame["assessments_in_all"], frame["measure"], rows, strict=True)
    found = [[end[row] for end in ends[total][measure]] for total, measure, row in keys]
    return frame.assign(
        recorded_low=[low for low, _ in found], recorded_high=[high for _, high in found]
    )


def _associations(counts: FactorCounts, options: ViewOptions) -> pd.DataFrame:
    from riskmodel.factors.associations import associations, prior_assessments

    totals: Sequence[int | None] = options.assessments
    if not totals:
        known = counts.total_assessments
        quantiles = (0.05, 0.25, 0.5, 0.75, 0.95)
        _refuse_prior(counts, "--assessments")
        totals = [known] if known is not None else prior_assessments(counts, quantiles)
    return pd.concat(
        [
            associations(counts, total, level=options.level, design=options.design).to_frame()
            for total in totals
        ],
        ignore_index=True,
    )


def _refuse_prior(counts: FactorCounts, option: str) -> None:
    """The prior of the report card's assessments is no guess at another table's."""
    if counts.total_assessments is None and counts.basis != "published":
        raise DataError(f"the number of assessments is withheld: state it or its rate, {option}")


def _membership(counts: FactorCounts, options: ViewOptions) -> pd.DataFrame:
    from riskmodel.factors.membership import membership

    region = cut_region(counts, options.cuts, "plans")
    if options.cuts is None and not region.is_feasible:
        raise DataError(f"{NO_CUTS}; state cuts, --cuts 0.12,0.25")
    random = stream(options.seed, "factors/membership")
    found = membership(counts, region, random, design=options.design).to_frame()
    return found.assign(basis=counts.basis)


def _ranks(counts: FactorCounts, options: ViewOptions) -> pd.DataFrame:
    from riskmodel.factors.membership import rank_probabilities

    random = stream(options.seed, "factors/ranks")
    found = rank_probabilities(counts, random, design=options.design)
    return found.assign(basis=counts.basis)


def _comparison(counts: FactorCounts, options: ViewOptions) -> pd.DataFrame:
    from riskmodel.factors.comparison import holm_comparison

    cut, basis = options.cut, counts.basis
    if cut is None:
        total = counts.total_assessments
        if total is None:
            # The share of all assessments is not published: the prior's median stands in.
            _refuse_prior(counts, "--cut")
            total, basis = int(parameter("assessments_prior_median").value), "assumed"
        cut = counts.total_plans / total
    found = holm_comparison(counts, cut, level=options.level, design=options.design)
    return found.assign(basis=basis)


def _funnel(counts: FactorCounts, options: ViewOptions) -> pd.DataFrame:
    from riskmodel.factors.comparison import funnel

    return funnel(counts, options.design).assign(basis=counts.basis)


def _shrinkage(counts: FactorCounts, options: ViewOptions) -> pd.DataFrame:
    from riskmodel.factors.comparison import shrunken_conversions

    # The report card's chart says nothing of another table's factors.
    printed = printed_quadrants() if counts.basis == "published" else {}
    found = shrunken_conversions(counts, printed, level=options.level, design=options.design)
    return found if printed else found.drop(columns="printed")


VIEWS: dict[str, Callable[[FactorCounts, ViewOptions], pd.DataFrame]] = {
    "associations": _associations,
    "membership": _membership,
    "ranks": _ranks,
    "comparison": _comparison,
    "funnel": _funnel,
    "shrinkage": _shrinkage,
}
"""Views of the counts besides the rates; ``change`` needs two groups."""


def _changes(release: Release | None, options: ViewOptions) -> pd.DataFrame:
    from riskmodel.factors.comparison import change_between, decompose_change

    if release is None or len(release.groups) < 2:
        raise DataError(
            "a change needs at least two groups: give a table with --by, such as --by year"
        )
    frames = []
    for earlier, later in pairwise(release.groups):
        before, after = _comparable(release, earlier, later)
        if before is None or after is None:
            continue
        parts = decompose_change(before, after).drop(columns="basis")
        frame = (
            change_between(
                before,
                after,
                level=options.level,
                designs=[release.design.get(key) for key in (earlier, later)],
            )
            .rename(columns={"before": "rate_before", "after": "rate_after"})
            .merge(parts, on="factor")
        )
        for when, of in (("before", before), ("after", after)):
            low, high = RecordedFactors.of([of], Recording.usual()).ends()["conversion_rate"]
            places = [of.factors.index(name) for name in frame["factor"]]
            frame[f"rate_{when}_recorded_low"] = low[places]
            frame[f"rate_{when}_recorded_high"] = high[places]
        frame.insert(0, "from_group", group_words(release.by, earlier))
        frame.insert(1, "to_group", group_words(release.by, later))
        frames.append(frame)
    if not frames:
        raise DataError("too little may be printed of these groups to compare them; merge some")
    return pd.concat(frames, ignore_index=True)


def _comparable(
    release: Release, earlier: tuple[object, ...], later: tuple[object, ...]
) -> tuple[FactorCounts | None, FactorCounts | None]:
    """Both groups over the factors that may be printed in both."""
    if release.protected is None:
        return release.groups[earlier], release.groups[later]
    return release.protected.safe(earlier, later), release.protected.safe(later, earlier)


def group_words(by: Sequence[str], key: tuple[object, ...]) -> str:
    """A group by its columns: ``area north, year 2015``."""
    return ", ".join(f"{name} {value}" for name, value in zip(by, key, strict=True))
