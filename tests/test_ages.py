"""Bands of age: para 7's, at the assessment, whatever the table is stored as."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodel.ages import AGE_BANDS, age_bands, ages_in_years
from riskmodel.assessments import Assessments
from riskmodel.cohort import CohortDesign, generate_cohort
from riskmodel.cohort.export import write_csv, write_parquet
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.intake import iter_counts, read_assessments, read_counts
from riskmodel.published import load_table

DAYS = st.dates(date(1995, 1, 1), date(2030, 12, 31))


@pytest.mark.regression
def test_the_bands_are_those_of_the_report_card() -> None:
    printed = [row for row in load_table("growth_by_age").keys if row != "Total"]
    assert list(AGE_BANDS[1:5]) == printed
    for label in printed:
        first, last = (int(word) for word in label.split(" to "))
        found = age_bands(pd.DataFrame({"age": [first, last]}), "t")
        assert list(found) == [label, label]


@pytest.mark.unit
def test_ages_beside_the_bands_and_ages_that_are_none() -> None:
    frame = pd.DataFrame({"age": ["-1", "0", "4.9", "18", "old", None]})
    assert list(age_bands(frame, "t")) == [
        "unborn", "0 to 4", "0 to 4", "18 and over", "not known", "not known",
    ]  # fmt: skip
    whole = pd.DataFrame({"age": pd.array([3, None], dtype="Int64")})
    assert list(age_bands(whole, "t")) == ["0 to 4", "not known"]


@pytest.mark.property
@given(DAYS, DAYS)
def test_an_age_is_the_number_of_birthdays(born: date, day: date) -> None:
    (found,) = ages_in_years(np.array([born], "datetime64[s]"), np.array([day], "datetime64[s]"))
    birthdays = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    assert found == birthdays


@pytest.fixture(scope="module")
def cohort() -> Assessments:
    table = generate_cohort(CohortDesign(2_300))
    frame = table.to_frame()
    frame.loc[frame.index[:40], "birth_date"] = pd.NaT
    return Assessments(frame, table.factors, table.basis, table.source)


def by_hand(table: Assessments) -> dict[str, tuple[int, int]]:
    """Assessments and plans by band, row by row."""
    found: dict[str, tuple[int, int]] = {}
    for born, day, plan in zip(
        table.frame["birth_date"], table.frame["assessment_date"], table.frame["plan"], strict=True
    ):
        if pd.isna(born):
            band = "not known"
        else:
            age = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
            band = next(
                (label for label, last in (("unborn", -1), ("0 to 4", 4), ("5 to 10", 10),
                 ("11 to 15", 15), ("16 to 17", 17)) if age <= last), "18 and over",
            )  # fmt: skip
        rows, plans = found.get(band, (0, 0))
        found[band] = (rows + 1, plans + int(plan))
    return found


@pytest.mark.integration
def test_counts_by_age_band_are_the_same_in_memory_and_in_every_file(
    cohort: Assessments, tmp_path: Path
) -> None:
    expected = dict(cohort.counts_by(["age_band"]))
    assert {
        key[0]: (counts.total_assessments, counts.total_plans) for key, counts in expected.items()
    } == by_hand(cohort)
    order = [key[0] for key in expected]
    assert order == [band for band in AGE_BANDS if band in order]
    assert order[-1] == "not known"
    places = [
        write_csv(cohort, tmp_path / "t.csv"),
        write_parquet(cohort, tmp_path / "t.parquet"),
        write_parquet(cohort, tmp_path / "parts", partition_by=["area"]),
    ]
    for place in places:
        found = read_counts(place, by=("age_band",))
        assert list(found) == list(expected)
        assert found == expected
    both = read_counts(places[2], by=("area", "age_band"))
    assert both == read_counts(places[0], by=("area", "age_band"))
    assert sum(counts.total_plans for counts in both.values()) == cohort.counts().total_plans


@pytest.mark.unit
def test_parquet_is_counted_by_bands_row_group_by_row_group(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    born, assessed = ["2010-01-02", "2000-01-02", None], ["2015-01-02", "01/01/2015", "2015-01-02"]
    table = pa.table(
        {"plan": [True] * 3, "3B": [True] * 3, "birth_date": born, "assessment_date": assessed}
    )
    pq.write_table(table, tmp_path / "t.parquet", row_group_size=1)
    found = list(iter_counts(tmp_path / "t.parquet", by=("age_band",)))
    assert [key for key, _ in found] == [("5 to 10",), ("11 to 15",), ("not known",)]
    assert list(read_counts(tmp_path / "t.parquet", by=("age_band",))) == [
        ("5 to 10",), ("11 to 15",), ("not known",),
    ]  # fmt: skip


@pytest.mark.unit
def test_a_table_without_ages_says_what_is_needed_and_an_own_column_goes_before(
    tmp_path: Path,
) -> None:
    place = tmp_path / "t.csv"
    place.write_text("plan,3B,age_band\n1,1,5-9\n0,1,10-15\n", encoding="utf-8")
    assert list(read_counts(place, by=("age_band",))) == [("10-15",), ("5-9",)]
    place.write_text("plan,3B,birth_date\n1,1,2010-01-01\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"age_band: age_band needs a column age, in years, or"):
        read_counts(place, by=("age_band",))
    table = read_assessments(place).assessments
    with pytest.raises(UnknownNameError, match="Did you mean 'age_band'"):
        list(table.counts_by(["age_bnd"]))
    write_parquet(table, tmp_path / "t.parquet")
    with pytest.raises(DataError, match=r"t\.parquet, field age_band"):
        read_counts(tmp_path / "t.parquet", by=("age_band",))
