"""``riskmodel decide``: posts at prices, and whether early help pays."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest

from riskmodel.core.wording import money

SMALL = ("--replicates", "100", "--months", "24")
HELP = ("--help-price", "2000", "--plan-saving", "8000")


@pytest.mark.end_to_end
def test_the_best_number_of_posts_comes_with_what_a_wrong_one_costs(call):
    asked = ("decide", "--too-few", "90000", "--too-many", "45000", *SMALL)
    text = " ".join(call(*asked).out.split())
    # Two thirds, and what as many simulations with the same number add.
    assert re.search(r"posts cost least; they are enough with a chance of (6[7-9]|7\d)%", text)
    found = list(csv.DictReader(io.StringIO(call(*asked, "--format", "csv").out)))
    opening = text.partition("Cost of being wrong")[0]
    assert re.search(r"(£[\d.,]+m? a year more \(90% range £[\d.,]+m? to £[\d.,]+m?\))", opening)
    (best,) = (row for row in found if float(row["more"]) == 0)
    assert f"{best['posts']} posts cost least" in text
    # Posts for a chance of 80% are more than those for two thirds.
    needs = call("caseload", *SMALL, "--show", "needs", "--format", "csv").out
    asked_for = next(csv.DictReader(io.StringIO(needs)))
    assert int(best["posts"]) < int(asked_for["posts"])


@pytest.mark.end_to_end
@pytest.mark.parametrize("prices", [(), ("--too-few", "90000", "--too-many", "45000")])
def test_what_the_workers_cost_is_one_number_on_every_face(call, prices):
    """The rows have the cost that the sentence says, of the posts that it says, and none empty."""
    asked = ("decide", *prices, *SMALL)
    text = " ".join(call(*asked).out.split())
    (posts,) = re.findall(r"would need (\d+) posts", text)
    said = re.findall(r"that costs (£\S+) a year more", text)
    rows = list(csv.DictReader(io.StringIO(call(*asked, "--format", "csv").out)))
    assert not [row for row in rows if "" in row.values()]
    data = json.loads(call(*asked, "--format", "json").out)
    for found in (rows, data):
        (row,) = (row for row in found if str(row["posts"]) == posts)
        assert [money(float(row["workers_cost"]), "GBP")] == said
        assert float(row["price"]) == (45_000 if prices else 10_000)
    assert ("more" in rows[0]) is bool(prices)


@pytest.mark.end_to_end
def test_without_prices_there_are_five_sentences_with_ranges_all_the_same(call):
    asked = ("decide", *SMALL)
    answer = call(*asked)
    assert answer.code == 0, answer.err
    (data,) = [list(csv.DictReader(io.StringIO(call(*asked, "--format", "csv").out)))]
    assert [row["chance"] for row in data] == ["0.5", "0.8", "0.95"]
    opening = " ".join(answer.out.partition("Assumed:")[0].split())
    sentences = re.findall(r"[A-Z].+?\.(?= [A-Z]|$)", opening)
    assert len(sentences) == 5
    assert f"would need {data[1]['posts']} posts of social workers" in sentences[0]
    assert (
        "At £10,000 a year for each worker in post (no price is given) that costs £" in sentences[1]
    )
    assert f"with {data[2]['posts']} posts 95%; without the price" in sentences[2]
    assert [sum(" to " in text for text in sentences)] == [4]


MAYBE = """
name = "perhaps"
description = "Few candidates, or as now."
[variants]
"few.toml" = 0.4
baseline = 0.6
"""
FEW = """
name = "few"
description = "Few candidates."
[[change]]
parameter = "workforce.hires_per_month"
from_month = 1
value = 4.2
reason = "What if so few can be appointed?"
source = "assumed"
"""


@pytest.mark.end_to_end
def test_under_a_scenario_with_variants_it_is_the_number_of_a_comparison(call, tmp_path):
    """As `project`, `caseload` and `scenario compare`, `decide` takes variants with weights."""
    for name, text in (("few", FEW), ("perhaps", MAYBE)):
        (tmp_path / f"{name}.toml").write_text(text)
    perhaps = str(tmp_path / "perhaps.toml")
    sizes = ("--simulations", "60", "--months", "24", "--chance", "50%")
    text = " ".join(call("decide", "--scenario", perhaps, *sizes).out.split())
    assert "can be appointed; under perhaps the caseload would be" in text
    (posts,) = re.findall(r"would need (\d+) posts", text)
    needs = ("caseload", "--scenario", perhaps, "--show", "needs", "--format", "csv", *sizes)
    rows = csv.DictReader(io.StringIO(call(*needs).out))
    assert next(row["posts"] for row in rows if row["scenario"] == "perhaps") == posts
    compared = call("scenario", "compare", perhaps, *sizes, "--format", "csv").out
    (row,) = (
        row for row in csv.DictReader(io.StringIO(compared)) if row["measure"] == "posts_needed"
    )
    assert f"{float(row['value']):.0f}" == posts
    started = call("project", "--scenario", perhaps, *sizes[:4], "--format", "csv").out
    assert "perhaps" in started


@pytest.mark.end_to_end
def test_early_help_says_its_break_even_first(call):
    text = " ".join(call("decide", *HELP, "--effect", "0.1,0.4").out.split())
    assert text.startswith("Early help pays if at least 25 of 100 children helped stay off a plan")
    assert "for 112 children" in text
    # The report card's own count, worked through: 10% and 40% of 112, and a quarter of it.
    assert "112 of 630 children who started a plan in a year, 18% (2014/15" in text
    assert "11 to 45 of the 630 would not have started, and it pays from 28 on." in text
    other = call("decide", *HELP, "--effect", "0.1,0.4", "--helped", "50").out
    assert "for 50 children" in " ".join(other.split())
    assert "630" not in other
    assert (
        call("decide", *HELP, "--effect", "10%,40%").out
        == call("decide", *HELP, "--effect", "0.1,0.4").out
    )


@pytest.mark.end_to_end
def test_how_many_are_helped_in_an_area_of_ones_own_is_not_the_report_cards(call, tmp_path):
    refused = call("decide", str(tmp_path), *HELP, "--effect", "0.1,0.4")
    assert refused.code == 2
    assert f"--helped is needed with {tmp_path.name}" in refused.err
    assert call("decide", str(tmp_path), *HELP, "--effect", "0.1,0.4", "--helped", "9").code == 0


@pytest.mark.end_to_end
def test_a_loss_is_said_as_one(call):
    text = " ".join(call("decide", *HELP, "--effect", "5%,20%").out.split())
    assert re.search(r"it costs GBP [\d,]+ a year more than it saves", text)
    assert "GBP -" not in text
    gain = " ".join(call("decide", *HELP, "--effect", "40%,60%").out.split())
    assert re.search(r"it saves GBP [\d,]+ a year more than it costs", gain)
    assert "a chance of more than 99%" in gain


@pytest.mark.end_to_end
@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--too-few", "1"), "one decision at a time"),
        ((*HELP, "--effect", "0.1,0.4", "--too-few", "1"), "one decision at a time"),
        ((*HELP, "--effect", "much"), "--effect takes two shares, such as 5%,20%; got 'much'"),
        ((*HELP, "--effect", "5,20"), "--effect takes a share between 0 and 1"),
        ((*HELP, "--effect", "0.4,0.1"), "a range has its lower end first"),
        (("--scenario", "plateau,national_growth"), "takes one scenario; got plateau, national"),
        ((*HELP, "--effect", "0.1,0.4", "--scenario", "plateau"), "one decision at a time"),
        (
            ("--too-few", "-1", "--too-many", "1", *SMALL),
            "a price must be above 0, at most 1,000,000,000; got -1",
        ),
    ],
)
def test_what_cannot_be_decided_is_one_message(call, words, message):
    assert message in call("decide", *words).message
