"""What a panel teaches goes to a file and comes back, and projects as the panel does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from riskmodel.demand.learning import learn_panel, read_learning
from riskmodel.demand.projecting import project
from riskmodel.demand.sources import panel_source
from riskmodel.demand.teachers import learned_for
from riskmodel.errors import DataError
from riskmodel.intake import read_panel
from riskmodel.series import AuthorityPanel
from riskmodel.streams import stream


@pytest.fixture(scope="module")
def panel() -> AuthorityPanel:
    """Two stocks of twelve authorities that come back to their level."""
    generator = stream(7, "tests/learning")
    usual = generator.uniform(100, 600, (12, 1))
    figures = {
        name: usual * np.exp(generator.normal(0, 0.15, (12, 8)))
        for name in ("cpp_at_31_mar", "lac_at_31_mar")
    }
    codes = [f"{201 + place}" for place in range(12) for _ in range(8)]
    return AuthorityPanel(
        tuple(codes),
        tuple(f"Area {code}" for code in codes),
        np.tile(np.arange(2008, 2016), 12),
        {name: table.ravel() for name, table in figures.items()},
        source='a "panel"',
    )


@pytest.mark.integration
def test_a_file_of_what_was_learned_projects_as_the_panel(
    panel: AuthorityPanel, tmp_path: Path
) -> None:
    path = tmp_path / "learned.toml"
    moves = np.array([[1, 0.4, 0.1], [0.4, 1, -0.2], [0.1, -0.2, 1]])
    path.write_text(replace(learn_panel(panel), moves=moves).text(), encoding="utf-8")
    found = read_learning(path)
    assert found.year == 2015
    assert set(found.learned) == {"cpp_at_31_mar", "lac_at_31_mar"}
    np.testing.assert_array_equal(found.moves, moves)
    # A file of an earlier version: nothing is known of moves.
    kept, _ = path.read_text(encoding="utf-8").split("\n[demand_learned_2015_moves]")
    path.write_text(kept, encoding="utf-8")
    np.testing.assert_array_equal(read_learning(path).moves, np.eye(3))
    assert "12 authorities" in found.summary()
    assert len(found.to_frame()) == 8
    own = panel_source(panel, "203").of(["child_protection_plan"])
    # A code that is not among the authorities: none is left out of what the panel teaches.
    sizes = {"months": 24, "replicates": 400, "seed": 1}
    direct = project(own, panel=learn_panel(panel), **sizes)
    again = project(own, panel=found, **sizes)
    for level in (0.05, 0.5, 0.95):
        first, second = (
            np.quantile(each.projection.of("stock", "baseline", "child_protection_plan"), level)
            for each in (direct, again)
        )
        assert second == pytest.approx(first, rel=0.01)


@pytest.mark.unit
def test_what_does_not_fit_is_said(panel: AuthorityPanel, tmp_path: Path) -> None:
    early = learn_panel(panel, 2013)
    assert early.year == 2013
    own = panel_source(panel, "203")
    late = panel_source(panel.until(2012), "203")
    with pytest.raises(DataError, match="later than the last figure"):
        project(late.of(["looked_after"]), panel=early, months=3, replicates=10)
    other = own.of(["looked_after"])
    alone = AuthorityPanel(
        panel.la_codes,
        panel.areas,
        panel.years,
        {"cpp_at_31_mar": panel.figures["cpp_at_31_mar"]},
        source="plans",
    )
    with pytest.raises(DataError, match="nothing was learned of lac_at_31_mar"):
        project(other, panel=learn_panel(alone), months=3, replicates=10)
    path = tmp_path / "other.toml"
    path.write_text("[demand]\nvalue = 1\n", encoding="utf-8")
    with pytest.raises(DataError, match="riskmodel learn"):
        read_learning(path)
    broken = early.text().replace("value = [", 'value = ["many", ', 1)
    path.write_text(broken, encoding="utf-8")
    with pytest.raises(DataError, match="list of numbers"):
        read_learning(path)


@pytest.mark.unit
def test_what_ships_stands_in_for_a_panel_without_the_stock(tmp_path: Path) -> None:
    path = tmp_path / "panel.csv"
    rows = [f"{code},A{code},{year},{300 + code}" for code in range(9) for year in (2021, 2022)]
    path.write_text("la_code,area,year,cpp_at_31_mar\n" + "\n".join(rows) + "\n", "utf-8")
    learned, note = learned_for("looked_after", "2023-12", read_panel(path), "0")
    assert repr(learned) == repr(learned_for("looked_after", "2023-12", None, "0")[0])
    assert "has 0 other authorities with two figures of lac_at_31_mar" in note
