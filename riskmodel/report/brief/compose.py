"""The brief of an authority: six pages at most, and the sentences and numbers before them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from riskmodel.authority.folder.authority import Authority
from riskmodel.report.brief.certainty import accuracy_sentence, basis_sentences, certainty_page
from riskmodel.report.brief.expected import expected_page, expected_point, posts_sentence
from riskmodel.report.brief.factors import factors_page, factors_point
from riskmodel.report.brief.happened import happened_page, happened_point, numbers
from riskmodel.report.brief.options import options_page, options_point
from riskmodel.report.brief.placed import placed_page, placed_point
from riskmodel.report.brief.results import BriefResults
from riskmodel.report.brief.why import why_page, why_point
from riskmodel.report.model import Brief, Point, Section

if TYPE_CHECKING:
    from riskmodel.report.sizes import Sizes

__all__ = ["MOST_PAGES", "MOST_POINTS", "authority_brief"]

MOST_POINTS, MOST_PAGES = 5, 6
"""Sentences of the first screen, and pages."""

_YIELDS = ("factors", "options")
"""Pages that yield, in this order, where there are more than six; the annex says the same."""

_LEADS = {
    "happened": ("projection",),
    "why": ("change", "chain", "projection"),
    "factors": ("factors",),
    "expected": ("caseload", "projection"),
    "placed": ("placements",),
    "options": ("scenarios",),
    "certainty": ("trust", "record"),
}
"""Sections of the annex that say more than a page, the first that is there."""


def authority_brief(authority: Authority, sizes: Sizes, annex: Sequence[str]) -> Brief:
    """The pages that a committee reads, from whatever is in the folder.

    Parameters
    ----------
    authority
        The folder; a page whose needs are missing is left out.
    sizes
        How far ahead and how often is simulated: those of the annex, so that both say the same.
    annex
        Ids of the sections that follow the brief: each page leads to the first of its own that is
        there, else to the last.

    Notes
    -----
    Order of the pages: what happened, why, factors, what to expect and what it takes, placements,
    what could be done, how sure that is. Where these are more than six, factors yield. Of the
    sentences of the first screen those that come last yield where there are more than five:
    factors first, then scenarios, then placements.
    """
    results = BriefResults(authority, sizes)
    has_projection = results.has("projection")
    leads = {
        page: next((name for name in names if name in annex), annex[-1])
        for page, names in _LEADS.items()
    }
    return Brief(
        tuple(_points(results))[:MOST_POINTS],
        numbers(results) if has_projection else (),
        _fitting(list(_pages(results, leads))),
        basis_sentences(results, has_projection),
    )


def _points(results: BriefResults) -> Iterator[Point]:
    has_projection = results.has("projection")
    if has_projection:
        yield Point(happened_point(results), "happened")
    if results.change is not None:
        yield Point(why_point(results, results.change), "why")
    if has_projection:
        yield Point(expected_point(results), "expected")
    if results.has("caseload"):
        yield Point(posts_sentence(results), "expected")
    if has_projection:
        yield Point(accuracy_sentence(results), "certainty")
    if results.placements is not None:
        yield Point(placed_point(results, results.placements), "placed")
    if results.has_options:
        yield Point(options_point(results), "options")
    if results.rates is not None:
        yield Point(factors_point(results.rates), "factors")


def _pages(results: BriefResults, leads: Mapping[str, str]) -> Iterator[Section]:
    has_projection = results.has("projection")
    if has_projection:
        yield happened_page(results, leads["happened"])
    if results.change is not None:
        yield why_page(results, results.change, leads["why"])
    if results.rates is not None:
        yield factors_page(results, results.rates, leads["factors"])
    if has_projection:
        yield expected_page(results, leads["expected"])
    if results.placements is not None:
        yield placed_page(results, results.placements, leads["placed"])
    if results.has_options:
        yield options_page(results, leads["options"])
    yield certainty_page(results, leads["certainty"], has_projection)


def _fitting(pages: list[Section]) -> tuple[Section, ...]:
    """Pages for which there is room."""
    for name in _YIELDS:
        if len(pages) > MOST_PAGES:
            pages = [page for page in pages if page.id != name]
    return tuple(pages)
