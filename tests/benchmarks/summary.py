"""Results of a benchmark run: the small record that the documentation shows, and two compared.

``python tests/benchmarks/summary.py write build/bench/benchmarks.json docs/benchmarks.json``
``python tests/benchmarks/summary.py compare EARLIER.json LATER.json``
Each file may be the plugin's own or the small record.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

AIM = re.compile(r"(at most|less than|at least) ([\d.]+)")
MACHINE = ("system", "release", "python_version", "cores", "memory_gib", "load_before", "versions")


def small(path: Path) -> dict[str, Any]:
    """The small record of a run."""
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if "benchmarks" not in found:
        return found
    machine = found["machine_info"]
    kept = {name: machine[name] for name in MACHINE if name in machine}
    kept["processor"] = machine.get("cpu", {}).get("brand_raw", machine.get("processor", ""))
    results = [
        {**_rounded(each), "reached": reached(each["ratio"], each["aim"])}
        for benchmark in found["benchmarks"]
        for each in benchmark["extra_info"].get("comparisons", ())
    ]
    return {"date": found["datetime"][:10], "machine": kept, "results": results}


def reached(ratio: float, aim: str) -> bool | None:
    """Whether a ratio is as was aimed at; None where the aim is no number."""
    match = AIM.match(aim)
    if match is None:
        return None
    limit = float(match[2])
    return {"at most": ratio <= limit, "less than": ratio < limit, "at least": ratio >= limit}[
        match[1]
    ]


def compared(earlier: dict[str, Any], later: dict[str, Any]) -> list[str]:
    """A line a result that both have: the ratios then and now, and how far apart they are."""
    before = {(each["name"], each["limit_name"]): each for each in earlier["results"]}
    lines = [f"{'earlier':>9} {'later':>9} {'change':>8}  ratio, ours over the limit"]
    for each in later["results"]:
        old = before.pop((each["name"], each["limit_name"]), None)
        name = f"{each['name']} / {each['limit_name']}"
        if old is None:
            lines.append(f"{'-':>9} {each['ratio']:9.3g} {'':>8}  {name}")
        else:
            change = 100 * (each["ratio"] / old["ratio"] - 1)
            lines.append(f"{old['ratio']:9.3g} {each['ratio']:9.3g} {change:+7.0f}%  {name}")
    lines += [f"{old['ratio']:9.3g} {'-':>9} {'':>8}  {' / '.join(key)}"
              for key, old in before.items()]  # fmt: skip
    return lines


def _rounded(each: dict[str, Any]) -> dict[str, Any]:
    return {
        name: float(f"{value:.4g}") if isinstance(value, float) else value
        for name, value in each.items()
    }


def main(words: list[str]) -> int:
    """Write a record, or compare two."""
    if len(words) != 3 or words[0] not in ("write", "compare"):
        print(__doc__, file=sys.stderr)
        return 2
    first, second = Path(words[1]), Path(words[2])
    for path in (first, *((second,) if words[0] == "compare" else ())):
        if not path.is_file():
            print(f"{path} is not there; give the results of a run", file=sys.stderr)
            return 2
    if words[0] == "write":
        text = json.dumps(small(first), indent=1, ensure_ascii=False)
        second.write_text(text + "\n", encoding="utf-8")
    else:
        print("\n".join(compared(small(first), small(second))))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
