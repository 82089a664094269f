"""Figures of authorities by year: what a panel accepts, and what it says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from riskmodel.errors import DataError, UnknownNameError
from riskmodel.panel_measures import MEASURES
from riskmodel.series import ENGLAND, STATUSES, SYMBOLS, AuthorityPanel


def panel(**changes: Any) -> AuthorityPanel:
    given: dict[str, Any] = {
        "la_codes": ("800", "800", ENGLAND),
        "areas": ("Somewhere", "Somewhere", "England"),
        "years": np.array([2014, 2015, 2015]),
        "figures": {
            "referrals": np.array([10.0, np.nan, 900.0]),
            "sw_agency_rate_fte_pct": np.array([np.nan, np.nan, 12.5]),
        },
        "status": {"referrals": ["observed", "suppressed", "observed"]},
        "source": "by hand",
    }
    return AuthorityPanel(**given | changes)


@pytest.mark.unit
def test_a_panel_says_what_it_holds() -> None:
    found = panel()
    assert found.summary() == (
        "1 authorities and England, 2014 to 2015, 2 measures, 3 of 6 cells with a figure (by hand)"
    )
    assert len(found) == 3
    assert found.measures == ("referrals", "sw_agency_rate_fte_pct")
    assert dict(found.authorities) == {"800": "Somewhere"}
    frame = found.to_frame()
    assert list(frame.columns) == ["la_code", "area", "year", *found.measures]
    assert frame["referrals"].isna().tolist() == [False, True, False]
    assert found.status_frame()["referrals"].tolist() == ["observed", "suppressed", "observed"]


@pytest.mark.unit
def test_a_status_that_is_not_given_follows_from_the_figure() -> None:
    assert panel().status["sw_agency_rate_fte_pct"] == (
        "not_available", "not_available", "observed",
    )  # fmt: skip


@pytest.mark.unit
def test_one_measure_one_authority_and_england_are_picked_out() -> None:
    found = panel()
    rows = found.measure("referrals")
    assert rows.to_dict("records")[1]["status"] == "suppressed"
    assert found.authority("800").years.tolist() == [2014, 2015]
    assert found.england.la_codes == (ENGLAND,)
    assert found.select(["800", ENGLAND]) == found
    assert found.authority("800") != found
    with pytest.raises(UnknownNameError, match=r"There is no authority '801'\. Did you mean '800'"):
        found.authority("801")
    with pytest.raises(UnknownNameError, match="There is no measure 'referal'"):
        found.measure("referal")


@pytest.mark.unit
def test_a_panel_up_to_a_year_knows_nothing_later() -> None:
    found = panel().until(2014)
    assert found.years.tolist() == [2014]
    assert found.status["referrals"] == ("observed",)
    assert len(panel().until(2013)) == 0
    assert panel().until(2015) == panel()


@pytest.mark.unit
def test_arrays_are_copied_and_locked() -> None:
    years, referrals = np.array([2014]), np.array([1.0])
    found = AuthorityPanel(("800",), ("x",), years, {"referrals": referrals})
    years[0], referrals[0] = 1999, 5.0
    assert (found.years[0], found.figures["referrals"][0]) == (2014, 1.0)
    with pytest.raises(ValueError, match="read-only"):
        found.figures["referrals"][0] = 2.0
    with pytest.raises(TypeError):
        found.figures["referrals"] = referrals  # type: ignore[index]


@pytest.mark.unit
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"years": np.array([2015, 2015, 2015])}, r"found twice: 800 in 2015 \(rows 1 and 2\)"),
        ({"la_codes": (" ", "800", ENGLAND)}, "row 1 needs an authority code"),
        ({"years": np.array([2014, 15, 2015])}, "row 2 needs an authority code and a year"),
        ({"areas": ("Somewhere",)}, "needs 3 cells"),
        ({"figures": {"referrals": np.array([1.0])}}, "needs 3 cells"),
        ({"figures": {"referrals": np.array([-1.0, np.nan, 2.0])}}, "800 in 2014 .row 1. is obser"),
        ({"figures": {"referrals": np.array([np.inf, np.nan, 2.0])}}, "holds inf"),
        ({"figures": {"referrals": np.array([1.0, 0.0, 2.0])}}, "is suppressed and holds 0"),
        ({"figures": {"referrals": np.array([np.nan, np.nan, 2.0])}}, "is observed and holds nan"),
        (
            {"figures": {"sw_agency_rate_fte_pct": np.array([101.0, 1.0, 2.0])}, "status": {}},
            "from 0 to 100",
        ),
        ({"status": {"referrals": ["observed", "c", "observed"]}}, "status must be one of"),
    ],
    ids=[
        "twice", "no_code", "odd_year", "areas", "length", "negative", "infinite", "zero",
        "observed_nothing", "over_100_percent", "unknown_status",
    ],
)  # fmt: skip
def test_what_contradicts_itself_is_refused_and_named(
    changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        panel(**changes)


@pytest.mark.unit
def test_an_unknown_measure_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'referrals'"):
        panel(figures={"referals": np.array([1.0, 2.0, 3.0])}, status={})


@pytest.mark.unit
def test_a_symbol_is_a_status_and_never_observed() -> None:
    assert set(SYMBOLS.values()) == set(STATUSES) - {"observed"}
    assert all(name == measure.name for name, measure in MEASURES.items())
    assert len(MEASURES) == 55


@pytest.mark.unit
def test_a_panel_without_rows_is_one() -> None:
    found = AuthorityPanel((), (), np.array([], dtype=np.int64), {"referrals": np.array([])})
    assert str(found).startswith("0 authorities, no years, 1 measures, 0 of 0")
