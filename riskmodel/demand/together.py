"""How closely stages move together in other authorities, and simulations put in such an order.

Their stocks, for simulations; and their starts, for a stage without recent figures
(:mod:`riskmodel.demand.calibration.jointly`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from riskmodel.core.arrays import Floats
from riskmodel.demand.outlook import StageOutlook
from riskmodel.demand.pooled.history import StageHistory
from riskmodel.demand.pooled.shipped import PREFIX, SHIPPED_YEARS, SOURCE
from riskmodel.demand.sources import MEASURE_OF
from riskmodel.errors import DataError
from riskmodel.estimates import Basis
from riskmodel.parameters import parameter
from riskmodel.series import AuthorityPanel
from riskmodel.streams import stream

__all__ = [
    "MOVES",
    "STOCKS",
    "correlations_of",
    "correlations_text",
    "drawn_together",
    "move_correlations",
    "positive_definite",
    "shipped_correlations",
    "stage_correlations",
    "together_text",
]


STAGES = ("child_protection_plan", "looked_after", "child_in_need_plan")
_PAIRS = ((0, 1), (0, 2), (1, 2))

_YEARS = 2
"""Changes over so many years show how closely stages move together."""

_FEWEST_PAIRS = 100
"""With fewer pairs of changes than this, two stages are taken to be independent."""

_WINSORISED = 0.01

STOCKS, MOVES = "together", "moves"
"""How entries of a parameter file end: correlations of stocks, and of what comes to the stages."""

_OF_WHAT = {STOCKS: "the logs", MOVES: "log starts (of children in need their stock)"}

_STARTS = {"child_protection_plan": "cpp_starts", "looked_after": "lac_starts"}
"""Of children in need outside both no starts are published: as they stay for a short time, their
stock follows their starts, and stands for them."""


def stage_correlations(panel: AuthorityPanel, year: int, left_out: str = "") -> Floats:
    """Correlations between stages of their two-year changes of stocks, shape (stage, stage).

    Parameters
    ----------
    panel
        Authorities by year.
    year
        Nothing later than its 31 March is used.
    left_out
        Code of an authority that is not learned from.

    Notes
    -----
    Stages are in the order plans, looked after, children in need outside both. Correlations are of
    changes of logs over all authorities and years, with the outermost hundredth at each end drawn
    in. Two stages are taken to be independent if the panel does not hold them or has too few
    changes of them.
    """
    return _correlations(_stocks(panel, year, left_out))


def move_correlations(panel: AuthorityPanel, year: int, left_out: str = "") -> Floats:
    """As :func:`stage_correlations`, of the starts of plans and of looked-after children.

    Two-year changes say more of the moves of a level than those of one year: chance and error of
    a count weigh less in them.
    """
    return _correlations(_stocks(panel, year, left_out, _STARTS))


def _correlations(stocks: Floats | None) -> Floats:
    found = np.eye(len(STAGES))
    if stocks is None:
        return found
    changes = np.log(stocks[:, :, _YEARS:] + 1) - np.log(stocks[:, :, :-_YEARS] + 1)
    for first, second in _PAIRS:
        both = np.isfinite(changes[first]) & np.isfinite(changes[second])
        if both.sum() < _FEWEST_PAIRS:
            continue
        pair = np.stack([_drawn_in(changes[stage][both]) for stage in (first, second)])
        beside = pair - pair.mean(axis=1, keepdims=True)
        size = float(np.sqrt((beside[0] ** 2).sum() * (beside[1] ** 2).sum()))
        if size > 0:
            found[first, second] = found[second, first] = float(beside[0] @ beside[1]) / size
    return found


def _stocks(
    panel: AuthorityPanel, year: int, left_out: str, instead: Mapping[str, str] | None = None
) -> Floats | None:
    """Stocks of the three stages, shape (stage, authority, year); NaN where one is not known.

    ``instead`` names measures of stages whose place another figure than the stock takes.
    """
    measures = [MEASURE_OF[stage] for stage in STAGES]
    held = [name for name in measures if name in panel.measures]
    if len(held) < 2:
        return None
    history = StageHistory.from_panel(panel, held[0])
    history = history.until(min(max(year, history.years[0]), history.years[-1]))
    history = history.of(at for at, code in enumerate(history.codes) if code != left_out)
    tables = {held[0]: history.stock, **history.beside}
    nothing = np.full(history.stock.shape, np.nan)
    plans, away, every = (tables.get(name, nothing) for name in measures)
    rest = every - plans - away
    found = {
        "child_protection_plan": plans,
        "looked_after": away,
        "child_in_need_plan": np.where(rest > 0, rest, np.nan),
    }
    for stage, name in (instead or {}).items():
        own = history.starts if held[0].split("_")[0] == name.split("_")[0] else nothing
        found[stage] = history.beside.get(name, own)
    return np.stack([found[stage] for stage in STAGES])


def _drawn_in(values: Floats) -> Floats:
    low, high = np.quantile(values, [_WINSORISED, 1 - _WINSORISED])
    return np.clip(values, low, high)


def shipped_correlations(year: int, of: str = STOCKS) -> Floats:
    """The shipped results of :func:`stage_correlations`, or of the moves, latest by a year.

    Raises
    ------
    DataError
        When nothing was learned so early.
    """
    known = [each for each in SHIPPED_YEARS if each <= year]
    if not known:
        raise DataError(f"nothing that ships was learned by {year}; the earliest is of 2015")
    return correlations_of(parameter(f"{PREFIX}_{known[-1]}_{of}").numbers)


def together_text(panel: AuthorityPanel, years: Iterable[int] = SHIPPED_YEARS) -> str:
    """Both kinds of correlations to ship, as text of the parameter file."""
    return "".join(
        correlations_text(stage_correlations(panel, year), year)
        + correlations_text(move_correlations(panel, year), year, of=MOVES)
        for year in years
    )


def correlations_text(
    matrix: Floats,
    year: int,
    source: str = SOURCE,
    basis: Basis = "observed",
    of: str = STOCKS,
) -> str:
    """Correlations learned to a year as an entry of a parameter file."""
    numbers = ", ".join(f"{matrix[pair]:.4g}" for pair in _PAIRS)
    return (
        f"\n[{PREFIX}_{year}_{of}]\n"
        f"value = [{numbers}]\n"
        'unit = "correlation"\n'
        f'basis = "{basis}"\n'
        f"from = {year}-03-31\n"
        f'source = "{source}, to {year}"\n'
        f'reason = "Of two-year changes of {_OF_WHAT[of]}: plans with looked after, plans with '
        'children in need outside both, looked after with those."\n'
    )


def correlations_of(numbers: Iterable[float]) -> Floats:
    """The matrix of an entry's numbers, shape (stage, stage)."""
    found = np.eye(len(STAGES))
    for (first, second), value in zip(_PAIRS, numbers, strict=True):
        found[first, second] = found[second, first] = value
    return found


def drawn_together(
    outlooks: Mapping[str, StageOutlook], correlations: Floats, seed: int
) -> dict[str, StageOutlook]:
    """The stages, with their simulations in an order in which they move together.

    Parameters
    ----------
    outlooks
        By stage, each simulated by itself.
    correlations
        From :func:`stage_correlations`.
    seed
        The user's seed.

    Returns
    -------
    dict
        Every stage has the same simulations as before, each once, so its own ranges are the same.
        The first stage keeps its order.

    Notes
    -----
    A Gaussian copula by ranks (Iman and Conover, *Communications in Statistics* B 11 (1982),
    311-334): the expected stocks two years ahead have the ranks of normal scores with these
    correlations, the first stage's scores being its own.
    """
    stages = [stage for stage in STAGES if stage in outlooks]
    if len(stages) < 2:
        return dict(outlooks)
    from scipy.special import ndtri

    places = [STAGES.index(stage) for stage in stages]
    factor = np.linalg.cholesky(positive_definite(correlations[np.ix_(places, places)]))
    first = outlooks[stages[0]].two_years_on
    scores = stream(seed, "demand/together").standard_normal((len(first), len(stages)))
    scores[:, 0] = ndtri((_ranks(first) + 0.5) / len(first))
    joint = scores @ factor.T
    found = dict(outlooks)
    for index, stage in enumerate(stages[1:], start=1):
        outlook = outlooks[stage]
        order = np.argsort(outlook.two_years_on, kind="stable")[_ranks(joint[:, index])]
        found[stage] = replace(
            outlook, inputs=outlook.inputs.rows(order), two_years_on=outlook.two_years_on[order]
        )
    return found


def positive_definite(correlations: Floats, least: float = 1e-6) -> Floats:
    """The matrix, or one near it with eigenvalues of this size at least and ones on its diagonal.

    Correlations of different pairs of authorities and years need not go together.
    """
    values, vectors = np.linalg.eigh(correlations)
    matrix = (vectors * np.maximum(values, least)) @ vectors.T
    size = np.sqrt(np.diagonal(matrix))
    return np.asarray(matrix / size[:, None] / size)


def _ranks(values: Floats) -> npt.NDArray[np.intp]:
    """Places in ascending order, from 0; ties by their order."""
    found = np.empty(len(values), dtype=np.intp)
    found[np.argsort(values, kind="stable")] = np.arange(len(values))
    return found
