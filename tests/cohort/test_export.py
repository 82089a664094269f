"""Tables that leave come back the same, whole or not at all, and with the same bytes."""

from __future__ import annotations

import errno
import json
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskmodel import census
from riskmodel.assessments import DATE_ORDER, PLAN, Assessments
from riskmodel.cohort import CohortDesign, generate_cohort
from riskmodel.cohort.export import (
    write_census_xml,
    write_csv,
    write_dictionary,
    write_parquet,
    write_parquet_blocks,
)
from riskmodel.errors import DataError, OutputError, UnknownNameError
from riskmodel.estimates import Basis
from riskmodel.intake import read_assessments, read_counts
from riskmodel.parameters import parameter
from riskmodel.streams import stream
from riskmodel.vocabulary import FACTORS

NAMES = tuple(factor.name for factor in FACTORS)
CATEGORIES = np.array(["neglect", "emotional", "physical", "sexual", "multiple"])


def days(start: Any, offset: Any, missing: Any) -> Any:
    return np.where(missing, np.datetime64("NaT"), start + offset.astype("timedelta64[D]"))


def cohort(rows: int = 60, year: int = 2015, seed: int = 1, **basis: Basis) -> Assessments:
    """Random rows whose dates make sense: some with an enquiry, a conference, a plan."""
    draw = stream(seed, "tests/export")
    plan = draw.random(rows) < 0.3
    enquiry = plan | (draw.random(rows) < 0.3)
    opens = np.datetime64(census.first_day(year))
    referral = opens + draw.integers(0, 120, rows).astype("timedelta64[D]")
    assessed = referral + draw.integers(1, 46, rows).astype("timedelta64[D]")
    section_47 = days(assessed, draw.integers(0, 11, rows), ~enquiry)
    conference = days(section_47, draw.integers(1, 16, rows), ~(plan | (draw.random(rows) < 0.5)))
    start = days(conference, draw.integers(0, 3, rows), ~plan)
    end = days(start, draw.integers(30, 600, rows), ~(plan & (draw.random(rows) < 0.7)))
    born = referral - draw.integers(0, 6000, rows).astype("timedelta64[D]")
    columns: dict[str, Any] = {
        "assessment_id": np.arange(1, rows + 1),
        "child_id": np.arange(rows) + 1001,
        "authority": pd.Series(["931"] * rows, dtype="str"),
        "year": np.full(rows, year),
        PLAN: plan,
    }
    columns.update({name: draw.random(rows) < 0.1 for name in NAMES})
    columns["gender"] = pd.Series(draw.choice(["female", "male"], rows), dtype="str")
    dates = (born, referral, assessed, section_47, conference, start, end)
    for name, values in zip(("birth_date", *DATE_ORDER), dates, strict=True):
        columns[name] = values.astype("datetime64[s]")
    category = pd.Series(CATEGORIES[draw.integers(0, 5, rows)], dtype="str")
    columns["category_of_abuse"] = category.where(plan)
    columns["previous_plans"] = pd.Series(draw.integers(0, 3, rows)).astype("Int64").where(plan)
    known = pd.Series(draw.random(rows) < 0.2).astype("boolean")
    columns["early_intervention_before"] = known.where(plan)
    basis = {"plan": "published", "gender": "assumed", **basis}
    return Assessments(pd.DataFrame(columns), NAMES, basis, "synthetic")


def tree(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def write_each(table: Assessments, folder: Path) -> Iterator[Path]:
    yield write_csv(table, folder / "t.csv")
    yield write_parquet(table, folder / "t.parquet")
    yield write_parquet(table, folder / "parts", partition_by=("authority", "year"))


@pytest.mark.integration
def test_csv_and_parquet_give_back_every_cell_and_basis(tmp_path: Path) -> None:
    table = cohort()
    for path in write_each(table, tmp_path):
        found = read_assessments(path, strict=True)
        assert found.issues == ()
        pd.testing.assert_frame_equal(found.assessments.frame, table.frame)
        assert found.assessments.factors == table.factors
        assert found.assessments.basis == table.basis
        assert found.assessments.counts() == table.counts()


@pytest.mark.integration
@pytest.mark.parametrize("year", [2014, 2015, 2016, 2021, 2022, 2024, 2025, 2026])
def test_a_return_of_any_year_gives_back_what_the_census_holds(tmp_path: Path, year: int) -> None:
    table = cohort(200, year)
    path = write_census_xml(table, tmp_path / "r.xml", year=year, authority_code="931")
    found = read_assessments(path, strict=True)
    assert found.issues == ()
    back = found.assessments
    assert back.factors == table.factors
    kept = [name for name in back.frame.columns if name != "plan_end_date"]
    pd.testing.assert_frame_equal(back.frame[kept], table.frame[kept])
    ends = table.frame["plan_end_date"]
    known = ends.where(ends <= np.datetime64(census.reference_date(year)))
    assert known.notna().sum() < ends.notna().sum()
    pd.testing.assert_series_equal(back.frame["plan_end_date"], known)
    assert set(back.basis.values()) == {"assumed"}
    assert back.counts().plans.tolist() == table.counts().plans.tolist()


@pytest.mark.integration
@pytest.mark.parametrize("year", [2015, 2021, 2025])
def test_a_return_holds_the_fields_and_codes_of_its_year_in_order(
    tmp_path: Path, year: int
) -> None:
    path = write_census_xml(cohort(200, year), tmp_path / "r.xml", year=year, authority_code="931")
    root = ET.parse(path).getroot()
    for group in ("ChildIdentifiers", "Section47", "ChildProtectionPlans", "Source"):
        allowed = [field.name for field in census.fields(year) if field.module == group]
        # Reviews stand in the plan, each with its day.
        allowed += ["Reviews"] if group == "ChildProtectionPlans" else []
        for element in root.iter(group):
            names = [part.tag for part in element]
            assert set(names) <= set(allowed)
            places = [allowed.index(name) for name in names]
            assert places == sorted(places)
    order = ["CINreferralDate", "ReferralSource", "PrimaryNeedCode", "DateOfInitialCPC",
             "Assessments", "Section47", "ReferralNFA", "ChildProtectionPlans"]  # fmt: skip
    for episode in root.iter("CINdetails"):
        places = [order.index(part.tag) for part in episode]
        assert places == sorted(places)
    codes = {element.text for element in root.iter("AssessmentFactors")}
    assert codes <= set(census.factor_codes(year))
    reference = census.reference_date(year)
    texts = [e.text or "" for e in root.iter() if e.tag.endswith("Date") or "DateOf" in e.tag]
    assert max(date.fromisoformat(text) for text in texts) <= reference
    assert (root.find(".//Content") is not None) == (year < 2022)
    assert root.findtext(".//ReferenceDate") == f"{year}-03-31"


@pytest.mark.integration
def test_no_factor_at_all_is_code_21(tmp_path: Path) -> None:
    table = cohort(3)
    frame = table.frame.assign(**dict.fromkeys(NAMES, False))
    table = Assessments(frame, NAMES, table.basis)
    path = write_census_xml(table, tmp_path / "r.xml", year=2015, authority_code="931")
    codes = [element.text for element in ET.parse(path).getroot().iter("AssessmentFactors")]
    assert codes == ["21"] * 3
    assert read_assessments(path).by_rule() == {}


@pytest.mark.integration
def test_local_factors_go_to_the_side_file_and_an_old_one_goes_away(tmp_path: Path) -> None:
    table = cohort()
    path, side = tmp_path / "r.xml", tmp_path / "r.factors.csv"
    write_census_xml(table, path, year=2015, authority_code="931")
    assert side.read_text("utf-8").splitlines()[0] == (
        "LAchildID,AssessmentAuthorisationDate,child_asc,parent_asc"
    )
    coded = tuple(factor.name for factor in FACTORS if factor.code is not None)
    plain = Assessments(table.frame.drop(columns=["child_asc", "parent_asc"]), coded, {})
    path.unlink()
    with pytest.raises(OutputError, match=r"r.factors.csv is there already"):
        write_census_xml(plain, path, year=2015, authority_code="931")
    write_census_xml(plain, path, year=2015, authority_code="931", overwrite=True)
    assert not side.exists()
    assert read_assessments(path).assessments.weakest_basis == "observed"


@pytest.mark.integration
def test_several_assessments_of_a_child_share_referral_or_child(tmp_path: Path) -> None:
    table = cohort(4)
    frame = table.frame.assign(child_id=[7, 7, 7, 8])
    days_of = {
        "referral_date": ["2014-04-01", "2014-04-01", "2014-09-01", "2014-04-01"],
        "assessment_date": ["2014-05-01", "2014-08-01", "2014-10-01", "2014-05-01"],
        "plan_start_date": ["2014-06-01", None, "2014-11-01", None],
    }
    for name in ("birth_date", "section_47_date", "conference_date", "plan_end_date"):
        days_of[name] = [None] * 4
    frame = frame.assign(
        plan=[True, False, True, False],
        **{name: np.array(v, dtype="datetime64[s]") for name, v in days_of.items()},
    )
    table = Assessments(frame, NAMES, table.basis)
    path = write_census_xml(table, tmp_path / "r.xml", year=2015, authority_code="931")
    root = ET.parse(path).getroot()
    assert [len(child.findall("CINdetails")) for child in root.iter("Child")] == [2, 1]
    back = read_assessments(path, strict=True).assessments
    assert back.frame[[PLAN, *NAMES]].equals(table.frame[[PLAN, *NAMES]])


def changed(table: Assessments, row: int, **cells: Any) -> Assessments:
    frame = table.frame.copy()
    for name, value in cells.items():
        frame.loc[row, name] = value
    return Assessments(frame, table.factors, table.basis, table.source)


@pytest.mark.integration
def test_what_a_return_cannot_say_is_refused(tmp_path: Path) -> None:
    table = cohort()
    path = tmp_path / "r.xml"
    planned = int(np.flatnonzero(table.frame[PLAN])[0])
    nothing = pd.NaT
    cases = [
        (changed(table, planned, plan_start_date=nothing, plan_end_date=nothing), "plan and no"),
        (changed(table, planned, plan=False), "a date and no plan"),
        (changed(table, planned, assessment_date=nothing), "have no date"),
        (changed(table, planned, plan_start_date=pd.Timestamp("2015-04-01"),
                 plan_end_date=nothing), "lie after 2015-03-31"),
        (changed(table, planned, plan_start_date=table.frame["assessment_date"][planned]
                 + pd.Timedelta(days=184), plan_end_date=nothing), "more than 183 days"),
        (Assessments(table.frame.drop(columns="plan_start_date"), NAMES, {}), "missing: plan"),
        (Assessments(table.frame[table.frame["year"] == 0], NAMES, {}), "no assessments of"),
    ]  # fmt: skip
    for bad, message in cases:
        with pytest.raises(DataError, match=message):
            write_census_xml(bad, path, year=2015, authority_code="931")
    for year, authority in ((2013, "931"), (2015, "93")):
        with pytest.raises(DataError):
            write_census_xml(table, path, year=year, authority_code=authority)
    assert tree(tmp_path) == {}


@pytest.mark.integration
def test_two_assessments_that_share_a_plan_day_are_refused(tmp_path: Path) -> None:
    table = cohort()
    first = int(np.flatnonzero(table.frame[PLAN])[0])
    start = table.frame["plan_start_date"][first]
    twin = table.frame.loc[[first]].assign(assessment_date=start, plan=False)
    for name in DATE_ORDER[2:]:
        twin[name] = np.array(["NaT"], dtype="datetime64[s]")
    frame = pd.concat([table.frame, twin], ignore_index=True)
    with pytest.raises(DataError, match="after the child's next assessment"):
        write_census_xml(
            Assessments(frame, NAMES, {}), tmp_path / "r.xml", year=2015, authority_code="931"
        )


@pytest.mark.integration
def test_the_same_table_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        for path in write_each(cohort(), tmp_path / name):
            assert path.exists()
        write_census_xml(cohort(), tmp_path / name / "r.xml", year=2015, authority_code="931")
    assert tree(tmp_path / "a") == tree(tmp_path / "b")
    assert len(tree(tmp_path / "a")) == 6


@pytest.mark.integration
def test_bytes_do_not_depend_on_the_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("riskmodel.cohort.export.ROW_GROUP_ROWS", 64)
    draw = stream(3, "tests/blocks")
    flags = {name: draw.random(1000) < 0.2 for name in ("plan", *NAMES)}
    ids = np.arange(1000)
    written = []
    for size in (1, 7, 64, 100, 1000):
        for partition_by in ((), ("authority", "year")):
            blocks = (
                {
                    "assessment_id": ids[start : start + size],
                    "authority": "931",
                    "year": 2015,
                    **{name: values[start : start + size] for name, values in flags.items()},
                }
                for start in range(0, 1000, size)
            )
            out = tmp_path / f"{size}" / ("parts" if partition_by else "t.parquet")
            write_parquet_blocks(blocks, out, factors=NAMES, basis={}, partition_by=partition_by)
        written.append(tree(tmp_path / f"{size}"))
    assert all(files == written[0] for files in written)
    assert sorted(written[0]) == ["parts/authority=931/year=2015/part-0.parquet", "t.parquet"]
    counts = {path: read_counts(tmp_path / "7" / path) for path in ("parts", "t.parquet")}
    assert counts["parts"] == counts["t.parquet"]
    assert pq.ParquetFile(tmp_path / "7" / "t.parquet").num_row_groups == 16


@pytest.mark.integration
def test_counts_by_authority_and_year_equal_those_of_the_whole_table(tmp_path: Path) -> None:
    tables = [cohort(50, year, seed=year) for year in (2014, 2015)]
    frames = [table.frame for table in tables] + [tables[0].frame.assign(authority="800")]
    whole = Assessments(pd.concat(frames, ignore_index=True), NAMES, tables[0].basis)
    expected = dict(whole.counts_by(("authority", "year")))
    for path in write_each(whole, tmp_path):
        assert read_counts(path, by=("authority", "year")) == expected
        assert read_counts(path) == {(): whole.counts()}
    with pytest.raises(UnknownNameError):
        write_parquet(whole, tmp_path / "x", partition_by=("yaer",))


@pytest.mark.integration
def test_rows_of_a_partition_must_follow_each_other(tmp_path: Path) -> None:
    blocks = [{"plan": np.array([True]), "a": np.array([True]), "year": y} for y in (1, 2, 1)]
    with pytest.raises(DataError, match="year=1 do not follow"):
        write_parquet_blocks(
            blocks, tmp_path / "x", factors=("a",), basis={}, partition_by=("year",)
        )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.unit
def test_parquet_metadata_say_what_columns_rest_on(tmp_path: Path) -> None:
    table = cohort(5)
    write_parquet(table, tmp_path / "t.parquet")
    schema = pq.read_schema(tmp_path / "t.parquet")
    assert json.loads(schema.metadata[b"riskmodel.basis"]) == dict(table.basis)
    assert schema.metadata[b"riskmodel.source"] == b"synthetic"
    assert str(schema.field("referral_date").type) == "date32[day]"
    assert str(schema.field("child_neglect").type) == "bool"


@pytest.mark.unit
def test_a_table_without_rows_comes_back_without_rows(tmp_path: Path) -> None:
    table = cohort(5)
    empty = Assessments(table.frame.iloc[:0], NAMES, table.basis, table.source)
    for path in (
        write_csv(empty, tmp_path / "t.csv"),
        write_parquet(empty, tmp_path / "t.parquet"),
    ):
        found = read_assessments(path, strict=True).assessments
        assert found.factors == NAMES
        assert len(found) == 0
    with pytest.raises(DataError, match="nothing to write"):
        write_parquet(empty, tmp_path / "parts", partition_by=("year",))


@pytest.mark.unit
def test_the_dictionary_describes_every_column(tmp_path: Path) -> None:
    table = cohort(5)
    rows = pd.read_csv(write_dictionary(table, tmp_path / "d.csv"))
    assert rows["column"].tolist() == table.frame.columns.tolist()
    assert rows["description"].notna().all()
    assert rows["basis"].tolist() == [table.basis[name] for name in rows["column"]]
    assert (rows["role"] == "factor").sum() == len(NAMES)


@pytest.mark.unit
def test_nothing_is_overwritten_unless_asked(tmp_path: Path) -> None:
    table = cohort(5)
    for path in write_each(table, tmp_path):
        before = tree(tmp_path)
        with pytest.raises(OutputError, match=r"there already|not empty"):
            for _ in write_each(table, tmp_path):
                pass
        assert tree(tmp_path) == before
        assert path.exists()
    write_parquet(table, tmp_path / "parts", partition_by=("year",), overwrite=True)
    assert (tmp_path / "parts" / "year=2015" / "part-0.parquet").exists()
    assert not (tmp_path / "parts" / "authority=931").exists()


@pytest.mark.unit
def test_a_folder_of_somebody_else_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match=r"notes.txt: it is not replaced"):
        write_parquet(cohort(5), tmp_path, partition_by=("year",), overwrite=True)
    assert (tmp_path / "notes.txt").read_text("utf-8") == "mine"


@pytest.mark.unit
def test_a_folder_is_no_file_and_a_file_no_folder(tmp_path: Path) -> None:
    (tmp_path / "t").mkdir()
    (tmp_path / "f").write_bytes(b"")
    with pytest.raises(OutputError, match="is a folder"):
        write_csv(cohort(5), tmp_path / "t")
    with pytest.raises(OutputError, match="is a file"):
        write_parquet(cohort(5), tmp_path / "f", partition_by=("year",), overwrite=True)


@pytest.mark.unit
@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
@pytest.mark.parametrize("partition_by", [(), ("year",)])
def test_an_interrupted_run_leaves_nothing(
    tmp_path: Path, error: type[BaseException], partition_by: tuple[str, ...]
) -> None:
    def blocks() -> Iterator[dict[str, Any]]:
        yield {"plan": np.array([True]), "a": np.array([True]), "year": 2015}
        raise error

    with pytest.raises(error):
        write_parquet_blocks(
            blocks(), tmp_path / "out", factors=("a",), basis={}, partition_by=partition_by
        )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.unit
def test_a_full_disk_is_one_message_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("riskmodel.cohort.export.csv_lines", full)
    monkeypatch.setattr(pq.ParquetWriter, "write_table", full)
    monkeypatch.setattr("riskmodel.cohort.census_return._Return.write", full)
    table = cohort(5)
    for write in (
        lambda: write_csv(table, tmp_path / "t.csv"),
        lambda: write_parquet(table, tmp_path / "t.parquet"),
        lambda: write_parquet(table, tmp_path / "parts", partition_by=("year",)),
        lambda: write_census_xml(table, tmp_path / "r.xml", year=2015, authority_code="931"),
    ):
        with pytest.raises(OutputError, match="No space left on device"):
            write()
        assert list(tmp_path.iterdir()) == []


@pytest.mark.property
@settings(max_examples=10)
@given(data=st.data())
def test_any_flags_come_back_from_every_format(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    table = cohort(6)
    masks = st.lists(st.integers(0, 2 ** len(NAMES) - 1), min_size=6, max_size=6)
    drawn = np.array(data.draw(masks), dtype=np.int64)
    flags = {name: (drawn >> position) & 1 == 1 for position, name in enumerate(NAMES)}
    table = Assessments(table.frame.assign(**flags), NAMES, table.basis, table.source)
    folder = tmp_path_factory.mktemp("flags")
    returned = write_census_xml(table, folder / "r.xml", year=2015, authority_code="931")
    for path in (*write_each(table, folder), returned):
        back = read_assessments(path, strict=True).assessments
        assert back.frame[[PLAN, *NAMES]].equals(table.frame[[PLAN, *NAMES]])
        assert read_counts(path)[()].plans.tolist() == table.counts().plans.tolist()


@pytest.mark.integration
def test_a_made_up_return_says_who_the_children_are_and_an_observed_one_that_it_is_not_known(
    tmp_path: Path,
) -> None:
    cohort = generate_cohort(CohortDesign(1500, seed=2))
    made = ET.parse(write_census_xml(cohort, tmp_path / "m.xml", year=2015, authority_code="001"))
    groups = [each.text for each in made.iter("Ethnicity")]
    share = parameter("history_ethnic_group_shares").numbers[0] / 1000
    # Families of about two have one.
    assert abs(groups.count("WBRI") / len(groups) - share) < 4 * np.sqrt(0.5 / len(groups))
    assert len({each.text for each in made.iter("ReferralSource")}) > 10
    assert len({each.text for each in made.iter("PrimaryNeedCode")}) > 4
    for details in made.iter("CINdetails"):
        closed = details.findtext("CINclosureDate")
        plan = details.find("ChildProtectionPlans")
        ended = None if plan is None else plan.findtext("CPPendDate")
        days = [each.text for each in details.iter("CPPreviewDate")]
        if plan is not None and ended is None:
            assert closed is None
        if closed is not None:
            others = [details.findtext("Assessments/AssessmentAuthorisationDate"), ended, *days]
            assert max(day for day in others if day) <= closed <= "2015-03-31"
        assert days == sorted(days)
    basis = dict.fromkeys(cohort.frame.columns, "observed")
    observed = Assessments(cohort.frame, cohort.factors, basis)
    real = ET.parse(write_census_xml(observed, tmp_path / "o.xml", year=2015, authority_code="001"))
    assert {each.text for each in real.iter("Ethnicity")} == {"NOBT"}
    assert {each.text for each in real.iter("PrimaryNeedCode")} == {"N0"}
    assert not list(real.iter("CPPreviewDate"))
