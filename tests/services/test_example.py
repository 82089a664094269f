"""The services that ship with the example of 2015, and what its documents say of them."""

from __future__ import annotations

import re

import numpy as np
import pytest

from riskmodel.authority.services import (
    horizon_of,
    services_of,
    simulate_service,
    sources_of,
    with_own_records,
)
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.projection import month_after
from riskmodel.services.published import growth_view, interviews_view, missing_view, paragraphs
from riskmodel.services.repeats import Bands, episodes_model
from riskmodel.services.simulate import Horizon
from riskmodel.services.views import added_view, locums_view, overview, plans_of, steady_view

MONTHS = tuple(month_after("2015-09", ahead + 1) for ahead in range(18))


@pytest.fixture(scope="module")
def services():
    import riskmodel

    return services_of(riskmodel.example())


@pytest.fixture(scope="module")
def plans(services):
    alone = [one for one in services if not one.arrivals.to]
    return plans_of(alone, Horizon(MONTHS, 600, 1))


@pytest.mark.unit
def test_every_paragraph_has_its_services_or_a_reason(services):
    names = {service.name for service in services}
    used = [name for one in paragraphs() for name in one.texts("services")]
    assert set(used) == names
    assert all(one.texts("services") or one.content["why"] for one in paragraphs())
    places = " ".join(str(one.content["place"]) for one in paragraphs())
    numbers = {int(n) for n in re.findall(r"para (\d+)", places)}
    for first, last in re.findall(r"paras (\d+) (?:to|and) (\d+)", places):
        numbers |= set(range(int(first), int(last) + 1))
    assert set(range(34, 47)) <= numbers
    assert all("para" in one.source or "minutes" in one.source for one in services)


@pytest.mark.regression
def test_the_printed_shares_of_return_interviews_are_rebuilt(plans):
    for name, printed in (
        ("return_interviews_known", 0.530),
        ("return_interviews_not_known", 0.374),
    ):
        within = plans[name].path().within[:, 6:].mean()
        assert within == pytest.approx(printed, abs=0.035)


@pytest.mark.regression
def test_complaints_wait_44_days_in_the_long_run(services):
    (one,) = (service for service in services if service.name == "complaints")
    row = steady_view([one], Horizon(MONTHS, 10, 1)).to_frame().iloc[0]
    assert row["wait_weeks"] * 7 == pytest.approx(44, rel=0.01)


@pytest.mark.regression
def test_consultations_go_on_at_393_in_three_months(plans):
    path = plans["safeguarding_consultations"].path()
    assert path.arrivals.mean() * 3 == pytest.approx(393, rel=0.02)
    assert plans["kingfisher"].path().posts_needed.mean() == pytest.approx(76 / 8.4, rel=0.1)


@pytest.mark.unit
def test_every_service_stands_in_the_overview(plans):
    view = overview(list(plans.values()))
    assert set(view.to_frame()["service"]) == set(plans)
    assert "Child and adolescent mental health" in set(view.preview()["service"])


@pytest.mark.unit
def test_locums_shorten_the_list_for_a_while(services):
    (one,) = (service for service in services if service.name == "camhs")
    frame = locums_view([one], Horizon(MONTHS, 400, 1)).to_frame()
    assert frame["fewer"].iloc[5] > 40
    assert frame["fewer"].iloc[-1] < frame["fewer"].max()
    with pytest.raises(DataError, match="locums"):
        locums_view([service for service in services if service.name != "camhs"], None)


@pytest.mark.regression
def test_which_shares_are_of_whole_numbers_of_children():
    frame = interviews_view().to_frame().set_index(["children", "of"])["fits"]
    assert frame["known", "all children"] == "no whole number"
    assert frame["known", "children interviewed"] == "96 of 181"
    assert frame["not known", "all children"] == "110 of 294"
    assert frame["not known", "children interviewed"] == "no whole number"


@pytest.mark.regression
def test_a_doubling_in_two_years_is_41_percent_a_year():
    growth = growth_view().to_frame()["growth_a_year_percent"]
    assert growth.tolist() == pytest.approx([41.4, 10.9, 19.6, 15.6], abs=0.05)


@pytest.mark.regression
def test_fewer_children_go_missing_often_than_the_growth_of_children_says():
    view = missing_view()
    rows = view.to_frame().set_index("question")
    often = rows.iloc[0]
    assert (often["counted"], often["low"] <= 14.7 <= often["high"]) == (5, True)
    assert often["chance_of_no_more"] < 0.1
    assert rows.iloc[1]["expected"] > often["expected"]
    three = rows.loc["three or more in 2014/15, of 694 children"]
    assert three["low"] < 132 < three["high"]
    assert rows.loc["three or more in 2012/13, of 630 children", "low"] > 77
    assert "fewer" in view.summary()


@pytest.mark.regression
def test_the_model_of_episodes_finds_what_made_the_bands():
    lower, chance, inside = (1, 5, 10, 15, 20), np.random.default_rng(9), 0
    for trial in range(5):
        rates = np.exp(chance.normal(-2.0, 1.6, 4000))
        counts = chance.poisson(rates)
        bands = np.histogram(counts, bins=(*lower, 10**9))[0]
        model = episodes_model(
            Bands(lower, tuple(int(one) for one in bands)), seed=trial, draws=300
        )
        low, high = np.quantile(model.share(3), (0.05, 0.95))
        inside += low <= np.mean(counts[counts > 0] >= 3) <= high
    assert 3 <= inside <= 5


@pytest.mark.unit
def test_bands_that_do_not_rise_are_refused():
    for lower, children in (((2, 5), (1, 1)), ((1, 5), (1,)), ((1, 1), (1, 1))):
        with pytest.raises(DataError, match="rise"):
            Bands(lower, children)
    assert Bands((1, 5), (3, 4)).or_more(5) == 4
    with pytest.raises(DataError, match="no band"):
        Bands((1, 5), (3, 4)).or_more(3)


@pytest.mark.integration
def test_a_projection_gives_what_ratios_are_to(services):
    import riskmodel

    outlook = riskmodel.project(months=12, simulations=60)
    sources = sources_of(outlook)["baseline"]
    assert {"starts.child_protection_plan", "stock.looked_after", "conferences.all"} <= set(sources)
    (one,) = (service for service in services if service.name == "health_visitor_core_groups")
    plan = simulate_service(one, outlook)
    stock = outlook.projection.of("stock", "baseline", "child_protection_plan")
    share = plan.path().arrivals.mean() / stock.mean()
    assert 0.25 < share < 0.33
    assert set(overview([plan]).to_frame()["measure"]) == {"arrivals", "posts_needed"}
    with pytest.raises(UnknownNameError, match="camhs"):
        services_of(riskmodel.example(), "camsh")
    with pytest.raises(DataError, match="opening"):
        simulate_service(next(one for one in services if one.name == "camhs"))


@pytest.mark.integration
def test_a_deadline_of_ones_own_records_becomes_a_list_and_a_post_is_added(tmp_path):
    import riskmodel

    (tmp_path / "services").mkdir()
    (tmp_path / "authority.toml").write_text("[about]\ndate = 2026-03-31\n", encoding="utf-8")
    rows = [
        f"core_group,2026-{month:02d}-{day:02d},{'' if month == 3 and day > 20 else '2026-03-30'}"
        for month in (1, 2, 3)
        for day in range(1, 26)
    ]
    text = "\n".join(["measure,started,ended", *rows, ""])
    (tmp_path / "timeliness.csv").write_text(text, encoding="utf-8")
    service = (
        'name = "core_groups"\nlabel = "Core groups"\nabout = "a"\nsource = "b"\n[arrivals]\n'
        'to = "timeliness.core_group"\n[staff]\nposts = 1\nappointments_a_week = 7\n'
        '[deadline]\nwithin = 10\nunit = "working days"\n'
    )
    (tmp_path / "services" / "core_groups.toml").write_text(service, encoding="utf-8")
    authority = riskmodel.open_authority(tmp_path)
    (one,) = with_own_records(authority, services_of(authority))
    assert one.arrivals.months == {"2026-01": 25, "2026-02": 25}
    # Five are open: so few are not told, and three stand for them.
    assert one.waiting == 3
    horizon = horizon_of(authority, [one], months=12, replicates=200, seed=1)
    assert horizon.months[0] == "2026-04"
    added = added_view([one], horizon).to_frame().set_index("measure")
    assert added.loc["waiting", "difference"] < 0 < added.loc["within", "difference"]
    wrong = service.replace('core_group"', 'core_grup"')
    (tmp_path / "services" / "core_groups.toml").write_text(wrong, encoding="utf-8")
    with pytest.raises(DataError, match=r"core_groups\.toml.*timeliness\.core_group"):
        with_own_records(authority, services_of(authority))
