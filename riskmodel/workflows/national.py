"""A panel of authorities to a projection of each and of all together, coherent to the child."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from riskmodel.demand.calibration import calibrate
from riskmodel.demand.learning.history import STOCK_MEASURES, StageHistory, is_region
from riskmodel.demand.learning.learn import Learned, learn
from riskmodel.demand.national import (
    PURPOSE,
    Counts,
    Course,
    NationalCourses,
    authority_stock,
    beyond_authorities,
    check_sizes,
    codes_with_a_figure,
    common_course_of,
    latest_population,
    projected_months,
    summarised,
)
from riskmodel.demand.outlook import node_months, stage_outlook
from riskmodel.demand.project import project_stages
from riskmodel.engines import Engine, Pool, as_engine
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.projection import BASELINE, MEASURED
from riskmodel.series import ENGLAND, AuthorityPanel
from riskmodel.streams import stream
from riskmodel.workflows.demand import DemandSource, carried_to, panel_source

if TYPE_CHECKING:
    import pandas as pd

Some = TypeVar("Some")

__all__ = ["NATIONAL_STAGES", "LeftOut", "NationalRun", "national_run"]

NATIONAL_STAGES = tuple(STOCK_MEASURES)
"""The stocks of a panel: on a protection plan, looked after, in need in the wide sense."""

TIER = "child_in_need_plan"
"""Children in need who are neither on a plan nor looked after: with flows, the wide sense is
projected as this tier, since the flows that a panel holds are of the wide sense."""

ENGLAND_TOLERANCE = 0.005
"""Published totals of England are rounded, and a sum of authorities may pass them by so much."""

STOCKS_TOGETHER, FLOWS_TOGETHER = 10, 3
"""Authorities of one task, without flows and with them: half a second's work or more."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An authority of the panel that is not projected, and why."""

    stage: str
    code: str
    area: str
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class NationalRun:
    """Projections of the authorities of a panel, and of all of them.

    Parameters
    ----------
    panel
        The figures, up to the opening.
    year
        The last year used; it ends on 31 March.
    seed
        Of every draw.
    learned
        What the authorities teach, by stage.
    courses
        One for each stage and measure.
    england
        The total carried to all of England, by stage and measure; empty where the panel does not
        say how many children that would be.
    left_out
        Authorities that are not projected.
    assumptions
        What was assumed of England and the authorities, in sentences.
    """

    panel: AuthorityPanel
    year: int
    seed: int
    learned: Mapping[str, Learned]
    courses: tuple[NationalCourses, ...]
    england: Mapping[tuple[str, str], Course]
    left_out: tuple[LeftOut, ...]
    assumptions: tuple[str, ...]

    def of(self, stage: str, measure: str = "stock") -> NationalCourses:
        """One of the courses.

        Raises
        ------
        UnknownNameError
            When there is none of that stage and measure.
        """
        for each in self.courses:
            if (each.stage, each.measure) == (stage, measure):
                return each
        names = [f"{each.stage} {each.measure}" for each in self.courses]
        raise UnknownNameError("course", f"{stage} {measure}", names)

    def totals(self, stage: str, measure: str = "stock") -> tuple[Course, ...]:
        """All authorities together, and England where it can be said."""
        found = [self.of(stage, measure).together()]
        if (stage, measure) in self.england:
            found.append(self.england[stage, measure])
        return tuple(found)

    def to_frame(self) -> pd.DataFrame:
        """A row an area, stage, measure and month: see :meth:`NationalCourses.to_frame`."""
        import pandas as pd

        return pd.concat(
            [each.to_frame(*self.totals(each.stage, each.measure)) for each in self.courses],
            ignore_index=True,
        )

    def left_out_frame(self) -> pd.DataFrame:
        """A row an authority and stage that is not projected: stage, la_code, area, reason."""
        import pandas as pd

        return pd.DataFrame(
            [(each.stage, each.code, each.area, each.reason) for each in self.left_out],
            columns=["stage", "la_code", "area", "reason"],
        )

    def __str__(self) -> str:
        return f"from March {self.year}: " + "; ".join(str(each) for each in self.courses)


def national_run(  # noqa: PLR0913  each is a word of the question
    panel: AuthorityPanel,
    *,
    stages: Sequence[str] = (),
    year: int | None = None,
    months: int = 60,
    replicates: int = 5000,
    seed: int = 1,
    flows: bool = False,
    workers: int | Engine = 1,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> NationalRun:
    """Learn from a panel's authorities, and project each of them and their sum.

    Parameters
    ----------
    panel
        Figures of authorities by year, with a row for England or without.
    stages
        Of :data:`NATIONAL_STAGES`; empty takes all that the panel holds.
    year
        The last year to use; None takes the last that all the stages have.
    months
        How far ahead, 1 to 120.
    replicates
        How many, 2 to 100,000.
    seed
        Of every draw.
    flows
        Calibrate each authority's lengths too and simulate children who start and end; then
        ``starts`` and ``ends`` stand beside ``stock``.
    workers
        Processes, or an engine; the bytes do not hang on it.
    progress
        Called with authorities done and authorities in all.

    Raises
    ------
    DataError
        When the panel holds no such stage or year, or a number is out of range.
    UnknownNameError
        When a stage is not known.

    Notes
    -----
    Only authorities with a figure in the last year are projected: one that ended earlier, or has
    not reported, is not carried on. The others are in ``left_out`` with the reason.
    """
    check_sizes(months, replicates)
    histories = _histories(panel, stages, year)
    last = next(iter(histories.values())).years[-1]
    known = panel.until(last)
    with as_engine(workers).opened() as pool:
        taught = pool.run(learn, [(history,) for history in histories.values()])
        learned = dict(zip(histories, taught, strict=True))
        sizes = (months, replicates, seed)
        if flows:
            courses = _flow_courses(pool, known, learned, sizes, progress)
        else:
            courses = _stock_courses(pool, known, histories, learned, sizes, progress)
    england, said = _england(known, last, courses, _by_stage(learned, courses), seed)
    return NationalRun(
        known,
        last,
        seed,
        learned,
        courses,
        england,
        _left_out(known, last, courses),
        said,
    )


def _histories(
    panel: AuthorityPanel, stages: Sequence[str], year: int | None
) -> dict[str, StageHistory]:
    """The history of each stage, all up to the same year."""
    for stage in stages:
        if stage not in STOCK_MEASURES:
            raise UnknownNameError("stage", stage, STOCK_MEASURES)
    held = [name for name, measure in STOCK_MEASURES.items() if measure in panel.measures]
    wanted = tuple(dict.fromkeys(stages)) or tuple(held)
    if not wanted:
        raise DataError(
            f"holds no stock of children; needs one of {', '.join(STOCK_MEASURES.values())}",
            file=panel.source,
        )
    found = {stage: StageHistory.from_panel(panel, STOCK_MEASURES[stage]) for stage in wanted}
    last = min(history.years[-1] for history in found.values()) if year is None else year
    for history in found.values():
        if last not in history.years:
            raise DataError(
                f"holds {history.measure} of {history.years[0]} to {history.years[-1]}; --year "
                f"{last} is not among them",
                file=panel.source,
                field="year",
            )
    made = {stage: history.until(last) for stage, history in found.items()}
    for history in made.values():
        if not codes_with_a_figure(history):
            raise DataError(
                f"holds no figure of {history.measure} in {last}; --year takes one that has them",
                file=panel.source,
                field=history.measure,
            )
    return made


def _stock_courses(
    pool: Pool,
    panel: AuthorityPanel,
    histories: Mapping[str, StageHistory],
    learned: Mapping[str, Learned],
    sizes: tuple[int, int, int],
    progress: Callable[[int, int], None],
) -> tuple[NationalCourses, ...]:
    names = panel.authorities
    tasks = [
        (stage, history, learned[stage], part, names, sizes)
        for stage, history in histories.items()
        for part in _parts(codes_with_a_figure(history), flows=False)
    ]
    added = _Sums(histories, ("stock",), sum(len(task[3]) for task in tasks), progress)
    for found in pool.run(_stocks_of, tasks):
        added.add(*found)
    return added.courses(panel, sizes[0])


def _stocks_of(
    stage: str,
    history: StageHistory,
    learned: Learned,
    codes: Sequence[str],
    names: Mapping[str, str],
    sizes: tuple[int, int, int],
) -> tuple[dict[tuple[str, str], list[Course]], dict[tuple[str, str], Counts], int]:
    """The courses of some authorities, and their sum."""
    months, replicates, seed = sizes
    common = common_course_of(learned, stage, months, replicates, seed)
    courses, total = [], np.zeros((replicates, months), dtype=np.int64)
    for code in codes:
        stock = authority_stock(learned, history, code, common, months=months, seed=seed)
        place = history.codes.index(code)
        population = latest_population(history, place)
        latest = float(history.stock[place, -1])
        courses.append(summarised(code, names[code], latest, population, stock))
        total += stock
    return {(stage, "stock"): courses}, {(stage, "stock"): total}, len(codes)


def _flow_courses(
    pool: Pool,
    panel: AuthorityPanel,
    learned: Mapping[str, Learned],
    sizes: tuple[int, int, int],
    progress: Callable[[int, int], None],
) -> tuple[NationalCourses, ...]:
    taught = _by_tier(learned)
    sources = list(_sources(panel, taught))
    tasks = [(part, taught, sizes) for part in _parts(sources, flows=True)]
    added = _Sums(taught, MEASURED, len(sources), progress)
    for found in pool.run(_flows_of, tasks):
        added.add(*found)
    return added.courses(panel, sizes[0])


def _sources(panel: AuthorityPanel, taught: Mapping[str, Learned]) -> Iterable[DemandSource]:
    """Own figures of each authority, of the stages that have one in the last year."""
    opening = f"{next(iter(taught.values())).year}-03"
    for code, name in panel.authorities.items():
        if is_region(code, name):
            continue
        try:
            source = panel_source(panel, code)
        except DataError:
            continue  # no stock above 0: said among those left out
        stages = [
            stage
            for stage in taught
            if any(
                each.counted == "stock" and each.month == opening
                for each in source.observations.get(stage, ())
            )
        ]
        if stages:
            yield source.of(stages)


def _flows_of(
    sources: Sequence[DemandSource], taught: Mapping[str, Learned], sizes: tuple[int, int, int]
) -> tuple[dict[tuple[str, str], list[Course]], dict[tuple[str, str], Counts], int]:
    """As :func:`_stocks_of`, with lengths calibrated and children simulated."""
    months, replicates, seed = sizes
    nodes = node_months(months)
    common = {
        stage: common_course_of(learned, stage, months, replicates, seed)[:, nodes]
        for stage, learned in taught.items()
    }
    courses: dict[tuple[str, str], list[Course]] = {}
    totals: dict[tuple[str, str], Counts] = {}
    for source in sources:
        own = int(stream(seed, f"{PURPOSE}/authority/{source.code}").integers(2**62))
        opening = f"{next(iter(taught.values())).year}-03"
        inputs, latest = {}, {}
        for stage, observations in source.observations.items():
            calibration = calibrate(
                carried_to(observations, opening),
                stage,
                area=source.area,
                seed=own,
                population=source.population,
            )
            inputs[stage] = stage_outlook(
                calibration,
                taught[stage],
                months=months,
                replicates=replicates,
                seed=own,
                population=source.population,
                common=common[stage],
            ).inputs
            latest[stage] = next(
                each.middle
                for each in observations
                if each.counted == "stock" and each.month == opening
            )
        made = project_stages(inputs, area=source.area, opening_month=opening, seed=own)
        for stage in inputs:
            for measure in MEASURED:
                counts = made.of(measure, BASELINE, stage).astype(np.int64)
                key = (stage, measure)
                courses.setdefault(key, []).append(
                    summarised(source.code, source.area, latest[stage], source.population, counts)
                )
                totals[key] = totals.get(key, 0) + counts
    return courses, totals, len(sources)


class _Sums:
    """Courses and sums while they come in, in whatever parts."""

    def __init__(
        self,
        stages: Iterable[str],
        measures: Iterable[str],
        number: int,
        progress: Callable[[int, int], None],
    ) -> None:
        self._keys = [(stage, measure) for stage in stages for measure in measures]
        self._courses: dict[tuple[str, str], list[Course]] = {key: [] for key in self._keys}
        self._totals: dict[tuple[str, str], Counts] = {}
        self._done, self._number, self._progress = 0, number, progress
        progress(0, number)

    def add(
        self,
        courses: Mapping[tuple[str, str], list[Course]],
        totals: Mapping[tuple[str, str], Counts],
        number: int,
    ) -> None:
        for key, made in courses.items():
            self._courses[key] += made
        for key, total in totals.items():
            # Whole numbers: the sum is the same in any order.
            self._totals[key] = self._totals.get(key, 0) + total
        self._done += number
        self._progress(self._done, self._number)

    def courses(self, panel: AuthorityPanel, months: int) -> tuple[NationalCourses, ...]:
        last = int(panel.years.max())
        for stage, measure in self._keys:
            if not self._courses[stage, measure]:
                raise DataError(
                    f"holds no authority with a figure of {stage} in {last}", file=panel.source
                )
        return tuple(
            NationalCourses(
                stage,
                measure,
                f"{last}-03",
                projected_months(last, months),
                tuple(sorted(self._courses[stage, measure], key=lambda each: each.code)),
                self._totals[stage, measure],
            )
            for stage, measure in self._keys
        )


def _parts(whole: Sequence[Some], *, flows: bool) -> list[Sequence[Some]]:
    size = FLOWS_TOGETHER if flows else STOCKS_TOGETHER
    return [whole[at : at + size] for at in range(0, len(whole), size)]


def _by_tier(learned: Mapping[str, Learned]) -> dict[str, Learned]:
    """What was learned by the stages that are simulated: the wide sense teaches about the tier."""
    return {TIER if stage == "child_in_need" else stage: each for stage, each in learned.items()}


def _by_stage(
    learned: Mapping[str, Learned], courses: Iterable[NationalCourses]
) -> dict[str, Learned]:
    stages = {course.stage for course in courses}
    both = {**learned, **_by_tier(learned)}
    return {stage: each for stage, each in both.items() if stage in stages}


def _england(
    panel: AuthorityPanel,
    year: int,
    courses: Iterable[NationalCourses],
    learned: Mapping[str, Learned],
    seed: int,
) -> tuple[dict[tuple[str, str], Course], tuple[str, ...]]:
    """The totals carried to England, and what that assumes."""
    found: dict[tuple[str, str], Course] = {}
    said: dict[str, None] = {}
    population = _england_figure(panel, "pop_0_17_midyear", year)
    for each in courses:
        together = each.together()
        whole = _england_stock(panel, each.stage, year)
        words = each.stage.replace("_", " ")
        if not np.isfinite(whole):
            said[
                f"{words}: the panel has no figure for England in {year}, so the total is of the "
                f"{len(each.authorities)} authorities projected and nothing is said of the others"
            ] = None
            continue
        ratio = whole / together.latest if together.latest > 0 else float("nan")
        if not ratio >= 1 - ENGLAND_TOLERANCE:
            said[
                f"{words}: the authorities together have {together.latest:,.0f} and England "
                f"{whole:,.0f}, so some may be counted twice and England is not projected"
            ] = None
            continue
        months, replicates = len(each.months), each.replicates
        taught = learned[each.stage]
        common = common_course_of(taught, each.stage, months, replicates, seed)[:, 1 : months + 1]
        counts = beyond_authorities(each.total, common, max(ratio, 1.0))
        found[each.stage, each.measure] = summarised(ENGLAND, "England", whole, population, counts)
        said[
            f"{words}: the {len(each.authorities)} authorities projected have "
            f"{100 / ratio:.0f}% of England's {whole:,.0f} at 31 March {year}; the others are "
            "assumed to move as these do"
        ] = None
    return found, tuple(said)


def _england_stock(panel: AuthorityPanel, stage: str, year: int) -> float:
    if stage == TIER:
        every, plans, away = (
            _england_figure(panel, STOCK_MEASURES[name], year)
            for name in ("child_in_need", "child_protection_plan", "looked_after")
        )
        return every - plans - away
    return _england_figure(panel, STOCK_MEASURES[stage], year)


def _england_figure(panel: AuthorityPanel, measure: str, year: int) -> float:
    england = panel.england
    if measure not in england.measures:
        return float("nan")
    here = england.figures[measure][england.years == year]
    return float(here[0]) if len(here) else float("nan")


def _left_out(
    panel: AuthorityPanel, year: int, courses: Iterable[NationalCourses]
) -> tuple[LeftOut, ...]:
    """Each authority of the panel that a stage does not project, with the reason."""
    found = []
    for each in courses:
        if each.measure != "stock":
            continue
        projected = {course.code for course in each.authorities}
        for code, name in panel.authorities.items():
            if code not in projected:
                reason = _reason(panel, code, name, each.stage, year)
                found.append(LeftOut(each.stage, code, name, reason))
    return tuple(found)


def _reason(panel: AuthorityPanel, code: str, name: str, stage: str, year: int) -> str:
    if is_region(code, name):
        return "a region: the sum of authorities"
    measure = STOCK_MEASURES.get(stage, STOCK_MEASURES["child_in_need"])
    own = panel.authority(code)
    seen = own.years[np.isfinite(own.figures[measure])]
    if not len(seen):
        return f"no figure of {measure}"
    if int(seen.max()) < year:
        return f"no figure of {measure} in {year}; the last is of {int(seen.max())}"
    return "no child in any year, or too few figures to simulate from"
