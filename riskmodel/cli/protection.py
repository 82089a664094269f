"""Options of every command that takes a table: how to read it, and what may be printed of it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from riskmodel.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

    from riskmodel.disclosure import Policy, Waiver
    from riskmodel.disclosure.release import Release
    from riskmodel.intake.table_file import TableFile

__all__ = [
    "EarlierOption",
    "MappingOption",
    "NoSuppressionOption",
    "RoundToOption",
    "SheetOption",
    "ThresholdOption",
    "policy_of",
    "refuse_without_table",
    "release_lines",
    "release_of",
    "table_of",
    "tell_release",
    "with_waiver",
]

MappingOption = Annotated[
    Path | None,
    typer.Option(metavar="FILE.toml", help="Says how the table names its columns."),
]
SheetOption = Annotated[
    str | None, typer.Option(help="Sheet of a workbook. [default: the first one]")
]
ThresholdOption = Annotated[
    int | None,
    typer.Option(
        help="Of observed records withhold counts from 1 to this, at least 2. [default: 5]"
    ),
]
RoundToOption = Annotated[
    int | None,
    typer.Option(
        metavar="5|10",
        help="Round the other counts of observed records besides. [default: not rounded]",
    ),
]
NoSuppressionOption = Annotated[
    str | None,
    typer.Option(
        metavar="REASON", help="Print observed records unprotected; say why, in a sentence."
    ),
]
EarlierOption = Annotated[
    list[Path] | None,
    typer.Option(
        metavar="FILE.csv",
        help=(
            "Counts of the same records that are out already, as `riskmodel factors --format csv` "
            "wrote them: what both together give away is withheld. Can be given several times."
        ),
    ),
]


def policy_of(
    threshold: int | None, round_to: int | None, no_suppression: str | None
) -> Policy | Waiver:
    """What the options say of small counts: a policy, or a waiver with its reason."""
    from riskmodel.disclosure import Waiver
    from riskmodel.disclosure.release import policy_from_parameters

    if no_suppression is None:
        return policy_from_parameters(threshold, round_to)
    if threshold is not None or round_to is not None:
        raise DataError(
            "--no-suppression prints every count as it is; leave --threshold and --round-to away"
        )
    return Waiver(no_suppression)


def table_of(path: Path, mapping: Path | None, sheet: str | None) -> TableFile:
    """A table, and how to read it."""
    from riskmodel.intake.table_file import TableFile

    return TableFile(path, mapping, sheet)


def release_of(
    path: Path | None,
    *,
    option: str,
    form: str,
    by: tuple[str, ...] = (),
    **given: Any,
) -> Release | None:
    """Counts of the table named, as they may be printed; None where no table is named.

    Parameters
    ----------
    path
        The table.
    option
        How one is named, for the message that options about a table need one.
    form
        How the answer is printed: in JSON a withheld cell is null.
    by
        Columns to group by.
    given
        The options of this module by their names.
    """
    policy = policy_of(given["threshold"], given["round_to"], given["no_suppression"])
    if path is None:
        refuse_without_table(option, **given)
        return None
    from riskmodel.disclosure.release import release_counted

    return release_counted(
        table_of(path, given["mapping"], given["sheet"]).counts(by),
        by=by,
        policy=policy,
        marks="json" if form == "json" else "text",
        earlier=tuple(given["earlier"] or ()),
    )


def refuse_without_table(option: str, **given: Any) -> None:
    """Refuse options about a table where none is named; ``option`` says how one is."""
    names = [f"--{name.replace('_', '-')}" for name, value in given.items() if value is not None]
    if names:
        raise DataError(f"{', '.join(names)}: for a table of your own, named with {option}")


def release_lines(release: Release | None) -> list[str]:
    """What stands beside the numbers for those who read them: the symbol, or the waiver."""
    words = "" if release is None else release.words()
    return [words] if words else []


def tell_release(release: Release | None, *, also_withheld: bool = False) -> None:
    """What a reader of the numbers has to know besides, on standard error; to be called last.

    The account of the reading is the last line.

    Parameters
    ----------
    release
        Of the table; None where no table was read.
    also_withheld
        Whether more than counts of the release is withheld, such as a pair of factors.

    Raises
    ------
    typer.Exit
        With 1, where no assessment of the table counts or no plan follows one.
    """
    if release is None:
        return
    _tell_withheld(release, also_withheld=also_withheld)
    if words := release.account_words():
        _tell(words)
    if release.finding():
        raise typer.Exit(1)


def _tell_withheld(release: Release, *, also_withheld: bool) -> None:
    """What could not be read, what is withheld and what is known all the same."""
    if release.issues:
        _tell(
            f"{release.issues:,} things in the file could not be read; see `riskmodel intake check`"
        )
    if release.waiver:
        _tell(f"observed records, nothing is withheld: {release.waiver}")
    if release.number_withheld:
        _tell(
            f"{release.number_withheld:,} count{' is' if release.number_withheld == 1 else 's are'}"
            " withheld, shown as [c]: small, or needed to work out a small one"
        )
    if (release.number_withheld or also_withheld) and not release.number_earlier:
        _tell(
            "figures of these records that were released before can give withheld counts away "
            "when both are put side by side: name the files of them with --earlier"
        )
    if release.veiled:
        columns = [
            f"{measure} of {factor}" if factor else measure for measure, factor in release.veiled
        ]
        _tell(f"zeros are withheld too of {', '.join(columns)}: they would tell of small counts")
    if release.number_exposed:
        _tell(
            f"{release.number_exposed} small counts can be known more closely than the threshold "
            "allows, whatever is withheld: by the counts of all groups together, or an earlier "
            "release; put small groups together"
        )


def with_waiver(frame: pd.DataFrame, release: Release | None) -> pd.DataFrame:
    """Under a waiver the rows carry its reason, in a column ``waiver``, wherever they go."""
    if release is None or not release.waiver:
        return frame
    return frame.assign(waiver=release.waiver)


def _tell(words: str) -> None:
    print(f"riskmodel: {words}", file=sys.stderr)
