"""Where spread comes from: parts that add up, against closed forms and brute force."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from riskmodel.authority.library import library_outlook
from riskmodel.authority.service import plan_outlook
from riskmodel.authority.spread import PARTS, SpreadSplit, parts_of_spread, split_spread
from riskmodel.demand.simulation.changed import change_inputs
from riskmodel.demand.simulation.inputs import StageInputs
from riskmodel.demand.simulation.stock_flow import simulate_stage
from riskmodel.errors import UnknownNameError
from riskmodel.levers import Levers, Range, RangedPart, varied_path
from riskmodel.projection import BASELINE
from riskmodel.streams import stream

PLAN = "child_protection_plan"


@pytest.mark.unit
def test_the_parts_of_a_product_are_those_of_the_law_of_total_variance():
    random = stream(4, "test")
    number = 200_000
    model, assumed, other = random.normal(10, 2, number), *random.normal(3, 0.5, (2, number))
    luck, again = random.normal(0, 4, (2, number))
    parts = parts_of_spread(model * assumed + luck, model * assumed + again, model * other + again)
    # E Var = 4^2; E[M^2] Var A = 104 x 0.25; Var M (E A)^2 = 4 x 9.
    assert parts.chance == pytest.approx(16, rel=0.05)
    assert parts.assumed == pytest.approx(26, rel=0.05)
    assert parts.model == pytest.approx(36, rel=0.05)
    assert parts.total == pytest.approx(np.var(model * assumed + luck, ddof=1))


@pytest.mark.unit
def test_the_parts_of_a_simulated_stock_are_those_of_brute_force():
    """Many simulations of each of many pairs of model and assumption, nested."""
    months, pairs, each = 12, 60, 60
    part = RangedPart(Range(0.5, 1.1), (1.0,) * months, True)
    levers = Levers.after("2015-11", months).with_path(
        f"starts.{PLAN}", multiplier=part.range.middle, ranges=(part,), to=(("closed", 1.0),)
    )

    def stocks(level: np.ndarray, drawn: Levers, seed: int) -> np.ndarray:
        count = len(level)
        base = StageInputs(
            np.repeat(level[:, None], months, axis=1), np.full(count, 300.0), np.full(count, 1.3),
            np.full(count, 300),
        )  # fmt: skip
        inputs = change_inputs({PLAN: base}, drawn)[PLAN]
        return simulate_stage(inputs, seed, "demand", reference=base).stock[:, -1].astype(float)

    count = pairs * each
    levels = stream(1, "levels").normal(40, 6, count)
    assumed = levers.drawn(1, count)
    parts = parts_of_spread(
        stocks(levels, assumed, 1), stocks(levels, assumed, 2),
        stocks(levels, levers.drawn(2, count), 2),
    )  # fmt: skip
    # Nested: of each level so many assumptions, of each pair one more simulation.
    nested = np.repeat(stream(5, "levels").normal(40, 6, pairs), each)
    one, two = (
        stocks(nested, levers.drawn(7, count), seed).reshape(pairs, each) for seed in (8, 9)
    )
    chance = ((one - two) ** 2).mean() / 2
    within = one.var(axis=1, ddof=1).mean()
    assert parts.chance == pytest.approx(chance, rel=0.15)
    assert parts.assumed == pytest.approx(within - chance, rel=0.25)
    whole = np.var(one, ddof=1)
    assert parts.model == pytest.approx(whole - within, rel=0.4)


@pytest.mark.integration
def test_the_split_of_a_scenario_adds_up_and_without_ranges_nothing_is_assumed():
    outlook = library_outlook("section_47_2010_11", "2017-11", 600, 1)
    found = split_spread(outlook)
    frame = found.to_frame().set_index(["scenario", "against", "measure", "part"])["variance"]
    wide = frame.unstack("part")
    np.testing.assert_allclose(wide[list(PARTS[:3])].sum(axis=1), wide["total"])
    assert (wide["total"].xs("", level="against") > 0).all()
    assert (wide.loc[BASELINE, "assumed"] == 0).all()
    # The range is in how many have a child in need plan instead.
    of = wide.loc["section_47_2010_11", BASELINE]
    share = of["assumed"] / of["total"]
    assert share["stock_child_in_need_plan"] > 0.2
    assert share[f"stock_{PLAN}"] == 0
    assert "is chance" in found.summary()
    shown = found.preview()
    assert set(shown["measure"]) >= {"Children looked after", "Cases for each full-time worker"}
    assert list(shown.columns[-2:]) == ["what the figures leave open", "what is assumed"]
    with pytest.raises(UnknownNameError):
        split_spread(outlook, ["section_48"])


@pytest.mark.integration
@pytest.mark.parametrize("name", ["turnover_rate", "posts"])
def test_the_range_of_a_number_of_the_workforce_is_assumed_of_caseloads_alone(name):
    plain = library_outlook("section_47_2010_11", "2017-11", 300, 1)
    months = len(plain.projection.months)
    part = RangedPart(Range(0.3, 3.0, "uniform"), (1.0,) * months, True)
    turned = plain.levers[BASELINE].with_path(
        f"workforce.{name}", multiplier=part.range.middle, ranges=(part,)
    )
    outlook = replace(
        plain, levers={BASELINE: plain.levers[BASELINE], "changed": turned},
        projection=plain.simulate({"changed": turned}),
    )  # fmt: skip
    frame = split_spread(outlook, ["changed"]).to_frame()
    of = frame[(frame["against"] == BASELINE) & (frame["part"] == "assumed")]
    share = of.set_index("measure")["share"]
    assert share["caseload"] > 0.5
    assert share[f"stock_{PLAN}"] == share["cases"] == 0


@pytest.mark.integration
def test_what_the_choice_of_variants_adds_to_the_spread_is_said():
    """Two variants of posts: what their difference adds is w (1 - w) times its square."""
    plain = library_outlook("section_47_2010_11", "2017-11", 300, 1)
    months, baseline = len(plain.projection.months), plain.levers[BASELINE]
    kinds = [
        (weight, baseline.with_path("workforce.turnover_rate", multiplier=number))
        for weight, number in ((0.25, 0.2), (0.75, 1.8))
    ]
    path = varied_path(
        "workforce.turnover_rate",
        [(weight, levers.path("workforce.turnover_rate")) for weight, levers in kinds],
    )
    levers = Levers(baseline.months, (path,))
    named = {BASELINE: baseline, "varied": levers}
    outlook = replace(plain, levers=named, projection=plain.simulate({"varied": levers}))
    frame = split_spread(outlook, ["varied"], month=plain.projection.months[-1]).to_frame()
    of = frame[(frame["against"] == BASELINE) & (frame["measure"] == "caseload")]
    parts = of.set_index("part")["variance"]
    assert parts[list(PARTS)].sum() == pytest.approx(parts["total"])
    assert parts["assumed"] == 0
    loads = [
        plan_outlook(replace(plain, levers={BASELINE: baseline, "one": one},
                             projection=plain.simulate({"one": one}))).caseload("one")[months - 1]
        for _, one in kinds
    ]  # fmt: skip
    expected = 0.25 * 0.75 * (loads[0].mean() - loads[1].mean()) ** 2
    assert parts["variant"] == pytest.approx(expected, rel=0.3)
    assert "which variant holds" in split_text(frame)


def split_text(frame) -> str:
    return SpreadSplit("2017-11", frame[frame["against"] == BASELINE].assign(against="")).summary()
