"""``riskmodel decide``: posts at prices, and whether early help pays."""

from __future__ import annotations

import csv
import io
import re

import pytest

SMALL = ("--replicates", "100", "--months", "24")
HELP = ("--help-price", "2000", "--plan-saving", "8000")


@pytest.mark.end_to_end
def test_the_best_number_of_posts_comes_with_what_a_wrong_one_costs(call):
    asked = ("decide", "--too-few", "90000", "--too-many", "45000", *SMALL)
    text = " ".join(call(*asked).out.split())
    # Two thirds, and what as many simulations with the same number add.
    assert re.search(r"posts cost least; they are enough with a chance of (6[7-9]|7\d)%", text)
    found = list(csv.DictReader(io.StringIO(call(*asked, "--format", "csv").out)))
    (best,) = (row for row in found if float(row["more"]) == 0)
    assert f"{best['posts']} posts cost least" in text
    # Posts for a chance of 80% are more than those for two thirds.
    needs = call("caseload", *SMALL, "--show", "needs", "--format", "csv").out
    asked_for = next(csv.DictReader(io.StringIO(needs)))
    assert int(best["posts"]) < int(asked_for["posts"])


@pytest.mark.end_to_end
def test_early_help_says_its_break_even_first(call):
    text = " ".join(call("decide", *HELP, "--effect", "0.1,0.4").out.split())
    assert text.startswith("Early help pays if at least 25 of 100 children helped stay off a plan")
    assert "for 112 children" in text
    assert (
        call("decide", *HELP, "--effect", "10%,40%").out
        == call("decide", *HELP, "--effect", "0.1,0.4").out
    )


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
        ((), "one decision at a time"),
        (("--too-few", "1"), "one decision at a time"),
        ((*HELP, "--effect", "0.1,0.4", "--too-few", "1"), "one decision at a time"),
        ((*HELP, "--effect", "much"), "--effect takes two shares, such as 5%,20%; got 'much'"),
        ((*HELP, "--effect", "5,20"), "--effect takes a share between 0 and 1"),
        ((*HELP, "--effect", "0.4,0.1"), "a range has its lower end first"),
        (("--too-few", "-1", "--too-many", "1", *SMALL), "a price must be above 0, got -1"),
    ],
)
def test_what_cannot_be_decided_is_one_message(call, words, message):
    assert message in call("decide", *words).message
