"""Open data of the Department for Education, as *explore education statistics* gives it.

A file is known by its columns, not by its name. Symbols become a status, never a zero. Children in
need, referrals, repeat plans, durations and factors were checked against a compiled panel; the
columns of looked-after children and of the workforce follow their published layout, and no file of
them was at hand to check.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from riskmodel.census import LATER_FACTORS
from riskmodel.errors import DataError
from riskmodel.intake.figures import CELLS_ALLOWED, read_cell, read_rows, read_year
from riskmodel.intake.panels import Cells
from riskmodel.series import ENGLAND, MEASURES, AuthorityPanel, Status
from riskmodel.vocabulary import FACTORS, Person, factor

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["DFE_TABLES", "DfeTable", "FactorPanel", "read_dfe", "read_dfe_factors"]

_KEYS = ("time_period", "geographic_level")
_LEVELS = ("national", "regional", "local authority")


@dataclass(frozen=True, slots=True)
class DfeTable:
    """One kind of file.

    Parameters
    ----------
    name
        What it holds, for messages.
    columns
        Our measure for each column of the file.
    group
        For a file with one row a group: the column that names the group.
    groups
        For such a file, our measure by a word that only that group has.
    """

    name: str
    columns: Mapping[str, str]
    group: str = ""
    groups: Mapping[str, str] = field(default_factory=dict)

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns by which it is known."""
        return (self.group, "number") if self.group else tuple(self.columns)[:2]


DFE_TABLES = (
    DfeTable(
        "children in need",
        {
            "Started_episodes": "cin_starts",
            "Ended_episodes": "cin_ends",
            "At31_episodes": "cin_at_31_mar",
        },
    ),
    DfeTable(
        "referrals and re-referrals",
        {
            "referral_count": "referrals",
            "rereferral_count": "rereferrals_within_12m",
            "no_further_action_count": "referrals_nfa",
            "not_in_need_count": "referrals_assessed_not_in_need",
        },
    ),
    DfeTable(
        "plans that are a second or subsequent plan",
        {"CPP_start": "cpp_starts", "CPP_subsequent": "cpp_starts_second_or_subsequent"},
    ),
    DfeTable(
        "plans at 31 March by length of time",
        {
            "CPP_At31": "cpp_at_31_mar",
            "3_months_or_less": "cpp_at_31_mar_duration_under_3m",
            "more_than_3_months_6_months": "cpp_at_31_mar_duration_3_to_6m",
            "more_than_6_months_less_than_1_year": "cpp_at_31_mar_duration_6m_to_1y",
            "1_year_less_than_2_years": "cpp_at_31_mar_duration_1_to_2y",
            "2_years_or_more": "cpp_at_31_mar_duration_2y_plus",
        },
    ),
    DfeTable(
        "social work workforce",
        {
            "turnover_rate_fte": "sw_turnover_rate_fte_pct",
            "vacancy_rate_fte": "sw_vacancy_rate_fte_pct",
            "agency_rate_fte": "sw_agency_rate_fte_pct",
            "caseload_fte": "sw_avg_caseload_fte",
            "inpost_fte": "sw_fte",
        },
    ),
    DfeTable(
        "children looked after",
        {},
        "population_count",
        {"starting": "lac_starts", "ceasing": "lac_ends", "31 march": "lac_at_31_mar"},
    ),
)
"""The files that can be read, but for factors. A column that is named as one of
:data:`riskmodel.series.MEASURES` is read from any file."""

_EPISODES = "episodes_with_assessment_factor"


def _factor_columns() -> Mapping[str, tuple[str, Person, str]]:
    """Our factor, whom it concerns and the census code, for each column of the factors file."""
    words = {
        "Alcohol_Misuse": "1", "Drug_Misuse": "2", "Domestic_Abuse": "3", "Mental_Health": "4",
        "Learning_Disability": "5", "Physical_Disability": "6",
    }  # fmt: skip
    persons = {"child": "A", "parent": "B", "person": "C"}
    codes = {
        f"{word}_{person}": number + letter
        for word, number in words.items()
        for person, letter in persons.items()
    }
    codes |= {
        "Young_Carer": "7A", "Privately_fostered": "8A", "Unaccompanied_asylum_seeker": "9A",
        "Going_missing": "10A", "Child_sexual_exploitation": "11A", "Trafficking": "12A",
        "Gangs": "13A", "Socially_unacceptable_behaviour": "14A", "Self_harm": "15A",
        "Neglect": "16A", "Emotional_Abuse": "17A", "Physical_Abuse_unknown": "18A",
        "Physical_Abuse_child_on_child": "18B", "Physical_Abuse_adult_on_child": "18C",
        "Sexual_Abuse_unknown": "19A", "Sexual_Abuse_child_on_child": "19B",
        "Sexual_Abuse_adult_on_child": "19C", "Female_Genital_Mutilation": "22A",
        "Faith_linked_abuse": "23A", "Child_criminal_exploitation": "24A", "Other": "20",
    }  # fmt: skip
    known = {each.code: (each.name, each.person) for each in FACTORS if each.code}
    for code in ("18B", "18C", "19B", "19C"):
        whole = factor(code[:-1] + "A")
        known[code] = (whole.name, whole.person)
    known |= {code: (name, "child") for code, name in LATER_FACTORS.items()}
    return {column.casefold(): (*known[code], code) for column, code in codes.items()}


_FACTOR_COLUMNS = _factor_columns()


@dataclass(frozen=True, slots=True)
class FactorPanel:
    """Episodes with each factor identified at the end of assessment, by authority and year.

    Parameters
    ----------
    rows
        One row an authority, year and census code: la_code, area, year, code, factor, person,
        episodes, status. The parts of a divided factor are rows of their own; an episode can have
        several of them, so they must not be added.
    source
        Where the figures come from.
    """

    rows: tuple[tuple[str, str, int, str, str, str, float, Status], ...]
    source: str

    def to_frame(self) -> pd.DataFrame:
        """The rows as a table; ``episodes`` is NaN where the status is not ``observed``."""
        import pandas as pd

        names = ("la_code", "area", "year", "code", "factor", "person", "episodes", "status")
        return pd.DataFrame(list(self.rows), columns=list(names))

    def __str__(self) -> str:
        codes = {row[0] for row in self.rows} - {ENGLAND}
        years = [row[2] for row in self.rows] or [0]
        return (
            f"{len({row[3] for row in self.rows})} factor codes, {len(codes)} authorities, "
            f"{min(years)} to {max(years)} ({self.source})"
        )


def read_dfe(paths: Iterable[Path]) -> AuthorityPanel:
    """Read open data files into one panel.

    Parameters
    ----------
    paths
        CSV files of *explore education statistics*, in any order. Rows of regions are left out.

    Returns
    -------
    AuthorityPanel
        Authorities by their three digits (``old_la_code``), England beside them.

    Raises
    ------
    DataError
        With file, line and column: when a file is of no known kind, a cell is neither figure nor
        symbol, or two files contradict each other.
    """
    cells = Cells()
    names = []
    for path in paths:
        path = Path(path)
        names.append(path.name)
        _read_file(path, cells)
    if not names:
        raise DataError("give at least one file")
    return cells.panel(", ".join(names))


def read_dfe_factors(paths: Iterable[Path]) -> FactorPanel:
    """Read the factors of open data files; files that hold none are passed over.

    Parameters and errors as for :func:`read_dfe`.
    """
    rows = []
    names = []
    for path in paths:
        path = Path(path)
        heading, lines = read_rows(path)
        columns = {
            place: _FACTOR_COLUMNS[name.casefold()]
            for place, name in enumerate(heading)
            if name.casefold() in _FACTOR_COLUMNS
        }
        if _EPISODES not in {name.casefold() for name in heading}:
            continue
        names.append(path.name)
        for line, row in lines:
            key = _row_key(heading, row, path.name, line)
            if key is None:
                continue
            (code, year), area = key
            for place, (name, person, census_code) in columns.items():
                value, status = _read(row[place], heading[place], path.name, line)
                rows.append((code, area, year, census_code, name, person, value, status))
    return FactorPanel(tuple(rows), ", ".join(names) or "no file of factors")


def _read_file(path: Path, cells: Cells) -> None:
    heading, rows = read_rows(path)
    table = _table(heading, path.name)
    folded = [name.casefold() for name in heading]
    places = {
        folded.index(column.casefold()): measure
        for column, measure in table.columns.items()
        if column.casefold() in folded
    }
    group = folded.index(table.group) if table.group else None
    seen: set[tuple[str, int, str]] = set()
    for line, row in rows:
        found = _row_key(heading, row, path.name, line)
        if found is None:
            continue
        key, area = found
        if group is not None:
            words = row[group].casefold()
            measure = next((name for word, name in table.groups.items() if word in words), None)
            places = {} if measure is None else {folded.index("number"): measure}
        for place, measure in places.items():
            if (*key, measure) in seen:
                raise DataError(
                    f"{key[0]} in {key[1]} stands in two rows", file=path.name, line=line
                )
            seen.add((*key, measure))
            cell = _read(row[place], heading[place], path.name, line)
            cells.put(key, area, measure, cell, path.name)


def _table(heading: list[str], file: str) -> DfeTable:
    folded = {name.casefold() for name in heading}
    missing = [name for name in _KEYS if name not in folded]
    own = {name: name for name in heading if name in MEASURES}
    if not missing:
        for table in DFE_TABLES:
            if folded.issuperset(name.casefold() for name in table.needed):
                return DfeTable(table.name, {**table.columns, **own}, table.group, table.groups)
        if _EPISODES in folded:
            own[_EPISODES] = "episodes_with_assessment_factors"
        if own:
            return DfeTable("figures", own)
    kinds = "; ".join(f"{t.name} ({', '.join(t.needed)})" for t in DFE_TABLES)
    what = f"the column {missing[0]} is missing" if missing else "no column of figures is known"
    raise DataError(
        f"is no open data file that is known here: {what}. Known: {kinds}; factors "
        f"({_EPISODES}); and columns named as a measure of the panel",
        file=file,
    )


def _row_key(
    heading: list[str], row: list[str], file: str, line: int
) -> tuple[tuple[str, int], str] | None:
    """Code, year and name of a row's authority; None for a region or a former total."""
    cells: dict[str, Any] = {
        name.casefold(): cell.strip() for name, cell in zip(heading, row, strict=True)
    }
    level = cells["geographic_level"].casefold()
    year = read_year(cells["time_period"])
    if level not in _LEVELS:
        found = cells["geographic_level"]
        allowed = ", ".join(_LEVELS)
        field = "geographic_level"
        raise DataError(f"found {found!r}; allowed: {allowed}", file=file, line=line, field=field)
    if level == "regional":
        return None
    if year is None:
        found = cells["time_period"]
        message = f"found {found!r}; allowed: a year such as 2021 or 202021"
        raise DataError(message, file=file, line=line, field="time_period")
    if level == "national":
        return (ENGLAND, year), cells.get("country_name") or "England"
    code = cells.get("old_la_code", "")
    if not (code.isdigit() and len(code) == 3):
        code = cells.get("new_la_code", "")
    if not code or code.casefold() in ("z", "x", "c", ":"):
        message = "found no code; allowed: three digits, or nine signs in new_la_code"
        raise DataError(message, file=file, line=line, field="old_la_code")
    return (code, year), cells.get("la_name") or code


def _read(text: str, column: str, file: str, line: int) -> tuple[float, Status]:
    cell = read_cell(text)
    if cell is None:
        raise DataError(
            f"found {text!r}; allowed: {CELLS_ALLOWED}", file=file, line=line, field=column
        )
    return cell
