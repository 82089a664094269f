"""Children who go missing repeatedly: a model of their numbers of episodes, from bands.

For each child who was reported at least once, only the band of the number of reports is known. How
often children go missing differs between them by a log-normal distribution; given a child's rate,
episodes are Poisson. A gamma distribution in its place (negative binomial numbers) has too thin a
tail for the counts of 2014: it expects 40 of 356 children with five episodes or more where 29 were
counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import pdtrc

from riskmodel.core.lazy import pd
from riskmodel.core.result import View
from riskmodel.errors import DataError
from riskmodel.streams import stream

__all__ = ["Bands", "EpisodesModel", "episodes_model", "missing_children"]

Floats = npt.NDArray[np.float64]

_DRAWS = 800
_GRID = 48
_MIDDLES, _SPREADS = (-12.0, 3.0), (0.05, 5.0)
"""Limits of the logarithm of the median rate, and of the standard deviation of the logarithm; the
prior is flat between them."""
_LEVEL = 0.9
_MOST = 2000.0
_SCORES = np.linspace(-6, 6, 161)
_WEIGHTS = np.exp(-(_SCORES**2) / 2)
_WEIGHTS /= _WEIGHTS.sum()


@dataclass(frozen=True, slots=True)
class Bands:
    """Children by their number of episodes in a period.

    Parameters
    ----------
    lower
        First number of each band, ascending from 1; the last band has no end.
    children
        In each band.
    """

    lower: tuple[int, ...]
    children: tuple[int, ...]

    def __post_init__(self) -> None:
        rising = all(a < b for a, b in zip(self.lower, self.lower[1:], strict=False))
        if self.lower[:1] != (1,) or not rising or len(self.lower) != len(self.children):
            raise DataError("bands of episodes begin at 1 and rise, with a count of each")

    @property
    def total(self) -> int:
        """All children."""
        return sum(self.children)

    def or_more(self, episodes: int) -> int:
        """Children in the bands from this number on, which has to be the first number of a band."""
        if episodes not in self.lower:
            raise DataError(f"no band begins at {episodes}; allowed: {self.lower}")
        return sum(self.children[self.lower.index(episodes) :])


@dataclass(frozen=True, slots=True, eq=False)
class EpisodesModel:
    """Draws of how episodes are spread over children in a period; shape (draw,) each.

    Parameters
    ----------
    middle
        Logarithm of the median rate.
    spread
        Standard deviation of the logarithm: the larger it is, the more children differ.
    """

    middle: Floats
    spread: Floats

    def over(self, times: float | Floats) -> EpisodesModel:
        """The same children with everyone's rate of episodes multiplied by a factor."""
        return EpisodesModel(self.middle + np.log(times), self.spread)

    def at_least(self, episodes: int) -> Floats:
        """Chance of so many episodes or more, over all children."""
        rates = np.exp(self.middle[..., None] + self.spread[..., None] * _SCORES)
        return np.asarray(pdtrc(episodes - 1, rates) @ _WEIGHTS)

    def share(self, episodes: int) -> Floats:
        """Share of the children with at least one episode who have so many or more."""
        return np.asarray(self.at_least(episodes) / self.at_least(1))

    def mean_of_reported(self) -> Floats:
        """Mean number of episodes of a child with at least one."""
        return np.asarray(np.exp(self.middle + self.spread**2 / 2) / self.at_least(1))


def episodes_model(bands: Bands, *, seed: int = 1, draws: int = _DRAWS) -> EpisodesModel:
    """Draws of the posterior, from a grid.

    Parameters
    ----------
    bands
        Children by number of episodes.
    seed, draws
        The same seed gives the same draws.

    Notes
    -----
    The likelihood is multinomial over the bands, given at least one episode; the prior is flat.
    """
    axes = [np.linspace(*ends, _GRID) for ends in (_MIDDLES, _SPREADS)]
    middle, spread = (part.ravel() for part in np.meshgrid(*axes, indexing="ij"))
    model = EpisodesModel(middle, spread)
    above = np.array([model.at_least(number) for number in bands.lower])
    chance = (above - np.concatenate([above[1:], np.zeros((1, len(middle)))])) / above[0]
    log_chance = np.log(np.maximum(chance, 1e-300))
    counts = np.array(bands.children, dtype=np.float64)
    fit = counts @ log_chance
    weights = np.exp(fit - fit.max())
    random = stream(seed, "services/repeats")
    chosen = random.choice(len(middle), draws, p=weights / weights.sum())
    # Within its cell of the grid a draw lies anywhere.
    inside = (random.random((2, draws)) - 0.5) * [[axis[1] - axis[0]] for axis in axes]
    return EpisodesModel(middle[chosen] + inside[0], np.abs(spread[chosen] + inside[1]))


def more_reported(model: EpisodesModel, growth: float) -> Floats:
    """The factor on reports of each episode that gives this growth of children reported.

    Parameters
    ----------
    model
        Of the period before.
    growth
        Children with at least one episode, over those of the period before.
    """
    low, high = np.ones_like(model.middle), np.full_like(model.middle, _MOST)
    wanted = np.minimum(growth * model.at_least(1), 1 - 1e-9)
    for _ in range(14):
        half = np.sqrt(low * high)
        enough = model.over(half).at_least(1) >= wanted
        low, high = np.where(enough, low, half), np.where(enough, half, high)
    return high


def missing_children(
    before: Bands,
    after: Bands,
    years: Mapping[str, tuple[int, int]],
    *,
    often: int = 10,
    seed: int = 1,
) -> View:
    """What the bands of two half-years say about repeat episodes, compared with whole years.

    Parameters
    ----------
    before, after
        Children by number of episodes, of two half-years.
    years
        For whole years by name: children, and those of them with three episodes or more.
    often
        Number of episodes from which on a child counts as going missing often.
    seed
        Seed of the draws.

    Returns
    -------
    View
        A row for each question: what is counted, the count or what the model expects, its 90%
        range, and, where it is asked, the chance of no more than was counted.
    """
    first, second = (episodes_model(bands, seed=seed) for bands in (before, after))
    rows = [*_rows(before, after, first, second, often, seed), *_years(first, years, seed)]
    columns = ["question", "counted", "expected", "low", "high", "chance_of_no_more", "basis"]
    frame = pd.DataFrame(rows, columns=columns)
    less = float((second.mean_of_reported() < first.mean_of_reported()).mean())
    counted = after.or_more(often)
    same = frame.iloc[0]
    said = (
        f"Children with {often} or more episodes: {counted}, and {same['expected']:.1f} expected "
        f"(90% range {same['low']:.0f} to {same['high']:.0f}) if episodes spread over the "
        f"{after.total} children as over the {before.total} before; the chance of {counted} or "
        f"fewer is {same['chance_of_no_more']:.0%}. That a child reported goes missing less often "
        f"than before has a chance of {less:.0%}."
    )
    notes = (
        "Better recording of every episode brings more children into the table and more of them "
        "into its higher bands; more children reported who go missing rarely fill the lowest "
        "alone. The counts cannot tell fewer repeat episodes from such children.",
        "A model of counts by band: children differ log-normally, episodes are Poisson. Whole "
        "years are the half-year's children with twice the time, by police counts of another "
        "definition: a comparison, no test.",
    )
    return View(frame, said, notes=notes)


def _rows(
    before: Bands, after: Bands, first: EpisodesModel, second: EpisodesModel, often: int, seed: int
) -> Iterator[tuple[object, ...]]:
    random = stream(seed, "services/repeats/counts")
    counted = after.or_more(often)
    spread = random.binomial(after.total, first.share(often))
    yield _row(f"{often} or more, if episodes spread as before", counted, spread)
    times = more_reported(first, after.total / before.total)
    recorded = before.total * first.over(times).at_least(often) / first.at_least(1)
    found = random.poisson(recorded)
    yield _row(f"{often} or more, if every episode were recorded more often", counted, found)
    yield _row(
        "5 or more, if episodes spread as before",
        after.or_more(5),
        random.binomial(after.total, first.share(5)),
    )
    for name, model in (("before", first), ("after", second)):
        yield _row(f"mean episodes of a child reported, {name}", None, model.mean_of_reported())


def _years(
    first: EpisodesModel, years: Mapping[str, tuple[int, int]], seed: int
) -> Iterator[tuple[object, ...]]:
    random = stream(seed, "services/repeats/years")
    whole = first.over(2.0)
    for name, (children, three) in years.items():
        expected = random.binomial(children, whole.share(3))
        yield _row(f"three or more in {name}, of {children} children", three, expected)


def _row(question: str, counted: int | None, draws: npt.NDArray[np.number]) -> tuple[object, ...]:
    low, high = np.quantile(draws, ((1 - _LEVEL) / 2, (1 + _LEVEL) / 2))
    chance = np.nan if counted is None else float((draws <= counted).mean())
    shown = np.nan if counted is None else float(counted)
    return question, shown, float(draws.mean()), float(low), float(high), chance, "projected"
