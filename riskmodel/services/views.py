"""Views of services: overview, posts for a deadline, one more post, locums, the long run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from riskmodel.core.lazy import pd
from riskmodel.core.months import month_words
from riskmodel.core.result import View
from riskmodel.errors import DataError
from riskmodel.projection import BASELINE
from riskmodel.services.definition import Locums, Service
from riskmodel.services.posts import posts_for_deadline
from riskmodel.services.result import LABELS, ServicePlan
from riskmodel.services.simulate import Horizon, simulate, steady_state

__all__ = ["added_view", "locums_view", "overview", "plans_of", "posts_view", "steady_view"]


def plans_of(
    services: Sequence[Service], horizon: Horizon, scenarios: Sequence[str] = (BASELINE,)
) -> Mapping[str, ServicePlan]:
    """Each service simulated, by name."""
    return {one.name: simulate(one, horizon, scenarios) for one in services}


def overview(plans: Sequence[ServicePlan]) -> View:
    """Every service in the first and the last month, a row for each service and measure.

    Columns: service, label, measure, first, last (central projections), low, high (range of the
    last), first_month, last_month, basis.
    """
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
    """Posts with which each service keeps its deadline, for services with posts and a deadline."""
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
    """Each list in the long run, if arrivals stay at their last level."""
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
