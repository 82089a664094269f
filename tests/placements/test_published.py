"""Without a return: the report card's own figures, each at its date."""

from __future__ import annotations

import numpy as np
import pytest

from riskmodel.placements.kinds import KINDS
from riskmodel.placements.projecting import Course, project_known
from riskmodel.placements.published import card_figures, published_known


@pytest.mark.regression
def test_the_report_cards_own_figures_stand_each_at_its_date() -> None:
    frame = card_figures().frame
    found = {(row["date"], row["what"]): row["children"] for row in frame.to_dict("records")}
    march, september = "2015-03-31", "2015-09-30"
    assert found[march, "All legal statuses"] == 514
    assert found[march, "Unaccompanied children"] == 49
    parts = ("All Care Orders", "Placement Order", "Voluntary - Section 20", "Remand",
             "Police Protection or Emergency Protection")  # fmt: skip
    assert sum(found[march, part] for part in parts) == 514
    assert found[september, "Children looked after"] == 577
    assert found[september, "Of these, unaccompanied"] == 47
    own, private = "In the authority's own homes", "In private homes"
    assert (found[september, own], found[september, private]) == (12, 79)
    assert found[september, own] + found[september, private] == 91
    assert found[september, "In residential placements"] == 91
    assert found[september, "With agency foster carers"] == 103
    assert found[september, "Of these, in the county"] == 45


@pytest.mark.regression
def test_the_opening_is_what_was_printed_and_would_last() -> None:
    known = published_known()
    numbers = dict(zip(KINDS, np.bincount(known.children["kind"], minlength=len(KINDS)),
                       strict=True))  # fmt: skip
    assert len(known.children) == 577
    assert known.children["alone"].sum() == 47
    assert (numbers["own_residential"], numbers["private_residential"]) == (12, 79)
    assert numbers["agency_fostering"] == 103
    steady = Course(children=np.full((40, 12), 577))
    made = project_known(known, {"baseline": steady}, months=12, simulations=40)
    last = made.of().stock[:, -1].sum(axis=(2, 3)).mean(axis=0)
    for name in ("agency_fostering", "private_residential", "own_residential"):
        assert last[tuple(KINDS).index(name)] == pytest.approx(numbers[name], rel=0.15)
