"""The children of a return on children looked after, by number."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from riskmodel.core.lazy import pd
from riskmodel.intake.dates import day_numbers_to_dates
from riskmodel.intake.record_tables import Column, cell_reference, cell_text

__all__ = ["Facts", "People"]

Facts = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.bool_]]
"""Of each child its date of birth, until when it is unaccompanied, and whether it is."""


class People:
    """Children by number: one of an area and a reference."""

    def __init__(self) -> None:
        self.areas: list[str] = []
        self.references: list[str] = []
        self.area_of: list[int] = []
        self._numbers: dict[str, dict[str, int]] = {}

    def numbers(self, areas: Column, children: Column) -> npt.NDArray[np.int64]:
        """The number of the child of each row; -1 where there is no reference."""
        if not len(areas.distinct) and self.areas in ([], [""]):
            return self._of_one_area(children)
        references = ["", *map(cell_reference, children.distinct)]
        names = ["", *map(cell_text, areas.distinct)]
        width = len(references)
        rows, pairs = pd.factorize((areas.positions + 1) * width + children.positions + 1)
        numbers = []
        for pair in pairs.tolist():
            area, child = names[pair // width], references[pair % width]
            if area not in self._numbers:
                self.areas.append(area)
                self._numbers[area] = {}
            number = self._numbers[area].setdefault(child, len(self.references)) if child else -1
            if number == len(self.references):
                self.references.append(child)
                self.area_of.append(self.areas.index(area))
            numbers.append(number)
        return np.array(numbers, dtype=np.int64)[rows]

    def _of_one_area(self, children: Column) -> npt.NDArray[np.int64]:
        """The same where no area is named at all: every reference is looked up once."""
        if not len(children.positions):
            return children.positions
        if not self.areas:
            self.areas.append("")
        known = self._numbers.setdefault("", {})
        references = [
            # Of letters and digits alone it is its own text: most references, and much faster.
            cell if isinstance(cell, str) and cell.isalnum() else cell_reference(cell)
            for cell in children.distinct
        ]
        numbers = [known.setdefault(text, len(known)) if text else -1 for text in references]
        new = list(known)[len(self.references) :]
        self.references += new
        self.area_of += [0] * len(new)
        return np.array([*numbers, -1], dtype=np.int64)[children.positions]

    def named(self, episodes: pd.DataFrame, facts: Facts) -> pd.DataFrame:
        """Episodes with area, reference and what is known of each child."""
        person, area = (episodes[name].to_numpy() for name in ("person", "area"))
        areas = pd.Categorical.from_codes(area, pd.Index(self.areas, dtype="str"))
        children = pd.Series(self.references, dtype="str")
        born, until, alone = facts
        episodes = episodes.drop(columns=["person", "area"])
        episodes.insert(0, "area", pd.Series(areas))
        episodes.insert(1, "child_id", children.take(person).to_numpy())
        return episodes.assign(
            birth_date=day_numbers_to_dates(born[person]),
            unaccompanied_until=day_numbers_to_dates(until[person]),
            unaccompanied=alone[person],
        )
