"""The front door: its names, and the jobs of the command line in a few lines each."""

from __future__ import annotations

import subprocess
import sys

import pytest

import riskmodel
from riskmodel.core.result import Picture

MONTHS = "month,stage,stock,starts,ends\n" + "".join(
    f"{2021 + (i + 3) // 12}-{(i + 3) % 12 + 1:02d},child_protection_plan,"
    f"{300 + i},{21 + i % 3},{20 + i % 3}\n"
    for i in range(14)
)


@pytest.mark.unit
def test_every_name_of_the_front_door_can_be_had_and_no_other_is_listed():
    assert dir(riskmodel) == sorted(riskmodel.__all__)
    for name in riskmodel.__all__:
        assert getattr(riskmodel, name) is not None
    with pytest.raises(AttributeError, match="score_child"):
        _ = riskmodel.score_child


@pytest.mark.end_to_end
def test_the_front_door_opens_without_numpy():
    code = "import sys, riskmodel; assert not {'numpy', 'pandas', 'matplotlib'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.integration
def test_a_projection_shows_itself_and_parts_can_be_chosen():
    outlook = riskmodel.project(scenarios=["plateau"], months=12, simulations=100)
    projection = outlook.projection
    assert len(str(outlook).splitlines()) <= 30
    assert "central projection" in outlook.summary()
    assert "<table>" in outlook._repr_html_()
    one = projection.select(scenario="plateau", stage="looked_after")
    assert (one.scenarios, one.stages) == (("plateau",), ("looked_after",))
    assert (
        one.of("stock", "plateau", "looked_after")
        == projection.of("stock", "plateau", "looked_after")
    ).all()
    with pytest.raises(riskmodel.errors.UnknownNameError, match="plateau"):
        projection.select(scenario="platau")
    picture = outlook.plot()
    assert isinstance(picture, Picture)
    assert picture.svg.startswith(b"<?xml")
    plan = riskmodel.plan_caseload(outlook)
    assert len(str(plan).splitlines()) <= 30
    assert plan.plot().png[1:4] == b"PNG"
    compared = riskmodel.compare(outlook, plan)
    assert "plateau" in str(compared)
    assert compared.plot().alt


@pytest.mark.integration
def test_own_teams_do_not_borrow_the_workers_of_the_report_card(tmp_path):
    (tmp_path / "months.csv").write_text(MONTHS, encoding="utf-8")
    (tmp_path / "teams.toml").write_text(
        """[[team]]
team = "one"
area = "north"
kind = "family_support"
child_protection_plan = 313
looked_after = 20
child_in_need_plan = 80
workers = 20
""",
        encoding="utf-8",
    )
    outlook = riskmodel.project(
        tmp_path / "months.csv", population=60_000, months=12, simulations=100
    )
    own = riskmodel.plan_caseload(outlook, tmp_path / "teams.toml")
    assert own.path().opening.mean() < 40  # the report card has 76 workers
    assert "each full-time worker" in own.summary()


@pytest.mark.unit
def test_commands_page_and_python_ask_of_the_same_simulations():
    """So that a number is one wherever it stands."""
    import inspect

    from riskmodel.authority import front
    from riskmodel.authority.folder import authority
    from riskmodel.cli.caseload import caseload
    from riskmodel.cli.comparison import compare_scenarios
    from riskmodel.cli.decide import decide
    from riskmodel.cli.project import project
    from riskmodel.cli.report import report
    from riskmodel.core.usual import USUAL_MONTHS, USUAL_SEED, USUAL_SIMULATIONS

    for command in (caseload, compare_scenarios, decide, project, front.project):
        usual = {name: each.default for name, each in inspect.signature(command).parameters.items()}
        number = usual.get("replicates", usual.get("simulations"))
        assert (number, usual["seed"]) == (USUAL_SIMULATIONS, USUAL_SEED), command
        assert usual["months"] == USUAL_MONTHS
    usual = {name: each.default for name, each in inspect.signature(report).parameters.items()}
    assert (usual["replicates"], usual["seed"]) == (USUAL_SIMULATIONS, USUAL_SEED)
    from riskmodel.report import sizes

    for module in (authority, sizes):
        assert (module.MONTHS, module.REPLICATES, module.SEED) == (
            USUAL_MONTHS, USUAL_SIMULATIONS, USUAL_SEED,
        )  # fmt: skip
