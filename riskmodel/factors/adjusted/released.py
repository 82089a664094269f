"""What may be printed of an adjusted analysis of observed records, and which factors it may use."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from riskmodel.assessments import Assessments, FactorCounts
from riskmodel.disclosure import (
    Part,
    Policy,
    any_small,
    coarse_estimate,
    coarse_number,
    has_enough_unknowns,
    protect_parts,
)
from riskmodel.disclosure.release import Release
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.factors.adjusted.benchmarks import CalibrationGroup, ModelBenchmark, TableBenchmark
from riskmodel.factors.adjusted.interactions import InteractionTest, interaction_pairs
from riskmodel.factors.adjusted.patterns import factor_patterns
from riskmodel.factors.adjusted.reach_together import NO_REACH
from riskmodel.factors.adjusted.released_combinations import released_combinations
from riskmodel.factors.adjusted.result import Association, FactorAssociation, FactorImpact
from riskmodel.factors.adjusted.told import Earlier, gaps, less, told_of
from riskmodel.factors.associations import associations
from riskmodel.factors.rates import proportion_estimate

__all__ = [
    "RowsOf",
    "choose_factors",
    "choose_pairs",
    "refuse_solvable",
    "released_benchmark",
    "released_impact",
]

RowsOf = tuple[Mapping[str, Any], ...]

# Figures printed that rest on which factors were recorded together: six measures with both ends of
# their intervals a factor, the joint fraction, nine numbers a pair, the combinations, and a
# benchmark of two models with their groups.
_A_FACTOR, _IN_ALL, _A_PAIR, _COMBINATIONS, _BENCHMARK = 18, 5, 9, 28, 92

_TOLD_FROM = 40
"""The fewest plans, and the fewest other assessments, without any factor for which the ends of the
joint fraction are given (in steps of 10 points): smaller numbers could be inferred from the
ends."""


def choose_factors(
    release: Release, table: Assessments, asked: Sequence[str] | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Factors that a model may use, and those withheld.

    Notes
    -----
    All four cells of factor and plan must be printable, rounded or not, because an odds ratio and
    the totals reveal them.
    """
    names = table.factors if asked is None else tuple(asked)
    for name in names:
        if name not in table.factors:
            raise UnknownNameError("factor in this table", name, table.factors)
    policy, protected = release.policy, release.protected
    if policy is None or protected is None:
        return names, ()
    if () not in release.groups or release.groups[()].total_assessments is None:
        raise release.too_little()
    told, counts = release.groups[()].factors, protected.true_counts(())
    kept = tuple(n for n in names if n in told and not any_small(_cells(counts, n), policy))
    if not kept:
        raise DataError(
            "each of these factors has a count that is withheld, so no model may be fitted; take "
            "more years or areas together"
        )
    return kept, tuple(name for name in names if name not in kept)


def _cells(counts: FactorCounts, name: str) -> tuple[int, ...]:
    """The two-by-two table of a factor and the plans, and its sums."""
    row = counts.factors.index(name)
    n, k = int(counts.assessments[row]), int(counts.plans[row])
    total, plans = counts.total_assessments or 0, counts.total_plans
    return n, k, n - k, plans, plans - k, total - n, total - n - plans + k


def choose_pairs(
    release: Release, table: Assessments, words: Sequence[str], kept: Sequence[str]
) -> tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]:
    """Pairs whose eight cells (with and without a plan) may all be printed, and the other pairs."""
    policy = release.policy
    assert policy is not None
    usable = [name for name in table.factors if 0 < table.frame[name].sum() < len(table)]
    pairs = interaction_pairs(words, usable)
    earlier, safe = earlier_told(release), []
    for pair in pairs:
        if not set(pair) <= set(kept):
            continue
        rows = told_of(table, pair)
        cells = [count for row in rows for count in less(row.assessments, row.plans)]
        sums = [row for names in ((), pair[:1], pair[1:]) for row in told_of(table, names)]
        if not any_small([*cells, *gaps([*sums, *rows], earlier)], policy):
            safe.append(pair)
    return tuple(safe), tuple(pair for pair in pairs if pair not in safe)


def earlier_told(release: Release) -> tuple[Earlier, ...]:
    """What earlier models told of factors together; rounded counts give no differences."""
    if release.memory is None or release.policy is None or release.policy.round_to:
        return ()
    return tuple(Earlier.from_data(*one) for one in release.memory.told_before)


def refuse_solvable(
    release: Release,
    table: Assessments,
    factors: Sequence[str],
    pairs: int,
    *,
    has_benchmark: bool,
    how: str = "",
) -> None:
    """Refuse a model whose figures could be solved for counts that may not be printed.

    Models of the same records that have been given out count too: all figures about a set of
    factors are taken together and compared with the number of combinations of that set. ``how``
    distinguishes models of the same factors.

    Raises
    ------
    DataError
        When the factors are so few that the figures are as many as the unknown combinations, and a
        combination of factors has too few assessments with or without a plan.
    """
    policy, number = release.policy, len(factors)
    if policy is None:
        return
    figures = _A_FACTOR * number + _IN_ALL + _COMBINATIONS
    figures += _A_PAIR * pairs + (_BENCHMARK if has_benchmark else 0)
    models: dict[str, Mapping[str, Any]] = {"": {"factors": list(factors), "figures": figures}}
    if release.memory is not None:
        name = f"{how} of {', '.join(sorted(factors))}"
        release.memory.note_model(name, factors, figures)
        models |= {other: model for other, model in release.memory.models.items() if other != name}
    sets = [set(model["factors"]) for model in models.values()]
    if all(
        has_enough_unknowns(
            len(of), sum(one["figures"] for one in models.values() if set(one["factors"]) <= of)
        )
        for of in sets
        if of >= set(factors)
    ):
        return
    several = f", with {len(models) - 1} models that are out," if len(models) > 1 else ""
    patterns = factor_patterns(table, factors)
    cells = [patterns.assessments, patterns.plans, patterns.assessments - patterns.plans]
    has_absent = not policy.publish_zero and len(patterns) < 2**number
    if has_absent or any_small(np.concatenate(cells).tolist(), policy):
        raise DataError(
            f"the figures of a model of {number} factors{several} could be solved for the "
            "number of assessments with each combination of them, and in these observed records "
            "some are so few that they are withheld; take more factors, more years or areas, or "
            "see `riskmodel bounds`"
        )


def released_impact(impact: FactorImpact, release: Release, table: Assessments) -> FactorImpact:
    """The result with the digits and counts of the policy, and the combinations that may be named.

    Under a waiver, and where nothing is observed, it is the result itself.
    """
    policy = release.policy
    if policy is None:
        return impact
    safe = release.groups[()]
    names = tuple(found.factor for found in impact.factors)
    rows = [safe.factors.index(name) for name in names]
    counts = replace(
        safe, factors=names, assessments=safe.assessments[rows], plans=safe.plans[rows]
    )
    design = release.design_of(safe)
    crude = associations(counts, level=impact.level, design=design).estimates
    combinations, told = released_combinations(impact, table, policy, earlier_told(release))
    if release.memory is not None and not policy.round_to:
        release.memory.note_told([row.to_data() for row in told])
    factors = tuple(
        _coarse_factor(found, {kind: crude[kind][row] for kind in crude}, policy)
        for row, found in enumerate(impact.factors)
    )
    return FactorImpact(
        factors,
        coarse_estimate(impact.joint, policy),
        combinations,
        None if impact.interactions is None else _coarse_pairs(impact.interactions, policy),
        counts.total_assessments or 0,
        counts.total_plans,
        impact.basis,
        impact.level,
        impact.resamples,
        tuple(_without_counts(note) for note in impact.notes),
        _coarse_joint(impact),
    )


def _coarse_joint(impact: FactorImpact) -> tuple[float, float]:
    plans, none = impact.combinations.plans_by_number[0], impact.combinations.by_number[0]
    if min(plans, none - plans) < _TOLD_FROM:
        return NO_REACH
    low, high = impact.reach()["all", "attributable_fraction_joint"]
    return float(np.floor(10 * low) / 10), float(np.ceil(10 * high) / 10)


def _coarse_factor(
    found: FactorAssociation, crude: Mapping[str, Any], policy: Policy
) -> FactorAssociation:
    """Unadjusted measures anew from the printed counts; the adjusted ones cut."""
    # The counts of a crude estimate are those of the adjusted one: plans and assessments with it.
    own = coarse_estimate(found.adjusted.risk_difference, policy)
    base = {
        kind: coarse_estimate(
            replace(each, numerator=own.numerator, denominator=own.denominator), policy
        )
        for kind, each in crude.items()
    }
    parts = ("risk_difference", "risk_ratio", "odds_ratio")
    shares = found.attributable
    return FactorAssociation(
        found.factor,
        Association(*(base[kind] for kind in parts)),
        Association(*(coarse_estimate(getattr(found.adjusted, kind), policy) for kind in parts)),
        replace(
            shares,
            crude=base["attributable_fraction"],
            **{
                kind: coarse_estimate(getattr(shares, kind), policy)
                for kind in ("alone", "sequential", "average")
            },
            drawing_error=round(shares.drawing_error, policy.decimals + 2),
        ),
    )


def _coarse_pairs(tested: InteractionTest, policy: Policy) -> InteractionTest:
    pairs = tuple(
        replace(
            pair,
            odds_ratio=coarse_estimate(pair.odds_ratio, policy),
            contrast=coarse_estimate(pair.contrast, policy),
            statistic=coarse_number(pair.statistic, 2),
            p_value=coarse_number(pair.p_value, 3),
            cells=_printed_cells(pair.cells, policy),
        )
        for pair in tested.pairs
    )
    return replace(
        tested,
        pairs=pairs,
        statistic=coarse_number(tested.statistic, 2),
        p_value=coarse_number(tested.p_value, 3),
    )


def _printed_cells(cells: Sequence[int], policy: Policy) -> tuple[int, ...]:
    """The eight cells that a reader works out from what is printed of the pair; rounded as that."""
    shown = (policy.printed(count) for count in cells)
    return tuple(count if isinstance(count, int) else 0 for count in shown)


_COUNTS = (
    (re.compile(r" \(\d[\d,]*( of \d[\d,]*)?\)"), ""),
    (re.compile(r"^\d[\d,]* of \d[\d,]* children have"), "Some children have"),
    (re.compile(r"^\d[\d,]* assessments of the rarer outcome"), "Few assessments of one outcome"),
)


def _without_counts(note: str) -> str:
    """A note without the counts that it gives by the way."""
    for pattern, words in _COUNTS:
        note = pattern.sub(words, note)
    return note


def released_benchmark(found: TableBenchmark, release: Release) -> tuple[TableBenchmark, RowsOf]:
    """The benchmark with the digits of the policy and the groups that may be printed.

    Returns
    -------
    tuple
        The benchmark, and a row for each group of which a count is withheld: model, predicted,
        numerator, denominator.
    """
    policy, protected = release.policy, release.protected
    if policy is None or protected is None:
        return found, ()
    models, rows = [], []
    for model in found.models:
        kept, withheld = _calibration(model, release, policy)
        rows += withheld
        models.append(
            replace(
                model,
                discrimination=coarse_estimate(model.discrimination, policy),
                brier=coarse_estimate(model.brier, policy),
                skill=round(model.skill, policy.decimals + 2),
                calibration=kept,
            )
        )
    return replace(found, models=tuple(models)), tuple(rows)


def _calibration(
    model: ModelBenchmark, release: Release, policy: Policy
) -> tuple[tuple[CalibrationGroup, ...], list[dict[str, Any]]]:
    """Groups that may be printed, worked out anew from their printed counts, and the others."""
    assert release.protected is not None
    parts = [
        Part(int(group.observed.denominator or 0), int(group.observed.numerator or 0))
        for group in model.calibration
    ]
    kept, withheld = [], []
    for group, (found, led) in zip(
        model.calibration, protect_parts(parts, release.protected), strict=True
    ):
        predicted = round(group.predicted, policy.decimals + 2)
        if isinstance(found, int) and isinstance(led, int) and found:
            observed = proportion_estimate(
                led, found, level=group.observed.level, basis=group.observed.basis
            )
            kept.append(CalibrationGroup(predicted, coarse_estimate(observed, policy)))
        else:
            row = {"numerator": led, "denominator": found, "predicted": predicted}
            withheld.append({"model": model.model, **row})
    return tuple(kept), withheld
