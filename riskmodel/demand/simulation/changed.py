"""How a scenario changes the inputs of a baseline."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from riskmodel.core.arrays import Floats
from riskmodel.core.labels import label
from riskmodel.demand.implied import expected_stock
from riskmodel.demand.monthly import end_shares, open_left
from riskmodel.demand.simulation.inputs import StageInputs
from riskmodel.demand.simulation.repeats import later_repeats
from riskmodel.errors import DataError
from riskmodel.levers import OUTSIDE, Levers
from riskmodel.parameters import parameter

__all__ = [
    "CONVERSIONS",
    "REPEATS",
    "SPECIALIST",
    "Move",
    "brings_back",
    "change_inputs",
    "moves",
    "unplaced",
]

CONVERSIONS = (
    "conversion.referral_to_assessment",
    "conversion.assessment_to_section_47_enquiry",
    "conversion.section_47_enquiry_to_conference",
    "conversion.conference_to_child_protection_plan",
)
"""The links of the chain that leads to a plan; each multiplies the starts of plans."""

SPECIALIST = ("workforce.specialist_share", "workforce.specialist_length_multiplier")
"""A specialist team changes the duration of plans only where both are set: its share of all plans
is its share of all cases."""

PLAN, LOOKED_AFTER, CLOSED = "child_protection_plan", "looked_after", "closed"

REPEATS = "repeat_plans"
"""Used in place of a lever's name: children who come back to a plan, more or fewer than in the
baseline, because more or fewer plans ended before."""

_POPULATION = "population_0_17"


class Move(NamedTuple):
    """Expected children whom one lever takes out of a stage, and where they are instead.

    Parameters
    ----------
    lever
        Its name.
    origin, destination
        The stage they are taken from, and the stage, or place outside all stages, where they go.
    children
        In each month, shape (replicate, month); below 0 where the lever brings children into the
        origin who would otherwise have been at the destination.
    """

    lever: str
    origin: str
    destination: str
    children: Floats


def change_inputs(stages: Mapping[str, StageInputs], levers: Levers) -> dict[str, StageInputs]:
    """The inputs of each stage under a scenario's levers.

    Parameters
    ----------
    stages
        The baseline's, by stage.
    levers
        For the same months; a range counts with its middle unless it is drawn.

    Returns
    -------
    dict
        A stage that no lever changes is the baseline's object itself, so the empty scenario gives
        the same bytes as the baseline.

    Raises
    ------
    DataError
        When the months differ, or a lever moves children from a stage that has too few of them.
    """
    return _moved(stages, levers)[0]


def moves(stages: Mapping[str, StageInputs], levers: Levers) -> tuple[Move, ...]:
    """Where a scenario's levers move children; see :func:`change_inputs`.

    Notes
    -----
    Nobody is lost. If fewer children start in a stage, as many more start elsewhere, in each month
    and simulation. Children whose stay becomes shorter are elsewhere for the time gained: the
    expected stocks elsewhere grow by what the stage's expected stock loses, and the children moved
    in a month are the change of that. Children who do not come back to a plan because they never
    had one have no open case instead.
    """
    return _moved(stages, levers)[1]


def brings_back(levers: Levers) -> bool:
    """Whether a scenario changes how many plans end, and so how many children come back to one.

    Levers that set the number of starts or of children already include repeat plans.
    """
    changed = set(levers.changed)
    return (
        bool(changed & {*CONVERSIONS, "diversion.early_help", f"length.{PLAN}"})
        or changed >= set(SPECIALIST)
        or any(name == PLAN for path in levers.paths for name, _ in path.to)
    )


def unplaced(scenarios: Mapping[str, Levers], stages: Collection[str]) -> Iterator[str]:
    """Sentences on children whom a scenario moves to a stage that is not projected.

    Parameters
    ----------
    scenarios
        Levers by scenario.
    stages
        Those that are projected.
    """
    for scenario, levers in scenarios.items():
        names = {name for path in levers.paths for name, _ in path.to}
        for name in sorted(names - {*stages, *OUTSIDE}):
            yield (
                f"{scenario}: children whom it moves to “{label(name).row.lower()}” are counted "
                "outside what is projected, for there are no figures of that group: neither "
                "caseload nor cost holds them"
            )


def _moved(
    stages: Mapping[str, StageInputs], levers: Levers
) -> tuple[dict[str, StageInputs], tuple[Move, ...]]:
    months = {each.months for each in stages.values()}
    if months != {len(levers.months)}:
        raise DataError(
            f"levers of {len(levers.months)} months for a projection of "
            f"{', '.join(map(str, sorted(months)))}"
        )
    lengths = {stage: _lengths(stage, inputs, levers) for stage, inputs in stages.items()}
    rates, found = _started(stages, levers, lengths)
    changed = {
        stage: inputs
        if rates[stage] is inputs.rates and lengths[stage] is inputs.mean_days
        else replace(
            inputs,
            rates=rates[stage],
            mean_days=lengths[stage],
            # Those who are there at first stay as long as in the baseline.
            opening_survival=_opening_survival(inputs, lengths[stage]),
        )
        for stage, inputs in stages.items()
    }
    shorter = [
        move
        for stage, inputs in stages.items()
        if lengths[stage] is not inputs.mean_days
        for move in _time_gained(stage, inputs.mean_days, changed[stage], levers)
    ]
    for move in shorter:
        if move.destination in changed:
            _add(rates, move, _starts_that_hold(changed[move.destination], move.children))
            _check(rates, levers)
            changed[move.destination] = replace(
                changed[move.destination], rates=rates[move.destination]
            )
    return changed, (*found, *shorter)


def _started(
    stages: Mapping[str, StageInputs], levers: Levers, lengths: Mapping[str, Floats]
) -> tuple[dict[str, Floats], list[Move]]:
    """Expected starts of every stage, children who come back among them, and who is moved."""
    found: dict[str, list[Move]] = {stage: [] for stage in stages}
    rates = {
        stage: _rates(stage, each.rates, levers, found[stage]) for stage, each in stages.items()
    }
    if PLAN in stages and stages[PLAN].repeats is not None:
        coming = [
            move.children for own in found.values() for move in own if move.destination == PLAN
        ]
        again = _repeats(stages[PLAN], levers, rates[PLAN] + sum(coming), lengths[PLAN])
        if again is not None:
            found[PLAN] = [Move(REPEATS, PLAN, CLOSED, -again)]
            rates[PLAN] = _rates(PLAN, stages[PLAN].rates + again, levers, found[PLAN])
    moved = [move for own in found.values() for move in own]
    for move in moved:
        _add(rates, move, move.children)
    _check(rates, levers)
    return rates, moved


def _repeats(inputs: StageInputs, levers: Levers, rates: Floats, lengths: Floats) -> Floats | None:
    """How many more come back to a plan, before the levers act on them; None where none can.

    Notes
    -----
    Levers that say how many starts there are, and how many children, say so of repeat plans too:
    it is for what is changed beside them that more or fewer come back.
    """
    if not brings_back(levers):
        return None
    said = levers.only(name for name in (f"starts.{PLAN}", _POPULATION) if name in levers.changed)
    stated = _rates(PLAN, inputs.rates, said, [])
    kept = np.ones(inputs.months)
    for path in levers.paths:
        if path.name == f"starts.{PLAN}":
            kept = kept * (1 - path.weight) * path.multiplier
        elif path.name in (*CONVERSIONS, _POPULATION):
            kept = kept * levers.apply(path.name)
        elif path.name == "diversion.early_help":
            kept = kept * (1 - levers.apply(path.name))
    return later_repeats(
        replace(inputs, rates=stated),
        replace(inputs, rates=np.maximum(rates, 0.0), mean_days=lengths),
        kept,
        inputs.rates,
    )


def _add(rates: dict[str, Floats], move: Move, starts: Floats) -> None:
    """Let children start where they are instead, where that is projected."""
    if move.destination not in rates:
        return
    rates[move.destination] = rates[move.destination] + starts


def _check(rates: Mapping[str, Floats], levers: Levers) -> None:
    for stage, starts in rates.items():
        if starts.min() < 0:
            month = int(np.argwhere(starts < 0)[0][1])
            raise DataError(
                f"takes more children from {stage} in {levers.months[month]} than start there; "
                "let fewer of them come from it"
            )


def _rates(stage: str, rates: Floats, levers: Levers, found: list[Move]) -> Floats:
    """Expected starts after each lever in turn; what each takes away is found."""
    for path in levers.paths:
        name, before = path.name, rates
        if name == f"starts.{stage}":
            rates = levers.apply(name, rates)
        elif name == _POPULATION or (stage == PLAN and name in CONVERSIONS):
            rates = rates * levers.apply(name)
        elif name == "starts.unaccompanied_children" and stage == LOOKED_AFTER:
            usual = parameter("unaccompanied_share_of_starts").value
            share = levers.apply(name, np.full(rates.shape[1], usual))
            rates = rates * (1 - usual + share)
        elif name == "diversion.early_help" and stage == PLAN:
            rates = rates * (1 - levers.apply(name))
        if rates is not before:
            found += _shared(name, stage, before - rates, path.to)
    return rates


def _shared(
    lever: str, stage: str, children: Floats, to: Sequence[tuple[str, Any]]
) -> Iterator[Move]:
    for destination, share in to or ((CLOSED, 1.0),):
        part = np.asarray(share, dtype=np.float64)
        yield Move(lever, stage, destination, children * (part[:, None] if part.ndim else part))


def _lengths(stage: str, inputs: StageInputs, levers: Levers) -> Floats:
    name = f"length.{stage}"
    special = _specialist_multiplier(levers) if stage == PLAN else None
    if name not in levers.changed and special is None:
        return inputs.mean_days
    mean = inputs.mean_days
    by_month = mean if mean.ndim == 2 else np.repeat(mean[:, None], inputs.months, axis=1)
    changed = levers.apply(name, by_month)
    changed = changed if special is None else changed * special
    # One length for all months is the same law, and a fraction of the work.
    is_level = mean.ndim == 1 and bool((changed == changed[:, :1]).all())
    return np.ascontiguousarray(changed[:, 0]) if is_level else changed


def _time_gained(stage: str, before: Floats, after: StageInputs, levers: Levers) -> Iterator[Move]:
    """Children whom shorter stays have taken out of a stage by each month, as their change."""
    names = [name for name in (f"length.{stage}", SPECIALIST[1]) if name in levers.changed]
    # The lever of the stage acts first; what a specialist team does comes on top.
    ends = [after.mean_days]
    if len(names) == 2 and stage == PLAN and set(SPECIALIST) <= set(levers.changed):
        ends = [_lengths(stage, replace(after, mean_days=before), levers.without(names[1])), *ends]
    nobody, longer = np.zeros(after.replicates), before
    for name, shorter in zip(names if len(ends) == 2 else names[:1], ends, strict=True):
        stocks = [
            expected_stock(nobody, after.rates, each, after.shape, family=after.family)
            for each in (longer, shorter)
        ]
        gained = np.diff(stocks[0] - stocks[1], axis=1, prepend=0.0)
        yield from _shared(name, stage, gained, levers.path(name).to)
        longer = shorter


def _starts_that_hold(inputs: StageInputs, children: Floats) -> Floats:
    """Starts that hold up a stock which changes by so many in each month; below 0 where it falls.

    Notes
    -----
    Solved forwards, as :func:`riskmodel.demand.implied.implied_starts` does, with either sign.
    """
    wanted = np.cumsum(children, axis=1).T
    mean, months = inputs.mean_days, inputs.months
    level = mean if mean.ndim == 1 else mean[:, 0]
    staying = [_staying(inputs, level, months)]
    if mean.ndim == 2:
        staying += [_staying(inputs, mean[:, at], months - at) for at in range(1, months)]
    starts = np.zeros_like(wanted)
    held = np.zeros_like(wanted)
    for month in range(months):
        stay = staying[month if len(staying) > 1 else 0]
        starts[month] = (wanted[month] - held[month]) / stay[0]
        held[month:] += stay[: months - month] * starts[month]
    return np.ascontiguousarray(starts.T)


def _staying(inputs: StageInputs, mean: Floats, months: int) -> Floats:
    """Share of a month's starts still there so many months later, shape (month, replicate)."""
    ended = end_shares(inputs.family, mean, inputs.shape, months)
    return np.maximum(1 - np.cumsum(ended, axis=0), 0.0)


def _specialist_multiplier(levers: Levers) -> Floats | None:
    """What a specialist team that holds a share of the plans does to their mean length."""
    if not set(SPECIALIST) <= set(levers.changed):
        return None
    share, multiplier = (levers.apply(name) for name in SPECIALIST)
    return 1 - share * (1 - multiplier)


def _opening_survival(inputs: StageInputs, lengths: Floats) -> Floats | None:
    if inputs.opening_survival is not None or lengths is inputs.mean_days:
        return inputs.opening_survival
    mean = inputs.mean_days if inputs.mean_days.ndim == 1 else inputs.mean_days[:, 0]
    left = open_left(end_shares(inputs.family, mean, inputs.shape, inputs.months), mean)
    return np.minimum.accumulate(left.T, axis=1)
