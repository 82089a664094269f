"""The pages in headless Chromium, at the width of a desk and of a telephone, and on paper."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from dataclasses import replace
from html import unescape
from pathlib import Path

import pandas as pd
import pytest

from riskmodel.report import Paragraph, Report, Section, Table
from riskmodel.report.html import render_brief, render_html

CHROMIUM = next(
    (
        found
        for name in ("chromium", "chromium-browser", "google-chrome", "chrome")
        if (found := shutil.which(name))
    ),
    None,
)
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--enable-logging=stderr",
)

# What a page measures of itself; a box is all that its reader could miss at the right edge.
MEASURE = """
<script>
addEventListener("load", async () => {
  document.querySelectorAll("details").forEach((part) => { part.open = true; });
  const box = document.querySelector("#all-figures-filter");
  if (box) { box.value = "634"; box.dispatchEvent(new Event("input")); }
  const shows = (part) => part.getClientRects().length > 0;
  const wide = [...document.querySelectorAll(
    "main p, main li, main h2, main h3, main svg, main dl, nav a, footer, .scroll, figcaption")]
    .filter((part) => shows(part) && part.getBoundingClientRect().right > innerWidth + 1);
  const rows = [...document.querySelectorAll("#all-figures-table tbody tr")];
  const clipped = [...document.querySelectorAll("svg text")].filter((text) => {
    const [inner, outer] = [text, text.ownerSVGElement].map((part) => part.getBoundingClientRect());
    return shows(text.ownerSVGElement) && (inner.left < outer.left - 1 ||
      inner.right > outer.right + 1 || inner.bottom > outer.bottom + 1);
  });
  const sizes = [...document.querySelectorAll("svg text")].map((text) => {
    const drawing = text.ownerSVGElement;
    if (!shows(drawing)) return 99;
    return parseFloat(getComputedStyle(text).fontSize) *
      drawing.getBoundingClientRect().width / drawing.viewBox.baseVal.width;
  });
  const reached = (part) => { part.focus(); return document.activeElement === part; };
  const stops = [...document.querySelectorAll("a[href], input, summary, [tabindex='0']")];
  const scrolling = [...document.querySelectorAll("main *")].filter((part) =>
    /auto|scroll/.test(getComputedStyle(part).overflowX) && part.scrollWidth > part.clientWidth);
  parent.postMessage(JSON.stringify({
    scrollWidth: document.documentElement.scrollWidth, innerWidth,
    wide: wide.map((part) => part.tagName + "#" + part.id),
    clipped: clipped.map((text) => text.textContent),
    shown: rows.filter((row) => !row.hidden).map((row) => row.textContent),
    total: rows.length, smallest: Math.min(...sizes),
    drawings: [...document.querySelectorAll("svg")].filter(shows).length,
    requests: performance.getEntriesByType("resource").map((entry) => entry.name),
    unreached: stops.filter((part) => shows(part) && !reached(part)).map((part) => part.outerHTML),
    scrolling: scrolling.map((part) => part.textContent.trim().slice(0, 60)),
    unscrollable: scrolling.filter((part) => part.tabIndex !== 0).map((part) => part.className),
    violations: window.axe ? (await axe.run({ iframes: false })).violations.map(
      (rule) => rule.id + ": " + rule.nodes[0].html) : [],
  }), "*");
});
</script>
"""
LISTEN = """<!DOCTYPE html><meta charset=utf-8><body style="margin:0"><script>
addEventListener("message", (event) => {
  document.body.innerHTML = "<pre id=out></pre>";
  document.getElementById("out").textContent = event.data;
});</script>"""


def measure(page: str, folder: Path, width: int) -> dict[str, object]:
    """What a browser of that width makes of the page; a frame allows widths under 500 pixels."""
    (folder / "page.html").write_text(page.replace("</body>", f"{MEASURE}</body>"), "utf-8")
    frame = f'<iframe src="page.html" style="width:{width}px;height:900px;border:0"></iframe>'
    (folder / "frame.html").write_text(LISTEN + frame, "utf-8")
    result, log = run(folder, width, "--virtual-time-budget=8000", "--dump-dom", "frame.html")
    assert "CONSOLE" not in log, log
    found = re.search(r'<pre id="out">(.*?)</pre>', result, re.DOTALL)
    assert found, result[-2000:]
    measured: dict[str, object] = json.loads(unescape(found[1]))
    return measured


def run(folder: Path, width: int, *arguments: str) -> tuple[str, str]:
    assert CHROMIUM is not None
    *options, name = arguments
    command = [
        CHROMIUM,
        *FLAGS,
        f"--user-data-dir={folder / 'profile'}",
        f"--window-size={max(width, 500)},900",
        *options,
        (folder / name).as_uri(),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    return done.stdout, done.stderr


def pages_printed(page: str, folder: Path) -> int:
    (folder / "page.html").write_text(page, "utf-8")
    target = folder / "page.pdf"
    run(folder, 1280, f"--print-to-pdf={target}", "--no-pdf-header-footer", "page.html")
    return len(re.findall(rb"/Type\s*/Page\b", target.read_bytes()))


def printed_text(folder: Path) -> list[str]:
    """The text of each sheet that was printed."""
    command = ["pdftotext", "-layout", str(folder / "page.pdf"), "-"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return text.removesuffix("\f").split("\f")


def check_fits(measured: dict[str, object], width: int) -> None:
    assert measured["innerWidth"] == width
    assert measured["scrollWidth"] <= width
    for name in ("wide", "clipped", "requests", "unreached", "unscrollable", "violations"):
        assert measured[name] == [], name


@pytest.fixture(scope="module")
def brief_page(brief_written: Path) -> str:
    return (brief_written / "index.html").read_text("utf-8")


@pytest.mark.parametrize("width", [1280, 360])
def test_page_fits_its_width_and_finds_a_figure(
    report: Report, page: str, tmp_path: Path, width: int
):
    measured = measure(page, tmp_path, width)
    check_fits(measured, width)
    assert measured["drawings"] == len(report.charts())
    assert measured["smallest"] >= 10
    assert 0 < len(measured["shown"]) < measured["total"]
    assert any("para 2" in row for row in measured["shown"])


@pytest.mark.parametrize("width", [1280, 390])
def test_brief_fits_its_width_and_the_keyboard_reaches_all_of_it(
    briefed: Report, brief_page: str, tmp_path: Path, width: int
):
    measured = measure(brief_page, tmp_path, width)
    check_fits(measured, width)
    assert measured["drawings"] == len(briefed.charts())
    assert measured["smallest"] >= 10


def test_the_table_of_factors_needs_no_scroll_bar_at_a_desk(briefed: Report, tmp_path: Path):
    assert briefed.brief is not None
    first, page, last = briefed.brief.pages[0], briefed.brief.pages[3], briefed.brief.pages[5]
    row = {"assessments": 1234, "plans": 412, "led": "33%", "range": "27% to 40%"}
    names = ("Child Unacceptable Behaviour", "Children excluded from our schools")
    more = {"recorded": "17% to 55%", "share": "36%"}
    frame = pd.DataFrame([{"factor": name, **row, **more} for name in names])
    headings = {
        "factor": "Factor", "assessments": "Assessments with it", "plans": "Led to a plan",
        "led": "Share", "range": "95% range",
        "recorded": "Could be, with what was not recorded", "share": "Share of plans",
    }  # fmt: skip
    full = replace(page, blocks=(Table("factors", "Factors", frame, headings),))
    brief = replace(briefed.brief, pages=(first, full, last))
    measured = measure(render_brief(briefed, brief, downloads={}), tmp_path, 1200)
    assert measured["scrolling"] == []


def test_a_request_of_a_page_would_be_seen(brief_page: str, tmp_path: Path):
    calling = brief_page.replace("</main>", '<img src="http://127.0.0.1:9/x.png"></main>')
    with pytest.raises(AssertionError, match="CONSOLE"):
        measure(calling, tmp_path, 1280)


def test_brief_prints_each_message_on_a_sheet_of_its_own(
    briefed: Report, brief_page: str, tmp_path: Path
):
    assert briefed.brief is not None
    assert pages_printed(brief_page, tmp_path) == len(briefed.brief.pages) == 6


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="no pdftotext on this machine")
def test_two_tables_of_the_brief_stand_on_one_sheet(briefed: Report, tmp_path: Path):
    assert briefed.brief is not None
    first, page, last = briefed.brief.pages[0], briefed.brief.pages[3], briefed.brief.pages[5]
    frame = pd.DataFrame({"name": [f"Service{row}" for row in range(4)], "n": range(4)})
    second = Table("second", "What it does to others", frame, {"name": "Service"}, ("A note.",))
    full = replace(page, blocks=(*page.blocks, second))
    brief = replace(briefed.brief, pages=(first, full, last))
    assert pages_printed(render_brief(briefed, brief, downloads={}), tmp_path) == 3
    sheet = " ".join(printed_text(tmp_path)[1].split())
    table = next(block for block in page.blocks if isinstance(block, Table))
    for text in (table.title, second.title, "Service3", "A note."):
        assert text in sheet, text
    assert last.title.split(",")[0] not in sheet


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="no pdftotext on this machine")
def test_no_message_of_the_brief_of_2015_runs_into_the_next(whole_report: Report, tmp_path: Path):
    brief = whole_report.brief
    assert brief is not None
    place = next(n for n, page in enumerate(brief.pages) if "posts of" in page.title)
    page = brief.pages[place]
    # Over 60 months the first table has three more rows than over the months of the tests.
    table = next(block for block in page.blocks if isinstance(block, Table))
    rows = pd.concat([table.frame, table.frame.tail(3)], ignore_index=True)
    assert len(rows) == 6
    blocks = tuple(replace(one, frame=rows) if one is table else one for one in page.blocks)
    pages = (*brief.pages[:place], replace(page, blocks=blocks), *brief.pages[place + 1 :])
    brief = replace(brief, pages=pages)
    printed = pages_printed(render_brief(whole_report, brief, downloads={}), tmp_path)
    assert printed == len(brief.pages) <= 6
    for page, sheet in zip(brief.pages, printed_text(tmp_path), strict=True):
        assert sheet.count("In the annex:") == 1, sheet
        assert " ".join(page.title.split()[:6]) in " ".join(sheet.split())


def test_a_first_page_with_a_table_prints_on_one_sheet(briefed: Report, tmp_path: Path):
    assert briefed.brief is not None
    brief = replace(briefed.brief, pages=briefed.brief.pages[1:3])
    page = render_brief(briefed, brief, downloads={})
    assert pages_printed(page, tmp_path) == 2


def test_page_prints(page: str, tmp_path: Path):
    assert pages_printed(page, tmp_path) > 1


def beside_node(name: str) -> Path | None:
    """A file of a package of Node's; NODE_PATH names folders besides its own."""
    node = shutil.which("node")
    folders = [Path(part) for part in os.environ.get("NODE_PATH", "").split(os.pathsep) if part]
    folders += [Path(node).resolve().parent.parent / "lib/node_modules"] if node else []
    return next((folder / name for folder in folders if (folder / name).is_file()), None)


def axe_core() -> Path | None:
    """The accessibility checker of that name, if Node has it."""
    return beside_node("axe-core/axe.min.js")


@pytest.mark.skipif(axe_core() is None, reason="axe-core is not installed beside Node")
@pytest.mark.parametrize("name", ["index.html", "annex.html"])
def test_axe_core_finds_nothing(brief_written: Path, tmp_path: Path, name: str):
    script = axe_core()
    assert script is not None
    page = (brief_written / name).read_text("utf-8")
    checked = page.replace("</body>", f"<script>{script.read_text('utf-8')}</script></body>")
    check_fits(measure(checked, tmp_path, 1280), 1280)


def test_a_table_to_look_things_up_in_is_left_out_in_print(tmp_path: Path):
    def page(rows: int) -> str:
        frame = pd.DataFrame({"name": [f"Row{row}" for row in range(rows)], "n": range(rows)})
        table = Table("long", "Long", frame, {"name": "Headword"})
        report = Report("T", "", (), (Section("s", "Section", (table,)),), {})
        return render_html(report, downloads={"csv:long": "tables/long.csv"})

    assert pages_printed(page(201), tmp_path) == 1
    assert pages_printed(page(200), tmp_path) > 3
    assert "201 rows, left out in print. They stand on the page and in tables/long.csv." in page(
        201
    )


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="no pdftotext on this machine")
def test_no_head_of_a_table_stands_at_a_pages_foot_without_rows(tmp_path: Path):
    """Long tables, each after another number of lines, so that every place on a page is met."""
    sections = []
    for number in range(12):
        frame = pd.DataFrame({"name": [f"Row{number}x{row}" for row in range(40)], "n": range(40)})
        table = Table(f"t{number}", f"Table{number}", frame, {"name": "Headword"}, ("A note.",))
        lines = tuple(Paragraph(f"Line {line}.") for line in range(5 * number % 11))
        sections.append(Section(f"s{number}", f"Section{number}", (*lines, table)))
    pages_printed(render_html(Report("T", "", (), tuple(sections), {})), tmp_path)
    for sheet in printed_text(tmp_path):
        for head in re.split(r"\n.*Headword", sheet)[1:]:
            assert len(re.findall(r"Row\d+x\d+", head)) >= 2, sheet
        for title in re.split(r"\n\s*Table\d+", sheet)[1:]:
            assert "Headword" in title, sheet
