"""An authority known only from one return or table of assessments."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from riskmodel.authority.folder.authority import Authority
from riskmodel.authority.folder.contents import Contents
from riskmodel.authority.folder.problems import Place
from riskmodel.authority.folder.settings import Entry

if TYPE_CHECKING:
    from riskmodel.counted import Counted
    from riskmodel.disclosure.release import Release

__all__ = ["table_authority"]


def table_authority(
    table: Path,
    *,
    mapping: Path | None = None,
    sheet: str | None = None,
    protect: Callable[[Counted], Release] | None = None,
) -> Authority:
    """An authority known only from one return or table of assessments, named after its file.

    Parameters
    ----------
    table
        The file.
    mapping, sheet
        The file that says how its columns are named, and the sheet of a workbook.
    protect
        Decides what may be printed of it.
    """
    place = Place(table.name)
    files = {"returns": (table,)} | ({} if mapping is None else {"mapping": (mapping,)})
    about = {
        "name": Entry(table.name, place),
        "title": Entry(f"Which factors go with a plan: {table.name}", place),
        "sections": Entry(("factors", "impact"), place),
    }
    return Authority(Contents(table.parent, {"about": [about]}, files, {}, sheet), protect=protect)
