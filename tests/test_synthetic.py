"""The reference cohort in ``data/synthetic``: rebuilt to the same bytes, and what it says."""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path

import pytest

from riskmodel.errors import OutputError
from riskmodel.published import factor_counts
from riskmodel.workflows import check_cohort, table_factors, write_reference_cohort

FOLDER = Path(__file__).resolve().parents[1] / "data" / "synthetic"
NOT_MADE = {"README.md"}
"""Written by hand."""


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name not in NOT_MADE}


@pytest.mark.regression
def test_it_is_made_again_to_the_same_bytes(tmp_path: Path):
    made = write_reference_cohort(tmp_path / "synthetic")
    new, kept = contents(tmp_path / "synthetic"), contents(FOLDER)
    assert [path.name for path in made] == sorted(new)
    assert set(new) == set(kept)
    changed = [name for name in new if new[name] != kept[name]]
    # After a change that is meant: `make synthetic`, and a line in CHANGELOG.md.
    assert changed == []


@pytest.mark.regression
def test_the_manifest_lists_every_other_file_with_its_sum():
    manifest = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))
    found = contents(FOLDER)
    sums = {
        name: hashlib.sha256(content).hexdigest()
        for name, content in found.items()
        if name != "manifest.json"
    }
    assert manifest["files"] == sums


@pytest.mark.regression
def test_the_table_is_small_enough_to_read():
    assert (FOLDER / "cohort.csv").stat().st_size < 1_000_000


@pytest.mark.end_to_end
@pytest.mark.parametrize("name", ["cohort.csv", "cohort.xml"])
def test_counts_on_either_route_are_the_published_table(name: str):
    counts = table_factors(FOLDER / name)[()].counts
    printed = factor_counts()
    where = [counts.factors.index(factor) for factor in printed.factors]
    assert counts.plans[where].tolist() == printed.plans.tolist()
    assert counts.assessments[where].tolist() == printed.assessments.tolist()
    assert counts.total_plans == printed.total_plans
    assert counts.basis == "assumed"


@pytest.mark.integration
def test_both_routes_agree_on_every_factor_the_local_ones_too():
    table, census = (
        table_factors(FOLDER / name)[()].counts for name in ("cohort.csv", "cohort.xml")
    )
    assert set(table.factors) == set(census.factors)
    assert len(table.factors) == 34
    where = [census.factors.index(factor) for factor in table.factors]
    assert census.plans[where].tolist() == table.plans.tolist()
    assert census.assessments[where].tolist() == table.assessments.tolist()


@pytest.mark.integration
def test_every_published_figure_holds():
    found = check_cohort(FOLDER / "cohort.csv")
    assert found.fidelity.is_exact
    assert found.fidelity.absent == ()
    assert found.rows == 2250


@pytest.mark.integration
def test_the_dictionary_names_every_column_and_its_basis():
    with (FOLDER / "cohort.csv").open(encoding="utf-8", newline="") as stream:
        head = next(csv.reader(stream))
    with (FOLDER / "cohort.dictionary.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["column"] for row in rows] == head
    assert all(row["basis"] in ("published", "assumed") for row in rows)
    assert all(row["description"] for row in rows)


@pytest.mark.integration
@pytest.mark.parametrize("moment", ["census", "manifest"])
def test_an_interrupt_leaves_no_folder(tmp_path: Path, monkeypatch, moment: str):
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    place = {
        "census": "riskmodel.cohort.census_return.write_census_xml",
        "manifest": "riskmodel.core.manifest.write_manifest",
    }[moment]
    monkeypatch.setattr(place, interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_reference_cohort(tmp_path / "synthetic")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.integration
def test_a_folder_in_use_is_kept(tmp_path: Path):
    kept = tmp_path / "notes.txt"
    kept.write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match="not an empty folder"):
        write_reference_cohort(tmp_path)
    assert list(tmp_path.iterdir()) == [kept]
