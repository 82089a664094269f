"""Starts, ends and stocks by month, exact for the parameters, without simulating single children.

Starts of a month are Poisson; each child stays for an independent duration. Then the children who
start in month s and end in month m are Poisson and independent of all other such pairs, so a
replicate is a triangle of Poisson counts, and the children at the opening are divided by their
month of ending. Row sums are starts, column sums are ends. Their joint distribution, and that of
the stocks, is that of the open-ended queue M_t/G/infinity (Eick, Massey and Whitt 1993), whatever
the number of children.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from riskmodel.demand.durations.laws import Family
from riskmodel.demand.simulation.cells import check_reference, simulate_block
from riskmodel.demand.simulation.inputs import Flows, StageInputs
from riskmodel.streams import stream

__all__ = ["BLOCK", "Flows", "StageInputs", "simulate", "simulate_stage"]

BLOCK = 512
"""Replicates that share a stream, few enough to fit into the processor's cache."""


def simulate(
    rates: npt.ArrayLike,
    mean_days: npt.ArrayLike,
    shape: npt.ArrayLike,
    opening: npt.ArrayLike,
    generator: np.random.Generator,
    *,
    family: Family = "gamma",
    overdispersion: npt.ArrayLike | None = None,
) -> Flows:
    """Starts, ends and stocks of one stage, all replicates from one generator.

    Parameters
    ----------
    rates, mean_days, shape, opening, family, overdispersion
        As in :class:`StageInputs`.
    generator
        The random numbers.

    Returns
    -------
    Flows
        ``starts``, ``ends`` and ``stock``, 32-bit integers of shape (replicate, month). Opening
        + starts - ends is the stock in every replicate and month.

    Raises
    ------
    DataError
        As :class:`StageInputs`.

    Examples
    --------
    >>> from riskmodel.streams import stream
    >>> made = simulate([[52.5] * 36], [303], [1.5], [626], stream(1, "example"))
    >>> bool((626 + (made.starts - made.ends).cumsum(axis=1) == made.stock).all())
    True
    """
    inputs = StageInputs(
        np.asarray(rates, dtype=np.float64),
        np.asarray(mean_days, dtype=np.float64),
        np.asarray(shape, dtype=np.float64),
        np.asarray(opening),
        family,
        None if overdispersion is None else np.asarray(overdispersion, dtype=np.float64),
    )
    return _joined(
        [
            simulate_block(inputs.rows(slice(first, first + BLOCK)), (generator, generator))
            for first in range(0, inputs.replicates, BLOCK)
        ]
    )


def simulate_stage(
    inputs: StageInputs, seed: int, purpose: str, *, reference: StageInputs | None = None
) -> Flows:
    """As :func:`simulate`, each block of replicates from its own named stream.

    A whole block is the same, to the byte, however many others are asked for and whichever process
    makes it; within a block replicates share their stream.

    Parameters
    ----------
    inputs
        What the stage is projected from.
    seed
        The user's seed.
    purpose
        Name of the stream, such as ``"demand/child_protection_plan"``.
    reference
        What the baseline is projected from, if the inputs are those of a scenario: seed and purpose
        are the baseline's, and only what the scenario changes is drawn anew. The distribution is
        that of the inputs, and equal inputs give the baseline's bytes.

    Raises
    ------
    DataError
        When the reference differs in replicates, months, opening or overdispersion.
    """
    if reference is not None:
        check_reference(inputs, reference)
    made = []
    for number, first in enumerate(range(0, inputs.replicates, BLOCK)):
        rows = slice(first, first + BLOCK)
        made.append(
            simulate_block(
                inputs.rows(rows),
                (stream(seed, purpose, number), stream(seed, f"{purpose}/change", number)),
                None if reference is None else reference.rows(rows),
            )
        )
    return _joined(made)


def _joined(blocks: list[Flows]) -> Flows:
    if len(blocks) == 1:
        return blocks[0]
    return Flows(*(np.concatenate(each) for each in zip(*blocks, strict=True)))
