"""The words of the field: factors, codes, whom they concern."""

from __future__ import annotations

import pytest

from riskmodel.errors import UnknownNameError
from riskmodel.report.wording import label_of
from riskmodel.vocabulary import FACTORS, STAGES, Factor, factor, factor_label, factor_name

pytestmark = pytest.mark.unit

PERSON_OF_SUFFIX = {"A": "child", "B": "parent", "C": "other"}


def test_thirty_four_factors_with_distinct_names_labels_and_codes() -> None:
    codes = [known.code for known in FACTORS if known.code is not None]
    assert len(FACTORS) == 34
    assert len({known.name for known in FACTORS}) == 34
    assert len({known.label for known in FACTORS}) == 34
    assert len(set(codes)) == len(codes) == 32


def test_codes_are_those_of_the_census() -> None:
    three_ways = {f"{number}{letter}" for number in range(1, 7) for letter in "ABC"}
    child_only = {f"{number}A" for number in range(7, 20)}
    found = {known.code for known in FACTORS if known.code is not None}
    assert found == three_ways | child_only | {"20"}
    assert [known.label for known in FACTORS if known.is_local] == ["Child ASC", "Parent ASC"]


def test_a_local_factor_has_one_label_on_the_terminal_and_in_the_report() -> None:
    assert factor_label("factor_hoarding") == label_of("factor_hoarding") == "Hoarding"
    assert factor_label("gang_links") == label_of("gang_links") == "Gang links"
    assert factor_label("child_neglect") == label_of("child_neglect") == "Child Neglect"


@pytest.mark.parametrize("known", FACTORS, ids=lambda known: known.name)
def test_label_person_and_code_agree(known: Factor) -> None:
    assert known.label.split()[0].casefold() == known.person
    assert known.name == factor_name(known.label)
    if known.code is not None and known.code[-1].isalpha():
        assert PERSON_OF_SUFFIX[known.code[-1]] == known.person
    if known.code == "20":
        assert known.person == "general"


@pytest.mark.parametrize("known", FACTORS, ids=lambda known: known.name)
def test_a_factor_is_found_by_name_label_and_code_in_any_case(known: Factor) -> None:
    words = [known.name, known.label, known.label.upper(), f"  {known.label} "]
    if known.code is not None:
        words += [known.code, known.code.lower()]
    assert {factor(word) for word in words} == {known}


@pytest.mark.parametrize(
    ("word", "nearest"),
    [
        ("Parent Domestic Violense", "parent_domestic_violence"),
        ("child_neglct", "child_neglect"),
        ("child selfharm", "child_self_harm"),
    ],
)
def test_a_misspelt_factor_is_answered_with_the_nearest(word: str, nearest: str) -> None:
    with pytest.raises(UnknownNameError, match=f"Did you mean '{nearest}'"):
        factor(word)


@pytest.mark.parametrize("word", ["21", "", "4D", "22"])
def test_what_is_no_factor_is_refused(word: str) -> None:
    with pytest.raises(UnknownNameError, match="There is no factor"):
        factor(word)


@pytest.mark.parametrize(
    ("label", "name"),
    [("Child Self Harm", "child_self_harm"), ("  Parent – ASC! ", "parent_asc"), ("20+", "20")],
)
def test_column_names(label: str, name: str) -> None:
    assert factor_name(label) == name


def test_text_of_a_factor() -> None:
    assert str(factor("16A")) == "Child Neglect (16A)"
    assert str(factor("child_asc")) == "Child ASC (local, no census code)"


def test_stages_are_in_order_and_distinct() -> None:
    assert len(set(STAGES)) == len(STAGES)
    assert STAGES.index("assessment") < STAGES.index("child_protection_plan")
