"""A local factor is called by one label on the terminal; files keep its name."""

from __future__ import annotations

import pytest

WHY = "made-up rows of a test, seen by nobody"


@pytest.mark.end_to_end
@pytest.mark.parametrize("view", ["rates", "associations", "ranks"])
def test_the_label_is_for_people_and_the_name_for_files(call, tmp_path, view):
    path = tmp_path / "own.csv"
    rows = [f"{row % 3 == 0:d},{row % 2:d},{row % 5 < 2:d}" for row in range(300)]
    head = "plan,child_neglect,factor_hoarding_at_home"
    path.write_text("\n".join((head, *rows)) + "\n", encoding="utf-8")
    asked = ("factors", path, "--show", view, "--no-suppression", WHY)
    text = call(*asked).out
    assert "Hoarding at home" in text
    assert "factor_hoarding" not in text
    assert "factor_hoarding_at_home" in call(*asked, "--format", "csv").out
