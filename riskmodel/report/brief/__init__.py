"""The committee's brief of any authority: a module a page, and what they share."""

from riskmodel.report.brief.compose import authority_brief

__all__ = ["authority_brief"]
