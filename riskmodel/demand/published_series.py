"""The stocks and flows that the report of November 2015 prints, as observations.

Every value is a published figure or follows from published figures by interval arithmetic; none is
typed here. Figures that disagree are all kept, such as 454 children on a plan in July 2014 and
about 505 in March.
"""

from __future__ import annotations

import math
from functools import cache

from riskmodel.demand.calibration.calibrate import calibrate
from riskmodel.demand.calibration.observations import Observation
from riskmodel.demand.calibration.priors import CALIBRATED_STAGES, DemandPriors
from riskmodel.demand.calibration.result import Calibration
from riskmodel.demand.durations.evidence import Evidence, MeanLength, ShareOver
from riskmodel.demand.durations.fit import LengthFit, ShapePrior, fit_lengths
from riskmodel.demand.durations.laws import DAYS_A_YEAR
from riskmodel.demand.moments import Counted
from riskmodel.errors import UnknownNameError
from riskmodel.estimates import Interval
from riskmodel.parameters import parameter, remembered
from riskmodel.projection import month_after, months_between
from riskmodel.published import Figure, ImpliedQuantity, implied, load_table
from riskmodel.published.area import published_area
from riskmodel.snapshots import RepeatPlans, StageMoves

__all__ = [
    "calibrate_published",
    "published_length_fit",
    "published_lengths",
    "published_moves",
    "published_observations",
    "published_priors",
    "published_repeats",
]

# When each figure stands: months at whose end it is taken. The report prints "July" and "mid
# 2015"; the first quarter of 2015/16 ends in June.
_MARCH_2011, _MARCH_2014, _MARCH_2015, _MID_2015 = "2011-03", "2014-03", "2015-03", "2015-06"
_SNAPSHOTS = {"july_2013": "2013-07", "july_2014": "2014-07", "july_2015": "2015-07"}
_SNAPSHOT_ROW = {
    "child_protection_plan": "Child Protection",
    "looked_after": "Looked After",
    "child_in_need_plan": "Children in Need Plan",
}
_LEGAL_YEARS = {
    "2010_11": "2011-03",
    "2011_12": "2012-03",
    "2012_13": "2013-03",
    "2013_14": "2014-03",
    "2014_15": "2015-03",
}


def published_moves() -> tuple[StageMoves, ...]:
    """Children with a child in need plan or early help in the six months before a protection plan.

    Para 15 prints only these two moves; no report says where children go when a plan ends.
    """
    statements = load_table("statements")
    started = int(statements.figure("plans_started_2014_15").interval.low)
    made = []
    for origin, name, words in (
        ("child_in_need_plan", "child_in_need_plan", "had a child in need plan"),
        ("early_help", "early_intervention", "were known to early intervention"),
    ):
        after = "known_to" if origin == "early_help" else "after"
        figure = statements.figure(f"plans_started_{after}_{name}")
        made.append(
            StageMoves(
                origin,
                "child_protection_plan",
                "starts",
                int(figure.interval.low),
                started,
                f"{words} in the six months before",
                f"{figure.period}, report card para {figure.paragraph}",
                "published",
            )
        )
    return tuple(made)


def published_repeats() -> RepeatPlans:
    """Second and subsequent plans of 2014-15, which the documents of 2015 do not print."""
    found = parameter("repeat_plans_oxfordshire")
    again, of = (int(number) for number in found.numbers)
    return RepeatPlans(again, of, found.source, "observed")


def published_observations(stage: str) -> tuple[Observation, ...]:
    """Counts of one stage that are printed or follow from printed figures.

    Parameters
    ----------
    stage
        ``child_protection_plan``, ``looked_after`` or ``child_in_need_plan``.

    Returns
    -------
    tuple of Observation
        In order of time. Flows are printed for child protection plans alone.

    Raises
    ------
    UnknownNameError
        For another stage.

    Examples
    --------
    >>> for each in published_observations("child_in_need_plan"):
    ...     print(each)
    stock at the end of 2013-07: 2451 (report card, para 14)
    stock at the end of 2014-07: 2243 (report card, para 14)
    stock at the end of 2015-07: 1801 (report card, para 14)
    """
    _check(stage)
    snapshots = load_table("activity_snapshots")
    found = [
        _observation("stock", snapshots.figure(_SNAPSHOT_ROW[stage], column), month)
        for column, month in _SNAPSHOTS.items()
    ]
    if stage == "child_protection_plan":
        found += _plans()
    if stage == "looked_after":
        found += _looked_after()
    return tuple(sorted(found, key=lambda each: (each.month, each.counted)))


def _plans() -> list[Observation]:
    stocks = [
        _implied_stock("children_on_plan_march_2011", _MARCH_2011),
        _implied_stock("children_on_plan_march_2014", _MARCH_2014),
        _implied_stock("children_on_plan_march_2015", _MARCH_2015),
        _observation("stock", _statement("children_on_plan_mid_2015"), _MID_2015),
    ]
    starts = _observation("starts", _statement("plans_started_2014_15"), _MARCH_2015)
    return [*stocks, starts, _ends_since_2011()]


def _ends_since_2011() -> Observation:
    """Ends from April 2011 to the middle of 2015, of those that are printed to an unnamed day.

    They are counted to the date of the report at the latest. Of the months between, at most
    twice the average share is taken off.
    """
    figure = _statement("plans_ended_since_april_2011")
    printed = figure.interval
    report = f"{figure.document.date.year:04d}-{figure.document.date.month:02d}"
    whole = months_between(_MARCH_2011, month_after(report, -1))
    kept = months_between(_MARCH_2011, _MID_2015)
    least = printed.low * (1 - 2 * (whole - kept) / whole)
    return Observation(
        "ends",
        Interval(round(least), printed.high),
        _MID_2015,
        kept,
        f"report card, {figure.place}, part to mid 2015",
        figure.id,
        "published",
    )


def _looked_after() -> list[Observation]:
    table = load_table("legal_status")
    by_year = [
        _observation("stock", table.figure("Total", column), month)
        for column, month in _LEGAL_YEARS.items()
    ]
    later = _statement("looked_after_children_september_2015")
    return [
        *by_year,
        _implied_stock("looked_after_september_2014", "2014-09"),
        _observation("stock", later, "2015-09"),
    ]


def published_lengths() -> tuple[Evidence, ...]:
    """The printed figures on durations of ended plans: the mean, and two shares of long ones.

    The number of plans that the shares refer to is not printed. For 2014/15 it follows from starts
    and stocks; for 2013/14 the yearly average since April 2011 is used.
    """
    mean = _statement("mean_plan_length_days")
    ended = float(_statement("plans_ended_since_april_2011").interval.low)
    yearly = ended / (months_between(_MARCH_2011, _MID_2015) / 12)
    last_year = _middle(_implied("plans_ended_2014_15").interval)
    shares = [
        ShareOver(
            2 * DAYS_A_YEAR,
            figure.interval / 100,
            round(number),
            f"report card, {figure.place}, {figure.period}",
        )
        for figure, number in (
            (_statement("plans_over_two_years_oxfordshire_2013_14_percent"), yearly),
            (_statement("plans_over_two_years_oxfordshire_2014_15_percent"), last_year),
        )
    ]
    return (
        MeanLength(mean.interval, round(ended), f"report card, {mean.place}"),
        *shares,
    )


@remembered
def published_length_fit() -> LengthFit:
    """Gamma durations fitted to the plans that ended, with the prior of the shape."""
    return fit_lengths(published_lengths(), prior=ShapePrior.of_parameters(), basis="published")


@remembered
def published_priors(stage: str) -> DemandPriors:
    """Priors of a stage; for child protection plans with the printed durations.

    While starts grow, the plans that end are shorter than plans in general. So the fit is converted
    to durations of all plans, with the yearly growth of the stock, because starts of earlier years
    are not printed. The mean of a single year may differ from that of all years by as much as para
    11 allows, 10% either way. Durations of care and of child in need plans are not printed; their
    priors come from the parameters.

    Raises
    ------
    UnknownNameError
        For another stage.
    """
    _check(stage)
    priors = DemandPriors.of_parameters(stage)
    if stage != "child_protection_plan":
        return priors
    first = _middle(_implied("children_on_plan_march_2011").interval)
    last = _middle(_statement("children_on_plan_mid_2015").interval)
    years = months_between(_MARCH_2011, _MID_2015) / 12
    apart = _statement("mean_plan_length_yearly_deviation_percent").interval
    return priors.with_lengths(
        published_length_fit(),
        growth_a_year=math.log(last / first) / years,
        # Uniform over what is printed.
        yearly_log_sd=float(apart.width) / 100 / math.sqrt(12),
    )


def calibrate_published(stage: str, *, seed: int) -> Calibration:
    """A stage calibrated to what is printed.

    Raises
    ------
    UnknownNameError
        For another stage than those of :func:`published_observations`.
    """
    return calibrate(
        published_observations(stage),
        stage,
        area=published_area(),
        seed=seed,
        priors=published_priors(stage),
    )


def _check(stage: str) -> None:
    if stage not in CALIBRATED_STAGES:
        raise UnknownNameError("stage with published stocks", stage, CALIBRATED_STAGES)


def _statement(name: str) -> Figure:
    return load_table("statements").figure(name)


@cache
def _all_implied() -> dict[str, ImpliedQuantity]:
    # Worked out once: each takes a walk through the published tables.
    return {each.id: each for each in implied()}


def _implied(name: str) -> ImpliedQuantity:
    known = _all_implied()
    if name not in known:
        raise UnknownNameError("implied quantity", name, known)
    return known[name]


def _observation(counted: Counted, figure: Figure, month: str) -> Observation:
    source = "report card" if figure.document.id.endswith("report_card") else figure.document.title
    return Observation(
        counted,
        figure.interval,
        month,
        source=f"{source}, {figure.place}",
        figure=figure.id,
        basis="published",
    )


def _implied_stock(name: str, month: str) -> Observation:
    quantity = _implied(name)
    places = sorted({figure.place for figure in quantity.figures})
    return Observation(
        "stock",
        quantity.interval,
        month,
        source=f"implied by {', '.join(places)}",
        figure=quantity.id,
        basis="published",
    )


def _middle(interval: Interval) -> float:
    return (float(interval.low) + float(interval.high)) / 2
