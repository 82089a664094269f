"""The register: what each section of an authority's report is made of, by its name.

A maker takes an authority and the sizes of what is simulated, and gives the sentences for the top
of the page and one section or a few. What it needs stands under the same name in
:data:`riskmodel.authority.folder.sections.SECTIONS`, whose order is that of the page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from riskmodel.authority.folder.authority import Authority
from riskmodel.authority.folder.sections import SECTIONS
from riskmodel.errors import DataError
from riskmodel.report.model import Paragraph, Point, Section
from riskmodel.report.sizes import SEED, Sizes

__all__ = ["MAKERS", "Maker", "Part"]

Part = tuple[tuple[Point, ...], tuple[Section, ...]]
"""Sentences for the top of the page, and the sections that say more."""

Maker = Callable[[Authority, Sizes], Part]

_ASSESSMENTS = (1500, 2250, 3000, 4000, 5000)
_OVERLAPS = (0.0, 0.3, 0.5, 0.7)
"""Over which the surface of adjusted odds ratios is asked, where only counts are published."""


def _cohort_seed(sizes: Sizes) -> int:
    """Of cohorts that are made up: that of the reference cohort, unless another is asked for."""
    from riskmodel.cohort.generate import REFERENCE_SEED

    return REFERENCE_SEED if sizes.seed == SEED else sizes.seed


def _title(name: str) -> str:
    return SECTIONS[name].label


def _not_shown(name: str, error: DataError) -> Part:
    """A section of which too little may be printed, or too little is known: it says so."""
    return (), (Section(name, _title(name), (Paragraph(f"Not shown: {error}."),)),)


def _factors(authority: Authority, sizes: Sizes) -> Part:
    if not authority.has("returns"):
        return _published_factors(authority, sizes)
    from riskmodel.authority.margins import recording_area
    from riskmodel.report.sections.factors import factors_point, own_factors_section
    from riskmodel.report.sections.recording import recording_section

    release = authority.release
    try:
        release.counts()
    except DataError as error:
        return _not_shown("factors", error)
    source = authority.factors_source
    section = own_factors_section(release, title=_title("factors"), source=source)
    sections = [section]
    if release.counts().total_plans:
        sections.append(recording_section(recording_area(release), source=source, is_own=True))
    return (factors_point(authority.factor_rates.rates),), tuple(sections)


def _published_factors(authority: Authority, sizes: Sizes) -> Part:
    from riskmodel.authority.margins import assumed_surface, factor_bounds, recording_area
    from riskmodel.cohort import reference_design
    from riskmodel.factors import Prevalence, feasible_region
    from riskmodel.published import documents, printed_quadrants
    from riskmodel.report.sections.factors import factors_point, factors_section
    from riskmodel.report.sections.margins import margins_section
    from riskmodel.report.sections.recording import recording_section
    from riskmodel.report.sections.summary import reading_points

    rates, printed = authority.factor_rates.rates, printed_quadrants()
    readings: tuple[Prevalence, ...] = ("plans", "assessments")
    regions = {name: feasible_region(rates.counts, printed, prevalence=name) for name in readings}
    card = documents()["oxfordshire_report_card"].title
    surface = assumed_surface(
        assessments=_ASSESSMENTS, overlaps=_OVERLAPS, seed=_cohort_seed(sizes)
    )
    number = reference_design().assessments
    bounds = [factor_bounds(name, assessments=number) for name in rates.counts.factors]
    return (factors_point(rates), *reading_points(regions)), (
        factors_section(
            rates, regions, printed, title=_title("factors"), source=f"{card}, paras 16-17"
        ),
        recording_section(recording_area(), source=f"{card}, paras 16-17", is_own=False),
        margins_section(surface, bounds, source=f"{card}, para 16"),
    )


def _impact(authority: Authority, sizes: Sizes) -> Part:
    from riskmodel.report.sections.impact import impact_point, table_impact_section

    _ = authority.release  # what cannot be read is refused, what may not be printed is said
    source = authority.factors_source
    try:
        table = authority.impact
    except DataError as error:
        return _not_shown("impact", error)
    section = table_impact_section(table, title=_title("impact"), source=source)
    return (impact_point(table.impact),), (section,)


def _change(authority: Authority, sizes: Sizes) -> Part:
    from riskmodel.report.sections.change import change_point, change_section

    try:
        change = authority.change
    except DataError as error:
        # One year, or one month, has nothing to be compared with.
        return _not_shown("change", error)
    try:
        caseload = authority.caseload_change
    except DataError:
        caseload = None
    section = change_section(change, caseload, title=_title("change"))
    return (change_point(change),), (section,)


def _chain(authority: Authority, sizes: Sizes) -> Part:
    from riskmodel.report.sections.chain import chain_point, chain_section

    try:
        chain = authority.chain
    except DataError as error:
        return _not_shown("chain", error)
    source = authority.contents.source_of("panel")
    section = chain_section(chain, title=_title("chain"), source=source)
    return (chain_point(chain),), (section,)


def _projection(authority: Authority, sizes: Sizes) -> Part:
    from riskmodel.demand.pooled.measured import measured_backtest
    from riskmodel.report.sections.outlook import outlook_point, outlook_section
    from riskmodel.report.sections.trust import trust_point, trust_section

    outlook, measured = authority.projection(**sizes.named()), measured_backtest()
    points = (outlook_point(outlook), trust_point(measured))
    return points, (outlook_section(outlook), trust_section(measured))


def _caseload(authority: Authority, sizes: Sizes) -> Part:
    from riskmodel.report.sections.caseload import caseload_point, caseload_section, caseloads_of

    data = caseloads_of(authority, sizes)
    section = caseload_section(authority, data, title=_title("caseload"))
    return (caseload_point(data),), (section,)


def _price(authority: Authority, sizes: Sizes) -> Part:
    from riskmodel.report.sections.price import price_point, price_section

    price, source = authority.price(**sizes.named()), authority.inputs.source_of("prices")
    by_kind = bool(authority.contents.rows.get("placements"))
    section = price_section(price, title=_title("price"), source=source, by_kind=by_kind)
    return (price_point(price),), (section,)


def _placements(authority: Authority, sizes: Sizes) -> Part:
    from riskmodel.report.sections.placements import placements_point, placements_section

    try:
        placed = authority.placements(**sizes.named())
    except DataError as error:
        return _not_shown("placements", error)
    section = placements_section(placed, title=_title("placements"))
    return (placements_point(placed),), (section,)


def _scenarios(authority: Authority, sizes: Sizes) -> Part:
    from riskmodel.report.sections.scenarios import (
        not_worked_out,
        scenario_point,
        scenarios_section,
    )

    outlook = authority.projection(**sizes.named())
    left = not_worked_out(authority.unworkable(**sizes.named()))
    works = [each for each in authority.scenarios if each.name in outlook.levers]
    if not works:
        return (), (Section("scenarios", _title("scenarios"), tuple(map(Paragraph, left))),)
    comparison = authority.comparison(**sizes.named())
    section = scenarios_section(
        works,
        comparison,
        outlook,
        title=_title("scenarios"),
        is_published=authority.has("published"),
        left_out=left,
    )
    return (scenario_point(comparison),), (section,)


def _timeliness(authority: Authority, sizes: Sizes) -> Part:
    from riskmodel.authority.services import timeliness_of
    from riskmodel.report.sections.services import timeliness_point, timeliness_section

    try:
        found = timeliness_of(authority)
    except DataError as error:
        return _not_shown("timeliness", error)
    return (timeliness_point(found),), (timeliness_section(found, title=_title("timeliness")),)


def _services(authority: Authority, sizes: Sizes) -> Part:
    from riskmodel.authority.services import simulated
    from riskmodel.report.sections.services import services_point, services_section

    plans = simulated(authority, **sizes.named())
    section = services_section(authority, plans, title=_title("services"))
    return (services_point(plans),), (section,)


def _comparison(authority: Authority, sizes: Sizes) -> Part:
    from riskmodel.report.sections.others import others_point, others_section

    try:
        others = authority.others
    except DataError as error:
        return _not_shown("comparison", error)
    source = authority.contents.source_of("panel")
    section = others_section(others, title=_title("comparison"), source=source)
    return (others_point(others),), (section,)


def _published(authority: Authority, sizes: Sizes) -> Part:
    from riskmodel.cohort import (
        check_fidelity,
        generate_cohort,
        joint_structure,
        reference_design,
    )
    from riskmodel.parameters import assumptions
    from riskmodel.published import audit, factor_counts, load_table, table_ids
    from riskmodel.report.sections.audit import audit_section
    from riskmodel.report.sections.cohort import cohort_section
    from riskmodel.report.sections.lookup import lookup_section
    from riskmodel.report.sections.published import published_section
    from riskmodel.report.sections.record import assumptions_section
    from riskmodel.report.sections.summary import audit_points

    if not authority.has("published"):
        return _own_tables(authority)
    tables, found = tuple(load_table(name) for name in table_ids()), audit()
    design = replace(reference_design(), seed=_cohort_seed(sizes))
    cohort = generate_cohort(design)
    return audit_points(found, tables), (
        audit_section(found),
        cohort_section(
            cohort,
            check_fidelity(cohort),
            joint_structure(cohort),
            design=f"overlap {design.words}, seed {design.seed}",
            shown=factor_counts().factors,
        ),
        published_section(tables, found),
        lookup_section(tables),
        assumptions_section(assumptions().drop(columns="date")),
    )


def _own_tables(authority: Authority) -> Part:
    """Published tables of its own and their audit, under names that no other table has."""
    from riskmodel.report.sections.audit import audit_section
    from riskmodel.report.sections.lookup import lookup_section
    from riskmodel.report.sections.published import published_section
    from riskmodel.report.sections.summary import audit_points

    own = authority.own_tables
    tables = tuple(replace(table, id=f"published_{table.id}") for table in own.tables)
    shown = published_section(tables, own.audit), lookup_section(tables)
    if not own.audit.findings:
        return (), shown
    return audit_points(own.audit, tables), (audit_section(own.audit), *shown)


MAKERS: Mapping[str, Maker] = {
    "factors": _factors,
    "impact": _impact,
    "change": _change,
    "chain": _chain,
    "projection": _projection,
    "caseload": _caseload,
    "price": _price,
    "placements": _placements,
    "scenarios": _scenarios,
    "timeliness": _timeliness,
    "services": _services,
    "comparison": _comparison,
    "published": _published,
}
"""Makers by the name of their section."""
