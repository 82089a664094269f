"""The lines of a scenario file: where each key and each ``[[change]]`` stands.

The TOML reader of the standard library forgets them, and a message without its line sends the
reader searching.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

__all__ = ["CHANGE", "Lines", "find_lines"]

CHANGE = "change"
"""The name of the tables of changes."""

_HEADER = re.compile(r"\s*\[{1,2}\s*[\"']?([^\]\"']+?)[\"']?\s*\]")
_KEY = re.compile(r"\s*(?:\"([^\"]*)\"|'([^']*)'|([A-Za-z0-9_-]+))\s*[=.]")
_QUOTES = ('"""', "'''")


@dataclass(slots=True)
class Lines:
    """Lines of the keys above the first table, of each change, and of its keys."""

    top: dict[str, int] = field(default_factory=dict)
    changes: list[tuple[int, dict[str, int]]] = field(default_factory=list)

    def change(self, position: int) -> tuple[int | None, dict[str, int]]:
        """Line of the change at a position, and of its keys; changes in one line have no keys."""
        if position < len(self.changes):
            return self.changes[position]
        return self.top.get(CHANGE), {}


def find_lines(text: str) -> Lines:
    r"""Where the keys of a file stand, counted from 1.

    Examples
    --------
    >>> find_lines('name = "a"\n\n[[change]]\nvalue = 1\n')
    Lines(top={'name': 1}, changes=[(3, {'value': 4})])
    """
    found = Lines()
    here = found.top
    inside = ""
    for number, line in enumerate(text.split("\n"), start=1):
        if inside:
            # A text of several lines can hold what looks like a key.
            inside = "" if inside in line else inside
            continue
        if header := _HEADER.match(line):
            name = header[1].strip()
            here = {}
            if name == CHANGE and line.lstrip().startswith("[["):
                found.changes.append((number, here))
            else:
                found.top.setdefault(name, number)
        elif key := _KEY.match(line):
            here.setdefault(next(word for word in key.groups() if word is not None), number)
            inside = next((mark for mark in _QUOTES if line.count(mark) % 2), "")
    return found
