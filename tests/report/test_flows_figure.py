"""Where children are instead, drawn: bands as thick as children are many, and words for all."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from riskmodel.demand.moved import Flows
from riskmodel.errors import DataError
from riskmodel.report.charts.flows import THICKEST, THINNEST, _block, _reached, draw_flows

PLAN, NEED = "child_protection_plan", "child_in_need_plan"
ROWS = [
    ("baseline", "", "outside", PLAN, 900.0),
    ("one", "starts", PLAN, NEED, 60.0),
    ("one", "starts", PLAN, "closed", 30.0),
    ("one", "ends", PLAN, NEED, 10.0),
    ("one", "ends", NEED, "closed", 0.2),
    ("two", "starts", "elsewhere", "looked_after", 20.0),
]


def flows(rows=ROWS):
    frame = pd.DataFrame(rows, columns=["scenario", "lever", "from", "to", "children"])
    return Flows("2017-09", frame.assign(low=0.0, high=1e3, level=0.9, basis="projected"))


@pytest.mark.unit
def test_levers_are_added_up_and_what_rounds_to_no_child_is_left_out():
    moved = flows().moved.set_index(["scenario", "from", "to"])["children"]
    assert moved.to_dict() == {
        ("one", "On a protection plan", "On a child in need plan"): 70,
        ("one", "On a protection plan", "No open case"): 30,
        ("two", "Not in the authority", "Looked after"): 20,
    }
    said = flows().summary()
    assert "one, children by the end of September 2017: 70 on a child in need plan instead" in said
    assert flows().only(["two"]).summary().startswith("two")
    assert len(flows().preview()) == 5


@pytest.mark.unit
def test_bands_are_as_thick_as_children_are_many_and_leave_nobody_out():
    moved = flows().moved
    one = _block("one", moved[moved["scenario"] == "one"], THICKEST / 100, 28)
    assert [band[2] for band in one.bands] == pytest.approx([0.7 * THICKEST, 0.3 * THICKEST])
    for side in one.sides:
        assert sum(node.thick for node in side.values()) == pytest.approx(THICKEST)
    few = moved[moved["scenario"] == "two"].assign(children=0.6)
    assert _block("two", few, THICKEST / 100, 28).bands[0][2] == THINNEST


@pytest.mark.unit
def test_bands_of_one_place_do_not_cross_whatever_the_order_of_the_rows():
    ways = [("A", "B"), ("A", "A"), ("A", "C"), ("B", "C"), ("C", "C"), ("B", "A")]
    rows = pd.DataFrame([("x", *way, 10.0) for way in ways], columns=["scenario", *"ft", "n"])
    rows = rows.set_axis(["scenario", "from", "to", "children"], axis=1)
    block = _block("x", rows, 1.0, 28)
    assert [list(side) for side in block.sides] == [["A", "B", "C"], ["A", "B", "C"]]
    tops = [{words: node.top for words, node in side.items()} for side in block.sides]
    first, last = (_reached(block, side, tops[side]) for side in (0, 1))
    for one in range(len(ways)):
        for other in range(one):
            if ways[one][0] == ways[other][0] or ways[one][1] == ways[other][1]:
                assert (first[one] - first[other]) * (last[one] - last[other]) > 0
    # Each place is filled without a gap.
    for side, reached in enumerate((first, last)):
        for words, node in block.sides[side].items():
            there = sorted(reached[n] for n, way in enumerate(ways) if way[side] == words)
            assert there == pytest.approx([node.top + 10 * n for n in range(len(there))])


@pytest.mark.unit
def test_every_place_has_its_number_beside_it_within_the_picture():
    drawing = draw_flows("flows", flows().moved)
    for svg in (drawing.svg, drawing.svg_narrow):
        text = " ".join(re.findall(r"<text[^>]*>([^<]*)</text>", svg.decode()))
        for words in ("100 on a", "70 on a child", "30 no open", "20 looked", "20 not in"):
            assert words in text
    assert drawing.svg == draw_flows("flows", flows().moved).svg
    with pytest.raises(DataError, match="no scenario moves children"):
        flows(ROWS[:1]).plot()
    said = flows(ROWS[:1]).summary()
    assert said.startswith("No scenario moves children by the end of September 2017.")
