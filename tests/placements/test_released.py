"""What may be shown: kinds of few children are withheld, and cannot be worked out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from riskmodel.disclosure.remembering import FigureMemory
from riskmodel.disclosure.symbols import CONFIDENTIAL
from riskmodel.intake import read_looked_after
from riskmodel.placements.history import History, placement_history
from riskmodel.placements.kinds import KINDS
from riskmodel.placements.released import figures_of, hidden, released_stocks, withheld_kinds


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory, write_return: Callable[..., Path]) -> History:
    numbers = (("U4", "PR1", 30), ("U4", "PR4", 20), ("K2", "PR4", 3), ("H5", "PR4", 9))
    rows, born, child = [], [], 0
    for place, provider, number in numbers:
        for _ in range(number):
            child += 1
            rows.append(f"{child},2017-05-10,S,C1,N1,{place},{provider},,,,IN,3\n")
            born.append(f"{child},1,2005-01-01,WBRI\n")
    folder = tmp_path_factory.mktemp("few")
    return placement_history(read_looked_after(write_return(folder, "".join(rows), "".join(born))))


@pytest.mark.unit
def test_few_children_and_one_more_kind_are_withheld(history: History) -> None:
    withheld = withheld_kinds(history)
    assert "private_residential" in withheld
    # With the total known, one small kind alone could be worked out.
    assert len(withheld) == 2
    stocks = released_stocks(history, "placement").set_index("placement")["stock"]
    assert stocks["all"] == 62
    assert stocks["private_residential"] == CONFIDENTIAL
    assert (stocks == CONFIDENTIAL).sum() == 2


@pytest.mark.unit
def test_a_small_kind_cannot_be_worked_out_from_the_total_of_what_is_priced(
    history: History,
) -> None:
    priced = ("own_fostering", "agency_fostering", "private_residential")
    assert len(withheld_kinds(history) & {*priced}) == 1  # unpriced ones hide it in the total
    withheld = withheld_kinds(history, priced=priced)
    assert withheld >= withheld_kinds(history) & {"private_residential"}
    # Of the priced kinds two are withheld, and of all kinds too.
    assert len(withheld & {*priced}) == 2


@pytest.mark.unit
def test_every_number_of_a_kind_that_is_withheld_goes(history: History) -> None:
    frame = history.days_of_care().assign(price=5.0)
    shown = hidden(frame, frozenset({"private_residential"}))
    rows = shown[shown["placement"] == "private_residential"]
    assert (rows["days"] == CONFIDENTIAL).all()
    assert (rows["price"] == CONFIDENTIAL).all()
    assert rows["month"].tolist() == list(history.months)
    others = shown[shown["placement"] != "private_residential"]
    assert not others.isin([CONFIDENTIAL]).any().any()


@pytest.mark.unit
def test_a_return_that_was_corrected_tells_of_no_child_by_the_difference(
    history: History, tmp_path: Path
) -> None:
    memory = FigureMemory("placements", [], history.months, tmp_path)
    memory.leave(figures_of(history, ["placement"], memory), "placements")
    again = FigureMemory("placements", [], history.months, tmp_path)
    before = released_stocks(history, "placement").set_index("placement")["stock"]
    alike = released_stocks(history, "placement", memory=again).set_index("placement")["stock"]
    assert alike.to_dict() == before.to_dict()
    # Two children more in one kind, two fewer in the other: the total is the same.
    episodes = history.episodes.copy()
    kind = episodes["kind"].mode()[0]
    episodes.loc[episodes.index[episodes["kind"] == kind][:2], "kind"] = list(KINDS).index(
        "own_residential"
    )
    moved = replace(history, episodes=episodes)
    now = released_stocks(moved, "placement", memory=again).set_index("placement")["stock"]
    alone = released_stocks(moved, "placement").set_index("placement")["stock"]
    changed = list(KINDS)[kind]
    assert alone[changed] == before[changed] - 2
    assert now[changed] == CONFIDENTIAL
    assert now["all"] == before["all"]
