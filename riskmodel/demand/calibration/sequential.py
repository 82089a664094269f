"""Likelihood of many figures in a row, such as own months: linear in their number.

Given the starts that were counted, ends are thinned survivors of them. So the likelihood is taken
apart month by month: starts by themselves, for those of different months are independent; then
stocks and ends given the starts. Of those the mean is exact, a convolution of the counted starts
with the share still there. What chance does to the stock is followed as one number, x, that keeps
a share of itself from time to time,

    x(t) = f(t) x(t - 1) + d(t) a(t) + u(t),

with a what is not known of the interval's starts, d the share of them there at its end, and u new
chance. Share f and variance of u are such that each variance of the stock, and each covariance of
two neighbouring ones, is exact; covariances further apart are those of a Markov chain, exact where
lengths are exponential. A stock is its mean + x + error; ends are what the stock before, starts and
stock after leave. Each unknown is tied to its neighbours alone, so one pass solves them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from riskmodel.core.arrays import Bools, Floats
from riskmodel.demand.calibration.cohorts import Cohorts, FiguresInSequence, cohorts_of
from riskmodel.demand.calibration.course import LEAST_VARIANCE, Course, course_of
from riskmodel.demand.calibration.grid import LocalFigures
from riskmodel.demand.calibration.likelihood import Predicted, Score
from riskmodel.demand.calibration.tridiagonal import Eliminated, eliminate

if TYPE_CHECKING:
    from riskmodel.demand.calibration.model import Model, Outer

__all__ = ["SequentialLikelihood"]

_LOG_TWO_PI = float(np.log(2 * np.pi))


@dataclass(frozen=True, slots=True, eq=False)
class _Solved:
    """Deviations of the stock solved for residuals and slopes, and what that makes likely."""

    eliminated: Eliminated
    by_stock: Floats
    by_ends: Floats
    pivot: Floats
    after: Floats
    before: Floats
    ahead: Floats
    ahead_residual: Floats
    products: Floats
    log_determinant: Floats
    apart: Floats
    apart_covariance: Floats


class SequentialLikelihood:
    """The likelihood of the figures of a model, given lengths and error, one row a draw.

    Parameters
    ----------
    model
        The model.
    figures
        Its figures in sequence.
    outer
        Lengths, movement and error of each draw.
    """

    def __init__(self, model: Model, figures: FiguresInSequence, outer: Outer) -> None:
        self._model, self._figures, self._grid = model, figures, figures.grid
        self._error, self._dispersion = outer.error[:, None], outer.dispersion[:, None]
        self._cohorts: Cohorts = cohorts_of(
            model.times, figures, model.interval_means(outer), outer.shape
        )
        self._chosen = figures.solved_steps

    def log_density(self, logs: Floats) -> Floats:
        """Log density of all figures, shape (draw,)."""
        course = self._course(logs)
        solved = self._solve(course, None)
        return self._density(course, solved)

    def score(self, logs: Floats, matrix: Floats) -> Score:
        """Density, and slope and information for the numbers behind the log rates.

        Parameters
        ----------
        logs
            Logs of starts a month in each step, and of the opening stock, (draw, step + 1).
        matrix
            Their derivatives by those numbers, shape (draw, step + 1, number).
        """
        course = self._course(logs)
        solved = self._solve(course, self._slopes(course))
        size = self._model.steps + 1
        chosen = np.array([*self._chosen, size - 1], dtype=np.intp)
        gradient = np.zeros((len(logs), size))
        information = np.zeros((len(logs), size, size))
        gradient[:, chosen] = solved.products[:, 1:, 0]
        information[:, chosen[:, None], chosen] = solved.products[:, 1:, 1:]
        self._pull_of_others(course, solved, gradient)
        self._add_starts(course, gradient, information)
        if self._grid.stock.number[0]:
            opening = course.opening
            spread = self._noise(self._grid.stock, course.stock)[:, 0]
            information[:, -1, -1] += opening**2 / spread
            gradient[:, -1] += opening * (self._grid.stock.mean[0] - opening) / spread
        return Score(
            np.einsum("nij,ni->nj", matrix, gradient),
            np.swapaxes(matrix, 1, 2) @ information @ matrix,
            lambda: self._density(course, solved),
        )

    def _add_starts(self, course: Course, gradient: Floats, information: Floats) -> None:
        """Add what the counted starts say of the rates, each of its own step alone."""
        figures = self._grid.starts
        seen = figures.number > 0
        starts = np.where(seen, course.starts, 0.0)
        per_variance = starts / self._starts_variance(course, self._noise)
        begins = np.flatnonzero(np.diff(self._model.step_of, prepend=-1))
        steps = np.arange(self._model.steps)
        pulled = per_variance * (figures.mean - course.starts)
        gradient[:, steps] += np.add.reduceat(pulled, begins, axis=1)
        information[:, steps, steps] += np.add.reduceat(per_variance * starts, begins, axis=1)

    def _pull_of_others(self, course: Course, solved: _Solved, gradient: Floats) -> None:
        """Set the slope by steps whose starts are all counted, without solving for each.

        Stocks and ends say next to nothing of such a rate: their information is left out.
        """
        if len(self._chosen) == self._model.steps:
            return
        stock, ends = self._pulls(course, solved)
        pulled = stock - ends
        pulled[:, :-1] += ends[:, 1:]
        by_group = self._evenly_untold(course)
        for band in self._cohorts.bands:
            by_group[:, band.groups] *= (band.present @ pulled[:, band.begins :, None])[..., 0]
        by_interval = course.untold * ends
        for step in set(range(self._model.steps)) - set(self._chosen):
            plan = self._figures.plans[step]
            gradient[:, step] = by_group[:, plan.groups].sum(axis=1)
            gradient[:, step] += by_interval[:, plan.members].sum(axis=1)

    def _pulls(self, course: Course, solved: _Solved) -> tuple[Floats, Floats]:
        """Residuals of stocks and ends over the covariance of all, shape (draw, interval)."""
        grid = self._grid
        stock, ends = grid.stock.mean - course.stock, grid.ends.mean - course.ends
        away = solved.eliminated.solution()
        before = np.concatenate([np.zeros((len(away), 1)), away[:, :-1]], axis=1)
        of_starts = solved.by_ends * ends - solved.after * away - solved.before * before
        of_starts /= solved.pivot
        by_stock = solved.by_stock * (stock[:, 1:] - away)
        return by_stock, solved.by_ends * (ends - before + away - of_starts)

    def predict(self, logs: Floats) -> Predicted:
        """What each figure is expected to be given those before it, and the stock at the last."""
        course = self._course(logs)
        solved = self._solve(course, None)
        means, variances = self._ahead(course, solved)
        index = self._grid.index
        shape = (len(logs), len(index))
        mean, variance = np.empty(shape), np.empty(shape)
        for kind in means:
            columns = [row for row, one in enumerate(self._grid.kind) if one == kind]
            mean[:, columns] = means[kind][:, index[columns]]
            variance[:, columns] = variances[kind][:, index[columns]]
        value, spread = solved.eliminated.last()
        closing, number = course.stock[:, -1] + value[:, 0], len(self._grid.spanning)
        if number:
            tied = value[:, -number:]
            gain = np.linalg.solve(solved.apart_covariance, tied[..., None])[..., 0]
            closing = closing + (gain * solved.apart[..., 0]).sum(axis=1)
            spread = spread - (gain * tied).sum(axis=1)
        return Predicted(mean, variance, closing, np.maximum(spread, 0.0))

    def _course(self, logs: Floats) -> Course:
        return course_of(
            self._model, self._figures, self._cohorts, self._error, self._dispersion, logs
        )

    def _evenly_untold(self, course: Course) -> Floats:
        """What counts leave open of an interval's starts in each group, were months alike."""
        first = self._grid.group_first
        return np.asarray(course.untold[:, first] / self._figures.pattern[first])

    def _starts_variance(
        self, course: Course, noise: Callable[[LocalFigures, Floats], Floats]
    ) -> Floats:
        """Variance of what is counted of an interval's starts."""
        return course.dispersion * course.starts + noise(self._grid.starts, course.starts)

    def _noise(self, figures: LocalFigures, mean: Floats) -> Floats:
        return figures.mean_error_variance(self._error, mean)

    def _one_noise(self, figures: LocalFigures, mean: Floats) -> Floats:
        return figures.error_variance(self._error, mean)

    def _slopes(self, course: Course) -> Floats:
        """Slopes of the expected stock by the chosen logs, shape (draw, log, interval + 1)."""
        made = np.zeros((len(course.stock), len(self._chosen) + 1, course.stock.shape[1]))
        untold = self._evenly_untold(course)
        for column, step in enumerate(self._chosen):
            groups = self._figures.plans[step].groups
            present = self._cohorts.present(groups)
            slope = untold[:, None, groups] @ present
            made[:, column, -present.shape[2] :] = slope[:, 0]
        made[:, -1] = course.opening[:, None] * self._cohorts.opening_left
        return made

    def _columns(self, course: Course, slopes: Floats | None) -> tuple[Floats, Floats]:
        """Residuals, slopes, and room for spanning figures, of stocks and of ends.

        Both of shape (draw, column, interval).
        """
        grid, logs = self._grid, 0 if slopes is None else slopes.shape[1]
        stock = np.zeros((len(course.ends), 1 + logs + len(grid.spanning), course.ends.shape[1]))
        ends = np.zeros_like(stock)
        np.subtract(grid.stock.mean[1:], course.stock[:, 1:], out=stock[:, 0])
        np.subtract(grid.ends.mean, course.ends, out=ends[:, 0])
        if slopes is not None:
            stock[:, 1 : 1 + logs] = slopes[..., 1:]
            np.subtract(slopes[..., :-1], slopes[..., 1:], out=ends[:, 1 : 1 + logs])
            for column, step in enumerate(self._chosen, start=1):
                members = self._figures.plans[step].members
                own = slice(members[0], members[-1] + 1)
                ends[:, column, own] += course.untold[:, own]
        return stock, ends

    def _solve(self, course: Course, slopes: Floats | None) -> _Solved:
        """Products of residuals and slopes over the covariance of all stocks and ends."""
        grid, own = self._grid, self._cohorts.own
        by_stock, noise_of_stock = _inverse_noise(
            grid.stock.number[1:] > 0, self._noise(grid.stock, course.stock)[:, 1:]
        )
        by_ends, noise_of_ends = _inverse_noise(
            grid.ends.number > 0, self._noise(grid.ends, course.ends)
        )
        by_chance, by_starts = 1 / course.chance, 1 / np.maximum(course.unknown, LEAST_VARIANCE)
        # What is not known of an interval's starts is tied to the stocks at its two ends alone.
        pivot = own**2 * by_chance + by_starts + by_ends
        after = -own * by_chance - by_ends
        before = own * course.kept * by_chance + by_ends
        diagonal = by_chance + by_ends + by_stock - after**2 / pivot
        ahead = (course.kept**2 * by_chance + by_ends - before**2 / pivot)[:, 1:]
        diagonal[:, :-1] += ahead
        beside = -course.kept * by_chance - by_ends - after * before / pivot
        stock, ends = self._columns(course, slopes)
        size = stock.shape[1] - len(grid.spanning)
        from_starts, from_stock = by_ends[:, None] * ends, by_stock[:, None] * stock
        from_stock -= from_starts
        from_stock[..., :-1] += from_starts[..., 1:]
        ahead_residual = from_starts[:, 0, 1:] * (1 - before / pivot)[:, 1:]
        if grid.spanning:
            from_starts[:, size:], from_stock[:, size:] = self._spans()
        from_stock -= (after / pivot)[:, None] * from_starts
        from_stock[..., :-1] -= (before / pivot)[:, None, 1:] * from_starts[..., 1:]
        eliminated = eliminate(diagonal, beside, from_stock)
        products = _squares(stock, by_stock) + _squares(ends, by_ends)
        products -= eliminated.products()
        products -= _squares(from_starts, 1 / pivot)
        log_determinant = (
            np.log(pivot).sum(axis=1)
            + eliminated.log_determinant()
            - np.log(by_chance).sum(axis=1)
            - np.log(by_starts).sum(axis=1)
            + noise_of_stock
            + noise_of_ends
        )
        apart, spread = self._apart(course, slopes, products)
        products = products[:, :size, :size]
        if grid.spanning:
            products += np.swapaxes(apart, 1, 2) @ np.linalg.solve(spread, apart)
            log_determinant += np.linalg.slogdet(spread)[1]
        return _Solved(
            eliminated,
            by_stock,
            by_ends,
            pivot,
            after,
            before,
            ahead,
            ahead_residual,
            products,
            log_determinant,
            apart,
            spread,
        )

    def _spans(self) -> tuple[Floats, Floats]:
        """Of each spanning figure, what its starts and stocks weigh, (figure, interval)."""
        spanning, intervals = self._grid.spanning, len(self._model.times) - 1
        of_starts = np.zeros((len(spanning), intervals))
        of_stock = np.zeros_like(of_starts)
        for column, figure in enumerate(spanning):
            of_starts[column, figure.first : figure.last] = 1
            if figure.counted == "ends":
                of_stock[column, figure.last - 1] = -1
                if figure.first:
                    of_stock[column, figure.first - 1] = 1
        return of_starts, of_stock

    def _apart(
        self, course: Course, slopes: Floats | None, products: Floats
    ) -> tuple[Floats, Floats]:
        """Residuals and slopes of spanning figures given all local ones, and their covariance."""
        size = products.shape[1] - len(self._grid.spanning)
        made, covariance = products[:, size:, :size].copy(), -products[:, size:, size:]
        for row, figure in enumerate(self._grid.spanning):
            within, counted_ends = slice(figure.first, figure.last), figure.counted == "ends"
            of = course.ends if counted_ends else course.given
            expected = of[:, within].sum(axis=1)
            made[:, row, 0] += figure.value - expected
            covariance[:, row, row] += (self._error[:, 0] * expected) ** 2 + figure.rounding
            if slopes is not None:
                if counted_ends:
                    made[:, row, 1:] += slopes[..., figure.first] - slopes[..., figure.last]
                for column, step in enumerate(self._chosen, start=1):
                    own = (self._model.step_of == step)[within]
                    made[:, row, column] += course.untold[:, within][:, own].sum(axis=1)
        return made, covariance

    def _density(self, course: Course, solved: _Solved) -> Floats:
        grid = self._grid
        seen = grid.starts.number > 0
        variance = self._starts_variance(course, self._noise)[:, seen]
        squares = (grid.starts.mean - course.starts)[:, seen] ** 2 / variance
        total = solved.products[:, 0, 0] + solved.log_determinant
        total = total + (squares + np.log(variance)).sum(axis=1)
        if grid.stock.number[0]:
            spread = self._noise(grid.stock, course.stock)[:, 0]
            total = total + (grid.stock.mean[0] - course.opening) ** 2 / spread + np.log(spread)
        for figures, mean in (
            (grid.starts, course.starts),
            (grid.ends, course.ends),
            (grid.stock, course.stock),
        ):
            # Several figures of one count differ from their mean by their errors alone.
            several = figures.number > 1
            if several.any():
                noise, more = self._one_noise(figures, mean)[:, several], figures.number[several]
                part = figures.scatter[several] / noise + (more - 1) * np.log(noise) + np.log(more)
                total = total + part.sum(axis=1)
        return np.asarray(-0.5 * (total + len(grid.index) * _LOG_TWO_PI))

    def _ahead(
        self, course: Course, solved: _Solved
    ) -> tuple[dict[str, Floats], dict[str, Floats]]:
        """Mean and variance of each figure given those before it; ends before the stock."""
        grid, own = self._grid, self._cohorts.own
        precision = solved.eliminated.pivots[:, :-1] - solved.ahead
        solution = (solved.eliminated.columns[:, 0, :-1] - solved.ahead_residual) / precision
        first = np.zeros((len(precision), 1))
        was = np.concatenate([first, solution], axis=1)
        spread = np.concatenate([first, 1 / precision], axis=1)
        leaves = 1 - course.kept
        ends = course.ends + leaves * was
        ends_spread = leaves**2 * spread + (1 - own) ** 2 * course.unknown + course.chance
        noisy = ends_spread + self._one_noise(grid.ends, course.ends)
        stock = course.stock[:, 1:] + course.kept * was
        stock_spread = course.kept**2 * spread + own**2 * course.unknown + course.chance
        tied = course.kept * leaves * spread + own * (1 - own) * course.unknown - course.chance
        told = np.where(grid.ends.number > 0, tied / noisy, 0.0)
        stock = stock + told * (grid.ends.mean - ends)
        stock_spread = stock_spread - told * tied
        stock = np.concatenate([course.opening[:, None], stock], axis=1)
        stock_spread = np.concatenate([first, stock_spread], axis=1)
        means = {"starts": course.starts, "ends": ends, "stock": stock}
        variances = {
            "starts": self._starts_variance(course, self._one_noise),
            "ends": noisy,
            "stock": stock_spread + self._one_noise(grid.stock, course.stock),
        }
        if grid.spanning:
            values = np.array([figure.value for figure in grid.spanning])
            means["spanning"] = values - solved.apart[..., 0]
            variances["spanning"] = np.diagonal(solved.apart_covariance, axis1=1, axis2=2)
        return means, variances


def _inverse_noise(seen: Bools, noise: Floats) -> tuple[Floats, Floats]:
    """One over the noise where there is a figure, else 0; and the sum of the logs of that noise."""
    return np.where(seen, 1 / noise, 0), np.log(noise[:, seen]).sum(axis=1)


def _squares(columns: Floats, weights: Floats) -> Floats:
    """Weighted products of columns with each other, shape (draw, column, column)."""
    return np.asarray((weights[:, None] * columns) @ np.swapaxes(columns, 1, 2))
