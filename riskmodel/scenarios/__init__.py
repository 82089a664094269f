"""Named changes of parameters, with reasons: files, their checks, and the library of scenarios."""

from riskmodel.scenarios.change import ASSUMED, Change
from riskmodel.scenarios.definition import Scenario
from riskmodel.scenarios.reading import (
    ENDING,
    LIBRARY,
    check_transferable,
    load_library,
    read_scenario,
    scenario,
)
from riskmodel.scenarios.schema import scenario_schema
from riskmodel.scenarios.template import scenario_template

__all__ = [
    "ASSUMED",
    "ENDING",
    "LIBRARY",
    "Change",
    "Scenario",
    "check_transferable",
    "load_library",
    "read_scenario",
    "scenario",
    "scenario_schema",
    "scenario_template",
]
