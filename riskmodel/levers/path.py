"""How a lever differs from the baseline in each month: a number, a range, or several variants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from riskmodel.core.arrays import Bools, Floats, lock
from riskmodel.errors import DataError
from riskmodel.levers.destinations import Destinations
from riskmodel.levers.ranges import Range
from riskmodel.levers.registry import lever
from riskmodel.streams import uniforms

__all__ = ["LeverPath", "RangedPart", "varied_path"]


@dataclass(frozen=True, slots=True)
class RangedPart:
    """Months in which a lever's number is a range.

    Parameters
    ----------
    range
        What each simulation draws its number from.
    part
        How much of the change is in effect in each month, 0 to 1; 0 in the other months.
    is_multiplier
        Whether the number is a multiplier; otherwise it is a value.
    """

    range: Range
    part: tuple[float, ...]
    is_multiplier: bool


@dataclass(frozen=True, slots=True, eq=False)
class LeverPath:
    """How one lever differs from the baseline in each month.

    Parameters
    ----------
    name
        A name of :data:`riskmodel.levers.registry.LEVERS`.
    value
        Value that the lever is set to, NaN where it is not, shape (month,).
    weight
        How much of the value is in effect: 0 is the baseline, 1 the value, between them a ramp.
        Shape (month,); 0 where no value is set. For drawn variants (replicate, month).
    multiplier
        What the result is multiplied by; 1 changes nothing. Shape (month,).
    ranges
        Months whose value or multiplier is a range; the arrays above hold its middle.
    to
        Where the children are instead, with shares; empty if it moves none, or if the lever itself
        says so.
    variants
        Weights and paths, of which each simulation has one; the arrays above hold their mean.

    Where each simulation has drawn its own, value and multiplier have the shape (replicate, month),
    and a share in ``to`` has the shape (replicate,); see :meth:`Levers.drawn`.

    Raises
    ------
    DataError
        When there is no such lever, lengths differ, a weight is outside 0 to 1, a value is given
        without a weight or a weight without a value, or a multiplier is negative or not finite.
    """

    name: str
    value: Floats
    weight: Floats
    multiplier: Floats
    ranges: tuple[RangedPart, ...] = ()
    to: Destinations | tuple[tuple[str, Floats | float], ...] = ()
    variants: tuple[tuple[float, LeverPath], ...] = ()

    def __post_init__(self) -> None:
        if not self.to and lever(self.name).elsewhere:
            object.__setattr__(self, "to", ((lever(self.name).elsewhere, 1.0),))
        lock(self, "value", "weight", "multiplier")
        months = self.weight.shape[-1:]
        if not (months and self.value.shape[-1:] == months == self.multiplier.shape[-1:]):
            raise DataError(
                "value, weight and multiplier of a lever need one number a month; found shapes "
                f"{self.value.shape}, {self.weight.shape}, {self.multiplier.shape}",
                field=self.name,
            )
        unset = np.isnan(self.value)
        if ((self.weight < 0) | (self.weight > 1) | ((self.weight == 0) != unset)).any():
            raise DataError(
                "the weight of a value lies above 0 and up to 1, and is 0 where no value is set",
                field=self.name,
            )
        if not (np.isfinite(self.multiplier) & (self.multiplier >= 0)).all():
            raise DataError("a multiplier is a number from 0", field=self.name)

    @property
    def changes(self) -> bool:
        """Whether it differs from the baseline in any month."""
        return bool(self.acts.any())

    @property
    def acts(self) -> Bools:
        """In which months it differs from the baseline, shape (month,)."""
        multiplied = (np.atleast_2d(self.multiplier) != 1).any(axis=0)
        isset = (np.atleast_2d(self.weight) > 0).any(axis=0)
        # The middle of a range can be no change where its ends are one.
        ranged = [np.array(each.part) > 0 for each in self.ranges]
        varied = [path.acts for _, path in self.variants]
        return np.asarray(np.any([isset, multiplied, *ranged, *varied], axis=0))

    def until(self, number: int) -> LeverPath:
        """The same over the first so many months."""
        return replace(
            self,
            value=self.value[..., :number],
            weight=self.weight[..., :number],
            multiplier=self.multiplier[..., :number],
            ranges=tuple(replace(each, part=each.part[:number]) for each in self.ranges),
            variants=tuple((weight, path.until(number)) for weight, path in self.variants),
        )

    def drawn(self, seed: int, replicates: int, choice: int | None = None) -> LeverPath:
        """The same with ranges and variants drawn for each simulation."""
        if not self.has_range:
            return self
        if self.variants:
            return self._chosen(seed, replicates, seed if choice is None else choice)
        value, multiplier, to = self.value, self.multiplier, self.to
        if self.ranges:
            share = uniforms(seed, f"levers/{self.name}", replicates)
            value = np.repeat(value[None], replicates, axis=0)
            multiplier = np.repeat(multiplier[None], replicates, axis=0)
        for each in self.ranges:
            number, part = each.range.at(share)[:, None], np.array(each.part)
            acts = part > 0
            if each.is_multiplier:
                multiplier[:, acts] = 1 + (number - 1) * part[acts]
            else:
                value[:, acts] = number
        ranged = next((share for _, share in to if isinstance(share, Range)), None)
        if ranged is not None:
            taken = ranged.at(uniforms(seed, f"levers/{self.name}/to", replicates))
            fixed = sum(share for _, share in to if not isinstance(share, Range))
            to = tuple(
                (name, taken if isinstance(share, Range) else (1 - taken) * share / fixed)
                for name, share in to
            )
        return LeverPath(self.name, value, self.weight, multiplier, (), to)

    def _chosen(self, seed: int, replicates: int, choice: int) -> LeverPath:
        """In each simulation the path of one variant, the same variant for every lever."""
        bounds = np.cumsum([weight for weight, _ in self.variants])
        share = uniforms(choice, "levers/variants", replicates)
        which = np.minimum(np.searchsorted(bounds, share, side="right"), len(bounds) - 1)
        paths = [path.drawn(seed, replicates) for _, path in self.variants]
        shape, rows = (replicates, len(self.weight)), np.arange(replicates)
        value, weight, multiplier = (
            np.stack([np.broadcast_to(getattr(path, name), shape) for path in paths])[which, rows]
            for name in ("value", "weight", "multiplier")
        )
        shares = _shares([path.to for path in paths], replicates)
        to = tuple((name, each[which, rows]) for name, each in shares.items())
        return LeverPath(self.name, value, weight, multiplier, (), to)

    @property
    def has_range(self) -> bool:
        """Whether its number, or where the children are, differs between simulations."""
        ranged = any(isinstance(share, Range) for _, share in self.to)
        return bool(self.ranges or self.variants) or ranged

    def _key(self) -> tuple[object, ...]:
        arrays = (self.value, self.weight, self.multiplier)
        to = tuple((name, str(share)) for name, share in self.to)
        return self.name, *(array.tobytes() for array in arrays), self.ranges, to, self.variants

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LeverPath) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())


def varied_path(name: str, variants: Sequence[tuple[float, LeverPath]]) -> LeverPath:
    """One path from several variants; each simulation has one of them, with its weight.

    Parameters
    ----------
    name
        The lever.
    variants
        Weights, which add up to 1, and paths; a path may change nothing.

    Notes
    -----
    Before variants are drawn, the path is their mean. With weights p, the mean of ((1 - w) b + w v)
    m has the same form, with multiplier Σ p m, weight Σ p m w / Σ p m, and value Σ p m w v / Σ p m
    w.
    """
    multiplier = np.sum([share * path.multiplier for share, path in variants], axis=0)
    parts = [(share * path.multiplier * path.weight, path.value) for share, path in variants]
    part = np.sum([acts for acts, _ in parts], axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        values = [np.where(acts > 0, acts * value, 0.0) for acts, value in parts]
        value = np.sum(values, axis=0) / part
        weight = np.where(part > 0, np.minimum(part / multiplier, 1.0), 0.0)
    shares = _shares([path.to for _, path in variants], 1)
    weights = np.array([share for share, _ in variants])
    to = tuple((place, float(weights @ each[:, 0])) for place, each in shares.items())
    return LeverPath(name, value, weight, multiplier, (), to, tuple(variants))


def _shares(every: Sequence[Sequence[tuple[str, Any]]], replicates: int) -> dict[str, Floats]:
    """Shares by destination, shape (variant, replicate); a range counts with its middle.

    A variant that says nothing moves nobody: it takes the shares of the first that does.
    """
    said = next((to for to in every if to), ())
    names = dict.fromkeys(name for to in every for name, _ in to)
    shares = {name: np.zeros((len(every), replicates)) for name in names}
    for row, to in enumerate(every):
        for name, share in to or said:
            shares[name][row] = share.middle if isinstance(share, Range) else share
    total = sum(shares.values())
    return {name: each / total for name, each in shares.items()}
