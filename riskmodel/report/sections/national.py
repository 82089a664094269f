"""Authorities side by side, in the order of their names and never of their figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from riskmodel.core.lazy import pd
from riskmodel.demand.national import NationalRun
from riskmodel.report.model import Block, Paragraph, Section, Table
from riskmodel.report.sections.national_charts import (
    funnel_chart,
    rates_against_size,
    small_multiples,
    totals_chart,
)
from riskmodel.report.sections.national_tables import (
    authorities_table,
    flows_table,
    neighbours_table,
)
from riskmodel.report.sections.national_view import NATIONAL_LABELS, totals_words

__all__ = ["NATIONAL_LABELS", "national_section", "rests_on_section"]


def national_section(
    run: NationalRun, stage: str, neighbours: Mapping[str, tuple[str, ...]]
) -> Section:
    """Totals, every authority on one scale, rates against size, and the table.

    Parameters
    ----------
    run
        The run.
    stage
        Which of its stages.
    neighbours
        Codes of the statistical neighbours of each authority, as the user states them.
    """
    funnel = rates_against_size(run.of(stage))
    blocks: list[Block] = [
        Paragraph(totals_words(run, stage)),
        Paragraph(
            "Authorities stand in the order of their names. Nothing here is a league table: a "
            "rate differs between authorities with need, practice, recording and chance, and "
            "these figures do not tell one from another."
        ),
        totals_chart(run, stage),
        small_multiples(run, stage),
    ]
    if funnel is not None:
        blocks.append(funnel_chart(run.of(stage), funnel, run.panel.source))
    blocks.append(authorities_table(run.of(stage), run.panel.source))
    if neighbours:
        blocks.append(neighbours_table(run.of(stage), neighbours, run.panel.source))
    blocks += [
        flows_table(flows, run.totals(stage, flows.measure), run.panel.source)
        for flows in run.flows(stage)
    ]
    return Section(stage, NATIONAL_LABELS[stage], tuple(blocks))


def rests_on_section(
    assumptions: Sequence[str], learned: Mapping[str, str], left_out: pd.DataFrame
) -> Section:
    """What the projections rest on, and which authorities are not in them.

    Parameters
    ----------
    assumptions
        In sentences.
    learned
        What the authorities teach, in words, by stage.
    left_out
        Columns stage, la_code, area, reason.
    """
    blocks: list[Block] = [
        Paragraph(
            "Each authority is projected from its own history and from what was learned of all of "
            "them: how far stocks stray from their usual level, how long they stay there, and how "
            "all of them change together. That common change is drawn once for each simulation "
            "and shared by all authorities; the rest of each is drawn by itself. So the sum over "
            "the authorities is the total in every simulation. A projection says what would follow "
            "if stocks go on as they have, not what will be decided."
        ),
        *(Paragraph(f"{text[0].upper()}{text[1:]}.") for text in assumptions),
        *(Paragraph(f"Learned of {NATIONAL_LABELS[stage][0].lower()}"
                    f"{NATIONAL_LABELS[stage][1:]}: {text}.") for stage, text in learned.items()),
    ]  # fmt: skip
    if len(left_out):
        blocks.append(
            Table(
                "left_out",
                "Authorities of the panel that are not projected",
                left_out.assign(stage=[NATIONAL_LABELS[each] for each in left_out["stage"]]),
                {"stage": "Stock", "la_code": "Code", "area": "Area", "reason": "Why"},
                folded=True,
                basis="published",
            )
        )
    return Section("rests_on", "What this rests on", tuple(blocks))
