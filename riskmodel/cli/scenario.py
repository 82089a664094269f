"""``riskmodel scenario``: the library, files of one's own, their check, and one to begin with."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from riskmodel.cli.comparison import compare_scenarios
from riskmodel.cli.output import (
    FORMATS,
    FormatOption,
    choose,
    console,
    print_csv,
    print_frame,
    print_json,
    print_table,
)

__all__ = ["app"]

app = typer.Typer(
    help=(
        "Scenarios: named changes of demand and workforce, with reasons, in files that anybody can "
        "read. A scenario says what would follow, not what will come."
    ),
    no_args_is_help=True,
)

WIDTH = 96

ScenarioArgument = Annotated[
    str, typer.Argument(help="A name of the library, or a file whose name ends in .toml.")
]
OpeningOption = Annotated[
    str | None,
    typer.Option(
        metavar="YYYY-MM",
        help="Opening month: also check that the changes lie within the horizon after it.",
    ),
]
MonthsOption = Annotated[
    int | None, typer.Option(help="Length of that horizon in months, 1 to 240. [default: 60]")
]
LONGEST, USUAL = 240, 60


@app.command("list")
def list_scenarios(form: FormatOption = "text") -> None:
    """List the scenarios that ship with the package."""
    from riskmodel.scenarios import load_library

    choose("format", form, FORMATS)
    columns = ("scenario", "changes", "parameters", "basis", "description")
    rows = [
        (each.name, len(each.combined), ", ".join(each.parameters), _basis(each), each.description)
        for each in load_library()
    ]
    if form == "csv":
        print_csv(columns, rows)
    elif form == "json":
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
    else:
        print_table(
            ("Scenario", "Changes", "What happens"),
            [(row[0], str(row[1]), _first_sentence(row[4])) for row in rows],
            right=(1,),
            whole=(0,),
        )


@app.command("show")
def show(name: ScenarioArgument, form: FormatOption = "text") -> None:
    """Show a scenario: each change with its months, number, reason and source."""
    from riskmodel.scenarios import scenario

    choose("format", form, FORMATS)
    _print_scenario(scenario(name), form)


@app.command("check")
def check(
    file: Annotated[Path, typer.Argument(help="A scenario file.")],
    opening: OpeningOption = None,
    months: MonthsOption = None,
    form: FormatOption = "text",
) -> None:
    """Check a scenario file; a mistake is named with line, key and what is allowed (exit 2)."""
    from riskmodel.errors import DataError
    from riskmodel.scenarios import read_scenario

    choose("format", form, FORMATS)
    if months is not None and opening is None:
        raise DataError("--months is the length of a horizon: give --opening, its month, too")
    if months is not None and not 1 <= months <= LONGEST:
        raise DataError(f"--months lies between 1 and {LONGEST}, got {months}")
    found = read_scenario(file)
    if opening is not None:
        found.levers(opening, months or USUAL)
    if form != "text":
        _print_scenario(found, form)
        return
    console().print(f"{file.name} is sound. {found.summary()}", markup=False, soft_wrap=True)


@app.command("new")
def new(
    name: Annotated[str, typer.Argument(help="Its name: small letters, digits, _ and -.")],
    based_on: Annotated[
        list[str] | None,
        typer.Option(
            "--based-on",
            metavar="NAME",
            help="A scenario that it is based on: of the library, or a file beside it; repeatable.",
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="File to make, ending in .toml. [default: NAME.toml]")
    ] = None,
) -> None:
    """Write a commented file to begin with: sound as it is, with every lever in its notes."""
    from riskmodel.errors import OutputError
    from riskmodel.scenarios import scenario_template

    place = Path(f"{name}.toml") if out is None else out
    if place.suffix.casefold() != ".toml":
        raise OutputError(f"a scenario file's name ends in .toml, not {place.suffix!r}")
    text = scenario_template(name, based_on or (), place.parent)
    _write_new(place, text)
    print(
        f"{place} is there. Write its description and changes, then: riskmodel scenario check "
        f"{place}"
    )


@app.command("levers")
def levers(form: FormatOption = "text") -> None:
    """List the parameters that a scenario may change, with unit, limits and operations."""
    from riskmodel.levers import LEVERS

    choose("format", form, FORMATS)
    columns = (
        "parameter",
        "label",
        "unit",
        "lowest",
        "highest",
        "operations",
        "acts_on",
        "neutral",
        "meaning",
    )
    rows = [
        (
            each.name,
            each.label,
            each.unit,
            each.lowest,
            each.highest,
            ", ".join(each.operations),
            each.acts_on,
            each.neutral,
            each.meaning,
        )
        for each in LEVERS.values()
    ]
    if form == "csv":
        print_csv(columns, rows)
    elif form == "json":
        found: list[dict[str, Any]] = [dict(zip(columns, row, strict=True)) for row in rows]
        for one, each in zip(found, LEVERS.values(), strict=True):
            one["operations"] = list(each.operations)
        print_json(found)
    else:
        _print_levers(LEVERS.values())


@app.command("schema")
def schema() -> None:
    """Print the form of a scenario file as a JSON Schema, for editors and other programs."""
    from riskmodel.scenarios import scenario_schema

    print_json(scenario_schema())


app.command("compare")(compare_scenarios)


def _print_levers(levers: Iterable[Any]) -> None:
    out = console()
    side = ""
    for each in levers:
        if each.acts_on != side:
            side = each.acts_on
            out.print(f"{side.capitalize()}", markup=False)
        lines = [
            f"  {each.name}",
            *_wrapped(f"{each.label}. {each.meaning}", 4),
            *_wrapped(f"[{each.unit}] {each.limits}: {', '.join(each.operations)}", 4),
        ]
        for line in lines:
            out.print(line, markup=False, soft_wrap=True)


def _write_new(place: Path, text: str) -> None:
    from riskmodel.errors import OutputError, unwritable

    if place.exists():
        raise OutputError(f"{place} is there already; choose another --out or remove it")
    beside = place.with_name(f".{place.name}.part")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            beside.write_text(text, encoding="utf-8", newline="\n")
            beside.replace(place)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise unwritable(place, error) from error


def _print_scenario(found: Any, form: str) -> None:
    if form == "csv":
        print_frame(found.to_frame(), form)
    elif form == "json":
        print_json(
            {
                "scenario": found.name,
                "description": found.description,
                "based_on": [parent.name for parent in found.parents],
                "changes": found.to_frame().to_dict("records"),
            }
        )
    else:
        out = console()
        for line in _lines(found):
            out.print(line, markup=False, soft_wrap=True)


def _lines(found: Any) -> list[str]:
    lines = [found.name, *_wrapped(found.description, 2)]
    if found.parents:
        lines += _wrapped(f"Based on: {', '.join(p.name for p in found.parents)}.", 2)
    if not found.combined:
        lines.append("  It changes nothing.")
    for each in found.combined:
        inherited = "" if each.origin == found.name else f" (of {each.origin})"
        lines += [
            "",
            *_wrapped(f"{each.change}{inherited}", 2),
            *_wrapped(f"Reason: {each.change.reason}", 4),
            *_wrapped(f"Source: {each.change.source}", 4),
        ]
    return lines


def _wrapped(text: str, indent: int) -> list[str]:
    margin = " " * indent
    words = " ".join(text.split())
    return textwrap.wrap(
        words,
        WIDTH,
        initial_indent=margin,
        subsequent_indent=margin,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _basis(found: Any) -> str:
    return ", ".join(dict.fromkeys(each.change.basis for each in found.combined))


def _first_sentence(text: str) -> str:
    words = " ".join(text.split())
    first, stop, _ = words.partition(". ")
    return first + "." if stop else words
