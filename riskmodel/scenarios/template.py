"""A scenario file to begin with: valid as it is, with every lever in its comments."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Sequence
from pathlib import Path

from riskmodel.levers import LEVERS, Lever
from riskmodel.scenarios.reading import ENDING, parse_scenario

__all__ = ["scenario_template"]

_WIDTH = 92


def scenario_template(name: str, based_on: Sequence[str] = (), folder: str | Path = Path()) -> str:
    """The text of a new scenario file; it changes nothing until a change is written into it.

    Parameters
    ----------
    name
        What the scenario is to be called.
    based_on
        Scenarios that it is based on: names of the library, or files in the folder.
    folder
        Where the file will lie.

    Raises
    ------
    DataError
        When the name is not valid or the library has it, or the scenarios that it is based on do
        not exist or contradict each other.
    """
    listed = ", ".join(_quoted(each) for each in based_on)
    head = "".join(
        (
            f"name = {_quoted(name)}\n",
            'description = "Say in a sentence or two what happens in this scenario."\n',
            f"based_on = [{listed}]\n" if based_on else '# based_on = ["national_growth"]\n',
        )
    )
    # Read as it will be: what is refused is refused before anything is written.
    file = f"{name}{ENDING}"
    made = parse_scenario(head, file, way=(Path(folder).resolve() / file,))
    inherited = [str(each.change) for each in made.combined]
    return "\n".join((_INTRODUCTION + head, *_inherited(inherited), _EXAMPLES, _levers()))


_INTRODUCTION = """\
# A scenario of riskmodel. Lines that begin with # are notes: take the sign away to use one.
# Check it at any time:  riskmodel scenario check THIS_FILE

"""

_EXAMPLES = """\
# Each change is a block like one of these. Every change needs a reason and a source; a number
# that nobody published has the source "assumed".
#
# [[change]]
# parameter = "workforce.hires_per_month"
# from_month = "2016-01"        # or 1: the first month after the opening
# to_month = "2016-06"          # left out: to the end
# value = 0                     # in the lever's unit
# reason = "Draft budget: no appointments for half a year."
# source = "assumed"
#
# [[change]]
# parameter = "starts.child_protection_plan"
# from_month = 1
# to_month = 24
# multiplier = 1.2              # 20% more than in the baseline
# ramp = true                   # in equal steps, complete in to_month, and kept afterwards
# from = { early_help = 0.2, closed = 0.8 }   # where these children would have been otherwise
# reason = "What we expect of the new reporting duty."
# source = "assumed"
#
# [[change]]
# parameter = "conversion.conference_to_child_protection_plan"
# from_month = 1
# multiplier = [0.8, 0.95]      # a range: its middle 80%, drawn once in each simulation
# to = { child_in_need_plan = [0.5, 0.9], closed = 0.3 }   # where these children are instead
# reason = "Family group conferences before a plan is made."
# source = "assumed"
#
# Children are never lost: a change of starts, durations or links says where they are instead, in
# shares that add up to 1; one share may be a range.
#
# A change to a lever that a scenario of based_on changes in the same months takes its place
# when it says  replaces = true  and is refused otherwise.
"""


def _inherited(changes: Sequence[str]) -> list[str]:
    if not changes:
        return []
    return ["# What it inherits:", *(f"#   {change}" for change in changes), ""]


def _levers() -> str:
    lines = ["# The levers, with unit, what is allowed, and what can be done:", "#"]
    for side in ("demand", "workforce", "placements", "feedback"):
        lines.append(f"# {side}")
        for lever in LEVERS.values():
            if lever.acts_on == side:
                lines += [f"#   {lever.name}", *_wrapped(lever)]
        lines.append("#")
    return "\n".join(lines[:-1]) + "\n"


def _wrapped(lever: Lever) -> list[str]:
    words = f"{lever.label}: {lever.unit}, {lever.limits}; {', '.join(lever.operations)}."
    return textwrap.wrap(words, _WIDTH, initial_indent="#     ", subsequent_indent="#     ")


def _quoted(text: str) -> str:
    # A JSON text is a TOML text.
    return json.dumps(text, ensure_ascii=False)
