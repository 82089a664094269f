"""What a step of an experiment has to offer: a point function, a summary, figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol, cast

import pandas as pd

from riskmodel.errors import DataError, UnknownNameError, check_name
from riskmodel.experiments.summary import Summary
from riskmodel.streams import stream

if TYPE_CHECKING:
    import numpy as np
__all__ = ["Analysis", "Option", "Picture", "Point", "Tables"]

Tables = Mapping[str, "pd.DataFrame"]
"""Tidy tables by name."""

Setting = bool | int | float | str | tuple[float, ...]
"""What an option can be set to; a tuple is a short list of numbers."""


class Picture(Protocol):
    """A chart as bytes, as ``riskmodel.report.charts`` draws it."""

    @property
    def svg(self) -> bytes:
        """The drawing."""
        ...

    @property
    def png(self) -> bytes:
        """The same as a picture."""
        ...


@dataclass(frozen=True, slots=True)
class Option:
    """Something that an experiment may set.

    Parameters
    ----------
    default
        Value where the experiment does not say.
    words
        What it is, in words, with its unit.
    quick
        Value of a quick run where the experiment does not say; None for the default.
    least, most
        Ends of what is allowed, for numbers.
    allowed
        Every value that is allowed, for words.
    """

    default: Setting
    words: str
    quick: Setting | None = None
    least: float | None = None
    most: float | None = None
    allowed: tuple[str, ...] = ()

    def read(self, name: str, value: Any) -> Setting:
        """The value as the analysis takes it.

        Raises
        ------
        DataError
            When it is of another kind, or out of range: what was found and what is allowed.
        UnknownNameError
            When it is a word that is not allowed.
        """
        given = value
        if isinstance(value, list):
            value = tuple(value)
        kind = type(self.default)
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if type(value) is not kind:
            raise DataError(f"{name} must be {_KINDS[kind]}, got {given!r}")
        if isinstance(value, tuple):
            if not all(isinstance(part, int | float) for part in value):
                raise DataError(f"{name} must be {_KINDS[kind]}, got {given!r}")
            value = tuple(float(part) for part in value)
        if isinstance(value, str) and self.allowed and value not in self.allowed:
            raise UnknownNameError(f"value of {name}", value, self.allowed)
        if isinstance(value, int | float):
            self._check_range(name, value)
        return cast("Setting", value)

    def _check_range(self, name: str, value: float) -> None:
        if self.least is not None and value < self.least:
            raise DataError(f"{name} must be at least {self.least:g}, got {value:g}")
        if self.most is not None and value > self.most:
            raise DataError(f"{name} must be at most {self.most:g}, got {value:g}")


_KINDS: dict[type, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text",
    tuple: "a list of numbers",
}


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a grid: what a point function is given.

    Parameters
    ----------
    settings
        Every option of the analysis, the grid's among them.
    seed
        The experiment's seed.
    purpose
        Names the point's random stream, together with the seed and the index.
    index
        Number of the point in its grid, from 0.
    files
        Files that the experiment declares, by name.
    summaries
        Summaries of the experiments whose results it takes, by name.
    """

    settings: Mapping[str, Any]
    seed: int = 0
    purpose: str = "experiment"
    index: int = 0
    files: Mapping[str, Path] = field(default_factory=dict)
    summaries: Mapping[str, Summary] = field(default_factory=dict)

    def random(self) -> np.random.Generator:
        """The generator of this point: the same on any number of workers."""
        return stream(self.seed, self.purpose, self.index)


@dataclass(frozen=True, slots=True)
class Analysis:
    """An analysis of a study's ``analysis.py``, which a step of its experiment names.

    Parameters
    ----------
    name
        As steps name it.
    words
        What it answers, in a line.
    measure
        Point to tidy tables.
    summarise
        All points' tables, with every setting as a column, to the few numbers that matter.
    options
        What an experiment may set.
    files
        Names of the files that it can read, with what they are.
    figures
        Tables and summary to charts by name; None where nothing is drawn.
    needs
        Values of a setting without which there is no answer: a grid has to hold them.
    """

    name: str
    words: str
    measure: Callable[[Point], Tables]
    summarise: Callable[[Tables], Summary]
    options: Mapping[str, Option] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    figures: Callable[[Tables, Summary], Mapping[str, Picture]] | None = None
    needs: Mapping[str, tuple[Setting, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "needs", MappingProxyType(dict(self.needs)))
        object.__setattr__(self, "options", MappingProxyType(dict(self.options)))
        object.__setattr__(self, "files", MappingProxyType(dict(self.files)))

    def settings(self, given: Mapping[str, Any], *, is_quick: bool = False) -> dict[str, Any]:
        """Every option's value: as given, else the default (of a quick run, where it is one).

        Raises
        ------
        UnknownNameError
            For an option that the analysis does not have.
        DataError
            For a value that is not allowed.
        """
        for name in given:
            self.option(name)
        found: dict[str, Any] = {}
        for name, option in self.options.items():
            default = option.quick if is_quick and option.quick is not None else option.default
            found[name] = option.read(name, given[name]) if name in given else default
        return found

    def option(self, name: str) -> Option:
        """The option of that name."""
        check_name(f"setting of {self.name}", name, self.options)
        return self.options[name]

    def __str__(self) -> str:
        return f"{self.name}: {self.words}"
