"""Everything that the package writes of observed records, read back by somebody who wants more."""

from __future__ import annotations

import contextlib
import csv
import io
import itertools
import json
import re
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from riskmodel.authority.folder.one_table import table_authority
from riskmodel.cli.run import run
from riskmodel.disclosure import Policy
from riskmodel.report import write_report
from riskmodel.report.folder_page import authority_report
from riskmodel.vocabulary import FACTORS

COHORT = Path(__file__).resolve().parents[2] / "data" / "synthetic" / "cohort.csv"
NAMES = (
    "child_neglect",
    "child_emotional_abuse",
    "child_domestic_violence",
    "parent_domestic_violence",
    "parent_mental_health",
    "parent_drugs_misuse",
    "parent_alcohol_misuse",
    "child_mental_health",
    "child_physical_abuse",
    "child_sexual_abuse",
    "child_self_harm",
    "child_gangs",
    "child_trafficking",
    "child_missing",
)
DETAILS = ("child_id", "birth_date", "area", "plan_start_date", "plan_end_date", "conference_date")
VIEWS = ("rates", "associations", "membership", "ranks", "comparison", "funnel")
LABELS = {known.name: known.label for known in FACTORS}
THRESHOLD = Policy().threshold
Cell = tuple[str, str, str]


class Written:
    """What was written of one table: name of the output to its text, and its places on disk."""

    def __init__(self, frame: pd.DataFrame, folder: Path) -> None:
        self.frame, self.folder, self.texts = frame, folder, dict[str, str]()
        self.table = folder / "own.csv"
        frame.to_csv(self.table, index=False)

    def say(self, *words: object) -> str:
        """Run a command; everything that it says and draws is kept."""
        said, warned = io.StringIO(), io.StringIO()
        before, sys.argv = sys.argv, ["riskmodel", *map(str, words)]
        try:
            with (
                contextlib.redirect_stdout(said),
                contextlib.redirect_stderr(warned),
                pytest.raises(SystemExit) as ended,
            ):
                run()
        finally:
            sys.argv = before
        # A view can refuse a group in which some factor was never found: its message is kept too.
        allowed = (0, 1, 2) if "--by" in words else (0, 1)
        assert ended.value.code in allowed, (words, warned.getvalue())
        name = " ".join(str(word) for word in words if word != self.table)
        self.texts[name] = said.getvalue()
        self.texts[f"{name} (standard error)"] = warned.getvalue()
        return said.getvalue()

    def everything(self) -> Written:
        """Every command as CSV, which is read back, and as text and JSON where these differ."""
        drawn = self.folder / "drawn"
        self.say("cohort", "describe", self.table, "--format", "json")
        for form in ("csv", "text", "json"):
            for view in VIEWS if form == "csv" else VIEWS[:1]:
                self.say("factors", self.table, "--show", view, "--format", form)
            self.say("impact", self.table, "--interactions", "parental", "--format", form)
            words = ("bounds", "child_neglect", "--table", self.table)
            self.say(*words, "--given", "parent_mental_health", "--format", form)
        self.say("cohort", "describe", self.table, "--format", "text")
        for view in (*VIEWS, "change"):
            self.say("factors", self.table, "--show", view, "--by", "area", "--format", "csv")
        self.say("factors", self.table, "--by", "area", "--format", "text")
        self.say("factors", self.table, "--by", "area", "--format", "json")
        self.say("cohort", "check", self.table, "--format", "json")
        drawn_too = ("--folds", 2, "--out", drawn / "impact.svg", "--format", "json")
        self.say("impact", self.table, *drawn_too)
        words = ("sensitivity", "--table", self.table, "--overlap", 0, "--replicates", 1)
        self.say(*words, "--out", drawn / "sensitivity.svg", "--format", "json")
        self.say(*words, "--format", "csv")
        self.say("factors", self.table, "--out", drawn / "quadrants.svg")
        self.say("factors", self.table, "--show", "funnel", "--out", drawn / "funnel.svg")
        write_report(authority_report(table_authority(self.table)), self.folder / "report")
        for path in sorted([*drawn.iterdir(), *(self.folder / "report").rglob("*")]):
            if path.suffix in (".svg", ".html", ".csv", ".json"):
                self.texts[path.name] = path.read_text(encoding="utf-8")
            elif path.suffix == ".xlsx":
                with zipfile.ZipFile(path) as book:
                    for inner in book.namelist():
                        self.texts[f"{path.name}/{inner}"] = book.read(inner).decode("utf-8")
        return self

    def rows(self, *words: object) -> list[dict[str, str]]:
        """Rows of a command that was run with ``--format csv``."""
        name = " ".join(map(str, (*words, "--format", "csv")))
        return list(csv.DictReader(io.StringIO(self.texts[name])))

    def data(self, *words: object) -> Any:
        """JSON of a command that was run with ``--format json``."""
        return json.loads(self.texts[" ".join(map(str, (*words, "--format", "json")))])


def records(seed: int, size: int = 700) -> pd.DataFrame:
    """A year's records of a small authority, made up: many cells of theirs are small."""
    random = np.random.default_rng(seed)
    cohort = pd.read_csv(COHORT, usecols=["plan", *NAMES, *DETAILS], dtype=str)
    frame = cohort.sample(size, random_state=seed).reset_index(drop=True)
    frame["child_id"] = [f"KX{number:07d}" for number in random.integers(10**6, 10**7, size)]
    return frame[["child_id", "plan", *NAMES, *DETAILS[1:]]]


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Written:
    """Of one table; chains of releases are over many (``chains.py``)."""
    return Written(records(1), tmp_path_factory.mktemp("written")).everything()


def truth(frame: pd.DataFrame) -> dict[Cell, int]:
    """Every count by (area or "", measure, factor)."""
    found: dict[Cell, int] = {}
    for area in ("", *sorted(set(frame["area"]))):
        part = frame if not area else frame[frame["area"] == area]
        plan = part["plan"] == "true"
        found[area, "total_assessments", ""] = len(part)
        found[area, "total_plans", ""] = int(plan.sum())
        for name in NAMES:
            flag = part[name] == "true"
            found[area, "assessments", name] = int(flag.sum())
            found[area, "plans", name] = int((flag & plan).sum())
    return found


def counts_read(written: Written) -> dict[Cell, int]:
    """Every count that any output prints, and a look that none is small or wrong."""
    found: dict[Cell, int] = {}

    def take(area: str, measure: str, factor: str, cell: object) -> None:
        if isinstance(cell, str | int) and re.fullmatch(r"\d[\d,]*", str(cell)):
            found[area, measure, factor] = int(str(cell).replace(",", ""))

    for words, column in ((("factors",), None), (("factors", "--by", "area"), "area")):
        for view in VIEWS:
            shown = (words[0], "--show", view, *words[1:])
            for row in written.rows(*shown):
                for measure in ("assessments", "plans"):
                    take(row.get(column or "", ""), measure, row["factor"], row.get(measure))
                area, total = row.get(column or "", ""), row.get("assessments_in_all")
                take(area, "total_assessments", "", total)
    for row in written.rows("impact", "--interactions", "parental"):
        if row["factor"] in NAMES:
            take("", "plans", row["factor"], row["numerator"])
            take("", "assessments", row["factor"], row["denominator"])
    described = written.data("cohort", "describe")
    take("", "total_assessments", "", described["assessments"])
    take("", "total_plans", "", described["plans"])
    own = csv.DictReader(io.StringIO(written.texts["factor-rates.csv"]))
    names = {label: name for name, label in LABELS.items()}
    for row in own:
        for measure in ("assessments", "plans"):
            take("", measure, names[row["factor"]], row[measure])
    return found


def shares_read(written: Written) -> Iterator[tuple[str, str, float]]:
    """Area, factor and conversion rate wherever one is printed."""
    for words in ((), ("--by", "area")):
        for row in written.rows("factors", "--show", "rates", *words):
            if row["conversion_rate"] not in ("[c]", ""):
                yield row.get("area", ""), row["factor"], float(row["conversion_rate"])


@pytest.mark.end_to_end
def test_counts_that_are_printed_are_true_and_none_is_small(written):
    real = truth(written.frame)
    read = counts_read(written)
    assert len(read) > 3 * len(NAMES)
    for cell, count in read.items():
        assert count == real[cell]
        assert count == 0 or count > THRESHOLD
    withheld = [cell for cell in real if cell not in read]
    assert len(withheld) > 20


class Reader:
    """Knows what is printed, that zeros are printed, and how counts add up: nothing else."""

    def __init__(self, written: Written) -> None:
        self.real, self.read = truth(written.frame), counts_read(written)
        self.place = {cell: number for number, cell in enumerate(self.real)}
        self.bounds: list[tuple[float, float | None]] = [
            (self.read[cell],) * 2 if cell in self.read else (1, None) for cell in self.real
        ]
        said = " ".join(written.texts["factors --by area --format text"].split())
        veiled = re.findall(r"Zeros are withheld too of ([^.]*)\.", said)
        veiled = veiled[0].split(", ") if veiled else []
        for cell in self.real:
            # Zeros are printed, but in columns that are named: what is withheld there can be one.
            if f"{cell[1]} of {cell[2]}" in veiled and cell[0] and cell not in self.read:
                self.bounds[self.place[cell]] = (0, None)
        self.equal: list[dict[int, float]] = []
        self.below: list[dict[int, float]] = []
        self.areas = sorted({area for area, _, _ in self.real} - {""})
        for area in ("", *self.areas):
            self._group(area)
        for (area, measure, name), place in list(self.place.items()):
            if not area:
                parts = {self.place[part, measure, name]: -1.0 for part in self.areas}
                self.equal.append({place: 1.0, **parts})
        self._by_number(written.data("cohort", "describe")["factors_an_assessment"])
        for area, name, rate in shares_read(written):
            n, k = self.place[area, "assessments", name], self.place[area, "plans", name]
            self.below.append({k: 1.0, n: -(rate + 0.0005)})
            self.below.append({k: -1.0, n: rate - 0.0005})

    def _group(self, area: str) -> None:
        whole = self.place[area, "total_assessments", ""]
        plans = self.place[area, "total_plans", ""]
        for name in NAMES:
            n, k = self.place[area, "assessments", name], self.place[area, "plans", name]
            self.below += [
                {k: 1, n: -1},
                {k: 1, plans: -1},
                {n: 1, whole: -1},
                {n: 1, k: -1, whole: -1, plans: 1},
            ]

    def _by_number(self, rows: list[dict[str, Any]]) -> None:
        """Assessments by number of factors: they add up to all, and to the sum over the factors."""
        for measure in ("assessments", "plans"):
            first = len(self.bounds)
            for row in rows:
                shown = row[measure]
                self.bounds.append((1, None) if shown is None else (shown, shown))
            whole = {self.place["", f"total_{measure}", ""]: -1.0}
            weighted = {self.place["", measure, name]: -1.0 for name in NAMES}
            for offset, row in enumerate(rows):
                whole[first + offset] = 1.0
                if row["factors_recorded"]:
                    weighted[first + offset] = float(row["factors_recorded"])
            self.equal += [whole, weighted]

    def ends(self, asked: dict[int, float]) -> tuple[float, float]:
        """Least and greatest value of a sum of counts."""
        size = len(self.bounds)
        if not hasattr(self, "matrices"):
            self.matrices = [np.zeros((len(rows), size)) for rows in (self.equal, self.below)]
            for matrix, rows in zip(self.matrices, (self.equal, self.below), strict=True):
                for number, row in enumerate(rows):
                    for place, value in row.items():
                        matrix[number, place] = value
        found = []
        for sign in (1.0, -1.0):
            objective = np.zeros(size)
            for place, value in asked.items():
                objective[place] = sign * value
            result = linprog(
                objective,
                A_eq=self.matrices[0],
                b_eq=np.zeros(len(self.equal)),
                A_ub=self.matrices[1],
                b_ub=np.zeros(len(self.below)),
                bounds=self.bounds,
            )
            assert result.status in (0, 3), result.message
            found.append(-np.inf if result.status == 3 else result.fun)
        return found[0], -found[1]

    def secrets(self) -> Iterator[tuple[str, dict[int, float], int]]:
        """Every small count, printed or not: words, coefficients, and what it is."""
        for area in ("", *self.areas):
            whole, plans = (area, "total_assessments", ""), (area, "total_plans", "")
            for name in NAMES:
                n, k = (area, "assessments", name), (area, "plans", name)
                for cells in (
                    {n: 1},
                    {k: 1},
                    {n: 1, k: -1},
                    {plans: 1, k: -1},
                    {whole: 1, n: -1},
                    {whole: 1, plans: -1, n: -1, k: 1},
                ):
                    count = sum(sign * self.real[cell] for cell, sign in cells.items())
                    if 1 <= count <= THRESHOLD:
                        asked = {self.place[cell]: float(sign) for cell, sign in cells.items()}
                        yield f"{area} {name} {cells}", asked, count


@pytest.mark.end_to_end
def test_no_small_count_can_be_worked_out_of_all_outputs_together(written):
    reader = Reader(written)
    secrets = list(reader.secrets())
    assert len(secrets) > 20
    for words, asked, count in secrets:
        low, high = reader.ends(asked)
        assert low - 1e-6 <= count <= high + 1e-6, words
        assert high - low >= THRESHOLD - 1 - 1e-6, (words, low, high)


@pytest.mark.end_to_end
def test_no_number_stands_in_the_row_of_a_withheld_count(written):
    counts = {"assessments", "plans", "total_assessments", "total_plans", "assessments_in_all"}
    said = {"level", "unit", "census_code", "basis", "method", "cut", "measure", "factor", "label"}
    said |= {"prevalence_reading"}
    for name, text in written.texts.items():
        if not name.endswith("--format csv") or not name.startswith(("factors", "impact")):
            continue
        for row in csv.DictReader(io.StringIO(text)):
            if "[c]" not in row.values():
                continue
            for column, cell in row.items():
                if column not in counts | said and not column.startswith(("area", "printed_")):
                    is_count_beside = column in ("numerator", "denominator")
                    assert cell == "[c]" or is_count_beside, (name, column, row)


@pytest.mark.end_to_end
def test_rates_and_odds_ratios_match_one_pair_of_counts_only_where_it_is_printed(written):
    """Whole counts below 6 are sought whose rate or odds ratio is one of those printed."""
    real, read = truth(written.frame), counts_read(written)
    hidden = {cell for cell in real if cell not in read}
    for area, name, rate in shares_read(written):
        assert (area, "plans", name) not in hidden
        assert (area, "assessments", name) not in hidden
        matches = [
            (k, n)
            for n in range(1, 40)
            for k in range(min(n, THRESHOLD) + 1)
            if abs(k / n - rate) <= 0.0005
        ]
        counts = (real[area, "plans", name], real[area, "assessments", name])
        # A match among small counts is chance: the true ones are not small.
        assert counts not in [match for match in matches if match[0] >= 1]
    rows = written.rows("factors", "--show", "associations")
    for row in rows:
        if row["measure"] == "odds_ratio" and row["value"] != "[c]":
            assert ("", "plans", row["factor"]) not in hidden


@pytest.mark.end_to_end
def test_withheld_factors_are_in_no_picture(written):
    read = counts_read(written)
    left = [n for n in NAMES if ("", "plans", n) not in read or ("", "assessments", n) not in read]
    assert left
    pictures = [name for name in written.texts if re.fullmatch(r"[\w-]+\.svg", name)]
    assert len(pictures) >= 6
    for name, picture in itertools.product(left, pictures):
        assert LABELS[name] not in written.texts[picture], picture


@pytest.mark.end_to_end
def test_no_output_points_to_a_child(written):
    children = set(written.frame["child_id"])
    births = set(written.frame["birth_date"])
    assert len(written.texts) > 50
    for name, text in written.texts.items():
        assert not children & set(re.findall(r"KX\d{7}", text)), name
        assert not births & set(re.findall(r"\d{4}-\d{2}-\d{2}", text)), name
        if name.endswith((".csv", "--format csv")):
            assert len(text.splitlines()) < len(written.frame), name


@pytest.mark.end_to_end
def test_what_is_withheld_changes_no_byte(tmp_path, monkeypatch):
    """Two tables that differ in a withheld count alone are written alike, but for it."""
    monkeypatch.delenv("RISKMODEL_LEDGER")  # what has left is remembered beside each table
    frame = records(4)
    plan, flag = frame["plan"] == "true", frame["child_trafficking"] == "true"
    frame.loc[flag, "child_trafficking"] = "false"
    spare = frame.index[plan][:2].tolist() + frame.index[~plan][:2].tolist()
    other = frame.copy()
    frame.loc[spare[:3], "child_trafficking"] = "true"
    other.loc[spare, "child_trafficking"] = "true"
    texts = []
    for name, table in (("one", frame), ("two", other)):
        (tmp_path / name).mkdir()
        found = Written(table, tmp_path / name)
        for view in VIEWS:
            found.say("factors", found.table, "--show", view, "--format", "json")
        found.say("impact", found.table)
        found.say("bounds", "child_neglect", "--given", "child_self_harm", "--table", found.table)
        words = ("sensitivity", "--overlap", 0, "--replicates", 1)
        found.say(*words, "--table", found.table, "--format", "json")
        texts.append(found.texts)
    one, two = texts
    assert one.keys() == two.keys()
    for name, text in one.items():
        assert text == two[name], name


@pytest.mark.end_to_end
def test_few_factors_could_be_solved_and_are_refused(tmp_path):
    """Of two factors the overlap alone is unknown: the figures of a model give it away."""
    random = np.random.default_rng(5)
    size = 400
    plan = random.random(size) < 0.3
    one = random.random(size) < 0.25
    other = random.random(size) < 0.25
    other[np.flatnonzero(one)] = np.arange(one.sum()) < 4
    columns = {"plan": plan, "child_neglect": one, "parent_mental_health": other}
    frame = pd.DataFrame(
        {name: np.where(flags, "true", "false") for name, flags in columns.items()}
    )
    written = Written(frame, tmp_path)
    reason = "made-up rows of a test, seen by nobody"
    words = ("impact", written.table, "--format", "csv")
    shown = csv.DictReader(io.StringIO(written.say(*words, "--no-suppression", reason)))
    ratios = {
        row["factor"]: round(float(row["value"]), 2)
        for row in shown
        if row["measure"] == "adjusted_odds_ratio"
    }
    fits = _overlaps_that_fit(frame, ratios)
    assert 4 in fits
    assert len(fits) < THRESHOLD
    with pytest.raises(AssertionError, match="some are so few"):
        written.say(*words)


def _overlaps_that_fit(frame: pd.DataFrame, ratios: dict[str, float]) -> set[int]:
    """Numbers of assessments with both factors that give these odds ratios, to two decimals."""
    from riskmodel.factors.adjusted.impact import measure_impact
    from riskmodel.factors.adjusted.patterns import FactorPatterns

    plan, one, other = (frame[name].to_numpy() == "true" for name in frame.columns)
    # Only counts per factor are known; the model's maximum hangs on nothing else of the plans.
    k1, k2, n1, n2 = ((plan & one).sum(), (plan & other).sum(), one.sum(), other.sum())
    fits = set()
    for both in range(1, 20):
        rows = np.array([both, n1 - both, n2 - both, len(plan) - n1 - n2 + both])
        led = np.array([0, k1, k2, plan.sum() - k1 - k2])
        if (led > rows).any():
            continue
        flags = np.array([[1, 1], [1, 0], [0, 1], [0, 0]], dtype=bool)
        found = measure_impact(FactorPatterns(tuple(frame.columns[1:]), flags, rows, led))
        if all(
            round(each.adjusted.odds_ratio.value, 2) == ratios[each.factor]
            for each in found.factors
        ):
            fits.add(both)
    return fits
