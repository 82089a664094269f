"""Years between which the codes of a factor changed."""

from __future__ import annotations

import pytest

from riskmodel.errors import DataError
from riskmodel.intake import series_breaks


@pytest.mark.unit
def test_there_is_no_break_within_a_year_or_where_codes_stay() -> None:
    assert series_breaks(2015, 2015) == ()
    assert series_breaks(2017, 2020) == ()
    assert series_breaks(2014, 2026, ["child_neglect", "child_asc"]) == ()


@pytest.mark.unit
def test_divided_and_later_factors_break_in_their_year() -> None:
    found = {(each.factor, each.year) for each in series_breaks(2014, 2026)}
    assert found == {
        ("child_privately_fostered", 2016),
        ("child_female_genital_mutilation", 2016),
        ("child_faith_linked_abuse", 2016),
        ("child_physical_abuse", 2021),
        ("child_physical_abuse", 2022),
        ("child_sexual_abuse", 2021),
        ("child_sexual_abuse", 2022),
        ("child_criminal_exploitation", 2022),
    }


@pytest.mark.unit
def test_the_order_of_the_years_does_not_matter_and_each_says_its_codes() -> None:
    found = series_breaks(2016, 2015, ["child_privately_fostered", "child_faith_linked_abuse"])
    assert found == series_breaks(
        2015, 2016, ["child_privately_fostered", "child_faith_linked_abuse"]
    )
    assert [str(each) for each in found] == [
        "child_privately_fostered: 8A until 2015, 8B, 8C, 8D, 8E, 8F from 2016",
        "child_faith_linked_abuse: no code before 2016, then 23A",
    ]


@pytest.mark.unit
def test_a_year_without_a_census_is_refused() -> None:
    with pytest.raises(DataError, match="no census year 2013"):
        series_breaks(2013, 2015)
