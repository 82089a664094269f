"""The surface: each fit is the regression it says, from margins and overlap alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, special, stats
from statsmodels.discrete.discrete_model import Logit

from riskmodel.cohort import published_targets
from riskmodel.cohort.joint import Margins, UnitLayout, draw_block
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.factors.adjusted.patterns import FactorPatterns, pattern_counts
from riskmodel.factors.margins.sensitivity import SensitivitySurface, sensitivity_surface
from riskmodel.published import factor_counts

NAMES = ("a", "b", "c")


def _rows(assessments: int, overlap: float, replicate: int) -> tuple[np.ndarray, np.ndarray]:
    """A small table; flags of shape (3, rows)."""
    random = np.random.Generator(np.random.SFC64([assessments, int(100 * overlap), replicate]))
    shared = random.standard_normal(assessments)
    own = random.standard_normal((3, assessments))
    flags = overlap * shared + np.sqrt(1 - overlap**2) * own > [[0.2], [0.6], [0.9]]
    plan = random.random(assessments) < special.expit(-1 + 0.7 * flags[0] - 0.4 * flags[2])
    return flags, plan


def _patterns(assessments: int, overlap: float, replicate: int) -> FactorPatterns:
    flags, plan = _rows(assessments, overlap, replicate)
    return pattern_counts(NAMES, plan, flags, basis="assumed")


def _reported(assessments: int, overlap: float, replicate: int) -> FactorPatterns:
    """A cohort with the ten printed rows."""
    counts = factor_counts()
    layout = UnitLayout.plan(
        "test",
        replicate,
        np.full(len(counts.factors), overlap),
        Margins(
            assessments,
            counts.total_plans,
            counts.plans,
            counts.assessments - counts.plans,
        ),
    )
    plan, flags = draw_block(layout, 0)
    return pattern_counts(counts.factors, plan, flags, basis="assumed")


@pytest.mark.unit
def test_each_fit_is_statsmodels_on_the_rows() -> None:
    surface = sensitivity_surface(
        _patterns, NAMES, assessments=(300, 500), overlaps=(0.0, 0.6), replicates=1
    )
    assert surface.method == "likelihood"
    for row, assessments in enumerate((300, 500)):
        for column, overlap in enumerate((0.0, 0.6)):
            flags, plan = _rows(assessments, overlap, 0)
            design = np.column_stack([np.ones(assessments), flags.T])
            fit = Logit(plan.astype(float), design).fit(disp=0)
            ends = np.exp(fit.conf_int(0.05))[1:]
            assert surface.odds_ratio[:, row, column] == pytest.approx(
                np.exp(fit.params[1:]), rel=1e-6
            )
            assert surface.low[:, row, column] == pytest.approx(ends[:, 0], rel=1e-6)
            assert surface.high[:, row, column] == pytest.approx(ends[:, 1], rel=1e-6)


@pytest.mark.unit
def test_replicates_are_averaged_on_the_log_scale() -> None:
    grid = {"assessments": (200,), "overlaps": (0.3,), "method": "firth"}
    alone = [
        sensitivity_surface(lambda n, o, _, r=r: _patterns(n, o, r), NAMES, replicates=1, **grid)  # type: ignore[arg-type]
        for r in range(3)
    ]
    together = sensitivity_surface(_patterns, NAMES, replicates=3, **grid)  # type: ignore[arg-type]
    for name in ("odds_ratio", "low", "high"):
        values = np.stack([getattr(surface, name) for surface in alone])
        assert getattr(together, name) == pytest.approx(stats.gmean(values, axis=0), rel=1e-7)


@pytest.mark.property
@settings(max_examples=25)
@given(
    table=st.lists(
        st.tuples(st.booleans(), st.booleans(), st.integers(1, 9), st.integers(0, 9)),
        min_size=4,
        max_size=8,
    )
)
def test_firth_is_the_maximum_of_the_penalised_likelihood(
    table: list[tuple[bool, bool, int, int]],
) -> None:
    cells = {(False, False): [2, 1], (True, False): [2, 0], (False, True): [3, 0]}
    for first, second, rows, plans in table:
        cell = cells.setdefault((first, second), [0, 0])
        cell[0] += rows
        cell[1] += min(plans, rows)
    patterns = FactorPatterns(
        ("x", "y"),
        np.array(list(cells)),
        np.array([rows for rows, _ in cells.values()]),
        np.array([plans for _, plans in cells.values()]),
        "assumed",
    )
    surface = sensitivity_surface(
        lambda *_: patterns,
        ("x", "y"),
        assessments=(patterns.total_assessments,),
        overlaps=(0.0,),
        replicates=1,
        method="firth",
    )
    design = np.column_stack([np.ones(len(patterns)), patterns.flags])

    def minus_penalised(beta: np.ndarray) -> float:
        linear = design @ beta
        share = special.expit(linear)
        weights = patterns.assessments * share * (1 - share)
        value = patterns.plans @ linear - patterns.assessments @ np.logaddexp(0, linear)
        sign, determinant = np.linalg.slogdet(design.T @ (weights[:, None] * design))
        return np.inf if sign <= 0 else -(value + determinant / 2)

    best = optimize.minimize(
        minus_penalised,
        np.zeros(3),
        method="Nelder-Mead",
        options={"xatol": 1e-9, "fatol": 1e-12, "maxiter": 5000, "maxfev": 5000},
    )
    assert np.log(surface.odds_ratio[:, 0, 0]) == pytest.approx(best.x[1:], abs=1e-4)
    covariance = np.linalg.inv(
        design.T
        @ (
            (patterns.assessments * (p := special.expit(design @ best.x)) * (1 - p))[:, None]
            * design
        )
    )
    wide = stats.norm.ppf(0.975) * np.sqrt(np.diag(covariance)[1:])
    assert np.log(surface.high[:, 0, 0]) == pytest.approx(best.x[1:] + wide, abs=1e-3)


@pytest.mark.unit
def test_separated_factors_are_fitted_with_firth_throughout_or_refused() -> None:
    separated = FactorPatterns(
        ("x",), np.array([[False], [True]]), np.array([50, 5]), np.array([20, 5]), "assumed"
    )
    plain = FactorPatterns(
        ("x",), np.array([[False], [True]]), np.array([50, 5]), np.array([20, 3]), "assumed"
    )

    def cohorts(assessments: int, overlap: float, replicate: int) -> FactorPatterns:
        return separated if overlap > 0 else plain

    grid = {"assessments": (55,), "overlaps": (0.0, 0.5), "replicates": 1}
    surface = sensitivity_surface(cohorts, ("x",), **grid)  # type: ignore[arg-type]
    assert surface.method == "firth"
    # Firth of a 2 x 2 table adds one half to each cell.
    assert surface.odds_ratio[0, 0] == pytest.approx(
        [(3.5 / 2.5) / (20.5 / 30.5), (5.5 / 0.5) / (20.5 / 30.5)], rel=1e-6
    )
    with pytest.raises(DataError, match="no maximum"):
        sensitivity_surface(cohorts, ("x",), method="likelihood", **grid)  # type: ignore[arg-type]


@pytest.mark.unit
def test_the_outcome_enters_through_the_margins_alone() -> None:
    """Which row with the same factors had the plan, or even which pattern, does not matter."""
    flags = np.array([[0, 0], [1, 0], [0, 1], [1, 1]], dtype=bool)
    rows = np.array([60, 40, 30, 20])
    # A plan moved from (x) and one from (y) to (x and y) and to neither: the margins stay.
    tables = {
        0: FactorPatterns(("x", "y"), flags, rows, np.array([10, 12, 9, 5]), "assumed"),
        1: FactorPatterns(("x", "y"), flags, rows, np.array([14, 8, 5, 9]), "assumed"),
    }
    assert tables[0].counts() == tables[1].counts()
    found = [
        sensitivity_surface(
            lambda *_, t=t: tables[t],  # type: ignore[misc]
            ("x", "y"),
            assessments=(150,),
            overlaps=(0.0,),
            replicates=1,
            method=method,
        ).odds_ratio
        for method in ("likelihood", "firth")
        for t in tables
    ]
    assert found[0] == pytest.approx(found[1], rel=1e-9)
    assert found[2] == pytest.approx(found[3], rel=1e-6)


def _surface(values: list[list[list[float]]], spread: float = 1.01) -> SensitivitySurface:
    middle = np.array(values)
    return SensitivitySurface(
        NAMES, (1000, 2000), (0.0, 0.5), middle, middle / spread, middle * spread, 0.95, 1, "firth"
    )


@pytest.mark.unit
def test_summaries_say_what_survives_every_assumption() -> None:
    surface = _surface([[[1.5, 1.2], [3, 2]], [[0.5, 0.8], [1.1, 0.9]], [[0.2, 0.4], [0.9, 0.8]]])
    found = surface.summaries()
    assert [each.verdict for each in found] == [
        "always above 1",
        "sign depends on the assumption",
        "always below 1",
    ]
    assert [each.is_clear for each in found] == [True, False, True]
    assert (found[0].smallest, found[0].smallest_at) == (1.2, (1000, 0.5))
    assert (found[0].largest, found[0].largest_at) == (3, (2000, 0.0))
    assert "always above 1" in str(surface)
    assert "some intervals reach 1" not in str(surface)
    wide = _surface([[[1.5, 1.2], [3, 2]]] * 3, spread=1.3).summaries()[0]
    assert str(wide).endswith("always above 1, some intervals reach 1")
    frame = surface.summary_frame()
    assert frame["verdict"].tolist() == [each.verdict for each in found]
    assert frame["basis"].eq("assumed").all()


@pytest.mark.unit
def test_the_frame_is_tidy() -> None:
    surface = _surface([[[1.5, 1.2], [3, 2]], [[0.5, 0.8], [1.1, 0.9]], [[0.2, 0.4], [0.9, 0.8]]])
    frame = surface.to_frame()
    assert list(frame.columns[:6]) == [
        "factor", "assessments", "overlap", "odds_ratio", "low", "high",
    ]  # fmt: skip
    assert len(frame) == 12
    row = frame[(frame.factor == "b") & (frame.assessments == 2000) & (frame.overlap == 0.5)]
    assert row["odds_ratio"].item() == 0.9
    assert frame["basis"].eq("assumed").all()
    with pytest.raises(ValueError, match="read-only"):
        surface.odds_ratio[0] = 1
    with pytest.raises(DataError, match="must have shape"):
        SensitivitySurface(
            NAMES, (1,), (0.0,), np.ones((3, 1, 1)), np.ones((3, 1, 2)), np.ones((3, 1, 1)),
            0.95, 1, "firth",
        )  # fmt: skip


@pytest.mark.unit
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"assessments": ()}, "numbers of assessments"),
        ({"overlaps": (0.1, 0.1)}, "overlaps must be given, each once"),
        ({"factors": ()}, "factors must be given"),
        ({"replicates": 0}, "at least 1 cohort"),
        ({"level": 1.0}, "between 0 and 1"),
    ],
)
def test_empty_grids_are_refused(change: dict[str, object], message: str) -> None:
    asked = {"factors": NAMES, "assessments": (200,), "overlaps": (0.1,), **change}
    with pytest.raises(DataError, match=message):
        sensitivity_surface(_patterns, **asked)  # type: ignore[arg-type]


@pytest.mark.unit
def test_unknown_methods_and_factors_are_refused() -> None:
    grid = {"assessments": (200,), "overlaps": (0.1,)}
    with pytest.raises(UnknownNameError, match="likelihood"):
        sensitivity_surface(_patterns, NAMES, method="likelyhood", **grid)  # type: ignore[arg-type]
    with pytest.raises(UnknownNameError):
        sensitivity_surface(_patterns, ("a", "z"), **grid)  # type: ignore[arg-type]


# The report card.


@pytest.fixture(scope="module")
def reported() -> SensitivitySurface:
    return sensitivity_surface(
        _reported,
        factor_counts().factors,
        assessments=(1500, 2250, 3000, 5000),
        overlaps=(0.0, 0.35, 0.7),
    )


@pytest.mark.regression
@pytest.mark.parametrize(
    ("factor", "smallest", "largest", "verdict"),
    [
        ("child_emotional_abuse", 1.1, 6.7, "always above 1"),
        ("parent_domestic_violence", 0.4, 3.4, "sign depends on the assumption"),
        ("child_domestic_violence", 0.3, 1.9, "sign depends on the assumption"),
    ],
)
def test_the_report_card(
    reported: SensitivitySurface, factor: str, smallest: float, largest: float, verdict: str
) -> None:
    found = reported.summaries()[reported.factors.index(factor)]
    assert found.smallest == pytest.approx(smallest, abs=0.06)
    assert found.largest == pytest.approx(largest, abs=0.2)
    assert found.verdict == verdict
    assert found.smallest_at == (1500, 0.0)
    assert found.largest_at == (5000, 0.0)


@pytest.mark.regression
def test_same_cohorts_same_bytes(reported: SensitivitySurface) -> None:
    again = sensitivity_surface(
        _reported, reported.factors, assessments=(1500, 2250), overlaps=(0.0, 0.35)
    )
    for name in ("odds_ratio", "low", "high"):
        part = np.ascontiguousarray(getattr(reported, name)[:, :2, :2])
        assert getattr(again, name).tobytes() == part.tobytes()


@pytest.mark.integration
def test_all_34_factors_at_once() -> None:
    targets = published_targets(2250, seed=1)

    def cohorts(assessments: int, overlap: float, replicate: int) -> FactorPatterns:
        counts = targets.counts
        layout = UnitLayout.plan(
            "test",
            replicate,
            np.full(len(counts.factors), overlap),
            Margins(assessments, counts.total_plans, counts.plans, targets.without_plan),
        )
        plan, flags = draw_block(layout, 0)
        return pattern_counts(counts.factors, plan, flags, basis="assumed")

    surface = sensitivity_surface(
        cohorts, targets.counts.factors, assessments=(2250,), overlaps=(0.3,), replicates=2
    )
    assert np.isfinite(surface.odds_ratio).all()
    assert (surface.low < surface.odds_ratio).all()
    assert (surface.odds_ratio < surface.high).all()


# The chart, and the command with the workflow in its place.


RANGES = (
    ("Child Emotional Abuse", (1.1, 2.0, 6.8), "always above 1"),
    ("Child Neglect", (0.7, 5.0), "sign depends on the assumption"),
    ("Child Domestic Violence", (0.3, 0.995), "always below 1"),
)


@pytest.mark.unit
def test_the_chart_says_each_range_and_verdict() -> None:
    import xml.etree.ElementTree as ET

    from riskmodel.report.charts.sensitivity import SensitivityRange, draw_sensitivity

    ranges = [SensitivityRange(*one) for one in RANGES]
    drawing = draw_sensitivity("sensitivity", ranges)
    for svg in (drawing.svg, drawing.svg_narrow):
        text = svg.decode()
        ET.fromstring(text)
        for words in ("1.1 to 6.8", "0.7 to 5.0", "Child Neglect", "Above 1 whatever is assumed"):
            assert words in text
        # Never 1.0 for what lies below.
        assert "0.3 to 0.99" in text
    assert draw_sensitivity("sensitivity", ranges).svg == drawing.svg
    alone = draw_sensitivity("sensitivity", ranges[:1]).svg.decode()
    assert "Below 1 whatever is assumed" not in alone


@pytest.fixture
def run_sensitivity(monkeypatch: pytest.MonkeyPatch):
    import typer
    from typer.testing import CliRunner

    from riskmodel.cli.sensitivity import sensitivity

    asked: dict[str, object] = {}

    def workflow(**options: object) -> SensitivitySurface:
        asked.update(options)
        values = [[[1.5, 1.2], [3, 2]], [[0.5, 0.8], [1.1, 0.9]], [[0.2, 0.4], [0.9, 0.8]]]
        return _surface(values, spread=1.3)  # type: ignore[arg-type]

    monkeypatch.setattr("riskmodel.authority.margins.assumed_surface", workflow)
    app = typer.Typer()
    app.command()(sensitivity)

    def run(*words: str):
        return CliRunner().invoke(app, list(words)), asked

    return run


@pytest.mark.integration
def test_the_command_says_what_survives(run_sensitivity, tmp_path) -> None:
    out = tmp_path / "surface.svg"
    grid = ("--assessments", "1000,2000", "--overlap", "0,0.5")
    result, asked = run_sensitivity(*grid, "--factors", "17A,3B", "--seed", "3", "--out", str(out))
    assert result.exit_code == 0
    words = " ".join(result.output.split())
    for factor, verdict in (
        ("A", "always above 1"),
        ("B", "sign depends on the assumption"),
        ("C", "always below 1"),
    ):
        assert any(
            line.split()[:1] == [factor] and verdict in line for line in result.output.splitlines()
        )
    assert "ranges reach 1: A" in words
    assert "Firth" in words
    assert "basis: assumed" in words.lower()
    assert asked["assessments"] == (1000, 2000)
    assert asked["overlaps"] == (0.0, 0.5)
    assert asked["factors"] == ["17A", "3B"]
    assert asked["seed"] == 3
    assert b"<svg" in out.read_bytes()


@pytest.mark.integration
def test_the_command_as_data(run_sensitivity) -> None:
    import json

    result, asked = run_sensitivity("--format", "csv")
    lines = result.output.splitlines()
    assert lines[0] == "factor,assessments,overlap,odds_ratio,low,high,level,method,basis"
    assert len(lines) == 13
    assert asked["factors"] == "printed"
    data = json.loads(run_sensitivity("--format", "json", "--factors", "all")[0].output)
    assert len(data["surface"]) == 12
    assert data["summary"][0]["verdict"] == "always above 1"
