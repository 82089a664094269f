"""Census returns by hand, each with one thing in it that real files have."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodel.errors import DataError
from riskmodel.intake import Intake, read_assessments

HEADER = (
    "<Header><CollectionDetails><Collection>CIN</Collection><Year>2015</Year>"
    "<ReferenceDate>2015-03-31</ReferenceDate></CollectionDetails>"
    "<Source><SourceLevel>L</SourceLevel><LEA>931</LEA><SoftwareCode>x</SoftwareCode></Source>"
    "</Header>"
)
IDENTITY = (
    "<ChildIdentifiers><LAchildID>C1</LAchildID><PersonBirthDate>2010-01-02</PersonBirthDate>"
    "<GenderCurrent>2</GenderCurrent></ChildIdentifiers>"
    "<ChildCharacteristics><Ethnicity>WBRI</Ethnicity></ChildCharacteristics>"
)


def assessment(day: str = "2014-06-01", *codes: str) -> str:
    factors = "".join(f"<AssessmentFactors>{code}</AssessmentFactors>" for code in codes)
    return (
        f"<Assessments><AssessmentActualStartDate>2014-05-01</AssessmentActualStartDate>"
        f"<AssessmentAuthorisationDate>{day}</AssessmentAuthorisationDate>"
        f"<FactorsIdentifiedAtAssessment>{factors}</FactorsIdentifiedAtAssessment></Assessments>"
    )


def plan(start: str = "2014-07-01", extra: str = "") -> str:
    return (
        f"<ChildProtectionPlans><CPPstartDate>{start}</CPPstartDate>{extra}"
        "<InitialCategoryOfAbuse>NEG</InitialCategoryOfAbuse>"
        "<LatestCategoryOfAbuse>EMO</LatestCategoryOfAbuse>"
        "<NumberOfPreviousCPP>1</NumberOfPreviousCPP></ChildProtectionPlans>"
    )


def another(reference: str) -> str:
    return IDENTITY.replace("C1", reference)


def child(*episode: str, identity: str = IDENTITY) -> str:
    return (
        f"<Child>{identity}<CINdetails><CINreferralDate>2014-05-01</CINreferralDate>"
        f"<ReferralSource>6</ReferralSource>{''.join(episode)}</CINdetails></Child>"
    )


def message(*children: str, header: str = HEADER, root: str = "<Message>") -> str:
    return f"{root}{header}<Children>{''.join(children)}</Children></Message>"


def write(folder: Path, content: str | bytes) -> Path:
    place = folder / "return.xml"
    place.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return place


def read(folder: Path, content: str | bytes) -> Intake:
    return read_assessments(write(folder, content))


SOUND = message(child(assessment("2014-06-01", "3B", "16A"), plan()))


@pytest.mark.unit
def test_a_sound_return_gives_one_row_an_assessment(tmp_path: Path) -> None:
    found = read(tmp_path, SOUND)
    assert found.issues == ()
    row = found.assessments.frame.iloc[0]
    assert (row["child_id"], row["authority"], row["year"], row["gender"]) == (
        "C1", "931", 2015, "female",
    )  # fmt: skip
    assert (row["category_of_abuse"], row["previous_plans"]) == ("neglect", 1)
    assert [str(row[name])[:10] for name in ("birth_date", "referral_date", "plan_start_date")] == [
        "2010-01-02", "2014-05-01", "2014-07-01",
    ]  # fmt: skip
    named = [name for name in found.assessments.factors if row[name]]
    assert named == ["parent_domestic_violence", "child_neglect"]
    assert len(found.assessments.factors) == 32
    assert found.assessments.weakest_basis == "observed"


@pytest.mark.unit
@pytest.mark.parametrize(
    "content",
    [
        SOUND.encode("utf-8-sig"),
        ('<?xml version="1.0" encoding="UTF-16"?>' + SOUND).encode("utf-16"),
        ('<?xml version="1.0" encoding="windows-1252"?>' + SOUND.replace("WBRI", "“é”")).encode(
            "cp1252"
        ),
        ('<?xml version="1.0" encoding="ISO-8859-1"?>' + SOUND).encode("latin-1"),
        SOUND.replace("<Message>", '<Message xmlns="http://example.org/cin">').encode(),
        SOUND.replace("<", "<c:")
        .replace("<c:/", "</c:")
        .replace("<c:Message>", '<c:Message xmlns:c="urn:cin">')
        .encode(),
        SOUND.replace("><", ">\r\n\t  <").encode(),
        SOUND.replace("2014-07-01", "\n 2014-07-01 ").replace("16A", " 16a ").encode(),
        SOUND.replace("2014-07-01", "2014-07-01T00:00:00").encode(),
        SOUND.replace("<Children>", "<!-- a note --><Children>stray text<?pi x?>").encode(),
        SOUND.replace("</CINdetails>", "<Odd><Child>x</Child></Odd></CINdetails>").encode(),
    ],
    ids=[
        "bom", "utf16", "cp1252", "latin1", "default_namespace", "prefixed_namespace", "indented",
        "spaces_and_case", "times", "comments_and_stray_text", "unknown_group",
    ],
)  # fmt: skip
def test_forms_of_the_same_return_give_the_same_rows(tmp_path: Path, content: bytes) -> None:
    found = read(tmp_path, content)
    # An element that no census has is a note: it takes nothing away from what is read.
    assert found.by_rule() == ({"unknown_element": 1} if b"<Odd>" in content else {})
    counts = found.assessments.counts()
    assert (counts.total_assessments, counts.total_plans) == (1, 1)
    assert counts.assessments.sum() == 2


@pytest.mark.unit
@pytest.mark.parametrize(
    "group",
    [
        "<Assessments/>",
        "<Section47></Section47>",
        "<ChildProtectionPlans/>",
        "<Assessments><FactorsIdentifiedAtAssessment/></Assessments>",
    ],
)
def test_empty_groups_add_nothing(tmp_path: Path, group: str) -> None:
    found = read(tmp_path, message(child(assessment("2014-06-01", "3B"), group), "<Child/>"))
    assert len(found.assessments) == 1
    assert found.assessments.counts().total_plans == 0


@pytest.mark.unit
def test_an_open_assessment_is_noted_and_left_out_even_when_strict(tmp_path: Path) -> None:
    started = "<AssessmentActualStartDate>2015-03-30</AssessmentActualStartDate>"
    open_one = f"<Assessments>{started}</Assessments>"
    place = write(tmp_path, message(child(open_one, assessment("2014-06-01", "3B"))))
    found = read_assessments(place, strict=True)
    assert found.by_rule() == {"open_assessment": 1}
    assert (len(found.assessments), found.rows_left_out) == (1, 1)


@pytest.mark.unit
def test_factors_in_several_elements_and_groups_are_put_together(tmp_path: Path) -> None:
    codes = "<AssessmentFactors>4B, 5A</AssessmentFactors>"
    more = f"<FactorsIdentifiedAtAssessment>{codes}</FactorsIdentifiedAtAssessment>"
    text = assessment("2014-06-01", "1A", "2B").replace("</Assessments>", more + "</Assessments>")
    found = read(tmp_path, message(child(text)))
    assert found.issues == ()
    assert found.assessments.counts().assessments.sum() == 4


@pytest.mark.unit
def test_an_unknown_code_is_reported_with_its_child_and_refused_when_strict(tmp_path: Path) -> None:
    place = write(tmp_path, message(child(assessment("2014-06-01", "3B", "99Z"))))
    found = read_assessments(place)
    assert [(i.reference, i.field, i.found, i.rule) for i in found.issues] == [
        ("child C1", "AssessmentFactors", "'99Z'", "unknown_code")
    ]
    with pytest.raises(DataError, match=r"return.xml, field AssessmentFactors: one child: found"):
        read_assessments(place, strict=True)


@pytest.mark.unit
def test_no_factors_is_21_alone(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        message(
            child(assessment("2014-06-01", "21")),
            child(assessment("2014-06-01", "21", "3B"), identity=another("C2")),
            child(assessment("2014-06-01"), identity=another("C3")),
        ),
    )
    assert found.by_rule() == {"no_factors_and_factors": 1, "no_factors_recorded": 1}
    assert found.assessments.frame["parent_domestic_violence"].tolist() == [False, True, False]


@pytest.mark.unit
def test_parts_of_a_divided_factor_are_joined_and_later_ones_added(tmp_path: Path) -> None:
    found = read(tmp_path, message(child(assessment("2014-06-01", "18B", "18C", "8D", "24A"))))
    flags = found.assessments.frame.iloc[0]
    assert flags["child_physical_abuse"]
    assert flags["child_privately_fostered"]
    assert found.assessments.factors[-1] == "child_criminal_exploitation"
    assert found.assessments.counts().assessments.sum() == 3


@pytest.mark.unit
def test_a_bad_date_is_reported_and_the_rest_goes_on(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        message(
            child(assessment("2014-06-31", "3B"), plan()),
            child(
                assessment("2014-06-01", "3B"),
                plan("soon"),
                plan("2014-06-30"),
                identity=another("C2"),
            ),
        ),
    )
    assert [(i.rule, i.field) for i in found.issues] == [
        ("bad_date", "AssessmentAuthorisationDate"),
        ("plan_not_linked", "CPPstartDate"),
        ("bad_date", "CPPstartDate"),
        ("missing_date", "CPPstartDate"),
    ]
    assert found.assessments.frame["plan"].tolist() == [True]


@pytest.mark.unit
@pytest.mark.parametrize(
    ("start", "linked"),
    [
        ("2014-05-31", False),
        ("2014-06-01", True),
        ("2014-12-01", True),
        ("2014-12-02", False),
    ],
    ids=["before", "same_day", "after_183_days", "after_184_days"],
)
def test_a_plan_counts_from_its_assessment_to_183_days_after(
    tmp_path: Path, start: str, linked: bool
) -> None:
    found = read(tmp_path, message(child(assessment("2014-06-01", "3B"), plan(start))))
    assert found.assessments.frame["plan"].tolist() == [linked]
    assert found.by_rule() == ({} if linked else {"plan_not_linked": 1})


@pytest.mark.unit
def test_a_plan_belongs_to_the_latest_assessment_before_it(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        message(
            child(
                assessment("2014-08-01", "4B"),
                assessment("2014-06-01", "3B"),
                assessment("2014-06-20", "16A"),
                plan("2014-07-01"),
            )
        ),
    )
    frame = found.assessments.frame
    assert frame["plan"].tolist() == [False, True, False]
    assert frame.loc[frame["plan"], "child_neglect"].tolist() == [True]


@pytest.mark.unit
def test_a_plan_of_another_episode_is_not_linked(tmp_path: Path) -> None:
    two = (
        child(assessment("2014-06-01", "3B")).removesuffix("</Child>")
        + "<CINdetails><CINreferralDate>2014-06-10</CINreferralDate>"
        + plan()
        + "</CINdetails></Child>"
    )
    found = read(tmp_path, message(two))
    assert found.assessments.frame["plan"].tolist() == [False]
    assert found.by_rule() == {"plan_not_linked": 1}


@pytest.mark.unit
def test_of_two_plans_after_one_assessment_the_first_counts(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        message(child(assessment("2014-06-01", "3B"), plan("2014-09-01"), plan("2014-07-01"))),
    )
    assert found.by_rule() == {"second_plan": 1}
    assert str(found.assessments.frame["plan_start_date"].iloc[0])[:10] == "2014-07-01"


@pytest.mark.unit
def test_the_conference_is_read_on_either_level(tmp_path: Path) -> None:
    held = "<DateOfInitialCPC>2014-06-20</DateOfInitialCPC>"
    enquiry = f"<Section47><S47ActualStartDate>2014-06-10</S47ActualStartDate>{held}</Section47>"
    found = read(
        tmp_path,
        message(
            child(assessment("2014-06-01", "3B"), enquiry),
            child(
                held,
                assessment("2014-06-01", "3B"),
                enquiry.replace(held, ""),
                identity=another("C2"),
            ),
            child(held, assessment("2014-06-01", "3B"), identity=another("C3")),
        ),
    )
    frame = found.assessments.frame
    assert (frame["conference_date"] == np.datetime64("2014-06-20")).all()
    assert frame["section_47_date"].isna().tolist() == [False, False, True]


@pytest.mark.unit
def test_dates_that_run_backwards_are_taken_out_and_reported(tmp_path: Path) -> None:
    ended = "<CPPendDate>2014-06-15</CPPendDate>"
    found = read(
        tmp_path, message(child(assessment("2014-06-01", "3B"), plan("2014-07-01", ended)))
    )
    assert found.assessments.frame["plan"].tolist() == [True]
    assert found.assessments.frame["plan_end_date"].isna().all()
    assert [(i.rule, i.reference, i.field) for i in found.issues] == [
        ("date_order", "child C1", "plan_end_date")
    ]


@pytest.mark.unit
@pytest.mark.parametrize(
    ("field", "code", "gender"),
    [("Sex", "M", "male"), ("Sex", "U", None), ("GenderCurrent", "9", None)],
)
def test_gender_comes_from_the_field_of_the_year(
    tmp_path: Path, field: str, code: str, gender: str | None
) -> None:
    content = SOUND.replace("GenderCurrent>", f"{field}>").replace(">2</", f">{code}</")
    found = read(tmp_path, content)
    assert found.issues == ()
    value = found.assessments.frame["gender"].iloc[0]
    assert value == gender or (gender is None and value is not None and value != value)


@pytest.mark.unit
def test_missing_reference_header_and_gender_are_reported(tmp_path: Path) -> None:
    identity = "<ChildIdentifiers><GenderCurrent>X</GenderCurrent></ChildIdentifiers>"
    found = read(
        tmp_path, message(child(assessment("2014-06-01", "3B"), identity=identity), header="")
    )
    assert set(found.by_rule()) == {"missing_header", "missing_reference", "unknown_code"}
    assert not {"year", "authority"} & set(found.assessments.frame.columns)


@pytest.mark.unit
def test_a_truncated_file_says_where_it_broke(tmp_path: Path) -> None:
    content = message(*[child(assessment("2014-06-01", "3B"))] * 3).replace("<Child>", "\n<Child>")
    with pytest.raises(DataError, match=r"return.xml, line 4: the file ends early.* cut off"):
        read(tmp_path, content[:-400])


@pytest.mark.unit
@pytest.mark.parametrize(
    "declaration",
    [
        '<!DOCTYPE Message [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>',
        '<!DOCTYPE Message [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE Message SYSTEM "http://example.org/cin.dtd">',
        "<!DOCTYPE Message>",
    ],
    ids=["expanding", "external_entity", "external_dtd", "bare"],
)
def test_document_types_and_entities_are_refused(tmp_path: Path, declaration: str) -> None:
    with pytest.raises(DataError, match="declares a document type"):
        read(tmp_path, declaration + SOUND.replace("16A", "&b;"))


@pytest.mark.unit
@pytest.mark.parametrize(
    ("content", "message_part"),
    [
        (b"", "ends early|no element found"),
        (b"hello", "not well-formed"),
        (b"<html></html>", "begins with <html>"),
        (SOUND.replace("</Header>", "</Heading>").encode(), "mismatched tag"),
        (SOUND.replace("16A", "&b;").encode(), "undefined entity"),
        (SOUND.replace("WBRI", "“é”").encode("cp1252"), "in the encoding that its first line"),
        (b'<?xml version="1.0" encoding="klingon"?>' + SOUND.encode(), "encoding"),
        (SOUND.encode() + b"<Message/>", "junk after document"),
    ],
    ids=[
        "empty", "text", "html", "mismatched", "undefined_entity", "wrong_bytes",
        "unknown_encoding", "junk_after",
    ],
)  # fmt: skip
def test_what_is_no_return_is_refused(tmp_path: Path, content: bytes, message_part: str) -> None:
    with pytest.raises(DataError, match=message_part):
        read(tmp_path, content)


@pytest.mark.unit
def test_a_child_without_end_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    content = message().removesuffix("</Children></Message>") + "<Child>" + "<a>" * 1_000_000
    with pytest.raises(DataError, match="MB go by without the end of a child"):
        read(tmp_path, content)


@pytest.mark.unit
def test_children_in_many_blocks_are_read_once_each(tmp_path: Path) -> None:
    children = [
        child(assessment("2014-06-01", "3B"), identity=IDENTITY.replace("C1", str(number)))
        for number in range(2000)
    ]
    found = read(tmp_path, message(*children))
    assert found.assessments.frame["child_id"].tolist() == list(range(2000))


@pytest.mark.unit
@pytest.mark.parametrize("reference", ["0012", "9" * 20, "A-1", "1.0"])
def test_a_reference_that_a_number_could_not_hold_stays_text(
    tmp_path: Path, reference: str
) -> None:
    found = read(tmp_path, SOUND.replace("C1", reference))
    assert found.assessments.frame["child_id"].tolist() == [reference]


@pytest.mark.unit
def test_local_factors_come_from_the_side_file(tmp_path: Path) -> None:
    (tmp_path / "return.factors.csv").write_text(
        "LAchildID,AssessmentAuthorisationDate,child_asc,county_lines\n"
        "C1,2014-06-01,1,0\nC2,2014-06-01,0,1\n",
        encoding="utf-8",
    )
    found = read(tmp_path, SOUND)
    assert found.assessments.frame["child_asc"].tolist() == [True]
    assert found.assessments.frame["county_lines"].tolist() == [False]
    assert found.assessments.factors[-1] == "county_lines"
    assert [(i.rule, i.reference) for i in found.issues] == [("unmatched_side_file", "child C2")]


@pytest.mark.unit
@pytest.mark.parametrize(
    ("content", "message_part"),
    [
        ("child,flag\n", "the first line must be"),
        ("LAchildID,AssessmentAuthorisationDate,x\nC1,2014-06-01,perhaps\n", "line 2, field x"),
        ("LAchildID,AssessmentAuthorisationDate,x\nC1,2014-06-01\n", "found 2 cells"),
        ("LAchildID,AssessmentAuthorisationDate,x\nC1,never,1\n", "is no date"),
    ],
)
def test_a_side_file_of_another_form_is_refused(
    tmp_path: Path, content: str, message_part: str
) -> None:
    (tmp_path / "return.factors.csv").write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=message_part):
        read(tmp_path, SOUND)


@pytest.mark.property
@given(
    cut=st.integers(0, len(SOUND)),
    length=st.integers(0, 40),
    put=st.sampled_from(["", "<", ">", "&", "\x00", "]]>", "<a>", "é", "2014", "</Child>", '"']),
)
def test_a_mutated_return_gives_rows_or_a_clear_message(
    cut: int, length: int, put: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    place = write(tmp_path_factory.mktemp("mutated"), SOUND[:cut] + put + SOUND[cut + length :])
    message = ""
    try:
        found = read_assessments(place)
    except DataError as error:
        message = str(error)
    else:
        assert len(found.assessments) + found.rows_left_out == found.rows_read
    assert not message or "return.xml" in message
