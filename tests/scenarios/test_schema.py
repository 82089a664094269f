"""The JSON Schema says the same as the reader."""

from __future__ import annotations

import json
import tomllib
from importlib import resources
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodel.errors import DataError
from riskmodel.levers import LEVERS
from riskmodel.scenarios import LIBRARY, scenario_schema, scenario_template
from riskmodel.scenarios.reading import CHANGE_KEYS, SCENARIO_KEYS, parse_scenario

jsonschema = pytest.importorskip("jsonschema", reason="the schema is checked where it is installed")


@pytest.fixture(scope="module")
def validator() -> Any:
    schema = scenario_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(json.loads(json.dumps(schema, allow_nan=False)))


@pytest.mark.unit
def test_the_schema_names_every_key_and_lever():
    schema = scenario_schema()
    assert list(schema["properties"]) == list(SCENARIO_KEYS)
    assert list(schema["$defs"]["change"]["properties"]) == list(CHANGE_KEYS)
    assert schema["$defs"]["change"]["properties"]["parameter"]["enum"] == list(LEVERS)


@pytest.mark.unit
@pytest.mark.parametrize("name", LIBRARY)
def test_the_library_and_the_template_are_of_this_form(validator: Any, name: str):
    file = resources.files("riskmodel.scenarios").joinpath("data", f"{name}.toml")
    validator.validate(tomllib.loads(file.read_text(encoding="utf-8")))
    validator.validate(tomllib.loads(scenario_template("ours", [name])))


def toml(data: dict[str, Any]) -> str:
    """A scenario's plain data as TOML; JSON's texts, numbers, lists and truths are TOML's."""

    def written(value: Any) -> str:
        if not isinstance(value, dict):
            return json.dumps(value)
        return "{" + ", ".join(f"{key} = {json.dumps(each)}" for key, each in value.items()) + "}"

    lines = [f"{key} = {json.dumps(data[key])}" for key in data if key != "change"]
    for change in data.get("change", []):
        lines += ["[[change]]", *(f"{key} = {written(value)}" for key, value in change.items())]
    return "\n".join(lines)


MONTHS = st.sampled_from([1, 12, 0, "2016-01", "2016-13", "x", 1.5, True])
NUMBERS = st.sampled_from([0, 0.3, 0.4, 0.5, 1, 1.5, 2, 3, 14, 100, 101, -1, 10, 10.5, "1", True])
SHARES = st.sampled_from(
    [{"closed": 1.0}, {"elsewhere": [0.5, 0.7], "closed": 0.4}, {"closd": 1.0}, {"closed": 2}, 3]
)
CHANGES = st.fixed_dictionaries(
    {
        "parameter": st.sampled_from([*LEVERS, "starts.nothing"]),
        "from_month": st.sampled_from([1, "2016-01"]),
        "reason": st.sampled_from(["r", "", " "]) | st.just("r"),
        "source": st.sampled_from(["assumed", 3]) | st.just("assumed"),
    },
    optional={
        "value": NUMBERS | st.sampled_from([[0.2, 0.3], [], [0.2, "1"]]),
        "multiplier": NUMBERS | st.sampled_from([[0.9, 1.1], [0.9]]),
        "distribution": st.sampled_from(["uniform", "middle_80", "normal"]),
        "to": SHARES,
        "from": SHARES,
        "to_month": MONTHS,
        "ramp": st.sampled_from([True, False, 1]),
        "replaces": st.sampled_from([False, "no"]),
        "vaule": st.just(1),
    },
)


@pytest.mark.property
@given(change=CHANGES)
def test_schema_and_reader_agree_on_a_change(validator: Any, change: dict[str, Any]):
    first, last = change["from_month"], change.get("to_month")
    if isinstance(first, str) and isinstance(last, str) and first > last:
        return  # Order of months is beyond a schema.
    data = {"name": "ours", "description": "d", "change": [change]}
    try:
        parse_scenario(toml(data), "ours.toml")
        reads = True
    except DataError:
        reads = False
    assert validator.is_valid(data) == reads


@pytest.mark.unit
@pytest.mark.parametrize(
    "data",
    [
        {},
        {"name": "Our own", "description": "d"},
        {"name": "ours", "description": " "},
        {"name": "ours"},
        {"name": "ours", "description": "d", "based_on": "plateau"},
        {"name": "ours", "description": "d", "based_on": ["plateau", "plateau"]},
        {"name": "ours", "description": "d", "chnage": []},
    ],
)
def test_schema_and_reader_refuse_the_same_files(validator: Any, data: dict[str, Any]):
    assert not validator.is_valid(data)
    with pytest.raises(DataError):
        parse_scenario(toml(data), "ours.toml")
