"""The small TOML that says how a table names and writes things."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskmodel.errors import DataError
from riskmodel.intake import read_assessments, read_mapping


def write(folder: Path, text: str, name: str = "own.toml") -> Path:
    place = folder / name
    place.write_text(text, encoding="utf-8")
    return place


SOUND = """# how our table is named
[columns]
plan = "CPP"
referral_date = "Referred"
3A = "DV child"
factor_hoarding = "Hoarding"

[factors]
prefix = "RF "

[flags]
true = ["J"]
false = ["N", ""]

[dates]
format = "%m/%d/%Y"
"""
TABLE = "CPP,Referred,DV child,Hoarding,RF 4B,RF Noise,team\nJ,03/04/2015,N,1,,yes,West\n"


@pytest.mark.unit
def test_columns_words_dates_and_prefix_are_mapped(tmp_path: Path) -> None:
    table = write(tmp_path, TABLE, "t.csv")
    found = read_assessments(table, mapping=write(tmp_path, SOUND), strict=True).assessments
    assert found.factors == (
        "child_domestic_violence", "factor_hoarding", "parent_mental_health", "factor_Noise",
    )  # fmt: skip
    row = found.frame.iloc[0]
    flags = [bool(row[name]) for name in ("plan", *found.factors)]
    assert flags == [True, False, True, False, True]
    assert str(row["referral_date"])[:10] == "2015-03-04"
    assert row["team"] == "West"


@pytest.mark.unit
def test_a_date_of_another_format_is_reported_with_the_format(tmp_path: Path) -> None:
    table = write(tmp_path, TABLE.replace("03/04/2015", "25/12/2015"), "t.csv")
    found = read_assessments(table, mapping=write(tmp_path, SOUND))
    assert [(issue.rule, issue.found, issue.allowed) for issue in found.issues] == [
        ("blank_is_no", "'1 blank cell'", "a value in every cell"),
        ("bad_date", "'25/12/2015'", "a date from 1900 to 2100 as 03/31/2015"),
    ]


@pytest.mark.unit
def test_a_list_of_factors_can_be_mapped(tmp_path: Path) -> None:
    mapping = write(tmp_path, '[columns]\nplan = "P"\nfactors = "All codes"\n')
    table = write(tmp_path, 'P,All codes\n1,"3B, 4B"\n', "t.csv")
    assert read_assessments(table, mapping=mapping).assessments.counts().assessments.sum() == 2


@pytest.mark.unit
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[columns\n", r"this is no TOML: .*line 1"),
        ("\n[colums]\nplan = 'x'\n", r"line 2, field colums: .*Did you mean 'columns'"),
        ("columns = 1\n", r"line 1, field columns: must be a section"),
        ("[columns]\n\nplann = 'x'\n", r"line 3, field plann: .*Did you mean 'plan'"),
        ("[columns]\nplan = 3\n", r"line 2, field plan: must be the heading"),
        ("[columns]\nplan = 'x'\n3B = 'x'\n", r"line 2, field plan: 'x' is given two meanings"),
        ("[columns]\nplan = '''x\n3B = 1\n'''\n3B = 3\n", r"line 5, field 3B: must be the heading"),
        ("[flags]\nyes = ['x']\n", r"line 2, field yes: .*Allowed: true, false"),
        ("[flags]\ntrue = 'x'\n", r"line 2, field true: must be a list"),
        ("[flags]\ntrue = ['a']\nfalse = ['A']\n", r"line 3, field false: 'A' is both"),
        ("[dates]\nformat = 'dd/mm'\n", r"line 2, field format: must be a format"),
        ("[dates]\nformat = '%H'\n", r"line 2, field format: must be a format"),
        ("[factors]\nprefix = 1\n", r"line 2, field prefix: must be a text"),
        ("x = " + "[" * 5000, "own.toml"),
    ],
    ids=[
        "broken", "section", "no_section", "key", "heading", "twice", "in_text", "flag_key",
        "flag_value", "both", "format", "half_format", "prefix", "deep",
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_line_key_and_the_nearest(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(DataError, match=message):
        read_mapping(write(tmp_path, text))


@pytest.mark.unit
def test_a_mapped_heading_that_the_table_lacks_is_named_with_the_nearest(tmp_path: Path) -> None:
    table = write(tmp_path, TABLE.replace("Referred", "Refered"), "t.csv")
    with pytest.raises(
        DataError, match=r"own.toml, line 4, field referral_date: .*in t.csv 'Referred'.*'Refered'"
    ):
        read_assessments(table, mapping=write(tmp_path, SOUND))


@pytest.mark.unit
def test_a_mapping_or_sheet_where_neither_belongs_is_refused(tmp_path: Path) -> None:
    place = write(tmp_path, "<Message/>", "r.xml")
    with pytest.raises(DataError, match="needs no mapping"):
        read_assessments(place, mapping=write(tmp_path, SOUND))
    with pytest.raises(DataError, match="has no sheets"):
        read_assessments(place, sheet="x")
    table = write(tmp_path, TABLE, "t.csv")
    with pytest.raises(DataError, match=r"absent\.toml: cannot be read"):
        read_assessments(table, mapping=tmp_path / "absent.toml")
