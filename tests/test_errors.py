"""What an error says: what was found, where, and what is allowed."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

import pytest

import riskmodel
from riskmodel.errors import (
    DataError,
    OutputError,
    RiskmodelError,
    UnknownNameError,
    file_in_the_way,
    unreadable,
    unwritable,
)

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ({}, "not a number"),
        ({"file": "a.csv"}, "a.csv: not a number"),
        ({"file": "a.csv", "line": 3}, "a.csv, line 3: not a number"),
        ({"line": 0, "field": "plans"}, "line 0, field plans: not a number"),
        (
            {"file": "a.csv", "line": 3, "field": "plans"},
            "a.csv, line 3, field plans: not a number",
        ),
    ],
)
def test_a_data_error_names_its_place(places: dict[str, object], expected: str) -> None:
    error = DataError("not a number", **places)  # type: ignore[arg-type]
    assert str(error) == expected
    assert (error.file, error.line, error.field) == (
        places.get("file"),
        places.get("line"),
        places.get("field"),
    )


@pytest.mark.parametrize(
    ("name", "nearest"),
    [("risk_factor", "risk_factors"), ("RISK_FACTORS", "risk_factors"), ("Legal-Status", "Legal")],
)
def test_an_unknown_name_is_answered_with_the_nearest(name: str, nearest: str) -> None:
    message = str(UnknownNameError("table", name, ["Legal_Status", "risk_factors"]))
    assert message.startswith(f"There is no table '{name}'. Did you mean '{nearest}")
    assert "Allowed: Legal_Status, risk_factors." in message


def test_a_far_name_gets_no_suggestion() -> None:
    error = UnknownNameError("table", "zzz", iter(["legal_status", "risk_factors"]))
    assert "Did you mean" not in str(error)
    assert error.allowed == ["legal_status", "risk_factors"]


def test_a_long_list_of_allowed_names_is_cut() -> None:
    allowed = [f"statement_{number}" for number in range(200)]
    message = str(UnknownNameError("statement", "statement_199x", allowed))
    assert "'statement_199'" in message
    assert "…" in message
    assert len(message) < 500


def test_where_nothing_is_allowed_that_is_said() -> None:
    assert str(UnknownNameError("area", "North", [])) == "There is no area 'North'. Allowed: none."


def test_part_of_a_name_finds_the_whole_one() -> None:
    found = str(UnknownNameError("measure", "cpp", ["lac_at_31_mar", "cpp_at_31_mar"]))
    assert "Did you mean 'cpp_at_31_mar'?" in found
    assert "mean" not in str(UnknownNameError("measure", "at", ["lac_at_31_mar", "cpp_at_31_mar"]))


def _refusal(path: Path) -> str:
    with pytest.raises((OSError, UnicodeDecodeError)) as found:
        path.read_text(encoding="utf-8")
    return str(unreadable(path, found.value))


def test_a_file_that_cannot_be_read_says_why_and_what_to_do(tmp_path: Path) -> None:
    latin, book = tmp_path / "own.csv", tmp_path / "own.xlsx"
    latin.write_bytes("Süd".encode("latin-1"))
    book.write_bytes(b"PK\x03\x04\xff")
    assert _refusal(tmp_path / "no.csv") == "no.csv: cannot be read: No such file"
    assert _refusal(tmp_path).endswith("cannot be read: this is a folder; give the name of a file")
    assert _refusal(latin).endswith("this is no UTF-8 text; save it as UTF-8")
    assert "this is an Excel workbook (.xlsx)" in _refusal(book)
    assert str(unreadable(Path(), OSError())).startswith(".: cannot be read")
    assert "open in another program" in str(unreadable(latin, PermissionError()))


def test_a_file_in_the_place_of_a_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    place = tmp_path / "file" / "deeper" / "chart.svg"
    assert file_in_the_way(place) == tmp_path / "file"
    assert file_in_the_way(tmp_path / "new" / "chart.svg") is None
    said = str(unwritable(place, NotADirectoryError()))
    assert said == f"{place} cannot be written: {tmp_path / 'file'} is a file, not a folder"
    full = unwritable(tmp_path / "a.svg", OSError(28, "No space left on device"))
    assert str(full).endswith("a.svg cannot be written: No space left on device")


@pytest.mark.parametrize(
    "error",
    [
        DataError("not a number", file="a.csv", line=3, field="plans"),
        UnknownNameError("table", "risk_factor", ["risk_factors"]),
        OutputError("cannot write"),
    ],
)
def test_errors_survive_the_way_back_from_a_worker_process(error: RiskmodelError) -> None:
    found = pickle.loads(pickle.dumps(error))
    assert type(found) is type(error)
    assert str(found) == str(error)
    assert vars(found) == vars(error)
    assert isinstance(found, RiskmodelError)


def test_importing_the_package_loads_nothing_heavy() -> None:
    heavy = ("numpy", "pandas", "scipy", "matplotlib", "statsmodels", "sklearn", "pyarrow")
    code = f"import sys, riskmodel; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.strip() == "[]"


def test_public_names_are_found_when_asked_for() -> None:
    for name in riskmodel.__all__:
        assert getattr(riskmodel, name) is not None
    assert set(riskmodel.__all__) <= set(dir(riskmodel))
    with pytest.raises(AttributeError, match="no attribute 'score_child'"):
        _ = riskmodel.score_child
