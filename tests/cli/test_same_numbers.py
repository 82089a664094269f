"""Each number is the same wherever it stands: brief, Word, annex, workbook, CSV, what-if, commands.

Collected from what is written and printed, quantity by quantity, for an authority of one's own and
for the example that ships; each face says it to its own digits.
"""

from __future__ import annotations

import base64
import csv
import html
import io
import json
import re
import zipfile
from collections import defaultdict

import numpy as np
import pytest
from python_calamine import CalamineWorkbook

import riskmodel
from riskmodel.report.whatif.service import ENDS

SIMULATIONS = ("--simulations", "100")
STAGES = {
    "child_protection_plan": "Children on a protection plan",
    "looked_after": "Children looked after",
    "child_in_need_plan": "Children on a child in need plan",
}
SETTINGS = """
[about]
name = "Samesshire"
date = 2023-12-31
[workforce]
posts = 90
in_post = 80
newly_qualified = 12
turnover = 0.15
candidates = 1.7
[targets]
cap = 13
by = "2026-03"
chance = 0.8
[[prices]]
year = "2023/24"
post_per_year = 50000
post_short_per_year = 70000
agency_per_week = 1500
placement_per_week = 1200
inflation = 0.03
"""
HEAD = "month," + ",".join(
    f"{name}_{what}" for name in ("cpp", "lac", "cin_plan") for what in ("stock", "starts", "ends")
)
MONTHS = "\n".join(
    [
        HEAD,
        *(
            f"2023-{n:02d},{400 + n},41,40,{500 - n},14,15,{900 + 2 * n},82,80"
            for n in range(1, 13)
        ),
    ]
)
TEAMS = (
    "team,area,kind,child_protection_plan,looked_after,child_in_need_plan,unallocated,workers\n"
    "one,north,family_support,212,250,470,0,42\n"
    "two,south,family_support,200,238,454,0,38\n"
)


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


def plain(page):
    """What a page says, in one line."""
    page = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", page, flags=re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def unpacked(kept):
    found = np.frombuffer(base64.b64decode(kept["bytes"]), "<" + kept["kind"])
    return found.astype(float) * kept["scale"]


class Faces:
    """What each face says of each quantity, as printed; digits differ between faces."""

    def __init__(self):
        self.said = defaultdict(dict)

    def add(self, quantity, face, number):
        text = str(number).replace(",", "").replace("%", "").strip()
        self.said[quantity][face] = text

    def agree(self, fewest):
        """Every two of them are one number, to the digits of the one that has fewer."""
        for quantity, faces in self.said.items():
            assert len(faces) >= fewest.get(quantity.split(":")[0], 2), (quantity, faces)
            (exact, *others) = sorted(faces.values(), key=lambda text: -len(text.partition(".")[2]))
            for text in others:
                # Half a digit, and what single precision makes of a mean.
                step = 0.5 * 10.0 ** -len(text.partition(".")[2]) + 1e-6 * abs(float(exact))
                assert abs(float(text) - float(exact)) <= step, (quantity, faces)


def of_text(faces, face, text, target):
    """The five sentences, as decide, brief and Word have them."""
    for quantity, pattern in {
        "posts: 0.8": r"would need ([\d,]+) posts of social workers",
        "posts: low": r"posts of social workers, .*?\(90% range ([\d,]+) to [\d,]+\)",
        "posts: high": r"posts of social workers, .*?\(90% range [\d,]+ to ([\d,]+)\)",
        "posts: 0.5": r"[Ww]ith ([\d,]+) posts the chance would be 50%",
        "posts: 0.95": r"with ([\d,]+) posts 95%",
        "posts: joiners a month": r"It takes ([\d.]+) new workers a month",
        "posts: candidates a month": r"new workers a month, and ([\d.]+) can be appointed",
        "caseload: by": r"caseload would be ([\d.]+) \(90% range",
        "caseload: low": r"caseload would be [\d.]+ \(90% range ([\d.]+) to",
        "caseload: high": r"caseload would be [\d.]+ \(90% range [\d.]+ to ([\d.]+)\)",
        **({"posts: best": r"([\d,]+) posts cost least"} if target else {}),
    }.items():
        found = set(re.findall(pattern, text))
        # A page that is full leaves a sentence out; the command says all five.
        assert len(found) == 1 or (not found and face != "decide"), (face, quantity, found)
        for number in found:
            faces.add(quantity, face, number)


def of_commands(faces, call, folder, by, is_priced):
    """What the commands print of an authority, as CSV and in words."""

    def asked(*words, names=()):
        answer = call(*words, *folder, *names, *SIMULATIONS, "--format", "csv")
        assert answer.code == 0, answer.err
        return rows_of(answer.out)

    for row in asked("project"):
        if row["measure"] == "stock" and row["month"].endswith("-03"):
            for end, name in (("central", "q50"), ("low", "q05"), ("high", "q95")):
                quantity = f"children: {row['stage']} {row['month']} {end}"
                faces.add(quantity, "project", f"{float(row[name]):.4f}")
            faces.add(f"mean: {row['stage']} {row['month']}", "project", row["mean"])
    caseloads = {row["month"]: row for row in asked("caseload") if row["measure"] == "caseload"
                 and row["level"] == "service"}  # fmt: skip
    for end, name in (("by", "q50"), ("low", "q05"), ("high", "q95")):
        faces.add(f"caseload: {end}", "caseload", f"{float(caseloads[by][name]):.4f}")
    faces.add("mean: caseload", "caseload", caseloads[by]["mean"])
    for row in asked("caseload", "--show", "within"):
        faces.add(f"chance: {row['month']}", "within", f"{float(row['probability_within']):.6f}")
    needs = asked("caseload", "--show", "needs")
    for row in needs[:3]:
        faces.add(f"posts: {float(row['probability']):g}", "needs", row["posts"])
    faces.add("posts: low", "needs", f"{float(needs[0]['low']):.0f}")
    faces.add("posts: high", "needs", f"{float(needs[0]['high']):.0f}")
    faces.add("posts: now", "needs", needs[0]["posts_now"])
    words = " ".join(call("caseload", "--show", "needs", *folder, *SIMULATIONS).out.split())
    found = re.search(r"([\d.]+) a month, where ([\d.]+) a month can be appointed", words)
    faces.add("posts: joiners a month", "needs", found[1])
    faces.add("posts: candidates a month", "needs", found[2])
    of_text(faces, "decide", " ".join(call("decide", *folder, *SIMULATIONS).out.split()), is_priced)
    if is_priced:
        (best,) = (row for row in asked("decide") if float(row["more"]) == 0)
        faces.add("posts: best", "decide csv", best["posts"])
        cost = call("caseload", "--show", "cost", *folder, *SIMULATIONS).out
        for year, part, number in re.findall(
            r"(20\d\d/\d\d) +(\w+) .*?  +([\d,]+) +[\d,]+ to", cost
        ):
            faces.add(f"cost: {year} {part}", "caseload", number)
    compared = [
        row
        for row in asked("scenario", "compare", names=["recruitment_freeze"])
        if row["month"] == by
    ]
    for row in compared:
        stage = row["measure"].removeprefix("stock_")
        if stage in STAGES and by.endswith("-03"):
            faces.add(f"mean: {stage} {by}", "compare", row["value_against"])
    value = {row["measure"]: row["value_against"] for row in compared}
    faces.add("mean: caseload", "compare", value["caseload"])
    faces.add("posts: 0.8", "compare", f"{float(value['posts_needed']):.0f}")
    faces.add(f"chance: {by}", "compare", value["within_cap"])


def of_report(faces, out, by, is_priced):
    """What the files of a report say."""
    document = zipfile.ZipFile(out / "brief.docx").read("word/document.xml").decode()
    texts = {"brief": plain((out / "index.html").read_text(encoding="utf-8")),
             "Word": plain(document.replace("</w:p>", " </w:p>"))}  # fmt: skip
    for face, text in texts.items():
        of_text(faces, face, text, is_priced)
    annex = plain((out / "annex.html").read_text(encoding="utf-8"))
    (posts,) = set(
        re.findall(r"service would need about ([\d,]+) posts, \d+ more than now \(", annex)
    )
    faces.add("posts: 0.8", "annex", posts)
    faces.add("posts: now", "annex", re.search(r"There are ([\d,]+) posts now", annex)[1])
    faces.add(
        "posts: joiners a month", "annex", re.search(r"until then, ([\d.]+) a month", annex)[1]
    )
    (held,) = set(re.findall(r"a full-time worker would hold ([\d.]+) cases", annex))
    faces.add("caseload: by", "annex", held)
    of_tables(faces, out, texts, by)
    if is_priced:
        parts = {"Workers in post": "posts", "Agency workers": "agency", "All of these": "all",
                 "Placements of looked-after children": "placements"}  # fmt: skip
        for row in rows_of((out / "tables" / "price-years.csv").read_text(encoding="utf-8")):
            year, part = row["year"], parts[row["component"]]
            faces.add(f"cost: {year} {part}", "annex csv", row["central"])
            if part == "all":
                faces.add(f"millions: {year}", "annex csv", float(row["central"]) / 1e6)
        for face, text in texts.items():
            for number, year in set(re.findall(r"£([\d.]+)m in (20\d\d/\d\d) \(90%", text)):
                faces.add(f"millions: {year}", face, number)


def of_tables(faces, out, texts, by):
    """Workbook and CSV files, and the cells of their tables in brief and Word."""
    by_label = {label: stage for stage, label in STAGES.items()}
    sheets = CalamineWorkbook.from_path(str(out / "riskmodel-report.xlsx"))
    marches = [row for row in sheets.get_sheet_by_name("Outlook marches").to_python()
               if row[0] in by_label and row[1]]  # fmt: skip
    for row in marches:
        month = f"{row[1]:%Y-%m}"
        for end, number in (("central", row[2]), ("low", row[5]), ("high", row[6])):
            faces.add(f"children: {by_label[row[0]]} {month} {end}", "workbook", f"{number:.0f}")
    for row in rows_of((out / "tables" / "outlook-marches.csv").read_text(encoding="utf-8")):
        month, stage = row["day"][:7], by_label[row["stage"]]
        for end, name in (("central", "median"), ("low", "low_90"), ("high", "high_90")):
            faces.add(f"children: {stage} {month} {end}", "annex csv", row[name])
    for row in rows_of((out / "tables" / "brief-years.csv").read_text(encoding="utf-8")):
        if not row["day"].startswith("Mar"):
            continue
        month = f"{row['day'].split()[1]}-03"
        for stage in STAGES:
            ends = re.fullmatch(r"([\d,]+) \(([\d,]+)–([\d,]+)\)", row[stage]).groups()
            for end, number in zip(("central", "low", "high"), ends, strict=True):
                faces.add(f"children: {stage} {month} {end}", "brief csv", number)
            for face, text in texts.items():
                assert row[stage] in text, (face, row[stage])
        if re.fullmatch(r"\d+%", row["chance"]):
            faces.add(f"chance: {month}", "brief csv", float(row["chance"][:-1]) / 100)
    for row in rows_of((out / "tables" / "caseload-months.csv").read_text(encoding="utf-8")):
        if row["month"] == by:
            faces.add("caseload: by", "annex csv", row["caseload_median"])


def of_what_if(faces, out, months):
    """What the page with sliders starts from."""
    page = (out / "whatif.html").read_text(encoding="utf-8")
    data = json.loads(re.search(r'id="data">(.*?)</script>', page, re.S)[1])
    service = data["service"]
    for place, chance in enumerate(np.arange(1, 20) * 0.05):
        if round(chance, 2) in (0.5, 0.8, 0.95):
            faces.add(f"posts: {chance:g}", "what-if", f"{service['posts'][place]:.0f}")
    faces.add("posts: now", "what-if", service["workforce"]["posts"])
    by = data["months"].index(service["target"]["by"])
    faces.add(f"chance: {service['target']['by']}", "what-if", f"{service['within']:.6f}")
    ends = unpacked(service["ends"]).reshape(len(ENDS), -1)[:, by]
    for end, share in (("by", 0.5), ("low", 0.05), ("high", 0.95)):
        number = ends[ENDS.index(share)]
        faces.add(f"caseload: {end}", "what-if", f"{number:.4f}")
    assert data["months"] == months


@pytest.fixture
def own(tmp_path):
    for name, text in (("authority.toml", SETTINGS), ("months.csv", MONTHS), ("teams.csv", TEAMS)):
        (tmp_path / "own").mkdir(exist_ok=True)
        (tmp_path / "own" / name).write_text(text)
    return tmp_path / "own"


@pytest.mark.end_to_end
def test_a_number_of_ones_own_folder_is_the_same_on_every_face(call, own, tmp_path):
    faces, out = Faces(), tmp_path / "out"
    answer = call("report", own, "--out", out, *SIMULATIONS)
    assert answer.code == 0, answer.err
    of_commands(faces, call, [own], "2026-03", True)
    of_report(faces, out, "2026-03", True)
    of_what_if(faces, out, [f"{2024 + n // 12}-{n % 12 + 1:02d}" for n in range(60)])
    faces.agree(
        {"posts": 2, "caseload": 3, "children": 1, "cost": 2, "mean": 1, "chance": 1, "millions": 1}
    )
    assert len(faces.said["children: looked_after 2026-03 central"]) == 4
    assert len(faces.said["millions: 2024/25"]) == 3
    assert len(faces.said["posts: 0.8"]) == 7
    assert len(faces.said["chance: 2026-03"]) >= 3


@pytest.mark.end_to_end
def test_a_number_of_the_example_is_the_same_in_every_command_and_in_its_brief(call):
    faces = Faces()
    of_commands(faces, call, [], "2017-09", False)
    decision = riskmodel.example().decision(months=60, replicates=100)
    of_text(faces, "brief", " ".join(decision.sentences), False)
    faces.agree({"posts": 1, "caseload": 3, "children": 1, "mean": 1, "chance": 1})
    assert len(faces.said["posts: 0.8"]) == 4


@pytest.mark.unit
def test_faces_that_differ_are_found():
    """The comparison itself can fail: by a post, and by a digit beyond rounding."""
    faces = Faces()
    faces.add("posts: 0.8", "page", "155")
    faces.add("posts: 0.8", "command", "154")
    with pytest.raises(AssertionError, match="155"):
        faces.agree({})
    near = Faces()
    near.add("caseload: by", "page", "18.0")
    near.add("caseload: by", "command", "17.9561")
    near.agree({})
    near.add("caseload: by", "Word", "17.9")
    with pytest.raises(AssertionError):
        near.agree({})
