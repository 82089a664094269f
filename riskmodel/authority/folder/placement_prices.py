"""Prices of placements, budgets and grants, as a folder gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from riskmodel.authority.folder.problems import Place, Problem
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.placements.kinds import KINDS
from riskmodel.placements.prices import PlacementPrice, PlacementPrices

if TYPE_CHECKING:
    from riskmodel.authority.folder.contents import Contents
    from riskmodel.authority.folder.settings import Row

__all__ = ["PLACES", "folder_prices"]

PLACES = {"own_fostering", "own_residential"}
"""Kinds of placement whose places may be limited."""


def folder_prices(contents: Contents, year: str) -> PlacementPrices | None:
    """Prices of placements of a folder; None where it gives none.

    Parameters
    ----------
    contents
        The folder.
    year
        Financial year of prices that do not name one.

    Raises
    ------
    DataError
        For an unknown placement, prices of several years, or a row without a price; with its place.
    """
    rows = contents.rows.get("placements", [])
    of: dict[str, PlacementPrice] = {}
    years: dict[str, Row] = {}
    for row in rows:
        place, name = row["placement"].place, str(row["placement"].value)
        if name not in KINDS:
            raise _wrong(place, str(UnknownNameError("placement", name, tuple(KINDS))))
        if "per_week" not in row:
            raise _wrong(place, f"{name} has no price: per_week")
        if "places" in row and name not in PLACES:
            allowed = " and ".join(sorted(PLACES))
            raise _wrong(place, f"places are limited of {allowed} alone, not of {name}")
        values = {
            key: float(row[key].value)  # type: ignore[arg-type]
            for key in ("per_week", "spread", "inflation", "places")
            if key in row
        }
        of[name] = PlacementPrice(**values)
        years[str(row["year"].value) if "year" in row else year] = row
        if len(years) > 1:
            said = " and ".join(years)
            raise _wrong(place, f"prices of several years: {said}; give all of one")
    if not of:
        return None
    lines = contents.rows.get("placement_budget", [])
    numbers = {
        key: {str(line["year"].value): line[key].value for line in lines if key in line}
        for key in ("budget", "grant_per_week")
    }
    grants = [float(value) for value in numbers["grant_per_week"].values()]  # type: ignore[arg-type]
    sources = dict.fromkeys(str(row["source"].value) for row in rows if "source" in row)
    budget = {name: float(value) for name, value in numbers["budget"].items()}  # type: ignore[arg-type]
    return PlacementPrices(
        next(iter(years)), of, grants[0] if grants else 0.0, budget, source="; ".join(sources)
    )


def _wrong(place: Place, message: str) -> DataError:
    return Problem("mistake", place, message).error()
