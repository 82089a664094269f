"""Adjusted association on a table of assessments: penalised fits, standardised risks, fractions."""
