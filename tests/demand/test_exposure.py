"""Starts follow the children of the ages that they come from."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from riskmodel.demand.age_shares import AgeShares, published_shares
from riskmodel.demand.calibration import Observation
from riskmodel.demand.exposure import Exposure, with_people
from riskmodel.demand.implied import expected_stock
from riskmodel.demand.pooled.growth import children_in_growth
from riskmodel.demand.projecting import project
from riskmodel.demand.simulation.inputs import StageInputs
from riskmodel.demand.sources import DemandSource
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.estimates import Interval
from riskmodel.population import PopulationProjection

PLAN = "child_protection_plan"
YEARS = tuple(range(2013, 2031))


def people(*variants: tuple[str, object], total: float = 90_000) -> PopulationProjection:
    """As many children of each age, times what each variant makes of an age and a year."""
    tables = {
        name: np.array([[total / 18 * rule(age, year) for year in YEARS] for age in range(18)])
        for name, rule in variants or (("principal", lambda _age, _year: 1.0),)
    }
    return PopulationProjection("E10000999 Madeupshire", YEARS, tables, "population.csv")


def steady(months: int = 120, replicates: int = 1) -> StageInputs:
    """Ten starts a month who stay for 304 days: a stock of 100."""
    return StageInputs(
        np.full((replicates, months), 10.0),
        np.full(replicates, 304.375),
        np.ones(replicates),
        np.full(replicates, 100),
    )


def source(**more: object) -> DemandSource:
    """Four years of plans."""
    made = [
        Observation("stock", Interval.exactly(count), f"{year}-03", source="test")
        for year, count in ((2012, 480), (2013, 520), (2014, 490), (2015, 500))
    ]
    return DemandSource("Madeupshire", {PLAN: tuple(made)}, 90_000.0, "test", **more)


@pytest.mark.unit
def test_twice_as_many_children_are_twice_the_starts_and_after_the_durations_the_stock():
    doubled = people(("principal", lambda _age, year: 1.0 + (year > 2015)))
    exposure = Exposure(doubled)
    inputs = exposure.applied(steady(), PLAN, "2015-06", 1)
    assert inputs.rates[0, 12:] == pytest.approx(np.full(108, 20.0), rel=1e-12)
    # Between two mid-years on a straight line.
    assert inputs.rates[0, :12] == pytest.approx(10 * (1 + (np.arange(12) + 0.5) / 12))
    stock = expected_stock(inputs.opening, inputs.rates, inputs.mean_days, inputs.shape)
    flat = expected_stock(inputs.opening, steady().rates, inputs.mean_days, inputs.shape)
    assert flat[0, -1] == pytest.approx(100, rel=0.01)
    assert stock[0, -1] == pytest.approx(2 * flat[0, -1], rel=1e-3)


@pytest.mark.unit
def test_each_age_counts_by_its_share_of_the_starts():
    babies = people(("principal", lambda age, year: 1.5 if age == 0 and year > 2015 else 1.0))
    shares = AgeShares(tuple(range(1, 19)), (0.4, *([0.6 / 17] * 17)), "observed", "a return")
    exposure = Exposure(babies, shares={PLAN: shares})
    assert exposure.changes(PLAN, "2015-06", 24)[0, -1] == pytest.approx(1 + 0.4 * 0.5)
    # A band has one rate: babies are a fifth of those aged 0 to 4.
    bands = AgeShares((5, 18), (0.4, 0.6), "observed", "a return")
    assert Exposure(babies, shares={PLAN: bands}).changes(PLAN, "2015-06", 24)[
        0, -1
    ] == pytest.approx(1 + 0.4 * 0.5 / 5)
    for stage in (PLAN, "looked_after", "child_in_need_plan", "referral"):
        published = published_shares(stage)
        assert published.ends[-1] == 18
        assert sum(published.shares) in (pytest.approx(1, abs=0.01), pytest.approx(100, abs=0.5))
    assert "all ages alike" in published.source


@pytest.mark.unit
def test_a_flat_population_changes_no_byte():
    exposure = Exposure(people())
    inputs = exposure.applied(steady(), PLAN, "2015-03", 1, grown=0.0)
    assert (inputs.rates == steady().rates).all()
    assert exposure.past_growth(PLAN, "2015-03") == 0


@pytest.mark.unit
def test_growth_that_the_learned_drift_holds_counts_once():
    growing = Exposure(people(("principal", lambda _age, year: 1.01 ** (year - 2015))))
    past = growing.past_growth(PLAN, "2016-06")
    assert past == pytest.approx(np.log(1.01), rel=1e-6)
    # Where all of a common growth of 2% is carried forward, all of the children's 1% is in it.
    learned = SimpleNamespace(course=np.array([0.0, 0.02, 0.04]), years=(2013, 2014, 2015))
    assert children_in_growth(learned, 0.02, past) == pytest.approx(past)
    assert children_in_growth(learned, 0.01, past) == pytest.approx(past / 2)
    assert children_in_growth(learned, 0.01, 0.05) == 0.01
    assert children_in_growth(learned, 0.01, -0.01) == 0
    assert children_in_growth(learned, 0.0, past) == 0
    inputs = growing.applied(steady(24), PLAN, "2016-06", 1, grown=past)
    assert inputs.rates == pytest.approx(steady(24).rates, rel=2e-4)
    # A file that begins at the opening: its first year stands for those before.
    late = PopulationProjection("", YEARS[3:], {"a": growing.people.children["principal"][:, 3:]})
    assert Exposure(late).past_growth(PLAN, "2016-06") == pytest.approx(np.log(1.01), rel=1e-6)


def three_variants() -> PopulationProjection:
    return people(
        ("principal", lambda _age, _year: 1.0),
        ("High", lambda _age, year: 1.0 + 0.3 * (year > 2015)),
        ("low", lambda _age, year: 1.0 - 0.3 * (year > 2015)),
    )


@pytest.mark.unit
def test_one_variant_holds_in_a_simulation_for_all_stages():
    exposure = Exposure(three_variants(), {"principal": 0.5, "high": 0.3, "low": 0.2})
    plans, away = (
        exposure.applied(steady(24, 4000), stage, "2015-06", 7).rates[:, -1]
        for stage in (PLAN, "looked_after")
    )
    assert plans == pytest.approx(away)
    values, counts = np.unique(plans.round(6), return_counts=True)
    assert values.tolist() == [7.0, 10.0, 13.0]
    assert counts / 4000 == pytest.approx([0.2, 0.5, 0.3], abs=4 * np.sqrt(0.25 / 4000))
    again = exposure.applied(
        exposure.applied(steady(24, 400), PLAN, "2015-06", 7), PLAN, "2015-06", 8, before=7
    )
    anew = exposure.applied(steady(24, 400), PLAN, "2015-06", 8)
    assert again.rates == pytest.approx(anew.rates, rel=1e-12)
    assert Exposure(three_variants()).weights == {"principal": 1.0}


@pytest.mark.unit
def test_weights_and_files_that_cannot_be_are_refused():
    with pytest.raises(DataError, match="add up to 1"):
        Exposure(three_variants(), {"principal": 0.5, "high": 0.3})
    with pytest.raises(UnknownNameError, match="hgh"):
        Exposure(three_variants(), {"principal": 0.5, "hgh": 0.5})
    unnamed = people(("a", lambda _age, _year: 1.0), ("b", lambda _age, _year: 1.0))
    with pytest.raises(DataError, match="say how much each counts"):
        Exposure(unnamed)
    exposure = Exposure(people())
    with pytest.raises(DataError, match="not thousands"):
        exposure.check("2015-03", {PLAN: 25_000}, None)
    with pytest.raises(DataError, match="140,000 are stated"):
        exposure.check("2015-03", {PLAN: 500}, 140_000)
    for month in ("2013-03", "2030-06"):
        with pytest.raises(DataError, match="mid-2013 to mid-2030"):
            exposure.check(month, {PLAN: 500}, None)


@pytest.mark.integration
def test_a_projection_follows_its_population_and_says_so():
    sizes = {"months": 36, "replicates": 2000, "seed": 2}
    today = project(source(), **sizes)
    flat = project(with_people(source(), Exposure(people())), **sizes)
    assert (flat.projection.stock == today.projection.stock).all()
    weights = {"principal": 0.5, "High": 0.25, "low": 0.25}
    varied = project(with_people(source(), Exposure(three_variants(), weights)), **sizes)
    said = " ".join(varied.notes)
    assert "population.csv (E10000999 Madeupshire; published)" in said
    assert "principal 50%, High 25%, low 25% (assumed)" in said
    assert "Share of the variance of the stock in the last month" in said
    stock, before = (
        each.projection.of("stock", "baseline", PLAN)[:, -1] for each in (varied, today)
    )
    assert stock.std() > 1.2 * before.std()
    assert np.median(stock) == pytest.approx(np.median(before), rel=0.03)
    # Drawn anew, what is assumed is part of the spread; the same draws are the same inputs.
    assert varied.redrawn(2) == varied.inputs
    assert (varied.redrawn(3)[PLAN].rates != varied.inputs[PLAN].rates).any()
    assert flat.redrawn(3) == flat.inputs
    # What the population adds is a part by itself: the others are those of as many children.
    parts = {
        name: found.drivers().query("stage == @PLAN").set_index("driver")["children"]
        for name, found in (("today", today), ("flat", flat), ("varied", varied))
    }
    assert "population" not in parts["today"]
    assert parts["flat"]["population"] == pytest.approx(0, abs=1e-9)
    for part in ("opening", "starts_as_now", "later_starts", "lengths"):
        assert parts["flat"][part] == pytest.approx(parts["today"][part], rel=1e-9)
    moved = parts["varied"].drop(["closing"])
    assert moved.sum() == pytest.approx(parts["varied"]["closing"])
    expected = [
        expected_stock(
            each.opening, each.rates, each.mean_days, each.shape,
            opening_survival=each.opening_survival,
        )[:, -1].mean()
        for each in (varied.inputs[PLAN], today.inputs[PLAN])
    ]  # fmt: skip
    assert moved["population"] == pytest.approx(expected[0] - expected[1], rel=1e-6)
