"""How far to trust this: the words and the tables say what was measured, winners included."""

from __future__ import annotations

import pandas as pd
import pytest

from riskmodel.core.labels import label
from riskmodel.demand.pooled.measured import measured_backtest
from riskmodel.report import Paragraph, Section, Table
from riskmodel.report.sections.trust import trust_point, trust_section


@pytest.fixture(scope="module")
def worth() -> pd.DataFrame:
    return measured_backtest()


@pytest.fixture(scope="module")
def section(worth: pd.DataFrame) -> Section:
    return trust_section(worth)


def words_of(section: Section) -> str:
    return " ".join(block.text for block in section.blocks if isinstance(block, Paragraph))


def table_of(section: Section, name: str) -> Table:
    blocks = [getattr(block, "data", block) for block in section.blocks]
    return next(block for block in blocks if isinstance(block, Table) and block.id == name)


@pytest.mark.integration
def test_every_model_and_horizon_stands_in_the_table(worth: pd.DataFrame, section: Section):
    frame = table_of(section, "trust_models").frame
    assert list(frame["skill_percent"]) == [
        f"{value:.1f}%".replace("-0.0%", "0.0%") for value in worth["skill_percent"]
    ]
    assert list(frame["best"] == "yes") == list(worth["best"])
    assert not frame.isna().to_numpy().any()


@pytest.mark.integration
def test_skill_and_coverage_of_this_package_are_said(worth: pd.DataFrame, section: Section):
    said = words_of(section)
    for row in worth[worth["model"] == "riskmodel"].to_dict("records"):
        assert f"{row['skill_percent']:.1f}% ({row['skill_low']:.1f}%" in said
        assert f"{row['coverage_90_percent']:.0f}%" in said


@pytest.mark.unit
def test_a_better_competitor_is_named_with_its_skill(worth: pd.DataFrame):
    turned = worth.copy()
    here = (turned["measure"] == "cpp_at_31_mar") & (turned["horizon_years"] == 3)
    turned.loc[here, "best"] = turned.loc[here, "model"] == "ridge"
    turned.loc[here & turned["best"], "skill_percent"] = 77.7
    assert f"{label('ridge').full} 3 years ahead (77.7%)" in words_of(trust_section(turned))
    row = table_of(trust_section(turned), "trust_summary").frame.iloc[2]
    assert (row["rival"], row["rival_skill_percent"]) == (label("ridge").row, "77.7%")


@pytest.mark.unit
def test_a_projection_that_was_worse_is_called_worse(worth: pd.DataFrame):
    turned = worth.copy()
    turned.loc[turned["model"] == "riskmodel", "skill_percent"] = -4.2
    assert "4.2% less accurate" in trust_point(turned).text
    assert "more accurate" not in trust_point(turned).text
