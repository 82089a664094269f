"""An authority beside others: who is compared, how long a difference lasted, what is missing."""

from __future__ import annotations

import numpy as np
import pytest

import riskmodel
from riskmodel.authority.others import NEIGHBOURS, compare_with_others
from riskmodel.demand.national.compared import COMPARED
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.series import ENGLAND, AuthorityPanel
from riskmodel.streams import stream

YEARS = np.arange(2019, 2025)


def panel_of(stocks: dict[str, list[float]], population: float = 1e5, **more) -> AuthorityPanel:
    """Stocks of plans by code over :data:`YEARS`, each with the same population."""
    codes = [code for code in stocks for _ in YEARS]
    return AuthorityPanel(
        tuple(codes),
        tuple("England" if code == ENGLAND else f"Area {code}" for code in codes),
        np.tile(YEARS, len(stocks)),
        {
            "pop_0_17_midyear": np.full(len(codes), population),
            "cpp_at_31_mar": np.concatenate(list(stocks.values())).astype(float),
            **more,
        },
    )


@pytest.mark.unit
def test_how_long_a_difference_lasted_is_counted_in_one_direction():
    own = [250, 400, 400, 600, 600, 600]
    panel = panel_of({"900": own, **{f"90{n}": [400] * 6 for n in range(1, 7)}})
    others = compare_with_others(panel, "900", neighbours=["901", "902", "903"])
    course = others.course("cpp_at_31_mar", NEIGHBOURS)
    assert course["where"].tolist() == ["lower", *["within chance"] * 2, *["higher"] * 3]
    assert course["years"].tolist() == [1, 0, 0, 1, 2, 3]
    row = others.latest.iloc[0]
    assert row["verdict"].startswith("higher than its statistical neighbours for 3 years, more")
    assert (row["rate"], row["comparator_rate"], row["authorities"]) == pytest.approx((60, 40, 3))
    assert row["low"] < 40 < row["high"] < 60
    assert "3 years" in others.summary()


@pytest.mark.unit
def test_a_year_without_a_figure_breaks_the_count():
    own = [600, 600, np.nan, 600, 600, 600]
    panel = panel_of({"900": own, "901": [400] * 6, "902": [400] * 6})
    course = compare_with_others(panel, "900", neighbours=["901"]).course("cpp_at_31_mar")
    assert course["years"].tolist() == [1, 2, 1, 2, 3]


@pytest.mark.unit
def test_it_is_compared_with_neighbours_groups_and_england_and_never_with_itself():
    panel = panel_of(
        {
            "900": [600] * 6,
            "901": [300] * 6,
            "902": [500] * 6,
            "E12000001": [3000] * 6,
            ENGLAND: [9000] * 6,
        }
    )
    others = compare_with_others(
        panel, "900", neighbours=["901", "999"], groups={"By the sea": ["902", "900"]}
    )
    assert dict(others.comparators) == {
        NEIGHBOURS: ("901",),
        "By the sea": ("902",),
        "Area E12000001": ("E12000001",),
        "England": (ENGLAND,),
    }
    without = panel.select(["900", "901", "902"])
    rest = compare_with_others(without, "900")
    assert dict(rest.comparators) == {"all others in the panel": ("901", "902")}
    assert rest.latest["comparator_rate"].iloc[0] == pytest.approx(40)


@pytest.mark.unit
def test_shares_are_compared_as_rates_are_and_what_is_missing_is_named():
    stocks = {"900": [400] * 6, **{f"90{n}": [400] * 6 for n in range(1, 7)}}
    starts = np.full(42, 400.0)
    repeat = np.concatenate([np.full(6, 140.0), np.full(36, 80.0)])
    panel = panel_of(stocks, cpp_starts=starts, cpp_starts_second_or_subsequent=repeat)
    others = compare_with_others(panel, "900", neighbours=["901", "902"])
    row = others.course("cpp_starts_second_or_subsequent", NEIGHBOURS).iloc[-1]
    assert (row["rate"], row["comparator_rate"], row["unit"]) == pytest.approx((35, 20, "percent"))
    assert row["where"] == "higher"
    assert "Plans that started for neglect, of all plans that started" in others.missing
    assert COMPARED["referrals"].label in others.missing
    with pytest.raises(UnknownNameError):
        others.course("referrals")


@pytest.mark.unit
def test_equals_are_called_different_no_more_often_than_stated():
    """Families of two that come at the same rate everywhere, and children who come alone."""
    random = stream(8, "tests/others")
    for size in (1, 2):
        outside = rows = 0
        for _ in range(12):
            stocks = {f"{900 + n}": size * random.poisson(200 / size, 6) for n in range(8)}
            panel = panel_of(stocks)
            for code in stocks:
                neighbours = [other for other in stocks if other != code][:5]
                course = compare_with_others(panel, code, neighbours=neighbours).to_frame()
                outside += int((course["where"] != "within chance").sum())
                rows += len(course)
        assert rows == 12 * 8 * 6 * 2
        assert outside <= 0.05 * rows


@pytest.mark.unit
def test_suppressed_counts_of_others_make_no_difference_of_their_own():
    """Five of eight have 1 to 5 and are withheld: those printed alone are higher, by selection."""
    stocks = {f"{900 + n}": [200] * 6 for n in range(9)}
    starts = np.full(54, 200.0)
    physical = np.repeat([3.0, 12.0, 14.0, 13.0, *[np.nan] * 5], 6)
    blank = panel_of(stocks, cpp_starts=starts, cpp_starts_physical=physical)
    said = ["suppressed" if np.isnan(count) else "observed" for count in physical]
    suppressed = AuthorityPanel(
        blank.la_codes,
        blank.areas,
        blank.years,
        dict(blank.figures),
        {"cpp_starts_physical": said},
    )
    for panel, rate, number in ((suppressed, 100 * 54 / 1600, 8), (blank, 100 * 39 / 600, 3)):
        others = compare_with_others(panel, "900", neighbours=sorted(stocks)[1:])
        row = others.course("cpp_starts_physical", NEIGHBOURS).iloc[-1]
        assert (row["comparator_rate"], row["authorities"]) == pytest.approx((rate, number))
        assert row["where"] == "within chance"


@pytest.mark.unit
def test_nothing_to_compare_with_is_said():
    with pytest.raises(DataError, match="no figure of 900"):
        compare_with_others(panel_of({"900": [400] * 6}), "900")


@pytest.mark.integration
def test_a_folder_is_compared_and_drawn(exampleshire):
    others = riskmodel.open_authority(exampleshire).others
    assert list(others.comparators)[:2] == [NEIGHBOURS, "Made-up authorities by the sea"]
    picture = others.plot(measure="referrals")
    assert b"beyond chance" in picture.svg
    assert "more than chance" in picture.alt
    with pytest.raises(DataError, match="panel"):
        _ = riskmodel.example().others
