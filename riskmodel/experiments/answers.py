"""The answer of an experiment as a page of Markdown: its template, filled from its summary."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined, TemplateError, TemplateSyntaxError

from riskmodel.errors import DataError, RiskmodelError
from riskmodel.experiments.declaration import Experiment
from riskmodel.experiments.loading import load_module
from riskmodel.experiments.summary import Summary

__all__ = ["ANSWER", "write_answer"]

ANSWER = "answer.md.j2"
"""The template of a study's answer, in its folder."""

_STARTS = ("|", "#", "- ", "> ")
"""What begins a line of its own in Markdown."""


def write_answer(experiment: Experiment, summary: Summary, *, is_quick: bool) -> str:
    """The page: the question, the study's template, and where the numbers are.

    Parameters
    ----------
    experiment
        What was asked. Its template can use ``summary``, the summaries of single ``steps`` by
        their ids, and every public name of its ``analysis.py``.
    summary
        The results; every number of the page is from here.
    is_quick
        Whether quick settings made them.

    Raises
    ------
    DataError
        When there is no template, or it cannot be filled: with its line.
    """
    lines = [f"# {experiment.question}", ""]
    if is_quick and experiment.has_quick_settings:
        lines += ["**From quick settings: the full run can differ.**", ""]
    names = {
        name: value
        for name, value in vars(load_module(experiment.folder)).items()
        if not name.startswith("_")
    }
    steps = {step.id: summary.of_step(step.id) for step in experiment.steps}
    lines += [_filled(experiment.folder / ANSWER, {**names, "summary": summary, "steps": steps})]
    where = f"Experiment `{experiment.name}`"
    if experiment.paragraphs:
        where += f"; the report card, {experiment.paragraphs}"
    lines += ["", f"{where}. Every number above is in `summary.csv` beside this page.", ""]
    return "\n".join(lines)


def _filled(path: Path, names: dict[str, Any]) -> str:
    file = f"{path.parent.name}/{path.name}"
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"the words of the answer cannot be read: {error}", file=file) from error
    environment = Environment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    try:
        return _unwrapped(environment.from_string(text).render(names))
    except TemplateSyntaxError as error:
        raise DataError(str(error.message), file=file, line=error.lineno) from error
    except (TemplateError, RiskmodelError, TypeError, ValueError) as error:
        raise DataError(str(error), file=file, line=_line_of(error)) from error


def _unwrapped(text: str) -> str:
    """Each paragraph, list item and table row on one line: a template may break them anywhere.

    What begins with a space goes on with the line above.
    """
    blocks = []
    for block in re.split(r"\n\s*\n", text.strip()):
        lines: list[str] = []
        for line in block.splitlines():
            is_new = line.startswith(_STARTS) or not lines or lines[-1].startswith(("|", "#"))
            if is_new and not line.startswith(" "):
                lines.append(line.rstrip())
            else:
                lines[-1] += f" {line.strip()}"
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def _line_of(error: Exception) -> int | None:
    """The innermost line of the template in a traceback; Jinja maps it there."""
    line, trace = None, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
