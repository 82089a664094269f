"""``riskmodel new`` and ``riskmodel check``: an authority's folder begun and looked through."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from riskmodel.cli.output import FormatOption, show

__all__ = ["check", "new"]


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
        typer.Option(help="Seed of the made-up figures: same seed, same bytes.", min=0),
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

    found = check_folder(folder)
    show(found, form)
    if not found.is_sound:
        raise typer.Exit(1)
