"""Where the keys of a TOML text stand, so that a message can name the line."""

from __future__ import annotations

import re

__all__ = ["key_lines"]

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"\s*([A-Za-z0-9_\-.\"']+)\s*=")


def key_lines(text: str) -> dict[str, int]:
    r"""Line of each key and table header of a TOML text, by dotted path.

    Parameters
    ----------
    text
        Valid TOML. The entries of an array of tables are numbered from 0: ``steps.0.analysis``.

    Notes
    -----
    Lines within a text or list of several lines are passed over. Keys of inline tables stand in the
    line of the table.

    Examples
    --------
    >>> key_lines('seed = 1\n[[steps]]\nid = "a"\n')
    {'seed': 1, 'steps.0': 2, 'steps.0.id': 3}
    """
    lines: dict[str, int] = {}
    table, numbers = "", dict[str, int]()
    quote, depth = "", 0
    for number, line in enumerate(text.splitlines(), start=1):
        if not quote and not depth:
            header, key = _HEADER.match(line), _KEY.match(line)
            if header is not None:
                table = _table_path(header[2], numbers, is_array=header[1] == "[[")
                lines[table] = number
            elif key is not None:
                path = f"{table}.{_bare(key[1])}" if table else _bare(key[1])
                lines[path] = number
        quote, depth = _state(line, quote, depth)
    return lines


def _table_path(name: str, numbers: dict[str, int], *, is_array: bool) -> str:
    """The path of a table, with the numbers of the arrays that it stands in."""
    path = ""
    parts = [_bare(part.strip()) for part in name.split(".")]
    for position, part in enumerate(parts):
        path = f"{path}.{part}" if path else part
        if is_array and position == len(parts) - 1:
            numbers[path] = numbers.get(path, -1) + 1
        if path in numbers:
            path = f"{path}.{numbers[path]}"
    return path


def _bare(key: str) -> str:
    return key.replace('"', "").replace("'", "")


def _state(line: str, quote: str, depth: int) -> tuple[str, int]:
    """Whether the next line begins within a text, and within how many brackets."""
    place = 0
    is_header = not quote and not depth and _HEADER.match(line) is not None
    while place < len(line) and not is_header:
        three, one = line[place : place + 3], line[place]
        if quote:
            if len(quote) == 3 and three == quote:
                quote, place = "", place + 2
            elif one == "\\" and quote[0] == '"':
                place += 1
            elif one == quote:
                quote = ""
        elif three in ('"""', "'''"):
            quote, place = three, place + 2
        elif one in "\"'":
            quote = one
        elif one == "#":
            break
        elif one in "[{":
            depth += 1
        elif one in "]}":
            depth -= 1
        place += 1
    return (quote if len(quote) == 3 else ""), depth
