"""Panels that the learning's own process made, for tests to find it again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from riskmodel.demand.national.made_up import made_up_country
from riskmodel.demand.pooled.history import StageHistory
from riskmodel.demand.pooled.process import Process, covariance, size_scale
from riskmodel.intake import read_panel
from riskmodel.series import AuthorityPanel

PROCESS = Process(
    level=0.3,
    deviation=0.2,
    deviation_memory=0.6,
    wander=0.05,
    size=3.0,
    noise=0.02,
    tail=10.0,
)
STAY_YEARS = 0.8

SHARED = Path(__file__).resolve().parents[4] / "shared/data/dfe/authority_panel_2010_2023.csv"


def _simulated_history(
    generator: np.random.Generator,
    authorities: int,
    years: int,
    *,
    process: Process = PROCESS,
    drift_variance: float = 0.0004,
    first: int = 2010,
    measure: str = "cpp_at_31_mar",
) -> StageHistory:
    """Stocks drawn from the process about a common random walk; no flows."""
    population = np.round(generator.uniform(30_000, 150_000, authorities))
    course = -5.6 + np.cumsum(generator.normal(0, np.sqrt(drift_variance), years))
    times = np.arange(years, dtype=np.float64)
    usual = population * np.exp(-5.6)
    scale = np.repeat(size_scale(usual)[:, None], years, axis=1)
    whole = covariance(process, times, scale, STAY_YEARS)
    normal = np.linalg.cholesky(whole) @ generator.standard_normal((authorities, years, 1))
    lively = (process.tail - 2) / generator.chisquare(process.tail, authorities)
    log = np.log(population)[:, None] + course + normal[:, :, 0] * np.sqrt(lively)[:, None]
    nothing = np.full((authorities, years), np.nan)
    return StageHistory(
        measure,
        tuple(f"{place:03d}" for place in range(authorities)),
        tuple(range(first, first + years)),
        np.maximum(np.exp(log) - 1, 0.0),
        nothing,
        nothing,
        np.repeat(population[:, None], years, axis=1),
    )


def _as_panel(history: StageHistory, *, source: str = "simulated") -> AuthorityPanel:
    """The same figures as a panel."""
    years = len(history.years)
    codes = [code for code in history.codes for _ in range(years)]
    return AuthorityPanel(
        tuple(codes),
        tuple(f"Authority {code}" for code in codes),
        np.array(history.years * len(history.codes)),
        {
            history.measure: history.stock.ravel(),
            "pop_0_17_midyear": history.population.ravel(),
        },
        source=source,
    )


@pytest.fixture(scope="session")
def process() -> Process:
    """The process of :func:`simulated_history`; a stay of it lasts 0.8 years."""
    return PROCESS


@pytest.fixture(scope="session")
def simulated_history() -> Callable[..., StageHistory]:
    """Makes a history: takes a generator, authorities, years."""
    return _simulated_history


@pytest.fixture(scope="session")
def as_panel() -> Callable[..., AuthorityPanel]:
    """Makes a panel of a history."""
    return _as_panel


@pytest.fixture(scope="session")
def shared_panel() -> AuthorityPanel:
    """The panel of 90 authorities, which does not ship: without it the test is skipped."""
    if not SHARED.is_file():
        pytest.skip("the shared authority panel is not on this machine")
    return read_panel(SHARED)


@pytest.fixture(scope="session")
def panel_at_hand() -> AuthorityPanel:
    """The panel of 90 authorities where it is, else a made-up country: for what holds of both."""
    return read_panel(SHARED) if SHARED.is_file() else made_up_country()
