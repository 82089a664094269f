"""Rows of a panel that are the sum of its other rows: left out, or every child counts twice."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from riskmodel.panel_measures import MEASURES
from riskmodel.series import ENGLAND, AuthorityPanel, Note

__all__ = ["without_totals"]

TOTAL_NAMES = frozenset(
    {
        "total", "totals", "grand total", "sum", "sum of all", "all", "all areas",
        "all authorities", "all local authorities", "total of authorities", "overall",
        "overall total",
    }
)  # fmt: skip
"""Codes and names, in small letters, of which each says that a row is a sum."""

_FEWEST_PARTS, _FEWEST_CELLS = 3, 3
"""A row is taken for a sum by its figures alone where it is one of so many others in so many
cells: once, or of two, a sum comes about by chance."""

_WIDEST = 0.05
"""What suppressed counts, 1 to 5 each, may leave open of a sum, as a share of it."""

_Floats = npt.NDArray[np.float64]
_Flags = npt.NDArray[np.bool_]


def without_totals(
    panel: AuthorityPanel, lines: Mapping[tuple[str, int], int] | None = None
) -> tuple[AuthorityPanel, tuple[Note, ...]]:
    """The panel without rows that are sums, and a note for each authority code left out.

    Parameters
    ----------
    panel
        As it was read. Rows under :data:`riskmodel.series.ENGLAND` are kept: their code says what
        they are.
    lines
        Line of the file for each authority and year, where they are known.
    """
    names: dict[str, set[str]] = {}
    for code, area in zip(panel.la_codes, panel.areas, strict=True):
        if code != ENGLAND:
            names.setdefault(code, {code}).add(area)
    reasons = {
        code: "is named as a total"
        for code, spellings in names.items()
        if any(" ".join(name.casefold().split()) in TOTAL_NAMES for name in spellings)
    }
    parts = [code for code in names if code not in reasons]
    if len(parts) > _FEWEST_PARTS:
        reasons |= dict.fromkeys(_sums(panel, parts), "is the sum of the others")
    kept = [code for code in dict.fromkeys(panel.la_codes) if code not in reasons]
    if not reasons or not set(kept) - {ENGLAND}:
        return panel, ()
    notes = []
    for code, reason in reasons.items():
        years = [year for key, year in (lines or {}) if key == code]
        line = f", line {lines[code, years[0]]}" if lines and years else ""
        area = panel.areas[panel.la_codes.index(code)]
        shown = f"{code} ({area})" if area and area != code else code
        text = f"{shown} {reason}, so it is left out ({panel.source}{line})"
        notes.append(Note("total", text))
    return panel.select(kept), tuple(notes)


def _sums(panel: AuthorityPanel, codes: list[str]) -> list[str]:
    """The codes whose counts are those of all others together, wherever that can be told."""
    lowest, highest, present = _bounds(panel, codes)
    unknown = np.isinf(highest)
    known = np.where(unknown, 0.0, highest)
    low = lowest.sum(axis=0) - lowest
    high = np.where(unknown.sum(axis=0) - unknown > 0, np.inf, known.sum(axis=0) - known)
    observed = present & (lowest == highest) & (lowest > 0)
    fits = (low <= lowest) & (lowest <= high)
    parts = present.sum(axis=0) - present
    # Suppressed parts leave a range: where it is wide, many figures would lie in it.
    told = observed & (high - low <= _WIDEST * lowest) & (parts >= _FEWEST_PARTS)
    cells = told.sum(axis=(1, 2))
    everywhere = (fits | ~observed).all(axis=(1, 2))
    return [codes[index] for index in np.flatnonzero((cells >= _FEWEST_CELLS) & everywhere)]


def _bounds(panel: AuthorityPanel, codes: list[str]) -> tuple[_Floats, _Floats, _Flags]:
    """What each count can be, least and most, and whether its row is there.

    Shape (code, year, measure) each.
    """
    years = {year: index for index, year in enumerate(sorted(set(panel.years.tolist())))}
    positions = {code: index for index, code in enumerate(codes)}
    rows = [row for row, code in enumerate(panel.la_codes) if code in positions]
    code = np.array([positions[panel.la_codes[row]] for row in rows], dtype=np.int64)
    year = np.array([years[int(panel.years[row])] for row in rows], dtype=np.int64)
    counted = [name for name in panel.measures if MEASURES[name].counts]
    lowest = np.zeros((len(codes), len(years), len(counted)))
    highest = np.zeros_like(lowest)
    present = np.zeros(lowest.shape, dtype=bool)
    present[code, year] = True
    for column, name in enumerate(counted):
        figures = panel.figures[name][rows]
        suppressed = np.array([panel.status[name][row] == "suppressed" for row in rows], dtype=bool)
        empty = np.isnan(figures)
        lowest[code, year, column] = np.where(empty, np.where(suppressed, 1, 0), figures)
        highest[code, year, column] = np.where(empty, np.where(suppressed, 5, np.inf), figures)
    return lowest, highest, present
