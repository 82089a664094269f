"""The services around an authority: what its projection brings to them, and its own deadlines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from riskmodel.authority.service import project_service
from riskmodel.core.result import View
from riskmodel.demand.opening import opening_of
from riskmodel.demand.outlook import check_sizes
from riskmodel.disclosure import Policy
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.estimates import Basis, needs_protection
from riskmodel.projection import BASELINE, MEASURED, month_after, month_words
from riskmodel.services.definition import Locums, Service
from riskmodel.services.reading import read_service, read_services
from riskmodel.services.result import LABELS, ServicePlan
from riskmodel.services.simulate import Horizon, posts_for_deadline, simulate, steady_state

if TYPE_CHECKING:
    from pathlib import Path

    from riskmodel.authority.folder.authority import Authority
    from riskmodel.demand.projecting import Outlook
    from riskmodel.services.others import TimelinessOfOthers
    from riskmodel.services.timeliness import Timeliness

__all__ = [
    "added_view",
    "horizon_of",
    "locums_view",
    "others_in_time",
    "overview",
    "plans_of",
    "posts_view",
    "scenario_names",
    "services_of",
    "simulate_service",
    "sources_of",
    "steady_view",
    "timeliness_of",
    "with_own_records",
]

_RECORDS = "timeliness."


def services_of(authority: Authority, name: str | None = None) -> tuple[Service, ...]:
    """The services of a folder, or the one of a name.

    Raises
    ------
    DataError
        When the folder has none, or a file is no sound service.
    UnknownNameError
        When none has the name, with the nearest.
    """
    authority.needs("services")
    folder = authority.contents.file("services")
    assert folder is not None  # it has some
    services = read_services(folder)
    if name is None:
        return services
    chosen = tuple(service for service in services if service.name == name)
    if not chosen:
        names = [service.name for service in services]
        raise UnknownNameError("service of the folder", name, names)
    return chosen


def with_own_records(authority: Authority, services: Sequence[Service]) -> tuple[Service, ...]:
    """Services whose ``to`` is a deadline of the folder's records, with its months and open cases.

    ``to = "timeliness.assessment"`` takes the months of the start as own months, and where the file
    says nothing of a list, what is open on the last day of the records. The month of that day is
    left out, for it may not be whole.
    """
    if not any(one.arrivals.to.startswith(_RECORDS) for one in services):
        return tuple(services)
    from riskmodel.intake.intervals import read_intervals

    authority.needs("deadlines")
    found = read_intervals(authority.inputs.deadline_files, until=authority.date)
    known = {f"{_RECORDS}{one.measure}": one for one in found}
    made = []
    for one in services:
        if not one.arrivals.to.startswith(_RECORDS):
            made.append(one)
            continue
        if one.arrivals.to not in known:
            message = str(UnknownNameError("deadline of the records", one.arrivals.to, known))
            raise DataError(message, file=one.file or None, field="to")
        intervals = known[one.arrivals.to]
        ratio = one.arrivals.ratio
        if ratio != 1.0:
            message = "of own records is 1: each of them comes once"
            raise DataError(message, file=one.file or None, field="ratio")
        months, waiting = intervals.months(), one.waiting
        if waiting is None and one.has_list:
            waiting = _told(intervals.number_open, intervals.basis)
        arrivals = replace(one.arrivals, to="", months=months)
        made.append(replace(one, arrivals=arrivals, waiting=waiting))
    return tuple(made)


def _told(number: int, basis: Basis) -> float:
    """A count that a page may show: of so few observed ones the middle of what is withheld."""
    policy = Policy()
    if needs_protection(basis) and policy.is_small(number):
        return (policy.smallest + policy.threshold) / 2
    return float(number)


def horizon_of(
    authority: Authority,
    services: Sequence[Service],
    *,
    months: int,
    replicates: int,
    seed: int,
    scenarios: Sequence[str] = (BASELINE,),
) -> Horizon:
    """Months, simulations and what ratios are to: of a projection where one is needed.

    Without figures to project from the first month is the one after the folder's date, or else
    after the last of the services' own months.

    Raises
    ------
    DataError
        When a ratio needs a projection that the folder has no figures for, or nothing says from
        when on.
    """
    can_project = any(authority.has(need) for need in ("months", "own_panel", "published"))
    if can_project and any(one.arrivals.to for one in services):
        outlook = _outlook(authority, months, replicates, seed, scenarios)
        return Horizon(outlook.projection.months, replicates, seed, sources_of(outlook))
    check_sizes(months, replicates)
    known = [list(one.arrivals.months)[-1] for one in services if one.arrivals.months]
    if can_project:
        opening = opening_of(authority.demand)
    else:
        opening = f"{authority.date:%Y-%m}" if authority.date else max(known, default="")
    if not opening:
        raise DataError(
            "says nowhere from when on: give [about] date in authority.toml, or a service's own "
            "months",
            file=authority.folder.name,
        )
    ahead = tuple(month_after(opening, number + 1) for number in range(months))
    return Horizon(ahead, replicates, seed)


def _outlook(
    authority: Authority, months: int, replicates: int, seed: int, scenarios: Sequence[str]
) -> Outlook:
    """The projection under the scenarios that are asked for and no other."""
    teams = authority.has("teams") or authority.has("published")
    return project_service(
        authority.demand,
        scenarios=[one for one in authority.scenarios if one.name in scenarios],
        structure=authority.structure if teams else None,
        workforce=authority.workforce if teams else None,
        months=months,
        replicates=replicates,
        seed=seed,
        panel=authority.panel,
    )


def sources_of(outlook: Outlook) -> dict[str, dict[str, npt.NDArray[np.number]]]:
    """What ratios can be to, by scenario: starts, ends and stock of each stage, and conferences."""
    from riskmodel.caseload.conferences import PLAN, conferences

    projection = outlook.projection
    found: dict[str, dict[str, npt.NDArray[np.number]]] = {
        scenario: {
            f"{measured}.{stage}": projection.of(measured, scenario, stage)
            for measured in MEASURED
            for stage in projection.stages
        }
        for scenario in projection.scenarios
    }
    if PLAN in projection.stages:
        for scenario, kinds in conferences(outlook).children.items():
            found[scenario] |= {f"conferences.{kind}": values for kind, values in kinds.items()}
            found[scenario]["conferences.all"] = np.asarray(np.sum(list(kinds.values()), axis=0))
    return found


def simulate_service(
    service: str | Path | Service,
    figures: Outlook | None = None,
    *,
    opening: str = "",
    months: int = 60,
    simulations: int = 2000,
    seed: int = 1,
    scenarios: Sequence[str] = (BASELINE,),
) -> ServicePlan:
    """Simulate a service: its waiting list, waits and posts by month, with ranges.

    Parameters
    ----------
    service
        Its file, or what was read of one.
    figures
        A projection, as :func:`riskmodel.project` gives it: months, simulations and seed are then
        its own, and ratios are to what it holds.
    opening
        ``YYYY-MM``, the month before the first; needed without a projection, where the service has
        no months of its own.
    months, simulations, seed
        How far ahead, how many simulations; the same seed gives the same answer.
    scenarios
        Of the projection.

    Raises
    ------
    DataError
        As `riskmodel service` does.
    """
    one = service if isinstance(service, Service) else read_service(service)
    if figures is not None:
        projection = figures.projection
        horizon = Horizon(
            projection.months, projection.replicates, figures.seed, sources_of(figures)
        )
        return simulate(one, horizon, scenarios)
    first = opening or (list(one.arrivals.months)[-1] if one.arrivals.months else "")
    if not first:
        raise DataError("opening says from when on, such as 2026-03: the service has no months")
    ahead = tuple(month_after(first, number + 1) for number in range(months))
    return simulate(one, Horizon(ahead, simulations, seed), scenarios)


def timeliness_of(authority: Authority) -> Timeliness:
    """How long it takes and how much is in time, of the folder's records.

    Raises
    ------
    DataError
        When it has no records with two dates that a deadline runs between.
    """
    from riskmodel.intake.intervals import read_intervals
    from riskmodel.services.timeliness import timeliness

    authority.needs("deadlines")
    return timeliness(read_intervals(authority.inputs.deadline_files, until=authority.date))


def others_in_time(authority: Authority) -> TimelinessOfOthers:
    """Its published shares in time beside those of its neighbours, or of all in its panel."""
    from riskmodel.services.others import timeliness_of_others

    authority.needs("own_panel")
    assert authority.panel is not None  # it has one
    others = authority.neighbours if authority.has("neighbours") else ()
    return timeliness_of_others(authority.panel, authority.inputs.panel_code, others)


def overview(plans: Sequence[ServicePlan]) -> View:
    """Every service in the first and the last month, a row a service and measure.

    Columns: service, label, measure, first, last (central projections), low, high (range of the
    last), first_month, last_month, basis.
    """
    import pandas as pd

    rows = []
    for plan in plans:
        first, last = plan.months[0], plan.months[-1]
        for measure in (name for name in plan.measures if name not in ("starts", "left")):
            central, low, high = plan.numbers(measure, last)
            then = plan.numbers(measure, first)[0]
            row = (plan.service.name, plan.service.label, measure, then, central, low, high)
            rows.append((*row, first, last, "projected"))
    columns = ["service", "label", "measure", "first", "last", "low", "high", "first_month"]
    frame = pd.DataFrame(rows, columns=[*columns, "last_month", "basis"])
    shown = []
    for cells in frame.to_dict("records"):
        label, form = LABELS[cells["measure"]]
        shown.append(
            {
                "service": cells["label"],
                "what is counted": label,
                month_words(cells["first_month"]): f"{cells['first']:{form}}",
                month_words(cells["last_month"]): f"{cells['last']:{form}}",
                "90% range": f"{cells['low']:{form}} to {cells['high']:{form}}",
            }
        )
    notes = ("What follows if nothing else changes: association and assumption, not a plan.",)
    return View(frame, shown=pd.DataFrame(shown), notes=notes)


def posts_view(services: Sequence[Service], horizon: Horizon) -> View:
    """Posts with which each service keeps its deadline, for those that have one and posts."""
    import pandas as pd

    asked = [one for one in services if one.deadline is not None and one.has_list]
    if not asked:
        raise DataError("no service here has both [staff] posts and a [deadline]")
    found = [(one, posts_for_deadline(one, horizon)) for one in asked]
    frame = pd.DataFrame(
        [
            {
                "service": one.name,
                "deadline": str(one.deadline),
                "share": posts.share,
                "by": posts.by,
                "chance": posts.chance,
                "posts_now": posts.now,
                "posts_needed": posts.posts,
                "basis": "projected",
            }
            for one, posts in found
        ]
    )
    said = " ".join(
        f"{one.label}: for {posts.share:.0%} to start within {one.deadline} in "
        f"{month_words(posts.by)}, with a chance of {posts.chance:.0%}, the service needs "
        f"{posts.posts:,.1f} posts, {posts.posts - posts.now:+,.1f} on the {posts.now:,.1f} now."
        for one, posts in found
    )
    return View(frame, said)


def added_view(services: Sequence[Service], horizon: Horizon, *, posts: float = 1.0) -> View:
    """What one more post changes in the last month of each list, in the same simulations."""
    import pandas as pd

    asked = [one for one in services if one.has_list]
    if not asked:
        raise DataError("no service here has posts, so nobody waits: give [staff] posts")
    rows = []
    for one in asked:
        whole = Locums(posts, horizon.months[0], horizon.months[-1])
        staff = replace(one.staff, locums=(*one.staff.locums, whole))
        plans = [simulate(each, horizon) for each in (one, replace(one, staff=staff))]
        for measure in (name for name in plans[0].measures if name in _MOVED):
            now, then = (plan.path().values(measure)[:, -1] for plan in plans)
            low, middle, high = np.quantile(then - now, (0.05, 0.5, 0.95))
            row = (one.name, measure, float(np.median(now)), float(np.median(then)), middle)
            rows.append((*row, low, high, horizon.months[-1], "projected"))
    columns = ["service", "measure", "now", "with_one_more", "difference", "low", "high", "month"]
    frame = pd.DataFrame(rows, columns=[*columns, "basis"])
    shown = frame.assign(measure=[LABELS[name][0] for name in frame["measure"]])
    numbers = ["now", "with_one_more", "difference", "low", "high"]
    shown[numbers] = shown[numbers].round(2)
    notes = ("One more full-time post from the first month on; medians, and the 90% range.",)
    return View(frame, shown=shown, notes=notes)


_MOVED = ("waiting", "wait_weeks", "within")


def locums_view(services: Sequence[Service], horizon: Horizon) -> View:
    """Each list with its locums and without them, month by month, in the same simulations."""
    import pandas as pd

    asked = [one for one in services if one.staff.locums and one.has_list]
    if not asked:
        raise DataError("no service here has locums: [[staff.locums]] in its file")
    pieces, said = [], []
    for one in asked:
        without = replace(one, staff=replace(one.staff, locums=()))
        plans = [simulate(service, horizon).path() for service in (one, without)]
        lists = [np.median(path.waiting, axis=0) for path in plans]
        fewer = plans[1].waiting - plans[0].waiting
        low, middle, high = np.quantile(fewer, (0.05, 0.5, 0.95), axis=0)
        pieces.append(
            pd.DataFrame(
                {
                    "service": one.name,
                    "month": horizon.months,
                    "with_locums": lists[0],
                    "without": lists[1],
                    "fewer": middle,
                    "low": low,
                    "high": high,
                    "basis": "projected",
                }
            )
        )
        last = max(locums.to_month for locums in one.staff.locums)
        place = [number for number, month in enumerate(horizon.months) if month <= last]
        end = place[-1] if place else 0
        said.append(
            f"{one.label}: when the last locums leave, in {month_words(horizon.months[end])}, "
            f"{middle[end]:,.0f} fewer wait than without them (90% range {low[end]:,.0f} to "
            f"{high[end]:,.0f}); by {month_words(horizon.months[-1])} it is {middle[-1]:,.0f}."
        )
    return View(pd.concat(pieces, ignore_index=True), " ".join(said))


def steady_view(services: Sequence[Service], horizon: Horizon) -> View:
    """What each list comes to in the long run, if what comes stays at its last level."""
    import pandas as pd

    rows = []
    for one in (service for service in services if service.has_list):
        steady = steady_state(one, horizon)
        rows.append(
            {
                "service": one.name,
                "load": steady.load,
                "waiting": steady.waiting,
                "wait_weeks": steady.wait * 365.25 / 12 / 7,
                "chance_of_wait": steady.chance_of_wait,
                "leave_unseen": steady.left,
                "basis": "projected",
            }
        )
    if not rows:
        raise DataError("no service here has posts, so nobody waits: give [staff] posts")
    notes = (
        "load: arrivals over what can be served. Above 1 the list grows for ever (inf) unless "
        "people leave it. In closed form, with central numbers.",
    )
    return View(pd.DataFrame(rows), notes=notes)


def scenario_names(authority: Authority, named: Sequence[str]) -> tuple[str, ...]:
    """The baseline and the scenarios of the folder that are named.

    Raises
    ------
    UnknownNameError
        When the folder has none of that name.
    """
    known = [BASELINE, *(scenario.name for scenario in authority.scenarios)]
    for name in named:
        if name not in known:
            raise UnknownNameError("scenario of the folder", name, known)
    return tuple(dict.fromkeys((BASELINE, *named)))


def plans_of(
    services: Sequence[Service], horizon: Horizon, scenarios: Sequence[str] = (BASELINE,)
) -> Mapping[str, ServicePlan]:
    """Each service simulated, by name."""
    return {one.name: simulate(one, horizon, scenarios) for one in services}
