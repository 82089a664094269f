"""Combinations of factors in observed records that may be named; the rest are combined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from riskmodel.assessments import Assessments
from riskmodel.disclosure import Policy, any_small
from riskmodel.factors.adjusted.combinations import Combination, FactorCombinations
from riskmodel.factors.adjusted.result import FactorImpact
from riskmodel.factors.adjusted.told import Earlier, Told, gaps, less, told_of

__all__ = ["released_combinations"]


def released_combinations(
    impact: FactorImpact, table: Assessments, policy: Policy, earlier: Sequence[Earlier] = ()
) -> tuple[FactorCombinations, tuple[Told, ...]]:
    """Combinations that may be named, and all counts that are told; others go to the remainder.

    Notes
    -----
    Of each combination, of the remainder, of assessments with fewer factors, and of what is left of
    each factor and pair beside the combinations named, no count may be small, and no difference
    from what earlier answers told of the same or of fewer records. The combination with the fewest
    assessments is the first to go to the remainder.
    """
    found = impact.combinations
    among = frozenset(one.factor for one in impact.factors)
    pairs = impact.interactions.pairs if impact.interactions else ()
    asked = [(), *((name,) for name in sorted(among)), *(pair.factors for pair in pairs)]
    sums = [row for names in asked for row in told_of(table, names)]

    def told(one: Combination) -> Told:
        return Told(among, frozenset(one.factors), one.assessments, one.plans)

    named = [
        one
        for one in found.combinations
        if not any_small(
            [*less(one.assessments, one.plans), *gaps([*sums, told(one)], earlier)], policy
        )
    ]
    fewer = Told(among, None, found.fewer_assessments, found.fewer_plans)
    while True:
        merged, rows = _merged(found, named), (*sums, fewer, *map(told, named))
        cells = [*less(merged.other_assessments, merged.other_plans), *less(*fewer[2:])]
        if not any_small([*cells, *gaps(rows, earlier)], policy):
            return _rounded_combinations(merged, policy), rows
        if not named:
            return _all_in_one(merged, policy), tuple(sums)
        named.pop()


def _merged(found: FactorCombinations, named: Sequence[Combination]) -> FactorCombinations:
    gone = [one for one in found.combinations if one not in named]
    return replace(
        found,
        combinations=tuple(named),
        other_combinations=found.other_combinations + len(gone),
        other_assessments=found.other_assessments + sum(one.assessments for one in gone),
        other_plans=found.other_plans + sum(one.plans for one in gone),
    )


def _all_in_one(found: FactorCombinations, policy: Policy) -> FactorCombinations:
    """One row for the whole table, where no part of it may be told."""
    whole = replace(
        found,
        fewest=0,
        fewer_assessments=0,
        fewer_plans=0,
        other_assessments=found.other_assessments + found.fewer_assessments,
        other_plans=found.other_plans + found.fewer_plans,
    )
    return _rounded_combinations(whole, policy)


def _rounded_combinations(found: FactorCombinations, policy: Policy) -> FactorCombinations:
    if policy.round_to is None:
        return found
    return replace(
        found,
        combinations=tuple(
            replace(
                one, assessments=_whole(one.assessments, policy), plans=_whole(one.plans, policy)
            )
            for one in found.combinations
        ),
        fewer_assessments=_whole(found.fewer_assessments, policy),
        fewer_plans=_whole(found.fewer_plans, policy),
        other_assessments=_whole(found.other_assessments, policy),
        other_plans=_whole(found.other_plans, policy),
    )


def _whole(count: int, policy: Policy) -> int:
    shown = policy.printed(count)
    return shown if isinstance(shown, int) else 0
