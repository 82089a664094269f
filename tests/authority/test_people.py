"""A folder's projection of the population: found, weighed, by ages of its own returns."""

from __future__ import annotations

import pytest

from riskmodel.authority.folder.authority import open_authority
from riskmodel.authority.folder.checks import check_folder
from riskmodel.errors import DataError

from .conftest import MONTHS

PLAN = "child_protection_plan"
SETTINGS = '[about]\nname = "Madeupshire"\npopulation = 90000\n'


def population(variants: tuple[str, ...] = ("principal",), children: str = "5000") -> str:
    """As many children of each age in every year."""
    years = range(2022, 2030)
    lines = ["AREA_NAME,SEX,AGE_GROUP,VARIANT," + ",".join(map(str, years))]
    lines += [
        f"Madeupshire,persons,{age},{variant}" + f",{children}" * len(years)
        for variant in variants
        for age in range(18)
    ]
    return "\n".join(lines) + "\n"


def weights(**shares: float) -> str:
    """The weights of variants, as authority.toml says them."""
    return "".join(
        f'[[population_variants]]\nvariant = "{name}"\nweight = {share}\n'
        for name, share in shares.items()
    )


@pytest.mark.unit
def test_a_folder_finds_its_population_and_says_what_it_holds(folder_of):
    files = {"months.csv": MONTHS, "population.csv": population()}
    folder = folder_of(SETTINGS, files=files)
    source = open_authority(folder).demand
    assert source.people is not None
    assert source.people.weights == {"principal": 1.0}
    assert source.population == 90_000
    assert "assumed" in source.people.of(PLAN).basis
    check = check_folder(folder)
    (thing,) = [thing for thing in check.things if thing.what == "Population"]
    assert (thing.source, "90,000 to 90,000 children" in thing.holds) == ("population.csv", True)
    assert not [problem for problem in check.problems if "population" in str(problem.place)]


@pytest.mark.unit
def test_without_a_number_the_children_of_the_file_are_the_population(folder_of):
    files = {"months.csv": MONTHS, "own.csv": population()}
    folder = folder_of(
        '[about]\nname = "Madeupshire"\n[files]\npopulation = "own.csv"\n', None, files
    )
    assert open_authority(folder).demand.population == 90_000


@pytest.mark.unit
def test_plans_have_the_ages_of_the_assessments_that_led_to_one(folder_of):
    ages = [1] * 60 + [12] * 40 + [7] * 100 + [3] * 20
    rows = [
        f"{n},{age},{int(n < 100)},1"
        for n, age in enumerate(ages)
    ]  # fmt: skip
    table = "assessment_id,age,plan,parent_domestic_violence\n" + "\n".join(rows) + "\n"
    files = {"months.csv": MONTHS, "population.csv": population(), "returns/a.csv": table}
    people = open_authority(folder_of(SETTINGS, files=files)).demand.people
    assert people is not None
    plans, others = people.of(PLAN), people.of("child_in_need_plan")
    assert (plans.basis, plans.source) == ("observed", "the return a.csv")
    # Of ages 0 to 4, 5 to 10, 11 to 15, 16 and 17.
    assert plans.shares == (60, 0, 40, 0)
    assert others.shares == (20, 100, 0, 0)
    assert people.of("looked_after").basis == "assumed"


@pytest.mark.unit
@pytest.mark.parametrize(
    ("settings", "file", "said"),
    [
        (
            weights(principal=0.5, high=0.3),
            population(("principal", "high")),
            ["authority.toml, line 9", "field weight", "add up to 0.8"],
        ),
        (
            weights(principal=0.5, hgh=0.5),
            population(("principal", "high")),
            ["authority.toml, line 8", "'hgh'", "Did you mean 'high'"],
        ),
        ("", population(("low", "high")), ["population.csv", "population_variants"]),
        ("", population(children="50"), ["900 children", "not thousands"]),
        ("", population(children="3000"), ["54,000 children", "90,000 are stated"]),
        (weights(principal=1), None, ["line 5", "no population.csv"]),
        ("", population().replace("Madeup", "Other"), ["no area 'Madeupshire'"]),
    ],
)
def test_weights_and_populations_that_cannot_be_are_refused(folder_of, settings, file, said):
    files = {"months.csv": MONTHS} | ({} if file is None else {"population.csv": file})
    folder = folder_of(SETTINGS + settings, files=files)
    with pytest.raises(DataError) as refusal:
        _ = open_authority(folder).demand
    check = check_folder(folder)
    assert not check.is_sound
    listed = " ".join(str(problem) for problem in check.problems)
    for words in said:
        assert words in str(refusal.value)
        assert words.removeprefix("authority.toml, ") in listed
