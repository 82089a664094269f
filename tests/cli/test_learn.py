"""``riskmodel learn`` writes what `project --learn` reads."""

from __future__ import annotations

import pytest

from riskmodel.streams import stream


@pytest.fixture
def panel(tmp_path):
    generator = stream(9, "tests/cli/learn")
    rows = ["la_code,area,year,lac_at_31_mar"]
    for place in range(8):
        usual = generator.uniform(200, 600)
        for year in range(2016, 2025):
            count = usual * generator.lognormal(0, 0.1)
            rows.append(f"{201 + place},Area {place},{year},{count:.0f}")
    path = tmp_path / "panel.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


@pytest.mark.end_to_end
def test_what_is_written_is_projected_with_and_never_replaced(call, panel, tmp_path):
    out = tmp_path / "learned.toml"
    answer = call("learn", panel, "--out", out)
    assert answer.code == 0
    assert "Learned to 31 March 2024: Children looked after from 8 authorities." in answer.out
    assert "2,024" not in answer.out
    assert not any(code in answer.out.casefold() for code in ("lac_at_31_mar", "variance factor"))
    words = ("project", panel, "--authority", "203", "--months", 6, "--replicates", 50)
    projected = call(*words, "--learn", out)
    assert projected.code == 0
    assert "March 2024" in projected.out
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "authority.toml").write_text('[about]\nname = "Area 2"\ncode = "203"\n', "utf-8")
    (folder / "panel.csv").write_bytes(panel.read_bytes())
    of_folder = call("project", folder, *words[4:], "--learn", out)
    assert of_folder.code == 0, of_folder.err
    assert "March 2024" in of_folder.out
    assert call("learn", panel, "--out", out).code == 2
    assert call("learn", panel, "--out", tmp_path / "learned.csv").code == 2


@pytest.mark.end_to_end
def test_the_table_is_data_with_csv_and_json(call, panel):
    rows = call("learn", panel, "--year", 2022, "--format", "json").json
    assert [row["horizon_years"] for row in rows] == [1, 2, 3, 4]
    assert {row["last_year"] for row in rows} == {2022}
    text = call("learn", panel, "--format", "csv").out
    assert text.startswith("measure,authorities,first_year,last_year,growth_percent")
