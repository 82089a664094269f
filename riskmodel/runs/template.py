"""The folder of a new experiment: small, and it runs at once."""

from __future__ import annotations

import re
from pathlib import Path

from riskmodel.errors import DataError, OutputError
from riskmodel.runs.declaration import DECLARATION
from riskmodel.runs.folder import replace_folder

__all__ = ["new_experiment"]

_NAME = re.compile(r"[a-z][a-z0-9-]*")

_TOML = """\
# What this experiment asks and how. `riskmodel experiment run {name}` runs it; README.md says why.
# Every key is explained in the page "Experiments" of the documentation.

question = "How often did a child protection plan follow, factor by factor?"
paragraphs = "para 16"        # where the report raises it; leave away if nowhere
seed = 2015                   # names the random draws, where there are any
expected_seconds = 2
parameters = ["interval_level", "wilson_at_most"]

[inputs]
published = true              # the published tables
# A table of your own, in this folder: one row an assessment, as `riskmodel intake check` reads it.
# Small counts of observed records are withheld in the results.
# files = {{ table = "assessments.csv" }}

# A step names a registered analysis (`riskmodel experiment list --analyses`). Add more [[steps]].
[[steps]]
analysis = "conversion-rates"
settings = {{ method = "auto" }}

# Every combination of the values below is one point; points run in parallel.
[steps.grid]
level = [0.8, 0.95]

# Values of a quick run (`--quick`), where they should differ.
[steps.quick]
level = [0.95]
"""

_README = """\
# {name}

## Why

Say here what decision or doubt this experiment serves, in two or three sentences.

## How to read the answer

`results/answer.md` is written from the numbers in `results/summary.csv`; the tables beside it hold
the rest. Wider intervals are at the higher level. A rate is an association: it does not say what a
factor brings about.

## What would change our mind

Say here which number, if it came out otherwise, would change the conclusion.
"""


def new_experiment(root: Path, name: str) -> Path:
    """Make the folder of a new experiment, which runs as it is.

    Parameters
    ----------
    root
        Folder of the experiments.
    name
        Lower-case letters, digits and hyphens.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    DataError
        When the name is none.
    OutputError
        When there is such a folder already, or it cannot be written.
    """
    if not _NAME.fullmatch(name):
        raise DataError(
            f"an experiment is named in lower-case letters, digits and hyphens, such as "
            f"older-girls; got {name!r}"
        )
    folder = root / name
    if folder.exists():
        raise OutputError(f"{folder} is there already; choose another name or remove it")
    files = {DECLARATION: _TOML, "README.md": _README}
    replace_folder(
        folder, {path: text.format(name=name).encode("utf-8") for path, text in files.items()}
    )
    return folder
