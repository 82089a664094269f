"""The synthetic cohort: what it is, how true it is to the report, and how factors overlap in it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from riskmodel.assessments import Assessments
from riskmodel.cohort import Fidelity, parental_lifts
from riskmodel.report.model import Chart, Paragraph, Section, Table
from riskmodel.report.sections.building import chart_of
from riskmodel.report.wording import count_of
from riskmodel.vocabulary import factor

__all__ = ["cohort_section"]


def cohort_section(
    cohort: Assessments,
    fidelity: Fidelity,
    structure: pd.DataFrame,
    *,
    design: str,
    shown: Sequence[str],
) -> Section:
    """What a synthetic cohort is, its fidelity table, and its co-occurrence picture.

    Parameters
    ----------
    cohort
        The cohort.
    fidelity
        Its published figures, checked.
    structure
        Pairs of factors, as :func:`riskmodel.cohort.joint_structure` gives them.
    design
        Size, overlap and seed, in words.
    shown
        Factors to draw, by name.
    """
    held = sum(check.holds for check in fidelity.checks)
    pairs, triples = parental_lifts(structure)
    mean = cohort.frame[list(cohort.factors)].to_numpy().sum() / len(cohort)
    published = sum(basis == "published" for basis in cohort.basis.values())
    return Section(
        "cohort",
        "A synthetic cohort",
        (
            Paragraph(
                f"The report prints counts, and many questions need assessments one by one. This "
                f"cohort has {len(cohort):,} made-up assessments ({design}). No row is a real "
                f"child. {held} of {count_of(len(fidelity.checks), 'published figure')} that can "
                "be counted in it come out as printed."
            ),
            Paragraph(
                f"The counts of {published} of its {len(cohort.basis)} columns are published; who "
                "has which, the other columns, and how far factors occur together are assumed. "
                f"Each assessment has {mean:.2f} factors on average. Parental domestic violence, "
                "mental health and substance misuse occur together: pairs "
                f"{pairs:.1f} times and triples {triples:.1f} times as often as if they were "
                "independent. Anything computed from the cohort returns these assumptions, and is "
                "labelled assumed."
            ),
            _fidelity_table(fidelity),
            _chart(structure, shown),
        ),
    )


def _fidelity_table(fidelity: Fidelity) -> Table:
    frame = fidelity.to_frame()
    frame["target"] = [_target_words(target) for target in frame["target"]]
    frame["holds"] = ["as printed" if holds else "missed" for holds in frame["holds"]]
    return Table(
        "cohort_fidelity",
        "Published figures, and what the cohort has",
        frame,
        {
            "target": "Figure",
            "expected": "Printed",
            "found": "In the cohort",
            "holds": "Result",
            "place": "Where",
        },
        source="Increase in Child Protection Cases: Report Card",
        basis="assumed",
        folded=True,
    )


def _target_words(target: str) -> str:
    name, colon, rest = target.partition(": ")
    if colon and "_" in name:
        return f"{factor(name).label}: {rest}"
    return target.replace("_", " ")


def _chart(structure: pd.DataFrame, shown: Sequence[str]) -> Chart:
    from riskmodel.report.charts import draw_cooccurrence

    labels = [factor(name).label for name in shown]
    lifts = np.ones((len(shown), len(shown)))
    rows = []
    wanted = {name: position for position, name in enumerate(shown)}
    for pair, together, expected, lift, phi in zip(
        *(structure[column] for column in ("factors", "together", "expected", "lift", "phi")),
        strict=True,
    ):
        names = str(pair).split(" + ")
        if len(names) == 2 and set(names) <= set(wanted):
            one, other = sorted(wanted[name] for name in names)
            lifts[one, other] = lifts[other, one] = float(lift)
            rows.append((labels[one], labels[other], together, expected, lift, phi))
    drawing = draw_cooccurrence("cohort_cooccurrence", labels, lifts)
    data = pd.DataFrame(
        rows, columns=["factor", "with_factor", "together", "expected", "lift", "phi"]
    ).sort_values("lift", ascending=False, ignore_index=True)
    top = data.iloc[0]
    return chart_of(
        "cohort_cooccurrence",
        "How often pairs of factors occur together in the cohort",
        f"Grid of {len(data)} pairs of {len(shown)} factors. The pair that occurs together most, "
        f"against independence, is {top['factor']} with {top['with_factor']}: "
        f"{top['lift']:.1f} times as often.",
        "Each number says how many times as often as independence the pair of its row and column "
        "occurs; 1.0 is independence. The pattern is an assumption, not a finding.",
        drawing,
        Table(
            "cohort_pairs",
            "Numbers behind the picture of pairs",
            data.round({"expected": 1, "lift": 2, "phi": 3}),
            {
                "factor": "Factor",
                "with_factor": "With",
                "together": "Assessments with both",
                "expected": "If independent",
                "lift": "Times independence",
                "phi": "Phi",
            },
            source="Synthetic cohort",
            basis="assumed",
        ),
    )
