"""Time and memory against size, each point in a process of its own, and the exponents fitted.

``python tests/benchmarks/growth.py all growth.json`` measures every subject that the file lacks;
``python tests/benchmarks/growth.py SUBJECT SIZE`` one point, printed as JSON.
Seconds are those of the processor, which what else runs on the machine moves least.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

REPEATS = 3
"""Of each point the quickest counts; a point that takes long is measured once."""

LONG_SECONDS = 4.0


def cohort_rows(size: int, folder: Path) -> Callable[[], object]:
    """A partitioned cohort of that many rows, ten thousand an authority and year."""
    from riskmodel.cohort import CohortDesign
    from riskmodel.cohort.writing import write_cohort

    units = max(1, size // 10_000)
    years = -(-units // 500)
    design = CohortDesign(
        size // units,
        authorities=tuple(f"{number:03d}" for number in range(units // years)),
        years=tuple(range(2016 - years, 2016)),
    )
    return lambda: write_cohort(design, folder / "cohort", columns="factors")


def counted_rows(size: int, folder: Path) -> Callable[[], object]:
    """Counts of that cohort by authority and year."""
    from riskmodel.intake import read_counts

    cohort_rows(size, folder)()
    return lambda: read_counts(folder / "cohort", by=("authority", "year"))


def factors(size: int, _: Path) -> Callable[[], object]:
    """Two million rows of that many factors."""
    from riskmodel.cohort.joint import Margins, UnitLayout

    rows = 2_000_000
    shares = np.linspace(0.02, 0.3, size)
    with_plan = (shares * rows * 0.3 * 0.9).astype(np.int64)
    without = (shares * rows * 0.7 * 0.6).astype(np.int64)
    margins = Margins(rows, int(rows * 0.3), with_plan, without)

    def run() -> None:
        layout = UnitLayout.plan("growth", 1, np.full(size, 0.3), margins)
        assert sum(len(plan) for plan, _ in layout) == rows

    return run


def _panel(authorities: int) -> Any:
    from riskmodel.series import AuthorityPanel
    from riskmodel.streams import stream

    generator = stream(1, "benchmarks/growth")
    years, number = np.arange(2010, 2022), authorities
    population = generator.uniform(30_000, 200_000, (number, 1))
    apart = np.cumsum(generator.normal(0, 0.12, (number, len(years))), axis=1)
    stock = np.rint(population * 0.0042 * np.exp(apart))
    columns = {
        "cpp_at_31_mar": stock,
        "cpp_starts": np.rint(1.3 * stock),
        "cpp_ends": np.rint(1.25 * stock),
        "pop_0_17_midyear": np.repeat(np.rint(population), len(years), axis=1),
    }
    codes = [f"{place:03d}" for place in range(number) for _ in years]
    return AuthorityPanel(
        tuple(codes),
        tuple(f"Area {code}" for code in codes),
        np.tile(years, number),
        {name: values.reshape(-1) for name, values in columns.items()},
    )


def _national(authorities: int, **sizes: Any) -> Callable[[], object]:
    from riskmodel.demand.national.running import national_run

    panel = _panel(authorities)
    return lambda: national_run(panel, **{"months": 36, "replicates": 1000, **sizes})


def authorities(size: int, _: Path) -> Callable[[], object]:
    """Learning from that many authorities, and projecting each: 1,000 replicates, 36 months."""
    return _national(size)


def replicates(size: int, _: Path) -> Callable[[], object]:
    """Twenty authorities, 36 months, that many replicates."""
    return _national(20, replicates=size)


def horizon(size: int, _: Path) -> Callable[[], object]:
    """Twenty authorities, 2,000 replicates, that many months."""
    return _national(20, months=size, replicates=2000)


def replicates_with_flows(size: int, _: Path) -> Callable[[], object]:
    """Six authorities with starts and ends, 36 months, that many replicates."""
    return _national(6, replicates=size, flows=True)


def horizon_with_flows(size: int, _: Path) -> Callable[[], object]:
    """Six authorities with starts and ends, 2,000 replicates, that many months."""
    return _national(6, months=size, replicates=2000, flows=True)


def own_months(size: int, _: Path) -> Callable[[], object]:
    """Three stages of that many own months of stocks, starts and ends, calibrated."""
    from test_calibration import EVERY, calibrated, models_of_months

    return calibrated(models_of_months(size, EVERY))


SUBJECTS: dict[str, tuple[Callable[[int, Path], Callable[[], object]], tuple[int, ...]]] = {
    "cohort_rows": (cohort_rows, (10**4, 10**5, 10**6, 10**7)),
    "counted_rows": (counted_rows, (10**4, 10**5, 10**6, 10**7)),
    "factors": (factors, (4, 8, 16, 32, 64)),
    "authorities": (authorities, (10, 20, 40, 80, 160)),
    "replicates": (replicates, (1000, 2000, 4000, 8000, 16000)),
    "horizon": (horizon, (12, 24, 48, 96, 120)),
    "replicates_with_flows": (replicates_with_flows, (1000, 2000, 4000, 8000, 16000)),
    "horizon_with_flows": (horizon_with_flows, (12, 24, 48, 96, 120)),
    "own_months": (own_months, (24, 60, 120, 240)),
}


def point(subject: str, size: int) -> dict[str, float]:
    """Processor seconds and peak memory (MiB) of one size, in this process."""
    from threadpoolctl import threadpool_limits

    with tempfile.TemporaryDirectory() as folder, threadpool_limits(1):
        run = SUBJECTS[subject][0](size, Path(folder))
        begun = time.process_time()
        run()
        seconds = time.process_time() - begun
    return {"size": size, "seconds": round(seconds, 4), "peak_mib": round(_peak_mib(), 1)}


def _peak_mib() -> float:
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def exponent(points: list[dict[str, float]], name: str) -> float:
    """The power by which a measure grows beyond the smallest size, on the upper half of the sizes.

    The slope of log(value - value at the smallest size) over log(size - smallest size): what costs
    the same at every size is left out, so that a + b size has exponent 1 whatever a is. A measure
    that moves by less than a tenth over all sizes does not grow.
    """
    first, *larger = points
    if points[-1][name] < 1.1 * first[name]:
        return 0.0
    upper = larger[len(larger) // 2 - (len(larger) % 2 == 0) :]
    grown = [(each["size"] - first["size"], each[name] - first[name]) for each in upper]
    if any(value <= 0 for _, value in grown):
        return 0.0
    sizes, values = np.log(np.array(grown)).T
    return round(float(np.polyfit(sizes, values, 1)[0]), 2)


def measured(subject: str) -> dict[str, Any]:
    """All points of a subject."""
    make, sizes = SUBJECTS[subject]
    points = []
    for size in sizes:
        found: list[dict[str, float]] = []
        while len(found) < REPEATS and not (found and found[-1]["seconds"] > LONG_SECONDS):
            command = [sys.executable, __file__, subject, str(size)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            found.append(json.loads(done.stdout))
        points.append(min(found, key=lambda each: each["seconds"]))
        print(subject, points[-1], file=sys.stderr, flush=True)
    return {
        "what": (make.__doc__ or "").strip(),
        "points": points,
        "exponent_seconds": exponent(points, "seconds"),
        "exponent_memory": exponent(points, "peak_mib"),
    }


def main(words: list[str]) -> int:
    """Measure one point, or all into a file."""
    if len(words) != 2 or (words[0] != "all" and words[0] not in SUBJECTS):
        print(__doc__, file=sys.stderr)
        return 2
    if words[0] != "all":
        print(json.dumps(point(words[0], int(words[1]))))
        return 0
    out = Path(words[1])
    found = json.loads(out.read_text(encoding="utf-8")) if out.exists() else {}
    for subject in SUBJECTS:
        if subject not in found:
            found[subject] = measured(subject)
            out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
