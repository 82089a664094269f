"""The scenarios that ship with the package."""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path

from riskmodel.errors import DataError, UnknownNameError
from riskmodel.projection import BASELINE
from riskmodel.scenarios.definition import Scenario
from riskmodel.scenarios.reading import ENDING, parse_scenario, read_scenario

__all__ = ["LIBRARY", "library_scenario", "load_library", "scenario"]

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


def load_library() -> tuple[Scenario, ...]:
    """All scenarios of the library, the baseline first."""
    return tuple(library_scenario(name) for name in LIBRARY)


def scenario(name_or_path: str | Path) -> Scenario:
    """A scenario of the library by its name, or of a file by its path, which ends in ``.toml``.

    Raises
    ------
    UnknownNameError
        When the library has none of that name, with the nearest.
    DataError
        When a file does not hold a sound scenario.

    Examples
    --------
    >>> print(scenario("baseline"))
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
