"""Rolling origins: who is judged, by what, and that the shared panel still says what it said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from riskmodel.demand.pooled import backtest as module
from riskmodel.demand.pooled import measured
from riskmodel.demand.pooled.backtest import backtest
from riskmodel.demand.pooled.history import StageHistory
from riskmodel.demand.pooled.judged import MODELS, OURS, POOLED, REFERENCE, ROW_COLUMNS, Backtest
from riskmodel.demand.pooled.measured import measure_backtests, measured_backtest
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.series import AuthorityPanel
from riskmodel.streams import stream

CHEAP = ("riskmodel", "last_value_pooled", "drift", "mean_reversion", "ridge")

AsPanel = Callable[..., AuthorityPanel]
Make = Callable[..., StageHistory]


@pytest.fixture(scope="module")
def history(simulated_history: Make) -> StageHistory:
    return simulated_history(stream(31, "tests/backtest"), 14, 9)


@pytest.fixture(scope="module")
def judged(history: StageHistory, as_panel: AsPanel) -> Backtest:
    return backtest(as_panel(history), "cpp_at_31_mar", models=CHEAP, horizons=(1, 3))


@pytest.mark.unit
def test_rows_are_every_forecast_that_could_be_judged(
    judged: Backtest, history: StageHistory
) -> None:
    rows = judged.to_frame()
    assert tuple(rows.columns) == ROW_COLUMNS
    # Origins 2014 to 2017 one year ahead, 2014 and 2015 three years ahead.
    assert len(rows) == len((*CHEAP, REFERENCE)) * 14 * (4 + 2)
    assert not rows.isna().any(axis=None)
    place = history.codes.index("005")
    one = rows[(rows["la_code"] == "005") & (rows["origin"] == 2015) & (rows["model"] == OURS)]
    np.testing.assert_allclose(one["observed"], history.stock[place, [6, 8]])
    assert set(rows["measure"]) == {"cpp_at_31_mar"}
    assert set(rows["basis"]) == {"projected"}
    quantiles = rows[["q05", "q10", "q25", "median", "q75", "q90", "q95"]].to_numpy()
    assert (np.diff(quantiles, axis=1) >= 0).all()
    assert judged.left_out == 0
    assert judged.warnings() == []


@pytest.mark.unit
def test_the_summary_is_the_means_of_the_rows(judged: Backtest) -> None:
    rows, table = judged.to_frame(), judged.skill(resamples=200)
    means = rows.groupby(["horizon_years", "model"])["crps"].mean()
    for row in table.itertuples(index=False):
        assert row.crps == pytest.approx(means[row.horizon_years, row.model])
        skill = 100 * (1 - row.crps / means[row.horizon_years, REFERENCE])
        assert row.skill_percent == pytest.approx(skill)
        assert row.skill_low <= row.skill_percent <= row.skill_high
        here = rows[(rows["horizon_years"] == row.horizon_years) & (rows["model"] == row.model)]
        held = (here["q05"] <= here["observed"]) & (here["observed"] <= here["q95"])
        assert row.coverage_90_percent == pytest.approx(100 * held.mean())
        held = (here["q10"] <= here["observed"]) & (here["observed"] <= here["q90"])
        assert row.coverage_80_percent == pytest.approx(100 * held.mean())
        pooled = 100 * (1 - row.crps / means[row.horizon_years, POOLED])
        assert row.skill_pooled_percent == pytest.approx(pooled)
    winners = judged.winners()
    assert winners == {ahead: means[ahead].idxmin() for ahead in sorted(set(rows["horizon_years"]))}
    assert table.loc[table["best"], "model"].tolist() == list(winners.values())
    assert f"1 ahead {winners[1]}; 3 ahead {winners[3]}" in judged.remarks()[0]


@pytest.mark.unit
def test_the_histogram_holds_every_forecast(judged: Backtest) -> None:
    found = judged.pit_histogram()
    total = found.groupby(["model", "horizon_years"])["share_percent"].sum()
    np.testing.assert_allclose(total, 100)
    assert len(found) == 10 * 6 * 2


@pytest.mark.unit
@pytest.mark.parametrize(
    ("pit", "says"),
    [
        (np.linspace(0.005, 0.995, 100), "its spread is about right"),
        (np.array([0.02, 0.98] * 50), "its ranges are too narrow"),
        (np.linspace(0.4, 0.6, 100), "its ranges are too wide"),
        (np.linspace(0.5, 0.995, 100), "usually above its central projection"),
        (np.linspace(0.005, 0.5, 100), "usually below its central projection"),
    ],
)
def test_the_transform_is_put_in_words(judged: Backtest, pit: np.ndarray, says: str) -> None:
    codes = [f"{100 + place % 20}" for place in range(len(pit))]
    frame = pd.DataFrame({"model": OURS, "pit": pit, "la_code": codes})
    assert says in replace(judged, frame=frame).pit_words()


@pytest.mark.unit
def test_a_fault_that_chance_can_make_is_not_named(judged: Backtest) -> None:
    # A third in the outer tenths instead of a fifth, all of it from two authorities of eight.
    pit = np.array([0.02, 0.98] * 10 + [0.2, 0.4, 0.6, 0.8] * 10)
    codes = ["1"] * 10 + ["2"] * 10 + [f"{3 + place % 6}" for place in range(40)]
    frame = pd.DataFrame({"model": OURS, "pit": pit, "la_code": codes})
    said = replace(judged, frame=frame).pit_words()
    assert said.endswith("where 10% should: no more than chance can make with 8 authorities.")
    one = frame.assign(la_code="1")
    assert "chance can make with 1 authority." in replace(judged, frame=one).pit_words()
    even = frame.assign(la_code=[f"{place % 8}" for place in range(60)])
    assert "too narrow" in replace(judged, frame=even).pit_words()


@pytest.mark.unit
def test_no_authority_is_judged_by_itself_and_none_by_its_future(
    history: StageHistory, as_panel: AsPanel, judged: Backtest
) -> None:
    stock = history.stock.copy()
    stock[:, history.years.index(2016) :] *= 3
    later = backtest(
        as_panel(replace(history, stock=stock)), "cpp_at_31_mar", models=CHEAP, horizons=(1, 3)
    )
    columns = ["q05", "q25", "median", "q75", "q95"]
    before = judged.frame["origin"] < 2016
    pd.testing.assert_frame_equal(
        judged.frame.loc[before, columns], later.frame.loc[before, columns], check_exact=True
    )
    assert (
        judged.frame.loc[~before, columns] < later.frame.loc[~before, columns]
    ).mean().min() > 0.9


@pytest.mark.unit
def test_an_origin_is_judged_the_same_whichever_others_are(
    history: StageHistory, as_panel: AsPanel, judged: Backtest
) -> None:
    alone = backtest(
        as_panel(history), "cpp_at_31_mar", models=(OURS,), horizons=(1,), origins=[2016]
    )
    wanted = judged.frame[
        judged.frame["model"].isin([OURS, REFERENCE])
        & (judged.frame["origin"] == 2016)
        & (judged.frame["horizon_years"] == 1)
    ]
    # The shape of the pooled last value's errors is that of all the horizons asked for.
    mine = alone.frame[alone.frame["model"] != POOLED]
    pd.testing.assert_frame_equal(
        mine.reset_index(drop=True), wanted.reset_index(drop=True), check_exact=True
    )


@pytest.mark.unit
def test_an_authority_alone_is_judged_by_what_ships_and_was_learned_by_then(
    simulated_history: Make, as_panel: AsPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    real = module.shipped

    def watched(measure: str, year: int) -> object:
        found = real(measure, year)
        asked.append((year, found.year))
        return found

    monkeypatch.setattr(module, "shipped", watched)
    history = simulated_history(stream(32, "tests/backtest"), 1, 14)
    found = backtest(as_panel(history), "cpp_at_31_mar", models=CHEAP, horizons=(1, 6))
    assert found.from_shipped == tuple(range(2015, 2023))
    assert asked == [(year, 2015 if year < 2021 else 2021) for year in range(2015, 2023)]
    assert "used what comes with the package" in found.warnings()[1]
    assert np.isnan(found.skill()["skill_low"]).all()
    numbers = found.to_frame().select_dtypes("number")
    assert {"observed", "median", "crps"} <= set(numbers)
    assert np.isfinite(numbers.to_numpy(float)).all()


@pytest.mark.unit
def test_with_few_others_and_nothing_shipped_so_early_it_says_so(
    history: StageHistory, as_panel: AsPanel
) -> None:
    with pytest.raises(DataError, match=r"nothing to judge: .*origins begin in 2015"):
        backtest(as_panel(history.of([0, 1])), "cpp_at_31_mar", origins=[2013, 2014])


@pytest.mark.unit
def test_authorities_that_stop_or_start_are_left_out_and_counted(
    history: StageHistory, as_panel: AsPanel
) -> None:
    stock = history.stock.copy()
    stock[0, 5:] = np.nan
    stock[1, :4] = np.nan
    found = backtest(
        as_panel(replace(history, stock=stock)),
        "cpp_at_31_mar",
        models=(OURS,),
        origins=[2014, 2016],
        horizons=[1],
    )
    rows = found.to_frame()
    held = rows.loc[rows["model"] == OURS].groupby("origin")["la_code"].apply(set)
    # The first has 2014 but nothing to compare with; the second one figure by 2014.
    assert held[2014] == set(history.codes[2:])
    assert held[2016] == set(history.codes[1:])
    assert found.left_out == 2
    assert found.warnings()[0].startswith("2 times an authority could not be tested")


@pytest.mark.unit
@pytest.mark.parametrize(
    ("changes", "kind", "message"),
    [
        ({"origins": range(2014, 2031)}, DataError, "from 2012 to 2017, not 2018, 2019"),
        ({"origins": [2011]}, DataError, "an origin needs two years before it"),
        ({"horizons": [0]}, DataError, "whole years from 1 to 10, got 0"),
        ({"horizons": [11]}, DataError, "whole years from 1 to 10, got 11"),
        ({"horizons": []}, DataError, "got none"),
        ({"folds": 1}, DataError, "2 or more, got 1"),
        ({"age": -1}, DataError, "0 or more years older than the origin, got -1"),
        ({"age": 2, "origins": [2013]}, DataError, "from 2014 to 2017, not 2013"),
        ({"models": ["ridgy"]}, UnknownNameError, "Did you mean 'ridge'"),
        ({"measure": "cpp_at_31_march"}, UnknownNameError, "Did you mean 'cpp_at_31_mar'"),
        ({"measure": "lac_at_31_mar"}, DataError, "has no column lac_at_31_mar; found"),
    ],
)
def test_options_out_of_range_are_refused(
    history: StageHistory,
    as_panel: AsPanel,
    changes: dict[str, object],
    kind: type[Exception],
    message: str,
) -> None:
    options = {"measure": "cpp_at_31_mar", **changes}
    with pytest.raises(kind, match=message):
        backtest(as_panel(history), **options)  # type: ignore[arg-type]


@pytest.mark.unit
def test_older_learning_knows_nothing_later_of_others_and_all_of_its_own(
    history: StageHistory, as_panel: AsPanel
) -> None:
    def forecasts(given: StageHistory, age: int) -> np.ndarray:
        options = {"models": (OURS,), "origins": [2016], "horizons": [1], "folds": len(codes)}
        found = backtest(as_panel(given), "cpp_at_31_mar", age=age, **options)  # type: ignore[arg-type]
        rows = found.frame[found.frame["model"] == OURS].set_index("la_code")
        assert bool(found.caveats) == (age > 0)
        return rows.loc[list(codes), "median"].to_numpy()

    codes = history.codes
    stock = history.stock.copy()
    stock[0, history.years.index(2015) :] *= 3
    changed = replace(history, stock=stock)
    # The first authority's figures of the last two years move its own forecast, and others' only
    # where learning reaches to them.
    for age in (0, 2):
        moved = forecasts(history, age) != forecasts(changed, age)
        assert moved[0]
        assert moved[1:].any() == (age == 0)


@pytest.mark.regression
def test_learning_four_years_old_loses_at_most_two_points(shared_panel: AuthorityPanel) -> None:
    skill = {}
    for age in (0, 4):
        found = backtest(
            shared_panel,
            "cin_at_31_mar",
            models=(OURS,),
            origins=[2018, 2019],
            horizons=[4],
            age=age,
        )
        skill[age] = found.skill(resamples=1).set_index("model").loc[OURS]
    assert skill[4]["skill_percent"] > skill[0]["skill_percent"] - 2
    assert skill[4]["skill_pooled_percent"] > 0


@pytest.mark.unit
def test_a_short_panel_is_refused(history: StageHistory, as_panel: AsPanel) -> None:
    with pytest.raises(DataError, match="2010 to 2013 only; a backtest needs 6 years"):
        backtest(as_panel(history.until(2013)), "cpp_at_31_mar")


@pytest.mark.regression
@pytest.mark.parametrize("measure", ["cpp_at_31_mar", "cin_at_31_mar"])
def test_on_a_whole_panel_it_beats_every_cheap_competitor_with_honest_intervals(
    panel_at_hand: AuthorityPanel, measure: str
) -> None:
    found = backtest(panel_at_hand, measure, models=CHEAP, origins=[2016, 2018], horizons=[1, 3])
    assert found.winners() == {1: OURS, 3: OURS}
    if not panel_at_hand.is_made_up:
        _assert_honest(found)


@pytest.mark.regression
def test_the_documented_figures_are_what_the_shared_panel_gives(
    shared_panel: AuthorityPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = []

    def keeping(*what: Any, **how: Any) -> Backtest:
        kept.append(backtest(*what, **how))
        return kept[-1]

    monkeypatch.setattr(measured, "backtest", keeping)
    again = measure_backtests(shared_panel, measures=["lac_at_31_mar"], models=CHEAP)
    # Children stay looked after for years, and nearly any way back to the own mean does well:
    # it takes all the origins to tell the models apart.
    (found,) = kept
    assert set(found.winners().values()) == {OURS}
    _assert_honest(found)
    printed = measured_backtest()
    printed = printed[printed["measure"] == "lac_at_31_mar"]
    keys = ["model", "horizon_years"]
    beside = again.merge(printed, on=keys, suffixes=("", "_printed"))
    assert len(beside) == 4 * len((*CHEAP, REFERENCE))
    # Searches on another processor may stop a little beside, and an outcome at an interval's end
    # fall on the other side of it.
    for name, within in (
        ("crps", 0.002),
        ("skill_percent", 0.2),
        ("skill_low", 0.2),
        ("coverage_50_percent", 0.2),
        ("coverage_90_percent", 0.2),
    ):
        np.testing.assert_allclose(beside[name], beside[f"{name}_printed"], atol=within)


def _assert_honest(found: Backtest) -> None:
    table = found.skill(resamples=50)
    assert (table.loc[table["model"] == OURS, "skill_percent"] > 5).all()
    pooled = found.frame[found.frame["model"] == OURS]
    assert 86 <= 100 * pooled["covered_90"].mean() <= 94
    assert 45 <= 100 * pooled["covered_50"].mean() <= 55
    assert set(pooled["la_code"]).isdisjoint({str(code) for code in range(983, 991)})


@pytest.mark.unit
def test_sizes_part_the_authorities_and_the_lead_is_skill_against_a_model(
    judged: Backtest,
) -> None:
    sizes = judged.by_size(resamples=20)
    parts = sizes.groupby("size_from")["authorities"].first()
    assert parts.tolist() == [5, 5, 4]
    assert (sizes["size_from"] <= sizes["size_to"]).all()
    whole = judged.skill(resamples=20).set_index(["model", "horizon_years"])["forecasts"]
    assert sizes.groupby(["model", "horizon_years"])["forecasts"].sum().eq(whole).all()
    lead = judged.lead("ridge", resamples=20)
    means = judged.to_frame().groupby(["horizon_years", "model"])["crps"].mean()
    for row in lead.itertuples(index=False):
        expected = 100 * (1 - means[row.horizon_years, OURS] / means[row.horizon_years, "ridge"])
        assert row.lead_percent == pytest.approx(expected)
        assert row.lead_low <= row.lead_high


@pytest.mark.unit
def test_every_model_is_known_by_its_name() -> None:
    assert MODELS[:2] == (OURS, REFERENCE)
    assert len(set(MODELS)) == len(MODELS) == 11
