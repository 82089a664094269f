"""Rows of the tables of a return in CSV, put together by child and episode."""

from __future__ import annotations

from collections.abc import Mapping

from riskmodel.account import Tally
from riskmodel.intake.census.linking import Episode, Plan
from riskmodel.intake.census.module_tables import (
    ModuleRow,
    ModuleTables,
    joining_cell,
    joining_cells,
)
from riskmodel.intake.keys import same_day
from riskmodel.intake.tables.shapes import codes_in

__all__ = ["ModuleChildren"]


class ModuleChildren:
    """Rows of all tables, by child and episode."""

    def __init__(self, tables: ModuleTables, factors: Mapping[tuple[str, ...], list[str]]) -> None:
        self.tables, self.key = tables, tables.key()
        self.facts = self._one_record_each(tables.rows("children"))
        self.need_plans: dict[str, list[tuple[str | None, str | None]]] = {}
        for row in tables.rows("cin_plans"):
            dates = (row["CINPlanStartDate"], row.get("CINPlanEndDate"))
            self.need_plans.setdefault(row["LAchildID"], []).append(dates)
        self._codes = factors
        self._first: dict[tuple[object, ...], tuple[ModuleRow, list[str | None]]] = {}
        self.left_out = 0
        self._found: dict[str, dict[str, Episode]] = {child: {} for child in self.facts}

    def _episode(self, row: ModuleRow) -> Episode:
        episodes = self._found.setdefault(row["LAchildID"], {})
        key = joining_cell(row, self.key) if self.key else ""
        if key not in episodes:
            episodes[key] = Episode(None, [], [], [])
        return episodes[key]

    def episodes(self) -> dict[str, list[Episode]]:
        """The episodes of each child: of the table of children first, then of the others."""
        tables = self.tables
        referred: dict[tuple[str, str], ModuleRow] = {}
        for row in tables.rows("episodes"):
            referred[row["LAchildID"], joining_cell(row, self.key or "EpisodeID")] = row
        named = tables.factor_key() if self._codes else ()
        for row in tables.rows("assessments"):
            episode = referred.get(
                (row["LAchildID"], joining_cell(row, self.key or "EpisodeID")), {}
            )
            referral = row.get("CINreferralDate") or episode.get("CINreferralDate")
            lists = [*self._codes.get(joining_cells(row, named), ())] if named else []
            lists.append(row.get("AssessmentFactors", ""))
            found = self._episode(row)
            codes = self._read(lists, row["LAchildID"])
            if codes is None:
                self._leave_out("bad_factors")
            elif (before := self._first.get(name := self._name(row))) is not None:
                self._repeat(row, before, codes)
            else:
                self._first[name] = (row, codes)
                found.assessments.append((row["AssessmentAuthorisationDate"], codes, referral))
            found.conference = episode.get("DateOfInitialCPC") or found.conference
        self._link()
        return {child: list(episodes.values()) for child, episodes in self._found.items()}

    def _name(self, row: ModuleRow) -> tuple[object, ...]:
        """What names an assessment; a row that lacks it is one by itself."""
        child = row["LAchildID"]
        if "AssessmentID" in self.tables.headings["assessments"]:
            return (row["AssessmentID"], child) if row["AssessmentID"] else (object(),)
        day = joining_cell(row, "AssessmentAuthorisationDate")
        if not child or not day:
            return (object(),)
        return child, day, joining_cell(row, self.key or "CINreferralDate")

    def _repeat(
        self, row: ModuleRow, before: tuple[ModuleRow, list[str | None]], codes: list[str | None]
    ) -> None:
        """Join a further row of an assessment to its first, and report it."""
        first, known = before
        others = (name for name in row if name != "AssessmentFactors")
        same = all(joining_cell(row, name) == joining_cell(first, name) for name in others)
        is_code = len(codes) <= 1 and len(codes_in(first.get("AssessmentFactors", "")) or ()) <= 1
        rule = "repeat_differs"
        if same and (set(codes) == set(known) or (is_code and set(codes) <= set(known))):
            rule = "repeated"
        elif same and is_code:
            rule = "joined_rows"
        known += [code for code in codes if code not in known]
        field, day = "AssessmentFactors", row["AssessmentAuthorisationDate"]
        allowed = "each assessment once"
        self.tables.log.add(rule, f"child {row['LAchildID']}", field, day, allowed)
        if rule != "joined_rows":
            self._leave_out("repeated")

    def _leave_out(self, reason: str) -> None:
        self.left_out += 1
        self.tables.log.leave_out("assessments", reason)

    def _one_record_each(self, rows: list[ModuleRow]) -> dict[str, ModuleRow]:
        """The records of children; of a child that comes again the last, with an issue."""
        facts: dict[str, ModuleRow] = {}
        for row in rows:
            child = row["LAchildID"]
            if child and child in facts:
                days = [
                    same_day(record.get("PersonBirthDate", "")) for record in (facts[child], row)
                ]
                rule = "child_repeated" if days[0] == days[1] else "child_differs"
                allowed = "one record of a child"
                self.tables.log.add(rule, f"child {child}", "LAchildID", child, allowed)
            if child in facts:
                self.tables.log.leave_out("children", "repeated")
            facts[child] = row
        return facts

    def tally(self) -> Tally | None:
        """Records of children read and used; None where the folder has no such table."""
        if "children" not in self.tables.tables:
            return None
        log = self.tables.log
        read = len(self.tables.rows("children")) + self.tables.ragged.get("children", 0)
        return log.tally("children", read, read - log.number_left_out("children"))

    def _read(self, lists: list[str], child: str) -> list[str | None] | None:
        codes: list[str | None] = []
        for text in lists:
            read = codes_in(text)
            if read is None:
                allowed = 'codes as ["1A","2B"], {"1A":"Yes"} or 1A, 2B'
                field = "AssessmentFactors"
                self.tables.log.add("bad_factors", f"child {child}", field, text, allowed)
                return None
            codes += read
        return codes

    def _link(self) -> None:
        held: dict[str, str] = {}
        for row in self.tables.rows("conferences"):
            if row.get("EnquiryID"):
                held[row["EnquiryID"]] = row["DateOfInitialCPC"]
            else:
                self._episode(row).enquiries.append((None, row["DateOfInitialCPC"]))
        for row in self.tables.rows("section47"):
            conference = row.get("DateOfInitialCPC") or held.get(row.get("EnquiryID", ""))
            self._episode(row).enquiries.append((row["S47ActualStartDate"], conference))
        for row in self.tables.rows("plans"):
            self._episode(row).plans.append(
                Plan(
                    row["CPPstartDate"],
                    row.get("CPPendDate"),
                    row.get("InitialCategoryOfAbuse"),
                    row.get("LatestCategoryOfAbuse"),
                    row.get("NumberOfPreviousCPP"),
                )
            )
