"""Own months from the command line: refused before the work, and how long it will take."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest

from riskmodel.cli import working
from riskmodel.cli.working import Working
from riskmodel.demand import projecting
from riskmodel.projection import month_after

PLAN = "child_protection_plan"


def months_file(path, first="2018-01", number=24, stock=500):
    generator = np.random.default_rng(1)
    lines = ["month,cpp_stock,cpp_starts,cpp_ends"]
    for month in range(number):
        starts, ends = generator.poisson(48), generator.poisson(47)
        stock = max(stock + starts - ends, 0)
        lines.append(f"{month_after(first, month)},{stock},{starts},{ends}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def nothing_calibrated(monkeypatch):
    def never(*_args, **_words):
        raise AssertionError("it was calibrated before it was refused")

    monkeypatch.setattr(projecting, "calibrate_model", never)


@pytest.mark.end_to_end
@pytest.mark.parametrize(
    ("first", "words", "said"),
    [
        ("2012-01", (), "--learn"),
        ("2018-01", ("--months", "121"), "1 to 120 months"),
        ("2018-01", ("--months", "0"), "1 to 120 months"),
        ("2018-01", ("--replicates", "0"), "simulations"),
        ("2018-01", ("--population", "0"), "population"),
        ("2018-01", ("--show", "above", "--above", "looked_after=3"), "looked_after"),
        ("2018-01", ("--show", "above", "--above", f"{PLAN}=many"), "many"),
    ],
)
def test_what_cannot_be_is_refused_before_the_calibration(
    call, tmp_path, nothing_calibrated, first, words, said
):
    path = months_file(tmp_path / "months.csv", first)
    assert said in call("project", path, *words).message


@pytest.mark.end_to_end
def test_a_scenario_that_begins_after_the_projection_is_refused_before_it(
    call, tmp_path, nothing_calibrated
):
    late = tmp_path / "late.toml"
    late.write_text(
        'name = "late"\ntitle = "Late"\nreason = "A test"\nsource = "None"\n\n[[changes]]\n'
        'parameter = "child_protection_plan.starts"\nmultiplier = 0.9\nfrom_month = "2035-01"\n'
        'reason = "A test"\nsource = "None"\n',
        encoding="utf-8",
    )
    path = months_file(tmp_path / "months.csv")
    answer = call("project", path, "--months", "6", "--scenario", late)
    assert answer.code == 2, answer
    assert "calibrated" not in answer.err


@pytest.mark.end_to_end
def test_a_stock_of_nought_is_refused_before_the_calibration(call, tmp_path, nothing_calibrated):
    path = tmp_path / "months.csv"
    rows = [f"{month_after('2018-01', month)},0,0,0" for month in range(24)]
    path.write_text("\n".join(["month,cpp_stock,cpp_starts,cpp_ends", *rows]), encoding="utf-8")
    assert "stock above 0" in call("project", path).message


@pytest.mark.end_to_end
def test_prices_without_their_section_are_refused_before_the_calibration(
    call, tmp_path, nothing_calibrated
):
    costs = tmp_path / "costs.toml"
    text = '[costs]\npost_per_year = 1000.0\ncurrency = "GBP"\nprices = "2023/24"\n'
    costs.write_text(text, encoding="utf-8")
    assert "[levers]" in call("caseload", "--show", "mix", "--costs", costs).message


@pytest.mark.end_to_end
def test_own_months_are_projected(call, tmp_path):
    path = months_file(tmp_path / "months.csv", number=30)
    answer = call(
        "project", path, "--population", "130000", "--replicates", "50", "--months", "6",
        "--format", "csv",
    )  # fmt: skip
    assert answer.code == 0, answer.err
    found = list(csv.DictReader(io.StringIO(answer.out)))
    assert len(found) == 6
    assert all(300 < float(row["q50"]) < 800 for row in found)


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.mark.unit
def test_where_nobody_watches_it_is_quiet_at_first_and_then_says_how_long(capsys):
    clock = Clock()
    tells = Working(clock)
    tells.say("calibrating looked_after")
    clock.now = working.QUIET_SECONDS - 1
    tells.share_done(0.1)
    assert capsys.readouterr() == ("", "")
    clock.now = 20.0
    tells.share_done(0.25)
    clock.now = 21.0
    tells.share_done(0.26)
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "riskmodel: calibrating looked_after, about 1 minute left\n"
    clock.now = 40.0
    tells.share_done(0.8)
    assert capsys.readouterr().err == "riskmodel: calibrating looked_after, about 10 seconds left\n"
    clock.now = 60.0
    tells.share_done(0.99)
    assert capsys.readouterr().err == ""


@pytest.mark.unit
def test_where_somebody_watches_what_is_done_is_said_at_once(capsys, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    clock = Clock()
    tells = Working(clock)
    tells.say("calibrating looked_after")
    assert capsys.readouterr().err == "riskmodel: calibrating looked_after\n"
    clock.now = 6.0
    tells.share_done(0.5)
    err = capsys.readouterr().err
    assert err == "riskmodel: calibrating looked_after, about 6 seconds left\n"
    assert not any(ord(sign) < 32 and sign != "\n" for sign in err)


@pytest.mark.end_to_end
def test_a_file_in_place_of_the_population_is_followed(call, tmp_path):
    months = months_file(tmp_path / "months.csv", number=3)
    file = tmp_path / "people.csv"
    years = range(2015, 2026)

    def people(children=5000):
        rows = [f"persons,{age}," + ",".join([str(children)] * len(years)) for age in range(18)]
        return "\n".join(["SEX,AGE_GROUP," + ",".join(map(str, years)), *rows]) + "\n"

    words = ("project", months, "--months", "6", "--simulations", "50", "--format", "csv")
    file.write_text(people(), encoding="utf-8")
    number, flat = call(*words, "--population", "90000"), call(*words, "--population", file)
    assert flat.out == number.out
    assert "Starts follow the children of people.csv" in flat.err
    file.write_text(people().replace("persons,4,5000", "persons,4,5%"), encoding="utf-8")
    assert "people.csv, line 6, field 2015" in call(*words, "--population", file).message
    file.write_text(people(5), encoding="utf-8")
    assert "not thousands" in call(*words, "--population", file).message
    assert "no_such.csv" in call(*words, "--population", "no_such.csv").message


@pytest.mark.end_to_end
def test_the_number_before_is_the_last_that_was_counted_and_no_estimate(call, tmp_path):
    path = tmp_path / "months.csv"
    lines = months_file(path).read_text(encoding="utf-8").splitlines()
    # Children in need are counted by the quarter, and last in September.
    quarters = {"2019-03": 820, "2019-06": 790, "2019-09": 817}
    rows = [f"{line},{quarters.get(line[:7], '')}" for line in lines[1:]]
    path.write_text("\n".join([f"{lines[0]},cin_plan_stock", *rows]) + "\n", encoding="utf-8")
    said = " ".join(call("project", path, "--months", 12, "--simulations", 50).out.split())
    last = rows[-1].split(",")[1]
    assert f"), from {last} in December 2019." in said
    assert "), from 817 in September 2019." in said
