"""What is withheld and how the rest is rounded, or the stated reason why nothing is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

from riskmodel.disclosure.symbols import LOW
from riskmodel.errors import DataError

__all__ = ["LARGEST_THRESHOLD", "SMALLEST_THRESHOLD", "Policy", "RoundTo", "Waiver"]

RoundTo = Literal[5, 10]
"""What published counts may be rounded to."""

_REASON_AT_LEAST = 20
SMALLEST_THRESHOLD, LARGEST_THRESHOLD = 2, 1000
"""A threshold of 1 would print counts of 2, in which each of two children finds the other: that
takes a stated reason, as printing everything does."""


@dataclass(frozen=True, slots=True)
class Policy:
    """How counts of an authority's own records are protected.

    Parameters
    ----------
    threshold
        Counts from 1 to this are withheld; from 2 to 1,000.
    round_to
        Published counts are rounded to multiples of 5 or 10, halves up, each by itself (a total is
        not the sum of its rounded parts); None leaves them as they are.
    publish_zero
        Whether a count of zero is printed. Where it is not, zero is protected as any small count.
    decimals
        Decimals of a printed percentage.

    Raises
    ------
    DataError
        When a value is not allowed.

    Notes
    -----
    The defaults are the practice of the Department for Education's children in need statistics:
    counts of 1 to 5 withheld, zero shown, further counts withheld where a sum would give them
    away, percentages to one decimal place.
    """

    threshold: int = 5
    round_to: RoundTo | None = None
    publish_zero: bool = True
    decimals: int = 1

    def __post_init__(self) -> None:
        is_whole = self.threshold == int(self.threshold)
        if not is_whole or not SMALLEST_THRESHOLD <= self.threshold <= LARGEST_THRESHOLD:
            raise DataError(
                f"the threshold of suppression is a whole number from {SMALLEST_THRESHOLD} to "
                f"{LARGEST_THRESHOLD:,}, got {self.threshold}; to print counts as small as 1 or 2, "
                "say who will see them and why instead (--no-suppression REASON)"
            )
        object.__setattr__(self, "threshold", int(self.threshold))
        if self.round_to is not None and self.round_to not in get_args(RoundTo):
            raise DataError(f"counts are rounded to 5 or 10, or not at all; got {self.round_to}")
        if self.decimals not in range(4):
            raise DataError(f"percentages are printed with 0 to 3 decimals, got {self.decimals}")

    @property
    def smallest(self) -> int:
        """The smallest count that is withheld: 1, or 0 where zero is not printed."""
        return 1 if self.publish_zero else 0

    @property
    def width(self) -> int:
        """How far apart the ends of what can be known of a small count must lie."""
        return max(self.threshold - self.smallest, 1)

    def is_small(self, count: int) -> bool:
        """Whether a count is withheld for its own sake."""
        return self.smallest <= count <= self.threshold

    def printed(self, count: int) -> int | str:
        """How a count is printed that is not withheld: rounded, ``[low]`` if that leaves nothing.

        Examples
        --------
        >>> [Policy(round_to=5).printed(count) for count in (0, 12, 13)]
        [0, 10, 15]
        """
        if self.round_to is None or count == 0:
            return count
        rounded = self.round_to * ((2 * count + self.round_to) // (2 * self.round_to))
        return rounded or LOW

    def known(self, count: int) -> tuple[int, int]:
        """Smallest and largest count that are printed like this one: what a reader knows of it."""
        if self.round_to is None or count == 0:
            return count, count
        shown = self.printed(count)
        middle = shown if isinstance(shown, int) else 0
        low = middle - self.round_to // 2
        # A count up to the threshold would have been withheld.
        return max(low, self.threshold + 1), low + self.round_to - 1

    def manifest(self) -> dict[str, Any]:
        """What a run record keeps."""
        return {
            "suppressed": True,
            "threshold": self.threshold,
            "round_to": self.round_to,
            "publish_zero": self.publish_zero,
            "decimals": self.decimals,
        }

    def __str__(self) -> str:
        rounded = "" if self.round_to is None else f", the others rounded to {self.round_to}"
        return f"counts of {self.smallest} to {self.threshold} are withheld{rounded}"


@dataclass(frozen=True, slots=True)
class Waiver:
    """Nothing is withheld, for a reason that somebody typed and that the run record keeps.

    Parameters
    ----------
    reason
        At least 20 characters that say who may see the output and why.

    Raises
    ------
    DataError
        When the reason is missing or too short to be one.
    """

    reason: str

    def __post_init__(self) -> None:
        words = " ".join(str(self.reason).split())
        is_words = len(words.split()) >= 3 and len(set(words.casefold())) >= 6
        if len(words) < _REASON_AT_LEAST or not is_words:
            raise DataError(
                "to print small counts, say in a sentence who will see them and why, such as "
                "'seen only by the performance team, on the council network'; "
                f"at least {_REASON_AT_LEAST} characters, got {len(words)}"
            )
        object.__setattr__(self, "reason", words)

    def manifest(self) -> dict[str, Any]:
        """What a run record keeps."""
        return {"suppressed": False, "reason": self.reason}

    def __str__(self) -> str:
        return f"nothing is withheld: {self.reason}"
