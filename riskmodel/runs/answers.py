"""The answer of an experiment as a page of Markdown, written from its summary."""

from __future__ import annotations

from collections.abc import Iterable

from riskmodel.runs.declaration import Experiment
from riskmodel.runs.summary import Summary

__all__ = ["write_answer"]


def write_answer(experiment: Experiment, summary: Summary, *, is_quick: bool) -> str:
    """The page: the question, each step's answer, what it rests on, what it cannot say.

    Parameters
    ----------
    experiment
        What was asked.
    summary
        The results; every number of the page is from here.
    is_quick
        Whether quick settings made them.
    """
    lines = [f"# {experiment.question}", ""]
    if is_quick and experiment.has_quick_settings:
        lines += ["**From quick settings: the full run can differ.**", ""]
    for step in experiment.steps:
        lines += [step.analysis.answer(summary.of_step(step.id)).strip(), ""]
    lines += ["## What this rests on", ""]
    lines += _points(sentence for step in experiment.steps for sentence in step.analysis.basis)
    lines += ["", "## What this cannot say", ""]
    lines += _points(sentence for step in experiment.steps for sentence in step.analysis.cannot_say)
    where = f"Experiment `{experiment.name}`"
    if experiment.paragraphs:
        where += f"; the report card, {experiment.paragraphs}"
    lines += ["", f"{where}. Every number above is in `summary.csv` beside this page.", ""]
    return "\n".join(lines)


def _points(sentences: Iterable[str]) -> list[str]:
    return [f"- {sentence}" for sentence in dict.fromkeys(sentences)]
