"""A service from its file to its months: what is refused, what chance is shared, what comes out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from riskmodel.errors import DataError
from riskmodel.levers.ranges import Range
from riskmodel.projection import month_after
from riskmodel.services.definition import Arrivals, Deadline, Locums, Service, Staff
from riskmodel.services.posts import posts_for_deadline
from riskmodel.services.reading import read_service, read_services, service_template
from riskmodel.services.simulate import Horizon, simulate, steady_state

MONTHS = tuple(month_after("2015-03", ahead + 1) for ahead in range(24))
HORIZON = Horizon(MONTHS, 300, 1)
LIST = Service(
    "therapy",
    "Speech therapy",
    "Children who wait.",
    "made up",
    "assumed",
    Arrivals(40.0),
    Staff(6.0, 12.0, 6.0, weeks_a_year=42.0),
    100.0,
)


@pytest.mark.unit
def test_the_template_is_a_service_that_can_be_read(tmp_path):
    path = tmp_path / "speech_therapy.toml"
    path.write_text(service_template(), encoding="utf-8")
    service = read_service(path)
    assert (service.name, service.staff.posts) == ("speech_therapy", 6)
    assert simulate(service, HORIZON).summary().startswith("Speech therapy")


BASE = """name = "a"
label = "A"
about = "b"
source = "c"
[arrivals]
per_month = 40
[staff]
posts = 6
appointments_a_week = 12
"""


@pytest.mark.unit
@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("posts = 6", "posts = -6", "line 8, field posts: must be 0 or more; found -6"),
        ("posts = 6", "post = 6", "line 8, field post: .*posts"),
        ("per_month = 40", "per_month = true", "line 6, field per_month"),
        ("per_month = 40", "per_month = [50, 40]", "line 6.*lower end first"),
        ("per_month = 40", 'to = "x"', "field ratio: is missing"),
        ("per_month = 40", "ratio = 2", "takes one of per_month, months and to"),
        ("per_month = 40", 'months = {"2015-01" = 3, "2015-03" = 4}', "one is missing"),
        ("per_month = 40", 'months = {"2015-13" = 3}', "YYYY-MM"),
        ("appointments_a_week = 12", "", "found neither"),
        ("appointments_a_week = 12", "cases_each = 3", "field weeks_each: is missing"),
        ("source", "sauce", "line 4, field sauce"),
        ('name = "a"', 'name = ["a", "b"]', "line 1, field name"),
        ('name = "a"', 'name = "a and b"', "One file is one service"),
        ('name = "a"', 'name = "a"\nname = "b"', "no TOML"),
        ("[staff]", "[deadline]\nwithin = 3\n[staff]", "field unit: is missing"),
        ("[staff]", '[deadline]\nwithin = 3\nunit = "day"\n[staff]', "line 9, field unit.*days"),
        ("[staff]", "[waiting]\nweeks = 3\nchildren = 4\n[staff]", "field weeks: says the same"),
        ("posts = 6", 'locums = [{fte = 3, from_month = "2015-05"}]', "field to_month"),
        ("posts = 6", "within = 3", r"This key stands in \[deadline\]"),
    ],
)
def test_a_wrong_file_is_refused_with_line_and_key(tmp_path, old, new, said):
    path = tmp_path / "a.toml"
    assert old in BASE
    path.write_text(BASE.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DataError, match=said) as refused:
        read_service(path)
    assert "a.toml" in str(refused.value)


@pytest.mark.unit
def test_two_files_of_one_name_are_refused(tmp_path):
    for name in ("one", "two"):
        (tmp_path / f"{name}.toml").write_text(BASE, encoding="utf-8")
    with pytest.raises(DataError, match=r"two\.toml.*one\.toml already"):
        read_services(tmp_path)


@pytest.mark.unit
def test_a_ratio_to_what_is_not_there_is_refused_with_what_is():
    service = replace(LIST, arrivals=Arrivals(to="starts.child_protecton_plan", ratio=2.0))
    sources = {"baseline": {"starts.child_protection_plan": np.ones((300, 24))}}
    with pytest.raises(DataError, match=r"starts\.child_protection_plan"):
        simulate(service, replace(HORIZON, sources=sources))


@pytest.mark.unit
def test_a_ratio_follows_its_source_simulation_by_simulation():
    source = np.repeat(np.arange(300)[:, None], 24, axis=1)
    service = replace(LIST, arrivals=Arrivals(to="x", ratio=2.0), waiting=None)
    plan = simulate(service, replace(HORIZON, sources={"baseline": {"x": source}}))
    found = plan.path().arrivals.mean(axis=1)
    assert np.corrcoef(found, np.arange(300))[0, 1] > 0.999
    assert found[299] == pytest.approx(598, rel=0.03)


@pytest.mark.unit
def test_a_scenario_that_changes_nothing_is_the_baseline_byte_for_byte():
    source = np.random.default_rng(1).poisson(30, (300, 24))
    service = replace(LIST, arrivals=Arrivals(to="x", ratio=Range(1.0, 2.0)))
    both = Horizon(MONTHS, 300, 1, {"baseline": {"x": source}, "none": {"x": source.copy()}})
    plan = simulate(service, both, ("baseline", "none"))
    for measure in plan.measures:
        base, other = (plan.path(name).values(measure) for name in ("baseline", "none"))
        assert base.tobytes() == other.tobytes()


@pytest.mark.unit
def test_locums_who_never_come_change_no_byte_and_those_who_leave_leave_a_shorter_list():
    none = replace(LIST, staff=replace(LIST.staff, locums=(Locums(2.0, "2030-01", "2030-05"),)))
    some = replace(LIST, staff=replace(LIST.staff, locums=(Locums(2.0, "2015-06", "2015-09"),)))
    paths = [simulate(service, HORIZON).path() for service in (LIST, none, some)]
    assert paths[0].waiting.tobytes() == paths[1].waiting.tobytes()
    gained = paths[0].waiting.mean(axis=0) - paths[2].waiting.mean(axis=0)
    # Two full-time locums give 2 x 12 x 42 / 12 / 6 = 14 places a month.
    assert gained[2:7] == pytest.approx([14, 28, 42, 56, 56], abs=4)
    before = simulate(LIST, HORIZON)
    assert before.path().arrivals.tobytes() == paths[2].arrivals.tobytes()


@pytest.mark.unit
def test_the_deterministic_part_is_arrivals_less_places():
    # So long a list is never empty, and no place is lost.
    path = simulate(replace(LIST, waiting=400.0), HORIZON).path()
    # 6 posts x 12 x 42 / 12 / 6 = 42 places for 40 children a month.
    error = np.sqrt((40 + 42) * 24 / 300)
    assert path.waiting[:, -1].mean() == pytest.approx(400 - 2 * 24, abs=3.5 * error)
    assert path.starts.mean() == pytest.approx(42, rel=0.01)
    assert path.wait_weeks[:, 0].mean() == pytest.approx(400 / 42 * 52.18 / 12, rel=0.02)


@pytest.mark.unit
def test_group_work_and_sickness_change_what_a_post_gives(tmp_path):
    path = tmp_path / "a.toml"
    staff = "sickness = 0.1\nappointments_each = 6\n[staff.group]\nshare = 0.5\nsize = 6\n"
    text = f"{BASE}{staff}sessions = 9\n[waiting]\nchildren = 5000\n"
    path.write_text(text, encoding="utf-8")
    service = read_service(path)
    starts = simulate(service, HORIZON).path().starts.mean()
    # A case takes 0.5 x 6 + 0.5 x 9 / 6 = 3.75 appointments.
    assert starts == pytest.approx(6 * 0.9 * 12 * 42 / 12 / 3.75, rel=0.02)


@pytest.mark.unit
def test_without_posts_the_posts_that_it_takes_are_those_of_what_comes():
    service = replace(LIST, staff=replace(LIST.staff, posts=None), waiting=None)
    plan = simulate(service, HORIZON)
    assert plan.measures == ("arrivals", "posts_needed")
    assert plan.path().posts_needed.mean() == pytest.approx(40 / 7, rel=0.02)
    held = replace(service, staff=Staff(cases_each=20.0, weeks_each=26.0))
    taken = simulate(held, HORIZON).path().posts_needed
    # M/G/infinity: 40 a month for 26 weeks, over 20 cases of a post.
    assert taken.mean() == pytest.approx(40 * 26 * 12 / 52.18 / 20, rel=0.02)
    with pytest.raises(DataError, match="a list at first needs posts"):
        replace(service, waiting=10.0)


@pytest.mark.unit
def test_own_months_say_their_level_its_range_and_how_months_differ():
    chance = np.random.default_rng(2)
    counts = {month_after("2014-03", i + 1): int(chance.poisson(50)) for i in range(12)}
    even = replace(LIST, arrivals=Arrivals(months=counts))
    arrivals = simulate(even, HORIZON).path().arrivals
    mean = np.mean(list(counts.values()))
    assert arrivals.mean() == pytest.approx(mean, rel=0.03)
    assert arrivals.mean(axis=1).std() == pytest.approx(np.sqrt(mean / 12 + mean / 24), rel=0.25)
    wild = {month: count * (1 + i % 2) for i, (month, count) in enumerate(counts.items())}
    spread = simulate(replace(LIST, arrivals=Arrivals(months=wild)), HORIZON).path().arrivals
    assert spread.var() > 3 * arrivals.var()
    grown = replace(LIST, arrivals=Arrivals(months=counts, growth_per_year=0.2))
    last = simulate(grown, HORIZON).path().arrivals[:, -1].mean()
    # From the middle of the months counted, half-way through September 2014, to March 2017.
    assert last == pytest.approx(mean * 1.2 ** (29.5 / 12), rel=0.05)


@pytest.mark.unit
def test_a_deadline_is_kept_by_the_posts_that_are_found():
    service = replace(LIST, waiting=0.0, deadline=Deadline(3.0, "weeks", 0.9, "2016-06", 0.8))
    found = posts_for_deadline(service, HORIZON)
    enough = simulate(replace(service, staff=replace(LIST.staff, posts=found.posts)), HORIZON)
    place = MONTHS.index("2016-06")
    assert (enough.path().within[:, place] >= 0.9).mean() == pytest.approx(0.8, abs=0.08)
    few = simulate(replace(service, staff=replace(LIST.staff, posts=found.posts - 0.5)), HORIZON)
    assert (few.path().within[:, place] >= 0.9).mean() < 0.8
    with pytest.raises(DataError, match="outside the months"):
        posts_for_deadline(replace(service, deadline=Deadline(3, "weeks", by="2030-01")), HORIZON)
    with pytest.raises(DataError, match="need"):
        posts_for_deadline(LIST, HORIZON)


@pytest.mark.unit
def test_a_list_in_weeks_is_what_the_service_works_through_in_them():
    service = replace(LIST, waiting=30.0, waiting_weeks=True)
    opening = simulate(service, HORIZON).path().opening
    assert opening.mean() == pytest.approx(30 * 42 * 12 / 52.18, rel=0.01)
    assert steady_state(service, HORIZON).load == pytest.approx(40 / 42)


@pytest.mark.unit
def test_a_plan_says_what_went_in_and_shows_every_measure():
    plan = simulate(replace(LIST, deadline=Deadline(18.0, "weeks")), HORIZON)
    frame = plan.to_frame()
    assert set(frame["measure"]) == {"arrivals", "starts", "waiting", "wait_weeks", "within"}
    assert (frame["q05"] <= frame["q95"]).all()
    assert "weeks in a year" in list(plan.inputs()["what goes in"])
    assert "exponential" not in plan.remarks()[1]
    assert "start within 18 weeks" in plan.summary()


@pytest.mark.unit
@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (replace(LIST, arrivals=Arrivals(per_month=1e7)), "arrivals: .*100,000"),
        (replace(LIST, waiting=1e9), "waiting: .*20,000,000"),
        (replace(LIST, staff=replace(LIST.staff, posts=1e8)), "places: .*100,000"),
    ],
)
def test_more_than_any_country_has_is_refused(changed, said):
    with pytest.raises(DataError, match=said):
        simulate(changed, replace(HORIZON, replicates=20))
