"""What tables of the Standard Safeguarding Dataset say of episodes: legal statuses, placements.

An episode of that dataset names neither: each has the legal status and the placement that are in
force on the day on which it begins.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from riskmodel.core.lazy import pd
from riskmodel.errors import DataError
from riskmodel.intake.dates import BAD, MISSING
from riskmodel.intake.looked_after import codes
from riskmodel.intake.record_tables import Column, RawTable, cell_text, plain_heading
from riskmodel.intake.result import IssueLog

if TYPE_CHECKING:
    from riskmodel.intake.looked_after.people import People

__all__ = ["FILES", "PREFIXES", "in_force", "is_unaccompanied", "kind_of", "miles"]

FILES = (
    "ssd_cla_episodes.csv",
    "ssd_legal_status.csv",
    "ssd_cla_placement.csv",
    "ssd_person.csv",
    "ssd_immigration_status.csv",
)
"""Those of the dataset's files that hold something of children looked after."""
PREFIXES = ("clae ", "lega ", "clap ", "pers ", "immi ")
"""With which the headings of these files begin."""

_NAMES = {
    "legal": {
        "lega person id": "child_id",
        "lega legal status": "legal_status",
        "lega legal status start": "start",
        "lega legal status start date": "start",
    },
    "placed": {
        "clap person id": "child_id",
        "clap cla placement start date": "start",
        "clap cla placement end date": "end",
        "clap cla placement type": "placement",
        "clap cla placement provider": "provider",
        "clap cla placement distance": "distance",
    },
}
_CODED: Mapping[str, Mapping[str, Collection[str]]] = {
    "legal": {"legal_status": codes.LEGAL_STATUSES},
    "placed": {"placement": codes.PLACEMENTS, "provider": codes.PROVIDERS},
}
_NEEDED = {"legal": "lega_legal_status_start", "placed": "clap_cla_placement_start_date"}
_KINDS = (
    ({"clae person id", "clae cla episode start date"}, "episodes"),
    ({"lega person id", "lega legal status"}, "legal"),
    ({"clap person id", "clap cla placement type"}, "placed"),
    ({"pers person id", "pers dob"}, "header"),
    ({"immi person id", "immi immigration status"}, "uasc"),
)


def kind_of(headings: set[str]) -> str:
    """What a table of the dataset holds, by its plain headings; "" for any other."""
    return next((kind for needed, kind in _KINDS if needed <= headings), "")


def is_unaccompanied(status: Any) -> bool:
    """Whether an immigration status is that of an unaccompanied child."""
    text = cell_text(status).casefold()
    return "uasc" in text or "unaccompanied" in text


def miles(cell: Any) -> float:
    """Miles from home; NaN for what is no number."""
    try:
        return float(cell_text(cell))
    except ValueError:
        return float("nan")


def in_force(
    kind: str, frame: pd.DataFrame, tables: Sequence[RawTable], people: People, log: IssueLog
) -> dict[str, Any]:
    """What is in force as each episode begins, by column of the episodes.

    Parameters
    ----------
    kind
        ``legal`` or ``placed``.
    frame
        Episodes: person, start.
    tables, people, log
        Tables of the kind, children by number, and where issues go.

    Raises
    ------
    DataError
        When a table lacks the start.
    """
    coded = {
        name: pd.CategoricalDtype(["", *sorted(known)]) for name, known in _CODED[kind].items()
    }
    empty: dict[str, list[int]] = {
        "person": [],
        "start": [],
        "end": [],
        **{name: [] for name in coded},
    }
    parts = [pd.DataFrame(empty, dtype=np.int64).assign(distance=np.zeros(0))]
    for table in tables:
        columns = _columns(kind, table)
        if "start" not in columns:
            raise DataError("this column is missing", file=table.name, field=_NEEDED[kind])
        none = table.empty_column()
        cells: dict[str, Any] = {"person": people.numbers(none, columns["child_id"])}
        for name in ("start", "end"):
            cells[name] = table.days(columns.get(name, none), name, log)
        for name, dtype in coded.items():
            cells[name] = table.codes(columns.get(name, none), name, dtype, log).codes
        cells["distance"] = columns.get("distance", none).mapped(miles, np.nan, np.float64)
        parts.append(pd.DataFrame(cells).query("person >= 0 and start > @BAD"))
    held = pd.concat(parts).sort_values("start", kind="stable")
    held = held.astype({name: np.int64 for name in held if name != "distance"})
    episodes = frame[["person", "start"]].reset_index().sort_values("start", kind="stable")
    joined = pd.merge_asof(episodes, held, on="start", by="person").set_index("index")
    joined = joined.reindex(frame.index)
    over = (joined["end"].fillna(MISSING) > BAD) & (joined["end"] < joined["start"])
    found: dict[str, Any] = {}
    for name, dtype in coded.items():
        at = joined[name].mask(over).fillna(0).to_numpy(dtype=np.int64)
        found[name] = pd.Categorical.from_codes(at, dtype=dtype)
    return found if kind == "legal" else {**found, "distance": joined["distance"].mask(over)}


def _columns(kind: str, table: RawTable) -> dict[str, Column]:
    names = _NAMES[kind]
    words = [plain_heading(heading) for heading in table.headings]
    return {
        names[word]: table.column(position) for position, word in enumerate(words) if word in names
    }
