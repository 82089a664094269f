"""Leave the last year of made-up returns out: this package beside the sector's open model.

    python tests/benchmarks/judge_placements.py RETURNS FOLDER [PYTHON]

RETURNS is how many; FOLDER is where they are written; PYTHON is an interpreter that has
cs-demand-model installed, in an environment of its own. Without one this package alone is judged.
Prints a table of scores.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parent))
from made_up_returns import CODES, FIRST, YEARS, MadeUp, made_up

from riskmodel.intake import read_looked_after
from riskmodel.placements.history import placement_history
from riskmodel.placements.projecting import known_of, project_known

GROUPS = ("FOSTERING", "RESIDENTIAL", "SUPPORTED", "OTHER")
BANDS = ("BIRTH_TO_ONE", "ONE_TO_FIVE", "FIVE_TO_TEN", "TEN_TO_SIXTEEN", "SIXTEEN_TO_EIGHTEEN")
OF_KIND = np.array([0, 0, 0, 1, 1, 2, 3, 3, 3, 3])
"""The open model's category of each kind of this package."""
A_DAY = np.array([100.0, 700.0, 170.0, 20.0])
"""Made-up prices of a day in each category."""
CUT = np.datetime64(f"{2015 + YEARS - 1}-04-01", "D")
MONTHS = 12
THEIRS = """
import sys, time, warnings
warnings.filterwarnings("ignore")
from datetime import timedelta
import pandas as pd
from cs_demand_model import DemandModellingDataContainer, ModelPredictor, PopulationStats
from cs_demand_model.config import Config
from cs_demand_model.datastore import fs_datastore
config = Config()
stats = PopulationStats(
    DemandModellingDataContainer(fs_datastore(sys.argv[1]), config).enriched_view, config)
end = pd.Timestamp(sys.argv[3]) - timedelta(days=1)
begun = time.process_time()
model = ModelPredictor.from_model(stats, end - timedelta(days=730), end)
path = model.predict(steps=366)
spent = time.process_time() - begun
path.columns = ["|".join(name) if name else "none" for name in path.columns]
path.to_csv(sys.argv[2])
print(spent)
"""


def truth_of(made: MadeUp, days: np.ndarray) -> np.ndarray:
    """Children by category and band at the end of each day, shape (day, 4, 5)."""
    counted = np.zeros((len(days), len(GROUPS), len(BANDS)))
    born = pd.to_datetime(made.children.set_index("CHILD")["DOB"])
    born = born.loc[made.episodes["CHILD"]].to_numpy().astype("datetime64[D]")
    start, end = (made.episodes[n].to_numpy().astype("datetime64[D]") for n in ("start", "end"))
    group = OF_KIND[np.array([0, 1, 2, 3, 4, 5, 6, 7])[made.episodes["kind"]]]
    for at, day in enumerate(days):
        here = (start <= day) & (np.isnat(end) | (end > day))
        age = (day - born[here]).astype(int) / 365.25
        band = np.searchsorted([1, 5, 10, 16], age, side="right")
        np.add.at(counted[at], (group[here], band), 1)
    return counted


def crps(samples: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """CRPS of samples (first axis) against what happened."""
    ordered = np.sort(samples, axis=0).astype(float)
    number = len(ordered)
    weight = 2 * np.arange(1, number + 1) - number - 1
    spread = np.tensordot(weight, ordered, axes=(0, 0)) / number**2
    return np.abs(ordered - truth).mean(axis=0) - spread


def write(made: MadeUp, folder: Path) -> None:
    """The return as it is known on the cut, in the form of the open model."""
    folder.mkdir(parents=True, exist_ok=True)
    known = made.known_on(CUT)
    out = known.assign(HOME_POST="", PL_POST="")
    for name, column in (("DECOM", "start"), ("DEC", "end")):
        out[name] = out[column].dt.strftime("%d/%m/%Y").fillna("")
    columns = ["CHILD", "DECOM", "RNE", "LS", "CIN", "PLACE", "PLACE_PROVIDER", "DEC", "REC",
               "REASON_PLACE_CHANGE", "HOME_POST", "PL_POST"]  # fmt: skip
    out[columns].to_csv(folder / "2019-episodes.csv", index=False)
    born = pd.to_datetime(made.children["DOB"]).dt.strftime("%d/%m/%Y")
    header = made.children.assign(DOB=born, UPN="", MOTHER="", MC_DOB="")
    header = header[header["CHILD"].isin(out["CHILD"])]
    header[["CHILD", "SEX", "DOB", "ETHNIC", "UPN", "MOTHER", "MC_DOB"]].to_csv(
        folder / "2019-header.csv", index=False
    )


def ours(folder: Path, seed: int, simulations: int) -> tuple[np.ndarray, np.ndarray, float]:
    """Stocks by simulation, month, category and band; days by category; processor seconds."""
    window = tuple(str(FIRST.astype("datetime64[M]") + at) for at in range(12 * (YEARS - 1)))
    known = known_of(placement_history(read_looked_after(folder, window=window)))
    begun = time.process_time()
    made = project_known(known, months=MONTHS, simulations=simulations, seed=seed).of()
    spent = time.process_time() - begun
    held = made.stock.sum(axis=4)
    stock = np.stack([held[:, :, n == OF_KIND].sum(axis=2) for n in range(4)], axis=2)
    days = np.stack([made.days[:, :, n == OF_KIND].sum(axis=(1, 2)) for n in range(4)], axis=1)
    return stock, days, spent


def judged(number: int, root: Path, python: str | None, simulations: int = 500) -> pd.DataFrame:
    """Scores of each return, of this package and, where there is one, of the open model."""
    rows = []
    ends = (CUT.astype("datetime64[M]") + np.arange(1, MONTHS + 1)).astype("datetime64[D]") - 1
    year = np.arange(CUT, CUT + 365)
    for seed in range(number):
        made, folder = made_up(seed), root / f"return_{seed}"
        write(made, folder)
        truth, cost = truth_of(made, ends), float(truth_of(made, year).sum(axis=(0, 2)) @ A_DAY)
        stock, days, spent = ours(folder, seed, simulations)
        low, high = np.quantile(stock, [0.05, 0.95], axis=0)
        total_low, total_high = np.quantile(stock.sum(axis=(2, 3)), [0.05, 0.95], axis=0)
        priced = days @ A_DAY
        rows.append({
            "model": "riskmodel", "return": seed, "crps": crps(stock, truth).mean(),
            "error": np.abs(np.median(stock, axis=0) - truth).mean(),
            "group_error": np.abs(
                np.median(stock.sum(axis=3), axis=0) - truth.sum(axis=2)
            ).mean(),
            "group_crps": crps(stock.sum(axis=3), truth.sum(axis=2)).mean(),
            "held": ((low <= truth) & (truth <= high))[:, truth.max(axis=0) > 0].mean(),
            "held_group": _held(stock.sum(axis=3), truth.sum(axis=2)),
            **{
                f"held_{name.lower()}": _held(stock[:, :, n].sum(axis=2), truth[:, n].sum(axis=1))
                for n, name in enumerate(GROUPS)
            },
            **{
                f"held_{name.lower()}": _held(stock[..., n].sum(axis=2), truth[..., n].sum(axis=1))
                for n, name in enumerate(BANDS)
            },
            "held_total": ((total_low <= truth.sum(axis=(1, 2)))
                           & (truth.sum(axis=(1, 2)) <= total_high)).mean(),
            "held_cost": float(np.quantile(priced, 0.05) <= cost <= np.quantile(priced, 0.95)),
            "cost_error": abs(np.median(priced) / cost - 1), "seconds": spent,
        })  # fmt: skip
        if python:
            rows.append(_theirs(folder, seed, python, ends, truth, cost))
    return pd.DataFrame(rows)


def _held(samples: np.ndarray, truth: np.ndarray) -> float:
    low, high = np.quantile(samples, [0.05, 0.95], axis=0)
    return float(((low <= truth) & (truth <= high)).mean())


def _theirs(
    folder: Path, seed: int, python: str, ends: np.ndarray, truth: np.ndarray, cost: float
) -> dict[str, object]:
    script, out = folder.parent / "theirs.py", folder.parent / f"theirs_{seed}.csv"
    script.write_text(THEIRS, encoding="utf-8")
    done = subprocess.run(
        [python, str(script), str(folder), str(out), str(CUT)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    path = pd.read_csv(out, index_col=0, parse_dates=True)
    table = np.zeros((len(path), len(GROUPS), len(BANDS)))
    for column in path.columns:
        band, _, group = column.partition("|")
        if group in GROUPS:
            table[:, GROUPS.index(group), BANDS.index(band)] = path[column].fillna(0)
    dates = path.index.to_numpy().astype("datetime64[D]")
    months = table[np.searchsorted(dates, ends)]
    priced = float(table[dates < CUT + 365].sum(axis=(0, 2)) @ A_DAY)
    error = np.abs(months - truth).mean()
    by_group = np.abs(months.sum(axis=2) - truth.sum(axis=2)).mean()
    return {
        "model": "cs-demand-model", "return": seed, "crps": error, "error": error,
        "group_error": by_group, "group_crps": by_group,
        "cost_error": abs(priced / cost - 1), "seconds": float(done.stdout.split()[-1]),
    }  # fmt: skip


if __name__ == "__main__":
    assert len(CODES) == 8
    table = judged(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else None)
    table.to_csv(Path(sys.argv[2]) / "scores.csv", index=False)
    print(table.groupby("model").mean(numeric_only=True).drop(columns="return").round(4).T)
