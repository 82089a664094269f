"""The jobs on the published tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from riskmodel.cohort import (
    check_fidelity,
    generate_cohort,
    joint_structure,
    reference_design,
)
from riskmodel.cohort.generate import REFERENCE_SEED
from riskmodel.core.manifest import make_manifest
from riskmodel.factors import FactorAnalysis, Prevalence, analyse_factors
from riskmodel.factors.rates import IntervalMethod
from riskmodel.parameters import parameters, parameters_sha256
from riskmodel.published import (
    audit,
    data_files,
    documents,
    factor_counts,
    load_table,
    printed_quadrants,
    table_ids,
)
from riskmodel.scenarios import LIBRARY
from riskmodel.workflows.explanations import explanations_section
from riskmodel.workflows.margins import draw_sensitivity, margin_bounds, sensitivity_surface
from riskmodel.workflows.own_table import OwnTable, own_parts
from riskmodel.workflows.release import NO_RECORDS

if TYPE_CHECKING:
    import pandas as pd

    from riskmodel.report import Report

SURFACE_ASSESSMENTS = (1500, 2250, 3000, 4000, 5000)
SURFACE_OVERLAPS = (0.0, 0.3, 0.5, 0.7)

REPLICATES = 500
"""Courses drawn of a projection: few enough to wait for. From seed to seed the ends of 90%
intervals then move by 1 to 3%, medians by 1% (measured over twelve seeds, 24 months ahead)."""
MONTHS = 60
"""How far ahead the report looks."""
PROJECTED_FROM = (
    "caseload.toml",
    "demand.toml",
    "demand_learned.toml",
    "demand_learning.toml",
)
"""Parameter files that the projections rest on."""

__all__ = [
    "MONTHS",
    "REPLICATES",
    "assumptions",
    "published_factors",
    "published_report",
    "write_published_report",
]


def published_factors(
    *,
    prevalence: Prevalence = "plans",
    level: float | None = None,
    method: IntervalMethod = "auto",
) -> FactorAnalysis:
    """Prevalence against impact on the published table of factors.

    Parameters
    ----------
    prevalence, level, method
        As for :func:`riskmodel.factors.analyse_factors`.
    """
    return analyse_factors(
        factor_counts(), printed_quadrants(), prevalence=prevalence, level=level, method=method
    )


def write_published_report(
    out: Path,
    *,
    own: OwnTable | None = None,
    replicates: int = REPLICATES,
    seed: int = REFERENCE_SEED,
    progress: Callable[[str], None] = lambda _: None,
) -> tuple[Path, ...]:
    """Write the report on the published tables to a folder.

    Parameters
    ----------
    out
        Folder to write to.
    own
        A table of one's own to report beside the published ones, with what may be printed of it.
    replicates, seed
        As for :func:`published_report`.
    progress
        Called with a few words at each step.

    Returns
    -------
    tuple of pathlib.Path
        What was written.
    """
    from riskmodel.report import write_report
    from riskmodel.report.write import check_output

    check_output(out)
    report = published_report(own=own, replicates=replicates, seed=seed, progress=progress)
    progress("Writing the page, the figures and the workbook")
    return write_report(report, out)


def published_report(
    *,
    own: OwnTable | None = None,
    replicates: int = REPLICATES,
    seed: int = REFERENCE_SEED,
    progress: Callable[[str], None] = lambda _: None,
) -> Report:
    """The report on the published tables, as plain data.

    Parameters
    ----------
    own
        A table of one's own to report beside the published ones, with what may be printed of it.
    replicates
        Courses drawn of each projection.
    seed
        Of everything that is drawn.
    progress
        Called with a few words at each step.
    """
    from riskmodel import report
    from riskmodel.workflows.outlook import service_parts, service_results

    progress("Reading the published tables")
    tables = [load_table(table) for table in table_ids()]
    progress("Checking their arithmetic")
    found = audit()
    progress("Setting prevalence against impact")
    readings: tuple[Prevalence, ...] = ("plans", "assessments")
    analyses = {reading: published_factors(prevalence=reading) for reading in readings}
    rates, printed = analyses["plans"].rates, printed_quadrants()
    regions = {reading: analysis.region for reading, analysis in analyses.items()}
    progress("Making a synthetic cohort")
    design = replace(reference_design(), seed=seed)
    cohort = generate_cohort(design)
    progress("Asking what the counts cannot say")
    surface = sensitivity_surface(
        assessments=SURFACE_ASSESSMENTS, overlaps=SURFACE_OVERLAPS, seed=design.seed
    )
    bounds = [margin_bounds(name, assessments=design.assessments) for name in rates.counts.factors]
    service = service_results(months=MONTHS, replicates=replicates, seed=seed, progress=progress)
    progress("Drawing")
    card = documents()["oxfordshire_report_card"]
    manifest = make_manifest(
        [
            *("riskmodel", "report"),
            *(() if replicates == REPLICATES else ("--replicates", str(replicates))),
            *(() if seed == REFERENCE_SEED else ("--seed", str(seed))),
            *(() if own is None else own.command),
        ],
        inputs=data_files() | projected_files(),
        parameters_sha256=parameters_sha256(),
        seed=design.seed,
        files=() if own is None else own.files,
        disclosure=NO_RECORDS if own is None else own.release.manifest(),
    ).to_dict() | {"settings": settings(replicates)}
    points, sections = own_parts(own)
    ahead, (brief, *parts) = service_parts(service)
    return report.Report(
        "Child protection plans, risk factors and caseloads",
        f"What {card} printed, rebuilt and checked",
        (
            *report.summary_points(rates, regions, found, tables),
            *ahead,
            *points,
        ),
        (
            brief,
            *sections,
            report.factors_section(rates, regions, printed, source=f"{card.title}, paras 16-17"),
            report.margins_section(
                surface, draw_sensitivity(surface), bounds, source=f"{card.title}, para 16"
            ),
            explanations_section(progress=progress),
            *parts,
            report.audit_section(found),
            report.cohort_section(
                cohort,
                check_fidelity(cohort),
                joint_structure(cohort),
                design=f"overlap {design.words}, seed {design.seed}",
                shown=rates.counts.factors,
            ),
            report.published_section(tables, found),
            report.lookup_section(tables),
            report.assumptions_section(assumptions()),
            report.manifest_section(manifest),
        ),
        manifest,
    )


def projected_files() -> dict[str, bytes]:
    """Files that ship beside the parameters and that the projections read, by name."""
    from importlib import resources

    library = resources.files("riskmodel.scenarios").joinpath("data")
    found = {
        f"scenarios/{name}.toml": library.joinpath(f"{name}.toml").read_bytes() for name in LIBRARY
    }
    learned = resources.files("riskmodel.demand.learning").joinpath("data")
    found["backtest_summary.csv"] = learned.joinpath("backtest_summary.csv").read_bytes()
    return found


def settings(replicates: int) -> dict[str, Any]:
    """What the projections of the report were made with, and which parameter files they read."""
    return {
        "replicates": replicates,
        "months": MONTHS,
        "parameter_files": {name: parameters_sha256(name) for name in PROJECTED_FROM},
    }


def assumptions() -> pd.DataFrame:
    """The assumptions log: every parameter with its unit, basis, source and reason."""
    import pandas as pd

    return pd.DataFrame(
        [
            {
                "name": known.name,
                "value": known.printed,
                "unit": known.unit,
                "basis": known.basis,
                "source": known.source,
                "reason": known.reason,
            }
            for known in parameters()
        ]
    )
