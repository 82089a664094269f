"""``riskmodel scenario``: the library, files of one's own, their check, and one to begin with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from riskmodel.cli.comparison import compare_scenarios
from riskmodel.cli.output import FormatOption, listing, print_json, say, show
from riskmodel.core.files import write_file
from riskmodel.core.lazy import pd
from riskmodel.errors import DataError, OutputError

__all__ = ["app"]

app = typer.Typer(
    help=(
        "Scenarios: named changes of demand and workforce, with reasons, in files that anybody can "
        "read. A scenario says what would follow, not what will come."
    ),
    no_args_is_help=True,
)

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
HEADINGS = ["scenario", "changes", "what happens"]


@app.command("list")
def list_scenarios(form: FormatOption = "text") -> None:
    """List the scenarios that come with the package."""
    from riskmodel.scenarios import load_library

    columns = ("scenario", "changes", "parameters", "basis", "description")
    rows = [
        (
            each.name,
            len(each.combined),
            ", ".join(each.parameters),
            ", ".join(dict.fromkeys(one.change.basis for one in each.combined)),
            each.description,
        )
        for each in load_library()
    ]
    first = [(row[0], row[1], _first_sentence(row[4])) for row in rows]
    show(listing(columns, rows, shown=pd.DataFrame(first, columns=HEADINGS)), form)


@app.command("show")
def show_scenario(name: ScenarioArgument, form: FormatOption = "text") -> None:
    """Show a scenario: each change with its months, number, reason and source."""
    from riskmodel.scenarios import scenario

    show(scenario(name), form)


@app.command("check")
def check(
    file: Annotated[Path, typer.Argument(help="A scenario file.")],
    opening: OpeningOption = None,
    months: MonthsOption = None,
    form: FormatOption = "text",
) -> None:
    """Check a scenario file; a mistake is named with line, key and what is allowed (exit 2)."""
    from riskmodel.scenarios import read_scenario

    if months is not None and opening is None:
        raise DataError("--months is the length of a horizon: give --opening, its month, too")
    if months is not None and not 1 <= months <= LONGEST:
        raise DataError(f"--months lies between 1 and {LONGEST}, got {months}")
    found = read_scenario(file)
    if opening is not None:
        found.levers(opening, months or USUAL)
    if form == "text":
        say(f"{file.name} is sound. {found.summary()}")
    else:
        show(found, form)


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
    from riskmodel.scenarios import scenario_template

    place = Path(f"{name}.toml") if out is None else out
    if place.suffix.casefold() != ".toml":
        raise OutputError(f"a scenario file's name ends in .toml, not {place.suffix!r}")
    text = scenario_template(name, based_on or (), place.parent)
    if place.exists():
        raise OutputError(f"{place} is there already; choose another --out or remove it")
    write_file(place, text.encode())
    print(
        f"{place} is there. Write its description and changes, then: riskmodel scenario check "
        f"{place}"
    )


@app.command("levers")
def levers(form: FormatOption = "text") -> None:
    """List the parameters that a scenario may change, with unit, limits and operations."""
    from riskmodel.levers import LEVERS

    names = ("parameter", "label", "unit", "lowest", "highest", "operations", "acts_on")
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
    columns = (*names, "neutral", "meaning")
    data = [
        dict(zip(columns, row, strict=True)) | {"operations": list(each.operations)}
        for row, each in zip(rows, LEVERS.values(), strict=True)
    ]
    lines = []
    for side in dict.fromkeys(each.acts_on for each in LEVERS.values()):
        lines.append(side.capitalize())
        for each in (each for each in LEVERS.values() if each.acts_on == side):
            lines += [
                f"  {each.name}",
                f"    {each.label}. {' '.join(each.meaning.split())}",
                f"    [{each.unit}] {each.limits}: {', '.join(each.operations)}",
            ]
    show(listing(columns, rows, shown=pd.DataFrame(), said="\n".join(lines), data=data), form)


@app.command("schema")
def schema() -> None:
    """Print the form of a scenario file as a JSON Schema, for editors and other programs."""
    from riskmodel.scenarios import scenario_schema

    print_json(scenario_schema())


app.command("compare")(compare_scenarios)


def _first_sentence(text: str) -> str:
    words = " ".join(text.split())
    first, stop, _ = words.partition(". ")
    return first + "." if stop else words
