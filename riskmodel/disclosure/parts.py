"""A table split into parts: which of their counts may be printed beside the counts per factor."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from riskmodel.disclosure.cells import PRINTED, TOTAL, CountCell, Group
from riskmodel.disclosure.earlier import tie, tie_rest
from riskmodel.disclosure.linking import Links
from riskmodel.disclosure.policy import LARGEST_THRESHOLD, Policy
from riskmodel.disclosure.protected import ProtectedCounts
from riskmodel.disclosure.suppress import protect_table
from riskmodel.disclosure.table import Name
from riskmodel.errors import DataError

__all__ = ["Part", "protect_parts"]

_BESIDE = 1


class Part(NamedTuple):
    """Assessments of one part of a table, and those among them that led to a plan.

    ``factors`` is how many factors each of them has, where the parts are by number of factors.
    """

    assessments: int
    plans: int
    factors: int | None = None


def protect_parts(
    parts: Sequence[Part],
    beside: ProtectedCounts,
    known: Sequence[Mapping[int | None, tuple[int | str, int | str]]] = (),
) -> tuple[tuple[int | str, int | str], ...]:
    """What may be printed of the parts of a table: assessments and plans of each.

    Parameters
    ----------
    parts
        They make up the whole table: assessments by number of factors, groups of a calibration.
    beside
        Counts of the whole table, without groups, that are printed too.
    known
        What is out of such parts by their number of factors, of these records or of fewer: a number
        that has changed by few is protected as any small count.

    Returns
    -------
    tuple
        ``(assessments, plans)`` of each part, ``[c]`` where one is withheld.

    Raises
    ------
    DataError
        When the counts beside are of groups, or the parts do not add up to them.

    Notes
    -----
    Tied together are the sums over the parts (all assessments, all plans), assessments of a part
    that led to no plan, and, with the number of factors f_i of each part, the sum over the factors
    of the assessments with each:

        sum_i f_i n_i = sum_j n_j,

    and the same of plans. So a table by number of factors does not give away the one factor whose
    count is withheld.
    """
    if beside.by:
        raise DataError("parts are of a whole table, not of groups")
    if not isinstance(beside.policy, Policy):
        return tuple((part.assessments, part.plans) for part in parts)
    links = Links()
    links.release(_BESIDE, beside)
    counts = beside.true_counts(TOTAL)
    largest = max(counts.total_assessments or 0, 1)
    for place, part in enumerate(parts):
        found, led = _cells(place)
        rest = CountCell(0, led.group, "without_plan")
        links.cells |= {
            found: part.assessments,
            led: part.plans,
            rest: part.assessments - part.plans,
        }
        links.outside[rest] = (0.0, math.inf)
        links.guards[rest] = led
        links.relations.append({found: 1, led: -1, rest: -1})
        links.weights[found] = 1.5 * (1 + part.assessments / (2 * largest))
        links.weights[led] = 1 + part.plans / (2 * largest)
    for position, measure in enumerate(PRINTED):
        cells = [_cells(place)[position] for place in range(len(parts))]
        whole = CountCell(_BESIDE, (), f"total_{measure}")
        if whole in links.cells:
            links.relations.append({whole: 1, **dict.fromkeys(cells, -1)})
        if parts and all(part.factors is not None for part in parts):
            each: dict[Name, int] = {
                CountCell(_BESIDE, (), measure, name): 1 for name in counts.factors
            }
            less: dict[Name, int] = {
                c: -p.factors for c, p in zip(cells, parts, strict=True) if p.factors
            }
            links.relations.append({**each, **less})
    for number, table in enumerate(known, _BESIDE + 1):
        for place, part in enumerate(parts):
            changes = [
                tie(links, [cell], CountCell(number, cell.group, f"known {cell.measure}"), [(n, n)])
                for cell, n in zip(_cells(place), table.get(part.factors, ()), strict=False)
                if isinstance(n, int)
            ]
            unled = (number, _cells(place)[0].group, "", "without_plan")
            tie_rest(links, unled, changes if len(changes) == len(PRINTED) else [None], (1, -1))
    policy = beside.policy
    if all(part.factors is not None for part in parts):
        policy = replace(policy, threshold=min(2 * policy.threshold, LARGEST_THRESHOLD))
    protected = protect_table(links.table(), policy)
    return tuple(
        (protected.printed(found), protected.printed(led))
        for found, led in map(_cells, range(len(parts)))
    )


def _cells(place: int) -> tuple[CountCell, CountCell]:
    group: Group = (("part", place),)
    return CountCell(0, group, "assessments"), CountCell(0, group, "plans")
