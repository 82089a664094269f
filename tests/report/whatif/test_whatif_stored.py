"""What the page keeps: durations, chance, evidence, what is withheld, how it is put together."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from riskmodel.authority.folder.authority import Authority
from riskmodel.cli.app import app
from riskmodel.demand.durations.laws import DAYS_A_MONTH
from riskmodel.demand.implied import expected_stock
from riskmodel.demand.monthly import end_shares
from riskmodel.demand.projecting import Outlook
from riskmodel.demand.simulation.inputs import StageInputs
from riskmodel.demand.simulation.stock_flow import simulate_stage
from riskmodel.errors import DataError
from riskmodel.projection import BASELINE
from riskmodel.report import Paragraph, Point, Report, Section, write_report
from riskmodel.report.brief.wording import number
from riskmodel.report.model import Brief
from riskmodel.report.sizes import Sizes
from riskmodel.report.whatif import WHATIF, whatif_page
from riskmodel.report.whatif import page as page_module
from riskmodel.report.whatif.controls import _STAGES, _duration
from riskmodel.report.whatif.data import page_data
from riskmodel.report.whatif.evidence import level_seen, year_changes
from riskmodel.report.whatif.placements import kept_placements
from riskmodel.report.whatif.stored import _table, chance, spread
from riskmodel.series import AuthorityPanel

from ..test_browser import beside_node
from .conftest import SIZES


def numbers(packed: dict[str, object]) -> np.ndarray:
    content = base64.b64decode(str(packed["bytes"]))
    made = np.frombuffer(content, dtype=np.dtype(str(packed["kind"])).newbyteorder("<"))
    return made.astype(float) * float(str(packed["scale"]))


@pytest.mark.unit
@pytest.mark.parametrize("family", ["gamma", "weibull", "lognormal"])
def test_the_table_of_durations_gives_the_shares_of_riskmodel(family: str):
    """As the page reads it: cubic between times and between shapes."""
    months, count = 60, 40
    shape = np.exp(np.linspace(np.log(0.4), np.log(2.2), count))
    mean = np.linspace(120, 900, count)
    inputs = StageInputs(np.ones((count, months)), mean, shape, np.ones(count), family)  # type: ignore[arg-type]
    table = _table(inputs, mean)
    steps, width = int(table["times"]), int(table["times"]) + 1
    rows = {name: numbers(table[name]).reshape(-1, width) for name in ("integral", "survival")}
    at = (np.log(shape) - table["low"]) / (table["high"] - table["low"]) * (table["shapes"] - 1)
    first = np.clip(np.floor(at).astype(int) - 1, 0, table["shapes"] - 4)
    x = at - first
    parts = [
        -(x - 1) * (x - 2) * (x - 3) / 6, x * (x - 2) * (x - 3) / 2,
        -x * (x - 1) * (x - 3) / 2, x * (x - 1) * (x - 2) / 6,
    ]  # fmt: skip
    own = {k: sum(parts[i][:, None] * v[first + i] for i in range(4)) for k, v in rows.items()}
    times = table["farthest"] * (np.arange(width) / steps) ** 3
    for longer in (0.5, 1.0, 1.4):
        wanted = 1 - np.cumsum(end_shares(family, longer * mean, shape, months), axis=0).T  # type: ignore[arg-type]
        now = np.arange(months + 1) * DAYS_A_MONTH / (longer * mean[:, None])
        k = np.minimum((steps * np.cbrt(now / table["farthest"])).astype(int), steps - 1)
        row = np.arange(count)[:, None]
        h = times[k + 1] - times[k]
        u = (now - times[k]) / h
        integral = (
            (1 + 2 * u) * (1 - u) ** 2 * own["integral"][row, k]
            + u * (1 - u) ** 2 * h * own["survival"][row, k]
            + u**2 * (3 - 2 * u) * own["integral"][row, k + 1]
            - u**2 * (1 - u) * h * own["survival"][row, k + 1]
        )
        found = longer * mean[:, None] / DAYS_A_MONTH * np.diff(integral, axis=1)
        assert np.abs(found - wanted).max() < 2e-4


@pytest.mark.unit
@pytest.mark.parametrize("factor", [1.0, 3.0])
def test_the_spread_is_that_of_simulated_stocks(factor: float):
    count, months = 2000, 24
    inputs = StageInputs(
        np.full((count, months), 30.0), np.full(count, 300.0), np.full(count, 0.8),
        np.full(count, 250), overdispersion=np.asarray(factor),
    )  # fmt: skip
    stock = simulate_stage(inputs, 8, "test").stock
    found = spread(inputs)[0]
    # The standard error of a standard deviation of 2,000 numbers is 1.6% of it.
    assert np.abs(stock.std(axis=0) / found - 1).max() < 0.07
    luck = chance(inputs, stock)
    assert np.abs(luck.mean(axis=0)).max() < 0.11
    again = expected_stock(inputs.opening, inputs.rates, inputs.mean_days, inputs.shape)
    assert np.allclose(again + luck * spread(inputs), stock)


@pytest.mark.unit
def test_the_same_folder_gives_the_same_bytes_and_no_number_of_its_own(
    made_up: Authority, whatif_file: Path
):
    page = whatif_page(made_up, SIZES, beside="index.html")
    assert page == whatif_file.read_bytes()
    assert len(page) < page_module.MOST_BYTES
    script = page_module.script()
    assert not re.search(r"^\s*(import|export)\b", script, re.MULTILINE)
    assert "</script" not in script


@pytest.mark.unit
def test_fewer_simulations_are_kept_where_the_page_would_be_too_large(
    made_up: Authority, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("riskmodel.report.whatif.data.kept_placements", lambda *_: None)
    most = int(len(whatif_page(made_up, SIZES)) * 0.8)
    monkeypatch.setattr(page_module, "MOST_BYTES", most)
    page = whatif_page(made_up, SIZES)
    assert len(page) <= most
    assert page_module._kept(page) < 256


@pytest.mark.unit
def test_small_groups_of_own_records_are_not_on_the_page(
    made_up: Authority, monkeypatch: pytest.MonkeyPatch
):
    from riskmodel.report.whatif import data

    monkeypatch.setattr(data, "parameter", lambda name: type("P", (), {"value": 450.0}))
    found = page_data(made_up, SIZES)
    assert [each["name"] for each in found["stages"]] == ["looked_after", "child_in_need_plan"]
    assert found["service"] is None
    assert not any("child_protection_plan" in each["parameter"] for each in found["controls"])
    assert any("fewer than 451, so not on this page" in each for each in found["basis"])


@pytest.mark.unit
def test_areas_with_a_small_count_are_left_out(made_up: Authority):
    from riskmodel.report.whatif.service import _areas

    assert len(_areas(made_up.structure, 6)) == 2
    assert _areas(made_up.structure, 130) == ()


@pytest.mark.unit
def test_evidence_is_what_the_panel_has_seen(made_up: Authority):
    """Every count grows by a tenth a year, the vacancies of one in a hundred are known."""
    rows = [
        (f"E{code:08d}", f"area {code}", year) for code in range(30) for year in (2019, 2020, 2021)
    ]
    frame = pd.DataFrame(rows, columns=["la_code", "area", "year"])
    frame["cpp_starts"] = [100.0 * 1.1 ** (year - 2019) for _, _, year in rows]
    frame["sw_vacancy_rate_fte_pct"] = [float(int(code[1:])) for code, _, _ in rows]
    panel = AuthorityPanel(
        tuple(frame["la_code"]), tuple(frame["area"]), tuple(frame["year"]),
        {name: frame[name].to_numpy() for name in ("cpp_starts", "sw_vacancy_rate_fte_pct")},
        source="made up",
    )  # fmt: skip

    class Folder:
        panel: AuthorityPanel
        inputs = type("I", (), {"panel_code": "E00000003"})

    folder = Folder()
    folder.panel = panel
    starts = year_changes(folder, "cpp_starts")  # type: ignore[arg-type]
    assert starts is not None
    assert starts.ends == pytest.approx((10.0, 10.0))
    assert "2019 to 2021" in starts.said
    vacancies = level_seen(folder, "sw_vacancy_rate_fte_pct")  # type: ignore[arg-type]
    assert vacancies is not None
    assert vacancies.ends[0] < 3 < vacancies.ends[1]
    assert year_changes(folder, "lac_starts") is None  # type: ignore[arg-type]


@pytest.mark.unit
def test_a_report_holds_the_page_and_leads_to_it(small: Report, tmp_path: Path):
    page = Section("ahead", "Fewer plans", (Paragraph("626 now."),), "only")
    briefed = replace(small, brief=Brief((Point("626 children.", "only"),), (), (page,)))
    out = tmp_path / "report"
    written = write_report(briefed, out, {WHATIF: b"<!DOCTYPE html>"})
    assert out / WHATIF in written
    assert f'<a href="{WHATIF}">' in (out / "index.html").read_text("utf-8")
    assert WHATIF in (out / "manifest.json").read_text("utf-8")
    write_report(briefed, out)
    assert not (out / WHATIF).exists()


@pytest.mark.unit
@pytest.mark.parametrize(
    ("name", "said"), [("page.txt", "end in .html"), ("there.html", "is there")]
)
def test_the_command_refuses_before_the_work(tmp_path: Path, name: str, said: str):
    (tmp_path / "there.html").write_text("mine")
    done = CliRunner().invoke(app, ["whatif", "--out", str(tmp_path / name)])
    assert done.exit_code != 0
    assert said in f"{done.output}{done.exception}"
    assert (tmp_path / "there.html").read_text() == "mine"


@pytest.mark.unit
def test_a_folder_without_figures_is_told_what_would_bring_them(tmp_path: Path):
    from riskmodel.authority.folder.authority import open_authority

    (tmp_path / "authority.toml").write_text("")
    with pytest.raises(DataError, match=r"own months"):
        whatif_page(open_authority(tmp_path), Sizes())


@pytest.mark.unit
def test_the_simulations_kept_are_the_first_of_the_projection(
    made_up: Authority, made_up_projection: Outlook
):
    found = page_data(made_up, SIZES, 50)
    kept = found["stages"][0]
    stock = made_up_projection.projection.of("stock", BASELINE, kept["name"])
    inputs = made_up_projection.inputs[kept["name"]]
    wanted = chance(inputs, stock)[:50]
    assert np.abs(numbers(kept["chance"]).reshape(50, -1) - wanted).max() < 1 / 4096


def type_checker() -> list[str]:
    """TypeScript's checker, as a command; empty where this machine has none."""
    own, inside = shutil.which("tsc"), beside_node("typescript/bin/tsc")
    return [own] if own else ["node", str(inside)] if inside else []


@pytest.mark.integration
@pytest.mark.skipif(not type_checker(), reason="no tsc on this machine, nor typescript beside Node")
def test_the_types_of_the_page_hold_and_a_wrong_one_is_found(tmp_path: Path):
    page = Path(page_module.__file__).with_name("page")
    shutil.copytree(page, tmp_path / "page")
    wrong = 'import { monthWords } from "./months.js";\nexport const wrong = monthWords(1);\n'
    (tmp_path / "page" / "wrong.js").write_text(wrong)
    settings = json.loads(Path(__file__).with_name("tsconfig.json").read_text())
    (tmp_path / "tsconfig.json").write_text(json.dumps(settings | {"include": ["page/*.js"]}))
    command = [*type_checker(), "-p", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    files = [Path(line.partition("(")[0]).name for line in done.stdout.splitlines()]
    assert files == ["wrong.js"], done.stdout
    assert "TS2345" in done.stdout


@pytest.mark.integration
@pytest.mark.skipif(not shutil.which("node"), reason="no Node on this machine")
def test_the_page_rounds_halves_as_riskmodel_does():
    values = [300.5, 301.5, 886.5, 1000.5, 0.5, 2.4, -1.5, -2.5, -36.5]
    words = Path(page_module.__file__).with_name("page") / "words.js"
    script = (
        f"import {{ number }} from {json.dumps(words.as_uri())};\n"
        f"console.log(JSON.stringify({json.dumps(values)}.map((one) => number(one))));"
    )
    command = ["node", "--input-type=module", "--eval", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [number(value) for value in values]


@pytest.mark.unit
def test_placements_of_other_children_than_the_projection_has_are_not_priced(
    made_up: Authority, monkeypatch: pytest.MonkeyPatch
):
    found = kept_placements(made_up, SIZES, 50)
    assert found is not None
    assert [each["year"] for each in found["years"]][:2] == ["3 months of 2023/24", "2024/25"]
    assert numbers(found["years"][1]["costs"]).shape == (50,)
    placed = made_up.placements(**SIZES.named())
    other = placed.forecast.children() + 1
    others = SimpleNamespace(budget=placed.budget, forecast=SimpleNamespace(children=lambda: other))
    monkeypatch.setitem(made_up._results, ("placements", *SIZES.named().values()), others)
    assert kept_placements(made_up, SIZES, 50) is None
    assert "placements.price" not in [
        each["parameter"] for each in page_data(made_up, SIZES)["controls"]
    ]


@pytest.mark.unit
@pytest.mark.parametrize(("spread_days", "known"), [(0.0, True), (30.0, False)])
def test_a_duration_without_a_range_is_said_to_be_known(spread_days: float, known: bool):
    mean = 240.0 + np.linspace(-spread_days, spread_days, 64)
    stage = SimpleNamespace(calibration=SimpleNamespace(of=lambda _: mean))
    name = "child_in_need_plan"
    control = _duration(name, _STAGES[name], stage)  # type: ignore[arg-type]
    assert ("90% range" not in control.present) is known
    assert ("takes this duration as known" in control.evidence) is known
    assert (control.seen is None) is known
