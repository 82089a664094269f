"""The cohort as a whole: fidelity, coherent dates, and the same bytes however it is made."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskmodel.assessments import DATE_ORDER, PLAN
from riskmodel.cohort import (
    CohortDesign,
    check_fidelity,
    factors_an_assessment,
    generate_blocks,
    generate_cohort,
    joint_structure,
    loadings,
    parental_lifts,
)
from riskmodel.errors import DataError
from riskmodel.published import factor_counts


@pytest.mark.property
@settings(max_examples=6)
@given(total=st.integers(1069, 4000), seed=st.integers(0, 2**31), overlap=st.floats(0, 1))
def test_every_published_figure_holds_for_any_feasible_design(total, seed, overlap):
    cohort = generate_cohort(CohortDesign(total, overlap=overlap, seed=seed))
    fidelity = check_fidelity(cohort)
    assert fidelity.absent == ()
    assert len(fidelity.checks) == 37
    assert [str(check) for check in fidelity.checks if not check.holds] == []


@pytest.fixture(scope="module")
def cohort():
    return generate_cohort(CohortDesign(2250, seed=20151105))


@pytest.mark.integration
def test_counts_of_the_cohort_are_the_published_table(cohort):
    counts, printed = cohort.counts(), factor_counts()
    where = [counts.factors.index(name) for name in printed.factors]
    assert counts.plans[where].tolist() == printed.plans.tolist()
    assert counts.assessments[where].tolist() == printed.assessments.tolist()
    assert counts.basis == "assumed"


@pytest.mark.unit
def test_dates_are_coherent_and_ages_fit_the_dates_of_birth(cohort):
    frame = cohort.frame
    for position, later in enumerate(DATE_ORDER):
        for earlier in DATE_ORDER[:position]:
            assert not (frame[later] < frame[earlier]).any(), (earlier, later)
    plans = frame[frame[PLAN]]
    assert plans[list(DATE_ORDER)].notna().all().all()
    assert frame.loc[~frame[PLAN], ["plan_start_date", "plan_end_date"]].isna().all().all()
    assert plans["plan_start_date"].between("2014-04-01", "2015-03-31").all()
    assert frame["assessment_date"].between("2014-04-01", "2015-03-31").all()
    assert ((plans["plan_start_date"] - plans["assessment_date"]).dt.days <= 183).all()
    age_days = (frame["assessment_date"] - frame["birth_date"]).dt.days
    # Some are not born yet, by five months at most.
    assert (age_days >= -200).all()
    assert 0 < (age_days < 0).sum() < 0.04 * len(frame)
    assert (age_days < 18 * 365.25).all()
    # An enquiry before every conference, a conference before every plan.
    assert frame.loc[frame["conference_date"].notna(), "section_47_date"].notna().all()


@pytest.mark.unit
def test_only_children_of_school_age_have_a_school(cohort):
    frame = cohort.frame
    with_school = frame[frame["school_rating"].notna() & frame[PLAN]]
    ages = (with_school["plan_start_date"] - with_school["birth_date"]).dt.days / 365.25
    assert ages.min() >= 4.99
    assert ages.max() < 16.01


@pytest.mark.unit
def test_every_column_says_what_it_rests_on(cohort):
    assert set(cohort.basis) == set(cohort.frame.columns)
    assert set(cohort.basis.values()) == {"published", "assumed"}
    assert cohort.basis["child_neglect"] == "published"
    assert cohort.basis["child_missing"] == "assumed"


@pytest.mark.unit
def test_another_seed_is_another_cohort_and_the_same_seed_the_same():
    one, again, other = (generate_cohort(CohortDesign(1500, seed=seed)).frame for seed in (1, 1, 2))
    assert one.equals(again)
    assert not one.equals(other)


@pytest.mark.integration
def test_workers_and_their_number_change_no_byte():
    design = CohortDesign(1200, authorities=("101", "102"), years=(2014, 2015), seed=4)
    alone = list(generate_blocks(design))
    together = list(generate_blocks(design, jobs=2))
    assert len(alone) == len(together) == 4
    for one, other in zip(alone, together, strict=True):
        assert (one.authority, one.year, one.first_id) == (
            other.authority,
            other.year,
            other.first_id,
        )
        assert np.array_equal(one.plan, other.plan)
        assert np.array_equal(one.flags, other.flags)


@pytest.mark.unit
def test_more_overlap_means_more_together_at_the_same_counts():
    lifts, busiest = [], []
    for overlap in (0.0, 0.4, 0.8):
        cohort = generate_cohort(CohortDesign(2250, overlap=overlap, seed=1))
        lifts.append(parental_lifts(joint_structure(cohort))[0])
        busiest.append(int(factors_an_assessment(cohort)["factors_recorded"].max()))
    assert lifts == sorted(lifts)
    assert lifts[0] == pytest.approx(1.0, abs=0.15)
    assert busiest[2] > busiest[0]


@pytest.mark.unit
def test_fidelity_misses_what_somebody_edited(cohort):
    from riskmodel.assessments import Assessments

    frame = cohort.to_frame()
    row = int(np.flatnonzero(frame["child_neglect"] & frame[PLAN])[0])
    frame.loc[row, "child_neglect"] = False
    edited = Assessments(frame, cohort.factors, cohort.basis, "edited")
    missed = [check.target for check in check_fidelity(edited).checks if not check.holds]
    assert missed == ["child_neglect: plans", "child_neglect: assessments"]


@pytest.mark.unit
def test_joint_structure_counts_what_a_loop_counts(cohort):
    structure = joint_structure(cohort).set_index("factors")
    pair = "parent_domestic_violence + parent_mental_health"
    name = pair if pair in structure.index else " + ".join(reversed(pair.split(" + ")))
    both = cohort.frame["parent_domestic_violence"] & cohort.frame["parent_mental_health"]
    row = structure.loc[name]
    assert row["together"] == int(both.sum())
    phi = np.corrcoef(
        cohort.frame["parent_domestic_violence"], cohort.frame["parent_mental_health"]
    )[0, 1]
    assert row["phi"] == pytest.approx(phi, abs=1e-12)


@pytest.mark.unit
def test_parental_factors_are_tied_closer_by_default_and_follow_a_given_overlap():
    names = ("parent_domestic_violence", "child_neglect")
    parental, other = loadings(names, CohortDesign(2250))
    assert parental > other
    assert loadings(names, CohortDesign(2250, overlap=0.2)).tolist() == [0.2, 0.2]
    both = CohortDesign(2250, overlap=0.2, parental_overlap=0.5)
    assert loadings(names, both).tolist() == [0.5, 0.2]


@pytest.mark.unit
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"assessments": 2250, "overlap": 1.2}, "between 0"),
        ({"assessments": 2250, "parental_overlap": -0.1}, "between 0"),
        ({"assessments": 0}, "at least 1"),
        ({"assessments": 2250, "seed": -1}, "seed"),
        ({"assessments": 2250, "years": ()}, "years"),
        ({"assessments": 2250, "authorities": ("101", "101")}, "authorities"),
    ],
)
def test_an_impossible_design_is_refused(arguments, message):
    with pytest.raises(DataError, match=message):
        CohortDesign(**arguments)
