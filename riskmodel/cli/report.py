"""``riskmodel report``: the page, the figures, the tables and the workbook."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from riskmodel.cli.folder import opened
from riskmodel.cli.output import check_folder, tell
from riskmodel.cli.protection import (
    EarlierOption,
    LedgerOption,
    MappingOption,
    NoSuppressionOption,
    RoundToOption,
    SheetOption,
    TableOptions,
    ThresholdOption,
    tell_release,
)
from riskmodel.errors import DataError, OutputError
from riskmodel.report.sizes import REPLICATES, SEED

if TYPE_CHECKING:
    from riskmodel.authority.folder.authority import Authority
    from riskmodel.report import Report
    from riskmodel.report.sizes import Sizes

__all__ = ["report", "whole_report"]


def report(  # noqa: PLR0913  an option is an argument
    folder: Annotated[
        Path | None,
        typer.Argument(help="Folder of an authority. [default: the report card of 2015]"),
    ] = None,
    out: Annotated[
        Path, typer.Option(help="Folder to write to; an earlier report in it is replaced.")
    ] = Path("riskmodel-report"),
    table: Annotated[
        Path | None,
        typer.Option(
            help=(
                "A table of assessments of your own, to report in place of a folder: counts and "
                "rates by factor, of observed records only what may be printed."
            )
        ),
    ] = None,
    replicates: Annotated[
        int,
        typer.Option("--simulations", help="How many simulations of each projection.", min=100),
    ] = REPLICATES,
    seed: Annotated[int, typer.Option(help="Same seed, same report.", min=0)] = SEED,
    final: Annotated[
        bool,
        typer.Option(
            "--final",
            help="Not marked as a draft; what it projects is kept in the folder, so that a later "
            "brief can say what happened.",
        ),
    ] = False,
    delete: Annotated[
        bool,
        typer.Option("--delete-draft", help="Delete the draft in --out, and write nothing."),
    ] = False,
    mapping: MappingOption = None,
    sheet: SheetOption = None,
    threshold: ThresholdOption = None,
    round_to: RoundToOption = None,
    no_suppression: NoSuppressionOption = None,
    earlier: EarlierOption = None,
    ledger: LedgerOption = None,
) -> None:
    """Write the report: a brief, its annex, pictures, tables and a workbook."""
    from rich.console import Console

    from riskmodel.report.html import BRIEF
    from riskmodel.report.sizes import Sizes
    from riskmodel.report.whatif import whatif_beside
    from riskmodel.report.write import check_output, delete_draft, write_report

    options = TableOptions(mapping, sheet, threshold, round_to, no_suppression, earlier, ledger)
    if delete:
        print(f"{delete_draft(out)} files of a draft in {out} are deleted")
        return
    authority = _authority(folder, table, options)
    sizes = Sizes(replicates=replicates, seed=seed)
    command = ["riskmodel", "report"]
    command += [] if folder is None else [authority.folder.resolve().name]
    command += [] if replicates == REPLICATES else ["--simulations", str(replicates)]
    command += [] if seed == SEED else ["--seed", str(seed)]
    command += [*_words(table, options), *(["--final"] if final else [])]
    if final:
        _check_final(authority, table)
    if no_suppression is not None:
        _check_apart(out, final=final)
    check_output(out, final=final)
    _check_target(authority, sizes)
    with Console(file=sys.stderr).status("Starting") as status:
        whole = whole_report(
            authority,
            sizes,
            command=command,
            files=earlier or (),
            is_draft=not final and not _is_example(authority),
            progress=status.update,
        )
        for name, reason in authority.unworkable(**sizes.named()).items():
            tell(f"scenario {name} is not in the report: {reason}")
        if final:
            authority.remember(shlex.join(command))
        status.update("Writing the page, the figures and the workbook")
        paths = write_report(whole, out, whatif_beside(authority, sizes, BRIEF))
    print(f"{len(paths)} files in {out}; open {out / 'index.html'}")
    if final:
        from riskmodel.report.brief.finals import keep_final

        print(f"Final: what it projects is kept in {keep_final(authority, sizes)}")
    if not final and _of_returns(authority) & {"factors", "impact"}:
        tell(
            "this is a draft, marked as not for release, and what it shows is not remembered; "
            "before you give it to anybody, write it with --final"
        )
    tell_release(authority.release if "factors" in _of_returns(authority) else None)


def _check_target(authority: Authority, sizes: Sizes) -> None:
    """Refuse, before the work, a target after the last month that the report projects."""
    from riskmodel.core.months import month_after
    from riskmodel.demand.opening import opening_of

    entry = authority.contents.value("targets", "by")
    if entry is None or not any(map(authority.has, ("months", "own_panel"))):
        return
    last = month_after(opening_of(authority.demand), sizes.months)
    if str(entry.value) > last:
        raise DataError(
            f"{entry.value} is later than {last}, up to which a report projects",
            file=entry.place.file,
            line=entry.place.line,
            field=entry.place.field,
        )


def whole_report(
    authority: Authority,
    sizes: Sizes | None = None,
    *,
    command: Sequence[str] = ("riskmodel", "report"),
    files: Sequence[Path] = (),
    is_draft: bool = False,
    progress: Callable[[str], None] = lambda _: None,
) -> Report:
    """The report of an authority; of published tables with what studies say of explanations.

    Parameters
    ----------
    authority, sizes, command, files, is_draft, progress
        As :func:`riskmodel.report.folder_page.authority_report` takes them.
    """
    from riskmodel.cli.explanations import explanations_section
    from riskmodel.report.folder_page import authority_report

    return authority_report(
        authority,
        sizes,
        command=command,
        files=files,
        explanations=partial(explanations_section, progress=progress),
        is_draft=is_draft,
        progress=progress,
    )


def _authority(folder: Path | None, table: Path | None, options: TableOptions) -> Authority:
    """Whose report it is: of a folder, of a table alone, or of the example that ships."""
    from dataclasses import replace

    from riskmodel.authority.folder.authority import example, open_authority
    from riskmodel.authority.folder.one_table import table_authority

    protect = options.protect("text")
    if table is not None:
        if folder is not None:
            raise DataError(
                "--table takes the place of a folder: put the table into the folder's returns",
                file=folder.name,
            )
        return table_authority(table, mapping=options.mapping, sheet=options.sheet, protect=protect)
    authority = example() if folder is None else opened(folder) or open_authority(folder)
    if not authority.has("returns") or options.mapping is not None or options.sheet is not None:
        options.release(None, option="--table", form="text")
    return replace(authority, protect=protect, ledger=options.ledger)


def _is_example(authority: Authority) -> bool:
    """Whether it is the folder that ships, into which nothing is written."""
    from riskmodel.authority.folder.authority import EXAMPLE

    return authority.folder.resolve() == EXAMPLE


def _check_final(authority: Authority, table: Path | None) -> None:
    """Refuse a final that could not be kept, before the work begins."""
    from riskmodel.report.brief.finals import FOLDER, check_final

    if table is not None or _is_example(authority):
        raise DataError("--final needs a folder of your own, in which what is projected is kept")
    day = check_final(authority)
    check_folder(authority.folder / FOLDER / f"{day.isoformat()}.json")


def _check_apart(out: Path, *, final: bool) -> None:
    """Refuse counts that are not withheld where others are given away from."""
    from riskmodel.report.write import is_final

    if final:
        raise DataError(
            "a final report is for anybody: it is never written with --no-suppression; leave one "
            "of them away"
        )
    if is_final(out):
        raise OutputError(
            f"{out} holds a final report; counts that are not withheld go to a folder apart: "
            "choose another one with --out"
        )


def _of_returns(authority: Authority) -> set[str]:
    return set(authority.sections) if authority.has("returns") else set()


def _words(table: Path | None, options: TableOptions) -> list[str]:
    """Options of the command that name tables and their protection, files without their folder."""
    import shlex

    named = {
        "table": table and table.name,
        "mapping": options.mapping and options.mapping.name,
        "sheet": options.sheet,
        "threshold": options.threshold,
        "round-to": options.round_to,
        "no-suppression": options.no_suppression,
    }
    words = [(f"--{name}", str(value)) for name, value in named.items() if value is not None]
    words += [("--earlier", path.name) for path in options.earlier or ()]
    return [part for option, value in words for part in (option, shlex.quote(value))]
