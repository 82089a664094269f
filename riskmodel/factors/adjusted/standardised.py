"""Marginal standardisation (g-computation) over the patterns of a table, with standard errors.

Each factor j has two risks: the mean fitted probability of a plan over all assessments if j were
recorded in every one, and if it were recorded in none, with everything else as it is. Their
difference is an association, adjusted for the other recorded factors and for nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from riskmodel.core.arrays import Floats
from riskmodel.factors.adjusted.design import FactorModel

__all__ = ["BLOCK", "StandardisedRisks", "standardise", "standardised_contrast"]


BLOCK = 4096
"""Patterns at a time, so that the working arrays stay in a processor's cache."""


@dataclass(frozen=True, slots=True, eq=False)
class StandardisedRisks:
    """Standardised risks of J factors, and what is needed for their standard errors.

    Parameters
    ----------
    present, absent
        R1_j and R0_j; shape (J,).
    present_gradient, absent_gradient
        Their derivatives by the K coefficients; shape (J, K).
    moments
        Sums over assessments of p1 p1, p1 p0 and p0 p0, shape (3, J).
    covariance
        Of the coefficients, shape (K, K).
    total
        Assessments N.
    """

    present: Floats
    absent: Floats
    present_gradient: Floats
    absent_gradient: Floats
    moments: Floats
    covariance: Floats
    total: float

    @property
    def difference(self) -> Floats:
        """Risk differences R1 - R0; shape (J,)."""
        return self.present - self.absent

    @property
    def log_ratio(self) -> Floats:
        """Logarithms of the risk ratios; shape (J,)."""
        return np.log(self.present) - np.log(self.absent)

    def difference_error(self, *, is_conditional: bool = False) -> Floats:
        """Standard errors of the differences.

        Parameters
        ----------
        is_conditional
            Whether the table's patterns count as given. Otherwise they are a sample too, and their
            part of the variance is added.

        Notes
        -----
        var(D) = g'Vg + sum_i (d_i - D)^2 / N^2 with g = dD/db and d_i the difference at assessment
        i: given the patterns the score has mean 0, so that the two parts are uncorrelated.
        """
        gradient = self.present_gradient - self.absent_gradient
        spread = 0.0 if is_conditional else self._spread(1.0, 1.0)
        return np.sqrt(_quadratic(gradient, self.covariance) + spread)

    def log_ratio_error(self) -> Floats:
        """Standard errors of the logarithms of the ratios, patterns counted as a sample."""
        gradient = (
            self.present_gradient / self.present[:, None]
            - self.absent_gradient / self.absent[:, None]
        )
        spread = self._spread(1 / self.present, 1 / self.absent)
        return np.sqrt(_quadratic(gradient, self.covariance) + spread)

    def _spread(self, one: Floats | float, other: Floats | float) -> Floats:
        """Sum over assessments of (one (p1 - R1) - other (p0 - R0))^2, over N^2."""
        means = np.stack([self.present**2, self.present * self.absent, self.absent**2])
        central = np.maximum(self.moments - self.total * means, [[0.0], [-np.inf], [0.0]])
        squares = one**2 * central[0] - 2 * one * other * central[1] + other**2 * central[2]
        return np.asarray(np.maximum(squares, 0.0) / self.total**2)


def standardise(model: FactorModel) -> StandardisedRisks:
    """Standardised risks of every factor of a model without products.

    Parameters
    ----------
    model
        A fit; its levelled coefficients are used.

    Notes
    -----
    R1_j = 1/N sum_i n_i expit(x_i'b with x_ij = 1), R0_j with x_ij = 0. For the plain likelihood
    R1 - R0 and its conditional error are what ``statsmodels`` calls the overall marginal effect of
    a dummy. Lane and Nelder (1982), Biometrics 38, 613-621; Muller and MacLehose (2014),
    International Journal of Epidemiology 43, 962-970.
    """
    design, weights = model.problem.design, model.problem.trials
    factors = len(model.patterns.factors)
    slopes = model.levelled.coefficients[1 : factors + 1]
    total = float(weights.sum())
    risks, moments = np.zeros((2, factors)), np.zeros((3, factors))
    gradients = np.zeros((2, factors, design.shape[1]))
    for start in range(0, len(design), BLOCK):
        part = slice(start, start + BLOCK)
        x, n, fitted = design[part], weights[part], model.levelled.fitted[part]
        flags = x[:, 1:].T
        is_set = flags > 0
        linear = x @ model.levelled.coefficients
        turned = special.expit(linear + slopes[:, None] * (1 - 2 * flags))
        both = np.where(is_set, fitted, turned), np.where(is_set, turned, fitted)
        for side, probability in enumerate(both):
            risks[side] += probability @ n
            gradients[side] += (n * probability * (1 - probability)) @ x
        moments += [(one * other) @ n for one, other in (both[:1] * 2, both, both[1:] * 2)]
    # Set to 1 everywhere, a factor's own column is the constant; set to 0 it has no derivative.
    own = np.arange(factors)
    gradients[0, own, own + 1] = gradients[0, :, 0]
    gradients[1, own, own + 1] = 0.0
    return StandardisedRisks(
        risks[0] / total,
        risks[1] / total,
        gradients[0] / total,
        gradients[1] / total,
        moments,
        model.levelled.covariance,
        total,
    )


def standardised_contrast(
    model: FactorModel, designs: list[Floats], signs: list[float]
) -> tuple[float, float]:
    """A sum of standardised risks with given signs, and its standard error.

    Parameters
    ----------
    model
        A fit, products allowed.
    designs
        The design of each risk, with factors set; shape (P, K) each.
    signs
        The sign of each risk.
    """
    weights = model.problem.trials
    total = float(weights.sum())
    each = np.zeros(len(weights))
    gradient = np.zeros(model.problem.design.shape[1])
    for design, sign in zip(designs, signs, strict=True):
        probability = special.expit(design @ model.levelled.coefficients)
        each += sign * probability
        gradient += sign * (weights * probability * (1 - probability)) @ design / total
    value = float(weights @ each) / total
    spread = float(weights @ (each - value) ** 2) / total**2
    variance = gradient @ model.levelled.covariance @ gradient + spread
    return value, float(np.sqrt(variance))


def _quadratic(gradient: Floats, covariance: Floats) -> Floats:
    return np.asarray(((gradient @ covariance) * gradient).sum(axis=1))
