"""The package's exceptions: one for a user's mistake, one for a mistake of ours.

The command line prints a :class:`RiskmodelError` as one message and exits with 2; any other
exception is a defect of the package and keeps its traceback.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = ["DataError", "OutputError", "RiskmodelError", "UnknownNameError"]


class RiskmodelError(Exception):
    """A mistake that the user can mend: says what was found, where, and what to do."""


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
        self.file, self.line, self.field = file, line, field
        places = [
            file,
            None if line is None else f"line {line}",
            None if field is None else f"field {field}",
        ]
        where = ", ".join(place for place in places if place)
        super().__init__(f"{where}: {message}" if where else message)


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
        near = difflib.get_close_matches(name.casefold(), folded, n=3, cutoff=0.6)
        hint = ""
        if near:
            hint = " Did you mean " + " or ".join(f"'{folded[key]}'" for key in near) + "?"
        # A long list hides the answer: `riskmodel published list` and the docs hold it whole.
        shown = self.allowed if len(self.allowed) <= 40 else [*self.allowed[:12], "…"]
        super().__init__(f"There is no {kind} '{name}'.{hint} Allowed: {', '.join(shown)}.")

    def __reduce__(self) -> tuple[type[UnknownNameError], tuple[str, str, list[str]]]:
        # An exception is rebuilt from its message otherwise, and a worker process could not
        # hand this one back.
        return type(self), (self.kind, self.name, self.allowed)
