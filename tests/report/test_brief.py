"""The brief of any folder: what its sentences say, and that they say it of its own results."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodel.assessments import FactorCounts
from riskmodel.authority.folder.authority import EXAMPLE, open_authority
from riskmodel.authority.services import simulated
from riskmodel.demand.pooled.judged import OURS
from riskmodel.demand.pooled.measured import measured_backtest
from riskmodel.factors import factor_rates
from riskmodel.projection import month_words
from riskmodel.report.brief import authority_brief
from riskmodel.report.brief.expected import expected_page
from riskmodel.report.brief.factors import factors_point
from riskmodel.report.brief.happened import numbers
from riskmodel.report.brief.options import turned_by_baseline
from riskmodel.report.brief.paging import MOST_WORDS, fitting
from riskmodel.report.brief.results import BriefResults
from riskmodel.report.brief.why import _parts
from riskmodel.report.brief.wording import (
    chance_words,
    change_words,
    difference_words,
    direction,
    number,
    posts_more,
    signed,
    skill_words,
)
from riskmodel.report.model import Chart, Paragraph, Table
from riskmodel.report.sections.factors import factors_point as annex_point

from .conftest import SIZES
from .said import Briefed, numbers_in, numbers_of

COHORT = Path(__file__).resolve().parents[2] / "data" / "synthetic" / "cohort.csv"
MONTHS = "month,cpp_stock,cpp_starts,cpp_ends\n" + "".join(
    f"2023-{month:02d},{400 + 2 * month},40,38\n" for month in range(1, 13)
)
TEAMS = (
    "team,area,kind,child_protection_plan,looked_after,child_in_need_plan,unallocated,workers\n"
    "one,north,family_support,214,0,0,0,10\n"
    "two,south,family_support,210,0,0,0,10\n"
)
COMMENTARY = "# What we did\n\nWe opened a hub in May.\n\n# Factors\n\nIn the annex alone.\n"
PAGES = {
    "return": ["factors", "certainty"],
    "months": ["happened", "expected", "certainty"],
    "teams": ["happened", "expected", "certainty"],
    "example": ["happened", "why", "factors", "expected", "options", "certainty"],
    "whole": ["happened", "why", "expected", "placed", "options", "certainty"],
}
FOLDERS = tuple(PAGES)


@pytest.fixture(scope="session")
def folders(exampleshire, tmp_path_factory) -> dict[str, Path]:
    top = tmp_path_factory.mktemp("briefs")
    whole = Path(shutil.copytree(exampleshire, top / "whole"))
    (whole / "commentary.md").write_text(COMMENTARY, encoding="utf-8")
    returned = (whole / "returns" / "census-2024.xml").read_bytes()
    for name, files in {
        "return": {"returns/census-2024.xml": returned},
        "months": {"months.csv": MONTHS.encode()},
        "teams": {"months.csv": MONTHS.encode(), "teams.csv": TEAMS.encode()},
    }.items():
        for file, content in files.items():
            path = top / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        # Of the return alone no months are counted: a brief without a projection is one too.
        wanted = 'sections = ["factors", "impact"]\n' if name == "return" else ""
        (top / name / "authority.toml").write_text(f'[about]\nname = "Northshire"\n{wanted}')
    return {name: top / name for name in ("whole", "return", "months", "teams")}


@pytest.fixture(scope="session")
def briefed(folders, example, whole_report, unsaved) -> dict[str, Briefed]:
    made = {"example": Briefed(example, BriefResults(example, SIZES), whole_report.brief)}
    for name, folder in folders.items():
        authority = open_authority(folder)
        with unsaved():
            brief = authority_brief(authority, SIZES, ["projection", "record"])
        made[name] = Briefed(authority, BriefResults(authority, SIZES), brief)
    return made


@pytest.mark.integration
@pytest.mark.parametrize("name", FOLDERS)
def test_a_folder_has_the_pages_that_its_files_bring_and_no_page_is_long(briefed, name):
    folder, brief = briefed[name].authority, briefed[name].brief
    assert [page.id for page in brief.pages] == PAGES[name]
    assert len(brief.points) <= 5
    assert len(brief.numbers) <= 5
    ids = []
    for page in brief.pages:
        texts = [block.text for block in page.blocks if isinstance(block, Paragraph)]
        assert len(" ".join([page.title, *texts]).split()) <= MOST_WORDS
        assert texts
        for kind in (Chart, Table):
            blocks = [block for block in page.blocks if isinstance(block, kind)]
            is_two = kind is Table and page.id == "expected" and "services" in folder.sections
            assert len(blocks) <= 1 + is_two
            ids += [block.id for block in blocks if block.id not in ids or kind is Table]
    assert len(ids) == len(set(ids))
    titles = {(table.id, table.title) for table in briefed[name].tables}
    assert len({title for _, title in titles}) == len(titles), "the workbook lists them by title"


@pytest.mark.integration
@pytest.mark.parametrize("name", [name for name in FOLDERS if name != "example"])
def test_nothing_of_the_example_is_in_the_brief_of_another(briefed, name):
    said = [*briefed[name].sentences, *briefed[name].brief.basis]
    for table in briefed[name].tables:
        said += [table.title, table.source, *table.notes, table.frame.to_csv()]
    for page in briefed[name].brief.pages:
        said += [b.alt + b.caption + b.source for b in page.blocks if isinstance(b, Chart)]
    assert not re.findall(r"Oxfordshire|[Rr]eport [Cc]ard|\bpara \d|Kingfisher", "\n".join(said))


@pytest.mark.integration
@pytest.mark.parametrize("name", FOLDERS)
def test_every_number_that_is_said_stands_in_a_table_or_a_result(briefed, name):
    folder = briefed[name]
    known = numbers_of(folder)
    for sentence in folder.sentences:
        if "hub in May" in sentence:
            continue
        for said in numbers_in(sentence):
            assert said in known, (said, sentence)


@pytest.mark.regression
def test_the_brief_of_2015_says_what_the_results_say(briefed):
    folder = briefed["example"]
    results, (happened, why, expected, posts, accuracy) = folder.results, folder.brief.points
    assert happened.text.startswith("626 children were on a protection plan in July 2015, 48% more")
    assert "fewer social workers, not more cases" in why.text
    assert "from about 97 to about 76" in why.text
    stock = results.outlook.projection.of("stock", "baseline", "child_protection_plan")
    low, middle, high = np.quantile(stock[:, 23], (0.05, 0.5, 0.95))
    way = "down from 626" if middle < 626 else "up from 626"
    assert f"{middle:,.0f} children on a protection plan, {way} in July 2015" in expected.text
    assert f"(90% range {low:,.0f} to {high:,.0f})" in expected.text
    needed = folder.authority.posts_needed(**SIZES.named())
    assert f"about {needed.posts} posts, {needed.posts - 97} more than now" in posts.text
    tested = measured_backtest()
    ours = tested[(tested["model"] == OURS) & (tested["horizon_years"] == 2)]
    (skill,) = ours.loc[ours["measure"] == "cpp_at_31_mar", "skill_percent"]
    assert f"{skill:.0f}% more accurate than assuming no change" in accuracy.text


@pytest.mark.integration
@pytest.mark.parametrize("name", ["example", "teams", "whole"])
def test_how_many_posts_what_they_cost_and_what_if_not_is_five_sentences_of_one_page(briefed, name):
    folder = briefed[name]
    (page,) = (page for page in folder.brief.pages if page.id == "expected")
    texts = [block.text for block in page.blocks if isinstance(block, Paragraph)]
    five = folder.results.decision.sentences
    assert (f"{page.title}.", *texts[:4]) == five
    assert all(re.search(r"\d to £?\d", text) for text in five if text != five[2])


@pytest.mark.integration
@pytest.mark.parametrize("name", [name for name in FOLDERS if name != "return"])
def test_one_date_throughout(briefed, name):
    """Every day that lies ahead is the target's, but for the years of the tables."""
    folder = briefed[name]
    last = folder.results.outlook.projection.opening_month
    ahead = {month_words(m, day=True): m for m in folder.results.outlook.projection.months}
    days = {day for text in folder.sentences for day in ahead if day in text and ahead[day] > last}
    assert days == {folder.results.day}
    assert {n.then_at for n in folder.brief.numbers} <= {folder.results.day, "2025/26"}


@pytest.mark.integration
def test_few_months_say_on_what_they_rest(briefed):
    for name in ("months", "teams"):
        said = " ".join(briefed[name].sentences)
        assert "These are 12 months of figures for 26 months ahead" in said
    assert "months of figures for" not in " ".join(briefed["whole"].sentences)
    basis = {name: " ".join(briefed[name].brief.basis) for name in FOLDERS}
    assert "The average caseload of 14 is assumed" in basis["teams"]
    assert "is assumed: the folder sets none" not in basis["whole"] + basis["example"]


@pytest.mark.integration
def test_the_authors_text_is_kept_and_what_belongs_to_a_section_stays_there(briefed):
    said = briefed["whole"].sentences
    assert "What we did. We opened a hub in May." in said
    assert not any("In the annex alone" in text for text in said)


@pytest.mark.integration
def test_the_services_that_move_most_stand_in_one_table(briefed):
    folder = briefed["example"]
    (table,) = (each for each in folder.tables if each.id == "brief_around")
    plans = {p.service.label: p for p in simulated(folder.authority, **SIZES.named())}
    assert len(table.frame) == 4 < len(plans)
    assert f"{len(plans) - 4} services more" in table.notes[0]
    for row in table.frame.to_dict("records"):
        plan = plans[row["service"]]
        measure = "waiting" if plan.service.has_list else "posts_needed"
        central, low, high = plan.numbers(measure, folder.results.target.by)
        form = ",.0f" if plan.service.has_list else ",.1f"
        assert row["ahead"] == f"{central:{form}} ({low:{form}}\u2013{high:{form}})"
    # Child and adolescent mental health, whose list grows while locums leave, is among them.
    assert "camhs" in {plans[label].service.name for label in table.frame["service"]}


@pytest.mark.integration
def test_services_without_figures_stand_on_the_only_page(tmp_path):
    (tmp_path / "authority.toml").write_text(
        '[about]\nname = "Northshire"\ndate = 2026-03-31\n', encoding="utf-8"
    )
    (tmp_path / "services").mkdir()
    shipped = (EXAMPLE / "services" / "complaints.toml").read_bytes()
    (tmp_path / "services" / "complaints.toml").write_bytes(shipped)
    brief = authority_brief(open_authority(tmp_path), SIZES, ["services"])
    (table,) = (block for block in brief.pages[0].blocks if isinstance(block, Table))
    assert table.id == "brief_around"
    assert list(table.frame["counted"]) == ["Waiting at the month's end"]


@pytest.mark.integration
def test_teams_that_hold_half_the_children_give_no_caseload_to_rise_from(tmp_path):
    (tmp_path / "authority.toml").write_text('[about]\nname = "Northshire"\n')
    (tmp_path / "months.csv").write_text(MONTHS)
    (tmp_path / "teams.csv").write_text("\n".join(TEAMS.splitlines()[:2]) + "\n")
    results = BriefResults(open_authority(tmp_path), SIZES)
    first = results.caseload(results.plan.months[0]).middle
    assert results.caseload_of_teams == 21.4
    assert results.caseload_now == first > 35
    said = [
        block.text for block in expected_page(results, "").blocks if isinstance(block, Paragraph)
    ]
    assert any("The teams hold 21.4 cases for each worker, and not all" in text for text in said)
    now = next(each for each in numbers(results) if "Cases" in each.label)
    assert (now.now, now.now_at) == (number(first, 1), "in January 2024")


@pytest.mark.integration
def test_a_withheld_count_does_not_show(tmp_path):
    names = ["child_neglect", "child_emotional_abuse", "parent_mental_health", "child_trafficking"]
    cohort = pd.read_csv(COHORT, usecols=["plan", *names], dtype=str).head(700)
    cohort.insert(0, "child_id", [f"KX{row:07d}" for row in range(700)])
    rare = cohort["child_trafficking"] == "true"
    cohort.loc[rare[rare].index[3:], "child_trafficking"] = "false"
    (tmp_path / "returns").mkdir()
    cohort.to_csv(tmp_path / "returns" / "own.csv", index=False)
    (tmp_path / "authority.toml").write_text('[about]\nname = "Northshire"\n')
    authority = open_authority(tmp_path)
    assert "child_trafficking" in authority.release.withheld()
    brief = authority_brief(authority, SIZES, ["record"])
    page = next(page for page in brief.pages if page.id == "factors")
    table = next(block for block in page.blocks if isinstance(block, Table))
    chart = next(block for block in page.blocks if isinstance(block, Chart))
    for frame in (table.frame, chart.data.frame):
        assert "Child Trafficking" not in set(frame["factor"])
        assert int(frame["plans"].min()) >= 5
    assert b"Trafficking" not in chart.svg
    assert any("not shown" in b.text for b in page.blocks if isinstance(b, Paragraph))


amounts = st.floats(0, 1e5, allow_nan=False)


@pytest.mark.property
@given(now=amounts, before=amounts, digits=st.sampled_from([0, 1]))
def test_a_direction_follows_the_numbers(now, before, digits):
    said = direction(now, before, digits)
    assert said.endswith(number(before, digits))
    if said.startswith("about"):
        assert abs(now - before) <= max(0.0051 * before, 10**-digits)
    else:
        assert said.startswith("up from" if now > before else "down from")


@pytest.mark.property
@given(now=st.integers(0, 5000), before=st.integers(1, 5000))
def test_a_change_in_percent_has_its_way(now, before):
    said = change_words(now, before)
    size = re.match(r"(\d+)%", said)
    if size is None:
        assert abs(now - before) <= 0.0051 * before
    else:
        sign = 1 if "more" in said else -1
        assert before * (1 + sign * int(size[1]) / 100) == pytest.approx(now, abs=0.0051 * before)


@pytest.mark.property
@given(value=st.integers(-300, 300), low=st.integers(0, 200), high=st.integers(0, 200))
def test_a_difference_is_read_back_from_its_words(value, low, high):
    said = difference_words(value, (value - low, value + high))
    if said == "no difference":
        assert value == low == high == 0
        return
    ends = re.search(r"\(90% range (.+) to (.+)\)", said)
    way = ends[2].split(" ")[-1] if " " in ends[2] else ""

    def read(text: str) -> int:
        size, _, word = text.partition(" ")
        return int(size) * (-1 if (word or way) == "fewer" else 1)

    assert sorted(map(read, ends.groups())) == sorted((value - low, value + high))
    assert said.startswith(f"{abs(value)} " if value else "no difference on average")
    assert int(signed(value).replace("−", "-")) == value


@pytest.mark.property
@given(value=st.floats(-500, 500), ahead=amounts, now=amounts)
def test_a_scenario_that_raises_only_beside_a_falling_baseline_says_so(value, ahead, now):
    said = turned_by_baseline(value, ahead, now)
    assert ("fewer than" in said) == (value > 0 and round(ahead) < round(now))
    assert ("more than" in said) == (value < 0 and round(ahead) > round(now))


@pytest.mark.property
@given(texts=st.lists(st.integers(0, 120).map(lambda size: " ".join(["word"] * size)), max_size=9))
def test_paragraphs_yield_in_their_order(texts):
    kept = [paragraph.text for paragraph in fitting("A title of five words", texts)]
    assert sum(len(text.split()) for text in kept) <= MOST_WORDS - 5
    filled = [text for text in texts if text]
    if filled and len(filled[0].split()) <= MOST_WORDS - 5:
        assert kept[0] == filled[0]


@pytest.mark.unit
def test_posts_and_accuracy_have_a_direction():
    assert [posts_more(posts, 97) for posts in (154, 97, 90)] == [
        "57 more than now",
        "enough if all are filled",
        "enough if all are filled",
    ]
    assert skill_words(-0.6) == "1% less accurate than"


@pytest.mark.property
@given(chance=st.floats(0, 1))
def test_simulations_make_no_chance_nought_or_certain(chance):
    said = chance_words(chance)
    size = int(re.search(r"\d+", said)[0])
    assert 1 <= size <= 99
    assert abs(size - 100 * chance) <= 1
    assert said.startswith("less") == (chance < 0.01)


@pytest.mark.unit
def test_brief_and_annex_rank_factors_alike_and_neither_by_a_dozen_assessments():
    rows = [("child_trafficking", 12, 5), ("child_neglect", 400, 60), ("parent_asc", 50, 2)]
    rates = factor_rates(FactorCounts.from_rows(rows, total_plans=70, total_assessments=500))
    brief, annex = factors_point(rates), annex_point(rates).text
    assert brief.startswith("Child Neglect most often goes with a plan: 15%")
    assert "with Child Neglect, 15.0% led to a plan, the highest share of 2 factors" in annex
    assert "30 assessments or more" in annex
    assert "Trafficking" not in brief + annex


@pytest.mark.unit
@pytest.mark.parametrize(
    ("change", "whole", "said"),
    [(-5, (3, -8), "Of the fall of 5 children, "), (5, (9, -4), "Of the rise of 5 children, ")],
)
def test_a_change_of_some_children_says_what_accounts_for_it(change, whole, said):
    parts = tuple(SimpleNamespace(words=words) for words in ("more plans started", "durations"))
    made = SimpleNamespace(parts=parts, whole=whole, change=change, is_parted=True, is_slight=False)
    assert _parts(made).startswith(said)
