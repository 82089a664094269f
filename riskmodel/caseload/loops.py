"""The loops between caseload and demand: arrows, how strong they may be, what they amplify."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodel.core.arrays import Floats
from riskmodel.errors import DataError
from riskmodel.parameters import parameter
from riskmodel.published import load_table

__all__ = [
    "FEEDBACK_LOOPS",
    "NODES",
    "FeedbackSwitches",
    "Link",
    "amplification",
    "fluid_path",
    "loop_frame",
    "start_elasticity_maximum",
]


@dataclass(frozen=True, slots=True)
class Link:
    """An arrow of the loop: more of the source means more (+1) or less (-1) of the target."""

    source: str
    target: str
    sign: int
    switch: str
    evidence: str


NODES = (
    "plans open",
    "caseload",
    "duration of plans",
    "child in need work done",
    "plans started",
    "case-holding workers",
)
"""Nodes of the loops, for a drawing."""

FEEDBACK_LOOPS = (
    Link("plans open", "caseload", +1, "", "open cases over workers"),
    Link("case-holding workers", "caseload", -1, "", "open cases over workers"),
    Link("caseload", "duration of plans", +1, "length", "paras 12 and 26, at most 0.4"),
    Link("duration of plans", "plans open", +1, "", "stock = starts x duration"),
    Link("caseload", "child in need work done", -1, "starts", "para 24: unallocated work"),
    Link("child in need work done", "plans started", -1, "starts", "para 49, nowhere measured"),
    Link("plans started", "plans open", +1, "", "stock = starts x duration"),
)
"""Both loops: plans, caseload, duration; and plans, caseload, child in need work, starts."""


@dataclass(frozen=True, slots=True)
class FeedbackSwitches:
    """Which loops are switched on, and how strong they are.

    Parameters
    ----------
    length_elasticity
        Percent longer plans for each percent more caseload, 0 to 0.4; 0 is off.
    start_elasticity
        Percent more plan starts for each percent less of child in need work that has a worker,
        from 0 (off) to :func:`start_elasticity_maximum`.

    Raises
    ------
    DataError
        When one is outside these limits; the message says what is allowed and why.
    """

    length_elasticity: float = 0.0
    start_elasticity: float = 0.0

    def __post_init__(self) -> None:
        limits = {
            "length_elasticity": (
                parameter("feedback_length_elasticity_maximum").value,
                "paras 11, 23 and 26 allow no more",
            ),
            "start_elasticity": (
                start_elasticity_maximum(),
                "that would be more than the whole growth of para 14",
            ),
        }
        for name, (most, why) in limits.items():
            value = getattr(self, name)
            if not 0 <= value <= most:
                raise DataError(
                    f"must lie between 0 and {most:.2f}, got {value:g}: {why}", field=name
                )

    @property
    def is_off(self) -> bool:
        """Whether both loops are off."""
        return self.length_elasticity == 0 and self.start_elasticity == 0


def amplification(gain: float) -> float:
    """How much a loop enlarges a change of starts, in percent for each percent: 1 / (1 - gain).

    Raises
    ------
    DataError
        When the gain is 1 or more: the loop never settles.

    Examples
    --------
    >>> amplification(0.4)
    1.6666667
    """
    if not 0 <= gain < 1:
        raise DataError(
            f"a loop with a gain of {gain:g} runs away; it settles only from 0 to below 1",
            field="gain",
        )
    return 1 / (1 - gain)


def fluid_path(
    starts_per_month: npt.ArrayLike,
    length_months: float,
    elasticity: float,
    reference_stock: float,
) -> Floats:
    """Expected stock of a service that holds only plans, without chance; shape (month + 1,).

    Notes
    -----
    dS/dt = starts - S / L(S), with L(S) = L0 (S / reference)^elasticity, in monthly steps that
    are exact for the length at their beginning. Its steady state is
    S = (starts L0)^(1 / (1 - e)) reference^(-e / (1 - e)): a change of starts by a factor x
    changes it by x^(1 / (1 - e)).
    """
    amplification(elasticity)
    starts = np.asarray(starts_per_month, dtype=np.float64)
    stock = np.empty(len(starts) + 1)
    stock[0] = reference_stock
    for month, arriving in enumerate(starts):
        length = length_months * (stock[month] / reference_stock) ** elasticity
        kept = np.exp(-1 / length)
        stock[month + 1] = stock[month] * kept + arriving * length * (1 - kept)
    return stock


def start_elasticity_maximum() -> float:
    """Elasticity of plan starts if less child in need work explained all of their growth.

    Notes
    -----
    log(626/422) / -log(1801/2451), from the plans and child in need plans of July 2013 and 2015
    (para 14), with lengths unchanged (para 11). An upper bound, not an estimate: para 49 gives the
    circle as one of several reasons.

    Examples
    --------
    >>> start_elasticity_maximum()
    1.28
    """
    table = load_table("activity_snapshots")

    def change(row: str) -> float:
        before, after = (
            float(table.figure(row, column).interval.low) for column in ("july_2013", "july_2015")
        )
        return float(np.log(after / before))

    return change("Child Protection") / -change("Children in Need Plan")


def loop_frame(switches: FeedbackSwitches) -> pd.DataFrame:
    """The links of both loops, with the elasticity of those that can be switched, and its effect.

    ``amplification`` is that of the loop through durations in a service that holds only plans, 1 /
    (1 - elasticity).
    """
    strengths = {"length": switches.length_elasticity, "starts": switches.start_elasticity}
    return pd.DataFrame(
        [
            {
                "source": link.source,
                "target": link.target,
                "sign": link.sign,
                "switch": link.switch or None,
                "elasticity": strengths.get(link.switch),
                "amplification": amplification(strengths["length"])
                if link.switch == "length"
                else None,
                "evidence": link.evidence,
                "basis": "assumed" if link.switch else "published",
            }
            for link in FEEDBACK_LOOPS
        ]
    )
