"""Write histories as the returns of each year: census, its modules, Annex A, SSDA903, SSD.

Blocks of children are made and turned into text independently, on any worker, and joined in order.
So only blocks are in memory, and the bytes are the same for any number of workers.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from riskmodel.census import fields
from riskmodel.cohort.care_tables import care_tables
from riskmodel.cohort.census_header import census_header
from riskmodel.cohort.dataset_writing import csv_part, dataset_parts, iso_days
from riskmodel.cohort.histories import HistoryDesign, make_history
from riskmodel.cohort.year_tables import year_tables
from riskmodel.core.files import new_folder
from riskmodel.engines import Engine, as_engine
from riskmodel.errors import UnknownNameError
from riskmodel.intake.census.modules import MODULES
from riskmodel.intake.census.xml import SYNTHETIC_SOFTWARE

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FORMS", "care_files", "write_histories"]

FORMS = ("census", "modules", "annex_a", "ssda903", "ssd")
"""Forms of the returns: the folder of each year has a file or a folder for each form."""

Tables = Mapping[str, "pd.DataFrame"]


def write_histories(
    design: HistoryDesign,
    folder: Path,
    *,
    forms: Sequence[str] = FORMS,
    jobs: int | Engine = 1,
    progress: Callable[[int], None] = lambda _: None,
) -> Path:
    """Write the returns of every year, in a folder for each year.

    Parameters
    ----------
    design
        What to make.
    folder
        Must be missing or empty.
    forms
        Of :data:`FORMS`: ``2015/census.xml``, and the folders ``2015/modules``, ``2015/annex_a``,
        ``2015/ssda903`` and ``2015/ssd``.
    jobs
        Worker processes, or an engine; the bytes are the same for any.
    progress
        Called with the children made since the last call.

    Raises
    ------
    UnknownNameError
        When a form is none of these.
    OutputError
        When something exists there already, or cannot be written; nothing half-written is left.
    """
    for form in forms:
        if form not in FORMS:
            raise UnknownNameError("form of a return", form, FORMS)
    tasks = ((design, block, tuple(forms)) for block in range(design.blocks))
    with new_folder(folder) as place, ExitStack() as stack:
        files: dict[str, object] = {}
        for texts, children in as_engine(jobs).run(_block, tasks):
            for name, (heading, text) in texts.items():
                if name not in files:
                    (place / name).parent.mkdir(parents=True, exist_ok=True)
                    files[name] = stack.enter_context(
                        (place / name).open("w", encoding="utf-8", newline="\n")
                    )
                    files[name].write(heading)  # type: ignore[attr-defined]
                files[name].write(text)  # type: ignore[attr-defined]
            progress(children)
        for name, stream in files.items():
            if name.endswith(".xml"):
                stream.write("</Children>\n</Message>\n")  # type: ignore[attr-defined]
    return folder


def _block(
    design: HistoryDesign, block: int, forms: tuple[str, ...]
) -> tuple[dict[str, tuple[str, str]], int]:
    """Heading and text of every file for one block of children."""
    history = make_history(design, block)
    found: dict[str, tuple[str, str]] = {}
    for year in design.years:
        tables = year_tables(history, year)
        care = care_tables(history, year)
        for form in forms:
            for name, part in _WRITERS[form](design, year, tables, care):
                found[f"{year}/{name}"] = part
    return found, len(history.children)


Parts = Iterator[tuple[str, tuple[str, str]]]


def _modules(design: HistoryDesign, year: int, tables: Tables, _: Tables) -> Parts:
    """The tables of the census modules, with the headings that are read."""
    yield (
        "modules/header.csv",
        (
            f"Year,LEA,SoftwareCode\n{year},{design.authority},{SYNTHETIC_SOFTWARE}\n",
            "",
        ),
    )
    for name, table in tables.items():
        if name in MODULES:
            yield f"modules/{name}.csv", csv_part(table.drop(columns="episode", errors="ignore"))


def _dataset(design: HistoryDesign, year: int, tables: Tables, care: Tables) -> Parts:
    return dataset_parts(tables, care)


def _lists(design: HistoryDesign, year: int, tables: Tables, care: Tables) -> Parts:
    """Lists 4 to 8 of Annex A, over the year."""
    people = tables["children"].set_index("LAchildID")
    born = people["PersonBirthDate"].where(
        people["PersonBirthDate"] != "", people["ExpectedPersonBirthDate"]
    )
    sex = people[next(name for name in ("Sex", "GenderCurrent") if name in people)]
    factors = tables["assessments"]["AssessmentFactors"].map(
        lambda text: ", ".join(json.loads(text)) if text else ""
    )
    sources = (
        ("4_assessments", tables["assessments"].assign(AssessmentFactors=factors), {
            "AssessmentActualStartDate": "Continuous Assessment Start Date",
            "AssessmentAuthorisationDate": "Continuous Assessment Date of Authorisation",
            "AssessmentFactors": "Factors Identified at the End of Assessment"}),
        ("5_section_47", tables["section47"], {
            "S47ActualStartDate": "Strategy discussion initiating Section 47 Enquiry Start Date",
            "DateOfInitialCPC": "Date of Initial Child Protection Conference"}),
        ("6_children_in_need", tables["episodes"], {
            "CINreferralDate": "CIN Start Date", "CINclosureDate": "CIN Closure Date",
            "ReasonForClosure": "Reason for Closure"}),
        ("7_plans", tables["plans"], {
            "CPPstartDate": "Child Protection Plan Start Date",
            "CPPendDate": "Child Protection Plan End Date",
            "InitialCategoryOfAbuse": "Initial Category of Abuse",
            "LatestCategoryOfAbuse": "Latest Category of Abuse",
            "NumberOfPreviousCPP": "Number of Previous Child Protection Plans"}),
    )  # fmt: skip
    for number, table, names in sources:
        child = table["LAchildID"]
        kept = table[[*names]].rename(columns=names)
        kept.insert(0, "Child Unique ID", child)
        kept.insert(1, "Date of Birth", child.map(born))
        kept.insert(2, "Gender", child.map(sex))
        yield f"annex_a/list_{number}.csv", csv_part(kept)
    yield "annex_a/list_8_looked_after.csv", csv_part(iso_days(_care_list(care)))


def _care_list(care: Tables) -> pd.DataFrame:
    """One row a period of care: from its first day to the end of its last episode."""
    episodes = care["episodes"]
    birth = care["header"].set_index("CHILD")["DOB"]
    period = ((episodes["CHILD"] != episodes["CHILD"].shift()) | (episodes["RNE"] == "S")).cumsum()
    grouped = episodes.groupby(period)
    first, last = grouped.nth(0), grouped.nth(-1)
    return (
        first[["CHILD"]]
        .assign(
            **{
                "Date of Birth": first["CHILD"].map(birth).to_numpy(),
                "Date Started to be Looked After": first["CARE_START"].to_numpy(),
                "Date Ceased to be Looked After": last["DEC"].to_numpy(),
                "Child's Legal Status": last["LS"].to_numpy(),
                "Reason Ceased to be Looked After": last["REC"].to_numpy(),
                "Start Date of Most Recent Placement": last["DECOM"].to_numpy(),
                "Placement Type": last["PLACE"].to_numpy(),
                "Placement Provider": last["PLACE_PROVIDER"].to_numpy(),
            }
        )
        .rename(columns={"CHILD": "Child Unique ID"})
    )


def _care(design: HistoryDesign, year: int, _: Tables, care: Tables) -> Parts:
    for name, table in care.items():
        yield f"ssda903/{name}.csv", csv_part(_as_returned(table))


def _as_returned(table: pd.DataFrame) -> pd.DataFrame:
    """Without the column that only other forms need."""
    return table.drop(columns="CARE_START", errors="ignore")


def care_files(care: Tables) -> dict[str, str]:
    """The text of each file of a return on children looked after, by name."""
    return {f"{name}.csv": "".join(csv_part(_as_returned(table))) for name, table in care.items()}


def _census(design: HistoryDesign, year: int, tables: Tables, _: Tables) -> Parts:
    """The XML of the census: each child with its episodes, each with its modules."""
    names = {field.name for field in fields(year)}
    of_episode: dict[int, dict[str, str]] = {}
    for module, group in _GROUPS.items():
        if module == "cin_plans" and "CINPlanStartDate" not in names:
            continue
        table = tables[module]
        elements = [table[name] for name in group]
        for episode, *values in zip(table["episode"], *elements, strict=True):
            text = "".join(map(_filled, group.values(), values))
            of_episode.setdefault(episode, {})[module] = text
    episodes = tables["episodes"]
    details: dict[str, list[str]] = {}
    nothing: dict[str, str] = {}
    heads = episodes[["LAchildID", "episode", *_EPISODE]].itertuples(index=False, name=None)
    for child, episode, referred, source, need, closed, reason, dropped in heads:
        parts = of_episode.get(episode, nothing)
        details.setdefault(child, []).append(
            f"<CINdetails>\n<CINreferralDate>{referred}</CINreferralDate>"
            f"<ReferralSource>{source}</ReferralSource><PrimaryNeedCode>{need}</PrimaryNeedCode>"
            + (f"<CINclosureDate>{closed}</CINclosureDate>"
               f"<ReasonForClosure>{reason}</ReasonForClosure>" if closed else "")
            + f"\n{parts.get('assessments', '')}{parts.get('cin_plans', '')}"
            f"{parts.get('section47', '')}<ReferralNFA>{dropped}</ReferralNFA>\n"
            f"{parts.get('plans', '')}</CINdetails>\n"
        )  # fmt: skip
    people = tables["children"]
    sex = next(name for name in ("Sex", "GenderCurrent") if name in people)
    order = ["LAchildID", "PersonBirthDate", "ExpectedPersonBirthDate", sex, "UPNunknown"]
    order += ["Ethnicity", "Disabilities"]
    texts = []
    for child, born, due, code, unknown, group, disabled in people[order].itertuples(
        index=False, name=None
    ):
        birth = f"<PersonBirthDate>{born}</PersonBirthDate>" if born else (
            f"<ExpectedPersonBirthDate>{due}</ExpectedPersonBirthDate>")  # fmt: skip
        number = f"<UPNunknown>{unknown}</UPNunknown>" if born else ""
        texts.append(
            f"<Child>\n<ChildIdentifiers><LAchildID>{child}</LAchildID>{number}{birth}"
            f"<{sex}>{code}</{sex}></ChildIdentifiers>\n<ChildCharacteristics>"
            f"<Ethnicity>{group}</Ethnicity>{_list('Disabilities', 'Disability', disabled)}"
            f"</ChildCharacteristics>\n{''.join(details[child])}</Child>\n"
        )
    head = census_header(year, design.authority, SYNTHETIC_SOFTWARE)
    heading = f'<?xml version="1.0" encoding="UTF-8"?>\n<Message>\n{head}<Children>\n'
    yield "census.xml", (heading, "".join(texts))


_EPISODE = (
    "CINreferralDate", "ReferralSource", "PrimaryNeedCode", "CINclosureDate", "ReasonForClosure",
    "ReferralNFA",
)  # fmt: skip


def _element(name: str, text: str) -> str:
    return f"<{name}>{text}</{name}>" if text else ""


def _list(outer: str, inner: str, text: str) -> str:
    if not text or text == "[]":
        return ""
    items = "".join(f"<{inner}>{item}</{inner}>" for item in json.loads(text))
    return f"<{outer}>{items}</{outer}>"


def _reviews(text: str) -> str:
    return "".join(f"<Reviews><CPPreviewDate>{day}</CPPreviewDate></Reviews>"
                    for day in json.loads(text))  # fmt: skip


def _group(
    module: str, *names: str, **special: Callable[[str], str]
) -> dict[str, Callable[[str], str]]:
    """How the elements of a module are written, with its own tags around them."""
    made = {name: special.get(name, partial(_element, name)) for name in names}
    first, last = names[0], names[-1]
    opening, closing = made[first], made[last]
    made[first] = partial(_tagged, f"<{module}>", opening, "")
    made[last] = partial(_tagged, "", closing, f"</{module}>\n")
    return made


def _tagged(before: str, write: Callable[[str], str], after: str, text: str) -> str:
    return f"{before}{write(text)}{after}"


def _filled(write: Callable[[str], str], text: str) -> str:
    return write(text)


_GROUPS: Mapping[str, Mapping[str, Callable[[str], str]]] = {
    "assessments": _group(
        "Assessments", "AssessmentActualStartDate", "AssessmentAuthorisationDate",
        "AssessmentFactors",
        AssessmentFactors=partial(_list, "FactorsIdentifiedAtAssessment", "AssessmentFactors"),
    ),
    "cin_plans": _group("CINPlanDates", "CINPlanStartDate", "CINPlanEndDate"),
    "section47": _group(
        "Section47", "S47ActualStartDate", "InitialCPCtarget", "DateOfInitialCPC",
        "ICPCnotRequired",
    ),
    "plans": _group(
        "ChildProtectionPlans", "CPPstartDate", "CPPendDate", "InitialCategoryOfAbuse",
        "LatestCategoryOfAbuse", "NumberOfPreviousCPP", "CPPreviewDate",
        CPPreviewDate=_reviews,
    ),
}  # fmt: skip
_WRITERS: Mapping[str, Callable[[HistoryDesign, int, Tables, Tables], Parts]] = {
    "census": _census, "modules": _modules, "annex_a": _lists, "ssda903": _care, "ssd": _dataset,
}  # fmt: skip
