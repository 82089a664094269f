"""Figures on services around child protection in the printed documents, checked for agreement."""

from __future__ import annotations

from fractions import Fraction
from importlib import resources

from riskmodel.core.lazy import pd
from riskmodel.core.result import View
from riskmodel.core.toml import Table, parse_toml
from riskmodel.estimates import Interval
from riskmodel.published import load_table, statement_count, statement_interval
from riskmodel.services.repeats import Bands, missing_children

__all__ = ["growth_view", "interviews_view", "missing_view", "paragraphs", "paragraphs_view"]

_LOWER = (1, 5, 10, 15, 20)
_GROUPS = ("known", "not known")


def missing_view(seed: int = 1) -> View:
    """Missing children by number of episodes and in para 45, and the panel's explanations."""
    table = load_table("missing_children")
    rows = table.keys[:-1]
    halves = [
        Bands(_LOWER, tuple(int(table.figure(row, column).value or 0) for row in rows))
        for column in ("2014_apr_sep", "2015_apr_sep")
    ]
    years = {
        name.replace("_", "/"): (
            statement_count(f"missing_children_police_{name}"),
            statement_count(f"missing_three_or_more_times_{name}"),
        )
        for name in ("2012_13", "2014_15")
    }
    return missing_children(halves[0], halves[1], years, seed=seed)


def interviews_view() -> View:
    """Whether the shares of return interviews within 72 hours can come from whole numbers.

    For each group of children, both for all who went missing and for those who had an interview.
    """
    table, children = load_table("return_interviews"), load_table("missing_children")
    every = int(children.figure("Total", "2015_apr_sep").value or 0)
    open_share = statement_interval("missing_children_open_cases_percent")
    known = (open_share * Interval.exactly(Fraction(every, 100))).whole_numbers()
    wholes = [known, range(every - known[-1], every - known[0] + 1)]
    rows = []
    for name, row, of in zip(_GROUPS, table.keys, wholes, strict=True):
        had = Interval.rounded(table.figure(row, "with_interview_percent").reading)
        share = table.figure(row, "within_72_hours_percent").reading
        interviewed = [count for number in of for count in _nearest(had, number)]
        for kind, numbers in (("all children", list(of)), ("children interviewed", interviewed)):
            fits = [
                f"{count} of {number}"
                for number in numbers
                for count in (Interval.rounded(share) * Fraction(number, 100)).whole_numbers()
            ]
            tried = " or ".join(str(number) for number in numbers)
            rows.append((name, f"{share}%", kind, tried, ", ".join(fits) or "no whole number"))
    columns = ["children", "printed_within_72_hours", "of", "number", "fits"]
    frame = pd.DataFrame(rows, columns=columns)
    return View(
        frame,
        title="Return interviews within 72 hours, as whole numbers of children",
        notes=(
            "Children interviewed: the nearest whole numbers to the printed share with an "
            "interview, which is itself no whole number of children in either group; the audit "
            "reads these percentages as of episodes, not of children.",
        ),
    )


def _nearest(share: Interval, number: int) -> list[int]:
    """Counts whose share of a number is printed so, or else those on either side."""
    inside = (share * Interval.exactly(Fraction(number, 100))).whole_numbers()
    if len(inside):
        return list(inside)
    below = int(share.middle * number / 100)
    return [below, below + 1]


def growth_view() -> View:
    """The growth that a doubling in two years assumes, and the growth of printed figures."""
    first, last = (statement_count(f"sexual_offence_victims_{y}") for y in ("2009_10", "2014_15"))
    grown = [
        statement_interval(f"{name}_growth_percent").middle
        for name in ("crime_victims_under_17", "sexual_offence_victims")
    ]
    printed = (
        ("planned: workload doubles", 100.0, 2, "46"),
        ("victims of crime under 17", grown[0], 2, "45"),
        ("victims of sexual offences", grown[1], 2, "45"),
        (f"victims of sexual offences, {first} to {last}", (last / first - 1) * 100, 5, "45"),
    )
    rows = [
        (what, more, years, ((1 + more / 100) ** (1 / years) - 1) * 100, place, "published")
        for what, more, years, place in printed
    ]
    columns = ["what", "growth_percent", "years", "growth_a_year_percent", "paragraph", "basis"]
    frame = pd.DataFrame(rows, columns=columns)
    yearly = frame["growth_a_year_percent"]
    return View(
        frame.round(1),
        f"To double in two years is to grow by {yearly[0]:.0f}% a year; what is printed grew by "
        f"{yearly[1:].min():.0f}% to {yearly[1:].max():.0f}% a year.",
        notes=(
            "Years: 2012/13 to 2014/15 are two years from one to the other, though the text says "
            "three.",
        ),
    )


def paragraphs() -> tuple[Table, ...]:
    """Each paragraph on services: the services of the example, or why there is none."""
    file = resources.files("riskmodel.services").joinpath("data", "paragraphs.toml")
    return parse_toml(file.read_text(encoding="utf-8"), file.name).sections("paragraph")


def paragraphs_view() -> View:
    """What is done with each paragraph, a row for each."""
    rows = [
        (
            one.content["place"],
            ", ".join(one.texts("services")) or "none",
            one.optional("why", str, "all of it is modelled"),
        )
        for one in paragraphs()
    ]
    columns = ["place", "services", "why_nothing_more"]
    return View(pd.DataFrame(rows, columns=columns), title="What is done with each paragraph")
