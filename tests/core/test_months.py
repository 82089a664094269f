"""Months: read, counted, said."""

from __future__ import annotations

import pickle
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodel.core.months import Month, years_of
from riskmodel.errors import DataError

months = st.dates(date(1000, 1, 1), date(9000, 1, 1)).map(Month.of_day)


@pytest.mark.property
@given(months, st.integers(-3000, 3000))
def test_counting_forth_and_back_ends_where_it_began(month: Month, ahead: int) -> None:
    there = month.after(ahead)
    assert there - month == ahead
    assert there.after(-ahead) == month
    assert (there < month) == (ahead < 0)
    assert np.datetime64(month, "M") + ahead == np.datetime64(there, "M")


@pytest.mark.property
@given(months)
def test_a_financial_year_holds_twelve_months_from_april(month: Month) -> None:
    year = [month.after(ahead) for ahead in range(-11, 12)]
    same = [one for one in year if one.financial_year == month.financial_year]
    assert len(same) == 12
    assert (same[0].number, same[-1].number) == (4, 3)
    assert same[-1].is_march
    assert month.financial_year.startswith(str(same[0].year))
    assert years_of(same) == {month.financial_year: list(range(12))}


@pytest.mark.unit
@pytest.mark.parametrize("text", ["2015-13", "2015-3", "15-03", "2015-03-31", "", "2015/03"])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(DataError, match=r"YYYY-MM, such as 2015-11"):
        Month(text)


@pytest.mark.unit
def test_it_is_a_text_to_all_who_take_one() -> None:
    month = Month("2016-02")
    assert Month(month) is month
    assert month == "2016-02"
    assert hash(month) == hash("2016-02")
    restored = pickle.loads(pickle.dumps(month))
    assert restored == month
    assert isinstance(restored, Month)
    plain = pd.DataFrame({"month": ["2016-02"]})
    assert plain.equals(pd.DataFrame({"month": [month]}))
    assert plain["month"].dtype == pd.DataFrame({"month": [month]})["month"].dtype
    assert month.words(day=True) == "29 February 2016"
