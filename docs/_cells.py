"""What the cells of the pages share: run the command, show its answer, show rows as a table.

Cells call these, so that every number and every line of output in the pages is what the code gives
at the build. The two checks keep README.md and CHANGELOG.md, which are not pages, just as true.
"""

from __future__ import annotations

import csv
import hashlib
import html
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from IPython.display import HTML, SVG, Image, Markdown
from PIL.PngImagePlugin import PngImageFile, PngInfo

ROOT = Path(__file__).resolve().parent.parent
ELLIPSIS = "…"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
README_PICTURE = ROOT / "docs" / "images" / "report.png"


def run(words: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run ``riskmodel`` with these words, none of which holds a space, and keep what it says."""
    # A kernel tells its children that they write to a terminal; here they write to a pipe.
    forced = {"FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "PY_COLORS", "TTY_COMPATIBLE"}
    inherited = {name: value for name, value in os.environ.items() if name not in forced}
    plain = {"NO_COLOR": "1", "COLUMNS": "88", "PYTHONUTF8": "1"}
    return subprocess.run(
        [sys.executable, "-m", "riskmodel", *words.split()],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**inherited, **plain},
        cwd=folder,
        check=False,
        timeout=800,
    )


def answer(words: str, folder: Path | None = None) -> tuple[list[str], int]:
    """What the command prints, as lines (standard error after standard output), and its code."""
    done = run(words, folder)
    if "Traceback" in done.stderr:
        raise RuntimeError(f"riskmodel {words} failed:\n{done.stderr}")
    text = done.stdout + done.stderr
    return [line.rstrip() for line in text.strip("\n").splitlines()], done.returncode


def command(
    words: str,
    *,
    first: int | None = None,
    last: int | None = None,
    only: str = "",
    folder: Path | None = None,
) -> Markdown:
    """A console block: the command, what it prints, and its exit code where that is not 0.

    ``first`` and ``last`` keep that many lines; ``only`` keeps the block of lines, between empty
    ones, that holds these words; ``folder`` is where the command runs.
    """
    lines, code = answer(words, folder)
    if only:
        blocks = "\n".join(lines).split("\n\n")
        found = [block for block in blocks if only in block]
        if not found:
            raise RuntimeError(f"riskmodel {words} prints nothing about {only!r}")
        lines = [ELLIPSIS, *found[0].splitlines(), ELLIPSIS]
    elif first is not None or last is not None:
        head, tail = lines[: first or 0], lines[len(lines) - (last or 0) :]
        if len(head) + len(tail) < len(lines):
            lines = [*head, ELLIPSIS, *tail]
    ending = [f"(exit code {code})"] if code else []
    return Markdown("\n".join(["````console", f"$ riskmodel {words}", *lines, *ending, "````"]))


def table(
    headings: Sequence[str], rows: Iterable[Sequence[object]], caption: str = "", notes: str = ""
) -> HTML:
    """Rows as a table of the page; text is shown as it is, whatever signs it holds."""
    head = "".join(f'<th class="head" scope="col">{html.escape(text)}</th>' for text in headings)
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(_text(cell))}</td>" for cell in row) + "</tr>"
        for row in rows
    )
    title = f"<caption>{html.escape(caption)}</caption>" if caption else ""
    return HTML(
        (f"<p>{html.escape(notes)}</p>" if notes else "")
        + '<div class="table-wrapper docutils container"><table class="docutils align-default">'
        f"{title}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _text(cell: object) -> str:
    return "" if cell is None else str(cell)


def first_row(words: str, folder: Path | None = None) -> dict[str, str]:
    """The first row of what a command prints with ``--format csv``: column to cell."""
    done = run(f"{words} --format csv", folder)
    found = next(csv.DictReader(done.stdout.splitlines()), None)
    if found is None:
        raise RuntimeError(f"riskmodel {words} prints no row:\n{done.stderr}")
    return {column: _short(cell) for column, cell in found.items()}


def _short(cell: str) -> str:
    """A cell as an example: a number to four digits, a text to forty signs."""
    try:
        number = float(cell)
    except ValueError:
        return cell if len(cell) <= 40 else f"{cell[:39].rstrip()}{ELLIPSIS}"
    return cell if len(cell) <= 6 else f"{number:.4g}"


# Pictures of a report


def picture(report: Path) -> Image | SVG:
    """The first screen of the brief of a report, by a browser; without one, its first chart."""
    screen = _screen(report)
    if screen is None:
        return SVG(filename=str(report / "figures" / "brief-happened.svg"))
    return Image(filename=str(screen), width=720, alt="The first screen of the brief of a report")


def _screen(report: Path) -> Path | None:
    """A picture of the top of the brief, beside the report; None where no browser makes one."""
    screen = report.parent / f"{report.name}.png"
    browser = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if browser is None or screen.exists():
        return screen if screen.exists() else None
    page = (report / "index.html").resolve().as_uri()
    look = ["--headless", "--no-sandbox", "--hide-scrollbars", "--window-size=900,1712"]
    subprocess.run(
        [browser, *look, f"--screenshot={screen}", page],
        capture_output=True,
        check=False,
        timeout=120,
    )
    return screen if screen.exists() else None


def keep_picture(report: Path) -> None:
    """Make the picture of README.md anew where the brief is no longer the one that it shows.

    The picture holds the checksum of the page that it was made of. Nothing is written where no
    browser is installed.
    """
    checksum = hashlib.sha256((report / "index.html").read_bytes()).hexdigest()
    if README_PICTURE.exists():
        with PngImageFile(README_PICTURE) as shown:
            if shown.text.get("page") == checksum:
                return
    screen = _screen(report)
    if screen is not None:
        text = PngInfo()
        text.add_text("page", checksum)
        with PngImageFile(screen) as image:
            image.quantize(64).save(README_PICTURE, pnginfo=text, optimize=True)


# README.md and CHANGELOG.md


def check_readme() -> None:
    """Fail unless every console block of README.md that shows ``riskmodel`` shows what it prints.

    A line of ``…`` stands for any number of lines.
    """
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for block in re.findall(r"^```console\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE):
        prompt, *shown = block.rstrip("\n").splitlines()
        if not prompt.startswith("$ riskmodel "):
            continue
        words = prompt.removeprefix("$ riskmodel ")
        printed = "\n".join(answer(words, ROOT)[0])
        pattern = r"\n".join(
            ".*" if line.strip() == ELLIPSIS else re.escape(line.rstrip()) for line in shown
        )
        if not re.fullmatch(pattern, printed, flags=re.DOTALL):
            raise RuntimeError(
                f"README.md does not show what `riskmodel {words}` prints now:\n{printed}"
            )


def derived_numbers() -> dict[str, str]:
    """The numbers that the package derives from the published tables, by name."""
    from riskmodel.factors import analyse_factors
    from riskmodel.published import (
        audit,
        factor_counts,
        load_table,
        printed_quadrants,
        table_ids,
    )

    found = audit()
    numbers = {
        "Published tables": str(len(table_ids())),
        "Published figures": str(sum(len(load_table(name).cells) for name in table_ids())),
        "Audit: identities checked, counting each row": str(len(found.findings)),
    }
    for outcome, count in found.counts().items():
        numbers[f"Audit: {outcome}"] = str(count)
    for quantity in found.implied:
        numbers[f"Implied: {quantity.id}"] = str(quantity.interval)
    counts, printed = factor_counts(), printed_quadrants()
    for reading in ("plans", "assessments"):
        region = analyse_factors(counts, printed, prevalence=reading).region
        cut = "none feasible" if region.prevalence is None else str(region.prevalence)
        numbers[f"Cuts on prevalence by {reading}"] = cut
        impact = region.impact
        numbers["Cuts on the conversion rate, %"] = "none" if impact is None else str(impact * 100)
    rates = analyse_factors(counts, printed).rates
    for name, estimate in zip(rates.counts.factors, rates.conversion, strict=True):
        numbers[f"Conversion rate, %: {name}"] = (
            f"{100 * estimate.value:.2f} ({100 * estimate.low:.2f} to {100 * estimate.high:.2f})"
        )
    return numbers


def check_changelog() -> None:
    """Fail unless CHANGELOG.md says the present value of each derived number.

    The newest entry stands first, so a number's first row is its present value.
    """
    stated: dict[str, str] = {}
    for line in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
        if line.startswith("|") and len(cells) == 3:
            stated.setdefault(cells[0].strip("`"), cells[2])
    moved = [
        f"| {name} | {stated.get(name, '–')} | {value} |"
        for name, value in derived_numbers().items()
        if stated.get(name) != value
    ]
    if moved:
        listed = "\n".join(moved)
        raise RuntimeError(
            "These numbers moved. If they should have, put the rows at the top of the section "
            f"'Published numbers' of CHANGELOG.md; if not, something broke:\n{listed}"
        )


if __name__ == "__main__":
    for number, now in derived_numbers().items():
        sys.stdout.write(f"| {number} | – | {now} |\n")
