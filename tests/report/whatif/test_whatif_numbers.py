"""The numbers of the page against riskmodel, in the browser; WHATIF_SETTINGS asks for more."""

from __future__ import annotations

import json
import os
from typing import Any

import numpy as np
import pytest

from riskmodel.authority.folder.authority import Authority
from riskmodel.authority.service import posts_answer
from riskmodel.caseload import Target
from riskmodel.demand.projecting import Outlook
from riskmodel.errors import DataError
from riskmodel.projection import BASELINE
from riskmodel.report.whatif.changes import kept_scenario
from riskmodel.scenarios import Scenario
from riskmodel.scenarios.reading import LIBRARY, library_scenario, parse_scenario

from .by_python import WORKFORCE, Answer, answer, drawn, random_settings
from .chrome import CHROMIUM, Page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]

NUMBER = int(os.environ.get("WHATIF_SETTINGS", "40"))
RELATIVE = 0.005

# A setting worked out by the page, as it shows it; null where it says that it cannot be.
WORK = """((changes, question) => {
  const before = { ...whatif.state.question };
  Object.assign(whatif.state.question, question);
  let shown;
  try { shown = whatif.work(changes); } catch (error) {
    Object.assign(whatif.state.question, before);
    return { refused: error.message };
  }
  const made = {
    stocks: Object.fromEntries(shown.stocks), load: shown.load, chance: shown.chance,
    posts: shown.posts, costs: shown.costs, placements: shown.placements,
    areas: whatif.areas(shown),
    stock: Object.fromEntries([...shown.outcome.stocks].map(([name, one]) => [name, [...one]])),
    fte: [...shown.outcome.workers.fte],
  };
  Object.assign(whatif.state.question, before);
  return made;
})"""


def worked(page: Page, scenario: Scenario, target: Target) -> dict[str, Any]:
    question = {"cap": target.cap, "by": target.by, "chance": target.probability}
    changes = kept_scenario(scenario)["changes"]
    found: dict[str, Any] = page.run(f"{WORK}({json.dumps(changes)}, {json.dumps(question)})")
    return found


def most_specialist() -> float:
    """Largest share over caseload of a specialist team that the random settings hold."""
    share, caseload = WORKFORCE["specialist_share"][1], WORKFORCE["specialist_caseload"][0]
    return share / caseload / (1 - share)


def capped(loads: Any) -> np.ndarray:
    """Caseloads; beyond 150 hardly a worker is left, and one child is a large part of it."""
    return np.minimum(np.nan_to_num(np.asarray(loads, dtype=float), nan=np.inf), 150.0)


def near(found: Any, wanted: Any, least: Any, what: str) -> None:
    """Within half a percent, or so much where that is more."""
    mine, theirs = np.asarray(found, dtype=float), np.asarray(wanted, dtype=float)
    both = np.isfinite(mine) & np.isfinite(theirs)
    assert (both | (mine == theirs)).all(), what
    apart = np.abs(mine - theirs)[both]
    allowed = np.maximum(RELATIVE * np.abs(theirs), least)[both]
    assert (apart <= allowed).all(), f"{what}: {apart.max()} beyond {allowed[apart.argmax()]}"


def check(page: dict[str, Any], python: Answer, target: Target, months: tuple[str, ...]) -> None:
    shown = [t for t, row in enumerate(page["load"]) if row]
    for stage, ends in python.ends.items():
        rows = [t for t, row in enumerate(page["stocks"][stage]) if row and t in shown]
        near([page["stocks"][stage][t] for t in rows], ends[rows], 1.0, stage)
    fte = np.asarray(page["fte"]).reshape(python.fte.T.shape)
    # Uniforms are kept in steps of 1 in 65,536: now and then a worker more or less.
    assert (np.abs(fte - python.fte.T) > 0.1).mean() < 0.01
    # What one case more does; beside a specialist team who holds few others, it is more.
    load = python.load[shown]
    one_case = (load + load**2 * most_specialist()) / np.median(python.cases)
    near(capped([page["load"][t] for t in shown]), capped(load), one_case, "load")
    near(page["chance"], python.within, 0.02, "chance")
    by = months.index(target.by)
    for area in page["areas"]:
        load = python.areas[area["name"]][by, [0, 2, 4]]
        # Children are shared out whole over areas, each of which has a third of the cases or more.
        one_case = 3 * (load + load**2 * most_specialist()) / np.median(python.cases)
        near(capped(area["range"]), capped(load), one_case, "area")
    for one in page["posts"]["byChance"]:
        place = int(np.ceil(one["chance"] * len(python.posts) - 1e-9)) - 1
        posts = np.inf if one["posts"] is None else one["posts"]
        # A child more in each of three groups, counted whole by Python, can make two posts.
        near(posts, python.posts[place], 2.0, "posts")
    near(page["costs"], python.costs, 0.0, "costs")


def test_random_settings_have_the_numbers_of_riskmodel(
    opened_page: Page, made_up: Authority, made_up_projection: Outlook
):
    refused = 0
    for scenario, target in random_settings(seed=NUMBER, number=NUMBER):
        found = worked(opened_page, scenario, target)
        try:
            wanted = answer(made_up, made_up_projection, scenario, target)
        except DataError:
            wanted = None
        assert (wanted is None) == ("refused" in found), (str(scenario), found.get("refused"))
        if wanted is None:
            refused += 1
        else:
            check(found, wanted, target, made_up_projection.projection.months)
    assert refused < NUMBER / 2


def test_children_drawn_one_by_one_lie_around_the_page(
    opened_page: Page, made_up_projection: Outlook
):
    """riskmodel draws the change anew: on average over the simulations it is the page's."""
    projection, count = made_up_projection.projection, 0
    for scenario, target in random_settings(seed=99, number=max(NUMBER // 3, 4)):
        found = worked(opened_page, scenario, target)
        if "refused" in found:
            continue
        for stage, stock in drawn(made_up_projection, scenario).items():
            page = np.asarray(found["stock"][stage]).reshape(stock.shape)
            if np.array_equal(stock, projection.of("stock", BASELINE, stage)):
                continue
            apart = (stock - page)[:, [11, 23, 35]]
            error = apart.std(axis=0) / np.sqrt(len(apart))
            assert (np.abs(apart.mean(axis=0)) < 5 * error + 0.3).all(), (scenario, stage)
            count += 1
    assert count


def test_nothing_changed_shows_the_numbers_of_the_report(
    opened_page: Page, made_up: Authority, made_up_projection: Outlook
):
    sizes = {"months": 36, "replicates": 256, "seed": 4}
    shown = opened_page.run(
        "whatif.numbersNow().map((one) => [one.value, one.range, one.note ?? ''])"
    )
    target = made_up.target(made_up_projection)
    month = made_up_projection.projection.months.index(target.by)
    stock = made_up_projection.projection.of("stock", BASELINE, "child_protection_plan")[:, month]
    assert shown[0][0] == f"{np.quantile(stock, 0.5):,.0f}"
    plan = made_up.caseload(**sizes)
    assert shown[1][0] == f"{np.median(plan.caseload()[month]):.1f}"
    value, span, note = shown[3]
    half, most = (
        posts_answer(
            made_up_projection,
            Target(target.cap, target.by, chance),
            scenario=BASELINE,
            structure=made_up.structure,
            workforce=made_up.workforce,
        ).posts
        for chance in (0.5, 0.95)
    )
    answer = made_up.posts_needed(**sizes)
    assert value == f"{answer.posts}"
    assert span == f"90% range {answer.low} to {answer.high}"
    more = f"{abs(answer.more):.0f} {'more' if answer.more > 0 else 'fewer'} than now. "
    assert note.startswith(f"{more}For 50% {half}, for 95% {most}. With ")


def test_the_library_is_read_as_riskmodel_reads_it(opened_page: Page):
    from importlib import resources

    folder = resources.files("riskmodel.scenarios").joinpath("data")
    for name in LIBRARY[1:]:
        text = folder.joinpath(f"{name}.toml").read_text(encoding="utf-8")
        read = opened_page.run(f"whatif.readText({json.dumps(text)})")
        kept = kept_scenario(library_scenario(name))
        assert (read["name"], read["description"]) == (name, kept["description"])
        own = [
            {**one, "instead": [list(pair) for pair in one["instead"]]} for one in read["changes"]
        ]
        wanted = json.loads(json.dumps(kept["changes"]))
        for change in own:
            change["reason"], change["source"] = (
                " ".join(change[key].split()) for key in ("reason", "source")
            )
            assert change in wanted


def test_a_saved_file_gives_the_numbers_back_and_opens_again(
    opened_page: Page, made_up: Authority, made_up_projection: Outlook
):
    opened_page.run(
        """(() => {
        const set = (id, value) => {
          const box = document.getElementById(id);
          box.value = value;
          box.dispatchEvent(new Event(box.tagName === "SELECT" ? "change" : "input"));
        };
        set("until", "ramp");
        set("to", "2024-09");
        set("starts-child_protection_plan", 12);
        set("starts-child_protection_plan-to", "child_in_need_plan");
        set("length-child_protection_plan", -1);
        set("diversion-early_help", 10);
        set("diversion-early_help-part", 40);
        set("workforce-posts", 90);
        set("workforce-turnover_rate", 22.5);
        set("cap", 13.5); set("by", "2025-03"); set("chance", 90);
        })()"""
    )
    text = opened_page.run("whatif.fileText()")
    scenario = parse_scenario(text, "saved.toml")
    assert len(scenario.changes) == 5
    assert all(change.ramp for change in scenario.changes)
    assert "--cap 13.5 --by 2025-03 --chance 0.9" in text
    target = Target(13.5, "2025-03", 0.9)
    shown = opened_page.run("whatif.numbersNow().map((one) => one.value)")
    wanted = answer(made_up, made_up_projection, scenario, target)
    month = made_up_projection.projection.months.index(target.by)
    near(float(shown[0]), wanted.ends["child_protection_plan"][month, 2], 1.0, "plans")
    near(float(shown[1]), wanted.load[month, 2], 0.1, "caseload")
    near(float(shown[3]), wanted.posts[int(np.ceil(0.9 * 256)) - 1], 1.0, "posts")
    opened_page.run("document.getElementById('start').dispatchEvent(new Event('change'))")
    opened_page.run(f"whatif.openText({json.dumps(text)})")
    assert opened_page.run("whatif.numbersNow().map((one) => one.value)") == shown
    again = parse_scenario(opened_page.run("whatif.fileText()"), "again.toml")
    assert again.changes == scenario.changes


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('name = "x"\n[[change]]\nparameter = "starts.nobody"', "no lever starts.nobody"),
        ('name = "x"\nname = "y"', "Line 2: name is there twice"),
        ('name = "x"\n[[change]]\nparameter = ', "a value is missing"),
        ("{}", "a key is missing"),
        ('name = "x"\nbased_on = ["elsewhere.toml"]', "based on elsewhere.toml"),
        (
            'name = "x"\n[[change]]\nparameter = "workforce.posts"\nfrom_month = 1\nvalue = -1',
            "Posts can be 0 or more",
        ),
        (
            'name = "x"\n[[change]]\nparameter = "starts.looked_after"\nfrom_month = 1\n'
            "multiplier = 6\nfrom = { child_protection_plan = 1.0 }",
            "takes more children away than start",
        ),
        (
            'name = "x"\n[[change]]\nparameter = "feedback.caseload_to_length"\nfrom_month = 1\n'
            "value = 0.1",
            "feedback",
        ),
    ],
)
def test_a_file_that_is_no_scenario_is_said_to_be_none(opened_page: Page, text: str, said: str):
    before = opened_page.run("whatif.fileText()")
    message = opened_page.run(
        f"(() => {{ try {{ whatif.openText({json.dumps(text)}); return ''; }}"
        " catch (error) { return error.message; } })()"
    )
    assert said in message
    assert opened_page.run("whatif.fileText()") == before
