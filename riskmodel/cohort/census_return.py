"""Assessments written as a return of the children in need census, in the form of its year.

What the census asks for and an assessment table does not have is drawn for made-up rows (see
:mod:`riskmodel.cohort.census_people`) and stated as not known for observed ones: ethnicity
``NOBT``, referral source ``10``, primary need ``N0``. An assessment starts on the day of its
referral, or on the Monday after a weekend. An episode is closed if another of the same child
follows. The census has no fields for area, school and what came before the plan. Only what is known
on the reference date is in the return: a later plan end, section 47 enquiry or conference is left
out. The software code in the header says when the rows are not observed.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO
from xml.sax.saxutils import escape

import numpy as np
import numpy.typing as npt

from riskmodel.assessments import PLAN, Assessments
from riskmodel.census import (
    NO_FACTORS,
    check_year,
    factor_code,
    reference_date,
    sex_field,
)
from riskmodel.cohort.census_header import CODE_OF_CATEGORY, census_header, unknown_number
from riskmodel.cohort.census_people import census_people, enquiries_due, reviews_of
from riskmodel.cohort.census_rows import (
    FOLLOWING,
    dates,
    disabilities,
    element,
    known_by,
    refuse_unsayable,
    starts_of,
    texts,
)
from riskmodel.cohort.working_days import spread_on_office_days
from riskmodel.core.files import new_file
from riskmodel.errors import DataError, OutputError
from riskmodel.intake.census.side_file import SIDE_HEADINGS, side_file_path
from riskmodel.intake.census.xml import SYNTHETIC_SOFTWARE

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["write_census_xml"]

Days = npt.NDArray[np.datetime64]
_NEEDED = ("child_id", "referral_date", "assessment_date", "plan_start_date")


def write_census_xml(
    assessments: Assessments,
    path: Path,
    *,
    year: int,
    authority_code: str,
    overwrite: bool = False,
) -> Path:
    """Write the return of one authority and year.

    Parameters
    ----------
    assessments
        What to write. Where it has columns ``authority`` and ``year``, the rows of this authority
        and year are taken.
    path
        The file to make. Where a factor has no code in that year, its flags are written to
        ``<stem>.factors.csv`` beside it.
    year
        Census year, the year of the reference date.
    authority_code
        Three digits, the census' ``LEA``.
    overwrite
        Whether existing files may be replaced.

    Raises
    ------
    DataError
        When a column is missing, there is no such row, or the return could not hold what the table
        has: a plan that starts after the reference date, or not within
        :data:`riskmodel.census.PLAN_WINDOW_DAYS` days of its assessment, would be lost.
    OutputError
        When a file exists already, or cannot be written: nothing is left behind.
    """
    check_year(year)
    if not (len(authority_code) == 3 and authority_code.isascii() and authority_code.isdigit()):
        raise DataError(f"an authority code has three digits, got {authority_code!r}")
    table = _Return.of(assessments, year, authority_code)
    side = side_file_path(path)
    if not table.local and side.exists() and not overwrite:
        raise OutputError(f"{side.name} is there already and belongs to another return")
    with new_file(path, overwrite=overwrite) as place:
        with place.open("w", encoding="utf-8", newline="\n") as stream:
            table.write(stream)
        if table.local:
            with new_file(side, overwrite=overwrite) as local:
                table.write_side_file(local)
    if not table.local:
        # What an earlier return left there would be read as part of this one.
        side.unlink(missing_ok=True)
    return path


@dataclass(frozen=True, slots=True)
class _Return:
    """Rows of one return, sorted by child, referral and assessment."""

    frame: pd.DataFrame
    year: int
    authority: str
    coded: dict[str, str]
    local: tuple[str, ...]
    synthetic: bool

    @classmethod
    def of(cls, assessments: Assessments, year: int, authority: str) -> _Return:
        frame = assessments.frame
        missing = [name for name in _NEEDED if name not in frame.columns]
        if missing:
            raise DataError(
                f"a census return needs {', '.join(_NEEDED)}; missing: {', '.join(missing)}. A "
                "cohort of factors alone goes to CSV or Parquet",
                file=assessments.source,
            )
        for name, value in (("year", year), ("authority", authority)):
            if name in frame.columns:
                frame = frame[frame[name] == value]
        if frame.empty:
            raise DataError(
                f"there are no assessments of authority {authority} in {year}",
                file=assessments.source,
            )
        order = ["child_id", "referral_date", "assessment_date"]
        frame = frame.sort_values(order, kind="stable").reset_index(drop=True)
        frame = known_by(frame, year)
        refuse_unsayable(frame, year, assessments.source)
        codes = {name: factor_code(name, year) for name in assessments.factors}
        return cls(
            frame,
            year,
            authority,
            {name: code for name, code in codes.items() if code is not None},
            tuple(name for name, code in codes.items() if code is None),
            assessments.weakest_basis != "observed",
        )

    def write(self, stream: TextIO) -> None:
        """Write the XML, one group a line."""
        stream.write('<?xml version="1.0" encoding="UTF-8"?>\n<Message>\n')
        software = SYNTHETIC_SOFTWARE if self.synthetic else "riskmodel"
        stream.write(census_header(self.year, self.authority, software))
        stream.write("<Children>\n")
        frame = self.frame
        children = texts(frame["child_id"])
        asked = census_people(
            frame, (*self.coded, *self.local), f"{self.authority}/{self.year}",
            is_synthetic=self.synthetic,
        )  # fmt: skip
        identities, referrals = self._identities(children, asked), dates(frame, "referral_date")
        sources, needs = asked["source"], asked["need"]
        assessments, enquiries, plans = self._assessments(), self._enquiries(), self._plans()
        conferences = self._direct_conferences()
        new_child, new_episode = starts_of(frame)
        closures = self._closures(new_child, new_episode, asked["stays_open"])
        ends = [*np.flatnonzero(new_episode)[1:].tolist(), len(frame)]
        for start, end in zip(np.flatnonzero(new_episode).tolist(), ends, strict=True):
            if new_child[start]:
                stream.write("</Child>\n" if start else "")
                stream.write(f"<Child>\n{identities[start]}")
            stream.write(
                "<CINdetails>\n"
                f"<CINreferralDate>{referrals[start]}</CINreferralDate>"
                f"<ReferralSource>{sources[start]}</ReferralSource>"
                f"<PrimaryNeedCode>{needs[start]}</PrimaryNeedCode>"
                f"{closures[start]}{''.join(conferences[start:end])}\n"
                f"{''.join(assessments[start:end])}{''.join(enquiries[start:end])}"
                f"<ReferralNFA>0</ReferralNFA>\n{''.join(plans[start:end])}"
                "</CINdetails>\n"
            )
        stream.write("</Child>\n</Children>\n</Message>\n")

    def _identities(self, children: list[str], asked: Mapping[str, npt.NDArray[Any]]) -> list[str]:
        field, codes = sex_field(self.year)
        last = reference_date(self.year).isoformat()
        genders = texts(self.frame["gender"]) if "gender" in self.frame else [""] * len(children)
        return [
            f"<ChildIdentifiers><LAchildID>{escape(child)}</LAchildID>"
            f"{element('UPNunknown', unknown_number(born, last))}"
            f"{element('ExpectedPersonBirthDate' if born > last else 'PersonBirthDate', born)}"
            f"<{field}>{codes.get(gender, codes[''])}</{field}></ChildIdentifiers>\n"
            f"<ChildCharacteristics><Ethnicity>{group}</Ethnicity>{disabilities(codes_of)}"
            "</ChildCharacteristics>\n"
            for child, born, gender, group, codes_of in zip(
                children,
                dates(self.frame, "birth_date"),
                genders,
                asked["ethnicity"],
                asked["disability"],
                strict=True,
            )
        ]

    def _assessments(self) -> list[str]:
        flags = self.frame[list(self.coded)].to_numpy(bool)
        codes = np.array(list(self.coded.values()), dtype=object)
        written: dict[bytes, str] = {}
        lines = []
        for row, (referred, authorised) in enumerate(
            zip(
                dates(self._begun(), "begun"),
                dates(self.frame, "assessment_date"),
                strict=True,
            )
        ):
            key = flags[row].tobytes()
            if key not in written:
                found = codes[flags[row]].tolist() or [NO_FACTORS]
                written[key] = "".join(
                    f"<AssessmentFactors>{code}</AssessmentFactors>" for code in found
                )
            lines.append(
                "<Assessments>"
                f"{element('AssessmentActualStartDate', referred)}"
                f"<AssessmentAuthorisationDate>{authorised}</AssessmentAuthorisationDate>"
                f"<FactorsIdentifiedAtAssessment>{written[key]}</FactorsIdentifiedAtAssessment>"
                "</Assessments>\n"
            )
        return lines

    def _begun(self) -> pd.DataFrame:
        """Assessments begin on the day of the referral, after a weekend on the Monday."""
        referred = self.frame["referral_date"].to_numpy().astype("datetime64[D]")
        assessed = self.frame["assessment_date"].to_numpy().astype("datetime64[D]")
        monday = np.busday_offset(referred, 0, roll="forward")
        return self.frame[[]].assign(begun=np.minimum(monday, np.maximum(assessed, referred)))

    def _enquiries(self) -> list[str]:
        begun = dates(self.frame, "section_47_date")
        due = [""] * len(begun)
        if self.synthetic and {"section_47_date", "conference_date"} <= set(self.frame.columns):
            due = enquiries_due(self.frame)
        return [
            f"<Section47><S47ActualStartDate>{start}</S47ActualStartDate>"
            f"{element('InitialCPCtarget', day)}{element('DateOfInitialCPC', held)}"
            f"<ICPCnotRequired>{0 if held else 1}</ICPCnotRequired></Section47>\n"
            if start
            else ""
            for start, day, held in zip(
                begun, due, dates(self.frame, "conference_date"), strict=True
            )
        ]

    def _closures(
        self,
        new_child: npt.NDArray[np.bool_],
        new_episode: npt.NDArray[np.bool_],
        stays_open: npt.NDArray[np.float64],
    ) -> list[str]:
        """The end of an episode: two of a child are never open at once, and made-up ones end.

        The table holds no such date. Of an episode that another follows it is the last one that
        came of it; of others so many days after that, where they are told and the plan has ended.
        """
        names = (*FOLLOWING, "assessment_date", "plan_end_date")
        last = self.frame[[name for name in names if name in self.frame]].max(axis=1)
        followed = np.append(new_episode[1:] & ~new_child[1:], False)[: len(last)]
        numbers = np.cumsum(new_episode)
        latest: Days = last.groupby(numbers).transform("max").to_numpy().astype("datetime64[D]")
        is_closed = np.bincount(numbers, followed)[numbers] > 0
        has_days = ~np.isnan(stays_open) & ~is_closed
        days = np.where(has_days, stays_open, 0).astype(np.int64)
        later = np.where(days > 0, spread_on_office_days(latest + days), latest)
        on_plan = self.frame[PLAN].to_numpy()
        if "plan_end_date" in self.frame:
            on_plan = on_plan & self.frame["plan_end_date"].isna().to_numpy()
        has_ended = has_days & ~(np.bincount(numbers, on_plan)[numbers] > 0)
        has_ended &= later <= np.datetime64(reference_date(self.year), "D")
        closed = np.where(is_closed, latest, later)
        shown = np.where(is_closed | has_ended, np.datetime_as_string(closed), "")
        # After an enquiry or a plan it was not closed "after assessment, no further action".
        known = [name for name in FOLLOWING if name in self.frame]
        acted = np.bincount(numbers, self.frame[known].notna().any(axis=1))[numbers] > 0
        acted |= days > 0
        return [
            f"<CINclosureDate>{day}</CINclosureDate>"
            f"<ReasonForClosure>{'RC7' if more else 'RC8'}</ReasonForClosure>"
            if day
            else ""
            for day, more in zip(shown.tolist(), acted, strict=True)
        ]

    def _direct_conferences(self) -> list[str]:
        """Conferences without a section 47 enquiry stand in the episode itself."""
        return [
            element("DateOfInitialCPC", "" if start else held)
            for start, held in zip(
                dates(self.frame, "section_47_date"),
                dates(self.frame, "conference_date"),
                strict=True,
            )
        ]

    def _plans(self) -> list[str]:
        frame = self.frame
        nothing = [""] * len(frame)
        category, previous = nothing, nothing
        if "category_of_abuse" in frame:
            category = [
                CODE_OF_CATEGORY.get(text, "") for text in texts(frame["category_of_abuse"])
            ]
        if "previous_plans" in frame:
            previous = texts(frame["previous_plans"])
        # No review is told of observed plans, and those of made-up ones fall due as they should.
        reviews = reviews_of(frame, self.year) if self.synthetic else nothing
        return [
            f"<ChildProtectionPlans><CPPstartDate>{start}</CPPstartDate>"
            f"{element('CPPendDate', end)}{element('InitialCategoryOfAbuse', code)}"
            f"{element('LatestCategoryOfAbuse', code)}{element('NumberOfPreviousCPP', before)}"
            f"{held}</ChildProtectionPlans>\n"
            if start
            else ""
            for start, end, code, before, held in zip(
                dates(frame, "plan_start_date"),
                dates(frame, "plan_end_date"),
                category,
                previous,
                reviews,
                strict=True,
            )
        ]

    def write_side_file(self, place: Path) -> None:
        """Write the flags of local factors: rows with at least one of them."""
        keys = list(
            zip(texts(self.frame["child_id"]), dates(self.frame, "assessment_date"), strict=True)
        )
        flags = self.frame[list(self.local)].to_numpy(bool)
        written: dict[tuple[str, str], bytes] = {}
        rows = []
        for key, row in zip(keys, flags, strict=True):
            if written.setdefault(key, row.tobytes()) != row.tobytes():
                raise DataError(
                    "a child has two assessments authorised on one day with different local "
                    "factors; the side file cannot tell them apart",
                    field="assessment_date",
                )
            if row.any():
                rows.append((*key, *(int(flag) for flag in row)))
        with place.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow((*SIDE_HEADINGS, *self.local))
            writer.writerows(dict.fromkeys(rows))
