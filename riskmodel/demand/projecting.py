"""From figures to a projection: calibration, learning, simulation, and scenarios."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import pandas as pd

from riskmodel.core.result import Result
from riskmodel.demand.calibration.calibrate import calibrate_model
from riskmodel.demand.drivers import course_drivers, scenario_drivers
from riskmodel.demand.learning import Learning
from riskmodel.demand.opening import models_of, opening_of
from riskmodel.demand.outlook import StageOutlook, check_sizes
from riskmodel.demand.repeat_plans import repeat_sentence
from riskmodel.demand.simulation.changed import PLAN, brings_back, unplaced
from riskmodel.demand.simulation.simulating import FeedbackOf, simulate_scenarios
from riskmodel.demand.sources import DemandSource
from riskmodel.demand.stages import calibrated_together, children_in, stages_of
from riskmodel.demand.teachers import learned_for
from riskmodel.levers import Levers
from riskmodel.plausible import check_memory
from riskmodel.projection import BASELINE, Projection
from riskmodel.series import AuthorityPanel

if TYPE_CHECKING:
    from riskmodel.demand.matrix import FlowMatrix
    from riskmodel.demand.moved import Flows
    from riskmodel.demand.simulation.inputs import StageInputs
    from riskmodel.engines import Engine

__all__ = ["NamedLevers", "Outlook", "project"]

BYTES_EACH = 65
"""Memory for one scenario, stage, month and simulation, as measured: stock, flows and their
inputs."""


class NamedLevers(Protocol):
    """What demand needs from a scenario: its name, and the levers that it sets over a horizon."""

    @property
    def name(self) -> str:
        """Its name."""

    def levers(self, opening_month: str, number_of_months: int) -> Levers:
        """The paths of its levers over the months after an opening."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Outlook(Result):
    """A projection and what it is based on.

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
        The function used in the simulation, from a scenario's inputs and levers to its feedback.
    notes
        What a reader has to know about the learning, in sentences.
    scenarios, panel
        As they were given, so that :meth:`again` can use them again.
    """

    source: DemandSource
    stages: Mapping[str, StageOutlook]
    projection: Projection
    levers: Mapping[str, Levers]
    seed: int
    feedback: FeedbackOf | None = None
    notes: tuple[str, ...] = ()
    scenarios: tuple[NamedLevers, ...] = ()
    panel: AuthorityPanel | Learning | None = None

    def to_frame(self) -> pd.DataFrame:
        """Stocks and flows, as in :meth:`riskmodel.projection.Projection.to_frame`."""
        return self.projection.to_frame()

    def summary(self) -> str:
        """The central projection of each stage, and what it was learned from."""
        learned = next(iter(self.stages.values())).learned
        return (
            f"{self.projection.summary(self._counted_last())} Learned from "
            f"{learned.authorities} authorities to March {learned.year}."
        )

    def _counted_last(self) -> dict[str, tuple[float, str]]:
        """Of each stage the last stock that was counted, or the middle of what is implied."""
        frame = self.observations_frame()
        stocks = frame[(frame["counted"] == "stock") & (frame["basis"] != "assumed")]
        return {
            row["stage"]: ((row["low"] + row["high"]) / 2, row["month"])
            for row in stocks.to_dict("records")
        }

    def preview(self) -> pd.DataFrame:
        """Stocks at the end of each March."""
        return self.projection.preview()

    @property
    def draws(self) -> tuple[int, int]:
        """Seed and number of simulations, with which ranges are drawn."""
        return self.seed, self.projection.replicates

    @property
    def inputs(self) -> dict[str, StageInputs]:
        """The baseline's inputs by stage."""
        return {stage: each.inputs for stage, each in self.stages.items()}

    @property
    def draws_people(self) -> bool:
        """Whether simulations differ in the variant of the population."""
        return self.source.people is not None and len(self.source.people.weights) > 1

    def redrawn(self, seed: int) -> dict[str, StageInputs]:
        """The baseline's inputs with the variant of the population drawn with another seed."""
        people, opening = self.source.people, self.projection.opening_month
        if people is None or not self.draws_people or seed == self.seed:
            return self.inputs
        return {
            stage: people.applied(inputs, stage, opening, seed, before=self.seed)
            for stage, inputs in self.inputs.items()
        }

    def simulate(
        self,
        levers: Mapping[str, Levers],
        *,
        replicates: int | None = None,
        workers: int | Engine = 1,
    ) -> Projection:
        """The baseline and other levers, with the random numbers of the projection.

        Parameters
        ----------
        levers
            By name; the baseline comes first and need not be among them.
        replicates
            Only the first ones; None takes all. They are the same as in the projection as long as
            blocks of :data:`~riskmodel.demand.simulation.stock_flow.BLOCK` stay whole.
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

    def again(
        self, months: int, replicates: int, seed: int, feedback: FeedbackOf | None
    ) -> Outlook:
        """The same figures and scenarios, projected with the months, replicates and seed given."""
        opening, longest = self.projection.opening_month, max(months, len(self.projection.months))
        levers = {BASELINE: Levers.after(opening, months)} | {
            each.name: each.levers(opening, longest).until(months) for each in self.scenarios
        }
        models = {} if seed == self.seed else models_of(self.source, opening)
        fitted = {stage: (each.calibration, each.learned) for stage, each in self.stages.items()}
        for stage, model in models.items():
            calibration = calibrate_model(
                model, stage, self.source.area, seed=seed, share_done=None
            )
            fitted[stage] = calibration, fitted[stage][1]
        if models:
            fitted, _ = calibrated_together(self.source, opening, fitted, self.panel, seed)
        stages = stages_of(self.source, opening, fitted, self.panel, (months, replicates, seed))
        asked = replace(self, stages=stages, levers=levers, seed=seed, feedback=feedback)
        return replace(asked, projection=asked.simulate(levers))

    def baseline(self) -> Outlook:
        """The same without its other scenarios."""
        alone = self.projection.select(scenario=BASELINE)
        return replace(self, projection=alone, levers={BASELINE: self.levers[BASELINE]})

    def drivers(self) -> pd.DataFrame:
        """What changes each expected stock from the opening to the last month, by scenario.

        Columns: scenario, stage, driver, children. For the baseline: opening, starts_as_now,
        later_starts, lengths, population where there is a projection of it, chance (by how much the
        simulated mean differs), closing. For another scenario, compared with the baseline: each
        lever alone, together and remainder.
        """
        number = len(self.projection.months)
        rows = []
        for stage, inputs in self.inputs.items():
            parts = course_drivers(inputs, number, self._of_as_many(stage))
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
                drawn = levers.drawn(self.seed, self.projection.replicates)
                found = scenario_drivers(self.inputs, drawn, number)
                found.insert(0, "scenario", name)
                pieces.append(found.rename(columns={"lever": "driver"}))
        return pd.concat(pieces, ignore_index=True)

    def _of_as_many(self, stage: str) -> StageInputs | None:
        """Inputs without the change of the population; None where nothing follows it."""
        people, opening = self.source.people, self.projection.opening_month
        if people is None:
            return None
        outlook = self.stages[stage]
        grown = children_in(outlook, people, opening)
        return people.without(outlook.inputs, stage, opening, self.seed, grown)

    def flows(self, month: str | None = None) -> Flows:
        """Children who start, end and move from the opening to the end of a month, by scenario.

        Columns of its frame: scenario, lever, from, to, children, low, high, level, basis. Rows
        without a lever count all who start, from ``outside``, and all who end; for the baseline
        also those of them whose moves between stages are counted
        (:class:`riskmodel.snapshots.StageMoves`). Rows with a lever count the children whom it
        moves: they are at ``from`` without the scenario, at ``to`` with it.

        Raises
        ------
        UnknownNameError
            When the month is not projected.
        """
        from riskmodel.demand.moved import Flows, flows_frame, known_moves

        month = self.projection.months[-1] if month is None else month
        return Flows(month, flows_frame(self, month), known_moves(self))

    def matrix(self) -> FlowMatrix:
        """Who stays, moves, enters and leaves in each month, by scenario; nobody is lost."""
        from riskmodel.demand.matrix import flow_matrix

        return flow_matrix(self)

    def calibration_frame(self) -> pd.DataFrame:
        """Parameters of every stage, as calibrated."""
        return pd.concat(
            [each.calibration.to_frame() for each in self.stages.values()], ignore_index=True
        )

    def observations_frame(self) -> pd.DataFrame:
        """The authority's own figures, and what the calibration expects."""
        return pd.concat(
            [each.calibration.observations_frame() for each in self.stages.values()],
            ignore_index=True,
        )

    @property
    def warnings(self) -> tuple[str, ...]:
        """Problems in words, those of a stage with its name."""
        calibrated = (
            f"{stage}: {warning}"
            for stage, each in self.stages.items()
            for warning in each.calibration.warnings
        )
        return (*self.notes, *calibrated)


def project(  # noqa: PLR0913  each is a word of the question
    source: DemandSource,
    *,
    months: int = 60,
    replicates: int = 2000,
    seed: int = 1,
    scenarios: Sequence[NamedLevers] = (),
    panel: AuthorityPanel | Learning | None = None,
    feedback: FeedbackOf | None = None,
    progress: Callable[[str], None] | None = None,
    share_done: Callable[[float], None] | None = None,
    workers: int | Engine = 1,
) -> Outlook:
    """Project the stages of a source; the baseline and scenarios share their random numbers.

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
        Scenarios in addition to the baseline, which always comes first.
    panel
        Panel to learn from, up to the last March before the opening, or what was learned already.
        With None, what ships is used, and also, with a note, if the panel has fewer than five other
        authorities.
    feedback
        From a scenario's inputs and levers to its feedback on child protection plans, or None where
        it has none. Plans with feedback are simulated month by month. For these, scenarios share
        the uncertainty of durations and starts, but not what happens to each child; for the other
        stages they share everything.
    progress
        Called with the next step, in words.
    share_done
        Called with the share of the calibrations that is done, 0 to 1. It may stay the same for a
        while and never falls.
    workers
        How many processes share the scenarios, or an engine; the bytes do not depend on it.

    Raises
    ------
    DataError
        When a stage has no stock above 0, or a number is out of range; raised before anything is
        calibrated.

    Notes
    -----
    Each stage is simulated by itself. Its simulations are then put in an order in which the stages
    move together as they did in other authorities (:mod:`riskmodel.demand.together`). This does not
    change the ranges of any stage.

    All stages open at the month of the last figure of any; a stage whose stock was last counted
    earlier is carried forward by its starts and durations. Where it has had no figure for a
    quarter, its stock at the opening is forecast, and moved as the other stages moved since
    (:mod:`riskmodel.demand.calibration.jointly`).

    Where the source has a projection of the population, starts are multiplied by the change of the
    children (:mod:`riskmodel.demand.exposure`), with one variant in each simulation for all stages.
    """
    say, share = progress or (lambda _: None), share_done or (lambda _: None)
    check_sizes(months, replicates)
    opening, people = opening_of(source), source.people
    levers = {BASELINE: Levers.after(opening, months)}
    for each in scenarios:
        levers[each.name] = each.levers(opening, months)
    models = models_of(source, opening)
    sizes = {"scenarios": len(levers), "stages": len(models), "months": months}
    check_memory(BYTES_EACH, replicates, **sizes)
    taught = {stage: learned_for(stage, opening, panel, source.code) for stage in models}
    fitted = {}
    for number, (stage, model) in enumerate(models.items()):
        say(f"calibrating {stage}")
        calibration = calibrate_model(
            model,
            stage,
            source.area,
            seed=seed,
            share_done=_part_of(share, number, len(models)),
        )
        fitted[stage] = calibration, taught[stage][0]
    fitted, carried = calibrated_together(source, opening, fitted, panel, seed)
    stages = stages_of(source, opening, fitted, panel, (months, replicates, seed))
    notes = [*source.doubts, *carried, *unplaced(levers, stages)]
    if PLAN in stages and any(brings_back(each) for each in levers.values()):
        notes.append(f"{PLAN}: {repeat_sentence(source.repeats, opening)}")
    for stage, (_, note) in taught.items():
        notes += [f"{stage}: {note}"] if note else []
        notes += stages[stage].notes
    baseline = {stage: each.inputs for stage, each in stages.items()}
    say(f"simulating {', '.join(levers)}")
    together = simulate_scenarios(
        source.area, source.label, opening, baseline, levers, seed, feedback, workers
    )
    if people is not None:
        grown = {stage: children_in(each, people, opening) for stage, each in stages.items()}
        notes += people.sentences(together, seed, grown)
    return Outlook(
        source, stages, together, levers, seed, feedback, tuple(notes), tuple(scenarios), panel
    )


def _part_of(share: Callable[[float], None], number: int, of: int) -> Callable[[float], None]:
    """Tells the share of one of several pieces of work as a share of all."""
    return lambda part: share((number + part) / of)
