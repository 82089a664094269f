"""CSV and Parquet: what is read, what is reported, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodel.errors import DataError, UnknownNameError
from riskmodel.intake import Intake, read_assessments, read_counts

PLAIN = "plan,parent_domestic_violence,child_neglect\ntrue,true,false\nfalse,false,true\n"


def write(path: Path, content: str | bytes, name: str = "table.csv") -> Path:
    place = path / name
    place.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return place


def read(path: Path, content: str | bytes, name: str = "table.csv") -> Intake:
    return read_assessments(write(path, content, name))


@pytest.mark.unit
def test_a_plain_table_is_read_without_issues(tmp_path: Path) -> None:
    found = read(tmp_path, PLAIN)
    assert found.issues == ()
    assert found.assessments.factors == ("parent_domestic_violence", "child_neglect")
    assert found.assessments.counts().plans.tolist() == [1, 0]
    assert set(found.assessments.basis.values()) == {"observed"}


@pytest.mark.unit
@pytest.mark.parametrize(
    "heading", ["parent_domestic_violence", "Parent Domestic Violence", "3B", " 3b ", "PLAN"]
)
def test_a_factor_is_known_by_name_label_or_code(tmp_path: Path, heading: str) -> None:
    if heading == "PLAN":
        found = read(tmp_path, PLAIN.replace("plan", "PLAN"))
    else:
        found = read(tmp_path, PLAIN.replace("parent_domestic_violence", heading))
    assert found.assessments.factors[0] == "parent_domestic_violence"


@pytest.mark.unit
@pytest.mark.parametrize(
    ("yes", "no"), [("TRUE", "False"), ("1", "0"), ("Yes", "NO"), ("y", "n"), ("1.0", "0.0")]
)
def test_true_and_false_are_spelled_in_many_ways(tmp_path: Path, yes: str, no: str) -> None:
    found = read(tmp_path, PLAIN.replace("true", yes).replace("false", no))
    assert found.issues == ()
    assert found.assessments.frame["plan"].tolist() == [True, False]


@pytest.mark.unit
def test_text_in_a_flag_leaves_the_row_out_and_names_the_line(tmp_path: Path) -> None:
    found = read(tmp_path, PLAIN + "maybe,true,true\ntrue,,true\n")
    assert len(found.assessments) == 2
    assert (found.rows_read, found.rows_left_out) == (4, 2)
    assert [(i.reference, i.field, i.found) for i in found.issues] == [
        ("line 4", "plan", "'maybe'"),
        ("line 5", "parent_domestic_violence", "nothing"),
    ]


@pytest.mark.unit
def test_strict_refuses_text_in_a_flag(tmp_path: Path) -> None:
    place = write(tmp_path, PLAIN + "maybe,true,true\n")
    with pytest.raises(DataError, match=r"table.csv, field plan: line 4: found 'maybe'; allowed"):
        read_assessments(place, strict=True)


@pytest.mark.unit
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_says_the_encoding(tmp_path: Path, encoding: str) -> None:
    found = read(tmp_path, PLAIN.encode(encoding))
    assert found.issues == ()
    assert len(found.assessments) == 2


@pytest.mark.unit
def test_windows_1252_is_read_and_noted(tmp_path: Path) -> None:
    text = "plan,3B,team\ntrue,true,Ségur – West\n"
    found = read(tmp_path, text.encode("cp1252"))
    assert found.assessments.frame["team"].tolist() == ["Ségur – West"]
    assert found.by_rule() == {"encoding": 1}
    assert len(read_assessments(tmp_path / "table.csv", strict=True).assessments) == 1


@pytest.mark.unit
def test_a_ragged_row_is_left_out_and_later_lines_keep_their_number(tmp_path: Path) -> None:
    found = read(tmp_path, PLAIN + "true,true\n\nfalse,x,true\n")
    assert [(i.rule, i.reference) for i in found.issues] == [
        ("bad_row", "line 4"),
        ("bad_flag", "line 6"),
    ]
    assert (found.rows_read, len(found.assessments)) == (4, 2)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "the file is empty"),
        ("\n\n", "the file is empty"),
        (",,\n1,1,1\n", "the file has no heading"),
        ("3B,16A\n1,0\n", "field plan: this column is missing; the file has '3B', '16A'"),
        ("plan,team\n1,West\n", "no column is a factor"),
        ("plan,3B,parent_domestic_violence\n1,0,0\n", "two columns mean the same"),
        ("plan,Plan,3B\n1,0,0\n", "two columns mean the same"),
        ("plan,3B,team,team\n1,0,a,b\n", "two columns mean the same"),
        (b"PK\x03\x04\x00\x00\x00", "holds zero bytes"),
        (b"\xff\xfep\x00l\x00a\x00\xd8", "no sound UTF-16"),
    ],
    ids=[
        "empty", "blank", "no_heading", "no_plan", "no_factor", "same_factor_twice", "plan_twice",
        "other_twice", "binary", "broken_utf16",
    ],
)  # fmt: skip
def test_a_table_that_cannot_be_used_is_refused(
    tmp_path: Path, content: str | bytes, message: str
) -> None:
    with pytest.raises(DataError, match=message):
        read(tmp_path, content)


@pytest.mark.unit
def test_a_heading_alone_is_an_empty_table(tmp_path: Path) -> None:
    found = read(tmp_path, "plan,3B,birth_date,child_id\n")
    assert len(found.assessments) == 0
    assert found.issues == ()


@pytest.mark.unit
def test_dates_numbers_and_unknown_columns(tmp_path: Path) -> None:
    text = (
        "child_id,plan,3B,referral_date,assessment_date,previous_plans,team\n"
        '7,1,1,2014-05-01,01/06/2014,2,"West, 1"\n'
        "8,0,1,2014-02-30,2014-06-01,two,\n"
    )
    found = read(tmp_path, text)
    frame = found.assessments.frame
    assert frame["child_id"].tolist() == [7, 8]
    assert frame["assessment_date"].dt.strftime("%Y-%m-%d").tolist() == ["2014-06-01"] * 2
    assert frame["previous_plans"].isna().tolist() == [False, True]
    assert frame["team"].isna().tolist() == [False, True]
    assert [(i.rule, i.reference, i.field) for i in found.issues] == [
        ("bad_date", "line 3", "referral_date"),
        ("bad_value", "line 3", "previous_plans"),
    ]


@pytest.mark.unit
def test_dates_that_run_backwards_are_taken_out(tmp_path: Path) -> None:
    text = "plan,3B,referral_date,assessment_date\n1,1,2014-07-01,2014-06-01\n"
    found = read(tmp_path, text)
    assert found.assessments.frame["referral_date"].isna().all()
    assert found.assessments.frame["assessment_date"].notna().all()
    assert [(i.rule, i.field, i.found) for i in found.issues] == [
        ("date_order", "referral_date", "'2014-07-01'")
    ]


@pytest.mark.unit
def test_a_child_reference_that_is_no_number_stays_text(tmp_path: Path) -> None:
    found = read(tmp_path, "child_id,plan,3B\nA1,1,1\n2,0,0\n")
    assert found.assessments.frame["child_id"].tolist() == ["A1", "2"]


@pytest.mark.unit
def test_local_factors_are_known_by_prefix_or_by_being_named(tmp_path: Path) -> None:
    place = write(tmp_path, "plan,3B,factor_county_lines,Hoarding\n1,1,1,0\n")
    assert read_assessments(place).assessments.factors == (
        "parent_domestic_violence",
        "factor_county_lines",
    )
    named = read_assessments(place, local_factors=["hoarding"]).assessments
    assert named.factors[-1] == "Hoarding"
    assert named.frame["Hoarding"].tolist() == [False]


@pytest.mark.unit
def test_a_dictionary_that_is_none_is_refused(tmp_path: Path) -> None:
    place = write(tmp_path, PLAIN)
    write(tmp_path, "column,basis\nplan,guessed\n", "table.dictionary.csv")
    with pytest.raises(DataError, match=r"table.dictionary.csv, line 2, field basis"):
        read_assessments(place)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("name", "message"),
    [("absent.csv", "no such file"), ("table.doc", r"allowed: .csv, .parquet, .xml, .xlsx")],
)
def test_a_missing_file_or_another_ending_is_refused(
    tmp_path: Path, name: str, message: str
) -> None:
    write(tmp_path, PLAIN, "table.doc")
    with pytest.raises(DataError, match=message):
        read_assessments(tmp_path / name)


@pytest.mark.parquet
@pytest.mark.unit
def test_a_file_that_is_not_parquet_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no Parquet file, or a broken one"):
        read(tmp_path, PLAIN, "table.parquet")


@pytest.mark.unit
def test_a_folder_without_parquet_is_refused(tmp_path: Path) -> None:
    write(tmp_path, PLAIN)
    with pytest.raises(DataError, match=r"holds no Parquet file .* and no assessments\.csv"):
        read_assessments(tmp_path)


@pytest.mark.parquet
@pytest.mark.unit
def test_parquet_of_an_analyst_may_hold_numbers_texts_and_gaps(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table(
        {
            "plan": pa.array([1, 0, 1, 1], pa.int8()),
            "3B": pa.array(["yes", "no", "Yes", None]),
            "16A": pa.array([True, None, False, True]),
            "year": pa.array([2014, 2014, 2015, 2015], pa.int16()),
        }
    )
    pq.write_table(table, tmp_path / "t.parquet")
    found = read_assessments(tmp_path / "t.parquet")
    assert [(i.reference, i.field) for i in found.issues] == [
        ("row 4", "parent_domestic_violence"),
        ("row 2", "child_neglect"),
    ]
    assert found.assessments.frame["year"].tolist() == [2014, 2015]
    with pytest.raises(DataError, match="row group 1, row 4: found None"):
        read_counts(tmp_path / "t.parquet")


@pytest.mark.parquet
@pytest.mark.unit
def test_parts_must_agree(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    for number, heading in enumerate(("3B", "16A")):
        table = pa.table({"plan": [True], heading: [False]})
        pq.write_table(table, tmp_path / f"{number}.parquet")
    with pytest.raises(DataError, match=r"1\.parquet"):
        read_assessments(tmp_path)
    with pytest.raises(DataError, match="has other factors than the first file"):
        read_counts(tmp_path)


@pytest.mark.parquet
@pytest.mark.unit
def test_counts_by_an_unknown_column_name_the_nearest(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"plan": [True], "3B": [True], "year": [1]}), tmp_path / "t.parquet")
    with pytest.raises(UnknownNameError, match="Did you mean 'year'"):
        read_counts(tmp_path / "t.parquet", by=("yer",))


@pytest.mark.parquet
@pytest.mark.unit
def test_counts_by_columns_of_a_file_and_its_folders(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    for authority in ("800", "931"):
        folder = tmp_path / f"authority={authority}"
        folder.mkdir()
        table = pa.table(
            {
                "plan": [True, False, True, True],
                "3B": [True, True, False, True],
                "area": ["b", "a", "b", "a"],
                "year": [2015, 2014, 2015, 2015],
            }
        )
        pq.write_table(table, folder / "part.parquet", row_group_size=3)
    counts = read_counts(tmp_path, by=("authority", "area", "year"))
    assert [(key, c.total_assessments, int(c.plans[0])) for key, c in counts.items()] == [
        ((authority, *rest), n, k)
        for authority in ("800", "931")
        for rest, n, k in ((("a", 2014), 1, 0), (("a", 2015), 1, 1), (("b", 2015), 2, 1))
    ]
    whole = dict(read_assessments(tmp_path).assessments.counts_by(("authority", "area", "year")))
    assert counts == whole


@pytest.mark.property
@given(data=st.binary(max_size=300))
def test_no_bytes_end_in_a_traceback(data: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("bytes")
    for name in ("x.csv", "x.parquet", "x.xml"):
        (folder / name).write_bytes(data)
        with pytest.raises(DataError):
            read_assessments(folder / name)


@pytest.mark.property
@given(rows=st.lists(st.text(alphabet='01,"\n;\r truefalsyn\x00é', max_size=30), max_size=6))
def test_no_table_ends_in_a_traceback(
    rows: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    place = tmp_path_factory.mktemp("rows") / "x.csv"
    place.write_bytes(("plan,3B\n" + "\n".join(rows)).encode())
    try:
        found = read_assessments(place)
    except DataError:
        return
    assert found.rows_left_out <= len(found.issues)
