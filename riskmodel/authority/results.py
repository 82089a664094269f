"""What a report rests on, computed once: the published tables, and an authority's service."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from riskmodel.assessments import Assessments
from riskmodel.authority.comparison import Comparison, compare, usual_target
from riskmodel.authority.margins import assumed_surface, factor_bounds
from riskmodel.authority.service import plan_outlook, posts_answer, project_service
from riskmodel.caseload import (
    CaseloadPlan,
    HiresNeeded,
    PostsNeeded,
    hires_needed,
    published_structure,
    published_workforce,
)
from riskmodel.cohort import CohortDesign, generate_cohort, reference_design
from riskmodel.cohort.generate import REFERENCE_SEED
from riskmodel.demand.projecting import Outlook
from riskmodel.errors import DataError
from riskmodel.factors import (
    FactorAnalysis,
    FactorRates,
    MarginBounds,
    Prevalence,
    QuadrantRegion,
    SensitivitySurface,
    analyse_factors,
)
from riskmodel.projection import USUAL_MONTHS, USUAL_SEED, USUAL_SIMULATIONS
from riskmodel.published import (
    Audit,
    PublishedTable,
    audit,
    factor_counts,
    load_table,
    printed_quadrants,
    table_ids,
)
from riskmodel.scenarios import load_library

__all__ = [
    "MONTHS",
    "REPLICATES",
    "PublishedResults",
    "ServiceResults",
    "published_results",
    "service_results",
]

SURFACE_ASSESSMENTS = (1500, 2250, 3000, 4000, 5000)
SURFACE_OVERLAPS = (0.0, 0.3, 0.5, 0.7)

MONTHS, REPLICATES = USUAL_MONTHS, USUAL_SIMULATIONS
"""How far ahead the report looks, and how many simulations: those of every command."""


@dataclass(frozen=True, slots=True, eq=False)
class ServiceResults:
    """Demand and caseloads of every scenario of the library, and the answers to them."""

    outlook: Outlook
    plan: CaseloadPlan
    posts: PostsNeeded
    hires: HiresNeeded | None
    comparison: Comparison


def service_results(
    *,
    months: int,
    replicates: int,
    seed: int,
    progress: Callable[[str], None] = lambda _: None,
) -> ServiceResults:
    """Project the published figures under every scenario of the library.

    Parameters
    ----------
    months, replicates, seed
        As for :func:`riskmodel.demand.projecting.project`.
    progress
        Called with a few words at each step.
    """
    outlook = project_service(
        scenarios=load_library(),
        months=months,
        replicates=replicates,
        seed=seed,
        progress=progress,
    )
    progress("Working out caseloads")
    found = plan_outlook(outlook)
    target = usual_target(outlook)
    progress("Asking for posts")
    posts = posts_answer(outlook, target)
    try:
        hires = hires_needed(
            outlook.projection,
            published_structure(),
            published_workforce(),
            target,
            seed=seed,
        )
    except DataError:
        # No number of candidates may be enough: the report then names none.
        hires = None
    progress("Comparing scenarios")
    # Of a single change there is nothing to part.
    several = [name for name, each in outlook.levers.items() if len(each.changed) > 1]
    comparison = compare(outlook, found, target=target, attribution=several)
    return ServiceResults(outlook, found, posts, hires, comparison)


@dataclass(frozen=True, slots=True, eq=False)
class PublishedResults:
    """What can be said of the published tables, each computed once.

    Parameters
    ----------
    tables, audit
        The tables, and what must hold between their figures.
    analyses
        Rates, cuts and quadrants by reading of prevalence: plans, assessments.
    design, cohort
        A synthetic cohort with the published counts.
    surface, bounds
        What margins leave open: adjusted odds ratios over what is assumed, and bounds.
    service
        Projections, caseloads and scenarios.
    """

    tables: tuple[PublishedTable, ...]
    audit: Audit
    analyses: Mapping[Prevalence, FactorAnalysis]
    design: CohortDesign
    cohort: Assessments
    surface: SensitivitySurface
    bounds: tuple[MarginBounds, ...]
    service: ServiceResults

    @property
    def rates(self) -> FactorRates:
        """Prevalence and conversion of each factor."""
        return self.analyses["plans"].rates

    @property
    def regions(self) -> dict[Prevalence, QuadrantRegion]:
        """Cuts that reproduce the printed quadrants, by reading of prevalence."""
        return {reading: analysis.region for reading, analysis in self.analyses.items()}


def published_results(
    *,
    replicates: int = REPLICATES,
    seed: int | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> PublishedResults:
    """Everything that is computed of the published tables.

    Parameters
    ----------
    replicates
        Courses drawn of each projection.
    seed
        Of everything that is drawn.
    progress
        Called with a few words at each step.
    """
    progress("Reading the published tables")
    tables = tuple(load_table(table) for table in table_ids())
    progress("Checking their arithmetic")
    findings = audit()
    progress("Setting prevalence against impact")
    readings: tuple[Prevalence, ...] = ("plans", "assessments")
    counts, printed = factor_counts(), printed_quadrants()
    analyses = {name: analyse_factors(counts, printed, prevalence=name) for name in readings}
    progress("Making a synthetic cohort")
    design = replace(reference_design(), seed=REFERENCE_SEED if seed is None else seed)
    cohort = generate_cohort(design)
    progress("Asking what the counts cannot say")
    surface = assumed_surface(
        assessments=SURFACE_ASSESSMENTS, overlaps=SURFACE_OVERLAPS, seed=design.seed
    )
    bounds = [factor_bounds(name, assessments=design.assessments) for name in counts.factors]
    service = service_results(
        months=MONTHS,
        replicates=replicates,
        seed=USUAL_SEED if seed is None else seed,
        progress=progress,
    )
    return PublishedResults(
        tables, findings, analyses, design, cohort, surface, tuple(bounds), service
    )
