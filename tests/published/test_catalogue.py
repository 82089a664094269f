"""The published tables as they stand, and what the reader of their files refuses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction

import pytest

from riskmodel.errors import DataError, UnknownNameError
from riskmodel.published import (
    PublishedTable,
    catalogue,
    documents,
    factor_counts,
    load_table,
    printed_quadrants,
    table_ids,
    units,
)
from riskmodel.vocabulary import FACTORS, factor

REPORT_CARD = "oxfordshire_report_card"

# Para 16 of the report card, digit for digit.
RISK_FACTORS = [
    ("Parent Domestic Violence", "174", "27.6%", "613", "28.4%"),
    ("Child Emotional Abuse", "168", "26.7%", "388", "43.3%"),
    ("Parent Mental Health", "147", "23.3%", "492", "29.9%"),
    ("Child Neglect", "142", "22.5%", "389", "36.5%"),
    ("Parent Alcohol Misuse", "99", "15.7%", "295", "33.6%"),
    ("Child Physical Abuse", "91", "14.4%", "309", "29.4%"),
    ("Parent Drugs Misuse", "84", "13.3%", "245", "34.3%"),
    ("Child Domestic Violence", "66", "10.5%", "312", "21.2%"),
    ("Child Unacceptable Behaviour", "59", "9.4%", "200", "29.5%"),
    ("Child Sexual Abuse", "57", "9.0%", "144", "39.6%"),
]

COLUMNS = {
    "risk_factors": "factor plans plans_percent assessments conversion_percent",
    "risk_quadrants": "factor prevalence impact",
    "activity_snapshots": "measure july_2013 july_2014 july_2015 change_percent",
    "legal_status": "status 2010_11 2011_12 2012_13 2013_14 2014_15 change_percent",
    "unaccompanied_children": "measure 2010_11 2011_12 2012_13 2013_14 2014_15 change_percent",
    "family_support_caseloads": "measure south central north",
    "growth_by_age": "age increase_percent",
    "growth_by_gender": "gender increase_percent",
    "growth_by_area": "area increase_percent",
    "school_ratings": (
        "rating all_children_percent looked_after_percent child_protection_percent "
        "children_in_need_percent"
    ),
    "consultations": "month children_and_families adult older_adult",
    "missing_children": "episodes 2014_apr_sep 2015_apr_sep",
    "return_interviews": "group with_interview_percent within_72_hours_percent",
    "statements": "id printed reading unit of period document paragraph measures",
}

ROWS = {
    "risk_factors": 10,
    "risk_quadrants": 34,
    "activity_snapshots": 3,
    "legal_status": 8,
    "unaccompanied_children": 1,
    "family_support_caseloads": 8,
    "growth_by_age": 5,
    "growth_by_gender": 2,
    "growth_by_area": 3,
    "school_ratings": 4,
    "consultations": 3,
    "missing_children": 6,
    "return_interviews": 2,
}


@pytest.fixture(params=COLUMNS)
def table(request: pytest.FixtureRequest) -> PublishedTable:
    return load_table(request.param)


@pytest.mark.regression
def test_the_ten_factor_rows_digit_for_digit() -> None:
    assert list(load_table("risk_factors").rows) == RISK_FACTORS
    plain = [tuple(cell.removesuffix("%") for cell in row) for row in RISK_FACTORS]
    assert load_table("risk_factors").plain_rows() == plain


@pytest.mark.regression
@pytest.mark.parametrize("row", RISK_FACTORS, ids=lambda row: row[0])
def test_derived_figures_of_para_16_recomputed_to_the_printed_digit(row: tuple[str, ...]) -> None:
    plans, assessments = int(row[1]), int(row[3])
    assert _percent(plans, 630) == row[2]
    assert _percent(plans, assessments) == row[4]
    counts = factor_counts()
    position = counts.factors.index(factor(row[0]).name)
    assert (counts.plans[position], counts.assessments[position]) == (plans, assessments)


def _percent(part: int, whole: int) -> str:
    tenths = int(Fraction(1000 * part, whole) + Fraction(1, 2))
    return f"{tenths // 10}.{tenths % 10}%"


@pytest.mark.regression
def test_factor_rows_stand_in_order_of_plans() -> None:
    plans = [int(row[1]) for row in RISK_FACTORS]
    assert plans == sorted(plans, reverse=True)


@pytest.mark.regression
def test_quadrants_hold_0_7_13_and_14_of_34_factors() -> None:
    quadrants = printed_quadrants()
    sizes = Counter(quadrants.values())
    assert sizes["high", "low"] == 0
    assert sizes["high", "high"] == 7
    assert sizes["low", "low"] == 13
    assert sizes["low", "high"] == 14
    assert len(quadrants) == 34
    assert set(quadrants) == {known.name for known in FACTORS}


@pytest.mark.regression
def test_every_factor_of_the_tables_is_in_the_vocabulary_as_printed() -> None:
    for name in ("risk_factors", "risk_quadrants"):
        for row in load_table(name).keys:
            assert factor(row).label == row


@pytest.mark.regression
def test_legal_statuses_add_up_in_each_year() -> None:
    table = load_table("legal_status")
    for column in ("2010_11", "2011_12", "2012_13", "2013_14", "2014_15"):
        value = {row: int(table.figure(row, column).reading) for row in table.keys}
        orders = value["Full Care Order"] + value["Interim Care Order"]
        others = ("Placement Order", "Voluntary - Section 20", "Remand")
        assert orders == value["All Care Orders"]
        police = value["Police Protection or Emergency Protection"]
        assert orders + sum(value[row] for row in others) + police == value["Total"]


@pytest.mark.unit
def test_the_catalogue_holds_the_tables_agreed() -> None:
    assert set(table_ids()) == set(COLUMNS)


@pytest.mark.unit
def test_columns_and_rows_of_each_table(table: PublishedTable) -> None:
    assert " ".join(column.name for column in table.columns) == COLUMNS[table.id]
    assert {len(row) for row in table.rows} == {len(table.columns)}
    assert len(set(table.keys)) == len(table.keys)
    if table.id in ROWS:
        assert len(table.rows) == ROWS[table.id]
    figures = [column for column in table.columns if column.kind == "figure"]
    assert len(table.cells) == len(figures) * len(table.rows)


@pytest.mark.unit
def test_each_figure_has_unit_period_document_and_paragraph(table: PublishedTable) -> None:
    assert table.title
    for (row, column), figure in table.cells.items():
        where = f"{table.id}[{row!r}, {column!r}]"
        assert figure.unit == units()[figure.unit.id], where
        assert figure.period.strip(), where
        assert figure.document == documents()[figure.document.id], where
        assert figure.paragraph.strip(), where
        assert figure.measures.strip(), where
        assert figure.id.startswith(f"{table.id}["), where
        if figure.unit.id == "percent":
            assert figure.of, where
        if figure.printed.endswith("%"):
            assert figure.unit.id == "percent", where
        if table.id != "statements":
            assert figure.printed.removesuffix("%").replace(",", "") == figure.reading, where


@pytest.mark.unit
def test_statements_are_many_and_well_formed() -> None:
    table = load_table("statements")
    assert len(table.rows) > 150
    card = [figure for figure in table if figure.document.id == REPORT_CARD]
    assert len(card) > 100
    assert len({figure.document.id for figure in table}) == len(documents())
    for (row, _), figure in table.cells.items():
        assert row == row.strip().casefold()
        assert row.isidentifier()
        assert figure.measures[0].islower() or figure.measures.split()[0].isupper(), row
        if row.endswith("_percent"):
            assert figure.unit.id == "percent", row


@pytest.mark.unit
def test_no_unit_or_document_is_left_unused() -> None:
    figures = [figure for name in table_ids() for figure in load_table(name)]
    assert {figure.document.id for figure in figures} == set(documents())
    assert {figure.unit.id for figure in figures} == set(units())


@pytest.mark.unit
def test_rows_of_another_unit() -> None:
    caseloads = load_table("family_support_caseloads")
    assert caseloads.figure("Average caseload by worker", "south").unit.id == "cases_per_worker"
    assert caseloads.figure("Family support team caseload", "south").unit.id == "cases_per_team"
    assert caseloads.figure("Child Protection cases by area", "south").unit.id == "cases"
    assert load_table("consultations").figure("May 2015", "adult").period == "May 2015"


@pytest.mark.unit
def test_an_unknown_table_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'risk_factors'"):
        load_table("risk_factor")


# Damaged files.


@pytest.fixture
def damaged(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, bytes]]:
    """Data files by name that the reader finds in place of the real ones."""
    instead: dict[str, bytes] = {}
    real = catalogue.read_data_file
    caches = (catalogue.load_table, catalogue._catalogue, catalogue.units, catalogue.documents)
    monkeypatch.setattr(catalogue, "read_data_file", lambda name: instead.get(name) or real(name))
    for cached in caches:
        cached.cache_clear()
    yield instead
    for cached in caches:
        cached.cache_clear()


def _replaced(name: str, old: str, new: str) -> bytes:
    text = catalogue.read_data_file(name).decode("utf-8")
    assert old in text
    return text.replace(old, new, 1).encode()


@pytest.mark.unit
@pytest.mark.parametrize(
    ("file", "old", "new", "table", "message"),
    [
        (
            "growth_by_age.csv",
            "5 to 10,167%",
            "5 to 10,167%,1",
            "growth_by_age",
            "growth_by_age.csv, line 3: 3 cells where the header has 2",
        ),
        (
            "growth_by_age.csv",
            "167%",
            "many",
            "growth_by_age",
            "growth_by_age.csv, line 3, field increase_percent: cannot read 'many'",
        ),
        (
            "growth_by_age.csv",
            "5 to 10",
            "0 to 4",
            "growth_by_age",
            "line 3: '0 to 4' stands already in line 2",
        ),
        (
            "growth_by_age.csv",
            "increase_percent",
            "increase",
            "growth_by_age",
            "line 1: the header is age, increase",
        ),
        (
            "tables.toml",
            'rows."April 2015"',
            'rows."Aprl 2015"',
            "consultations",
            "There is no row of consultations 'Aprl 2015'. Did you mean 'April 2015'",
        ),
        (
            "tables.toml",
            'unit = "plans"',
            'unit = "plan"',
            "risk_factors",
            "There is no unit 'plan'. Did you mean 'plans'",
        ),
        (
            "tables.toml",
            'document = "oxfordshire_report_card"',
            'document = "oxfordshire_report"',
            "risk_factors",
            "Did you mean 'oxfordshire_report_card'",
        ),
        ("tables.toml", "[risk_factors]", "[risk_factors", "risk_factors", "this is no TOML"),
        (
            "statements.csv",
            "id,printed",
            "id,print",
            "statements",
            "statements.csv, line 1: the header must be id,printed",
        ),
        (
            "statements.csv",
            ",percent,change from 2010/11",
            ",percents,change from 2010/11",
            "statements",
            "statements.csv, line 5: There is no unit 'percents'",
        ),
        (
            "statements.csv",
            "50%,50,",
            "50%,fifty,",
            "statements",
            "statements.csv, line 5, field reading: cannot read 'fifty'",
        ),
    ],
)
def test_a_damaged_file_is_refused_by_file_line_and_field(
    damaged: dict[str, bytes], file: str, old: str, new: str, table: str, message: str
) -> None:
    damaged[file] = _replaced(file, old, new)
    with pytest.raises(DataError) as caught:
        load_table(table)
    assert message in str(caught.value)
