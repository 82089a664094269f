"""What is written is whole or absent, under a name that nobody can foresee, and leaves nothing."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from riskmodel.core import files
from riskmodel.core.files import new_file, new_folder, private_name, replace_folder, write_file
from riskmodel.errors import OutputError

pytestmark = pytest.mark.unit


def _aged(path: Path) -> Path:
    long_ago = time.time() - files.REMAINS_AFTER - 60
    os.utime(path, (long_ago, long_ago))
    return path


def _remains_of(target: Path) -> Path:
    """What a run that was killed while it wrote leaves."""
    rest = private_name(target)
    rest.write_text("half")
    return rest


def _interrupted_at(partial: Path) -> None:
    partial.write_text("half")
    raise KeyboardInterrupt


def test_a_file_is_replaced_whole_and_nothing_stays_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "a.svg"
    for content in ("first", b"second"):
        write_file(target, content)
    assert target.read_bytes() == b"second"
    assert [path.name for path in target.parent.iterdir()] == ["a.svg"]


def test_after_an_error_the_old_content_stands_alone(tmp_path: Path) -> None:
    target = tmp_path / "a.csv"
    target.write_text("old")
    with pytest.raises(KeyboardInterrupt), new_file(target, overwrite=True) as partial:
        _interrupted_at(partial)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a.csv": "old"}


def test_a_planted_link_is_not_followed(tmp_path: Path) -> None:
    """Names of former versions could be foreseen, and a link waiting there was written through."""
    victim = tmp_path / "victim"
    victim.write_text("mine")
    target = tmp_path / "a.svg"
    (tmp_path / ".a.svg.part").symlink_to(victim)
    write_file(target, "picture")
    assert victim.read_text() == "mine"
    assert private_name(target) != private_name(target)


def test_what_a_killed_run_left_is_taken_away_by_the_next(tmp_path: Path) -> None:
    target = tmp_path / "a.csv"
    left, writing = _aged(_remains_of(target)), _remains_of(target)
    other = _aged(_remains_of(tmp_path / "b.csv"))
    write_file(target, "whole")
    assert not left.exists()
    assert writing.exists()  # another run may be at it
    assert other.exists()  # not ours to judge


def test_a_folder_that_was_put_aside_comes_back(tmp_path: Path) -> None:
    """Killed between the two renames: the old folder stands under its hidden name alone."""
    target = tmp_path / "report"
    aside = private_name(target, "old")
    aside.mkdir()
    (aside / "page").write_text("old")
    _aged(aside)
    files.clear_remains(target)
    assert (target / "page").read_text() == "old"


def test_a_folder_is_replaced_whole(tmp_path: Path) -> None:
    target = tmp_path / "study"
    replace_folder(target, {"a": b"1", "deep/b": b"2"})
    replace_folder(target, {"c": b"3"})
    assert [path.name for path in target.iterdir()] == ["c"]
    assert [path.name for path in tmp_path.iterdir()] == ["study"]


def test_names_as_long_as_a_system_allows_are_written(tmp_path: Path) -> None:
    target = tmp_path / ("x" * 250)
    write_file(target, "whole")
    assert target.read_text() == "whole"


@pytest.mark.parametrize("made", [new_file, new_folder])
def test_a_place_below_a_file_is_refused_in_words(tmp_path: Path, made) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="is a file"), made(tmp_path / "file" / "a" / "b"):
        pass
