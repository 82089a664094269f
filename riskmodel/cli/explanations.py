"""The section on the explanations of the growth: experiments, asked for the report on the spot."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from riskmodel.experiments import measure_experiment, read_experiment, studies_folder

if TYPE_CHECKING:
    from riskmodel.report import Section

__all__ = ["explanations_section"]

COMPARED = "explanations-compared"
"""The study that sets the explanations side by side; it names the studies that it takes."""


def explanations_section(*, progress: Callable[[str], None] = lambda _: None) -> Section:
    """The closing table of the explanations, from the studies of them.

    Parameters
    ----------
    progress
        Called with a few words at each step.
    """
    from riskmodel.report.sections.explanations import explanations_section as section

    def tell(name: str) -> None:
        if name != COMPARED:
            progress(f"Asking what {name.removeprefix('explanation-')} can account for")

    compared = read_experiment(studies_folder() / COMPARED)
    studies = {name: read_experiment(studies_folder() / name) for name in compared.results_of}
    tables, summary = measure_experiment(
        COMPARED, {COMPARED: compared, **studies}, is_quick=True, progress=tell
    )
    (step,) = compared.steps
    assert step.analysis.figures is not None  # the comparison is drawn
    drawing: Any = step.analysis.figures(tables[step.id], summary)["explanations"]
    return section(
        tables[step.id]["explanations"],
        drawing,
        sum_of_upper_ends=float(summary["sum_of_upper_ends"].value),
        settings="the full settings of the experiments of these names, which have no shorter ones",
        source="Report card, paras 47-51; DfE, Characteristics of children in need",
    )
