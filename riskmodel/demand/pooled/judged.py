"""How accurate a backtest's forecasts were: skill with ranges, coverage, and the best model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodel.core.arrays import Floats
from riskmodel.core.labels import label
from riskmodel.core.result import Result, range_text
from riskmodel.demand.pooled.competitors import COMPETITORS
from riskmodel.estimates import Basis
from riskmodel.streams import stream

__all__ = ["MODELS", "OURS", "POOLED", "QUANTILES", "REFERENCE", "ROW_COLUMNS", "Backtest"]

OURS = "riskmodel"
REFERENCE = "last_value"
POOLED = "last_value_pooled"
"""A better naive model, which every backtest runs in addition to the reference."""
MODELS = (OURS, *COMPETITORS)
"""Every model that a backtest runs side by side."""

FEWEST_FOR_CHANCE = 5
"""With fewer authorities than this, there is no estimate of what chance alone would give."""

QUANTILES = {
    "q05": 0.05,
    "q10": 0.1,
    "q25": 0.25,
    "median": 0.5,
    "q75": 0.75,
    "q90": 0.9,
    "q95": 0.95,
}
_FORECAST = ("model", "la_code", "origin", "horizon_years", "observed", "crps", *QUANTILES)
ROW_COLUMNS = ("measure", *_FORECAST, "basis")
"""The columns of a backtest's rows."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Backtest(Result):
    """Forecasts of one stock and how accurate they were.

    Parameters
    ----------
    measure
        Which stock.
    frame
        A row for each model, authority, origin and horizon: :data:`ROW_COLUMNS` without measure and
        basis, and ``pit``, ``covered_50``, ``covered_80``, ``covered_90``.
    folds
        Number of parts of the authorities; each is forecast with what was learned from the others.
    seed
        Seed of the division into parts.
    left_out
        Pairs of authority and origin that could not be tested: no figure at the origin, fewer than
        two by then, or nothing to learn from.
    from_shipped
        Origins at which what ships was used because there were too few other authorities.
    caveats
        Notes on the panel: that it is made up, that rows were left out as totals.
    basis
        Basis of its figures.
    """

    measure: str
    frame: pd.DataFrame
    folds: int
    seed: int
    left_out: int
    from_shipped: tuple[int, ...] = ()
    caveats: tuple[str, ...] = ()
    basis: Basis = "observed"

    def to_frame(self) -> pd.DataFrame:
        """The rows, in the order of model, authority, origin and horizon."""
        rows = self.frame[list(_FORECAST)].assign(measure=self.measure, basis="projected")
        return rows[list(ROW_COLUMNS)]

    def skill(self, *, resamples: int = 1000, reference: str = REFERENCE) -> pd.DataFrame:
        """A row for each model and horizon: mean CRPS, skill with its range, coverage.

        Columns: measure, model, horizon_years, forecasts, authorities, crps, skill_percent,
        skill_low, skill_high, skill_pooled_percent, coverage_50_percent, coverage_80_percent,
        coverage_90_percent, best, basis.

        Parameters
        ----------
        resamples
            Bootstrap samples of authorities for the 95% interval of the skill.
        reference
            The model that skill is measured against.

        Notes
        -----
        Skill is 1 - mean CRPS / mean CRPS of the reference, in percent: above 0 is better. The
        interval resamples whole authorities, because the errors of one authority's forecasts are
        correlated; for a single authority there is none (NaN). ``skill_pooled_percent`` is measured
        against the last value with the spread of others' changes (:data:`POOLED`); NaN where that
        was not run.
        """
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
            base = totals[:, columns.index(reference)]
            plain = sums.sum()
            for model in (name for name in MODELS if name in columns):
                mine = here[here["model"] == model]
                skills = 100 * (1 - totals[:, columns.index(model)] / base)
                # One authority says nothing of how others would have fared.
                low, high = (
                    np.quantile(skills, [0.025, 0.975]) if len(sums) > 1 else (np.nan, np.nan)
                )
                pieces.append(
                    {
                        "measure": self.measure,
                        "model": model,
                        "horizon_years": ahead,
                        "forecasts": len(mine),
                        "authorities": mine["la_code"].nunique(),
                        "crps": mine["crps"].mean(),
                        "skill_percent": 100 * (1 - plain[model] / plain[reference]),
                        "skill_low": low,
                        "skill_high": high,
                        "skill_pooled_percent": 100 * (1 - plain[model] / plain[POOLED])
                        if POOLED in columns
                        else np.nan,
                        "coverage_50_percent": 100 * mine["covered_50"].mean(),
                        "coverage_80_percent": 100 * mine["covered_80"].mean(),
                        "coverage_90_percent": 100 * mine["covered_90"].mean(),
                    }
                )
        found = pd.DataFrame(pieces)
        best = found.groupby("horizon_years")["crps"].transform("min")
        return found.assign(best=found["crps"] == best, basis=self.basis)

    def by_size(self, groups: int = 3, *, resamples: int = 1000) -> pd.DataFrame:
        """The summary for small, medium and large authorities separately.

        Groups of about equal number, by the median of each authority's figures. Columns: size_from
        and size_to (of those medians), then those of :meth:`skill`.

        Parameters
        ----------
        groups
            How many parts.
        resamples
            As for :meth:`skill`.
        """
        usual = self.frame.groupby("la_code")["observed"].median().sort_values(kind="stable")
        pieces = []
        for codes in np.array_split(usual.index.to_numpy(), groups):
            if not len(codes):
                continue
            part = replace(self, frame=self.frame[self.frame["la_code"].isin(codes)])
            table = part.skill(resamples=resamples)
            table.insert(0, "size_from", usual[codes].min())
            table.insert(1, "size_to", usual[codes].max())
            pieces.append(table)
        return pd.concat(pieces, ignore_index=True)

    def lead(self, model: str, *, resamples: int = 1000) -> pd.DataFrame:
        """How much smaller our mean CRPS is than a model's, with its range; a row for each horizon.

        Columns: horizon_years, model, lead_percent, lead_low, lead_high. The interval is that of
        the difference, authority by authority. It is far narrower than two intervals of skill
        suggest.

        Parameters
        ----------
        model
            One that the backtest ran.
        resamples
            As for :meth:`skill`.
        """
        pair = self.frame[self.frame["model"].isin([OURS, model])]
        found = replace(self, frame=pair).skill(resamples=resamples, reference=model)
        mine = found[found["model"] == OURS]
        return pd.DataFrame(
            {
                "horizon_years": mine["horizon_years"].to_numpy(),
                "model": model,
                "lead_percent": mine["skill_percent"].to_numpy(),
                "lead_low": mine["skill_low"].to_numpy(),
                "lead_high": mine["skill_high"].to_numpy(),
            }
        )

    def winners(self) -> dict[int, str]:
        """The model with the smallest mean CRPS at each horizon, ours or not."""
        means = self.frame.pivot_table(
            index="horizon_years", columns="model", values="crps", aggfunc="mean"
        )
        best = means.idxmin(axis=1)
        return dict(zip(best.index.tolist(), best.tolist(), strict=True))

    def pit_histogram(self) -> pd.DataFrame:
        """Share of forecasts by tenth of the probability integral transform.

        It is flat if the spread is right; a hump means too wide, a bowl too narrow. Columns: model,
        horizon_years, from, to, share_percent.
        """
        edges = np.linspace(0, 1, 11)
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

    def pit_words(self) -> str:
        """What the probability integral transform of our model shows, in a sentence.

        A fault is named only if it is large and beyond chance: more than two standard errors,
        clustered by authority, from what it should be.
        """
        mine = self.frame[self.frame["model"] == OURS]
        pit = mine["pit"].to_numpy()
        low, high = 100 * float((pit < 0.1).mean()), 100 * float((pit >= 0.9).mean())
        outer = np.where((pit < 0.1) | (pit >= 0.9), 0.8, -0.2)
        large = {
            "its ranges are too narrow": outer if low + high > 25 else None,
            "its ranges are too wide": outer if low + high < 15 else None,
            "what happened was usually above its central projection": pit - 0.5
            if pit.mean() > 0.55
            else None,
            "what happened was usually below its central projection": pit - 0.5
            if pit.mean() < 0.45
            else None,
        }
        codes = mine["la_code"].to_numpy()
        number = len(set(codes.tolist()))
        found = {words: off for words, off in large.items() if off is not None}
        says = [words for words, off in found.items() if _beyond_chance(off, codes)]
        right = (
            f"no more than chance can make with {number} "
            f"{'authority' if number == 1 else 'authorities'}"
            if found
            else "its spread is about right"
        )
        return (
            f"{low:.0f}% of what happened fell in the lowest tenth that {OURS} gave it and "
            f"{high:.0f}% in the highest, where 10% should: {' and '.join(says) or right}."
        )

    def summary(self) -> str:
        """How much more accurate than assuming no change the package would have been."""
        authorities = len(set(self.frame["la_code"]))
        origins = self.frame["origin"]
        stock = label(self.measure).full
        tested = (
            f"Projections of {stock[0].lower()}{stock[1:]}, tested on {authorities} "
            f"{'authority' if authorities == 1 else 'authorities'} from {origins.min()} to "
            f"{origins.max()}"
        )
        rows: list[Any] = self.skill(resamples=1).to_dict("records")
        said = [
            f"{row['horizon_years']} year{'s' * (row['horizon_years'] > 1)} ahead "
            f"{abs(row['skill_percent']):.0f}% "
            f"{'more' if row['skill_percent'] >= 0 else 'less'} accurate "
            f"({row['coverage_90_percent']:.0f}% of outcomes fell inside the 90% range)"
            for row in rows
            if row["model"] == OURS
        ]
        return f"{tested}. Compared with assuming no change: {'; '.join(said)}." if said else tested

    def preview(self) -> pd.DataFrame:
        """Each model's accuracy at each horizon."""
        rows: list[Any] = self.skill().to_dict("records")
        return pd.DataFrame(
            {
                "years ahead": row["horizon_years"],
                "model": row["model"] + (" (best)" if row["best"] else ""),
                "mean CRPS": f"{row['crps']:,.1f}",
                "% more accurate than no change": f"{row['skill_percent']:.1f}",
                "95% range": range_text(row["skill_low"], row["skill_high"], ".1f"),
                "inside 50% range": f"{row['coverage_50_percent']:.0f}%",
                "inside 90% range": f"{row['coverage_90_percent']:.0f}%",
                "forecasts": row["forecasts"],
            }
            for row in rows
        )

    def remarks(self) -> Sequence[str]:
        """Which model was best at each horizon, and what the measures of accuracy are."""
        winners = "; ".join(f"{ahead} ahead {model}" for ahead, model in self.winners().items())
        lines = [
            f"Best by mean CRPS: {winners}. CRPS is in children: how far off a forecast was, its "
            "spread counted.",
            "No change is last_value, the last figure with the spread of the authority's own "
            "yearly changes; last_value_pooled is the same figure with the spread that others' "
            "changes had.",
        ]
        return [*lines, self.pit_words()] if OURS in set(self.frame["model"]) else lines

    def warnings(self) -> list[str]:
        """What was left out, and where what ships was used instead."""
        found = [*self.caveats]
        if self.left_out:
            found.append(
                f"{self.left_out:,} times an authority could not be tested at an origin: no figure "
                "there, fewer than two by then, or too few others to learn from"
            )
        if self.from_shipped:
            years = ", ".join(map(str, self.from_shipped))
            found.append(
                f"at {years} there were too few other authorities: {OURS} used what comes with the "
                "package, learned by then"
            )
        return found


def _beyond_chance(off: Floats, codes: npt.NDArray[Any]) -> bool:
    """Whether a mean lies further from nought than two standard errors among authorities.

    Parameters
    ----------
    off
        How far each forecast is from what should be, shape (forecasts,).
    codes
        Authority of each; its forecasts err together, so they are added up first.
    """
    _, place = np.unique(codes, return_inverse=True)
    sums = np.bincount(place, weights=off - off.mean())
    number = len(sums)
    if number < FEWEST_FOR_CHANCE:
        return False
    error = float(np.sqrt((sums**2).sum() * number / (number - 1))) / len(off)
    return abs(float(off.mean())) > 2 * error
