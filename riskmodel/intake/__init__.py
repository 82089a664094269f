"""Other people's files, read into our tables: returns, tables of assessments, open data."""

from riskmodel.account import Account, Tally
from riskmodel.intake.breaks import SeriesBreak, series_breaks
from riskmodel.intake.census.modules import read_modules
from riskmodel.intake.converting import (
    Converted,
    convert,
    convertible_kind,
    months_between,
    read_care,
)
from riskmodel.intake.counts import iter_counts, read_counts
from riskmodel.intake.lists.reading import read_lists
from riskmodel.intake.lists.result import Lists
from riskmodel.intake.looked_after.reading import read_looked_after
from riskmodel.intake.looked_after.result import LookedAfter
from riskmodel.intake.open_data.dfe import FactorPanel, read_dfe, read_dfe_factors, read_panels
from riskmodel.intake.open_data.layouts import Layout, known_layouts, read_layouts
from riskmodel.intake.open_data.panel_notes import PANEL_RULES
from riskmodel.intake.open_data.panels import (
    join_panels,
    panel_text,
    read_neighbours,
    read_panel,
    with_neighbours,
)
from riskmodel.intake.periods import months_text
from riskmodel.intake.reading import ENDINGS, read_assessments
from riskmodel.intake.result import DEPARTMENT_RULES, NOTES, RULES, Intake, Issue
from riskmodel.intake.snapshots import SNAPSHOT_RULES, read_snapshots
from riskmodel.intake.summary import Summary, converted_view, summarise
from riskmodel.intake.table_file import TableFile, count_intake
from riskmodel.intake.tables.mapping import ColumnMapping, read_mapping
from riskmodel.intake.tables.row_groups import iter_assessments

__all__ = [
    "DEPARTMENT_RULES",
    "ENDINGS",
    "NOTES",
    "PANEL_RULES",
    "RULES",
    "SNAPSHOT_RULES",
    "Account",
    "ColumnMapping",
    "Converted",
    "FactorPanel",
    "Intake",
    "Issue",
    "Layout",
    "Lists",
    "LookedAfter",
    "SeriesBreak",
    "Summary",
    "TableFile",
    "Tally",
    "convert",
    "converted_view",
    "convertible_kind",
    "count_intake",
    "iter_assessments",
    "iter_counts",
    "join_panels",
    "known_layouts",
    "months_between",
    "months_text",
    "panel_text",
    "read_assessments",
    "read_care",
    "read_counts",
    "read_dfe",
    "read_dfe_factors",
    "read_layouts",
    "read_lists",
    "read_looked_after",
    "read_mapping",
    "read_modules",
    "read_neighbours",
    "read_panel",
    "read_panels",
    "read_snapshots",
    "series_breaks",
    "summarise",
    "with_neighbours",
]
