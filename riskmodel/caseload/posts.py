"""Posts for a caseload by formula, and the workforce that gives the printed caseloads."""

from __future__ import annotations

from riskmodel.caseload.published import published_caseloads
from riskmodel.caseload.workforce import Workforce
from riskmodel.errors import DataError
from riskmodel.parameters import parameter
from riskmodel.published import load_table

__all__ = ["posts_for", "published_posts", "published_workforce"]


def posts_for(
    cases: float,
    caseload: float,
    *,
    newly_qualified_share: float,
    newly_qualified_protection: float,
    sickness_rate: float,
    vacancy_rate: float,
    case_holding_share: float = 1.0,
    agency_fte: float = 0.0,
) -> float:
    """Posts needed for so many cases at a caseload, by formula and without simulation.

    Notes
    -----
    Posts = (cases / caseload - agency) / case-holding share
    / (1 - protection x newly qualified share) / (1 - sickness) / (1 - vacancy).

    Examples
    --------
    >>> posts_for(
    ...     1493,
    ...     14,
    ...     newly_qualified_share=0,
    ...     newly_qualified_protection=0,
    ...     sickness_rate=0,
    ...     vacancy_rate=0,
    ... )
    106.642857
    """
    if not caseload > 0:
        raise DataError(f"a caseload must be above 0, got {caseload:g}", field="caseload")
    left = (
        case_holding_share
        * (1 - newly_qualified_protection * newly_qualified_share)
        * (1 - sickness_rate)
        * (1 - vacancy_rate)
    )
    if not left > 0:
        raise DataError("nobody is left to hold cases: a share or rate takes away every worker")
    return max(cases / caseload - agency_fte, 0.0) / left


def published_workforce() -> Workforce:
    """A workforce that gives the printed caseloads; what is not printed is assumed.

    Notes
    -----
    Published: the workers that para 23 implies (about 76, taken as case-holding full-time
    equivalents), the protection of newly qualified workers (1 - 14/20), the specialist team's
    caseload and length of plans (para 26; its share is 0 here, because its children are in the
    structure). Everything else is in ``caseload.toml`` with its reason.

    Examples
    --------
    >>> print(published_workforce().summary())
    96.9 posts, 14.0% vacant at best, 14.9% leave in a year, 1.67 candidates a month after 4
    months, cap 20
    """
    printed = published_caseloads()
    statements = load_table("statements")
    protection = 1 - float(printed.range.interval.low) / float(printed.mean.reading)
    specialist = statements.figure("kingfisher_mean_caseload").interval
    given = {
        name: parameter(f"workforce_{name}").value
        for name in (
            "vacancy_rate",
            "newly_qualified_share",
            "sickness_rate",
            "case_holding_share",
            "agency_fte",
        )
    }
    workers = float(printed.workers_as_printed)
    posts = posts_for(workers, 1.0, newly_qualified_protection=protection, **given)
    in_post = posts * (1 - given["vacancy_rate"])
    lengths = [
        float(statements.figure(name).reading)
        for name in ("kingfisher_mean_plan_length_days", "mean_plan_length_days")
    ]
    return Workforce(
        posts=posts,
        turnover_rate=parameter("workforce_turnover_rate").value,
        hires_per_month=in_post * parameter("workforce_hires_rate").value / 12,
        recruitment_lag_months=parameter("workforce_recruitment_lag_months").value,
        newly_qualified_protection=protection,
        caseload_cap=parameter("caseload_slots_south").value,
        specialist_caseload=float(specialist.low + specialist.high) / 2,
        specialist_length_multiplier=lengths[0] / lengths[1],
        **given,
    )


def published_posts() -> tuple[float, float]:
    """The number of posts behind the printed workers, in two readings.

    Returns
    -------
    tuple
        The posts if the printed means count full-time equivalents at work, as
        :func:`published_workforce` assumes; and if they count people in post, newly qualified and
        sick ones included. The posts needed for a cap are the same in both readings, so in the
        second there are more still to add.

    Examples
    --------
    >>> at_work, people = published_posts()
    >>> round(at_work, 1), round(people, 1)
    (96.9, 88.3)
    """
    force = published_workforce()
    filled = 1 - float(force.monthly("vacancy_rate", 1)[0])
    holding = float(force.monthly("case_holding_share", 1)[0])
    people = float(published_caseloads().workers_as_printed) / holding / filled
    return float(force.monthly("posts", 1)[0]), people
