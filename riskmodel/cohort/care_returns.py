"""Returns on children looked after for several years, with a stated stock."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from riskmodel.census import first_day, reference_date
from riskmodel.cohort.care_pool import children_in_care, in_care, some_children
from riskmodel.cohort.care_records import care_records
from riskmodel.cohort.care_tables import care_tables
from riskmodel.cohort.histories import HistoryDesign
from riskmodel.cohort.history_writing import care_files
from riskmodel.cohort.people import describe_people
from riskmodel.errors import DataError
from riskmodel.streams import stream

__all__ = ["write_care_returns"]

_FAMILIES_A_CHILD = 150
"""Families drawn for each child of the stock: some 100 have one in care at a time."""


def write_care_returns(folder: Path, stock: int, design: HistoryDesign) -> tuple[Path, ...]:
    """Write the return (SSDA903) of each year, with made-up children, to a folder for each year.

    Parameters
    ----------
    folder
        To write to; it must exist.
    stock
        Children looked after on the last day of the last year.
    design
        Its years, authority and seed; its number of children is not used.

    Raises
    ------
    DataError
        When the stock is not at least 1.
    """
    if stock < 1:
        raise DataError(f"a stock of children looked after is 1 or more, got {stock}")
    random = stream(design.seed, f"cohort/care_returns/{design.authority}")
    first, last = first_day(design.first_year), reference_date(design.last_year)
    weeks = np.arange(np.datetime64(first, "D") - 1, np.datetime64(last, "D"), 7)
    days = [*weeks, np.datetime64(last, "D")]
    made = None
    while made is None or in_care(made.care, days[-1]).sum() < stock:
        made = children_in_care(random, design, _FAMILIES_A_CHILD * stock, days, made)
    stays = np.zeros(len(made.children), dtype=bool)
    stays[made.care["child"].to_numpy()[in_care(made.care, days[-1])]] = True
    order = random.permutation(len(stays))
    chosen = np.zeros(len(stays), dtype=bool)
    # Those who left are thinned as those who stay are.
    for group in (order[stays[order]], order[~stays[order]]):
        chosen[group[: round(len(group) * stock / stays.sum())]] = True
    history = some_children(made, chosen)
    history.children["child_id"] = 1 + np.arange(len(history.children))
    beside = stream(design.seed, f"cohort/care_returns_records/{design.authority}")
    describe_people(beside, history.children, history.episodes, history.flags, history.factors)
    records = care_records(beside, history.children, history.care)
    history = replace(history, records=records)
    paths = []
    for year in design.years:
        place = folder / str(year)
        place.mkdir()
        for name, text in care_files(care_tables(history, year)).items():
            (place / name).write_text(text, encoding="utf-8", newline="\n")
            paths.append(place / name)
    return tuple(paths)
