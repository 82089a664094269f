"""Combines demand, caseloads, scenarios and margins for one authority."""
