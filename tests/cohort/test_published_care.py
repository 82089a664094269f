"""Looked-after children of histories are those that the documents of 2015 count."""

from __future__ import annotations

import shutil

import numpy as np
import pandas as pd
import pytest

from riskmodel.cohort.histories import HistoryDesign, make_history
from riskmodel.cohort.history_writing import write_histories
from riskmodel.cohort.published_care import AUTUMN, SPRING, care_targets
from riskmodel.errors import DataError
from riskmodel.intake.looked_after.reading import read_looked_after


def counted(episodes, day, *names):
    """Children in care on a day, by columns."""
    end = episodes["end"].fillna(np.datetime64("2200-01-01"))
    there = episodes[(episodes["start"] <= day) & (end > day)]
    assert there["child_id"].is_unique
    return there, {
        str(k): int(n) for k, n in there.groupby(list(names), observed=True).size().items()
    }


def check(episodes):
    """What is printed, by hand: para 20 of the report card; paras 4 to 6 on missing children."""
    spring, statuses = counted(episodes, SPRING, "legal_status")
    assert statuses == {"C1": 61, "C2": 189, "E1": 65, "L2": 2, "V2": 197}
    assert (len(spring), int(spring["unaccompanied"].sum())) == (514, 49)
    autumn, providers = counted(episodes, AUTUMN, "placement", "provider")
    assert (len(autumn), int(autumn["unaccompanied"].sum())) == (577, 47)
    homes = {key: number for key, number in providers.items() if "K2" in key}
    assert homes == {"('K2', 'PR1')": 12, "('K2', 'PR4')": 79}
    agency = autumn[autumn["placement"].isin(("U4", "U6")) & (autumn["provider"] == "PR4")]
    assert agency["location"].astype(str).value_counts().to_dict() == {"IN": 45, "OUT": 58}


@pytest.fixture(scope="module")
def returns(tmp_path_factory):
    design = HistoryDesign(100, 2015, 2016, seed=0, published_care=True)
    return write_histories(
        design, tmp_path_factory.mktemp("care") / "years", forms=("ssda903", "ssd")
    )


@pytest.mark.property
def test_another_seed_has_the_printed_counts():
    design = HistoryDesign(10, 2015, 2016, seed=1, authority="931", published_care=True)
    ordinary, chosen = (make_history(design, block) for block in range(2))
    care = chosen.care.assign(
        child_id=chosen.care["child"],
        unaccompanied=chosen.children["unaccompanied"].to_numpy()[chosen.care["child"]],
    )
    check(care)
    for day in (SPRING, AUTUMN):
        assert not ((ordinary.care["start"] <= day) & (ordinary.care["end"] > day)).any()
    references = [*ordinary.children["child_id"], *chosen.children["child_id"]]
    assert len(set(references)) == len(references)
    goes_on = ~care["last"].to_numpy()
    following = care.shift(-1)[goes_on]
    assert (following["start"] == care["end"][goes_on]).all()
    assert (following["child"] == care["child"][goes_on]).all()
    changed = (following["start_reason"] == "L").to_numpy()
    for name in ("placement", "provider", "location"):
        assert (following[name].to_numpy() == care[name][goes_on].to_numpy())[changed].all()
    assert len(chosen.flags) == len(chosen.episodes)


@pytest.mark.integration
def test_returns_read_back_have_the_printed_counts(returns, tmp_path):
    for year in (2015, 2016):
        shutil.copytree(returns / str(year) / "ssda903", tmp_path / str(year))
    both = read_looked_after(tmp_path)
    assert both.is_sound
    check(both.episodes)
    dataset = read_looked_after(returns / "2015" / "ssd", window=["2015-03"])
    assert counted(dataset.episodes, SPRING, "legal_status")[1]["C2"] == 189


@pytest.mark.regression
def test_what_is_printed_is_taken_from_the_published_tables():
    targets = care_targets()
    assert sum(targets.statuses.values()) == 514
    assert targets.placements == {"K2": 91, "U6": 103, "other": 383}
    with pytest.raises(DataError, match="must hold 2015 and 2016"):
        HistoryDesign(10, 2014, 2015, published_care=True)


@pytest.mark.integration
def test_returns_say_how_far_from_home_each_placement_is(returns):
    """As assumed: the mean of its kind, none in the area far off, and alike in every return."""
    parts = [
        pd.read_csv(returns / str(year) / "ssda903" / "episodes.csv", dtype=str).fillna("")
        for year in (2015, 2016)
    ]
    both = pd.concat(parts)
    assert both.groupby(["CHILD", "DECOM"])["PL_DISTANCE"].nunique().max() == 1
    rows = both.drop_duplicates(["CHILD", "DECOM"])
    home = rows["HOME_POST"] != ""
    assert (rows.loc[~home, "PL_DISTANCE"] == "").all()
    assert (~home).any()
    known = rows[home].assign(miles=rows.loc[home, "PL_DISTANCE"].astype(float))
    assert set(known.loc[known["PLACE"] == "P1", "miles"]) == {0.0}
    legal = (known["RNE"] == "L").to_numpy()
    before = known.shift(1)
    follows = legal & (before["CHILD"] == known["CHILD"]).to_numpy()
    follows &= (before["DEC"] == known["DECOM"]).to_numpy()
    assert follows.sum() > 20
    assert (known["miles"][follows] == before["miles"][follows]).all()
    moved = known[~legal]
    fostered = moved["PLACE"].isin(("U4", "U6")).map({True: "U", False: ""})
    kind = (fostered + moved["PLACE_PROVIDER"]).where(moved["PLACE"] != "K2", "K2")
    assert moved.loc[moved["PL_LOCATION"] == "IN", "miles"].max() < 30
    assert moved.loc[moved["PL_LOCATION"] == "OUT", "miles"].min() >= 2
    for (place, side), mean in {
        ("UPR1", "IN"): 6, ("UPR4", "IN"): 7, ("UPR1", "OUT"): 18, ("UPR4", "OUT"): 22,
        ("K2", "OUT"): 40,
    }.items():  # fmt: skip
        miles = moved.loc[(kind == place) & (moved["PL_LOCATION"] == side), "miles"]
        assert len(miles) > 20
        assert abs(miles.mean() - mean) < 4 * mean / np.sqrt(len(miles)), (place, side)
