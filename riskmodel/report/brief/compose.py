"""The brief of an authority: six pages at most, and the sentences and numbers before them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from riskmodel.authority.folder.authority import Authority
from riskmodel.report.brief.certainty import accuracy_sentence, basis_sentences, certainty_page
from riskmodel.report.brief.expected import expected_page, expected_point, posts_sentence
from riskmodel.report.brief.factors import factors_page, factors_point
from riskmodel.report.brief.happened import happened_page, happened_point, numbers
from riskmodel.report.brief.options import options_page, options_point
from riskmodel.report.brief.results import BriefResults
from riskmodel.report.brief.why import why_page, why_point
from riskmodel.report.model import Brief, Point, Section

if TYPE_CHECKING:
    from riskmodel.report.folder_sections import Sizes

__all__ = ["MOST_POINTS", "authority_brief"]

MOST_POINTS = 5
"""Sentences of the first screen."""


def authority_brief(authority: Authority, sizes: Sizes) -> Brief:
    """The pages that a committee reads, from whatever is in the folder.

    Parameters
    ----------
    authority
        The folder; a page whose needs are missing is left out.
    sizes
        How far ahead and how often is simulated: those of the annex, so that both say the same.

    Notes
    -----
    Order of the pages: what happened, why, factors, what to expect and what it takes, what could
    be done, how sure that is. Of the sentences of the first screen those that come last yield
    where there are more than five: factors first, then accuracy, which has its own page.
    """
    results = BriefResults(authority, sizes)
    has_projection = results.has("projection")
    return Brief(
        _points(results),
        numbers(results) if has_projection else (),
        tuple(_pages(results)),
        basis_sentences(results, has_projection),
    )


def _points(results: BriefResults) -> tuple[Point, ...]:
    points = []
    if results.has("projection"):
        points.append(Point(happened_point(results), "projection"))
    if why_point(results):
        points.append(Point(why_point(results), "change"))
    if results.has("projection"):
        points.append(Point(expected_point(results), "projection"))
    if results.has("caseload"):
        points.append(Point(posts_sentence(results), "caseload"))
    if results.has("scenarios"):
        points.append(Point(options_point(results), "scenarios"))
    if results.has("projection"):
        points.append(Point(accuracy_sentence(results), "projection"))
    if results.rates is not None:
        points.append(Point(factors_point(results.rates), "factors"))
    return tuple(points[:MOST_POINTS])


def _pages(results: BriefResults) -> list[Section]:
    has_projection = results.has("projection")
    pages = [happened_page(results)] if has_projection else []
    if results.change is not None:
        pages.append(why_page(results, results.change))
    if results.rates is not None:
        pages.append(factors_page(results, results.rates))
    if has_projection:
        pages.append(expected_page(results))
    if results.has("scenarios"):
        pages.append(options_page(results))
    return [*pages, certainty_page(results, has_projection)]
