"""Annex A, returns on looked-after children, Standard Safeguarding Dataset and open data, mutated.

Every record of a file that is read is in the account, used or left out; or there is one clear
message; never a traceback. The sample is seeded and small; ten thousand of each kind, from
another seed: ``RISKMODEL_FUZZ=10000 RISKMODEL_SEED=7 pytest tests/intake/test_mutations.py``.
"""

from __future__ import annotations

import csv
import os
import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from riskmodel.caseload.worker_records import worker_caseloads
from riskmodel.errors import RiskmodelError
from riskmodel.intake import (
    convert,
    months_between,
    months_text,
    read_dfe_factors,
    read_lists,
    read_looked_after,
    read_panels,
)
from riskmodel.intake.involvements import read_involvements

NUMBER = int(os.environ.get("RISKMODEL_FUZZ", "20"))
SEED = int(os.environ.get("RISKMODEL_SEED", "20201130"))

Rows = list[list[str]]
Files = dict[str, Rows]

WORDS = (
    "", " ", "0", "-1", "1.0", "1e9", "NaN", "#REF!", "#N/A", "c", "z", "low", "*", "..", "1,234",
    "2020-11-30", "30/11/2020", "2020-02-30", "31/02/2020", "0000-00-00", "9999-12-31", "44165",
    "2020-11-30T00:00:00", "yes", "S", "P", "X1", "E8", "V4", "C2: FCO", "b) Female", "3B, 4A",
    '["3B"]', '{"3B":"Yes"}', "é", "٣", "\u200b1", "=1+1", "x" * 3000, "9" * 400, "a\nb", "“1”",
    "National", "Local authority", "202021", "2020/21", "Total", "933", "E06000047", "null",
)  # fmt: skip


def table(text: str) -> Rows:
    return list(csv.reader(text.strip().splitlines()))


LISTS: Files = {
    "list_4": table(
        "Child Unique ID,Gender,Date of Birth,Continuous Assessment Start Date,"
        "Continuous Assessment Date of Authorisation,Factors identified at the end of assessment\n"
        "1,a) Male,01/05/2010,01/10/2020,02/11/2020,\"3B, 4A\"\n"
        "2,b) Female,01/05/2012,01/10/2020,12/11/2020,21\n3,b) Female,2015-05-01,2021-02-01,,3B\n"
    ),
    "list_5": table(
        "Child Unique ID,Gender,Date of Birth,Strategy discussion initiating Section 47 Enquiry "
        "Start Date,Date of Initial Child Protection Conference\n"
        "1,a) Male,01/05/2010,05/11/2020,19/11/2020\n"
    ),
    "list_7": table(
        "Child Unique ID,Gender,Date of Birth,Child Protection Plan Start Date,Initial Category of "
        "Abuse,Child Protection Plan End Date,Number of Previous Child Protection Plans\n"
        "1,a) Male,01/05/2010,20/11/2020,Neglect,,1\n8,a) Male,2009-05-01,2019-02-01,Neglect,"
        "2021-01-10,0\n8,a) Male,2009-05-01,2019-02-01,Neglect,2021-01-10,0\n9,,,,Neglect,,0\n"
    ),
    "list_8": table(
        "Child Unique ID,Gender,Date of Birth,Date Started to be Looked After,Start date of "
        "current legal status,Child's Legal Status,Date Ceased to be Looked After\n"
        "5,b) Female,2006-01-01,2018-01-01,2019-01-01,C2: FCO,\n"
        "6,b) Female,2006-01-01,2020-12-05,2020-12-05,V4: breaks,\n"
    ),
}  # fmt: skip

CARE: Files = {
    "episodes": table(
        "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE\n"
        "1,10/05/2020,S,C1,N1,U4,PR1,01/09/2020,X1,CARPL\n1,01/09/2020,P,C1,N1,K2,PR4,,,\n"
        "2,2020-06-01,S,V2,N1,U6,PR4,2020-08-01,E8,\n3,2020-06-01,S,V4,N1,U6,PR4,2020-06-03,E8,\n"
        "4,2019-06-01,S,C2,N1,H5,PR4,2020-12-01,E3,\n4,2021-01-05,S,C2,N1,H5,PR4,,,\n"
    ),
    "header": table(
        "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\n1,1,01/01/2010,WBRI,A1,,\n2,2,2012-02-03,WBRI,,,\n"
        "3,1,2009-09-09,WBRI,A3,,\n4,2,2004-01-01,BAFR,A4,,\n"
    ),
    "uasc": table("CHILD,SEX,DOB,DUC\n4,2,2004-01-01,2022-01-01\n"),
}

DATASET: Files = {
    "ssd_cin_assessments": table(
        "cina_person_id,cina_assessment_id,cina_assessment_auth_date\n1,a1,2020-06-01\n"
        "2,a2,2020-07-01\n"
    ),
    "ssd_assessment_factors": table(
        "cinf_assessment_id,cinf_assessment_factors_json\na1,\"[\"\"3B\"\"]\"\na2,3B\n"
    ),
    "ssd_cp_plans": table(
        "cppl_person_id,cppl_cp_plan_start_date,cppl_cp_plan_end_date\n1,2020-06-20,\n"
    ),
    "ssd_cla_episodes": table(
        "clae_person_id,clae_cla_episode_start_date,clae_cla_episode_start_reason,"
        "clae_cla_episode_ceased,clae_cla_episode_ceased_reason\n2,2020-07-01,S,2020-11-02,E8\n"
        "3,2020-07-05,S,2020-07-07,E8\n"
    ),
    "ssd_legal_status": table(
        "lega_person_id,lega_legal_status,lega_legal_status_start_date\n2,V2,2020-07-01\n"
    ),
    "ssd_cin_episodes": table(
        "cine_person_id,cine_referral_date,cine_close_date\n1,2020-05-01,\n2,2020-06-01,\n"
        "9,2020-06-01,\n"
    ),
    "ssd_involvements": table(
        "invo_involvements_id,invo_professional_id,invo_professional_role_id,invo_person_id,"
        "invo_involvement_start_date,invo_involvement_end_date\ni1,w1,Social worker,1,2020-05-02,\n"
        "i2,w2,Social worker,2,2020-06-02,2020-07-01\ni3,w1,Social worker,2,2020-07-01,\n"
    ),
    "ssd_professionals": table("prof_professional_id\nw1\nw2\n"),
    "ssd_missing": table("miss_person_id,miss_missing_episode_start_date\n1,2020-06-01\n"),
}  # fmt: skip

_KEYS = (
    "time_period,time_identifier,geographic_level,country_code,country_name,region_code,"
    "region_name,old_la_code,new_la_code,la_name,category"
)


def published(columns: str, one: str, other: str, category: str) -> Rows:
    place = "E92000001,England,E12,North,801,E06000801,Here"
    return table(
        f"{_KEYS},{columns}\n"
        f"2020,Reporting year,National,E92000001,England,,,,,,{category},{other}\n"
        f"2020,Reporting year,Local authority,{place},{category},{one}\n"
        f"2021,Reporting year,Local authority,{place},{category},{one}\n"
    )


OPEN: Files = {
    "d1": published("CPP_start,CPP_start_rate,CPP_At31", "310,40,c", "63870,53.7,6", "x"),
    "b1": published("Started_episodes,Ended_episodes,At31_episodes", "3619,z,3827", "9,8,7", "x"),
    "c1": published("Referrals,Re_referrals,Re_referrals_percent", "4683,766,16.4", "6,5,4", "x"),
}  # fmt: skip

YEAR = months_between("2020-04", "2021-03")


def _lists(folder: Path, files: Files) -> None:
    found = read_lists(folder)
    assert found.summary()
    series = found.series() if found.day else ()
    assert months_text(series) if series else not series
    for name, rows in files.items():
        titles = {"list_7": "child protection plans", "list_8": "children looked after"}
        tally = found.account.get(titles.get(name, ""))
        if tally is not None:
            assert tally.read <= records(rows) + repeated_elsewhere(files, name)


def _care(folder: Path, files: Files) -> None:
    found = read_looked_after(folder, window=YEAR)
    tables = [rows for rows in files.values() if is_episodes(rows[0])]
    assert found.account["episodes"].read == sum(map(records, tables))
    assert found.account["episodes"].used == len(found.episodes)
    series = found.series()
    assert months_text(series) if series else not series


def _dataset(folder: Path, files: Files) -> None:
    made = convert([folder], window=YEAR)
    assert all(made.accounts)
    assert months_text(made.series) or not made.series
    involved = read_involvements(folder)
    account = involved.account["involvements"]
    rows = files["ssd_involvements"]
    assert (account.read, account.used) == (records(rows), len(involved))
    if len(involved):
        assert worker_caseloads(involved).summary()


def _open(folder: Path, files: Files) -> None:
    for place in sorted(folder.iterdir()):
        try:
            assert str(read_panels([place]))
        except RiskmodelError as error:
            clear(error, place)
        try:
            read_dfe_factors([place])
        except RiskmodelError as error:
            clear(error, place)


def records(rows: Rows) -> int:
    return sum(any(cell != "" for cell in row) for row in rows[1:])


def repeated_elsewhere(files: Files, name: str) -> int:
    return sum(records(rows) for other, rows in files.items() if other != name)


def is_episodes(headings: list[str]) -> bool:
    from riskmodel.intake.record_tables import plain_heading

    return {"child", "decom", "rne"} <= set(map(plain_heading, headings))


KINDS: Mapping[str, tuple[Files, Callable[[Path, Files], None]]] = {
    "annex_a": (LISTS, _lists),
    "looked_after": (CARE, _care),
    "dataset": (DATASET, _dataset),
    "open_data": (OPEN, _open),
}


def mutate(draw: random.Random, files: Files) -> Files:
    """One to four faults in the tables, whose rows and cells stay what they are."""
    files = {name: [row.copy() for row in rows] for name, rows in files.items()}
    for _ in range(draw.randrange(1, 5)):
        rows = files[draw.choice(sorted(files))]
        row, other = draw.choice(rows), draw.choice(rows)
        width = len(rows[0])
        at, to = draw.randrange(width), draw.randrange(width)
        kind = draw.randrange(9)
        if kind <= 2 and at < len(row):
            row[at] = draw.choice(WORDS)
        elif kind == 3:
            rows.insert(draw.randrange(1, len(rows) + 1), row.copy())
        elif kind == 4 and at < len(row) and to < len(other):
            row[at], other[to] = other[to], row[at]
        elif kind == 5:
            rows.insert(draw.randrange(1, len(rows) + 1), [""] * width)
        elif kind == 6 and len(rows) > 2:
            rows.remove(draw.choice(rows[1:]))
        elif kind == 7:
            for each in rows:
                each[to:to] = each[at : at + 1]  # a column twice
        elif kind == 8 and width > 1:
            for each in rows:
                del each[at : at + 1]
    return files


def write(folder: Path, files: Files, draw: random.Random) -> None:
    for name, rows in files.items():
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as stream:
            csv.writer(stream, lineterminator=draw.choice(("\n", "\r\n"))).writerows(rows)


def clear(error: RiskmodelError, place: Path) -> None:
    message = str(error)
    assert message.strip()
    assert len(message) < 2000, message[:300]
    assert "Traceback" not in message


@pytest.mark.property
@pytest.mark.parametrize("kind", KINDS)
def test_mutated_records_add_up_or_give_one_clear_message(kind: str, tmp_path: Path) -> None:
    seeds, check = KINDS[kind]
    refused: dict[str, Any] = {}
    for number in range(NUMBER):
        draw = random.Random(f"{SEED}/{kind}/{number}")
        folder = tmp_path / "source"
        folder.mkdir(exist_ok=True)
        files = mutate(draw, seeds) if number else seeds
        write(folder, files, draw)
        try:
            check(folder, files)
        except RiskmodelError as error:
            clear(error, folder)
            refused[str(number)] = error
        except Exception as error:
            raise AssertionError(f"{kind}, mutation {number} of seed {SEED}: {files}") from error
    assert "0" not in refused, refused.get("0")
    assert len(refused) < NUMBER * 0.9
