"""How long a move of each control of a what-if page takes where the processor is 4 times slower.

Not a test: ``python tests/benchmarks/whatif_moves.py [PAGE]`` prints two rows a control. A move is
from the event to the end of the frame that shows its answer: the least and the median of several,
in headless Chromium. Without a page it makes the one of the tests' folder, as large as usual.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from riskmodel.authority import service
from riskmodel.report.sizes import Sizes
from riskmodel.report.whatif import whatif_page
from tests.report.whatif.chrome import Page
from tests.report.whatif.made_up_folder import made_up_folder

SLOWER, MOVES = 4, 6
USUAL = Sizes(months=60, replicates=1000, seed=4)
MOVE = """(async () => {{ const one = document.getElementById({id});
const start = performance.now(); one.value = {value};
one.dispatchEvent(new Event(one.tagName === "SELECT" ? "change" : "input"));
const worked = performance.now() - start;
await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
const seen = performance.now() - start;
await new Promise((done) => setTimeout(done, 1500)); return [worked, seen]; }})()"""
SHOWN = """(async () => {{ const one = document.getElementById({id}); one.value = {value};
one.dispatchEvent(new Event(one.tagName === "SELECT" ? "change" : "input"));
await new Promise((done) => requestAnimationFrame(() => setTimeout(done))); }})()"""
CONTROLS = """[...document.querySelectorAll("input[type=range], #cap, #by, #chance")].map((one) =>
[one.id, one.tagName === "SELECT" ? [...one.options].slice(12, 18).map((each) => each.value)
  : [Number(one.value), Number(one.max)]])"""


def moves(name: str, ends: Sequence[str | float]) -> list[str | float]:
    """Where a control is moved to in turn."""
    if name == "by":
        return list(ends)
    if name in ("cap", "chance"):
        return [float(ends[0]) + step for step in range(1, MOVES + 1)]
    now, most = float(ends[0]), float(ends[1])
    return [round(now + (most - now) * (0.1 + 0.1 * step), 2) for step in range(MOVES)]


def usual_page(folder: Path) -> Path:
    """The page of the folder that the tests make up."""
    service._again = lambda outlook, months: outlook
    made = whatif_page(made_up_folder(folder / "authority", USUAL), USUAL)
    file = folder / "whatif.html"
    file.write_bytes(made)
    return file


def print_processor(page: Page, controls: list[tuple[str, Sequence[str | float]]]) -> None:
    """Print what moves take of the page's own thread by the processor's clock, not slowed down."""
    page.send("Performance.enable", timeDomain="threadTicks")

    def spent() -> float:
        found = page.send("Performance.getMetrics")["metrics"]
        return next(1000 * one["value"] for one in found if one["name"] == "TaskDuration")

    for name, ends in controls:
        times = []
        for to in moves(name, ends):
            before = spent()
            page.run(SHOWN.format(id=json.dumps(name), value=json.dumps(to)))
            times.append(spent() - before)
            page.run("new Promise((done) => setTimeout(done, 350))")
        least, median = min(times), statistics.median(times)
        print(f"{name:48} processor: least {least:5.1f} ms, median {median:5.1f} ms", flush=True)
        reset = "document.getElementById('start').dispatchEvent(new Event('change'))"
        page.run(reset if name not in ("cap", "by", "chance") else "0")


def main(arguments: Sequence[str]) -> None:
    """Print the least time of a move of each control."""
    with tempfile.TemporaryDirectory() as place:
        file = Path(arguments[0]) if arguments else usual_page(Path(place))
        with Page(file, Path(place) / "profile") as page:
            page.wait("document.querySelectorAll('svg').length > 0")
            controls = page.run(CONTROLS)
            print_processor(page, controls)
            page.slow(SLOWER)
            page.open(file)
            page.wait("document.querySelectorAll('svg').length > 0")
            opened = page.run("performance.now()")
            print(f"opened, until the first charts: {opened:.0f} ms at {SLOWER} times slower")
            for name, ends in controls:
                found = [
                    page.run(MOVE.format(id=json.dumps(name), value=json.dumps(to)))
                    for to in moves(name, ends)
                ]
                worked, seen = zip(*found, strict=True)
                print(f"{name:48} worked out {min(worked):4.0f} ms, seen least {min(seen):4.0f} ms,"
                      f" median {statistics.median(seen):4.0f} ms", flush=True)  # fmt: skip
                reset = "document.getElementById('start').dispatchEvent(new Event('change'))"
                page.run(reset if name not in ("cap", "by", "chance") else "0")


if __name__ == "__main__":
    main(sys.argv[1:])
