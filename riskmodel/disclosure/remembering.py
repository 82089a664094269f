"""Ledgers of some records: what left of them before, and one entry more."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from riskmodel.core.manifest import sha256_of
from riskmodel.disclosure.ledger import FOLDER, Ledger, entry_content
from riskmodel.disclosure.policy import Policy
from riskmodel.errors import DataError

__all__ = ["FigureMemory", "Remembering"]


class Remembering:
    """Entries that concern some records, beside them and in a folder that was named.

    Parameters
    ----------
    records
        File, SHA-256, how they are read, and months.
    beside
        The ledger beside them.
    place
        Another folder to remember in.

    Raises
    ------
    DataError
        When what is remembered cannot be read.
    """

    kind: ClassVar[str]
    """What of an entry is of this kind: ``tables`` or ``figures``."""

    def __init__(self, records: Mapping[str, Any], beside: Path, place: Path | None) -> None:
        self.records = dict(records)
        self._ledger = Ledger(beside if place is None else place)
        ledgers = dict.fromkeys((Ledger(beside), self._ledger))
        self._after = self._ledger.last
        self.entries = [
            entry
            for one in ledgers
            for entry in one.read()
            if not entry.struck
            and entry.concerns(self.records)
            and bool(entry.figures) == (self.kind == "figures")
        ]
        self.told = ""
        self.has_left = False

    def follow(self, other: Remembering) -> None:
        """Allow for what another part of the same answer has just remembered."""
        if self._ledger == other._ledger:
            self._after = max(self._after, other._after)

    def add(self, content: Mapping[str, Any]) -> None:
        """Add an entry; where that cannot be done, ``told`` says so.

        Raises
        ------
        DataError
            When another run over the same records was faster: what it let out is not allowed for.
        """
        self.has_left = True
        try:
            number = self._append(content)
        except OSError as error:
            self.told = (
                f"what is printed here is not remembered ({error.strerror or error}): later runs "
                "over these records cannot be protected against it; name a folder that can be "
                "written to with --ledger"
            )
            return
        self.told = f"remembered as release {number} of these records (`riskmodel released`)"

    def _append(self, content: Mapping[str, Any]) -> int:
        while True:
            try:
                self._after = self._ledger.append(content, self._after)
                return self._after
            except FileExistsError:
                fresh = [one for one in self._ledger.read() if one.number > self._after]
                if any(getattr(one, self.kind) and one.concerns(self.records) for one in fresh):
                    raise DataError(
                        "another run over these records has printed something meanwhile, which "
                        "this answer does not allow for: run it again",
                        file=str(self.records["file"]),
                    ) from None
                self._after += 1


class FigureMemory(Remembering):
    """What left of counts that stand in no table of factors: in time and late, by placement.

    Parameters
    ----------
    name
        What is counted.
    files
        The records, files or folders.
    months
        For which they hold counts.
    beside
        The folder beside whose files it is remembered.
    place
        Another folder to remember in.

    Raises
    ------
    DataError
        When what is remembered cannot be read.
    """

    kind = "figures"

    def __init__(
        self,
        name: str,
        files: Sequence[Path],
        months: Iterable[str],
        beside: Path,
        place: Path | None = None,
    ) -> None:
        self.name = name
        told = {
            "file": ", ".join(path.name for path in files),
            "sha256": hashlib.sha256("".join(map(_sum_of, files)).encode()).hexdigest(),
            "reading": name,
            "months": sorted(months),
        }
        super().__init__(told, beside.absolute() / FOLDER, place)

    @property
    def known(self) -> list[Mapping[str, Any]]:
        """What left, the oldest first."""
        return [one.figures[self.name] for one in self.entries if self.name in one.figures]

    def leave(self, figures: Mapping[str, Any], command: str) -> None:
        """Remember what is about to leave; to be called before it does, once or again.

        Parameters
        ----------
        figures
            Counts as they are printed; what is withheld does not stand in them.
        command
            The command, files without their place.
        """
        if not self.has_left:
            policy, kept = Policy().manifest(), {self.name: dict(figures)}
            self.add(entry_content(command, self.records, policy, ((), ()), figures=kept))


def _sum_of(path: Path) -> str:
    """The sum of a file, or of the files of a folder."""
    if path.is_dir():
        return "".join(sha256_of(one) for one in sorted(path.rglob("*")) if one.is_file())
    return sha256_of(path)
