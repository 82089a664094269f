"""An authority compared with its statistical neighbours, own groups and England, by year.

It is compared with the others taken together, never ranked among them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from riskmodel.core.arrays import Bools, Floats
from riskmodel.core.result import Result
from riskmodel.demand.national.bands import (
    Pooled,
    between_variance,
    chance_band,
    usual_band,
)
from riskmodel.demand.national.compared import COMPARED, Compared
from riskmodel.demand.pooled.history import figures_table, is_region
from riskmodel.errors import DataError, UnknownNameError, check_name
from riskmodel.parameters import parameter
from riskmodel.series import ENGLAND, AuthorityPanel

__all__ = ["NEIGHBOURS", "OthersComparison", "compare_with_others"]

NEIGHBOURS = "statistical neighbours"
SMALL = ("suppressed", "low")
HIGHER, LOWER, WITHIN = "higher", "lower", "within chance"


@dataclass(frozen=True, eq=False, repr=False)
class OthersComparison(Result):
    """Own rates compared with others', with the band that chance alone would give.

    Parameters
    ----------
    area, code
        Whose.
    level
        Chance with which an authority with the same underlying rate is within the band.
    together
        How many children of a family are counted together: an assumption that widens the band.
    comparators
        Codes of the authorities of each group compared with, by its name.
    frame
        A row for each measure, comparator and year. Columns: area, la_code, measure, label, unit,
        year, comparator, authorities (how many have both figures), rate, comparator_rate, low, high
        (the band of chance), low_usual, high_usual (the band of chance and of the usual differences
        between authorities), where (``higher``, ``lower``, ``within chance``), years (how many in a
        row, to this one, on the same side beyond chance), unusual (whether beyond the second band),
        level, basis.
    missing
        What the panel has no figures for, in words.
    source
        The panel.

    Notes
    -----
    If there is no true difference, a single comparison is called higher or lower with a chance of
    at most 1 - ``level``; among many comparisons some are by chance. Bands:
    :mod:`riskmodel.demand.national.bands`.
    """

    area: str
    code: str
    level: float
    together: float
    comparators: Mapping[str, tuple[str, ...]]
    frame: pd.DataFrame
    missing: tuple[str, ...]
    source: str

    @cached_property
    def latest(self) -> pd.DataFrame:
        """The rows of the last year of each measure and comparator, with ``verdict`` in words."""
        rows = self.frame.sort_values("year", kind="stable")
        rows = rows.groupby(["measure", "comparator"], sort=False).tail(1).sort_index()
        said = [_verdict(row) for row in rows.to_dict("records")]
        return rows.assign(verdict=said).reset_index(drop=True)

    def to_frame(self) -> pd.DataFrame:
        """See :attr:`frame`."""
        return self.frame.copy()

    def course(self, measure: str, comparator: str | None = None) -> pd.DataFrame:
        """The rows of one measure and comparator, in order of the year.

        Parameters
        ----------
        measure
            One of :data:`riskmodel.demand.national.compared.COMPARED` that the panel has.
        comparator
            Which; None takes the first there is.

        Raises
        ------
        UnknownNameError
            When there is no such measure or comparator.
        """
        rows = self.frame[self.frame["measure"] == measure]
        if not len(rows):
            raise UnknownNameError("measure", measure, dict.fromkeys(self.frame["measure"]))
        names = list(dict.fromkeys(rows["comparator"]))
        comparator = names[0] if comparator is None else comparator
        check_name("comparator", comparator, names)
        return rows[rows["comparator"] == comparator].sort_values("year").reset_index(drop=True)

    def summary(self) -> str:
        """Plans compared with the first group, and how many measures differ beyond chance."""
        latest = self.latest
        first = latest[latest["comparator"] == latest["comparator"].iloc[0]]
        row = first.iloc[0].to_dict()
        others = row["comparator"]
        higher, lower = (int((first["where"] == where).sum()) for where in (HIGHER, LOWER))
        verdict = row["verdict"]
        return (
            f"{row['label']}, {self.area}, {row['year']}: {row['rate']:.1f} {row['unit']}; "
            f"{others}: {row['comparator_rate']:.1f}. {verdict[0].upper()}{verdict[1:]}. Of "
            f"{len(first)} measures beside {others}, beyond chance: {higher} higher and {lower} "
            f"lower; by chance alone at most {1 - self.level:.0%} would be."
        )

    def preview(self) -> pd.DataFrame:
        """The latest year of every measure and comparator."""
        columns = ["label", "comparator", "year", "rate", "comparator_rate", "low", "high", "where"]
        return self.latest[[*columns, "years"]]


def compare_with_others(
    panel: AuthorityPanel,
    code: str,
    *,
    neighbours: Sequence[str] = (),
    groups: Mapping[str, Sequence[str]] | None = None,
    area: str = "",
    level: float | None = None,
) -> OthersComparison:
    """Compare an authority of a panel with others.

    Parameters
    ----------
    panel
        Figures by authority and year.
    code
        The authority's own.
    neighbours
        Codes of its statistical neighbours; those that are not in the panel are ignored.
    groups
        Codes by the name of a group.
    area
        Its name; empty takes the panel's.
    level
        Of the bands; None takes the parameter ``interval_level``.

    Returns
    -------
    OthersComparison
        The comparison with the neighbours, each group, the region where the panel has only one, and
        England: its own row, or the sum of all others in the panel.

    Raises
    ------
    UnknownNameError
        When the panel has no such authority.
    DataError
        When nothing can be compared.
    """
    panel.authority(code)  # refused where it is not there
    level = parameter("interval_level").value if level is None else level
    together = float(parameter("children_a_family_on_plan").value)
    comparators = _comparators(panel, code, neighbours, groups or {})
    whose = area or panel.authorities.get(code, code)
    rows: list[dict[str, Any]] = []
    for compared in COMPARED.values():
        if compared.name in panel.measures and compared.of in panel.measures:
            table = _Table.of(panel, compared)
            rows += _rows(table, code, comparators, level, together)
    if not rows:
        raise DataError(
            f"has no figure of {code} in a year in which others have one", file=panel.source
        )
    frame = pd.DataFrame(rows)
    frame.insert(0, "area", whose)
    frame.insert(1, "la_code", code)
    there = set(frame["measure"])
    missing = [compared.label for name, compared in COMPARED.items() if name not in there]
    return OthersComparison(
        whose,
        code,
        level,
        together,
        comparators,
        frame.assign(level=level, basis=panel.basis),
        tuple(missing),
        panel.source,
    )


@dataclass(frozen=True, slots=True)
class _Table:
    """Counts and what they are divided by, of each authority and year.

    Arrays have the shape (authority, year). Counts are NaN where they are not known; ``small`` says
    where that is because they are suppressed or round to nought.
    """

    compared: Compared
    codes: tuple[str, ...]
    years: tuple[int, ...]
    counts: Floats
    exposures: Floats
    small: Bools
    single: Bools

    @classmethod
    def of(cls, panel: AuthorityPanel, compared: Compared) -> _Table:
        names = panel.authorities
        codes = tuple(dict.fromkeys(panel.la_codes))
        years = range(int(panel.years.min()), int(panel.years.max()) + 1)
        counts, exposures = (
            figures_table(panel, name, codes, years) for name in (compared.name, compared.of)
        )
        exposures[~(exposures > 0)] = np.nan
        counts[np.isnan(exposures) | ((compared.kind == "share") & (counts > exposures))] = np.nan
        small = np.zeros(counts.shape, dtype=bool)
        rows = zip(panel.la_codes, panel.years.tolist(), panel.status[compared.name], strict=True)
        for code, year, status in rows:
            small[codes.index(code), year - years[0]] = status in SMALL
        single = [code != ENGLAND and not is_region(code, names[code]) for code in codes]
        small &= np.isfinite(exposures)
        return cls(compared, codes, tuple(years), counts, exposures, small, np.array(single))

    def pooled(self, codes: Sequence[str], year: int) -> tuple[Pooled, ...]:
        """What these authorities together can be in a year, by its place: the usual reading first.

        A suppressed count stands for 1 to 5, 3 in the first reading. A part that is missing where
        its whole is known may be a suppressed one too: the first reading leaves it out, the others
        take it as one. Empty where no count is known.
        """
        chosen = [self.codes.index(code) for code in codes]
        counts, exposures = self.counts[chosen, year], self.exposures[chosen, year]
        small, known = self.small[chosen, year], np.isfinite(counts)
        if not known.any():
            return ()
        blank = ~known & ~small & np.isfinite(exposures) & (self.compared.kind == "share")
        without, with_blank = known | small, known | small | blank
        readings = []
        for stands_for, held in ((3, without), (1, with_blank), (5, with_blank)):
            taken = np.where(known, counts, np.minimum(stands_for, exposures))[held]
            number = int(self.single.sum()) if ENGLAND in codes else int(held.sum())
            readings.append(Pooled(float(taken.sum()), float(exposures[held].sum()), number))
        return tuple(readings) if small.any() or blank.any() else tuple(readings[:1])

    def between(self, year: int, together: float) -> float:
        """Variance between all authorities of the panel in a year, by its place."""
        counts, exposures = self.counts[self.single, year], self.exposures[self.single, year]
        known = np.isfinite(counts)
        if not counts[known].sum() > 0:
            return float("nan")
        return between_variance(
            counts[known], exposures[known], self.compared.kind, together=together
        )


def _comparators(
    panel: AuthorityPanel,
    code: str,
    neighbours: Sequence[str],
    groups: Mapping[str, Sequence[str]],
) -> dict[str, tuple[str, ...]]:
    held = set(panel.la_codes)
    listed = {NEIGHBOURS: neighbours, **groups}
    comparators = {
        name: tuple(other for other in codes if other in held and other != code)
        for name, codes in listed.items()
    }
    regions = [other for other, name in panel.authorities.items() if is_region(other, name)]
    if len(regions) == 1:
        comparators[panel.authorities[regions[0]]] = (regions[0],)
    if ENGLAND in held:
        comparators["England"] = (ENGLAND,)
    else:
        others = (other for other in panel.authorities if other not in (code, *regions))
        comparators["all others in the panel"] = tuple(others)
    return {name: codes for name, codes in comparators.items() if codes}


def _rows(
    table: _Table,
    code: str,
    comparators: Mapping[str, Sequence[str]],
    level: float,
    together: float,
) -> Iterator[dict[str, Any]]:
    own = table.codes.index(code)
    compared = table.compared
    sizes: dict[str, float] = {"level": level, "together": together}
    between = [table.between(year, together) for year in range(len(table.years))]
    for name, codes in comparators.items():
        before, lasted = WITHIN, 0
        for place, year in enumerate(table.years):
            readings = table.pooled(codes, place)
            count, exposure = (
                float(array[own, place]) for array in (table.counts, table.exposures)
            )
            if not readings or np.isnan(count):
                before, lasted = WITHIN, 0
                continue
            rate, kind, scale = count / exposure, compared.kind, compared.scale
            low, high = _widest(chance_band(pool, exposure, kind, **sizes) for pool in readings)
            usual = _widest(
                usual_band(pool, exposure, between[place], kind, **sizes) for pool in readings
            )
            where = HIGHER if rate > high else LOWER if rate < low else WITHIN
            lasted = 0 if where == WITHIN else lasted + 1 if where == before else 1
            before = where
            yield {
                "measure": compared.name,
                "label": compared.label,
                "unit": compared.unit,
                "year": year,
                "comparator": name,
                "authorities": readings[0].authorities,
                "rate": scale * rate,
                "comparator_rate": scale * readings[0].rate,
                "low": scale * low,
                "high": scale * high,
                "low_usual": scale * usual[0],
                "high_usual": scale * usual[1],
                "where": where,
                "years": lasted,
                "unusual": rate < usual[0] or rate > usual[1],
            }


def _widest(bands: Iterable[tuple[float, float]]) -> tuple[float, float]:
    lows, highs = zip(*bands, strict=True)
    return min(lows), max(highs)


def _verdict(row: Mapping[Any, Any]) -> str:
    """What a row says, to stand after the measure's name."""
    others = row["comparator"]
    others = f"its {others}" if others == NEIGHBOURS else others
    if row["where"] == WITHIN:
        return f"differs from {others} by no more than chance"
    lasted = int(row["years"])
    time = f"for {lasted} years" if lasted > 1 else f"in {row['year']}"
    text = f"{row['where']} than {others} {time}, more than chance"
    if np.isnan(row["low_usual"]):
        return text
    if row["unusual"]:
        return f"{text}, and by more than authorities usually differ"
    return f"{text}, but by no more than authorities usually differ"
