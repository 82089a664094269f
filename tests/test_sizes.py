"""Modules and functions that a person can hold in mind."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MODULES = [*(ROOT / "riskmodel").rglob("*.py"), *(ROOT / "experiments").rglob("*.py")]
LONGEST_MODULE, LONGEST_BODY = 400, 60

pytestmark = pytest.mark.unit


def bodies(text: str) -> Iterator[tuple[str, int]]:
    """Each function's name, and how many lines its body has without its docstring."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node, clean=False) else node.body
            end = node.end_lineno or 0
            yield node.name, end - body[0].lineno + 1 if body else 0


def test_no_module_is_longer_than_a_person_can_hold_in_mind() -> None:
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert len(lines) > 500
    assert not {str(path.relative_to(ROOT)): n for path, n in lines.items() if n > LONGEST_MODULE}


def test_no_function_is_longer_than_a_screen() -> None:
    too_long = {
        f"{path.relative_to(ROOT)}: {name}": number
        for path in MODULES
        for name, number in bodies(path.read_text(encoding="utf-8"))
        if number > LONGEST_BODY
    }
    assert not too_long


def test_a_docstring_is_not_counted() -> None:
    text = 'def one():\n    """A.\n\n    B.\n    """\n    x = 1\n    return x\n'
    assert dict(bodies(text)) == {"one": 2}
