"""From a panel of authorities to projections of each and of all, which add up to the child."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from riskmodel.demand.national.courses import (
    NationalCourses,
    check_sizes,
)
from riskmodel.demand.national.england import england_of
from riskmodel.demand.national.result import NationalRun, left_out
from riskmodel.demand.national.simulating import (
    by_tier,
    flow_courses,
    histories_of,
    stock_courses,
)
from riskmodel.demand.pooled.history import STOCK_MEASURES
from riskmodel.demand.pooled.learn import Learned, learn
from riskmodel.engines import Engine, as_engine
from riskmodel.plausible import check_memory
from riskmodel.series import AuthorityPanel

__all__ = ["NATIONAL_STAGES", "national_run"]

NATIONAL_STAGES = tuple(STOCK_MEASURES)
"""The stocks of a panel: on a protection plan, looked after, in need in the wide sense."""

_BYTES_OF_STOCKS, _BYTES_OF_FLOWS = 40, 160
"""Of memory for each simulation, stage and month, measured; authorities are worked with in turn."""


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
        Some of :data:`NATIONAL_STAGES`; if empty, all that the panel holds.
    year
        The last year to use; None takes the last that all the stages have.
    months
        How far ahead, 1 to 120.
    replicates
        How many, 2 to 100,000.
    seed
        Of every draw.
    flows
        Whether to calibrate each authority's durations too and simulate children who start and end;
        the result then has ``starts`` and ``ends`` as well as ``stock``.
    workers
        Processes, or an engine; the bytes do not depend on it.
    progress
        Called with authorities done and authorities in all.

    Raises
    ------
    DataError
        When the panel holds no such stage or year, a number is out of range, or more memory would
        be needed than a laptop has.
    UnknownNameError
        When a stage is not known.

    Notes
    -----
    Only authorities with a figure in the last year are projected, not one that was abolished
    earlier or has not reported. The others are in ``left_out`` with the reason.
    """
    check_sizes(months, replicates)
    histories = histories_of(panel, stages, year)
    each = _BYTES_OF_FLOWS if flows else _BYTES_OF_STOCKS
    check_memory(each, replicates, stages=len(histories), months=months)
    last = next(iter(histories.values())).years[-1]
    known = panel.until(last)
    with as_engine(workers).opened() as pool:
        taught = pool.run(learn, [(history,) for history in histories.values()])
        learned = dict(zip(histories, taught, strict=True))
        sizes = (months, replicates, seed)
        if flows:
            courses = flow_courses(pool, known, learned, sizes, progress)
        else:
            courses = stock_courses(pool, known, histories, learned, sizes, progress)
    england, said = england_of(known, last, courses, _by_stage(learned, courses), seed)
    return NationalRun(
        known,
        last,
        seed,
        learned,
        courses,
        england,
        left_out(known, last, courses),
        (*said, *panel.caveats),
    )


def _by_stage(
    learned: Mapping[str, Learned], courses: Iterable[NationalCourses]
) -> dict[str, Learned]:
    stages = {course.stage for course in courses}
    both = {**learned, **by_tier(learned)}
    return {stage: each for stage, each in both.items() if stage in stages}
