"""Chains of releases over records that grow: a reader who keeps all of them recovers nothing.

The suite runs few; ``make attack`` runs two hundred.
"""

from __future__ import annotations

import pytest

from .chains import Chain, said
from .faces import LABELS, rows_of_faces, seen_in_report
from .folder_chains import FolderChain
from .reader import Reader
from .twins import Twins


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
def test_records_that_differ_in_what_is_withheld_look_the_same_on_every_face(tmp_path, monkeypatch):
    monkeypatch.delenv("RISKMODEL_LEDGER")
    twins = Twins(tmp_path, seed=0, has_report=False).go()
    assert twins.log_kinds == ["twins"]
    assert not twins.recovered()
