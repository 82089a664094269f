"""Services of an authority: the work that its projection brings to them, and its own deadlines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from riskmodel.authority.folder.projected import projected_under
from riskmodel.core.months import month_after
from riskmodel.demand.opening import opening_of
from riskmodel.demand.outlook import check_sizes
from riskmodel.disclosure import Policy
from riskmodel.errors import DataError, UnknownNameError, check_name
from riskmodel.estimates import Basis, needs_protection
from riskmodel.projection import BASELINE, MEASURED
from riskmodel.services.definition import Service
from riskmodel.services.reading import read_service, read_services
from riskmodel.services.result import ServicePlan
from riskmodel.services.simulate import Horizon, simulate

if TYPE_CHECKING:
    from pathlib import Path

    from riskmodel.authority.folder.authority import Authority
    from riskmodel.demand.projecting import Outlook
    from riskmodel.services.others import TimelinessOfOthers
    from riskmodel.services.timeliness import Timeliness

__all__ = [
    "following",
    "horizon_of",
    "others_in_time",
    "scenario_names",
    "services_of",
    "simulate_service",
    "simulated",
    "sources_of",
    "timeliness_of",
    "with_own_records",
]

_RECORDS = "timeliness."


def services_of(authority: Authority, name: str | None = None) -> tuple[Service, ...]:
    """The services of a folder, or the one of a name.

    Raises
    ------
    DataError
        When the folder has none, or a file is not a valid service.
    UnknownNameError
        When none has the name; the message names the nearest.
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
    """Services whose ``to`` is a deadline of the folder's records, with months and open cases.

    ``to = "timeliness.assessment"`` takes the starts by month as own months. Where the file gives
    no list, what is open on the last day of the records is the list. The month of that day is left
    out, because it may not be complete.
    """
    if not any(_is_of_records(one) for one in services):
        return tuple(services)
    from riskmodel.intake.intervals import read_intervals

    authority.needs("deadlines")
    found = read_intervals(authority.inputs.deadline_files, until=authority.date)
    known = {f"{_RECORDS}{one.measure}": one for one in found}
    made = []
    for one in services:
        if not _is_of_records(one):
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
    """Months, simulations and what ratios refer to, from a projection where one is needed.

    Without figures to project from, the first month is the one after the folder's date, or
    otherwise after the last of the services' own months.

    Raises
    ------
    DataError
        When a ratio needs a projection for which the folder has no figures, or the first month is
        not known.
    """
    can_project = any(authority.has(need) for need in ("months", "own_panel", "published"))
    if can_project and any(one.arrivals.to for one in services):
        asked = [each for each in authority.scenarios if each.name in scenarios]
        outlook = projected_under(authority, asked, months, replicates, seed)
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


def simulated(
    authority: Authority, *, months: int, replicates: int, seed: int
) -> tuple[ServicePlan, ...]:
    """Every service of the folder, with the folder's projection where one is needed; made once."""
    sizes = {"months": months, "replicates": replicates, "seed": seed}

    def make() -> tuple[ServicePlan, ...]:
        services = with_own_records(authority, services_of(authority))
        if "projection" in authority.sections and any(one.arrivals.to for one in services):
            horizon = _beside(authority.projection(**sizes).baseline())
        else:
            horizon = horizon_of(
                authority, services, months=months, replicates=replicates, seed=seed
            )
        return tuple(simulate(one, horizon) for one in services)

    return authority.once(("services", months, replicates, seed), make)


def following(authority: Authority, outlook: Outlook) -> tuple[ServicePlan, ...]:
    """The services of a folder whose arrivals follow a projection, under each of its scenarios.

    None where it has none. The others are the same in every scenario.
    """
    if not authority.has("services"):
        return ()
    services = [
        one for one in services_of(authority) if one.arrivals.to and not _is_of_records(one)
    ]
    horizon = _beside(outlook) if services else None
    return tuple(simulate(one, horizon, list(outlook.levers)) for one in services if horizon)


def _is_of_records(service: Service) -> bool:
    return service.arrivals.to.startswith(_RECORDS)


def _beside(outlook: Outlook) -> Horizon:
    """Months, simulations and what ratios are to, of a projection."""
    projection = outlook.projection
    return Horizon(projection.months, projection.replicates, outlook.seed, sources_of(outlook))


def sources_of(outlook: Outlook) -> dict[str, dict[str, npt.NDArray[np.number]]]:
    """What ratios can refer to, by scenario: starts, ends, stock of each stage, and conferences."""
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
        Its file, or what was read from one.
    figures
        A projection, as ``riskmodel.project`` gives it: months, simulations and seed are then taken
        from it, and ratios refer to what it holds.
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
        return simulate(one, _beside(figures), scenarios)
    first = opening or (list(one.arrivals.months)[-1] if one.arrivals.months else "")
    if not first:
        raise DataError("opening says from when on, such as 2026-03: the service has no months")
    ahead = tuple(month_after(first, number + 1) for number in range(months))
    return simulate(one, Horizon(ahead, simulations, seed), scenarios)


def timeliness_of(authority: Authority) -> Timeliness:
    """How long things take and what share is in time, in the folder's records.

    Raises
    ------
    DataError
        When it has no records with the two dates of a deadline.
    """
    from riskmodel.disclosure.remembering import FigureMemory
    from riskmodel.intake.intervals import read_intervals
    from riskmodel.services.timeliness import timeliness

    authority.needs("deadlines")
    files = authority.inputs.deadline_files
    intervals = read_intervals(files, until=authority.date)
    days = np.concatenate([one.starts for one in intervals] or [np.zeros(0, dtype=np.int64)])
    months = map(str, np.unique(days.astype("datetime64[D]").astype("datetime64[M]")))
    memory = FigureMemory("timeliness", files, months, authority.folder, authority.ledger)
    found = timeliness(intervals, memory=memory)
    authority.leaving.append(found)
    return found


def others_in_time(authority: Authority) -> TimelinessOfOthers:
    """Its published shares in time, compared with its neighbours' or all others' in its panel."""
    from riskmodel.services.others import timeliness_of_others

    authority.needs("own_panel")
    assert authority.panel is not None  # it has one
    others = authority.neighbours if authority.has("neighbours") else ()
    return timeliness_of_others(authority.panel, authority.inputs.panel_code, others)


def scenario_names(authority: Authority, named: Sequence[str]) -> tuple[str, ...]:
    """The baseline, and the named scenarios of the folder.

    Raises
    ------
    UnknownNameError
        When the folder has none of that name.
    """
    known = [BASELINE, *(scenario.name for scenario in authority.scenarios)]
    for name in named:
        check_name("scenario of the folder", name, known)
    return tuple(dict.fromkeys((BASELINE, *named)))
