"""Tables printed as text: what a person reads as a year or a name stays one."""

from __future__ import annotations

import pandas as pd
import pytest

from riskmodel.cli.output import print_text
from riskmodel.core.result import View

WORDS = {name: ["a sentence that may well be broken " * 3] for name in ("first", "second")}


@pytest.mark.unit
def test_a_year_has_no_comma_and_other_numbers_do(capsys):
    print_text(View(pd.DataFrame({"year": [2014], "count": [2014]})))
    assert capsys.readouterr().out.split()[-2:] == ["2014", "2,014"]


@pytest.mark.unit
def test_where_only_the_names_differ_the_numbers_stay_in_the_table(capsys):
    frame = pd.DataFrame({"component": ["posts", "all"], "cost": [380, 380], "note": ["", ""]})
    print_text(View(frame))
    said = [line.split() for line in capsys.readouterr().out.splitlines() if line.strip()]
    assert said[0] == ["Component", "Cost"]
    assert said[-2:] == [["posts", "380"], ["all", "380"]]


@pytest.mark.unit
def test_a_name_is_not_broken_where_the_table_is_wide(capsys):
    frame = pd.DataFrame({"stage": ["looked_after"], "parameter": ["observation_error"], **WORDS})
    print_text(View(frame))
    said = capsys.readouterr().out
    assert "looked_after" in said
    assert "observation_error" in said
    assert max(map(len, said.splitlines())) <= 120
