"""Which parameters a value rests on is known, also when it was worked out before."""

from __future__ import annotations

import pytest

from riskmodel.parameters import parameter, parameter_names, parameters, recording, remembered


@pytest.mark.unit
def test_what_is_remembered_still_tells_the_parameters_that_it_rests_on():
    calls = []

    @remembered
    def scaled(by: float, *, plus: float = 0.0) -> float:
        calls.append(by)
        return by * parameter("interval_level").value + plus

    for _ in range(2):
        with recording() as read:
            assert scaled(2.0) == 2 * parameter("interval_level").value
        assert read == {"interval_level"}
    assert scaled(2.0, plus=1.0) == scaled(2.0) + 1
    assert calls == [2.0, 2.0]
    assert scaled.__name__ == "scaled"


@pytest.mark.unit
def test_names_alone_are_no_reading():
    with recording() as read:
        names = parameter_names()
    assert read == set()
    assert names == tuple(found.name for found in parameters())


@pytest.mark.unit
def test_a_parameter_of_words_prints_them_and_has_no_number():
    found = parameter("history_postcodes")
    assert found.texts == ("OX1 1ND", "OX1 1BX")
    assert found.printed == "OX1 1ND, OX1 1BX"
    assert found.numbers == ()
    assert not parameter("overlap").texts
