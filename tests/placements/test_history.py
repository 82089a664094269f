"""What a return says of placements: stocks of every day, flows that add up, exact exposure."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskmodel.errors import DataError, UnknownNameError
from riskmodel.intake import read_looked_after
from riskmodel.placements.history import (
    DIMENSIONS,
    FAR_MILES,
    History,
    birthdays,
    placement_history,
)
from riskmodel.placements.kinds import BANDS, EXITS, KINDS, kinds_of
from riskmodel.placements.survival import lasting, product_limit

from .conftest import CHILDREN, EPISODES

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "data" / "samples" / "ssda903"


def day(text: str) -> int:
    return int(np.datetime64(text, "D").astype(np.int64))


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory, write_return: Callable[..., Path]) -> History:
    return placement_history(read_looked_after(write_return(tmp_path_factory.mktemp("lac"))))


@pytest.mark.unit
def test_children_are_counted_where_they_are_on_the_day(history: History) -> None:
    counted = history.stock([day("2017-06-30"), day("2018-03-31")])
    kinds = {name: at for at, name in enumerate(KINDS)}
    assert counted.sum(axis=(1, 2, 3)).tolist() == [3, 2]
    assert counted[0, kinds["own_fostering"], BANDS.index("5 to 9"), 0] == 1
    assert counted[0, kinds["agency_fostering"], BANDS.index("16 to 17"), 0] == 1
    assert counted[1, kinds["private_residential"], BANDS.index("10 to 15"), 0] == 1
    assert counted[1, kinds["supported"], BANDS.index("16 to 17"), 1] == 1
    # Who ends on a day is not counted on it.
    assert history.stock([day("2017-04-29"), day("2017-04-30")]).sum(axis=(1, 2, 3)).tolist() == [
        2, 1,
    ]  # fmt: skip


@pytest.mark.unit
@pytest.mark.parametrize("by", DIMENSIONS)
def test_each_dimension_adds_up_to_all_children(history: History, by: str) -> None:
    days = [day(str(np.datetime64(month) + 1)) - 1 for month in history.months]
    together = history.stocks((by,)).groupby("month")["stock"].sum()
    assert together.tolist() == history.stock(days).sum(axis=(1, 2, 3)).tolist()
    with pytest.raises(UnknownNameError):
        history.stocks(("colour",))


@pytest.mark.unit
def test_where_children_are_says_side_and_distance(history: History) -> None:
    last = history.stocks(("where",)).query("month == '2018-03'").set_index("where")["stock"]
    assert last.to_dict() == {"outside": 1, f"outside, over {FAR_MILES} miles": 1}


@pytest.mark.unit
def test_flows_and_stocks_agree_in_every_placement_and_month(history: History) -> None:
    flows = history.flows().groupby(["month", "placement", "flow"])["number"].sum()
    ends = [day(str(np.datetime64(month) + 1)) - 1 for month in history.months]
    stock = history.stock([history.first_day - 1, *ends]).sum(axis=(2, 3))
    for number, month in enumerate(history.months):
        for at, name in enumerate(KINDS):
            change = sum(
                sign * int(flows.get((month, name, flow), 0))
                for flow, sign in (
                    ("entries", 1), ("moves_in", 1), ("moves_out", -1), ("exits", -1),
                )
            )  # fmt: skip
            assert stock[number, at] + change == stock[number + 1, at], (month, name)


@pytest.mark.unit
def test_leaving_on_an_18th_birthday_is_told_from_leaving_at_a_rate(history: History) -> None:
    exits = history.flows().query("flow == 'exits'").set_index("placement")["reason"].to_dict()
    assert exits == {
        "agency_fostering": "home", "supported": "eighteenth", "adoption": "adoption",
    }  # fmt: skip
    at_risk = history.exposure()
    assert at_risk.exits.sum() == 2
    # A change of legal status is no move, one between two carers of a kind is one within it.
    within = history.flows().query("flow == 'moves_within'")["number"].sum()
    assert (at_risk.moves.sum(), within) == (1, 1)


@pytest.mark.unit
def test_exposure_is_exact_to_the_day(history: History) -> None:
    days = history.exposure().days
    # Child 1: own carers from 10 May to its 10th birthday, then to 1 February, then a home.
    own = days[0, :, 0, :]
    assert own[BANDS.index("5 to 9")].sum() == day("2017-10-15") - day("2017-05-10")
    assert own[BANDS.index("10 to 15")].sum() == day("2018-02-01") - day("2017-10-15")
    assert own[:, 0].sum() == 182
    assert own[:, 1].sum() == day("2018-02-01") - day("2017-05-10") - 182
    assert days.sum() == history.days_of_care()["days"].sum()


@pytest.mark.unit
def test_an_area_has_to_be_named_where_there_are_several(
    tmp_path: Path, write_return: Callable[..., Path]
) -> None:
    care = read_looked_after(write_return(tmp_path))
    with pytest.raises(DataError, match="name one"):
        placement_history(care, "Elsewhere")


@pytest.mark.unit
def test_product_limit_is_that_of_the_textbook() -> None:
    # Freireich's remission times, 6-MP arm: Kalbfleisch and Prentice (2002), table 1.2.
    times = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    ends = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    at, share, error = product_limit(np.zeros(21), times, np.array(ends, bool))
    assert at.tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert share.round(3).tolist() == [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
    assert (share * error).round(4).tolist() == [
        0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346,
    ]  # fmt: skip


@pytest.mark.property
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 50)), min_size=1, max_size=60))
@settings(max_examples=50)
def test_late_entry_alone_changes_nothing_where_all_are_watched_from_the_start(
    spans: list[tuple[int, int]],
) -> None:
    lengths = np.array([length for _, length in spans])
    _, share, _ = product_limit(np.zeros(len(spans)), lengths, np.ones(len(spans), bool))
    beyond = [(lengths > at).mean() for at in np.unique(lengths)]
    assert share == pytest.approx(beyond)


@pytest.mark.unit
def test_durations_count_who_has_not_left(history: History) -> None:
    shares = lasting(history).frame.query("of == 'care'").set_index("beyond")["share"]
    assert 0 < shares["6 months"] <= 1
    assert "still in care" in lasting(history).summary()


@pytest.mark.property
@given(st.dates(), st.integers(0, 18))
def test_birthdays_are_those_of_the_calendar(born: object, age: int) -> None:
    first = np.datetime64(str(born), "D")
    if first < np.datetime64("1970-01-01"):
        return
    (then,) = birthdays([first.astype(np.int64)], age)
    date = np.datetime64(int(then), "D")
    turned = f"{int(str(first)[:4]) + age}{str(first)[4:]}"
    is_leap_day = str(first).endswith("02-29") and int(turned[:4]) % 4 != 0
    assert str(date) == (f"{turned[:4]}-03-01" if is_leap_day else turned) or age == 0


@pytest.mark.regression
@pytest.mark.skipif(not SAMPLES.exists(), reason="the sample returns are not here")
def test_stocks_of_the_sample_returns_are_starts_less_ends_on_every_day() -> None:
    """The sector's open model counts a stock so: its figures were the same on every day."""
    care = read_looked_after(SAMPLES)
    for area in care.windows:
        history = placement_history(care, area)
        mine = care.episodes[care.episodes["area"] == area]
        days = np.arange(history.first_day, history.end_day)
        counted = history.stock(days).sum(axis=(2, 3))
        kind = kinds_of(mine["placement"].astype(str), mine["provider"].astype(str))
        starts, ends = (mine[name].to_numpy().astype("datetime64[D]") for name in ("start", "end"))
        for at in range(len(KINDS)):
            begun = np.sort(starts[kind == at].astype(np.int64))
            over = np.sort(ends[kind == at][~np.isnat(ends[kind == at])].astype(np.int64))
            direct = np.searchsorted(begun, days, "right") - np.searchsorted(over, days, "right")
            assert np.array_equal(direct, counted[:, at])
        assert set(pd.unique(history.flows()["reason"])) <= {"", *EXITS}


BAD = {
    "overlapping": "1,2018-01-15,P,C2,N1,U4,PR4,2018-03-01,X1,,IN,3\n",  # runs into the next one
    "not_the_last": "1,2017-08-01,P,C1,N1,K2,PR4,,,,OUT,9\n",  # a second placement, still open
    "gap_closed": "9,2017-05-01,S,C1,N1,U4,PR1,2017-06-01,X1,,IN,1\n"
    "9,2017-07-01,P,C1,N1,K2,PR4,,,,OUT,30\n",
    "unknown_code": "9,2017-05-01,S,C1,N1,Z9,PR1,,,,IN,1\n",
    "ends_before_start": "9,2017-05-10,S,C1,N1,U4,PR1,2017-05-01,E8,,IN,1\n",
    "child_differs": "9,2017-05-10,S,C1,N1,U4,PR1,,,,IN,1\n",
    "not_carried_on": "9,2017-05-10,S,C1,N1,U4,PR1,,,,IN,1\n",
}


@pytest.mark.integration
@pytest.mark.parametrize(("rule", "rows"), BAD.items(), ids=list(BAD))
def test_records_that_contradict_each_other_place_no_child_twice(
    tmp_path: Path, write_return: Callable[..., Path], rule: str, rows: str
) -> None:
    born = f"{CHILDREN}9,1,2010-02-03,WBRI\n"
    write_return(tmp_path / "2018", EPISODES + rows, born)
    if rule in ("child_differs", "not_carried_on"):  # years that disagree
        later = "4,2017-07-01,S,V2,N5,H5,PR4,2018-06-01,E8,,OUT,12\n"
        later += rows if rule == "child_differs" else ""
        write_return(tmp_path / "2019", later, born.replace("2010-02-03", "2009-02-03"))
    care = read_looked_after(tmp_path)
    assert care.counts[rule] >= 1
    # The issue leads to file and line; what is counted names no child.
    assert all("csv" in issue.reference for issue in care.issues)
    history = placement_history(care)
    tally = history.account
    assert tally.read == tally.used + sum(tally.left_out.values())
    assert tally.used == len(care.episodes)
    days = np.arange(history.first_day, history.end_day)
    e = history.episodes
    start, end = e["start"].to_numpy(), e["end"].to_numpy()
    for day in days:
        here = e["child"][(start <= day) & (day < end)]
        assert here.is_unique
    counted = history.stock(days).sum(axis=(1, 2, 3))
    flows = history.flows().groupby("flow")["number"].sum()
    before = history.stock([history.first_day - 1]).sum()
    assert before + flows.get("entries", 0) - flows.get("exits", 0) == counted[-1]
    assert "child_id" not in history.to_frame()
    assert history.exposure().days.sum() <= history.days_of_care()["days"].sum()
