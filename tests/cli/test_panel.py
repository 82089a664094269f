"""``riskmodel panel generate``: a made-up country that the other commands take as it is."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("country") / "panel.csv"


@pytest.fixture
def made_up(call, place):
    """Made once; not to be changed."""
    if place.exists():
        return place
    out = place
    words = ("--authorities", 24, "--years", "2015-2023", "--seed", 3)
    answer = call("panel", "generate", "--out", out, *words)
    assert answer.code == 0
    assert "27 authorities and England, 2015 to 2023" in answer.out
    assert "made up" in answer.err
    return out


@pytest.mark.end_to_end
@pytest.mark.parametrize(
    "words",
    [
        ("learn",),
        ("national", "--stage", "cpp", "--months", 12, "--simulations", 50),
        ("project", "--authority", "M001", "--stage", "cpp", "--months", 3, "--simulations", 50),
        ("backtest", "--models", "last_value", "--origins", 2020, "--horizons", 1, "--workers", 1),
    ],
    ids=lambda words: words[0],
)
def test_the_other_commands_run_on_it_and_say_that_it_is_made_up(call, made_up, words):
    answer = call(words[0], made_up, *words[1:])
    assert answer.code == 0, answer.err
    said = " ".join(f"{answer.out} {answer.err}".split())
    assert "The panel is made up: no authority in it exists" in said


@pytest.mark.end_to_end
def test_the_page_of_the_country_says_that_it_is_made_up(call, made_up, tmp_path):
    page = tmp_path / "country"
    words = ("--stage", "cpp", "--months", 12, "--simulations", 50, "--out", page)
    assert call("national", made_up, *words).code == 0
    text = (page / "index.html").read_text(encoding="utf-8")
    assert "<h1>Made up: " in text
    assert "no authority in it exists" in text
    assert "Made-up England" in text


@pytest.mark.end_to_end
@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--out", "panel.toml"), "written as .csv"),
        (("--out", "panel.csv", "--years", "2010-2099"), "a last year that is over"),
        (("--out", "panel.csv", "--years", "2010,2012"), "such as 2010-2023"),
        (("--out", "panel.csv", "--authorities", 2), "6 to 1,000 authorities"),
        (("--out", "panel.csv", "--seed", -1), "seed"),
    ],
)
def test_what_cannot_be_made_is_refused(call, tmp_path, monkeypatch, words, message):
    monkeypatch.chdir(tmp_path)
    answer = call("panel", "generate", *words)
    assert answer.code == 2
    assert message in " ".join(answer.err.split())
    assert not list(tmp_path.iterdir())


@pytest.mark.end_to_end
def test_a_file_that_is_there_stays(call, made_up):
    before = made_up.read_bytes()
    assert call("panel", "generate", "--out", made_up).code == 2
    assert made_up.read_bytes() == before
