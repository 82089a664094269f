"""Charts of a backtest: every line named, labels apart, the same bytes."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodel.report.charts.backtest import (
    LOWEST_SKILL,
    _apart,
    draw_coverage,
    draw_pit,
    draw_skill,
)

MODELS = {
    "riskmodel": 9,
    "last_value": 0,
    "ridge": 8.9,
    "mean_reversion": 8.8,
    "drift": -40,
    "arima": -9,
}


def summary(horizons: tuple[int, ...] = (1, 2, 4)) -> list[dict[str, float | str]]:
    return [
        {
            "model": model,
            "horizon_years": ahead,
            "skill_percent": skill * (1 + 0.2 * ahead),
            "skill_low": skill - 3.0,
            "skill_high": skill + 4.0,
            "coverage_50_percent": 48.0 + ahead,
            "coverage_90_percent": 91.0 - ahead,
        }
        for model, skill in MODELS.items()
        for ahead in horizons
    ]


def words_of(svg: bytes) -> list[str]:
    return re.findall(r">([^<>\n]+)</text>", svg.decode())


@pytest.mark.unit
@pytest.mark.parametrize("horizons", [(1,), (1, 2, 4)])
def test_every_model_is_named_and_what_lies_below_the_chart_too(horizons: tuple[int, ...]) -> None:
    found = draw_skill("skill", summary(horizons), ours="riskmodel", reference="last_value")
    for svg in (found.svg, found.svg_narrow):
        text = words_of(svg)
        assert {"riskmodel", "last value", "ridge", "mean reversion", "arima"} <= set(text)
        assert f"Below −{-LOWEST_SKILL:.0f}%: drift" in text
    again = draw_skill("skill", summary(horizons), ours="riskmodel", reference="last_value")
    assert (again.svg, again.png) == (found.svg, found.png)


@pytest.mark.unit
def test_a_line_that_leaves_the_chart_says_where_it_ends() -> None:
    rows = summary()
    for row in rows:
        if row["model"] == "drift":
            row["skill_percent"] = -10.0 * float(row["horizon_years"])
    found = draw_skill("skill", rows, ours="riskmodel", reference="last_value")
    assert "drift: −40%" in words_of(found.svg)


@pytest.mark.unit
def test_one_authority_has_no_interval_and_still_a_chart() -> None:
    rows = [{**row, "skill_low": float("nan"), "skill_high": float("nan")} for row in summary()]
    found = draw_skill("skill", rows, ours="riskmodel", reference="last_value")
    assert b"nan" not in found.svg.lower()


@pytest.mark.unit
def test_coverage_and_tenths_say_what_they_show() -> None:
    found = draw_coverage("coverage", summary(), ours="riskmodel")
    assert {"50% ranges", "90% ranges"} <= set(words_of(found.svg))
    tenths = [
        {
            "model": "riskmodel",
            "horizon_years": ahead,
            "from": place / 10,
            "to": (place + 1) / 10,
            "share_percent": 10.0,
        }
        for ahead in (1, 2, 3)
        for place in range(10)
    ]
    found = draw_pit("pit", tenths, ours="riskmodel")
    for svg in (found.svg, found.svg_narrow):
        assert {"1 year ahead", "2 years ahead", "3 years ahead"} <= set(words_of(svg))


@pytest.mark.property
@given(
    wanted=st.dictionaries(st.text("abc", min_size=1), st.floats(0, 300), min_size=1, max_size=9)
)
def test_labels_stand_a_line_apart_within_the_height_in_the_order_of_the_lines(
    wanted: dict[str, float],
) -> None:
    found = _apart(wanted, 300.0)
    places = sorted(found.values())
    assert all(second - first >= 15 - 1e-9 for first, second in pairwise(places))
    assert places[0] >= -1e-9
    assert places[-1] <= 300 + 1e-9
    ranked = sorted(wanted, key=lambda model: (wanted[model], model))
    assert sorted(found, key=lambda model: found[model]) == ranked
    far = sorted(wanted.values())
    if all(second - first >= 15 for first, second in pairwise(far)):
        assert found == pytest.approx(wanted)
