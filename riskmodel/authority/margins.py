"""What cannot be concluded from margins: bounds and the sensitivity surface, for any counts."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from riskmodel.assessments import FactorCounts
from riskmodel.cohort import published_targets
from riskmodel.cohort.joint import Margins, UnitLayout, draw_block
from riskmodel.disclosure.release import Release
from riskmodel.errors import DataError
from riskmodel.factors.adjusted.patterns import FactorPatterns, pattern_counts
from riskmodel.factors.margins import bounds, sensitivity
from riskmodel.factors.margins.fits import SurfaceMethod
from riskmodel.factors.margins.recording import Recording, RecordingSensitivity, recording_bounds
from riskmodel.factors.quadrants import QuadrantRegion, data_region, feasible_region
from riskmodel.parameters import parameter
from riskmodel.plausible import check_number
from riskmodel.published import factor_counts, printed_quadrants
from riskmodel.streams import stream
from riskmodel.vocabulary import factor as known_factor
from riskmodel.vocabulary import factor_label

__all__ = ["assumed_surface", "factor_bounds", "recording_area"]

_NO_TOTAL = (
    "the number of assessments is withheld in these observed records: those without a plan, or "
    "without some factor, are few; take more years or areas together"
)


def factor_bounds(
    factor: str,
    *,
    assessments: int | None = None,
    given: Sequence[str] | None = None,
    phi: tuple[float, float] | None = None,
    release: Release | None = None,
) -> bounds.MarginBounds:
    """Bounds of one factor's association with a plan, from margins.

    Parameters
    ----------
    factor
        Name, printed label or census code.
    assessments
        N; has to be given for the published counts, and must not be for a table, which contains it.
    given
        Other factors; None for all that have counts.
    phi
        Least and greatest phi of each pair of factors within an outcome, or None.
    release
        Margins of a table, as far as they may be printed, instead of the published ones.

    Notes
    -----
    From observed records only printed counts are used, so the bounds reveal no more than these.
    """
    counts = _counts(release)
    if release is None:
        counts = _at(counts, _given(assessments, counts))
    elif assessments is not None:
        raise DataError("a table knows its number of assessments; leave --assessments out")
    elif counts.total_assessments is None:
        raise DataError(_NO_TOTAL)
    name = _name(factor, counts, release)
    others = counts.factors if given is None else [_name(word, counts, release) for word in given]
    if given is None:
        others = [other for other in others if other != name]
    return bounds.margin_bounds(counts, name, others, phi=phi)


def assumed_surface(
    *,
    assessments: Sequence[int] | None,
    overlaps: Sequence[float],
    factors: Literal["printed", "all"] | Sequence[str] = "printed",
    replicates: int = 5,
    method: SurfaceMethod = "auto",
    level: float | None = None,
    seed: int = 0,
    release: Release | None = None,
) -> sensitivity.SensitivitySurface:
    """Adjusted odds ratios over numbers of assessments and overlaps of factors.

    Parameters
    ----------
    assessments, overlaps
        The grid; None takes the number of assessments that a table has.
    factors
        The ten with printed counts, all 34, or some by name, label or code. For a table both words
        mean all of its factors.
    replicates
        Cohorts for each point of the grid.
    method, level
        Fit and coverage of the intervals.
    seed
        Seed of the cohorts: the same seed gives the same bytes.
    release
        Margins of a table, as far as they may be printed, instead of the published ones.
    """
    from riskmodel.factors.adjusted.firth import NoMaximumError

    for overlap in overlaps:
        if not 0 <= overlap <= 1:
            raise DataError(f"overlap must lie between 0 and 1, got {overlap:g}")
    if assessments is None:
        known = _counts(release)
        if release is not None and known.total_assessments is None:
            raise DataError(_NO_TOTAL)
        assessments = (_given(known.total_assessments, known),)
    for number in assessments:
        check_number(number, "assessments", least=1, field="assessments")
    counts = _surface_counts(factors, assessments, release, seed)
    for number in assessments:
        _refuse_one_sided(_at(counts, number), number)

    def cohorts(number: int, overlap: float, replicate: int) -> FactorPatterns:
        return _cohort(counts, number, overlap, cohort_seed(replicate))

    @functools.cache
    def cohort_seed(replicate: int) -> int:
        return int(stream(seed, "sensitivity/cohorts", replicate).integers(2**62))

    try:
        return sensitivity.sensitivity_surface(
            cohorts,
            counts.factors,
            assessments=assessments,
            overlaps=overlaps,
            replicates=replicates,
            level=level,
            method=method,
        )
    except NoMaximumError as error:
        raise DataError(
            f"some factors cannot be told apart in a cohort ({error}): take a smaller overlap than "
            f"{max(overlaps):g}, or fewer factors"
        ) from error


def recording_area(
    release: Release | None = None,
    recording: Recording | None = None,
    *,
    assessments: int | None = None,
    level: float | None = None,
) -> RecordingSensitivity:
    """Rates, associations and quadrants, depending on how completely factors are recorded.

    Parameters
    ----------
    release
        Counts of a table, as far as they may be printed, with the cuts that follow from them; None
        takes the published counts, with the cuts that reproduce the printed quadrants.
    recording
        The area of shares recorded; None takes the usual one, and for the published counts the
        Department's with it.
    assessments
        N, for the published counts; None takes the median of the documented prior.
    level
        Coverage of the ranges of chance.
    """
    counts = _counts(release)
    if release is None:
        number = round(parameter("assessments_prior_median").value)
        counts = _at(counts, number if assessments is None else _given(assessments, counts))
        region: QuadrantRegion | None = feasible_region(counts, printed_quadrants())
    elif assessments is not None:
        raise DataError("a table knows its number of assessments; leave --assessments out")
    else:
        if not counts.total_plans:
            raise DataError("no assessment led to a plan: there is no share that recording moves")
        try:
            region = data_region(counts)
        except DataError:  # too few counts to set cuts
            region = None
    if recording is None:
        recording = Recording.usual(published=release is None)
    design = None if release is None else release.design_of(counts)
    return recording_bounds(counts, recording, region=region, level=level, design=design)


def _surface_counts(
    factors: Literal["printed", "all"] | Sequence[str],
    assessments: Sequence[int],
    release: Release | None,
    seed: int,
) -> FactorCounts:
    """Counts of the factors asked for, without a number of assessments of their own."""
    counts = _counts(release)
    if release is None and factors != "printed":
        every = published_targets(max(assessments, default=0), seed=seed).counts
        asked = every.factors if isinstance(factors, str) else [_name(w, every) for w in factors]
        counts = counts if set(asked) <= set(counts.factors) else every
        return _only(replace(counts, total_assessments=None), asked)
    names = (
        counts.factors
        if isinstance(factors, str)
        else [_name(word, counts, release) for word in factors]
    )
    return _only(replace(counts, total_assessments=None), names)


def _cohort(counts: FactorCounts, number: int, overlap: float, seed: int) -> FactorPatterns:
    margins = Margins(number, counts.total_plans, counts.plans, counts.assessments - counts.plans)
    loadings = np.full(len(counts.factors), overlap)
    # One stream for every N and overlap: neighbouring points of the surface share their draws.
    layout = UnitLayout.plan("sensitivity", seed, loadings, margins)
    found = None
    for block in range(len(layout.blocks)):
        plan, flags = draw_block(layout, block)
        part = pattern_counts(counts.factors, plan, flags, basis="assumed")
        found = part if found is None else found + part
    assert found is not None  # a layout has at least one block
    return found


def _counts(release: Release | None) -> FactorCounts:
    return factor_counts() if release is None else release.counts()


def _at(counts: FactorCounts, assessments: int) -> FactorCounts:
    """The counts with a stated N: assumed, since nobody published it."""
    floor = counts.minimum_assessments
    if assessments < floor:
        raise DataError(
            f"{assessments:,} assessments are too few: {counts.total_plans:,} led to a plan and "
            f"{floor - counts.total_plans:,} more had one factor without one, so at least "
            f"{floor:,} are needed"
        )
    return replace(counts, total_assessments=assessments, basis="assumed")


def _given(assessments: int | None, counts: FactorCounts) -> int:
    """The number of assessments, which these counts do not hold by themselves."""
    if assessments is None:
        raise DataError(
            "the number of assessments is not published: give --assessments, at least "
            f"{counts.minimum_assessments:,} (the documented prior has its median at "
            f"{parameter('assessments_prior_median').value:,.0f})"
        )
    check_number(assessments, "assessments", least=1, field="assessments")
    return assessments


def _refuse_one_sided(counts: FactorCounts, number: int) -> None:
    """A regression needs plans and none, and each factor in some assessments and not in others."""
    if counts.total_plans in (0, number):
        share = "no" if counts.total_plans == 0 else "every"
        raise DataError(f"{share} assessment led to a plan: nothing to compare")
    for name, found in zip(counts.factors, counts.assessments.tolist(), strict=True):
        if found in (0, number):
            share = "no" if found == 0 else "every"
            raise DataError(
                f"{name} was recorded in {share} assessment: name the others with --factors"
            )


def _only(counts: FactorCounts, names: Sequence[str]) -> FactorCounts:
    rows = [counts.factors.index(name) for name in names]
    return replace(
        counts,
        factors=tuple(names),
        assessments=counts.assessments[rows],
        plans=counts.plans[rows],
    )


def _name(word: str, counts: FactorCounts, release: Release | None = None) -> str:
    if word in counts.factors:
        return word
    withheld = () if release is None else release.withheld()
    name = word if word in withheld else known_factor(word).name
    if name in withheld:
        raise DataError(
            f"a count of {factor_label(name)} is withheld in these observed records, so nothing "
            f"may be worked out from it; those that may be printed: {', '.join(counts.factors)}"
        )
    if name not in counts.factors:
        raise DataError(
            f"{known_factor(word).label} has no counts here; those with counts: "
            f"{', '.join(counts.factors)}"
        )
    return name
