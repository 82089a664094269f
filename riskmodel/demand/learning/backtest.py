"""Rolling origins: what each model would have said, and what happened."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from riskmodel.demand.learning.competitors import COMPETITORS
from riskmodel.demand.learning.history import StageHistory
from riskmodel.demand.learning.learn import forecast, learn
from riskmodel.demand.learning.scores import (
    LEVELS,
    at_level,
    covered,
    crps,
    probability_integral_transform,
)
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.series import AuthorityPanel
from riskmodel.streams import stream

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["MODELS", "OURS", "REFERENCE", "ROW_COLUMNS", "Backtest", "backtest"]

Floats = npt.NDArray[np.float64]

OURS = "riskmodel"
REFERENCE = "last_value"
MODELS = (OURS, *COMPETITORS)
"""Every model that a backtest runs side by side."""

QUANTILES = {"q05": 0.05, "q25": 0.25, "median": 0.5, "q75": 0.75, "q95": 0.95}
ROW_COLUMNS = ("model", "la_code", "origin", "horizon_years", "observed", "crps", *QUANTILES)
"""The columns of a backtest's rows."""

FEWEST_LEARNERS = 5
FEWEST_YEARS = 4
"""Figures that an origin has behind it, and that leave a change at each horizon to learn from."""


@dataclass(frozen=True, slots=True, eq=False)
class Backtest:
    """Forecasts of one stock and how they fared.

    Parameters
    ----------
    measure
        Which stock.
    frame
        A row a model, authority, origin and horizon: :data:`ROW_COLUMNS`, and ``pit``,
        ``covered_50``, ``covered_90``.
    folds
        Parts of the authorities; each is judged by what the others teach.
    seed
        Of the parts.
    left_out
        Authority and origin pairs that could not be judged: no figure at the origin or fewer than
        two by then.
    """

    measure: str
    frame: pd.DataFrame
    folds: int
    seed: int
    left_out: int

    def rows(self) -> pd.DataFrame:
        """The rows, in the order of model, authority, origin and horizon."""
        return self.frame[list(ROW_COLUMNS)]

    def summary(self, *, resamples: int = 1000) -> pd.DataFrame:
        """A row a model and horizon: mean CRPS, skill with its interval, coverage.

        Columns: measure, model, horizon_years, forecasts, authorities, crps, skill_percent,
        skill_low, skill_high, coverage_50_percent, coverage_90_percent, best.

        Parameters
        ----------
        resamples
            Bootstrap samples of authorities for the 95% interval of the skill.

        Notes
        -----
        Skill is 1 - mean CRPS / mean CRPS of ``last_value``, in percent: above 0 is better. The
        interval resamples whole authorities, since one authority's forecasts err together.
        """
        import pandas as pd

        pieces = []
        for ahead in sorted(set(self.frame["horizon_years"].tolist())):
            here = self.frame[self.frame["horizon_years"] == ahead]
            sums = here.pivot_table(index="la_code", columns="model", values="crps", aggfunc="sum")
            generator = stream(self.seed, "demand/backtest/skill", ahead)
            drawn = generator.multinomial(
                len(sums), np.full(len(sums), 1 / len(sums)), size=resamples
            )
            totals = drawn @ sums.to_numpy()
            columns = list(sums.columns)
            base = totals[:, columns.index(REFERENCE)]
            plain = sums.sum()
            for model in (name for name in MODELS if name in columns):
                mine = here[here["model"] == model]
                skills = 100 * (1 - totals[:, columns.index(model)] / base)
                low, high = np.quantile(skills, [0.025, 0.975])
                pieces.append(
                    {
                        "measure": self.measure,
                        "model": model,
                        "horizon_years": ahead,
                        "forecasts": len(mine),
                        "authorities": mine["la_code"].nunique(),
                        "crps": mine["crps"].mean(),
                        "skill_percent": 100 * (1 - plain[model] / plain[REFERENCE]),
                        "skill_low": low,
                        "skill_high": high,
                        "coverage_50_percent": 100 * mine["covered_50"].mean(),
                        "coverage_90_percent": 100 * mine["covered_90"].mean(),
                    }
                )
        found = pd.DataFrame(pieces)
        best = found.groupby("horizon_years")["crps"].transform("min")
        return found.assign(best=found["crps"] == best)

    def winners(self) -> dict[int, str]:
        """The model with the smallest mean CRPS at each horizon, ours or not."""
        means = self.frame.pivot_table(
            index="horizon_years", columns="model", values="crps", aggfunc="mean"
        )
        best = means.idxmin(axis=1)
        return dict(zip(best.index.tolist(), best.tolist(), strict=True))

    def pit_histogram(self, bins: int = 10) -> pd.DataFrame:
        """Share of forecasts by tenth of the probability integral transform.

        Flat where the spread is right; a hump says too wide, a bowl too narrow. Columns: model,
        horizon_years, from, to, share_percent.
        """
        import pandas as pd

        edges = np.linspace(0, 1, bins + 1)
        pieces = []
        for (model, ahead), here in self.frame.groupby(["model", "horizon_years"], sort=False):
            counts, _ = np.histogram(here["pit"], edges)
            pieces.append(
                pd.DataFrame(
                    {
                        "model": model,
                        "horizon_years": ahead,
                        "from": edges[:-1],
                        "to": edges[1:],
                        "share_percent": 100 * counts / len(here),
                    }
                )
            )
        return pd.concat(pieces, ignore_index=True)

    def __str__(self) -> str:
        authorities = self.frame["la_code"].nunique()
        origins = sorted(self.frame["origin"].unique())
        return (
            f"{self.measure}: {authorities} authorities, origins {origins[0]} to {origins[-1]}, "
            f"{len(self.frame) // self.frame['model'].nunique():,} forecasts by each model"
        )


def backtest(  # noqa: PLR0913  each is a choice that a reader of a backtest asks about
    panel: AuthorityPanel,
    measure: str,
    *,
    origins: Iterable[int] | None = None,
    horizons: Iterable[int] = (1, 2, 3, 4),
    models: Sequence[str] = MODELS,
    folds: int = 5,
    seed: int = 0,
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Backtest:
    """Judge the models on a panel's own history.

    Parameters
    ----------
    panel
        Authorities by year; any, none of which need have been seen before.
    measure
        ``cpp_at_31_mar``, ``lac_at_31_mar`` or ``cin_at_31_mar``.
    origins
        Years to stand at the end of, with nothing later; None takes every year with
        four years to learn from and one to judge by.
    horizons
        Years ahead.
    models
        Of :data:`MODELS`; the reference runs in any case.
    folds
        The authorities are parted into so many; each part is judged by models that learned from
        the others, so that no authority is judged by itself.
    seed
        Of the parting.
    workers
        Processes; the answer does not hang on how many.
    progress
        Called with parts done and parts in all.

    Raises
    ------
    DataError
        When the panel is too small or holds none of the origins.
    UnknownNameError
        When a model or measure is not known.
    """
    import pandas as pd
    from joblib import Parallel, delayed

    for model in models:
        if model not in MODELS:
            raise UnknownNameError("model", model, MODELS)
    history = StageHistory.from_panel(panel, measure)
    ahead = _horizons(horizons)
    years = _origins(history, origins, panel.source)
    parts = _parts(history, folds, seed, panel.source)
    chosen = tuple(dict.fromkeys((*models, REFERENCE)))
    tasks = [delayed(_judge)(history, part, years, ahead, chosen) for part in parts]
    pieces, left_out = [], 0
    run = Parallel(n_jobs=workers, return_as="generator")
    for done, (rows, missing) in enumerate(run(tasks), start=1):
        pieces.extend(rows)
        left_out += missing
        if progress is not None:
            progress(done, len(parts))
    if not pieces:
        raise DataError(
            f"no authority has a figure at an origin ({', '.join(map(str, years))}) and at one of "
            f"the horizons after it ({', '.join(map(str, ahead))} years)",
            file=panel.source,
            field=measure,
        )
    frame = pd.DataFrame(pieces)
    order = {name: place for place, name in enumerate(MODELS)}
    frame = frame.sort_values(
        ["model", "la_code", "origin", "horizon_years"],
        key=lambda column: column.map(order) if column.name == "model" else column,
        ignore_index=True,
    )
    return Backtest(measure, frame, len(parts), seed, left_out)


def _horizons(given: Iterable[int]) -> tuple[int, ...]:
    found = tuple(sorted(set(given)))
    if not found or found[0] < 1 or found[-1] > 10:
        raise DataError(
            f"horizons are whole years from 1 to 10, got {', '.join(map(str, found)) or 'none'}"
        )
    return found


def _origins(history: StageHistory, given: Iterable[int] | None, source: str) -> tuple[int, ...]:
    first, last = history.years[0] + FEWEST_YEARS, history.years[-1] - 1
    if given is None:
        found = tuple(range(first, last + 1))
    else:
        found = tuple(sorted(set(given)))
        wrong = [year for year in found if not history.years[0] + 2 <= year <= last]
        if wrong:
            raise DataError(
                f"holds figures of {history.years[0]} to {history.years[-1]}; an origin needs two "
                f"years before it and one after: from {history.years[0] + 2} to {last}, not "
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


def _parts(
    history: StageHistory, folds: int, seed: int, source: str
) -> list[npt.NDArray[np.int64]]:
    number = len(history.codes)
    if number <= FEWEST_LEARNERS:
        raise DataError(
            f"holds {number} authorities; a backtest needs more than {FEWEST_LEARNERS}, so that "
            "each is judged by what others teach",
            file=source,
            field="la_code",
        )
    if not 2 <= folds <= number:
        raise DataError(f"parts of the authorities are 2 to {number}, got {folds}")
    order = stream(seed, "demand/backtest/parts").permutation(number)
    # As few learners as five are kept for every part.
    most = max(2, min(folds, number))
    found = [np.sort(order[place::most]) for place in range(most)]
    if number - max(map(len, found)) < FEWEST_LEARNERS:
        found = [np.array([place]) for place in range(number)]
    return found


def _judge(
    history: StageHistory,
    judged: npt.NDArray[np.int64],
    origins: tuple[int, ...],
    horizons: tuple[int, ...],
    models: tuple[str, ...],
) -> tuple[list[dict[str, Any]], int]:
    """Rows of one part of the authorities, and how many authority-origins were left out."""
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # has no types

    learners = np.setdiff1d(np.arange(len(history.codes)), judged)
    rows: list[dict[str, Any]] = []
    left_out = 0
    with threadpool_limits(1):
        for origin in origins:
            known = history.until(origin)
            figures = np.isfinite(known.stock[judged])
            able = judged[figures[:, -1] & (figures.sum(axis=1) >= 2)]
            left_out += len(judged) - len(able)
            if not len(able):
                continue
            taught, own = known.of(learners), known.of(able)
            for model in models:
                if model == OURS:
                    learned = learn(taught, horizons=horizons[-1])
                    values = forecast(learned, own).quantiles(LEVELS)
                else:
                    values = COMPETITORS[model](taught, own, horizons[-1]).quantiles(LEVELS)
                rows += _rows(model, history, able, origin, horizons, values)
    return rows, left_out


def _rows(
    model: str,
    history: StageHistory,
    able: npt.NDArray[np.int64],
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
