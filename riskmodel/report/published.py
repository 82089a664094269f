"""The report on the published tables, from what was computed of them."""

from __future__ import annotations

from typing import Any

from riskmodel.authority.own_table import OwnTable
from riskmodel.authority.results import REPLICATES, PublishedResults
from riskmodel.cohort import check_fidelity, joint_structure
from riskmodel.cohort.generate import REFERENCE_SEED
from riskmodel.core.manifest import make_manifest
from riskmodel.demand.projecting import Outlook
from riskmodel.disclosure.release import NO_RECORDS
from riskmodel.parameters import assumptions, parameters_sha256
from riskmodel.published import data_files, documents, printed_quadrants
from riskmodel.report import sections
from riskmodel.report.model import Report, Section
from riskmodel.report.service import service_parts
from riskmodel.scenarios import LIBRARY

PROJECTED_FROM = (
    "caseload.toml",
    "demand.toml",
    "demand_learned.toml",
    "demand_learning.toml",
)
"""Parameter files that the projections rest on."""


__all__ = ["published_report"]


def published_report(
    results: PublishedResults, explanations: Section, *, own: OwnTable | None = None
) -> Report:
    """The report on the published tables, as plain data.

    Parameters
    ----------
    results
        What was computed of them.
    explanations
        The section on the explanations of the growth, which experiments answer.
    own
        A table of one's own to report beside the published ones, with what may be printed of it.
    """
    card, rates, regions = documents()["oxfordshire_report_card"], results.rates, results.regions
    manifest = _manifest(results, own)
    points, (brief, *parts) = service_parts(results.service)
    return Report(
        "Child protection plans, risk factors and caseloads",
        f"What {card} printed, rebuilt and checked",
        (
            *sections.summary_points(rates, regions, results.audit, results.tables),
            *points,
            *([] if own is None else [sections.own_point(own)]),
        ),
        (
            brief,
            *([] if own is None else [sections.own_section(own)]),
            sections.factors_section(
                rates, regions, printed_quadrants(), source=f"{card.title}, paras 16-17"
            ),
            sections.margins_section(
                results.surface, results.bounds, source=f"{card.title}, para 16"
            ),
            explanations,
            *parts,
            sections.audit_section(results.audit),
            sections.cohort_section(
                results.cohort,
                check_fidelity(results.cohort),
                joint_structure(results.cohort),
                design=f"overlap {results.design.words}, seed {results.design.seed}",
                shown=rates.counts.factors,
            ),
            sections.published_section(results.tables, results.audit),
            sections.lookup_section(results.tables),
            sections.assumptions_section(assumptions().drop(columns="date")),
            sections.manifest_section(manifest),
        ),
        manifest,
    )


def _manifest(results: PublishedResults, own: OwnTable | None) -> dict[str, Any]:
    outlook, seed = results.service.outlook, results.design.seed
    replicates = outlook.projection.replicates
    return make_manifest(
        [
            *("riskmodel", "report"),
            *(() if replicates == REPLICATES else ("--replicates", str(replicates))),
            *(() if seed == REFERENCE_SEED else ("--seed", str(seed))),
            *(() if own is None else own.command),
        ],
        inputs=data_files() | _projected_files(),
        parameters_sha256=parameters_sha256(),
        seed=seed,
        files=() if own is None else own.files,
        disclosure=NO_RECORDS if own is None else own.release.manifest(),
    ).to_dict() | {"settings": _settings(outlook)}


def _projected_files() -> dict[str, bytes]:
    """Files that ship beside the parameters and that the projections read, by name."""
    from importlib import resources

    library = resources.files("riskmodel.scenarios").joinpath("data")
    found = {
        f"scenarios/{name}.toml": library.joinpath(f"{name}.toml").read_bytes() for name in LIBRARY
    }
    learned = resources.files("riskmodel.demand.pooled").joinpath("data")
    found["backtest_summary.csv"] = learned.joinpath("backtest_summary.csv").read_bytes()
    return found


def _settings(outlook: Outlook) -> dict[str, Any]:
    """What the projections of the report were made with, and which parameter files they read."""
    return {
        "replicates": outlook.projection.replicates,
        "months": len(outlook.projection.months),
        "parameter_files": {name: parameters_sha256(name) for name in PROJECTED_FROM},
    }
