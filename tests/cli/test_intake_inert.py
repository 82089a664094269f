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
