"""How well the factors of a table tell assessments with a plan from those without.

Results are about groups, never about a child. No function scores an assessment or takes the factors
of one child, and no fitted model leaves this module.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from riskmodel.assessments import PLAN, Assessments
from riskmodel.core.arrays import Bools, Floats, Integers
from riskmodel.core.result import Result
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.estimates import Basis, Estimate
from riskmodel.factors.adjusted.patterns import joint_basis
from riskmodel.factors.rates import proportion_estimate
from riskmodel.families import CHILD, FAMILY, related
from riskmodel.parameters import parameter
from riskmodel.streams import stream

__all__ = ["CalibrationGroup", "ModelBenchmark", "TableBenchmark", "benchmark_table"]


MODELS = ("logistic regression", "gradient boosting")
GROUPS = 10
_SMALL = 100_000


@dataclass(frozen=True, slots=True)
class CalibrationGroup:
    """Assessments whose predicted probabilities lie close together.

    ``predicted`` is their mean prediction, ``observed`` the share that led to a plan.
    """

    predicted: float
    observed: Estimate


@dataclass(frozen=True, slots=True)
class ModelBenchmark:
    """One kind of model; each child is predicted by a fit to other children.

    Parameters
    ----------
    model
        Its kind.
    discrimination
        Area under the receiver operating characteristic: the chance that, of one assessment with a
        plan and one without, the first has the higher prediction. 0.5 is none.
    brier
        Mean squared difference between prediction and outcome.
    skill
        1 - brier / that of the base rate; 0 or less means no better than the base rate.
    calibration
        Groups of similar predictions, none with only a handful of assessments.
    """

    model: str
    discrimination: Estimate
    brier: Estimate
    skill: float
    calibration: tuple[CalibrationGroup, ...]

    def __str__(self) -> str:
        return f"{self.model}: discrimination {self.discrimination}; Brier {self.brier.value:.4g}"


@dataclass(frozen=True, slots=True, repr=False)
class TableBenchmark(Result):
    """Cross-validated discrimination and calibration of a table's factors.

    Parameters
    ----------
    models
        One entry for each kind of model.
    folds, seed
        Of the cross-validation.
    is_by_child
        Whether children with several assessments were kept together; without ``child_id`` they
        cannot be told.
    basis
        The weakest basis of plan and factors.
    """

    models: tuple[ModelBenchmark, ...]
    folds: int
    seed: int
    is_by_child: bool
    basis: Basis

    def to_frame(self) -> pd.DataFrame:
        """One row for each model and measure: discrimination, brier, skill and calibration groups.

        Columns: model, measure, predicted (of a calibration group), value, low, high, level,
        method, numerator, denominator, basis.
        """
        columns = ("value", "low", "high", "level", "method", "numerator", "denominator", "basis")
        rows: list[tuple[object, ...]] = []
        for found in self.models:
            estimates = [
                ("discrimination", None, found.discrimination),
                ("brier", None, found.brier),
                *(("calibration", group.predicted, group.observed) for group in found.calibration),
            ]
            rows += [
                (found.model, measure, at, *(getattr(estimate, name) for name in columns))
                for measure, at, estimate in estimates
            ]
        return pd.DataFrame(rows, columns=["model", "measure", "predicted", *columns])

    def summary(self) -> str:
        """How far the factors tell assessments that led to a plan from others."""
        how = "children kept together" if self.is_by_child else "assessments taken as independent"
        return "; ".join(
            [*map(str, self.models), f"{self.folds}-fold cross-validation, {how} ({self.basis})"]
        )


def benchmark_table(
    table: Assessments,
    *,
    factors: Sequence[str] | None = None,
    folds: int = 5,
    seed: int = 0,
    level: float | None = None,
) -> TableBenchmark:
    """How well factors tell assessments with a plan from others, and whether predictions hold.

    Parameters
    ----------
    table
        One row for each assessment, with ``child_id`` where children can have several.
    factors
        Which factors; all where it is None.
    folds
        Parts of the cross-validation; no child is in two of them.
    seed
        Names the parts and the boosting.
    level
        Coverage of the intervals.

    Raises
    ------
    DataError
        When there are fewer children with, or without, a plan than parts.

    Notes
    -----
    scikit-learn's ``LogisticRegression`` and ``HistGradientBoostingClassifier`` with their default
    settings, ``StratifiedGroupKFold`` by child. The interval of the area is DeLong's (1988,
    Biometrics 44, 837-845), with Obuchowski's (1997, Biometrics 53, 567-578) sums by child; that of
    the Brier score is normal, by child. Both treat the fits as given: they do not allow for the
    difference that another training set would make.
    """
    level = parameter("interval_level").value if level is None else level
    names = table.factors if factors is None else tuple(factors)
    for name in names:
        if name not in table.factors:
            raise UnknownNameError("factor in this table", name, table.factors)
    children, plan = related(table.frame), table.frame[PLAN].to_numpy()
    fewest = min(len(np.unique(children[plan])), len(np.unique(children[~plan])))
    if folds < 2:
        raise DataError(f"cross-validation takes at least 2 folds, got {folds}; usual are 5 or 10")
    if folds > fewest:
        raise DataError(
            f"{folds} folds need {folds} children with a plan and as many without one, and this "
            "table has fewer; take fewer folds"
        )
    flags = table.frame[list(names)].to_numpy(dtype=np.float32)
    models = _benchmarks(flags, plan, children, (folds, seed, level), joint_basis(table))
    return TableBenchmark(
        models, folds, seed, bool({FAMILY, CHILD} & set(table.frame.columns)), joint_basis(table)
    )


def _benchmarks(
    flags: npt.NDArray[np.float32],
    plan: Bools,
    children: Integers,
    how: tuple[int, int, float],
    basis: Basis,
) -> tuple[ModelBenchmark, ...]:
    import sklearn.ensemble  # noqa: F401 (threads of a library can be limited once it is loaded)

    # On a small table threads wait for each other longer than they work.
    with threadpool_limits(limits=1 if len(plan) < _SMALL else None):
        return tuple(_benchmark(model, flags, plan, children, how, basis) for model in MODELS)


def _benchmark(
    model: str,
    flags: npt.NDArray[np.float32],
    plan: Bools,
    children: Integers,
    how: tuple[int, int, float],
    basis: Basis,
) -> ModelBenchmark:
    """Predict each part from the others; the predictions end here."""
    from sklearn.model_selection import StratifiedGroupKFold

    folds, seed, level = how
    number = int(stream(seed, "factors/benchmark").integers(2**31))
    split = StratifiedGroupKFold(folds, shuffle=True, random_state=number)
    predicted, base = np.empty(len(plan)), np.empty(len(plan))
    for train, test in split.split(flags, plan, children):
        fitted = _new_model(model, number).fit(flags[train], plan[train])
        predicted[test] = fitted.predict_proba(flags[test])[:, 1]
        base[test] = plan[train].mean()
    squares = (predicted - plan) ** 2
    brier, error = float(squares.mean()), _mean_error(squares, children)
    width = float(stats.norm.isf((1 - level) / 2)) * error
    return ModelBenchmark(
        model,
        _discrimination(predicted, plan, children, level, basis),
        Estimate(
            brier,
            max(brier - width, 0),
            brier + width,
            level,
            "normal",
            "score",
            basis,
            int(plan.sum()),
            len(plan),
        ),
        1 - brier / float(((base - plan) ** 2).mean()),
        _calibration(predicted, plan, level, basis),
    )


def _new_model(model: str, number: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression

    if model == MODELS[0]:
        return LogisticRegression(max_iter=1000)
    # Early stopping would put aside rows, not children.
    return HistGradientBoostingClassifier(early_stopping=False, random_state=number)


def _discrimination(
    predicted: Floats,
    plan: Bools,
    children: Integers,
    level: float,
    basis: Basis,
) -> Estimate:
    """Area under the curve with an interval on the logit scale."""
    ranks = stats.rankdata(predicted)
    above, below = int(plan.sum()), int((~plan).sum())
    # Share of the other outcome's assessments that each stands above (or below, of those without).
    placed = np.empty(len(plan))
    placed[plan] = (ranks[plan] - stats.rankdata(predicted[plan])) / below
    placed[~plan] = 1 - (ranks[~plan] - stats.rankdata(predicted[~plan])) / above
    area = float(placed[plan].mean())
    share = np.where(plan, 1 / above, 1 / below) * (placed - area)
    by_child = np.bincount(children, share)
    units = len(by_child)
    error = math.sqrt(units / (units - 1) * float((by_child**2).sum()))
    low = high = area
    if 0 < area < 1:
        logit = math.log(area / (1 - area))
        width = float(stats.norm.isf((1 - level) / 2)) * error / (area * (1 - area))
        low, high = (1 / (1 + math.exp(-end)) for end in (logit - width, logit + width))
    return Estimate(area, low, high, level, "delong", "probability", basis, above, above + below)


def _mean_error(values: Floats, children: Integers) -> float:
    """Standard error of a mean over assessments, children independent."""
    by_child = np.bincount(children, values - values.mean())
    units = len(by_child)
    return math.sqrt(units / (units - 1) * float((by_child**2).sum())) / len(values)


def _calibration(
    predicted: Floats, plan: Bools, level: float, basis: Basis
) -> tuple[CalibrationGroup, ...]:
    """Groups of about a tenth of the assessments, equal predictions kept together."""
    fewest = int(parameter("calibration_group_at_least").value)
    values, of, counts = np.unique(predicted, return_inverse=True, return_counts=True)
    plans = np.bincount(of, plan, minlength=len(values))
    wanted = max(len(plan) / GROUPS, fewest)
    # A group is closed once it is large enough; what is left over joins the last one.
    group, held = np.zeros(len(values), dtype=np.int64), 0
    for position, count in enumerate(counts.tolist()):
        if held >= wanted:
            group[position:] += 1
            held = 0
        held += count
    if held < fewest and group[-1] > 0:
        group[group == group[-1]] -= 1
    size = np.bincount(group, counts)
    led, mean = np.bincount(group, plans), np.bincount(group, values * counts) / size
    return tuple(
        CalibrationGroup(float(at), proportion_estimate(int(k), int(n), level=level, basis=basis))
        for at, k, n in zip(mean, led, size, strict=True)
    )
