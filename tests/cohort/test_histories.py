"""Histories over several years: coherent in themselves, and in the returns of every year."""

from __future__ import annotations

import json
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from riskmodel.ages import ages_in_years
from riskmodel.census import LAST_YEAR, fields
from riskmodel.cohort.care import birthdays, registered_day
from riskmodel.cohort.care_tables import care_tables
from riskmodel.cohort.case_holding import worker_periods
from riskmodel.cohort.histories import HistoryDesign, make_history
from riskmodel.cohort.history_writing import write_histories
from riskmodel.cohort.lengths import band_shares, shares_by_band
from riskmodel.cohort.working_days import office_days
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.intake import read_assessments, read_care
from riskmodel.intake.involvements import read_involvements
from riskmodel.intake.lists.reading import read_lists
from riskmodel.intake.looked_after.reading import read_looked_after
from riskmodel.parameters import parameter

YEARS = (2022, 2023)
MONTHS = [str(month) for month in np.arange("2022-04", "2023-04", dtype="datetime64[M]")]


@pytest.fixture(scope="module")
def history():
    return make_history(HistoryDesign(2500, 2014, 2017, seed=2), 0)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Two years of 700 children, in every form."""
    place = tmp_path_factory.mktemp("histories") / "years"
    return write_histories(HistoryDesign(700, *YEARS, authority="931", seed=2), place)


@pytest.mark.unit
def test_everything_of_a_child_happens_in_order(history):
    frame = history.episodes
    born = history.children["birth_date"].to_numpy()[frame["child"]]
    order = ("referral", "enquiry", "conference", "plan_start", "plan_end", "closure")
    for position, later in enumerate(order):
        for earlier in order[:position]:
            assert not (frame[later] < frame[earlier]).any(), (earlier, later)
    for first, second in (
        ("referral", "assessed"), ("assessed", "closure"), ("assessed", "plan_start"),
        ("need_start", "need_end"), ("plan_end", "need_start"), ("need_end", "closure"),
        ("care_start", "care_end"), ("care_end", "closure"), ("plan_start", "care_start"),
    ):  # fmt: skip
        assert not (frame[second] < frame[first]).any(), (first, second)
    assert not (frame["plan_end"] - born > np.timedelta64(18 * 366, "D")).any()
    following = frame.groupby("child")["referral"].shift(-1)
    assert not (following <= frame["closure"]).any()
    assert (frame.groupby("child").cumcount() > 0).any()


@pytest.mark.unit
def test_offices_decide_on_open_days(history):
    frame = history.episodes
    for name in ("assessed", "enquiry", "conference", "plan_start", "plan_end", "need_start"):
        days = frame[name].dropna().to_numpy().astype("datetime64[D]")
        assert np.is_busday(days, busdaycal=office_days()).all(), name


@pytest.mark.unit
def test_episodes_of_care_follow_each_other_without_a_gap(history):
    care = history.care
    assert (care["end"] > care["start"]).all()
    goes_on = ~care["last"].to_numpy()
    following = care.shift(-1)[goes_on]
    here = care[goes_on]
    assert (following["child"] == here["child"]).all()
    assert (following["start"] == here["end"]).all()
    assert (here["end_reason"] == "X1").all()
    assert (care.loc[care["last"], "end_reason"] != "X1").all()
    moved = following["start_reason"] == "P"
    assert (following["placement"] != here["placement"].to_numpy())[moved].all()
    assert (following["placement"] == here["placement"].to_numpy())[~moved].all()
    periods = care.groupby(["child", "care_start"])
    assert (periods["start_reason"].first() == "S").all()
    assert (care["start_reason"] == "S").sum() == len(periods)
    adults = care["end"].to_numpy() > (
        pd.to_datetime(history.children["birth_date"].to_numpy()[care["child"]])
        + pd.DateOffset(years=18)
    )
    assert not adults.any()
    by_carers = care[care["end_reason"].isin(("E45", "E46"))]
    assert by_carers["placement"].str.startswith("U").all()
    assert not care[care["end_reason"] == "E48"]["placement"].str.startswith("U").any()


@pytest.mark.integration
def test_stocks_stand_still_without_growth_and_grow_with_it():
    def counted(growth: float) -> list[int]:
        design = HistoryDesign(12_500, 2014, 2019, growth=growth, seed=3)
        starts = np.zeros(6)
        for block in range(3):
            days = make_history(design, block).episodes["referral"].to_numpy()
            years = (days.astype("datetime64[M]").astype(int) + 9) // 12 + 1970
            starts += [(years == year).sum() for year in design.years]
        return starts.astype(int).tolist()

    steady, growing = counted(0.0), counted(0.10)
    # Families of about two are referred together.
    error = np.sqrt(2 * 2 / steady[0])
    assert abs(steady[-1] / steady[0] - 1) < 4 * error
    assert abs(growing[-1] / growing[0] / 1.1**5 - 1) < 4 * error * 1.1**5


@pytest.mark.integration
def test_plans_that_end_and_plans_that_are_open_last_as_the_department_counts():
    design = HistoryDesign(25_000, 2014, 2017, seed=5)
    ended, still = [], []
    for block in range(6):
        frame = make_history(design, block).episodes
        rows = frame[frame["plan_end"].between("2013-04-01", "2017-03-31")]
        ended.append((rows["plan_end"] - rows["plan_start"]).dt.days.to_numpy())
        for year in (2015, 2017):
            day = pd.Timestamp(year, 3, 31)
            rows = frame[(frame["plan_start"] <= day) & (frame["plan_end"] > day)]
            still.append((day - rows["plan_start"]).dt.days.to_numpy())
    stock = np.array(parameter("plan_stock_shares").numbers)
    for days, shares, errors in ((ended, band_shares(), 1), (still, stock / stock.sum(), 2.5)):
        found = shares_by_band(np.concatenate(days).astype(np.int64))
        # Two points, and the chance of which children are among those of the years.
        error = np.sqrt(2 * shares * (1 - shares) / sum(map(len, days)))
        assert (np.abs(found - shares) < 0.02 + errors * error).all(), found - shares


@pytest.mark.integration
def test_every_form_gives_the_same_counts_when_it_is_read_back(folder):
    found = {}
    year = folder / "2023"
    for name in ("census.xml", "modules", "ssd"):
        intake = read_assessments(year / name)
        found[name] = intake
        assert set(intake.counts) <= {"open_assessment", "plan_not_linked", "table_not_read"}
    lists = read_lists(year / "annex_a", window=MONTHS)
    found["annex_a"] = lists.intake
    told = set()
    for intake in found.values():
        counts = intake.assessments.counts()
        by_factor = dict(zip(counts.factors, counts.assessments.tolist(), strict=True))
        told.add(
            (counts.total_assessments, counts.total_plans, json.dumps(by_factor, sort_keys=True))
        )
    assert len(told) == 1
    care = [read_looked_after(year / name, window=MONTHS).to_frame() for name in ("ssda903", "ssd")]
    assert care[0].equals(care[1])
    series = next(p for p in lists.periods if p.stage == "looked_after").series().to_frame()
    names = ["stock", "starts", "ends"]
    assert series[names].to_numpy().tolist() == care[0][names].to_numpy().tolist()
    held = {name: read_care(year / name, window=MONTHS) for name in ("ssda903", "ssd", "annex_a")}
    placed = {name: care.months("placement") for name, care in held.items()}
    assert placed["ssda903"].equals(placed["ssd"])
    # The list has each child's latest placement: at the end it is where the child is.
    stocks = []
    for rows in (placed["ssda903"], placed["annex_a"]):
        last = rows[(rows["month_end"] == rows["month_end"].max()) & (rows["stock"] > 0)]
        stocks.append(last.set_index("placement")["stock"].to_dict())
    assert stocks[0] == stocks[1]
    involved = read_involvements(year / "ssd")
    assert involved.without_worker == 0
    assert involved.with_episode == len(involved) > 100
    assert involved.is_sound
    assert 10 < len(involved) / len(set(involved.workers.tolist())) < 24
    own = read_looked_after(year / "ssda903")
    assert own.is_sound
    assert [*own.windows[""]] == MONTHS


@pytest.mark.unit
def test_reviews_are_held_in_time_and_while_a_child_is_looked_after(history):
    reviews, care = history.records["reviews"], history.care
    firsts = care[care["start_reason"] == "S"].assign(over=care.loc[care["last"], "end"].to_numpy())
    held = reviews.merge(firsts[["child", "start", "over"]], on="child")
    held = held[(held["day"] >= held["start"]) & (held["day"] < held["over"])]
    assert len(held) == len(reviews)
    day, begun = (held[name].to_numpy().astype("datetime64[D]") for name in ("day", "start"))
    assert np.is_busday(day, busdaycal=office_days()).all()
    before = held.groupby(["child", "start"])["day"].shift(1)
    number = held.groupby(["child", "start"]).cumcount().to_numpy()
    waited = np.busday_count(begun, day, busdaycal=office_days())
    assert waited[number == 0].max() <= 20
    days = (held["day"] - before).dt.days.to_numpy()
    assert days[number == 1].max() <= 91
    assert 150 < days[number > 1].min() <= days[number > 1].max() <= 183
    # No review of a long period is left out.
    since = (held["over"] - held["day"]).dt.days.to_numpy()
    last = ~held.duplicated(["child", "start"], keep="last").to_numpy()
    assert since[last].max() <= 184
    born = history.children["birth_date"].to_numpy().astype("datetime64[D]")[held["child"]]
    assert ((held["code"] == "PN0").to_numpy() == (day < birthdays(born, 4))).all()


@pytest.mark.unit
def test_adoptions_and_care_leavers_follow_from_episodes_of_care(history):
    care, adoptions = history.care, history.records["adoptions"]
    ended = care[care["end_reason"] == "E11"]
    assert len(adoptions) == len(ended) > 1
    assert (adoptions["day"].to_numpy() == ended["end"].to_numpy()).all()
    period = (care["start_reason"] == "S").cumsum()
    of = care[period.isin(period[ended.index])].groupby(period)
    ordered = of.apply(lambda rows: rows.loc[rows["legal_status"] == "E1", "start"].iloc[0])
    placed = of.apply(lambda rows: rows.loc[rows["placement"] == "A6", "start"].iloc[0])
    assert (adoptions["decided"].to_numpy() > of["start"].first().to_numpy()).all()
    assert (adoptions["decided"].to_numpy() < ordered.to_numpy()).all()
    assert (adoptions["matched"].to_numpy() >= ordered.to_numpy()).all()
    assert (adoptions["matched"].to_numpy() < placed.to_numpy()).all()
    leavers = history.records["leavers"]
    born = history.children["birth_date"].to_numpy().astype("datetime64[D]")[leavers["child"]]
    day = leavers["day"].to_numpy().astype("datetime64[D]")
    ages = ages_in_years(born, day)
    assert set(ages) == {17, 18, 19, 20, 21}
    # Returns before 2016 asked from 19 on.
    assert ages[day < np.datetime64("2015-04-01")].min() == 19
    last = care[care["last"]].drop_duplicates("child", keep="last").set_index("child")
    assert (last.loc[leavers["child"], "end"].to_numpy() < leavers["day"].to_numpy()).all()
    assert not last.loc[leavers["child"], "end_reason"].isin(["E11", "E45", "E46", "E48"]).any()
    told = leavers["contact"] == "YES"
    assert ((leavers[["activity", "home"]] != "0").all(axis=1) == told).all()


@pytest.mark.unit
def test_health_is_asked_of_whom_it_concerns_and_nobody_is_missing_where_care_ends(history):
    born = history.children["birth_date"].to_numpy().astype("datetime64[D]")
    health, care = history.records["health"], history.care
    assert len(health) > 20
    day = health["day"].to_numpy().astype("datetime64[D]")
    age = ages_in_years(born[health["child"]], day)
    assert ((health["HEALTH_CHECK"] != "") == (age < 5)).all()
    assert ((health["CONVICTED"] != "") == (age >= 10)).all()
    told = (health[["SDQ_SCORE", "SDQ_REASON"]] != "").sum(axis=1)
    assert (told[(age >= 4) & (age < 17)] == 1).all()
    assert (told[age < 4] == 0).all()
    held = health.merge(care[["child", "care_start", "end"]], on="child")
    whole = (held["care_start"] <= held["day"] - pd.Timedelta(days=364)) & (
        held["end"] >= held["day"]
    )
    assert whole.groupby([held["child"], held["day"]]).any().all()
    missing = history.records["missing"].reset_index().merge(care, on="child")
    inside = (missing["start_x"] > missing["start_y"]) & (missing["end_x"] < missing["end_y"])
    assert inside.groupby(missing["index"]).any().all()
    assert set(missing["kind"]) == {"A", "M"}


@pytest.mark.unit
def test_where_a_child_lives_and_who_it_is_fit_each_other(history):
    born = history.children["birth_date"].to_numpy().astype("datetime64[D]")
    care, children = history.care, history.children
    age = ages_in_years(born[care["child"]], care["start"].to_numpy().astype("datetime64[D]"))
    assert age[care["placement"] == "H5"].min() >= 16
    assert age[care["placement"] == "K2"].min() >= 7
    of_family = children.groupby("family_id")["ethnicity"]
    assert (of_family.transform("first") == children["ethnicity"]).all()
    assert children["ethnicity"].nunique() > 10
    has = history.flags[:, history.factors.index("child_learning_disability")]
    of = np.unique(history.episodes["child"].to_numpy()[has])
    assert children["disability"].str.contains("LD").to_numpy().nonzero()[0].tolist() == of.tolist()
    alone = children["unaccompanied"].to_numpy()[history.episodes["child"]]
    assert ((history.episodes["need"] == "N8") == alone).all()


@pytest.mark.integration
def test_the_account_of_a_care_return_holds_every_record_beside_its_episodes(folder):
    place = folder / "2023" / "ssda903"
    account = read_looked_after(place).account
    for kind, name in (
        ("reviews", "reviews"), ("records of care leavers", "oc3"), ("adoptions", "ad1"),
        ("records of health", "oc2"), ("incidents of being missing", "missing"),
        ("records of what was before care", "prev_perm"),
        ("decisions to place for adoption", "placed_adoption"),
        ("records of children", "header"), ("records of unaccompanied children", "uasc"),
    ):  # fmt: skip
        number = len(pd.read_csv(place / f"{name}.csv"))
        assert (account[kind].read, account[kind].used) == (number, number), kind
    assert account["reviews"].read > 10


@pytest.mark.integration
def test_two_returns_of_care_join_without_an_issue(folder, tmp_path):
    for year in YEARS:
        shutil.copytree(folder / str(year) / "ssda903", tmp_path / str(year))
    both = read_looked_after(tmp_path)
    assert both.is_sound
    assert not both.counts


def _episodes(path: Path) -> dict[tuple[str, str], ET.Element]:
    return {
        (child.findtext(".//LAchildID", ""), episode.findtext("CINreferralDate", "")): episode
        for child in ET.parse(path).getroot().iter("Child")
        for episode in child.iter("CINdetails")
    }


@pytest.mark.integration
def test_what_is_open_at_the_end_of_a_year_stands_in_the_next_with_the_same_dates(folder):
    before, after = (_episodes(folder / str(year) / "census.xml") for year in YEARS)
    still = {
        key: episode for key, episode in before.items() if not episode.findtext("CINclosureDate")
    }
    assert len(still) > 30
    assert set(still) <= set(after)
    carried = {key for key in after if key[1] <= "2022-03-31"}
    assert carried == set(still)
    for key, episode in still.items():
        for plan in episode.iter("ChildProtectionPlans"):
            if plan.findtext("CPPendDate"):
                continue
            (other,) = after[key].findall("ChildProtectionPlans")
            for name in ("CPPstartDate", "InitialCategoryOfAbuse", "NumberOfPreviousCPP"):
                assert plan.findtext(name) == other.findtext(name)
            reviews = [day.text for day in plan.iter("CPPreviewDate")]
            assert [day.text for day in other.iter("CPPreviewDate")][: len(reviews)] == reviews
    care = [
        pd.read_csv(folder / str(year) / "ssda903" / "episodes.csv", dtype=str) for year in YEARS
    ]
    names = ["CHILD", "DECOM", "RNE", "LS", "CIN", "PLACE"]
    opened = set(care[0].loc[care[0]["DEC"].isna(), names].itertuples(index=False, name=None))
    earlier = pd.to_datetime(care[1]["DECOM"], dayfirst=True) < "2022-04-01"
    assert opened == set(care[1].loc[earlier, names].itertuples(index=False, name=None))


@pytest.mark.integration
@pytest.mark.parametrize("year", [2014, 2021, 2022, 2025, 2026])
def test_a_year_has_its_own_fields_and_codes(tmp_path, year):
    folder = write_histories(
        HistoryDesign(120, year, year, seed=6), tmp_path / "years", forms=("census",)
    )
    tree = ET.parse(folder / str(year) / "census.xml")
    known = {field.name for field in fields(year)}
    groups = {"Message", "Header", "Children", "Child", "Disabilities", "Disability", "Reviews"}
    groups |= {"FactorsIdentifiedAtAssessment", "CBDSLevel"} | {
        field.module for field in fields(year)
    }
    assert {element.tag for element in tree.iter()} - known - groups <= set()
    intake = read_assessments(folder / str(year) / "census.xml")
    assert not [rule for rule in intake.counts if "code" in rule]
    assert intake.assessments.source == "synthetic"


@pytest.mark.integration
def test_workers_and_their_number_change_no_byte(tmp_path):
    design = HistoryDesign(2_600, 2015, 2015, seed=7)
    alone = write_histories(design, tmp_path / "alone", forms=("modules", "ssda903"))
    other = write_histories(design, tmp_path / "other", forms=("modules", "ssda903"), jobs=2)
    files = sorted(path.relative_to(alone) for path in alone.rglob("*.csv"))
    assert len(files) == 17
    assert all((alone / name).read_bytes() == (other / name).read_bytes() for name in files)
    children = pd.read_csv(alone / "2015" / "modules" / "children.csv")["LAchildID"]
    assert children.is_unique
    assert children.max() <= 2_600


@pytest.mark.unit
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 2015, 2015), "children"),
        ((100, 2016, 2015), "comes before"),
        ((100, 2012, 2015), f"2014 to {LAST_YEAR}"),
        ((100, 2015, 2015, 3.0), "growth"),
        ((100, 2015, 2015, 0.0, "31"), "three digits"),
    ],
)
def test_an_impossible_design_is_refused(arguments, message):
    with pytest.raises(DataError, match=message):
        HistoryDesign(*arguments)


@pytest.mark.unit
def test_an_unknown_form_is_refused_before_the_work(tmp_path):
    with pytest.raises(UnknownNameError, match="annex_a"):
        write_histories(HistoryDesign(10, 2015, 2015), tmp_path / "x", forms=("annexa",))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.unit
def test_a_few_children_none_of_whom_is_looked_after():
    assert not len(make_history(HistoryDesign(6, 2015, 2016, seed=3), 0).care)


@pytest.mark.integration
def test_supported_accommodation_is_registered_and_every_worker_is_told_of():
    """H5 becomes K3 in 2025; since October 2023 it has a number, which begins an episode."""
    history = make_history(HistoryDesign(2500, 2023, 2026, seed=1), 0)
    care = history.care
    day = registered_day()
    over = (care["placement"] == "H5") & (care["start"] < day) & (care["end"] > day)
    assert not over.any()
    tables = {year: care_tables(history, year) for year in range(2023, 2027)}
    assert "sw_episodes" not in tables[2023]
    for year in (2024, 2025, 2026):
        episodes, workers = tables[year]["episodes"], tables[year]["sw_episodes"]
        supported = episodes[episodes["PLACE"] == ("H5" if year < 2025 else "K3")]
        begun = pd.to_datetime(supported["DECOM"], dayfirst=True)
        assert ((supported["URN"] != "") == (begun >= pd.Timestamp(day))).all()
        assert not (episodes["PLACE"] == ("K3" if year < 2025 else "H5")).any()
        looked_after = set(episodes.loc[episodes["DEC"] == "", "CHILD"])
        assert set(workers["CHILD"]) == looked_after
        assert set(workers.loc[workers["SW_DEC"] == "", "CHILD"]) == looked_after
        assert workers["SW_ID"].str.startswith("XX").all()
    first, second = tables[2025]["sw_episodes"], tables[2026]["sw_episodes"]
    both = first[first["SW_DEC"] == ""].merge(second, on=["CHILD", "SW_DECOM"])
    assert len(both) > 5
    assert (both["SW_ID_x"] == both["SW_ID_y"]).all()


@pytest.mark.unit
def test_what_no_real_return_would_hold_is_not_there(history):
    """Orders at 17, lives of their own after adoption, cases closed on the way home, Mondays."""
    care, episodes, children = history.care, history.episodes, history.children
    born = children["birth_date"].to_numpy().astype("datetime64[D]")
    begun = care["start"].to_numpy().astype("datetime64[D]")
    ordered = care["legal_status"].isin(("C1", "C2", "E1")) & care["start_reason"].isin(("S", "L"))
    assert (begun < birthdays(born[care["child"]], 17))[ordered].all()
    entered = care[care["start_reason"] == "S"]
    age = ages_in_years(born[entered["child"]], begun[entered.index])
    assert 0.05 < (age < 1).mean() < 0.25
    referred = episodes["referral"].to_numpy().astype("datetime64[D]").astype(np.int64)
    days = np.bincount((referred + 3) % 7, minlength=7)
    assert days[:5].max() < 1.3 * days[:5].min()
    adopted = care[care["end_reason"] == "E11"].set_index("child")["end"]
    after = episodes[episodes["child"].isin(adopted.index)]
    assert (after["referral"].to_numpy() < adopted[after["child"]].to_numpy()).all()
    home = care[care["end_reason"] == "E4A"].merge(episodes, on=["child", "care_start"])
    still = (home["closure"] - home["end"]).dt.days
    assert (still >= 0).all()
    assert (still > 14).mean() > 0.7
    alone = children["unaccompanied"].to_numpy()[episodes["child"]]
    at_home = [name.startswith(("parent_", "other_", "child_young_")) for name in history.factors]
    assert alone.any()
    assert not history.flags[np.ix_(alone, at_home)].any()


@pytest.mark.unit
def test_workers_follow_one_another_and_hold_a_case_from_its_first_to_its_last_day(history):
    children, episodes = history.children, history.episodes
    held = worker_periods(children, episodes, episodes["worker"])
    of = held.groupby("row")
    assert (of["start"].first().to_numpy() == episodes["referral"].to_numpy()).all()
    assert (of["end"].last().to_numpy() == episodes["closure"].to_numpy()).all()
    goes_on = held["row"].duplicated(keep="last").to_numpy()
    following = held.shift(-1)[goes_on]
    assert (following["start"] == held["end"][goes_on]).all()
    assert (following["worker"] != held["worker"][goes_on]).all()
    assert (held["reason"].eq("FCONTA") == ~held["row"].duplicated()).all()
    assert 0.02 < goes_on.mean() < 0.3
