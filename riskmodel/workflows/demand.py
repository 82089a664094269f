"""Own figures to a projection: calibrated, learned, simulated, scenarios side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from riskmodel.demand.calibration import (
    CALIBRATED_STAGES,
    DemandPriors,
    Observation,
    calibrate,
)
from riskmodel.demand.drivers import course_drivers, scenario_drivers
from riskmodel.demand.learning.backtest import FEWEST_LEARNERS
from riskmodel.demand.learning.history import StageHistory
from riskmodel.demand.learning.learn import Learned, learn
from riskmodel.demand.learning.own import decimal_year
from riskmodel.demand.outlook import StageOutlook, stage_outlook
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.estimates import Interval
from riskmodel.levers import Levers
from riskmodel.projection import BASELINE, Projection
from riskmodel.series import AuthorityPanel
from riskmodel.workflows.simulating import FED_BACK, FeedbackOf, simulate_scenarios

if TYPE_CHECKING:
    import pandas as pd

    from riskmodel.demand.inputs import StageInputs
    from riskmodel.engines import Engine
    from riskmodel.report.figures.canvas import Drawing
    from riskmodel.scenarios import Scenario
    from riskmodel.snapshots import MonthlySeries

__all__ = [
    "FED_BACK",
    "MEASURE_OF",
    "STAGE_LABELS",
    "DemandSource",
    "FeedbackOf",
    "Outlook",
    "chain_of",
    "draw_outlook",
    "opening_of",
    "panel_source",
    "project",
    "published_source",
    "read_source",
    "snapshot_source",
]

Floats = npt.NDArray[np.float64]

MEASURE_OF: Mapping[str, str] = MappingProxyType(
    {
        "child_protection_plan": "cpp_at_31_mar",
        "looked_after": "lac_at_31_mar",
        "child_in_need_plan": "cin_at_31_mar",
    }
)
"""The stock of a panel that teaches about a stage. Of children in need the panel holds the wide
sense, plans and looked after included: that the exclusive tier moves like it, and is its usual
share of it, is assumed."""

STAGE_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "child_protection_plan": "Children on a protection plan",
        "looked_after": "Children looked after",
        "child_in_need_plan": "Children on a child in need plan",
    }
)
"""Each stage in words."""


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
        Code of the authority, so that it is not among those it learns from.
    priors
        What is known of a stage before its counts, such as printed lengths; other stages have the
        priors of the parameters.
    """

    area: str
    observations: Mapping[str, tuple[Observation, ...]]
    population: float | None
    label: str
    code: str = ""
    priors: Mapping[str, DemandPriors] = field(default_factory=dict)

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
        return DemandSource(
            self.area,
            {stage: self.observations[stage] for stage in self.observations if stage in chosen},
            self.population,
            self.label,
            self.code,
            self.priors,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """A projection and what it rests on.

    Parameters
    ----------
    source
        The authority's own figures.
    stages
        Calibration, what was learned and inputs of each stage.
    projection
        Stocks and flows, the baseline first.
    levers
        What each scenario changes, the baseline's empty ones among them.
    seed
        Of every draw.
    feedback
        What was simulated with, from a scenario's inputs and levers to its feedback.
    notes
        What a reader has to know of what was learned, in sentences.
    """

    source: DemandSource
    stages: Mapping[str, StageOutlook]
    projection: Projection
    levers: Mapping[str, Levers]
    seed: int
    feedback: FeedbackOf | None = None
    notes: tuple[str, ...] = ()

    @property
    def inputs(self) -> dict[str, StageInputs]:
        """The baseline's inputs by stage."""
        return {stage: each.inputs for stage, each in self.stages.items()}

    def simulate(
        self,
        levers: Mapping[str, Levers],
        *,
        replicates: int | None = None,
        workers: int | Engine = 1,
    ) -> Projection:
        """The baseline and other levers, from the draws that the projection had.

        Parameters
        ----------
        levers
            By name; the baseline comes first and need not be among them.
        replicates
            Only the first ones; None is all. They are those of the projection where blocks of
            :data:`~riskmodel.demand.stock_flow.BLOCK` stay whole.
        workers
            How many processes share the scenarios, or an engine; the bytes do not depend on it.
        """
        rows = slice(None, replicates)
        inputs = {stage: each.rows(rows) for stage, each in self.inputs.items()}
        if replicates is None or replicates >= self.projection.replicates:
            inputs = self.inputs
        baseline = {BASELINE: self.levers[BASELINE]}
        return simulate_scenarios(
            self.source.area,
            self.source.label,
            self.projection.opening_month,
            inputs,
            {**baseline, **levers},
            self.seed,
            self.feedback,
            workers,
        )

    def drivers(self, month: str | None = None) -> pd.DataFrame:
        """What moves each expected stock from the opening to a month, and under each scenario.

        Columns: scenario, stage, driver, children. For the baseline: opening, starts_as_now,
        later_starts, lengths, chance, closing, where chance is what the simulated mean differs by;
        for another scenario each lever alone, together and remainder, against the baseline.

        Raises
        ------
        UnknownNameError
            When the month is not projected.
        """
        import pandas as pd

        months = self.projection.months
        last = months[-1] if month is None else month
        if last not in months:
            raise UnknownNameError("month of the projection", last, months)
        number = months.index(last) + 1
        rows = []
        for stage, inputs in self.inputs.items():
            parts = course_drivers(inputs, number)
            simulated = float(self.projection.of("stock", BASELINE, stage)[:, number - 1].mean())
            parts["chance"] = simulated - parts.pop("closing")
            parts["closing"] = simulated
            rows += [
                {"scenario": BASELINE, "stage": stage, "driver": name, "children": value}
                for name, value in parts.items()
            ]
        pieces = [pd.DataFrame(rows)]
        for name, levers in self.levers.items():
            if name != BASELINE and levers.changed:
                found = scenario_drivers(self.inputs, levers, number)
                found.insert(0, "scenario", name)
                pieces.append(found.rename(columns={"lever": "driver"}))
        return pd.concat(pieces, ignore_index=True)

    def calibration_frame(self) -> pd.DataFrame:
        """Parameters of every stage, as calibrated."""
        import pandas as pd

        return pd.concat(
            [each.calibration.to_frame() for each in self.stages.values()], ignore_index=True
        )

    def observations_frame(self) -> pd.DataFrame:
        """The authority's own figures beside what the calibration expects."""
        import pandas as pd

        return pd.concat(
            [each.calibration.observations_frame() for each in self.stages.values()],
            ignore_index=True,
        )

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is not as it should be, in words, each stage's with its name."""
        calibrated = (
            f"{stage}: {warning}"
            for stage, each in self.stages.items()
            for warning in each.calibration.warnings
        )
        return (*self.notes, *calibrated)


def published_source() -> DemandSource:
    """The council's own, from the published tables; they print no number of children."""
    from riskmodel.demand.published_series import (
        PUBLISHED_AREA,
        published_observations,
        published_priors,
    )

    return DemandSource(
        PUBLISHED_AREA,
        {stage: published_observations(stage) for stage in CALIBRATED_STAGES},
        None,
        "published tables of the report card, November 2015",
        priors={stage: published_priors(stage) for stage in CALIBRATED_STAGES},
    )


def panel_source(panel: AuthorityPanel, code: str) -> DemandSource:
    """One authority of a panel, from all years that it holds.

    Raises
    ------
    UnknownNameError
        When the panel has no such authority.
    DataError
        When it has no stock of it.
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
            made += [
                Observation(
                    counted,  # type: ignore[arg-type]  # one of the three
                    Interval.exactly(round(value)),
                    f"{year}-03",
                    source=panel.source,
                )
                for year, value in zip(years, values, strict=True)
                if np.isfinite(value) and value >= 0
            ]
        if any(each.counted == "stock" and each.middle > 0 for each in made):
            found[stage] = tuple(made)
    if not found:
        raise DataError(f"holds no stock above 0 of {code}", file=panel.source)
    population = [value for value in column("pop_0_17_midyear") if value > 0]
    name = panel.authorities.get(code, code)
    return DemandSource(name, found, population[-1] if population else None, panel.source, code)


def snapshot_source(
    series: Sequence[MonthlySeries], *, area: str | None = None, population: float | None = None
) -> DemandSource:
    """An authority's own months.

    Parameters
    ----------
    series
        One a stage, of one area.
    area
        Which, where there are several.
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
    return DemandSource(wanted or "own figures", found, population, series[0].source)


def read_source(
    path: Path, *, authority: str | None = None, population: float | None = None
) -> tuple[DemandSource, AuthorityPanel | None]:
    """An authority's figures from a panel or a file of its own months.

    Returns
    -------
    tuple
        The figures, and the panel where the file is one, to learn from.

    Raises
    ------
    DataError
        When the file is neither, a panel is given without an authority, or a population to one
        that has it, or one of fewer children than are counted.
    """
    from riskmodel.intake import read_panel, read_snapshots

    if _is_panel(path):
        panel = read_panel(path)
        if authority is None:
            raise DataError(
                "is a panel of authorities: say which one with --authority CODE",
                file=path.name,
            )
        source = panel_source(panel, authority)
        if population is not None and source.population is not None:
            raise DataError(
                f"says how many children there are, {source.population:,.0f}; leave --population "
                "out",
                file=path.name,
            )
        if population is not None:
            source = replace(source, population=population)
        return _counted_among(source), panel
    series = read_snapshots(path)
    source = snapshot_source(series, area=authority, population=population)
    return _counted_among(source), None


def _counted_among(source: DemandSource) -> DemandSource:
    """The source, unless it counts more children at a time than its population has."""
    for stage, observations in source.observations.items():
        most = max((each.middle for each in observations if each.counted == "stock"), default=0)
        if source.population is not None and 0 < source.population < most:
            raise DataError(
                f"{source.population:,g} children aged 0 to 17 are fewer than the {most:,.0f} "
                f"counted of {stage}; give all of them, not thousands",
                field="population",
            )
    return source


def chain_of(path: Path | None, authority: str | None) -> pd.DataFrame:
    """Counts and ratios from referral to plan by year, and what moved the starts of plans.

    Columns: those of :func:`riskmodel.demand.chain.chain_frame`, and ``plans_since_first``: how
    many more plans started a year than in the first year because of that link. Years with a count
    of 0 at a link are not parted, for nought has no logarithm, and hold nothing there; the first
    year is the first that is.

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


def project(  # noqa: PLR0913  each is a word of the question
    source: DemandSource,
    *,
    months: int = 60,
    replicates: int = 2000,
    seed: int = 1,
    scenarios: Sequence[Scenario] = (),
    panel: AuthorityPanel | None = None,
    feedback: FeedbackOf | None = None,
    progress: Callable[[str], None] | None = None,
    workers: int | Engine = 1,
) -> Outlook:
    """Project the stages of a source, the baseline and any scenarios from the same draws.

    Parameters
    ----------
    source
        The authority's own figures.
    months
        How far ahead, 1 to 120.
    replicates
        How many, 1 to 100,000.
    seed
        Of every draw.
    scenarios
        Beside the baseline, which always comes first.
    panel
        To learn from, up to the last March before the opening; None takes what ships, and so does
        a panel with fewer than five other authorities, with a note.
    feedback
        From a scenario's inputs and levers to its feedback on child protection plans, or None
        where it has none. Plans with feedback are drawn month by month: of those, scenarios share
        what is not known of lengths and starts, and the other stages share their draws too.
    progress
        Called with what is done next.
    workers
        How many processes share the scenarios, or an engine; the bytes do not depend on it.

    Raises
    ------
    DataError
        When a stage has no stock above 0, or a number is out of range.

    Notes
    -----
    All stages open at the month of the last figure of any; a stage whose stock was last counted
    earlier is carried there by its starts and lengths.
    """
    say = progress or (lambda _: None)
    stages = {}
    notes = []
    opening = opening_of(source)
    for stage, observations in source.observations.items():
        say(f"calibrating {stage}")
        calibration = calibrate(
            carried_to(observations, opening),
            stage,
            area=source.area,
            seed=seed,
            priors=source.priors.get(stage),
            population=source.population,
        )
        learned, note = _learned(stage, calibration.opening_month, panel, source.code)
        notes += [f"{stage}: {note}"] if note else []
        stages[stage] = stage_outlook(
            calibration,
            learned,
            months=months,
            replicates=replicates,
            seed=seed,
            population=source.population,
        )
    baseline = {stage: each.inputs for stage, each in stages.items()}
    levers = {BASELINE: Levers.after(opening, months)}
    for each in scenarios:
        levers[each.name] = each.levers(opening, months)
    say(f"simulating {', '.join(levers)}")
    together = simulate_scenarios(
        source.area, source.label, opening, baseline, levers, seed, feedback, workers
    )
    return Outlook(source, stages, together, levers, seed, feedback, tuple(notes))


def opening_of(source: DemandSource) -> str:
    """The month at whose end a projection of these figures opens: the last with any.

    Starts and ends may be counted later than the last stock: a calibration runs to its last
    figure, and its stock there is what a projection opens with.
    """
    return max(each.month for observations in source.observations.values() for each in observations)


def carried_to(observations: Sequence[Observation], month: str) -> tuple[Observation, ...]:
    """The observations, and one that says next to nothing at a later month.

    So all stages open together: a stock between nought and twice the last leaves the calibration
    to carry it forward by starts and lengths.
    """
    last = max(
        (each for each in observations if each.counted == "stock"),
        key=lambda each: each.month,
        default=None,
    )
    # Without any stock there is nothing to carry; what projects says that it needs one.
    if last is None or last.month >= month:
        return tuple(observations)
    wide = Interval(0, round(2 * last.middle) + 2)
    nothing = Observation("stock", wide, month, source="nothing known", basis="assumed")
    return (*observations, nothing)


def _learned(
    stage: str, opening: str, panel: AuthorityPanel | None, own: str
) -> tuple[Learned, str]:
    """What other authorities taught by then, and what is to be said of it.

    As in the backtest, what ships stands in for a panel of fewer than five others.
    """
    year = int(np.floor(decimal_year(opening) + 1e-9))
    measure = MEASURE_OF[stage]
    if panel is None:
        return _shipped(stage, opening, year), ""
    history = StageHistory.from_panel(panel, measure)
    known = history.until(min(year, history.years[-1]))
    others = [place for place, code in enumerate(known.codes) if code != own]
    enough = int((np.isfinite(known.stock[others]).sum(axis=1) >= 2).sum())
    if enough >= FEWEST_LEARNERS:
        return learn(known, learners=others), ""
    return _shipped(stage, opening, year), (
        f"{panel.source} has {enough} other authorities with two figures of {measure} by then, "
        f"fewer than {FEWEST_LEARNERS}: what ships with the package was learned from instead"
    )


def _shipped(stage: str, opening: str, year: int) -> Learned:
    from riskmodel.demand.learning.shipped import shipped, shipped_years

    measure = MEASURE_OF[stage]
    if year < min(shipped_years(measure)):
        raise DataError(
            f"the last figure is of the end of {opening}, and what ships was learned to March "
            f"{min(shipped_years(measure))}: give a panel of {FEWEST_LEARNERS} other authorities "
            "or more, with earlier years, with --learn",
            field=stage,
        )
    return shipped(measure, year)


def draw_outlook(outlook: Outlook) -> Drawing:
    """Fan charts of the stocks, with the own figures before them."""
    from riskmodel.report.figures.fan import FAN, Fan, draw_fans

    projection = outlook.projection
    levels = sorted({level for low, high, *_ in FAN for level in (low, high)} | {0.5})
    fans = []
    for stage, each in outlook.stages.items():
        stock = projection.of("stock", BASELINE, stage)
        opening = projection.opening[:, projection.stages.index(stage)]
        course = np.column_stack([opening, stock])
        found = np.quantile(course, levels, axis=0)
        history = [
            (_calendar(one.month), one.middle, one.width / 2)
            for one in each.calibration.model.observations
            if one.counted == "stock" and one.width < one.middle
        ]
        fans.append(
            Fan(
                STAGE_LABELS[stage],
                history,
                np.array(
                    [_calendar(month) for month in (projection.opening_month, *projection.months)]
                ),
                dict(zip(levels, found, strict=True)),
                {
                    name.replace("_", " "): np.concatenate(
                        [
                            [np.median(opening)],
                            np.median(projection.of("stock", name, stage), axis=0),
                        ]
                    )
                    for name in projection.scenarios
                    if name != BASELINE
                },
            )
        )
    return draw_fans("outlook", fans)


def _others(projection: Projection, stage: str, opening: float) -> dict[str, Floats]:
    """Medians of the scenarios that move the stage."""
    baseline = projection.of("stock", BASELINE, stage)
    found = {}
    for name in projection.scenarios:
        stock = projection.of("stock", name, stage)
        if name != BASELINE and not np.array_equal(stock, baseline):
            found[name.replace("_", " ")] = np.concatenate([[opening], np.median(stock, axis=0)])
    return found


def _calendar(month: str) -> float:
    """The decimal year of a month's end as a reader counts: 31 March 2015 is 2015.25."""
    return decimal_year(month) + 0.25
