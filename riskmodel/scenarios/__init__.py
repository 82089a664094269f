"""Named changes of parameters, with reasons: files, their checks, and the library that ships."""

from riskmodel.scenarios.change import ASSUMED, Change
from riskmodel.scenarios.definition import Scenario
from riskmodel.scenarios.library import LIBRARY, load_library, scenario
from riskmodel.scenarios.reading import read_scenario
from riskmodel.scenarios.schema import scenario_schema
from riskmodel.scenarios.template import scenario_template

__all__ = [
    "ASSUMED",
    "LIBRARY",
    "Change",
    "Scenario",
    "load_library",
    "read_scenario",
    "scenario",
    "scenario_schema",
    "scenario_template",
]
