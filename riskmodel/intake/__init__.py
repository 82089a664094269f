"""Other people's files, read into our tables: assessments from CSV, Parquet and census returns."""

from riskmodel.intake.counts import iter_counts, read_counts
from riskmodel.intake.reading import ENDINGS, read_assessments
from riskmodel.intake.result import RULES, Intake, Issue

__all__ = ["ENDINGS", "RULES", "Intake", "Issue", "iter_counts", "read_assessments", "read_counts"]
