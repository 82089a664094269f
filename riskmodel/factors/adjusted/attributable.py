"""Fractions of plans statistically accounted for by factors: associations, not plans avoided."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

from riskmodel.core.arrays import Floats, Integers
from riskmodel.factors.adjusted.design import FactorModel
from riskmodel.factors.adjusted.standardised import BLOCK, StandardisedRisks
from riskmodel.streams import stream

__all__ = [
    "EXACT_AT_MOST",
    "Fractions",
    "alone_fractions",
    "average_fractions",
    "joint_fraction",
    "sequential_fractions",
]


EXACT_AT_MOST = 10
"""Factors present in one pattern up to which every order is counted, none drawn."""
ORDER_PAIRS = 32
"""Pairs of an order and its reverse that are drawn for patterns with more factors."""
_CELLS = 1_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Fractions:
    """Fractions theta_j = A_j / B of the B plans, with errors.

    Parameters
    ----------
    values, errors
        Shape (J,).
    monte_carlo
        Standard error of drawing orders; 0 where all were counted. Part of ``errors``.
    """

    values: Floats
    errors: Floats
    monte_carlo: Floats

    def interval(self, quantile: float) -> tuple[Floats, Floats]:
        """Ends at so many standard errors, on the scale of log(1 - theta) (Walter 1975)."""
        left = 1 - self.values
        width = np.exp(quantile * self.errors / left)
        return 1 - left * width, 1 - left / width


@dataclass(frozen=True, slots=True, eq=False)
class _Sums:
    """Sums over assessments of a_j, its gradient, a_j^2, a_j p; and drawing variance."""

    portion: Floats
    gradient: Floats
    squares: Floats
    products: Floats
    drawing: Floats

    @classmethod
    def zero(cls, factors: int, columns: int) -> _Sums:
        shapes = ((factors,), (factors, columns), (factors,), (factors,), (factors,))
        return cls(*(np.zeros(shape) for shape in shapes))

    def fractions(self, model: FactorModel) -> Fractions:
        """Fractions of all plans.

        Notes
        -----
        With u_i = a_i - theta y_i the variance of theta is that of sum_i u_i + g'V x_i (y_i - p_i)
        over B^2. Given x the score and y_i covary by p_i (1 - p_i), and V I = 1 turns that into the
        gradient by the intercept:
        [sum a^2 - 2 theta sum a p + theta^2 B - 2 theta g_0 + g'Vg] / B^2.
        """
        plans = float(model.problem.trials @ model.levelled.fitted)
        theta = self.portion / plans
        covariance = model.levelled.covariance
        quadratic = ((self.gradient @ covariance) * self.gradient).sum(axis=1)
        spread = self.squares - 2 * theta * self.products + theta**2 * plans
        variance = quadratic + spread - 2 * theta * self.gradient[:, 0] + self.drawing
        return Fractions(
            theta, np.sqrt(np.maximum(variance, 0.0)) / plans, np.sqrt(self.drawing) / plans
        )


def alone_fractions(model: FactorModel, risks: StandardisedRisks) -> Fractions:
    """Each factor by itself: the share by which fitted plans fall if no assessment has it.

    Notes
    -----
    theta_j = (B - N R0_j) / B with R0_j the standardised risk. These do not add up: what two
    factors account for together is counted for both.
    """
    fitted, weights = model.levelled.fitted, model.problem.trials
    plans, total = float(weights @ fitted), risks.total
    slope = (weights * fitted * (1 - fitted)) @ model.problem.design
    squares, products = _alone_moments(model)
    return _Sums(
        plans - total * risks.absent,
        slope - total * risks.absent_gradient,
        squares,
        products,
        np.zeros(len(squares)),
    ).fractions(model)


def sequential_fractions(model: FactorModel) -> Fractions:
    """One factor after the other, in the order of the table: they add up to the joint fraction.

    Notes
    -----
    The fraction of factor j is the share by which fitted plans fall further when j is removed,
    after all factors before it have been removed. It depends on the order.
    """
    design, weights = model.problem.design, model.problem.trials
    factors = len(model.patterns.factors)
    coefficients = model.levelled.coefficients
    sums = _Sums.zero(factors, design.shape[1])
    later = np.triu(np.ones((factors + 1, factors)))
    keeps = np.hstack([np.ones((factors + 1, 1)), later])
    gradient = np.zeros((factors + 1, design.shape[1]))
    for start in range(0, len(design), BLOCK):
        part = slice(start, start + BLOCK)
        x, n, fitted = design[part], weights[part], model.levelled.fitted[part]
        linear = coefficients[0] + later @ (coefficients[1:, None] * x[:, 1:].T)
        probability = special.expit(linear)
        fall = probability[:-1] - probability[1:]
        sums.portion[:] += fall @ n
        sums.squares[:] += fall**2 @ n
        sums.products[:] += (fall * fitted) @ n
        gradient += keeps * ((n * probability * (1 - probability)) @ x)
    sums.gradient[:] = gradient[:-1] - gradient[1:]
    return sums.fractions(model)


def joint_fraction(model: FactorModel) -> Fractions:
    """All factors together: the share by which fitted plans fall if none of them is recorded."""
    fitted, weights = model.levelled.fitted, model.problem.trials
    none = special.expit(model.levelled.coefficients[0])
    fall = fitted - none
    gradient = (weights * fitted * (1 - fitted)) @ model.problem.design
    gradient[0] -= weights.sum() * none * (1 - none)
    return _Sums(
        np.array([weights @ fall]),
        gradient[None],
        np.array([weights @ fall**2]),
        np.array([weights @ (fall * fitted)]),
        np.zeros(1),
    ).fractions(model)


def average_fractions(model: FactorModel, *, seed: int = 0) -> Fractions:
    """The average over all orders (Shapley value) of what each factor accounts for.

    Parameters
    ----------
    model
        A fit without products.
    seed
        Of the orders that are drawn for patterns with more than ten factors.

    Notes
    -----
    Eide, G. E. and Gefeller, O. (1995), Journal of Clinical Epidemiology 48, 233-239. The averages
    add up to the joint fraction. The Shapley value of a sum is the sum of the Shapley values, and
    for one pattern only the factors present in it matter: 2^m subsets for a pattern with m factors,
    whatever the number of factors in the table. So the average is exact for every pattern with at
    most ten factors; for the others orders are drawn at random, each with its reverse.
    """
    factors = len(model.patterns.factors)
    sums = _Sums.zero(factors, model.problem.design.shape[1])
    present = model.patterns.flags
    sizes = present.sum(axis=1)
    for size in range(1, factors + 1):
        rows = np.flatnonzero(sizes == size)
        if not len(rows):
            continue
        which = np.nonzero(present[rows])[1].reshape(len(rows), size)
        game = _exact_game(size) if size <= EXACT_AT_MOST else _drawn_game(size, seed)
        step = max(1, _CELLS // len(game.subsets))
        for start in range(0, len(rows), step):
            part = slice(start, start + step)
            _play(game, model, rows[part], which[part], sums)
    return sums.fractions(model)


@dataclass(frozen=True, slots=True, eq=False)
class _Game:
    """Subsets of m players, what each counts for each player, and the orders they come from.

    ``subsets`` has shape (S, m), ``shares`` (m, S); ``orders`` (pairs, 2, m), empty when exact.
    """

    subsets: Floats
    shares: Floats
    orders: Integers


def _exact_game(size: int) -> _Game:
    number = np.arange(2**size)
    subsets = ((number[:, None] >> np.arange(size)) & 1).astype(np.float64)
    others = subsets.sum(axis=1)
    # |S|! (m - 1 - |S|)! / m! for the subset S before the player joins.
    weight = np.array([1 / (size * math.comb(size - 1, before)) for before in range(size)] + [0.0])
    joined = weight[np.maximum(others - 1, 0).astype(int)]
    alone = weight[others.astype(int)]
    shares = np.where(subsets.T > 0, joined, -alone)
    return _Game(subsets, shares, np.empty((0, 2, size), dtype=np.int64))


def _drawn_game(size: int, seed: int) -> _Game:
    random = stream(seed, "factors/attributable", size)
    orders = np.stack([random.permutation(size) for _ in range(ORDER_PAIRS)])
    paired = np.stack([orders, orders[:, ::-1]], axis=1)
    subsets, shares = [], []
    for order in paired.reshape(-1, size):
        rank = np.argsort(order)
        # After k departures the players of rank k and later remain.
        remain = rank >= np.arange(size + 1)[:, None]
        subsets.append(remain)
        share = np.zeros((size, size + 1))
        share[order, np.arange(size)] = 1
        share[order, np.arange(1, size + 1)] = -1
        shares.append(share / (2 * ORDER_PAIRS))
    return _Game(np.vstack(subsets).astype(np.float64), np.hstack(shares), paired)


def _play(game: _Game, model: FactorModel, rows: Integers, which: Integers, sums: _Sums) -> None:
    """Add the portions of some patterns, all with as many factors, to the sums."""
    coefficients, size = model.levelled.coefficients, which.shape[1]
    n, fitted = model.problem.trials[rows], model.levelled.fitted[rows]
    factors, columns = sums.gradient.shape
    probability = special.expit(coefficients[0] + coefficients[which + 1] @ game.subsets.T)
    portion = probability @ game.shares.T

    def add(total: Floats, values: Floats) -> None:
        total += np.bincount(which.ravel(), values.ravel(), minlength=factors)

    add(sums.portion, n[:, None] * portion)
    add(sums.squares, n[:, None] * portion**2)
    add(sums.products, (n * fitted)[:, None] * portion)
    slope = n[:, None] * probability * (1 - probability)
    terms = np.hstack([np.ones((len(game.subsets), 1)), game.subsets])
    derivative = slope @ (game.shares[:, :, None] * terms).transpose(1, 0, 2).reshape(
        len(terms), -1
    )
    by = np.hstack([np.zeros((len(rows), 1), dtype=np.int64), which + 1])
    place = which[:, :, None] * columns + by[:, None, :]
    flat = np.bincount(place.ravel(), derivative.ravel(), minlength=factors * columns)
    sums.gradient[:] += flat.reshape(factors, columns)
    if len(game.orders):
        _add_drawing(game, n[:, None] * probability, which, size, sums)


def _add_drawing(game: _Game, weighted: Floats, which: Integers, size: int, sums: _Sums) -> None:
    """Variance of the mean over drawn pairs of orders."""
    pairs = len(game.orders)
    falls = weighted.reshape(len(weighted), pairs, 2, size + 1)
    falls = falls[..., :-1] - falls[..., 1:]
    rank = np.argsort(game.orders, axis=2)
    of_player = np.take_along_axis(falls, np.broadcast_to(rank, falls.shape), axis=3).mean(axis=2)
    totals = np.stack(
        [
            np.bincount(which.ravel(), of_player[:, pair].ravel(), minlength=len(sums.drawing))
            for pair in range(pairs)
        ]
    )
    sums.drawing[:] += totals.var(axis=0, ddof=1) / pairs


def _alone_moments(model: FactorModel) -> tuple[Floats, Floats]:
    """Sums over assessments of a_j^2 and a_j p, with a_j = p - p without j."""
    design, weights = model.problem.design, model.problem.trials
    factors = len(model.patterns.factors)
    slopes = model.levelled.coefficients[1 : factors + 1]
    squares, products = np.zeros(factors), np.zeros(factors)
    for start in range(0, len(design), BLOCK):
        part = slice(start, start + BLOCK)
        x, n, fitted = design[part], weights[part], model.levelled.fitted[part]
        linear = x @ model.levelled.coefficients
        fall = fitted - special.expit(linear - slopes[:, None] * x[:, 1:].T)
        squares += fall**2 @ n
        products += (fall * fitted) @ n
    return squares, products
