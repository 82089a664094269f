"""The page for a person: keyboard, widths, paper, hostile names, time, and no request."""

from __future__ import annotations

import re
import statistics
from pathlib import Path

import pytest

from ..test_browser import axe_core
from .chrome import CHROMIUM, Page
from .made_up_folder import HOSTILE

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]

SLIDER = "starts-child_protection_plan"


def settled(page: Page) -> None:
    """Sentences and tables follow a moment after the numbers."""
    page.run("new Promise((done) => setTimeout(done, 400))")


def test_a_hostile_name_shows_as_text(opened_page: Page):
    assert opened_page.run("document.querySelector('header .kind').textContent").startswith(HOSTILE)
    opened_page.run(
        """(() => { const start = document.getElementById("start");
        start.value = "early_and_shorter"; start.dispatchEvent(new Event("change")); })()"""
    )
    settled(opened_page)
    text = opened_page.run("document.body.textContent")
    for part in ("<img src=x onerror=alert(2)>", "<i>north</i>", "</script> reason"):
        assert part in text
    assert opened_page.run("document.querySelectorAll('main img, main i, header b').length") == 0
    assert opened_page.run("document.querySelectorAll('script').length") == 2
    assert not any(
        event.get("method") == "Page.javascriptDialogOpening" for event in opened_page.events
    )


def test_a_scenario_with_feedback_is_not_offered(opened_page: Page):
    names = opened_page.run("[...document.getElementById('start').options].map((one) => one.value)")
    assert names == ["", "early_and_shorter"]


def test_the_keyboard_does_everything(opened_page: Page):
    page = opened_page
    reached = page.run(
        """(() => { document.querySelectorAll("details").forEach((one) => { one.open = true; });
        const stops = [...document.querySelectorAll(
          "a[href], button, input:not([type=file]), select, summary, [tabindex='0']")]
          .filter((one) => one.getClientRects().length && !one.disabled);
        return stops.filter((one) => { one.focus(); return document.activeElement !== one; })
          .map((one) => one.outerHTML.slice(0, 200)); })()"""
    )
    assert reached == []
    before = page.run("whatif.numbersNow()[0].value")
    page.run(f"document.getElementById('{SLIDER}').focus()")
    for _ in range(3):
        page.press("PageUp", 33)
    page.press("ArrowLeft", 37)
    assert page.run(f"document.getElementById('{SLIDER}').value") == "29"
    assert page.run("document.activeElement.id") == SLIDER
    assert page.run("whatif.numbersNow()[0].value") != before
    page.press("Tab", 9)
    page.press("Tab", 9)
    assert "Reset" in page.run("document.activeElement.textContent")
    page.press("Enter", 13, "\r")
    assert page.run("whatif.numbersNow()[0].value") == before
    assert page.run("document.activeElement.id") == SLIDER


def test_every_chart_has_a_text_and_a_table_and_every_number_its_range(opened_page: Page):
    settled(opened_page)
    charts = opened_page.run(
        """[...document.querySelectorAll("figure")].map((one) => [
        one.querySelector("svg title").textContent, one.querySelector("svg desc").textContent,
        one.querySelectorAll("tbody tr").length])"""
    )
    assert len(charts) == 4
    for title, text, rows in charts:
        assert title in text
        assert "90% range" in text
        assert rows >= 4
    for label, text in opened_page.run("whatif.numbersNow().map((one) => [one.label, one.range])"):
        assert re.search(r"\d.* to ", text), label


def test_a_setting_beyond_what_was_seen_says_so(opened_page: Page):
    opened_page.run(
        f"""(() => {{ const one = document.getElementById("{SLIDER}");
        one.value = 50; one.dispatchEvent(new Event("input")); }})()"""
    )
    settled(opened_page)
    assert "beyond what has been seen" in opened_page.run(
        "document.getElementById('cautions').textContent"
    )
    said = opened_page.run("document.getElementById('changed').textContent")
    assert "From January 2024, 50% more protection plans start." in said
    assert "more than with no change (90% range of the difference +" in said


def test_three_settings_stand_side_by_side(opened_page: Page, tmp_path: Path):
    page = opened_page
    compare = (
        "[...document.querySelectorAll('button')].find((one) => /^Compare/.test(one.textContent))"
    )
    for place, value in enumerate((10, 20, 30)):
        if place:
            page.run(f"{compare}.click()")
        page.run(
            f"""(() => {{ const one = document.getElementById("{SLIDER}");
            one.value = {value}; one.dispatchEvent(new Event("input")); }})()"""
        )
    settled(page)
    assert page.run(f"{compare}.disabled")
    headings = page.run(
        "[...document.querySelectorAll('#sides thead th')].map((o) => o.textContent)"
    )
    assert headings == ["", "No change", "Setting A", "Setting B", "Setting C"]
    plans = page.run(
        "[...document.querySelectorAll('#sides tbody tr:nth-child(2) td')]"
        ".map((one) => parseInt(one.textContent))"
    )
    assert plans == sorted(plans)
    assert len(set(plans)) == 4
    assert sheets(page.printed(tmp_path / "compared.pdf")) == 1


@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_fits_its_width(opened_page: Page, width: int):
    page = opened_page
    page.size(width, 844)
    settled(page)
    page.run("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert page.run("document.documentElement.scrollWidth") <= width
    small = page.run(
        """[...document.querySelectorAll("svg text")].map((one) => {
        const all = one.ownerSVGElement;
        return parseFloat(getComputedStyle(one).fontSize) * all.getBoundingClientRect().width
          / all.viewBox.baseVal.width; })"""
    )
    assert min(small) >= 11


@pytest.mark.parametrize("position", [0, 50])
def test_it_prints_on_one_sheet(opened_page: Page, tmp_path: Path, position: int):
    """With nothing set, and with a setting, what it comes to and a caution."""
    opened_page.run(
        f"""for (const id of ["{SLIDER}", "placements-price"]) {{
        const one = document.getElementById(id);
        one.value = {position}; one.dispatchEvent(new Event("input")); }}"""
    )
    settled(opened_page)
    assert sheets(opened_page.printed(tmp_path / "page.pdf")) == 1


def sheets(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


def test_a_move_takes_little_of_the_processor(opened_page: Page):
    """Within 100 ms where the processor is four times slower: 25 ms of its own time."""
    page = opened_page
    page.send("Performance.enable", timeDomain="threadTicks")

    def spent() -> float:
        found = page.send("Performance.getMetrics")["metrics"]
        return next(1000 * one["value"] for one in found if one["name"] == "TaskDuration")

    times = []
    for value in range(-12, 13, 2):
        before = spent()
        page.run(
            f"""(async () => {{ const one = document.getElementById("{SLIDER}");
            one.value = {value}; one.dispatchEvent(new Event("input"));
            await new Promise((done) => requestAnimationFrame(() => setTimeout(done))); }})()"""
        )
        times.append(spent() - before)
    assert statistics.median(times) < 25


def test_the_page_is_small_and_asks_for_nothing(whatif_file: Path):
    content = whatif_file.read_text("utf-8")
    assert len(content) < 2_000_000
    assert "default-src 'none'" in content
    assert not re.search(r"(src|href)=\"(?!data:|#|index\.html)", content)


@pytest.mark.skipif(axe_core() is None, reason="axe-core is not installed beside Node")
def test_axe_core_finds_nothing_on_the_page(opened_page: Page):
    script = axe_core()
    assert script is not None
    opened_page.run(script.read_text("utf-8"))
    settled(opened_page)
    found = opened_page.run("axe.run().then((one) => one.violations.map((each) => each.id))")
    assert found == []
