"""Services around: a waiting list beside a simulation of single people, and ten of a folder."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from riskmodel.projection import month_after
from riskmodel.services.definition import Arrivals, Service, Staff
from riskmodel.services.simulate import Horizon, simulate

MONTHS, WAITING, ARRIVALS, PLACES = 60, 1_000, 250.0, 240.0
REPLICATES, TIMES = 2_000, 50
SHIPPED = Path(__file__).parents[2] / "riskmodel" / "data" / "example_2015" / "services"


def ours() -> float:
    """Mean of the list at the end."""
    months = tuple(month_after("2015-03", ahead + 1) for ahead in range(MONTHS))
    staff = Staff(PLACES / 12, 12.0, weeks_a_year=12.0)
    service = Service("list", "List", "", "", "assumed", Arrivals(ARRIVALS), staff, WAITING)
    return float(simulate(service, Horizon(months, REPLICATES, 1)).path().waiting[:, -1].mean())


def with_ciw(ciw, number: int) -> float:
    """The same from so many simulations of single people."""
    chance = ciw.dists
    network = ciw.create_network(
        arrival_distributions={
            "New": [chance.Exponential(ARRIVALS)],
            "First": [chance.Sequential([0.0, float("inf")])],
        },
        batching_distributions={
            "New": [chance.Deterministic(1)],
            "First": [chance.Deterministic(WAITING)],
        },
        service_distributions={name: [chance.Exponential(PLACES)] for name in ("New", "First")},
        number_of_servers=[1],
    )
    lists = 0
    for seed in range(number):
        ciw.seed(seed)
        run = ciw.Simulation(network)
        run.simulate_until_max_time(MONTHS)
        lists += len(run.nodes[1].all_individuals)
    return lists / number


@pytest.mark.integration
def test_a_list_beside_ciw(compare):
    ciw = pytest.importorskip("ciw", reason="ciw is not installed")
    # Both end with WAITING + MONTHS * (ARRIVALS - PLACES) on average; the spread of one is 170.
    assert abs(ours() - with_ciw(ciw, 20)) < 4.5 * 170 / 20**0.5
    each = REPLICATES // TIMES
    found = compare(
        f"a list of 1,000 over 60 months, {REPLICATES:,} simulations",
        ours,
        f"ciw, {each} simulations",
        lambda: with_ciw(ciw, each),
        f"at most 1 ({TIMES} times its simulations)",
        rounds=3,
    )
    assert found.ratio > 0


@pytest.mark.end_to_end
def test_ten_services_of_a_folder(record, measured_command, tmp_path: Path):
    folder = tmp_path / "ex"
    measured_command("-m", "riskmodel", "new", str(folder), "--example")
    for path in sorted(SHIPPED.glob("*.toml"))[:9]:
        shutil.copy(path, folder / "services")
    assert len(list((folder / "services").glob("*.toml"))) == 10
    used = min(
        measured_command("-m", "riskmodel", "service", str(folder)).processor for _ in range(3)
    )
    found = record("ten services of a folder, processor time", used, "five s", 5.0, "at most 1")
    assert found.ratio > 0
