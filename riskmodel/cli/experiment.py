"""``riskmodel experiment``: declared experiments, run, held against their baselines, compared."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from riskmodel.cli.output import (
    FORMATS,
    FormatOption,
    choose,
    console,
    print_csv,
    print_data,
    print_frame,
    print_json,
    print_table,
)
from riskmodel.cli.workers import EngineOption, SchedulerOption, WorkersOption, engine_of
from riskmodel.errors import DataError

if TYPE_CHECKING:
    from riskmodel.experiments import Experiment, Run

__all__ = ["app"]

app = typer.Typer(
    help=(
        "Experiments: questions declared in a folder each, answered by repeatable runs that are "
        "held against a baseline."
    ),
    no_args_is_help=True,
)

FOUND_SOMETHING = 1
FolderOption = Annotated[
    Path | None,
    typer.Option(
        "--folder",
        help="Folder that holds the experiments, one folder each.",
        show_default="experiments, else those that come with riskmodel",
    ),
]
RESULTS = Path("experiment-results")
"""Where results of the studies of an installed package are written: beside where a run is made."""


@app.command("list")
def list_experiments(
    folder: FolderOption = None,
    uses: Annotated[
        str | None,
        typer.Option(metavar="PARAMETER", help="Only those whose results this parameter can move."),
    ] = None,
    analyses: Annotated[
        bool, typer.Option("--analyses", help="List the analyses that steps can name instead.")
    ] = False,
    form: FormatOption = "text",
) -> None:
    """List the experiments, what each asks, and how long it takes."""
    from riskmodel.experiments import users_of
    from riskmodel.parameters import parameter

    choose("format", form, FORMATS)
    found = _read(folder)
    if analyses:
        _list_analyses(found, form)
        return
    shown = list(found)
    if uses is not None:
        shown = list(users_of(parameter(uses).name, found))
        unknown = [name for name in found if not _has_run(found[name])]
        if unknown:
            print(
                f"riskmodel: not known yet of {', '.join(unknown)}: the first full run records "
                "which parameters it reads",
                file=sys.stderr,
            )
    rows = [
        {
            "experiment": name,
            "paragraphs": found[name].paragraphs,
            "points": found[name].number_of_points(),
            "expected_seconds": found[name].expected_seconds,
            "has_baseline": found[name].baseline.is_file(),
            "parameters": " ".join(found[name].parameters),
            "question": found[name].question,
        }
        for name in shown
    ]
    columns = (
        *("experiment", "paragraphs", "points", "expected_seconds", "has_baseline"),
        *("parameters", "question"),
    )
    if form == "json":
        print_json(rows)
    elif form == "csv":
        print_csv(columns, [list(row.values()) for row in rows])
    else:
        kept = ("experiment", "paragraphs", "points", "expected_seconds", "question")
        print_table(
            ("Experiment", "Where", "Points", "Seconds", "Question"),
            [[str(row[name]) for name in kept] for row in rows],
            right=(2, 3),
            whole=(0,),
        )


@app.command("run")
def run(  # noqa: PLR0913  an option is an argument
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Names of experiments, or their folders.", metavar="NAME…"),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Every experiment that needs no file to be given.")
    ] = False,
    quick: Annotated[
        bool, typer.Option("--quick", help="Quick settings, written to quick/; no baseline.")
    ] = False,
    accept: Annotated[
        bool,
        typer.Option("--accept", help="Make the results the new baseline. Say so in CHANGELOG.md."),
    ] = False,
    workers: WorkersOption = -1,
    engine: EngineOption = "processes",
    scheduler: SchedulerOption = "",
    given: Annotated[
        list[str] | None,
        typer.Option("--input", metavar="NAME=PATH", help="A file that an experiment wants given."),
    ] = None,
    folder: FolderOption = None,
    form: FormatOption = "text",
) -> None:
    """Run experiments; exit 1 when a number is not that of the baseline.

    Finished points are kept: an interrupted run goes on where it was.
    """
    from riskmodel.experiments import run_experiments

    choose("format", form, FORMATS)
    if every == bool(names):
        raise DataError("name the experiments to run, or give --all")
    where = engine_of(workers, engine, scheduler)
    found = _read(folder)
    wanted = [_named(name, found) for name in names or []]
    files = _files(given or [], found)
    if every:
        wanted = [name for name in found if set(found[name].given) <= set(files)]
        for name in found:
            if name not in wanted:
                wants = ", ".join(f"--input {file}=PATH" for file in found[name].given)
                print(f"riskmodel: left out {name}, which wants {wants}", file=sys.stderr)
    runs: list[Run] = []
    with _progress() as progress:
        runs.extend(
            run_experiments(
                wanted,
                found,
                files=files,
                workers=where,
                is_quick=quick,
                accept=accept,
                progress=progress,
            )
        )
    _print_runs(runs, form)
    raise typer.Exit(0 if all(one.is_as_before for one in runs) else FOUND_SOMETHING)


@app.command("compare")
def compare(
    first: Annotated[str, typer.Argument(help="An experiment, or a folder of its results.")],
    second: Annotated[str, typer.Argument(help="The other.")],
    folder: FolderOption = None,
    form: FormatOption = "text",
) -> None:
    """Compare two runs number by number, and say what can explain a difference; exit 1 if any."""
    from riskmodel.experiments import compare_runs

    choose("format", form, FORMATS)
    found = compare_runs(*(_results(name, folder) for name in (first, second)))
    if form == "csv":
        print_frame(found.to_frame(), form)
    elif form == "json":
        print_json(
            {
                "same": found.is_same,
                "explanation": found.explanation,
                "moved": found.to_frame().to_dict("records"),
                "tables": [str(one) for one in found.tables],
                "manifest": found.manifest_frame().to_dict("records"),
            }
        )
    else:
        if found.moved:
            print_data(found.to_frame())
        out = console()
        for one in found.tables:
            out.print(str(one), markup=False)
        if found.manifest:
            print_data(found.manifest_frame())
        out.print(found.explanation, markup=False)
    raise typer.Exit(0 if found.is_same else FOUND_SOMETHING)


@app.command("new")
def new(
    folder: Annotated[
        Path,
        typer.Argument(help="To be made; its name is lower-case letters, digits and hyphens."),
    ],
) -> None:
    """Make the folder of a new experiment, its code included, which runs as it is."""
    from riskmodel.experiments import new_experiment

    made = new_experiment(folder)
    print(f"{made}: edit experiment.toml, then  riskmodel experiment run {made}")


def _list_analyses(experiments: dict[str, Experiment], form: str) -> None:
    from riskmodel.experiments import load_analyses

    analyses = [
        analysis
        for experiment in experiments.values()
        for analysis in load_analyses(experiment.folder).values()
    ]
    rows: list[tuple[str, str | None, str | None, Any, str]] = []
    for analysis in sorted(analyses, key=lambda analysis: analysis.name):
        rows += [
            (analysis.name, option, known.words, known.default, analysis.words)
            for option, known in analysis.options.items()
        ]
        if not analysis.options:
            rows.append((analysis.name, None, None, None, analysis.words))
    columns = ("analysis", "setting", "what_it_sets", "default", "answers")
    cells = [
        (name, option, words, _text(default), answers)
        for name, option, words, default, answers in rows
    ]
    if form == "json":
        print_json([dict(zip(columns, row, strict=True)) for row in cells])
    elif form == "csv":
        print_csv(columns, cells)
    else:
        print_table(
            ("Analysis", "Setting", "What it sets", "Default", "Answers"),
            [
                # What it answers stands once, beside its first setting.
                ["" if cell is None else str(cell) for cell in (*row[:-1], row[-1] * first)]
                for row, first in zip(cells, _first_of_each(cells), strict=True)
            ],
            whole=(0, 1),
        )


def _first_of_each(rows: list[Any]) -> list[bool]:
    """Whether each row is the first of those with its name."""
    names = [row[0] for row in rows]
    return [name not in names[:place] for place, name in enumerate(names)]


def _text(value: Any) -> str | None:
    return None if value is None else str(list(value) if isinstance(value, tuple) else value)


def _read(folder: Path | None) -> dict[str, Experiment]:
    """The experiments of a folder; of the one here, or those that come with the package."""
    from riskmodel.experiments import read_experiments, studies_folder
    from riskmodel.experiments.folders import EXPERIMENTS, SHIPPED, has_studies

    if folder is not None:
        return read_experiments(folder)
    if has_studies(EXPERIMENTS):
        return read_experiments(EXPERIMENTS)
    studies = studies_folder()
    return read_experiments(studies, home=RESULTS if studies == SHIPPED else None)


def _named(name: str, experiments: dict[str, Experiment]) -> str:
    """The name of an experiment; one in a folder elsewhere is put among the others."""
    from riskmodel.experiments.declaration import DECLARATION
    from riskmodel.experiments.reading import check_results_of, read_experiment

    if name in experiments or not (Path(name) / DECLARATION).is_file():
        return name
    experiment = read_experiment(Path(name))
    experiments[experiment.name] = experiment
    check_results_of(experiment, experiments)
    return experiment.name


def _has_run(experiment: Experiment) -> bool:
    from riskmodel.experiments.results import PARAMETERS

    own = experiment.folder / "results" / PARAMETERS
    return own.is_file() or (experiment.results() / PARAMETERS).is_file()


def _files(given: list[str], experiments: dict[str, Experiment]) -> dict[str, Path]:
    """Files by name from words such as ``panel=panel.csv``."""
    from riskmodel.errors import UnknownNameError

    wanted = {name for experiment in experiments.values() for name in experiment.given}
    files = {}
    for word in given:
        name, sign, path = word.partition("=")
        if not sign or not path:
            raise DataError(f"--input takes NAME=PATH, such as panel=panel.csv; got {word!r}")
        if name not in wanted:
            raise UnknownNameError("input", name, sorted(wanted) or ["none"])
        files[name] = Path(path)
    return files


def _results(name: str, folder: Path | None) -> Path:
    """A folder of results: by path, or by the name of an experiment."""
    from riskmodel.experiments.folders import EXPERIMENTS

    homes = (EXPERIMENTS, RESULTS) if folder is None else (folder,)
    own = (Path(name), Path(name) / "results")
    for path in (*own, *(home / name / "results" for home in homes)):
        if (path / "manifest.json").is_file():
            return path
    return Path(name)


def _print_runs(runs: list[Run], form: str) -> None:
    rows = [
        {
            "experiment": one.experiment.name,
            "settings": "quick" if one.is_quick else "full",
            "points": one.points,
            "computed": one.computed,
            "results": len(one.summary),
            "baseline": _verdict(one),
            "folder": one.folder.as_posix(),
        }
        for one in runs
    ]
    moved = [
        {"experiment": one.experiment.name, **row}
        for one in runs
        if one.moved and not one.accepted
        for row in _moved_rows(one)
    ]
    if form == "json":
        print_json({"runs": rows, "moved": moved})
        return
    if form == "csv":
        print_csv(list(rows[0]), [list(row.values()) for row in rows])
        _tell_moved(runs)
        return
    if len(runs) == 1 and not moved:
        console().print(runs[0].answer, markup=False, soft_wrap=True)
    print_table(
        ("Experiment", "Settings", "Points", "Computed", "Results", "Baseline"),
        [[str(cell) for cell in row.values()][:-1] for row in rows],
        right=(2, 3, 4),
        whole=(0,),
    )
    if moved:
        import pandas as pd

        print_data(pd.DataFrame(moved).astype({"was": object, "now": object}))
    _tell_moved(runs)


def _moved_rows(one: Run) -> list[dict[str, Any]]:
    from riskmodel.experiments.baseline import moved_frame

    return [
        {str(key): value for key, value in row.items()}
        for row in moved_frame(one.moved or ()).to_dict("records")
    ]


def _verdict(one: Run) -> str:
    if one.accepted:
        return "renewed"
    if one.is_quick:
        return "not compared"
    if one.moved is None:
        return "none yet"
    return f"{len(one.moved)} moved" if one.moved else "matched"


def _tell_moved(runs: list[Run]) -> None:
    """What to do next, on standard error."""
    from riskmodel.experiments.baseline import changelog_row

    moved = [one.experiment.name for one in runs if one.moved and not one.accepted]
    if moved:
        print(
            f"riskmodel: numbers moved in {', '.join(moved)}. If they should have: riskmodel "
            f"experiment run {' '.join(moved)} --accept, and say so in CHANGELOG.md, section "
            "Published numbers. If not, something broke",
            file=sys.stderr,
        )
    accepted = [one for one in runs if one.accepted]
    if accepted:
        print(
            "riskmodel: baselines renewed; put these rows at the top of the section Published "
            "numbers of CHANGELOG.md:",
            file=sys.stderr,
        )
        for one in accepted:
            print(changelog_row(one.experiment.name, one.summary), file=sys.stderr)


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    """A bar for each experiment with the time left, on standard error where it is a terminal."""
    if not sys.stderr.isatty():
        yield lambda _name, _done, _total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed} of {task.total} points"),
        TimeRemainingColumn(),
        console=Console(file=sys.stderr),
    )
    tasks: dict[str, Any] = {}

    def tell(name: str, done: int, total: int) -> None:
        if name not in tasks:
            tasks[name] = bar.add_task(name, total=total)
        bar.update(tasks[name], completed=done)

    with bar:
        yield tell
