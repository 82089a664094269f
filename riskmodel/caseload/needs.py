"""Posts and hires needed to reach a cap by a date, worked out in each replicate."""

from __future__ import annotations

from functools import partial
from typing import get_args

import numpy as np

from riskmodel.caseload.bisection import fewest, first_that, quantile_of
from riskmodel.caseload.flows import (
    WorkforcePath,
    simulate_workforce,
)
from riskmodel.caseload.planning import check_month, drawn, service_cases
from riskmodel.caseload.rates import joint_rates
from riskmodel.caseload.structure import Structure
from riskmodel.caseload.targets import (
    CHANCES,
    HiresNeeded,
    PostsAtChance,
    PostsJointly,
    PostsNeeded,
    Recruitment,
    Sensitivity,
    Target,
)
from riskmodel.caseload.workers import published_spread
from riskmodel.caseload.workforce import Workforce
from riskmodel.core.arrays import Bools, Floats
from riskmodel.core.wording import count_of
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.parameters import parameter
from riskmodel.projection import BASELINE, Projection
from riskmodel.streams import uniforms

__all__ = ["hires_needed", "posts_by_replicate", "posts_needed"]


def posts_needed(  # noqa: PLR0913  each is a word of the question
    projection: Projection,
    structure: Structure,
    workforce: Workforce,
    target: Target,
    *,
    seed: int,
    scenario: str = BASELINE,
    recruitment: Recruitment = "as_needed",
    sensitivity: bool = True,
    baseline: Workforce | None = None,
) -> PostsNeeded:
    """Fewest posts, established from the first month on, with which the target is met.

    Parameters
    ----------
    projection, structure, workforce, seed
        As in :func:`~riskmodel.caseload.planning.plan`, with the same draws.
    target
        Cap, date and probability.
    scenario
        Whose cases.
    recruitment
        ``as_needed`` answers what posts it takes if candidates can be found; ``as_given`` keeps
        to the workforce's candidates a month.
    sensitivity
        Whether to work it out again with each assumption at the ends of its range, and with all
        assumed rates drawn together.
    baseline
        The workforce at the opening, where a scenario changes it from the first month on.

    Raises
    ------
    DataError
        When no number of posts meets it; the message says why, and what would.

    Notes
    -----
    More posts never mean fewer workers in any replicate, so each replicate has a smallest number of
    posts that keeps to the cap, which is found by bisection. The answer is the quantile of these
    numbers at the probability. It is exact for these replicates: with one post fewer, fewer of them
    keep to the cap.
    """
    if recruitment not in get_args(Recruitment):
        raise UnknownNameError("recruitment", recruitment, get_args(Recruitment))
    problem = _Problem(projection, structure, workforce, target, seed, scenario, baseline)
    force = _recruiting(workforce, recruitment)
    needed = problem.posts(force)
    level = parameter("needs_interval_level").value
    posts = quantile_of(needed, target.probability)
    if not np.isfinite(posts):
        raise DataError(problem.why_not(force, recruitment), field="posts")
    path = problem.path(force, np.full(projection.replicates, posts))
    joiners = float(path.joiners.sum(axis=0).mean())
    lag = int(workforce.monthly("recruitment_lag_months", 1)[0])
    return PostsNeeded(
        target,
        int(posts),
        _whole(quantile_of(needed, (1 - level) / 2)),
        _whole(quantile_of(needed, (1 + level) / 2)),
        level,
        problem.posts_now,
        float(path.opening.mean()),
        float(path.in_post[-1].mean()),
        joiners,
        joiners / max(problem.months - lag, 1),
        recruitment,
        _sensitivity(problem, force, needed) if sensitivity else (),
        _assumptions(workforce, recruitment),
        _by_chance(needed, target.probability),
        _jointly(problem, force, needed, seed, level) if sensitivity else None,
    )


def posts_by_replicate(
    projection: Projection,
    structure: Structure,
    workforce: Workforce,
    target: Target,
    *,
    seed: int,
    scenario: str = BASELINE,
    baseline: Workforce | None = None,
) -> Floats:
    """Fewest posts with which each replicate keeps to the cap at the date, shape (replicate,).

    Parameters
    ----------
    projection, structure, workforce, target, seed, scenario, baseline
        As in :func:`posts_needed`; candidates are the workforce's.

    Returns
    -------
    numpy.ndarray
        Whole numbers; infinite where none is enough. Their quantile at the target's probability is
        the answer of :func:`posts_needed`. Scenarios share their replicates.
    """
    problem = _Problem(projection, structure, workforce, target, seed, scenario, baseline)
    return problem.posts(workforce)


def hires_needed(
    projection: Projection,
    structure: Structure,
    workforce: Workforce,
    target: Target,
    *,
    seed: int,
    scenario: str = BASELINE,
    posts: float | None = None,
    baseline: Workforce | None = None,
) -> HiresNeeded:
    """Fewest candidates a month, from the first month on, with which the target is met.

    Parameters
    ----------
    projection, structure, workforce, target, seed, scenario, baseline
        As in :func:`posts_needed`.
    posts
        Posts that can be filled. None takes the posts that would meet the target, with as many
        candidates as needed, at a probability half way between the one asked for and certainty; the
        other half of the risk is left to recruitment.

    Raises
    ------
    DataError
        When no number of candidates meets it at these posts.

    Notes
    -----
    Found by bisection in each replicate, to a hundredth of a candidate, rounded up.
    """
    problem = _Problem(projection, structure, workforce, target, seed, scenario, baseline)
    if posts is None:
        room = problem.posts(_recruiting(workforce, "as_needed"))
        posts = quantile_of(room, (1 + target.probability) / 2)
        if not np.isfinite(posts):
            raise DataError(
                problem.why_not(_recruiting(workforce, "as_needed"), "as_needed"), field="posts"
            )
    given = np.full(projection.replicates, float(posts))

    def at_chance(chance: float) -> float:
        def enough(hundredths: int) -> bool:
            force = workforce.changed(hires_per_month=hundredths / 100)
            return bool(problem.met(force, given).mean() >= chance - 1e-12)

        found = first_that(enough, int(100 * parameter("search_hires_maximum").value))
        return np.inf if found is None else found / 100

    needed = at_chance(target.probability)
    if np.isinf(needed):
        raise DataError(
            f"{posts:g} posts do not give {target} however many candidates there are; "
            "allow more posts",
            field="posts",
        )
    level = parameter("needs_interval_level").value
    return HiresNeeded(
        target,
        float(posts),
        needed,
        workforce.first("hires_per_month"),
        at_chance((1 - level) / 2),
        at_chance((1 + level) / 2),
        level,
    )


_LEAST = 0.01
"""Of a share or a caseload, so that a guess can be divided by it."""


class _Problem:
    """Cases, draws and opening, held while posts or hires are searched."""

    def __init__(
        self,
        projection: Projection,
        structure: Structure,
        workforce: Workforce,
        target: Target,
        seed: int,
        scenario: str,
        baseline: Workforce | None = None,
    ) -> None:
        self.months = check_month(projection, target.by) + 1
        self.target, self.baseline = target, baseline
        allocation, self.draws = drawn(structure, seed, projection.replicates, self.months)
        held = service_cases(projection, structure, allocation, scenario)
        self.cases: Floats = held[self.months - 1].astype(np.float64)
        # Whose caseload is highest is luck, the same for any number of posts.
        self.highest = uniforms(seed, "caseload/highest", projection.replicates)
        self.opening = allocation.workers[structure.is_family_support].sum(axis=0)
        before = workforce.posts_before
        self.posts_now = workforce.first("posts") if before is None else before

    def path(self, force: Workforce, posts: Floats) -> WorkforcePath:
        return simulate_workforce(
            force, self.opening, self.draws, posts=posts, baseline=self.baseline
        )

    def met(self, force: Workforce, posts: Floats) -> Bools:
        """Whether each replicate keeps to the cap at the date with its posts."""
        fte = self.path(force, posts).fte[-1]
        share = force.monthly("specialist_share", self.months)[-1]
        each = force.monthly("specialist_caseload", self.months)[-1]
        left, workers = self.cases * (1 - share), fte - self.cases * share / each
        kept: Bools = left <= self.target.cap * workers
        if self.target.holds == "each":
            # Nobody of so many workers stands above the cap, where cases spread as printed.
            load = left / np.where(workers > 0, workers, np.nan)
            above = published_spread().share_above(load, self.target.cap)
            kept = kept & ((1 - np.nan_to_num(above, nan=1.0)) ** workers >= self.highest)
        return kept

    def posts(self, force: Workforce, scale: float = 1.0, near: Floats | None = None) -> Floats:
        """Fewest whole posts of each replicate, looked for near a guess; infinite: none will do."""
        kept, self.cases = self.cases, self.cases * scale
        try:
            most = int(parameter("search_posts_maximum").value)
            return fewest(
                lambda posts: self.met(force, posts.astype(np.float64)),
                len(self.cases),
                most,
                self._guess(force) if near is None else near,
            )
        finally:
            self.cases = kept

    def _guess(self, force: Workforce) -> Floats:
        """Posts whose workers just hold the cases once every vacancy is filled: nearly right."""
        at_work = force.share_at_work(self.months)[-1]
        filled = 1 - force.monthly("vacancy_rate", self.months)[-1]
        load = np.full(self.cases.shape, float(self.target.cap))
        for _ in range(3 if self.target.holds == "each" else 0):
            workers = np.maximum(self.cases / load, 1.0)
            above = 1 - self.highest ** (1 / workers)
            load = np.maximum(published_spread().mean_with(above, self.target.cap), _LEAST)
        workers = self.cases / load - force.monthly("agency_fte", self.months)[-1]
        return np.asarray(workers / np.maximum(at_work * filled, _LEAST))

    def why_not(self, force: Workforce, recruitment: Recruitment) -> str:
        lag = int(force.monthly("recruitment_lag_months", self.months)[-1])
        if self.months <= lag:
            return (
                f"posts of now bring joiners after {count_of(lag, 'month')}, later than "
                f"{self.target.by}; allow a later date or a shorter recruitment lag"
            )
        if recruitment == "as_given":
            hires = force.first("hires_per_month")
            given = f"{hires:.2f} candidates a month" if np.isfinite(hires) else "its candidates"
            return (
                f"with {given} no number of posts gives {self.target}; "
                "allow more candidates, or leave them open: no workforce.hires_per_month in the "
                "scenario, in code recruitment='as_needed'"
            )
        return (
            f"no number of posts up to {parameter('search_posts_maximum').value:g} gives "
            f"{self.target}"
        )


def _recruiting(workforce: Workforce, recruitment: Recruitment) -> Workforce:
    return workforce.changed(hires_per_month=np.inf) if recruitment == "as_needed" else workforce


def _by_chance(needed: Floats, asked: float) -> tuple[PostsAtChance, ...]:
    """Posts for the usual chances and the one asked for, as far as some number gives them."""
    made = []
    for chance in sorted({*CHANCES, asked}):
        posts = quantile_of(needed, chance)
        reach = 1.96 * np.sqrt(chance * (1 - chance) / len(needed))
        low, high = (
            quantile_of(needed, min(max(chance + step, 0.0), 1.0)) for step in (-reach, reach)
        )
        if np.isfinite(posts):
            made.append(PostsAtChance(chance, int(posts), (high - low) / 2))
    return tuple(made)


def _whole(value: float) -> int:
    return int(value) if np.isfinite(value) else int(parameter("search_posts_maximum").value)


def _sensitivity(problem: _Problem, force: Workforce, needed: Floats) -> tuple[Sensitivity, ...]:
    chance = problem.target.probability
    rows = []
    for name, words in (
        ("vacancy_rate", "posts that stay vacant"),
        ("newly_qualified_share", "workers who are newly qualified"),
        ("newly_qualified_protection", "caseload that newly qualified workers are spared"),
        ("sickness_rate", "working time lost to sickness"),
        ("turnover_rate", "workers who leave in a year"),
        ("recruitment_lag_months", "months from advertisement to first day"),
    ):
        given = parameter(f"workforce_{name}_range")
        low, high = given.numbers
        at_low, at_high = (
            _whole(quantile_of(problem.posts(force.changed(**{name: value}), near=needed), chance))
            for value in (low, high)
        )
        rows.append(Sensitivity(words, low, high, at_low, at_high, given.source))
    given = parameter("needs_cases_range")
    low, high = given.numbers
    at_low, at_high = (
        _whole(quantile_of(problem.posts(force, scale, needed), chance)) for scale in (low, high)
    )
    rows.append(Sensitivity("projected cases, times", low, high, at_low, at_high, given.source))
    return tuple(rows)


def _jointly(
    problem: _Problem, force: Workforce, needed: Floats, seed: int, level: float
) -> PostsJointly | None:
    """The answer with the assumed rates drawn together; None where none is assumed."""
    size = (len(problem.cases), problem.months)
    drawn = joint_rates(partial(problem.posts, near=needed), force, seed, size)
    if drawn is None:
        return None
    posts, low, high = (
        _whole(quantile_of(drawn.needed, chance))
        for chance in (problem.target.probability, (1 - level) / 2, (1 + level) / 2)
    )
    return PostsJointly(drawn.rates, posts, low, high, drawn.share)


def _assumptions(workforce: Workforce, recruitment: Recruitment) -> str:
    first = workforce.first
    candidates = (
        "every vacancy finds a candidate"
        if recruitment == "as_needed"
        else f"{first('hires_per_month'):.2f} candidates a month"
    )
    return (
        f"posts advertised in the first month, {candidates} after "
        f"{count_of(round(first('recruitment_lag_months')), 'month')}, "
        f"{first('vacancy_rate'):.0%} of posts vacant, "
        f"{first('newly_qualified_share'):.0%} newly qualified and spared "
        f"{first('newly_qualified_protection'):.0%}, {first('sickness_rate'):.0%} sickness, "
        f"{first('agency_fte'):g} agency workers"
    )
