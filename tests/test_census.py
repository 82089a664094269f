"""The census by year: codes, fields and dates."""

from __future__ import annotations

from datetime import date

import pytest

from riskmodel import census
from riskmodel.errors import DataError
from riskmodel.vocabulary import FACTORS

YEARS = range(census.FIRST_YEAR, census.LAST_YEAR + 1)


@pytest.mark.unit
def test_the_codes_of_2015_are_those_of_the_vocabulary_and_21() -> None:
    known = {factor.code for factor in FACTORS if factor.code is not None}
    assert set(census.factor_codes(2015)) == known | {"21"}


@pytest.mark.unit
@pytest.mark.parametrize(
    ("code", "first", "last"),
    [
        ("1A", 2014, census.LAST_YEAR),
        ("8A", 2014, 2015),
        ("8F", 2016, census.LAST_YEAR),
        ("18A", 2014, 2021),
        ("18C", 2021, census.LAST_YEAR),
        ("24A", 2022, census.LAST_YEAR),
    ],
)
def test_a_code_is_allowed_in_its_years_and_no_others(code: str, first: int, last: int) -> None:
    assert [y for y in YEARS if code in census.factor_codes(y)] == list(range(first, last + 1))


@pytest.mark.unit
def test_every_factor_with_a_code_has_one_in_every_year_from_its_first() -> None:
    for year in YEARS:
        for factor in FACTORS:
            code = census.factor_code(factor.name, year)
            assert (code is None) == (factor.code is None)
            if code is not None:
                assert code in census.factor_codes(year)
                assert census.factor_of_code(code) == factor.name


@pytest.mark.unit
def test_a_later_factor_has_no_code_before_its_year() -> None:
    name = census.LATER_FACTORS["24A"]
    assert census.factor_code(name, 2021) is None
    assert census.factor_code(name, 2022) == "24A"


@pytest.mark.unit
def test_codes_stand_in_the_order_of_the_guide() -> None:
    assert census.factor_codes(2024)[:4] == ("1A", "1B", "1C", "2A")
    assert census.factor_codes(2024)[-3:] == ("22A", "23A", "24A")


@pytest.mark.unit
def test_fields_of_a_year() -> None:
    names = {field.name for field in census.fields(2015)}
    assert {"GenderCurrent", "CBDSLevels", "CPPstartDate"} <= names
    assert not {"Sex", "CINPlanStartDate"} & names
    assert "Sex" in {field.name for field in census.fields(2025)}


@pytest.mark.unit
def test_sex_became_a_field_of_its_own_in_2024_to_2025() -> None:
    assert census.sex_field(2024)[0] == "GenderCurrent"
    field, codes = census.sex_field(2025)
    assert field == "Sex"
    assert set(codes.values()) <= set(census.SEXES)


@pytest.mark.unit
def test_a_census_year_runs_from_april_to_march() -> None:
    assert census.first_day(2015) == date(2014, 4, 1)
    assert census.year_of(census.first_day(2015)) == 2015
    assert census.year_of(census.reference_date(2015)) == 2015
    assert census.year_of(date(2015, 4, 1)) == 2016


@pytest.mark.unit
@pytest.mark.parametrize("year", [census.FIRST_YEAR - 1, census.LAST_YEAR + 1])
def test_a_year_beyond_what_is_known_is_refused(year: int) -> None:
    with pytest.raises(DataError, match=f"allowed: {census.FIRST_YEAR} to {census.LAST_YEAR}"):
        census.factor_codes(year)
