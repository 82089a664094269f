"""Options of every command that takes a table: how to read it, and what may be printed of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from riskmodel.cli.output import tell
from riskmodel.core.wording import count_of
from riskmodel.errors import DataError

if TYPE_CHECKING:
    from riskmodel.counted import Counted
    from riskmodel.disclosure import Policy, Waiver
    from riskmodel.disclosure.release import Release
    from riskmodel.disclosure.remembering import Remembering
    from riskmodel.intake.table_file import TableFile

__all__ = [
    "EarlierOption",
    "LedgerOption",
    "MappingOption",
    "MarginsOption",
    "NoSuppressionOption",
    "RoundToOption",
    "SheetOption",
    "TableOptions",
    "ThresholdOption",
    "release_of",
    "table_of",
    "tell_release",
    "tell_remembered",
]

MappingOption = Annotated[
    Path | None,
    typer.Option(metavar="FILE.toml", help="Says how the table names its columns."),
]
SheetOption = Annotated[
    str | None, typer.Option(help="Sheet of a workbook. [default: the first one]")
]
MarginsOption = Annotated[
    Path | None,
    typer.Option(help="Margins of this table of assessments instead of the published ones."),
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
LedgerOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER",
        envvar="RISKMODEL_LEDGER",
        help=(
            "Remember what leaves in this folder, where the one of the records cannot be written "
            "to. [default: .riskmodel-released beside the records]"
        ),
    ),
]


@dataclass(frozen=True, slots=True)
class TableOptions:
    """How to read a table of assessments, and what may be printed of observed records."""

    mapping: MappingOption = None
    sheet: SheetOption = None
    threshold: ThresholdOption = None
    round_to: RoundToOption = None
    no_suppression: NoSuppressionOption = None
    earlier: EarlierOption = None
    ledger: LedgerOption = None

    @property
    def policy(self) -> Policy | Waiver:
        """What is done about small counts, or the reason why nothing is."""
        from riskmodel.disclosure import Waiver
        from riskmodel.disclosure.release import policy_from_parameters

        if self.no_suppression is None:
            return policy_from_parameters(self.threshold, self.round_to)
        if self.threshold is not None or self.round_to is not None:
            raise DataError(
                "--no-suppression prints every count as it is; leave --threshold and --round-to "
                "away"
            )
        return Waiver(self.no_suppression)

    def file(self, path: Path) -> TableFile:
        """A table, and how to read it."""
        return table_of(path, self.mapping, self.sheet)

    def protect(self, form: str, by: tuple[str, ...] = ()) -> Callable[[Counted], Release]:
        """Decides what may be printed of counts; in JSON a withheld cell is null."""
        from riskmodel.disclosure.release import release_counted

        return partial(
            release_counted,
            by=by,
            policy=self.policy,
            marks="json" if form == "json" else "text",
            earlier=tuple(self.earlier or ()),
            ledger=self.ledger,
        )

    def release(
        self, path: Path | None, *, option: str, form: str, by: tuple[str, ...] = ()
    ) -> Release | None:
        """Counts of the table named, as they may be printed; None where no table is named.

        Options about a table are refused without one; ``option`` says how one is named.
        """
        protect = self.protect(form, by)
        if path is not None:
            return protect(self.file(path).counts(by))
        unused = [
            f"--{field.name.replace('_', '-')}"
            for field in fields(self)
            # A ledger can be the same for every command, by its environment variable.
            if getattr(self, field.name) is not None and field.name != "ledger"
        ]
        if unused:
            raise DataError(f"{', '.join(unused)}: for a table of your own, named with {option}")
        return None


def table_of(path: Path, mapping: Path | None, sheet: str | None) -> TableFile:
    """A table, and how to read it."""
    from riskmodel.intake.table_file import TableFile

    return TableFile(path, mapping, sheet)


def release_of(path: Path | None, *, option: str, form: str, **given: Any) -> Release | None:
    """As :meth:`TableOptions.release`, of options by their names."""
    return TableOptions(**given).release(path, option=option, form=form)


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
        tell(words)
    if release.finding():
        raise typer.Exit(1)


def tell_remembered(memory: Remembering | None) -> None:
    """As which release an answer is remembered, or why it is not, on standard error."""
    if memory is not None and memory.told:
        tell(memory.told)


def _tell_withheld(release: Release, *, also_withheld: bool) -> None:
    """What could not be read, what is withheld and what is known all the same."""
    if release.issues:
        tell(
            f"{count_of(release.issues, 'cell or record', 'cells or records')} of the file could "
            "not be used; see `riskmodel intake check`"
        )
    if release.waiver:
        tell(f"observed records, nothing is withheld: {release.waiver}")
    if release.number_withheld:
        tell(
            f"{release.number_withheld:,} count{' is' if release.number_withheld == 1 else 's are'}"
            " withheld, shown as [c]: small, or needed to work out a small one"
        )
    if (release.number_withheld or also_withheld) and not release.number_earlier:
        tell(
            "figures of these records that were released elsewhere can give withheld counts away "
            "when both are put side by side: name the files of them with --earlier"
        )
    tell_remembered(release.memory)
    if release.veiled:
        columns = [
            f"{measure} of {factor}" if factor else measure for measure, factor in release.veiled
        ]
        tell(f"zeros are withheld too in {', '.join(columns)}: they would give small counts away")
    if release.number_exposed:
        tell(
            f"{release.number_exposed} small counts can be known more closely than the threshold "
            "allows, whatever is withheld: by the counts of all groups together, or an earlier "
            "release; put small groups together"
        )
