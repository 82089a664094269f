"""What a final report projected, kept in the folder and held against what was counted since."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from riskmodel.core.files import write_file
from riskmodel.core.months import Month
from riskmodel.errors import DataError, unreadable
from riskmodel.report.brief.results import BriefResults
from riskmodel.report.brief.wording import Range, number, stage_words
from riskmodel.report.wording import month_words

if TYPE_CHECKING:
    from riskmodel.authority.folder.authority import Authority
    from riskmodel.report.sizes import Sizes

__all__ = [
    "FOLDER",
    "Final",
    "check_final",
    "keep_final",
    "last_final",
    "last_final_path",
    "outcome_sentence",
]

FOLDER = "finals"
"""Where finals are kept, beside ``authority.toml``; each is named by the date of its figures."""

_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})\.json")


@dataclass(frozen=True, slots=True)
class Final:
    """What a final report projected; no count of children stands in it.

    Parameters
    ----------
    figures_to
        Date of its figures.
    target
        Month that its brief spoke of, as 2017-03; "" where it projected nothing.
    posts
        Posts needed for the target; None where no number was given.
    simulated
        Months ahead, simulations and seed.
    stages
        By stage and month the central projection and the ends of its 90% range, in whole
        children, as printed.
    """

    figures_to: str
    target: str
    posts: int | None
    simulated: Mapping[str, int]
    stages: Mapping[str, Mapping[str, Range]]


def check_final(authority: Authority) -> date:
    """The date by which a final is named; for a check before the work begins.

    Raises
    ------
    DataError
        When the folder does not give it.
    """
    if authority.date is None:
        raise DataError(
            "a final report is kept by the date of its figures: give it as [about] date",
            file=authority.folder.name,
        )
    return authority.date


def keep_final(authority: Authority, sizes: Sizes) -> Path:
    """Keep what the report of a folder projects; an earlier final of the same date is replaced.

    Parameters
    ----------
    authority, sizes
        As the report was made of them.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    DataError
        When the folder does not give the date of its figures.
    OutputError
        When the folder cannot be written to.
    """
    day = check_final(authority).isoformat()
    results, final = BriefResults(authority, sizes), Final(day, "", None, {}, {})
    if results.has("projection"):
        posts = results.posts if results.has("caseload") else None
        months = results.outlook.projection.months
        stages: Mapping[str, Mapping[str, Range]] = {
            stage: {month: _whole(results.stock(stage, month)) for month in months}
            for stage in results.stages
        }
        needed = None if posts is None else posts.posts
        final = Final(day, results.target.by, needed, sizes.named(), stages)
    content = asdict(final)
    content["stages"] = {
        stage: {month: _plain(ends) for month, ends in months.items()}
        for stage, months in final.stages.items()
    }
    path = authority.folder / FOLDER / f"{day}.json"
    write_file(path, json.dumps(content, indent=1) + "\n")
    return path


def last_final_path(authority: Authority) -> Path | None:
    """File of the latest final whose figures end before those of the folder."""
    until = date.max if authority.date is None else authority.date
    names = [path.name for path in sorted((authority.folder / FOLDER).glob("*.json"))]
    days = [match[1] for name in names if (match := _NAME.fullmatch(name))]
    earlier = [day for day in days if day < until.isoformat()]
    return authority.folder / FOLDER / f"{earlier[-1]}.json" if earlier else None


def last_final(authority: Authority) -> Final | None:
    """The latest final whose figures end before those of the folder; None where there is none.

    Raises
    ------
    DataError
        When its file cannot be read, or is no final.
    """
    path = last_final_path(authority)
    return None if path is None else _read(path)


def outcome_sentence(results: BriefResults, stage: str) -> str:
    """What the last final projected of a stage for its latest count, and what was counted.

    "" where no final is kept, or none of its months has been counted since.
    """
    final = last_final(results.authority)
    projected = {} if final is None else final.stages.get(stage, {})
    told = "" if final is None else Month.of_day(final.figures_to)
    counted = [one for one in results.counts(stage) if one.month in projected and one.month > told]
    if final is None or not counted:
        return ""
    latest = counted[-1]
    low, middle, high = projected[latest.month]
    children = round(latest.children)
    where = "below" if children < low else "above" if children > high else "within"
    return (
        f"In {month_words(told)} this brief projected {number(middle)} children "
        f"{stage_words(stage)} {projected[latest.month].bracket()} for "
        f"{month_words(latest.month)}; {latest} were counted, {where} the range."
    )


def _whole(ends: Range) -> Range:
    """The numbers as they are printed."""
    return Range(*(float(f"{value:.0f}") for value in ends))


def _plain(ends: Range) -> dict[str, int]:
    """Central projection and range as they are kept."""
    return {name: round(value) for name, value in ends._asdict().items()}


def _read(path: Path) -> Final:
    file = f"{FOLDER}/{path.name}"
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise unreadable(path, error) from error
    except ValueError as error:
        raise DataError(f"this is no JSON: {error}", file=file) from error
    try:
        stages: Mapping[str, Mapping[str, Range]] = {
            str(stage): {Month(month): _range(ends) for month, ends in months.items()}
            for stage, months in data["stages"].items()
        }
        return Final(path.stem, str(data["target"]), data["posts"], data["simulated"], stages)
    except (AttributeError, DataError, KeyError, TypeError, ValueError) as error:
        raise DataError(
            "is no final as `riskmodel report --final` keeps it: take it away, or make it again",
            file=file,
        ) from error


def _range(ends: Mapping[str, Any]) -> Range:
    low, middle, high = (float(ends[name]) for name in Range._fields)
    if not 0 <= low <= middle <= high:
        raise ValueError(ends)
    return Range(low, middle, high)
