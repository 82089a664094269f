"""Combinations of factors that may be named of observed records; the rest is put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from riskmodel.assessments import Assessments
from riskmodel.disclosure import Policy, any_small
from riskmodel.factors.adjusted.combinations import Combination, FactorCombinations
from riskmodel.factors.adjusted.patterns import factor_patterns
from riskmodel.factors.adjusted.result import FactorImpact

__all__ = ["released_combinations"]


def released_combinations(
    impact: FactorImpact, table: Assessments, policy: Policy
) -> FactorCombinations:
    """Combinations that may be named; what may not goes to the remainder, where it adds up.

    Notes
    -----
    Of each combination, of the remainder, of assessments with fewer factors, and of what is left of
    each factor and pair beside the combinations named, no count may be small. The combination with
    the fewest assessments goes first.
    """
    found = impact.combinations
    named = [one for one in found.combinations if not any_small(_three(one), policy)]
    counts = factor_patterns(table, [each.factor for each in impact.factors]).counts()
    sums: list[tuple[tuple[str, ...], int, int]] = [
        ((name,), n, k)
        for name, n, k in zip(
            counts.factors, counts.assessments.tolist(), counts.plans.tolist(), strict=True
        )
    ]
    for pair in impact.interactions.pairs if impact.interactions else ():
        both = pair.contrast
        sums.append((pair.factors, int(both.denominator or 0), int(both.numerator or 0)))
    while True:
        merged = _merged(found, named)
        cells = [*_less(merged.other_assessments, merged.other_plans)]
        cells += _less(found.fewer_assessments, found.fewer_plans)
        for names, n, k in sums:
            inside = [one for one in named if set(names) <= set(one.factors)]
            rest = n - sum(one.assessments for one in inside)
            cells += _less(rest, k - sum(one.plans for one in inside))
        if not any_small(cells, policy):
            return _rounded_combinations(merged, policy)
        if not named:
            return _all_in_one(merged, policy)
        named.pop()


def _three(one: Combination) -> tuple[int, int, int]:
    return _less(one.assessments, one.plans)


def _less(assessments: int, plans: int) -> tuple[int, int, int]:
    return assessments, plans, assessments - plans


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
