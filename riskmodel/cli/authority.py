"""``riskmodel new`` and ``riskmodel check``: an authority's folder begun and looked through."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from riskmodel.cli.output import (
    FORMATS,
    FormatOption,
    choose,
    console,
    print_frame,
    print_json,
    print_table,
)

if TYPE_CHECKING:
    from riskmodel.authority.folder.checks import FolderCheck

__all__ = ["check", "new"]

WIDTH = 100
_HEADINGS = {
    "mistake": "To mend, before anything is computed:",
    "decision": "To decide:",
    "note": "To know:",
}


def new(
    folder: Annotated[Path, typer.Argument(help="Folder to make.")],
    example: Annotated[
        bool,
        typer.Option(
            "--example", help="Fill it with a made-up authority, every file of it synthetic."
        ),
    ] = False,
    seed: Annotated[
        int | None,
        typer.Option(help="Of what is made up; the same seed, the same bytes.", min=0),
    ] = None,
) -> None:
    """Begin the folder of an authority: settings, a workbook for figures, a file to double-click.

    Everything in it is optional. `riskmodel check FOLDER` says what each file would bring.
    """
    from riskmodel.authority.folder.new import SEED, write_folder
    from riskmodel.errors import DataError

    if seed is not None and not example:
        raise DataError("--seed is of made-up figures: give --example too")
    made = write_folder(folder, example=example, seed=SEED if seed is None else seed)
    what = "a made-up authority" if made.is_example else "an authority to fill in"
    print(f"{len(made.files)} files in {folder}: {what}. Next: riskmodel check {folder}")


def check(
    folder: Annotated[Path, typer.Argument(help="Folder of an authority.")],
    form: FormatOption = "text",
) -> None:
    """Say what is in the folder of an authority, and what each section will rest on.

    Exit code 1 when something is to be mended or decided, 2 when the folder is no authority.
    """
    from riskmodel.authority.folder.checks import check_folder

    choose("format", form, FORMATS)
    found = check_folder(folder)
    if form == "csv":
        print_frame(found.to_frame(), form)
    elif form == "json":
        _print_json(found)
    else:
        _print_text(found)
    if not found.is_sound:
        raise typer.Exit(1)


def _print_json(found: FolderCheck) -> None:
    print_json(
        {
            "name": found.authority.name,
            "code": found.authority.code,
            "sound": found.is_sound,
            "inputs": [
                {"what": thing.what, "source": thing.source, "holds": thing.holds}
                for thing in found.things
            ],
            "sections": [
                {
                    "section": section.name,
                    "label": section.label,
                    "wanted": section.is_wanted,
                    "rests_on": list(section.rests_on),
                    "missing": list(section.missing),
                }
                for section in found.sections
            ],
            "problems": [
                {
                    "severity": problem.severity,
                    "file": problem.place.file,
                    "sheet": problem.place.sheet,
                    "cell": problem.place.cell,
                    "line": problem.place.line,
                    "field": problem.place.field,
                    "message": problem.message,
                }
                for problem in found.problems
            ],
        }
    )


def _print_text(found: FolderCheck) -> None:
    authority = found.authority
    code = f" ({authority.code})" if authority.code else ""
    date = f", figures to {authority.date:%d %B %Y}" if authority.date else ""
    console().print(f"{authority.name}{code}{date}", markup=False, soft_wrap=True)
    if found.things:
        print_table(
            ["What is there", "File", "What it holds"],
            [(thing.what, thing.source, thing.holds) for thing in found.things],
        )
    else:
        console().print("Nothing is there yet beside the settings.\n", markup=False)
    print_table(
        ["Section", "Name", "State", "Rests on"],
        [
            (
                section.label,
                section.name,
                "missing" if section.missing else "ready" if section.is_wanted else "not wanted",
                ", ".join(section.rests_on) or "-",
            )
            for section in found.sections
        ],
        whole=(1, 2),
    )
    _print_missing(found)
    for severity, heading in _HEADINGS.items():
        texts = [str(problem) for problem in found.problems if problem.severity == severity]
        if texts:
            _say(heading, texts)
    if found.is_sound:
        console().print("Sound: nothing to mend or decide.", markup=False)


def _print_missing(found: FolderCheck) -> None:
    """What would bring what is missing, each once, with the sections that wait for it."""
    waiting: dict[str, list[str]] = {}
    for section in found.sections:
        for need in section.missing:
            waiting.setdefault(need, []).append(section.name)
    if waiting:
        texts = [f"{need} (for {', '.join(names)})" for need, names in waiting.items()]
        _say("What would bring what is missing:", texts)


def _say(heading: str, texts: list[str]) -> None:
    out = console()
    out.print(heading, markup=False)
    for text in texts:
        for line in textwrap.wrap(
            text,
            WIDTH,
            initial_indent="  - ",
            subsequent_indent="    ",
            break_long_words=False,
            break_on_hyphens=False,
        ):
            out.print(line, markup=False, soft_wrap=True)
    out.print("", markup=False)
