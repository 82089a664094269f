"""Projections of the authorities of a panel, several at a time, and their sums."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

import numpy as np

from riskmodel.core.arrays import Integers
from riskmodel.demand.calibration import calibrate
from riskmodel.demand.national.courses import (
    PURPOSE,
    Course,
    NationalCourses,
    authority_stock,
    codes_with_a_figure,
    common_course_of,
    latest_population,
    projected_months,
    summarised,
)
from riskmodel.demand.opening import carried_to
from riskmodel.demand.outlook import node_months, stage_outlook
from riskmodel.demand.pooled.history import STOCK_MEASURES, StageHistory, is_region
from riskmodel.demand.pooled.learn import Learned
from riskmodel.demand.simulation.project import project_stages
from riskmodel.demand.sources import DemandSource, panel_source
from riskmodel.engines import Pool
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.projection import BASELINE, MEASURED
from riskmodel.series import AuthorityPanel
from riskmodel.streams import stream

Some = TypeVar("Some")

__all__ = ["TIER", "by_tier", "flow_courses", "histories_of", "stock_courses"]

TIER = "child_in_need_plan"
"""Children in need who are neither on a plan nor looked after. With flows, all children in need of
a panel are projected as this stage, because the flows in a panel are those of all children in
need."""

STOCKS_TOGETHER, FLOWS_TOGETHER = 10, 3
"""Authorities in one task, without flows and with them: half a second's work or more."""


def histories_of(
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


def stock_courses(
    pool: Pool,
    panel: AuthorityPanel,
    histories: Mapping[str, StageHistory],
    learned: Mapping[str, Learned],
    sizes: tuple[int, int, int],
    progress: Callable[[int, int], None],
) -> tuple[NationalCourses, ...]:
    """Stocks only, for every authority with a figure, and their sums.

    Sizes are months, replicates and the seed; the bytes do not depend on the pool.
    """
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
) -> tuple[dict[tuple[str, str], list[Course]], dict[tuple[str, str], Integers], int]:
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


def flow_courses(
    pool: Pool,
    panel: AuthorityPanel,
    learned: Mapping[str, Learned],
    sizes: tuple[int, int, int],
    progress: Callable[[int, int], None],
) -> tuple[NationalCourses, ...]:
    """As :func:`stock_courses`, with starts and ends for each stock."""
    taught = by_tier(learned)
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
) -> tuple[dict[tuple[str, str], list[Course]], dict[tuple[str, str], Integers], int]:
    """As :func:`_stocks_of`, with lengths calibrated and children simulated."""
    months, replicates, seed = sizes
    nodes = node_months(months)
    common = {
        stage: common_course_of(learned, stage, months, replicates, seed)[:, nodes]
        for stage, learned in taught.items()
    }
    courses: dict[tuple[str, str], list[Course]] = {}
    totals: dict[tuple[str, str], Integers] = {}
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
                beside=source.everything,
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
        self._totals: dict[tuple[str, str], Integers] = {}
        self._done, self._number, self._progress = 0, number, progress
        progress(0, number)

    def add(
        self,
        courses: Mapping[tuple[str, str], list[Course]],
        totals: Mapping[tuple[str, str], Integers],
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


def by_tier(learned: Mapping[str, Learned]) -> dict[str, Learned]:
    """What was learned, by simulated stage: all children in need are learned from for the tier."""
    return {TIER if stage == "child_in_need" else stage: each for stage, each in learned.items()}
