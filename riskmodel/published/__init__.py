"""The report's tables as data with their sources, and the audit of their arithmetic."""

from riskmodel.published.catalogue import documents, find_figures, load_table, table_ids, units
from riskmodel.published.counts import PrintedQuadrant, factor_counts, printed_quadrants
from riskmodel.published.figures import Column, Document, Figure, PublishedTable, Unit, read_number
from riskmodel.published.findings import (
    OUTCOMES,
    Audit,
    Finding,
    ImpliedQuantity,
    Outcome,
    audit,
    implied,
)
from riskmodel.published.statements import implied_interval, statement_count, statement_interval
from riskmodel.published.verification import Check, checksums, data_files, verify

__all__ = [
    "OUTCOMES",
    "Audit",
    "Check",
    "Column",
    "Document",
    "Figure",
    "Finding",
    "ImpliedQuantity",
    "Outcome",
    "PrintedQuadrant",
    "PublishedTable",
    "Unit",
    "audit",
    "checksums",
    "data_files",
    "documents",
    "factor_counts",
    "find_figures",
    "implied",
    "implied_interval",
    "load_table",
    "printed_quadrants",
    "read_number",
    "statement_count",
    "statement_interval",
    "table_ids",
    "units",
    "verify",
]
