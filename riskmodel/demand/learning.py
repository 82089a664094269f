"""What was learned from a panel, as a file that can be used for any number of projections."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from riskmodel.core.arrays import Floats
from riskmodel.core.labels import label
from riskmodel.core.result import Result
from riskmodel.core.toml import Table, read_toml
from riskmodel.demand.pooled.history import STOCK_MEASURES, StageHistory
from riskmodel.demand.pooled.learn import learn
from riskmodel.demand.pooled.learned import Learned
from riskmodel.demand.pooled.shipped import PREFIX, learned_of, shipped_text
from riskmodel.demand.together import (
    MOVES,
    STOCKS,
    correlations_of,
    correlations_text,
    move_correlations,
    stage_correlations,
)
from riskmodel.errors import DataError
from riskmodel.estimates import Basis
from riskmodel.series import AuthorityPanel

__all__ = ["Learning", "learn_panel", "read_learning"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Learning(Result):
    """What was learned from the authorities of a panel, up to a year.

    Parameters
    ----------
    year
        Figures after its 31 March were not used.
    learned
        What was learned, by measure.
    correlations
        Between stages: :func:`~riskmodel.demand.together.stage_correlations`.
    moves
        Between what comes to them: :func:`~riskmodel.demand.together.move_correlations`.
    source
        The panel.
    basis
        Basis of its figures: ``assumed`` if it is made up.
    """

    year: int
    learned: Mapping[str, Learned]
    correlations: Floats
    moves: Floats
    source: str
    basis: Basis = "observed"

    def to_frame(self) -> pd.DataFrame:
        """A row for each stock and horizon.

        Columns: measure, authorities, first_year, last_year, growth_percent (common growth a year
        that is carried forward at most), horizon_years, regression_percent (its part of the
        forecast), variance_factor (how past forecasts fared), basis.
        """
        return pd.DataFrame(
            [
                {
                    "measure": measure,
                    "authorities": learned.authorities,
                    "first_year": learned.years[0],
                    "last_year": learned.year,
                    "growth_percent": 100 * np.expm1(learned.drift),
                    "horizon_years": ahead + 1,
                    "regression_percent": 100 * learned.regression.weights[ahead]
                    if learned.regression
                    else 0.0,
                    "variance_factor": factor,
                    "basis": self.basis,
                }
                for measure, learned in self.learned.items()
                for ahead, factor in enumerate(learned.spread.tolist())
            ]
        )

    def preview(self) -> pd.DataFrame:
        """The same with its columns in words."""
        frame = self.to_frame()
        return frame.assign(measure=[label(name).full for name in frame["measure"]]).rename(
            columns={
                "measure": "children at 31 March",
                "growth_percent": "growth a year, %",
                "horizon_years": "years ahead",
                "regression_percent": "return to the average, %",
                "variance_factor": "past errors, times the expected",
            }
        )

    def summary(self) -> str:
        """What was learned, from how many authorities, and up to when."""
        parts = (
            f"{label(each.stage).full} from {each.authorities} authorities"
            for each in self.learned.values()
        )
        return f"Learned to 31 March {self.year}: {'; '.join(parts)}."

    def text(self) -> str:
        """The file that :func:`read_learning` reads."""
        source = f"learned from {self.source.translate(_PLAIN)}"
        told = self.year, source, self.basis
        return (
            shipped_text(self.learned.values(), source, self.basis)
            + correlations_text(self.correlations, *told)
            + correlations_text(self.moves, *told, of=MOVES)
        )


def learn_panel(panel: AuthorityPanel, year: int | None = None) -> Learning:
    """Learn every stock of a panel, and how closely the stages move together.

    Parameters
    ----------
    panel
        Authorities by year.
    year
        The last year to use; None takes the last that every stock of the panel has.

    Raises
    ------
    DataError
        When the panel holds no stock, or too few authorities or years.
    """
    held = [name for name in STOCK_MEASURES.values() if name in panel.measures]
    if not held:
        raise DataError(f"holds no stock: {', '.join(STOCK_MEASURES.values())}", file=panel.source)
    histories = {name: StageHistory.from_panel(panel, name) for name in held}
    last = min(history.years[-1] for history in histories.values()) if year is None else year
    learned = {name: learn(history.until(last)) for name, history in histories.items()}
    together = stage_correlations(panel, last), move_correlations(panel, last)
    return Learning(last, learned, *together, panel.source, panel.basis)


def read_learning(path: Path) -> Learning:
    """What :meth:`Learning.text` wrote.

    Raises
    ------
    DataError
        When the file cannot be read, holds nothing that was learned, or lacks a number.
    """
    table = read_toml(path)
    years = {int(match[1]) for name in table if (match := _TOGETHER.fullmatch(name))}
    if len(years) != 1:
        raise table.error("is no file of `riskmodel learn`: needs what was learned to one year")
    year = years.pop()
    learned = {
        measure: learned_of(measure, year, _Numbers(table, f"{PREFIX}_{stage}_{year}"))
        for stage, measure in STOCK_MEASURES.items()
        if f"{PREFIX}_{stage}_{year}_process" in table
    }
    numbers = _Numbers(table, f"{PREFIX}_{year}")
    # A file of an earlier version holds no correlations of moves: stages are calibrated apart.
    moves = numbers(MOVES) if f"{PREFIX}_{year}_{MOVES}" in table else (0.0,) * 3
    together = correlations_of(numbers(STOCKS)), correlations_of(moves)
    is_made_up = table.section(f"{PREFIX}_{year}_together").content.get("basis") == "assumed"
    source = f"{path.name}, made up" if is_made_up else path.name
    basis: Basis = "assumed" if is_made_up else "observed"
    return Learning(year, learned, *together, source, basis)


_PLAIN = str.maketrans("", "", '"\\')
"""Characters that would end a text in the file."""

_TOGETHER = re.compile(rf"{PREFIX}_(\d{{4}})_together")


@dataclass(frozen=True, slots=True)
class _Numbers:
    """The numbers of entries whose names begin alike."""

    table: Table
    stem: str

    def __call__(self, name: str) -> tuple[float, ...]:
        entry = self.table.section(f"{self.stem}_{name}")
        value = entry.content.get("value")
        listed = value if isinstance(value, list) else [value]
        numbers = tuple(float(each) for each in listed if isinstance(each, (int, float)))
        if len(numbers) < len(listed):
            raise entry.error("needs a number, or a list of numbers", "value")
        return numbers
