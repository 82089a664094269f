"""Folders of authorities to open: a made-up one, and small ones of a few lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from riskmodel.authority.folder.workbook_template import workbook_bytes

FolderOf = Callable[..., Path]

MONTHS = "month,cpp_stock,cpp_starts,cpp_ends\n" + "".join(
    f"2023-{month:02d},{400 + month},{40},{39}\n" for month in range(1, 13)
)
TEAMS = (
    "team,area,kind,child_protection_plan,looked_after,child_in_need_plan,unallocated,workers\n"
    "one,north,family_support,212,0,0,0,10\n"
    "two,south,family_support,200,0,0,0,10\n"
)


@pytest.fixture(scope="module", autouse=True)
def _calibrated_once(calibrated_once: None) -> None:
    """The same figures are calibrated once for all tests."""


@pytest.fixture
def folder_of(tmp_path: Path) -> FolderOf:
    """Write a folder: the text of authority.toml, cells of the workbook, other files by name."""

    def write(
        settings: str = "",
        cells: Mapping[str, list[dict[str, Any]]] | None = None,
        files: Mapping[str, str] | None = None,
    ) -> Path:
        folder = tmp_path / "mine"
        folder.mkdir()
        (folder / "authority.toml").write_text(settings, encoding="utf-8")
        if cells is not None:
            (folder / "inputs.xlsx").write_bytes(workbook_bytes(cells))
        for name, text in (files or {}).items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return folder

    return write
