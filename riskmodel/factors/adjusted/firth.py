"""Logistic regression on counts, by Firth's penalised likelihood or the plain one.

If all or none of the assessments with a factor led to a plan, as is common with rare factors, the
plain likelihood has no maximum. The penalised one always has, and is less biased (Firth 1993;
Heinze and Schemper 2002). Functions here take and give bare arrays: names and checks are up to the
callers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg, optimize, special, stats

from riskmodel.core.arrays import Bools, Floats

__all__ = [
    "LogisticFit",
    "LogisticProblem",
    "NoMaximumError",
    "fit_logistic",
    "level_intercept",
    "profile_end",
]


ITERATIONS = 100
HALVINGS = 30
STEP_AT_MOST = 4.0
"""Largest change of a coefficient in one step, on the logit scale."""
TOLERANCE = 1e-8
"""A fit has converged when no coefficient moves by more than this."""


class NoMaximumError(ArithmeticError):
    """The likelihood has no maximum, or none was reached."""


@dataclass(frozen=True, slots=True, eq=False)
class LogisticProblem:
    """Counts and a design.

    Parameters
    ----------
    design
        Shape (P, K), intercept included.
    trials, successes
        Shape (P,).
    is_penalised
        Whether Jeffreys' prior is the penalty.
    """

    design: Floats
    trials: Floats
    successes: Floats
    is_penalised: bool = True

    def at(self, coefficients: Floats) -> _Point:
        """The likelihood and what a step needs, at given coefficients.

        Raises
        ------
        numpy.linalg.LinAlgError
            When the information is singular there.
        """
        linear = self.design @ coefficients
        fitted = special.expit(linear)
        weights = self.trials * fitted * (1 - fitted)
        information = self.design.T @ (weights[:, None] * self.design)
        factor = linalg.cholesky(information, lower=True)
        value = float(self.successes @ linear - self.trials @ np.logaddexp(0, linear))
        if self.is_penalised:
            value += float(np.log(np.diag(factor)).sum())
        return _Point(coefficients, value, fitted, weights, factor)

    def score(self, point: _Point) -> tuple[Floats, Floats]:
        """The score, and the matrix of a Newton step (negative curvature).

        Notes
        -----
        U* = X'(y - n p + h (1/2 - p)) with h the leverages of the rows of a pattern, summed
        (Firth 1993). With h held, U* is the score of y + h/2 successes in n + h trials, whose
        curvature X' (n + h) p (1 - p) X gives steps that converge quickly also where n is small.
        """
        residual = self.successes - self.trials * point.fitted
        if not self.is_penalised:
            return self.design.T @ residual, point.factor @ point.factor.T
        leverage = point.weights * ((self.design @ point.covariance) * self.design).sum(axis=1)
        residual = residual + leverage * (0.5 - point.fitted)
        weights = (self.trials + leverage) * point.fitted * (1 - point.fitted)
        return self.design.T @ residual, self.design.T @ (weights[:, None] * self.design)


@dataclass(frozen=True, slots=True, eq=False)
class _Point:
    """Log-likelihood and its parts at some coefficients; ``factor`` is that of the information."""

    coefficients: Floats
    value: float
    fitted: Floats
    weights: Floats
    factor: Floats

    @property
    def covariance(self) -> Floats:
        """The inverse of the Fisher information."""
        return _inverse_of_factor(self.factor)


@dataclass(frozen=True, slots=True, eq=False)
class LogisticFit:
    """A maximum.

    Parameters
    ----------
    coefficients, covariance
        Shapes (K,) and (K, K); the covariance is the inverse Fisher information X'WX.
    log_likelihood
        At the maximum, the penalty included where there is one.
    fitted
        Fitted probability of each pattern; shape (P,).
    iterations
        Steps taken.
    """

    coefficients: Floats
    covariance: Floats
    log_likelihood: float
    fitted: Floats
    iterations: int


def fit_logistic(
    problem: LogisticProblem,
    *,
    start: Floats | None = None,
    held: Bools | None = None,
) -> LogisticFit:
    """Fit the regression: maximise the likelihood.

    Parameters
    ----------
    problem
        Counts and design, of full column rank.
    start
        Coefficients to begin from; the constant that fits all, where it is None.
    held
        Which coefficients keep their starting value. The penalty remains that of the whole design,
        as a penalised likelihood-ratio test requires (Heinze and Schemper 2002).

    Raises
    ------
    NoMaximumError
        When no maximum is reached; without a penalty this is a sign of separation.

    Notes
    -----
    Maximises l(b) + 1/2 log det I(b), I = X' diag(n p (1 - p)) X, by Newton steps of at most
    ``STEP_AT_MOST``, halved until the likelihood does not fall. Converged when no coefficient would
    move by more than ``TOLERANCE``.

    Firth, D. (1993), Biometrika 80, 27-38. Heinze, G. and Schemper, M. (2002), Statistics in
    Medicine 21, 2409-2419.
    """
    free = np.full(problem.design.shape[1], True) if held is None else ~held
    begin = _constant(problem) if start is None else np.asarray(start, dtype=np.float64)
    try:
        point = problem.at(begin)
        for iteration in range(1, ITERATIONS + 1):
            score, curvature = problem.score(point)
            step = np.zeros_like(begin)
            step[free] = _inverse(curvature[np.ix_(free, free)]) @ score[free]
            largest = float(np.abs(step).max(initial=0.0))
            if largest <= TOLERANCE:
                return LogisticFit(
                    point.coefficients, point.covariance, point.value, point.fitted, iteration
                )
            point = _climb(problem, point, step * min(1.0, STEP_AT_MOST / largest))
    except linalg.LinAlgError as error:
        raise NoMaximumError("the information is singular") from error
    raise NoMaximumError(f"no maximum after {ITERATIONS} steps")


def level_intercept(problem: LogisticProblem, fit: LogisticFit) -> LogisticFit:
    """The same fit with the intercept moved so that the fitted plans add up to those counted.

    Notes
    -----
    The penalty pulls fitted probabilities towards one half, and this would affect every
    standardised risk. Refitting the intercept alone, with the other coefficients held, corrects it
    (FLIC: Puhr, Heinze, Nold, Lusa and Geroldinger 2017, Statistics in Medicine 36, 2302-2317). The
    first column of the design is the intercept.
    """
    counted = float(problem.successes.sum())
    linear = problem.design @ fit.coefficients
    if not 0 < counted < problem.trials.sum():
        return fit

    def excess(shift: float) -> float:
        return float(problem.trials @ special.expit(linear + shift)) - counted

    shift = float(optimize.brentq(excess, -30.0, 30.0, xtol=1e-12))
    moved = fit.coefficients.copy()
    moved[0] += shift
    return LogisticFit(
        moved, fit.covariance, fit.log_likelihood, special.expit(linear + shift), fit.iterations
    )


def profile_end(
    problem: LogisticProblem, fit: LogisticFit, column: int, level: float, side: int
) -> float:
    """One end of a profile (penalised) likelihood interval.

    Parameters
    ----------
    problem, fit
        The problem and its maximum.
    column
        Which coefficient.
    level
        Coverage of the two-sided interval.
    side
        -1 for the lower end, 1 for the upper.

    Notes
    -----
    The value of the coefficient at which the likelihood, maximised over the others, has fallen by
    half the quantile of chi-squared with one degree of freedom. Venzon and Moolgavkar (1988,
    Applied Statistics 37, 87-94): steps d = V (U + lambda e) with
    lambda^2 = (2 (l - l0) + U'VU) / V_jj; where they do not settle, a root search over constrained
    maxima.
    """
    target = fit.log_likelihood - stats.chi2.ppf(level, 1) / 2
    try:
        point = problem.at(fit.coefficients)
        for _ in range(40):
            score, curvature = problem.score(point)
            inverse = _inverse(curvature)
            slack = 2 * (point.value - target) + float(score @ inverse @ score)
            pull = side * np.sqrt(max(slack, 0.0) / inverse[column, column])
            step = inverse @ score + pull * inverse[:, column]
            largest = float(np.abs(step).max())
            if largest <= 1e-6 and abs(point.value - target) <= 1e-6:
                return float(point.coefficients[column])
            point = problem.at(point.coefficients + step * min(1.0, 1.0 / largest))
    except linalg.LinAlgError:
        pass
    return _searched_end(problem, fit, column, target, side)


def _searched_end(
    problem: LogisticProblem, fit: LogisticFit, column: int, target: float, side: int
) -> float:
    held = np.arange(len(fit.coefficients)) == column

    def above(value: float) -> float:
        start = fit.coefficients.copy()
        start[column] = value
        return fit_logistic(problem, start=start, held=held).log_likelihood - target

    middle = float(fit.coefficients[column])
    width = float(np.sqrt(fit.covariance[column, column]))
    try:
        for _ in range(60):
            outer = middle + side * width
            if above(outer) < 0:
                return float(optimize.brentq(above, middle, outer, xtol=1e-7))
            width *= 1.6
    except NoMaximumError:
        pass
    return float(side) * np.inf


def _climb(problem: LogisticProblem, point: _Point, step: Floats) -> _Point:
    """The first of step, step/2, step/4, ... that does not lower the likelihood."""
    noise = 1e-12 * (1 + abs(point.value))
    for _ in range(HALVINGS):
        try:
            reached = problem.at(point.coefficients + step)
        except linalg.LinAlgError:
            reached = None
        if reached is not None and reached.value >= point.value - noise:
            return reached
        step = step / 2
    raise NoMaximumError("the likelihood rises in no direction that was tried")


def _inverse(matrix: Floats) -> Floats:
    """Inverse of a positive definite matrix; LinAlgError where it is none."""
    return _inverse_of_factor(linalg.cholesky(matrix, lower=True))


def _inverse_of_factor(factor: Floats) -> Floats:
    return np.asarray(linalg.cho_solve((factor, True), np.eye(len(factor))))


def _constant(problem: LogisticProblem) -> Floats:
    start = np.zeros(problem.design.shape[1])
    total, plans = float(problem.trials.sum()), float(problem.successes.sum())
    start[0] = np.log((plans + 0.5) / (total - plans + 0.5))
    return start
