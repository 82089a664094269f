"""``riskmodel new``: sound as written, the same bytes each time, and nothing overwritten."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import numpy as np
import pytest

from riskmodel.authority.folder.authority import open_authority
from riskmodel.authority.folder.checks import check_folder
from riskmodel.authority.folder.new import settings_text, write_folder
from riskmodel.authority.folder.placement_prices import folder_prices
from riskmodel.authority.folder.problems import ProblemLog
from riskmodel.authority.folder.sections import SECTIONS
from riskmodel.authority.folder.settings import FILE_KEYS, read_settings
from riskmodel.authority.folder.subjects import SUBJECTS
from riskmodel.authority.placements import folder_history
from riskmodel.errors import OutputError
from riskmodel.intake import read_assessments, read_looked_after
from riskmodel.placements.kinds import KINDS
from riskmodel.series import MADE_UP


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.integration
def test_the_example_is_written_twice_to_the_same_bytes(exampleshire, tmp_path):
    again = write_folder(tmp_path / "ex", example=True).folder
    first, second = contents(exampleshire), contents(again)
    assert sorted(first) == sorted(second)
    assert [name for name in first if first[name] != second[name]] == []


@pytest.mark.integration
def test_another_seed_gives_other_figures(exampleshire, tmp_path):
    other = write_folder(tmp_path / "ex", example=True, seed=7).folder
    first, second = contents(exampleshire), contents(other)
    changed = {name for name in first if first[name] != second[name]}
    assert {"inputs.xlsx", "panel.csv", "returns/census-2024.xml"} <= changed


@pytest.mark.integration
def test_the_example_is_sound_and_brings_every_section(exampleshire):
    check = check_folder(exampleshire)
    assert check.is_sound, [str(problem) for problem in check.problems]
    assert not [section.name for section in check.sections if section.missing]
    assert len(check.sections) == len(SECTIONS)


@pytest.mark.integration
def test_returns_and_published_tables_of_the_example_go_with_its_figures(exampleshire):
    authority = open_authority(exampleshire)
    care = read_looked_after(exampleshire / "looked_after")
    assert care.is_sound
    months = next(series for series in authority.months if series.stage == "looked_after")
    returned = care.to_frame()[["stock", "starts", "ends"]].to_numpy()
    own = np.stack([months.stock, months.starts, months.ends], axis=1)
    assert own[-36:].tolist() == returned.tolist()
    assert (np.diff(own[:, 0]) == own[1:, 1] - own[1:, 2]).all()
    history = folder_history(authority)
    assert history is not None
    assert history.months[-1] == "2024-03"
    audit = authority.own_tables.audit
    assert audit.counts() == {"published": 5, "repaired": 0, "conflict": 1}
    (finding,) = audit.with_outcome("conflict")
    assert finding.identity == "total_before"


@pytest.mark.integration
def test_the_mean_price_of_a_placement_is_that_of_the_list_and_distances_are_known(exampleshire):
    authority = open_authority(exampleshire)
    history = folder_history(authority)
    now = history.stocks(("placement",)).query("month == '2024-03'")
    now = dict(zip(now["placement"], now["stock"], strict=True))
    prices = folder_prices(authority.contents, "2024/25")
    listed = dict(zip(KINDS, prices.per_week("2024/25"), strict=True))
    mean = sum(number * listed[kind] for kind, number in now.items()) / sum(now.values())
    price = authority.prices.of("2024/25").placement_per_week
    assert price == pytest.approx(mean, abs=1)
    raised = authority.prices.of("2025/26").placement_per_week / price
    listed_raised = prices.per_week("2025/26")[0] / prices.per_week("2024/25")[0]
    assert raised == pytest.approx(listed_raised, abs=1e-4)  # prices are rounded to pence
    where = history.stocks(("where",)).query("month == '2024-03'").set_index("where")["stock"]
    assert set(where.index) == {
        "inside", "inside, over 20 miles", "outside", "outside, over 20 miles",
    }  # fmt: skip
    assert where.min() > 5


@pytest.mark.integration
def test_every_file_of_the_example_says_that_it_is_made_up(exampleshire):
    said = re.compile(r"made.up|synthetic", re.IGNORECASE)
    records = ("looked_after/README.txt", "published/tables.toml", "published/identities.toml")
    for name in ("authority.toml", "README.txt", "panel.csv", *records):
        assert said.search((exampleshire / name).read_text(encoding="utf-8")), name
    for path in (exampleshire / "scenarios").iterdir():
        assert said.search(path.read_text(encoding="utf-8")), path
    for path in (exampleshire / "returns").glob("*.xml"):
        assert read_assessments(path).assessments.basis["plan"] != "observed"
    from riskmodel.intake.tables.workbooks import read_sheet

    assert said.search(read_sheet(exampleshire / "inputs.xlsx", "prices")[1][1][-1] or "")
    assert said.search((exampleshire / "inputs.xlsx").name + read_notes(exampleshire))


def read_notes(folder: Path) -> str:
    import zipfile

    with zipfile.ZipFile(folder / "inputs.xlsx") as archive:
        return archive.read("xl/sharedStrings.xml").decode()


@pytest.mark.integration
def test_stocks_of_the_example_follow_and_its_files_agree(exampleshire):
    authority = open_authority(exampleshire)
    assert all(not series.notes for series in authority.months)
    assert authority.panel.notes == (MADE_UP,)
    teams = authority.structure.counts().sum(axis=1).tolist()
    assert teams == [series.stock[-1] for series in authority.months]
    own = authority.panel.authority("999")
    last = {name: own.figures[name][-1] for name in ("cpp_at_31_mar", "lac_at_31_mar")}
    assert list(last.values()) == [series.stock[-1] for series in authority.months[:2]]


@pytest.mark.unit
def test_an_empty_folder_is_sound_and_says_what_would_bring_more(tmp_path):
    made = write_folder(tmp_path / "Northshire")
    check = check_folder(made.folder)
    assert check.is_sound
    assert check.authority.name == "Northshire"
    assert all(section.missing for section in check.sections)
    assert (made.folder / "report.cmd").read_bytes().count(b"\r\n") > 5


@pytest.mark.unit
def test_the_settings_name_every_key_and_each_may_be_taken_into_use(tmp_path):
    text = settings_text({"name": 'A "quoted" name'})
    assert tomllib.loads(text)["about"]["name"] == 'A "quoted" name'
    keys = [f"# {field} = " for s in SUBJECTS.values() for field in s.fields if field != "name"]
    for key in (*keys, *(f"# {name} = " for name in FILE_KEYS)):
        assert key in text, key
    # With the signs taken away from the lines that hold a value, the file is still sound.
    lines = text.split("\n")
    used = [line[2:] if re.match(r'# (\[\[|\w+ = ["\[0-9])', line) else line for line in lines]
    (tmp_path / "authority.toml").write_text("\n".join(used), encoding="utf-8")
    log = ProblemLog()
    settings = read_settings(tmp_path, log)
    told = [str(problem) for problem in log.problems if "the name of a file" not in str(problem)]
    assert told == []
    assert settings.rows["groups"][0]["codes"].value == ("301", "302")


@pytest.mark.unit
def test_nothing_is_overwritten(tmp_path, monkeypatch):
    folder = write_folder(tmp_path / "mine").folder
    before = contents(folder)
    with pytest.raises(OutputError, match="is not empty"):
        write_folder(folder, example=True)
    assert contents(folder) == before
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="file is a file"):
        write_folder(tmp_path / "file")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(OutputError, match="the folder that you are in"):
        write_folder(Path())
