"""Teams, their files, and whole children allocated to them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskmodel.caseload import Team, draw_allocation, published_structure, read_structure
from riskmodel.caseload import structure_template as template
from riskmodel.caseload.structure import STATUSES, Structure
from riskmodel.errors import DataError, UnknownNameError


@pytest.mark.regression
def test_the_published_teams_hold_what_is_printed():
    structure = published_structure()
    teams = structure.to_frame().groupby(["kind", "area"])[list(STATUSES)].sum()
    assert teams.loc[("family_support", "south")].tolist() == pytest.approx([163, 51, 203])
    assert teams.loc[("family_support", "central")].tolist() == pytest.approx([223, 58, 297])
    assert teams.loc[("family_support", "north")].tolist() == pytest.approx([208, 36, 254])
    assert teams.loc[("specialist", "county")].tolist() == [13, 13, 49]
    assert structure.counts().sum(axis=1).tolist() == pytest.approx([626, 555, 1801])
    assert structure.areas == ("south", "central", "north")
    assert len(structure.family_support) == 7


@pytest.mark.unit
@pytest.mark.parametrize("form", ["csv", "toml"])
def test_the_template_reads_back(tmp_path, form):
    path = tmp_path / f"teams.{form}"
    path.write_text(template(form), encoding="utf-8")
    found = read_structure(path)
    assert found.names == published_structure().names
    np.testing.assert_allclose(found.counts(), published_structure().counts(), atol=0.06)
    assert found.basis == "observed"
    assert "7 family support teams" in str(found)


@pytest.mark.unit
def test_there_is_no_other_form_of_template():
    with pytest.raises(UnknownNameError, match="csv"):
        template("xlsx")


HEAD = "team,area,kind,child_protection_plan,looked_after,child_in_need_plan,unallocated,workers\n"


@pytest.mark.unit
@pytest.mark.parametrize(
    ("text", "words"),
    [
        (HEAD + "a,n,,1,2,x,,3\n", r"teams.csv, line 2, field child_in_need_plan.*'x'"),
        (HEAD + "a,n,,1,2,3,,0\n", r"line 2, field workers.*above 0"),
        (HEAD + "a,n,,1,2,3,,5..4\n", r"line 2, field workers"),
        (HEAD + "a,n,,1,2,3,4,5\n", r"line 2, field unallocated.*more than the 3"),
        (HEAD + "a,n,,1,2,3,,\n", r"line 2, field workers.*needs its workers"),
        (HEAD + "a,n,famly_support,1,2,3,,1\n", r"line 2, field kind.*Did you mean"),
        (HEAD + "a,n,,1,2,3,,1\na,n,,1,2,3,,1\n", r"line 3, field team.*line 2 too"),
        (HEAD + "a,n,,1,2,3,1\n", r"line 2: has 7 cells under 8"),
        (HEAD + "a,n,other,1,2,3,,\n", r"at least one team of kind family_support"),
        (HEAD, "holds no team"),
        ("team,aria\n", r"line 1, field aria.*Did you mean 'area'"),
        ("team,area\n", r"needs the columns child_protection_plan"),
        (HEAD + "a,,,1,2,3,,1\n", r"line 2, field area"),
        (HEAD + ",n,,1,2,3,,1\n", r"line 2, field team.*needs a name"),
    ],
)
def test_a_wrong_csv_says_where(tmp_path, text, words):
    path = tmp_path / "teams.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=words):
        read_structure(path)


TEAM = '[[team]]\nteam = "a"\narea = "n"\nchild_protection_plan = 1\n'


@pytest.mark.unit
@pytest.mark.parametrize(
    ("text", "words"),
    [
        (TEAM + "looked_after = -1\nchild_in_need_plan = 3\n", "line 5, field looked_after"),
        (TEAM + "looked_aftr = 1\n", "line 5, field looked_aftr.*looked_after"),
        (TEAM + "looked_after = 1\n", "line 1, field child_in_need_plan.*needs child_in_need_plan"),
        ("[[team]]\nteam = 3\n", "needs area"),
        (TEAM.replace('"a"', "3") + "looked_after = 1\nchild_in_need_plan = 1\n", "be a text"),
        ("[teams]\na = 1\n", "Did you mean 'team'"),
        ("team = 3\n", r"line 1, field team: must be tables, each with two brackets: \[\[team\]\]"),
        ("[[team]\n", "no TOML"),
    ],
)
def test_a_wrong_toml_says_where(tmp_path, text, words):
    path = tmp_path / "teams.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=words):
        read_structure(path)


@pytest.mark.unit
def test_what_looks_like_a_team_within_a_text_moves_no_line(tmp_path):
    path = tmp_path / "teams.toml"
    sound = "looked_after = 1\nchild_in_need_plan = 1\n"
    area = 'area = """n\n[[team]]\nlooked_after = 9\n"""\n'
    first = TEAM.replace('area = "n"\n', area) + 'kind = "other"\n' + sound
    text = first + TEAM + sound.replace("= 1", "= -1", 1)
    path.write_text(text, encoding="utf-8")
    assert text.split("\n")[14] == "looked_after = -1"
    with pytest.raises(DataError, match="line 15, field looked_after: must be a number of cases"):
        read_structure(path)


@pytest.mark.unit
def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(DataError, match=r"teams.csv: cannot be read"):
        read_structure(tmp_path / "teams.csv")


@pytest.mark.unit
def test_impossible_teams_are_refused():
    with pytest.raises(DataError, match="field looked_after: found -1; allowed: a number of cases"):
        Team("a", "n", "other", 1, -1, 0)
    with pytest.raises(UnknownNameError, match="kind of team"):
        Team("a", "n", "team", 1, 0, 0)
    with pytest.raises(DataError, match="both ends"):
        Team("a", "n", "other", 1, 0, 0, workers_low=1.0)
    team = Team("a", "n", "family_support", 1, 0, 0, workers_low=1, workers_high=2)
    with pytest.raises(DataError, match="'a' stands twice"):
        Structure((team, team), "test", "assumed")
    with pytest.raises(DataError, match="hold no cases"):
        Structure(
            (Team("a", "n", "family_support", 0, 0, 0, workers_low=1, workers_high=2),),
            "test",
            "assumed",
        )


@pytest.mark.property
@settings(max_examples=30)
@given(st.integers(0, 2**31), st.integers(0, 20_000), st.sampled_from(STATUSES))
def test_every_child_is_in_one_team(seed, children, status):
    replicates = 7
    allocation = draw_allocation(published_structure(), seed, replicates)
    random = np.random.default_rng(seed)
    stock = random.integers(0, children + 1, (5, replicates)).astype(np.int32)
    found = allocation.of_status(status, stock)
    assert found.min() >= 0
    np.testing.assert_array_equal(found.sum(axis=0), stock)
    exact = allocation.shares[STATUSES.index(status)][:, None, :] * stock
    # Within one child of its share, and a rounding error of single precision.
    assert np.abs(found - exact).max() <= 1 + 1e-6 * children


@pytest.mark.unit
def test_shares_spread_as_counted_and_keep_the_first_replicates():
    structure = published_structure()
    allocation = draw_allocation(structure, 5, 3000)
    counts = structure.counts()
    expected = counts / counts.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(allocation.shares.sum(axis=1), 1)
    size = counts.sum(axis=1, keepdims=True)
    # Dirichlet-multinomial: p (1 - p) (n + A) / (1 + A) / n with A = n.
    spread = np.sqrt(expected * (1 - expected) * 2 / (size + 1))
    error = np.abs(allocation.shares.mean(axis=2) - expected)
    assert (error <= 4.5 * spread / np.sqrt(3000) + 1e-12).all()
    held = expected > 0.02
    np.testing.assert_allclose(allocation.shares.std(axis=2)[held], spread[held], rtol=0.08)
    fewer = draw_allocation(structure, 5, 40)
    np.testing.assert_array_equal(fewer.shares, allocation.shares[..., :40])
    low, high = structure.workers()
    known = ~np.isnan(low)
    assert (allocation.workers[known] >= low[known, None]).all()
    assert (allocation.workers[known] <= high[known, None]).all()
    assert np.isnan(allocation.workers[~known]).all()


@pytest.mark.unit
def test_a_status_that_nobody_holds_goes_where_cases_are():
    teams = (
        Team("a", "n", "family_support", 10, 0, 30, workers_low=2, workers_high=2),
        Team("b", "n", "family_support", 5, 0, 15, workers_low=1, workers_high=1),
    )
    allocation = draw_allocation(Structure(teams, "test", "assumed"), 1, 500)
    assert allocation.shares[1].mean(axis=1).tolist() == pytest.approx([2 / 3, 1 / 3], abs=0.02)
    with pytest.raises(DataError, match="1 replicate or more"):
        draw_allocation(published_structure(), 1, 0)
