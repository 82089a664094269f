"""The authority whose figures the published tables are."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

__all__ = ["published_area"]


@cache
def published_area() -> str:
    """The authority of the report card, as named in the folder that comes with the package."""
    settings = resources.files("riskmodel").joinpath("data/example_2015/authority.toml")
    return str(tomllib.loads(settings.read_text(encoding="utf-8"))["about"]["name"])
