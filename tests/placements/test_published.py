"""Without a return: the report card's own figures, each at its date."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from riskmodel.placements.arrivals import simulation_keys
from riskmodel.placements.engine import Engine
from riskmodel.placements.kinds import KINDS
from riskmodel.placements.projecting import Course, _Block, project_known
from riskmodel.placements.published import card_figures, published_known
from riskmodel.placements.rates import DrawnRates

PANEL = Path(__file__).resolve().parents[3] / "shared/data/dfe/authority_panel_2010_2023.csv"


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


@pytest.fixture(scope="module")
def balanced() -> Engine:
    """Ten years in which as many come each month, at shipped rates: stocks are in balance."""
    known = published_known()
    # Far more certain than they are: means alone, and no chance of odd rates.
    sure = {name: 1e6 * getattr(known.mix, name) for name in ("alone", "bands", "kinds")}
    mix = replace(known.mix, **sure)
    block = _Block(replace(known, mix=mix), simulation_keys(4, 1), 120, 1, 0, slice(0, 4), None)
    lasting = known.rates.lasting_shape / known.rates.lasting_rate
    block.rates = DrawnRates(*(np.tile(each, (4, 1, 1)) for each in (known.rates.mean, lasting)))
    return block._run(Course(), entries=np.full((4, 120), 22))


@pytest.mark.regression
def test_as_many_have_been_in_care_for_three_years_as_was_published_elsewhere(
    balanced: Engine,
) -> None:
    """Worcestershire, minutes of November 2018: 45% had come into care in 2015 or before.

    A check of how long care lasts at shipped rates, which gives 36%; there fewer came than before,
    so those who stay were a larger share. No other authority's folder knows of it.
    """
    days = (np.datetime64("2018-11-15") - np.datetime64("2015-12-31")).astype(int)
    children = np.concatenate([part for month in balanced.waiting for part in month])
    assert len(children) == balanced.children().sum()
    share = (balanced.ends[-1] - children["care"] >= days).mean()
    assert share == pytest.approx(0.45, abs=0.1)
    # What is assumed of those whose start nobody published is what lasts.
    opening = (-published_known().children["care"] >= days).mean()
    assert opening == pytest.approx(share, abs=0.03)


@pytest.mark.regression
@pytest.mark.skipif(not PANEL.exists(), reason="the panel of open data is not here")
def test_shipped_rates_in_balance_bring_as_many_a_year_as_open_data_show(balanced: Engine) -> None:
    frame = pd.read_csv(PANEL).query("area != 'England' and year <= 2015")
    rate = (frame["lac_starts"] / frame["lac_at_31_mar"]).dropna().median()
    assert 12 * 22 / balanced.children().mean() == pytest.approx(rate, abs=0.03)
