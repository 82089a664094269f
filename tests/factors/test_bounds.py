"""Bounds from margins: they hold the truth, they are attained, and brute force finds no others."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from riskmodel.assessments import FactorCounts
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.factors.margins.bounds import (
    MarginBounds,
    margin_bounds,
    programme_polygons,
    quantities_of,
)
from riskmodel.factors.margins.programme import Programme
from riskmodel.factors.margins.result import QUANTITIES, Bound, JointTable
from riskmodel.factors.margins.search import polygon_extremes, search_step
from riskmodel.factors.margins.stratum import Setting, Stratum, joint_limits
from riskmodel.published import factor_counts


def _with_total(counts: FactorCounts, total: int) -> FactorCounts:
    return FactorCounts(
        counts.factors, counts.assessments, counts.plans, counts.total_plans, total, counts.basis
    )


def _margins(flags: np.ndarray, plan: np.ndarray) -> FactorCounts:
    """Margins of a table; flags of shape (rows, d)."""
    return FactorCounts(
        tuple("abcdef"[: flags.shape[1]]),
        flags.sum(axis=0),
        flags[plan].sum(axis=0),
        int(plan.sum()),
        len(plan),
    )


def _truth(flags: np.ndarray, plan: np.ndarray) -> tuple[float, float, float, float]:
    """The four quantities by their definition."""
    any_other = flags[:, 1:].any(axis=1)
    risks = [0.0, 0.0]
    for group in (any_other, ~any_other):
        if not group.any():
            continue
        for has in (0, 1):
            rows = group & (flags[:, 0] == bool(has))
            risks[has] += group.mean() * plan[rows].mean() if rows.any() else math.nan
    ratio = math.nan
    if risks[0] > 0:
        ratio = risks[1] / risks[0]
    elif risks[0] == 0 and risks[1] > 0:
        ratio = math.inf
    only = int((flags[:, 0] & ~any_other & plan).sum())
    return risks[1] - risks[0], ratio, _matched(flags[:, 0], any_other, plan), only


def _matched(has: np.ndarray, group: np.ndarray, plan: np.ndarray) -> float:
    """Mantel-Haenszel: differences of risks weighted by n1 n0 / n."""
    above = weights = 0.0
    for inside in (group, ~group):
        n1, n0 = (inside & has).sum(), (inside & ~has).sum()
        if n1 and n0:
            weight = n1 * n0 / (n1 + n0)
            above += weight * (plan[inside & has].mean() - plan[inside & ~has].mean())
            weights += weight
    return above / weights if weights else math.nan


@st.composite
def cohorts(draw: st.DrawFn, factors: int = 2, rows: int = 14) -> tuple[np.ndarray, np.ndarray]:
    number = draw(st.integers(3, rows))
    cells = draw(st.lists(st.integers(0, 2 ** (factors + 1) - 1), min_size=number, max_size=number))
    bits = (np.array(cells)[:, None] >> np.arange(factors + 1)) & 1
    table = bits.astype(bool)
    plan, flags = table[:, 0], table[:, 1:]
    assume(plan.any())
    assume(0 < flags[:, 0].sum() < number)
    return flags, plan


def _bounds(counts: FactorCounts, phi: tuple[float, float] | None = None) -> MarginBounds:
    """Bounds of the first factor given the others; passes over tables that always lack somebody."""
    try:
        return margin_bounds(counts, counts.factors[0], counts.factors[1:], phi=phi)
    except DataError as error:
        assume("no table with these margins" not in str(error))
        raise


def _every_pair_table(counts: FactorCounts) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Every table of two factors with these margins, as rows."""
    (ka, kb), (na, nb) = counts.plans.tolist(), counts.assessments.tolist()
    total = counts.total_assessments
    assert total is not None
    strata = []
    for size, a, b in (
        (counts.total_plans, ka, kb),
        (total - counts.total_plans, na - ka, nb - kb),
    ):
        found = []
        for both in range(max(0, a + b - size), min(a, b) + 1):
            rows = [(1, 1)] * both + [(1, 0)] * (a - both) + [(0, 1)] * (b - both)
            found.append(rows + [(0, 0)] * (size - len(rows)))
        strata.append(found)
    plan = np.arange(total) < counts.total_plans
    for first, second in itertools.product(*strata):
        yield np.array([*first, *second], dtype=bool).reshape(-1, 2), plan


def _phi(flags: np.ndarray) -> float:
    if not len(flags) or flags.all(axis=0).any() or (~flags).all(axis=0).any():
        return 0.0
    return float(np.corrcoef(flags.T)[0, 1])


@pytest.mark.unit
def test_fractions_of_a_stratum_never_widen_the_bounds() -> None:
    """With phi the corners of a stratum can be fractions; totals of assessments stay whole."""
    rows = [[2], [2], [1], [3], [0, 1, 3], [0, 1, 2, 3], [0, 1], [0, 4], [1, 4], [0, 1, 4], [2]]
    rows.append([0, 2, 3, 4])
    flags = np.array([[factor in row for factor in range(5)] for row in rows])
    plan = np.isin(np.arange(12), [2, 3, 6, 10])
    counts = _margins(flags, plan)
    phis = [
        _phi(part[:, [i, j]])
        for part in (flags[plan], flags[~plan])
        for i, j in itertools.combinations(range(5), 2)
    ]
    free, held = _bounds(counts), _bounds(counts, (min(phis), max(phis)))
    for wider, bound in zip(free.bounds, held.bounds, strict=True):
        assert wider.low - 1e-9 <= bound.low <= bound.high <= wider.high + 1e-9


# One confounder.


@pytest.mark.property
@given(cohort=cohorts())
def test_the_grid_is_brute_force(cohort: tuple[np.ndarray, np.ndarray]) -> None:
    counts = _margins(*cohort)
    truths = np.array([_truth(*table) for table in _every_pair_table(counts)])
    found = _bounds(counts)
    assert found.risk_difference.method == "exact bounds"
    for column, bound in zip(truths.T, found.bounds, strict=True):
        assert bound.low == pytest.approx(np.nanmin(column), abs=1e-12)
        assert bound.high == pytest.approx(np.nanmax(column), abs=1e-12)


@pytest.mark.property
@given(
    cohort=cohorts(),
    phi=st.tuples(st.floats(-1, 1), st.floats(-1, 1)).map(lambda pair: tuple(sorted(pair))),
)
def test_phi_keeps_exactly_the_tables_that_have_it(
    cohort: tuple[np.ndarray, np.ndarray], phi: tuple[float, float]
) -> None:
    counts = _margins(*cohort)
    kept = []
    for flags, plan in _every_pair_table(counts):
        within = [_phi(flags[plan]), _phi(flags[~plan])]
        constant = [_is_constant(flags[plan]), _is_constant(flags[~plan])]
        if all(
            free or phi[0] - 1e-9 <= value <= phi[1] + 1e-9
            for value, free in zip(within, constant, strict=True)
        ):
            kept.append(_truth(flags, plan))
    if not kept:
        with pytest.raises(DataError, match="impossible for a with b among assessments with"):
            margin_bounds(counts, "a", "b", phi=phi)
        return
    if np.isnan(np.array(kept)).all(axis=0).any():
        return
    found, free = _bounds(counts, phi), _bounds(counts)
    for column, bound, wider in zip(np.array(kept).T, found.bounds, free.bounds, strict=True):
        assert bound.low == pytest.approx(np.nanmin(column), abs=1e-12)
        assert bound.high == pytest.approx(np.nanmax(column), abs=1e-12)
        assert wider.low - 1e-12 <= bound.low <= bound.high <= wider.high + 1e-12


def _is_constant(flags: np.ndarray) -> bool:
    return not len(flags) or bool((flags.all(axis=0) | ~flags.any(axis=0)).any())


@pytest.mark.unit
def test_only_plans_is_what_frechet_says() -> None:
    counts = FactorCounts.from_rows(
        [("a", 40, 20), ("b", 50, 35)], total_plans=50, total_assessments=200
    )
    bound = margin_bounds(counts, "a", "b").only_plans
    # Plans with both: at least 20 + 35 - 50 = 5, at most 20.
    assert (bound.low, bound.high, bound.crude) == (0, 15, 20)
    assert bound.sign is None
    assert str(bound) == "only plans: 0 to 15 of 20"


@pytest.mark.unit
def test_a_confounder_in_nobody_changes_nothing() -> None:
    counts = FactorCounts.from_rows(
        [("a", 40, 20), ("b", 0, 0)], total_plans=50, total_assessments=200
    )
    found = margin_bounds(counts, "a", "b")
    crude = 20 / 40 - 30 / 160
    assert found.risk_difference.low == found.risk_difference.high == pytest.approx(crude)
    assert found.risk_difference.crude == pytest.approx(crude)
    assert found.risk_difference.sign == "positive"
    assert found.risk_ratio.low == pytest.approx(20 / 40 * 160 / 30)


@pytest.mark.unit
def test_signs_in_words() -> None:
    make = {"crude": 0.0, "method": "exact bounds", "basis": "assumed"}
    assert Bound("risk_difference", 0.01, 0.2, **make).sign == "positive"  # type: ignore[arg-type]
    assert Bound("risk_difference", -0.2, -0.1, **make).sign == "negative"  # type: ignore[arg-type]
    assert Bound("risk_ratio", 0.9, 1.2, **make).sign == "sign not identified"  # type: ignore[arg-type]
    assert Bound("risk_ratio", 1.1, math.inf, **make).sign == "positive"  # type: ignore[arg-type]
    assert str(Bound("risk_ratio", 0.9, 1.2, **make)).endswith("sign not identified")  # type: ignore[arg-type]
    with pytest.raises(DataError):
        Bound("risk_ratio", 1.2, 0.9, **make)  # type: ignore[arg-type]


# Several factors.


@pytest.mark.property
@settings(max_examples=25)
@given(
    cohort=cohorts(),
    phi=st.none() | st.sampled_from([(-0.5, 0.5), (0.0, 0.6), (-1.0, 0.2)]),
)
def test_the_programme_agrees_with_the_grid_on_two_factors(
    cohort: tuple[np.ndarray, np.ndarray], phi: tuple[float, float] | None
) -> None:
    counts = _margins(*cohort)
    try:
        grid = margin_bounds(counts, "a", "b", phi=phi)
    except DataError:
        assume(False)
    setting = Setting.of(counts, ("a", "b"), phi)
    found = polygon_extremes(*programme_polygons(setting), quantities_of(setting))
    for (low, high), bound in zip(found, grid.bounds, strict=True):
        assert low[0] == pytest.approx(bound.low, abs=1e-9)
        assert high[0] == pytest.approx(bound.high, abs=1e-9)


@pytest.mark.property
@settings(max_examples=12)
@given(cohort=st.integers(3, 5).flatmap(lambda d: cohorts(d, 25)), margin=st.floats(0, 0.2))
def test_bounds_of_several_factors_hold_the_truth(
    cohort: tuple[np.ndarray, np.ndarray], margin: float
) -> None:
    flags, plan = cohort
    counts, truth = _margins(flags, plan), _truth(flags, plan)
    found = [_bounds(counts)]
    # A range of phi that the cohort has.
    within = [
        _phi(part[:, [i, j]])
        for part in (flags[plan], flags[~plan])
        for i, j in itertools.combinations(range(flags.shape[1]), 2)
    ]
    found.append(_bounds(counts, (max(-1, min(within) - margin), min(1, max(within) + margin))))
    for bounds in found:
        for value, bound in zip(truth, bounds.bounds, strict=True):
            assert math.isnan(value) or bound.low - 1e-9 <= value <= bound.high + 1e-9
    for free, held in zip(*(bounds.bounds for bounds in found), strict=True):
        assert free.low - 1e-9 <= held.low
        assert held.high <= free.high + 1e-9


@pytest.mark.property
@settings(max_examples=10)
@given(cohort=st.integers(2, 4).flatmap(lambda d: cohorts(d, 25)))
def test_bounds_are_attained_by_a_table_with_the_margins(
    cohort: tuple[np.ndarray, np.ndarray],
) -> None:
    counts = _margins(*cohort)
    found = _bounds(counts)
    for quantity, bound in zip(QUANTITIES, found.bounds, strict=True):
        for end in ("low", "high"):
            table = found.table(quantity, end)  # type: ignore[arg-type]
            _assert_margins(table, counts)
            value = _value(table, found)[quantity]
            assert value == pytest.approx(getattr(bound, end), abs=1e-6)


def _assert_margins(table: JointTable, counts: FactorCounts) -> None:
    rows = [counts.factors.index(name) for name in table.factors]
    assert table.plans @ table.patterns == pytest.approx(counts.plans[rows], abs=1e-5)
    found = (table.plans + table.without_plan) @ table.patterns
    assert found == pytest.approx(counts.assessments[rows], abs=1e-5)
    assert table.plans.sum() == pytest.approx(counts.total_plans)
    assert (table.plans + table.without_plan).sum() == pytest.approx(counts.total_assessments)
    assert min(table.plans.min(), table.without_plan.min()) >= 0


def _value(table: JointTable, found: MarginBounds) -> dict[str, float]:
    """The quantities of a table, from its combinations."""
    first, other = table.patterns[:, 0], table.patterns[:, 1:].any(axis=1)
    total = (table.plans + table.without_plan).sum()
    risks = [0.0, 0.0]
    for group in (other, ~other):
        weight = (table.plans + table.without_plan)[group].sum() / total
        for has in (0, 1):
            cells = group & (first == bool(has))
            size = (table.plans + table.without_plan)[cells].sum()
            if weight > 0:
                risks[has] += weight * table.plans[cells].sum() / size if size else math.nan
    matched = weights = 0.0
    for group in (other, ~other):
        sizes = (table.plans + table.without_plan) * group
        n1, n0 = sizes[first].sum(), sizes[~first].sum()
        if n1 > 0 and n0 > 0:
            plans = table.plans * group
            weight = n1 * n0 / (n1 + n0)
            matched += weight * (plans[first].sum() / n1 - plans[~first].sum() / n0)
            weights += weight
    return {
        "mantel_haenszel_difference": matched / weights if weights else math.nan,
        "risk_difference": risks[1] - risks[0],
        "risk_ratio": risks[1] / risks[0] if risks[0] > 1e-12 else math.inf,
        "only_plans": float(table.plans[first & ~other].sum()),
    }


@pytest.mark.property
@given(
    margins=st.lists(st.integers(0, 12), min_size=2, max_size=5),
    rows=st.integers(12, 20),
)
def test_a_stratum_without_phi_has_the_polygon_that_counting_gives(
    margins: list[int], rows: int
) -> None:
    # Rows with any of the others: at least the largest margin, at most their sum.
    stratum = Stratum("rows", rows, tuple(margins))
    setting = Setting(tuple("abcde"[: len(margins)]), stratum, stratum, None)
    corners = Programme(setting, stratum).polygon()
    most, least = min(rows, sum(margins[1:])), max(margins[1:])
    first = margins[0]
    allowed = [
        (only, none)
        for only in range(first + 1)
        for none in range(rows - first + 1)
        if least <= rows - only - none <= most
    ]
    points = np.array(allowed, dtype=float)
    for direction in ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, -1), (1, 2), (-2, 1)):
        assert (corners @ direction).max() == pytest.approx((points @ direction).max())


@pytest.mark.unit
def test_many_factors_bound_the_plans_that_only_one_accounts_for() -> None:
    counts = FactorCounts.from_rows(
        [("a", 60, 40), ("b", 20, 10), ("c", 15, 8), ("d", 12, 7)],
        total_plans=45,
        total_assessments=150,
    )
    bound = margin_bounds(counts, "a", ("b", "c", "d")).only_plans
    # The others can cover at most 10 + 8 + 7 = 25 of its 40 plans; at most 45 - 10 rows lack them.
    assert (bound.low, bound.high) == (15, 35)


@pytest.mark.unit
def test_phi_that_no_table_can_have_is_named() -> None:
    counts = FactorCounts.from_rows(
        [("a", 40, 20), ("b", 30, 18), ("c", 20, 10)], total_plans=50, total_assessments=200
    )
    with pytest.raises(DataError, match="impossible for a with b among assessments with a plan"):
        margin_bounds(counts, "a", "b", phi=(0.99, 1.0))
    with pytest.raises(DataError, match="whole steps of"):
        margin_bounds(counts, "a", ("b", "c"), phi=(0.001, 0.002))


@pytest.mark.unit
def test_phi_that_pairs_can_have_but_not_all_at_once_is_named() -> None:
    # Three halves cannot all avoid one another.
    counts = FactorCounts.from_rows(
        [("a", 10, 5), ("b", 10, 5), ("c", 10, 5)], total_plans=10, total_assessments=20
    )
    with pytest.raises(DataError, match=r"impossible for all pairs at once .* widen phi"):
        margin_bounds(counts, "a", ("b", "c"), phi=(-1.0, -0.9))


@pytest.mark.unit
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"total": None}, "need the number of assessments.* at least 75: 50 with a plan, and 25"),
        ({"given": ()}, "at least one other factor"),
        ({"given": ("a",)}, "named once"),
        ({"given": ("b", "b")}, "named once"),
        ({"phi": (0.5, 0.2)}, "from low to high"),
        ({"phi": (-2.0, 0.2)}, "within -1 and 1"),
        ({"factor": "none", "given": ("a",)}, "recorded in no assessment"),
        ({"plans": 0}, "no assessment led to a plan"),
    ],
)
def test_what_cannot_be_answered_is_refused(change: dict[str, object], message: str) -> None:
    share = 0 if change.get("plans") == 0 else 1
    counts = FactorCounts.from_rows(
        [("a", 40, 20 * share), ("b", 43, 18 * share), ("none", 0, 0)],
        total_plans=50 * share,
        total_assessments=change.get("total", 200),  # type: ignore[arg-type]
    )
    with pytest.raises(DataError, match=message):
        margin_bounds(
            counts,
            change.get("factor", "a"),  # type: ignore[arg-type]
            change.get("given", ("b",)),  # type: ignore[arg-type]
            phi=change.get("phi"),  # type: ignore[arg-type]
        )


@pytest.mark.unit
def test_unknown_names_and_too_many_factors_are_refused() -> None:
    counts = FactorCounts.from_rows(
        [(f"f{i}", 20, 10) for i in range(18)], total_plans=50, total_assessments=200
    )
    with pytest.raises(UnknownNameError, match="f1"):
        margin_bounds(counts, "f01", "f2")
    with pytest.raises(DataError, match="at most 16 factors"):
        margin_bounds(counts, "f0", counts.factors[1:])
    found = margin_bounds(counts, "f0", "f1")
    with pytest.raises(UnknownNameError):
        found.table("risk", "low")  # type: ignore[arg-type]
    with pytest.raises(UnknownNameError):
        found.table("risk_ratio", "middle")  # type: ignore[arg-type]


@pytest.mark.unit
def test_a_very_large_search_goes_by_steps() -> None:
    square = np.array([[0.0, 0.0], [1e5, 0.0], [1e5, 1e5], [0.0, 1e5]])
    assert search_step(square / 1e4, square / 1e4) == 1
    assert search_step(square, square) > 1


@pytest.mark.unit
def test_steps_come_close_to_every_whole_number(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = _with_total(factor_counts(), 2600)
    others = counts.factors[1:4]
    exact = margin_bounds(counts, counts.factors[0], others)
    monkeypatch.setattr("riskmodel.factors.margins.search.MOST_TABLES", 100_000)
    rough = margin_bounds(counts, counts.factors[0], others)
    assert exact.step == 1
    assert rough.step > 5
    for near, true in zip(rough.bounds, exact.bounds, strict=True):
        assert near.low >= true.low - 1e-12
        assert near.high <= true.high + 1e-12
        assert near.low == pytest.approx(true.low, rel=1e-3)
        assert near.high == pytest.approx(true.high, rel=1e-3)


@pytest.mark.unit
def test_results_as_a_frame_and_in_words() -> None:
    counts = _with_total(factor_counts(), 2600)
    found = margin_bounds(counts, "child_emotional_abuse", "child_neglect", phi=(0, 0.3))
    frame = found.to_frame()
    assert frame["quantity"].tolist() == list(QUANTITIES)
    assert frame["level"].eq(1).all()
    assert frame["phi_high"].eq(0.3).all()
    assert frame["assessments"].eq(2600).all()
    assert "overlap of factors 0 to 0.3" in found.summary()
    assert "association" in found.summary()
    table = found.table("only_plans", "low")
    assert table.is_whole
    assert "630 plans" in str(table)
    assert list(table.to_frame().columns) == [
        *found.given[:0],
        *table.factors,
        "plans",
        "without_plan",
    ]
    with pytest.raises(ValueError, match="read-only"):
        table.plans[0] = 1


# The report card.


@pytest.mark.regression
@pytest.mark.parametrize(("phi", "ambiguous"), [(None, 71), ((0.0, 0.3), 6)])
def test_how_many_pairs_of_the_report_have_no_identified_sign(
    phi: tuple[float, float] | None, ambiguous: int
) -> None:
    counts = _with_total(factor_counts(), 2600)
    signs = [
        margin_bounds(counts, one, other, phi=phi).risk_difference.sign
        for one, other in itertools.permutations(counts.factors, 2)
    ]
    assert len(signs) == 90
    assert signs.count("sign not identified") == ambiguous


@pytest.mark.regression
@pytest.mark.parametrize(("phi", "ambiguous"), [(None, 24), ((0.0, 0.3), 4)])
def test_weights_that_no_single_assessment_can_carry_settle_more(
    phi: tuple[float, float] | None, ambiguous: int
) -> None:
    counts = _with_total(factor_counts(), 2600)
    signs = [
        margin_bounds(counts, one, other, phi=phi).mantel_haenszel_difference.sign
        for one, other in itertools.permutations(counts.factors, 2)
    ]
    assert signs.count("sign not identified") == ambiguous


@pytest.mark.regression
def test_all_ten_at_once() -> None:
    counts = _with_total(factor_counts(), 2600)
    others = [name for name in counts.factors if name != "child_emotional_abuse"]
    free = margin_bounds(counts, "child_emotional_abuse", others)
    held = margin_bounds(counts, "child_emotional_abuse", others, phi=(0.0, 0.3))
    assert free.risk_difference.sign == held.risk_difference.sign == "sign not identified"
    assert (free.only_plans.low, free.only_plans.high) == (0, 168)
    assert (held.only_plans.low, held.only_plans.high) == (0, 121)
    assert held.risk_difference.low == pytest.approx(-0.064, abs=5e-4)
    assert held.risk_difference.high == pytest.approx(0.597, abs=5e-4)
    _assert_margins(held.table("risk_difference", "low"), counts)
    for i, j in ((0, 1), (2, 5), (8, 9)):
        table = held.table("risk_difference", "high")
        for cells, stratum in ((table.plans, "planned"), (table.without_plan, "unplanned")):
            setting = Setting.of(counts, table.factors, (0.0, 0.3))
            low, high = joint_limits(getattr(setting, stratum), i, j, (0.0, 0.3))
            both = cells[table.patterns[:, i] & table.patterns[:, j]].sum()
            assert low - 1e-5 <= both <= high + 1e-5


# The command, with the workflow in its place.


@pytest.fixture
def run_bounds(monkeypatch: pytest.MonkeyPatch):
    import typer
    from typer.testing import CliRunner

    from riskmodel.cli.bounds import bounds

    asked: dict[str, object] = {}

    def workflow(factor: str, **options: object) -> MarginBounds:
        asked.update(options, factor=factor)
        counts = _with_total(factor_counts(), 2600)
        given = options["given"] or [name for name in counts.factors[:3] if name != factor]
        return margin_bounds(counts, factor, given, phi=options["phi"])  # type: ignore[arg-type]

    monkeypatch.setattr("riskmodel.authority.margins.factor_bounds", workflow)
    app = typer.Typer()
    app.command()(bounds)

    def run(*words: str):
        return CliRunner().invoke(app, list(words)), asked

    return run


@pytest.mark.integration
def test_the_command_says_the_sign_in_words(run_bounds) -> None:
    result, asked = run_bounds(
        "child_domestic_violence", "--given", "parent_domestic_violence", "--assessments", "2600"
    )
    assert result.exit_code == 0
    words = " ".join(result.output.split())
    assert "child domestic violence" in words
    assert "parent domestic violence" in words
    assert "sign not identified" in words
    assert "66 plans, 0 to 66" in words
    assert "association" in words
    assert "effect" not in words
    assert asked["assessments"] == 2600
    assert asked["given"] == ["parent_domestic_violence"]


@pytest.mark.integration
def test_the_command_with_several_factors_and_phi(run_bounds) -> None:
    result, asked = run_bounds("child_emotional_abuse", "--assessments", "2600", "--phi", "0, 0.3")
    assert result.exit_code == 0
    words = " ".join(result.output.split())
    assert asked["phi"] == (0.0, 0.3)
    assert asked["given"] is None
    assert "between 0 and 0.3" in words
    assert "linear programme" in words


@pytest.mark.integration
def test_the_command_as_data(run_bounds) -> None:
    import csv
    import io
    import json

    words = ("child_neglect", "--among", "3B, 17A", "--assessments", "2600", "--format")
    result, _ = run_bounds(*words, "csv", "--given", "x")
    assert isinstance(result.exception, DataError)
    words = (
        "child_neglect",
        "--given",
        "parent_mental_health",
        "--assessments",
        "2600",
        "--format",
    )
    rows = list(csv.DictReader(io.StringIO(run_bounds(*words, "csv")[0].output)))
    assert [row["quantity"] for row in rows] == list(QUANTITIES)
    data = json.loads(run_bounds(*words, "json")[0].output)
    assert data["bounds"][0]["quantity"] == "risk_difference"
    table = data["tables"]["only_plans_high"]
    assert sum(row["plans"] for row in table) == 630
    assert sum(row["plans"] + row["without_plan"] for row in table) == 2600


@pytest.mark.integration
@pytest.mark.parametrize("phi", ["0.3", "0,0.1,0.2", "a,b"])
def test_the_command_refuses_a_phi_that_is_no_range(run_bounds, phi: str) -> None:
    result, _ = run_bounds("child_neglect", "--assessments", "2600", "--phi", phi)
    assert isinstance(result.exception, DataError)
    assert "--phi takes" in str(result.exception)
