"""Readers of other rooms that this one uses: the one place that says where each stands today.

What computes results is in :mod:`riskmodel.authority.folder.computing`, which is loaded when a
result is first asked for.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from riskmodel.caseload.structure import KINDS as TEAM_KINDS
from riskmodel.caseload.structure_files import FIELDS as TEAM_FIELDS
from riskmodel.caseload.structure_files import read_structure
from riskmodel.cohort.files import new_folder
from riskmodel.intake.dates import BAD, MISSING, day_number
from riskmodel.intake.figures import briefly
from riskmodel.intake.months import month_of
from riskmodel.intake.open_data.panels import read_neighbours, read_panel
from riskmodel.intake.snapshots import read_snapshots
from riskmodel.intake.tables.xlsx import read_sheet
from riskmodel.scenarios import read_scenario

__all__ = [
    "BAD",
    "MISSING",
    "PUBLISHED",
    "TEAM_FIELDS",
    "TEAM_KINDS",
    "briefly",
    "day_number",
    "month_of",
    "new_folder",
    "read_neighbours",
    "read_panel",
    "read_scenario",
    "read_sheet",
    "read_snapshots",
    "read_structure",
]

PUBLISHED = Path(str(resources.files("riskmodel.published"))).resolve() / "data"
"""The published tables that ship with the package."""
