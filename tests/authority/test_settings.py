"""``authority.toml``: each mistake gives one message with file, line and key."""

from __future__ import annotations

import pytest

from riskmodel.authority.folder.authority import open_authority
from riskmodel.authority.folder.checks import check_folder
from riskmodel.authority.folder.contents import unused_files
from riskmodel.authority.folder.subjects import SUBJECTS
from riskmodel.authority.folder.values import read_value
from riskmodel.errors import DataError


@pytest.mark.unit
@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("[abuot]\n", ["line 1", "'abuot'", "Did you mean 'about'"]),
        ('[about]\n\nnme = "A"\n', ["line 3", "field nme", "Did you mean 'name'"]),
        ("[about]\nname = true\n", ["line 2", "field name", "a text in quotes"]),
        ("[about]\npopulation = 0\n", ["line 2", "from 1 to 20,000,000"]),
        ("[about]\npopulation = 12.5\n", ["line 2", "a whole number"]),
        ('[about]\ndate = "soon"\n', ["line 2", "2024-03-31"]),
        ('[about]\nsections = ["factor"]\n', ["line 2", "Did you mean 'factors'"]),
        ("[workforce]\nsickness = 4\n", ["line 2", "found '4'", "0.14 or 14%"]),
        ("[workforce]\nposts = -1\n", ["line 2", "from 0 to 100,000"]),
        ("[workforce]\nposts = 'ten'\n", ["line 2", "found 'ten'"]),
        ("[workforce]\nposts = 9\nin_post = 10\n", ["field in_post", "more than the 9 posts"]),
        (
            "[workforce]\nposts = 10\nin_post = 8\nvacancies = 3\n",
            ["line 4", "leave 2 vacancies, and 3 are given"],
        ),
        ("[workforce]\nnewly_qualified = 3\n", ["line 2", "needs in_post"]),
        ("[targets]\ncap = 0\n", ["line 2", "from 0.1 to 500"]),
        ('[targets]\nby = "March"\n', ["line 2", "a month such as 2024-03"]),
        ("[targets]\nby = 2026-03\n", ["line 2", 'written in quotes: "2026-03"']),
        ("[targets]\nchance = 1\n", ["line 2", "a share"]),
        ('[[prices]]\nyear = "2024/26"\n', ["line 2", "such as 2024/25"]),
        ("[[prices]]\npost_per_year = 1\n", ["line 1", "field year", "is missing"]),
        ('[[prices]]\nyear = "2024/25"\n', ["line 2", "gives no price"]),
        (
            '[[prices]]\nyear = "2024/25"\npost_per_year = 1\n[[prices]]\nyear = "2024/25"\n',
            ["line 5", "2024/25 stands at authority.toml, line 2"],
        ),
        ('[[groups]]\nname = "A"\ncodes = ["1", "1"]\n', ["line 3", "names '1' twice"]),
        ("about = 3\n", ["line 1", "headed [about]"]),
        ("[[workforce]]\nposts = 1\n", ["must be a table, headed [workforce]"]),
        ("files = 3\n", ["line 1", "headed [files]"]),
        ('[files]\nmonts = "a.csv"\n', ["line 2", "Did you mean 'months'"]),
        ('[files]\nmonths = "mnths.csv"\n', ["line 2", "'mnths.csv'", "Did you mean 'months.csv'"]),
        ('[files]\nmonths = ["a", "b"]\n', ["line 2", "names 2 files; allowed: one"]),
        ("[files]\nmonths = 3\n", ["line 2", "the name of a file, in quotes"]),
        ('[files]\nscenarios = "months.csv"\n', ["line 2", "must be a folder"]),
        ('[files]\nmonths = "a\\months.csv"\n', ["line 2", "no TOML", "write / for"]),
        ("format = 2\n", ["line 1", "install a newer one"]),
        ('format = "one"\n', ["line 1", "allowed: a whole number"]),
    ],
)
def test_a_mistake_is_named_with_its_line(folder_of, settings, said):
    folder = folder_of(settings, files={"months.csv": "month,cpp_stock\n2023-01,5\n"})
    with pytest.raises(DataError) as refused:
        open_authority(folder)
    message = str(refused.value)
    assert message.startswith("authority.toml")
    for words in said:
        assert words in message, message
    assert "\n" not in message


@pytest.mark.unit
@pytest.mark.parametrize(
    "settings", ["", "format = 1\n", "[about]\n[files]\n", '[about]\nname = ""\n']
)
def test_everything_may_be_left_out(folder_of, settings):
    authority = open_authority(folder_of(settings))
    assert authority.name == "mine"
    assert authority.sections == ()
    assert authority.problems == ()


@pytest.mark.unit
def test_a_folder_without_settings_is_no_authority(tmp_path):
    with pytest.raises(DataError, match=r"no authority\.toml in it; `riskmodel new FOLDER`"):
        open_authority(tmp_path)
    with pytest.raises(DataError, match="there is no such folder"):
        open_authority(tmp_path / "missing")


@pytest.mark.unit
def test_the_file_itself_names_the_folder(folder_of):
    folder = folder_of('[about]\nname = "Northshire"\n')
    assert open_authority(folder / "authority.toml").name == "Northshire"


@pytest.mark.unit
@pytest.mark.parametrize(
    ("field", "raw", "value"),
    [
        (("workforce", "sickness"), "4%", 0.04),
        (("workforce", "sickness"), 0.04, 0.04),
        (("workforce", "turnover"), "8.2%", 0.082),
        (("workforce", "posts"), "1,234.5", 1234.5),
        (("prices", "post_per_year"), "£56,000", 56000.0),
        (("prices", "inflation"), "-1%", -0.01),
        (("prices", "year"), "2024-25", "2024/25"),
        (("prices", "year"), "2024/2025", "2024/25"),
        (("targets", "by"), "Mar 2026", "2026-03"),
        (("targets", "by"), "2026-03-31", "2026-03"),
        (("about", "code"), 926, "926"),
        (("groups", "codes"), "301, 302", ("301", "302")),
        (("groups", "codes"), ["301", 302], ("301", "302")),
    ],
)
def test_values_are_read_as_people_write_them(field, raw, value):
    subject, name = field
    assert read_value(SUBJECTS[subject].fields[name], raw) == value


@pytest.mark.unit
def test_files_are_found_under_their_usual_names(folder_of):
    folder = folder_of(
        files={
            "months.csv": "",
            "teams.csv": "",
            "returns/census-2023.xml": "",
            "returns/census-2023.factors.csv": "",
            "returns/census-2024.xml": "",
            "returns/2025/assessments.csv": "",
            "returns/notes.docx": "",
            "returns/2026/assessment.csv": "",
            "scenarios/a.toml": "",
        }
    )
    files = open_authority(folder).contents.files
    assert {key: [path.name for path in paths] for key, paths in files.items()} == {
        "returns": ["census-2023.xml", "census-2024.xml", "2025"],
        "months": ["months.csv"],
        "teams": ["teams.csv"],
        "scenarios": ["scenarios"],
    }
    unused = unused_files(open_authority(folder).contents)
    assert [path.name for path in unused] == ["2026", "notes.docx"]


@pytest.mark.unit
def test_months_that_lack_a_row_or_a_stock_are_counted_as_such(folder_of):
    rows = [f"2023-{month:02d},{'' if month == 4 else 300 + month}" for month in range(1, 13)]
    text = "\n".join(["month,cpp_stock", *rows[:6], *rows[8:]])
    (months,) = check_folder(folder_of(files={"months.csv": text})).things
    assert months.holds == (
        "12 months, 2023-01 to 2023-12 (3 without a stock): child_protection_plan"
    )


@pytest.mark.unit
def test_named_files_stand_in_place_of_the_usual_ones(folder_of):
    folder = folder_of(
        '[files]\nmonths = "tables/mine.csv"\nreturns = ["b.xml", "a.xml"]\n',
        files={"months.csv": "", "tables/mine.csv": "", "a.xml": "", "b.xml": ""},
    )
    files = open_authority(folder).contents.files
    assert files["months"][0].name == "mine.csv"
    assert [path.name for path in files["returns"]] == ["b.xml", "a.xml"]


@pytest.mark.unit
def test_two_files_of_one_kind_are_a_decision(folder_of):
    folder = folder_of(files={"teams.csv": "", "teams.toml": ""})
    (problem,) = open_authority(folder).problems
    assert problem.severity == "decision"
    assert "teams.toml is there too" in problem.message
