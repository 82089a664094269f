"""Levers over the months of a projection: scenarios set them, demand and caseload apply them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from riskmodel.core.arrays import Floats
from riskmodel.core.lazy import pd
from riskmodel.core.months import month_after, months_between
from riskmodel.core.result import Result
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.levers.destinations import Destinations
from riskmodel.levers.parameter import Lever
from riskmodel.levers.path import LeverPath, RangedPart
from riskmodel.levers.registry import LEVERS, lever

__all__ = ["Levers"]


@dataclass(frozen=True, slots=True, repr=False)
class Levers(Result):
    """The levers that a scenario sets, month by month; two with the same settings are equal.

    Parameters
    ----------
    months
        Each month after the opening, ``YYYY-MM``, without a gap.
    paths
        One for each lever that is set; made and sorted by :meth:`with_path`.

    Raises
    ------
    DataError
        When months are not consecutive, a path has another length, or a lever has two.
    """

    months: tuple[str, ...]
    paths: tuple[LeverPath, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "months", tuple(self.months))
        if not self.months:
            raise DataError("levers need at least one month")
        for ahead, month in enumerate(self.months):
            if months_between(self.months[0], month) != ahead:
                raise DataError(f"months follow on each other without a gap; found {month}")
        order = tuple(LEVERS)
        kept = sorted(
            (path for path in self.paths if path.changes), key=lambda path: order.index(path.name)
        )
        object.__setattr__(self, "paths", tuple(kept))
        names = [path.name for path in self.paths]
        for path in self.paths:
            if path.weight.shape[-1] != len(self.months):
                raise DataError(
                    f"has {path.weight.shape[-1]} months, and the projection {len(self.months)}",
                    field=path.name,
                )
            if names.count(path.name) > 1:
                raise DataError("a lever has one path; found two", field=path.name)

    @classmethod
    def none(cls, months: Iterable[str]) -> Levers:
        """Levers that change nothing: the baseline."""
        return cls(tuple(months))

    @classmethod
    def after(cls, opening_month: str, number_of_months: int) -> Levers:
        """Levers that change nothing in so many months after the opening month."""
        ahead = range(1, number_of_months + 1)
        return cls(tuple(month_after(opening_month, each) for each in ahead))

    @property
    def changed(self) -> tuple[str, ...]:
        """Names of the levers that are set, in the order of the registry."""
        return tuple(path.name for path in self.paths)

    @property
    def acting(self) -> tuple[str, ...]:
        """The months in which any lever differs from the baseline."""
        acts = np.any([path.acts for path in self.paths], axis=0) if self.paths else ()
        return tuple(month for month, does in zip(self.months, acts, strict=False) if does)

    def path(self, name: str) -> LeverPath:
        """The path of one lever; where it is not set, one that changes nothing."""
        lever(name)
        found = next((path for path in self.paths if path.name == name), None)
        if found is not None:
            return found
        shape = len(self.months)
        return LeverPath(name, np.full(shape, np.nan), np.zeros(shape), np.ones(shape))

    def with_path(
        self,
        name: str,
        *,
        value: npt.ArrayLike = np.nan,
        weight: npt.ArrayLike = 1.0,
        multiplier: npt.ArrayLike = 1.0,
        ranges: tuple[RangedPart, ...] = (),
        to: Destinations | tuple[tuple[str, Floats | float], ...] = (),
    ) -> Levers:
        """The same with one lever replaced.

        Parameters
        ----------
        name
            Which lever; what was set for it before is dropped.
        value, weight, multiplier
            As in :class:`LeverPath`, one number for all months or one for each. The weight is used
            only where there is a value.
        ranges, to
            As :class:`LeverPath` has them.
        """
        shape = (len(self.months),)
        values, weights, multipliers = (
            np.broadcast_to(np.asarray(each, dtype=np.float64), shape)
            for each in (value, weight, multiplier)
        )
        weights = np.where(np.isnan(values), 0.0, weights)
        made = LeverPath(name, values, weights, multipliers, ranges, to)
        return Levers(self.months, (*self.without(name).paths, made))

    def drawn(self, seed: int, replicates: int, choice: int | None = None) -> Levers:
        """The same with one number for each simulation in place of every range, and one variant.

        A lever has the same random numbers in every scenario: its stream is named by seed and
        lever. Which variant holds is drawn with another seed where ``choice`` gives one.
        """
        if not any(path.has_range for path in self.paths):
            return self
        paths = (path.drawn(seed, replicates, choice) for path in self.paths)
        return replace(self, paths=tuple(paths))

    def only(self, names: Iterable[str]) -> Levers:
        """The same with only these levers; the others as in the baseline.

        Raises
        ------
        DataError
            When there is no such lever.
        """
        wanted = {lever(name).name for name in names}
        return Levers(self.months, tuple(path for path in self.paths if path.name in wanted))

    def without(self, name: str) -> Levers:
        """The same with one lever as in the baseline.

        Raises
        ------
        DataError
            When there is no such lever.
        """
        lever(name)
        return Levers(self.months, tuple(path for path in self.paths if path.name != name))

    def until(self, number: int) -> Levers:
        """The same over the first so many months."""
        return Levers(self.months[:number], tuple(path.until(number) for path in self.paths))

    def apply(self, name: str, baseline: npt.ArrayLike | None = None) -> Floats:
        r"""The lever's value in each month, given what it is in the baseline.

        Parameters
        ----------
        name
            Which lever.
        baseline
            Its value in the baseline, in the lever's unit: one number, or any shape whose last axis
            is the month. May be left out if the lever has a neutral value.

        Returns
        -------
        numpy.ndarray
            :math:`((1 - w_t) b_t + w_t v_t) m_t` with value v, weight w and multiplier m in month
            t; of the baseline's shape, (month,) for one number, and (replicate, month) where each
            simulation has drawn its own. Where nothing is set it is the baseline to the last bit.

        Raises
        ------
        DataError
            When the last axis is not the months, or a result is not a possible value of the lever;
            the message names the first such month. Nothing is clipped.

        Examples
        --------
        >>> levers = Levers.after("2015-11", 3).with_path("starts.looked_after", multiplier=1.5)
        >>> levers.apply("starts.looked_after", [20.0, 22.0, 24.0])
        array([30., 33., 36.])
        """
        known = lever(name)
        base = np.asarray(_neutral(known) if baseline is None else baseline, dtype=np.float64)
        count = len(self.months)
        if base.ndim and base.shape[-1] != count:
            raise DataError(
                f"the baseline's last axis is the month, here {count}; found shape {base.shape}",
                field=name,
            )
        path = next((path for path in self.paths if path.name == name), None)
        shape = base.shape or (count,)
        if path is not None:
            shape = np.broadcast_shapes(
                shape, path.value.shape, path.weight.shape, path.multiplier.shape
            )
        made = np.array(np.broadcast_to(base, shape))
        if path is not None:
            isset = path.weight > 0
            if path.weight.ndim == 1:
                part = path.weight[isset]
                made[..., isset] = (1.0 - part) * made[..., isset] + part * path.value[..., isset]
            else:
                moved = (1.0 - path.weight) * made + path.weight * path.value
                made = np.where(isset, moved, made)
            made *= path.multiplier
        self._check(known, made, base)
        return made

    def _check(self, known: Lever, made: Floats, base: Floats) -> None:
        sound = (made >= known.lowest) & (made <= known.highest) & np.isfinite(made)
        if known.whole:
            sound &= made == np.round(made)
        if sound.all():
            return
        place = tuple(np.argwhere(~sound)[0])
        month = int(place[-1])
        was = np.broadcast_to(base, made.shape)[place]
        raise DataError(
            f"would be {made[place]:g} in {self.months[month]} (baseline {was:g}); allowed is "
            f"{known.limits} [{known.unit}]",
            field=known.name,
        )

    def to_frame(self) -> pd.DataFrame:
        """A row for each month of each lever set: parameter, month, value, weight, multiplier."""
        columns = ["parameter", "month", "value", "weight", "multiplier"]
        pieces = [
            pd.DataFrame(
                {
                    "parameter": path.name,
                    "month": self.months,
                    "value": path.value,
                    "weight": path.weight,
                    "multiplier": path.multiplier,
                }
            )
            for path in self.paths
        ]
        return pd.concat(pieces, ignore_index=True) if pieces else pd.DataFrame(columns=columns)

    def summary(self) -> str:
        """What it is, in a sentence."""
        what = ", ".join(self.changed) or "nothing"
        return f"{len(self.months)} months from {self.months[0]}: changes {what}"


def _neutral(known: Lever) -> float:
    if known.neutral is None:
        having = [each.name for each in LEVERS.values() if each.neutral is not None]
        raise UnknownNameError("neutral value of lever", known.name, having)
    return known.neutral
