"""What a manager can move: in words, with its value now, the evidence and what history has seen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from riskmodel.demand.durations.laws import DAYS_A_MONTH
from riskmodel.parameters import parameter
from riskmodel.report.whatif.evidence import Seen, growth_seen, level_seen, year_changes

if TYPE_CHECKING:
    from riskmodel.authority.folder.authority import Authority
    from riskmodel.caseload import Workforce
    from riskmodel.demand.outlook import StageOutlook
    from riskmodel.demand.projecting import Outlook

__all__ = ["Control", "controls"]

PLAN, LOOKED_AFTER = "child_protection_plan", "looked_after"
_NO_OTHERS = "there are no figures of others in this folder."

_NO_RANGE = 0.1
"""Months that a duration's range spans at most where it is printed as one number."""


@dataclass(frozen=True, slots=True)
class Control:
    """One thing to move.

    Parameters
    ----------
    parameter
        The lever.
    group, label
        Heading above it, and what it is called.
    kind
        What its position stands for: ``percent`` more or less than the baseline, ``months`` more
        or less of a mean duration, a ``share`` in percent, or a ``number``.
    low, high, step
        Of the slider.
    now
        Its position with no change of policy; of ``months`` the mean duration itself.
    present
        What is so now, in words.
    evidence
        Where a range for it comes from, in words.
    said
        As a part of a sentence, for more and for less; ``{}`` is the amount.
    seen
        Positions that history has seen; None where nothing says so.
    away
        Whether it takes children away from a stage, so that it is asked where they are instead.
    """

    parameter: str
    group: str
    label: str
    kind: str
    low: float
    high: float
    step: float
    now: float
    present: str
    evidence: str
    said: tuple[str, str]
    seen: tuple[float, float] | None = None
    away: bool = False


class _Stage(NamedTuple):
    """How the page speaks of a stage, and the flow that a panel counts of it."""

    starts: str
    begin: str
    duration: str
    last: str
    measures: tuple[str, ...]


_STAGES = {
    PLAN: _Stage(
        "Protection plans that start",
        "protection plans start",
        "Duration of protection plans",
        "protection plans last",
        ("cpp_starts",),
    ),
    LOOKED_AFTER: _Stage(
        "Children who start to be looked after",
        "children start to be looked after",
        "Time looked after",
        "children are looked after for",
        ("lac_starts",),
    ),
    "child_in_need_plan": _Stage(
        "Child in need plans that start",
        "child in need plans start",
        "Duration of child in need plans",
        "child in need plans last",
        ("cin_plan_starts", "cin_starts"),
    ),
}

_LINKS = {
    "referral_to_assessment": (
        "Referrals that lead to an assessment",
        "referrals lead to an assessment",
    ),
    "assessment_to_section_47_enquiry": (
        "Section 47 enquiries for each assessment",
        "section 47 enquiries for each assessment",
    ),
    "section_47_enquiry_to_conference": (
        "Enquiries that lead to a conference",
        "enquiries lead to a conference",
    ),
    "conference_to_child_protection_plan": (
        "Conferences that lead to a plan",
        "conferences lead to a plan",
    ),
}
_LINK_MEASURES = {
    "assessment_to_section_47_enquiry": ("s47_enquiries", "assessments_completed_continuous"),
    "section_47_enquiry_to_conference": ("icpc_children", "s47_enquiries"),
    "conference_to_child_protection_plan": ("cpp_starts", "icpc_children"),
}


def controls(authority: Authority, outlook: Outlook, *, service: bool) -> list[dict[str, Any]]:
    """Every control that a folder has figures for, as plain data."""
    made = [*_demand(authority, outlook), *(_workers(authority) if service else ())]
    return [asdict(each) for each in made]


def _demand(authority: Authority, outlook: Outlook) -> Iterator[Control]:
    for stage, words in _STAGES.items():
        if stage in outlook.stages:
            yield _starts(authority, stage, words, outlook.stages[stage])
    for stage, words in _STAGES.items():
        if stage in outlook.stages:
            yield _duration(stage, words, outlook.stages[stage])
    if PLAN in outlook.stages:
        for name, link in _LINKS.items():
            yield _link(authority, name, link)
        yield _diversion()
    if LOOKED_AFTER in outlook.stages:
        yield _unaccompanied(outlook.stages[LOOKED_AFTER])


def _starts(authority: Authority, stage: str, words: _Stage, one: StageOutlook) -> Control:
    monthly = one.inputs.rates[:, :24].mean(axis=1)
    low, middle, high = np.quantile(monthly, (0.05, 0.5, 0.95))
    seen = next(
        (s for name in words.measures if (s := year_changes(authority, name)) is not None),
        Seen(
            100 * (low / middle - 1),
            100 * (high / middle - 1),
            "the projection itself spans {ends} in nine simulations of ten; there are no figures "
            "of others in this folder.",
        ),
    )
    present = f"{middle:,.0f} a month over two years (90% range {low:,.0f} to {high:,.0f})"
    return Control(
        f"starts.{stage}",
        "Children",
        words.starts,
        "percent",
        -50,
        50,
        1,
        0,
        present,
        seen.words(_percent),
        _more(words.begin),
        seen.ends,
        True,
    )


def _duration(stage: str, words: _Stage, one: StageOutlook) -> Control:
    mean = one.calibration.of("mean_days") / DAYS_A_MONTH
    low, now, high = np.quantile(mean, (0.05, 0.5, 0.95))
    known = bool(high - low < _NO_RANGE)
    seen = Seen(
        low - now,
        high - now,
        "the projection takes this duration as known: its figures leave no range."
        if known
        else "its figures leave {ends} open (nine simulations of ten); how far it can be changed, "
        "none says.",
    )
    if stage == PLAN:
        most = max(parameter("mix_shorter_plans_steps").numbers)
        seen = Seen(
            -most * now,
            high - now,
            f"no figures tell how much shorter plans can be made: up to {most:.0%} is assumed. The "
            f"figures allow for up to {high - now:.1f} months longer.",
        )
    return Control(
        f"length.{stage}",
        "Children",
        words.duration,
        "months",
        -round(float(now) / 2, 1),
        round(float(now) / 2, 1),
        0.1,
        float(now),
        f"{now:.1f} months on average" + ("" if known else f" (90% range {low:.1f} to {high:.1f})"),
        seen.words(lambda value: f"{value:+.1f} months".replace("-", "−")),
        (f"{words.last} {{}} longer", f"{words.last} {{}} less"),
        None if known and stage != PLAN else seen.ends,
        True,
    )


def _link(authority: Authority, name: str, words: tuple[str, str]) -> Control:
    measures = _LINK_MEASURES.get(name)
    seen = None if measures is None else year_changes(authority, *measures)
    return Control(
        f"conversion.{name}",
        "From referral to plan",
        words[0],
        "percent",
        -50,
        50,
        1,
        0,
        "No figure of its own: the plans that start hold it already",
        _NO_OTHERS if seen is None else seen.words(_percent),
        _more(words[1]),
        None if seen is None else seen.ends,
        True,
    )


def _diversion() -> Control:
    steps = parameter("mix_diversion_steps")
    most = 100 * max(steps.numbers)
    return Control(
        "diversion.early_help",
        "Children",
        "Plans that early help makes unnecessary",
        "share",
        0,
        50,
        1,
        0,
        "None besides those of today",
        f"no figures here tell how many; up to {most:.0f}% is {steps.basis}: {steps.source}.",
        _always("early help makes {} of protection plans unnecessary"),
        (0, most),
        True,
    )


def _unaccompanied(one: StageOutlook) -> Control:
    usual = parameter("unaccompanied_share_of_starts")
    monthly = one.inputs.rates[:, :24].mean(axis=1) * usual.value
    low, middle, high = np.quantile(monthly, (0.05, 0.5, 0.95))
    return Control(
        "starts.unaccompanied_children",
        "Children",
        "Unaccompanied children who arrive",
        "percent",
        -100,
        300,
        5,
        0,
        f"About {middle:.1f} a month (90% range {low:.1f} to {high:.1f}), {usual.value:.0%} of "
        f"those who start to be looked after ({usual.basis})",
        f"no figures here tell how many may come; the share is that of {usual.source}.",
        _more("unaccompanied children arrive"),
    )


def _workers(authority: Authority) -> Iterator[Control]:
    force = authority.workforce
    posts, hires, agency = (
        _now(force, name) for name in ("posts", "hires_per_month", "agency_fte")
    )
    growth, usual = growth_seen(authority), parameter("workforce_hires_rate")
    top = max(2 * posts, 20.0)
    yield Control(
        "workforce.posts",
        "Workers",
        "Posts of social workers",
        "number",
        0,
        float(np.ceil(top)),
        1,
        posts,
        f"{posts:,.1f} posts".replace(".0 ", " "),
        growth.words(_percent) if growth else _NO_OTHERS,
        _always("{} posts of social workers"),
        None if growth is None else (0, posts * (1 + growth.high / 100)),
    )
    yield _rate(authority, force, "vacancy_rate", "Posts that stay vacant", "posts stay vacant")
    yield Control(
        "workforce.hires_per_month",
        "Workers",
        "Candidates a month who can be appointed",
        "number",
        0,
        float(np.ceil(max(4 * hires, 4))),
        0.1,
        hires,
        f"{hires:.1f} a month",
        f"in a year three in four authorities appointed at most {usual.value:.0%} of those in post "
        f"({_study(usual.source)}).",
        _always("{} candidates a month who can be appointed"),
    )
    yield _rate(
        authority, force, "turnover_rate", "Workers who leave in a year", "workers leave in a year"
    )
    seen = level_seen(authority, "sw_agency_rate_fte_pct")
    yield Control(
        "workforce.agency_fte",
        "Workers",
        "Agency workers",
        "number",
        0,
        float(np.ceil(max(posts / 2, 10))),
        0.5,
        agency,
        f"{agency:g} full-time",
        _NO_OTHERS if seen is None else seen.words(_plain_percent),
        _always("{} agency workers"),
        None if seen is None else (0, seen.high / 100 * posts),
    )


_PANEL_RATES = {
    "vacancy_rate": "sw_vacancy_rate_fte_pct",
    "turnover_rate": "sw_turnover_rate_fte_pct",
}


def _rate(authority: Authority, force: Workforce, name: str, words: str, said: str) -> Control:
    now = 100 * _now(force, name)
    given = parameter(f"workforce_{name}_range")
    low, most = (100 * value for value in given.numbers)
    seen = level_seen(authority, _PANEL_RATES[name]) or Seen(
        low,
        most,
        "half of other authorities had {ends} "
        f"({_study(parameter(f'workforce_{name}').source)}).",
    )
    return Control(
        f"workforce.{name}",
        "Workers",
        words,
        "share",
        0,
        60,
        0.1,
        now,
        f"{now:.1f}% of {'posts' if name == 'vacancy_rate' else 'those in post'}",
        seen.words(_plain_percent),
        _always(f"{{}} of {said}"),
        seen.ends,
    )


def _now(force: Workforce, name: str) -> float:
    found = force.first(name)
    return found if np.isfinite(found) else 0.0


def _study(source: str) -> str:
    """A source without the figures that were taken from it."""
    return source.partition(":")[0]


def _percent(value: float) -> str:
    return f"{value:+.0f}%".replace("-", "−")


def _plain_percent(value: float) -> str:
    return f"{value:.1f}%"


def _more(what: str) -> tuple[str, str]:
    return f"{{}} more {what}", f"{{}} fewer {what}"


def _always(what: str) -> tuple[str, str]:
    return what, what
