"""What intake writes of other people's cells, a spreadsheet does not run."""

from __future__ import annotations

import pytest


@pytest.mark.end_to_end
def test_an_issue_that_quotes_a_formula_is_written_as_text(call, tmp_path):
    table = tmp_path / "table.csv"
    table.write_text(
        "assessment_id,plan,child_neglect\nA1,=HYPERLINK(1),1\nA2,1,0\n", encoding="utf-8"
    )
    issues = tmp_path / "issues.csv"
    answer = call("intake", "check", str(table), "--issues-out", str(issues))
    assert answer.code == 1
    cells = [
        cell.strip('"')
        for line in issues.read_text("utf-8").splitlines()
        for cell in line.split(",")
    ]
    assert any("HYPERLINK" in cell for cell in cells)
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)


@pytest.mark.end_to_end
@pytest.mark.parametrize("inside", [True, False])
def test_a_return_on_children_looked_after_is_checked_too(call, tmp_path, inside):
    folder = tmp_path / "ssda903"
    folder.mkdir()
    file = folder / "episodes.csv"
    file.write_text(
        "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE\n"
        "A1,01/05/2021,S,C2,N1,U1,PR1,01/03/2022,E4A,\n"
        "B2,01/06/2021,S,C2,N1,U1,PR1,01/05/2021,E4A,\n",
        encoding="utf-8",
    )
    issues = tmp_path / "issues.csv"
    answer = call("intake", "check", folder if inside else file, "--issues-out", issues)
    assert answer.code == 1, answer.err
    assert "return on children looked after (SSDA903)" in answer.out
    assert "1 of 2 episodes used" in answer.out
    assert "ends_before_start" in answer.out
    assert "B2" not in answer.out
    assert "ends_before_start" in issues.read_text("utf-8")
    as_data = call("intake", "check", file, "--format", "json")
    assert (as_data.code, as_data.json["sound"]) == (1, False)
    refused = call("intake", "check", file, "--strict").message
    assert "episodes.csv" in refused
