"""A scenario that cannot be worked out stops no report: what is without it stands, and says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskmodel.authority import service
from riskmodel.authority.folder.authority import open_authority
from riskmodel.authority.folder.projected import projected
from riskmodel.report.brief.compose import authority_brief
from riskmodel.report.model import Paragraph, Section
from riskmodel.report.sections.register import MAKERS
from riskmodel.report.sizes import Sizes

from ..authority.conftest import TEAMS

SIZES = Sizes(months=26, replicates=40, seed=1)
MONTHS = "month,cpp_stock,cpp_starts,cpp_ends,lac_stock,lac_starts,lac_ends\n" + "".join(
    f"2023-{month:02d},{400 + month},40,39,301,6,6\n" for month in range(1, 13)
)
CHANGE = (
    'name = "{}"\ndescription = "A test."\n[[change]]\nfrom_month = 1\n'
    'parameter = "starts.child_protection_plan"\nmultiplier = {}\n'
    'reason = "A test."\nsource = "assumed"\n'
)
TOO_MANY = CHANGE.format("too_many", "2.0\nfrom = {looked_after = 1.0}")
FEWER = CHANGE.format("fewer", "0.8\nto = {closed = 1.0}")


def texts(section: Section) -> list[str]:
    return [block.text for block in section.blocks if isinstance(block, Paragraph)]


@pytest.mark.integration
@pytest.mark.parametrize("others", [("fewer",), ()])
def test_a_scenario_that_takes_more_children_than_start_is_named_and_the_rest_stands(
    others, tmp_path: Path, monkeypatch
):
    monkeypatch.setattr(service, "_again", lambda outlook, months: outlook)
    (tmp_path / "scenarios").mkdir()
    files = {"months.csv": MONTHS, "teams.csv": TEAMS, "authority.toml": ""}
    files |= {"scenarios/too_many.toml": TOO_MANY}
    files |= {f"scenarios/{name}.toml": FEWER for name in others}
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    authority = open_authority(tmp_path)
    outlook = projected(authority, **SIZES.named(), posts=True)
    assert set(outlook.levers) == {"baseline", *others}
    assert authority.projection(**SIZES.named()) is outlook
    points, (section,) = MAKERS["scenarios"](authority, SIZES)
    said = [text for text in texts(section) if "could not be worked out" in text]
    assert len(said) == 1
    assert said[0].startswith("“Too many” could not be worked out: takes more children from ")
    assert len(points) == len(others)
    assert (len(section.blocks) > 1) is bool(others)
    assert len(MAKERS["caseload"](authority, SIZES)[1]) == 1
    pages = {page.id: page for page in authority_brief(authority, SIZES, ["scenarios"]).pages}
    assert "expected" in pages
    assert ("options" in pages) is bool(others)
    if others:
        assert said[0] in texts(pages["options"])
