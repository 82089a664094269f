"""The change of a product, divided among its terms so that the parts add up."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Literal

from riskmodel.core.result import Result
from riskmodel.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Decomposition", "Method", "decompose_product", "log_mean"]

Method = Literal["lmdi", "shapley"]


@dataclass(frozen=True, slots=True, repr=False)
class Decomposition(Result):
    """Parts of a change, one for each term.

    Parameters
    ----------
    terms
        Names, in order.
    ratios
        Each term after, divided by the term before.
    parts
        Each term's part of the change, in units of the product.
    change
        The product after less the product before.
    method
        ``lmdi`` or ``shapley``.
    """

    terms: tuple[str, ...]
    ratios: tuple[float, ...]
    parts: tuple[float, ...]
    change: float
    method: Method

    @property
    def remainder(self) -> float:
        """The change less its parts: rounding error only."""
        return self.change - math.fsum(self.parts)

    @property
    def shares(self) -> tuple[float, ...]:
        """Each part divided by the change; NaN where nothing changed."""
        return tuple(part / self.change if self.change else math.nan for part in self.parts)

    def to_frame(self) -> pd.DataFrame:
        """One row for each term: term, ratio, part, share, method."""
        import pandas as pd

        return pd.DataFrame(
            {
                "term": self.terms,
                "ratio": self.ratios,
                "part": self.parts,
                "share": self.shares,
                "method": self.method,
            }
        )

    def summary(self) -> str:
        """The contents in one sentence."""
        parts = ", ".join(
            f"{term} {part:+.4g}" for term, part in zip(self.terms, self.parts, strict=True)
        )
        return f"change {self.change:+.4g}: {parts} ({self.method})"


def decompose_product(
    before: Mapping[str, float], after: Mapping[str, float], *, method: Method = "lmdi"
) -> Decomposition:
    """Divide the change of a product among its terms.

    Parameters
    ----------
    before, after
        Each term's value, all above 0, under the same names.
    method
        ``lmdi``: logarithmic mean. ``shapley``: mean over all orders of change.

    Raises
    ------
    DataError
        When the terms differ, or one is not above 0.

    Notes
    -----
    With P the product of the x_k, the logarithmic mean L(a, b) = (a - b) / ln(a / b) gives the part
    of term k as L(P1, P0) ln(x_k1 / x_k0); the parts add up to P1 - P0 exactly (Ang 2004, *Energy
    Policy* 32, 1131-1139). Shapley's part is the mean change by term k over all orders in which the
    terms can be changed; these parts add up too. Neither says why a term changed.

    Examples
    --------
    >>> print(decompose_product({"a": 2, "b": 5}, {"a": 4, "b": 5}).summary())
    change +10: a +10, b +0 (lmdi)
    """
    if tuple(before) != tuple(after):
        raise DataError(f"the terms differ: {', '.join(before)} against {', '.join(after)}")
    for when, values in (("before", before), ("after", after)):
        for name, value in values.items():
            if not 0 < value < math.inf:
                raise DataError(f"{name} must be above 0 {when}, got {value}")
    change = math.prod(after.values()) - math.prod(before.values())
    ratios = tuple(after[name] / before[name] for name in before)
    if method == "shapley":
        parts = tuple(_shapley(list(before.values()), list(after.values())))
    else:
        mean = log_mean(math.prod(before.values()), math.prod(after.values()))
        parts = tuple(mean * math.log(ratio) for ratio in ratios)
    return Decomposition(tuple(before), ratios, parts, change, method)


def log_mean(one: float, other: float) -> float:
    """The logarithmic mean of two numbers above 0.

    Examples
    --------
    >>> log_mean(1.0, math.e)
    1.718281828
    """
    # log1p keeps its digits where the two are close; at equality the mean is their value.
    gap = (other - one) / one
    if gap == 0:
        return one
    return one * gap / (math.log1p(gap) if abs(gap) < 0.5 else math.log(other / one))


def _shapley(before: list[float], after: list[float]) -> list[float]:
    number = len(before)
    parts = []
    for term in range(number):
        others = [k for k in range(number) if k != term]
        total = 0.0
        for size in range(number):
            weight = 1 / (number * math.comb(number - 1, size))
            for changed in combinations(others, size):
                rest = math.prod(after[k] if k in changed else before[k] for k in others)
                total += weight * rest
        parts.append(total * (after[term] - before[term]))
    return parts
