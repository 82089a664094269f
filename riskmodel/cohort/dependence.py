"""Give rows or families a class (age band, sex, category of abuse) by their factors.

The totals of the classes hold exactly. What depends on a factor is stated as a *profile*: how many
times as frequent the factor is in a class as if it were spread evenly. Among the rows with factor
j, the share of class k should then be

    t_jk = m_k r_jk / sum over k' of m_k' r_jk'

with m_k the total of class k and r_jk the profile. Among all distributions with these shares and
totals the one of largest entropy is taken: p(k | row) proportional to exp(a_k + sum_j x_j b_jk),
with x_j whether the row has factor j; its parameters minimise the dual, which is convex. Classes
are then drawn at random, and where a total is a few rows too high or too low that number of rows is
moved, likelier ones with more chance. So factors and their overlap stay as they were drawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from riskmodel.parameters import parameter, parameter_names

__all__ = ["assign", "profiles", "wanted_shares", "whole_shares"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

ITERATIONS = 100
FITTED_ROWS = 2**14
MOST_SLOPE = 40.0
GIVE = 0.1
"""Rows by which a wanted count may be missed for each unit by which a parameter moves. If the
counts contradict each other (more children with factors of adolescents than adolescents), all are
missed by a little."""

NEVER = 1e-9
"""In place of a profile of 0: such a row is chosen only if the totals leave no other."""


def whole_shares(total: int, shares: Sequence[float] | FloatArray) -> IntArray:
    """Whole numbers in given proportions that add up to the total (largest remainders).

    Examples
    --------
    >>> whole_shares(630, [71, 29]).tolist()
    [447, 183]
    """
    exact = total * np.asarray(shares, dtype=float) / np.sum(shares)
    whole: IntArray = np.floor(exact).astype(np.int64)
    order = np.argsort(-(exact - whole), kind="stable")
    whole[order[: total - int(whole.sum())]] += 1
    return whole


def profiles(prefix: str, factors: Sequence[str], strength: float) -> Mapping[int, FloatArray]:
    """The profile of each factor that has one, by its place among the factors.

    Parameters
    ----------
    prefix
        Of the parameters: ``age_profile_``, ``sex_profile_`` or ``category_profile_``.
    factors
        Names of the factors.
    strength
        0 removes all dependence, 1 leaves the profiles as they are, 2 squares them.
    """
    known = set(parameter_names())
    return {
        place: np.maximum(np.array(parameter(prefix + name).numbers), NEVER) ** strength
        for place, name in enumerate(factors)
        if prefix + name in known
    }


def wanted_shares(totals: IntArray, profile: FloatArray) -> FloatArray:
    """Share of each class among the rows with a factor, t_jk."""
    weights = totals * profile
    shares: FloatArray = weights / max(weights.sum(), NEVER)
    return shares


def assign(
    random: np.random.Generator,
    features: npt.NDArray[Any],
    totals: IntArray,
    profile: Mapping[int, FloatArray],
    sizes: IntArray | None = None,
) -> IntArray:
    """A class for each row, or for each group of rows, with exact totals.

    Parameters
    ----------
    random
        Generator.
    features
        Whether a row has each factor, or the share of a group's rows that do; shape (N, J).
    totals
        Rows wanted in each class; shape (K,), adding up to all rows.
    profile
        How frequent each column of ``features`` is in each class; columns without one do not
        matter.
    sizes
        Rows in each group; one where it is not given.

    Returns
    -------
    numpy.ndarray
        Class of each row or group, shape (N,).
    """
    sizes = np.ones(len(features), dtype=np.int64) if sizes is None else sizes
    columns = sorted(profile)
    x = features[:, columns].astype(np.float64)
    base, slopes = _fitted(x, totals, np.array([profile[j] for j in columns]), sizes)
    chances = _chances(x, base, slopes)
    drawn = (random.random((len(x), 1)) > np.cumsum(chances[:, :-1], axis=1)).sum(axis=1)
    return _repaired(random, drawn.astype(np.int64), chances, totals, sizes)


def _chances(x: FloatArray, base: FloatArray, slopes: FloatArray) -> FloatArray:
    scores = x @ slopes + base
    scores -= scores.max(axis=1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=1, keepdims=True)
    return scores


def _fitted(
    x: FloatArray, totals: IntArray, profile: FloatArray, sizes: IntArray
) -> tuple[FloatArray, FloatArray]:
    """a_k, shape (K,), and b_jk, shape (J, K); fitted to every so many rows where there are many.

    A factor without rows keeps its profile.
    """
    from scipy.optimize import minimize

    base, slopes = np.log(np.maximum(totals, NEVER)), np.log(profile.reshape(-1, len(totals)))
    if not len(slopes) or not len(x):
        return base, slopes
    step = -(-len(x) // FITTED_ROWS)
    x, weights = x[::step], sizes[::step] / sizes[::step].mean()
    weighted = x.T * weights
    wanted = np.vstack(
        [
            totals / totals.sum() * len(x),
            np.array([wanted_shares(totals, each) for each in profile])
            * weighted.sum(axis=1)[:, None],
        ]
    )

    start = np.vstack([base, slopes])
    # In these units every parameter is known about as well, however rare its factor.
    scale = np.sqrt(wanted + 1)

    def off(flat: FloatArray) -> tuple[float, FloatArray]:
        """Negative log-likelihood of the wanted counts, an entropy's dual, and its gradient."""
        moved = flat.reshape(wanted.shape) / scale
        values = start + moved
        scores = x @ values[1:] + values[0]
        top = scores.max(axis=1, keepdims=True)
        np.exp(scores - top, out=scores)
        sums = scores.sum(axis=1, keepdims=True)
        scores /= sums
        expected = np.vstack([weights @ scores, weighted @ scores])
        value = weights @ (np.log(sums) + top)[:, 0] - (wanted * values).sum()
        value += GIVE * float((moved**2).sum()) / 2
        return float(value), ((expected - wanted + GIVE * moved) / scale).ravel()

    # What is never to be stays so, whatever the others need.
    never = start < np.log(NEVER) / 2
    most = np.where(never, 0.0, MOST_SLOPE) * scale
    bounds = list(zip((-MOST_SLOPE * scale).ravel(), most.ravel(), strict=True))
    options = {"maxiter": ITERATIONS, "ftol": 1e-9, "gtol": 0.01}
    found: Any = minimize(  # type: ignore[call-overload]  # the stubs know no value with gradient
        off, np.zeros(start.size), jac=True, method="L-BFGS-B", bounds=bounds, options=options
    )
    values = start + found.x.reshape(wanted.shape) / scale
    return values[0], values[1:]


def _repaired(
    random: np.random.Generator,
    classes: IntArray,
    chances: FloatArray,
    totals: IntArray,
    sizes: IntArray,
) -> IntArray:
    """Move rows or groups between classes until the totals hold, the likeliest first by chance.

    Groups go before single rows, and only as large as what is missing; where nothing fits, one
    group goes too far and the next round brings others back.
    """
    number = len(totals)
    noise = random.gumbel(size=len(classes))
    for _ in range(50 * number):
        counts = np.bincount(classes, sizes, minlength=number).astype(np.int64)
        over = counts - totals
        if not over.any():
            break
        into = int(over.argmin())
        away = int(over.argmax())
        amount = min(int(over[away]), -int(over[into]))
        rows = np.flatnonzero((classes == away) & (sizes > 0))
        odds = np.diff(np.log(np.maximum(chances[rows][:, [away, into]], 1e-300)))[:, 0]
        rows = rows[np.argsort(-(odds + noise[rows]), kind="stable")]
        fitting = rows[np.cumsum(sizes[rows]) <= amount]
        small = rows[sizes[rows] <= amount]
        chosen = fitting if len(fitting) else small[:1] if len(small) else rows[:1]
        classes[chosen] = into
    return classes
