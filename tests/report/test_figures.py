from __future__ import annotations

import itertools
import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskmodel.report import Report
from riskmodel.report.charts import (
    Drawing,
    QuadrantPoint,
    draw_quadrants,
    draw_ranked_rates,
    draw_snapshots,
)
from riskmodel.report.labels import Box, place_labels

PALETTE = {"#12436d", "#28a197", "#801650", "#3d3d3d"}


@pytest.fixture(scope="module")
def quadrants() -> dict[str, Drawing]:
    from riskmodel.factors import factor_rates
    from riskmodel.published import factor_counts, printed_quadrants
    from riskmodel.vocabulary import factor

    counts, printed = factor_counts(), printed_quadrants()
    found = {}
    for reading, values in (("plans", counts.plans), ("assessments", counts.assessments)):
        points = [
            QuadrantPoint(
                factor(name).label,
                float(value),
                rate.value * 100,
                rate.low * 100,
                rate.high * 100,
                printed[name],
                reading == "assessments" and name.endswith(("drugs_misuse", "domestic_violence")),
            )
            for name, value, rate in zip(
                counts.factors, values, factor_rates(counts).conversion, strict=True
            )
        ]
        found[reading] = draw_quadrants(
            f"by_{reading}",
            points,
            across=reading,
            up="Conversion rate",
            prevalence_cuts=(66, 84) if reading == "plans" else None,
            impact_cuts=(21.2, 28.4),
        )
    return found


@pytest.mark.unit
@pytest.mark.parametrize("reading", ["plans", "assessments"])
@pytest.mark.parametrize("width", ["wide", "narrow"])
def test_no_label_covers_another_or_leaves_the_axes(quadrants, reading, width):
    drawing = quadrants[reading]
    boxes = drawing.boxes if width == "wide" else drawing.narrow_boxes
    frame = drawing.frame if width == "wide" else drawing.narrow_frame
    # Ten factors, and the words for the cuts and quadrants.
    assert len(boxes) == (10 + 2 + 4 if reading == "plans" else 10 + 1)
    assert drawing.unplaced == ()
    for one, other in itertools.combinations(boxes, 2):
        assert not one.overlaps(other)
    assert all(frame.grown(0.5).holds(box) for box in boxes)


@pytest.mark.unit
def test_measured_text_stays_inside_the_boxes_it_was_given(quadrants):
    """The boxes say the truth: what matplotlib draws does not stick out of the picture."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(620 / 72, 440 / 72), dpi=72)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    text = axes.text(0, 0, "Child Unacceptable Behaviour", fontsize=11, family="DejaVu Sans")
    width = text.get_window_extent().width
    widest = max(box.right - box.left for box in quadrants["plans"].boxes)
    assert widest >= width


@pytest.mark.property
@given(
    st.lists(
        st.tuples(st.floats(20, 480), st.floats(20, 280)), min_size=1, max_size=14, unique=True
    )
)
@settings(max_examples=40, deadline=None)
def test_placed_labels_keep_the_rules_for_any_points(points):
    within = Box(0, 0, 500, 300)
    reserved = [Box(0, 0, 80, 15)]
    placed = place_labels(points, [(90, 13)] * len(points), within=within, keep_clear=reserved)
    boxes = [label.box for label in placed if label is not None]
    assert all(within.grown(1e-6).holds(box) for box in boxes)
    assert not any(box.overlaps(reserved[0]) for box in boxes)
    for one, other in itertools.combinations(boxes, 2):
        assert not one.overlaps(other)
    assert placed == place_labels(
        points, [(90, 13)] * len(points), within=within, keep_clear=reserved
    )


@pytest.mark.unit
def test_a_label_without_room_is_named_not_forced():
    placed = place_labels([(10, 10)], [(100, 13)], within=Box(0, 0, 50, 50))
    assert placed == [None]


@pytest.mark.unit
def test_the_same_input_gives_the_same_bytes(tmp_path, monkeypatch):
    import matplotlib as mpl

    rows = [("A", 40.0, 30.0, 50.0), ("B", 20.0, 10.0, 30.0)]
    first = draw_ranked_rates("rates", rows, across="Rate")
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "red"}):
        second = draw_ranked_rates("rates", rows, across="Rate")
    assert (first.svg, first.svg_narrow, first.png) == (second.svg, second.svg_narrow, second.png)


@pytest.mark.unit
def test_svg_keeps_text_and_holds_no_date_or_address():
    drawing = draw_snapshots(
        "activity", ["July 2013", "July 2014"], [("Child Protection", [422, 454], ["422", "454"])]
    )
    for svg in (drawing.svg, drawing.svg_narrow):
        text = svg.decode()
        ET.fromstring(text)
        assert "422" in text
        assert "Jul 2013" in text
        addresses = set(re.findall(r'https?://[^"\s<]+', text))
        assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
        assert "Created with" not in text
        assert "DejaVu" not in text
        assert re.search(r"\b20[12]\d-\d\d-\d\d", text) is None
        assert all(found.startswith("activity") for found in re.findall(r'\bid="([^"]+)"', text))


@pytest.mark.unit
def test_type_is_large_enough_and_colours_are_the_palette(quadrants):
    text = quadrants["plans"].svg.decode()
    sizes = [float(size) for size in re.findall(r"font(?:-size)?:\s*(?:bold )?([\d.]+)px", text)]
    assert sizes
    assert min(sizes) >= 11
    assert {"#12436d", "#28a197", "#801650"} <= {
        colour.lower() for colour in re.findall(r"#[0-9a-fA-F]{6}", text)
    }


@pytest.mark.unit
def test_png_is_a_picture_without_software_name(quadrants):
    png = quadrants["plans"].png
    assert png.startswith(b"\x89PNG")
    assert b"Software" not in png
    assert b"matplotlib" not in png


@pytest.mark.integration
def test_every_chart_has_words_and_numbers(report: Report):
    bases = {"published", "projected", "observed", "assumed"}
    for chart in report.charts():
        assert len(chart.alt) > 60
        assert len(chart.data.frame) > 0
        assert chart.basis in bases
    assert {chart.basis for chart in report.charts()} == bases


@pytest.mark.integration
def test_the_chart_says_which_pair_contradicts(report: Report):
    chart = next(chart for chart in report.charts() if chart.id == "quadrants_by_assessments")
    text = chart.svg.decode()
    assert "printed as high: 245" in text
    assert "printed as low: 312" in text


@pytest.mark.unit
def test_text_between_dollars_is_no_formula():
    """The name of an area is text: ``$\\badcmd{$`` stopped the whole page."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    from riskmodel.report.charts import canvas

    with canvas._style():
        figure = Figure()
        figure.text(0.5, 0.5, r"Here $\badcmd{$ and there")
        FigureCanvasAgg(figure).draw()
