"""Placements of children looked after from list 8 of Annex A: each child's latest, no other."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np

from riskmodel.account import Tally
from riskmodel.core.lazy import pd
from riskmodel.errors import DataError
from riskmodel.intake.dates import BAD, MISSING
from riskmodel.intake.lists.reading import InspectedList, inspected_lists, months_before
from riskmodel.intake.looked_after import codes
from riskmodel.intake.looked_after.care import put_together
from riskmodel.intake.looked_after.people import People
from riskmodel.intake.looked_after.result import LookedAfter
from riskmodel.intake.periods import Window
from riskmodel.intake.result import IssueLog

__all__ = ["read_looked_after_list"]

_NUMBER = 8
_CODED = {
    "legal_status": ("status", codes.LEGAL_STATUSES),
    "placement": ("placement", codes.PLACEMENTS),
    "provider": ("provider", codes.PROVIDERS),
    "end_reason": ("reason", codes.END_REASONS),
    "location": ("location", codes.LOCATIONS),
}
"""Columns of episodes, the field of the list, and the codes that there are."""
_CODE = re.compile(r"[A-Z]+[0-9]*[A-Z]?\b")


def read_looked_after_list(
    path: Path, *, strict: bool = False, window: Window | None = None
) -> LookedAfter:
    """Read children looked after from the lists of Annex A, one episode a period of care.

    Parameters
    ----------
    path, strict, window
        As :func:`~riskmodel.intake.lists.reading.read_lists` takes them.

    Returns
    -------
    LookedAfter
        Of each period its latest placement, as though it had been the only one: the list holds no
        earlier one, and of children who have left those of the latest months alone.

    Raises
    ------
    DataError
        When a file cannot be read, or there is no list of children looked after.
    """
    path = Path(path)
    log = IssueLog(path.name, strict=strict)
    lists, _ = inspected_lists(path, log)
    if _NUMBER not in lists:
        raise DataError("holds no list of children looked after (list 8)", file=path.name)
    one, people = lists[_NUMBER], People()
    latest = max(each.latest_day() for each in lists.values())
    months = months_before(latest) if window is None else window
    frame, left_out = _periods(one, people, log)
    frame["area"] = np.array(people.area_of, dtype=np.int64)[frame["person"]]
    read = sum(left_out.values()) + len(frame)
    person, row = frame["person"].to_numpy(), frame["row"].to_numpy()
    episodes = put_together(frame, [one.table], log, left_out)
    number = len(people.references)
    born, alone = np.full(number, MISSING), np.zeros(number, dtype=bool)
    days = np.array(one.days("birth_date"), dtype=np.int64)
    born[person] = np.where(days > BAD, days, MISSING)[row]
    said = np.array([_is_yes(text) for text in one.texts("unaccompanied")], dtype=bool)
    np.logical_or.at(alone, person, said[row])
    until = np.full(number, MISSING)
    return LookedAfter(
        people.named(episodes, (born, until, alone)),
        dict.fromkeys(people.areas, tuple(months)),
        {"episodes": Tally(read, len(episodes), left_out)},
        log.issues(),
        path.name,
        log.counts,
        log.codes,
        latest_alone=True,
    )


def _periods(
    one: InspectedList, people: People, log: IssueLog
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Rows with a child and dates, as episodes; and how many others there are, by reason."""
    table = one.table
    cells: dict[str, Any] = {
        "person": people.numbers(table.empty_column(), one.columns["child_id"]),
        "start": np.array(one.days("start"), dtype=np.int64),
        "end": np.array(one.days("end"), dtype=np.int64),
        "row": np.arange(len(table)), "table": 0, "label": -1, "return_year": 0,
        "distance": np.nan,
    }  # fmt: skip
    for name, (field, known) in _CODED.items():
        cells[name] = _coded(one, field, known, log)
    for name, only in (("start_reason", codes.START), ("category_of_need", ""),
                       ("placement_change", "")):  # fmt: skip
        kind = pd.CategoricalDtype(list(dict.fromkeys(("", only))))
        cells[name] = pd.Categorical([only] * len(table), dtype=kind)
    frame, left_out = pd.DataFrame(cells), {"bad_row": table.number_ragged}
    for reason in ("no_child", "no_start", "bad_date"):
        person, start, end = (frame[name].to_numpy() for name in ("person", "start", "end"))
        wrong = {
            "no_child": person < 0,
            "no_start": start == MISSING,
            "bad_date": (start == BAD) | (end == BAD),
        }[reason]
        left_out[reason] = int(wrong.sum())
        frame = frame[~wrong]
    return frame, left_out


def _coded(one: InspectedList, field: str, known: Collection[str], log: IssueLog) -> pd.Categorical:
    """Codes of a column: the first word of a cell after its mark; what is none is an issue."""
    kind = pd.CategoricalDtype(["", *sorted(known)])
    order = {code: at for at, code in enumerate(kind.categories)}
    positions = []
    for row, text in enumerate(one.texts(field)):
        first = _CODE.match(text.upper())
        at = order.get(first[0], -1) if first else (-1 if text else 0)
        if at < 0:
            log.add("unknown_code", one.table.where(row), field, text, "a code of its list")
        positions.append(max(at, 0))
    return pd.Categorical.from_codes(np.array(positions, dtype=np.int64), dtype=kind)


def _is_yes(text: str) -> bool:
    return text.casefold() in ("y", "yes", "true", "1")
