"""The made-up country: like the real one where learning looks, and plainly made up."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from riskmodel.demand.learning import learn_panel, read_learning
from riskmodel.demand.national.made_up import country_figures, made_up_country
from riskmodel.demand.national.running import national_run
from riskmodel.demand.pooled.history import STOCK_MEASURES
from riskmodel.demand.pooled.learned import Learned
from riskmodel.demand.pooled.process import covariance, size_scale
from riskmodel.demand.pooled.shipped import shipped
from riskmodel.demand.together import shipped_correlations
from riskmodel.errors import DataError
from riskmodel.intake import join_panels, panel_text, read_panel
from riskmodel.series import MADE_UP, AuthorityPanel

YEARS = range(2010, 2024)


@pytest.fixture(scope="module")
def country() -> AuthorityPanel:
    return made_up_country()


def spread_of_change(learned: Learned, years: int, stock: float = 300.0) -> float:
    """Standard deviation of the change of a log stock over so many years."""
    scale = size_scale(np.full((1, 2), stock))
    spread = covariance(learned.process, np.array([0.0, years]), scale, learned.stay_years)[0]
    return float(np.sqrt(spread[0, 0] + spread[1, 1] - 2 * spread[0, 1]))


@pytest.mark.unit
def test_opening_with_starts_and_without_ends_is_closing() -> None:
    tables = country_figures(40, YEARS, 3)
    for name, table in tables.items():
        assert table.shape == (40, len(YEARS))
        assert (table >= 0).all()
        np.testing.assert_array_equal(table, np.rint(table), name)
    for stage in ("cpp", "lac", "cin"):
        stock, starts, ends = (
            tables[f"{stage}_{counted}"] for counted in ("at_31_mar", "starts", "ends")
        )
        np.testing.assert_array_equal(stock[:, :-1] + starts[:, 1:] - ends[:, 1:], stock[:, 1:])
    assert (tables["cin_at_31_mar"] > tables["cpp_at_31_mar"] + tables["lac_at_31_mar"]).all()
    assert (tables["referrals"] >= tables["s47_enquiries"]).all()
    assert (tables["s47_enquiries"] >= tables["icpc_children"]).all()
    assert (tables["icpc_children"] >= tables["cpp_starts"]).all()


@pytest.mark.unit
def test_england_is_the_sum_rounded_and_boundaries_change(country: AuthorityPanel) -> None:
    frame = country.to_frame()
    own = frame[frame["la_code"].str.startswith("M")]
    reporting = own.groupby("year").size()
    assert reporting[2023] == 150
    # Two became one in 2017; one was divided in 2019.
    assert reporting.diff()[reporting.diff().fillna(0) != 0].to_dict() == {2017: -1, 2019: 1}
    total = own.groupby("year")["pop_0_17_midyear"].sum()
    assert np.abs(country.england.figures["pop_0_17_midyear"] - total.to_numpy()).max() <= 5
    suppressed = [word for words in country.status.values() for word in words].count("suppressed")
    assert suppressed > 20
    assert not any(((values > 0) & (values < 6)).any() for values in country.figures.values())
    assert len(made_up_country(7, range(2018, 2021)).authorities) == 7


@pytest.mark.unit
def test_the_same_seed_gives_the_same_bytes_which_read_back_as_made_up(
    country: AuthorityPanel, tmp_path: Path
) -> None:
    text = panel_text(country)
    assert panel_text(made_up_country()) == text
    assert panel_text(made_up_country(seed=2)) != text
    place = tmp_path / "panel.csv"
    place.write_text(text, encoding="utf-8")
    found = read_panel(place)
    assert found == country
    assert found.is_made_up
    assert (found.source, found.basis) == ("panel.csv, made up", "assumed")
    assert found.caveats == (str(MADE_UP),)
    assert found.until(2015).is_made_up
    assert all(area.startswith("Made-up") for area in found.areas)
    assert join_panels([found.until(2015), found]).caveats == (str(MADE_UP),)
    place.write_text(text.replace(",true\n", "\n").replace(",synthetic", ""), encoding="utf-8")
    unmarked = read_panel(place)
    assert not unmarked.is_made_up
    with pytest.raises(DataError, match="made up and the others are not"):
        join_panels([found, unmarked])


@pytest.mark.unit
@pytest.mark.parametrize(
    ("old", "new", "message"),
    [(",true\n", ",false\n", "marked as made up and the others"), (",true", ",perhaps", "true or")],
)
def test_rows_marked_in_part_or_in_other_words_are_refused(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    place = tmp_path / "panel.csv"
    text = panel_text(made_up_country(6, range(2018, 2021)))
    place.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DataError, match=f"synthetic.*{message}"):
        read_panel(place)


@pytest.mark.integration
def test_learning_finds_what_was_put_in(country: AuthorityPanel, tmp_path: Path) -> None:
    """Within four standard deviations of eight countries, and the little that is lost on the way.

    What the tolerances are of: levels, changes of one and four years, the common course and its
    changes, starts for each child, and correlations.
    """
    learning = learn_panel(country)
    for measure, learned in learning.learned.items():
        known = shipped(measure, 2023)
        assert np.log(learned.process.level / known.process.level) == pytest.approx(0, abs=0.4)
        for years in (1, 4):
            ratio = spread_of_change(learned, years) / spread_of_change(known, years)
            assert np.log(ratio) == pytest.approx(0, abs=0.15), (measure, years)
        np.testing.assert_allclose(np.diff(learned.course), np.diff(known.course), atol=0.08)
        np.testing.assert_allclose(learned.course, known.course, atol=0.2)
        assert learned.usual_starts == pytest.approx(known.usual_starts, abs=0.1)
    np.testing.assert_allclose(learning.correlations, shipped_correlations(2023), atol=0.16)
    assert set(learning.to_frame()["basis"]) == {"assumed"}
    place = tmp_path / "learned.toml"
    place.write_text(learning.text(), encoding="utf-8")
    again = read_learning(place)
    assert (again.basis, again.source) == ("assumed", "learned.toml, made up")
    assert set(again.learned) == set(STOCK_MEASURES.values())


@pytest.mark.integration
def test_it_is_projected_and_says_what_it_is(country: AuthorityPanel) -> None:
    small = made_up_country(8, range(2014, 2024))
    run = national_run(small, stages=("looked_after",), months=12, replicates=50)
    assert len(run.of("looked_after").authorities) == 8
    assert run.totals("looked_after")[1].area == "Made-up England"
    assert str(MADE_UP) in run.assumptions


@pytest.mark.unit
@pytest.mark.parametrize(
    ("authorities", "years", "message"),
    [(5, YEARS, "6 to 1,000 authorities, got 5"), (6, range(2020, 2021), "two years or more")],
)
def test_too_small_a_country_is_refused(authorities: int, years: range, message: str) -> None:
    with pytest.raises(DataError, match=message):
        made_up_country(authorities, years)
