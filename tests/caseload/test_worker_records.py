"""Caseload by worker, from involvements of the Standard Safeguarding Dataset."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskmodel.caseload.worker_records import OTHERS, worker_caseloads
from riskmodel.disclosure import CONFIDENTIAL
from riskmodel.errors import DataError
from riskmodel.intake import read_assessments
from riskmodel.intake.involvements import read_involvements
from riskmodel.intake.summary import summarise

HEAD = (
    "invo_involvements_id,invo_professional_id,invo_professional_role_id,invo_person_id,"
    "invo_involvement_start_date,invo_involvement_end_date"
)


def involved(folder: Path, rows: list[str], children: int = 0, workers: int = 0) -> Path:
    """A folder of the tables; episodes of so many children and a list of so many workers."""
    folder.mkdir(exist_ok=True)
    numbered = [f"{number},{row}" for number, row in enumerate(rows)]
    (folder / "ssd_involvements.csv").write_text("\n".join([HEAD, *numbered]), encoding="utf-8")
    if children:
        lines = [f"c{child},2020-01-01," for child in range(children)]
        text = "\n".join(["cine_person_id,cine_referral_date,cine_close_date", *lines])
        (folder / "ssd_cin_episodes.csv").write_text(text, encoding="utf-8")
    if workers:
        lines = [f"w{worker}" for worker in range(workers)]
        text = "\n".join(["prof_professional_id", *lines])
        (folder / "ssd_professionals.csv").write_text(text, encoding="utf-8")
    return folder


def evenly(caseloads: list[int], role: str = "Social worker", first: int = 0) -> list[str]:
    """Rows of as many children for each worker, from w0 and c0 on."""
    rows, child = [], first
    for worker, caseload in enumerate(caseloads, start=first):
        for _ in range(caseload):
            rows.append(f"w{worker},{role},c{child},2020-02-01,")
            child += 1
    return rows


@pytest.mark.unit
def test_the_spread_is_that_of_the_records(tmp_path):
    rows = [*evenly([10, 12, 14, 16, 18, 20]), "w0,Social worker,c500,2020-01-01,2020-02-01"]
    found = worker_caseloads(read_involvements(involved(tmp_path, rows, children=100)))
    row = found.to_frame().iloc[0]
    assert (row["workers"], row["children"], row["without_worker"]) == (6, 90, 10)
    assert (row["minimum"], row["median"], row["maximum"]) == (10, 15, 20)
    assert "median is 15 for each worker, from 10 to 20" in found.summary()
    assert "10 of the 100 children with an open episode had no worker" in found.summary()
    assert found.records.account["involvements"].left_out == {"ended": 1}


@pytest.mark.unit
def test_what_is_wrong_is_an_issue_and_names_nobody(tmp_path):
    rows = [
        *evenly([10, 10, 10, 10, 10, 10]),
        "w0,Social worker,c0,2020-02-01,",
        "w0,Social worker,c1,2020-02-02,",
        "-1,Social worker,c70,2020-02-02,",
        "secret,Social worker,c71,2020-02-02,",
        "w1,Social worker,,2020-02-02,",
        "w1,Social worker,c72,2020-02-02,2020-02-01",
        "w1,Social worker,c73,tomorrow,",
    ]
    found = read_involvements(involved(tmp_path, rows, children=60, workers=6))
    assert found.counts == {
        "bad_date": 1, "ends_before_start": 1, "missing_reference": 1, "worker_missing": 1,
        "repeated": 1, "overlapping": 1, "worker_unknown": 1, "open_after_episode": 1,
    }  # fmt: skip
    assert found.account["involvements"].used == len(found) == 61
    assert not found.is_sound
    said = " ".join([str(worker_caseloads(found)), *worker_caseloads(found).remarks()])
    assert not any(name in said for name in ("secret", "w0", "c71"))
    assert not any("secret" in str(issue) for issue in found.issues)
    with pytest.raises(DataError, match=r"line 68.*a date"):
        read_involvements(tmp_path, strict=True)


@pytest.mark.unit
def test_a_return_counts_what_it_does_not_use(tmp_path):
    involved(tmp_path, evenly([10] * 6), children=60, workers=5)
    (tmp_path / "ssd_cin_assessments.csv").write_text(
        "cina_person_id,cina_assessment_auth_date\nc1,2020-03-01\n", encoding="utf-8"
    )
    missing = "miss_person_id\nc1\nc1\nc2\n"
    (tmp_path / "ssd_missing.csv").write_text(missing, encoding="utf-8")
    summary = summarise(read_assessments(tmp_path), read_involvements(tmp_path))
    assert "Counted and not used: 3 missing episodes." in summary.remarks()
    assert "60 of 60 involvements used." in summary.remarks()
    assert ("worker_unknown", 10, False) in summary.issues


@pytest.mark.property
@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(st.integers(0, 25), st.sampled_from(["a", "b", "c", ""]), st.integers(0, 60)),
        min_size=1,
        max_size=150,
    )
)
def test_no_small_count_can_be_worked_out(tmp_path_factory, cases):
    rows = [f"w{worker},{role},c{child},2020-02-01," for worker, role, child in cases]
    folder = involved(tmp_path_factory.mktemp("ssd"), rows, children=60)
    found = worker_caseloads(read_involvements(folder))
    frame = found.to_frame()
    numbers = frame.drop(columns=["role", "day", "basis"]).stack().dropna()
    assert not [n for n in numbers if n != CONFIDENTIAL and 0 < n <= 5]
    if len(frame) > 1:
        all_workers = {worker for worker, *_ in cases}
        named = set(frame["role"]) - {"all workers", OTHERS}
        beyond = {worker for worker, role, _ in cases if role not in named}
        assert not 0 < len(beyond) <= 5
        assert len(all_workers) > 5


@pytest.mark.unit
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("invo_person_id,invo_professional_id\nc1,w1\n", "invo_involvement_start_date"),
        (f"{HEAD}\n1,w1,r,c1,,\n", "no involvement has a date"),
        (f"{HEAD}\n1,w1,r,c1,2020-01-01,2020-02-01\n", "no involvement is open on 2020-02-01"),
    ],
)
def test_what_cannot_be_used_is_said(tmp_path, text, said):
    (tmp_path / "ssd_involvements.csv").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=said):
        worker_caseloads(read_involvements(tmp_path))
