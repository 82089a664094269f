"""The charts: the only part of the package that draws.

Each function returns drawings as bytes; the same input gives the same bytes. The name that it takes
begins all ids in the SVG.
"""

from riskmodel.report.charts.activity import draw_snapshots
from riskmodel.report.charts.canvas import Drawing
from riskmodel.report.charts.cooccurrence import draw_cooccurrence
from riskmodel.report.charts.funnel import draw_funnel
from riskmodel.report.charts.quadrants import QuadrantPoint, draw_quadrants
from riskmodel.report.charts.ranges import draw_ranges, draw_ranked_rates
from riskmodel.report.charts.sensitivity import SensitivityRange, draw_sensitivity

__all__ = [
    "Drawing",
    "QuadrantPoint",
    "SensitivityRange",
    "draw_cooccurrence",
    "draw_funnel",
    "draw_quadrants",
    "draw_ranges",
    "draw_ranked_rates",
    "draw_sensitivity",
    "draw_snapshots",
]
