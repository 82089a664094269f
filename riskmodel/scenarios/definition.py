"""A scenario: a name, a description, and its changes together with those that it inherits."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from riskmodel.core.result import Result, TextTable
from riskmodel.core.toml import Table
from riskmodel.levers import LEVERS, Destinations, Levers, RangedPart, varied_path
from riskmodel.scenarios.change import Change

__all__ = ["NAME", "Inherited", "Scenario"]

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
"""The pattern of a scenario's name."""

_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Inherited:
    """A change, and the name of the scenario that it comes from."""

    origin: str
    change: Change


@dataclass(frozen=True, slots=True, repr=False)
class Scenario(Result):
    """A named set of changes of parameters; without changes it is the baseline.

    Parameters
    ----------
    name
        Small letters, digits, ``_`` and ``-``.
    description
        What happens in it, in plain words.
    changes
        Its own.
    parents
        Scenarios that it is based on, in order; their changes hold too.
    variants
        Weights and scenarios, of which each simulation has one whose changes hold in addition. Two
        or more with weights above 0 that add up to 1, or none.
    place
        Where it is in a file; only for messages.

    Raises
    ------
    DataError
        When the name or the description is not valid, two changes act on the same lever in the same
        month and neither replaces the other, a change replaces nothing, or the variants are not
        valid.
    """

    name: str
    description: str
    changes: tuple[Change, ...] = ()
    parents: tuple[Scenario, ...] = ()
    variants: tuple[tuple[float, Scenario], ...] = ()
    place: Table = field(default=Table(), compare=False, repr=False)
    combined: tuple[Inherited, ...] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise self.place.error(
                f"{self.name!r} is no name; allowed are up to 60 small letters, digits, _ and -, "
                "such as recruitment_freeze",
                "name",
            )
        if not self.description.strip():
            raise self.place.error("is missing: what happens, in plain words", "description")
        object.__setattr__(self, "changes", tuple(self.changes))
        object.__setattr__(self, "parents", tuple(self.parents))
        object.__setattr__(self, "variants", tuple(self.variants))
        object.__setattr__(self, "combined", self._combine())
        for parent in self.parents:
            if parent.variants:
                message = f"{parent.name} has variants; name those here, in variants"
                raise self.place.error(message, "based_on")
        for key, problem in self._variant_problems():
            raise self.place.error(problem, "variants", *key)

    def _variant_problems(self) -> Iterator[tuple[tuple[str, ...], str]]:
        """What is wrong with the variants, with the name of the one."""
        if not self.variants:
            return
        if len(self.variants) < 2:
            yield (), "are two or more, of which each simulation has one"
        own = {each.change.parameter for each in self.combined}
        for weight, variant in self.variants:
            key = (variant.name,)
            if not 0 < weight < 1:
                yield key, f"a weight lies above 0 and below 1; found {weight:g}"
            if variant.variants:
                yield key, f"{variant.name} has variants itself; name those here"
            for name in variant.parameters:
                if name in own:
                    yield key, f"{variant.name} changes {name}, which this scenario changes too"
                if not LEVERS[name].takes_range:
                    yield key, f"{variant.name} changes {name}, which is one number in a scenario"
        total = sum(weight for weight, _ in self.variants)
        if abs(total - 1) > _TOLERANCE:
            yield (), f"the weights must add up to 1; they add up to {total:g}"

    def _combine(self) -> tuple[Inherited, ...]:
        own = [Inherited(self.name, change) for change in self.changes]
        _refuse_overlaps(own)
        # What comes down on two ways comes once.
        inherited = list(dict.fromkeys(each for parent in self.parents for each in parent.combined))
        kept = inherited
        for one in own:
            # A pair that only the opening month can tell apart (None) counts as overlapping where
            # the change says that it replaces.
            if one.change.replaces:
                hit = [old for old in inherited if one.change.overlaps(old.change) is not False]
                if not hit:
                    raise one.change.error(
                        f"there is nothing to replace: no scenario that {self.name} is based on "
                        f"changes {one.change.parameter} in these months",
                        "replaces",
                    )
                kept = [old for old in kept if old not in hit]
        for one in own:
            for old in kept:
                if one.change.overlaps(old.change):
                    raise one.change.error(
                        f"{old.origin} changes {old.change.parameter} too, {old.change.months}; "
                        "say `replaces = true` to put this change in its place",
                        "parameter",
                    )
        for position, one in enumerate(kept):
            for other in kept[:position]:
                if one.change.overlaps(other.change):
                    raise self.place.error(
                        f"{other.origin} and {one.origin} both change {one.change.parameter} "
                        f"({other.change.months}; {one.change.months}); give a change of your own "
                        "with `replaces = true`, or leave one of them out",
                        "based_on",
                    )
        return (*kept, *own)

    @property
    def everything(self) -> tuple[Inherited, ...]:
        """All changes, with inherited ones and those of its variants."""
        varied = (each for _, variant in self.variants for each in variant.combined)
        return (*self.combined, *varied)

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the levers that it changes, itself, by inheritance or in variants."""
        return tuple(dict.fromkeys(each.change.parameter for each in self.everything))

    def levers(self, opening_month: str, number_of_months: int) -> Levers:
        """The paths of its levers over a horizon.

        Parameters
        ----------
        opening_month
            ``YYYY-MM``; the first month of the horizon is the next.
        number_of_months
            Length of the horizon.

        Returns
        -------
        Levers
            Of the months after the opening; empty for the baseline.

        Raises
        ------
        DataError
            When a change names a month outside the horizon, or two changes of a lever overlap.
        """
        made = Levers.after(opening_month, number_of_months)
        for parameter in dict.fromkeys(each.change.parameter for each in self.combined):
            weight = np.zeros(number_of_months)
            value = np.full(number_of_months, np.nan)
            multiplier = np.ones(number_of_months)
            taken = np.zeros(number_of_months, dtype=bool)
            ranges: tuple[RangedPart, ...] = ()
            to: Destinations | None = None
            for change in (each.change for each in self.combined):
                if change.parameter != parameter:
                    continue
                part = change.weights(opening_month, number_of_months)
                acts = part > 0
                if (acts & taken).any():
                    raise change.error(
                        f"another change of {parameter} acts in the same month when the opening "
                        f"month is {opening_month}",
                        "from_month",
                    )
                taken |= acts
                ranges += change.ranged_part(opening_month, number_of_months)
                if to is not None and to != change.destinations:
                    raise change.error(
                        f"all changes of {parameter} say alike where the children are instead",
                        "to",
                    )
                to = change.destinations
                if change.multiplier is None:
                    value[acts], weight[acts] = change.number, part[acts]
                else:
                    multiplier[acts] = 1 + (change.number - 1) * part[acts]
            made = made.with_path(
                parameter,
                value=value,
                weight=weight,
                multiplier=multiplier,
                ranges=ranges,
                to=to or (),
            )
        return self._varied(made, opening_month, number_of_months)

    def _varied(self, made: Levers, opening_month: str, number_of_months: int) -> Levers:
        """With the levers of the variants."""
        variants = [
            (weight, variant.levers(opening_month, number_of_months))
            for weight, variant in self.variants
        ]
        names = dict.fromkeys(name for _, levers in variants for name in levers.changed)
        paths = (
            varied_path(name, [(weight, levers.path(name)) for weight, levers in variants])
            for name in names
        )
        return replace(made, paths=(*made.paths, *paths))

    def to_frame(self) -> pd.DataFrame:
        """A row for each change, inherited ones first; months as written."""
        columns = (
            "scenario",
            "from_scenario",
            "parameter",
            "from_month",
            "to_month",
            "operation",
            "number",
            "low",
            "high",
            "instead",
            "ramp",
            "basis",
            "reason",
            "source",
            "weight",
        )
        weights = {id(each): w for w, variant in self.variants for each in variant.combined}
        rows = [
            (
                self.name,
                each.origin,
                each.change.parameter,
                str(each.change.from_month),
                None if each.change.to_month is None else str(each.change.to_month),
                "value" if each.change.multiplier is None else "multiplier",
                each.change.number,
                None if each.change.range is None else each.change.range.low,
                None if each.change.range is None else each.change.range.high,
                each.change.instead,
                each.change.ramp,
                each.change.basis,
                each.change.reason,
                each.change.source,
                weights.get(id(each), 1.0),
            )
            for each in self.everything
        ]
        return pd.DataFrame(rows, columns=pd.Index(columns))

    def summary(self) -> str:
        """What it is, in a sentence."""
        count = len(self.everything)
        changes = f"{count} change{'' if count == 1 else 's'}" if count else "changes nothing"
        return f"{self.name}: {changes}" + (f" ({', '.join(self.parameters)})" if count else "")

    def text_tables(self) -> Sequence[TextTable]:
        """None: reasons and sources are sentences."""
        return ()

    def remarks(self) -> Sequence[str]:
        """What it is for, and each change with its reason and source."""
        lines = [f"  {' '.join(self.description.split())}"]
        if self.parents:
            lines.append(f"  Based on: {', '.join(parent.name for parent in self.parents)}.")
        if self.variants:
            said = ", ".join(f"{variant.name} {weight:.0%}" for weight, variant in self.variants)
            lines.append(f"  Each simulation has one of its variants: {said}.")
        if not self.everything:
            lines.append("  It changes nothing.")
        for each in self.everything:
            inherited = "" if each.origin == self.name else f" (of {each.origin})"
            lines += [
                "",
                f"  {each.change}{inherited}",
                f"    Reason: {' '.join(each.change.reason.split())}",
                f"    Source: {' '.join(each.change.source.split())}",
            ]
        return lines

    def to_data(self, records: list[dict[Any, Any]]) -> Any:
        """What it is for, what it is based on, and its changes."""
        return {
            "scenario": self.name,
            "description": self.description,
            "based_on": [parent.name for parent in self.parents],
            "variants": {variant.name: weight for weight, variant in self.variants},
            "changes": records,
        }


def _refuse_overlaps(own: Sequence[Inherited]) -> None:
    for position, one in enumerate(own):
        for other in own[:position]:
            if one.change.overlaps(other.change):
                line = other.change.place.line()
                where = f" (line {line})" if line else ""
                raise one.change.error(
                    f"overlaps another change of {one.change.parameter}{where}, "
                    f"{other.change.months}: a lever has one change in a month"
                    + ("; a ramp stays where it has arrived" if other.change.ramp else ""),
                    "from_month",
                )
