"""What has left of an authority's own records: remembered beside them, an entry a release."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from riskmodel.core.files import private_name
from riskmodel.core.result import Result
from riskmodel.core.version import __version__
from riskmodel.disclosure.earlier import EarlierCounts
from riskmodel.errors import DataError, OutputError, unwritable

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FOLDER", "Entry", "Ledger", "Released", "ledgers_in"]

FOLDER = ".riskmodel-released"
"""Where releases of records are remembered: a folder beside them."""

_FORMAT = 1
_NAME = re.compile(r"(\d{5})\.json")
_FEWEST_LETTERS = 10


@dataclass(frozen=True, slots=True)
class Entry:
    """One release: what left, when and by which command. No withheld count stands in it.

    Parameters
    ----------
    number
        From 1, in the order of leaving.
    when
        UTC, to the second.
    command
        Files without their place.
    records
        File, SHA-256 of its bytes and how they are read, and months with many assessments.
    policy
        What was withheld, or the reason why nothing was: then nothing else is kept of it.
    by
        Columns of each table.
    tables
        Counts as they were printed, but for those that an entry before has.
    own
        How many of the tables left now; the others were in files that it was told of.
    model
        What a fitted model was, and how many of its figures rest on factors together.
    figures
        Counts that stand in no table of factors, by what they are of.
    struck
        Why it does not count; "" where it does.
    """

    number: int
    when: str
    command: str
    records: Mapping[str, Any]
    policy: Mapping[str, Any]
    by: tuple[tuple[str, ...], ...]
    tables: tuple[EarlierCounts, ...]
    own: int
    model: Mapping[str, Any]
    figures: Mapping[str, Any]
    struck: str = ""

    def is_of(self, records: Mapping[str, Any]) -> bool:
        """Whether it left of these very records, read in the same way."""
        return all(self.records[name] == records[name] for name in ("sha256", "reading"))

    def concerns(self, records: Mapping[str, Any]) -> bool:
        """Whether it left of these records, or of others that cannot be told apart from them.

        Records are others where both say when their assessments were, and no month of many
        assessments is in both.
        """
        mine, theirs = set(self.records["months"]), set(records["months"])
        return self.is_of(records) or not mine or not theirs or bool(mine & theirs)


@dataclass(frozen=True, slots=True)
class Ledger:
    """The releases of the records of one folder, each a file that is written once.

    Parameters
    ----------
    place
        The folder of the entries; it need not be there.
    """

    place: Path

    def read(self) -> tuple[Entry, ...]:
        """All releases, those that were struck off too.

        Raises
        ------
        DataError
            When one is missing, damaged, or of a later version of riskmodel, and not struck off.
        """
        found, struck, faults = dict[int, Entry](), dict[int, str](), dict[int, DataError]()
        for number in range(1, self._last() + 1):
            try:
                content = self._content(number)
                if "strike" in content:
                    struck[int(content["strike"])] = str(content["reason"])
                else:
                    found[number] = _entry(number, content)
            except DataError as error:
                faults[number] = error
        for number, fault in faults.items():
            if number not in struck:
                raise fault
        return tuple(
            Entry(**{**_fields(entry), "struck": struck.get(number, "")})
            for number, entry in found.items()
        )

    def append(self, content: Mapping[str, Any], after: int) -> int:
        """Add an entry, unless another run added one since.

        Parameters
        ----------
        content
            Plain data.
        after
            Number of the last entry that the counts were protected against.

        Returns
        -------
        int
            Its number.

        Raises
        ------
        FileExistsError
            When another run was faster.
        OSError
            When the folder takes no file.
        """
        try:
            self.place.mkdir(parents=True, exist_ok=True)
        except FileExistsError:
            raise NotADirectoryError(errno.ENOTDIR, "a file stands in its place") from None
        path = self.place / f"{after + 1:05}.json"
        text = _signed({"format": _FORMAT, "riskmodel": __version__, **content})
        partial = private_name(path)
        try:
            partial.write_text(text, encoding="utf-8", newline="\n")
            try:
                os.link(partial, path)
            except FileExistsError:
                raise
            except OSError:
                # Some network drives know no links: then the name is taken first, and filled.
                with path.open("x", encoding="utf-8", newline="\n") as stream:
                    stream.write(text)
        finally:
            with suppress(OSError):
                partial.unlink(missing_ok=True)
        return after + 1

    def strike(self, number: int, reason: str) -> None:
        """Say that a release does not count, such as one that was never shown to anybody.

        Raises
        ------
        DataError
            When there is no such release, it is struck off already, or the reason is none.
        OutputError
            When the folder takes no file.
        """
        words = " ".join(reason.split())
        if len(words) < _FEWEST_LETTERS or len(words.split()) < 2:
            raise DataError(
                "say in a few words why it does not count, such as --reason 'seen by nobody "
                f"outside the team'; got {words!r}"
            )
        last = self._last()
        known = {n: self._kind(n) for n in range(1, last + 1)}
        if known.get(number, "strike") == "strike":
            numbers = ", ".join(str(n) for n, kind in known.items() if kind != "strike") or "none"
            raise DataError(f"there is no release {number} here; there are {numbers}")
        content = {"when": _now(), "strike": number, "reason": words}
        try:
            self.append(content, last)
        except FileExistsError:
            raise OutputError("another run is writing here: try again") from None
        except OSError as error:
            raise unwritable(self.place, error) from error

    @property
    def last(self) -> int:
        """Number of the last entry, strikes among them; 0 where there is none."""
        return self._last()

    def _last(self) -> int:
        try:
            names = [entry.name for entry in self.place.iterdir()]
        except (FileNotFoundError, NotADirectoryError):
            return 0
        except OSError as error:
            raise DataError(
                f"what was released of these records cannot be read: {error.strerror}",
                file=self.place.name,
            ) from error
        return max((int(match[1]) for name in names if (match := _NAME.fullmatch(name))), default=0)

    def _kind(self, number: int) -> str:
        try:
            return "strike" if "strike" in self._content(number) else "release"
        except DataError:
            return "damaged"

    def _content(self, number: int) -> dict[str, Any]:
        path = self.place / f"{number:05}.json"
        name = f"{self.place.name}/{path.name}"
        todo = (
            f"put it back from a copy, or say why it does not count: riskmodel released FOLDER "
            f"--strike {number} --reason '…'"
        )
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            if content["format"] > _FORMAT:
                raise DataError(
                    f"was written by riskmodel {content['riskmodel']}, which keeps releases in "
                    "another form: use that version or a later one",
                    file=name,
                )
            if json.loads(_signed(content)) != content:
                raise ValueError("its sum is not that of what it holds")
        except FileNotFoundError:
            raise DataError(f"is missing; {todo}", file=name) from None
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise DataError(f"is damaged; {todo}", file=name) from error
        return dict(content)


@dataclass(frozen=True, slots=True, repr=False)
class Released(Result):
    """What has left of the records of a folder.

    Parameters
    ----------
    entries
        By the ledger that holds them.
    """

    entries: tuple[Entry, ...]

    def to_frame(self) -> pd.DataFrame:
        """A row a release: number, when, command, file, what it was grouped by, counts, struck."""
        import pandas as pd

        rows = [
            (
                entry.number,
                entry.when,
                entry.command,
                entry.records["file"],
                "; ".join([*(",".join(by) or "all" for by in entry.by), *entry.figures]),
                sum(
                    number is not None
                    for table in entry.tables
                    for cells in table.groups.values()
                    for number in cells.values()
                )
                + _whole_numbers(entry.figures),
                entry.policy.get("reason", ""),
                entry.struck,
            )
            for entry in self.entries
        ]
        names = ("number", "when", "command", "records", "by", "counts", "unprotected", "struck")
        return pd.DataFrame(rows, columns=list(names))

    def summary(self) -> str:
        """How many releases count."""
        counting = [entry for entry in self.entries if not entry.struck]
        if not self.entries:
            return "Nothing is known to have left of these records."
        return (
            f"{len(counting)} of {len(self.entries)} releases count: later runs over the same "
            "records are protected against them."
        )

    def remarks(self) -> Sequence[str]:
        """What is not listed."""
        return ("Drafts of a report are not listed; they are marked as not for release.",)


def ledgers_in(path: Path) -> tuple[Ledger, ...]:
    """The ledgers of a folder of records, of an authority's folder, or beside a file."""
    folder = path if path.is_dir() else path.parent
    places = dict.fromkeys((folder / FOLDER, folder / "returns" / FOLDER, path.parent / FOLDER))
    if path.name == FOLDER or any(_NAME.fullmatch(entry.name) for entry in folder.iterdir()):
        places = dict.fromkeys([path])
    return tuple(Ledger(place) for place in places if place.is_dir())


def entry_content(
    command: str,
    records: Mapping[str, Any],
    policy: Mapping[str, Any],
    tables: tuple[Sequence[EarlierCounts], Sequence[EarlierCounts]],
    *,
    model: Mapping[str, Any] | None = None,
    by: Sequence[Sequence[str]] = (),
    figures: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """An entry as plain data; ``tables`` are those that leave now, and others known to be out."""
    return {
        "when": _now(),
        "command": command,
        "records": dict(records),
        "policy": dict(policy),
        "model": dict(model or {}),
        "figures": dict(figures or {}),
        "by": list(by),
        "own": len(tables[0]),
        "tables": [
            {
                "by": list(table.by),
                "rounded_to": table.rounded_to,
                "veiled": sorted(map(list, table.veiled)),
                "groups": [
                    [list(words), [[*cell, count] for cell, count in cells.items()]]
                    for words, cells in table.groups.items()
                ],
            }
            for table in (*tables[0], *tables[1])
        ],
    }


def _entry(number: int, content: Mapping[str, Any]) -> Entry:
    tables = tuple(
        EarlierCounts(
            tuple(table["by"]),
            {
                tuple(words): {(measure, factor): count for measure, factor, count in cells}
                for words, cells in table["groups"]
            },
            table["rounded_to"],
            frozenset((measure, factor) for measure, factor in table["veiled"]),
        )
        for table in content["tables"]
    )
    names = ("when", "command", "records", "policy", "own", "model")
    told = {name: content[name] for name in names}
    by = tuple(map(tuple, content["by"]))
    return Entry(number=number, by=by, tables=tables, figures=content.get("figures", {}), **told)


def _whole_numbers(data: Any) -> int:
    """How many counts stand in plain data."""
    if isinstance(data, Mapping):
        data = list(data.values())
    return sum(map(_whole_numbers, data)) if isinstance(data, list) else isinstance(data, int)


def _fields(entry: Entry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in entry.__slots__}


def _signed(content: Mapping[str, Any]) -> str:
    """The entry with the sum of what it holds, which shows damage."""
    bare = {name: value for name, value in content.items() if name != "sum"}
    text = json.dumps(bare, ensure_ascii=False, sort_keys=True)
    return json.dumps({**bare, "sum": hashlib.sha256(text.encode()).hexdigest()}, indent=0) + "\n"


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
