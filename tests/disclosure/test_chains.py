"""Chains of releases over records that grow: a reader who keeps all of them recovers nothing.

The suite runs few; ``make attack`` runs two hundred.
"""

from __future__ import annotations

import csv
import io

import numpy as np
import pandas as pd
import pytest

from .chains import Chain, national_of, records, said
from .described_chains import DescribedChain
from .faces import LABELS, rows_of_faces, seen_in_report
from .folder_chains import FolderChain
from .reader import Reader
from .twins import Twins, rare_in, twin_of


@pytest.mark.end_to_end
def test_a_chain_of_releases_gives_nothing_away(tmp_path):
    chain = Chain(tmp_path, 3, steps=3).go()
    assert chain.log_kinds.count("factors") == 2
    assert not Reader(chain).recovered(), chain.log


@pytest.mark.end_to_end
def test_a_chain_with_a_report_gives_nothing_away_on_any_face(tmp_path):
    chain = Chain(tmp_path, 6, steps=3).go()
    assert set(chain.log_kinds) == {"report", "factors"}
    assert not Reader(chain).recovered(), chain.log
    # A number on a page that no table has, and a name in a picture, would be found.
    (place,) = tmp_path.glob("given*")
    rows = [(face, row[0]) for face, row in rows_of_faces(place)]
    label = next(label for face, label in rows if face == "annex.html" and label in LABELS)
    assert {face for face, name in rows if name == label} >= {"annex.html", "brief.docx"}
    page = place / "annex.html"
    row = f"<tr><th>{label}</th><td>3</td></tr>"
    page.write_text(f"{page.read_text(encoding='utf-8')}{row}", encoding="utf-8")
    assert seen_in_report(place) == [f"annex.html: {[label, '3']}"]


@pytest.mark.end_to_end
def test_the_reader_recovers_what_is_given_away(tmp_path):
    """Without a ledger: each table is protected by itself, and the reader solves for the rest."""
    chain = Chain(tmp_path, seed=1, steps=0).go()
    columns = tuple(chain.columns)
    for place, by in enumerate((columns, columns[:1])):
        words = ("factors", str(chain.path), "--by", ",".join(by), "--format", "csv")
        _, *printed = said(*words, "--ledger", str(tmp_path / f"ledger{place}"))
        chain.take((0, by), tuple(printed), "csv")
    assert Reader(chain).recovered()


@pytest.mark.end_to_end
def test_a_chain_of_what_is_no_table_of_factors_gives_nothing_away(tmp_path, monkeypatch):
    monkeypatch.delenv("RISKMODEL_LEDGER")
    chain = FolderChain(tmp_path, seed=2).go()
    assert {"timeliness", "placements", "update"} <= set(chain.log_kinds)
    assert not chain.recovered(), chain.log


@pytest.mark.end_to_end
def test_without_a_memory_shares_in_time_give_few_away(tmp_path):
    chain = FolderChain(tmp_path, seed=1, forgets=True, kinds=("timeliness",)).go()
    assert any("of answer" in each for each in chain.recovered())


@pytest.mark.end_to_end
@pytest.mark.parametrize("forgets", [False, True])
def test_descriptions_of_growing_records_give_few_away_only_without_a_memory(tmp_path, forgets):
    chain = DescribedChain(tmp_path, seed=0, steps=4, forgets=forgets).go()
    assert {"describe missing", "update"} <= set(chain.log_kinds)
    assert any(number for one in chain.shown for number in one.values())
    assert bool(chain.recovered()) is forgets, chain.log


@pytest.mark.end_to_end
@pytest.mark.parametrize("forgets", [False, True])
def test_a_rounded_number_that_can_be_one_alone_gives_no_change_away(
    tmp_path, monkeypatch, forgets
):
    """17 values are missing, then 22: of more than 21, only that is rounded to 20."""
    monkeypatch.delenv("RISKMODEL_LEDGER")
    own, printed = tmp_path / "own.csv", []
    frame = records(np.random.default_rng(0), 200)
    frame["gender"] = ["" if row < 17 else "F" for row in range(len(frame))]
    more = frame.head(5)
    for rows, policy in ((frame, ()), (pd.concat([frame, more]), ("21", "--round-to", "5"))):
        rows.to_csv(own, index=False)
        words = ("--threshold", *policy) if policy else ()
        ledger = ("--ledger", str(tmp_path / f"ledger{len(rows)}")) if forgets else ()
        code, out, err = said("cohort", "describe", str(own), "--format", "csv", *words, *ledger)
        assert code == 0, err
        told = {row["column"]: row["missing"] for row in csv.DictReader(io.StringIO(out))}
        printed.append(told["gender"])
    assert printed == ["17", "20" if forgets else "[c]"]


@pytest.mark.unit
def test_what_one_answer_on_placements_withholds_is_solved_with_another(tmp_path):
    chain, at = FolderChain(tmp_path, seed=0), {"any": 30}
    for second in ({"a": 20, "b": None, "c": None}, {"a": 20, "b": 7, "c": None}):
        assert not chain.recovered()
        chain.stocks.append(({"placement": {**second, "all": 30}}, at))
    assert chain.recovered() == ["placements, state 0, placement c: 3 to 3"]


@pytest.mark.end_to_end
def test_national_prints_nothing_of_records_and_figures_beside_its_panel(tmp_path, unsaved):
    """Two folders with the same panel, whose own records and months differ in few children."""
    twins, printed = Twins(tmp_path, seed=0, has_months=True), []
    frame = rare_in(records(np.random.default_rng(0), 300), np.random.default_rng(0))
    for name, rows in (("one", frame), ("two", twin_of(frame, np.random.default_rng(0)))):
        place = twins._place(name, rows)
        months = place / "months.csv"
        if name == "two":
            months.write_text(months.read_text("utf-8").replace(",326,", ",325,"), "utf-8")
        texts = [path.read_bytes() for path in (months, place / "returns" / "own.csv")]
        words = ("national", str(place), "--months", "12", "--simulations", "100")
        with unsaved():
            code, _, err = said(*words, "--out", str(place.parent / "given"))
        assert code == 0, err
        given = sorted((place.parent / "given").rglob("*.csv"))
        assert given
        tables = {path.name: path.read_bytes() for path in given}
        printed.append((national_of(place), tables, texts))
    (one, tables, own), (two, others, changed) = printed
    assert own[0] != changed[0]
    assert own[1] != changed[1]
    assert (one, tables) == (two, others)


@pytest.mark.end_to_end
def test_records_that_differ_in_what_is_withheld_look_the_same_on_every_face(tmp_path, monkeypatch):
    monkeypatch.delenv("RISKMODEL_LEDGER")
    twins = Twins(tmp_path, seed=0, has_report=False).go()
    assert twins.log_kinds == ["twins"]
    assert not twins.recovered()
