"""The headline of the brief where the number ahead could as well be higher as lower."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from riskmodel.report.brief.happened import _title
from riskmodel.report.brief.wording import Range


class _Count(SimpleNamespace):
    def __str__(self) -> str:
        return str(self.children)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("chance", "level"), [(0.45, "about the same"), (0.58, "about the same"), (0.3, "higher")]
)
def test_a_rise_that_is_as_likely_a_fall_is_about_the_same(chance, level):
    results = SimpleNamespace(
        latest=lambda stage: _Count(children=290, month="2024-03"),
        earlier=lambda stage: None,
        stock=lambda stage, month: Range(250.0, 302.0, 360.0),
        chance_below=lambda stage: chance,
        target=SimpleNamespace(by="2026-03"),
        day="31 March 2026",
    )
    assert _title(results, "child_protection_plan").endswith(f"31 March 2026 is {level}")
