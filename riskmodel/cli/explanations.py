"""The section on the explanations of the growth: experiments, asked for the report on the spot."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from riskmodel.runs import Step, Summary, measure_step
from riskmodel.workflows.experiments import ANALYSES

if TYPE_CHECKING:
    from riskmodel.report import Section

__all__ = ["EXPLAINED", "explanations_section"]

EXPLAINED: Mapping[str, tuple[tuple[str, Mapping[str, tuple[Any, ...]]], ...]] = {
    "explanation-deprivation": (
        (
            "deprivation",
            {"weight": (0.0, 0.25, 0.5, 0.75, 1.0), "clusters": ("children", "families")},
        ),
    ),
    "explanation-thresholds": (
        (
            "threshold-audit",
            {"list": ("plans-started", "children-on-plan"), "relative_length": (0.5, 1.0)},
        ),
    ),
    "explanation-child-in-need": (
        ("leap-frogging", {}),
        ("vicious-circle", {"elasticity": (0.0, 0.1, 0.2, 0.3, 0.4)}),
    ),
    "explanation-sensitivity": (
        (
            "child-protection-funnel",
            {"window": ("2011-2015", "2011-2014", "2014-2015"), "method": ("lmdi", "shapley")},
        ),
    ),
    "explanation-older-girls": (("older-girls", {"total": ("age-table", "stocks")}),),
}
"""Steps and grids of the experiments of the same names (a test holds them to the declarations):
the report is made where the package is, with or without a folder of experiments."""


def explanations_section(*, progress: Callable[[str], None] = lambda _: None) -> Section:
    """The closing table of the explanations, from the analyses of their experiments.

    Parameters
    ----------
    progress
        Called with a few words at each step.
    """
    from riskmodel.report.sections.explanations import explanations_section as section

    summaries: dict[str, Summary] = {}
    for experiment, steps in EXPLAINED.items():
        progress(f"Asking what {experiment.removeprefix('explanation-')} can account for")
        found = Summary(())
        for name, grid in steps:
            step = Step(name.replace("-", "_"), ANALYSES[name], grid=grid)
            found += measure_step(step, is_quick=True)[1]
        summaries[experiment] = found
    analysis = ANALYSES["explanations-compared"]
    step = Step("explanations_compared", analysis)
    tables, summary = measure_step(step, summaries=summaries)
    assert analysis.figures is not None  # the comparison is drawn
    drawing: Any = analysis.figures(tables, summary)["explanations"]
    return section(
        tables["explanations"],
        drawing,
        sum_of_upper_ends=float(summary["sum_of_upper_ends"].value),
        settings="the full settings of the experiments of these names, which have no shorter ones",
        source="Report card, paras 47-51; DfE, Characteristics of children in need",
    )
