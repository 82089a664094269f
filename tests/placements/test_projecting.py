"""Projected placements: exact on small systems, conserved everywhere, one luck for all."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm
from scipy.stats import binom

from riskmodel.errors import DataError, UnknownNameError
from riskmodel.parameters import parameter
from riskmodel.placements.arrivals import fitted_mix, keyed_children, simulation_keys
from riskmodel.placements.engine import CHILD, Engine
from riskmodel.placements.flows import Changes
from riskmodel.placements.forecast import PlacementForecast
from riskmodel.placements.history import Exposure
from riskmodel.placements.kinds import BANDS, CELLS, EXITS, KINDS, RATED_EXITS
from riskmodel.placements.level import Level
from riskmodel.placements.projecting import Course, Known, project_known
from riskmodel.placements.rates import EVENTS, YEAR, DrawnRates, fitted_rates
from riskmodel.placements.time import month_ends_after
from riskmodel.streams import keyed_uniforms, keys_of

ORDER = tuple(KINDS)
OWN, AGENCY, PRIVATE = (ORDER.index(n) for n in KINDS if n in (
    "own_fostering", "agency_fostering", "private_residential",
))  # fmt: skip
SIMULATIONS = 2000


def children(*kinds: int, age: float = 12.0) -> np.ndarray:
    made = np.zeros(len(kinds), dtype=CHILD)
    made["kind"], made["grown"], made["care"] = kinds, (18 - age) * YEAR, -3000
    made["band"], made["lasting"] = np.searchsorted([1, 5, 10, 16], age, side="right"), 2
    return made


def run(
    opening: np.ndarray, table: np.ndarray, months: int = 6, changes: Changes | None = None
) -> Engine:
    """Every simulation with the same rates and no entries."""
    rates = DrawnRates(
        np.tile(table.astype(np.float32), (SIMULATIONS, 1, 1)),
        np.ones((SIMULATIONS, 3, 2), dtype=np.float32),
    )
    changes = changes or Changes.none(months)
    engine = Engine(month_ends_after("2015-03", months), rates, changes, SIMULATIONS)
    engine.open_with(keyed_children([opening] * SIMULATIONS, simulation_keys(SIMULATIONS, 7)))
    for month in range(months):
        engine.month_starts(month)
        engine.pass_events(month)
        engine.month_ends(month)
    return engine


def rates(exits: dict[int, float], moves: dict[tuple[int, int], float]) -> np.ndarray:
    table = np.zeros((len(KINDS), CELLS // len(KINDS), EVENTS))
    for kind, rate in exits.items():
        table[kind, :, 0] = rate
    for (one, other), rate in moves.items():
        table[one, :, len(RATED_EXITS) + other] = rate
    return table.reshape(CELLS, EVENTS)


@pytest.mark.unit
def test_two_placements_and_home_are_as_the_matrix_exponential_has_them() -> None:
    table = rates({OWN: 0.6, AGENCY: 0.3}, {(OWN, AGENCY): 1.5, (AGENCY, OWN): 0.7})
    engine = run(children(OWN, OWN, AGENCY), table)
    moving = np.array([[-2.1, 1.5, 0.6], [0.7, -1.0, 0.3], [0, 0, 0]])
    for month, until in enumerate(engine.ends[1:]):
        where = np.array([2.0, 1.0, 0]) @ expm(moving * until / YEAR)
        held = engine.flows.stock[:, month].sum(axis=(2, 3))
        assert held[:, OWN].mean() == pytest.approx(where[0], abs=0.04)
        assert held[:, AGENCY].mean() == pytest.approx(where[1], abs=0.04)
    # Days of care are the integral of the same.
    times = np.linspace(0, engine.ends[-1], 2001)
    path = np.array([np.array([2.0, 1.0, 0]) @ expm(moving * t / YEAR) for t in times])
    days = engine.flows.days.sum(axis=1).mean(axis=0)
    assert days[OWN] == pytest.approx(np.trapezoid(path[:, 0], times), rel=0.02)
    assert days[AGENCY] == pytest.approx(np.trapezoid(path[:, 1], times), rel=0.02)
    # Two of a kind leave independently: how many are left is binomial.
    alone = run(children(OWN, OWN), rates({OWN: 0.8}, {}))
    left = np.bincount(alone.flows.stock[:, -1].sum(axis=(1, 2, 3)), minlength=3) / SIMULATIONS
    stays = np.exp(-0.8 * alone.ends[-1] / YEAR)
    assert left == pytest.approx(binom.pmf([0, 1, 2], 2, stays), abs=0.03)


@pytest.mark.unit
def test_a_birthday_changes_the_rates_on_its_day_and_18_is_the_end() -> None:
    table = np.zeros((len(KINDS), len(BANDS), 2, EVENTS))
    table[OWN, BANDS.index("16 to 17"), :, 0] = 3.0
    young = children(OWN, age=16 - 100 / YEAR)  # 16 after 100 days
    young["band"] = BANDS.index("10 to 15")
    engine = run(young, table.reshape(CELLS, EVENTS))
    held = engine.flows.stock.sum(axis=(2, 3, 4)).mean(axis=0)
    assert held[:3].tolist() == [1, 1, 1]
    expected = np.exp(-3.0 * (engine.ends[4:] - 100) / YEAR)
    assert held[3:] == pytest.approx(expected, abs=0.03)
    grown = children(OWN, age=18 - 45.5 / YEAR)
    engine = run(grown, np.zeros((CELLS, EVENTS)))
    assert engine.flows.stock.sum(axis=(0, 2, 3, 4)).tolist() == [SIMULATIONS, 0, 0, 0, 0, 0]
    assert engine.flows.exits[:, 1, OWN, tuple(EXITS).index("eighteenth")].all()
    assert engine.flows.days.sum(axis=(1, 2)) == pytest.approx(45.5, rel=1e-5)


@pytest.mark.unit
def test_time_in_care_changes_the_rates_on_its_day() -> None:
    new = children(OWN)
    new["care"], new["lasting"] = -100, 0
    drawn = DrawnRates(
        np.tile(rates({OWN: 2.0}, {}).astype(np.float32), (SIMULATIONS, 1, 1)),
        np.tile(np.array([[0, 0], [1, 1], [1, 1]], dtype=np.float32), (SIMULATIONS, 1, 1)),
    )
    engine = Engine(month_ends_after("2015-03", 6), drawn, Changes.none(6), SIMULATIONS)
    engine.open_with(keyed_children([new] * SIMULATIONS, simulation_keys(SIMULATIONS, 1)))
    for month in range(6):
        engine.month_starts(month)
        engine.pass_events(month)
        engine.month_ends(month)
    held = engine.flows.stock.sum(axis=(2, 3, 4)).mean(axis=0)
    assert held[1] == 1  # nobody leaves before day 82
    assert held[2:] == pytest.approx(np.exp(-2.0 * (engine.ends[3:] - 82) / YEAR), abs=0.03)


@pytest.mark.unit
def test_full_homes_and_added_places_say_where_children_go() -> None:
    table = rates({}, {(PRIVATE, OWN): 50.0})
    full = run(children(PRIVATE, PRIVATE, PRIVATE), table,
               changes=Changes.none(6, (2, np.inf)))  # fmt: skip
    last = full.flows.stock[:, -1].sum(axis=(2, 3))
    assert (last[:, OWN] == 2).all()
    assert (last[:, AGENCY] == 1).all()
    to_agency = rates({}, {(PRIVATE, AGENCY): 50.0})
    places = Changes.none(6)
    added = np.zeros((6, 2))
    added[:, 0] = 2.0
    more = run(children(PRIVATE, PRIVATE, PRIVATE), to_agency, changes=replace(places, added=added))
    last = more.flows.stock[:, -1].sum(axis=(2, 3))
    assert (last[:, OWN] == 2).all()
    assert (last[:, AGENCY] == 1).all()


@pytest.mark.unit
@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_reunification_multiplies_the_rate_of_returns_home(factor: float) -> None:
    changes = replace(Changes.none(6), reunification=np.full(6, factor))
    engine = run(children(OWN, OWN), rates({OWN: 0.8}, {}), changes=changes)
    stays = np.exp(-0.8 * factor * engine.ends[-1] / YEAR)
    assert engine.children().mean() == pytest.approx(2 * stays, abs=0.04)


def steady_level(
    entries: int, months: int, sd: float, season: tuple[float, ...] = (1.0,) * 12
) -> Level:
    """A level known from so many entries, that strays so far in a year."""
    one = np.ones(1)
    return Level(one * sd, one, one * entries, one * months, season)


def small(level: int = 60) -> Known:
    opening = np.concatenate(
        [children(*([OWN] * 20 + [AGENCY] * 10), age=age) for age in (4, 16.5)]
    )
    opening["care"], opening["lasting"] = -300, 1
    return Known(
        "A", "2015-03", "a test", opening, fitted_rates(None), fitted_mix(None),
        steady_level(level, 12, 0.1), np.zeros(0, dtype=np.int64),
    )  # fmt: skip


@pytest.mark.unit
def test_a_total_that_is_given_is_met_in_every_simulation_and_month() -> None:
    random = np.random.default_rng(3)
    total = 60 + np.cumsum(random.integers(-9, 9, size=(300, 12)), axis=1)
    total = np.maximum(total, 0)
    given = project_known(small(), {"baseline": Course(children=total)}, months=12,
                          simulations=300, seed=5)  # fmt: skip
    assert np.array_equal(given.children(), total)
    assert given.flows["baseline"].days.min() >= -1e-3
    years = given.days().query("placement == 'all'")["mean"].sum()
    assert years == pytest.approx(given.flows["baseline"].days.sum() / 300)


@pytest.mark.unit
def test_scenarios_share_their_luck_and_more_simulations_change_none_of_the_first() -> None:
    nothing = Course(changes=Changes.none(6))
    home = Course(changes=replace(Changes.none(6), reunification=np.full(6, 1.4)))
    made = project_known(small(), {"baseline": Course(), "same": nothing, "home": home}, months=6,
                         simulations=510, seed=5)  # fmt: skip
    base, same, more = (made.children(name) for name in made.scenarios)
    assert np.array_equal(base, same)
    assert np.array_equal(made.of("home").entries[:, 0], made.of("baseline").entries[:, 0])
    # Simulations that differ by chance alone would differ far more than these do.
    assert 0 < (base - more)[:, -1].mean() < 4
    assert (base - more)[:, -1].std() < base[:, -1].std()
    fewer = project_known(small(), months=6, simulations=100, seed=5)
    assert np.array_equal(fewer.children(), base[:100])
    again = project_known(small(), months=6, simulations=100, seed=6)
    assert not np.array_equal(again.children(), fewer.children())


@pytest.mark.unit
def test_with_a_total_a_lever_keeps_who_comes_and_changes_who_leaves() -> None:
    total = np.full((200, 12), 60)
    home = replace(Changes.none(12), reunification=np.full(12, 1.5))
    courses = {"baseline": Course(children=total), "home": Course(children=total, changes=home)}
    made = project_known(small(), courses, months=12, simulations=200, seed=2)
    entries = {name: made.of(name).entries.sum(axis=2) for name in made.scenarios}
    assert np.array_equal(*entries.values())
    assert made.children("home")[:, -1].mean() < 60


@pytest.mark.unit
def test_a_forecast_that_does_not_add_up_is_refused() -> None:
    made = project_known(small(), months=2, simulations=5)
    flows = made.of()
    stock = flows.stock.copy()
    stock[3, 1, AGENCY, 0, 0] += 1
    with pytest.raises(DataError, match=r"agency_fostering in 2015-05.*simulation 3"):
        PlacementForecast("A", "2015-03", made.opening, {"baseline": replace(flows, stock=stock)},
                          made.leavers)  # fmt: skip
    with pytest.raises(UnknownNameError):
        made.of("other")
    with pytest.raises(DataError, match="from 1 to 120"):
        project_known(small(), months=121, simulations=5)


@pytest.mark.unit
def test_care_leavers_are_counted_until_they_are_21_and_25() -> None:
    known = replace(small(), leavers=np.array([5, *[0] * 30, 2]))
    made = project_known(known, months=40, simulations=3, seed=1)
    leaving = made.leaving()
    left = made.of().exits[..., [3, 5]].sum(axis=(2, 3)).cumsum(axis=1)
    # The five of 32 months before the opening are 21 after four months; nobody is 25 yet.
    assert (leaving["to 21"][:, 3] == left[:, 3] + 7)[0]
    assert (leaving["to 21"][:, 4] == left[:, 4] + 2).all()
    assert (leaving["to 25"][:, -1] == left[:, -1] + 7).all()
    assert (leaving["to 21"][:, -1] == left[:, -1] - left[:, 3]).all()
    assert set(made.flow_rows()["flow"]) == {"entries", "moves", "moves_in", "exits", "leavers"}


@pytest.mark.unit
def test_entries_follow_level_and_season() -> None:
    season = tuple(1.5 if month == 4 else 21 / 22 for month in range(1, 13))
    drawn = steady_level(2400, 24, 0.0, season).drawn(24, 1000, 3, "2015-12")
    means = drawn.mean(axis=0)
    assert means[[3, 15]] == pytest.approx([150, 150], rel=0.02)
    assert np.delete(means, [3, 15]) == pytest.approx(100 * 21 / 22, rel=0.02)
    # Poisson, and a level known from 2,400 entries.
    assert drawn[:, 0].var() == pytest.approx(means[0] + means[0] ** 2 / 2400, rel=0.15)


@pytest.mark.property
@given(st.integers(0, 5), st.integers(0, 400))
@settings(max_examples=25)
def test_rates_lie_between_the_shipped_ones_and_ones_own(seed: int, number: int) -> None:
    random = np.random.default_rng(seed)
    shape = (len(KINDS), len(BANDS), 2, 3)
    days = random.uniform(0, 40_000, size=shape)
    exits = random.poisson(0.2 * days[..., None] / YEAR, size=(*shape, len(RATED_EXITS)))
    moves = np.zeros((*shape, len(KINDS)))
    exits[0, 3, 0, 2, 0] = number
    fitted = fitted_rates(Exposure(days, moves, exits.astype(float)))
    assert np.isfinite(fitted.mean).all()
    assert (fitted.mean >= 0).all()
    drawn = fitted.drawn(50, seed)
    assert drawn.table.shape == (50, CELLS, EVENTS)
    assert np.isfinite(drawn.table).all()
    few = fitted.drawn(10, seed)
    assert np.array_equal(few.table, drawn.table[:10])


@pytest.mark.unit
def test_much_exposure_gives_its_own_rates_and_none_the_shipped_ones() -> None:
    shape = (len(KINDS), len(BANDS), 2, 3)
    days = np.full(shape, 1e7)
    exits = np.full((*shape, len(RATED_EXITS)), 0.25e7 / YEAR)
    moves = np.full((*shape, len(KINDS)), 0.1e7 / YEAR)
    fitted = fitted_rates(Exposure(days, moves, exits))
    lasting = fitted.lasting_shape / fitted.lasting_rate
    total = fitted.mean[:, None, :5] * lasting[None, :, :1]
    assert total == pytest.approx(0.25, rel=0.02)
    shipped = fitted_rates(None).mean.reshape(len(KINDS), len(BANDS), 2, EVENTS)
    level = parameter("placements_exit_level").value
    assert shipped[OWN, 0, 0, 0] == pytest.approx(0.22 * level)
    assert shipped[ORDER.index("adoption"), 0, 0, 2] == pytest.approx(1.95 * level)


@pytest.mark.unit
def test_keyed_numbers_are_even_and_those_of_splitmix() -> None:
    keys = keys_of(np.arange(5, dtype=np.uint64), 3)
    drawn = keyed_uniforms(np.repeat(keys, 20_000), np.tile(np.arange(20_000), 5)).reshape(5, -1)
    counts = np.histogram(drawn, bins=100, range=(0, 1))[0]
    assert ((counts - 1000) ** 2 / 1000).sum() < 150  # chi-squared on 99: 0.9994 quantile
    assert np.abs(np.corrcoef(drawn) - np.eye(5)).max() < 0.03
    assert abs(np.corrcoef(drawn[0, 1:], drawn[0, :-1])[0, 1]) < 0.03
    # The first numbers of the sequence that begins at 1234567, as published with the generator.
    first = keyed_uniforms(np.array([1234567], dtype=np.uint64), np.arange(3))
    known = [6457827717110365317, 3203168211198807973, 9817491932198370423]
    assert first.tolist() == [(value >> 11) * 2.0**-53 for value in known]
