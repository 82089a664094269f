"""Without a return: the report card's own figures, each at its date."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from riskmodel.cohort.histories import HistoryDesign
from riskmodel.cohort.history_writing import write_histories
from riskmodel.errors import DataError
from riskmodel.intake import read_looked_after
from riskmodel.parameters import parameter
from riskmodel.placements.arrivals import simulation_keys
from riskmodel.placements.engine import Engine
from riskmodel.placements.history import placement_history
from riskmodel.placements.kinds import KINDS
from riskmodel.placements.projecting import Course, _Block, project_known
from riskmodel.placements.published import card_figures, number_before, published_known
from riskmodel.placements.rates import DrawnRates

PACK = (
    Path(__file__).resolve().parents[3] / "shared/sources/oxfordshire-2015-11-05-scrutiny-pack.txt"
)
PANEL = Path(__file__).resolve().parents[3] / "shared/data/dfe/authority_panel_2010_2023.csv"


STATUSES = {
    "Full Care Order": (127, 145, 142, 170, 189),
    "Interim Care Order": (96, 103, 63, 78, 61),
    "All Care Orders": (223, 248, 205, 248, 250),
    "Placement Order": (26, 48, 57, 58, 65),
    "Voluntary - Section 20": (177, 154, 153, 155, 197),
    "Remand": (0, 0, 1, 1, 0),
    "Police Protection or Emergency Protection": (1, 0, 0, 1, 2),
    "All legal statuses": (427, 450, 416, 463, 514),
    "Unaccompanied children": (34, 30, 26, 24, 49),
}
"""Paras 20 and 21 of the report card, at 31 March 2011 to 2015."""
SEPTEMBER = {
    "Children looked after": 577, "Of these, unaccompanied": 47,
    "In residential placements": 91, "In the authority's own homes": 12, "In private homes": 79,
    "With agency foster carers": 103, "Of these, in the county": 45,
}  # fmt: skip
"""Paras 4 to 6 of the report on missing children, at 30 September 2015."""
GROWN = {
    ("2015-04-01", "In private homes"): (58, "36.2%"),
    ("2015-04-01", "With agency foster carers"): (93, "10.7%"),
    ("2014-09-30", "Children looked after"): (521, "10.7%"),
    ("2014-09-30", "Of these, unaccompanied"): (40, "17.5%"),
    ("2014-09-30", "In private homes"): (66, "19.7%"),
    ("2014-09-30", "With agency foster carers"): (94, "9.6%"),
}
"""Its paras 5 to 7: printed is how much more there are."""


@pytest.mark.regression
def test_the_report_cards_own_figures_stand_each_at_its_date() -> None:
    frame = card_figures().frame
    rows = {(row["date"], row["what"]): row for row in frame.to_dict("records")}
    assert len(rows) == len(frame) == 9 * 5 + 3 + len(SEPTEMBER) + len(GROWN)
    for what, counts in STATUSES.items():
        for year, count in zip(range(2011, 2016), counts, strict=True):
            assert rows[f"{year}-03-31", what]["children"] == count
    for what, count in SEPTEMBER.items():
        assert rows["2015-09-30", what]["children"] == count
        assert rows["2015-09-30", what]["printed"] == str(count)
    for at, (count, printed) in GROWN.items():
        assert (rows[at]["children"], rows[at]["printed"]) == (count, printed)
        percent = 100 * (SEPTEMBER[at[1]] / count - 1)
        assert percent == pytest.approx(float(printed.rstrip("%")), abs=0.1)
    summers = [
        rows[f"{year}-07", "Children looked after"]["children"] for year in range(2013, 2016)
    ]
    assert summers == [427, 500, 555]
    parts = ("All Care Orders", "Placement Order", "Voluntary - Section 20", "Remand",
             "Police Protection or Emergency Protection")  # fmt: skip
    for year in range(2011, 2016):
        total = rows[f"{year}-03-31", "All legal statuses"]["children"]
        assert sum(rows[f"{year}-03-31", part]["children"] for part in parts) == total
    assert frame["source"].str.contains(", para ").all()
    with pytest.raises(DataError, match="0 whole numbers grew"):
        number_before(91, "36.2%")


@pytest.mark.regression
@pytest.mark.skipif(not PACK.exists(), reason="the scrutiny pack is not here")
def test_every_one_of_them_stands_in_the_pack() -> None:
    text = PACK.read_text(encoding="utf-8")
    cells = {cell.strip(" -•.,()") for line in text.splitlines() for cell in line.split("\t")}
    words = set(text.replace(",", " ").split()) | cells
    for printed in card_figures().frame["printed"]:
        assert printed in words


@pytest.mark.integration
def test_histories_of_the_documents_have_these_placements_when_they_are_read_back(
    tmp_path: Path,
) -> None:
    """`cohort histories --published-care`, read as any return is: every seed has the figures."""
    design = HistoryDesign(50, 2015, 2016, seed=3, published_care=True)
    written = write_histories(design, tmp_path / "years", forms=("ssda903",))
    for year in (2015, 2016):
        shutil.copytree(written / str(year) / "ssda903", tmp_path / "returns" / str(year))
    history = placement_history(read_looked_after(tmp_path / "returns"))

    def held(by: str, month: str) -> dict[str, int]:
        rows = history.stocks((by,))
        rows = rows[rows["month"] == month]
        return dict(zip(rows[by], rows["stock"], strict=True))

    spring, autumn = held("legal_status", "2015-03"), held("placement", "2015-09")
    for ours, printed in (
        ("full care order", "Full Care Order"), ("interim care order", "Interim Care Order"),
        ("freeing or placement order", "Placement Order"),
        ("voluntary (section 20)", "Voluntary - Section 20"),
    ):  # fmt: skip
        assert spring[ours] == STATUSES[printed][-1]
    assert sum(spring.values()) == 514
    assert held("unaccompanied", "2015-03")["unaccompanied"] == 49
    assert held("unaccompanied", "2015-09")["unaccompanied"] == 47
    assert sum(autumn.values()) == 577
    assert (autumn["own_residential"], autumn["private_residential"]) == (12, 79)
    assert autumn["agency_fostering"] == 103
    both = history.stocks(("placement", "where")).query("month == '2015-09'")
    agency = both[both["placement"] == "agency_fostering"].set_index("where")["stock"]
    assert agency[agency.index.str.startswith("inside")].sum() == 45


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


@pytest.mark.property
def test_what_is_not_printed_is_drawn_once_a_simulation_and_what_is_printed_is_not() -> None:
    known = published_known()
    assert known.openings is not None
    shares = known.openings.drawn(400, 1, 0)
    block = [known.openings.children(each) for each in shares]
    numbers = np.array([np.bincount(each["kind"], minlength=len(KINDS)) for each in block])
    assert (numbers.sum(axis=1) == 577).all()
    assert {int(each["alone"].sum()) for each in block} == {47}
    printed = known.openings.printed > 0
    assert printed.sum() == 3
    assert (numbers[:, printed] == known.openings.printed[printed]).all()
    # Dirichlet: the mean and spread that its formulas give, of the 383 children not printed.
    share, weight = known.openings.shares, parameter("placements_stock_weight").value
    spread = np.sqrt(share * (1 - share) / (weight + 1))
    apart = numbers[:, ~printed].mean(axis=0) - 383 * share[~printed]
    assert (np.abs(apart) < 4 * 383 * spread[~printed] / 20 + 0.5).all()
    own = tuple(KINDS).index("own_fostering")
    assert numbers[:, own].std() == pytest.approx(383 * spread[own], rel=0.15)
    assert (known.openings.drawn(40, 1, 0) == shares[:40]).all()


@pytest.mark.integration
def test_a_drawn_opening_stays_as_uncertain_and_printed_kinds_do_not_become_so() -> None:
    known = published_known()
    steady = {"baseline": Course(children=np.full((300, 12), 577))}
    drawn, fixed = (
        project_known(each, steady, months=12, simulations=300).of().stock.sum(axis=(3, 4))
        for each in (known, replace(known, openings=None))
    )
    own, agency = (tuple(KINDS).index(f"{name}_fostering") for name in ("own", "agency"))
    assert drawn[:, 0, own].std() > 2 * fixed[:, 0, own].std()
    assert drawn[:, -1, own].std() > 1.2 * fixed[:, -1, own].std()
    assert drawn[:, -1, own].mean() == pytest.approx(fixed[:, -1, own].mean(), rel=0.05)
    # From month to month a simulation that opens with many keeps many.
    assert np.corrcoef(drawn[:, 0, own], drawn[:, -1, own])[0, 1] > 0.6
    assert drawn[:, 0, agency].std() == pytest.approx(fixed[:, 0, agency].std(), rel=0.25)


@pytest.fixture(scope="module")
def balanced() -> Engine:
    """Ten years in which as many come each month, at shipped rates: stocks are in balance."""
    known = published_known()
    # Far more certain than they are: means alone, and no chance of odd rates.
    sure = {name: 1e6 * getattr(known.mix, name) for name in ("alone", "bands", "kinds")}
    mix = replace(known.mix, **sure)
    known = replace(known, mix=mix, openings=None)
    block = _Block(known, simulation_keys(4, 1), 120, 1, 0, slice(0, 4), None)
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
