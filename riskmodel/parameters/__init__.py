"""Dated, sourced parameter values: every number from outside that a method rests on."""

from riskmodel.parameters.loader import (
    Parameter,
    parameter,
    parameters,
    parameters_sha256,
    recording,
)

__all__ = ["Parameter", "parameter", "parameters", "parameters_sha256", "recording"]
