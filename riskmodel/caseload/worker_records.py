"""Actual caseloads of workers, from an authority's own records of who works with which child."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from riskmodel.core.result import Result, TextTable
from riskmodel.disclosure import CONFIDENTIAL, Policy
from riskmodel.disclosure.account_text import released_tally
from riskmodel.errors import DataError
from riskmodel.intake.involvements import Involvements
from riskmodel.intake.result import RULES

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["RoleCaseload", "WorkerCaseloads", "worker_caseloads"]

EVERYBODY = "all workers"
OTHERS = "other roles"
_SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
_SPREAD = ("minimum", "q25", "median", "q75", "maximum")


@dataclass(frozen=True, slots=True)
class RoleCaseload:
    """Caseloads of the workers of one role.

    Parameters
    ----------
    role
        As the records name it, :data:`EVERYBODY`, or :data:`OTHERS` taken together.
    workers, children
        How many there are, each once.
    spread
        Children of a worker: the lowest, the quartiles with the median, the highest.
    """

    role: str
    workers: int
    children: int
    spread: tuple[float, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class WorkerCaseloads(Result):
    """Children of a worker on one day, over all workers and by role.

    Parameters
    ----------
    groups
        All workers first; empty where there are too few to print.
    records
        What it is based on.
    policy
        How counts are protected.
    """

    groups: tuple[RoleCaseload, ...]
    records: Involvements
    policy: Policy

    def to_frame(self) -> pd.DataFrame:
        """One row for each role, all workers first.

        Columns: role, workers, children, minimum, q25, median, q75, maximum (children of a
        worker), without_worker (children with an open episode and no worker, in the first row),
        day, basis. ``[c]``: withheld. A child with workers of two roles is in both rows.
        """
        import pandas as pd

        day = self.records.day.isoformat()
        rows = [
            (
                *(group.role, group.workers, group.children, *map(self._told, group.spread)),
                self._without if group.role == EVERYBODY else None,
                *(day, "observed"),
            )
            for group in self.groups
        ]
        names = ["role", "workers", "children", *_SPREAD, "without_worker", "day", "basis"]
        frame = pd.DataFrame(rows, columns=names)
        return frame.astype({"without_worker": object})

    def _told(self, value: float) -> Any:
        """Children of one worker are a count as any other."""
        if self.policy.is_small(int(np.ceil(value))):
            return CONFIDENTIAL
        return int(value) if float(value).is_integer() else float(value)

    @property
    def _without(self) -> Any:
        number = self.records.without_worker
        return CONFIDENTIAL if number is not None and self.policy.is_small(number) else number

    def summary(self) -> str:
        """The median and the range of a worker's caseload, and children without a worker."""
        records = self.records
        on = f"On {records.day.day} {records.day:%B %Y}"
        if not self.groups:
            said = f"{on}: too few workers or children to print."
        else:
            group = self.groups[0]
            low, _, middle, _, high = map(self._told, group.spread)
            said = (
                f"{on} {group.workers:,} workers had {group.children:,} children between them: "
                f"the median is {middle} for each worker, from {low} to {high}."
            )
        if records.without_worker is None:
            return f"{said} Without ssd_cin_episodes.csv, children without a worker are not known."
        number = self._without if isinstance(self._without, str) else f"{self._without:,}"
        of = f" of the {records.with_episode:,}" if self._tells_episodes() else ""
        return f"{said} {number}{of} children with an open episode had no worker."

    def _tells_episodes(self) -> bool:
        """Whether the number of children with an episode gives no small count away."""
        without, episodes = self.records.without_worker or 0, self.records.with_episode or 0
        children = len(np.unique(self.records.children))
        counts = (without, episodes, children - (episodes - without))
        return not any(map(self.policy.is_small, counts))

    def preview(self) -> pd.DataFrame:
        """Workers, children and the spread by role."""
        return self.to_frame()[["role", "workers", "children", *_SPREAD]]

    def text_tables(self) -> Sequence[TextTable]:
        """The spread by role."""
        return (TextTable(self.preview(), "Children of a worker"),) if self.groups else ()

    def remarks(self) -> Sequence[str]:
        """What was counted, left out, or could not be read, in words that may be shared."""
        said = [
            "Workers are counted as persons, whatever their hours; a child with several workers "
            "counts for each. Roles are those of the records; roles with so few workers or "
            "children that they are not printed are taken together.",
            f"From {self.records.source}; basis: observed.",
        ]
        several = len(self.records) - len(np.unique(self.records.children))
        for name, tally in self.records.account.items():
            hides = not self.groups or self.policy.is_small(several)
            total = CONFIDENTIAL if hides else tally.used
            said.append(released_tally(tally, self.policy, total, f"{name} used"))
        for rule, count in self.records.counts.items():
            number = CONFIDENTIAL if self.policy.is_small(count) else f"{count:,}"
            said.append(f"Issue ({rule}, {number}): {RULES[rule]}.")
        said.append(f"Observed records: {self.policy}. {CONFIDENTIAL}: withheld.")
        return said


def worker_caseloads(records: Involvements, policy: Policy | None = None) -> WorkerCaseloads:
    """How children spread over workers on the last day of the records.

    Parameters
    ----------
    records
        As :func:`riskmodel.intake.involvements.read_involvements` reads them.
    policy
        How counts of observed records are protected; None is the usual one.

    Raises
    ------
    DataError
        When no involvement is open on that day.
    """
    if not len(records):
        raise DataError(f"no involvement is open on {records.day}", file=records.source)
    policy = policy or Policy()
    everybody = _group(EVERYBODY, records, np.ones(len(records), dtype=bool))
    if _is_small(everybody, policy):
        return WorkerCaseloads((), records, policy)
    return WorkerCaseloads((everybody, *_roles(records, policy)), records, policy)


def _roles(records: Involvements, policy: Policy) -> list[RoleCaseload]:
    """Roles that can be printed, largest first, and the others together.

    What all workers have beyond the roles that are printed must not be a small count: the
    smallest roles go together until it is none.
    """
    names, positions = np.unique(records.roles.astype(str), return_inverse=True)
    groups = [_group(name, records, positions == i) for i, name in enumerate(names.tolist())]
    groups.sort(key=lambda group: (group.workers, group.children), reverse=True)
    shown = [group for group in groups if group.role and not _is_small(group, policy)]
    while len(shown) < len(groups):
        printed = np.isin(records.roles.astype(str), [group.role for group in shown])
        others = _group(OTHERS, records, ~printed)
        if not _is_small(others, policy):
            return [*shown, others] if shown else []
        if not shown:
            return []
        shown.pop()
    return shown if len(shown) > 1 else []


def _group(name: str, records: Involvements, rows: npt.NDArray[np.bool_]) -> RoleCaseload:
    children, workers = records.children[rows], records.workers[rows]
    loads = np.unique(np.column_stack([workers, children]), axis=0)[:, 0]
    counts = np.unique(loads, return_counts=True)[1]
    spread = tuple(np.quantile(counts, _SHARES).tolist()) if len(counts) else (0.0,) * len(_SHARES)
    return RoleCaseload(name, len(counts), len(np.unique(children)), spread)


def _is_small(group: RoleCaseload, policy: Policy) -> bool:
    counts = (group.workers, group.children)
    return not all(counts) or any(map(policy.is_small, counts))
