"""The form of a scenario file as a JSON Schema, made from the register of levers.

Editors use it to complete and check a TOML file; other programs learn from it what a scenario can
hold.
"""

from __future__ import annotations

import math
from typing import Any

from riskmodel.levers import (
    DESTINATIONS,
    DISTRIBUTIONS,
    LEVERS,
    LOWEST_MULTIPLIER,
    MOST_MULTIPLIER,
    Lever,
)
from riskmodel.scenarios.definition import NAME
from riskmodel.scenarios.reading import CHANGE, CHANGE_KEYS, SCENARIO_KEYS

__all__ = ["scenario_schema"]

_SHARE = {"type": "number", "minimum": 0, "maximum": 1}
_SHARES = {
    "type": "object",
    "propertyNames": {"enum": list(DESTINATIONS)},
    "additionalProperties": {
        "anyOf": [_SHARE, {"type": "array", "items": _SHARE, "minItems": 2, "maxItems": 2}]
    },
    "minProperties": 1,
}
_TEXT = {"type": "string", "pattern": r"\S"}


def scenario_schema() -> dict[str, Any]:
    """The schema, draft 2020-12, as plain data.

    It covers what can be checked within one file. Only :func:`riskmodel.scenarios.read_scenario`
    checks that months follow each other, changes do not overlap, and parents exist.
    """
    keys: dict[str, dict[str, Any]] = {
        "name": {"type": "string", "pattern": f"^{NAME.pattern}$"},
        "description": _TEXT,
        "based_on": {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
        "variants": {
            "type": "object",
            "additionalProperties": {
                "type": "number",
                "exclusiveMinimum": 0,
                "exclusiveMaximum": 1,
            },
            "minProperties": 2,
        },
        CHANGE: {"type": "array", "items": {"$ref": "#/$defs/change"}},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Scenario of riskmodel",
        "type": "object",
        "additionalProperties": False,
        "required": ["name", "description"],
        "properties": _described(keys, SCENARIO_KEYS),
        "$defs": {
            "month": {
                "anyOf": [
                    {"type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$"},
                    {"type": "integer", "minimum": 1, "maximum": 1200},
                ]
            },
            "change": _change(),
        },
    }


def _change() -> dict[str, Any]:
    month = {"$ref": "#/$defs/month"}
    keys: dict[str, dict[str, Any]] = {
        "parameter": {"enum": list(LEVERS)},
        "from_month": month,
        "to_month": month,
        "value": _number_or_range({}),
        "multiplier": _number_or_range({"minimum": LOWEST_MULTIPLIER, "maximum": MOST_MULTIPLIER}),
        "distribution": {"enum": list(DISTRIBUTIONS)},
        "to": _SHARES,
        "from": _SHARES,
        "ramp": {"type": "boolean"},
        "reason": _TEXT,
        "source": _TEXT,
        "replaces": {"type": "boolean"},
    }
    is_ramp = {"properties": {"ramp": {"const": True}}, "required": ["ramp"]}
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["parameter", "from_month", "reason", "source"],
        "oneOf": [{"required": ["value"]}, {"required": ["multiplier"]}],
        "properties": _described(keys, CHANGE_KEYS),
        "not": {"required": ["to", "from"]},
        "allOf": [
            {"if": is_ramp, "then": {"required": ["to_month"]}},
            *(_of_lever(lever) for lever in LEVERS.values()),
        ],
    }


def _of_lever(lever: Lever) -> dict[str, Any]:
    value: dict[str, Any] = {"minimum": lever.lowest}
    if math.isfinite(lever.highest):
        value["maximum"] = lever.highest
    if lever.whole:
        value["type"] = "integer"
    allowed = _number_or_range(value) if lever.takes_range else {"type": "number", **value}
    then: dict[str, Any] = {"properties": {"value": allowed}}
    refused: list[dict[str, Any]] = [
        {"required": [key]} for key in ("value", "multiplier") if key not in lever.operations
    ]
    if not lever.takes_range:
        then["properties"]["multiplier"] = {"type": "number"}
    if not lever.moves:
        refused += [{"required": [key]} for key in ("to", "from")]
    elif not lever.elsewhere:
        then["anyOf"] = [{"required": ["to"]}, {"required": ["from"]}]
    if "ramp" not in lever.operations:
        then["properties"]["ramp"] = {"const": False}
    if refused:
        then["not"] = {"anyOf": refused}
    return {
        "if": {"properties": {"parameter": {"const": lever.name}}, "required": ["parameter"]},
        "then": then,
        "description": str(lever),
    }


def _number_or_range(limits: dict[str, Any]) -> dict[str, Any]:
    number = {"type": "number", **limits}
    return {"anyOf": [number, {"type": "array", "items": number, "minItems": 2, "maxItems": 2}]}


def _described(keys: dict[str, dict[str, Any]], words: Any) -> dict[str, Any]:
    return {key: {**content, "description": words[key]} for key, content in keys.items()}
