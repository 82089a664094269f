"""Counts of factors recorded together: what several answers give away, and what is withheld."""

from __future__ import annotations

import pytest

from riskmodel.factors.adjusted.told import Earlier, Told, gaps

from .combination_chains import CombinationChain

AB, ABC = frozenset("ab"), frozenset("abc")


@pytest.mark.unit
def test_a_model_of_more_factors_splits_a_combination():
    """40 with a and b, 37 of them without c: so 3 have c."""
    earlier = Earlier(True, (Told(AB, AB, 40, 20),))
    now = [Told(ABC, AB, 37, 18)]
    assert sorted(gaps(now, [earlier])) == [1, 2, 3]
    # Of records that grew the two are counts of different children.
    assert not list(gaps(now, [Earlier(False, earlier.rows)]))


@pytest.mark.unit
def test_records_that_grew_tell_how_many_came():
    """Seven came with a and b, four of them with exactly those: three came with c too."""
    then = (Told(AB, AB, 40, 20), Told(ABC, AB, 30, 12))
    now = [Told(AB, AB, 47, 27), Told(ABC, AB, 34, 16)]
    assert {4, 3} <= set(gaps(now, [Earlier(False, then)]))
    assert not {3, 4} & set(gaps(now, []))


@pytest.mark.unit
def test_few_factors_of_more_are_few_of_fewer():
    few = Told(AB, None, 50, 10)
    assert few.holds(Told(ABC, None, 30, 5))
    assert few.holds(Told(ABC, frozenset("ac"), 9, 9))
    assert not few.holds(Told(ABC, AB, 9, 9))
    assert not Told(ABC, None, 30, 5).holds(few)
    assert Earlier.from_data(True, [few.to_data()]).rows == (few,)


@pytest.mark.end_to_end
def test_models_of_several_sets_of_factors_give_no_few_away(tmp_path):
    """Without what is remembered, the reader of this chain knows counts of 1 to 5."""
    place = tmp_path / "remembers", tmp_path / "forgets"
    for folder, forgets in zip(place, (False, True), strict=True):
        folder.mkdir()
        chain = CombinationChain(folder, 17, forgets=forgets).go()
        assert chain.log_kinds.count("combinations") >= 2
        assert bool(chain.recovered()) is forgets, chain.log
