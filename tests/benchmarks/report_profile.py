"""What the report spends its time on: ``python tests/benchmarks/report_profile.py profile.json``.

Shares of a profiled run. A profiler slows small Python functions more than large array operations,
so shares are rough, and the seconds are those of a run without it.
"""

from __future__ import annotations

import cProfile
import json
import pstats
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# Parts that do not hold one another: (words, file ends with, function).
PARTS = (
    ("Stocks and their scenarios projected", "authority/service.py", "project_service"),
    ("Scenarios compared, each change by itself", "authority/comparison.py", "compare"),
    ("Posts and hires for the cap", "caseload/needs.py", "posts_needed"),
    ("Posts and hires for the cap", "caseload/needs.py", "hires_needed"),
    ("Caseloads of every team", "authority/service.py", "plan_outlook"),
    ("Bounds of ten factors from margins", "authority/margins.py", "factor_bounds"),
    ("Charts drawn, in two sizes and as pictures", "charts/canvas.py", "draw"),
    ("The workbook", "report/workbook.py", "workbook_bytes"),
    ("The page", "report/html.py", "render_html"),
    ("The synthetic cohort checked", "cohort/fidelity.py", "check_fidelity"),
    ("The arithmetic of the tables audited", "published/findings.py", "audit"),
    ("Libraries loaded", "<frozen importlib._bootstrap>", "_find_and_load"),
)


def plain_seconds(folder: Path) -> float:
    """Processor seconds of the command by itself."""
    import resource

    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    words = [sys.executable, "-m", "riskmodel", "report", "--out", str(folder)]
    subprocess.run(words, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def profiled(folder: Path) -> dict[str, float]:
    """Share of each part, what is in none of them last."""
    profile = cProfile.Profile(time.process_time)
    sys.argv = ["riskmodel", "report", "--out", str(folder)]
    try:
        profile.runctx("from riskmodel.cli import main; main()", {}, {})
    except SystemExit as ended:
        if ended.code:
            raise
    stats = pstats.Stats(profile)
    cumulative = {key: value[3] for key, value in stats.stats.items()}  # type: ignore[attr-defined]
    shares = dict.fromkeys((words for words, _, _ in PARTS), 0.0)
    for words, ending, function in PARTS:
        found = [
            spent
            for (file, _, name), spent in cumulative.items()
            if name == function and Path(file).as_posix().endswith(ending)
        ]
        if not found:
            raise LookupError(f"{function} of {ending} was not called: the list of parts is old")
        shares[words] += max(found) / stats.total_tt  # type: ignore[attr-defined]
    ranked = dict(sorted(shares.items(), key=lambda item: -item[1]))
    return {**ranked, "Everything else": 1 - sum(ranked.values())}


def main(words: list[str]) -> int:
    """Write the record."""
    if len(words) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        seconds = min(plain_seconds(Path(folder) / "report") for _ in range(3))
        shares = profiled(Path(folder) / "report")
    record = {
        "seconds": round(seconds, 1),
        "parts": [{"part": part, "share": round(share, 3)} for part, share in shares.items()],
    }
    Path(words[0]).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
