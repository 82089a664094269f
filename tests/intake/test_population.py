"""Projections of the population in the forms of the ONS's subnational tables, made up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xlsxwriter

from riskmodel.errors import DataError
from riskmodel.intake.population import read_population

YEARS = range(2023, 2027)
CODE, NAME = "E10000999", "Madeupshire"


def wide(sexes: tuple[str, ...] = ("persons",), code: str = CODE, name: str = NAME) -> str:
    """The ONS's form: ages 0 to 17 have 100 + age children of each sex, ten more every year."""
    lines = ["AREA_CODE,AREA_NAME,COMPONENT,SEX,AGE_GROUP," + ",".join(map(str, YEARS))]
    for sex in sexes:
        for age in [*range(20), "90 and over", "All ages"]:
            figures = ",".join(str(100 + int(age) + 10 * n) if age in range(20) else "9"
                               for n in range(len(YEARS)))  # fmt: skip
            lines.append(f"{code},{name},Population,{sex},{age},{figures}")
    lines.append(f"{code},{name},Births,{sexes[0]},All ages,1,1,1,1")
    return "\n".join(lines) + "\n"


def tidy(variants: tuple[str, ...] = ("principal",)) -> str:
    """A row a figure: the same numbers, ten more for each variant after the first."""
    lines = ["Area code,Sex,Age,Year,Variant,Population"]
    lines += [
        f'{CODE},Persons,{age},{year},{name},"{100 + age + 10 * (year - 2023) + 10 * n:,}"'
        for n, name in enumerate(variants)
        for age in range(19)
        for year in YEARS
    ]
    return "\n".join(lines) + "\n"


@pytest.fixture
def file_of(tmp_path: Path) -> Callable[[str], Path]:
    """A CSV file of a text."""

    def write(text: str) -> Path:
        path = tmp_path / "population.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.mark.unit
def test_the_wide_and_the_tidy_form_and_a_workbook_hold_the_same(file_of, tmp_path):
    from_wide, from_tidy = (read_population(file_of(text)) for text in (wide(), tidy()))
    book = tmp_path / "population.xlsx"
    with xlsxwriter.Workbook(book) as workbook:
        sheet = workbook.add_worksheet()
        for row, line in enumerate(wide().splitlines()):
            for column, cell in enumerate(line.split(",")):
                is_number = row and column > 4
                sheet.write(row, column, float(cell) if is_number else cell)
    for found in (from_wide, from_tidy, read_population(book)):
        assert found.years == tuple(YEARS)
        expected = 100 + np.arange(18)[:, None] + 10 * np.arange(4)
        assert (found.children["principal"] == expected).all()
    both = read_population(file_of(wide(("males", "females"))))
    assert (both.children["principal"] == 2 * from_wide.children["principal"]).all()
    assert "mid-2023 to mid-2026" in found.summary()
    assert len(found.to_frame()) == 18 * 4


@pytest.mark.unit
def test_variants_keep_the_names_of_the_file(file_of):
    found = read_population(file_of(tidy(("Principal", "High migration"))))
    assert list(found.children) == ["Principal", "High migration"]
    assert (found.children["High migration"] - found.children["Principal"] == 10).all()


@pytest.mark.unit
@pytest.mark.parametrize(
    "whose", [(CODE,), ("999", NAME), ("999", "Madeupshire County Council"), (NAME.upper(),)]
)
def test_the_area_is_found_among_others_by_code_or_name(file_of, whose):
    others = wide(code="E92000001", name="England") + "".join(
        wide().splitlines(keepends=True)[1:]
    ).replace("Population,persons,3,103", "Population,persons,3,777")
    assert read_population(file_of(others), whose).children["principal"][3, 0] == 777


@pytest.mark.unit
@pytest.mark.parametrize(
    ("change", "whose", "said"),
    [
        (("persons,5,105", "persons,5-9,105"), (), ["line 7", "AGE_GROUP", "single years"]),
        (("persons,5,105,115", "persons,5,105,-115"), (), ["line 7", "2024", "'-115'"]),
        (("persons,5,105,115", "persons,5,105,12%"), (), ["line 7", "2024", "a percentage"]),
        (("persons,5,105,115", "persons,5,105,c"), (), ["line 7", "2024", "above 0"]),
        (("persons,5,105,115", "persons,5,105,0"), (), ["line 7", "2024", "above 0"]),
        (("persons,5,", "persons,6,"), (), ["line 8", "stand in line 7 already"]),
        (("persons,5,", "persons,55,"), (), ["aged 5 in 2023", "every single year of age"]),
        (("persons,5,", "women,5,"), (), ["line 7", "SEX", "males"]),
        (("2024,2025", "2024,2035"), (), ["from 2024 to 2026", "every year"]),
        (("2024,2025", "2024,2024"), (), ["line 1", "two columns"]),
        (("AGE_GROUP", "BAND"), (), ["line 1", "age", "column is missing"]),
        (("", ""), ("E10000888",), ["no area 'E10000888'", CODE]),
        (("", ""), ("Elsewhere",), ["no area 'Elsewhere'", NAME]),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_its_place(file_of, change, whose, said):
    with pytest.raises(DataError) as refusal:
        read_population(file_of(wide().replace(*change, 1)), whose)
    message = str(refusal.value)
    assert message.startswith("population.csv")
    assert all(words in message for words in said), message


@pytest.mark.unit
def test_thousands_and_several_areas_without_a_name_are_refused(file_of):
    thousands = wide()
    for age in range(18):
        for n in range(4):
            thousands = thousands.replace(f",{100 + age + 10 * n}", f",{0.1 + age / 1000:.3f}")
    with pytest.raises(DataError, match="look like thousands"):
        read_population(file_of(thousands))
    two = wide() + wide(code="E10000888", name="Elsewhere").partition("\n")[2]
    with pytest.raises(DataError, match="2 areas"):
        read_population(file_of(two))
    with pytest.raises(DataError, match="no row"):
        read_population(file_of(wide().partition("\n")[0] + "\n"))
