"""``riskmodel service``: every view, every form, and what is refused."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.end_to_end

SMALL = ("--months", "12", "--simulations", "60")


def test_one_service_comes_in_every_form(call):
    from riskmodel.authority.folder.authority import EXAMPLE

    one = ("service", str(EXAMPLE), "safeguarding_consultations", *SMALL)
    rows = call(*one, "--format", "csv").out.splitlines()
    assert rows[0].startswith("service,scenario,month,measure,mean,q05,q50,q95")
    assert len(call(*one, "--format", "json").json) == len(rows) - 1


def test_one_service_is_shown_and_drawn(call, tmp_path):
    from riskmodel.authority.folder.authority import EXAMPLE

    picture = tmp_path / "list.svg"
    asked = ("service", str(EXAMPLE), "camhs", *SMALL, "--out", str(picture))
    text = " ".join(call(*asked).out.split())
    assert "wait, from" in text
    assert "What went in" in text
    assert picture.read_bytes().startswith(b"<?xml")


@pytest.mark.parametrize("view", ["missing", "interviews", "growth", "paragraphs"])
def test_what_the_documents_say(call, view):
    assert call("service", "--show", view, "--format", "json").json


def test_a_folder_of_ones_own_with_the_template_and_a_table_of_deadlines(call, tmp_path):
    folder = tmp_path / "northshire"
    (folder / "services").mkdir(parents=True)
    (folder / "authority.toml").write_text("[about]\ndate = 2026-03-31\n", encoding="utf-8")
    template = call("service", "--template").out
    (folder / "services" / "speech_therapy.toml").write_text(template, encoding="utf-8")
    rows = "".join(
        f"return_interview,2026-02-{d:02d},2026-02-{d + 1 + d % 4:02d}\n" for d in range(1, 24)
    )
    (folder / "timeliness.csv").write_text(f"measure,started,ended\n{rows}", encoding="utf-8")
    text = call("service", str(folder), "speech_therapy", *SMALL).out
    assert "2026-04" in text
    every = call("service", str(folder), *SMALL, "--format", "csv").out.splitlines()
    assert every[0].startswith("service,label,measure,first,last,low,high")
    steady = call("service", str(folder), "--show", "steady", "--format", "csv").out
    assert "speech_therapy" in steady
    found = call("service", str(folder), "--show", "timeliness", "--format", "csv").out
    assert "return_interview,all months,23," in found
    checked = call("check", str(folder)).out
    assert "Services" in checked
    assert "speech_therapy" in checked


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("service", "--show", "posts", "--scenario", "plateau"), "does not use --scenario"),
        (("service", "--out", "x.svg"), "name it"),
        (("service", "nowhere"), "nowhere: there is no such folder"),
        (("service", "--show", "missing", "--scenario", "x"), "does not use"),
        (("service", "--months", "0"), "needs 1 to"),
    ],
)
def test_what_cannot_be_asked_is_refused(call, words, message):
    refused = call(*words)
    assert refused.code == 2
    assert message in refused.message


def test_scenarios_of_a_folder_say_what_they_do_to_its_services(call):
    from riskmodel.authority.folder.authority import EXAMPLE

    words = ("scenario", "compare", str(EXAMPLE), "baseline", "recruitment_freeze")
    small = ("--simulations", 50, "--months", 8, "--by", "2016-03", "--format", "csv")
    found = call(*words, *small).out
    assert "posts_needed.health_visitor_core_groups" in found
    assert "camhs" not in found  # whose referrals follow nothing that is projected
