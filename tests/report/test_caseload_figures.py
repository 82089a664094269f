"""The charts of caseloads: what they say stands in them, apart and the same every time."""

from __future__ import annotations

import itertools
import math
import re

import numpy as np
import pytest

from riskmodel.caseload.loops import FEEDBACK_LOOPS, NODES
from riskmodel.report.charts.caseload import (
    Course,
    draw_caseload_fans,
    draw_probabilities,
)
from riskmodel.report.charts.fan import FAN, Fan
from riskmodel.report.charts.loop import draw_feedback_loop
from riskmodel.report.charts.mixes import MixLine, draw_mixes
from riskmodel.report.charts.scenarios import MeasurePanel, draw_scenarios

TIMES = np.linspace(2015.8, 2018.8, 37)


def fan(title="Baseline"):
    levels = {0.5, *(end for low, high, *_ in FAN for end in (low, high))}
    return Fan(title, (), TIMES, {level: 16 + 8 * level + 0 * TIMES for level in levels}, {})


def drawn():
    return {
        "fans": draw_caseload_fans("fans", [fan(), fan("Plateau")], 14, by=2017.75),
        "within": draw_probabilities(
            "within", [Course("plateau", TIMES, np.linspace(0, 0.4, 37))], sure=0.8, by=2017.75
        ),
        "scenarios": draw_scenarios(
            "scenarios", [MeasurePanel("Posts", [("freeze", -3, -5, math.nan)], 0.0, "{:+,.0f}")]
        ),
        "loop": draw_feedback_loop("loop"),
        "mixes": draw_mixes("mixes", [MixLine(0.1, (0, 0.1), (150, 140))], cheapest=(0.1, 140)),
    }


@pytest.fixture(scope="module")
def drawings():
    return drawn()


@pytest.mark.unit
def test_the_same_input_gives_the_same_bytes(drawings):
    assert drawn() == drawings


@pytest.mark.unit
@pytest.mark.parametrize("width", ["svg", "svg_narrow"])
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("fans", ("cap 14", "Baseline", "Plateau", "20.0", "95%: 23.8", "2017")),
        ("within", ("asked for: 80%", "plateau: 40%")),
        ("scenarios", ("Posts", "freeze", "0")),
        ("loop", (*(node.split()[0] for node in NODES), "+", "−", "assumed: off unless")),
        ("mixes", ("10%", "diverted", "cheapest: 140 posts", "Plans shorter by")),
    ],
)
def test_what_a_chart_says_stands_in_it(drawings, name, said, width):
    texts = re.findall(r">([^<>]+)</text>", getattr(drawings[name], width).decode())
    for words in said:
        assert any(words in text for text in texts), words


@pytest.mark.unit
@pytest.mark.parametrize("width", ["boxes", "narrow_boxes"])
def test_nodes_of_the_loop_stand_apart_within_the_page(drawings, width):
    drawing = drawings["loop"]
    boxes = getattr(drawing, width)
    frame = drawing.frame if width == "boxes" else drawing.narrow_frame
    assert len(boxes) == len(NODES)
    assert all(frame.holds(box) for box in boxes)
    for one, other in itertools.combinations(boxes, 2):
        assert not one.overlaps(other)


@pytest.mark.unit
def test_every_link_is_drawn_with_its_sign(drawings):
    text = drawings["loop"].svg.decode()
    signs = re.findall(r">([+−])</text>", text)
    assert len(signs) == len(FEEDBACK_LOOPS)
    assert signs.count("−") == sum(link.sign < 0 for link in FEEDBACK_LOOPS)
