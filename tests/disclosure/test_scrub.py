"""No row and no reference of a child leaves: columns, messages, symbols and formulas."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

from riskmodel.disclosure import (
    SHORTHAND,
    inert,
    refuse_rows,
    scrub,
    shareable,
    shorthand_notes,
)
from riskmodel.errors import DataError, UnknownNameError


@pytest.mark.unit
@pytest.mark.parametrize(
    "column",
    [
        "child_id",
        "LAchildID",
        "LA child ID",
        "assessment_id",
        "UPN",
        "birth_date",
        "PersonBirthDate",
    ],
)
def test_columns_that_point_to_a_child_are_named(column) -> None:
    frame = pd.DataFrame({"factor": ["a"], column: ["secret 1"]})
    with pytest.raises(DataError, match=column) as caught:
        refuse_rows(frame)
    assert "secret" not in str(caught.value)
    with pytest.raises(DataError):
        refuse_rows(frame.set_index(column))
    assert refuse_rows(frame, "assumed") is frame


@pytest.mark.unit
def test_tables_of_counts_pass() -> None:
    frame = pd.DataFrame({"area": ["north"], "factor": ["child_neglect"], "plans": [12]})
    assert refuse_rows(frame) is frame


@pytest.mark.unit
@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("born 2011-02-03", "born [withheld]"),
        ("born 3/2/2011 or 2011-02-03T00:00:00", "born [withheld] or [withheld]"),
        ("UPN A123456789012", "UPN [withheld]"),
        ("at OX1 1ND", "at [withheld]"),
        ("child ABC1234567", "child [withheld]"),
        ("2,250 assessments in 2015, 30 trials", "2,250 assessments in 2015, 30 trials"),
    ],
)
def test_what_looks_like_a_reference_goes(text, kept) -> None:
    assert scrub(text) == kept


@pytest.mark.unit
@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (
            "cin.xml, C0001, PersonBirthDate: found '31/02/2011'; allowed: a date (a rule)",
            "cin.xml, PersonBirthDate: found [withheld]; allowed: a date (a rule)",
        ),
        ("cin.csv, row 12: found 'x'; allowed: y", "cin.csv: found [withheld]; allowed: y"),
        (
            "/home/someone/cin.xml, field UPN: C0001: found 'A123456789012'; allowed: a number",
            "cin.xml, field UPN: found [withheld]; allowed: a number",
        ),
        ("C0001: found 'it; allowed: B'; allowed: y", "found [withheld]; allowed: y"),
        ("nothing here of 2011-02-03", "nothing here of [withheld]"),
    ],
)
def test_an_issue_can_be_shared_without_the_child(text, kept) -> None:
    assert shareable(text) == kept


@pytest.mark.unit
def test_an_issue_object_is_shared_by_its_fields() -> None:
    issue = SimpleNamespace(
        file="cin.xml", reference="C1", field="Sex", found="'Q'", allowed="M, F", rule="bad_value"
    )
    assert shareable(issue) == "cin.xml, Sex: found [withheld]; allowed: M, F (bad_value)"


@pytest.mark.unit
def test_real_issues_are_shared_without_the_child() -> None:
    from riskmodel.intake.result import Issue, IssueLog

    issue = Issue("cin.xml", "C0001", "Sex", "'Q'", "M, F, U", "bad_value")
    assert "C0001" in str(issue)
    for shared in (shareable(issue), shareable(str(issue))):
        assert "C0001" not in shared
        assert "'Q'" not in shared
        assert shared.startswith("cin.xml, Sex: found [withheld]; allowed: M, F, U")
    with pytest.raises(DataError) as caught:
        IssueLog("cin.xml", strict=True).add("bad_value", "C0001", "Sex", "Q", "M, F, U")
    assert "C0001" not in shareable(str(caught.value))


@pytest.mark.unit
def test_symbols_are_explained() -> None:
    assert [symbol for symbol, _ in shorthand_notes()] == ["[c]", "[x]", "[z]", "[low]"]
    assert shorthand_notes({"[c]"}) == (("[c]", SHORTHAND["[c]"]),)
    with pytest.raises(UnknownNameError, match=r"\[d\]"):
        shorthand_notes(["[d]"])


@pytest.mark.unit
@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_text_never_becomes_a_formula(start) -> None:
    assert inert(f"{start}1+1") == f"'{start}1+1"
    assert inert(-1.5) == -1.5
    assert inert("[c]") == "[c]"
