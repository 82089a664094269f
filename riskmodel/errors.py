"""The package's exceptions: one for a user's mistake, one for a mistake of ours.

The command line prints a :class:`RiskmodelError` as one message and exits with 2; any other
exception is a defect of the package and keeps its traceback.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

__all__ = [
    "DataError",
    "OutputError",
    "RiskmodelError",
    "ScenarioError",
    "SeveralDataErrors",
    "UnknownNameError",
    "check_name",
    "file_in_the_way",
    "printable",
    "raise_all",
    "together",
    "unreadable",
    "unwritable",
]

MOST_ERRORS = 10
"""How many mistakes of one file a message lists; of more the number is said."""

MOST_NAMES, MOST_LETTERS = 40, 700
"""How many names, and letters of names, a message lists in full."""

LONGEST_NAME = 200

SHORTEST_PART = 3
"""Letters of a part of a name that is worth looking for."""


_NEVER_SHOWN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
"""Characters that steer a terminal, turn the direction of what follows, or are none at all."""


def printable(text: str) -> str:
    r"""A text as it can be shown: characters that would steer a terminal are written out.

    Names come from other people's files; one of them could clear the screen, or have what follows
    read backwards.

    Examples
    --------
    >>> print(printable("Here" + chr(27) + "[2J"), printable("3" + chr(0x202E) + "5"))
    Here\x1b[2J 3\u202e5
    """
    return _NEVER_SHOWN.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


class RiskmodelError(Exception):
    """A mistake that the user can mend: says what was found, where, and what to do."""


def _short(name: str) -> str:
    """A name that a user wrote, cut where it is too long to be read."""
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


class DataError(RiskmodelError):
    """A file or table that does not hold what it should.

    Parameters
    ----------
    message
        What was found and what is allowed.
    file, line, field
        Where: each is optional and printed in front of the message when known.
    """

    def __init__(
        self,
        message: str,
        *,
        file: str | None = None,
        line: int | None = None,
        field: str | None = None,
    ) -> None:
        self.message, self.file, self.line, self.field = message, file, line, field
        places = [
            file,
            None if line is None else f"line {line}",
            None if field is None else f"field {_short(field)}",
        ]
        where = ", ".join(place for place in places if place)
        super().__init__(f"{where}: {message}" if where else message)

    @property
    def each(self) -> tuple[DataError, ...]:
        """The mistakes that it tells of: itself, or those that were found together."""
        return (self,)


class SeveralDataErrors(DataError):
    """Several mistakes of one file in one message, a line each; see :func:`raise_all`."""

    def __init__(self, each: tuple[DataError, ...]) -> None:
        self._each = each
        super().__init__("\n".join(map(str, each)))
        self.file, self.line, self.field = each[0].file, each[0].line, each[0].field

    @property
    def each(self) -> tuple[DataError, ...]:
        """The mistakes."""
        return self._each

    def __reduce__(self) -> tuple[type[SeveralDataErrors], tuple[tuple[DataError, ...]]]:
        return type(self), (self._each,)


def raise_all(errors: Sequence[DataError]) -> None:
    """Raise what was found: nothing, the one mistake, or all of them together.

    Parameters
    ----------
    errors
        Mistakes of one file in its order.

    Raises
    ------
    DataError
        When there is one.
    """
    if errors:
        raise together(errors)


def together(errors: Sequence[DataError]) -> DataError:
    """One mistake, or several as one; of more than ten the number of the rest is said.

    Parameters
    ----------
    errors
        Mistakes of one file in its order, one or more.
    """
    if len(errors) == 1:
        return errors[0]
    shown = errors[:MOST_ERRORS]
    left = len(errors) - len(shown)
    more = [DataError(f"and {left:,} more", file=errors[0].file)] if left else []
    return SeveralDataErrors((*shown, *more))


class ScenarioError(DataError):
    """A scenario that cannot be worked out with the figures at hand.

    Parameters
    ----------
    scenario
        Its name.
    reason
        Why not.
    """

    def __init__(self, scenario: str, reason: str) -> None:
        super().__init__(f"scenario {scenario}: {reason}")
        # As pickle hands them back, from a process of its own.
        self.scenario, self.reason, self.args = scenario, reason, (scenario, reason)

    def __str__(self) -> str:
        return self.message


class OutputError(RiskmodelError):
    """A place that cannot be written to, or that holds something which must not be lost."""


class UnknownNameError(RiskmodelError):
    """A name (table, factor, column, option value) that does not exist, with the nearest ones.

    Parameters
    ----------
    kind
        What was asked for, in words: ``"table"``, ``"factor"``.
    name
        What the user wrote.
    allowed
        The names that exist.

    Examples
    --------
    >>> print(UnknownNameError("table", "risk_factor", ["legal_status", "risk_factors"]))
    There is no table 'risk_factor'. Did you mean 'risk_factors'?
    Allowed: legal_status, risk_factors.
    """

    def __init__(self, kind: str, name: str, allowed: Iterable[str]) -> None:
        self.kind, self.name, self.allowed = kind, name, list(allowed)
        folded = {candidate.casefold(): candidate for candidate in self.allowed}
        word = name.casefold()
        near = difflib.get_close_matches(word, folded, n=3, cutoff=0.6)
        if not near and len(word) >= SHORTEST_PART:
            # Part of a name is no near miss of it: cpp of cpp_at_31_mar.
            near = [each for each in folded if word in each][:3]
        hint = ""
        if near:
            hint = " Did you mean " + " or ".join(f"'{folded[key]}'" for key in near) + "?"
        # A long list hides the answer: `riskmodel published list` and the docs hold it whole.
        long = len(self.allowed) > MOST_NAMES or sum(map(len, self.allowed)) > MOST_LETTERS
        shown = [*self.allowed[:12], "…"] if long else self.allowed
        super().__init__(
            f"There is no {kind} '{_short(name)}'.{hint} Allowed: {', '.join(shown) or 'none'}."
        )

    def __reduce__(self) -> tuple[type[UnknownNameError], tuple[str, str, list[str]]]:
        # An exception is rebuilt from its message otherwise, and a worker process could not
        # hand this one back.
        return type(self), (self.kind, self.name, self.allowed)


def check_name(kind: str, name: str, allowed: Collection[str]) -> None:
    """Refuse a name that is not among those allowed.

    Raises
    ------
    UnknownNameError
        With the nearest ones.
    """
    if name not in allowed:
        raise UnknownNameError(kind, name, allowed)


def unreadable(path: Path, error: Exception, name: str = "") -> DataError:
    """The message for a file that cannot be read, in words that say what to do.

    Parameters
    ----------
    path
        The file.
    error
        What reading it raised: an :class:`OSError`, a :class:`UnicodeDecodeError`, or another one,
        which speaks for itself.
    name
        What the message calls it; its own name where empty.

    Examples
    --------
    >>> print(unreadable(Path("plans.csv"), FileNotFoundError()))
    plans.csv: cannot be read: No such file
    """
    if isinstance(error, FileNotFoundError):
        reason = "No such file"
    elif path.is_dir():
        # Windows calls it a refused permission.
        reason = "this is a folder; give the name of a file"
    elif isinstance(error, PermissionError):
        reason = "permission denied; is it open in another program?"
    elif isinstance(error, UnicodeDecodeError):
        reason = (
            f"this is an Excel workbook ({path.suffix}), and a text file is needed"
            if path.suffix.casefold() in (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
            else "this is no UTF-8 text; save it as UTF-8"
        )
    else:
        reason = getattr(error, "strerror", None) or str(error)
    return DataError(f"cannot be read: {reason}", file=name or path.name or str(path))


def file_in_the_way(path: Path) -> Path | None:
    """The file that stands where a path needs a folder; None where none does."""
    for each in path.parents:
        try:
            if each.exists() and not each.is_dir():
                return each
        except OSError:
            # A folder that may not be looked into says so itself when it is used.
            continue
    return None


def unwritable(path: Path, error: OSError) -> OutputError:
    """The message for a file that cannot be written: what is in the way, or what the disk says."""
    blocking = file_in_the_way(path)
    if blocking is not None:
        return OutputError(f"{path} cannot be written: {blocking} is a file, not a folder")
    return OutputError(f"{path} cannot be written: {error.strerror or error}")
