"""What a reader of a panel has to know: years that lack, and stocks that flows do not explain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

import numpy as np

from riskmodel.series import ENGLAND, AuthorityPanel, Note

__all__ = ["PANEL_RULES", "UNEXPLAINED_SHARE", "panel_notes"]

UNEXPLAINED_SHARE = 0.1
"""A stock is noted when more than this share of it does not follow from the year before, starts
and ends. Published figures are rounded and amended late, so few stocks follow exactly."""

PANEL_RULES: Mapping[str, str] = {
    "made_up": "every row is marked as made up: no authority in it exists",
    "order": "rows stand in another order than authority and year: they are put in order",
    "total": "rows are the total of the others: they are left out, or every child would count "
    "twice",
    "other_country": "rows of another country, or of several, stand where England's would: they "
    "are left out",
    "earlier_release": "an earlier release holds other figures: those of the later one are kept",
    "same_release": "two tables of one release hold different figures: those of the table that "
    "stands first among the layouts are kept, of a total the one with its parts",
    "layout": "a file holds more than is read, or has to be read with care: the note says what",
    "begins_late": "an authority begins after the others, as one does that was made of others: "
    "the years before are not there",
    "ends_early": "an authority ends before the others, as one does that was abolished, divided "
    "or left out: the years after are not there",
    "gap": "an authority lacks years between its first and its last: they are not filled in",
    "single_year": "an authority has one year: a level, and nothing about its change",
    "unexplained": "a stock does not follow from the stock before, starts and ends: all are kept",
}
"""What the notes of a panel say. None of them changes a figure of an authority."""

_STOCKS = ("cin", "cin_plan", "cpp", "lac")


def panel_notes(
    panel: AuthorityPanel, lines: Mapping[tuple[str, int], int] | None = None
) -> tuple[Note, ...]:
    """Look through a panel.

    Parameters
    ----------
    panel
        Rows in order of authority and year.
    lines
        Line of the file for each authority and year, where they are known.

    Returns
    -------
    tuple of Note
        In order of authority; rules are those of ``PANEL_RULES``.
    """
    years: dict[str, dict[int, int]] = {}
    for row, (code, year) in enumerate(zip(panel.la_codes, panel.years.tolist(), strict=True)):
        years.setdefault(code, {})[year] = row
    local = [year for code, rows in years.items() if code != ENGLAND for year in rows]
    found: list[Note] = []
    for code, rows in years.items():
        where = _Where(panel.source, lines or {}, code)
        if code != ENGLAND:
            found += _span(code, sorted(rows), min(local), max(local), where)
        for stage in _STOCKS:
            found += _unexplained(panel, code, rows, stage, where)
    return tuple(found)


class _Where:
    """The place of an authority's year, for a message."""

    def __init__(self, file: str, lines: Mapping[tuple[str, int], int], code: str) -> None:
        self.file, self.lines, self.code = _briefly(file), lines, code

    def __call__(self, year: int, field: str = "year") -> str:
        line = self.lines.get((self.code, year))
        place = f", line {line}" if line else ""
        return f"{self.file}{place}, field {field}: {self.code}"


def _briefly(source: str) -> str:
    """The first of several files, and how many more there are: a note is read line by line."""
    first, *others = source.split(", ")
    return f"{first} and {len(others)} more" if others else first


def _span(code: str, years: list[int], first: int, last: int, where: _Where) -> Iterator[Note]:
    if years[0] > first:
        text = f"{where(years[0])} begins in {years[0]}, others in {first}"
        yield Note("begins_late", text, code)
    if years[-1] < last:
        text = f"{where(years[-1])} ends in {years[-1]}, others in {last}"
        yield Note("ends_early", text, code)
    if len(years) == 1 and first < last:
        yield Note("single_year", f"{where(years[0])} has {years[0]} alone", code)
    for before, after in pairwise(years):
        if after - before > 1:
            missing = f"{before + 1}" + (f" to {after - 1}" if after - before > 2 else "")
            yield Note("gap", f"{where(after)} lacks {missing}; not filled in", code)


def _unexplained(
    panel: AuthorityPanel, code: str, rows: Mapping[int, int], stage: str, where: _Where
) -> Iterator[Note]:
    name = f"{stage}_at_31_mar"
    measures = (name, f"{stage}_starts", f"{stage}_ends")
    if any(measure not in panel.figures for measure in measures):
        return
    stock, starts, ends = (panel.figures[measure] for measure in measures)
    wrong: list[tuple[float, int, float]] = []
    known = 0
    for year, row in rows.items():
        if year - 1 not in rows:
            continue
        expected = float(stock[rows[year - 1]] + starts[row] - ends[row])
        difference = float(stock[row]) - expected
        if np.isnan(difference):
            continue
        known += 1
        if abs(difference) > UNEXPLAINED_SHARE * max(float(stock[row]), 1.0):
            wrong.append((abs(difference), year, expected))
    if wrong:
        _, year, expected = max(wrong)
        found = float(stock[rows[year]])
        text = (
            f"{where(year, name)}: {len(wrong)} of {known} years differ by more than "
            f"{UNEXPLAINED_SHARE:.0%} from the year before, plus starts, less ends; furthest "
            f"{year}, {found:,.0f} where these give {expected:,.0f}"
        )
        yield Note("unexplained", text, code)
