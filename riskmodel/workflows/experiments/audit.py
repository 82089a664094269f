"""The audit of the report's arithmetic, with its repairs."""

from __future__ import annotations

from riskmodel.published import OUTCOMES, audit
from riskmodel.runs import Analysis, Point, Result, Summary
from riskmodel.runs.analysis import Tables

__all__ = ["ANALYSIS"]


def measure(point: Point) -> Tables:
    """Every identity with its outcome, and the quantities that the figures bound."""
    found = audit()
    return {"findings": found.to_frame(), "implied": found.implied_frame()}


def summarise(tables: Tables) -> Summary:
    """Findings by outcome, the identities that do not hold as printed, the implied quantities."""
    findings = tables["findings"]
    results = [Result("findings", len(findings), "identities", "published")]
    results += [
        Result(
            f"findings/{outcome}",
            int((findings["outcome"] == outcome).sum()),
            "identities",
            "published",
        )
        for outcome in OUTCOMES
    ]
    broken = findings[findings["outcome"] != "published"]
    for identity, group in broken.groupby("identity", sort=False):
        results.append(
            Result(f"outcome/{identity}", str(group["outcome"].iloc[0]), "outcome", "published")
        )
    for row in tables["implied"].to_dict("records"):
        middle = row["low"] if row["high"] == float("inf") else (row["low"] + row["high"]) / 2
        results.append(
            Result(
                f"implied/{row['quantity']}",
                float(middle),
                row["unit"],
                "published",
                float(row["low"]),
                float(row["high"]),
                1.0,
                "bounds of the printed figures",
            )
        )
    return Summary(tuple(results))


def answer(summary: Summary) -> str:
    """Counts by outcome, and the repaired and the open ones by name."""
    lines = [
        f"Of {summary['findings'].text()} identities between printed figures, "
        f"{summary['findings/published'].text()} hold as printed, "
        f"{summary['findings/repaired'].text()} hold under one stated reading, and for "
        f"{summary['findings/conflict'].text()} no reading is known. `audit.findings.csv` has each "
        "with its arithmetic, the reading that repairs it, and the paragraphs.",
        "",
    ]
    for outcome, words in (("repaired", "Repaired by a reading"), ("conflict", "In conflict")):
        names = [
            one.name.partition("/")[2].replace("_", " ")
            for one in summary.starting("outcome/")
            if one.value == outcome
        ]
        lines += [f"{words}: {', '.join(names)}.", ""]
    return "\n".join(lines)


ANALYSIS = Analysis(
    "audit",
    "Which printed figures agree with each other, and which do not",
    measure,
    summarise,
    answer,
    (
        "Printed figures alone, each as the interval of values that would be printed so; exact "
        "interval arithmetic, no tolerance.",
    ),
    (
        "That figures agree does not make them right; that they conflict does not say which is "
        "wrong.",
        "A reading that repairs an identity is a possibility, not what the authors said.",
    ),
)
