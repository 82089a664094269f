"""The page put together: one file of data, styles and script that asks for nothing from outside."""

from __future__ import annotations

import json
import re
from importlib import resources
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from riskmodel.errors import DataError
from riskmodel.report.whatif.data import TooSmallError, page_data

if TYPE_CHECKING:
    from riskmodel.authority.folder.authority import Authority
    from riskmodel.report.sizes import Sizes

__all__ = ["MOST_BYTES", "WHATIF", "render_whatif", "script", "whatif_beside", "whatif_page"]

WHATIF = "whatif.html"
"""The page beside the brief."""

MOST_BYTES = 2_000_000
"""A page that is mailed and opened on an old laptop."""

_MAIN = "main.js"
_IMPORT = re.compile(r"^import\s*\{[^}]*\}\s*from\s*\"\./([a-z_]+\.js)\";\n", re.MULTILINE)
_NAME = re.compile(
    r"^(?:export )?(?:async )?(?:function|class|const|let) ([A-Za-z_]\w*)", re.MULTILINE
)


def whatif_page(
    authority: Authority, sizes: Sizes, *, kept: int | None = None, beside: str = ""
) -> bytes:
    """The page of a folder.

    Parameters
    ----------
    authority, sizes
        Whose, and how much is simulated.
    kept
        How many simulations it keeps; None takes as many as usual, fewer where the months are so
        many that the page would be too large.
    beside
        Address of the brief that it leads back to; empty where it stands alone.

    Raises
    ------
    DataError
        When the folder has nothing to project from.
    """
    authority.needs("months", "own_panel", "published")
    page = render_whatif(page_data(authority, sizes, kept) | {"brief": beside})
    while kept is None and len(page) > MOST_BYTES:
        data = page_data(authority, sizes, int(_kept(page) * 0.95 * MOST_BYTES / len(page)))
        page = render_whatif(data | {"brief": beside})
    return page


def whatif_beside(authority: Authority, sizes: Sizes, brief: str) -> dict[str, bytes]:
    """The page by its name, for a report; nothing where a folder has none to show."""
    if "projection" not in authority.sections:
        return {}
    try:
        return {WHATIF: whatif_page(authority, sizes, beside=brief)}
    except TooSmallError:
        return {}


def render_whatif(data: dict[str, Any]) -> bytes:
    """The page of its data; the same data give the same bytes."""
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    # No text of a folder can end the element that holds it.
    content = json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    text = environment.from_string(_part("whatif.html.j2")).render(
        authority=data["authority"],
        date=data["date"],
        brief=data["brief"],
        style=Markup(_part("whatif.css")),
        script=Markup(script()),
        data=Markup(content.replace("<", "\\u003c")),
    )
    return text.encode("utf-8")


def script() -> str:
    """The modules of the page as one script, each after those that it takes from.

    Raises
    ------
    DataError
        When two modules give one name to different things: a defect of the package.
    """
    order: list[str] = []
    _collect(_MAIN, order, ())
    parts, owners = [], dict[str, str]()
    for name in order:
        text = _IMPORT.sub("", _part(name))
        for own in _NAME.findall(text):
            if owners.setdefault(own, name) != name:
                raise DataError(f"{owners[own]} and {name} both have a {own}")
        parts.append(re.sub(r"^export ", "", text, flags=re.MULTILINE))
    return '(() => {\n"use strict";\n' + "\n".join(parts) + "})();\n"


def _collect(name: str, order: list[str], way: tuple[str, ...]) -> None:
    if name in way:
        raise DataError(f"modules of the page need each other in a circle: {' '.join(way)}")
    for taken in _IMPORT.findall(_part(name)):
        _collect(taken, order, (*way, name))
    if name not in order:
        order.append(name)


def _part(name: str) -> str:
    folder = resources.files("riskmodel.report.whatif").joinpath("page")
    return folder.joinpath(str(PurePosixPath(name))).read_text(encoding="utf-8")


def _kept(page: bytes) -> int:
    found = re.search(rb'"kept":(\d+)', page)
    assert found is not None  # every page says how many it keeps
    return int(found[1])
