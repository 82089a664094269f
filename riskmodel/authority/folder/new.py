"""Creates a folder: settings to fill in, a workbook, and with ``--example`` made-up figures."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from riskmodel.authority.folder.settings import FILE, FILE_KEYS, FORMAT
from riskmodel.authority.folder.subjects import SUBJECTS, Field, Kind, Subject
from riskmodel.authority.folder.workbook_template import workbook_bytes
from riskmodel.core.files import new_folder
from riskmodel.errors import OutputError

__all__ = ["SEED", "write_folder"]

SEED = 20151155
"""Seed of the made-up figures where no other is given; chosen because no month looks odd with
it."""

MADE_UP = "Every figure here is made up: this authority does not exist."

_README = """\
{title}

{first}

  authority.toml   who this is; every line of it may be left out
  inputs.xlsx      figures: months, teams, workforce, prices, targets, neighbours
  returns          put census returns (XML) or tables of assessments in this folder
  looked_after     put returns on children looked after (SSDA903) in a folder of this name
  panel.csv        figures of many authorities by year, as `riskmodel intake panel` writes them
  population.csv   children to come by age, in the form of the ONS's subnational projections
  deprivation.csv  deprived children and plans by year and area, England among them
  scenarios        put scenario files in this folder; `riskmodel scenario new` writes one
  published        put tables that you have published in a folder of this name, with checks
  services         put services around in a folder of this name; `riskmodel service --template`
  timeliness.csv   waits that no return holds: measure, started, ended
  commentary.md    your own text, one heading a section
  report.cmd       Windows: a double click makes the report

Teams, in inputs.xlsx or as teams.csv, are of one of these kinds:

{kinds}

Nothing is needed. Each file that you add brings more:

  riskmodel check {name}                what is there, what is missing, what to decide
  riskmodel factors {name}              which factors go with a plan
  riskmodel project {name}              numbers to come
  riskmodel caseload {name}             caseloads to come, and posts for a cap
  riskmodel report {name} --out report  the brief and its annex
"""

_REPORT_CMD = """\
@echo off
rem Makes the report of this folder: double-click it. The page opens when it is there.
cd /d "%~dp0"
where riskmodel >nul 2>nul
if errorlevel 1 (
    py -m riskmodel report . --out report
) else (
    riskmodel report . --out report
)
if errorlevel 1 (
    pause
    exit /b 1
)
start "" "report\\index.html"
"""

_COMMENTARY = """\
<!-- Your own text: a heading for each section, and below it what you have to say. It is kept as it
is. Sections: {sections}. What stands between these signs is not shown. -->
"""

_SCENARIOS: Mapping[str, str] = {
    "earlier_help.toml": """\
# Made up, to show what a scenario is: `riskmodel scenario levers` lists what one may change.
name = "earlier_help"
description = "Made up: early help takes up one in ten of the children who would start on a plan."

[[change]]
parameter = "diversion.early_help"
from_month = 7
to_month = 18
value = 0.1
ramp = true
reason = "Made up, to show how a share that is reached in steps is written."
source = "assumed"
""",
    "fifteen_more_posts.toml": """\
# Made up, to show what a scenario is: `riskmodel scenario levers` lists what one may change.
name = "fifteen_more_posts"
description = "Made up: fifteen more posts from the second year, and candidates for them."

[[change]]
parameter = "workforce.posts"
from_month = 13
value = {posts}
reason = "Made up: the posts of the sheet workforce and fifteen more."
source = "assumed"

[[change]]
parameter = "workforce.hires_per_month"
from_month = 13
multiplier = 1.5
reason = "Made up: a campaign brings half as many candidates again."
source = "assumed"
""",
}


_SERVICE = """\
# Made up, to show what a service is: `riskmodel service --template` prints one with every key.
name = "speech_therapy"
label = "Speech therapy"
about = "Made up: children who wait for a first appointment, two for every three plans that start."
source = "made up"

[arrivals]
to = "starts.child_protection_plan"
ratio = [0.6, 0.75]

[staff]
posts = 4
appointments_a_week = 12
appointments_each = 6

[waiting]
children = 60

[deadline]
within = 18
unit = "weeks"
"""


@dataclass(frozen=True, slots=True)
class NewFolder:
    """What was written."""

    folder: Path
    files: tuple[str, ...]
    is_example: bool


def write_folder(path: Path, *, example: bool = False, seed: int = SEED) -> NewFolder:
    """Write the folder of an authority.

    Parameters
    ----------
    path
        The folder to make, which does not exist yet or is empty.
    example
        Whether to fill it with a made-up authority.
    seed
        Seed of what is made up; the same seed gives the same bytes.

    Raises
    ------
    OutputError
        When something is there already, or writing fails; then nothing is left behind.
    """
    folder = path.resolve()
    if folder == Path.cwd() or folder in Path.cwd().parents:
        raise OutputError(f"{path} is the folder that you are in; give the name of a new one")
    with new_folder(folder) as partial:
        if example:
            _write_example(partial, folder.name, seed)
        else:
            _write_empty(partial, folder.name)
        files = sorted(
            str(file.relative_to(partial).as_posix())
            for file in partial.rglob("*")
            if file.is_file()
        )
    return NewFolder(path, tuple(files), example)


def _write_empty(folder: Path, name: str) -> None:
    first = "The folder of one authority, for riskmodel."
    # The name is the folder's until somebody gives it, here or in the workbook.
    _write_common(folder, name, first, settings_text({}))
    (folder / "inputs.xlsx").write_bytes(workbook_bytes({}))
    for empty in ("returns", "scenarios"):
        (folder / empty).mkdir()


def _write_example(folder: Path, name: str, seed: int) -> None:
    from riskmodel.authority.folder.example_figures import (
        CODE,
        LOOKED_AFTER,
        NAME,
        RETURN_YEARS,
        example_figures,
    )
    from riskmodel.authority.folder.example_records import (
        write_looked_after,
        write_population,
        write_published,
    )
    from riskmodel.cohort import CohortDesign, generate_cohort
    from riskmodel.cohort.census_return import write_census_xml
    from riskmodel.intake.converting import read_care
    from riskmodel.intake.open_data.panels import panel_text
    from riskmodel.placements.history import placement_history

    write_looked_after(folder, LOOKED_AFTER, seed)
    care = read_care(folder / "looked_after")
    history = placement_history(care)
    now = history.stocks().query("month == @history.months[-1]")
    kinds = dict(zip(now["placement"], now["stock"].astype(int), strict=True))
    figures = example_figures(seed, care.series()[0], kinds)
    said = {"name": NAME, "code": CODE}
    _write_common(folder, name, MADE_UP, settings_text(said, MADE_UP))
    (folder / "inputs.xlsx").write_bytes(workbook_bytes(figures.cells, MADE_UP))
    (folder / "panel.csv").write_bytes(panel_text(figures.panel).encode("utf-8"))
    scenarios = folder / "scenarios"
    scenarios.mkdir()
    posts = figures.cells["workforce"][0]["posts"]
    for file, text in _SCENARIOS.items():
        _write_text(scenarios / file, text.format(posts=posts + 15))
    (folder / "services").mkdir()
    _write_text(folder / "services" / "speech_therapy.toml", _SERVICE)
    cohort = generate_cohort(CohortDesign(1400, seed=seed, authorities=(CODE,), years=RETURN_YEARS))
    returns = folder / "returns"
    returns.mkdir()
    for year in RETURN_YEARS:
        write_census_xml(cohort, returns / f"census-{year}.xml", year=year, authority_code=CODE)
    write_population(folder, figures.cells["about"][0]["population"])
    write_published(folder, figures.cells)


def _write_common(folder: Path, name: str, first: str, settings: str) -> None:
    from riskmodel.authority.folder.sections import SECTIONS
    from riskmodel.caseload.structure import KIND_WORDS

    _write_text(folder / FILE, settings)
    title = f"{name}\n{'=' * len(name)}"
    kinds = "\n".join(f"  {kind:<17} {words}" for kind, words in KIND_WORDS.items())
    readme = _README.format(title=title, first=first, name=name, kinds=kinds)
    _write_text(folder / "README.txt", readme)
    _write_text(folder / "report.cmd", _REPORT_CMD.replace("\n", "\r\n"))
    _write_text(folder / "commentary.md", _COMMENTARY.format(sections=", ".join(SECTIONS)))


def _write_text(path: Path, text: str) -> None:
    path.write_bytes(text.encode("utf-8"))


def settings_text(said: Mapping[str, str], note: str = "") -> str:
    """``authority.toml`` with every key and its meaning; valid as it is.

    Parameters
    ----------
    said
        Keys of ``[about]`` that are filled in; all others are comments.
    note
        A sentence to put first.
    """
    lines = [f"# {note}"] if note else []
    lines += [
        "# One authority. Take the sign # away from a line and write your own value; every line",
        "# may be left out. inputs.xlsx holds the same subjects as sheets: where both say",
        "# something and differ, this file takes precedence and `riskmodel check` says so.",
        f"format = {FORMAT}",
    ]
    for subject in SUBJECTS.values():
        lines += ["", f"# {subject.label}.", *_subject_lines(subject, said)]
    lines += ["", "# Files that have other names than the usual ones, or lie elsewhere.", "[files]"]
    lines += [f'# {key} = ""'.ljust(30) + f"# {what}" for key, what in FILE_KEYS.items()]
    return "\n".join(lines) + "\n"


def _subject_lines(subject: Subject, said: Mapping[str, str]) -> list[str]:
    is_about = subject.name == "about"
    sign = "" if is_about or not subject.key else "# "
    lines = [f"{sign}[[{subject.name}]]" if subject.key else f"[{subject.name}]"]
    for field in subject.fields.values():
        if is_about and field.name in said:
            lines.append(f"{field.name} = {_quoted(said[field.name])}")
        else:
            # In a workbook 80% is a number, in TOML a text.
            explained = re.sub(r"\b\d+%", r'"\g<0>"', field.explanation)
            lines.append(f"# {field.name} = {_sample(field)} ".ljust(30) + f"# {explained}")
    return lines


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _sample(field: Field) -> str:
    """How a value of the field is written; nothing for a number, which is its author's to give."""
    samples: Mapping[Kind, str] = {
        "text": '""',
        "names": '["301", "302"]',
        "sections": '["factors", "projection"]',
        "date": "2024-03-31",
        "month": '"2026-03"',
        "year": '"2024/25"',
    }
    return samples.get(field.kind, "")
