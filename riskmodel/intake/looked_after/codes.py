"""Code lists of the return on children looked after, and what they are grouped into.

Source: Department for Education, *Children looked after by local authorities in England: guide to
the SSDA903 collection*, of the years from 2015 on. Codes that a later guide dropped are kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

__all__ = [
    "BESIDE",
    "CATEGORIES_OF_NEED",
    "CHANGE",
    "END_REASONS",
    "LEGAL_STATUSES",
    "LOCATIONS",
    "PLACEMENTS",
    "PLACEMENT_CHANGES",
    "PROVIDERS",
    "SHORT_BREAKS",
    "START",
    "START_REASONS",
    "grouped",
]

START = "S"
"""RNE of an episode that begins a period of care."""

CHANGE = "X1"
"""REC of an episode that another one follows at once."""

SHORT_BREAKS = frozenset({"V1", "V3", "V4"})
"""Legal statuses of agreed series of short breaks: the Department's counts leave them out."""

START_REASONS = frozenset("SLPTBU")

BESIDE: Mapping[str, tuple[str, ...]] = {
    "reviews": ("review", "review code"),
    "records of care leavers": ("in touch", "activ", "accom"),
    "records of health": (
        "sdq score", "sdq reason", "convicted", "health check", "immunisations", "teeth check",
        "health assessment", "substance misuse", "intervention received", "intervention offered"
    ),
    "incidents of being missing": ("missing", "mis start", "mis end"),
    "records of what was before care": ("prev perm", "la perm", "date perm"),
    "adoptions": (
        "date int", "date match", "foster care", "nb adoptr", "sex adoptr", "ls adoptr"
    ),
    "episodes of social workers": ("sw id", "sw decom", "sw dec", "sw reason"),
    "decisions to place for adoption": (
        "date placed", "date placed ceased", "reason placed ceased"
    ),
}  # fmt: skip
"""Other tables of the return, by what they hold: the headings beside ``CHILD`` and ``DOB``."""

LEGAL_STATUSES: Mapping[str, str] = MappingProxyType(
    {
        "C1": "interim care order",
        "C2": "full care order",
        "D1": "freeing or placement order",
        "E1": "freeing or placement order",
        "V2": "voluntary (section 20)",
        "V1": "short breaks",
        "V3": "short breaks",
        "V4": "short breaks",
        "J1": "youth justice",
        "J2": "youth justice",
        "J3": "youth justice",
        "L1": "protection (police or court)",
        "L2": "protection (police or court)",
        "L3": "protection (police or court)",
    }
)
"""Legal statuses (LS) in groups."""

PLACEMENTS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("U1", "U2", "U3", "F1", "Q1"), "foster carer, relative or friend"),
        **dict.fromkeys(("U4", "U5", "U6", "F2", "F3", "F4", "F5", "F6", "Q2"), "foster carer"),
        **dict.fromkeys(("A3", "A4", "A5", "A6"), "placed for adoption"),
        "P1": "parents",
        **dict.fromkeys(("P2", "P3", "H5", "K3"), "independent or semi-independent"),
        **dict.fromkeys(("K2", "H3", "H4"), "children's home"),
        "K1": "secure unit",
        "S1": "residential school",
        **dict.fromkeys(("R1", "R2", "R3", "R5"), "other residential"),
        **dict.fromkeys(("T0", "T1", "T2", "T3", "T4"), "temporary"),
        **dict.fromkeys(("M2", "M3"), "missing from placement"),
        **dict.fromkeys(("Z1", "Z11", "Z12", "Z13", "Z14"), "other"),
    }
)
"""Placements (PLACE) in groups."""

END_REASONS = frozenset(
    {
        CHANGE, "E1", "E2", "E3", "E4", "E4A", "E4B", "E5", "E6", "E7", "E8", "E9", "E11", "E12",
        "E13", "E14", "E15", "E16", "E17", "E41", "E43", "E44", "E45", "E46", "E47", "E48",
    }
)  # fmt: skip
"""Reasons why an episode ceased (REC)."""

CATEGORIES_OF_NEED = frozenset(f"N{number}" for number in range(1, 9))
LOCATIONS = frozenset({"IN", "OUT"})
PROVIDERS = frozenset(f"PR{number}" for number in range(6))
PLACEMENT_CHANGES = frozenset(
    {
        "CARPL", "CLOSE", "ALLEG", "STAND", "APPRR", "CREQB", "CREQO", "CHILD", "LAREQ", "PLACE",
        "CUSTOD", "OTHER",
    }
)  # fmt: skip


def grouped(groups: Mapping[str, str], code: str) -> str:
    """The group of a code; ``not known`` for none.

    Examples
    --------
    >>> grouped(PLACEMENTS, "K2"), grouped(LEGAL_STATUSES, "")
    ("children's home", 'not known')
    """
    return groups.get(code, "not known")
