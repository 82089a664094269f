"""The page in headless Chromium, at the width of a desk and of a telephone."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path

import pytest

from riskmodel.report import Report

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
)

MEASURE = """
<pre id="measured"></pre>
<script>
addEventListener("load", () => {
  document.querySelectorAll("details").forEach((part) => { part.open = true; });
  const wide = [];
  document.querySelectorAll("main p, main h2, main h3, main svg, main dl, .scroll, figcaption, pre")
    .forEach((part) => {
      const box = part.getBoundingClientRect();
      if (box.width && box.right > innerWidth + 1) wide.push(part.tagName + "#" + part.id);
    });
  const box = document.querySelector("#all-figures-filter");
  box.value = "634";
  box.dispatchEvent(new Event("input"));
  const rows = [...document.querySelectorAll("#all-figures-table tbody tr")];
  const shown = rows.filter((row) => !row.hidden).map((row) => row.textContent);
  const sizes = [...document.querySelectorAll("svg text")].map((text) => {
    const drawing = text.ownerSVGElement;
    if (!drawing.getBoundingClientRect().width) return 99;
    return parseFloat(getComputedStyle(text).fontSize) *
      drawing.getBoundingClientRect().width / drawing.viewBox.baseVal.width;
  });
  document.getElementById("measured").textContent = JSON.stringify({
    scrollWidth: document.documentElement.scrollWidth, innerWidth, wide, shown,
    total: rows.length, smallest: Math.min(...sizes), drawings:
      [...document.querySelectorAll("svg")].filter((s) => s.getBoundingClientRect().width).length,
    requests: performance.getEntriesByType("resource").map((entry) => entry.name),
  });
});
</script>
"""


def measure(page: str, folder: Path, width: int) -> dict[str, object]:
    """What a browser of that width makes of the page; a frame allows widths under 500 pixels."""
    frame = f'<iframe id="frame" src="page.html" style="width:{width}px;height:900px;border:0">'
    copied = """
    <script>addEventListener("message", (event) => {
      document.body.innerHTML = "<pre id=out></pre>";
      document.getElementById("out").textContent = event.data; });</script>
    """
    tell = "parent.postMessage(document.getElementById('measured').textContent, '*');"
    measuring = MEASURE.replace("});\n</script>", f"  {tell}\n}});\n</script>")
    (folder / "page.html").write_text(page.replace("</body>", f"{measuring}</body>"), "utf-8")
    (folder / "frame.html").write_text(
        f"<!DOCTYPE html><meta charset=utf-8><body style='margin:0'>{copied}{frame}</iframe>",
        "utf-8",
    )
    result = run(folder, width, "--virtual-time-budget=8000", "--dump-dom", "frame.html")
    found = re.search(r'<pre id="out">(.*?)</pre>', result, re.DOTALL)
    assert found, result[-2000:]
    measured: dict[str, object] = json.loads(unescape(found[1]))
    return measured


def run(folder: Path, width: int, *arguments: str) -> str:
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
    return done.stdout


@pytest.mark.parametrize("width", [1280, 800, 360])
def test_page_fits_its_width_and_finds_a_figure(
    report: Report, page: str, tmp_path: Path, width: int
):
    measured = measure(page, tmp_path, width)
    assert measured["innerWidth"] == width
    assert measured["scrollWidth"] <= width
    assert measured["wide"] == []
    assert measured["requests"] == []
    assert measured["drawings"] == len(report.charts())
    assert measured["smallest"] >= 10
    assert 0 < len(measured["shown"]) < measured["total"]
    assert any("para 2" in row for row in measured["shown"])


def test_page_prints(page: str, tmp_path: Path):
    (tmp_path / "page.html").write_text(page, "utf-8")
    target = tmp_path / "page.pdf"
    run(tmp_path, 1280, f"--print-to-pdf={target}", "--no-pdf-header-footer", "page.html")
    assert target.read_bytes().startswith(b"%PDF")
