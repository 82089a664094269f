"""Where in a text of TOML each key, table and entry of a list stands."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left
from itertools import count

__all__ = ["KeyPath", "key_lines"]

KeyPath = tuple[str | int, ...]
"""Keys from the top of a file, with positions in lists from 0: ``("change", 0, "value")``."""

_SPACE = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BETWEEN = re.compile(r"(?:[ \t\r\n,]|#[^\n]*)*")
_KEY = re.compile(r"[ \t]*(?:(\"(?:[^\"\\\n]|\\.)*\")|'([^'\n]*)'|([A-Za-z0-9_-]+))[ \t]*(\.?)")
# A text of several lines can end in up to two quotes of its own.
_SCALAR = re.compile(
    r'"""(?:[^\\]|\\[\s\S])*?""""{0,2}'
    r"|'''[\s\S]*?''''{0,2}"
    r'|"(?:[^"\\]|\\.)*"'
    r"|'[^']*'"
    r"|[^,\]}#\n]+"
)


def key_lines(text: str) -> dict[KeyPath, int]:
    r"""The line of every key, table and entry of a list, counted from 1.

    Parameters
    ----------
    text
        TOML that the parser has read.

    Notes
    -----
    A table that several headers or dotted keys make stands where it is headed itself, or else
    where its first key does.

    Examples
    --------
    >>> key_lines('seed = 1\n[[steps]]\nid = "a"\n')
    {('seed',): 1, ('steps',): 2, ('steps', 0): 2, ('steps', 0, 'id'): 3}
    """
    return _Finder(text).find()


class _Finder:
    """Walks through a text as the parser does, and keeps nothing but lines."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.ends = [match.start() for match in re.finditer("\n", text)]
        self.lines: dict[KeyPath, int] = {}
        self.last: dict[KeyPath, int] = {}
        """Position of the last table of each list of tables."""

    def find(self) -> dict[KeyPath, int]:
        table: KeyPath = ()
        while self.skip(_SPACE) < len(self.text):
            if self.text[self.at] == "[":
                table = self.header()
            else:
                self.pair(table)
        return self.lines

    def skip(self, pattern: re.Pattern[str]) -> int:
        match = pattern.match(self.text, self.at)
        self.at = match.end() if match else len(self.text)
        return self.at

    def line(self) -> int:
        return bisect_left(self.ends, self.at) + 1

    def keys(self) -> list[str]:
        """The parts of a dotted key."""
        keys = []
        while match := _KEY.match(self.text, self.at):
            self.at = match.end()
            basic, literal, bare, dot = match.groups()
            # With its escapes, as the parser reads them.
            keys.append(tomllib.loads(f"key = {basic}")["key"] if basic else literal or bare or "")
            if not dot:
                break
        return keys

    def header(self) -> KeyPath:
        line, brackets = self.line(), 2 if self.text.startswith("[[", self.at) else 1
        self.at += brackets
        path: KeyPath = ()
        *around, name = self.keys()
        self.at += brackets
        for key in around:
            path = (*path, key)
            self.lines.setdefault(path, line)
            path = (*path, self.last[path]) if path in self.last else path
        path = (*path, name)
        if brackets == 2:
            self.lines.setdefault(path, line)
            self.last[path] = self.last.get(path, -1) + 1
            path = (*path, self.last[path])
        self.lines[path] = line
        return path

    def pair(self, path: KeyPath) -> None:
        line = self.line()
        for key in self.keys():
            path = (*path, key)
            self.lines.setdefault(path, line)
        self.at += 1
        self.value(path)

    def value(self, path: KeyPath) -> None:
        opening = self.text[self.skip(_SPACE)]
        if opening not in "[{":
            self.skip(_SCALAR)
            return
        self.at += 1
        for index in count():
            if self.text[self.skip(_BETWEEN)] in "]}":
                self.at += 1
                return
            if opening == "{":
                self.pair(path)
            else:
                self.lines[*path, index] = self.line()
                self.value((*path, index))
