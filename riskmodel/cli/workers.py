"""Options of commands whose work fans out: how many workers, and where."""

from __future__ import annotations

from typing import Annotated

import typer

from riskmodel.engines import ENGINES, Engine

__all__ = ["EngineOption", "SchedulerOption", "WorkersOption", "engine_of"]

WorkersOption = Annotated[
    int,
    typer.Option(
        help="Worker processes, -1 for one a core and never more; the bytes stay the same."
    ),
]
EngineOption = Annotated[
    str,
    typer.Option(
        metavar="|".join(ENGINES),
        help="Processes of this machine, or a Dask cluster (pip install 'dask[distributed]').",
    ),
]
SchedulerOption = Annotated[
    str,
    typer.Option(
        metavar="ADDRESS",
        help=(
            "With --engine dask: a scheduler that runs already, such as tcp://127.0.0.1:8786. "
            "[default: a cluster on this machine for as long as the command runs]"
        ),
    ),
]


def engine_of(workers: int, engine: str, scheduler: str) -> Engine:
    """The engine that the options name; what is wrong with them is said before the work."""
    return Engine(workers, engine, scheduler)
