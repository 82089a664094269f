"""Ages at which starts of a stage occur, and how starts change with the children of these ages."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from riskmodel.core.arrays import Floats
from riskmodel.estimates import Basis
from riskmodel.parameters import parameter
from riskmodel.population import AGES

__all__ = ["AgeShares", "published_shares"]

_CARE_BANDS = (1, 5, 10, 16, AGES)


@dataclass(frozen=True, slots=True)
class AgeShares:
    """How the starts of a stage are spread over ages.

    Parameters
    ----------
    ends
        The age that each band ends before, ascending; the last is 18. Within a band all children
        start at one rate.
    shares
        Shares of the starts, up to a common factor; 0 or more each.
    basis, source
        What they are based on, and the source in words.
    """

    ends: tuple[int, ...]
    shares: tuple[float, ...]
    basis: Basis
    source: str

    def change(self, now: Floats, later: Floats) -> Floats:
        """The factor on starts from the change of children; 1 without change, shape (time,).

        Parameters
        ----------
        now, later
            Children by age, shape (age,) and (age, time).

        Notes
        -----
        With share s of the starts in band b and N(b) children in it, the sum of
        s N(b, later) / N(b, now): rates by age stay as they are.
        """
        firsts = (0, *self.ends[:-1])
        whole = sum(self.shares)
        made = np.ones(later.shape[1])
        for first, end, share in zip(firsts, self.ends, self.shares, strict=True):
            band = later[first:end].sum(axis=0) / now[first:end].sum()
            made += share / whole * (band - 1)
        return made


def published_shares(stage: str) -> AgeShares:
    """Ages of the starts of a stage, from the parameters; for another stage all ages alike.

    For looked-after children, the shares of unaccompanied children and of others are combined.
    """
    single = {
        "child_protection_plan": "plan_age_weights",
        "child_in_need_plan": "assessment_age_weights",
    }
    if stage in single:
        found = parameter(single[stage])
        ages = tuple(range(1, AGES + 1))
        return AgeShares(ages, tuple(found.numbers), "assumed", f"{single[stage]}: {found.source}")
    if stage == "looked_after":
        others, alone = (parameter(f"placements_{kind}_ages") for kind in ("entry", "alone"))
        share = parameter("placements_alone_share").value
        both = (1 - share) * np.array(others.numbers) + share * np.array(alone.numbers)
        source = f"placements_entry_ages: {others.source}"
        return AgeShares(_CARE_BANDS, tuple(both.tolist()), "assumed", source)
    return AgeShares((AGES,), (1.0,), "assumed", "all ages alike, for no ages of starts are known")
