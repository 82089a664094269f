"""Scenarios as the page keeps them, so that one can start from any of the folder."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from riskmodel.levers import LEVERS, Lever, Range
from riskmodel.report.whatif.stored import kept_uniforms
from riskmodel.streams import uniforms

if TYPE_CHECKING:
    from riskmodel.scenarios import Scenario
    from riskmodel.scenarios.change import Change
    from riskmodel.scenarios.definition import Inherited

__all__ = ["kept_levers", "kept_luck", "kept_scenario", "kept_scenarios"]


def kept_scenarios(scenarios: Iterable[Scenario]) -> Iterator[dict[str, Any]]:
    """Every scenario to start from; of one with variants each of these, beside its own changes."""
    for each in scenarios:
        yield kept_scenario(each)
        for weight, variant in each.variants:
            yield kept_scenario(variant) | {
                "name": f"{each.name}_{variant.name}",
                "label": f"{_words(each.name)}: {_words(variant.name)} "
                f"({100 * weight:.0f}% of simulations)",
                "changes": [_change(one.change) for one in (*each.combined, *variant.combined)],
                "refused": _refused(each.combined, variant.combined),
            }


def kept_scenario(scenario: Scenario) -> dict[str, Any]:
    """A scenario with all its changes, inherited ones too, and why it cannot be started from."""
    return {
        "name": scenario.name,
        "label": _words(scenario.name),
        "description": " ".join(scenario.description.split()),
        "changes": [_change(each.change) for each in scenario.combined],
        "refused": "start from one of its variants"
        if scenario.variants
        else _refused(scenario.combined),
    }


def _refused(*changes: Iterable[Inherited]) -> str:
    names = (one.change.parameter for each in changes for one in each)
    loops = any(LEVERS[name].acts_on == "feedback" for name in names)
    return "caseload acts back on plans: riskmodel project alone" if loops else ""


def _words(name: str) -> str:
    return name.replace("_", " ")


def _change(change: Change) -> dict[str, Any]:
    is_multiplier = change.multiplier is not None
    return {
        "parameter": change.parameter,
        "from": change.from_month,
        "to": change.to_month,
        "multiplier": is_multiplier,
        "number": change.multiplier if is_multiplier else change.value,
        "distribution": change.distribution,
        "ramp": change.ramp,
        "instead": [
            [name, [share.low, share.high] if isinstance(share, Range) else share]
            for name, share in change.destinations
        ],
        "reason": " ".join(change.reason.split()),
        "source": " ".join(change.source.split()),
    }


def kept_levers() -> list[dict[str, Any]]:
    """Every lever with its limits, in the order in which they act."""
    return [_lever(each) for each in LEVERS.values()]


def _lever(lever: Lever) -> dict[str, Any]:
    return {
        "name": lever.name,
        "label": lever.label,
        "unit": lever.unit,
        "lowest": lever.lowest,
        "highest": lever.most,
        "bounded": math.isfinite(lever.highest),
        "limits": lever.believed,
        "operations": lever.operations,
        "neutral": lever.neutral,
        "whole": lever.whole,
        "moves": lever.moves,
        "elsewhere": lever.elsewhere,
        "takes_range": lever.takes_range,
    }


def kept_luck(seed: int, kept: int) -> Mapping[str, Any]:
    """Of each lever that may be a range, the numbers from which the simulations draw theirs."""
    names: Sequence[str] = [
        f"levers/{each.name}{end}"
        for each in LEVERS.values()
        if each.takes_range
        for end in (("", "/to") if each.moves else ("",))
    ]
    return kept_uniforms({name: uniforms(seed, name, kept) for name in names})
