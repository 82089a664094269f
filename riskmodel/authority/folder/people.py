"""The projection of the population in a folder, weights of its variants, and ages of starts.

The ages come from the folder's own records where these have enough; they are summed over bands and
never shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np

from riskmodel.ages import AGE_BAND, AGE_BANDS
from riskmodel.authority.folder.settings import FILE
from riskmodel.demand.age_shares import AgeShares
from riskmodel.demand.exposure import Exposure
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.intake.population import read_population

if TYPE_CHECKING:
    from riskmodel.authority.folder.contents import Contents
    from riskmodel.authority.folder.holding import Holding

__all__ = ["check_weights", "folder_exposure"]

VARIANTS = "population_variants"

FEWEST_STARTS = 50
"""With fewer starts of known age than this, the published ages are used instead of own ones."""

_ENDS = (5, 11, 16, 18)
"""Ends of the age bands of a return: 0 to 4 (with the unborn), 5 to 10, 11 to 15, 16 and 17."""


def folder_exposure(holding: Holding, words: tuple[str, ...]) -> Exposure | None:
    """The projection of the population in a folder that starts follow; None where it has none.

    Parameters
    ----------
    holding
        The folder.
    words
        Code and name by which the file may call its area.

    Raises
    ------
    DataError
        When the file or the weights of its variants are not valid.
    """
    path = holding.contents.file("population")
    if path is None:
        check_weights(holding.contents)
        return None
    weights, people = check_weights(holding.contents), read_population(path, words)
    try:
        return Exposure(people, weights, _own_shares(holding))
    except UnknownNameError as error:
        row = next(
            row["variant"].place
            for row in holding.contents.rows[VARIANTS]
            if str(row["variant"].value) == error.name
        )
        raise DataError(str(error), file=row.file, line=row.line, field="variant") from error


def check_weights(contents: Contents) -> Mapping[str, float]:
    """Weights by variant as the folder gives them; empty where it gives none.

    Raises
    ------
    DataError
        When a weight is missing, weights do not add up to 1, or there are no variants to weigh.
    """
    rows = contents.rows.get(VARIANTS, [])
    found = {}
    for row in rows:
        if "weight" not in row or not isinstance(row["weight"].value, float):
            place = row["variant"].place
            raise DataError(
                "needs a weight: its chance, such as 0.25", file=place.file, line=place.line,
                field="weight",
            )  # fmt: skip
        found[str(row["variant"].value)] = row["weight"].value
    if not rows:
        return found
    place = rows[-1]["weight"].place
    if contents.file("population") is None:
        raise DataError(
            "weighs variants of the population, and there is no population.csv",
            file=place.file,
            line=rows[0]["variant"].place.line,
            field=VARIANTS,
        )
    total = sum(found.values())
    if abs(total - 1) > 1e-6:
        said = ", ".join(f"{name} {weight:g}" for name, weight in found.items())
        raise DataError(
            f"the weights of the variants add up to {total:g} ({said}); allowed: 1",
            file=place.file or FILE,
            line=place.line,
            field="weight",
        )
    return found


def _own_shares(holding: Holding) -> dict[str, AgeShares]:
    """Ages of starts by stage, as far as records of the folder tell them."""
    found: dict[str, AgeShares] = {}
    if holding.has("returns"):
        found |= _of_assessments(holding)
    if holding.has("looked_after"):
        # Where the return lacks what placements need, the published ages serve.
        with suppress(DataError):
            found["looked_after"] = _of_care(holding)
    return found


def _of_assessments(holding: Holding) -> dict[str, AgeShares]:
    """Of plans the ages of assessments that led to one, of children in need of all others."""
    table = holding.tables[-1]
    try:
        groups = table.counts((AGE_BAND,)).groups
    except (DataError, UnknownNameError):
        return {}  # it holds no ages
    plans, others = np.zeros(len(_ENDS)), np.zeros(len(_ENDS))
    for (band,), counts in groups.items():
        index = max(AGE_BANDS.index(str(band)) - 1, 0)
        if index < len(_ENDS):
            plans[index] += counts.total_plans
            others[index] += (counts.total_assessments or 0) - counts.total_plans
    source = f"the return {table.name}"
    return {
        stage: AgeShares(_ENDS, tuple(starts.tolist()), "observed", source)
        for stage, starts in (("child_protection_plan", plans), ("child_in_need_plan", others))
        if starts.sum() >= FEWEST_STARTS
    }


def _of_care(holding: Holding) -> AgeShares:
    from riskmodel.authority.placements import folder_history
    from riskmodel.placements.arrivals import fitted_mix
    from riskmodel.placements.kinds import BAND_AGES

    history = folder_history(holding)
    mix = fitted_mix(history)
    spread = mix.bands / mix.bands.sum(axis=1, keepdims=True)
    shares = mix.alone / mix.alone.sum() @ spread
    source = "the published ages" if history is None else f"the return {history.source}"
    return AgeShares(BAND_AGES, tuple(shares.tolist()), "observed", source)
