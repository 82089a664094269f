"""A made-up projection: stocks of July 2015 that move at random, or stand still."""

from __future__ import annotations

import numpy as np
import pytest

from riskmodel.projection import Projection
from riskmodel.streams import stream

STAGES = ("child_protection_plan", "looked_after", "child_in_need_plan")
OPENING = (626, 555, 1801)
FLOWS = (62, 20, 300)


@pytest.fixture(scope="session")
def project():
    def make(
        scenarios=("baseline",), replicates=200, months=24, still=False, extra=0, stages=STAGES
    ):
        kept = [STAGES.index(stage) for stage in stages]
        random = stream(3, "tests/caseload")
        shape = (replicates, months, len(STAGES))
        flows = [random.poisson(0 if still else FLOWS, shape) for _ in range(2)]
        starts, ends = (
            np.stack([flow + (place * extra if i == 0 else 0) for place in range(len(scenarios))])
            for i, flow in enumerate(flows)
        )
        opening = np.tile(OPENING, (replicates, 1))
        stock = opening[None, :, None] + np.cumsum(starts - ends, axis=2)
        return Projection(
            "Oxfordshire",
            tuple(scenarios),
            stages,
            "2015-11",
            opening[:, kept],
            starts[..., kept],
            ends[..., kept],
            stock[..., kept],
            "made up for a test",
        )

    return make
