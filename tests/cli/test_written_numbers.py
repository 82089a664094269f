"""Numbers as CSV and JSON hold them: 12 digits, and an end that is none is no missing number."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest

from riskmodel.cli.output import print_frame, print_json
from riskmodel.report import Table
from riskmodel.report.tidy import tidy_columns

FRAME = pd.DataFrame(
    {
        "what": ["a", "=b"],
        "q50": [335.04999999999995, -1 / 3],
        "high": [math.inf, math.nan],
        "low": [-math.inf, 2.0],
        "count": [3, 1_234_567_890_123_456],
    }
)


@pytest.mark.unit
def test_csv_has_twelve_digits_and_tells_no_limit_from_not_known(capsys):
    print_frame(FRAME)
    assert capsys.readouterr().out.splitlines() == [
        "what,q50,high,low,count",
        "a,335.05,inf,-inf,3",
        "'=b,-0.333333333333,,2.0,1234567890123456",
    ]


@pytest.mark.unit
def test_json_has_the_same_numbers(capsys):
    print_json({"rows": FRAME.to_dict("records"), "one": np.float64(0.1) + 0.2})
    assert json.loads(capsys.readouterr().out) == {
        "rows": [
            {"what": "a", "q50": 335.05, "high": "inf", "low": "-inf", "count": 3},
            {
                "what": "=b",
                "q50": -0.333333333333,
                "high": None,
                "low": 2.0,
                "count": 1_234_567_890_123_456,
            },
        ],
        "one": 0.3,
    }


@pytest.mark.unit
def test_tables_of_a_report_have_the_same_digits():
    columns = tidy_columns(Table("t", "T", FRAME[["what", "q50"]]))
    assert columns[1].cells == (335.05, -0.333333333333)
