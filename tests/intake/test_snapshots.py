"""An analyst's own monthly snapshots: what is read, what is noted, what is refused and where."""

from __future__ import annotations

import calendar
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodel.errors import DataError, RiskmodelError, UnknownNameError
from riskmodel.intake import SNAPSHOT_RULES, read_snapshots
from riskmodel.intake.months import month_of
from riskmodel.series import Note
from riskmodel.snapshots import MonthlySeries, month_ends

TODAY = date(2015, 7, 10)
NAN = np.nan


def write(folder: Path, *lines: str, name: str = "own.csv") -> Path:
    place = folder / name
    place.write_text("\n".join(lines) + "\n", encoding="utf-8-sig")
    return place


def read(folder: Path, *lines: str, strict: bool = False) -> tuple[MonthlySeries, ...]:
    return read_snapshots(write(folder, *lines), strict=strict, today=TODAY)


def rules(series: MonthlySeries) -> list[str]:
    return [note.rule for note in series.notes]


SOUND = ("month,cpp_stock,cpp_starts,cpp_ends", "2015-01,100,9,8", "2015-02,102,7,5")


@pytest.mark.unit
def test_columns_of_measures_become_a_series(tmp_path: Path) -> None:
    (found,) = read(tmp_path, *SOUND)
    assert (found.area, found.stage, found.source) == ("", "child_protection_plan", "own.csv")
    assert found.dates.astype(str).tolist() == ["2015-01-31", "2015-02-28"]
    assert found.stock.tolist() == [100, 102]
    assert (found.starts.tolist(), found.ends.tolist()) == ([9, 7], [8, 5])
    assert found.notes == ()
    assert found.unexplained.tolist()[1:] == [0]
    assert found.summary() == (
        "Children on a protection plan: 2 months, 2015-01 to 2015-02, stock 100 to 102, 0 "
        "without a stock (own.csv)"
    )
    frame = found.to_frame()
    assert list(frame.columns) == [
        "area", "stage", "month_end", "stock", "starts", "ends", "unexplained",
    ]  # fmt: skip
    assert str(frame["month_end"].iloc[1])[:10] == "2015-02-28"


@pytest.mark.unit
def test_one_row_a_stage_gives_the_same_and_areas_stay_apart(tmp_path: Path) -> None:
    long = read(
        tmp_path,
        "Month,Area,Stage,Stock,Starts,Ends",
        "Jan 2015,North,cpp,100,9,8",
        "Jan 2015,South,looked after,50,,",
        "Feb 2015,North,child protection plan,102,7,5",
        "Feb 2015,South,LAC,51,,",
    )
    assert [(each.area, each.stage) for each in long] == [
        ("North", "child_protection_plan"), ("South", "looked_after"),
    ]  # fmt: skip
    (wide,) = read(tmp_path, *SOUND)
    assert np.array_equal(long[0].stock, wide.stock)
    assert long[0] != wide
    assert np.isnan(long[1].starts).all()


@pytest.mark.unit
def test_a_workbook_is_read_by_its_sheet(tmp_path: Path) -> None:
    import pandas as pd

    place = tmp_path / "own.xlsx"
    with pd.ExcelWriter(place) as book:
        pd.DataFrame({"note": ["x"]}).to_excel(book, sheet_name="Notes", index=False)
        table = {"month": pd.to_datetime(["2015-01-01", "2015-02-01"]), "lac_stock": [50, 51]}
        pd.DataFrame(table).to_excel(book, sheet_name="Data", index=False)
    (found,) = read_snapshots(place, sheet="Data", today=TODAY)
    assert found.stock.tolist() == [50, 51]
    assert found.dates.astype(str).tolist() == ["2015-01-31", "2015-02-28"]
    with pytest.raises(UnknownNameError, match="Did you mean 'Data'"):
        read_snapshots(place, sheet="Dta", today=TODAY)
    with pytest.raises(DataError, match="has no sheets"):
        read_snapshots(write(tmp_path, *SOUND), sheet="Data")


@pytest.mark.unit
def test_months_not_in_the_file_are_kept_as_missing_and_said(tmp_path: Path) -> None:
    (found,) = read(tmp_path, "month,cpp_stock", "2014-11,90", "2014-12,", "2015-03,94", "2015-04,")
    assert len(found) == 5  # the last month has no figure and does not belong to the series
    assert np.array_equal(found.stock, [90, NAN, NAN, NAN, 94], equal_nan=True)
    assert found.missing == 3
    assert rules(found) == ["gap"]
    assert str(found.notes[0]) == (
        "own.csv, line 3: child_protection_plan: 2 months are not in the file, 2015-01 the first; "
        "kept as missing"
    )


@pytest.mark.unit
def test_a_stock_that_contradicts_its_flows_is_kept_and_said(tmp_path: Path) -> None:
    lines = (*SOUND, "2015-03,120,10,9", "2015-04,121,5,3")
    (found,) = read(tmp_path, *lines)
    assert found.stock.tolist() == [100, 102, 120, 121]
    assert found.unexplained.tolist()[1:] == [0, 17, -1]
    assert rules(found) == ["unexplained"]
    assert str(found.notes[0]) == (
        "own.csv, line 4: child_protection_plan: 2 of 3 stocks are not the stock before, plus "
        "starts, less ends; furthest 2015-03, 120 where these give 103"
    )
    with pytest.raises(DataError, match=r"own\.csv, line 4: .* not the stock before"):
        read(tmp_path, *lines, strict=True)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("lines", "rule"),
    [
        (("month,lac_stock", "2015-03,5"), "single_month"),
        (("month,lac_stock", "2015-03,5", "2015-04,0", "2015-05,6"), "zero"),
        (("month,lac_stock", "2015-03,5", "2015-02,5"), "order"),
    ],
)
def test_what_is_unusual_is_noted(tmp_path: Path, lines: tuple[str, ...], rule: str) -> None:
    (found,) = read(tmp_path, *lines)
    assert rules(found) == [rule]
    assert rule in SNAPSHOT_RULES
    assert "own.csv, line " in str(found.notes[0])
    assert (np.diff(found.dates).astype(int) > 0).all()


@pytest.mark.unit
def test_zero_throughout_is_a_count_like_any_other(tmp_path: Path) -> None:
    (found,) = read(tmp_path, "month,cpp_stock", "2015-01,0", "2015-02,0")
    assert found.stock.tolist() == [0, 0]
    assert found.notes == ()


@pytest.mark.unit
@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (("month,cpp_stock", "2015-01,about 100"), "line 2, field cpp_stock: found 'about 100'"),
        (("month,cpp_stock", "2015-01,12.5"), "line 2, field cpp_stock: found '12.5'; allowed: a"),
        (("month,cpp_stock", "2015-01,-3"), "line 2, field cpp_stock: found '-3'"),
        (("month,cpp_stock", "2015-01,12%"), "line 2, field cpp_stock: found '12%'"),
        (("month,cpp_stock", "2015-07,100"), "line 2, field month: found '2015-07', a month that"),
        (("month,cpp_stock", "2031-01,100"), "line 2, field month: found '2031-01', a month that"),
        (
            ("month,cpp_stock", "2015-01,1", "Jan 2015,2"),
            "line 3, field month: 'Jan 2015' stands in line 2 already",
        ),
        (("month,cpp_stock", "15/03/2015,1"), "line 2, field month: found '15/03/2015'; allowed"),
        (("month,cpp_stock", "2015-13,1"), "line 2, field month: found '2015-13'"),
        (("month,cpp_stock", ",1"), "line 2, field month: found ''"),
        (("date,cpp_stock", "01/04/2015,1"), "line 2, field date: found '01/04/2015'; allow"),
        (("month,cpp_stok", "2015-01,1"), "line 1, field cpp_stok: .*Did you mean 'cpp_stock'"),
        (("month,cin_stock", "2015-01,1"), "line 1, field cin_stock"),
        (("cpp_stock,lac_stock", "1,1"), "line 1, field month: this column is missing"),
        (("month,date,cpp_stock", "2015-01,x,1"), "line 1, field date: month and date mean"),
        (("month,cpp_stock,child_protection_plan_stock", "2015-01,1,1"), "line 1: child_prot"),
        (("month,stage,cpp_stock", "2015-01,cpp,1"), "line 1: needs either a column stage"),
        (("month,stock", "2015-01,1"), "line 1: needs either a column stage"),
        (("month,stage,stock", "2015-01,cp,1"), "line 2, field stage: .*Did you mean 'cpp'"),
        (("month,area,cpp_stock", "2015-01,,1"), "line 2, field area: found nothing"),
        (("month,cpp_stock", "2015-01"), "line 2: found 1 cells; allowed: 2"),
        (("month,cpp_stock", "2015-01,"), "no cell holds a figure"),
        (("month,cpp_stock",), "no cell holds a figure"),
    ],
)  # fmt: skip
def test_a_mistake_is_refused_with_file_line_and_column(
    tmp_path: Path, lines: tuple[str, ...], message: str
) -> None:
    with pytest.raises(DataError, match=rf"own\.csv(, |: ){message}"):
        read(tmp_path, *lines)


@pytest.mark.unit
def test_the_type_refuses_what_is_no_series() -> None:
    dates = month_ends(["2015-01", "2015-02"])
    given_figures = {"starts": np.full(2, NAN), "ends": np.full(2, NAN)}

    def made(**changes: object) -> MonthlySeries:
        told = {"area": "", "dates": dates, "stage": "looked_after", "stock": np.ones(2)}
        return MonthlySeries(**(told | given_figures | changes))  # type: ignore[arg-type]

    for changes, message in (
        ({"stage": "referral"}, "no stage of a monthly series 'referral'"),
        ({"stock": np.ones(3)}, "one a month"),
        ({"stock": np.array([1.5, 2])}, "whole number"),
        ({"stock": np.array([np.inf, 2])}, "whole number"),
        ({"stock": np.full(2, NAN)}, "holds no figure"),
        ({"dates": dates - np.timedelta64(1, "D")}, "last day of a month"),
        ({"dates": month_ends(["2015-01", "2015-03"])}, "must follow each other"),
        ({"dates": dates[::-1]}, "must follow each other"),
    ):
        with pytest.raises(RiskmodelError, match=message):
            made(**changes)
    noted = made(notes=[Note("zero", "x")])
    assert noted.notes == (Note("zero", "x"),)
    assert noted == made()
    assert noted != 3
    with pytest.raises(ValueError, match="read-only"):
        noted.stock[0] = 7


@pytest.mark.property
@given(st.integers(1990, 2099), st.integers(1, 12), st.sampled_from(range(8)))
def test_a_month_is_the_same_however_it_is_written(year: int, month: int, form: int) -> None:
    last = month_ends([f"{year}-{month:02}"])[0].item()
    names = list(calendar.month_abbr)[1:]
    written = (
        f"{year}-{month:02}", f"{month:02}/{year}", f"{names[month - 1]} {year}",
        last.isoformat(), last.strftime("%d/%m/%Y"), last.strftime("%B %Y"),
        last.replace(day=1).isoformat(), f" {names[month - 1].upper()}-{year} ",
    )[form]  # fmt: skip
    assert month_of(written) == (year, month)


def typed(stocks: list[int], starts: list[int] | None = None) -> tuple[str, ...]:
    flows = starts or [30] * len(stocks)
    rows = enumerate(zip(stocks, flows, strict=True))
    return (
        "month,cpp_stock,cpp_starts",
        *(f"{2012 + at // 12}-{at % 12 + 1:02d},{stock},{flow}" for at, (stock, flow) in rows),
    )


@pytest.mark.property
@given(st.integers(0, 9), st.sampled_from([10, 0.1]), st.booleans())
def test_a_digit_too_many_or_too_few_is_doubted_and_nothing_beside_it(
    tmp_path_factory: pytest.TempPathFactory, at: int, times: float, in_stock: bool
) -> None:
    columns = [[390 + 3 * month for month in range(10)], [60 + month % 3 for month in range(10)]]
    column = columns[0 if in_stock else 1]
    column[at] = int(column[at] * times)
    (found,) = read(tmp_path_factory.mktemp("typed"), *typed(*columns))
    (doubt,) = (str(note) for note in found.notes if note.rule == "doubtful")
    plans = f"own.csv, line {at + 2}: Children on a protection plan"
    assert doubt.startswith(f"{plans}: {column[at]:,}")


@pytest.mark.unit
def test_chance_a_lasting_change_and_small_numbers_are_not_doubted(tmp_path: Path) -> None:
    random = np.random.default_rng(5)
    walks = [
        typed((400 + random.poisson(40, 36) - random.poisson(40, 36)).tolist(), flows.tolist())
        for flows in random.poisson(40, (40, 36))
    ]
    lasting = typed([400] * 5 + [900] * 5, [30] * 5 + [95] * 5)
    small = typed([3, 0, 4, 9, 2, 5, 1], [0, 4, 1, 0, 6, 2, 0])
    for lines in (*walks, lasting, small, typed([400, 4000])):
        (found,) = read(tmp_path, *lines)
        assert "doubtful" not in rules(found)
