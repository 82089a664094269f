"""Decisions under uncertainty: how many posts, and whether early help pays for itself.

Prices are the user's: the package has none of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodel.core.arrays import Floats
from riskmodel.core.result import Result
from riskmodel.core.wording import chance_words
from riskmodel.errors import DataError
from riskmodel.levers import Range
from riskmodel.parameters import parameter
from riskmodel.plausible import MOST, shown

__all__ = ["BestPosts", "EarlyHelp", "best_posts", "early_help"]


_STEPS = (-20, -10, -5, 0, 5, 10, 20)
_GRID = 4000
"""Values taken for an uncertain effect: the middle of each of so many equal shares of its
distribution."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class BestPosts(Result):
    """The number of posts with the least expected cost, and what other numbers cost.

    Parameters
    ----------
    posts
        The best number.
    chance
        The chance that it is enough.
    too_few, too_many
        What a year with one post too few costs, and one with a post too many.
    costs
        A row for each number of posts: posts, cost (expected cost a year of being wrong), more
        (than at the best number), chance (with which it is enough), basis.
    currency
        Of the prices.
    source
        Where the prices come from; "" where the user gave them.
    """

    posts: int
    chance: float
    too_few: float
    too_many: float
    costs: pd.DataFrame
    currency: str
    source: str = ""

    def to_frame(self) -> pd.DataFrame:
        """The best number and others around it."""
        return self.costs

    def summary(self) -> str:
        """The best number, and what ten posts more or fewer cost, in sentences."""
        rows = {int(row["posts"]): row for row in self.costs.to_dict("records")}
        sentence = (
            f"With {self.currency} {self.too_few:,.0f} for a year with one post too few and "
            f"{self.currency} {self.too_many:,.0f} for one post too many"
            f"{f' ({self.source})' if self.source else ''}, {self.posts} posts cost "
            f"least; they are enough with a chance of {self.chance:.0%}. Not knowing how many will "
            f"be needed costs {self.currency} {rows[self.posts]['cost']:,.0f} a year even so."
        )
        others = [
            f"{abs(step)} posts {'more' if step > 0 else 'fewer'} cost {self.currency} "
            f"{rows[self.posts + step]['more']:,.0f} more"
            for step in (-10, 10)
            if self.posts + step in rows
        ]
        return f"{sentence} {', '.join(others)}." if others else sentence


def best_posts(
    needed: npt.ArrayLike,
    *,
    too_few: float,
    too_many: float,
    currency: str = "GBP",
    source: str = "",
    also: Sequence[int] = (),
) -> BestPosts:
    """The best number of posts, where one too few and one too many differ in cost.

    Parameters
    ----------
    needed
        Posts that each simulation needs, from
        :func:`riskmodel.caseload.needs.posts_by_replicate`, shape (replicate,).
    too_few, too_many
        What a year with one post too few costs, beyond the price of that post, and one with a
        post too many; above 0.
    currency, source
        Of the prices.
    also
        Further numbers of posts whose cost is asked for.

    Raises
    ------
    DataError
        When a price is not above 0, or no number of posts is enough in some simulation.

    Notes
    -----
    The newsvendor's problem: the expected cost too_few E(N - p)⁺ + too_many E(p - N)⁺ is least at
    the quantile too_few / (too_few + too_many) of the number needed N (Arrow, Harris and Marschak
    1951).

    Examples
    --------
    >>> best_posts(range(1, 101), too_few=4, too_many=1).posts
    80
    """
    numbers = np.asarray(needed, dtype=np.float64)
    for name, price in (("too_few", too_few), ("too_many", too_many)):
        if not 0 < price <= MOST["a price"]:
            most = MOST["a price"]
            message = f"a price must be above 0, at most {most:,}; got {shown(price)}"
            raise DataError(message, field=name)
    if not numbers.size or not np.isfinite(numbers).all():
        short = int((~np.isfinite(numbers)).sum())
        raise DataError(
            f"in {short:,} of {numbers.size:,} simulations no number of posts is enough, so none "
            "can be best; allow a later date or more candidates",
            field="needed",
        )
    ordered = np.sort(numbers)
    place = int(np.ceil(too_few / (too_few + too_many) * len(ordered) - 1e-9)) - 1
    best = int(ordered[max(place, 0)])

    def cost(posts: float) -> float:
        short, spare = np.maximum(numbers - posts, 0), np.maximum(posts - numbers, 0)
        return float((too_few * short + too_many * spare).mean())

    tried = sorted({*(best + step for step in _STEPS if best + step >= 0), *also})
    frame = pd.DataFrame(
        {
            "posts": tried,
            "cost": [cost(posts) for posts in tried],
            "more": [cost(posts) - cost(best) for posts in tried],
            "chance": [float((numbers <= posts).mean()) for posts in tried],
            "basis": "projected",
        }
    )
    enough = float((numbers <= best).mean())
    return BestPosts(best, enough, too_few, too_many, frame, currency, source)


@dataclass(frozen=True, slots=True, repr=False)
class EarlyHelp(Result):
    """Whether early help pays for itself, when its effect is uncertain.

    Parameters
    ----------
    children
        Who are helped in a year.
    price, saving
        Of helping one child, and what a plan that is not needed saves.
    effect
        Share of the children helped who do not start a plan because of it.
    break_even
        Share from which it pays.
    net
        Mean of what it saves less what it costs, in a year.
    low, high, level
        Range of that.
    chance
        That it pays.
    currency
        Of the prices.
    starts
        Children who start a plan in a year, the children helped among them; None where not said.
    source
        Where the children are counted; "" where the user gave them.
    """

    children: float
    price: float
    saving: float
    effect: Range
    break_even: float
    net: float
    low: float
    high: float
    level: float
    chance: float
    currency: str
    starts: float | None = None
    source: str = ""

    def to_frame(self) -> pd.DataFrame:
        """One row."""
        names = (
            *("children", "price", "saving", "break_even"),
            *("net", "low", "high", "level", "chance", "currency"),
        )
        return pd.DataFrame([{name: getattr(self, name) for name in names}]).assign(
            effect_low=self.effect.low, effect_high=self.effect.high, basis="assumed"
        )

    def summary(self) -> str:
        """The break-even, the net value, the chance, and whose children they are, in sentences."""
        return " ".join(filter(None, (self._value, self._whose)))

    @property
    def _whose(self) -> str:
        """The children helped among those who start a plan, and how many plans fewer; "" if not."""
        if self.starts is None:
            return ""
        share = self.children / self.starts
        low, high = self.children * self.effect.low, self.children * self.effect.high
        source = f" ({self.source})" if self.source else ""
        needed = self.break_even * self.children
        pays = f", and it pays from {needed:,.0f} on" if self.break_even <= 1 else ""
        return (
            f"Known to early help beforehand were {self.children:,.0f} of {self.starts:,.0f} "
            f"children who started a plan in a year, {share:.0%}{source}: with that effect "
            f"{low:,.0f} to {high:,.0f} of the {self.starts:,.0f} would not have "
            f"started{pays}."
        )

    @property
    def _value(self) -> str:
        """What it saves or costs."""
        if self.break_even > 1:
            return (
                "Early help cannot pay by the plans that it avoids: helping a child costs more "
                f"({self.currency} {self.price:,.0f}) than a plan ({self.currency} "
                f"{self.saving:,.0f})."
            )
        verb, other = ("costs", "saves") if self.net < 0 else ("saves", "costs")
        return (
            f"Early help pays if at least {100 * self.break_even:.0f} of 100 children helped stay "
            f"off a plan through it. With an effect of {self.effect} it {verb} "
            f"{self.currency} {abs(self.net):,.0f} a year more than it {other} for "
            f"{self.children:,.0f} children ({self.level:.0%} range of what it saves net: "
            f"{self.low:,.0f} to {self.high:,.0f}), and pays with a chance of "
            f"{chance_words(self.chance)}."
        )


def early_help(
    children: float,
    price: float,
    saving: float,
    effect: tuple[float, float] | Range,
    *,
    currency: str = "GBP",
    starts: float | None = None,
    source: str = "",
) -> EarlyHelp:
    """What early help saves after its cost, and from which effect on it pays for itself.

    Parameters
    ----------
    children
        Who are helped in a year, above 0.
    price
        Of helping one child, above 0.
    saving
        What a plan that is not needed saves, above 0.
    effect
        Share of the children helped who do not start a plan because of it: the two ends of its
        middle 80%, above 0 and below 1, or a range.
    currency
        Of the prices.
    starts
        Children who start a plan in a year, those helped among them; None if it is not known.
    source
        Where both are counted.

    Raises
    ------
    DataError
        When a number is not above 0, more are helped than start, or the range of the effect is
        none.

    Notes
    -----
    In a year early help saves children × (effect × saving - price). It pays for itself where the
    effect is above price / saving. The range comes from that of the effect; chance and mean are
    over its distribution.

    Examples
    --------
    >>> round(early_help(112, 2000, 8000, (0.1, 0.4)).break_even, 3)
    0.25
    """
    for name, number in (("children", children), ("price", price), ("saving", saving)):
        most = MOST["children" if name == "children" else "a price"]
        if not 0 < number <= most:
            message = f"must be above 0, at most {most:,}; got {shown(number)}"
            raise DataError(message, field=name)
    if starts is not None and not starts >= children:
        raise DataError(f"must be {children:g} or more, got {starts:g}", field="starts")
    span = effect if isinstance(effect, Range) else Range(*effect, lowest=0.0, highest=1.0)
    if span.problem:
        raise DataError(span.problem, field="effect")
    level = parameter("needs_interval_level").value

    def net(effects: Floats) -> Floats:
        return np.asarray(children * (effects * saving - price))

    drawn = net(span.at((np.arange(_GRID) + 0.5) / _GRID))
    low, high = net(span.at(np.array([(1 - level) / 2, (1 + level) / 2])))
    return EarlyHelp(
        children,
        price,
        saving,
        span,
        price / saving,
        float(drawn.mean()),
        float(low),
        float(high),
        level,
        float((drawn > 0).mean()),
        currency,
        starts,
        source,
    )
