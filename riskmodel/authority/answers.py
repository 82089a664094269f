"""Questions about a projected service, and their answers in the form that readers see."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from riskmodel.authority.mix import Mix, find_mix
from riskmodel.authority.posts_now import posts_now_words
from riskmodel.authority.price import price_by_year
from riskmodel.authority.service import (
    growth_beside,
    posts_answer,
    posts_outlook,
    team_notes,
)
from riskmodel.caseload import (
    CaseloadPlan,
    FeedbackSwitches,
    LeverCosts,
    PostsNeeded,
    Structure,
    Target,
    UnitCosts,
    Workforce,
    cost_frame,
    published_caseloads,
    published_posts,
    published_structure,
)
from riskmodel.caseload.loops import loop_frame
from riskmodel.caseload.rates import drawn_rates
from riskmodel.caseload.scenario_workforce import workforces
from riskmodel.caseload.shortage import queue_frame
from riskmodel.caseload.targets import needs_frame, no_posts_frame
from riskmodel.core.labels import label
from riskmodel.core.months import month_words
from riskmodel.core.result import Result, TextTable, View, fan, march_rows
from riskmodel.core.wording import asked_chance, chance_words, count_of
from riskmodel.demand.learning import Learning
from riskmodel.demand.projecting import Outlook
from riskmodel.errors import DataError
from riskmodel.series import AuthorityPanel

__all__ = [
    "PostsAnswers",
    "Service",
    "caseload_view",
    "cost_view",
    "mix_of",
    "mix_view",
    "plain_view",
    "posts_sentences",
    "within_view",
]


@dataclass(frozen=True, slots=True, eq=False)
class Service:
    """The projection that was asked for: demand, caseloads, and what they are based on."""

    outlook: Outlook
    plan: CaseloadPlan
    structure: Structure
    workforce: Workforce
    target: Target
    switches: FeedbackSwitches
    costs: UnitCosts | None
    prices: LeverCosts | None
    panel: AuthorityPanel | Learning | None = None
    rates: tuple[str, ...] | None = None
    """The rates that are drawn together, in words; None where that was not asked for."""
    stated: Workforce | None = None
    """The workforce before the rates were drawn; None where they were not."""
    prices_of: Callable[[str], UnitCosts] | None = None
    """Prices of a financial year; None where those of ``costs`` hold in every year."""

    @property
    def posts_workforce(self) -> Workforce:
        """The workforce in the simulations in which posts are counted."""
        if self.stated is None:
            return self.workforce
        outlook = posts_outlook(self.outlook, self.target.by)
        return drawn_rates(self.stated, *outlook.draws, len(outlook.projection.months))[0]

    @property
    def warnings(self) -> tuple[str, ...]:
        """Problems with the figures and the teams."""
        return (*self.outlook.warnings, *team_notes(self.outlook, self.structure))

    @property
    def basis(self) -> str:
        """What every answer is based on, in sentences."""
        loops, people = self.switches, self.outlook.source.people
        follows = "" if people is None else f"{people.basis} "
        closed = (
            "No feedback of caseload on demand"
            if self.outlook.feedback is None
            else "Feedback of caseload on plans where it is set (options: length "
            f"{loops.length_elasticity:g}, starts {loops.start_elasticity:g})"
        )
        drawn = ", ".join(self.rates or ()) or "none, for no rate of the workforce is assumed"
        rates = "" if self.rates is None else f"Drawn together once a simulation: {drawn}. "
        return (
            f"Basis: projected. Demand: {self.outlook.source.label}. Teams: "
            f"{self.structure.source} ({self.structure.basis}). {follows}{closed}. {rates}"
            f"{count_of(self.plan.replicates, 'simulation')}, seed {self.outlook.seed}. It says "
            "what would follow under these assumptions, not what will come, and nothing of what is "
            "right for one child."
        )

    def posts(self, scenario: str) -> PostsNeeded:
        """Posts that one scenario needs for the cap asked for."""
        return _posts(self, scenario)


@lru_cache(maxsize=16)
def _posts(service: Service, scenario: str) -> PostsNeeded:
    return posts_answer(
        service.outlook,
        service.target,
        scenario=scenario,
        structure=service.structure,
        workforce=service.posts_workforce,
    )


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class PostsAnswers(Result):
    """How many more social workers a cap needs, in each scenario of a service."""

    service: Service

    def to_frame(self) -> pd.DataFrame:
        """Posts needed by scenario, and with each assumption at the ends of its range.

        A scenario in which no number of posts is enough has a row without posts, and its reason as
        the source.
        """
        pieces = []
        for name in self.service.plan.scenarios:
            try:
                pieces.append(needs_frame({name: self.service.posts(name)}))
            except DataError as error:
                pieces.append(no_posts_frame(name, self.service.target, error.message))
        return pd.concat(pieces, ignore_index=True)

    def summary(self) -> str:
        """The question, and the answer of each scenario in sentences."""
        target, scenarios = self.service.target, self.service.plan.scenarios
        lines = [
            f"How many more social workers for {target.cap:g} cases "
            f"{'at most for each' if target.holds == 'each' else 'on average'} by "
            f"{month_words(target.by)}?"
        ]
        for name in scenarios:
            if len(scenarios) > 1:
                lines.append(f"{name}:")
            try:
                found = self.service.posts(name)
            except DataError as error:
                # That no number of posts does it is an answer too.
                lines.append(f"  No number of posts is enough: {error.message}.")
                continue
            said = posts_sentences(self.service, name)
            lines += [f"  {sentence}" for sentence in (*said, f"Assumed: {found.assumes}.")]
        return "\n".join(lines)

    def text_tables(self) -> Sequence[TextTable]:
        """What would change the first answer, one assumption at a time."""
        try:
            found = self.service.posts(self.service.plan.scenarios[0])
        except DataError:
            return ()
        rows = [
            {
                "what would change it, one at a time": each.assumption,
                "from": f"{each.low:g}",
                "to": f"{each.high:g}",
                "posts from": each.posts_low,
                "posts to": each.posts_high,
            }
            for each in found.sensitivity
        ]
        return (TextTable(pd.DataFrame(rows)),)

    def remarks(self) -> Sequence[str]:
        """What the answer is based on."""
        return (self.service.basis,)


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class _Caseloads(PostsAnswers):
    """The answer on posts, and the caseloads of a level."""

    level: str
    printed: bool

    def to_frame(self) -> pd.DataFrame:
        """Caseloads of the level: see :meth:`riskmodel.caseload.CaseloadPlan.to_frame`."""
        return self.service.plan.to_frame(self.level)

    def summary(self) -> str:
        """The printed caseloads, the question and its answers."""
        printed = f"Printed: {published_caseloads().summary()}.\n" if self.printed else ""
        return f"{printed}{PostsAnswers.summary(self)}"

    def text_tables(self) -> Sequence[TextTable]:
        """What would change the answer, and the caseloads of each March and the month asked for."""
        plan, opening = self.service.plan, self.service.outlook.projection.opening_month
        frame = march_rows(self.to_frame(), plan.months[-1], self.service.target.by)
        shown = frame[frame["measure"] == "caseload"].drop(columns=["area", "level", "measure"])
        shown["unit"] = [label(unit).full for unit in shown["unit"]]
        title = f"{plan.area}, cases for each worker, projected from the end of {opening}"
        return *PostsAnswers.text_tables(self), TextTable(fan(shown, ",.1f"), title)


def posts_sentences(service: Service, scenario: str) -> tuple[str, ...]:
    """The answer for one scenario in sentences: posts, chance, joiners, and the caseload as it is.

    Parameters
    ----------
    service
        As it was projected.
    scenario
        Which.

    Raises
    ------
    DataError
        When no number of posts is enough.
    """
    import numpy as np

    found, plan = service.posts(scenario), service.plan
    target, month = found.target, plan.month_number(found.target.by)
    chance = float(plan.probability_within(target.cap, scenario)[month])
    typical = float(np.median(plan.caseload(scenario)[month]))
    low, high = found.low - found.posts_now, found.high - found.posts_now
    hires = float(service.workforce.monthly("hires_per_month", 1)[0])
    of = "a caseload for each worker" if target.holds == "each" else "an average caseload"
    by_chance = ", ".join(f"{one.posts} for {asked_chance(one.chance)}" for one in found.by_chance)
    aim = (
        f"for a chance of {asked_chance(target.probability)} of {of} of {target.cap:g} or fewer at "
        f"the end of {month_words(target.by)}"
    )
    need = (
        f"{found.more:+.0f} posts: {aim}, the service would need {found.posts} posts of social "
        f"workers in place of {found.posts_now:.0f}."
        if found.posts > found.posts_now
        else f"No more posts: {aim}, {found.posts} would be enough if every vacancy found a "
        f"candidate, and there are {found.posts_now:.0f}."
    )
    sentences = [
        need,
        posts_now_words(service.structure, service.workforce, found),
        "How many are needed depends on the children who come and the workers who stay "
        f"({found.level:.0%} range {low:+.0f} to {high:+.0f}).",
        *([] if found.jointly is None else [str(found.jointly)]),
        f"Posts by the chance that is asked for: {by_chance}.",
        f"{found.posts} posts mean {found.workers:.0f} workers in post then, and "
        f"{found.joiners:.0f} joiners until then: {found.joiners_a_month:.1f} a month, where "
        f"{hires:.1f} a month can be appointed as things are.",
        "With the posts and candidates of the scenario, the central projection of the caseload is "
        f"then {typical:.1f}, and the chance of {target.cap:g} or fewer is "
        f"{chance_words(chance)}.",
    ]
    growth = growth_beside(service.panel, service.outlook, found)
    if growth is not None:
        sentences.append(growth.summary())
    if service.structure == published_structure():
        at_work, people = published_posts()
        sentences.append(
            f"How many posts there are is not printed. If the printed caseloads count full-time "
            f"workers at work, there are {at_work:.0f}; if they count people in post, there are "
            f"{people:.0f}, and {found.posts - people:.0f} more would be needed."
        )
    return tuple(sentences)


def caseload_view(service: Service, level: str = "service", *, printed: bool = False) -> Result:
    """Caseloads of teams, areas or the service, and the answer on posts.

    Parameters
    ----------
    service
        As it was projected.
    level
        ``team``, ``area`` or ``service``.
    printed
        Whether the printed caseloads come before the answer.
    """
    return _Caseloads(service, level, printed)


def within_view(service: Service) -> Result:
    """The chance to keep to the cap, and the share of workers above it."""
    frame = service.plan.within_frame(service.target.cap)
    shown = march_rows(frame, service.target.by, service.plan.months[-1])[["scenario", "month"]]
    names = {
        "probability_within": ("chance to keep to the cap", chance_words),
        "share_of_workers_above": ("share of workers above it", "{:.1%}".format),
    }
    for name, (heading, words) in names.items():
        if name in frame:
            shown[heading] = [words(value) for value in frame.loc[shown.index, name]]
    title = f"Cap of {service.target.cap:g}: the mean of the service within it"
    return View(frame, shown=shown, title=title, notes=(service.basis,))


def cost_view(service: Service) -> Result:
    """What the plan costs, for a service with prices.

    Raises
    ------
    DataError
        When the service has none.
    """
    if service.costs is None:
        raise DataError("the cost needs prices")
    forces = workforces(service.outlook.levers, service.workforce, service.outlook.draws)
    frame = cost_frame(service.plan, service.costs, forces)
    whole = frame[frame["month"] == "whole"]
    shown = fan(whole.drop(columns=["area", "month", "currency"]))
    shown.insert(2, "mean", [f"{mean:,.0f}" for mean in whole["mean"]])
    costs = service.costs
    currency = f"{costs.currency} {costs.prices}".rstrip()
    title = f"Cost of {count_of(len(service.plan.months), 'month')}, {currency}"
    by_year = price_by_year(service.plan, forces, service.prices_of or (lambda year: costs))
    yearly = by_year.frame.assign(
        year=[by_year.year_words(row) for row in by_year.frame.to_dict("records")]
    )
    yearly = fan(yearly.drop(columns=["area", "months", "currency", "basis"]))
    tables = (TextTable(shown, title), TextTable(yearly, "By financial year, in its own prices"))
    notes = (f"Prices: {costs}.", service.basis)
    return View(frame, shown=shown, title=title, notes=notes, tables=tables)


def mix_of(service: Service) -> Mix:
    """Mixes of levers that keep to the cap, in the last of the scenarios."""
    return find_mix(
        service.outlook,
        service.target,
        scenario=service.plan.scenarios[-1],
        structure=service.structure,
        workforce=service.posts_workforce,
        costs=service.prices,
    )


def mix_view(service: Service, mix: Mix) -> Result:
    """Mixes of posts, shorter plans and early help, and what more certainty needs."""
    frame = mix.to_frame()
    gone = [name for name in ("cap", "by", "probability", "basis") if name in frame]
    currency = f" {mix.found.currency} a year"
    steps = ", ".join(
        f"{point.levers.posts} posts"
        + (f" ({point.cost:,.0f}{currency})" if mix.priced else "")
        + f" for {asked_chance(point.target.probability)}"
        for point in mix.certainty
    )
    return View(
        frame,
        f"{'Cheapest' if mix.priced else 'Fewest posts'}: {mix.summary()}.",
        frame.drop(columns=gone),
        notes=(
            f"What certainty takes: {steps}.",
            "That plans can be made shorter or diverted so far, and that children are as safe, is "
            "assumed: the search says what it would save.",
            service.basis,
        ),
    )


def plain_view(view: str, switches: FeedbackSwitches) -> Result:
    """Views that project nothing: ``published``, ``queue`` or ``loop``."""
    if view == "published":
        frame, said = published_caseloads().to_frame(), f"{published_caseloads().summary()}."
        note = "A mean that is printed as a whole number stands for a range, so the workers do too."
    elif view == "queue":
        frame, said = queue_frame(), ""
        note = (
            "A check, not the model: the queue takes cases as if they came and went at random; the "
            "fluid lets protection work go first and counts what is left over."
        )
    else:
        frame, said = loop_frame(switches), ""
        note = (
            "Both loops are off unless switched on. Their elasticities are assumed: the report "
            "card says that caseload and duration go together, not which brings about the other."
        )
    return View(frame, said, frame.drop(columns=["basis"]), notes=(note,))
