"""How far ahead and how often is simulated where nobody says otherwise."""

from __future__ import annotations

__all__ = ["USUAL_MONTHS", "USUAL_SEED", "USUAL_SIMULATIONS"]

USUAL_MONTHS, USUAL_SIMULATIONS, USUAL_SEED = 60, 2000, 1
"""Of every command, page and function, so that a number is the same wherever it is asked for. The
posts that a cap needs are always counted so, for which
:func:`riskmodel.authority.service.posts_outlook` sees."""
