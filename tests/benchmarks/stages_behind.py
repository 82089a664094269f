"""What other stages say of one without figures in its last year, where the truth is known.

``python tests/benchmarks/stages_behind.py PANEL [YEAR ...]`` prints what docs/backtest.md says: for
every authority and stage of a panel the last year's stock, starts and ends are hidden, and what
there was is forecast by the stage's own calibration (0), by that beside those of the other stages
(1), with correlations learned from the other authorities to the same year, and as a projection
opens (2), with a process learned from the others to the year before. Takes about five minutes a
year.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from riskmodel.demand.calibration import Calibration, Observation, calibrate
from riskmodel.demand.calibration.jointly import beside_others, joint_weights
from riskmodel.demand.opening import carried_to
from riskmodel.demand.outlook import stage_outlook
from riskmodel.demand.pooled.learn import Learned
from riskmodel.demand.sources import panel_source
from riskmodel.demand.teachers import learned_for
from riskmodel.demand.together import STAGES, move_correlations, positive_definite
from riskmodel.errors import DataError
from riskmodel.intake import read_panel
from riskmodel.series import AuthorityPanel
from riskmodel.streams import stream

DRAWS = 600
LEVELS = (0.5, 0.8, 0.9)


def crps(values: np.ndarray, weights: np.ndarray, truth: float) -> float:
    """Mean distance from the truth less half of that between two draws."""
    order = np.argsort(values)
    values, weights = values[order], weights[order]
    below = np.cumsum(weights)[:-1]
    return float(weights @ np.abs(values - truth) - (below * (1 - below)) @ np.diff(values))


def hidden_years(panel: AuthorityPanel, year: int) -> Iterator[dict[str, object]]:
    """A row an authority and stage: errors and ranks, by itself and beside the others."""
    month = f"{year}-03"
    for code in panel.authorities:
        try:
            source = panel_source(panel, code)
        except DataError:
            continue  # no stock above 0

        def calibrated(stage: str, figures: list[Observation]) -> Calibration:
            return calibrate(
                carried_to(figures, month),
                stage,
                area=source.area,  # noqa: B023  called within its turn of the loop
                seed=1,
                population=source.population,  # noqa: B023
                draws=DRAWS,
            )

        known = {
            stage: [each for each in figures if each.month <= month]
            for stage, figures in source.observations.items()
            if any(each.counted == "stock" and each.month == month for each in figures)
        }
        whole = {stage: calibrated(stage, figures) for stage, figures in known.items()}
        correlations = move_correlations(panel, year, code)
        for stage, figures in known.items():
            before = [each for each in figures if each.month < month]
            names = [stage, *(other for other in STAGES if other in known and other != stage)]
            if sum(each.counted == "stock" for each in before) < 2 or len(names) < 2:
                continue
            places = [STAGES.index(name) for name in names]
            between = positive_definite(correlations[np.ix_(places, places)], 0.05)
            others = [whole[name] for name in names[1:]]
            (truth,) = (
                each.middle for each in figures if each.counted == "stock" and each.month == month
            )
            row = {"code": code, "year": year, "stage": stage}
            learned, _ = learned_for(stage, f"{year - 1}-03", panel, code)
            told = learned, source.population, {name: known[name] for name in names[1:]}
            row |= against(calibrated(stage, before), others, between, truth, told)
            for name in ("closing_stock", "mean_days", whole[stage].names[-1]):
                weights = joint_weights(whole[stage], others, between)
                draws = whole[stage].of(name)
                part = name if "_to_" not in name else "last_starts"
                row[f"nothing_hidden_{part}"] = (weights @ draws - draws.mean()) / draws.std()
            yield row


def against(
    own: Calibration,
    others: list[Calibration],
    between: np.ndarray,
    truth: float,
    told: tuple[Learned, float | None, dict[str, list[Observation]]],
) -> dict[str, float]:
    """Scores of the three, and what the others change."""
    draws = own.of("closing_stock")
    learned, population, beside = told
    opened = stage_outlook(
        beside_others(own, others, between, 1),
        learned,
        months=1,
        replicates=DRAWS,
        seed=1,
        population=population,
        beside=beside,
    ).inputs.opening.astype(float)
    even = np.full(len(draws), 1 / len(draws))
    weights = joint_weights(own, others, between)
    row = {}
    for place, (values, each) in enumerate(((draws, even), (draws, weights), (opened, even))):
        row[f"crps{place}"] = crps(values, each, truth)
        row[f"rank{place}"] = each @ ((values < truth) + 0.5 * (values == truth))
    middle = weights @ draws
    return {
        **row,
        "moved": (middle - draws.mean()) / draws.std(),
        "width": np.sqrt(weights @ (draws - middle) ** 2) / draws.std(),
        "worth": 1 / (weights**2).sum() / len(draws),
    }


def summary(rows: pd.DataFrame, seed: int = 1) -> pd.DataFrame:
    """Gains in percent with their 95% ranges by authority, coverage, and what moved, by stage."""
    scores = ["crps0", "crps1", "crps2"]
    unit = rows.groupby("stage")["crps0"].transform("mean")
    rows = rows.assign(**{name: rows[name] / unit for name in scores})
    found = []
    for stage in (*STAGES, "all"):
        part = rows if stage == "all" else rows[rows["stage"] == stage]
        sums = part.groupby("code")[scores].sum().to_numpy()
        generator = stream(seed, "benchmarks/stages_behind")
        drawn = sums[generator.integers(0, len(sums), (4000, len(sums)))].sum(axis=1)
        each = {"stage": stage, "forecasts": len(part), "authorities": len(sums)}
        for place in (1, 2):
            low, high = np.quantile(100 * (1 - drawn[:, place] / drawn[:, 0]), [0.025, 0.975])
            gain = 100 * (1 - sums[:, place].sum() / sums[:, 0].sum())
            each[f"gain{place}"] = f"{gain:.1f} ({low:.1f} to {high:.1f})"
        for place in (0, 1, 2):
            away = (part[f"rank{place}"] - 0.5).abs()
            held = (f"{100 * (away < level / 2).mean():.0f}" for level in LEVELS)
            each[f"held{place}"] = "/".join(held)
        each |= {name: (part[name] ** 2).mean() ** 0.5 for name in ("moved", "width")}
        each["worth"] = part["worth"].median()
        hidden = [name for name in part.columns if name.startswith("nothing_hidden")]
        each |= {name: (part[name] ** 2).mean() ** 0.5 for name in hidden}
        found.append(each)
    return pd.DataFrame(found)


if __name__ == "__main__":
    given = read_panel(Path(sys.argv[1]))
    years = [int(year) for year in sys.argv[2:]] or [2014, 2016, 2018, 2020, 2022, 2023]
    made = pd.DataFrame(row for year in years for row in hidden_years(given, year))
    with pd.option_context("display.width", 250, "display.max_columns", 30):
        print(summary(made).round(2).to_string(index=False))
        for year, part in made.groupby("year"):
            print(year)
            print(summary(part).iloc[:, :8].round(2).to_string(index=False))
