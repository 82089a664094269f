"""Twins: two sets of records of which the same counts may be printed; every face must be the same.

Whatever differs between them rests on a count that is withheld: a coordinate in a picture, a digit
in JSON, a width in a page. So no face has to be understood to be attacked.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import numpy as np
import pandas as pd

from tests.outputs.inputs import panel_text

from .chains import ABOUT, national_of, records, said, with_more

MONTHS = "month,stage,stock,starts,ends\n" + "".join(
    f"{2013 + m // 12}-{1 + m % 12:02},child_protection_plan,{300 + m},{30 + m % 3},{29 + m % 3}\n"
    for m in range(27)
)
RARE, MORE = "child_gangs", ("child_emotional_abuse", "child_sexual_abuse", "child_young_carer")
SUM = re.compile(rb"[0-9a-f]{16,64}")
TABLES = tuple(
    (*words, "--format", form)
    for words in (("factors",), ("impact",))
    for form in ("text", "csv", "json")
)


@dataclass
class Twins:
    """A folder of records and its twin; what they print."""

    folder: Path
    seed: int
    has_months: bool = False
    has_report: bool = True
    exposed: bool = False
    log: list[str] = field(default_factory=list)
    log_kinds: list[str] = field(default_factory=list)

    def go(self) -> Twins:
        """Write and print both."""
        random = np.random.default_rng(self.seed)
        frame = with_more(rare_in(records(random, int(random.integers(250, 900))), random))
        for name in MORE:
            frame[name] = random.permutation(frame["parent_mental_health"])
        places = [self._place("one", frame), self._place("two", twin_of(frame, random))]
        sides = [dict(self._said(place)) for place in places]
        counts = [_counts(side) for side in sides]
        if counts[0] != counts[1] or not any("[c]" in row for row in counts[0]):
            return self  # another count was withheld beside it, or none: no twins
        self.log_kinds.append("twins")
        if self.has_report:
            for side, place in zip(sides, places, strict=True):
                side |= self._report(place)
            self.log_kinds.append("faces")
        names = sorted(sides[0].keys() | sides[1].keys())
        self.log = [name for name in names if sides[0].get(name) != sides[1].get(name)]
        self._grow(random, places)
        return self

    def _grow(self, random: np.random.Generator, places: list[Path]) -> None:
        """The same records come to both: figures of models of grown records are printed too."""
        paths = [place / "returns" / "own.csv" for place in places]
        frames = [pd.read_csv(path, dtype=str) for path in paths]
        more = frames[0].sample(int(random.integers(20, 90)), random_state=self.seed)
        for path, frame in zip(paths, frames, strict=True):
            pd.concat([frame, more], ignore_index=True).to_csv(path, index=False)
        sides = [dict(self._said(place)) for place in places]
        counts = [_counts(side) for side in sides]
        if counts[0] == counts[1]:
            self.log_kinds.append("grown twins")
            self.log += [f"grown, {name}" for name in sides[0] if sides[0][name] != sides[1][name]]

    def recovered(self) -> list[str]:
        """Faces that differ."""
        return self.log

    def _place(self, name: str, frame: pd.DataFrame) -> Path:
        place = self.folder / name / "own"
        (place / "returns").mkdir(parents=True)
        frame.to_csv(place / "returns" / "own.csv", index=False)
        (place / "authority.toml").write_text(ABOUT, encoding="utf-8")
        (place / "panel.csv").write_text(panel_text(Random(self.seed)), encoding="utf-8")
        if self.has_months:
            (place / "months.csv").write_text(MONTHS, encoding="utf-8")
        return place

    def _said(self, place: Path) -> Iterator[tuple[str, str]]:
        for *words, form in TABLES:
            code, *said_of = said(*words, form, str(place / "returns" / "own.csv"))
            assert code in (0, 1, 2), said_of
            yield " ".join((*words, form)), "\n".join(said_of)
        if not self.has_report:
            return
        yield "national", national_of(place)
        picture = place / "impact.svg"
        code, *_ = said("impact", str(place / "returns" / "own.csv"), "--out", str(picture))
        if picture.exists():  # no model of so few may be printed
            yield "picture", picture.read_text(encoding="utf-8")

    def _report(self, place: Path) -> dict[str, object]:
        out = place.parent / "given"
        code, _, err = said("report", str(place), "--final", "--simulations", "100",
                            "--out", str(out))  # fmt: skip
        assert code in (0, 1), err
        return {
            path.relative_to(out).as_posix(): _content(path)
            for path in out.rglob("*")
            if path.is_file()
        }


def rare_in(frame: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    """With one factor in few plans, but in assessments enough."""
    plan, rare = frame["plan"] == "true", random.permutation(len(frame))
    led, unled = rare[plan[rare]], rare[~plan[rare]]
    flag = np.zeros(len(frame), bool)
    flag[led[: int(random.integers(2, 6))]] = flag[unled[: int(random.integers(10, 40))]] = True
    return frame.assign(**{RARE: np.where(flag, "true", "false")})


def twin_of(frame: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    """With one plan less of the factor that is rare, and one assessment without a plan more."""
    plan, flag, twin = frame["plan"] == "true", frame[RARE] == "true", frame.copy()
    twin.loc[random.choice(np.flatnonzero(plan & flag)), RARE] = "false"
    twin.loc[random.choice(np.flatnonzero(~plan & ~flag)), RARE] = "true"
    return twin


def _counts(side: dict) -> list[tuple[str, str, str]]:
    rows = csv.DictReader(io.StringIO(side["factors --format csv"].partition("\nriskmodel:")[0]))
    return [(row["factor"], row["plans"], row["assessments"]) for row in rows]


def _content(path: Path) -> object:
    """What a file holds, but for the sums of the input; of one that is packed each part."""
    data = path.read_bytes()
    if path.suffix in (".docx", ".xlsx"):
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            return {name: SUM.sub(b"", book.read(name)) for name in book.namelist()}
    return data if path.suffix == ".png" else SUM.sub(b"", data)
