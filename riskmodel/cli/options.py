"""Options that several commands share, in groups, and how words of options are read."""

from __future__ import annotations

import functools
import inspect
import math
import re
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer

from riskmodel.errors import DataError

__all__ = [
    "LearnOption",
    "LevelOption",
    "MonthsMappingOption",
    "MonthsOption",
    "PopulationOption",
    "ScenarioOption",
    "SeedOption",
    "SimulationsOption",
    "grouped",
    "numbers",
    "option_words",
    "refuse_unused",
    "share",
    "simulations_option",
    "whole_numbers",
    "whole_spans",
]

_MOST_IN_A_SPAN = 100


def grouped(command: Callable[..., None]) -> Callable[..., None]:
    """Let a command take groups of options.

    A parameter whose type is a dataclass of options stands for the options that its fields are.
    """
    hints = get_type_hints(command, include_extras=True)
    groups: dict[str, Any] = {name: kind for name, kind in hints.items() if is_dataclass(kind)}
    parameters: list[inspect.Parameter] = []
    for name, parameter in inspect.signature(command).parameters.items():
        if name not in groups:
            parameters.append(
                parameter.replace(annotation=hints[name], kind=inspect.Parameter.KEYWORD_ONLY)
            )
            continue
        own = get_type_hints(groups[name], include_extras=True)
        parameters += [
            inspect.Parameter(
                field.name,
                inspect.Parameter.KEYWORD_ONLY,
                default=field.default,
                annotation=own[field.name],
            )
            for field in fields(groups[name])
        ]

    @functools.wraps(command)
    def call(**given: Any) -> None:
        for name, kind in groups.items():
            given[name] = kind(**{field.name: given.pop(field.name) for field in fields(kind)})
        command(**given)

    call.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    call.__annotations__ = {each.name: each.annotation for each in parameters}
    return call


def simulations_option(help: str, **more: Any) -> Any:
    """How many simulations; ``riskmodel.cli.app`` knows the name that the option had before."""
    return typer.Option("--simulations", help=help, **more)


SimulationsOption = Annotated[int, simulations_option("How many simulations to run.")]
MonthsOption = Annotated[int, typer.Option(help="How far ahead, 1 to 120 months.")]
SeedOption = Annotated[int, typer.Option(help="Same seed, same answer.", min=0)]
LevelOption = Annotated[
    float | None, typer.Option(help="Coverage of the ranges, between 0 and 1. [default: 0.95]")
]
LearnOption = Annotated[
    Path | None,
    typer.Option(
        help="A panel of authorities to learn from, or what `riskmodel learn` wrote. [default: the "
        "panel given; else what comes with the package]"
    ),
]
MonthsMappingOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE.toml",
        help="Says under [months] how a table of own months names its columns.",
    ),
]
PopulationOption = Annotated[
    str | None,
    typer.Option(
        help="Children aged 0 to 17, where the file does not say; or a projection of them by age, "
        "in the form of the ONS's subnational tables, whom starts then follow.",
        metavar="NUMBER|FILE",
    ),
]
ScenarioOption = Annotated[
    str | None,
    typer.Option(
        help="Scenarios beside the baseline: names of the library or files.", metavar="NAME,…"
    ),
]


def option_words(text: str | None, between: str = ",") -> list[str]:
    """Words of an option, with commas between; none where it is not given.

    Raises
    ------
    DataError
        When it is given and names nothing: what it would have chosen must not become everything.
    """
    found = [word.strip() for word in (text or "").split(between) if word.strip()]
    if text is not None and not found:
        raise DataError(
            f"an option names nothing: got {text!r} where words with commas between are needed; "
            "leave the option out, or name at least one"
        )
    return found


def whole_numbers(option: str, text: str | None) -> tuple[int, ...]:
    """Whole numbers of an option such as ``1500,2250``; thousands are written without commas."""
    words = [word.strip() for word in (text or "").split(",") if word.strip()]
    wrong = [word for word in words if not word.isascii() or not word.isdigit()]
    if wrong:
        raise DataError(
            f"--{option} takes whole numbers with commas between, such as 1500,2250; "
            f"got {wrong[0]!r}"
        )
    if text is not None and not words:
        raise DataError(f"--{option} names no number; leave it out, or give at least one")
    return tuple(_whole_number(option, word) for word in words)


def whole_spans(option: str, text: str) -> tuple[int, ...]:
    """Years or horizons such as ``2014-2019``, ``2014,2016`` or a mixture."""
    found: list[int] = []
    for word in (part.strip() for part in text.split(",")):
        match = re.fullmatch(r"(\d{1,4})(?:\s*-\s*(\d{1,4}))?", word, re.ASCII)
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
        if not first <= last < first + _MOST_IN_A_SPAN:
            raise DataError(
                f"--{option} takes whole numbers, spans first-last or both with commas between, "
                f"such as 1-4 or 2014,2016-2019; got {word!r}"
            )
        found += range(first, last + 1)
    return tuple(found)


def _whole_number(option: str, word: str) -> int:
    try:
        return int(word)
    except ValueError:  # Python converts no more than 4,300 digits
        raise DataError(f"--{option} takes numbers, not one of {len(word):,} digits") from None


def numbers(option: str, text: str | None) -> tuple[float, ...]:
    """Numbers of an option such as ``0,0.3,0.65``."""
    words = [word.strip() for word in (text or "").split(",") if word.strip()]
    try:
        found = tuple(float(word) for word in words)
    except ValueError as error:
        raise DataError(
            f"--{option} takes numbers with commas between, such as 0,0.3; {error}"
        ) from error
    if text is not None and not found:
        raise DataError(f"--{option} names no number; leave it out, or give at least one")
    if not all(math.isfinite(number) for number in found):
        raise DataError(f"--{option} takes finite numbers")
    return found


def share(option: str, text: str) -> float:
    """A share of an option: ``0.8`` or ``80%``.

    Raises
    ------
    DataError
        When it is no number, or not between 0 and 1.
    """
    word = text.strip()
    try:
        number = float(word.removesuffix("%")) / (100 if word.endswith("%") else 1)
    except ValueError:
        number = math.nan
    if not 0 <= number <= 1:
        raise DataError(f"--{option} takes a share between 0 and 1, such as 0.8 or 80%; got {word}")
    # 8.2 / 100 is 0.08199999999999999.
    return round(number, 12)


def refuse_unused(view: str, **given: object) -> None:
    """Refuse options that a view would pass over: an answer to another question misleads.

    Parameters
    ----------
    view
        The value of ``--show``.
    given
        Options by name, with ``_`` for a hyphen; None is not given. ``path`` is the argument.

    Raises
    ------
    DataError
        With the first that is given.
    """
    for name, value in given.items():
        if value is not None:
            called = "a file" if name == "path" else f"--{name.replace('_', '-')}"
            raise DataError(f"--show {view} does not use {called}; leave it out")
