"""The audit of the report's arithmetic, with its repairs."""

from __future__ import annotations

from riskmodel.experiments import Analysis, Point, Result, Summary, Tables
from riskmodel.published import OUTCOMES, audit


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
            Result.within(
                f"implied/{row['quantity']}",
                (float(middle), float(row["low"]), float(row["high"])),
                row["unit"],
                "published",
                1.0,
                "bounds of the printed figures",
            )
        )
    return Summary(tuple(results))


def named(summary: Summary, outcome: str) -> str:
    """The identities that ended so."""
    names = [
        one.name.removeprefix("outcome/").replace("_", " ")
        for one in summary.starting("outcome/")
        if one.value == outcome
    ]
    return ", ".join(names)


AUDIT = Analysis(
    "audit",
    "Which printed figures agree with each other, and which do not",
    measure,
    summarise,
)
