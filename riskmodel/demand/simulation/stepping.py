"""Stocks and flows month by month, where they depend on how many children there are.

The state is, for each replicate and stage, how many children of each month of start are still
there, and how many of those at the opening. Each month a binomial share of each group ends.
Children of the same month are alike and independent, so without feedback the distribution is that
of the exact simulation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from riskmodel.core.arrays import Floats, Integers
from riskmodel.demand.durations import laws
from riskmodel.demand.durations.laws import DAYS_A_MONTH
from riskmodel.demand.simulation.inputs import Flows, StageInputs
from riskmodel.demand.simulation.stock_flow import BLOCK
from riskmodel.errors import DataError
from riskmodel.parameters import parameter
from riskmodel.streams import stream

__all__ = ["Feedback", "simulate_with_feedback"]

_Counts = npt.NDArray[np.int32]

Feedback = Callable[[int, _Counts], tuple[npt.ArrayLike, npt.ArrayLike]]
"""From the month's number (0 for the first) and the stocks at its start, shape (replicate, stage),
to two multipliers, each broadcast to that shape: of expected starts in the month, and of the
remaining durations during the month."""

_LEAST, _MOST = 0.01, 100.0


@dataclass(slots=True)
class _Draws:
    """Counts by replicate, each block of replicates from its own stream."""

    generators: list[np.random.Generator]

    def poisson(self, rates: Floats) -> Integers:
        return np.concatenate([each.poisson(rates[rows]) for each, rows in self._blocks()])

    def binomial(self, number: Integers, share: Floats) -> Integers:
        sound = np.clip(share, 0.0, 1.0)
        return np.concatenate(
            [each.binomial(number[rows], sound[rows]) for each, rows in self._blocks()]
        )

    def gamma(self, shape: Floats) -> Floats:
        return np.concatenate([each.standard_gamma(shape[rows]) for each, rows in self._blocks()])

    def _blocks(self) -> Iterator[tuple[np.random.Generator, slice]]:
        for number, each in enumerate(self.generators):
            yield each, slice(number * BLOCK, (number + 1) * BLOCK)


@dataclass(slots=True)
class _Stage:
    """The state of one stage, and the clock that its children's lengths run by.

    A multiplier of c on the length still to come makes that clock run 1 / c as fast. The month's
    starts are uniform in it, as the multiplier is one number a month.
    """

    name: str
    inputs: StageInputs
    draws: _Draws
    there: Integers = field(init=False)
    opening: Integers = field(init=False)
    clock: Floats = field(init=False)
    share: Floats = field(init=False)
    opening_share: Floats = field(init=False)
    starts: _Counts = field(init=False)
    ends: _Counts = field(init=False)

    def __post_init__(self) -> None:
        replicates, months = self.inputs.rates.shape
        self.there = np.zeros((replicates, months), dtype=np.int64)
        self.opening = self.inputs.opening.copy()
        self.clock = np.zeros((replicates, months + 1))
        self.share = np.ones((replicates, months))
        self.opening_share = np.ones(replicates)
        self.starts = np.zeros((replicates, months), dtype=np.int32)
        self.ends = np.zeros((replicates, months), dtype=np.int32)

    @property
    def stock(self) -> _Counts:
        return np.asarray(self.opening + self.there.sum(axis=1), dtype=np.int32)

    def step(self, month: int, more_starts: Floats, longer: Floats) -> None:
        rates = self.inputs.rates[:, month] * more_starts
        if self.inputs.overdispersion is not None:
            excess = self.inputs.overdispersion - 1
            unit = np.where(excess > 0, excess, 1.0)
            rates = np.where(excess > 0, self.draws.gamma(rates / unit) * unit, rates)
        begun = self.draws.poisson(rates)
        self.there[:, month] = begun
        self.starts[:, month] = begun
        self.clock[:, month + 1] = self.clock[:, month] + 1 / longer
        left = self._left(month)
        before = np.maximum(self.share[:, : month + 1], np.finfo(np.float64).tiny)
        ended = self.draws.binomial(self.there[:, : month + 1], 1 - left / before)
        self.there[:, : month + 1] -= ended
        self.share[:, : month + 1] = left
        opening_left = np.minimum(self._opening_left(month), self.opening_share)
        before_first = np.maximum(self.opening_share, np.finfo(np.float64).tiny)
        opening_ended = self.draws.binomial(self.opening, 1 - opening_left / before_first)
        self.opening -= opening_ended
        self.opening_share = opening_left
        self.ends[:, month] = ended.sum(axis=1) + opening_ended

    def _left(self, month: int) -> Floats:
        """Share of each month's starts that is still there, (replicate, month + 1)."""
        now, edges = self.clock[:, month + 1, None], self.clock[:, : month + 2]
        mean, shape = self.inputs.mean_days, self.inputs.shape[:, None]
        family, days = self.inputs.family, (now - edges) * DAYS_A_MONTH
        if mean.ndim == 1:
            total = laws.equilibrium(family, days, mean[:, None], shape) * mean[:, None]
            present = total[:, :-1] - total[:, 1:]
        else:
            of_start = mean[:, : month + 1]
            present = of_start * (
                laws.equilibrium(family, days[:, :-1], of_start, shape)
                - laws.equilibrium(family, days[:, 1:], of_start, shape)
            )
        widths = np.diff(edges, axis=1) * DAYS_A_MONTH
        return np.asarray(np.minimum(present / widths, self.share[:, : month + 1]))

    def _opening_left(self, month: int) -> Floats:
        now, given = self.clock[:, month + 1], self.inputs.opening_survival
        if given is None:
            mean = self.inputs.mean_days
            first = mean if mean.ndim == 1 else mean[:, 0]
            return 1 - laws.equilibrium(
                self.inputs.family, now * DAYS_A_MONTH, first, self.inputs.shape
            )
        return _between_months(given, now)


def simulate_with_feedback(
    stages: Mapping[str, StageInputs],
    feedback: Feedback,
    *,
    seed: int,
    purpose: str = "demand",
    runaway: float | None = None,
    given: Mapping[str, Flows] | None = None,
) -> dict[str, Flows]:
    """Several stages together, month by month, with feedback from their stocks.

    Parameters
    ----------
    stages
        What each stage is simulated from, in the order of the columns that ``feedback`` sees; all
        have the same replicates and months.
    feedback
        Called at the start of each month; see :data:`Feedback`. A function that returns (1, 1)
        gives the distribution of :func:`~riskmodel.demand.simulation.stock_flow.simulate_stage`.
    seed, purpose
        Each block of replicates of each stage has the stream (seed, purpose/stage, block).
    runaway
        The largest multiple that a stage may reach of its opening stock, or of the stock that
        follows from its own starts and durations if that is larger; None takes
        ``feedback_runaway_multiple``.
    given
        Flows of stages that feedback does not act on: the function is given their stocks, and its
        multipliers for them are not used.

    Raises
    ------
    DataError
        When shapes differ, a multiplier is not between 0.01 and 100, or a stock grows without end;
        the message names the stage, the month and the number of replicates.
    """
    shapes = {each.rates.shape for each in stages.values()}
    if len(shapes) != 1:
        raise DataError(
            "stages that feed back on one another need the same replicates and months; got "
            f"{', '.join(str(each) for each in sorted(shapes)) or 'no stage'}"
        )
    replicates, months = shapes.pop()
    multiple = parameter("feedback_runaway_multiple").value if runaway is None else runaway
    blocks = range((replicates + BLOCK - 1) // BLOCK)
    known = given or {}
    states = {
        place: _Stage(name, each, _Draws([stream(seed, f"{purpose}/{name}", n) for n in blocks]))
        for place, (name, each) in enumerate(stages.items())
        if name not in known
    }
    limits = {place: multiple * _usual_stock(state.inputs) for place, state in states.items()}
    by_month = np.zeros((replicates, months + 1, len(stages)), dtype=np.int32)
    for place, (name, each) in enumerate(stages.items()):
        by_month[:, 0, place] = each.opening
        if name in known:
            by_month[:, 1:, place] = known[name].stock
    for month in range(months):
        stocks = by_month[:, month]
        more_starts, longer = _multipliers(feedback(month, stocks), stocks.shape, month)
        for place, state in states.items():
            state.step(month, more_starts[:, place], longer[:, place])
            by_month[:, month + 1, place] = state.stock
            _refuse_runaway(state.name, state.stock, limits[place], multiple, month)
    made = {
        state.name: Flows(state.starts, state.ends, np.ascontiguousarray(by_month[:, 1:, place]))
        for place, state in states.items()
    }
    return {name: made[name] if name in made else known[name] for name in stages}


def _usual_stock(inputs: StageInputs) -> Floats:
    mean = inputs.mean_days if inputs.mean_days.ndim == 1 else inputs.mean_days.max(axis=1)
    held = inputs.rates.max(axis=1) * mean / DAYS_A_MONTH
    return np.asarray(np.maximum(np.maximum(inputs.opening, held), 1.0))


def _multipliers(
    given: tuple[npt.ArrayLike, npt.ArrayLike], shape: tuple[int, ...], month: int
) -> tuple[Floats, Floats]:
    made = []
    for name, values in zip(("starts", "length"), given, strict=True):
        try:
            spread = np.broadcast_to(np.asarray(values, dtype=np.float64), shape)
        except ValueError as error:
            raise DataError(
                f"the multiplier of {name} must fit the shape (replicate, stage), {shape}; got "
                f"{np.shape(values)}"
            ) from error
        if not ((spread >= _LEAST) & (spread <= _MOST)).all():
            raise DataError(
                f"the multiplier of {name} in month {month + 1} must be from {_LEAST:g} to "
                f"{_MOST:g}; got {spread.min():g} to {spread.max():g}"
            )
        made.append(spread)
    return made[0], made[1]


def _refuse_runaway(name: str, stock: _Counts, limit: Floats, multiple: float, month: int) -> None:
    over = int((stock > limit).sum())
    if over:
        raise DataError(
            f"feedback runs away: the stock of {name} passed {multiple:g} times its usual size by "
            f"month {month + 1} in {over} of {len(stock)} simulations; the elasticities together "
            "amplify more than they die away, so make them smaller"
        )


def _between_months(given: Floats, at: Floats) -> Floats:
    """Survival between months, straight on its log; past the last month it goes on falling."""
    logs = np.log(
        np.maximum(
            np.concatenate([np.ones((len(given), 1)), given], axis=1), np.finfo(np.float64).tiny
        )
    )
    whole = np.minimum(np.floor(at).astype(np.intp), logs.shape[1] - 2)
    row = np.arange(len(given))
    low, high = logs[row, whole], logs[row, whole + 1]
    return np.asarray(np.exp(low + (at - whole) * (high - low)))
