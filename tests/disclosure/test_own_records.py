"""Every command that reads an authority's own records: what keeps small counts from leaving.

A new command fails here until it is said what protects what it prints.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.main import get_command

from riskmodel.cli.app import app
from riskmodel.disclosure.ledger import Ledger

from .chains import records, said, with_more

COUNTS = {
    "factors": ("FILE", "--by", "area"),
    "impact": ("FILE",),
    "bounds": ("child_neglect", "--table", "FILE", "--given", "parent_mental_health"),
    "sensitivity": ("--recording", "--table", "FILE", "--recorded-with-plan", "0.9"),
    "cohort check": ("FILE",),
    "cohort describe": ("FILE",),
}
"""Worked out from counts that a release lets through, and remembered."""

FIGURES = {
    "service": ("FOLDER", "--show", "timeliness"),
    "placements": ("FOLDER/looked_after", "--show", "now", "--months", "1", "--simulations", "40"),
}
"""Tables of their own, protected against what left of them, and remembered."""

FINAL = {"report"}
"""Marked as a draft, or with ``--final`` remembered."""

PROJECTED = {
    "project": ("FOLDER",),
    "caseload": ("FOLDER",),
    "decide": ("FOLDER", "--too-few", "2", "--too-many", "1"),
    "whatif": ("FOLDER", "--out", "FOLDER/page.html"),
    "scenario compare": ("baseline", "unaccompanied_children_double", "--figures", "FOLDER"),
}
"""Show projections of months; of records with so few children none is made."""

DESK = {"intake check", "intake convert", "intake snapshots", "check"}
"""For the desk where the records lie: rows, months and issues, and what a folder holds."""

NONE = {
    "new", "released", "national", "backtest", "learn", "panel generate", "intake panel",
    *(f"published {name}" for name in ("list", "show", "find", "audit", "implied", "verify")),
    *(f"cohort {name}" for name in ("generate", "histories", "reference")),
    *(f"scenario {name}" for name in ("list", "show", "check", "new", "levers", "schema")),
    *(f"experiment {name}" for name in ("list", "run", "compare", "new")),
}  # fmt: skip
"""Read no records of children: published figures, panels, scenarios, made-up rows."""

TEAMS = "team,area,kind,child_protection_plan,looked_after,child_in_need_plan,workers"


def commands(group: Any, *above: str) -> Iterator[tuple[str, Any]]:
    """Every command by its words."""
    for name, one in getattr(group, "commands", {}).items():
        yield from commands(one, *above, name)
    if not hasattr(group, "commands"):
        yield " ".join(above), group


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    """A table of assessments, and a folder with deadlines and 17 children looked after."""
    folder = tmp_path_factory.mktemp("own") / "place"
    (folder / "looked_after").mkdir(parents=True)
    frame = with_more(records(np.random.default_rng(1), 2500))
    frame.to_csv(folder.parent / "own.csv", index=False)
    about = '[about]\nname = "Northshire"\ndate = 2018-03-31\n'
    (folder / "authority.toml").write_text(about, encoding="utf-8")
    head = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE"
    rows = [f"{n},2017-{4 + n % 9:02d}-05,S,C1,N1,{'U4' if n < 14 else 'K2'},PR1,,,"
            for n in range(17)]  # fmt: skip
    write(folder / "looked_after" / "episodes.csv", head, rows)
    born = [f"{n},1,{2004 + n % 10}-03-01,WBRI" for n in range(17)]
    write(folder / "looked_after" / "header.csv", "CHILD,SEX,DOB,ETHNIC", born)
    write(folder / "teams.csv", TEAMS, ["a,a,family_support,0,17,0,2"])
    waits = [f"return_interview,2018-02-{d:02},2018-02-{d + 1 + d % 4:02}" for d in range(1, 24)]
    write(folder / "timeliness.csv", "measure,started,ended", waits)
    return folder


def write(path: Path, heading: str, rows: list[str]) -> None:
    path.write_text("\n".join([heading, *rows]) + "\n", encoding="utf-8")


def run(place: Path, command: str, words: tuple[str, ...]) -> tuple[int, str, str]:
    """A command over the folder; its code, and what it says."""
    named = {"FILE": str(place.parent / "own.csv"), "FOLDER": str(place)}
    given = [re.sub("^(FILE|FOLDER)", lambda found: named[found[0]], word) for word in words]
    return said(*command.split(), *given)


@pytest.mark.unit
def test_of_every_command_it_is_said_what_protects_it():
    kinds = (COUNTS, FIGURES, FINAL, PROJECTED, DESK, NONE)
    listed = [name for kind in kinds for name in kind]
    every = dict(commands(get_command(app)))
    assert sorted(listed) == sorted(every)
    # Who takes a table of assessments says what is withheld of it.
    takes = {name for name, one in every.items() if any(p.name == "threshold" for p in one.params)}
    assert takes == {*COUNTS, *FINAL}
    remembers = {name for name, one in every.items() if any(p.name == "ledger" for p in one.params)}
    assert remembers == {*COUNTS, *FIGURES, *FINAL}


@pytest.mark.end_to_end
@pytest.mark.parametrize("command", [*COUNTS, *FIGURES])
def test_what_is_counted_is_remembered_before_it_is_printed(place, tmp_path, command):
    ledger = tmp_path / "ledger"
    words = (COUNTS | FIGURES)[command]
    code, out, err = run(place, command, (*words, "--ledger", str(ledger)))
    assert code in (0, 1), err
    assert out
    (entry,) = Ledger(ledger).read()
    assert bool(entry.tables) is (command in COUNTS)
    assert bool(entry.figures) is (command in FIGURES)
    assert "remembered as release 1" in err
    tables = [n for t in entry.tables for cells in t.groups.values() for n in cells.values()]
    kept = [*tables, *numbers(entry.figures)]
    assert len(kept) >= 3
    assert not {1, 2, 3, 4, 5} & set(kept)


def numbers(data: Any) -> list[Any]:
    """All that stands in plain data."""
    if isinstance(data, dict):
        data = list(data.values())
    return [n for one in data for n in numbers(one)] if isinstance(data, list) else [data]


@pytest.mark.end_to_end
@pytest.mark.parametrize("command", PROJECTED)
def test_so_few_in_records_are_not_projected(place, command, monkeypatch):
    monkeypatch.setattr("riskmodel.authority.folder.record_months.parameter", few_are_many)
    code, out, err = run(place, command, PROJECTED[command])
    assert (code, out) == (2, "")
    assert "so few in some month" in " ".join(err.split())


def few_are_many(name: str) -> Any:
    """The parameter, of which the threshold is above all that the records hold."""

    class Given:
        value = 20

    assert name == "disclosure_threshold"
    return Given
