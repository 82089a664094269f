"""A stage without recent figures is calibrated beside those that have them."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from scipy.stats import chisquare, multivariate_normal

from riskmodel.demand.calibration import Calibration, DemandPriors, Observation, calibrate
from riskmodel.demand.calibration.checks import _simulated, annual_design
from riskmodel.demand.calibration.jointly import beside_others, joint_weights, yearly_moves
from riskmodel.demand.calibration.model import OUTER, build_model
from riskmodel.demand.opening import carried_to, left_behind
from riskmodel.demand.outlook import stage_outlook
from riskmodel.demand.pooled.own import forecast_own
from riskmodel.demand.projecting import project
from riskmodel.demand.sources import DemandSource
from riskmodel.demand.teachers import learned_for
from riskmodel.demand.together import STAGES
from riskmodel.demand.views import outlook_view
from riskmodel.estimates import Interval
from riskmodel.projection import month_after
from riskmodel.streams import stream

CORRELATIONS = np.array([[1.0, 0.5, 0.2], [0.5, 1.0, -0.1], [0.2, -0.1, 1.0]])
SIZES = {"months": 12, "replicates": 300, "seed": 4}


def stocks(first: str, *counts: int) -> tuple[Observation, ...]:
    """A stock a year from a month on."""
    return tuple(
        Observation("stock", Interval.exactly(count), month_after(first, 12 * year))
        for year, count in enumerate(counts)
    )


def by_month(last: str, *counts: int) -> tuple[Observation, ...]:
    """A stock and starts a month up to one."""
    return tuple(
        Observation(kind, Interval.exactly(count if kind == "stock" else 60), month, 1)
        for back, count in enumerate(reversed(counts))
        for kind in ("stock", "starts")
        for month in [month_after(last, -back)]
    )


@pytest.fixture(scope="module")
def calibrations() -> list[Calibration]:
    """Three stages of histories that begin in different months and end together."""
    figures = {
        STAGES[0]: stocks("2012-03", 300, 360, 420, 500),
        STAGES[1]: carried_to(stocks("2012-03", 500, 510, 530), "2015-03"),
        STAGES[2]: (*stocks("2012-09", 1500, 1400, 1450), *stocks("2015-03", 1600)),
    }
    return [calibrate(each, stage, area="x", seed=1, draws=100) for stage, each in figures.items()]


@pytest.mark.unit
def test_moves_are_those_of_the_points() -> None:
    model = build_model(
        stocks("2011-03", 300, 340, 320, 380, 400), DemandPriors.of_parameters(STAGES[0])
    )
    points = stream(3, "tests/jointly").standard_normal((40, model.size))
    outer = model.outer(points)
    rates = np.exp(model.log_rates(points, outer)[:, :-1])
    level = np.exp(model.starts_log_mean + model.starts_log_sd * points[:, OUTER])
    made = calibrate(model.observations, STAGES[0], area="x", seed=1, draws=100)
    found = replace(
        made,
        names=("step_sd", "persistence", "level", *made.names[-model.steps :]),
        draws=np.column_stack([outer.step_sd, outer.persistence, level, rates]),
    )
    np.testing.assert_allclose(yearly_moves(found), points[:, OUTER + 3 :], atol=1e-8)


@pytest.mark.unit
@pytest.mark.parametrize("others", [(1, 2), (0, 2), (2,)])
def test_weights_are_those_of_every_combination(
    calibrations: list[Calibration], others: tuple[int, ...]
) -> None:
    first = 1 - others[0] if others[0] < 2 else 1
    places = [first, *others]
    few = [replace(calibrations[at], draws=calibrations[at].draws[:9]) for at in places]
    found = joint_weights(few[0], few[1:], CORRELATIONS[np.ix_(places, places)])
    moves = [yearly_moves(each) for each in few]
    # Steps of a year: of the third stage they begin in September, half a year from the others'.
    begins = [
        (6 if at == 2 else 0) + 12 * np.arange(1, each.shape[1] + 1)
        for at, each in zip(places, moves, strict=True)
    ]
    cells = [(at, begin) for at, listed in zip(places, begins, strict=True) for begin in listed]
    correlation = np.array(
        [
            [CORRELATIONS[a, b] * max(0, 12 - abs(begin - other)) / 12 for b, other in cells]
            for a, begin in cells
        ]
    )
    joint = multivariate_normal(np.zeros(len(cells)), correlation)
    apart = multivariate_normal(np.zeros(len(cells)), np.eye(len(cells)))
    expected = np.zeros(9)
    for chosen in product(range(9), repeat=len(places)):
        point = np.concatenate([each[at] for each, at in zip(moves, chosen, strict=True)])
        expected[chosen[0]] += joint.pdf(point) / apart.pdf(point)
    np.testing.assert_allclose(found, expected / expected.sum(), rtol=1e-8)
    assert np.ptp(found) > 0.01


@pytest.mark.unit
def test_stages_that_move_apart_tell_nothing(calibrations: list[Calibration]) -> None:
    own, *others = calibrations
    np.testing.assert_allclose(joint_weights(own, others, np.eye(3)), 1 / 100, rtol=1e-9)
    beside = beside_others(own, others, CORRELATIONS, seed=1)
    assert beside.draws.shape == own.draws.shape
    assert {tuple(row) for row in beside.draws} <= {tuple(row) for row in own.draws}
    assert 1 < beside.effective < own.effective
    again = beside_others(own, others, CORRELATIONS, seed=1)
    np.testing.assert_array_equal(again.draws, beside.draws)
    scarce = beside_others(
        replace(own, effective=401.0, warnings=("far off",)), others, CORRELATIONS, 1
    )
    assert scarce.warnings[-1] == "far off"
    assert "fewer than 400" in scarce.warnings[0]


def source_of(*later: Observation, reverse: bool = False) -> DemandSource:
    """Plans by month to October 2015, which rise; looked-after children by year, to March."""
    figures = {
        STAGES[0]: (
            *stocks("2012-03", 300, 300, 300, 300),
            *by_month("2015-10", 340, 380, 420, 460, 500, 540, 580),
        ),
        STAGES[1]: (*stocks("2012-03", 500, 510, 500, 505), *later),
    }
    names = reversed(figures) if reverse else figures
    return DemandSource("x", {name: figures[name] for name in names}, 140_000, "made up")


@pytest.mark.integration
def test_a_stage_long_without_figures_follows_the_others() -> None:
    source = source_of()
    assert left_behind(source, "2015-10") == {STAGES[1]: "2015-03"}
    found = project(source, **SIZES)
    alone = {
        stage: calibrate(
            carried_to(figures, "2015-10"), stage, area="x", seed=4, population=140_000
        )
        for stage, figures in source.observations.items()
    }
    plans, away = (found.stages[stage].calibration for stage in STAGES[:2])
    np.testing.assert_array_equal(plans.draws, alone[STAGES[0]].draws)
    assert plans.effective == alone[STAGES[0]].effective
    before = alone[STAGES[1]].of("closing_stock")
    assert away.of("closing_stock").mean() > before.mean() + 0.1 * before.std()
    assert away.moved is not None
    assert away.moved > 0
    (told,) = (
        each for each in found.notes if each.startswith("looked_after: no figure after 2015-03")
    )
    assert told.endswith("is projected, also from how the other stages moved since")
    said = " ".join(outlook_view(found).remarks())
    assert "the opening are the authority's, the opening of looked_after apart." in said
    # The same question has the same answer: again, in another order, and not weighed twice.
    other = project(source_of(reverse=True), **SIZES)
    np.testing.assert_array_equal(other.stages[STAGES[1]].calibration.draws, away.draws)
    again = found.again(12, 300, 4, None)
    np.testing.assert_array_equal(again.stages[STAGES[1]].calibration.draws, away.draws)
    anew = found.again(12, 300, 5, None).stages[STAGES[1]].calibration
    direct = project(source, months=12, replicates=300, seed=5).stages[STAGES[1]].calibration
    np.testing.assert_array_equal(anew.draws, direct.draws)


@pytest.mark.integration
def test_it_opens_with_what_is_projected_and_chance_about_it() -> None:
    """Moved by so much, the opening is and the stock ahead is less so; starts follow."""
    source = source_of()
    figures = carried_to(source.observations[STAGES[1]], "2015-10")
    own = calibrate(figures, STAGES[1], area="x", seed=4, population=140_000)
    learned, _ = learned_for(STAGES[1], "2015-10", None, "")
    counted, level, up = (
        stage_outlook(replace(own, moved=moved), learned, months=24, replicates=4000, seed=4)
        for moved in (None, 0.0, 0.2)
    )
    assert counted.inputs.opening.dtype == level.inputs.opening.dtype
    ratio = np.log(up.inputs.opening.mean() / level.inputs.opening.mean())
    assert ratio == pytest.approx(0.2, abs=0.01)
    later = np.log(up.two_years_on.mean() / level.two_years_on.mean())
    assert later == pytest.approx(0.2 * learned.process.deviation_memory**2, abs=0.01)
    # As the backtest judges forecasts: more open than what the durations leave.
    assert level.inputs.opening.mean() == pytest.approx(505, rel=0.03)
    ahead = forecast_own(
        learned, [2012.25, 2013.25, 2014.25, 2015.25], [500, 510, 500, 505], [2015 + 10 / 12]
    )
    assert np.log(level.inputs.opening).std() == pytest.approx(ahead.scale[0], rel=0.15)
    assert counted.inputs.opening.mean() == pytest.approx(own.of("closing_stock").mean(), rel=0.01)


@pytest.mark.integration
def test_without_anything_learned_of_moves_it_still_opens_as_projected(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("riskmodel.demand.stages.moves_for", lambda *_: np.eye(3))
    found = project(source_of(), **SIZES)
    assert found.stages[STAGES[1]].calibration.moved == 0
    assert found.stages[STAGES[0]].calibration.moved is None
    (told,) = (each for each in found.notes if "no figure after" in each)
    assert told.endswith("its number at the end of 2015-10 is projected")


@pytest.mark.integration
def test_a_stage_alone_or_with_newer_figures_is_as_it_was() -> None:
    near = source_of(*stocks("2015-08", 505))
    assert left_behind(near, "2015-10") == {}
    assert left_behind(near, "2015-11") == {STAGES[1]: "2015-08"}
    for source, opening in ((near, "2015-10"), (source_of().of([STAGES[1]]), "2015-03")):
        found = project(source, **SIZES)
        figures = carried_to(source.observations[STAGES[1]], opening)
        alone = calibrate(figures, STAGES[1], area="x", seed=4, population=140_000)
        np.testing.assert_array_equal(found.stages[STAGES[1]].calibration.draws, alone.draws)
        assert not any("no figure after" in each for each in found.notes)


@pytest.mark.integration
def test_ranks_are_uniform_where_moves_are_correlated_and_errors_smaller() -> None:
    number, tied, population = 40, 0.8, 140_000
    designs = [annual_design(4), annual_design(4)]
    models = [
        build_model(design, DemandPriors.of_parameters(stage), population=population)
        for design, stage in zip(designs, STAGES[:2], strict=True)
    ]
    points = [
        stream(5, f"tests/jointly/{place}").standard_normal((number, model.size))
        for place, model in enumerate(models)
    ]
    moves = slice(OUTER + 3, None)
    points[1][:, moves] = tied * points[0][:, moves] + np.sqrt(1 - tied**2) * points[1][:, moves]
    made = [_simulated(model, points[at], 6 + at) for at, model in enumerate(models)]
    ranks, errors = [], []
    for each in range(number):
        figures = [
            [
                replace(one, count=Interval.exactly(int(count)))
                for one, count in zip(model.observations, counts[each], strict=True)
            ]
            for model, (_, counts) in zip(models, made, strict=True)
        ]
        figures[1] = list(
            carried_to([one for one in figures[1] if one.month < "2015-03"], "2015-03")
        )
        plans, away = (
            calibrate(given, stage, area="x", seed=1, population=population, draws=300)
            for given, stage in zip(figures, STAGES[:2], strict=True)
        )
        weights = joint_weights(away, [plans], np.array([[1, tied], [tied, 1]]))
        closing, last = away.of("closing_stock"), away.starts_a_year[:, -1]
        truth = made[1][0][each]
        ranks.append([weights @ (closing < truth[8]), weights @ (last < truth[-1])])
        errors.append(
            [
                abs(given @ np.log(last) - np.log(truth[-1]))
                for given in (np.full(300, 1 / 300), weights)
            ]
        )
    for column in np.array(ranks).T:
        counts, _ = np.histogram(column, bins=4, range=(0, 1))
        assert chisquare(counts).pvalue > 0.01
    alone, beside = np.mean(errors, axis=0)
    assert beside < 0.85 * alone
