"""Numbers, intervals and arithmetic in words and signs that a reader knows."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from fractions import Fraction

from riskmodel.core.months import month_words
from riskmodel.core.wording import count_of
from riskmodel.estimates import Interval, Number
from riskmodel.vocabulary import factor_label

__all__ = [
    "arithmetic_words",
    "count_of",
    "interval_words",
    "join_words",
    "label_of",
    "month_words",
    "number_words",
    "percent",
    "round_half_up",
]

# Brackets that stand for finished parts while the rest is still being rewritten.
_OPEN, _CLOSE = "\ue000", "\ue001"
_CALL = re.compile(r"(?P<name>[a-z_]*)\((?P<inside>[^()]*)\)")
_OPERATOR_BEFORE = re.compile(r"[-+*/] *$")
_OPERATOR_AFTER = re.compile(r" *[-+*/]")
_RANGE = re.compile(r"(-?\d+(?:\.\d+)?)\.\.(-?\d+(?:\.\d+)?)")
_ATOM = re.compile(r"[^\s" + _OPEN + _CLOSE + r"]+")

_PHRASES = {
    "share": "{0} ÷ {1} in percent",
    "change": "percentage change from {0} to {1}",
    "grown": "{0} × (1 + {1}%)",
    "before": "{0} ÷ (1 + {1}%)",
    "cut_off": "{0} with further digits cut off",
    "whole": "whole numbers that round to {0}",
    "at_least": "at least {0}",
    "between": "between {0} and {1}",
    "same_quantity": "{0} and {1} are one figure",
    "whole_number_gives": "a whole number out of {1} gives {0}%",
    "whole_number_grew": "a whole number grew by {1}% to {0}",
}
_LISTS = {
    "between": "between the smallest and the largest of {0}",
    "smallest": "the smallest of {0}",
    "largest": "the largest of {0}",
    "rows": "the number of rows ({0})",
}


def number_words(value: Number, *, digits: int = 5) -> str:
    """A number with thousands separators, to so many digits; whole numbers are kept whole.

    Examples
    --------
    >>> number_words(2451), number_words(Fraction(2, 3)), number_words(-26.5)
    ('2,451', '0.66667', '−26.5')
    """
    if math.isinf(value):
        return "no limit"
    exact = Fraction(value)
    if exact.denominator == 1:
        text = f"{int(exact):,}"
    else:
        size = math.floor(math.log10(abs(float(exact))))
        text = f"{float(exact):,.{max(0, digits - 1 - size)}f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("-", "−")


def interval_words(interval: Interval) -> str:
    """An interval as a reader says it.

    Examples
    --------
    >>> interval_words(Interval.rounded("28.4"))
    '28.35 to just under 28.45'
    >>> interval_words(Interval(100, math.inf, low_closed=False))
    'more than 100'
    """
    if interval.is_exact:
        return number_words(interval.low)
    low, high = number_words(interval.low), number_words(interval.high)
    if math.isinf(interval.low) and math.isinf(interval.high):
        return "any number"
    if math.isinf(interval.high):
        return f"{low} or more" if interval.low_closed else f"more than {low}"
    if math.isinf(interval.low):
        return f"{high} or less" if interval.high_closed else f"less than {high}"
    start = low if interval.low_closed else f"just over {low}"
    end = high if interval.high_closed else f"just under {high}"
    return f"{start} to {end}"


def arithmetic_words(arithmetic: str) -> str:
    """The arithmetic of a finding with the names of its functions put into signs and words.

    Examples
    --------
    >>> arithmetic_words("share(13, 76) = 17")
    '13 ÷ 76 in percent = 17'
    >>> arithmetic_words("before(before(634, 11), 13)")
    '634 ÷ (1 + 11%) ÷ (1 + 13%)'
    >>> arithmetic_words("between(85, 66) = 177")
    '177 lies between 85 and 66'
    """
    text = arithmetic
    found = _CALL.search(text)
    while found:
        before, after = text[: found.start()], text[found.end() :]
        phrase = _spoken(found["name"], found["inside"])
        if found["name"] and (_OPERATOR_BEFORE.search(before) or _OPERATOR_AFTER.match(after)):
            phrase = f"{_OPEN}{phrase}{_CLOSE}"
        text = before + phrase + after
        found = _CALL.search(text)
    text = text.replace(_OPEN, "(").replace(_CLOSE, ")")
    text = _RANGE.sub(r"(\1 to \2)", text)
    text = re.sub(r"(?<![\w)])-(?=\d)", "−", text).replace(" == ", " = ")
    text = text.replace(" * ", " × ").replace(" / ", " ÷ ").replace(" - ", " − ")
    if text.startswith("between ") and text.count(" = ") == 1:
        ends, _, inner = text.partition(" = ")
        return f"{inner} lies {ends}"
    return text


def _spoken(name: str, inside: str) -> str:
    inner = inside.replace("(", _OPEN).replace(")", _CLOSE)
    arguments = [part.strip() for part in _split(inner)]
    if name in _PHRASES and (name != "between" or len(arguments) == 2):
        # Division after division reads from the left: growth undone twice needs no brackets.
        is_chain = name in {"before", "grown"} and not re.search("[a-z]", arguments[0])
        parts = [
            part if is_chain and index == 0 else _held(part) for index, part in enumerate(arguments)
        ]
        phrase = _PHRASES[name].format(*parts)
    elif name in _LISTS:
        phrase = _LISTS[name].format(join_words(arguments))
    else:
        phrase = f"{name.replace('_', ' ')}({inner})" if name else f"({inner})"
    return phrase.replace("(", _OPEN).replace(")", _CLOSE)


def _held(part: str) -> str:
    """Brackets around an argument that holds an operation of its own."""
    is_closed = part.startswith(_OPEN) and part.endswith(_CLOSE)
    return part if is_closed or _ATOM.fullmatch(part) else f"({part})"


def _split(text: str) -> list[str]:
    """Parts between commas that stand outside finished brackets."""
    parts, depth, start = [], 0, 0
    for position, sign in enumerate(text):
        depth += (sign == _OPEN) - (sign == _CLOSE)
        if sign == "," and depth == 0:
            parts.append(text[start:position])
            start = position + 1
    return [*parts, text[start:]]


def round_half_up(value: Fraction, decimals: int) -> str:
    """A number to so many decimals, halves away from zero, as the documents print it.

    Examples
    --------
    >>> round_half_up(Fraction(417, 2), 0), round_half_up(Fraction(-2652, 100), 1)
    ('209', '-26.5')
    """
    scaled = math.floor(abs(value) * 10**decimals + Fraction(1, 2))
    sign = "-" if value < 0 and scaled else ""
    if decimals == 0:
        return f"{sign}{scaled}"
    text = str(scaled).zfill(decimals + 1)
    return f"{sign}{text[:-decimals]}.{text[-decimals:]}"


def percent(proportion: float, decimals: int = 1) -> str:
    """A proportion as a percentage.

    Examples
    --------
    >>> percent(0.28385)
    '28.4%'
    """
    return f"{proportion * 100:.{decimals}f}%"


def join_words(words: Iterable[str]) -> str:
    """A list in a sentence.

    Examples
    --------
    >>> join_words(["48", "78", "87"])
    '48, 78 and 87'
    """
    listed = list(words)
    if len(listed) < 2:
        return "".join(listed)
    return f"{', '.join(listed[:-1])} and {listed[-1]}"


def label_of(name: str) -> str:
    """The printed label of a factor; of anything else its name in words."""
    return factor_label(name)
