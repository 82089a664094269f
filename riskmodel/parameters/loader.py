"""Reads the parameter files that ship with the package."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache, wraps
from importlib import resources
from importlib.resources.abc import Traversable
from typing import ParamSpec, TypeVar

from riskmodel.core.lazy import pd
from riskmodel.core.toml import Table, parse_toml
from riskmodel.errors import check_name
from riskmodel.estimates import BASES, Basis

__all__ = [
    "Parameter",
    "assumptions",
    "parameter",
    "parameter_names",
    "parameters",
    "parameters_sha256",
    "recording",
    "remembered",
]

FIELDS = ("value", "unit", "basis", "from", "source", "reason")

_Given = ParamSpec("_Given")
_Made = TypeVar("_Made")

_RECORDS: list[set[str]] = []
"""Where the names of parameters read are noted; one set for each recording under way."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One value, with its unit, what it rests on, since when it holds, its source and reason.

    A value is a number; a few parameters are short lists of numbers, in ``numbers``, and their
    ``value`` is the first; those that are words have them in ``texts``, and no numbers.
    """

    name: str
    numbers: tuple[float, ...]
    unit: str
    basis: Basis
    valid_from: date
    source: str
    reason: str
    texts: tuple[str, ...] = ()

    @property
    def value(self) -> float:
        """The number."""
        return self.numbers[0]

    @property
    def printed(self) -> str:
        """The number or numbers, or the words, as a log prints them."""
        return ", ".join(self.texts or (f"{value:g}" for value in self.numbers))

    def __str__(self) -> str:
        return f"{self.name} = {self.printed} {self.unit} ({self.basis}; {self.source})"


def parameter(name: str) -> Parameter:
    """The parameter of that name.

    Raises
    ------
    UnknownNameError
        With the nearest names.

    Examples
    --------
    >>> parameter("interval_level").value
    0.95
    """
    known = {found.name: found for found in _read()}
    check_name("parameter", name, known)
    _note(name)
    return known[name]


def parameters() -> tuple[Parameter, ...]:
    """All parameters, in the order of their files."""
    found = _read()
    _note(*(each.name for each in found))
    return found


def parameter_names() -> tuple[str, ...]:
    """The names of all parameters, in the order of their files; no value counts as read."""
    return tuple(found.name for found in _read())


@contextmanager
def recording() -> Iterator[set[str]]:
    """Note which parameters are read within the block, in this process and on any thread.

    Who asks for all of them (:func:`parameters`) has read all of them.

    Examples
    --------
    >>> with recording() as read:
    ...     _ = parameter("interval_level")
    >>> read
    {'interval_level'}
    """
    read: set[str] = set()
    _RECORDS.append(read)
    try:
        yield read
    finally:
        # By identity: sets that hold the same names are equal.
        _RECORDS[:] = [kept for kept in _RECORDS if kept is not read]


def remembered(function: Callable[_Given, _Made]) -> Callable[_Given, _Made]:
    """Work out once for the same arguments, and note each time which parameters that rests on.

    As :func:`functools.cache`, which would hide from :func:`recording` what was read before.
    Arguments must be hashable.
    """
    kept: dict[Hashable, tuple[_Made, frozenset[str]]] = {}

    @wraps(function)
    def once(*given: _Given.args, **named: _Given.kwargs) -> _Made:
        key = (given, tuple(sorted(named.items())))
        if key not in kept:
            with recording() as read:
                made = function(*given, **named)
            kept[key] = made, frozenset(read)
        made, names = kept[key]
        _note(*names)
        return made

    return once


def _note(*names: str) -> None:
    for read in _RECORDS:
        read.update(names)


@cache
def _read() -> tuple[Parameter, ...]:
    found: dict[str, Parameter] = {}
    for file in _files():
        table = parse_toml(file.read_text(encoding="utf-8"), file.name)
        for name in table:
            if name in found:
                raise table.error("this parameter stands in another file too", name)
            found[name] = _parameter(name, table.section(name))
    return tuple(found.values())


def parameters_sha256(*files: str) -> str:
    """SHA-256 over parameter files, in order of their names: which values a run used.

    Parameters
    ----------
    *files
        Names of the files that the run reads, such as ``cohort.toml``; none takes all.

    Raises
    ------
    UnknownNameError
        When there is no such file.
    """
    known = {file.name: file for file in _files()}
    for name in files:
        check_name("parameter file", name, known)
    digest = hashlib.sha256()
    for file in (known[name] for name in sorted(files or known)):
        digest.update(file.name.encode("utf-8") + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def _files() -> list[Traversable]:
    folder = resources.files("riskmodel.parameters").joinpath("data")
    return sorted(
        (file for file in folder.iterdir() if file.name.endswith(".toml")),
        key=lambda file: file.name,
    )


def _parameter(name: str, table: Table) -> Parameter:
    if set(table) != set(FIELDS):
        raise table.error(f"needs exactly {', '.join(FIELDS)}; found {', '.join(table)}")
    entry = table.content
    if entry["basis"] not in BASES:
        raise table.error(f"basis must be one of {', '.join(BASES)}", "basis")
    values = entry["value"] if isinstance(entry["value"], list) else [entry["value"]]
    texts = tuple(value for value in values if isinstance(value, str))
    return Parameter(
        name,
        () if texts else tuple(float(number) for number in values),
        entry["unit"],
        entry["basis"],
        entry["from"],
        entry["source"],
        entry["reason"],
        texts,
    )


def assumptions() -> pd.DataFrame:
    """Every value besides the published figures that a calculation rests on.

    Returns
    -------
    pandas.DataFrame
        Columns name, value, unit, basis, date (since when it holds), source, reason.
    """
    return pd.DataFrame(
        [
            {
                "name": known.name,
                "value": known.printed,
                "unit": known.unit,
                "basis": known.basis,
                "date": known.valid_from.isoformat(),
                "source": known.source,
                "reason": known.reason,
            }
            for known in parameters()
        ]
    )
