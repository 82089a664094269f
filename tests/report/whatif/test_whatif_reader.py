"""What a manager tries first: a ramp over a year, the posts found, settings held side by side."""

from __future__ import annotations

import re

import pytest

from .chrome import CHROMIUM, Page
from .test_whatif_page import SLIDER, settled

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
    assert opened_page.run("document.querySelector('label[for=to]').textContent") == (
        "all there by the end of"
    )


def test_a_slider_keeps_its_width_when_it_is_moved(opened_page: Page):
    width = "document.getElementById('workforce-posts').getBoundingClientRect().width"
    before = opened_page.run(width)
    move(opened_page, "workforce-posts", 120)
    assert opened_page.run(width) == before


def test_the_bar_of_what_has_been_seen_has_the_scale_of_its_slider(opened_page: Page):
    """Its ends stand where the middle of the thumb stands at these positions."""
    found = opened_page.run(
        """[...document.querySelectorAll("input[type=range]")].flatMap((one) => {
        const bar = one.closest(".control").querySelector(".seen span");
        const named = (each) => each.parameter.replace(/\\W/g, "-") === one.id;
        const control = whatif.model.data.controls.find(named);
        if (!bar || !bar.getBoundingClientRect().width) return [];
        const [low, high] = [Number(one.min), Number(one.max)];
        const place = one.getBoundingClientRect();
        return control.seen.map((value, end) => {
          const share = (Math.min(Math.max(value, low), high) - low) / (high - low);
          const drawn = bar.getBoundingClientRect()[end ? "right" : "left"];
          return [one.id, place.left + 8 + share * (place.width - 16) - drawn];
        }); })"""
    )
    assert len(found) > 8
    for name, apart in found:
        assert abs(apart) < 1.5, name


FILL = "document.querySelector('#numbers button')"


def cards(page: Page) -> dict[str, dict[str, str]]:
    found = page.run("whatif.numbersNow()")
    return {re.split("[ ,]", one["label"])[0]: one for one in found}


def test_the_posts_found_are_set_by_a_button_with_the_fewest_candidates_that_are_enough(
    opened_page: Page,
):
    before = cards(opened_page)
    posts = before["Posts"]["value"]
    opened_page.run(f"{FILL}.click()")
    said = changed(opened_page)
    (hires,) = re.findall(rf"{posts} posts of social workers .* and ([\d.]+) candidates", said)
    filled = cards(opened_page)
    assert filled["Posts"]["value"] == posts
    low, high = map(int, re.findall(r"(\d+)%", filled["Chance"]["range"]))
    assert low <= 80 <= high
    assert f", with {posts} posts" in filled["Cost"]["label"]
    assert opened_page.run(FILL) is None
    # A tenth of a candidate less, and these posts are no longer enough.
    move(opened_page, "workforce-hires_per_month", float(hires) - 0.1)
    assert cards(opened_page)["Posts"]["value"] != posts


def test_the_button_is_not_there_where_posts_come_later_than_the_first_month(opened_page: Page):
    assert opened_page.run(f"{FILL} !== null")
    choose(opened_page, "from", "2024-06")
    assert opened_page.run(f"{FILL} === null")


def test_posts_without_workers_are_said_with_the_reason(opened_page: Page):
    move(opened_page, "workforce-posts", 150)
    said = changed(opened_page)
    now, kept = re.findall(r"in (\d+) of [\d.]+ posts \(90% range \d+ to \d+\)", said)
    assert int(kept) < int(now) < 150
    assert "fewer than could be filled: there are too few candidates" in said
    move(opened_page, "workforce-hires_per_month", 30)
    assert "fewer than could be filled" not in changed(opened_page)


def test_cards_of_costs_say_what_they_count_and_that_children_are_in_both(opened_page: Page):
    found = cards(opened_page)
    note = found["Cost"]["note"]
    assert note == "Of social workers in post, agency workers and looked-after children."
    assert found["Placements"]["note"].endswith("not to be added to it.")


def button(page: Page, text: str) -> None:
    page.run(
        f"""[...document.querySelectorAll("button")]
        .find((one) => one.textContent.startsWith({text!r})).click()"""
    )


def test_settings_side_by_side_say_how_far_each_is_from_no_change(opened_page: Page):
    move(opened_page, "workforce-posts", 120)
    button(opened_page, "Compare with another")
    told = opened_page.run("document.querySelector('.about').textContent")
    assert told.startswith("Setting B is a copy of Setting A until")
    button(opened_page, "Reset all")
    move(opened_page, SLIDER, 20)
    settled(opened_page)
    rows = {
        name: [cell.removeprefix("£") for cell in cells]
        for name, *cells in opened_page.run(
            """[...document.querySelectorAll("#sides tbody tr")].map((row) =>
            [...row.cells].map((cell) => cell.textContent))"""
        )
    }
    plans = rows["Children on a protection plan"]
    assert [cell.split(", ")[-1] for cell in plans[1:]] == [
        "no difference",
        f"+{int(plans[2].split()[0]) - int(plans[0].split()[0])}",
    ]
    load = rows["Average caseload"]
    for cell in load[1:]:
        apart = float(cell.split()[0]) - float(load[0].split()[0])
        assert cell.endswith(f", {apart:+.1f}".replace("-", "−"))
    cost = next(cells for name, cells in rows.items() if name.startswith("Cost"))
    assert re.search(r"\), \+£[\d,]+$", cost[1])
    assert cost[2].endswith(", no difference")
    assert "120 posts" in rows["Set"][1]
    assert "posts" not in rows["Set"][2]


def test_all_sliders_are_reset_at_once(opened_page: Page):
    before = opened_page.run("whatif.numbersNow()")
    move(opened_page, SLIDER, 20)
    choose(opened_page, "until", "ramp")
    button(opened_page, "Reset all")
    assert opened_page.run("whatif.numbersNow()") == before
    assert opened_page.run("document.getElementById('until').value") == "on"


def test_the_marks_of_the_charts_are_explained_with_their_dates(opened_page: Page):
    choose(opened_page, "by", "2024-06")
    marks = opened_page.run("document.getElementById('marks').textContent")
    assert marks.startswith("Upright dotted line: the end of June 2024.")
    assert marks.endswith("Numbers on the right: the end of December 2026.")


def said_of(page: Page, name: str) -> str:
    text: str = page.run(f"document.getElementById('{name}-now').textContent")
    return text


def test_where_ranges_come_from_is_said_without_the_statistician(opened_page: Page):
    hires, vacancy = (
        said_of(opened_page, f"workforce-{name}") for name in ("hires_per_month", "vacancy_rate")
    )
    assert "three in four authorities appointed at most 24% of those in post (DfE, " in hires
    assert "half of other authorities had 8.0% to 22.5% (DfE, " in vacancy
    page = opened_page.run("document.getElementById('controls').textContent")
    for word in ("quartile", "authority-years", "leaves the rate", "as above"):
        assert word not in page


def test_a_change_by_a_factor_is_said_in_the_unit_of_its_slider(opened_page: Page):
    text = """
    name = "campaign"
    description = "Half as many candidates again."
    [[change]]
    parameter = "workforce.hires_per_month"
    from_month = 1
    multiplier = 1.5
    reason = "so"
    source = "assumed"
    """
    opened_page.run(f"whatif.openText({text!r})")
    said = changed(opened_page)
    more, now = re.findall(
        r"([\d.]+) candidates a month who can be appointed \(now ([\d.]+)", said
    )[0]
    assert float(more) == pytest.approx(1.5 * float(now), abs=0.11)


def test_a_duration_is_set_in_months_and_told_in_percent_too(opened_page: Page):
    move(opened_page, "length-child_protection_plan", -1)
    output = opened_page.run(
        "document.querySelector('[for=length-child_protection_plan]+output').value"
    )
    (percent,) = re.findall(r"^−1\.0 month \(−(\d+)%\)$", output)
    now = re.findall(r"Now: ([\d.]+) months", said_of(opened_page, "length-child_protection_plan"))
    assert int(percent) == pytest.approx(100 / float(now[0]), abs=0.6)
