"""Benchmarks of a table: outside programs agree, children stay together, nobody is scored."""

from __future__ import annotations

import dataclasses
import inspect

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from riskmodel.assessments import PLAN, Assessments
from riskmodel.errors import DataError
from riskmodel.factors.adjusted import benchmarks
from riskmodel.factors.adjusted.benchmarks import (
    _calibration,
    _discrimination,
    benchmark_table,
)


def noise(children: int, each: int, *, seed: int = 1, with_id: bool = True) -> Assessments:
    """Children with a pattern of their own and an outcome of their own, several times over."""
    random = np.random.Generator(np.random.SFC64(seed))
    flags = random.random((children, 14)) < 0.5
    plan = random.random(children) < 0.4
    rows = np.repeat(np.arange(children), each)
    names = [f"factor_{i}" for i in range(14)]
    frame = pd.DataFrame(flags[rows], columns=names).assign(**{PLAN: plan[rows]})
    if with_id:
        frame["child_id"] = rows
    return Assessments(frame, tuple(names), {})


@pytest.mark.integration
def test_no_child_is_predicted_from_itself():
    """Outcomes are noise. Rows of one child on both sides would look like knowledge."""
    leaking = benchmark_table(noise(150, 5, with_id=False), folds=3)
    kept_together = benchmark_table(noise(150, 5), folds=3)
    assert not leaking.is_by_child
    assert kept_together.is_by_child
    boosted = leaking.models[1].discrimination
    assert boosted.value > 0.9
    for model in kept_together.models:
        assert 0.4 < model.discrimination.value < 0.6
        assert model.skill < 0.05


@pytest.mark.regression
def test_the_area_is_that_of_scikit_learn_and_its_error_delongs():
    random = np.random.Generator(np.random.SFC64(5))
    plan = random.random(400) < 0.3
    predicted = np.round(random.normal(0, 1, 400) + 0.8 * plan, 1)
    found = _discrimination(predicted, plan, np.arange(400), 0.95, "observed")
    assert found.value == pytest.approx(roc_auc_score(plan, predicted))
    above, below = predicted[plan][:, None], predicted[~plan][None]
    wins = (above > below) + 0.5 * (above == below)
    delong = wins.mean(1).var(ddof=1) / plan.sum() + wins.mean(0).var(ddof=1) / (~plan).sum()
    logit = np.log([found.low / (1 - found.low), found.high / (1 - found.high)])
    error = (logit[1] - logit[0]) / (2 * 1.959964) * found.value * (1 - found.value)
    assert error == pytest.approx(np.sqrt(delong), rel=0.01)
    # Each row twice under one child: no more is known than before.
    twice = _discrimination(
        np.tile(predicted, 2), np.tile(plan, 2), np.tile(np.arange(400), 2), 0.95, "observed"
    )
    assert (twice.low, twice.high) == pytest.approx((found.low, found.high), rel=1e-6)


@pytest.mark.integration
def test_the_interval_of_the_area_covers():
    """800 samples of 300 from two normal distributions, the area known; two-sided."""
    from scipy.stats import norm

    random = np.random.Generator(np.random.SFC64(6))
    truth, hits = norm.cdf(0.7 / np.sqrt(2)), 0
    for _ in range(800):
        plan = np.arange(300) < 90
        predicted = random.normal(0, 1, 300) + 0.7 * plan
        found = _discrimination(predicted, plan, np.arange(300), 0.95, "observed")
        hits += found.low <= truth <= found.high
    assert 0.92 < hits / 800 < 0.98


@pytest.mark.unit
def test_calibration_groups_are_no_handful_and_hold_everyone():
    random = np.random.Generator(np.random.SFC64(7))
    for rows in (9, 23, 180, 1001):
        predicted = np.round(random.random(rows), 2)
        plan = random.random(rows) < predicted
        groups = _calibration(predicted, plan, 0.95, "observed")
        sizes = [group.observed.denominator for group in groups]
        assert sum(sizes) == rows
        assert sum(group.observed.numerator for group in groups) == plan.sum()
        assert min(sizes) >= min(10, rows)
        assert [group.predicted for group in groups] == sorted(g.predicted for g in groups)


@pytest.mark.integration
def test_the_same_seed_gives_the_same_benchmark():
    table = noise(120, 2)
    one, two = benchmark_table(table, folds=2, seed=4), benchmark_table(table, folds=2, seed=4)
    pd.testing.assert_frame_equal(one.to_frame(), two.to_frame())
    frame = one.to_frame()
    assert set(frame["measure"]) == {"discrimination", "brier", "calibration"}
    assert "children kept together (observed)" in str(one)


@pytest.mark.unit
def test_too_few_children_are_refused():
    with pytest.raises(DataError, match="folds"):
        benchmark_table(noise(6, 2), folds=5)


@pytest.mark.unit
def test_there_is_nothing_that_scores_a_child():
    """No public function takes factors of one child, and no result holds a value a row."""
    public = [getattr(benchmarks, name) for name in benchmarks.__all__]
    functions = [each for each in public if inspect.isfunction(each)]
    assert [each.__name__ for each in functions] == ["benchmark_table"]
    found = benchmark_table(noise(60, 1), folds=2)
    pending, sizes = [found], []
    while pending:
        each = pending.pop()
        assert not isinstance(each, np.ndarray | pd.DataFrame)
        if dataclasses.is_dataclass(each):
            pending += [getattr(each, item.name) for item in dataclasses.fields(each)]
        elif isinstance(each, tuple):
            sizes.append(len(each))
            pending += each
    assert max(sizes) <= 10
    assert not any(
        "predict" in name or "score" in name
        for each in public
        for name in dir(each)
        if name[0] != "_" and name != "predicted"
    )
