"""Mutated files give rows or a clear message, never a traceback; large ones keep memory bounded.

The sample is seeded and small. The full run of ten thousand returns:
``RISKMODEL_FUZZ=10000 python -m pytest tests/intake/test_fuzz.py``.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from riskmodel.errors import DataError, RiskmodelError
from riskmodel.intake import (
    RULES,
    read_assessments,
    read_layouts,
    read_panels,
    read_snapshots,
    summarise,
)

RETURNS = int(os.environ.get("RISKMODEL_FUZZ", "500"))
SEED = 20150331
FOLDER = Path(__file__).with_name("edge_cases")
WORDS = (
    "", "<", ">", "&", "&amp;", "&#0;", "&#x41;", "]]>", "<![CDATA[", "<!--", "<?xml?>", "<a>",
    "</Child>", "<Child>", "</Children>", "<Assessments>", "</Message>", 'xmlns="u"', '"', "'",
    "\x00", "\ufeff", "é", "“", "\U0001f600", "99Z", "21", "8A", "18C", "1A,2B", "2014-02-30",
    "0000-00-00", "9999-12-31", "31/03/2015", "٣", "1e9", "NaN", "-1", "true", "x" * 5000,
    "9" * 400, "\r\n", "\t", "<LAchildID>", "<CINdetails/>", "<Section47/>", "<!DOCTYPE x>",
)  # fmt: skip
TABLES = (
    b'child_id,plan,factors,referral_date\nA,1,"[""1A""]",2015-01-02\nB,0,"{""2B"":""Yes""}",\n',
    b"plan,18B,18C,3B,assessment_date\n1,0,1,0,01/02/2015\n0,0,0,1,\n",
    b"plan_start_date,3B,previous_plans\n2014-07-01,1,2\n,1,\n",
)

Mutation = Callable[[random.Random, bytes], bytes]


def cut(draw: random.Random, data: bytes) -> bytes:
    start = draw.randrange(len(data))
    return data[:start] + data[start + draw.randrange(1, 60) :]


def put(draw: random.Random, data: bytes) -> bytes:
    place = draw.randrange(len(data))
    return data[:place] + draw.choice(WORDS).encode() + data[place:]


def flip(draw: random.Random, data: bytes) -> bytes:
    place = draw.randrange(len(data))
    return data[:place] + bytes([draw.randrange(256)]) + data[place + 1 :]


def truncate(draw: random.Random, data: bytes) -> bytes:
    return data[: draw.randrange(1, len(data))]


def repeat(draw: random.Random, data: bytes) -> bytes:
    start = draw.randrange(len(data))
    end = min(len(data), start + draw.randrange(1, 400))
    return data[:end] + data[start:end] * draw.randrange(1, 4) + data[end:]


def swap_word(draw: random.Random, data: bytes) -> bytes:
    """Another text where a text stands: well-formed, and nonsense."""
    places = [i for i, byte in enumerate(data) if byte in b">," and data[i + 1 : i + 2] not in b"<"]
    if not places:
        return data
    start = draw.choice(places) + 1
    end = start
    while end < len(data) and data[end] not in b"<,\n":
        end += 1
    word = draw.choice(WORDS).replace("<", "").replace("&", "").replace("\x00", "")
    return data[:start] + word.encode() + data[end:]


def recode(draw: random.Random, data: bytes) -> bytes:
    text = data.decode("utf-8", errors="replace")
    return text.encode(draw.choice(("utf-16", "cp1252", "utf-8-sig", "utf-16-be")), "replace")


MUTATIONS: tuple[Mutation, ...] = (
    cut, put, flip, truncate, repeat, swap_word, swap_word, swap_word, recode,
)  # fmt: skip


def mutated(seeds: tuple[bytes, ...], count: int) -> Iterator[bytes]:
    draw = random.Random(SEED)
    for _ in range(count):
        data = draw.choice(seeds)
        for _ in range(draw.choice((1, 1, 1, 2, 3))):
            data = draw.choice(MUTATIONS)(draw, data) or b" "
        yield data


def check(place: Path) -> bool:
    """Read and summarise; whether that gave rows. Anything but a DataError is a failure."""
    message = ""
    try:
        found = read_assessments(place)
    except DataError as error:
        message = str(error)
    if message:
        assert message.startswith(place.name), message
        assert len(message) < 2000
        return False
    assert len(found.assessments) + found.rows_left_out == found.rows_read
    assert set(found.by_rule()) <= set(RULES)
    assert len(summarise(found).to_frame()) > 3
    return True


@pytest.mark.property
def test_mutated_returns_give_rows_or_a_clear_message(tmp_path: Path) -> None:
    seeds = tuple(
        path.read_bytes() for path in sorted(FOLDER.glob("*.xml")) if path.stat().st_size > 500
    )
    place = tmp_path / "return.xml"
    read = 0
    for data in mutated(seeds, RETURNS):
        place.write_bytes(data)
        read += check(place)
    # Both outcomes are reached, so the mutations are neither all harmless nor all fatal.
    assert RETURNS // 10 < read < RETURNS * 9 // 10


@pytest.mark.property
def test_mutated_tables_give_rows_or_a_clear_message(tmp_path: Path) -> None:
    place = tmp_path / "table.csv"
    read = 0
    for data in mutated(TABLES, RETURNS // 3):
        place.write_bytes(data)
        read += check(place)
    assert read > RETURNS // 30


@pytest.mark.property
def test_mutated_modules_give_rows_or_a_clear_message(tmp_path: Path) -> None:
    assessed = b"LAchildID,AssessmentAuthorisationDate,AssessmentFactors\nA,2014-06-01,3B\n"
    plans = b"LAchildID,CPPstartDate,NumberOfPreviousCPP\nA,2014-06-20,1\n"
    (tmp_path / "return").mkdir()
    for data, other in zip(
        mutated((assessed,), RETURNS // 10), mutated((plans,), RETURNS // 10), strict=True
    ):
        (tmp_path / "return" / "assessments.csv").write_bytes(data)
        (tmp_path / "return" / "plans.csv").write_bytes(other)
        message = ".csv"
        try:
            read_assessments(tmp_path / "return")
        except DataError as error:
            message = str(error)
        assert ".csv" in message or message.startswith("return")


SNAPSHOTS = (
    b"month,cpp_stock,cpp_starts,cpp_ends\n2014-01,100,9,8\n2014-02,101,7,6\n2014-04,99,,\n",
    b"date,area,stage,stock\n31/01/2014,N,cpp,10\n28/02/2014,N,lac,11\n31/01/2014,S,cpp,0\n",
)
PANELS = (
    b'la_code,area,year,referrals,cpp_at_31_mar\n801,A,2014,1,c\n801,A,2015,"1,234",5\n',
    b"time_period,geographic_level,old_la_code,la_name,CPP_start,CPP_subsequent\n"
    b"2014,Local authority,801,Here,310,c\n2014,National,,,59840,low\n",
)
LAYOUTS = (
    b"[[layout]]\nname = 'a'\nneeds = ['b']\n[layout.measures]\nb = 'referrals'\n"
    b"[layout.where]\nage = ['Total']\n[[layout.groups]]\nmeasure = 'referrals'\ncolumn = 'c'\n",
)
SERIES: tuple[tuple[Callable[[Path], object], tuple[bytes, ...]], ...] = (
    (read_snapshots, SNAPSHOTS),
    (lambda place: read_panels([place]), PANELS),
    (read_layouts, LAYOUTS),
)


@pytest.mark.property
@pytest.mark.parametrize("kind", range(len(SERIES)), ids=["snapshots", "panels", "layouts"])
def test_mutated_series_give_figures_or_a_clear_message(tmp_path: Path, kind: int) -> None:
    reader, seeds = SERIES[kind]
    place = tmp_path / "series.csv"
    read = 0
    for data in mutated(seeds, RETURNS // 3):
        place.write_bytes(data)
        message = ""
        try:
            found = reader(place)
        except RiskmodelError as error:
            message = str(error)
        assert not message or message.startswith(place.name), message
        assert len(message) < 2000
        if not message:
            assert str(found)
            read += 1
    assert RETURNS // 60 < read < RETURNS // 3


LARGE = """
import re, sys
from pathlib import Path
from riskmodel.intake import read_assessments
import pandas, pyarrow
def peak():  # of this process: what getrusage says begins with that of the one that started it
    return int(re.search("VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])

before = peak()
found = read_assessments(Path(sys.argv[1]))
print(len(found.assessments), len(found.issues), sum(found.counts.values()))
print((peak() - before) // 1024)
"""


@pytest.mark.integration
def test_a_large_return_with_an_issue_in_each_child_keeps_memory_bounded(tmp_path: Path) -> None:
    if not Path("/proc/self/status").exists():
        pytest.skip("this system does not say how much memory was used")
    place = tmp_path / "large.xml"
    child = (
        "<Child><ChildIdentifiers><LAchildID>{0}</LAchildID><GenderCurrent>7</GenderCurrent>"
        "</ChildIdentifiers><CINdetails><CINreferralDate>2014-05-01</CINreferralDate>"
        "<Assessments><AssessmentAuthorisationDate>2014-06-01</AssessmentAuthorisationDate>"
        "<FactorsIdentifiedAtAssessment><AssessmentFactors>{0}X</AssessmentFactors>"
        f"</FactorsIdentifiedAtAssessment></Assessments>{'<Filler>text</Filler>' * 30}"
        "</CINdetails></Child>\n"
    )
    children = 36_000
    with place.open("w", encoding="utf-8") as stream:
        stream.write("<Message><Children>")
        stream.writelines(child.format(number) for number in range(children))
        stream.write("</Children></Message>")
    assert place.stat().st_size > 30e6
    done = subprocess.run(
        [sys.executable, "-c", LARGE, str(place)],
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    rows, kept, counted, megabytes = map(int, done.stdout.split())
    assert (rows, kept, counted) == (children, 100_000, 3 * children + 1)
    assert megabytes < 120
