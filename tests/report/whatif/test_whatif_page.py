"""The page for a person: keyboard, widths, paper, hostile names, time, and no request."""

from __future__ import annotations

import json
import re
import statistics
from pathlib import Path

import pytest

from riskmodel.scenarios.reading import parse_scenario

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


def test_a_number_beyond_its_limits_is_refused_with_a_word_and_never_half_taken(opened_page: Page):
    found = opened_page.run(
        """(() => {
        const one = document.getElementById("workforce-hires_per_month");
        const box = one.closest(".control").querySelector("input[type=number]");
        const type = (text) => { box.value = text; box.dispatchEvent(new Event("input")); };
        const said = () => one.closest(".control").querySelector(".problem").textContent;
        const { moved } = whatif.state.settings[0];
        const taken = () => moved.get("workforce.hires_per_month").position;
        type("1"); type("1000");
        const typed = [said(), taken()];
        box.dispatchEvent(new Event("change"));
        return [...typed, said(), Number(box.value), Number(box.max), taken()];
        })()"""
    )
    typed, kept, left, box, most, taken = found
    assert re.fullmatch(r"A number from 0 to .*still those of the last one\.", typed)
    assert kept == 1
    assert left.endswith(f": set to {most:g}.")
    assert box == most == taken


def test_what_it_costs_is_said_with_the_reason_or_why_it_stays(opened_page: Page):
    def said(control: str, value: float) -> str:
        opened_page.run(
            f"""(() => {{ const one = document.getElementById({control!r}); one.value = {value};
            one.dispatchEvent(new Event("input")); }})()"""
        )
        settled(opened_page)
        text: str = opened_page.run("document.getElementById('changed').textContent")
        return text

    stays = said(SLIDER, 10)
    assert "The cost stays as it is: it counts social workers in post" in stays
    assert "otherwise: no open case (protection plans that start)" in stays
    more = said("workforce-posts", 110)
    assert re.search(r"The cost of \d{4}/\d\d is £.* in place of £.* social workers in post", more)


def test_the_cards_of_a_moving_slider_are_those_of_when_it_rests(opened_page: Page):
    moved = opened_page.run(
        """(() => { for (const [id, value] of [["length-looked_after", -3],
        ["placements-own_carer_places", 12], ["placements-price", 10]]) {
        const one = document.getElementById(id);
        one.value = value; one.dispatchEvent(new Event("input")); }
        return whatif.numbersNow(); })()"""
    )
    settled(opened_page)
    assert opened_page.run("whatif.numbersNow()") == moved
    assert moved[-1]["label"].startswith("Placements")
    assert not moved[-1]["before"].startswith(moved[-1]["value"])


def test_every_scenario_can_be_started_from_or_says_why_not(opened_page: Page):
    options = opened_page.run(
        "[...document.getElementById('start').options]"
        ".map((one) => [one.value, one.text, one.disabled])"
    )
    assert {value: (text, disabled) for value, text, disabled in options} == {
        "": ("No change of policy", False),
        "early_and_shorter": ("early and shorter", False),
        "loop": ("loop (caseload acts back on plans: riskmodel project alone)", True),
        "fewer_plans": ("fewer plans", False),
        "either": ("either (start from one of its variants)", True),
        "either_early_and_shorter": ("either: early and shorter (40% of simulations)", False),
        "either_fewer_plans": ("either: fewer plans (60% of simulations)", False),
    }


def test_a_variant_starts_with_the_changes_beside_it_and_is_given_back(opened_page: Page):
    opened_page.run(
        """(() => { const start = document.getElementById("start");
        start.value = "either_fewer_plans"; start.dispatchEvent(new Event("change")); })()"""
    )
    saved = parse_scenario(opened_page.run("whatif.fileText()"), "saved.toml")
    assert [(each.parameter, each.number) for each in saved.changes] == [
        ("workforce.posts", 80.0),
        ("starts.child_protection_plan", pytest.approx(0.85, abs=0.01)),
    ]
    settled(opened_page)
    assert "80" in opened_page.run("document.getElementById('changed').textContent")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('name = "x"\nbased_on = ["either"]', "start from one of its variants"),
        ('name = "x"\n[variants]\na = 0.5\nb = 0.5', "open one of these"),
    ],
)
def test_a_file_with_variants_is_refused_in_words(opened_page: Page, text: str, said: str):
    message = opened_page.run(
        f"(() => {{ try {{ whatif.openText({json.dumps(text)}); return ''; }}"
        " catch (error) { return error.message; } })()"
    )
    assert said in message


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
    labels = page.run(
        "[...document.querySelectorAll('#sides tbody th')].map((one) => one.textContent)"
    )
    assert re.fullmatch(r"Cost, \d{4}/\d\d", labels[-2])
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


def test_levers_of_placements_print_on_one_sheet_too(opened_page: Page, tmp_path: Path):
    """Every lever of placements, with its caution, beside starts and durations."""
    opened_page.run(
        """for (const [id, value] of [["placements-step_down", 150], ["placements-price", 40],
        ["placements-reunification", 100], ["placements-own_carer_places", 40],
        ["placements-own_home_beds", 20], ["starts-looked_after", -30],
        ["length-child_protection_plan", -2]]) {
        const one = document.getElementById(id);
        one.value = value; one.dispatchEvent(new Event("input")); }"""
    )
    settled(opened_page)
    assert "40 more places" in opened_page.run("document.getElementById('changed').textContent")
    assert sheets(opened_page.printed(tmp_path / "placements.pdf")) == 1


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
