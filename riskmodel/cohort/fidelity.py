"""A cohort compared with every published count, and its joint structure with independence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from riskmodel.assessments import PLAN, Assessments, FactorCounts
from riskmodel.cohort.lengths import TWO_YEARS_DAYS
from riskmodel.cohort.overlap import PARENTAL_PAIRS, PARENTAL_TRIPLES
from riskmodel.core.result import Result
from riskmodel.errors import DataError
from riskmodel.estimates import Interval
from riskmodel.parameters import parameter
from riskmodel.published import Figure, factor_counts, load_table, printed_quadrants

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Fidelity",
    "FidelityCheck",
    "check_fidelity",
    "factors_an_assessment",
    "joint_structure",
]


@dataclass(frozen=True, slots=True)
class FidelityCheck:
    """One published figure compared with the cohort.

    Parameters
    ----------
    target
        What is compared, in words.
    expected, found
        What the report prints, and what the cohort has.
    holds
        Whether the cohort's value would be printed as the report prints it.
    place
        Paragraph of the report.
    """

    target: str
    expected: str
    found: str
    holds: bool
    place: str

    def __str__(self) -> str:
        return f"{'ok' if self.holds else 'MISSED'}  {self.target}: {self.expected}, {self.found}"


@dataclass(frozen=True, slots=True, repr=False)
class Fidelity(Result):
    """All checks, and what could not be checked because the table does not have it."""

    checks: tuple[FidelityCheck, ...]
    absent: tuple[str, ...]

    @property
    def is_exact(self) -> bool:
        """Whether every published figure that could be checked holds."""
        return all(check.holds for check in self.checks)

    def to_frame(self) -> pd.DataFrame:
        """One row for each check: target, expected, found, holds, place."""
        import pandas as pd

        return pd.DataFrame(
            [
                (check.target, check.expected, check.found, check.holds, check.place)
                for check in self.checks
            ],
            columns=["target", "expected", "found", "holds", "place"],
        )

    def summary(self) -> str:
        """The contents in one sentence."""
        missed = sum(not check.holds for check in self.checks)
        return f"{len(self.checks)} checks against the report, {missed} missed"


def check_fidelity(cohort: Assessments) -> Fidelity:
    """Compare a cohort with the report card, figure by figure.

    Parameters
    ----------
    cohort
        One authority and year, with factors named as in the vocabulary. It may come from this
        package, changed or not, or from elsewhere.

    Returns
    -------
    Fidelity
        Counts must be equal; a percentage or mean must be one that would be printed as it is.

    Raises
    ------
    DataError
        When none of the printed factors is in the table.
    """
    counts = cohort.counts()
    printed = factor_counts()
    if not set(printed.factors) & set(counts.factors):
        raise DataError(
            f"none of the printed factors is a column; expected names such as {printed.factors[0]}",
            file=cohort.source,
        )
    checks = [*_count_checks(counts, printed)]
    absent = [name for name in printed.factors if name not in counts.factors]
    if set(counts.factors) >= set(printed_quadrants()):
        checks.extend(_constraint_checks(counts, printed))
    else:
        absent.append("the 24 factors without printed counts")
    plans = cohort.frame[cohort.frame[PLAN]]
    for needed, check in _DETAIL_CHECKS:
        lacking = [
            f"{column} of {int(plans[column].isna().sum())} plans" if column in plans else column
            for column in needed
            if column not in plans or (column in _COMPLETE and plans[column].isna().any())
        ]
        if lacking:
            absent.extend(lacking)
        else:
            checks.extend(check(plans))
    return Fidelity(tuple(checks), tuple(absent))


def factors_an_assessment(cohort: Assessments) -> pd.DataFrame:
    """Assessments and plans by number of factors recorded.

    Returns
    -------
    pandas.DataFrame
        Columns factors_recorded, assessments, plans.
    """
    import pandas as pd

    number = cohort.frame[list(cohort.factors)].to_numpy().sum(axis=1)
    plan = cohort.frame[PLAN].to_numpy()
    top = int(number.max(initial=0)) + 1
    return pd.DataFrame(
        {
            "factors_recorded": np.arange(top),
            "assessments": np.bincount(number, minlength=top),
            "plans": np.bincount(number[plan], minlength=top),
        }
    )


def joint_structure(cohort: Assessments) -> pd.DataFrame:
    """How each pair of factors, and the parental triples, occur together.

    Returns
    -------
    pandas.DataFrame
        Columns factors (joined by " + "), together (rows with all), expected (if independent),
        lift (together over expected), phi (pairs only: correlation of two flags). Rows are the
        pairs in order of the table, then the triples.
    """
    import pandas as pd

    flags = cohort.frame[list(cohort.factors)].to_numpy(dtype=float)
    total = len(flags)
    share = flags.mean(axis=0)
    both = flags.T @ flags
    spread = np.sqrt(share * (1 - share))
    rows = []
    for i, j in combinations(range(len(cohort.factors)), 2):
        expected = total * share[i] * share[j]
        scale = spread[i] * spread[j]
        rows.append(
            (
                f"{cohort.factors[i]} + {cohort.factors[j]}",
                int(both[i, j]),
                expected,
                both[i, j] / expected if expected else np.nan,
                (both[i, j] / total - share[i] * share[j]) / scale if scale else np.nan,
            )
        )
    for triple in PARENTAL_TRIPLES:
        if set(triple) <= set(cohort.factors):
            where = [cohort.factors.index(name) for name in triple]
            together = int(flags[:, where].all(axis=1).sum())
            expected = total * float(np.prod(share[where]))
            lift = together / expected if expected else np.nan
            rows.append((" + ".join(triple), together, expected, lift, np.nan))
    return pd.DataFrame(rows, columns=["factors", "together", "expected", "lift", "phi"])


def parental_lifts(structure: pd.DataFrame) -> tuple[float, float]:
    """Mean lift of the parental pairs and of the parental triples."""
    by_name = structure.set_index("factors")["lift"]
    pairs = [_find(by_name, pair) for pair in PARENTAL_PAIRS]
    triples = [_find(by_name, triple) for triple in PARENTAL_TRIPLES]
    return float(np.mean(pairs)), float(np.mean(triples))


def _find(by_name: pd.Series[float], factors: tuple[str, ...]) -> float:
    for name in by_name.index:
        if set(name.split(" + ")) == set(factors):
            return float(by_name[name])
    raise DataError(f"the table lacks one of {', '.join(factors)}")


def _count_checks(counts: FactorCounts, printed: FactorCounts) -> Iterator[FidelityCheck]:
    yield _equal("plans started", printed.total_plans, counts.total_plans, "para 16")
    for name, n, k in zip(
        printed.factors, printed.assessments.tolist(), printed.plans.tolist(), strict=True
    ):
        if name in counts.factors:
            where = counts.factors.index(name)
            yield _equal(f"{name}: plans", k, int(counts.plans[where]), "para 16")
            yield _equal(f"{name}: assessments", n, int(counts.assessments[where]), "para 16")


def _constraint_checks(counts: FactorCounts, printed: FactorCounts) -> Iterator[FidelityCheck]:
    ceiling = int(parameter("unprinted_plans_at_most").value)
    others = [
        (name, int(k))
        for name, k in zip(counts.factors, counts.plans, strict=True)
        if name in printed_quadrants() and name not in printed.factors
    ]
    most, plans = max(others, key=lambda other: other[1])
    yield FidelityCheck(
        "factors without printed counts: most plans",
        f"at most {ceiling}",
        f"{plans} ({most})",
        plans <= ceiling,
        "para 16",
    )
    rates = counts.plans / np.maximum(counts.assessments, 1)
    for position, axis, values, unit in (
        (0, "prevalence", counts.plans, "plans"),
        (1, "impact", rates, "of assessments"),
    ):
        by_label: dict[str, list[float]] = {"high": [], "low": []}
        for name, value in zip(counts.factors, values.tolist(), strict=True):
            if name in printed_quadrants():
                by_label[printed_quadrants()[name][position]].append(value)
        lowest_high, highest_low = min(by_label["high"]), max(by_label["low"])
        yield FidelityCheck(
            f"one cut on {axis} parts all 34 factors as printed",
            "every high above every low",
            f"high from {lowest_high:.4g}, low to {highest_low:.4g} {unit}",
            lowest_high > highest_low,
            "para 17",
        )


def _before_checks(plans: pd.DataFrame) -> Iterator[FidelityCheck]:
    for column, statement in (
        ("child_in_need_plan_before", "plans_started_after_child_in_need_plan"),
        ("early_intervention_before", "plans_started_known_to_early_intervention"),
    ):
        figure = load_table("statements").figure(statement)
        found = int(plans[column].fillna(False).sum())
        yield _equal(column, int(figure.value or 0), found, figure.place)


def _category_checks(plans: pd.DataFrame) -> Iterator[FidelityCheck]:
    figure = load_table("statements").figure("neglect_category_oxfordshire_percent")
    share = 100 * float((plans["category_of_abuse"] == "neglect").mean())
    yield _within("category neglect, % of plans", figure, share)


def _attendance_checks(plans: pd.DataFrame) -> Iterator[FidelityCheck]:
    known = plans["school_attendance"].dropna()
    statements = load_table("statements")
    for words, labels, statement in (
        ("full school attendance", ["100%"], "plans_started_full_school_attendance_percent"),
        (
            "school attendance over 85%",
            ["100%", "over 85%"],
            "plans_started_school_attendance_over_85_percent",
        ),
    ):
        share = 100 * float(known.isin(labels).mean())
        yield _within(f"{words}, % of plans of school age", statements.figure(statement), share)


def _rating_checks(plans: pd.DataFrame) -> Iterator[FidelityCheck]:
    known = plans["school_rating"].dropna()
    table = load_table("school_ratings")
    for row in table.keys:
        label = row.casefold().replace(" ", "_")
        figure = table.figure(row, "child_protection_percent")
        yield _within(f"school rated {row.casefold()}, % of plans", figure, _percent(known, label))


def _length_checks(plans: pd.DataFrame) -> Iterator[FidelityCheck]:
    statements = load_table("statements")
    days = (plans["plan_end_date"] - plans["plan_start_date"]).dt.days
    figure = statements.figure("mean_plan_length_days")
    yield _within("mean plan length, days", figure, float(days.mean()))
    over = statements.figure("plans_over_two_years_oxfordshire_2014_15_percent")
    share = 100 * float((days >= TWO_YEARS_DAYS).mean())
    yield _within("plans over two years, %", over, share)


def _age_checks(plans: pd.DataFrame) -> Iterator[FidelityCheck]:
    start, birth = plans["plan_start_date"], plans["birth_date"]
    before_birthday = (start.dt.month * 100 + start.dt.day) < (birth.dt.month * 100 + birth.dt.day)
    ages = start.dt.year - birth.dt.year - before_birthday
    statements = load_table("statements")
    figure = statements.figure("children_on_plan_under_10_percent")
    yield _within("under 10, % of plan starts", figure, 100 * float((ages < 10).mean()))
    second = statements.figure("plan_start_second_most_common_age_years")
    common = ages.value_counts()
    yield _equal(
        "second most common age at plan start",
        int(second.value or 0),
        int(common.index[1]) if len(common) > 1 else -1,
        second.place,
    )


_COMPLETE = {"plan_start_date", "plan_end_date", "birth_date", "category_of_abuse"}
"""Columns that every plan must have for a check to mean anything: a census return leaves out plan
ends after its reference date, and the mean duration of the others is not the published one."""

_DETAIL_CHECKS = (
    (("child_in_need_plan_before", "early_intervention_before"), _before_checks),
    (("category_of_abuse",), _category_checks),
    (("plan_start_date", "plan_end_date"), _length_checks),
    (("plan_start_date", "birth_date"), _age_checks),
    (("school_attendance",), _attendance_checks),
    (("school_rating",), _rating_checks),
)


def _equal(target: str, expected: int, found: int, place: str) -> FidelityCheck:
    return FidelityCheck(target, str(expected), str(found), expected == found, place)


def _within(target: str, figure: Figure, found: float) -> FidelityCheck:
    interval: Interval = figure.interval
    holds = bool(np.isfinite(found)) and found in interval
    return FidelityCheck(target, figure.printed, f"{found:.2f}", holds, figure.place)


def _percent(values: pd.Series[str], label: str) -> float:
    return 100 * float((values == label).mean())
