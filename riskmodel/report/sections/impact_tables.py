"""The tables of the section on adjusted association."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from riskmodel.core.lazy import pd
from riskmodel.estimates import Estimate
from riskmodel.factors.adjusted.reach import COULD_BE, reach_words
from riskmodel.factors.adjusted.reach_together import NO_REACH
from riskmodel.factors.adjusted.result import FactorImpact
from riskmodel.factors.margins.recorded import Recording
from riskmodel.report.model import Table
from riskmodel.report.sections.building import table_of
from riskmodel.report.wording import label_of, percent

if TYPE_CHECKING:
    from riskmodel.report.charts.impact import ComparedRate

__all__ = ["beside_table", "fractions_table", "measures_table"]


def beside_table(rows: Sequence[ComparedRate], result: FactorImpact, source: str) -> Table:
    """The numbers behind the chart of differences."""
    frame = pd.DataFrame(
        [
            {
                "factor": row.label,
                **{
                    f"{kind}{end}": f"{getattr(row, kind)[position]:.1f}"
                    for kind in ("adjusted", "crude")
                    for position, end in enumerate(("", "_low", "_high"))
                },
            }
            for row in rows
        ]
    )
    words = {"adjusted": "Adjusted difference", "crude": "Unadjusted difference"}
    labels = {"factor": "Factor"}
    for kind, word in words.items():
        labels |= {kind: word, f"{kind}_low": f"{word}, from", f"{kind}_high": f"{word}, to"}
    return Table(
        "adjusted_beside_crude",
        "Numbers behind the chart, in percentage points",
        frame,
        labels,
        source=source,
        basis=result.basis,
    )


def measures_table(result: FactorImpact, source: str) -> Table:
    """Adjusted measures of every factor, and how far recording could move them."""
    could = _could_be(result)
    frame = pd.DataFrame(
        [
            {
                "factor": label_of(found.factor),
                "plans": int(found.adjusted.risk_difference.numerator or 0),
                "assessments": int(found.adjusted.risk_difference.denominator or 0),
                "risk_difference": with_ends(found.adjusted.risk_difference, 100, 1),
                "difference_recorded": could(found.factor, "adjusted_risk_difference", 100, 0),
                "risk_ratio": with_ends(found.adjusted.risk_ratio, 1, 2),
                "ratio_recorded": could(found.factor, "adjusted_risk_ratio", 1, 1),
                "odds_ratio": with_ends(found.adjusted.odds_ratio, 1, 2),
                "odds_recorded": could(found.factor, "adjusted_odds_ratio", 1, 1),
                "crude_odds_ratio": with_ends(found.crude.odds_ratio, 1, 2),
                "crude_recorded": could(found.factor, "crude_odds_ratio", 1, 1),
            }
            for found in result.factors
        ]
    )
    return Table(
        "adjusted_association",
        "Adjusted association of each factor with a plan",
        frame,
        {
            "factor": "Factor",
            "plans": "Plans with the factor",
            "assessments": "Assessments with the factor",
            "risk_difference": "Risk difference, percentage points",
            "difference_recorded": "Risk difference, could be",
            "risk_ratio": "Risk ratio",
            "ratio_recorded": "Risk ratio, could be",
            "odds_ratio": "Odds ratio",
            "odds_recorded": "Odds ratio, could be",
            "crude_odds_ratio": "Unadjusted odds ratio",
            "crude_recorded": "Unadjusted odds ratio, could be",
        },
        (
            f"In brackets the {percent(result.level, 0)} range. Odds ratios: Firth's penalised "
            "logistic regression; risk differences and ratios: standardised over the table.",
            COULD_BE.format(Recording.usual().words()),
        ),
        source=source,
        basis=result.basis,
        folded=True,
    )


def _could_be(result: FactorImpact) -> Callable[[str, str, float, int], str]:
    reach = result.reach()

    def could_be(factor: str, measure: str, scale: float, digits: int) -> str:
        words = reach_words(reach.get((factor, measure), NO_REACH), scale, digits)
        return "not known" if words == "-" else words.replace("-", "−")

    return could_be


def with_ends(estimate: Estimate, scale: float, digits: int) -> str:
    """A value with its range in brackets."""
    value, low, high = (
        f"{scale * end:,.{digits}f}".replace("-", "−") if abs(end) < 1e6 else "no limit"
        for end in (estimate.value, estimate.low, estimate.high)
    )
    return f"{value} ({low} to {high})"


def fractions_table(result: FactorImpact, source: str) -> Table:
    """Fractions of plans, largest average first."""
    kinds = ("average", "alone", "sequential", "crude")
    could = _could_be(result)
    rows = [
        {
            "factor": label_of(found.factor),
            **{kind: with_ends(getattr(found.attributable, kind), 100, 1) for kind in kinds},
            "recorded": could(found.factor, "attributable_fraction_average", 100, 0),
        }
        for found in sorted(result.factors, key=lambda each: -each.attributable.average.value)
    ]
    joint = with_ends(result.joint, 100, 1)
    rows.append(
        {
            "factor": "All factors",
            "average": joint,
            "alone": "none",
            "sequential": joint,
            "crude": "none",
            "recorded": could("all", "attributable_fraction_joint", 100, 0),
        }
    )
    return table_of(
        "attributable_fractions",
        "Fraction of plans statistically accounted for, in percent",
        rows,
        {
            "factor": "Factor",
            "average": "Average over all orders",
            "alone": "By itself",
            "sequential": "After the factors before it in the table",
            "crude": "Unadjusted",
            "recorded": "Average, could be",
        },
        (
            f"In brackets the {percent(result.level, 0)} range. The first and the third column "
            "add up to the last row.",
            COULD_BE.format(Recording.usual().words()),
        ),
        source=source,
        basis=result.basis,
        folded=True,
    )
