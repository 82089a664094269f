"""What an authority's own figures become, and what it says where something is missing."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import riskmodel
from riskmodel.authority.folder.authority import open_authority
from riskmodel.authority.folder.checks import check_folder
from riskmodel.caseload import published_structure, published_workforce
from riskmodel.core.months import Month
from riskmodel.errors import DataError
from riskmodel.published import factor_counts

from .conftest import MONTHS, TEAMS

OLD_RETURN = "assessment_id,plan,assessment_date,parent_domestic_violence\n" + "".join(
    f"a{row},{row % 3 == 0},2020-11-{row + 1:02d},{row % 2 == 0}\n" for row in range(20)
)
SIZES = {"months": 6, "replicates": 40}


@pytest.mark.unit
def test_posts_and_workers_of_ones_own_reach_the_baseline(folder_of):
    settings = (
        "[workforce]\nposts = 50\nin_post = 40\nnewly_qualified = 10\nspared = 0.4\n"
        'sickness = "5%"\nturnover = 0.2\nagency = 3\ntime_to_fill = 6\nmost_cases = 18\n'
    )
    force = open_authority(folder_of(settings, files={"teams.csv": TEAMS})).workforce
    assert force.posts == 50
    assert force.vacancy_rate == pytest.approx(0.2)
    assert force.newly_qualified_share == pytest.approx(0.25)
    assert (force.newly_qualified_protection, force.sickness_rate) == (0.4, 0.05)
    assert (force.turnover_rate, force.agency_fte) == (0.2, 3)
    assert (force.recruitment_lag_months, force.caseload_cap) == (6, 18)
    # Candidates that are not given stay in proportion to those in post.
    usual = published_workforce()
    in_post = usual.posts * (1 - usual.vacancy_rate)
    assert force.hires_per_month == pytest.approx(40 * usual.hires_per_month / in_post)


@pytest.mark.unit
def test_the_figures_reach_to_their_last_day_and_factors_are_of_a_year(folder_of):
    own = open_authority(folder_of("", files={"months.csv": MONTHS, "assessments.csv": OLD_RETURN}))
    assert str(own.last_day) == "2023-12-31"
    assert own.factors_source == "assessments.csv (year to 31 March 2021)"
    stated = '[about]\ndate = 2023-11-30\nsections = ["projection"]\n'
    (own.folder / "authority.toml").write_text(stated, encoding="utf-8")
    assert str(open_authority(own.folder).last_day) == "2023-11-30"
    # Without its sections nobody is asked for a later return.
    assert not any("31 March 2021" in str(one) for one in check_folder(own.folder).problems)
    (own.folder / "months.csv").unlink()
    (own.folder / "authority.toml").write_text("", encoding="utf-8")
    assert str(open_authority(own.folder).last_day) == "2021-03-31"
    (own.folder / "assessments.csv").unlink()
    assert open_authority(own.folder).last_day is None


@pytest.mark.unit
@pytest.mark.parametrize(
    ("said", "posts", "vacant"),
    [
        ("posts = 50\nvacancies = 10", 50, 0.2),
        ("in_post = 40\nvacancies = 10", 50, 0.2),
        ("posts = 50\nin_post = 50", 50, 0.0),
        ("posts = 50", 50, 0.14),
        ("in_post = 43", 50, 0.14),
    ],
)
def test_any_two_of_posts_in_post_and_vacancies_give_the_third(folder_of, said, posts, vacant):
    folder = folder_of(f"[workforce]\n{said}\n", files={"teams.csv": TEAMS})
    force = open_authority(folder).workforce
    assert force.posts == pytest.approx(posts)
    assert force.vacancy_rate == pytest.approx(vacant)


@pytest.mark.unit
def test_prices_go_on_with_inflation_from_the_latest_year_before(folder_of):
    text = (
        '[[prices]]\nyear = "2023/24"\npost_per_year = 50000\nagency_per_week = 1000\n'
        '[[prices]]\nyear = "2024/25"\ninflation = 0.1\nagency_per_week = 1500\nsource = "us"\n'
        '[[prices]]\nyear = "2025/26"\ninflation = 0.2\n'
    )
    prices = open_authority(folder_of(text)).prices
    assert prices.of("2022/23").post_per_year == 50000, "before the first year, its prices"
    assert prices.of("2024/25").post_per_year == 55000
    assert prices.of("2024/25").agency_per_week == 1500, "its own price is not raised"
    assert prices.of("2026/27").post_per_year == pytest.approx(50000 * 1.1 * 1.2 * 1.2)
    assert prices.of("2026/27").placement_per_week is None
    assert prices.of("2023/24").prices == "2023/24"
    assert "2026/27 (from those of" in prices.of("2026/27").prices
    assert prices.of("2024/25").source == "us"
    frame = prices.to_frame(["2023/24", "2024/25"])
    assert frame["post_per_year"].tolist() == [50000, 55000]


@pytest.mark.integration
def test_unit_costs_are_of_the_year_in_which_the_projection_begins(folder_of):
    text = '[[prices]]\nyear = "2023/24"\npost_per_year = 50000\n'
    authority = open_authority(folder_of(text, files={"months.csv": MONTHS}))
    # The months go to December 2023, so the first month ahead is January 2024.
    assert authority.unit_costs.prices == "2023/24"
    assert Month("2024-01").financial_year == "2023/24"


@pytest.mark.integration
def test_own_months_teams_and_targets_give_caseloads_of_ones_own(folder_of):
    text = (
        '[about]\nname = "Northshire"\npopulation = 90000\n[workforce]\nposts = 30\nin_post = 24\n'
        '[targets]\ncap = 16\nby = "2024-05"\nchance = "90%"\n'
    )
    folder = folder_of(text, files={"months.csv": MONTHS, "teams.csv": TEAMS})
    authority = open_authority(folder)
    outlook = authority.projection(**SIZES)
    assert authority.projection(**SIZES) is outlook, "a result is computed once"
    assert (outlook.projection.area, outlook.source.population) == ("Northshire", 90000)
    target = authority.target(outlook)
    assert (target.cap, target.by, target.probability) == (16, "2024-05", 0.9)
    plan = authority.caseload(**SIZES)
    path = plan.path("baseline")
    assert path.in_post.mean() <= 24.5, "joiners stop at posts less vacancies"
    assert "teams.csv" in plan.source
    assert authority.posts_needed(**SIZES).posts_now == 30


@pytest.mark.unit
@pytest.mark.parametrize(
    ("ask", "file"),
    [
        (lambda a: a.demand, "months.csv"),
        (lambda a: a.projection(), "months.csv"),
        (lambda a: a.structure, "teams.csv"),
        (lambda a: a.caseload(), "teams.csv"),
        (lambda a: a.factor_rates, "returns"),
        (lambda a: a.release, "returns"),
        (lambda a: a.impact, "returns"),
        (lambda a: a.chain, "panel.csv"),
        (lambda a: a.comparison(), "scenarios"),
    ],
)
def test_what_is_missing_is_named_with_the_file_that_would_bring_it(folder_of, ask, file):
    with pytest.raises(DataError) as refused:
        ask(open_authority(folder_of()))
    assert str(refused.value).startswith("mine: needs ")
    assert file in str(refused.value)
    assert "published" not in str(refused.value)


@pytest.mark.unit
def test_fewer_children_than_are_counted_are_refused(folder_of):
    folder = folder_of("[about]\npopulation = 120\n", files={"months.csv": MONTHS})
    with pytest.raises(DataError, match="give all of them, not thousands"):
        _ = open_authority(folder).demand


@pytest.mark.unit
def test_commentary_is_kept_by_heading(folder_of):
    text = (
        "Above.\n\n# Projected numbers\n\nMine, **all** of it.\n\nMore.\n"
        "<!-- # not a\n# heading -->\n## Factors\n"
    )
    authority = open_authority(folder_of(files={"commentary.md": text}))
    assert dict(authority.commentary) == {
        "": "Above.",
        "Projected numbers": "Mine, **all** of it.\n\nMore.",
    }


@pytest.mark.unit
def test_the_example_of_2015_is_an_authority_on_the_published_tables():
    example = riskmodel.example()
    assert example.sections == (
        *("factors", "change", "projection", "caseload", "scenarios", "services"),
        "published",
    )
    assert example.factor_rates.rates.counts == factor_counts()
    assert example.structure == published_structure()
    assert example.workforce.posts == published_workforce().posts
    assert example.demand.population is None
    assert set(example.demand.observations) == {
        "child_protection_plan",
        "looked_after",
        "child_in_need_plan",
    }
    assert check_folder(example.folder).is_sound


@pytest.mark.integration
def test_own_factors_are_of_the_latest_return_cut_at_its_own_rate(exampleshire):
    authority = open_authority(exampleshire)
    analysis = authority.factor_rates
    counts = analysis.rates.counts
    assert (counts.total_assessments, counts.total_plans) == (1400, 392)
    assert analysis.region.impact.low == pytest.approx(392 / 1400, abs=1e-6)


@pytest.mark.unit
def test_the_front_door_offers_it():
    assert {"Authority", "example", "open_authority"} <= set(dir(riskmodel))
    assert riskmodel.open_authority is open_authority


FILES = (
    "inputs.xlsx",
    "panel.csv",
    "returns/census-2024.xml",
    "returns/census-2024.factors.csv",
    "scenarios/earlier_help.toml",
    "commentary.md",
    "README.txt",
    "report.cmd",
)


@pytest.mark.property
@settings(max_examples=12)
@given(names=st.sets(st.sampled_from(FILES)), has_settings=st.booleans())
def test_any_subset_of_the_files_opens_and_checks(
    exampleshire, tmp_path_factory, names, has_settings
):
    folder = tmp_path_factory.mktemp("subset") / "part"
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes((exampleshire / name).read_bytes())
    folder.mkdir(exist_ok=True)
    text = (exampleshire / "authority.toml").read_text(encoding="utf-8") if has_settings else ""
    (folder / "authority.toml").write_text(text, encoding="utf-8")
    authority = open_authority(folder)
    check = check_folder(folder)
    assert not any(problem.severity == "mistake" for problem in check.problems)
    ready = {section.name for section in check.sections if not section.missing}
    assert ready == set(authority.sections)
    assert ("projection" in ready) == (
        "inputs.xlsx" in names or "chain" in ready or "factors" in ready
    )
    assert ("factors" in ready) == ("returns/census-2024.xml" in names)
    # Of nobody in particular, but for the panel's own row, which needs the code.
    assert ("chain" in ready) == ("panel.csv" in names and (has_settings or "inputs.xlsx" in names))
    for section in check.sections:
        assert bool(section.rests_on) is not bool(section.missing)
    said = check.to_frame().to_csv()
    assert not re.search("Oxfordshire|report card", said)


@pytest.mark.unit
def test_the_workers_of_the_teams_and_the_workforce_should_agree(folder_of):
    settings = "[workforce]\nposts = 90\nin_post = 80\n"
    folder = folder_of(settings, files={"months.csv": MONTHS, "teams.csv": TEAMS})
    (problem,) = [p for p in check_folder(folder).problems if p.severity == "decision"]
    assert "the teams have 20.0 full-time workers" in problem.message


FEWER = (
    'name = "fewer"\ndescription = "Fewer starts."\n[[change]]\nfrom_month = 1\n'
    'parameter = "starts.child_protection_plan"\nmultiplier = 0.5\n'
    'to = {child_in_need_plan = 1.0}\nreason = "Test."\nsource = "assumed"\n'
)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("settings", "files", "said"),
    [
        (
            '[about]\nname = "Nowhere"\n',
            {"panel.csv": "panel"},
            "no authority in the panel 'Nowhere'",
        ),
        ("", {"panel.csv": "panel"}, "says neither name nor code"),
        (
            "[about]\ndate = 2023-06-30\n",
            {"months.csv": MONTHS},
            "figures go to the end of 2023-12",
        ),
        ('[targets]\nby = "2023-01"\n', {"months.csv": MONTHS}, "a month after 2023-12"),
        ('[about]\nsections = ["price"]\n', {}, "asks for price"),
        (
            "",
            {"months.csv": MONTHS, "teams.csv": TEAMS.replace("212", "12")},
            "the teams hold 212 and the figures of 2023-12 412",
        ),
        (
            "",
            {"months.csv": MONTHS.replace("-05,405", "-05,3500")},
            "line 6: Children on a protection plan: 3,500 at the end of 2023-05, and 404 and 406",
        ),
        (
            "",
            {"months.csv": MONTHS, "assessments.csv": OLD_RETURN},
            "assessments.csv: holds the year to 31 March 2021, and the figures go to the end of",
        ),
        (
            "",
            {"months.csv": MONTHS, "scenarios/fewer.toml": FEWER},
            "moves children to child_in_need_plan, and the figures hold child_protection_plan",
        ),
        ('[[groups]]\nname = "A"\n', {"panel.csv": "panel"}, "names a group without codes"),
        (
            '[[groups]]\nname = "A"\ncodes = ["7"]\n',
            {"panel.csv": "panel"},
            "7 is not in the panel",
        ),
    ],
)
def test_what_contradicts_itself_is_to_be_decided(folder_of, settings, files, said):
    panel = "la_code,area,year,cpp_at_31_mar\n101,North,2022,300\n101,North,2023,310\n"
    texts = {name: panel if text == "panel" else text for name, text in files.items()}
    folder = folder_of(settings, files=texts)
    check = check_folder(folder)
    assert not check.is_sound
    decisions = [str(p) for p in check.problems if p.severity == "decision"]
    assert any(said in text for text in decisions), [str(p) for p in check.problems]
    open_authority(folder)


@pytest.mark.unit
def test_no_section_is_ready_on_a_file_that_cannot_be_read(folder_of):
    folder = folder_of("", files={"months.csv": MONTHS, "teams.csv": "team,cases\none,2\n"})
    states = {state.name: state for state in check_folder(folder).sections}
    assert states["projection"].rests_on
    assert not states["caseload"].rests_on
    assert "teams" in " ".join(states["caseload"].missing)


@pytest.mark.unit
def test_every_mistake_is_listed_not_the_first_alone(folder_of):
    folder = folder_of(
        "[abuot]\n[workforce]\nposts = -1\n",
        files={"months.csv": "month,cpp_stock\n2023-01,few\n", "teams.csv": "team\n"},
    )
    mistakes = [str(p) for p in check_folder(folder).problems if p.severity == "mistake"]
    assert len(mistakes) == 4
    assert any(text.startswith("months.csv, line 2, field cpp_stock") for text in mistakes)
    assert any(text.startswith("teams.csv, line 1") for text in mistakes)


@pytest.mark.unit
def test_an_authority_is_frozen_and_short():
    example = riskmodel.example()
    with pytest.raises(AttributeError):
        example.contents = None
    assert len(str(example)) < 100
    assert np.isscalar(example.code)
