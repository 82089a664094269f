"""Deadlines in records: dates from every kind of file, open cases, and what may be printed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta
from statsmodels.duration.survfunc import SurvfuncRight

from riskmodel.errors import DataError
from riskmodel.intake import read_dfe
from riskmodel.intake.dates import MISSING
from riskmodel.intake.intervals import Intervals, read_intervals
from riskmodel.panel_measures import MEASURES
from riskmodel.parameters import parameter
from riskmodel.series import AuthorityPanel
from riskmodel.services.others import timeliness_of_others
from riskmodel.services.survival import curve_of, quantile_of, share_within
from riskmodel.services.timeliness import timeliness
from riskmodel.services.working_days import bank_holidays, working_days

DFE = Path(__file__).parents[3] / "shared" / "data" / "dfe"


def day(text: str) -> int:
    return int(np.datetime64(text, "D").astype(np.int64))


def intervals(starts, ends, until, measure="assessment", basis="observed") -> Intervals:
    starts, ends = (np.asarray(values, dtype=np.int64) for values in (starts, ends))
    return Intervals(measure, starts, ends, np.full(len(starts), until), "made up", basis)


@pytest.mark.unit
def test_bank_holidays_are_those_that_were_held():
    days = {str(one) for one in bank_holidays()}
    held = "2011-04-29 2012-06-04 2012-06-05 2015-04-03 2015-04-06 2015-05-04 2015-05-25 "
    held += "2015-08-31 2015-12-25 2015-12-28 2016-01-01 2020-05-08 2021-12-27 2021-12-28 "
    held += "2022-01-03 2022-06-02 2022-06-03 2022-09-19 2022-12-27 2023-05-08"
    assert set(held.split()) <= days
    assert not {"2012-05-28", "2020-05-04", "2022-05-30", "2016-01-04"} & days
    assert sum(one.startswith("2015") for one in days) == 8


@pytest.mark.unit
def test_working_days_begin_on_the_day_after():
    start = day("2015-12-24")
    ends = [day(f"2015-12-{d}") for d in (24, 25, 26, 28, 29, 30)]
    assert working_days(np.full(6, start), np.array(ends)).tolist() == [0, 0, 0, 0, 1, 2]


@pytest.mark.property
@given(
    st.lists(st.tuples(st.integers(0, 40), st.booleans()), min_size=2, max_size=60),
    st.integers(0, 45),
)
def test_the_curve_is_that_of_statsmodels(rows, limit):
    took = np.array([row[0] for row in rows])
    is_over = np.array([row[1] for row in rows])
    curve = curve_of(took, is_over)
    if not is_over.any():
        assert len(curve.times) == 0
        assert np.isnan(quantile_of(curve, 0.5))
        return
    known = SurvfuncRight(took.astype(float), is_over.astype(int))
    at = known.n_events > 0
    assert curve.times.tolist() == known.surv_times[at].tolist()
    assert curve.survival == pytest.approx(known.surv_prob[at], abs=1e-12)
    kept = curve.survival > 1e-12
    error = curve.survival[kept] * np.sqrt(curve.hazard_variance[kept])
    assert error == pytest.approx(known.surv_prob_se[at][kept], abs=1e-9)
    share = share_within(took, is_over, limit, 0.95)
    if share.number:
        place = np.searchsorted(known.surv_times, limit, side="right") - 1
        assert share.value == pytest.approx(1 - known.surv_prob[place] if place >= 0 else 0.0)
        assert share.low <= share.value <= share.high


@pytest.mark.unit
def test_without_open_ones_the_range_is_that_of_the_counts():
    took, is_over = np.repeat([3, 60], [40, 10]), np.ones(50, dtype=bool)
    share = share_within(took, is_over, 45, 0.95)
    assert (share.value, share.number) == (pytest.approx(0.8), pytest.approx(50))
    assert (share.low, share.high) == pytest.approx(beta(40.5, 10.5).ppf((0.025, 0.975)))


@pytest.mark.regression
def test_the_range_of_a_share_holds_the_truth_as_often_as_it_says():
    random = np.random.default_rng(20)
    limit, truth, inside = 45.0, 1 - np.exp(-45 / 30), 0
    for _ in range(400):
        took, seen = random.exponential(30, 120), random.uniform(0, 150, 120)
        share = share_within(np.minimum(took, seen), took <= seen, limit, 0.95)
        inside += share.low <= truth <= share.high
    # Two sided: 95% of 400 is 380, and three standard errors are 13.
    assert 367 <= inside <= 393


RETURN = """<Message><Header><CollectionDetails><Collection>CIN</Collection><Year>2015</Year>
<ReferenceDate>2015-03-31</ReferenceDate></CollectionDetails></Header><Children>
<Child><ChildIdentifiers><LAchildID>A</LAchildID></ChildIdentifiers>
<CINdetails><CINreferralDate>2015-01-05</CINreferralDate>
<Assessments><AssessmentActualStartDate>2015-01-06</AssessmentActualStartDate>
<AssessmentAuthorisationDate>2015-01-19</AssessmentAuthorisationDate></Assessments>
<Section47><S47ActualStartDate>2015-01-19</S47ActualStartDate>
<DateOfInitialCPC>2015-02-02</DateOfInitialCPC></Section47>
<Section47><S47ActualStartDate>2015-03-02</S47ActualStartDate>
<ICPCnotRequired>1</ICPCnotRequired></Section47>
<Section47><S47ActualStartDate>2015-03-30</S47ActualStartDate>
<ICPCnotRequired>false</ICPCnotRequired></Section47>
<ChildProtectionPlans><CPPstartDate>2014-06-02</CPPstartDate><Reviews>
<CPPreviewDate>2014-08-25</CPPreviewDate><CPPreviewDate>2015-02-23</CPPreviewDate></Reviews>
</ChildProtectionPlans>
<ChildProtectionPlans><CPPstartDate>2013-06-02</CPPstartDate>
<CPPendDate>2014-09-01</CPPendDate><Reviews><CPPreviewDate>2014-06-01</CPPreviewDate></Reviews>
</ChildProtectionPlans>
<ChildProtectionPlans><CPPstartDate>2015-03-20</CPPstartDate></ChildProtectionPlans>
</CINdetails></Child>
<Child><ChildIdentifiers><LAchildID>B</LAchildID></ChildIdentifiers>
<CINdetails><CINreferralDate>2015-03-02</CINreferralDate>
<assessments><AssessmentActualStartDate>2015-03-03</AssessmentActualStartDate></assessments>
</CINdetails><CINdetails><CINreferralDate>2014-05-01</CINreferralDate>
<CINclosureDate>2014-06-01</CINclosureDate>
<Assessments><AssessmentActualStartDate>2014-05-02</AssessmentActualStartDate></Assessments>
</CINdetails></Child></Children></Message>"""


@pytest.mark.integration
def test_a_census_return_gives_every_interval_and_the_open_ones_until_its_last_day(tmp_path):
    path = tmp_path / "census_2015.xml"
    path.write_text(RETURN, encoding="utf-8")
    found = {one.measure: one for one in read_intervals([path, path])}
    assert set(found) == {"assessment", "conference", "first_review", "later_review"}
    last = day("2015-03-31")
    assessed = found["assessment"]
    assert assessed.ends.tolist() == [day("2015-01-19"), MISSING]
    assert assessed.until[1] == last
    assert assessed.left_out == {"the episode ended without it": 2}
    conference = found["conference"]
    assert (conference.ends - conference.starts)[0] == 14
    assert conference.ends[1] == MISSING
    assert conference.left_out["no conference was needed"] == 2
    first, later = found["first_review"], found["later_review"]
    # A plan of eleven days has had no review yet.
    assert (first.ends[0] - first.starts[0], first.ends[1], len(first.ends)) == (84, MISSING, 2)
    # The plan of the year before: its review, then open until the plan ended.
    assert later.starts.tolist() == [day(t) for t in ("2014-08-25", "2015-02-23", "2014-06-01")]
    assert later.ends.tolist() == [day("2015-02-23"), MISSING, MISSING]
    assert later.until.tolist()[1:] == [last, day("2014-09-01")]


@pytest.mark.integration
def test_module_tables_and_a_table_of_ones_own_are_read(tmp_path):
    folder = tmp_path / "ssd"
    folder.mkdir()
    (folder / "ssd_cin_assessments.csv").write_text(
        "cina_person_id,cina_referral_id,cina_assessment_id,cina_assessment_start_date,"
        "cina_assessment_auth_date\n1,r1,a,2024-01-02,2024-01-10\n2,r2,b,2024-02-02,\n",
        encoding="utf-8",
    )
    (folder / "ssd_cin_episodes.csv").write_text(
        "cine_person_id,cine_referral_id,cine_referral_date\n1,r1,2024-01-01\n2,r2,2024-02-01\n",
        encoding="utf-8",
    )
    (folder / "ssd_cp_plans.csv").write_text(
        "cppl_person_id,cppl_referral_id,cppl_cp_plan_start_date,cppl_cp_plan_end_date\n"
        "1,r1,2024-02-01,\n",
        encoding="utf-8",
    )
    (folder / "ssd_cp_reviews.csv").write_text(
        "cppr_person_id,cppr_cp_review_date\n1,2024-04-25\n", encoding="utf-8"
    )
    found = {one.measure: one for one in read_intervals([folder])}
    assert (found["assessment"].ends - found["assessment"].starts)[0] == 9
    assert found["assessment"].ends[1] == MISSING
    assert (found["first_review"].ends - found["first_review"].starts).tolist() == [84]
    own = tmp_path / "timeliness.csv"
    own.write_text(
        "measure,started,ended\nreturn_interview,2024-03-01,2024-03-04\n"
        "return_interview,05/03/2024,\ncore_group,2024-03-04,2024-03-20\n",
        encoding="utf-8",
    )
    found = {one.measure: one for one in read_intervals([own])}
    assert found["return_interview"].until.tolist() == [day("2024-03-20")] * 2
    assert len(found["core_group"]) == 1


@pytest.mark.unit
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("measure,started\nx,2024-01-01\n", "field ended: this column is missing"),
        ("measure,started,ended\nreturn_inteview,2024-01-01,\n", "line 2.*return_interview"),
        ("measure,started,ended\ncore_group,2024-13-01,\n", "line 2, field started"),
        ("measure,started,ended\ncore_group,,2024-01-01\n", "line 2, field started"),
    ],
)
def test_a_wrong_table_of_ones_own_is_refused_with_its_place(tmp_path, text, said):
    path = tmp_path / "timeliness.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=said):
        read_intervals([path])


@pytest.mark.unit
def test_months_are_joined_until_no_count_is_small():
    random = np.random.default_rng(3)
    starts = day("2014-04-01") + np.sort(random.integers(0, 365, 160))
    ends = starts + random.integers(5, 80, 160)
    frame = timeliness([intervals(starts, ends, day("2015-09-01"))]).to_frame()
    counts = frame[["number", "in_time", "late", "not_yet_due"]].to_numpy()
    assert not ((counts >= 1) & (counts <= 5)).any()
    assert frame["number"][1:].sum() == frame["number"][0] == 160
    assert 1 < len(frame) - 1 < 12
    made_up = timeliness([intervals(starts, ends, day("2015-09-01"), basis="assumed")])
    assert len(made_up.to_frame()) == 13


@pytest.mark.unit
def test_few_that_are_not_yet_due_are_not_told_by_the_share():
    last = day("2015-03-31")
    starts = np.r_[np.full(90, last - 300), np.full(3, last - 10)]
    ends = np.r_[starts[:60] + 20, starts[60:90] + 100, np.full(3, MISSING)]
    found = timeliness([intervals(starts, ends, last)])
    row = found.to_frame().iloc[0]
    assert (row["number"], row["not_yet_due"]) == (90, "[c]")
    assert row["share"] == pytest.approx(60 / 90)
    assert (row["low"], row["high"]) == pytest.approx(beta(60.5, 30.5).ppf((0.025, 0.975)))


@pytest.mark.unit
def test_too_few_in_all_print_nothing():
    few = timeliness([intervals([0, 1, 2], [30, 40, 200], 300)])
    frame = few.to_frame()
    assert (frame["in_time"] == "[c]").all()
    assert frame[["share", "q50"]].isna().all(axis=None)
    assert "too few to print" in few.summary()
    assert "[c]" in str(few.text_tables()[0].frame)


@pytest.mark.unit
def test_nothing_to_measure_is_said():
    with pytest.raises(DataError, match=r"timeliness\.csv"):
        timeliness([])


@pytest.mark.regression
def test_every_interval_has_its_limit():
    from riskmodel.intake.intervals import INTERVALS

    limits = [parameter(f"timeliness_{name}_limit").value for name in INTERVALS]
    assert limits == [45, 15, 10, 91, 183, 3]


@pytest.mark.unit
def test_published_years_stand_beside_others():
    figures = {name: np.full(4, np.nan) for name in MEASURES}
    figures["cpp_at_31_mar_3m_or_more"] = np.array([100.0, 50.0, 60.0, 400.0])
    figures["cpp_at_31_mar_reviewed_in_time"] = np.array([90.0, 40.0, 54.0, 380.0])
    panel = AuthorityPanel(
        ("931", "901", "902", "E92000001"), ("A", "B", "C", "England"), np.full(4, 2015), figures
    )
    row = timeliness_of_others(panel, "931").to_frame().iloc[0]
    assert (row["share"], row["others_q50"], row["england"]) == pytest.approx((0.9, 0.85, 0.95))
    assert row["low"] < 0.9 < row["high"]
    with pytest.raises(DataError, match="c2, c4 and d6"):
        timeliness_of_others(panel, "999")


@pytest.mark.regression
@pytest.mark.skipif(not DFE.is_dir(), reason="needs the shared files of the Department")
def test_the_departments_files_give_the_share_of_their_own_bands():
    files = [next(DFE.glob(f"{name}_*")) for name in ("c2", "c4", "d6")]
    frame = timeliness_of_others(read_dfe(files), "840").to_frame()
    found = frame[frame["year"] == 2023].set_index("measure")["share"]
    # Same day to 45 days; 0 to 15 days; as d6 prints it.
    assert found["assessment"] == pytest.approx((35 + 474 + 803 + 623 + 939 + 1686) / 5515)
    assert found["conference"] == pytest.approx((20 + 665) / 826)
    assert found["reviews"] == pytest.approx(0.958, abs=5e-4)
