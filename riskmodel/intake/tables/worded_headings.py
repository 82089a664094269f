"""Headings of factors with words around the code, as systems and people write them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches

from riskmodel.census import FACTOR_CODES, NO_FACTORS
from riskmodel.intake.tables.columns import COLUMNS, FACTOR_WORDS, LOCAL_PREFIX
from riskmodel.vocabulary import factor_name

__all__ = ["looks_like_factor", "without_words"]

_FIRST = re.compile(r"\(?([0-9]{1,2}[A-F])\)?(?:\s*[-\u2013:.,]\s*|\s+)(.+)", re.IGNORECASE)
_LAST = re.compile(r"(.+?)\s*[(\[-]\s*([0-9]{1,2}[A-F])\s*[)\]]?", re.IGNORECASE)
_WORD = re.compile(r"[a-z]{3,}")
_SAY_NOTHING = frozenset(("child", "parent", "other", "the", "and", "carer", "person", "misuse"))
_NEARLY = 0.85


def without_words(heading: str) -> str:
    """The code of a heading that holds a factor's code and words of its label; else the heading.

    Examples
    --------
    >>> [
    ...     without_words(h)
    ...     for h in ("2B - Drug misuse: parent", "16A Neglect", "Mental health (4B)")
    ... ]
    ['2B', '16A', '4B']
    >>> without_words("1A Referral source")
    '1A Referral source'
    """
    found = _code_and_words(heading)
    if found is None:
        return heading
    code, words = found
    return code if _meaningful(words) & _meaningful(FACTOR_CODES[code].label) else heading


def _code_and_words(heading: str) -> tuple[str, str] | None:
    text = heading.strip()
    if match := _FIRST.fullmatch(text):
        code, words = match.groups()
    elif match := _LAST.fullmatch(text):
        words, code = match.groups()
    else:
        return None
    code = code.upper()
    return (code, words) if code in FACTOR_CODES and code != NO_FACTORS else None


def _meaningful(words: str) -> set[str]:
    """Words that tell a factor from others, in the singular."""
    found = _WORD.findall(words.casefold())
    return {word.removesuffix("s") for word in found if word not in _SAY_NOTHING}


def looks_like_factor(heading: str, names: Sequence[str]) -> str:
    """What a heading that is not read may have meant, "" where it looks like nothing of ours.

    Parameters
    ----------
    heading
        As the file has it.
    names
        What was read of the table.

    Examples
    --------
    >>> looks_like_factor("Parent domestic violance", ()), looks_like_factor("1A visits", ())
    ('Parent domestic violence', '1A')
    >>> looks_like_factor("Team", ())
    ''
    """
    word = heading.strip().casefold()
    if factor_name(heading) in COLUMNS or word in FACTOR_WORDS or word.startswith(LOCAL_PREFIX):
        return ""
    found = _code_and_words(heading)
    if found is not None:
        return found[0]
    near = get_close_matches(word, FACTOR_WORDS, n=1, cutoff=_NEARLY)
    if not near or FACTOR_WORDS[near[0]] in names:
        return ""
    return near[0].capitalize()
