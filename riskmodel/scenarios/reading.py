"""Reads and checks a scenario file, and the scenarios that ship with the package.

.. code-block:: toml

    name = "freeze_and_growth"
    description = "Plans grow as nationally, and nobody is hired for half a year."
    based_on = ["national_growth"]

    [[change]]
    parameter = "workforce.hires_per_month"
    from_month = "2016-01"
    to_month = "2016-06"
    value = 0
    reason = "Draft budget of the directorate."
    source = "assumed"
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path

from riskmodel.core.toml import Table, parse_toml, read_toml
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.projection import BASELINE
from riskmodel.scenarios.change import Change
from riskmodel.scenarios.definition import Scenario

__all__ = [
    "CHANGE_KEYS",
    "ENDING",
    "LIBRARY",
    "SCENARIO_KEYS",
    "check_transferable",
    "library_scenario",
    "load_library",
    "parse_scenario",
    "read_scenario",
    "scenario",
]

CHANGE = "change"
"""The name of the tables of changes."""

ENDING = ".toml"
"""The ending of a scenario file's name."""

LIBRARY = (
    BASELINE,
    "growth_2013_15",
    "plateau",
    "national_growth",
    "high_profile_growth",
    "childrens_centres_close",
    "child_in_need_strengthened",
    "caseload_cap_14",
    "specialist_team",
    "recruitment_freeze",
    "unaccompanied_children_double",
    "section_47_2010_11",
)
"""Names of the library's scenarios, in the order of the documentation; the baseline is first."""

SCENARIO_KEYS: Mapping[str, str] = {
    "name": "how the scenario is called: small letters, digits, _ and -",
    "description": "what happens in it, in plain words",
    "based_on": "scenarios whose changes hold too: names of the library, or files beside this one",
    "variants": "scenarios of which each simulation has one, with weights that add up to 1: "
    "{plateau = 0.6, national_growth = 0.4}; a file by its name with ending, in quotes",
    CHANGE: "a table for each change, headed [[change]]",
}
"""Keys of a file, and what they are for."""

CHANGE_KEYS: Mapping[str, str] = {
    "parameter": "the lever, such as starts.child_protection_plan",
    "from_month": 'first month that differs: "2016-01", or 1 for the first after the opening',
    "to_month": "last month that differs; to the end where it is left out",
    "value": "what the lever is set to, in its unit; [low, high] is a range",
    "multiplier": "what the lever of the baseline is multiplied by: 1.2 is 20% more; or a range",
    "distribution": 'what the ends of a range mean: "middle_80" (the usual) or "uniform"',
    "to": "where the children are instead, in shares: {child_in_need_plan = 0.6, closed = 0.4}",
    "from": "the same of more starts: where these children would have been",
    "ramp": "true: reached in equal steps, complete in to_month, and kept afterwards",
    "reason": "why this number, in words",
    "source": 'document and figure that it comes from, or "assumed"',
    "replaces": "true: takes the place of the change to this lever in a scenario of based_on",
}
"""Keys of a change, and what they are for."""

_KINDS: Mapping[str, tuple[tuple[type, ...], str]] = {
    "parameter": ((str,), "a text"),
    "from_month": ((str, int), 'a month as a text, "2015-12", or its number after the opening'),
    "to_month": ((str, int), 'a month as a text, "2016-12", or its number after the opening'),
    "value": ((int, float, list), "a number"),
    "multiplier": ((int, float, list), "a number"),
    "distribution": ((str,), "a text"),
    "to": ((dict,), "shares by destination: {child_in_need_plan = 0.6, closed = 0.4}"),
    "from": ((dict,), "shares by destination: {early_help = 0.2, closed = 0.8}"),
    "ramp": ((bool,), "true or false"),
    "reason": ((str,), "a text"),
    "source": ((str,), "a text"),
    "replaces": ((bool,), "true or false"),
}
_LARGEST = 10**9


def load_library() -> tuple[Scenario, ...]:
    """All scenarios of the library, the baseline first."""
    return tuple(library_scenario(name) for name in LIBRARY)


def scenario(name_or_path: str | Path) -> Scenario:
    """A scenario, from the library by its name or from a ``.toml`` file by its path.

    Raises
    ------
    UnknownNameError
        When the library has none of that name; the message names the nearest.
    DataError
        When a file does not hold a valid scenario.

    Examples
    --------
    >>> print(scenario("baseline").summary())
    baseline: changes nothing
    """
    if isinstance(name_or_path, Path) or name_or_path.casefold().endswith(ENDING):
        return read_scenario(name_or_path)
    if name_or_path not in LIBRARY:
        if Path(f"{name_or_path}{ENDING}").is_file():
            raise DataError(
                f"There is no scenario in the library {name_or_path!r}; the file here is named "
                f"with its ending: {name_or_path}{ENDING}"
            )
        raise UnknownNameError("scenario in the library", name_or_path, LIBRARY)
    return library_scenario(name_or_path)


@cache
def library_scenario(name: str) -> Scenario:
    """One scenario of the library, read once."""
    file = resources.files("riskmodel.scenarios").joinpath("data", f"{name}{ENDING}")
    return parse_scenario(file.read_text(encoding="utf-8"), file.name, library=True)


def check_transferable(*scenarios: Scenario) -> None:
    """Refuse to apply figures of the report card's authority to another one.

    A multiplier of the library can be used for any authority; a number of starts or a mean duration
    only for the one where it was counted.

    Raises
    ------
    DataError
        When a scenario, or one that it is based on, sets such a figure; the message names the
        first.
    """
    for each in (inherited for scenario in scenarios for inherited in scenario.everything):
        change = each.change
        counted = change.parameter.startswith(("starts.", "length."))
        if each.origin in LIBRARY and change.value is not None and counted:
            raise DataError(
                f"the scenario {each.origin} sets {change.parameter} to {change.number:g}, a "
                "figure of the report card's authority; for another authority write a scenario "
                "of your own: riskmodel scenario new NAME"
            )


def read_scenario(path: str | Path) -> Scenario:
    """Read and check a scenario file, and those that it is based on.

    Raises
    ------
    DataError
        When it is not TOML, a key, name or value is not valid in a scenario, changes overlap, or
        files are based on each other in a circle; with file, line, key, what was found, and what is
        allowed.
    """
    return _read_file(Path(path), ())


def _read_file(path: Path, way: tuple[Path, ...]) -> Scenario:
    return _scenario(read_toml(path), way=(*way, path.resolve()))


def parse_scenario(
    text: str, file: str, *, way: tuple[Path, ...] = (), library: bool = False
) -> Scenario:
    """The scenario in a text.

    Parameters
    ----------
    text
        TOML.
    file
        What messages call it.
    way
        The files through which this one was reached, itself last; empty for the library.
    library
        Whether it belongs to the library, whose names no other file may use.
    """
    return _scenario(parse_toml(text, file), way=way, library=library)


def _scenario(top: Table, *, way: tuple[Path, ...], library: bool = False) -> Scenario:
    _check_keys(top, "key of a scenario", SCENARIO_KEYS, CHANGE_KEYS)
    name, description = (
        top.required(key, str, f"is missing: {SCENARIO_KEYS[key]}")
        for key in ("name", "description")
    )
    if not library and name in LIBRARY:
        raise top.error(f"the library has a scenario {name!r} already; choose another name", "name")
    changes = tuple(_change(table) for table in top.sections(CHANGE))
    return Scenario(name, description, changes, _parents(top, way), _variants(top, way), top)


def _variants(top: Table, way: tuple[Path, ...]) -> tuple[tuple[float, Scenario], ...]:
    if "variants" not in top:
        return ()
    weights = top.section("variants")
    for name in weights:
        weights.check(name, (int, float), "a weight: a number above 0 and below 1")
    return tuple(
        (float(weight), _parent(name, top, way, "variants"))
        for name, weight in weights.content.items()
    )


def _change(table: Table) -> Change:
    _check_keys(table, "key of a change", CHANGE_KEYS, SCENARIO_KEYS)
    for key in table:
        kinds, meaning = _KINDS[key]
        value = table.check(key, kinds, meaning)
        numbers = value if isinstance(value, list) else [value]
        if isinstance(value, list) and not all(type(each) in (int, float) for each in value):
            raise table.error("a range is two numbers: [0.9, 1.0]", key)
        if any(isinstance(each, int) and abs(each) > _LARGEST for each in numbers):
            raise table.error(f"must be {meaning}; found one beyond {_LARGEST:,}", key)
    for key in ("parameter", "from_month"):
        if key not in table:
            raise table.error(f"is missing: {CHANGE_KEYS[key]}", key)
    if "to" in table and "from" in table:
        raise table.error("says the same as `to`: a change has one of them", "from")
    content = {"to" if key == "from" else key: value for key, value in table.content.items()}
    return Change(**content, place=table)


def _parents(top: Table, way: tuple[Path, ...]) -> tuple[Scenario, ...]:
    names = top.texts("based_on", "plateau")
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise top.error(f"names {twice[0]!r} twice", "based_on")
    return tuple(_parent(name, top, way) for name in names)


def _parent(name: str, top: Table, way: tuple[Path, ...], key: str = "based_on") -> Scenario:
    if not name.casefold().endswith(ENDING):
        if name not in LIBRARY:
            allowed = [*LIBRARY, *_files_beside((way[-1] if way else Path(name)).parent)]
            message = str(UnknownNameError("scenario", name, allowed))
            raise top.error(
                f"{message} A file of your own is named with its ending, {name}{ENDING}", key
            )
        return library_scenario(name)
    path = (way[-1].parent / name) if way else Path(name)
    if path.resolve() in way:
        circle = [*way[way.index(path.resolve()) :], path]
        shown = " → ".join(each.name for each in circle)
        raise top.error(f"scenarios are based on each other in a circle: {shown}", key)
    if not path.is_file():
        beside = _files_beside(path.parent)
        message = str(UnknownNameError(f"file beside {top.file}:", name, beside))
        raise top.error(message, key)
    return _read_file(path, way)


def _files_beside(folder: Path) -> list[str]:
    """Names of the scenario files of a folder."""
    return sorted(each.name for each in folder.glob(f"*{ENDING}"))


def _check_keys(
    table: Table, kind: str, allowed: Mapping[str, str], elsewhere: Mapping[str, str]
) -> None:
    """Refuse an unknown key; one that belongs elsewhere with where."""
    for key in table:
        if key in elsewhere and key not in allowed:
            message = str(UnknownNameError(kind, key, allowed))
            where = "above the first [[change]]" if key in SCENARIO_KEYS else "below a [[change]]"
            raise table.error(f"{message} This key stands {where}.", key)
    table.check_keys(allowed, kind)
