"""What a file holds and what is wrong with it, in counts: nothing in it names a child.

Counts by factor are not in it: those of an observed table go through suppression.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from riskmodel.account import Account, Tally, tallies_text
from riskmodel.core.lazy import pd
from riskmodel.core.result import Result, TextTable, View
from riskmodel.intake.breaks import SeriesBreak, series_breaks
from riskmodel.intake.census.module_tables import counted_text
from riskmodel.intake.converting import Converted
from riskmodel.intake.involvements import Involvements
from riskmodel.intake.result import NOTES, RULES, Intake

__all__ = ["Summary", "converted_view", "summarise"]

_CODE = re.compile(r"[0-9]{1,3}[A-Za-z]{0,2}|[A-Za-z]{1,3}[0-9]{0,2}")
_OTHER_TEXT = "(other text)"


@dataclass(frozen=True, slots=True, repr=False)
class Summary(Result):
    """A file in counts.

    Parameters
    ----------
    source
        Name of the file, and what its rows rest on.
    rows
        Rows by module of the census, then assessments read, used and left out, and plans.
    years
        Assessments by census year; empty where the file does not say.
    coverage
        Rows with something in each column, for columns that may be empty.
    codes
        Unknown codes: field, code and how often. What does not look like a code is not shown.
    issues
        Rule, how often, and whether it is a mere note.
    breaks
        Breaks in the series of factors between the first and the last year of the file.
    account
        What became of every record.
    involved
        The same of involvements, where they stand beside a return.
    """

    source: str
    rows: tuple[tuple[str, int], ...]
    years: tuple[tuple[int, int], ...]
    coverage: tuple[tuple[str, int], ...]
    codes: tuple[tuple[str, str, int], ...]
    issues: tuple[tuple[str, int, bool], ...]
    breaks: tuple[SeriesBreak, ...]
    account: Account
    involved: Mapping[str, Tally] = field(default_factory=dict)

    @property
    def is_sound(self) -> bool:
        """Whether all issues are mere notes, and some plan follows an assessment."""
        return all(note for _, _, note in self.issues)

    def to_frame(self) -> pd.DataFrame:
        """One row a count: section, item, count, what it means."""
        found: list[tuple[str, str, int, str]] = [
            ("rows", name, count, "") for name, count in self.rows
        ]
        found += [("years", str(year), count, "assessments") for year, count in self.years]
        found += [("coverage", name, count, "rows with a value") for name, count in self.coverage]
        found += [("unknown codes", code, count, field) for field, code, count in self.codes]
        found += [
            ("notes" if note else "issues", rule, count, RULES[rule])
            for rule, count, note in self.issues
        ]
        found += [("breaks", each.factor, each.year, str(each)) for each in self.breaks]
        return pd.DataFrame(found, columns=["section", "item", "count", "meaning"])

    def summary(self) -> str:
        """What it is, in a sentence."""
        rows = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in self.rows)
        wrong = sum(count for _, count, note in self.issues if not note)
        notes = sum(count for _, count, note in self.issues if note)
        return f"{self.source}: {rows}; {wrong:,} issues, {notes:,} notes"

    def text_tables(self) -> Sequence[TextTable]:
        """Rows, years, coverage and unknown codes, and what is wrong with what is done about it."""
        frame, used = self.to_frame(), dict(self.rows).get("assessments_used", 0)
        titles = {
            "rows": "Rows",
            "years": "Assessments by census year",
            "coverage": "Coverage",
            "unknown codes": "Unknown codes",
        }
        tables = []
        for section, title in titles.items():
            part = frame[frame["section"] == section][["item", "count"]]
            if section == "coverage":
                part = part.assign(share=[_share(count, used) for count in part["count"]])
            tables.append(TextTable(part, title))
        wrong = frame[frame["section"].isin(["issues", "notes"])]
        return *tables, TextTable(_issues_shown(wrong), "Issues")

    def remarks(self) -> Sequence[str]:
        """Breaks in the series, and what became of every record."""
        breaks = [f"Break in series: {each}." for each in self.breaks]
        return [*breaks, *filter(None, [self.account.finding]), *self.accounts]

    @property
    def accounts(self) -> tuple[str, ...]:
        """What became of every record, a sentence or two a kind."""
        texts = (str(self.account), counted_text(dict(self.rows)), tallies_text(self.involved))
        return tuple(text for text in texts if text)

    def to_data(self, records: list[dict[Any, Any]]) -> Any:
        """The counts, and what became of every record."""
        account = self.account.to_dict()
        account |= {name: tally.to_dict() for name, tally in self.involved.items()}
        return {"sound": self.is_sound, "counts": records, "account": account}


def summarise(found: Intake, involvements: Involvements | None = None) -> Summary:
    """The summary of what was read, with the involvements that stand beside it."""
    table = found.assessments
    frame = table.frame
    rows = [(name, count) for name, count in found.modules.items()]
    rows += [
        ("assessments_read", found.rows_read),
        ("assessments_used", len(table)),
        ("assessments_left_out", found.rows_left_out),
        ("plans", int(frame["plan"].sum())),
    ]
    years = []
    if "year" in frame.columns:
        counts = frame["year"].value_counts(dropna=True).sort_index()
        years = [(int(year), int(count)) for year, count in counts.items()]  # type: ignore[call-overload]
    flags = {"plan", *table.factors}
    coverage = [
        (str(name), int(frame[name].notna().sum())) for name in frame.columns if name not in flags
    ]
    rules = found.by_rule()
    if found.account.rule:
        rules[found.account.rule] = 1
    for rule, count in involvements.counts.items() if involvements is not None else ():
        rules[rule] = rules.get(rule, 0) + count
    codes: dict[tuple[str, str], int] = {}
    for (column, code), count in found.codes.items():
        key = (column, code if _CODE.fullmatch(code) else _OTHER_TEXT)
        codes[key] = codes.get(key, 0) + count
    return Summary(
        f"{table.source} ({table.weakest_basis})",
        tuple(rows),
        tuple(years),
        tuple(coverage),
        tuple((*key, count) for key, count in sorted(codes.items())),
        tuple((rule, count, rule in NOTES) for rule, count in rules.items()),
        _breaks(years, table.factors),
        found.account,
        {} if involvements is None else involvements.account,
    )


def converted_view(name: str, kind: str, made: Converted) -> View:
    """What a return or lists hold that are no table of assessments, and what is wrong with them.

    Parameters
    ----------
    name, kind
        Of the file or folder, in words.
    made
        What was read of it.
    """
    rows = [
        ("notes" if rule in NOTES else "issues", rule, count, RULES[rule])
        for rule, count in made.counts.items()
    ]
    frame = pd.DataFrame(rows, columns=["section", "item", "count", "meaning"])
    told = [f"{name}: {kind}.", *(f"{series.summary()}." for series in made.series)]
    told.append("riskmodel intake convert makes months of your own of it.")
    data = {
        "sound": set(made.counts) <= set(NOTES),
        "counts": frame.to_dict("records"),
        "account": list(made.accounts),
    }
    shown = _issues_shown(frame)
    return View(frame, "\n".join(told), shown, "Issues", notes=made.accounts, data=data)


def _issues_shown(frame: pd.DataFrame) -> pd.DataFrame:
    """Issues and notes as a person reads them."""
    named = {"item": "rule", "section": "kind", "meaning": "what is done"}
    return frame.rename(columns=named)[["rule", "count", "kind", "what is done"]]


def _breaks(years: list[tuple[int, int]], factors: tuple[str, ...]) -> tuple[SeriesBreak, ...]:
    from riskmodel.census import FIRST_YEAR, LAST_YEAR

    known = [year for year, _ in years if FIRST_YEAR <= year <= LAST_YEAR]
    return series_breaks(min(known), max(known), factors) if len(known) > 1 else ()


def _share(count: int, of: int) -> str:
    if not of:
        return "-"
    return ">99.9%" if 0 < of - count < of / 1000 else f"{100 * count / of:.1f}%"
