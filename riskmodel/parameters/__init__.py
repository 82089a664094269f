"""Dated, sourced parameter values: every number from outside that a method rests on."""

from riskmodel.parameters.loader import (
    Parameter,
    assumptions,
    parameter,
    parameter_names,
    parameters,
    parameters_sha256,
    recording,
    remembered,
)

__all__ = [
    "Parameter",
    "assumptions",
    "parameter",
    "parameter_names",
    "parameters",
    "parameters_sha256",
    "recording",
    "remembered",
]
