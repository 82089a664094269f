"""Numbers with their direction and range, as a person would say them in a meeting."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from riskmodel.core.labels import STAGE_LABELS
from riskmodel.core.months import months_between
from riskmodel.core.wording import article, chance_words, money
from riskmodel.report.wording import month_words

__all__ = [
    "SAME",
    "Range",
    "article",
    "chance_words",
    "change_words",
    "difference_words",
    "direction",
    "money",
    "number",
    "percent_change",
    "plain",
    "posts_more",
    "signed",
    "since_words",
    "skill_words",
    "stage_words",
    "tenths",
    "way_of",
]

SAME = "about the same"
HALF_A_PERCENT = 0.005
"""A change of no more is printed as 0%."""

_YEARS = {6: "six months", 12: "a year", 18: "18 months", 24: "two years", 36: "three years"}


class Range(NamedTuple):
    """A central projection between the ends of its 90% range."""

    low: float
    middle: float
    high: float

    def ends(self, digits: int = 0) -> str:
        """Both ends: ``377 to 778``."""
        return f"{number(self.low, digits)} to {number(self.high, digits)}"

    def bracket(self, digits: int = 0) -> str:
        """The range as it stands after its number."""
        return f"(90% range {self.ends(digits)})"

    def cell(self, digits: int = 0) -> str:
        """Number and range in a cell of a table, where there is little room."""
        low, middle, high = (number(value, digits) for value in self)
        return f"{middle} ({low}–{high})"


def number(value: float, digits: int = 0) -> str:
    """A number with thousands separators; none is called minus nought.

    Examples
    --------
    >>> number(1801), number(-0.04, 1), number(-35.6)
    ('1,801', '0.0', '−36')
    """
    text = f"{value:,.{digits}f}"
    if not text.strip("-0.,"):
        text = text.lstrip("-")
    return text.replace("-", "−")


def tenths(value: float) -> str:
    """A number to a tenth."""
    return number(value, 1)


def signed(value: float, digits: int = 0) -> str:
    """A difference with its sign; a difference that rounds to nought has none.

    Examples
    --------
    >>> signed(15), signed(-1.43, 1), signed(0.2)
    ('+15', '−1.4', '0')
    """
    text = number(value, digits)
    return f"+{text}" if value > 0 and text.strip("0.,") else text


def percent_change(now: float, before: float) -> int:
    """Change in whole percent of what was before, which is above 0."""
    return round(100 * (now / before - 1))


def change_words(now: float, before: float) -> str:
    """A count beside an earlier one: ``48% more than``, ``about as many as``.

    Examples
    --------
    >>> change_words(626, 422), change_words(1801, 2451), change_words(500, 499)
    ('48% more than', '27% fewer than', 'about as many as')
    """
    if before <= 0:
        return "more than" if now > 0 else "as many as"
    change = percent_change(now, before)
    if change == 0:
        return "about as many as"
    return f"{abs(change)}% {'more' if change > 0 else 'fewer'} than"


def direction(now: float, before: float, digits: int = 0) -> str:
    """Where a number goes from: ``down from 626``; ``about the same as 626`` within rounding.

    Examples
    --------
    >>> direction(544, 626), direction(19.8, 17.8, 1), direction(626.2, 626)
    ('down from 626', 'up from 17.8', 'about the same as 626')
    """
    way = way_of(now, before, digits)
    return f"{way} {'as' if way == SAME else 'from'} {number(before, digits)}"


def way_of(now: float, before: float, digits: int = 0) -> str:
    """``up``, ``down``, or ``about the same`` where the change is within rounding."""
    is_same = number(now, digits) == number(before, digits)
    if is_same or abs(now - before) <= HALF_A_PERCENT * before:
        return SAME
    return "up" if now > before else "down"


def difference_words(
    difference: float,
    ends: tuple[float, float] | None,
    form: Callable[[float], str] = number,
    *,
    unit: str = "",
    less: str = "fewer",
) -> str:
    """A difference in words with its range, each end with its own direction.

    Parameters
    ----------
    difference
        From what it is compared with.
    ends
        Of its 90% range; None where it has none.
    form
        Prints a size.
    unit, less
        What stands after the first size, and the word for a difference below nought.

    Examples
    --------
    >>> difference_words(-35.6, (-47, -24))
    '36 fewer (90% range 24 to 47 fewer)'
    >>> difference_words(-0.6, (-1.7, 0.5), tenths, unit="cases")
    '0.6 cases fewer (90% range 1.7 fewer to 0.5 more)'
    >>> difference_words(0.0, (0.0, 0.0))
    'no difference'
    """
    nothing = form(0.0)
    sizes = [form(abs(value)) for value in (difference, *(ends or ()))]
    ways = [
        "" if size == nothing else ("more" if value > 0 else less)
        for size, value in zip(sizes, (difference, *(ends or ())), strict=True)
    ]
    if not any(ways):
        return "no difference"
    said = " ".join(word for word in (sizes[0], unit, ways[0]) if word)
    said = said if ways[0] else "no difference on average"
    if ends is None:
        return said
    if ways[1] == ways[2]:
        smaller, larger = sorted(zip((abs(end) for end in ends), sizes[1:], strict=True))
        return f"{said} (90% range {smaller[1]} to {larger[1]} {ways[1]})"
    low, high = (" ".join(filter(None, pair)) for pair in zip(sizes[1:], ways[1:], strict=True))
    return f"{said} (90% range {low} to {high})"


def since_words(before: str, now: str) -> str:
    """How long ago a month was: ``two years before``; else ``in March 2013``.

    Examples
    --------
    >>> since_words("2013-07", "2015-07"), since_words("2013-03", "2015-07")
    ('two years before', 'in March 2013')
    """
    ago = _YEARS.get(months_between(before, now))
    return f"{ago} before" if ago else f"in {month_words(before)}"


def posts_more(posts: float, now: float) -> str:
    """Posts beside those there are, in whole posts; fewer are enough only if they are filled.

    Examples
    --------
    >>> posts_more(155, 96.9), posts_more(90, 96.9)
    ('58 more than now', 'enough if all are filled')
    """
    more = round(posts - now)
    return f"{more:,} more than now" if more > 0 else "enough if all are filled"


def skill_words(skill_percent: float) -> str:
    """Accuracy compared with assuming no change, in whole percent.

    Examples
    --------
    >>> skill_words(12.3), skill_words(-3.0), skill_words(0.2)
    ('12% more accurate than', '3% less accurate than', 'about as accurate as')
    """
    skill = round(skill_percent)
    if skill == 0:
        return "about as accurate as"
    return f"{abs(skill)}% {'more' if skill > 0 else 'less'} accurate than"


def stage_words(stage: str) -> str:
    """Where its children are: ``on a protection plan``, ``looked after``."""
    return STAGE_LABELS[stage].removeprefix("Children ")


def plain(name: str) -> str:
    """A name of a file or scenario as words."""
    return name.replace("_", " ").capitalize()
