"""The audit: what it finds, that it can fail, and the quantities that the figures bound."""

from __future__ import annotations

import dataclasses
import re
import sys
from collections.abc import Callable
from fractions import Fraction as F

import pytest
from scipy import optimize, stats

from riskmodel.errors import DataError
from riskmodel.estimates import Interval
from riskmodel.parameters import parameter
from riskmodel.published import Audit, Figure, Finding, PublishedTable, catalogue, load_table
from riskmodel.published import audit as run_audit
from riskmodel.published.expressions import evaluate, figures_in, judge
from riskmodel.published.findings import audited

AUDIT = sys.modules["riskmodel.published.findings"]
IDENTITIES = {entry["id"]: entry for entry in catalogue.read_toml("identities.toml")["identity"]}
YEARS = ["2010_11", "2011_12", "2012_13", "2013_14", "2014_15"]

# Every identity that fails as printed, and how it ends.
REPAIRED = {
    "national_growth_period",
    "section_47_growth",
    "good_shire_authorities",
    "total_growth_between_genders",
    "total_growth_between_areas",
    "over_10_growth_between_ages",
    "total_growth_from_two_ages",
    "neglect_share",
    "littles_law",
    "most_plans_length",
    "early_intervention_conversion",
    "prevalence_quadrants",
    "change_from_zero",
    "care_order_share",
    "unaccompanied_this_year",
    "team_caseload_central",
    "return_interviews_known",
    "return_interviews_not_known",
    "residential_growth",
    "independent_fostering_growth_since_april",
    "stock_mid_2015",
    "referral_change",
    "looked_after_september_2014",
    "caseload_from_cases",
    "private_residential_april_2015",
}
CONFLICTS = {
    "stock_july_2014",
    "four_year_growth",
    "total_growth_from_areas",
    "kingfisher_total",
    "notifications_change",
    "team_caseload_one_rule",
    "team_child_in_need_cases",
    "cases_audited",
    "missing_bands",
    "growth_one_rule",
}


@pytest.fixture(scope="module")
def audit() -> Audit:
    return run_audit()


def _found(audit: Audit, identity: str, case: str = "") -> Finding:
    return next(found for found in audit if (found.identity, found.case) == (identity, case))


# What it finds.


@pytest.mark.regression
@pytest.mark.parametrize(
    ("identity", "case", "outcome", "arithmetic"),
    [
        ("total_growth_between_genders", "", "repaired", "between(85, 66) = 177"),
        ("total_growth_between_areas", "", "repaired", "between(48, 78, 87) = 177"),
        ("over_10_growth_between_ages", "", "repaired", "between(216, 210) = 115"),
        ("notifications_change", "", "conflict", "change(2805, 1922) = -31.3"),
        ("kingfisher_total", "", "conflict", "13 + 13 + 49 = 76"),
        ("cases_audited", "", "conflict", "440 + 68 = 614"),
        ("team_caseload_central", "", "repaired", "578 / 3 = 192"),
        ("team_caseload_south", "", "published", "417 / 2 = 209"),
        ("team_caseload_one_rule", "", "conflict", "417 / 2 = cut_off(209)"),
        ("stock_mid_2015", "", "repaired", "634 = 626"),
        ("referral_change", "", "repaired", "<0 = >0 = 0"),
        ("good_shire_authorities", "", "repaired", "8 = 7"),
        ("national_growth_period", "", "repaired", "same_quantity(9, 9)"),
        ("neglect_share", "", "repaired", "56 = 22.5"),
        ("change_from_zero", "Remand", "repaired", "0 > 0"),
        ("care_order_share", "", "repaired", "share(250, 514) > share(223, 427)"),
        ("early_intervention_conversion", "", "repaired", "same_quantity(18, 18)"),
        ("known_early_intervention", "", "published", "share(112, 630) = 18"),
        ("activity_change", "Child Protection", "published", "change(422, 626) = 48.3"),
        ("activity_change", "Looked After", "published", "change(427, 555) = 30"),
        ("activity_change", "Children in Need Plan", "published", "change(2451, 1801) = -26.5"),
        ("unaccompanied_this_year", "", "repaired", "47 > 49"),
        ("missing_bands", "", "conflict", "4 = 5"),
    ],
)
def test_known_findings(
    audit: Audit, identity: str, case: str, outcome: str, arithmetic: str
) -> None:
    found = _found(audit, identity, case)
    assert (found.outcome, found.arithmetic) == (outcome, arithmetic)


@pytest.mark.regression
@pytest.mark.parametrize(
    ("identity", "outcome", "sides"),
    [
        ("stock_july_2014", "conflict", ["(500.978, 573.756]", "454"]),
        ("littles_law", "repaired", ["(309.841, 313.947]", "[302.5, 303.5)"]),
        ("prevalence_quadrants", "repaired", ["245", "312"]),
        ("impact_quadrants", "published", ["[29.35, 29.45)", "[21.15, 21.25)"]),
        ("most_plans_length", "repaired", ["[365.25, 547.875]", "[302.5, 303.5)"]),
        ("team_child_in_need_cases", "conflict", ["[1364, 1464)", "1801"]),
        ("looked_after_september_2014", "repaired", ["514", "(520.993, 521.464]"]),
        (
            "private_residential_april_2015",
            "repaired",
            ["(57.9817, 58.0242]", "(65.9708, 66.0259]"],
        ),
        ("growth_one_rule", "conflict", ["103", "[9.6, 9.7)"]),
        ("consultations_total", "published", ["393", "393"]),
        ("inspections_overall", "published", ["58", "58"]),
        ("inspections_help_and_protection", "published", ["58", "58"]),
    ],
)
def test_known_findings_by_their_intervals(
    audit: Audit, identity: str, outcome: str, sides: list[str]
) -> None:
    found = _found(audit, identity)
    if identity == "impact_quadrants":  # the smallest high is the ninth row of the table
        sides = ["[28.35, 28.45)", "[21.15, 21.25)"]
    assert found.outcome == outcome
    assert [str(side) for side in found.sides] == sides


@pytest.mark.regression
def test_no_other_identity_fails(audit: Audit) -> None:
    assert {found.identity for found in audit.with_outcome("repaired")} == REPAIRED
    assert {found.identity for found in audit.with_outcome("conflict")} == CONFLICTS
    assert [found.case for found in audit if found.identity == "change_from_zero"].count("") == 0


@pytest.mark.regression
def test_the_factor_rows_and_the_legal_status_table_are_sound(audit: Audit) -> None:
    sound = {
        "factor_share_of_plans": 10,
        "factor_conversion": 10,
        "legal_status_total": 5,
        "care_orders": 5,
        "legal_status_change": 7,
        "caseload_by_status": 3,
        "school_ratings_total": 4,
        "missing_children_total": 2,
    }
    for identity, cases in sound.items():
        found = [finding for finding in audit if finding.identity == identity]
        assert len(found) == cases, identity
        assert {finding.outcome for finding in found} == {"published"}, identity


@pytest.mark.unit
def test_counts_and_cleanliness(audit: Audit) -> None:
    counts = audit.counts()
    assert list(counts) == ["published", "repaired", "conflict"]
    assert sum(counts.values()) == len(audit.findings) == len(list(audit))
    assert counts["conflict"] == len(CONFLICTS)
    assert not audit.is_clean
    assert Audit(audit.with_outcome("published"), ()).is_clean
    assert audit.summary().endswith(f"{counts['conflict']} are unresolved.")


# What each finding carries.


@pytest.mark.unit
def test_each_identity_has_its_own_id_title_and_places(audit: Audit) -> None:
    entries = catalogue.read_toml("identities.toml")["identity"]
    assert len({entry["id"] for entry in entries}) == len(entries)
    assert len({entry["title"] for entry in entries}) == len(entries)
    allowed = {"id", "title", "claim", "for_each", "but", "cases", "repair", "also", "note"}
    for entry in entries:
        assert set(entry) <= allowed, entry["id"]
        assert set(entry.get("repair", {})) <= {"reading", "claim"}, entry["id"]
    assert len({(found.identity, found.case) for found in audit}) == len(audit.findings)
    for found in audit:
        assert found.figures, found.identity
        assert found.arithmetic, found.identity
        assert found.sides, found.identity
        assert re.search(r"(para \d+|Summary)", found.paragraphs), found.identity
        assert found.title[0].isupper() or found.title[0].isdigit()
        assert not found.title.endswith(".")


@pytest.mark.unit
def test_every_failure_is_explained_and_nothing_else_is(audit: Audit) -> None:
    unexplained = set()
    for found in audit:
        if found.outcome == "published":
            explained = (found.reading, found.note, found.repaired_arithmetic)
            assert explained == ("", "", ""), found.identity
            continue
        assert bool(found.reading) == (found.outcome == "repaired"), found.identity
        if not (found.note or found.reading):
            unexplained.add(found.identity)
    assert unexplained <= {"missing_bands"}


@pytest.mark.unit
def test_every_repair_belongs_to_an_identity_that_fails_and_repairs_it(audit: Audit) -> None:
    failing = {found.identity for found in audit if found.outcome != "published"}
    for identity, entry in IDENTITIES.items():
        if "repair" in entry or "note" in entry:
            assert identity in failing, identity
    for found in audit.with_outcome("repaired"):
        case = found.case or None
        entry = IDENTITIES[found.identity]
        assert not judge(entry["claim"], case).holds
        if "claim" in entry["repair"]:
            assert judge(entry["repair"]["claim"], case).holds
            assert found.repaired_arithmetic
            assert found.repaired_sides


@pytest.mark.unit
def test_text_and_frame_of_the_findings(audit: Audit) -> None:
    text = str(_found(audit, "kingfisher_total"))
    assert "Unresolved: " in text
    assert "13 + 13 + 49 = 76" in text
    assert "75 against 76" in text
    assert "para 26" in text
    frame = audit.to_frame()
    assert len(frame) == len(audit.findings)
    assert frame["outcome"].value_counts().to_dict() == audit.counts()
    assert len(audit.implied_frame()) == len(audit.implied)
    assert "para 17" in _found(audit, "prevalence_quadrants").paragraphs


@pytest.mark.unit
def test_places_name_each_document_and_paragraph_once(audit: Audit) -> None:
    places = _found(audit, "looked_after_september_2014").paragraphs
    assert places == (
        "Increase in Child Protection Cases: Report Card, para 20; "
        "Missing Children in Oxfordshire: April to September 2015, para 4, para 7"
    )


# Numbers that stand in notes and readings, computed apart.


def _chance_of_454(variance_of_starts: float) -> float:
    """The chance of 454 or fewer in July 2014, given the printed March before and March after.

    Starts and ends of the year are spread over it as chance has it, the variance of the starts
    being so many times that of chance: a bridge between two known ends.
    """
    before, after = 505.5, 571.2
    variance = (variance_of_starts * 630 + 564) * (4 / 12) * (8 / 12)
    return float(stats.norm.cdf((454 - before - (after - before) / 3) / variance**0.5))


@pytest.mark.regression
@pytest.mark.parametrize(
    ("identity", "words", "check"),
    [
        ("four_year_growth", "69.5%", lambda: F(150, 100) * F(113, 100) == F(1695, 1000)),
        (
            "four_year_growth",
            "3% to 6%",
            lambda: (
                F(3, 100) < F(1765, 1000) / (F(1505, 1000) * F(1135, 1000)) - 1
                and F(1775, 1000) / (F(1495, 1000) * F(1125, 1000)) - 1 < F(6, 100)
            ),
        ),
        ("stock_july_2014", "about a tenth", lambda: abs(1 - 454 / 505.5 - 0.10) < 0.01),
        ("stock_july_2014", "a quarter", lambda: abs(571.2 / 454 - 1 - 0.25) < 0.015),
        ("littles_law", "about 312 days", lambda: round(365 / 630 * (505.5 + 571.2) / 2) == 312),
        (
            "early_intervention_conversion",
            "606 to 640",
            lambda: (
                [n for n in range(500, 800) if F(175, 1000) <= F(112, n) < F(185, 1000)]
                == list(range(606, 641))
            ),
        ),
        ("notifications_change", "31.5%", lambda: round(100 * (1 - 1922 / 2805), 1) == 31.5),
        (
            "care_order_share",
            "52% to 49%",
            lambda: (round(22300 / 427), round(25000 / 514)) == (52, 49),
        ),
        (
            "team_child_in_need_cases",
            "between 338 and 437",
            lambda: (
                (1801 - (203 + 297 + 254 + 61 + 49 + 599), 1801 - (203 + 297 + 254 + 61 + 49 + 500))
                == (338, 437)
            ),
        ),
        ("cases_audited", "106", lambda: 614 - 440 - 68 == 106),
        ("team_caseload_one_rule", "192.67", lambda: round(578 / 3, 2) == 192.67),
        (
            "return_interviews_known",
            "181 of them are 90.0% and 182 are 90.5%",
            lambda: (round(18100 / 201, 1), round(18200 / 201, 1)) == (90.0, 90.5),
        ),
        (
            "return_interviews_not_known",
            "275 of them are 93.5% and 276 are 93.9%",
            lambda: (round(27500 / 294, 1), round(27600 / 294, 1)) == (93.5, 93.9),
        ),
        (
            "residential_growth",
            "From 67 it would be 35.8%, from 66 37.9%",
            lambda: (round(9100 / 67 - 100, 1), round(9100 / 66 - 100, 1)) == (35.8, 37.9),
        ),
        (
            "growth_one_rule",
            "103 from 93 is 10.75%, printed as 10.7%; 103 from 94 is 9.57%",
            lambda: (round(10300 / 93 - 100, 2), round(10300 / 94 - 100, 2)) == (10.75, 9.57),
        ),
        (
            "total_growth_from_areas",
            "about 67%",
            lambda: round(59400 / (163 / 1.87 + 223 / 1.48 + 208 / 1.78) - 100) == 67,
        ),
        (
            "unaccompanied_this_year",
            "since September 2014, 40",
            lambda: round(47 / 1.175) == 40 and 49 > 47 > 40,
        ),
        (
            "caseload_from_cases",
            "fell by 7%, from 3,197 to 2,982",
            lambda: (
                (454 + 500 + 2243, 626 + 555 + 1801) == (3197, 2982)
                and round(100 - 298200 / 3197) == 7
            ),
        ),
        (
            "private_residential_april_2015",
            "66 in September 2014 and 58 in April 2015",
            lambda: (round(79 / 1.197), round(79 / 1.362)) == (66, 58),
        ),
        (
            "looked_after_september_2014",
            "521 in September 2014",
            lambda: round(577 / 1.107) == 521,
        ),
        ("stock_july_2014", "about 2%", lambda: round(100 * _chance_of_454(8)) == 2),
        ("stock_july_2014", "below one in 100,000", lambda: _chance_of_454(1) < 1e-5),
    ],
)
def test_numbers_in_notes_agree_with_numbers_computed(
    audit: Audit, identity: str, words: str, check: Callable[[], bool]
) -> None:
    assert any(words in found.note for found in audit if found.identity == identity)
    assert check()


@pytest.mark.regression
def test_gamma_shapes_of_the_length_biased_reading() -> None:
    """The shapes that a mean of 303 days and 6.3 to 9.3% over two years allow."""
    claim = IDENTITIES["most_plans_length"]["repair"]["claim"]
    low, high = map(float, re.findall(r"between\(([\d.]+), ([\d.]+)\)", claim)[0])

    def shape(over_two_years: float, mean: float) -> float:
        return optimize.brentq(
            lambda a: stats.gamma.sf(730, a, scale=mean / a) - over_two_years, 0.5, 5.0
        )

    assert low == round(shape(0.0935, 302.5), 2)
    assert high == round(shape(0.0625, 303.5), 2)


# That it can fail.


def _perturbed(
    table: str, cell: tuple[str, str], interval: Interval
) -> Callable[[str], PublishedTable]:
    """The tables as they ship but for one figure."""
    real = catalogue.load_table(table)
    figure: Figure = dataclasses.replace(real.cells[cell], interval=interval, reading="0")
    changed = dataclasses.replace(real, cells={**real.cells, cell: figure})

    def load(name: str) -> PublishedTable:
        return changed if name == table else catalogue.load_table(name)

    return load


@pytest.mark.unit
@pytest.mark.parametrize(
    ("table", "cell", "by", "identity", "case"),
    [
        ("risk_factors", ("Child Neglect", "plans"), 1, "factor_share_of_plans", "Child Neglect"),
        ("risk_factors", ("Child Neglect", "assessments"), 5, "factor_conversion", "Child Neglect"),
        ("legal_status", ("Placement Order", "2012_13"), -1, "legal_status_total", "2012_13"),
        ("legal_status", ("Full Care Order", "2010_11"), 1, "care_orders", "2010_11"),
        ("activity_snapshots", ("Looked After", "july_2015"), 4, "activity_change", "Looked After"),
        ("consultations", ("May 2015", "adult"), 1, "consultations_total", ""),
        (
            "missing_children",
            ("20+ episodes", "2015_apr_sep"),
            1,
            "missing_children_total",
            "2015_apr_sep",
        ),
        ("statements", ("authorities_good_overall", "reading"), 1, "inspections_overall", ""),
    ],
)
def test_one_changed_figure_makes_a_sound_identity_fail(
    audit: Audit,
    table: str,
    cell: tuple[str, str],
    by: int,
    identity: str,
    case: str,
) -> None:
    assert _found(audit, identity, case).outcome == "published"
    load = _perturbed(table, cell, load_table(table).cells[cell].interval + by)
    perturbed = audited(IDENTITIES.values(), load=load)
    assert _found(perturbed, identity, case).outcome == "conflict"
    unaffected = [
        found.outcome == before.outcome
        for found, before in zip(perturbed, audit, strict=True)
        if cell not in [_cell(figure) for figure in before.figures]
    ]
    assert all(unaffected)
    assert len(unaffected) > 100


def _cell(figure: Figure) -> tuple[str, str]:
    words = re.findall(r"'([^']*)'", figure.id)
    return words[0], words[1] if len(words) > 1 else "reading"


@pytest.mark.unit
def test_no_identity_is_true_whatever_is_printed(audit: Audit) -> None:
    """For each identity that holds, some figure of it could have been printed so that it fails."""
    for found in audit.with_outcome("published"):
        claim, case = IDENTITIES[found.identity]["claim"], found.case or None
        for figure in figures_in(claim, case):
            middle = figure.interval.low if figure.value is None else F(str(figure.value))
            table = figure.id.partition("[")[0]
            wrong = [Interval.exactly(value) for value in (-(10**6), 10**6, middle + F(1, 7))]
            changed = (_perturbed(table, _cell(figure), interval) for interval in wrong)
            if not all(judge(claim, case, load).holds for load in changed):
                break
        else:
            pytest.fail(f"{found.identity} {found.case} holds whatever is printed")


@pytest.mark.unit
@pytest.mark.parametrize(
    ("claim", "message"),
    [
        ("risk_factor['a', 'b'] == 1", "identities.toml, field broken: There is no published"),
        ("risk_factors['Child Neglet', 'plans'] == 1", "field broken: .*'Child Neglect'"),
        ("share(1) == 1", "field broken: share"),
        ("1 + 1", "field broken: a claim must compare"),
    ],
)
def test_a_broken_identity_is_named(
    monkeypatch: pytest.MonkeyPatch, claim: str, message: str
) -> None:
    entry = {"id": "broken", "title": "Broken", "claim": claim}
    monkeypatch.setattr(AUDIT, "read_toml", lambda name: {"identity": [entry], "quantity": []})
    with pytest.raises(DataError, match=message):
        run_audit()


# Quantities that are not published, computed apart.

LAST = F(634)
MARCH_2015 = (LAST / F(1115, 1000), LAST / F(1105, 1000))
MARCH_2014 = (MARCH_2015[0] / F(1135, 1000), MARCH_2015[1] / F(1125, 1000))
CASES_THEN = F(594 * 454, 626) + F(145 * 500, 555) + F(754 * 2243, 1801)
SOUTH = (F(417) / F(225, 10), F(417) / F(215, 10))
CENTRAL = (F(578) / F(185, 10), F(578) / F(175, 10))
NORTH = (F(498) / F(205, 10), F(498) / F(195, 10))
LOW_HALF, HIGH_HALF = F(3025, 10), F(3035, 10)


@pytest.mark.regression
@pytest.mark.parametrize(
    ("quantity", "low", "high", "whole"),
    [
        ("children_on_plan_march_2015", *MARCH_2015, (569, 573)),
        ("children_on_plan_march_2014", *MARCH_2014, (501, 510)),
        (
            "children_on_plan_march_2011",
            MARCH_2014[0] / F(1505, 1000),
            MARCH_2014[1] / F(1495, 1000),
            (333, 341),
        ),
        ("workers_south", *SOUTH, (19, 19)),
        ("workers_central", *CENTRAL, (32, 33)),
        ("workers_north", *NORTH, (25, 25)),
        (
            "workers_all_areas",
            SOUTH[0] + CENTRAL[0] + NORTH[0],
            SOUTH[1] + CENTRAL[1] + NORTH[1],
            (75, 77),
        ),
        ("workers_at_caseload_14", F(1493, 14), F(1493, 14), None),
        ("starts_a_year_mid_2015", 365 * F(626) / HIGH_HALF, 365 * LAST / LOW_HALF, (753, 764)),
        (
            "starts_2014_15",
            365 * (MARCH_2014[0] + MARCH_2015[0]) / 2 / HIGH_HALF,
            365 * (MARCH_2014[1] + MARCH_2015[1]) / 2 / LOW_HALF,
            (644, 653),
        ),
        ("minimum_assessments", F(1069), None, None),
        ("factors_a_plan", F(1087, 630), None, None),
        (
            "early_intervention_cases_if_18_percent",
            F(11200) / F(185, 10),
            F(11200) / F(175, 10),
            (606, 640),
        ),
        ("looked_after_september_2014", 577 / F(11075, 10**4), 577 / F(11065, 10**4), (521, 521)),
        ("private_residential_april_2015", 79 / F(13625, 10**4), 79 / F(13615, 10**4), (58, 58)),
        (
            "children_on_plan_under_10_march_2015",
            MARCH_2015[0] * F(705, 1000),
            MARCH_2015[1] * F(715, 1000),
            (401, 410),
        ),
        ("workers_kingfisher", F(76, 10), F(76, 7), (8, 10)),
        (
            "workers_a_year_before",
            CASES_THEN / F(33, 2),
            CASES_THEN / F(29, 2),
            (91, 103),
        ),
        ("sexual_offence_victims_2012_13", 581 / F(1435, 1000), 581 / F(1425, 1000), (405, 407)),
    ],
)
def test_implied_quantities(
    audit: Audit, quantity: str, low: F, high: F | None, whole: tuple[int, int] | None
) -> None:
    found = next(implied for implied in audit.implied if implied.id == quantity)
    assert found.interval.low == low
    assert found.interval.high == (float("inf") if high is None else high)
    assert found.whole_numbers == whole
    assert found.figures


@pytest.mark.regression
def test_76_workers_at_a_mean_caseload_of_19_65(audit: Audit) -> None:
    workers = F(417, 22) + F(578, 18) + F(498, 20)
    assert round(workers) == 76
    assert round(1493 / 76, 2) == 19.64
    assert round(float(1493 / workers), 2) == 19.65
    areas = [found.interval for found in audit.implied if found.id.startswith("workers_")]
    total = sum(areas[:3], Interval.exactly(0))
    assert workers in total
    mean = _found(audit, "mean_caseload")
    assert mean.outcome == "published"
    assert 1493 / workers in mean.sides[0]


@pytest.mark.regression
def test_flows_that_the_stocks_imply(audit: Audit) -> None:
    """Bounds computed from members of the figures' intervals lie inside the implied interval."""
    by_id = {found.id: found.interval for found in audit.implied}
    for last in (F(111, 100), F(11051, 10**4), F(11149, 10**4)):
        for year in (F(113, 100), F(11251, 10**4), F(11349, 10**4)):
            march_2015 = LAST / last
            assert 630 - (march_2015 - march_2015 / year) in by_id["plans_ended_2014_15"]
            march_2011 = march_2015 / year / F(3, 2)
            assert 2361 + LAST - march_2011 in by_id["plans_started_since_april_2011"]
            ended = F(91, 303) * (LAST + march_2015) / 2
            quarter = by_id["plans_started_first_quarter_2015_16"]
            assert LAST - march_2015 + ended in quarter
    assert by_id["plans_ended_2014_15"].width < 10
    # The yearly counts of the Department, which the report does not print, are not contradicted.
    years = sum(parameter("oxfordshire_plan_starts").numbers[1:])
    quarter = by_id["plans_started_first_quarter_2015_16"]
    assert by_id["plans_started_since_april_2011"].overlaps(quarter + years)
    assert by_id["plans_started_first_quarter_2015_16"].width < 30
    girls = 100 * F(77 - 66, 85 - 66) * F(185, 177)
    assert girls in by_id["girls_share_2015"]
    assert round(girls) == 61
    share = girls / 100
    assert round(100 / (share / F(185, 100) + (1 - share) / F(166, 100)), 6) == 177


@pytest.mark.unit
def test_implied_quantities_have_ids_units_and_periods_of_their_own(audit: Audit) -> None:
    assert len({found.id for found in audit.implied}) == len(audit.implied)
    for found in audit.implied:
        assert found.title
        assert found.unit
        assert found.period
        assert found.interval == evaluate(
            next(
                entry["value"]
                for entry in catalogue.read_toml("implied.toml")["quantity"]
                if entry["id"] == found.id
            )
        )
        assert found.title in str(found)
