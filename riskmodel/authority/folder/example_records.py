"""Records and published tables of the made-up authority, written into its folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from riskmodel.authority.folder.example_figures import CODE, NAME, RETURN_YEARS
from riskmodel.population import AGES

__all__ = ["MISPRINT", "write_looked_after", "write_population", "write_published"]

MISPRINT = 10
"""By how much the printed total of the earlier year is too high, so that the audit finds
something."""

_NOTE = "Made up: no child, home or carer in these files exists.\n"

_TABLES = """\
# Made up, to show what published tables of one's own are. One total is misprinted on purpose.
[plans]
title = "Children on a plan by area"
document = "Report to the scrutiny committee"
date = {date}
paragraph = "4"
key = "area"

[plans.columns.{before}]
label = "31 March {year_before}"
unit = "children"
period = "31 March {year_before}"

[plans.columns.{now}]
label = "31 March {year_now}"
unit = "children"
period = "31 March {year_now}"

[plans.columns.change]
label = "Change"
unit = "percent"
of = "children on a plan"
period = "31 March {year_before} to 31 March {year_now}"
"""

_IDENTITIES = """\
# Made up, as the table: what must hold if every figure is right.
[[identity]]
id = "total_before"
title = "The areas add up to all children on a plan at 31 March {year_before}"
claim = "total(plans, {before}, 'All') == plans['All', '{before}']"

[[identity]]
id = "total_now"
title = "The areas add up to all children on a plan at 31 March {year_now}"
claim = "total(plans, {now}, 'All') == plans['All', '{now}']"

[[identity]]
id = "change"
title = "The change follows from the counts"
for_each = "plans"
claim = "change(plans[case, '{before}'], plans[case, '{now}']) == plans[case, 'change']"
"""


def write_looked_after(folder: Path, stock: int, seed: int) -> None:
    """Write returns on looked-after children (SSDA903) of three years into ``looked_after``.

    Parameters
    ----------
    folder
        Of the authority.
    stock
        Children looked after at the end of the last year.
    seed
        Seed of what is made up.
    """
    from riskmodel.cohort.care_returns import write_care_returns
    from riskmodel.cohort.histories import HistoryDesign

    place = folder / "looked_after"
    place.mkdir()
    (place / "README.txt").write_text(_NOTE, encoding="utf-8", newline="\n")
    last = RETURN_YEARS[-1]
    write_care_returns(place, stock, HistoryDesign(1, last - 2, last, authority=CODE, seed=seed))


def write_published(folder: Path, cells: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """Write a table of plans by area with its checks into ``published``.

    Parameters
    ----------
    folder
        Of the authority.
    cells
        Its teams and months. The table holds the plans of the areas, and those of the year before
        divided in the same shares.
    """
    plans: dict[str, int] = {}
    for team in cells["teams"]:
        area = str(team["area"]).capitalize()
        plans[area] = plans.get(area, 0) + int(team["child_protection_plan"])
    total = sum(plans.values())
    earlier = int(cells["months"][-13]["cpp_stock"])
    before = {area: round(earlier * number / total) for area, number in plans.items()}
    rows = [(area, before[area], number) for area, number in plans.items()]
    rows.append(("All", sum(before.values()) + MISPRINT, total))
    year = RETURN_YEARS[-1]
    names = {
        "before": f"march_{year - 1}", "now": f"march_{year}", "year_before": year - 1,
        "year_now": year, "date": f"{year}-06-12",
    }  # fmt: skip
    lines = [f"area,{names['before']},{names['now']},change"]
    lines += [f"{area},{old},{new},{100 * (new / old - 1):.1f}%" for area, old, new in rows]
    place = folder / "published"
    place.mkdir()
    for file, text in (
        ("tables.toml", _TABLES.format(**names)),
        ("identities.toml", _IDENTITIES.format(**names)),
        ("plans.csv", "\n".join(lines) + "\n"),
    ):
        (place / file).write_text(text, encoding="utf-8", newline="\n")


_BIRTHS: Mapping[str, float] = {"principal": -0.012, "high": 0.0, "low": -0.024}
"""Yearly change of births after the last return, by variant; before it as in the principal
variant."""

_MOST_BIRTHS = 2012
"""The year until which births rose, as fast as they fell afterwards."""


def write_population(folder: Path, children: int) -> None:
    """Write a made-up projection of the population, in the form of the ONS's subnational tables.

    Parameters
    ----------
    folder
        The folder of the authority.
    children
        Aged 0 to 17, at the middle of the year before the last return ends.
    """
    last = RETURN_YEARS[-1]
    years = range(last - 8, last + 21)

    def born(year: int, variant: str) -> float:
        known = float((1 + _BIRTHS["principal"]) ** abs(min(year, last) - _MOST_BIRTHS))
        return known * float((1 + _BIRTHS[variant]) ** max(year - last, 0))

    whole = sum(born(last - 1 - age, "principal") for age in range(AGES))
    lines = ["AREA_CODE,AREA_NAME,COMPONENT,SEX,AGE_GROUP,VARIANT," + ",".join(map(str, years))]
    lines += [
        f"{CODE},{NAME},Population,persons,{age},{variant},"
        + ",".join(f"{children * born(year - age, variant) / whole:.1f}" for year in years)
        for variant in _BIRTHS
        for age in range(AGES)
    ]
    (folder / "population.csv").write_bytes(("\n".join(lines) + "\n").encode("utf-8"))
