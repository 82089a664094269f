"""What is said of the posts that there are now."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from riskmodel.authority.folder.checks import check_folder
from riskmodel.authority.posts_now import posts_now_words
from riskmodel.caseload import published_structure, read_structure
from riskmodel.caseload.scenario_workforce import usual_workforce
from tests.authority.conftest import MONTHS, TEAMS

FOUND = SimpleNamespace(posts_now=27.2, workers_now=24.0)
NOW = "The teams now hold 20.6 cases for each of their 20.0 full-time workers"


@pytest.fixture
def teams(tmp_path):
    path = tmp_path / "teams.csv"
    path.write_text(TEAMS, encoding="utf-8")
    return read_structure(path)


@pytest.mark.unit
def test_posts_that_nobody_gave_are_explained(teams):
    force = usual_workforce(teams)
    said = posts_now_words(teams, force, FOUND)
    assert said.startswith(f"{NOW}. No number of posts is given: the 27 are worked out from these")
    assert f"{force.first('vacancy_rate'):.0%} of posts vacant" in said


@pytest.mark.unit
def test_posts_that_are_given_and_those_of_the_published_teams_are_not_worked_out(teams):
    force = replace(usual_workforce(teams), posts=31.0)
    assert posts_now_words(teams, force, FOUND) == f"{NOW}; of the 27 posts 24 are filled."
    shipped = published_structure()
    said = posts_now_words(shipped, usual_workforce(shipped), FOUND)
    assert said.startswith("The teams now hold ")
    assert "posts" not in said


@pytest.mark.integration
def test_workers_that_differ_from_the_teams_name_the_key(folder_of):
    folder = folder_of(
        "[workforce]\nin_post = 40\n", files={"months.csv": MONTHS, "teams.csv": TEAMS}
    )
    (said,) = [
        one.message for one in check_folder(folder).problems if "workforce comes" in str(one)
    ]
    assert "give holding_cases" in said
