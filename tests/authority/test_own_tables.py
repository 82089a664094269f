"""Published tables of an authority's own: read, checked, shown, and refused by file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskmodel.authority.folder.authority import open_authority
from riskmodel.authority.folder.checks import check_folder
from riskmodel.errors import DataError
from riskmodel.published.catalogue import read_data_file, read_toml
from riskmodel.report.folder_page import authority_report

TABLES = """\
[plans]
title = "Children on a plan by area"
document = "Report to the committee"
date = 2024-06-12
paragraph = "4"
key = "area"
[plans.columns.march_2023]
label = "31 March 2023"
unit = "children"
[plans.columns.march_2024]
label = "31 March 2024"
unit = "children"
[plans.columns.change]
unit = "percent"
of = "children on a plan"
[plans.columns.hubs]
unit = "family hubs"
"""
PLANS = "area,march_2023,march_2024,change,hubs\nNorth,200,212,6%,1\nSouth,180,200,12.1%,2\n"
IDENTITIES = """\
[[identity]]
id = "hubs"
title = "There are three hubs"
claim = "total(plans, hubs) == 3"
[[identity]]
id = "change"
title = "The change follows from the counts"
for_each = "plans"
claim = "change(plans[case, 'march_2023'], plans[case, 'march_2024']) == plans[case, 'change']"
"""
FILES = {
    "published/tables.toml": TABLES,
    "published/plans.csv": PLANS,
    "published/identities.toml": IDENTITIES,
}


@pytest.mark.unit
def test_own_tables_are_audited_by_identities_of_ones_own(folder_of):
    folder = folder_of('[about]\nname = "Northshire"\n', files=FILES)
    own = open_authority(folder).own_tables
    (table,) = own.tables
    assert str(table.document) == "Report to the committee (Northshire, 12 June 2024)"
    assert table.figure("South", "hubs").unit.label == "family hubs"
    assert own.audit.counts() == {"published": 2, "repaired": 0, "conflict": 1}
    # 200 of 180 is 11.1% more: no value that would be printed as 12.1%.
    (finding,) = own.audit.with_outcome("conflict")
    assert (finding.identity, finding.case) == ("change", "South")
    check = check_folder(folder)
    assert check.is_sound
    assert any("does not hold: The change follows" in str(one) for one in check.problems)


@pytest.mark.integration
def test_tables_and_audit_stand_in_the_annex_and_their_files_in_the_record(folder_of):
    folder = folder_of('[about]\nname = "Northshire"\n', files=FILES)
    report = authority_report(open_authority(folder))
    assert [one.id for one in report.sections] == ["audit", "published", "lookup", "record"]
    (table,) = (one for one in report.tables() if one.id == "published_plans")
    assert table.frame["audit"].tolist() == ["2 sound", "1 unresolved, 1 sound"]
    assert "Report to the committee (Northshire, 12 June 2024), paragraph 4" in table.source
    inputs = report.manifest["inputs"]
    assert {f"your own: {Path(name).name}" for name in FILES} <= set(inputs)
    (folder / "published" / "identities.toml").unlink()
    report = authority_report(open_authority(folder))
    assert [one.id for one in report.sections] == ["published", "lookup", "record"]


@pytest.mark.regression
def test_the_tables_that_ship_are_read_by_the_same_forms(folder_of, monkeypatch):
    """What the package says of its own tables, an authority can say of the same files."""
    documents = read_toml("documents.toml")
    names = [name for name in read_toml("tables.toml") if name != "statements"]
    text = read_data_file("tables.toml").decode("utf-8")
    for key, entry in documents.items():
        text = text.replace(
            f'document = "{key}"', f'document = "{entry["title"]}"\ndate = {entry["date"]}'
        )
    text = text[: text.index("[statements]")] if "[statements]" in text else text
    kept = [name for name in names if f"[{name}]" in text]
    assert len(kept) > 8
    files = {f"published/{name}.csv": read_data_file(f"{name}.csv").decode() for name in kept}
    own = open_authority(folder_of("", files={"published/tables.toml": text} | files)).own_tables
    from riskmodel.published import load_table

    for table in own.tables:
        ours = load_table(table.id)
        assert table.rows == ours.rows
        assert [f.interval for f in table] == [f.interval for f in ours]


@pytest.mark.unit
@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("tables.toml", "[plans]", "[Plans]", "line 1, field Plans: a table is called by small"),
        ("tables.toml", 'document = "Report', '# "', "line 1, field document: is missing"),
        ("tables.toml", "2024-06-12", '"June"', "line 4, field date: must be a date, such as"),
        ("tables.toml", 'unit = "family hubs"', "", "line 16, field unit: is missing: what is"),
        ("tables.toml", "paragraph =", "para =", "line 5, field para: .*Did you mean 'paragraph'"),
        ("tables.toml", "hubs]", "hub]", "plans.csv, line 1: the header is area, march_2023"),
        ("plans.csv", "180,", "1 80x,", "plans.csv, line 3, field march_2023: cannot read"),
        ("plans.csv", "South", "North", "plans.csv, line 3: 'North' stands already in line 2"),
        ("identities.toml", "plans, hubs", "plan, hubs", "line 4, field claim: .*'plans'"),
        ("identities.toml", '"plans"', '"plan"', "line 9, field claim: .*Did you mean 'plans'"),
        ("identities.toml", '"change"', '"hubs"', "line 6, field id: 'hubs' stands twice"),
        ("identities.toml", 'claim = "total', 'clam = "total', "line 4, field clam"),
        ("identities.toml", "== 3", "** 3", "line 4, field claim: .*a claim must compare"),
    ],
)
def test_what_is_wrong_is_told_by_file_line_and_key(folder_of, file, old, new, said):
    files = FILES | {f"published/{file}": FILES[f"published/{file}"].replace(old, new, 1)}
    folder = folder_of("", files=files)
    with pytest.raises(DataError, match=said):
        _ = open_authority(folder).own_tables
    check = check_folder(folder)
    assert [one.severity for one in check.problems if one.severity == "mistake"] == ["mistake"]
    assert not check.is_sound
