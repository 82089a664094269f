"""Legal status and where children are placed, ahead: shared out as in the latest year."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from riskmodel.authority.placement_ahead import GROUPINGS, in_order, shown_ahead, stocks_ahead
from riskmodel.authority.placements import Placements, project_placements
from riskmodel.disclosure.symbols import CONFIDENTIAL
from riskmodel.intake import read_looked_after
from riskmodel.parameters import parameter
from riskmodel.placements.composition import SHARED, shared_out
from riskmodel.placements.history import History, placement_history
from riskmodel.placements.projecting import known_of, project_known
from riskmodel.published import load_table


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, write_return: Callable[..., Path]) -> Path:
    """Two hundred children with own carers, of whom a quarter are accommodated, all of one age."""
    rows, born = [], []
    for child in range(200):
        day = np.datetime64("2017-04-03") + child
        status = "V2" if child % 4 == 0 else "C2"
        location, miles = ("OUT", 30) if child % 10 == 0 else ("IN", 4)
        rows.append(f"{child},{day},S,{status},N1,U4,PR1,,,,{location},{miles}\n")
        born.append(f"{child},1,{day - np.timedelta64(11 * 365, 'D')},WBRI\n")
    return write_return(tmp_path_factory.mktemp("shared"), "".join(rows), "".join(born))


@pytest.fixture(scope="module")
def history(folder: Path) -> History:
    return placement_history(read_looked_after(folder))


@pytest.mark.integration
def test_children_are_shared_out_as_in_the_return_and_add_up(history: History) -> None:
    made = project_known(known_of(history), months=12, simulations=400, seed=3)
    total = made.children()[:, [5, 11]].mean(axis=0)
    shared = shared_out(history, made, "legal_status", [5, 11], 3)
    assert shared.groupby("month")["mean"].sum().tolist() == pytest.approx(total.tolist())
    last = shared[shared["month"] == made.months[11]].set_index("legal_status")
    share = last.loc["voluntary (section 20)", "mean"] / total[1]
    assert share == pytest.approx(0.25, abs=0.03)
    # The range holds chance, what is not known of the share, and how far it strays in a year.
    row = last.loc["voluntary (section 20)"]
    sd = np.sqrt(0.25 * 0.75 * total[1] + (0.75 * 0.25 * total[1] * np.sqrt(2) * 0.15) ** 2)
    assert row["q95"] - row["q05"] > 2 * 1.645 * sd * 0.9
    again = shared_out(history, made, "legal_status", [5, 11], 3)
    assert again.equals(shared)
    where = shared_out(history, made, "where", [11], 3).set_index("where")["mean"]
    assert where["outside, over 20 miles"] / total[1] == pytest.approx(0.1, abs=0.03)


@pytest.mark.integration
def test_groups_of_few_children_are_not_shown_ahead(folder: Path) -> None:
    placed = project_placements(folder, months=12, simulations=50, seed=1)
    frames = dict(zip(GROUPINGS, stocks_ahead(placed), strict=True))
    assert set(frames) >= set(SHARED)
    few = Placements(
        placed.history, placed.forecast, None, frozenset(), (), None, placed.seed
    )  # fmt: skip
    assert [len(frame) for frame in stocks_ahead(few)] == [len(f) for f in frames.values()]
    # All of one band of age: who passes to the next has no count now that could be told.
    ages = frames["age_band"]
    hidden = ages[ages["q50"].astype(str) == CONFIDENTIAL]["age_band"]
    now = placed.history.stocks(("age_band",)).query("month == '2018-03'")  # type: ignore[union-attr]
    small = set(now["age_band"][now["stock"] <= 5])
    assert small
    assert small <= set(hidden)  # and another one, so that the total does not tell of it
    assert not small & set(shown_ahead("age_band", ages)["age_band"])
    shown = shown_ahead("age_band", ages)
    assert list(dict.fromkeys(shown["age_band"]))[-1] == "All placements"
    assert in_order("age_band", ["5 to 9", "all", "under 1"]) == ["under 1", "5 to 9", "all"]


@pytest.mark.regression
def test_how_far_statuses_stray_is_that_of_the_report_card() -> None:
    """Para 20: yearly changes of log shares, as they are and with chance taken off."""
    table = load_table("legal_status")
    years = ("2010_11", "2011_12", "2012_13", "2013_14", "2014_15")
    names = ("Full Care Order", "Interim Care Order", "Placement Order", "Voluntary - Section 20")

    def counts(name: str) -> np.ndarray:
        return np.array([float(table.figure(name, year).interval.low) for year in years])

    total = counts("Total")
    squares, chance, weights = [], [], []
    for name in names:
        share = counts(name) / total
        squares.append(np.diff(np.log(share)) ** 2)
        noise = (1 - share) / counts(name)
        chance.append(noise[1:] + noise[:-1])
        weights.append(counts(name)[1:])
    most = np.sqrt(np.average(squares, weights=weights))
    least = np.sqrt(np.average(np.array(squares) - chance, weights=weights))
    assert (round(float(least), 2), round(float(most), 2)) == (0.12, 0.17)
    assert least < parameter("placements_status_sd").value < most
