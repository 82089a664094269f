"""The record of a benchmark run: what it keeps, what it says of an aim, two runs compared."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent


def load(name: str):
    spec = importlib.util.spec_from_file_location(name, ROOT / "benchmarks" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


summary, growth = load("summary"), load("growth")


def result(name: str, ratio: float, aim: str = "at most 1") -> dict[str, object]:
    return {"name": name, "ours": ratio, "limit_name": "a second", "limit": 1.0, "ratio": ratio,
            "aim": aim, "unit": "s", "processor": None}  # fmt: skip


def run_of(*results: dict[str, object]) -> dict[str, object]:
    return {
        "datetime": "2026-01-02T03:04:05",
        "machine_info": {"node": "secret", "cores": 2, "cpu": {"brand_raw": "A processor"}},
        "benchmarks": [{"extra_info": {"comparisons": list(results)}}, {"extra_info": {}}],
    }


@pytest.mark.unit
@pytest.mark.parametrize(
    ("ratio", "aim", "expected"),
    [
        (1.0, "at most 1", True),
        (1.2, "at most 1.25 (0.8x its speed)", True),
        (1.3, "at most 1.25 (0.8x its speed)", False),
        (1.0, "less than 1", False),
        (0.1, "well below 1", None),
        (410.0, "at least 400", True),
    ],
)
def test_aims(ratio, aim, expected):
    assert summary.reached(ratio, aim) is expected


@pytest.mark.unit
def test_a_record_names_no_machine(tmp_path):
    first, second = tmp_path / "all.json", tmp_path / "small.json"
    first.write_text(json.dumps(run_of(result("a", 0.123456), result("b", 3.0))))
    assert summary.main(["write", str(first), str(second)]) == 0
    kept = json.loads(second.read_text())
    assert "secret" not in second.read_text()
    assert kept["date"] == "2026-01-02"
    assert kept["machine"] == {"cores": 2, "processor": "A processor"}
    assert [each["ratio"] for each in kept["results"]] == [0.1235, 3.0]
    assert [each["reached"] for each in kept["results"]] == [True, False]
    assert summary.small(second) == kept


@pytest.mark.unit
def test_two_runs_compared(tmp_path, capsys):
    paths = [tmp_path / "earlier.json", tmp_path / "later.json"]
    paths[0].write_text(json.dumps(run_of(result("same", 0.5), result("gone", 0.1))))
    paths[1].write_text(json.dumps(run_of(result("same", 0.6), result("new", 2.0))))
    assert summary.main(["compare", *map(str, paths)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split()[:3] == ["0.5", "0.6", "+20%"]
    assert lines[2].split()[:2] == ["-", "2"]
    assert lines[3].split()[:2] == ["0.1", "-"]
    assert summary.main(["compare", str(tmp_path / "none.json"), str(paths[1])]) == 2
    assert "is not there" in capsys.readouterr().err


@pytest.mark.unit
@pytest.mark.parametrize(("power", "fixed"), [(0.0, 1.0), (1.0, 0.0), (1.0, 500.0), (2.0, 500.0)])
def test_exponents(power, fixed):
    points = [
        {"size": size, "seconds": fixed + 3 * size**power} for size in (10, 100, 1000, 10_000)
    ]
    assert growth.exponent(points, "seconds") == pytest.approx(power, abs=0.02)
