"""``riskmodel experiment``: declared experiments, run, held against their baselines, compared."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from riskmodel.cli.output import FormatOption, listing, show, tell
from riskmodel.cli.workers import EngineOption, SchedulerOption, WorkersOption, engine_of
from riskmodel.cli.working import progress_bar
from riskmodel.core.lazy import pd
from riskmodel.errors import DataError, UnknownNameError

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

    found = _read(folder)
    if analyses:
        _list_analyses(found, form)
        return
    shown = list(found)
    if uses is not None:
        shown = list(users_of(parameter(uses).name, found))
        unknown = [name for name in found if not _has_run(found[name])]
        if unknown:
            tell(
                f"not known yet of {', '.join(unknown)}: the first full run records which "
                "parameters it reads"
            )
    rows = [
        (
            name,
            found[name].paragraphs,
            found[name].number_of_points(),
            found[name].expected_seconds,
            found[name].baseline.is_file(),
            " ".join(found[name].parameters),
            found[name].question,
        )
        for name in shown
    ]
    columns = (
        *("experiment", "paragraphs", "points", "expected_seconds", "has_baseline"),
        *("parameters", "question"),
    )
    headings = {
        "experiment": "experiment",
        "paragraphs": "where",
        "points": "points",
        "expected_seconds": "seconds",
        "question": "question",
    }
    show(listing(columns, rows, headings), form)


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
                tell(f"left out {name}, which wants {wants}")
    runs: list[Run] = []
    with progress_bar("points", stays=True) as progress:
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
    _show_runs(runs, form)
    raise typer.Exit(0 if all(one.is_as_before for one in runs) else FOUND_SOMETHING)


@app.command("compare")
def compare(
    first: Annotated[str, typer.Argument(help="An experiment, or a folder of its results.")],
    second: Annotated[str, typer.Argument(help="The one to compare it with.")],
    folder: FolderOption = None,
    form: FormatOption = "text",
) -> None:
    """Compare two runs number by number, and say what can explain a difference; exit 1 if any."""
    from riskmodel.experiments import compare_runs

    found = compare_runs(*(_results(name, folder) for name in (first, second)))
    show(found, form)
    raise typer.Exit(0 if found.is_same else FOUND_SOMETHING)


@app.command("new")
def new(
    folder: Annotated[
        Path,
        typer.Argument(help="Folder to make, named in lower-case letters, digits and hyphens."),
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
    rows: list[tuple[str | None, ...]] = []
    for analysis in sorted(analyses, key=lambda analysis: analysis.name):
        rows += [
            (analysis.name, option, known.words, _text(known.default), analysis.words)
            for option, known in analysis.options.items()
        ]
        if not analysis.options:
            rows.append((analysis.name, None, None, None, analysis.words))
    columns = ("analysis", "setting", "what_it_sets", "default", "answers")
    # What an analysis answers stands once for a reader, beside its first setting.
    names = [row[0] for row in rows]
    shown = pd.DataFrame(
        [
            [cell or "" for cell in (*row[:-1], "" if row[0] in names[:number] else row[-1])]
            for number, row in enumerate(rows)
        ],
        columns=list(columns),
    )
    show(listing(columns, rows, shown), form)


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


def _show_runs(runs: list[Run], form: str) -> None:
    from riskmodel.core.result import TextTable

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
    frame = pd.DataFrame(rows, dtype=object)
    tables = [frame.drop(columns="folder"), pd.DataFrame(moved, dtype=object)]
    result = listing(
        list(frame.columns),
        frame.itertuples(index=False),
        said=runs[0].answer if len(runs) == 1 and not moved else "",
        tables=tuple(map(TextTable, tables)),
        data={"runs": rows, "moved": moved},
    )
    show(result, form)
    if form != "json":
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
        tell(
            f"numbers moved in {', '.join(moved)}. If they should have: riskmodel experiment run "
            f"{' '.join(moved)} --accept, and say so in CHANGELOG.md, section Published numbers. "
            "If not, something broke"
        )
    accepted = [one for one in runs if one.accepted]
    if accepted:
        tell(
            "baselines renewed; put these rows at the top of the section Published numbers of "
            "CHANGELOG.md:"
        )
        for one in accepted:
            print(changelog_row(one.experiment.name, one.summary), file=sys.stderr)
