"""Files by hand in ``edge_cases``, each named for its defect, and what reading each one gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskmodel.errors import DataError
from riskmodel.intake import NOTES, Intake, read_assessments

FOLDER = Path(__file__).with_name("edge_cases")
SOUND = {
    "byte_order_mark.xml",
    "utf16_with_declaration.xml",
    "windows_1252_declared.xml",
    "default_namespace.xml",
    "prefixed_namespace.xml",
    "stray_text_and_comments.xml",
    "sound.xml",
    "conference_in_the_episode.xml",
    "conference_in_the_enquiry.xml",
    "sex_instead_of_gender_2025.xml",
    "gender_9_indeterminate.xml",
    "empty_sex_beside_gender.xml",
    "british_dates_and_times.xml",
    "child_in_need_plan_before_2023.xml",
    "conference_on_both_levels.xml",
    "utf16_without_declaration.xml",
    "flags_as_1_and_true.xml",
    "sex_unknown_u_2025.xml",
    "gender_0_not_known.xml",
    "character_data_and_named_entities.xml",
}
"""Defects that are none: one assessment, one plan, no issue."""

FOUND = {
    "empty_groups.xml": (1, 0, {"open_assessment": 2, "missing_date": 1, "missing_reference": 1}),
    "identifiers_missing.xml": (1, 1, {"missing_reference": 1}),
    "children_missing.xml": (0, 0, {}),
    "flag_as_yes.xml": (1, 1, {"unused_field": 1}),
    "missing_child_reference.xml": (1, 0, {"missing_reference": 1}),
    "header_missing.xml": (1, 1, {"missing_header": 1}),
    "year_out_of_range.xml": (1, 1, {"missing_header": 1}),
    "gender_unknown_code.xml": (1, 1, {"unknown_code": 1}),
    "factor_not_of_the_year_8a_in_2020.xml": (1, 0, {"code_not_of_year": 1}),
    "factor_before_its_year_24a_in_2015.xml": (1, 0, {"code_not_of_year": 1}),
    "factor_divided_18b_18c_19c.xml": (1, 0, {}),
    "factor_unknown_99z_twice.xml": (2, 0, {"unknown_code": 2}),
    "factor_free_text.xml": (1, 0, {"unknown_code": 5}),
    "no_factors_21_beside_others.xml": (1, 0, {"no_factors_and_factors": 1}),
    "no_factors_recorded.xml": (1, 0, {"no_factors_recorded": 1}),
    "assessment_not_authorised.xml": (1, 0, {"open_assessment": 1}),
    "impossible_date.xml": (1, 0, {"bad_date": 1}),
    "plan_before_assessment.xml": (1, 0, {"plan_not_linked": 1}),
    "plan_184_days_after.xml": (1, 0, {"plan_not_linked": 1}),
    "plan_without_start.xml": (1, 0, {"missing_date": 1}),
    "plan_ends_before_it_starts.xml": (1, 1, {"date_order": 1}),
    "two_plans_one_assessment.xml": (1, 1, {"second_plan": 1}),
    "category_unknown.xml": (1, 1, {"unused_field": 1, "unknown_code": 1}),
    "previous_plans_not_a_number.xml": (1, 1, {"bad_value": 1}),
    "referral_source_unknown.xml": (1, 1, {"unused_field": 1}),
    "closed_on_no_date.xml": (1, 1, {"unused_field": 1}),
    "reviews_in_a_group.xml": (1, 1, {"unused_field": 1}),
    "list_json_array.csv": (3, 1, {"no_factors_recorded": 1}),
    "list_json_object.csv": (1, 1, {}),
    "list_separated.csv": (3, 1, {"unknown_code": 1}),
    "list_broken_json.csv": (1, 0, {"bad_factors": 1}),
    "divided_columns.csv": (3, 1, {}),
    "plan_by_its_date.csv": (2, 1, {"bad_flag": 1, "bad_date": 0}),
}
"""Assessments, plans and issues by rule."""

REFUSED = {
    "windows_1252_undeclared.xml": "in the encoding that its first line declares",
    "truncated.xml": r"line \d+: the file ends early, at column \d+, after 1 whole children",
    "entity_expansion.xml": "line 2: declares a document type",
    "external_entity.xml": "line 2: declares a document type",
    "deep_nesting.xml": "elements nested more than 50 deep, after 0 children",
    "ampersand_not_escaped.xml": "line 5: not well-formed XML at column 73, .* each & in a text",
    "another_return.xml": "begins with <SSDA903>",
    "list_and_columns.csv": "holds factors both as a list",
    "semicolons.csv": "the columns are separated by semicolons",
    "zero_bytes.csv": "holds zero bytes",
}


def read(name: str) -> Intake:
    return read_assessments(FOLDER / name)


def flags(name: str) -> list[list[str]]:
    table = read(name).assessments
    return [[f for f in table.factors if row[f]] for _, row in table.frame.iterrows()]


@pytest.mark.unit
def test_each_file_is_expected_once_and_there_are_enough() -> None:
    expected = [*SOUND, *FOUND, *REFUSED]
    assert sorted(expected) == sorted(path.name for path in FOLDER.iterdir())
    assert len(expected) >= 60


@pytest.mark.unit
@pytest.mark.parametrize("name", sorted(SOUND))
def test_what_is_no_defect_is_read_without_an_issue(name: str) -> None:
    found = read_assessments(FOLDER / name, strict=True)
    counts = found.assessments.counts()
    assert found.issues == ()
    assert found.is_sound
    assert (counts.total_assessments, counts.total_plans) == (1, 1)
    assert {"parent_domestic_violence", "child_neglect"} <= set(flags(name)[0])


@pytest.mark.unit
@pytest.mark.parametrize("name", sorted(FOUND))
def test_a_defect_is_reported_and_the_rest_goes_on(name: str) -> None:
    found = read(name)
    assessments, plans, issues = FOUND[name]
    counts = found.assessments.counts()
    assert (counts.total_assessments, counts.total_plans) == (assessments, plans)
    assert found.by_rule() == {rule: count for rule, count in issues.items() if count}
    assert found.rows_left_out == found.rows_read - assessments >= 0
    serious = set(found.by_rule()) - NOTES
    assert found.is_sound == (not serious and plans > 0)
    if serious:
        with pytest.raises(DataError, match=name):
            read_assessments(FOLDER / name, strict=True)
    else:
        assert len(read_assessments(FOLDER / name, strict=True).assessments) == assessments


@pytest.mark.unit
@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_file_that_cannot_be_used_is_refused_with_its_place(name: str) -> None:
    with pytest.raises(DataError, match=f"{name}.*{REFUSED[name]}"):
        read(name)


@pytest.mark.unit
def test_the_message_of_a_strict_refusal_names_no_child() -> None:
    serious = [name for name, (_, _, issues) in FOUND.items() if set(issues) - NOTES]
    for name in serious:
        with pytest.raises(DataError) as caught:
            read_assessments(FOLDER / name, strict=True)
        assert "A1" not in str(caught.value)
    with pytest.raises(DataError, match="found what cannot be read") as caught:
        read_assessments(FOLDER / "missing_child_reference.xml", strict=True)
    assert "LAchildID" in str(caught.value)


@pytest.mark.unit
def test_a_code_of_other_years_counts_and_says_which_years_allow_it() -> None:
    found = read("factor_not_of_the_year_8a_in_2020.xml")
    assert flags("factor_not_of_the_year_8a_in_2020.xml") == [["child_privately_fostered"]]
    assert found.issues[0].allowed == "8A in returns 2014 to 2015; this one is of 2020"
    assert (
        "24A in returns from 2022"
        in read("factor_before_its_year_24a_in_2015.xml").issues[0].allowed
    )


@pytest.mark.unit
def test_an_unknown_code_is_kept_as_a_local_factor() -> None:
    found = read("factor_unknown_99z_twice.xml")
    assert found.assessments.factors[-1] == "factor_99z"
    assert found.assessments.frame["factor_99z"].tolist() == [True, True]
    assert dict(found.codes) == {("AssessmentFactors", "99Z"): 2}
    assert flags("list_separated.csv")[2] == ["parent_domestic_violence", "factor_99z"]


@pytest.mark.unit
def test_parts_of_a_divided_factor_are_a_union() -> None:
    assert flags("factor_divided_18b_18c_19c.xml") == [
        ["child_physical_abuse", "child_sexual_abuse"]
    ]
    assert read("divided_columns.csv").assessments.frame["child_physical_abuse"].tolist() == [
        True, False, True,
    ]  # fmt: skip


@pytest.mark.unit
def test_gender_and_conference_come_from_either_place() -> None:
    frames = {name: read(name).assessments.frame for name in SOUND}
    assert frames["sex_instead_of_gender_2025.xml"]["gender"].tolist() == ["female"]
    assert frames["empty_sex_beside_gender.xml"]["gender"].tolist() == ["male"]
    # Where both levels hold a date, that of the section 47 group counts.
    for name in (
        "conference_in_the_episode.xml",
        "conference_in_the_enquiry.xml",
        "conference_on_both_levels.xml",
    ):
        assert str(frames[name]["conference_date"].iloc[0])[:10] == "2014-06-20"
    for name in ("sex_unknown_u_2025.xml", "gender_0_not_known.xml", "gender_9_indeterminate.xml"):
        assert frames[name]["gender"].isna().all()
    before = frames["child_in_need_plan_before_2023.xml"]["child_in_need_plan_before"]
    assert before.tolist() == [True]
    assert "child_in_need_plan_before" not in frames["sound.xml"]


@pytest.mark.unit
def test_rows_are_counted_by_module() -> None:
    found = read("reviews_in_a_group.xml").modules
    assert found["Reviews"] == 2
    assert {found[name] for name in ("Child", "CINdetails", "Assessments")} == {1}
