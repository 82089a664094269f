"""Child groups of a census return, one after the other, from bytes that nobody vouches for.

The file is read in one pass in blocks. A document type declaration is refused before the first
element, so no entity can be declared, let alone expanded or fetched; what is kept at any time is
one child, and a child that never ends is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple
from xml.parsers import expat

from riskmodel.errors import DataError, unreadable

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

__all__ = ["LOOKED_AFTER_AS_XML", "Group", "groups"]

LOOKED_AFTER_AS_XML = (
    "a return on children looked after (SSDA903) is read from CSV files or a workbook, not from XML"
)
"""What is said of the other return that authorities have as XML."""

_BLOCK = 1 << 17
_LARGEST_CHILD = 2 << 20
"""Bytes without the end of a child: no honest return comes near it."""

_MANY_ELEMENTS = 1_000
_DEEPEST = 50
"""A return nests seven deep. Only a group of very many elements can nest much deeper than this."""

_ENDS_EARLY = (
    expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS],
    expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_TOKEN],
    expat.errors.codes[expat.errors.XML_ERROR_PARTIAL_CHAR],
    expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION],
)

_WRONG_BYTES = (
    expat.errors.codes[expat.errors.XML_ERROR_INVALID_TOKEN],
    expat.errors.codes[expat.errors.XML_ERROR_UNKNOWN_ENCODING],
    expat.errors.codes[expat.errors.XML_ERROR_INCORRECT_ENCODING],
)


class Group(NamedTuple):
    """A group of a return that has ended.

    Parameters
    ----------
    name
        ``Header``, ``Child`` or ``Unknown``.
    prefix
        Namespace of the tags.
    element
        The group; it is let go of when the next one is asked for.
    tags
        Those of all elements in it.
    """

    name: str
    prefix: str
    element: Element
    tags: list[str]


def groups(path: Path) -> Iterator[Group]:
    """The ``Header`` and ``Child`` groups of a return.

    Whatever else stands among the children comes as ``Unknown``.

    Raises
    ------
    DataError
        When the file is no well-formed XML, ends early (the message says where), declares a
        document type, or has a group too large, or nested too deep, to be one child.
    """
    try:
        with path.open("rb") as stream:
            prefix = _prefix(stream, path.name)
            stream.seek(0)
            yield from _walk(stream, path.name, prefix)
    except OSError as error:
        raise unreadable(path, error) from error


def _prefix(stream: BinaryIO, file: str) -> str:
    """Namespace of the first element, after having refused a document type declaration."""
    found: list[str] = []

    def on_doctype(*_: object) -> None:
        raise DataError(
            "declares a document type (DOCTYPE), which a return has no need of and which can hide "
            "entities; nothing of it was read. Remove the declaration",
            file=file,
            line=parser.CurrentLineNumber,
        )

    def on_start(name: str, _: object) -> None:
        found.append(name)

    parser = expat.ParserCreate(namespace_separator="}")
    parser.StartDoctypeDeclHandler = on_doctype
    parser.StartElementHandler = on_start
    try:
        while not found:
            block = stream.read(4096)
            parser.Parse(block, not block)
            if not block:
                break
    except (expat.ExpatError, LookupError, ValueError) as error:
        if not found:
            raise _unreadable(error, file, 0) from error
    namespace, brace, local = found[0].rpartition("}")
    if local != "Message":
        other = f"; {LOOKED_AFTER_AS_XML}" if "903" in local else ""
        raise DataError(
            f"begins with <{local}>; a return of the children in need census begins with <Message>"
            f"{other}",
            file=file,
        )
    return f"{{{namespace}}}" if brace else ""


def _walk(stream: BinaryIO, file: str, prefix: str) -> Iterator[Group]:
    from xml.etree.ElementTree import ParseError, TreeBuilder, XMLParser

    # The tree is built in C without a call for each element: an element of our own around the
    # document lets us see it grow, and whatever has a younger sibling is whole.
    builder = TreeBuilder()
    around = builder.start("around", {})
    parser = XMLParser(target=builder)
    since, children = 0, 0
    try:
        while block := stream.read(_BLOCK):
            parser.feed(block)
            since += len(block)
            for name, element in _whole(around, prefix, ended=False):
                since = 0
                tags = _tags(element, children, file)
                children += name == "Child"
                if name:
                    yield Group(name, prefix, element, tags)
            if since > _LARGEST_CHILD:
                raise DataError(
                    f"{since // 2**20} MB go by without the end of a child (after {children:,} "
                    "children): this is no return of the census",
                    file=file,
                )
        parser.close()
    except (ParseError, LookupError, ValueError) as error:
        raise _unreadable(error, file, children) from error
    for name, element in _whole(around, prefix, ended=True):
        tags = _tags(element, children, file)
        if name:
            yield Group(name, prefix, element, tags)


def _tags(element: Element, children: int, file: str) -> list[str]:
    """The tags of a group, after having refused one that nests deeper than any return does."""
    tags = [part.tag for part in element.iter()]
    if len(tags) <= _MANY_ELEMENTS:
        return tags
    depth, level = 0, [element]
    while level and depth <= _DEEPEST:
        depth, level = depth + 1, [part for parent in level for part in parent]
    if level:
        raise DataError(
            f"has elements nested more than {_DEEPEST} deep, after {children:,} children: "
            "this is no return of the census, which nests seven deep",
            file=file,
        )
    return tags


def _whole(around: Element, prefix: str, *, ended: bool) -> Iterator[tuple[str, Element]]:
    """Groups that have ended, taken out of the tree; those of no use without a name."""
    if not len(around):
        return
    message = around[0]
    child, children = f"{prefix}Child", f"{prefix}Children".casefold()
    sections = list(message)
    for position, section in enumerate(sections):
        open_section = not ended and position == len(sections) - 1
        if section.tag.casefold() == children:
            whole = section[:-1] if open_section else section[:]
            for element in whole:
                is_child = element.tag == child or element.tag.casefold() == child.casefold()
                yield "Child" if is_child else "Unknown", element
            del section[: len(whole)]
        elif not open_section:
            yield "Header" if section.tag == f"{prefix}Header" else "", section
        if not open_section:
            message.remove(section)


def _unreadable(error: Exception, file: str, children: int) -> DataError:
    code = getattr(error, "code", None)
    if code is None:
        return DataError(f"cannot be read as XML: {error}", file=file)
    after = f"after {children:,} whole children" if children else "before any child was whole"
    line, column = _position(error)
    if code in _ENDS_EARLY:
        what = f"the file ends early, at column {column}, {after}: it was cut off"
    else:
        what = f"not well-formed XML at column {column}, {after}: {expat.ErrorString(code)}"
        if code in _WRONG_BYTES:
            what += (
                "; is the file in the encoding that its first line declares, and each & in a text "
                "written as &amp;?"
            )
    return DataError(what, file=file, line=line)


def _position(error: Exception) -> tuple[int, int]:
    position = getattr(error, "position", None)
    if position is not None:
        return int(position[0]), int(position[1]) + 1
    return int(getattr(error, "lineno", 0)), int(getattr(error, "offset", 0)) + 1
