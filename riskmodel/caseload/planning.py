"""From projected children to cases, workers and caseloads of every team and month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from riskmodel.caseload.allocation import Allocation, check_teams, draw_allocation
from riskmodel.caseload.flows import (
    WorkforceDraws,
    WorkforcePath,
    simulate_workforce,
    workforce_draws,
)
from riskmodel.caseload.result import (
    PLANNED,
    SERVICE,
    CaseloadPlan,
    Unit,
    caseload_of,
    order_statistics,
)
from riskmodel.caseload.structure import STATUSES, Structure
from riskmodel.caseload.workers import WorkerSpread, published_spread
from riskmodel.caseload.workforce import Workforce
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.projection import BASELINE, QUANTILES, Projection

__all__ = ["drawn", "plan", "service_cases", "workforce_paths"]

_Floats32 = npt.NDArray[np.float32]
_Counts = npt.NDArray[np.int32]


def plan(
    projection: Projection,
    structure: Structure,
    workforce: Workforce | Mapping[str, Workforce],
    seed: int,
    *,
    luck: int | None = None,
    spread: WorkerSpread | None = None,
    quantiles: tuple[float, ...] = QUANTILES,
) -> CaseloadPlan:
    """Caseloads of every scenario of a projection.

    Parameters
    ----------
    projection
        Projected stocks. A status that is not projected stays at the structure's count. A projected
        one is spread over all teams of the structure, those of kind ``other`` included.
    structure
        The teams.
    workforce
        One for all scenarios, or one for each by name.
    seed
        The user's seed; streams ``caseload/structure`` and ``caseload/workforce``, the same for
        every scenario.
    luck
        Another seed for the second of these streams; None takes ``seed``.
    spread
        How cases spread over workers; None takes :func:`published_spread`.
    quantiles
        Quantiles of the summary.

    Raises
    ------
    UnknownNameError
        When a scenario has no workforce.
    """
    check_teams(structure, len(projection.months), projection.replicates)
    forces = _forces(projection, workforce)
    allocation = draw_allocation(structure, seed, projection.replicates)
    paths = workforce_paths(
        projection, structure, forces, seed if luck is None else luck, allocation=allocation
    )
    inputs = _Inputs(projection, structure, allocation, _units(structure), quantiles)
    made = [
        _scenario(inputs, scenario, forces[scenario], path)
        for scenario, path in zip(projection.scenarios, paths, strict=True)
    ]
    cases, mean, unallocated, uncovered, looked_after, summary = (
        _stacked([each[place] for each in made]) for place in range(6)
    )
    held = [status for status in STATUSES if status not in projection.stages]
    constant = f"; {', '.join(held)} held at the structure's count" if held else ""
    return CaseloadPlan(
        projection.area,
        projection.scenarios,
        projection.months,
        inputs.units,
        cases,
        mean,
        unallocated,
        uncovered,
        looked_after,
        paths,
        summary,
        quantiles,
        spread or published_spread(),
        f"{projection.source or 'projection'}; {structure.source}{constant}",
    )


def workforce_paths(
    projection: Projection,
    structure: Structure,
    workforce: Workforce | Mapping[str, Workforce],
    seed: int,
    *,
    allocation: Allocation | None = None,
) -> tuple[WorkforcePath, ...]:
    """Workers of each scenario, before any case is counted: they do not depend on demand."""
    forces = _forces(projection, workforce)
    if allocation is None:
        allocation = draw_allocation(structure, seed, projection.replicates)
    baseline = forces.get(BASELINE, forces[projection.scenarios[0]])
    draws = workforce_draws(seed, projection.replicates, projection.stock.shape[2])
    opening = allocation.workers[structure.is_family_support].sum(axis=0)
    made: dict[int, WorkforcePath] = {}
    for force in forces.values():
        if id(force) not in made:
            made[id(force)] = simulate_workforce(force, opening, draws, baseline=baseline)
    return tuple(made[id(forces[scenario])] for scenario in projection.scenarios)


def service_cases(
    projection: Projection, structure: Structure, allocation: Allocation, scenario: str
) -> _Counts:
    """Open cases of all family support teams, shape (month, replicate)."""
    support = structure.is_family_support
    total = np.zeros((projection.stock.shape[2], projection.replicates), dtype=np.int32)
    for status in STATUSES:
        stock = _stock(projection, structure, scenario, status)
        total += allocation.of_status(status, stock)[support].sum(axis=0)
    return total


def _forces(
    projection: Projection, workforce: Workforce | Mapping[str, Workforce]
) -> Mapping[str, Workforce]:
    if isinstance(workforce, Workforce):
        return dict.fromkeys(projection.scenarios, workforce)
    for scenario in projection.scenarios:
        if scenario not in workforce:
            raise UnknownNameError("workforce of a scenario", scenario, workforce)
    return workforce


def _units(structure: Structure) -> tuple[Unit, ...]:
    teams = tuple(Unit(team.name, "team", team.area) for team in structure)
    areas = tuple(Unit(area, "area", area) for area in structure.areas)
    return (*teams, *areas, Unit(SERVICE, "service", ""))


def _stock(projection: Projection, structure: Structure, scenario: str, status: str) -> _Counts:
    if status in projection.stages:
        return np.ascontiguousarray(projection.of("stock", scenario, status).T)
    held = round(float(structure.counts()[STATUSES.index(status)].sum()))
    shape = (projection.stock.shape[2], projection.replicates)
    return np.full(shape, held, dtype=np.int32)


@dataclass(frozen=True, slots=True)
class _Inputs:
    projection: Projection
    structure: Structure
    allocation: Allocation
    units: tuple[Unit, ...]
    quantiles: tuple[float, ...]


def _scenario(
    inputs: _Inputs, scenario: str, force: Workforce, path: WorkforcePath
) -> tuple[npt.NDArray[Any], ...]:
    """Arrays of one scenario, in the order of the fields of the plan, and its summary."""
    structure, allocation = inputs.structure, inputs.allocation
    months, replicates = path.in_post.shape
    stocks = {status: _stock(inputs.projection, structure, scenario, status) for status in STATUSES}
    by_status = {status: allocation.of_status(status, stocks[status]) for status in STATUSES}
    cases = by_status["child_protection_plan"] + by_status["looked_after"]
    first_call = cases.copy()
    cases += by_status["child_in_need_plan"]
    support = np.flatnonzero(structure.is_family_support)
    opening = allocation.workers[support]
    weights = (opening / opening.sum(axis=0)).astype(np.float32)
    share, most, each = (
        force.monthly(name, months).astype(np.float32)[:, None]
        for name in ("specialist_share", "caseload_cap", "specialist_caseload")
    )
    summary = np.full(
        (len(inputs.units), len(PLANNED), months, 1 + len(inputs.quantiles)), np.nan, np.float32
    )
    total = np.zeros((months, replicates), dtype=np.int32)
    lacking, uncovered = (np.zeros((months, replicates), dtype=np.float32) for _ in range(2))
    fte = path.fte.astype(np.float32)
    areas: dict[str, list[npt.NDArray[np.float32]]] = {}
    for place, team in enumerate(support):
        held = cases[team].astype(np.float32)
        own = fte * weights[place]
        left, slots = _beside_specialists(held, own, share, each, most)
        without = np.maximum(left - slots, 0)
        total += cases[team]
        lacking += without
        uncovered += np.maximum(first_call[team] * (1 - share) - slots, 0)
        name = structure.teams[team].area
        kept = areas.setdefault(name, [np.zeros_like(held) for _ in range(3)])
        for sum_, value in zip(kept, (held, own, without), strict=True):
            sum_ += value
        _summarise(inputs, summary[team], (held, own, without), (share, each))
    for place, unit in enumerate(inputs.units):
        if unit.level == "area":
            _summarise(inputs, summary[place], tuple(areas[unit.name]), (share, each))
    everything = (total.astype(np.float32), fte.copy(), lacking.copy())
    mean = _summarise(inputs, summary[-1], everything, (share, each), keep=True)
    _other_teams(inputs, summary, cases)
    return total, mean, lacking, uncovered, stocks["looked_after"], summary


def _stacked(arrays: list[npt.NDArray[Any]]) -> npt.NDArray[Any]:
    made = np.stack(arrays)
    made.flags.writeable = False
    return made


def _beside_specialists(
    held: _Floats32, own: _Floats32, share: _Floats32, each: _Floats32, most: _Floats32
) -> tuple[_Floats32, _Floats32]:
    """Cases left to the other workers of a team, and the slots that these have."""
    if not share.any():
        return held, own * most
    return held * (1 - share), np.maximum(own - held * share / each, 0) * most


def _summarise(
    inputs: _Inputs,
    into: _Floats32,
    values: tuple[_Floats32, ...],
    specialist: tuple[_Floats32, _Floats32],
    *,
    keep: bool = False,
) -> _Floats32:
    """Quantiles of cases, workers, caseload and waiting work; sorts the arrays it is given.

    The caseload by month and replicate comes back: unsorted where it is to be kept.
    """
    held, own, without = values
    share, each = specialist
    if share.any():
        load = caseload_of(held * (1 - share), own - held * share / each)
    else:
        load = caseload_of(held, own)
    ordered = load.copy() if keep else load
    for place, value in enumerate((held, own, ordered, without)):
        into[place] = order_statistics(value, inputs.quantiles)
    return load


def _other_teams(inputs: _Inputs, summary: _Floats32, cases: _Counts) -> None:
    """Teams beside family support: their cases, and a caseload where workers are known."""
    for place, team in enumerate(inputs.structure):
        if team.kind == "family_support":
            continue
        held = cases[place].astype(np.float32)
        if team.workers_known:
            own = np.broadcast_to(inputs.allocation.workers[place], held.shape).astype(np.float32)
            summary[place, 2] = order_statistics(caseload_of(held, own), inputs.quantiles)
            summary[place, 1] = order_statistics(own.copy(), inputs.quantiles)
        summary[place, 0] = order_statistics(held, inputs.quantiles)


@lru_cache(maxsize=2)
def drawn(
    structure: Structure, seed: int, replicates: int, months: int
) -> tuple[Allocation, WorkforceDraws]:
    """Teams and random numbers, drawn once for all scenarios and questions."""
    allocation = draw_allocation(structure, seed, replicates)
    return allocation, workforce_draws(seed, replicates, months)


def check_month(projection: Projection, by: str) -> int:
    """Place of a month in a projection, from 0.

    Raises
    ------
    DataError
        When it lies outside.
    """
    if by not in projection.months:
        raise DataError(
            f"{by} is outside the projection, which goes from {projection.months[0]} to "
            f"{projection.months[-1]}",
            field="by",
        )
    return projection.months.index(by)
