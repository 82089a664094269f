"""What may leave of a table: its counts, protected wherever they rest on observed records."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import add
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from riskmodel.account import Account
from riskmodel.assessments import FactorCounts
from riskmodel.core.wording import count_of
from riskmodel.counted import Counted
from riskmodel.disclosure import (
    TOTAL,
    CountCell,
    Marks,
    Policy,
    ProtectedCounts,
    Waiver,
    complete,
    protect_counts,
)
from riskmodel.disclosure.account_text import (
    released_account,
    released_finding,
    released_plans,
)
from riskmodel.disclosure.earlier import EarlierCounts
from riskmodel.disclosure.memory import Memory
from riskmodel.disclosure.reading import read_earlier
from riskmodel.disclosure.symbols import CONFIDENTIAL
from riskmodel.errors import DataError
from riskmodel.families import DesignEffects
from riskmodel.parameters import parameter

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Release",
    "policy_from_parameters",
    "release_counted",
]

TOO_LITTLE = (
    "too little of these observed records may be printed: in every group a count is so small that "
    "plans in all are withheld; take more years or areas together"
)

NO_RECORDS: Mapping[str, Any] = {"suppressed": False, "reason": "no observed records"}
"""What a run record keeps where nothing needs protection."""

BESIDE_EARLIER = (
    "too little of these observed records may be printed beside what left of them before "
    "({earlier}): the few assessments that changed since could be told from the difference. Print "
    "them together with further assessments, such as those of another year{strike}"
)
STRIKE = (
    "; or, if nobody saw the earlier release, strike it off: `riskmodel released` lists the "
    "releases, and takes --strike NUMBER --reason WORDS"
)


@dataclass(frozen=True, slots=True)
class Release:
    """Counts of a table by group, as they may be printed.

    Parameters
    ----------
    by
        Columns of the group.
    groups
        Counts to compute from: of observed records only those that may be printed.
    protected
        What was decided; None where nothing needs protection (published, synthetic).
    marks
        How a withheld cell looks.
    issues
        Things in the file that could not be read; `riskmodel intake check` lists them.
    account
        What became of every record of the file; None where counts come without one.
    number_earlier
        Earlier releases of the same records that the counts are protected against.
    design
        Design effects by group, where assessments of one family or child come together: to tenths,
        so that they tell no single family.
    memory
        What left of the records before; None where they lie in no file.
    earlier
        Counts of files that were named as out.
    """

    by: tuple[str, ...]
    groups: Mapping[tuple[object, ...], FactorCounts]
    protected: ProtectedCounts | None
    marks: Marks
    issues: int = 0
    account: Account | None = None
    number_earlier: int = 0
    design: Mapping[tuple[object, ...], DesignEffects] = field(default_factory=dict)
    memory: Memory | None = None
    earlier: tuple[EarlierCounts, ...] = ()

    def leave(self, command: str) -> None:
        """Remember beside the records what is about to be printed, or given away in a file.

        To be called before it is. What cannot be remembered is said in ``memory.told``.

        Parameters
        ----------
        command
            Of whom: words that a person finds it by.

        Raises
        ------
        DataError
            When another run has let something out of the same records meanwhile.
        """
        if self.memory is not None and self.protected is not None:
            self.memory.leave(self.protected, command, self.earlier)

    @property
    def number_withheld(self) -> int:
        """Counts withheld."""
        return 0 if self.protected is None else self.protected.number_withheld

    @property
    def policy(self) -> Policy | None:
        """The policy that applies; None under a waiver, and where nothing needs protection."""
        policy = None if self.protected is None else self.protected.policy
        return policy if isinstance(policy, Policy) else None

    @property
    def waiver(self) -> str:
        """The reason why nothing is withheld of observed records; "" where there is none."""
        policy = None if self.protected is None else self.protected.policy
        return policy.reason if isinstance(policy, Waiver) else ""

    @property
    def number_exposed(self) -> int:
        """Small counts that an earlier release gives away, whatever is withheld now."""
        table = None if self.protected is None else self.protected.table
        return 0 if table is None else len(table.exposed)

    @property
    def veiled(self) -> tuple[tuple[str, str], ...]:
        """Columns in which zeros are withheld too: measure and factor, "" for totals."""
        table = None if self.protected is None else self.protected.table
        names = () if table is None else table.table.veiled
        found = {(cell.measure, cell.factor) for cell in names if isinstance(cell, CountCell)}
        return tuple(sorted(found))

    def manifest(self) -> dict[str, Any]:
        """What a run record keeps of how the table was protected."""
        if self.protected is None:
            return dict(NO_RECORDS)
        return self.protected.manifest()

    def words(self) -> str:
        """What was done about small counts, in a sentence; "" where nothing needs protection."""
        if self.waiver:
            return f"Observed records, nothing is withheld: {self.waiver}"
        if self.policy is None:
            return ""
        veiled = [
            f"{measure} of {factor}" if factor else measure for measure, factor in self.veiled
        ]
        also = f" Zeros are withheld too of {', '.join(veiled)}." if veiled else ""
        return (
            f"Observed records: {self.policy}. [c]: confidential, withheld because it is small or "
            f"would give a small count away.{also}"
        )

    def account_words(self) -> str:
        """What became of the records of the file, as far as it may be told."""
        if self.account is None:
            return ""
        if self.policy is None:
            return str(self.account)
        totals = (self._total(name) for name in ("total_assessments", "total_plans"))
        return released_account(self.account, self.policy, *totals)

    def plans_words(self) -> str:
        """How many of the plans follow an assessment, as far as it may be told."""
        if self.account is None:
            return ""
        if self.policy is None:
            return self.account.plans_text()
        return released_plans(self.account, self.policy, self._total("total_plans"))

    def finding(self) -> str:
        """What is wrong with the reading as a whole, in a sentence; "" where nothing is."""
        if self.account is None:
            return ""
        if self.policy is None:
            return self.account.finding
        return released_finding(self.account, self.policy)

    def _total(self, measure: str) -> int | str | None:
        """A total of all groups as it is printed; a symbol where none is."""
        if self.protected is None:
            return None
        if self.by and self.protected.whole is None:
            return CONFIDENTIAL
        return self.protected.printed(TOTAL, measure)

    def too_little(self) -> DataError:
        """Why nothing may be printed: what left before where that alone is the cause."""
        if self.protected is None or self.policy is None or not self.number_earlier:
            return DataError(TOO_LITTLE)
        alone = protect_counts(self.protected.counts, self.policy, by=self.by, whole_first=True)
        if all(alone.safe(key) is None for key in self.protected.counts):
            return DataError(TOO_LITTLE)
        earlier = count_of(self.number_earlier, "earlier release")
        strike = STRIKE if self.memory is not None and self.memory.number else ""
        return DataError(BESIDE_EARLIER.format(earlier=earlier, strike=strike))

    def counts(self) -> FactorCounts:
        """Counts of a table without groups, as they may be printed.

        Raises
        ------
        DataError
            When too little may be printed.
        """
        if () not in self.groups:
            raise self.too_little()
        return self.groups[()]

    def printed(self, measure: str) -> int | str | None:
        """A total of a table without groups, as it is printed."""
        if self.protected is None:
            total: int | None = getattr(self.groups[()], measure)
            return total
        return self.protected.printed((), measure)

    def withheld(self) -> tuple[str, ...]:
        """Factors of a table without groups that have a count withheld."""
        if self.policy is None or self.protected is None:
            return ()
        told = self.groups[()].factors if () in self.groups else ()
        return tuple(name for name in self.protected.true_counts(()).factors if name not in told)

    def design_of(self, counts: FactorCounts) -> DesignEffects | None:
        """Design effects of the group whose counts these are; None where there are none."""
        found = (self.design.get(key) for key, one in self.groups.items() if one is counts)
        design = next(found, None)
        return None if design is None else design.of(counts.factors)

    def frame(self, make: Callable[[FactorCounts], pd.DataFrame]) -> pd.DataFrame:
        """A view of every group, the group's columns first, withheld cells marked.

        Parameters
        ----------
        make
            Makes the view of one group from the counts that may be printed.
        """
        import pandas as pd

        if not self.groups:
            raise self.too_little()
        frames = {key: make(counts) for key, counts in self.groups.items()}
        if self.protected is not None:
            return complete(frames, self.protected, marks=self.marks)
        for key, frame in frames.items():
            for position, (column, value) in enumerate(zip(self.by, key, strict=True)):
                frame.insert(position, column, [value] * len(frame))
        return pd.concat(list(frames.values()), ignore_index=True)


def release_counted(
    counted: Counted,
    *,
    by: Sequence[str] = (),
    policy: Policy | Waiver | None = None,
    marks: Marks = "text",
    earlier: Sequence[Path] = (),
    ledger: Path | None = None,
) -> Release:
    """Protect the counts of a table where they rest on observed records.

    Parameters
    ----------
    counted
        As :meth:`riskmodel.intake.table_file.TableFile.counts` gives them. They are protected where
        any column is observed, even beside made-up ones.
    by
        Columns that they are grouped by.
    policy
        What is small, or a waiver with its reason; None takes the parameters.
    marks
        How a withheld cell looks.
    earlier
        Files of counts of the same records that are out already, as
        :func:`riskmodel.disclosure.reading.read_earlier` takes them.
    ledger
        Another folder to remember in than the one beside the records.

    Notes
    -----
    What left of the same records before is known (:mod:`riskmodel.disclosure.ledger`): a table that
    is out already is printed as it was, any other is protected against all that is out. What leaves
    now is remembered by :meth:`Release.leave`, which commands call and nothing else does.
    """
    known = [read_earlier(path) for path in earlier]
    groups, issues, is_observed, account, design, records = counted
    if not is_observed:
        return Release(tuple(by), groups, None, marks, issues, account, design=design)
    policy = policy or policy_from_parameters()
    memory = None if records is None else Memory(records, ledger)
    protected = _protected(groups, policy, by, known, memory)
    safe = {key: counts for key in groups if (counts := protected.safe(key)) is not None}
    number = len(known) + (0 if memory is None else memory.number)
    return Release(
        tuple(by),
        safe,
        protected,
        marks,
        issues,
        account,
        number,
        design=design,
        memory=memory,
        earlier=tuple(known),
    )


def _protected(
    groups: Mapping[tuple[object, ...], FactorCounts],
    policy: Policy | Waiver,
    by: Sequence[str],
    known: Sequence[EarlierCounts],
    memory: Memory | None,
) -> ProtectedCounts:
    """What may be printed beside all that is known to be out."""
    if memory is None or isinstance(policy, Waiver):
        return protect_counts(groups, policy, by=by, known=known, whole_first=True)
    whole = memory.again({TOTAL: reduce(add, groups.values())}, (), policy) if by else None
    return memory.again(groups, by, policy, whole) or protect_counts(
        groups,
        policy,
        by=by,
        known=[*known, *memory.known],
        whole_first=True,
        whole=whole,
        count_by=memory.count_by,
    )


def policy_from_parameters(threshold: int | None = None, round_to: int | None = None) -> Policy:
    """The disclosure policy of the parameters, with the choices that the user made.

    Parameters
    ----------
    threshold
        Counts from 1 to this are withheld.
    round_to
        5 or 10; 0 for counts as they are.
    """
    allowed: dict[int, Literal[5, 10] | None] = {0: None, 5: 5, 10: 10}
    base = int(parameter("disclosure_round_to").value) if round_to is None else round_to
    if base not in allowed:
        raise DataError(f"counts are rounded to 5 or 10, or not at all (0); got {base}")
    return Policy(
        threshold=int(parameter("disclosure_threshold").value) if threshold is None else threshold,
        round_to=allowed[base],
        publish_zero=bool(parameter("disclosure_publish_zero").value),
        decimals=int(parameter("disclosure_decimals").value),
    )
