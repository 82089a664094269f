"""A stage without recent figures of its own, calibrated together with the stages that have them.

Before the data the yearly moves of starts are standard normal, and independent between stages. In
truth stages move together. Given the rates of starts, the figures of one stage say nothing of
another's, so with correlated moves the posterior of all stages is the product of their posteriors
times N(moves; 0, C) / N(moves; 0, I), C the correlation of the moves. It is had by weighing the
draws that each stage's own calibration gave; nothing is calibrated anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from riskmodel.core.arrays import Floats
from riskmodel.demand.calibration.model import step_kept, step_size
from riskmodel.demand.calibration.result import Calibration, weight_warnings
from riskmodel.demand.calibration.sampling import systematic
from riskmodel.projection import months_between
from riskmodel.streams import stream

__all__ = ["beside_others", "joint_weights", "yearly_moves"]

_OF_OTHERS = 500
"""Draws of each other stage that are weighed with, the first ones: they stand in no order."""


def beside_others(
    own: Calibration, others: Sequence[Calibration], correlations: Floats, seed: int
) -> Calibration:
    """One stage's calibration as it is beside those of one or two others.

    Parameters
    ----------
    own
        Of the stage.
    others
        Of the other stages of the same authority.
    correlations
        Of yearly moves of log starts between stages, the stage's own row first, then the others
        in their order; positive definite.
    seed
        The user's seed.

    Returns
    -------
    Calibration
        With as many draws, chosen anew from its own: some stand more than once. The effective
        number of draws says how many they are worth, ``moved`` how far the last stock moves by
        it. What each figure was expected to be is still what the stage's own figures say.
    """
    weights = joint_weights(own, others, correlations)
    generator = stream(seed, f"demand/{own.stage}/beside_others")
    chosen = systematic(weights, len(weights), generator)
    effective = own.effective / (len(weights) * float((weights**2).sum()))
    before = weight_warnings(own.pareto_k, own.effective)
    closing = np.log(own.of("closing_stock") + 1)
    return replace(
        own,
        draws=own.draws[chosen],
        effective=effective,
        moved=float(weights @ closing - closing.mean()),
        warnings=(
            *weight_warnings(own.pareto_k, effective),
            *(each for each in own.warnings if each not in before),
        ),
    )


def joint_weights(own: Calibration, others: Sequence[Calibration], correlations: Floats) -> Floats:
    """Chance of each draw of a stage beside the draws of one or two others; they add up to 1.

    The sum over all combinations of the others' draws, exactly: two products of matrices.
    """
    stages = [own, *others]
    moves = [yearly_moves(own), *(yearly_moves(each)[:_OF_OTHERS] for each in others)]
    excess = np.linalg.inv(_correlation(stages, correlations)) - np.eye(
        sum(each.shape[1] for each in moves)
    )
    if len(moves) == 2:
        moves.append(np.zeros((1, 0)))
    ends = np.cumsum([0, *(each.shape[1] for each in moves)])
    first, second, third = (slice(*bounds) for bounds in pairwise(ends.tolist()))

    def ratio(log: Floats) -> Floats:
        return np.asarray(np.exp(log - log.max()))

    def alone(place: int, part: slice) -> Floats:
        return np.asarray(-0.5 * ((moves[place] @ excess[part, part]) * moves[place]).sum(axis=1))

    def beside(one: int, part: slice, two: int, other: slice) -> Floats:
        return np.asarray(-(moves[one] @ excess[part, other] @ moves[two].T))

    through = ratio(beside(0, first, 2, third) + alone(2, third)) @ ratio(
        beside(2, third, 1, second)
    )
    found = (ratio(beside(0, first, 1, second) + alone(1, second)) * through).sum(axis=1)
    weights = ratio(alone(0, first)) * found
    return np.asarray(weights / weights.sum())


def yearly_moves(calibration: Calibration) -> Floats:
    """Moves of the log rate of starts, standard normal before the data, shape (draw, step - 1).

    The first step has none: it is drawn from where a level that reverts is found at any time.
    """
    months = calibration.model.step_months
    persistence = calibration.of("persistence")
    size = calibration.of("step_sd") * step_size(persistence, months)
    away = np.log(calibration.starts_a_year / calibration.of("level")[:, None])
    kept = step_kept(persistence, months)[:, None]
    return np.asarray((away[:, 1:] - kept * away[:, :-1]) / size[:, None])


def _correlation(stages: Sequence[Calibration], correlations: Floats) -> Floats:
    """Of all moves of all stages: between two, that of their stages times the time they share."""
    earliest = min(each.model.origin for each in stages)
    begins, ends, stage_of = [], [], []
    for place, each in enumerate(stages):
        model = each.model
        first = months_between(earliest, model.origin)
        found = first + model.step_months * np.arange(1, model.steps)
        begins.append(found)
        ends.append(found + model.step_months)
        stage_of.append(np.full(len(found), place))
    begin, end, stage = (np.concatenate(each) for each in (begins, ends, stage_of))
    shared = np.minimum(end[:, None], end) - np.maximum(begin[:, None], begin)
    length = end - begin
    share = np.maximum(shared, 0) / np.sqrt(length[:, None] * length)
    return np.asarray(correlations[np.ix_(stage, stage)] * share)
