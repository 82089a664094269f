"""What was said wrongly of the report once, sentence by sentence, and what proves the mended one.

Each check works its number out anew from what is printed; the audit, the explanations and their
pictures have to agree with it.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path

import numpy as np
import pytest

from riskmodel.levers import lever
from riskmodel.published import audit as run_audit
from riskmodel.published import implied, load_table

STUDIES = Path(__file__).resolve().parents[2] / "experiments"
PLANS_A_YEAR, MEAN_DAYS = 630, 303


@pytest.fixture(scope="module")
def audit():
    return {finding.identity: finding for finding in run_audit()}


def printed(name):
    return float(load_table("statements").figure(name).interval.middle)


def snapshot(row, month):
    return float(load_table("activity_snapshots").figure(row, month).value)


def share(name):
    """A row of the explanations side by side, as their baseline holds it."""
    with (STUDIES / "explanations-compared" / "baseline.csv").open(encoding="utf-8") as file:
        (row,) = (row for row in csv.DictReader(file) if row["name"] == f"share/{name}")
    return row


def changes_between(first, last, months):
    """Standard deviations of the change of a stock that starts and ends by chance alone."""
    return abs(last - first) / np.sqrt(2 * PLANS_A_YEAR * months / 12)


def two_dates(audit):
    """634 in June and 626 in July: eight fewer in a month is within chance."""
    assert (printed("children_on_plan_mid_2015"), snapshot("Child Protection", "july_2015")) == (
        634, 626,
    )  # fmt: skip
    assert changes_between(634, 626, 1) < 1
    return audit["stock_mid_2015"].outcome == "repaired"


def numbers_rise_and_fall(audit):
    """521 need not lie between 500 and 514: both neighbours are other dates."""
    implied = round(577 / 1.107)
    assert implied == 521
    assert not 500 <= implied <= 514
    return audit["looked_after_september_2014"].outcome == "repaired"


def one_standard(audit):
    """Private homes (66, then 58) and looked-after totals (521, then 514) end alike."""
    assert (round(79 / 1.197), round(79 / 1.362)) == (66, 58)
    same = {audit[name].outcome for name in
            ("private_residential_april_2015", "looked_after_september_2014")}  # fmt: skip
    return same == {"repaired"}


def improbable(audit):
    """454 could be: it takes an unusual fall and rise, and the note says improbable."""
    spring = 500.978, 573.756
    assert not spring[0] <= snapshot("Child Protection", "july_2014") <= spring[1]
    return audit["stock_july_2014"].note.startswith("Improbable, not impossible")


def plans_since_2011(audit):
    """2,370 to 2,390: ends of the months after mid 2015 taken off, growth of the stock put on."""
    (found,) = (one for one in implied() if one.id == "plans_started_since_april_2011")
    low, high = float(found.interval.low), float(found.interval.high)
    after = 128 * 634 / MEAN_DAYS  # from mid 2015 to the day of the report
    growth = 634 - np.array([332.876, 341.14])
    counted = printed("plans_ended_since_april_2011")
    assert low == pytest.approx((counted - after + growth).min(), abs=1)
    assert high == pytest.approx((counted + growth).max(), abs=1)
    # The note says which end: ends are counted to the day of the report.
    return 2370 <= low <= 2390 and "fit the lower end" in found.note


def cases_and_workers(audit):
    """Cases fell by 7% while the caseload rose: 97 workers became 76."""
    rows = "Child Protection", "Looked After", "Children in Need Plan"
    then, now = (sum(snapshot(row, month) for row in rows) for month in ("july_2014", "july_2015"))
    assert (then, now, round(100 * (1 - now / then))) == (3197, 2982, 7)
    workers = [float((one.interval.low + one.interval.high) / 2) for name in
               ("workers_a_year_before", "workers_all_areas")
               for one in implied() if one.id == name]  # fmt: skip
    assert [round(number) for number in workers] == [97, 76]
    return audit["caseload_from_cases"].outcome == "repaired"


def referrals(audit):
    """The summary (fell), para 3 (constant) and para 9 (increased) stand side by side."""
    note = audit["referral_change"].note
    return all(word in note for word in ("fell", "remained constant", "increased"))


def unaccompanied(audit):
    """49, then 47, beside a significant increase: that was from 40, a year before."""
    later = printed("unaccompanied_children_september_2015")
    march = float(
        load_table("unaccompanied_children").figure("No. LAC who are UASC", "2014_15").value
    )
    assert (march, later, round(later / 1.175)) == (49, 47, 40)
    return "significant increase" in audit["unaccompanied_this_year"].note


def deprivation(_):
    return share("deprivation")["value"] == "not identified" and not share("deprivation")["high"]


def ceiling_on_durations(_):
    """0.4 bounds the loop by durations: at 0.4 a rise of 29% gives those within 10% of 303 days."""
    assert lever("feedback.caseload_to_length").limits == "from 0 to 0.4"
    longer = 1.29**0.4
    assert longer == pytest.approx(1.1, abs=0.01)
    text = (STUDIES / "explanation-child-in-need" / "answer.md.j2").read_text(encoding="utf-8")
    assert re.search(r"duration", text)
    return float(share("vicious-circle")["high"]) == 40


def base_years(_):
    """More of the referrals lead to a plan: 55 to 90, once the base year is varied."""
    found = share("child-protection-funnel")
    return (round(float(found["low"])), round(float(found["high"]))) == (55, 90)


def full_count(_):
    """112 of 630 are all of them: no sampling interval, a range from none to all of these."""
    most = 100 * 112 * MEAN_DAYS / 365 / (626 - 422)
    found = share("leap-frogging")
    assert float(found["high"]) == pytest.approx(most)
    return (found["low"], found["level"], found["value"]) == ("0.0", "1.0", "range")


def no_dot(_):
    """Where only a range is known the picture has a line and no dot, and the table no value."""
    from riskmodel.report.charts.ranges import draw_ranges

    def dots(value):
        drawing = draw_ranges("r", [("one", value, 0.0, 40.0), ("two", 3.0, 1.0, 9.0)], across="x")
        return drawing.svg.count(b"<use")

    ranged = [name for name in ("threshold-audit", "leap-frogging", "vicious-circle",
                                "child-protection-funnel", "older-girls")
              if share(name)["value"] == "range"]  # fmt: skip
    return len(ranged) == 5 and dots(None) < dots(20.0)


@pytest.mark.regression
@pytest.mark.parametrize(
    ("sentence", "holds"),
    [
        ("634 (June) and 626 (July) are not in conflict", two_dates),
        ("521 in September need not lie between 500 and 514", numbers_rise_and_fall),
        ("454 in July 2014 is improbable, not impossible", improbable),
        ("plans started since April 2011: 2,370 to 2,390", plans_since_2011),
        ("cases against workers", cases_and_workers),
        ("increased referrals in para 9 against para 3 and the summary", referrals),
        ("unaccompanied 49, then 47, beside a significant increase", unaccompanied),
        ("one standard for residential homes and looked-after totals", one_standard),
        ("deprivation is not identified, not 4", deprivation),
        ("the circle's ceiling 0.4 is evidence on durations", ceiling_on_durations),
        ("referrals leading to plans 55 to 90 once the base year is varied", base_years),
        ("leap-frogging without a sampling interval on a full count", full_count),
        ("no dot where only a range is known", no_dot),
    ],
)
def test_each_sentence_is_put_right(audit, sentence, holds):
    assert holds(audit), sentence
