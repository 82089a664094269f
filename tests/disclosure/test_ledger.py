"""What has left of records is remembered beside them, and every later run allows for it."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest

from riskmodel.authority.folder.authority import open_authority
from riskmodel.authority.services import timeliness_of
from riskmodel.disclosure import CONFIDENTIAL, Policy, Waiver
from riskmodel.disclosure.ledger import FOLDER, Ledger
from riskmodel.disclosure.release import Release, release_counted
from riskmodel.errors import DataError
from riskmodel.intake.table_file import TableFile

from .chains import records, said, with_more

FACTOR = "child_neglect"
# Plans with the factor by area and gender: three girls of the north.
LED = {("north", "F"): 3, ("north", "M"): 50, ("south", "F"): 12, ("south", "M"): 30}

MORE = LED | {("north", "M"): 52}


def write(path: Path, led: dict[tuple[str, str], int], month: int | None = None) -> Path:
    """A table: in each group 100 assessments with the factor, and 60 without it."""
    rows = [["plan", FACTOR, "area", "gender", *(["assessment_date"] if month else [])]]
    day = [] if month is None else [f"2014-{month:02}-10"]
    for group, number in led.items():
        for place in range(160):
            plan = place < number or place >= 140
            rows.append([str(plan).lower(), str(place < 100).lower(), *group, *day])
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(rows)
    return path


def release(path: Path, *by: str, leave: bool = True, **options) -> Release:
    found = release_counted(TableFile(path).counts(by), by=by, **options)
    if leave:
        found.leave(f"factors --by {','.join(by)}")
    return found


def shown(found: Release) -> dict:
    """Plans with the factor, as printed, by group."""
    return {key: found.protected.printed(key, "plans", FACTOR) for key in found.protected.counts}


@pytest.mark.unit
def test_two_ordinary_runs_give_nothing_away(tmp_path):
    (tmp_path / "apart").mkdir()
    own, other = write(tmp_path / "own.csv", LED), write(tmp_path / "apart" / "own.csv", LED)
    fine, alone = shown(release(own, "area", "gender")), shown(release(other, "area", leave=False))
    # By itself the table by area tells of the three girls, beside the boys who were printed.
    assert fine["north", "F"] == CONFIDENTIAL
    assert fine["north", "M"] == 50
    assert alone["north",] - fine["north", "M"] == 3
    beside = shown(release(own, "area"))
    assert beside["north",] == beside["south",] == CONFIDENTIAL
    # All girls together leave the three open.
    assert set(shown(release(own, "gender")).values()) == {15, 80}
    assert release(own).number_earlier == 3


@pytest.mark.unit
def test_what_is_out_is_printed_again_alike_and_kept_once(tmp_path):
    own = write(tmp_path / "own.csv", LED)
    first = release(own, "area", "gender")
    release(own, "area")
    again = release(own, "area", "gender")
    assert again.protected.to_frame().equals(first.protected.to_frame())
    entries = Ledger(tmp_path / FOLDER).read()
    assert [len(entry.tables) for entry in entries] == [2, 1, 0]
    kept = json.loads((tmp_path / FOLDER / "00001.json").read_text(encoding="utf-8"))
    cells = {tuple(words): cells for words, cells in kept["tables"][0]["groups"]}
    assert ["plans", FACTOR, None] in cells["north", "F"]
    assert ["plans", FACTOR, 50] in cells["north", "M"]


@pytest.mark.unit
def test_records_that_grew_are_the_same_records(tmp_path):
    own = write(tmp_path / "own.csv", LED, month=4)
    release(own, "area", "gender")
    write(own, LED | {("north", "M"): 52}, month=4)
    # Two more boys, and nothing else that changed.
    assert shown(release(own, "area", "gender"))["north", "M"] == CONFIDENTIAL
    write(own, LED | {("north", "M"): 52}, month=9)
    assert shown(release(own, "area", "gender", leave=False))["north", "M"] == 52


@pytest.mark.unit
def test_a_release_that_is_struck_off_counts_no_longer(tmp_path):
    own = write(tmp_path / "own.csv", LED)
    release(own, "area", "gender")
    code, out, _ = said("released", str(tmp_path), "--strike", "1", "--reason", "seen by nobody")
    assert code == 0
    assert "0 of 1 releases count" in out
    assert shown(release(own, "area"))["north",] == 53
    code, out, _ = said("released", str(own), "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [(row["number"], row["struck"]) for row in rows] == [("1", "seen by nobody"), ("3", "")]
    for words in (["--strike", "1"], ["--strike", "2", "--reason", "it is no release"]):
        assert said("released", str(tmp_path), *words)[0] == 2
    assert "in a few words why" in said("released", str(own), "--strike", "1", "--reason", "x")[2]


@pytest.mark.unit
@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (lambda path: path.write_text(path.read_text()[:200]), "00001.json: is damaged; put it"),
        (lambda path: path.write_text(path.read_text().replace("north", "nord")), "is damaged"),
        (lambda path: path.write_bytes(b"\xff\x00"), "is damaged"),
        (lambda path: path.unlink(), "is missing"),
        (lambda path: path.write_text('{"format": 9, "riskmodel": "3.0"}'), "riskmodel 3.0"),
    ],
)
def test_a_damaged_ledger_is_one_message_and_can_be_struck_off(tmp_path, harm, words):
    own = write(tmp_path / "own.csv", LED)
    release(own, "area", "gender")
    release(own, "area")
    harm(tmp_path / FOLDER / "00001.json")
    code, out, err = said("factors", str(own))
    assert (code, out) == (2, "")
    assert words in err
    assert "Traceback" not in err
    reason = ("--reason", "lost, and seen by nobody")
    assert said("released", str(tmp_path), "--strike", "1", *reason)[0] == 0
    assert said("factors", str(own))[0] == 0


@pytest.mark.unit
def test_two_runs_at_once_do_not_pass_each_other(tmp_path):
    own = write(tmp_path / "own.csv", LED)
    slow = release(own, "area", leave=False)
    release(own, "area", "gender")
    with pytest.raises(DataError, match="run it again"):
        slow.leave("factors --by area")
    # A strike in between, or the same table again, takes nothing from anybody.
    slow = release(own, "area", leave=False)
    release(own, "area", "gender")
    slow.leave("factors --by area")
    assert [entry.number for entry in Ledger(tmp_path / FOLDER).read()] == [1, 2, 3]


@pytest.mark.unit
def test_where_nothing_can_be_remembered_the_run_says_so(tmp_path):
    own = write(tmp_path / "own.csv", LED)
    (tmp_path / "file").write_text("")
    code, out, err = said("factors", str(own), "--ledger", str(tmp_path / "file"))
    assert code == 0
    assert out
    assert "is not remembered" in " ".join(err.split())
    assert "--ledger" in err
    code, _, err = said("factors", str(own), "--ledger", str(tmp_path / "elsewhere"))
    assert "remembered as release 1" in err
    assert not (tmp_path / FOLDER).exists()
    assert said("factors", "--ledger", str(tmp_path / "elsewhere"))[0] == 0
    assert said("released", str(tmp_path / "elsewhere"))[1].startswith("1 of 1 releases count")


@pytest.mark.unit
def test_what_is_seen_at_a_desk_is_listed_without_its_counts(tmp_path):
    own = write(tmp_path / "own.csv", LED)
    reason = "seen only by the performance team, for a test"
    release(own, "area", "gender", policy=Waiver(reason))
    (entry,) = Ledger(tmp_path / FOLDER).read()
    assert entry.policy["reason"] == reason
    assert entry.tables == ()
    assert shown(release(own, "area", policy=Policy()))["north",] == 53


@pytest.mark.unit
def test_made_up_records_need_no_ledger(tmp_path):
    own = write(tmp_path / "own.csv", LED)
    text = own.read_text(encoding="utf-8").splitlines()
    rows = [f"{text[0]},synthetic", *(f"{line},true" for line in text[1:])]
    own.write_text("\n".join(rows), encoding="utf-8")
    found = release_counted(TableFile(own).counts())
    assert found.protected is None
    found.leave("factors")
    assert not (tmp_path / FOLDER).exists()


@pytest.mark.unit
def test_counts_that_are_not_withheld_stay_out_of_a_final_report(tmp_path):
    (tmp_path / "returns").mkdir()
    write(tmp_path / "returns" / "own.csv", LED)
    about = '[about]\nname = "Northshire"\ndate = 2015-03-31\n'
    (tmp_path / "authority.toml").write_text(about, encoding="utf-8")
    reason = ("--no-suppression", "seen only by the performance team, for a test")
    out = ("--out", str(tmp_path / "given"))
    code, _, err = said("report", str(tmp_path), "--final", *reason, *out)
    assert code == 2
    assert "never written with --no-suppression" in " ".join(err.split())
    (tmp_path / "given").mkdir()
    final = {"made_by": "riskmodel report", "command": "riskmodel report x --final", "files": {}}
    (tmp_path / "given" / "manifest.json").write_text(json.dumps(final), encoding="utf-8")
    code, _, err = said("report", str(tmp_path), *reason, *out)
    assert code == 2
    assert "a folder apart" in " ".join(err.split())


@pytest.mark.end_to_end
def test_a_draft_is_not_remembered_and_moves_nothing_in_a_later_final(
    tmp_path, unsaved, monkeypatch
):
    """Records grow by two plans; only where the first report was final is the change withheld."""
    monkeypatch.delenv("RISKMODEL_LEDGER")
    about = '[about]\nname = "Northshire"\ndate = 2015-03-31\nsections = ["factors"]\n'

    def final_after(first: tuple[str, ...] | None) -> dict[str, bytes]:
        place = tmp_path / str(first)
        own = place / "north" / "returns" / "own.csv"
        own.parent.mkdir(parents=True)
        (place / "north" / "authority.toml").write_text(about, encoding="utf-8")
        runs = [*([] if first is None else [(LED, first)]), (MORE, ("--final",))]
        for number, (led, words) in enumerate(runs):
            write(own, led)
            out = ("--out", str(place / f"out{number}"), "--simulations", "100")
            code, _, err = said("report", str(place / "north"), *words, *out)
            assert code == 0, err
            assert (own.parent / FOLDER).exists() is ("--final" in words)
        tables = sorted((place / f"out{number}" / "tables").glob("*.csv"))
        return {path.name: path.read_bytes() for path in tables}

    with unsaved():
        alone = final_after(None)
        assert final_after(()) == alone
        assert final_after(("--final",)) != alone


@pytest.mark.integration
def test_all_that_the_sections_of_a_report_count_is_remembered(tmp_path):
    (tmp_path / "returns").mkdir()
    frame = with_more(records(np.random.default_rng(1), 900))
    frame.to_csv(tmp_path / "returns" / "own.csv", index=False)
    waits = [f"return_interview,2015-02-{d:02},2015-02-{d + 1 + d % 4:02}" for d in range(1, 24)]
    rows = "\n".join(["measure,started,ended", *waits])
    (tmp_path / "timeliness.csv").write_text(rows + "\n", encoding="utf-8")
    about = '[about]\nname = "Northshire"\ndate = 2015-03-31\n'
    (tmp_path / "authority.toml").write_text(about, encoding="utf-8")
    authority = open_authority(tmp_path)
    assert authority.release.protected is not None
    assert authority.impact.release is not authority.release
    assert timeliness_of(authority).memory is not None
    authority.remember("report")
    kept = Ledger(tmp_path / "returns" / FOLDER).read()
    assert [bool(one.model) for one in kept] == [False, True]
    (dates,) = Ledger(tmp_path / FOLDER).read()
    assert list(dates.figures) == ["timeliness"]


@pytest.mark.end_to_end
def test_where_an_earlier_release_leaves_nothing_to_print_it_is_named_with_what_to_do(tmp_path):
    """Few rows are corrected: alone the records could be printed, beside the release not."""
    own = write(tmp_path / "own.csv", LED)
    release(own)
    write(own, LED | {("north", "M"): 55})
    for command in ("factors", "impact"):
        code, out, err = said(command, str(own))
        assert (code, out) == (2, "")
        assert "beside what left of them before (1 earlier release)" in err
        assert "further assessments" in err
        assert "--strike NUMBER --reason WORDS" in err
    reason = ("--reason", "corrected, and seen by nobody")
    assert said("released", str(tmp_path), "--strike", "1", *reason)[0] == 0
    assert said("factors", str(own))[0] == 0


@pytest.mark.unit
def test_too_little_of_the_records_themselves_is_laid_at_no_release(tmp_path):
    own = tmp_path / "own.csv"
    own.write_text(f"plan,{FACTOR}\ntrue,true\nfalse,true\nfalse,false\n", encoding="utf-8")
    release(own)
    again = release(own, leave=False)
    assert again.number_earlier == 1
    with pytest.raises(DataError, match="take more years or areas together"):
        again.counts()
