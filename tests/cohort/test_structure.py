"""What hangs together in a cohort: families, dates, durations, factors and who the child is."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskmodel.ages import ages_in_years
from riskmodel.assessments import PLAN
from riskmodel.cohort import CohortDesign, check_fidelity, generate_cohort
from riskmodel.cohort.dates import plan_month_shares
from riskmodel.cohort.dependence import assign, wanted_shares, whole_shares
from riskmodel.cohort.families import _dealt, families
from riskmodel.cohort.lengths import (
    TWO_YEARS_DAYS,
    band_shares,
    evenly,
    plan_lengths,
    review_dates,
    shares_by_band,
)
from riskmodel.cohort.structure import measure_structure
from riskmodel.cohort.working_days import bank_holidays, days_of, office_days, spread_on_office_days
from riskmodel.parameters import parameter


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    """One cohort of the size of the reference cohort."""
    return generate_cohort(CohortDesign(2250, seed=3)).frame


@pytest.fixture(scope="module")
def large():
    """Counts in proportion, so that every factor is met often."""
    return generate_cohort(CohortDesign(12_000, years=(2014, 2015), seed=1))


@pytest.mark.property
@settings(max_examples=10)
@given(number=st.integers(60, 900), seed=st.integers(0, 99))
def test_plan_durations_have_the_published_mean_and_the_shares_of_the_bands(number, seed):
    random = np.random.default_rng(seed)
    sizes = random.integers(1, 4, size=number)
    starts = days_of(date(2014, 4, 1), date(2015, 3, 31))[random.integers(0, 250, size=number)]
    days = plan_lengths(random, sizes, np.full(number, 5000), starts, date(2015, 3, 31))
    plans = np.repeat(days, sizes)
    assert plans.min() >= 1
    assert abs(plans.mean() - 303) < 0.5
    assert int((plans >= TWO_YEARS_DAYS).sum()) == round(len(plans) * 6.3 / 100)
    assert np.abs(shares_by_band(plans) - band_shares()).max() < 1.5 / len(plans) + 1e-9


@pytest.mark.unit
def test_nobody_stays_on_a_plan_after_turning_18(frame):
    adult = frame["birth_date"] + pd.DateOffset(years=18)
    assert not (frame["plan_end_date"] > adult).any()


@pytest.mark.property
@settings(max_examples=25)
@given(seed=st.integers(0, 999), number=st.integers(40, 400))
def test_totals_of_classes_are_exact_for_rows_and_for_groups(seed, number):
    random = np.random.default_rng(seed)
    features = random.random((number, 3)) < (0.1, 0.4, 0.02)
    sizes = random.integers(0, 4, size=number)
    profile = {0: np.array([0.2, 1, 3]), 2: np.array([1e-9, 1, 1])}
    for given_sizes in (None, sizes):
        rows = number if given_sizes is None else int(sizes.sum())
        totals = whole_shares(rows, random.random(3) + 0.1)
        classes = assign(random, features, totals, profile, given_sizes)
        assert np.bincount(classes, given_sizes, minlength=3).tolist() == totals.tolist()


@pytest.mark.unit
def test_classes_have_the_wanted_shares_within_their_monte_carlo_error():
    random = np.random.default_rng(5)
    shared = random.standard_normal(40_000)
    features = np.stack([shared + random.standard_normal(40_000) > cut for cut in (1, 1.5, 2)], 1)
    profile = {0: np.array([0.3, 1, 2]), 1: np.array([2, 1, 0.5]), 2: np.array([1e-9, 0.5, 2])}
    totals = np.array([10_000, 20_000, 10_000])
    classes = assign(random, features, totals, profile)
    for factor, wished in profile.items():
        rows = classes[features[:, factor]]
        found = np.bincount(rows, minlength=3) / len(rows)
        wanted = wanted_shares(totals, wished)
        error = np.sqrt(wanted * (1 - wanted) / len(rows))
        assert (np.abs(found - wanted) < 4 * error + 2 / len(rows)).all()


@pytest.mark.integration
def test_every_dependence_of_a_large_cohort_is_the_assumed_one(large):
    measured = measure_structure(large).set_index("measure")
    factors = large.frame[list(large.factors)].sum()
    for name in measured.index[measured.index.str.contains(": ")]:
        row = measured.loc[name]
        number = factors[name.split(":")[0]]
        number = number if "plan for" not in name else number / 3
        share = row["assumed"] / 100
        error = 100 * np.sqrt(share * (1 - share) / number)
        assert abs(row["found"] - row["assumed"]) < 4 * error + 1, name


@pytest.mark.integration
def test_families_days_months_reviews_and_repeats_of_a_large_cohort_are_the_assumed_ones(large):
    """Every other row of the check that says what is assumed, within its Monte Carlo error."""
    measured = measure_structure(large).set_index("measure").dropna()
    measured = measured[~measured.index.str.contains(": ")]
    plans, families = large.frame[PLAN].sum(), large.frame["family_id"].nunique()
    least = {
        "families with several children", "plans that start before birth",
        "assessments that are a child's second of the year", "plans that end on a Monday or Friday",
        "plan starts in November", "plans that end about when a review is due",
        "plans that are not the first", "plans that last 2 years or more",
    }  # fmt: skip
    assert least <= set(measured.index)
    for name, row in measured.iterrows():
        share = row["assumed"] / 100
        number = families if name.startswith("families") else plans
        # Plans of a family are alike: some two to a family, so that the error is larger.
        error = 100 * np.sqrt(2.5 * share * (1 - share) / number)
        near = 2 if row["basis"] == "observed (D5)" else 0.5
        assert abs(row["found"] - row["assumed"]) < 4 * error + near, name


@pytest.mark.integration
@pytest.mark.parametrize(("number", "seed"), [(1069, 3), (1069, 7), (2250, 11), (5000, 2)])
def test_every_cohort_has_the_durations_of_the_department(number, seed):
    measured = measure_structure(generate_cohort(CohortDesign(number, seed=seed)))
    rows = measured[measured["basis"].str.startswith("observed (D")].set_index("measure")
    rows = rows[rows.index.str.contains("last|31 March")]
    assert len(rows) == 10
    assert (rows["found"] - rows["assumed"]).abs().max() < 2


@pytest.mark.property
@settings(max_examples=15)
@given(number=st.integers(2, 3000), seed=st.integers(0, 999))
def test_numbers_that_are_spread_evenly_leave_no_stretch_short(number, seed):
    """Of any rows in a line, whatever their size, as many lie below a half as there should."""
    random = np.random.default_rng(seed)
    sizes = random.integers(1, 4, number)
    found = evenly(random, (sizes,))
    for size in (1, 2, 3):
        rows = found[sizes == size]
        for cut in (0.1, 0.5, 0.8):
            assert abs((rows < cut).sum() - cut * len(rows)) < 3 + np.log2(len(rows) + 1)


@pytest.mark.unit
def test_what_falls_on_weekends_is_held_on_all_weekdays_alike(large):
    days = np.arange(np.datetime64("2008-01-01"), np.datetime64("2023-12-31"))
    moved = spread_on_office_days(days)
    assert np.is_busday(moved, busdaycal=office_days()).all()
    assert np.abs((moved - days).astype(int)).max() <= 12
    shares = np.bincount((moved.astype(int) + 3) % 7, minlength=7) / len(moved)
    assert shares[5:].sum() == 0
    # Mondays are bank holidays more often than others.
    assert np.abs(shares[:5] - 0.2).max() < 0.02, shares
    ends = large.frame["plan_end_date"].dropna().dt.day_of_week
    starts = large.frame["plan_start_date"].dropna().to_numpy().astype("datetime64[D]")
    _, reviews = review_dates(starts, starts + 400)
    for of in (ends, (reviews.astype(int) + 3) % 7):
        share = np.bincount(of, minlength=7)[:5] / len(of)
        assert np.abs(share - 0.2).max() < 0.04, share


@pytest.mark.unit
def test_some_brothers_and_sisters_have_categories_of_their_own(large):
    plans = large.frame[large.frame[PLAN] & (large.frame["category_of_abuse"] != "sexual")]
    grouped = plans.groupby("family_id")["category_of_abuse"]
    several = grouped.nunique()[grouped.size() > 1]
    share = parameter("own_category_share").value
    # A child whose category is decided apart comes to another one about every second time.
    assert share / 2 < (several > 1).mean() < 2.5 * share


@pytest.mark.integration
def test_durations_imply_a_stock_like_the_observed_one(large):
    measured = measure_structure(large).set_index("measure")
    stock = measured[measured["basis"] == "observed (D5)"]
    assert len(stock) == 5
    assert stock["found"].sum() == pytest.approx(100, abs=0.3)
    assert (stock["found"] - stock["assumed"]).abs().max() < 2


@pytest.mark.unit
def test_plans_still_open_at_the_end_of_the_year_are_as_old_as_the_department_counts(frame):
    day = pd.Timestamp(2015, 3, 31)
    still = frame[frame["plan_end_date"] > day]
    found = shares_by_band((day - still["plan_start_date"]).dt.days.to_numpy().astype(np.int64))
    stock = np.array(parameter("plan_stock_shares").numbers[:3])
    assert np.abs(found[:3] - stock / stock.sum()).max() < 0.02


@pytest.mark.integration
def test_without_dependence_age_and_factors_are_independent():
    cohort = generate_cohort(CohortDesign(6_000, years=(2014, 2015), seed=1, dependence=0))
    frame = cohort.frame
    ages = ages_in_years(frame["birth_date"].to_numpy(), frame["assessment_date"].to_numpy())
    young = ages < 10
    with_factor = young[frame["child_mental_health"] & ~frame[PLAN]]
    error = np.sqrt(0.25 / len(with_factor))
    assert abs(with_factor.mean() - young[~frame[PLAN]].mean()) < 4 * error


@pytest.mark.unit
def test_what_cannot_be_does_not_occur(frame):
    ages = ages_in_years(frame["birth_date"].to_numpy(), frame["assessment_date"].to_numpy())
    for name in ("child_sexual_exploitation", "child_gangs", "child_self_harm", "child_uasc"):
        assert ages[frame[name]].min() >= 4, name
    at_start = ages_in_years(frame["birth_date"].to_numpy(), frame["plan_start_date"].to_numpy())
    infants = frame[at_start < 1]
    assert (infants["previous_plans"] == 0).all()


@pytest.mark.unit
def test_brothers_and_sisters_share_parents_dates_and_address(frame):
    shared = [name for name in frame.columns if name.startswith("parent_")]
    # A child's second assessment has dates of its own.
    first = frame.drop_duplicates("child_id")
    grouped = first.groupby("family_id")
    columns = [*shared, PLAN, "area", "assessment_date", "plan_start_date", "plan_end_date"]
    single = frame.groupby("child_id")["child_id"].transform("size") == 1
    once = first[single.loc[first.index]]
    assert once.groupby("family_id")[columns].nunique(dropna=False).max().max() == 1
    assert grouped[shared].nunique().max().max() == 1
    births = first.sort_values("birth_date").groupby("family_id")["birth_date"].diff().dt.days
    assert ((births.dropna() == 0) | (births.dropna() >= 280)).all()
    assert 0.4 < (grouped.size() > 1).mean() < 0.65


@pytest.mark.unit
def test_a_child_who_comes_again_is_the_same_child_later(frame):
    again = frame[frame["child_id"].duplicated(keep=False)].sort_values(
        ["child_id", "referral_date"]
    )
    assert len(again) > 100
    by_child = again.groupby("child_id")
    assert by_child[["gender", "birth_date", "family_id"]].nunique().max().max() == 1
    first, second = by_child.nth(0), by_child.nth(1)
    assert not first[PLAN].any()
    over = first[["assessment_date", "section_47_date", "conference_date"]].max(axis=1)
    assert (second["referral_date"].to_numpy() > over.to_numpy()).all()


@pytest.mark.unit
def test_a_child_has_one_school_and_a_family_one_area(frame):
    for unit, name in (("family_id", "area"), ("child_id", "school_rating")):
        rows = frame.dropna(subset=[name])
        assert (rows.groupby(unit)[name].transform("first") == rows[name]).all()
    alone = frame[frame["child_uasc"]]
    assert len(alone) > 5
    assert not alone.filter(like="parent_").any().any()
    ages = ages_in_years(frame["birth_date"].to_numpy(), frame["plan_start_date"].to_numpy())
    assert ages[(frame["previous_plans"] == 2).fillna(False)].min() >= 3


@pytest.mark.unit
def test_offices_are_open_when_something_is_decided(frame):
    for name in ("assessment_date", "section_47_date", "conference_date", "plan_start_date"):
        days = frame[name].dropna().to_numpy().astype("datetime64[D]")
        assert np.is_busday(days, busdaycal=office_days()).all(), name
    weekends = (frame["referral_date"].dt.day_of_week >= 5).mean()
    assert 0.01 < weekends < 0.08


@pytest.mark.unit
def test_every_month_has_its_share_of_plan_starts(large):
    months = large.frame["plan_start_date"].dropna().dt.month
    wanted = plan_month_shares()
    found = np.bincount(months, minlength=13)[[4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3]] / len(months)
    # Families of about two: the error is larger than that of as many children.
    assert (np.abs(found - wanted) < 4 * np.sqrt(2 * wanted / len(months))).all()


@pytest.mark.unit
def test_children_are_born_during_plans(frame):
    unborn = frame["birth_date"] > frame["plan_start_date"]
    share = unborn[frame[PLAN]].mean()
    assert 0.02 < share < 0.05
    assert (frame["plan_end_date"] > frame["birth_date"])[unborn].any()


@pytest.mark.property
@pytest.mark.parametrize(
    ("number", "seed"), [(1069, 0), (1069, 5), (1250, 1), (1800, 4), (2250, 2), (5000, 3)]
)
def test_families_and_second_assessments_of_every_size_are_within_a_point(number, seed):
    cohort = generate_cohort(CohortDesign(number, seed=seed))
    assert check_fidelity(cohort).is_exact
    found = measure_structure(cohort).set_index("measure")
    for name in (
        "families with several children",
        "assessments that are a child's second of the year",
    ):
        assert found.loc[name, "found"] == pytest.approx(found.loc[name, "assumed"], abs=1)
    sizes = cohort.frame.drop_duplicates("child_id").groupby("family_id").size()
    twice = int(cohort.frame["child_id"].duplicated().sum())
    shares = np.array(parameter("family_size_shares").numbers) / 100
    shares[1:] *= (len(sizes) + twice) / len(sizes)
    for size in range(2, len(shares) + 1):
        assert (sizes == size).mean() == pytest.approx(shares[size - 1], abs=0.015)


@pytest.mark.property
@settings(max_examples=50)
@given(
    rows=st.lists(st.integers(1, 40), min_size=1, max_size=20),
    wanted=st.lists(st.integers(0, 9), min_size=5, max_size=5),
    seed=st.integers(0, 99),
)
def test_families_are_as_many_of_each_size_as_fit_and_none_goes_over_a_border(rows, wanted, seed):
    number = _dealt(np.random.default_rng(seed), np.array(rows), np.array(wanted))
    group = np.repeat(np.arange(len(rows)), rows)
    assert len(number) == len(group)
    table = pd.DataFrame({"family": number, "group": group}).groupby("family")["group"]
    assert table.nunique().max() == 1
    found = np.bincount(table.size(), minlength=6)
    assert (found[2:] <= wanted[1:]).all()
    # What is short has no room: no group has as many families of one left.
    short = [size for size in range(2, 6) if found[size] < wanted[size - 1]]
    single = np.bincount(table.first()[table.size() == 1], minlength=len(rows))
    assert not short or single.max() < min(short)


@pytest.mark.unit
def test_families_are_dealt_among_rows_that_agree():
    random = np.random.default_rng(2)
    shared, ages = random.integers(0, 5, 3000), random.integers(-1, 18, 3000)
    family = families(random, shared, ages, shared == 4)
    table = pd.DataFrame({"family": family, "shared": shared, "age": ages})
    assert table.groupby("family")["shared"].nunique().max() == 1
    assert table[table["shared"] == 4].groupby("family").size().max() == 1
    assert table["family"].drop_duplicates().is_monotonic_increasing


@pytest.mark.unit
@pytest.mark.parametrize(
    ("year", "days"),
    [
        (2012, ["2012-06-04", "2012-06-05", "2012-08-27", "2012-12-25", "2012-12-26"]),
        (2020, ["2020-05-08", "2020-05-25", "2020-08-31", "2020-12-25", "2020-12-28"]),
        (2022, ["2022-06-02", "2022-06-03", "2022-08-29", "2022-09-19", "2022-12-26"]),
    ],
)
def test_bank_holidays_are_those_that_were_held(year, days):
    found = [str(day) for day in bank_holidays(year)]
    assert len(found) == len(set(found))
    assert set(days) <= set(found)
    assert date(year, 5, 28) not in bank_holidays(year)
    easter = {2012: "2012-04-09", 2020: "2020-04-13", 2022: "2022-04-18"}[year]
    assert easter in found
