"""What a scenario makes of the inputs of a baseline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from riskmodel.demand.durations.laws import Floats
from riskmodel.demand.simulation.inputs import StageInputs
from riskmodel.errors import DataError
from riskmodel.levers import Levers
from riskmodel.parameters import parameter

__all__ = ["CONVERSIONS", "SPECIALIST", "change_inputs"]

CONVERSIONS = (
    "conversion.referral_to_assessment",
    "conversion.assessment_to_section_47_enquiry",
    "conversion.section_47_enquiry_to_conference",
    "conversion.conference_to_child_protection_plan",
)
"""The chain that leads to a plan; each link multiplies its starts."""

SPECIALIST = ("workforce.specialist_share", "workforce.specialist_length_multiplier")
"""A specialist team changes the length of plans only where both are set: its plans are as large a
share of all plans as its cases are of all cases."""

PLAN, LOOKED_AFTER, IN_NEED = "child_protection_plan", "looked_after", "child_in_need_plan"


def change_inputs(stages: Mapping[str, StageInputs], levers: Levers) -> dict[str, StageInputs]:
    """The inputs of each stage under a scenario's levers.

    Parameters
    ----------
    stages
        The baseline's, by stage.
    levers
        For the same months.

    Returns
    -------
    dict
        A stage that no lever changes is the very object of the baseline, so that the empty
        scenario gives the baseline's bytes.

    Raises
    ------
    DataError
        When the months differ, or a lever moves starts between stages that are not there.
    """
    months = {each.months for each in stages.values()}
    if months != {len(levers.months)}:
        raise DataError(
            f"levers of {len(levers.months)} months for a projection of "
            f"{', '.join(map(str, sorted(months)))}"
        )
    rates = {stage: _rates(stage, inputs, levers) for stage, inputs in stages.items()}
    if "diversion.early_help" in levers.changed:
        _divert(rates, levers)
    changed = {}
    for stage, inputs in stages.items():
        lengths = _lengths(stage, inputs, levers)
        if rates[stage] is inputs.rates and lengths is inputs.mean_days:
            changed[stage] = inputs
        else:
            changed[stage] = replace(
                inputs,
                rates=rates[stage],
                mean_days=lengths,
                # Those who are there at first stay as long as in the baseline.
                opening_survival=_opening_survival(inputs, lengths),
            )
    return changed


def _rates(stage: str, inputs: StageInputs, levers: Levers) -> Floats:
    rates = inputs.rates
    for name in levers.changed:
        if name == f"starts.{stage}":
            rates = levers.apply(name, rates)
        elif name == "population_0_17" or (stage == PLAN and name in CONVERSIONS):
            rates = rates * levers.apply(name)
        elif name == "starts.unaccompanied_children" and stage == LOOKED_AFTER:
            usual = parameter("unaccompanied_share_of_starts").value
            share = levers.apply(name, np.full(inputs.months, usual))
            rates = rates * (1 - usual + share)
    return rates


def _divert(rates: dict[str, Floats], levers: Levers) -> None:
    """Early help turns a share of plans for protection into plans for a child in need."""
    if PLAN not in rates or IN_NEED not in rates:
        raise DataError(
            f"diverts starts from {PLAN} to {IN_NEED}; the projection holds {', '.join(rates)}",
            field="diversion.early_help",
        )
    share = levers.apply("diversion.early_help", np.zeros(len(levers.months)))
    rates[IN_NEED] = rates[IN_NEED] + share * rates[PLAN]
    rates[PLAN] = (1 - share) * rates[PLAN]


def _lengths(stage: str, inputs: StageInputs, levers: Levers) -> Floats:
    name = f"length.{stage}"
    special = _specialist_multiplier(levers) if stage == PLAN else None
    if name not in levers.changed and special is None:
        return inputs.mean_days
    mean = inputs.mean_days
    by_month = mean if mean.ndim == 2 else np.repeat(mean[:, None], inputs.months, axis=1)
    changed = levers.apply(name, by_month)
    return changed if special is None else changed * special


def _specialist_multiplier(levers: Levers) -> Floats | None:
    """What a specialist team that holds a share of the plans does to their mean length."""
    if not set(SPECIALIST) <= set(levers.changed):
        return None
    share, multiplier = (levers.apply(name) for name in SPECIALIST)
    return 1 - share * (1 - multiplier)


def _opening_survival(inputs: StageInputs, lengths: Floats) -> Floats | None:
    if inputs.opening_survival is not None or lengths is inputs.mean_days:
        return inputs.opening_survival
    from riskmodel.demand.monthly import end_shares, open_left

    mean = inputs.mean_days if inputs.mean_days.ndim == 1 else inputs.mean_days[:, 0]
    left = open_left(end_shares(inputs.family, mean, inputs.shape, inputs.months), mean)
    return np.minimum.accumulate(left.T, axis=1)
