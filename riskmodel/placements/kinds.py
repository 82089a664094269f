"""Kinds of placement by place and provider, bands of age, and reasons why care ends.

Source of the codes: Department for Education, *guide to the SSDA903 collection*, of the years from
2015 on. Every provider other than the authority itself counts as an agency, because a placement
bought from another authority has a price too.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

__all__ = [
    "AGE_STEPS",
    "BANDS",
    "BAND_AGES",
    "BOUGHT",
    "CELLS",
    "DURATION_DAYS",
    "EXITS",
    "KINDS",
    "RATED_EXITS",
    "kind_label",
    "kinds_of",
    "reason_of",
]

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "own_fostering": "Own foster carers",
        "agency_fostering": "Agency foster carers",
        "kinship": "Relatives or friends",
        "own_residential": "Own children's homes",
        "private_residential": "Private and other homes",
        "supported": "Supported or independent",
        "adoption": "Placed for adoption",
        "parents": "With parents",
        "secure": "Secure units",
        "other": "Other placements",
    }
)
"""Kinds of placement by name, with their labels, in the order used in every table."""

BOUGHT = ("agency_fostering", "private_residential")
"""Kinds that are used where own carers or homes are full, in the order of the own ones."""

BANDS = ("under 1", "1 to 4", "5 to 9", "10 to 15", "16 to 17")
"""Age bands of the national statistics on looked-after children."""
BAND_AGES = (1, 5, 10, 16, 18)
"""Birthdays on which each band ends."""

AGE_STEPS = 4
"""Steps of age in a year, where ages are distinguished within a band."""

DURATION_DAYS = (182, 730)
"""Days in care after which the rates of leaving and moving change."""

CELLS = len(KINDS) * len(BANDS) * 2
"""Kind x band x unaccompanied or not, in this order."""

EXITS: Mapping[str, str] = MappingProxyType(
    {
        "home": "Returned home",
        "guardianship": "Special guardianship or child arrangements order",
        "adoption": "Adopted",
        "independence": "Independent living before 18",
        "other": "Other reasons",
        "eighteenth": "18th birthday",
    }
)
"""Reasons why care ends, by name."""
RATED_EXITS = tuple(EXITS)[:-1]
"""Reasons that have a rate; an 18th birthday is a known date instead."""

_FAMILY = ("U1", "U2", "U3", "F1", "Q1")
_FOSTER = ("U4", "U5", "U6", "F2", "F3", "F4", "F5", "F6", "Q2")
_HOMES = ("K2", "H3", "H4", "S1", "R1")
_PLACES: Mapping[str, str] = {
    **dict.fromkeys(_FAMILY, "kinship"),
    **dict.fromkeys(_FOSTER, "fostering"),
    **dict.fromkeys(_HOMES, "residential"),
    **dict.fromkeys(("P2", "P3", "H5", "K3"), "supported"),
    **dict.fromkeys(("A3", "A4", "A5", "A6"), "adoption"),
    "P1": "parents",
    "K1": "secure",
}
_OWN = ("PR1", "")
_REASONS: Mapping[str, str] = {
    **dict.fromkeys(("E4", "E4A", "E4B", "E13"), "home"),
    **dict.fromkeys(("E41", "E43", "E44", "E45", "E46", "E47", "E48"), "guardianship"),
    **dict.fromkeys(("E11", "E12"), "adoption"),
    **dict.fromkeys(("E5", "E6", "E7", "E17"), "independence"),
}


def kind_label(name: str) -> str:
    """The label of a kind, or of ``all`` kinds; any other name is returned as it is."""
    return KINDS.get(name, "All placements" if name == "all" else name)


def kinds_of(places: npt.ArrayLike, providers: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """The position in :data:`KINDS` of each pair of codes; without a provider it counts as own.

    Examples
    --------
    >>> [tuple(KINDS)[kind] for kind in kinds_of(["U4", "U4", "K2", "T1"], ["PR1", "PR4", "", ""])]
    ['own_fostering', 'agency_fostering', 'own_residential', 'other']
    """
    order = tuple(KINDS)
    made = []
    for place, provider in zip(np.asarray(places), np.asarray(providers), strict=True):
        kind = _PLACES.get(str(place), "other")
        if kind in ("fostering", "residential"):
            is_own = str(provider) in _OWN
            bought = BOUGHT[0] if kind == "fostering" else BOUGHT[1]
            kind = f"own_{kind}" if is_own else bought
        made.append(order.index(kind))
    return np.array(made, dtype=np.int64)


def reason_of(code: str) -> int:
    """The position in :data:`EXITS` of a code of the return, except for an 18th birthday.

    Examples
    --------
    >>> [tuple(EXITS)[reason_of(code)] for code in ("E4A", "E43", "E12", "E8", "X1")]
    ['home', 'guardianship', 'adoption', 'other', 'other']
    """
    return tuple(EXITS).index(_REASONS.get(code, "other"))
