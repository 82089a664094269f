"""Whether the files of a folder agree; where they do not, the reader has to decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from riskmodel.authority.folder.authority import Authority
from riskmodel.authority.folder.problems import Place, ProblemLog, bare_message
from riskmodel.authority.folder.sections import SECTIONS
from riskmodel.authority.folder.settings import FILE
from riskmodel.core.labels import STAGE_LABELS
from riskmodel.core.months import month_after, months_between
from riskmodel.core.usual import USUAL_MONTHS
from riskmodel.errors import DataError, UnknownNameError

if TYPE_CHECKING:
    from riskmodel.levers import LeverPath

__all__ = ["check_agreement"]

UNLIKE_SHARE = 0.1
"""Two counts of the same thing are reported to differ if they do by more than this share."""

FEWEST_MONTHS = 12
"""With fewer own months than this, a note says that a projection depends mostly on other
authorities."""

OLD_MONTHS = 18
"""If a return ends more months than this before the last figures, a later one is asked for."""

_STAGES = ("child_protection_plan", "looked_after", "child_in_need_plan")


def check_agreement(authority: Authority, log: ProblemLog) -> None:
    """Check whether the files of an authority agree.

    Parameters
    ----------
    authority
        An authority all of whose files can be read.
    log
        Where contradictions go.
    """
    _check_codes(authority, log)
    if not any(authority.has(need) for need in ("months", "own_panel")):
        return
    try:
        opening = _opening(authority)
    except (DataError, UnknownNameError) as error:
        place = Place(getattr(error, "file", None) or authority.folder.name)
        log.mistake(place, bare_message(error))
        return
    _check_dates(authority, opening, log)
    _check_return(authority, opening, log)
    _check_teams(authority, log)
    _check_workers(authority, log)


def _opening(authority: Authority) -> str:
    from riskmodel.demand.opening import opening_of

    return opening_of(authority.demand)


def _check_codes(authority: Authority, log: ProblemLog) -> None:
    """Codes that the panel does not have: its own, its neighbours' and its groups'."""
    panel = authority.panel
    if panel is None:
        return
    names = [*panel.authorities, *panel.authorities.values()]
    if not authority.inputs.panel_code:
        entry = authority.contents.value("about", "code") or authority.contents.value(
            "about", "name"
        )
        if entry is None:
            message = "says neither name nor code, so that nobody in the panel is this authority"
            log.decision(Place(FILE, field="about"), message)
        else:
            problem = UnknownNameError("authority in the panel", str(entry.value), names)
            log.decision(entry.place, f"{problem} Until then the panel is learned from alone.")
    listed = [(authority.contents.source_of("neighbours"), code) for code in authority.neighbours]
    for row in authority.contents.rows.get("groups", []):
        codes = row["codes"].value if "codes" in row else ()
        if isinstance(codes, tuple):
            listed += [(str(row["codes"].place), code) for code in codes]
        if not codes:
            log.decision(row["name"].place, "names a group without codes; list them, or remove it")
    known = set(panel.la_codes)
    for source, code in listed:
        if code not in known:
            log.decision(Place(source), f"{code} is not in the panel, and is left out")


def _check_dates(authority: Authority, opening: str, log: ProblemLog) -> None:
    stated = authority.contents.value("about", "date")
    if authority.date is not None and stated is not None:
        month = f"{authority.date:%Y-%m}"
        if month != opening:
            log.decision(
                stated.place,
                f"found {authority.date}, and the figures go to the end of {opening}, from where "
                "projections start; make them the same",
            )
    by = authority.contents.value("targets", "by")
    if by is not None:
        # Beyond it no page of a report could speak of the target.
        last = month_after(opening, USUAL_MONTHS)
        if not opening < str(by.value) <= last:
            log.decision(
                by.place,
                f"found {by.value}; allowed: a month after {opening}, to which the figures go, and "
                f"up to {last}",
            )
    if authority.has("months"):
        months = max(len(series) for series in authority.months)
        if months < FEWEST_MONTHS:
            log.note(
                Place(authority.inputs.source_of("months")),
                f"holds {months} months: years ahead a projection rests mostly on what other "
                "authorities have shown",
            )
    for scenario, path in zip(authority.scenarios, authority.inputs.scenario_files, strict=True):
        try:
            levers = scenario.levers(opening, 60)
        except DataError as error:
            place = Place(error.file or path.name, error.line, error.field)
            log.decision(place, bare_message(error))
            continue
        for lever in levers.paths:
            _check_destinations(lever, path.name, tuple(authority.demand.observations), log)


def _check_return(authority: Authority, opening: str, log: ProblemLog) -> None:
    """The latest return beside the last figures: its factors are of its own year."""
    entry = authority.contents.value("about", "sections")
    wanted = SECTIONS if entry is None else entry.value
    years = authority.inputs.return_years
    if not years or not {"factors", "impact"} & set(wanted):  # type: ignore[arg-type]  # a list
        return
    end = f"{years[-1]}-03"
    if months_between(end, opening) > OLD_MONTHS:
        log.decision(
            Place(authority.tables[-1].name),
            f"holds the year to 31 March {years[-1]}, and the figures go to the end of {opening}: "
            "factors on the pages would be as old, and say so; put a later return into the folder, "
            "or leave factors and impact out of [about] sections",
        )


def _check_destinations(
    lever: LeverPath, file: str, stages: tuple[str, ...], log: ProblemLog
) -> None:
    """Children can only be moved to what is projected, or out of all stages."""
    for name, _ in lever.to:
        if name in STAGE_LABELS and name not in stages:
            log.decision(
                Place(file, field=lever.name),
                f"moves children to {name}, and the figures hold {', '.join(stages)} alone: give "
                f"months of {name}, or say in to = {{…}} that they are closed or elsewhere; until "
                "then they are counted outside, and neither caseload nor cost holds them",
            )


def _check_teams(authority: Authority, log: ProblemLog) -> None:
    """Cases of the teams beside the last stocks that are projected from."""
    if not authority.has("teams"):
        return
    held = authority.structure.counts().sum(axis=1).tolist()
    for stage, cases in zip(_STAGES, held, strict=True):
        stocks = [
            observation
            for observation in authority.demand.observations.get(stage, ())
            if observation.counted == "stock"
        ]
        if not stocks:
            continue
        last = max(stocks, key=lambda observation: observation.month)
        if abs(cases - last.middle) > UNLIKE_SHARE * max(last.middle, 1.0):
            log.decision(
                Place(authority.contents.source_of("teams"), field=stage),
                f"the teams hold {cases:,.0f} and the figures of {last.month} {last.middle:,.0f}, "
                "and all of these are shared out over the teams; put children of other teams into "
                "a team of kind other",
            )


def _check_workers(authority: Authority, log: ProblemLog) -> None:
    """Workers of the teams beside those that the workforce comes to."""
    if not authority.has("teams") or not authority.contents.rows.get("workforce"):
        return
    structure, force = authority.structure, authority.workforce
    workers = float(structure.workers()[:, structure.is_family_support].mean(axis=0).sum())
    posts, vacant, agency, share = (
        float(force.monthly("posts", 1)[0]),
        float(force.monthly("vacancy_rate", 1)[0]),
        float(force.monthly("agency_fte", 1)[0]),
        float(force.share_at_work(1)[0]),
    )
    at_work = posts * (1 - vacant) * share + agency
    holding = float(force.monthly("case_holding_share", 1)[0])
    if abs(at_work - workers) > UNLIKE_SHARE * max(workers, 1.0):
        log.decision(
            Place(authority.contents.source_of("teams"), field="workers"),
            f"the teams have {workers:,.1f} full-time workers with cases, and the workforce comes "
            f"to {at_work:,.1f}; projections start from the teams' and go to the workforce's. Of "
            f"those in post {holding:.0%} are taken to hold cases: where that is not so, give "
            "holding_cases",
        )
