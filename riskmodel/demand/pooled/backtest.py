"""Backtests with rolling origins: what each model would have forecast, and what happened."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from riskmodel.core.arrays import Floats, Integers
from riskmodel.demand.pooled.competitors import COMPETITORS
from riskmodel.demand.pooled.history import StageHistory
from riskmodel.demand.pooled.judged import MODELS, OURS, POOLED, QUANTILES, REFERENCE, Backtest
from riskmodel.demand.pooled.learn import forecast, learn
from riskmodel.demand.pooled.learned import Learned
from riskmodel.demand.pooled.scores import (
    LEVELS,
    at_level,
    covered,
    crps,
    probability_integral_transform,
)
from riskmodel.demand.pooled.shipped import shipped, shipped_years
from riskmodel.engines import Engine, as_engine
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.series import AuthorityPanel
from riskmodel.streams import stream

__all__ = ["FEWEST_LEARNERS", "backtest"]


FEWEST_LEARNERS = 5
"""Fewest other authorities, with two figures by the origin, to learn from; with fewer, what ships
is used."""

FEWEST_YEARS = 4
"""Fewest figures up to an origin, so that there is a change at each horizon to learn from."""

MOST_YEARS_AHEAD = 10


def backtest(  # noqa: PLR0913  each is a choice that a reader of a backtest asks about
    panel: AuthorityPanel,
    measure: str,
    *,
    origins: Iterable[int] | None = None,
    horizons: Iterable[int] = (1, 2, 3, 4),
    models: Sequence[str] = MODELS,
    folds: int = 5,
    seed: int = 0,
    age: int = 0,
    workers: int | Engine = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Backtest:
    """Test the models on a panel's own history.

    Parameters
    ----------
    panel
        Authorities by year; any, also ones that nothing was learned from before.
    measure
        A stock (``cpp_at_31_mar``, ``lac_at_31_mar``, ``cin_at_31_mar``) or a flow of a year
        (``cpp_starts``, ``cpp_ends``, ``lac_starts``, ``lac_ends``).
    origins
        Years at whose end forecasts are made, with nothing later; None takes every year with four
        years to learn from and one to compare with.
    horizons
        Years ahead.
    models
        Some of :data:`MODELS`; the two models of the last value are always run.
    folds
        The authorities are divided into so many parts. Each part is forecast by models that learned
        from the others, so no authority is forecast from its own history. If fewer than five others
        have two figures by the origin, our model uses what ships, learned by that year; an origin
        before the first of those is left out.
    seed
        Seed of the division.
    age
        Years by which our model's learning from other authorities is older than the origin. The
        authority's own figures, and what other models learn, go up to the origin.
    workers
        Processes, or an engine; the answer does not depend on it.
    progress
        Called with parts done and parts in all.

    Raises
    ------
    DataError
        When the panel is too short or holds none of the origins, or an option is out of range.
    UnknownNameError
        When a model or measure is not known.
    """
    for model in models:
        if model not in MODELS:
            raise UnknownNameError("model", model, MODELS)
    history = StageHistory.from_panel(panel, measure)
    ahead = _horizons(horizons)
    years = _origins(history, origins, panel.source, age)
    parts = _parts(history, folds, seed)
    chosen = tuple(dict.fromkeys((*models, REFERENCE, POOLED)))
    tasks = [(history, part, year, ahead, chosen, age) for part in parts for year in years]
    pieces, left_out, from_shipped = [], 0, set()
    found = as_engine(workers).run(_judge, tasks)
    for done, (rows, missing, is_shipped) in enumerate(found, start=1):
        pieces.extend(rows)
        left_out += missing
        if is_shipped and rows:
            from_shipped.add(rows[0]["origin"])
        if progress is not None:
            progress(done, len(tasks))
    if not pieces:
        raise DataError(_nothing_judged(measure, years, ahead), file=panel.source, field=measure)
    frame = pd.DataFrame(pieces)
    order = {name: place for place, name in enumerate(MODELS)}
    frame = frame.sort_values(
        ["model", "la_code", "origin", "horizon_years"],
        key=lambda column: column.map(order) if column.name == "model" else column,
        ignore_index=True,
    )
    shipped = tuple(sorted(from_shipped))
    older = f"what {OURS} learned of other authorities is {age} years older than each origin"
    said = (*panel.caveats, older) if age else panel.caveats
    return Backtest(measure, frame, len(parts), seed, left_out, shipped, said, panel.basis)


def _nothing_judged(measure: str, years: tuple[int, ...], ahead: tuple[int, ...]) -> str:
    first = min(shipped_years(measure), default=None)
    fewer = (
        f"with fewer, origins begin in {first}, when what ships was learned"
        if first
        else "nothing that ships was learned of flows"
    )
    return (
        f"nothing to judge: no authority has a figure at an origin ({', '.join(map(str, years))}), "
        "another before it, and one at a horizon after it "
        f"({', '.join(map(str, ahead))} years), with {FEWEST_LEARNERS} others to learn from; "
        f"{fewer}"
    )


def _horizons(given: Iterable[int]) -> tuple[int, ...]:
    found = tuple(sorted(set(given)))
    wrong = [each for each in found if not 1 <= each <= MOST_YEARS_AHEAD]
    if wrong or not found:
        raise DataError(
            f"horizons are whole years from 1 to {MOST_YEARS_AHEAD}, got "
            f"{wrong[0] if wrong else 'none'}"
        )
    return found


def _origins(
    history: StageHistory, given: Iterable[int] | None, source: str, age: int
) -> tuple[int, ...]:
    if age < 0:
        raise DataError(f"what is learned is 0 or more years older than the origin, got {age}")
    least, last = history.years[0] + age + 2, history.years[-1] - 1
    first = least - 2 + FEWEST_YEARS
    if given is None:
        found = tuple(range(first, last + 1))
    else:
        found = tuple(sorted(set(given)))
        wrong = [year for year in found if not least <= year <= last]
        if wrong:
            raise DataError(
                f"holds figures of {history.years[0]} to {history.years[-1]}; an origin needs two "
                f"years before it and one after: from {least} to {last}, not "
                f"{', '.join(map(str, wrong))}",
                file=source,
                field=history.measure,
            )
    if not found:
        raise DataError(
            f"holds figures of {history.years[0]} to {history.years[-1]} only; a backtest needs "
            f"{FEWEST_YEARS + 2} years",
            file=source,
            field=history.measure,
        )
    return found


def _parts(history: StageHistory, folds: int, seed: int) -> list[Integers]:
    """Places of the authorities in each part; each alone where parts would leave too few others."""
    if folds < 2:
        raise DataError(f"parts of the authorities are 2 or more, got {folds}")
    number = len(history.codes)
    order = stream(seed, "demand/backtest/parts").permutation(number)
    found = [np.sort(order[place::folds]) for place in range(min(folds, number))]
    if number - max(map(len, found)) < FEWEST_LEARNERS:
        found = [np.array([place]) for place in range(number)]
    return found


def _judge(
    history: StageHistory,
    judged: Integers,
    origin: int,
    horizons: tuple[int, ...],
    models: tuple[str, ...],
    age: int,
) -> tuple[list[dict[str, Any]], int, bool]:
    """Rows of a part of the authorities at one origin, how many were left out, whose teaching."""
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # has no types

    known = history.until(origin)
    figures = np.isfinite(known.stock)
    able = judged[figures[judged, -1] & (figures[judged].sum(axis=1) >= 2)]
    left_out = len(judged) - len(able)
    others = np.setdiff1d(np.arange(len(history.codes)), judged)
    taught, own = known.of(others), known.of(able)
    year = origin - age
    older = taught.until(year)
    enough = int((np.isfinite(older.stock).sum(axis=1) >= 2).sum()) >= FEWEST_LEARNERS
    if not len(able) or not (enough or year >= min(shipped_years(history.measure), default=9999)):
        return [], len(judged), False
    rows: list[dict[str, Any]] = []
    with threadpool_limits(1):
        for model in models:
            if model == OURS:
                learned = _teaching(older, year, horizons[-1], is_enough=enough)
                values = forecast(learned, own, horizons[-1]).quantiles(LEVELS)
            else:
                values = COMPETITORS[model](taught, own, horizons[-1]).quantiles(LEVELS)
            rows += _rows(model, history, able, origin, horizons, values)
    return rows, left_out, not enough


def _teaching(taught: StageHistory, year: int, horizons: int, *, is_enough: bool) -> Learned:
    if is_enough:
        return learn(taught, horizons=horizons)
    return shipped(taught.measure, year)


def _rows(
    model: str,
    history: StageHistory,
    able: Integers,
    origin: int,
    horizons: tuple[int, ...],
    values: Floats,
) -> list[dict[str, Any]]:
    found = []
    for ahead in horizons:
        if origin + ahead > history.years[-1]:
            continue
        happened = history.stock[able, history.years.index(origin + ahead)]
        seen = np.isfinite(happened)
        issued, happened = values[seen, ahead - 1], happened[seen]
        columns = {
            "observed": happened,
            "crps": crps(issued, happened),
            **{name: at_level(issued, level) for name, level in QUANTILES.items()},
            "pit": probability_integral_transform(issued, happened),
            "covered_50": covered(issued, happened, 0.5),
            "covered_80": covered(issued, happened, 0.8),
            "covered_90": covered(issued, happened, 0.9),
        }
        for place, code in enumerate(np.array(history.codes)[able[seen]]):
            found.append(
                {
                    "model": model,
                    "la_code": str(code),
                    "origin": origin,
                    "horizon_years": ahead,
                    **{name: column[place] for name, column in columns.items()},
                }
            )
    return found
