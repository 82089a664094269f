"""Chains of releases over records that grow: a reader who keeps all of them recovers nothing.

The suite runs few; ``make attack`` runs two hundred.
"""

from __future__ import annotations

import pytest

from .chains import Chain, said
from .folder_chains import FolderChain
from .reader import Reader


@pytest.mark.end_to_end
@pytest.mark.parametrize("seed", [1, 2])
def test_a_chain_of_releases_gives_nothing_away(tmp_path, seed):
    chain = Chain(tmp_path, seed, steps=3).go()
    assert chain.shown
    assert not Reader(chain).recovered() or chain.exposed, chain.log


@pytest.mark.end_to_end
def test_the_reader_recovers_what_is_given_away(tmp_path):
    """Without a ledger: each table is protected by itself, and the reader solves for the rest."""
    recovered = 0
    for seed in range(12):
        chain = Chain(tmp_path, seed, steps=0).go()
        columns = tuple(chain.columns)
        for place, by in enumerate((columns, columns[:1])):
            ledger = str(tmp_path / f"ledger{seed}{place}")
            words = ("factors", str(chain.path), "--by", ",".join(by), "--format", "csv")
            _, *printed = said(*words, "--ledger", ledger)
            chain.take((0, by), tuple(printed), "csv")
        recovered += len(Reader(chain).recovered())
        if recovered:
            break
    assert recovered


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
