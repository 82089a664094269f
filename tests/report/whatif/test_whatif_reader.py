"""What a manager tries first: a ramp over a year, the posts found, settings held side by side."""

from __future__ import annotations

import pytest

from .chrome import CHROMIUM, Page
from .test_whatif_page import settled

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]


def choose(page: Page, name: str, value: str) -> None:
    page.run(
        f"""(() => {{ const one = document.getElementById({name!r}); one.value = {value!r};
        one.dispatchEvent(new Event("change")); }})()"""
    )


def move(page: Page, name: str, value: float) -> None:
    page.run(
        f"""(() => {{ const one = document.getElementById({name!r}); one.value = {value};
        one.dispatchEvent(new Event("input")); }})()"""
    )


def changed(page: Page) -> str:
    settled(page)
    text: str = page.run("document.getElementById('changed').textContent")
    return text


def test_changes_in_steps_take_a_year_until_another_end_is_chosen(opened_page: Page):
    choose(opened_page, "from", "2024-04")
    choose(opened_page, "until", "ramp")
    move(opened_page, "length-child_protection_plan", -1)
    assert "In equal steps from April 2024 to March 2025, " in changed(opened_page)
    choose(opened_page, "to", "2024-09")
    assert "In equal steps from April 2024 to September 2024, " in changed(opened_page)
    assert opened_page.run("document.getElementById('to').value") == "2024-09"
    choose(opened_page, "from", "2024-06")
    assert "In equal steps from June 2024 to September 2024, " in changed(opened_page)
