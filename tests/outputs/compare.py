"""Two folders of kept outputs, byte by byte, with what differs said for a person."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path

__all__ = ["ALLOWED", "differences"]

ALLOWED: tuple[tuple[str, str], ...] = (
    # Names of files and modules say where something stands, not what it is.
    ("*manifest.json", r"[\w./-]+\.(?:csv|toml|py|json)\b|\briskmodel(?:\.\w+)+"),
    ("*manifest.json", r'"code_sha256": "[0-9a-f]{64}"'),
    ("*tables/manifest.csv", r"[\w./-]+\.(?:csv|toml|py|json)\b|\briskmodel(?:\.\w+)+"),
    ("*/experiment-analyses/*/std*.txt", r"\briskmodel(?:\.\w+)+"),
    # Two runs set side by side show the checksum of the code.
    ("*/experiment-compare/*/stdout.txt", r"\b[0-9a-f]{20,64}\b"),
    # Two commands at a time share the records: which is first is chance.
    ("*stderr.txt", r"\bremembered as release \d+"),
)
"""Globs of kept files, and what is passed over in them; the order of their lines is too."""

_ARCHIVES = (".xlsx",)
_PROGRESS = re.compile(r"^riskmodel: .*, about .* left\n", re.MULTILINE)
"""What a command says on a slow machine and not on a fast one."""
_SHOWN = 160
"""How much of a line is shown, in characters."""


def differences(first: Path, second: Path, allow: Sequence[str] = ()) -> list[str]:
    """What differs between two folders.

    Parameters
    ----------
    first, second
        Folders that ``keep`` wrote.
    allow
        Globs of files that may differ.

    Returns
    -------
    list of str
        One entry a file, in the order of their names; empty where nothing differs.
    """
    names = [
        {path.relative_to(top).as_posix() for path in top.rglob("*") if path.is_file()}
        for top in (first, second)
    ]
    return [
        f"{name}: {said}"
        for name in sorted(names[0] | names[1])
        if not any(fnmatch(name, pattern) for pattern in allow)
        for said in _of_file(name, first / name, second / name)
    ]


def _of_file(name: str, first: Path, second: Path) -> Iterator[str]:
    if not (first.is_file() and second.is_file()):
        yield f"only in the {'first' if first.is_file() else 'second'}"
        return
    yield from _of_bytes(name, first.read_bytes(), second.read_bytes())


def _of_bytes(name: str, first: bytes, second: bytes) -> Iterator[str]:
    if first == second:
        return
    if name.endswith(_ARCHIVES):
        yield from _of_archive(name, first, second)
        return
    try:
        texts = [content.decode("utf-8") for content in (first, second)]
    except UnicodeDecodeError:
        yield f"differs; no text, {len(first):,} and {len(second):,} bytes"
        return
    if name.endswith("stderr.txt"):
        texts = [_PROGRESS.sub("", text) for text in texts]
        if len(set(texts)) == 1:
            return
    patterns = [pattern for glob, pattern in ALLOWED if fnmatch(name, glob)]
    lines = [text.splitlines() for text in texts]
    if patterns and len({_without(text, patterns) for text in texts}) == 1:
        return
    yield _first_line(*lines)


def _of_archive(name: str, first: bytes, second: bytes) -> Iterator[str]:
    """Members that differ; where none does, what holds them does."""
    archives = [zipfile.ZipFile(io.BytesIO(content)) for content in (first, second)]
    members = [set(archive.namelist()) for archive in archives]
    said = [f"{member} in one alone" for member in sorted(members[0] ^ members[1])]
    for member in sorted(members[0] & members[1]):
        contents = (archive.read(member) for archive in archives)
        said += [f"{member}: {text}" for text in _of_bytes(f"{name}/{member}", *contents)]
    yield "; ".join(said) or "the same members, otherwise packed"


def _without(text: str, patterns: Sequence[str]) -> str:
    for pattern in patterns:
        text = re.sub(pattern, "NAME", text)
    return "\n".join(sorted(text.splitlines()))


def _first_line(first: Sequence[str], second: Sequence[str]) -> str:
    for number, (one, other) in enumerate(zip(first, second, strict=False), start=1):
        if one != other:
            return f"line {number}\n{_beside(one, other)}"
    shorter = min(len(first), len(second))
    if len(first) == len(second):
        return "only the ends of lines differ"
    longer, which = (first, "first") if len(first) > shorter else (second, "second")
    return f"line {shorter + 1} is in the {which} alone\n    {longer[shorter][:_SHOWN]}"


def _beside(one: str, other: str) -> str:
    """Both lines from shortly before they part, for a line of a chart is very long."""
    same = next(
        (index for index, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )
    start = max(0, same - _SHOWN // 2) if max(len(one), len(other)) > _SHOWN else 0
    cut = slice(start, start + _SHOWN)
    before = "…" if start else ""
    return f"  - {before}{one[cut]}\n  + {before}{other[cut]}"
