"""Simulates a service: its list, waits and posts by month, from its file and what is projected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from riskmodel.core.months import months_between
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.levers.ranges import Range
from riskmodel.parameters import parameter
from riskmodel.plausible import check_number
from riskmodel.projection import BASELINE
from riskmodel.services.definition import DAYS, Number, Service, middle
from riskmodel.services.queue import Path, appointments, held, waits_of
from riskmodel.services.result import ServicePath, ServicePlan
from riskmodel.services.steady import Steady, steady_appointments, steady_held
from riskmodel.streams import stream, uniforms

__all__ = ["Horizon", "simulate", "steady_state"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.integer]

_MONTHS_OF_LEVEL = 12
"""Number of latest own months that give the present level of arrivals."""

_AT_ONCE = 100
"""Simulations drawn together; to draw all at once would take twice the memory."""


@dataclass(frozen=True, slots=True)
class Horizon:
    """Months and simulations for which a service is simulated.

    Parameters
    ----------
    months
        ``YYYY-MM``, the first after the opening.
    replicates, seed
        How many simulations; the same seed gives the same answer.
    sources
        By scenario and name (``starts.child_protection_plan``) what a ratio can refer to, shape
        (simulation, month), in the order of the projection's simulations.
    """

    months: tuple[str, ...]
    replicates: int
    seed: int
    sources: Mapping[str, Mapping[str, npt.NDArray[np.number]]] = field(default_factory=dict)


def simulate(
    service: Service, horizon: Horizon, scenarios: Sequence[str] = (BASELINE,)
) -> ServicePlan:
    """A service over the months; scenarios share their random numbers.

    Parameters
    ----------
    service
        As its file says it.
    horizon
        Months, simulations, and what ratios refer to.
    scenarios
        Scenarios among the horizon's sources; a service without a ratio is the same in all.

    Raises
    ------
    DataError
        When a ratio is to something that is not projected here.
    """
    paths = {name: _path(service, horizon, name) for name in scenarios}
    return ServicePlan(service, horizon.months, paths, parameter("service_range_level").value)


@dataclass(frozen=True, slots=True)
class _Draws:
    """Numbers of a service, one for each simulation."""

    service: Service
    horizon: Horizon

    def of(self, number: Number, purpose: str) -> Floats:
        """A number, or a draw of its range in each simulation."""
        replicates = self.horizon.replicates
        if not isinstance(number, Range):
            return np.full(replicates, float(number))
        name = f"services/{self.service.name}/{purpose}"
        return number.at(uniforms(self.horizon.seed, name, replicates))

    def random(self, purpose: str) -> np.random.Generator:
        """The generator of a purpose."""
        return stream(self.horizon.seed, f"services/{self.service.name}/{purpose}")


def _path(service: Service, horizon: Horizon, scenario: str) -> ServicePath:
    draws, number = _Draws(service, horizon), service.steps_a_month
    rates = _arrival_rates(draws, horizon.sources.get(scenario, {}))
    arrivals = _drawn(draws, "arrivals", rates)
    share = draws.of(service.arrivals.urgent, "urgent")
    urgent: Ints = np.broadcast_to(np.int32(0), arrivals.shape)
    if share.any():
        urgent = draws.random("urgent people").binomial(arrivals, share[:, None])
    each, spare = _work(draws)
    if not service.has_list:
        posts = _posts_taken(draws, arrivals, each, number)
        return ServicePath.without_list(_by_month(arrivals, number), posts)
    leaving = 1 - (1 - draws.of(service.leaving, "leaving")) ** (1 / number)
    posts = draws.of(service.staff.posts or 0.0, "posts")
    locums = sum((one.share(horizon.months) for one in service.staff.locums), np.zeros(1))
    full = np.broadcast_to(spare * locums, rates.shape)
    base = np.broadcast_to((spare[:, 0] * posts)[:, None], rates.shape)
    path, last = _list(draws, (arrivals, urgent), (base, full), each, leaving)
    limit = np.inf if service.deadline is None else service.deadline.days
    opening = path.waiting[:, 0] + path.starts[:, 0] + path.left[:, 0] - path.arrivals[:, 0]
    return _months_of(path, opening, last, leaving, number, limit)


def _arrival_rates(draws: _Draws, sources: Mapping[str, npt.NDArray[np.number]]) -> Floats:
    """Expected arrivals in each month, shape (simulation, month)."""
    arrivals, horizon = draws.service.arrivals, draws.horizon
    number = len(horizon.months)
    if arrivals.to:
        if arrivals.to not in sources:
            message = str(UnknownNameError("thing that is projected here", arrivals.to, sources))
            raise DataError(message, file=draws.service.file or None, field="to")
        source = np.asarray(sources[arrivals.to], dtype=np.float64)[:, :number]
        return draws.of(arrivals.ratio, "ratio")[:, None] * source
    level, since, factor = _level(draws)
    growth = draws.of(arrivals.growth_per_year, "growth")
    years = (since + np.arange(number)) / 12
    return level[:, None] * (1 + growth[:, None]) ** years * factor


def _level(draws: _Draws) -> tuple[Floats, float, Floats]:
    """Arrivals in a month at first, months from then to the first month, and how months differ.

    Of own months the mean of the latest twelve, whose range is a gamma of as many as were counted;
    months that differ by more than chance do so from now on too.
    """
    arrivals, horizon = draws.service.arrivals, draws.horizon
    if arrivals.months is None:
        return draws.of(arrivals.per_month or 0.0, "per month"), 0.5, np.ones((1, 1))
    latest = list(arrivals.months)[-_MONTHS_OF_LEVEL:]
    counts = np.array([arrivals.months[month] for month in latest], dtype=np.float64)
    mean = counts.mean()
    more = max(counts.var(ddof=1) / mean, 1.0) if len(counts) > 2 and mean > 0 else 1.0
    shape = (counts.sum() + 0.5) / more
    level = draws.random("level").gamma(shape, more / len(counts), horizon.replicates)
    since = months_between(latest[0], horizon.months[0]) - (len(latest) - 1) / 2
    factor = np.ones((1, 1))
    if more > 1:
        steady = mean / (more - 1)
        size = (horizon.replicates, len(horizon.months))
        factor = draws.random("months").gamma(steady, 1 / steady, size)
    return level, since, factor


def _work(draws: _Draws) -> tuple[Floats, Floats]:
    """What a case takes, and what a post gives in a month: cases by appointments, or places.

    Shapes (simulation,) and (simulation, 1).
    """
    staff = draws.service.staff
    spare = 1 - draws.of(staff.sickness, "sickness")
    if staff.is_held:
        places = draws.of(staff.cases_each or 1.0, "cases each") * spare
        lasting = draws.of(staff.weeks_each or 1.0, "weeks each")
        return lasting * DAYS["weeks"] / DAYS["months"], places[:, None]
    of_year = staff.weeks_a_year
    if of_year is None:
        of_year = parameter("service_weeks_a_year").value
    given = draws.of(staff.appointments_a_week or 1.0, "appointments")
    given = given * draws.of(of_year, "weeks") / 12 * spare
    each = draws.of(staff.appointments_each, "appointments each")
    if staff.group is not None:
        share = draws.of(staff.group.share, "group share")
        together = draws.of(staff.group.sessions, "sessions") / draws.of(staff.group.size, "size")
        each = (1 - share) * each + share * together
    return each, (given / each)[:, None]


def _posts_taken(draws: _Draws, arrivals: Ints, each: Floats, number: int) -> Floats:
    """Posts that it takes to take everybody on, shape (simulation, month)."""
    _, spare = _work(draws)
    if not draws.service.staff.is_held:
        return _by_month(arrivals, number) / spare
    none = np.zeros(len(arrivals))
    endless = np.full(arrivals.shape, np.inf)
    first = draws.random("held at first").poisson(arrivals[:, :number].sum(axis=1) * each)
    opening = (np.zeros(len(arrivals), dtype=np.int64), first)
    urgent = np.broadcast_to(np.int32(0), arrivals.shape)
    ending = each * number
    _, taken = held(opening, arrivals, urgent, endless, ending, none, draws.random("ends"))
    return np.asarray(taken.reshape(len(taken), -1, number).mean(axis=2) / spare)


def _list(
    draws: _Draws,
    arriving: tuple[Ints, Ints],
    serving: tuple[Floats, Floats],
    each: Floats,
    leaving: Floats,
) -> tuple[Path, Floats]:
    """The list, and the places in a step after the last month, shape (simulation,)."""
    service, (arrivals, urgent), (base, locums) = draws.service, arriving, serving
    number = service.steps_a_month
    waiting = draws.of(service.waiting or 0.0, "waiting")
    random = draws.random("order")
    if service.staff.is_held:
        if service.waiting_weeks:
            waiting = waiting * base[:, 0] / each / DAYS["months"] * DAYS["weeks"]
        opening = _at_first(service, waiting)
        places = np.repeat(base + locums, number, axis=1)
        usual = draws.random("held at first").poisson(arrivals[:, :number].sum(axis=1) * each)
        full = np.floor(places[:, 0]).astype(np.int64)
        busy = np.where(opening > 0, full, np.minimum(usual, full))
        ending = each * number
        path, _ = held((opening, busy), arrivals, urgent, places, ending, leaving, random)
        return path, places[:, -1] / ending
    if service.waiting_weeks:
        waiting = waiting * base[:, 0] * DAYS["weeks"] / DAYS["months"]
    opening = _at_first(service, waiting)
    given = _drawn(draws, "places", base)
    if locums.any():
        # Apart, so that locums who leave again leave the places of the others as they are.
        given += _drawn(draws, "locums", locums)
    path = appointments(opening, arrivals, urgent, given, leaving, random)
    return path, (base + locums)[:, -1] / number


def _at_first(service: Service, waiting: Floats) -> Ints:
    """The list at first, whole children."""
    most, file = float(waiting.max(initial=0.0)), service.file or None
    check_number(most, "children", whole=False, file=file, field="waiting")
    return np.rint(waiting).astype(np.int64)


def _drawn(draws: _Draws, purpose: str, rates: Floats) -> Ints:
    """How many come up in each step, at these rates a month."""
    service, random = draws.service, draws.random(purpose)
    most, file = float(rates.max(initial=0.0)), service.file or None
    check_number(most, "starts a month", whole=False, file=file, field=purpose)
    counts = np.empty((*rates.shape, service.steps_a_month), dtype=np.int32)
    for first in range(0, len(rates), _AT_ONCE):
        rows = slice(first, first + _AT_ONCE)
        each = rates[rows, :, None] / service.steps_a_month
        counts[rows] = random.poisson(each, counts[rows].shape)
    return counts.reshape(len(rates), -1)


def _by_month(values: Ints, number: int) -> Ints:
    return np.asarray(values.reshape(len(values), -1, number).sum(axis=2))


def _months_of(
    path: Path, opening: Ints, last: Floats, leaving: Floats, number: int, limit: float
) -> ServicePath:
    """What became of each month: counts, and waits in weeks of those who came in it."""
    urgent = path.urgent
    classes: list[tuple[Ints, tuple[Ints, Ints, Ints, Ints]]] = [(opening, path[:4])]
    if urgent[0].any():
        joined, began, left, waiting = (
            whole - part for whole, part in zip(path[:4], urgent, strict=True)
        )
        classes = [(np.zeros_like(opening), urgent), (opening, (joined, began, left, waiting))]
    day = DAYS["months"] / number
    waits = [waits_of(first, counts, last, leaving) for first, counts in classes]
    found = []
    for first in range(0, path.arrivals.shape[1], number):
        steps = slice(first, first + number)
        together = np.concatenate([each[:, steps] for each in waits], axis=1)
        people = np.concatenate([counts[0][:, steps] for _, counts in classes], axis=1)
        together = together * DAYS["months"] / number
        found.append(_month_of(together, people.astype(np.float64), limit, day))
    mean, nine, within = zip(*found, strict=True)
    week = DAYS["weeks"]
    return ServicePath(
        _by_month(path.arrivals, number),
        _by_month(path.starts, number),
        _by_month(path.left, number),
        np.ascontiguousarray(path.waiting[:, number - 1 :: number]),
        opening,
        np.stack(mean, axis=1) / week,
        np.array(nine) / week,
        np.stack(within, axis=1),
        None,
    )


def _month_of(
    waits: Floats, people: Floats, limit: float, day: float
) -> tuple[Floats, float, Floats]:
    """Mean wait of a month's people, the wait that nine in ten do not pass, and share in time.

    Waits and limit in days, and the days of a step; people by their waits (simulation, group).
    """
    # In a month in which nobody came, what somebody would have waited.
    people[people.sum(axis=1) == 0] = 1.0
    every = people.sum(axis=1)
    # Who joins at any time of one step and is seen at any time of another, d steps later, has
    # waited d steps, a step more or less: a triangle.
    beyond = np.clip(np.nan_to_num(limit / day - waits / day, nan=-1.0), -1.0, 1.0)
    chance = np.where(beyond < 0, (1 + beyond) ** 2 / 2, 1 - (1 - beyond) ** 2 / 2)
    within = (chance * people).sum(axis=1) / every
    with np.errstate(invalid="ignore"):
        mean = np.where(people > 0, waits * people, 0.0).sum(axis=1) / every
    return mean, _weighted(waits, people, 0.9), within


def _weighted(values: Floats, weights: Floats, share: float) -> float:
    """The value that this share of the weight lies at or below."""
    order = np.argsort(values, axis=None)
    grown = np.cumsum(weights.ravel()[order])
    place = int(np.searchsorted(grown, share * grown[-1]))
    return float(values.ravel()[order][min(place, len(order) - 1)])


def steady_state(service: Service, horizon: Horizon) -> Steady:
    """The long run with central numbers, if arrivals stay at the last month's level.

    Times are in months. Without posts nobody waits.

    Raises
    ------
    DataError
        When a ratio is to something that is not projected here.
    """
    draws = _Draws(service, horizon)
    rates = _arrival_rates(draws, horizon.sources.get(BASELINE, {}))
    arrivals = float(np.median(rates[:, -1]))
    if not service.has_list:
        return Steady(0.0, 0.0, 0.0, 0.0)
    each, spare = _work(draws)
    posts = middle(service.staff.posts or 0.0)
    leaving = -float(np.log1p(-middle(service.leaving)))
    given = float(np.median(spare)) * posts
    if service.staff.is_held:
        return steady_held(arrivals, given, float(np.median(each)), leaving)
    return steady_appointments(arrivals, given, leaving)
