"""Where the figures of a projection come from: the published tables, a panel, monthly files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from riskmodel.demand.calibration import CALIBRATED_STAGES, DemandPriors, Observation
from riskmodel.demand.pooled.history import LEADS
from riskmodel.demand.repeat_plans import panel_repeats
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.estimates import Interval
from riskmodel.plausible import check_children
from riskmodel.series import AuthorityPanel

if TYPE_CHECKING:
    from riskmodel.demand.assessing import Assessed
    from riskmodel.demand.exposure import Exposure
    from riskmodel.snapshots import MonthlySeries, RepeatPlans, StageMoves

__all__ = [
    "MEASURE_OF",
    "DemandSource",
    "chain_of",
    "panel_source",
    "published_source",
    "read_source",
    "snapshot_source",
    "with_years",
]

MEASURE_OF: Mapping[str, str] = MappingProxyType(
    {
        "child_protection_plan": "cpp_at_31_mar",
        "looked_after": "lac_at_31_mar",
        "child_in_need_plan": "cin_at_31_mar",
    }
)
"""The stock of a panel from which a stage is learned. Children in need in a panel include those on
a plan and looked after. It is assumed that children in need who are neither change in the same way,
and are the usual share of that stock."""

NAMELESS = "own figures"
"""The name of the area of a file that names none."""


@dataclass(frozen=True, slots=True)
class DemandSource:
    """An authority's own figures, ready to be calibrated.

    Parameters
    ----------
    area
        Whose they are.
    observations
        By stage.
    population
        Children aged 0 to 17; None where it is not known.
    label
        What they are, for captions and logs.
    code
        Code of the authority, so that nothing is learned from itself.
    priors
        What is known of a stage before its counts, such as printed durations; other stages have the
        priors of the parameters.
    beside
        Figures that only help to project others: stages left out, and, by the panel's names, what
        leads to them, such as ``s47_enquiries``, as starts of a year.
    doubts
        Figures that look like mistakes, in words.
    moves
        Counts of children who move between stages.
    people
        A projection of the children, which starts follow; with None their number stays the same.
    repeats
        Counts of children who come back to a plan; None takes England's share.
    assessed
        Assessments in addition to its stages; None where unknown or part of a stage.
    """

    area: str
    observations: Mapping[str, tuple[Observation, ...]]
    population: float | None
    label: str
    code: str = ""
    priors: Mapping[str, DemandPriors] = field(default_factory=dict)
    beside: Mapping[str, tuple[Observation, ...]] = field(default_factory=dict)
    doubts: tuple[str, ...] = ()
    moves: tuple[StageMoves, ...] = ()
    people: Exposure | None = None
    repeats: RepeatPlans | None = None
    assessed: Assessed | None = None

    @property
    def everything(self) -> dict[str, tuple[Observation, ...]]:
        """All figures, those of the stages and the others."""
        return {**self.beside, **self.observations}

    @property
    def words(self) -> tuple[str, ...]:
        """Code and name by which other files may call its area."""
        return tuple(word for word in (self.code, self.area) if word not in ("", NAMELESS))

    def of(self, stages: Iterable[str]) -> DemandSource:
        """The same with some of its stages.

        Raises
        ------
        UnknownNameError
            When it has no figures of a stage.
        """
        chosen = tuple(dict.fromkeys(stages))
        for stage in chosen:
            if stage not in self.observations:
                raise UnknownNameError("stage", stage, self.observations)
        return replace(
            self,
            observations={stage: self.observations[stage] for stage in chosen},
            beside=self.everything,
        )


def published_source() -> DemandSource:
    """The council's own figures from the published tables, which print no number of children."""
    from riskmodel.demand import published_series as published
    from riskmodel.published.area import published_area

    return DemandSource(
        published_area(),
        {stage: published.published_observations(stage) for stage in CALIBRATED_STAGES},
        None,
        "published tables of the report card, November 2015",
        priors={stage: published.published_priors(stage) for stage in CALIBRATED_STAGES},
        moves=published.published_moves(),
        repeats=published.published_repeats(),
    )


def panel_source(panel: AuthorityPanel, code: str) -> DemandSource:
    """One authority of a panel, from all years that it holds.

    Raises
    ------
    UnknownNameError
        When the panel has no such authority.
    DataError
        When the panel has no stock of it.
    """
    own = panel.authority(code)
    order = np.argsort(own.years)
    years = own.years[order].tolist()

    def column(name: str) -> list[float]:
        if name not in own.measures:
            return [float("nan")] * len(years)
        return [float(value) for value in own.figures[name][order]]

    stocks = {stage: column(measure) for stage, measure in MEASURE_OF.items()}
    stocks["child_in_need_plan"] = [
        every - plans - away
        for every, plans, away in zip(
            stocks["child_in_need_plan"],
            stocks["child_protection_plan"],
            stocks["looked_after"],
            strict=True,
        )
    ]
    found: dict[str, tuple[Observation, ...]] = {}
    for stage, stock in stocks.items():
        prefix = MEASURE_OF[stage].split("_")[0]
        made = []
        for counted, values in (
            ("stock", stock),
            ("starts", column(f"{prefix}_starts")),
            ("ends", column(f"{prefix}_ends")),
        ):
            if counted != "stock" and stage == "child_in_need_plan":
                continue  # flows of the wide sense are not those of the tier
            made += _counts(counted, years, values, panel.source)
        if any(each.counted == "stock" and each.middle > 0 for each in made):
            found[stage] = tuple(made)
    if not found:
        raise DataError(_no_stock(own, code), file=panel.source)
    population = [value for value in column("pop_0_17_midyear") if value > 0]
    name = panel.authorities.get(code, code)
    leads = {name: _counts("starts", years, column(name), panel.source) for name in LEADS}
    return DemandSource(
        name,
        found,
        population[-1] if population else None,
        panel.source,
        code,
        beside={name: tuple(counts) for name, counts in leads.items() if counts},
        repeats=panel_repeats(years, column, panel.source),
    )


def _counts(
    counted: str, years: Sequence[int], values: Sequence[float], source: str
) -> list[Observation]:
    """What a panel holds of a year's counts; a missing one is none."""
    return [
        Observation(
            counted,  # type: ignore[arg-type]  # one of the three
            Interval.exactly(round(value)),
            f"{year}-03",
            source=source,
        )
        for year, value in zip(years, values, strict=True)
        if np.isfinite(value) and value >= 0
    ]


def _no_stock(panel: AuthorityPanel, code: str) -> str:
    """Why an authority cannot be projected: what is suppressed is small, and not none."""
    suppressed = [
        measure
        for measure in MEASURE_OF.values()
        if measure in panel.measures and "suppressed" in panel.status[measure]
    ]
    if not suppressed:
        return f"holds no stock above 0 of {code}"
    return (
        f"has no published stock above 0 of {code}: {', '.join(suppressed)} is suppressed. That "
        "means 1 to 5 children, not none, and is too little to project from"
    )


def snapshot_source(
    series: Sequence[MonthlySeries], *, area: str | None = None, population: float | None = None
) -> DemandSource:
    """An authority's own months.

    Parameters
    ----------
    series
        One series for each stage, of one area.
    area
        Which area, where there are several.
    population
        Children aged 0 to 17.

    Raises
    ------
    DataError
        When several areas are there and none is named.
    UnknownNameError
        When the named one is not there.
    """
    areas = list(dict.fromkeys(each.area for each in series))
    if area is None and len(areas) > 1:
        raise DataError(
            f"holds several areas ({', '.join(areas)}): say which with --authority",
            file=series[0].source,
        )
    if area is not None and areas == [""]:
        raise DataError(
            "names no area: leave --authority out, or add a column area", file=series[0].source
        )
    wanted = areas[0] if area is None else area
    if wanted not in areas:
        raise UnknownNameError("area", wanted, areas)
    found = {}
    for each in series:
        if each.area != wanted:
            continue
        months = [str(day)[:7] for day in each.dates]
        found[each.stage] = tuple(
            Observation(
                counted,
                Interval.exactly(int(value)),
                month,
                1,
                each.source,
            )
            for counted in ("stock", "starts", "ends")
            for month, value in zip(months, getattr(each, counted).tolist(), strict=True)
            if np.isfinite(value)
        )
    own = [each for each in series if each.area == wanted]
    label = ", ".join(dict.fromkeys(each.source for each in own))
    doubts = (str(note) for each in own for note in each.notes if note.rule == "doubtful")
    return DemandSource(
        wanted or NAMELESS, found, population, label, doubts=tuple(dict.fromkeys(doubts))
    )


def with_years(months: DemandSource, years: DemandSource) -> DemandSource:
    """Own months, combined with earlier years of a panel and with stages that are only in it.

    Parameters
    ----------
    months, years
        One authority's figures by month and by year. For children in need the two count different
        things (see :data:`MEASURE_OF`), so where there are months, years are not used.
    """
    joined = dict(years.observations)
    for stage, counts in months.observations.items():
        first = min(one.month for one in counts)
        earlier = () if stage == "child_in_need_plan" else years.observations.get(stage, ())
        joined[stage] = (*(one for one in earlier if one.month < first), *counts)
    label = f"{months.label}; {years.label}"
    return replace(months, observations=joined, label=label, beside=years.beside)


def read_source(
    path: Path,
    *,
    authority: str | None = None,
    population: float | None = None,
    mapping: Path | None = None,
) -> tuple[DemandSource, AuthorityPanel | None]:
    """An authority's figures from a panel or a file of its own months.

    Returns
    -------
    tuple
        The figures, and the panel where the file is one, to learn from.

    Raises
    ------
    DataError
        When the file is neither, or does not go with what is given beside it.
    """
    from riskmodel.intake import read_panel, read_snapshots

    if _is_panel(path):
        if mapping is not None:
            raise DataError("is a panel: a mapping is for a table of own months", file=path.name)
        panel = read_panel(path)
        if authority is None:
            raise DataError(
                "is a panel of authorities: say which one with --authority CODE", file=path.name
            )
        source = panel_source(panel, authority)
        if population is not None:
            if source.population is not None:
                stated = f"says how many children there are, {source.population:,.0f}"
                raise DataError(f"{stated}; leave --population out", file=path.name)
            source = replace(source, population=population)
        return _counted_among(source), panel
    months = read_snapshots(path, mapping=mapping)
    return _counted_among(snapshot_source(months, area=authority, population=population)), None


def _counted_among(source: DemandSource) -> DemandSource:
    """The source, unless it counts more children at a time than its population has."""
    for stage, observations in source.observations.items():
        most = max((each.middle for each in observations if each.counted == "stock"), default=0)
        if source.population is not None:
            check_children(source.population, most, stage)
    return source


def chain_of(path: Path | None, authority: str | None) -> pd.DataFrame:
    """Counts and ratios from referral to plan by year, and what changed the starts of plans.

    Columns: those of :func:`riskmodel.demand.chain.chain_frame`, and ``plans_since_first``: how
    many more plans started a year than in the first year because of that link. Years with a count
    of 0 at a link cannot be split, because 0 has no logarithm, and are empty there; the first year
    is the first that can be split.

    Raises
    ------
    DataError
        When the file is no panel, or no authority is named.
    """
    from riskmodel.demand.chain import chain_frame, what_moved_starts
    from riskmodel.intake import read_panel

    if path is None or authority is None or not _is_panel(path):
        raise DataError(
            "the chain from referral to plan needs a panel of authorities and --authority CODE"
        )
    panel = read_panel(path)
    frame = chain_frame(panel, authority)
    links = frame["link"].nunique()
    whole = frame[frame["count"] > 0].groupby("year").filter(lambda one: len(one) == links)
    years = sorted(set(whole["year"].tolist()))
    moved = {}
    for year in years[1:]:
        found = what_moved_starts(panel, authority, years[0], year)
        for link, plans in zip(found["link"], found["plans"], strict=True):
            moved[year, link] = plans
    keys = zip(frame["year"].tolist(), frame["link"].tolist(), strict=True)
    return frame.assign(plans_since_first=[moved.get(key, np.nan) for key in keys])


def _is_panel(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8-sig", errors="replace") as file:
            return "la_code" in file.readline().casefold()
    except OSError:
        return False
