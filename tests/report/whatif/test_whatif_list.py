"""What a manager is promised, one by one: each control and each answer, found by its name."""

from __future__ import annotations

import re

import pytest

from .chrome import CHROMIUM, Page
from .test_whatif_page import settled

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]

SLIDERS = (
    *("Protection plans that start", "Children who start to be looked after"),
    *("Child in need plans that start", "Duration of protection plans", "Time looked after"),
    *("Duration of child in need plans", "Plans that early help makes unnecessary"),
    *("Unaccompanied children who arrive", "Referrals that lead to an assessment"),
    *("Section 47 enquiries for each assessment", "Enquiries that lead to a conference"),
    *("Conferences that lead to a plan", "Posts of social workers", "Posts that stay vacant"),
    *("Candidates a month who can be appointed", "Workers who leave in a year"),
    *("Agency workers", "Prices of placements", "Moves from homes to families", "Returns home"),
    *("More places with own foster carers", "More beds in own children's homes"),
)
DIVERTED = "Of these, with a child in need plan instead"
OTHERS = {
    ("spinbutton", "Average caseload of at most"), ("combobox", "by"),
    ("spinbutton", "with a chance of"), ("combobox", "From"),
    ("combobox", "they come"), ("combobox", "until the end of"), ("combobox", "Start from"),
    ("button", "Compare with another"), ("button", "Save as scenario"),
    ("button", "Open scenario"), ("button", "Print"),
    ("combobox", "These children would otherwise be"),
    ("spinbutton", f"{DIVERTED} (the others with early help alone)"),
}  # fmt: skip
GROUPS = ("The question", "Children", "From referral to plan", "Workers", "Placements",
          "When changes start and end")  # fmt: skip
TABLES = (
    *("Posts for an average of", "Children on a protection plan: central projection"),
    *("Children looked after: central projection", "Children on a child in need plan: central"),
    *("Cases for each full-time worker: central", "Cases for each full-time worker at the end of"),
    *("Setting: cases for each full-time worker by area", "At the end of"),
    *("Of all that has a price", "Of looked-after children, each at the price"),
)
SET = """for (const [id, value] of [["starts-child_protection_plan", 45],
["diversion-early_help", 10]]) {
const one = document.getElementById(id); one.value = value; one.dispatchEvent(new Event("input")); }
document.querySelectorAll("details").forEach((one) => { one.open = true; });"""
RANGE = re.compile(r"\d[^()]* to [^()]*(\d|no limit)")


def whole(text: str) -> int:
    return int(text.replace("−", "-"))


def names(page: Page) -> set[tuple[str, str]]:
    """Role and accessible name of everything on the page, as the browser tells them."""
    nodes = page.send("Accessibility.getFullAXTree")["nodes"]
    return {
        (node["role"]["value"], " ".join(node["name"]["value"].split()))
        for node in nodes
        if not node["ignored"] and node.get("name", {}).get("value")
    }


@pytest.fixture
def set_page(opened_page: Page) -> Page:
    opened_page.run(SET)
    settled(opened_page)
    opened_page.run(SET)
    settled(opened_page)
    return opened_page


def test_every_control_is_found_by_its_name(set_page: Page):
    found = names(set_page)
    roles = {name for role, name in found if role == "slider"}
    assert roles == set(SLIDERS)
    assert {("spinbutton", f"{name}, as a number") for name in SLIDERS} <= found
    assert found >= OTHERS
    assert {name for role, name in found if role == "heading"} >= set(GROUPS)


def test_every_control_says_what_is_so_now_and_where_its_range_comes_from(set_page: Page):
    said = set_page.run(
        """[...document.querySelectorAll("input[type=range]")].map((one) => [
        one.labels[0].textContent,
        document.getElementById(one.getAttribute("aria-describedby")).textContent])"""
    )
    assert [name for name, _ in said] == list(SLIDERS)
    for name, text in said:
        assert re.fullmatch(r"Now: \S.*\. Evidence: \S.*\.", text), name


def test_every_answer_is_found_by_its_name(set_page: Page):
    found = names(set_page)
    charts = {name.split(" Children on")[0] for role, name in found if role == "image"}
    for title in ("Cases for each full-time worker", "Children on a protection plan",
                  "Children looked after", "Children on a child in need plan"):  # fmt: skip
        assert any(name.startswith(title) for name in charts | {n for _, n in found}), title
    tables = {name for role, name in found if role == "table"}
    for start in TABLES:
        assert any(name.startswith(start) for name in tables), start
    headings = {name for role, name in found if role == "heading"}
    assert headings >= {"What changed, and why", "Posts needed", "Caseload by area"}
    chances = set_page.run(
        """[...document.querySelectorAll("#tables section:first-child tbody th")]
        .map((one) => one.textContent)"""
    )
    assert chances == ["50%", "80%", "95%"]
    heads = set_page.run(
        "[...document.querySelectorAll('#fan-load-table thead th')].map((one) => one.textContent)"
    )
    assert [head for head in heads if "chance of" in head]
    cards = set_page.run("whatif.numbersNow().map((one) => one.label)")
    assert [card.split(",")[0].split(":")[0] for card in cards] == [
        "Children on a protection plan", "Average caseload", "Chance of 14 or fewer",
        "Posts for an 80% chance of 14 or fewer", "Cost", "Placements",
    ]  # fmt: skip


def test_what_changed_is_said_in_three_sentences_and_beyond_what_was_seen_a_caution(set_page: Page):
    said = set_page.run(
        "[...document.querySelectorAll('#changed p')].map((one) => one.textContent)"
    )
    assert len(said) in (3, 4)
    assert said[0].startswith("From January 2024, 45% more protection plans start")
    assert "if only 45% more protection plans start" in said[1]
    (causes,) = re.findall(r"on average: (.*?)\.(?: |$)", said[1])
    *alone, together = re.sub(r" \(90% range[^)]*\)", "", causes).split("; ")
    parts = [whole(re.findall(r"[+−]?\d+$", one)[0]) for one in alone]
    assert len(parts) == 2
    change, *rest = map(whole, re.findall(r"(?:all together,|of which) ([+−]?\d+)", together))
    assert change == sum(parts) + sum(rest)
    assert said[2].startswith("The average caseload is then")
    assert "Caution." in set_page.run("document.getElementById('cautions').textContent")


def test_every_number_of_the_answers_has_its_range(set_page: Page):
    cells = set_page.run(
        """[...document.querySelectorAll("#answers tbody td")].map((one) => one.textContent)"""
    )
    assert len(cells) > 100
    assert [
        cell for cell in cells if not RANGE.search(cell) and cell != "no number is enough"
    ] == []
    for label, text, before in set_page.run(
        "whatif.numbersNow().map((one) => [one.label, one.range, one.before])"
    ):
        assert RANGE.search(text), label
        assert RANGE.search(before), label
    strip = set_page.run(
        "[...document.querySelectorAll('#strip > span')].map((one) => one.textContent)"
    )
    assert len(strip) == 4
    assert all(RANGE.search(each) for each in strip)


def test_every_number_of_the_sentence_on_caseload_has_its_range(set_page: Page):
    """But for the cap and the date: after each other one stand brackets with its range."""
    said = set_page.run("document.querySelector('#changed p:nth-of-type(3)').textContent")
    bare = re.sub(r"\([^)]*\)", "()", said)
    bare = re.sub(r"the chance of [\d.]+ or fewer at the end of \w+ \d{4}", "the chance", bare)
    for number in re.findall(r"\d[\d.]*%?[^()\d]*(\(\))?", bare):
        assert number == "()", said
