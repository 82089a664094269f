"""What a report holds, as plain data: rendered as a page, a workbook and CSV files elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from riskmodel.core.lazy import pd
from riskmodel.errors import DataError
from riskmodel.report.prose import Paragraph

__all__ = [
    "DICTIONARY",
    "Block",
    "Brief",
    "Card",
    "Cards",
    "Chart",
    "Number",
    "Paragraph",
    "Point",
    "Report",
    "Section",
    "Table",
]

_ID = re.compile(r"[a-z][a-z0-9_]*")

DICTIONARY = "dictionary"  # the file that explains the columns of the tables


@dataclass(frozen=True, slots=True)
class Point:
    """A main point: a sentence or two, and the section, or page of a brief, that says more."""

    text: str
    section: str = ""

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A table: what the page shows, the workbook holds on a sheet, and a CSV file carries.

    Parameters
    ----------
    id
        Lower-case letters, digits and underscores; name of the CSV file.
    title
        What the table shows.
    frame
        One row a row; cells are numbers, or text already formatted to the printed digit.
    labels
        Heading of each column that is not to be headed by its name.
    notes
        Sentences below the title: units, oddities, shorthand.
    source
        Document and paragraph, or what the table was computed from.
    basis
        ``observed``, ``published``, ``assumed`` or ``projected``; "" where a column says it.
    folded
        Whether the page shows only the title until a reader opens it.
    searchable
        Whether the page offers a box that filters the rows.
    links
        Places on the page by cell text, for the cells of the column ``link_column``.
    link_column
        Column whose cells are links; "" where there is none.
    anchors
        One fragment id a row, so that links can lead to a row; empty where none do.
    formulas
        How a sheet works out the number of a cell, by row from 0 and column: ``{days}`` is the
        cell of the same row in a column, ``{days:2}`` that of row 2. The frame holds the number.
    """

    id: str
    title: str
    frame: pd.DataFrame
    labels: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    source: str = ""
    basis: str = ""
    folded: bool = False
    searchable: bool = False
    links: Mapping[str, str] = field(default_factory=dict)
    link_column: str = ""
    anchors: tuple[str, ...] = ()
    formulas: Mapping[tuple[int, str], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _check_id(self.id)
        if self.id == DICTIONARY:
            raise DataError(f"no table may be called {DICTIONARY}: a file beside the tables is")
        if self.anchors and len(self.anchors) != len(self.frame):
            raise DataError(
                f"table {self.id} has {len(self.frame)} rows but {len(self.anchors)} anchors"
            )

    @property
    def headings(self) -> tuple[str, ...]:
        """The heading of each column, in order."""
        return tuple(self.labels.get(name, name) for name in self.frame.columns)

    def __str__(self) -> str:
        return f"{self.title} [{self.id}]: {len(self.frame)} rows"


@dataclass(frozen=True, slots=True, eq=False)
class Chart:
    """A chart as SVG and PNG, with the words and the numbers that say the same.

    Parameters
    ----------
    id, title
        Stable name (of the files too) and what the chart shows.
    alt
        What a reader who cannot see it should know.
    caption
        How to read it, and what is left out.
    svg, png
        The drawing for a wide page, and as a picture for documents.
    svg_narrow
        The same drawn for a telephone; None where the wide one serves.
    data
        The numbers drawn, as a table.
    source, basis
        As for :class:`Table`.
    """

    id: str
    title: str
    alt: str
    caption: str
    svg: bytes
    png: bytes
    data: Table
    source: str = ""
    basis: str = ""
    svg_narrow: bytes | None = None

    def __post_init__(self) -> None:
        _check_id(self.id)
        if not self.alt.strip():
            raise DataError(f"chart {self.id} needs a text alternative")

    def __str__(self) -> str:
        return f"{self.title} [{self.id}]"


@dataclass(frozen=True, slots=True)
class Card:
    """One finding in words: a title, a one-word tag, and labelled lines."""

    title: str
    tag: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Cards:
    """Findings one under the other; ``folded`` shows only the title until a reader opens it."""

    id: str
    title: str
    cards: tuple[Card, ...]
    folded: bool = False

    def __post_init__(self) -> None:
        _check_id(self.id)


Block = Paragraph | Table | Chart | Cards
"""What a section is made of."""


@dataclass(frozen=True, slots=True, eq=False)
class Section:
    """A part of the report under one heading; any result can become one.

    Parameters
    ----------
    id, title
        Stable name and heading.
    blocks
        What stands in it, in order; the first paragraphs introduce it.
    annex
        Of a page of a brief: the section that says more, "" where both have one id.
    """

    id: str
    title: str
    blocks: tuple[Block, ...]
    annex: str = ""

    def __post_init__(self) -> None:
        _check_id(self.id)
        object.__setattr__(self, "blocks", tuple(self.blocks))


@dataclass(frozen=True, slots=True)
class Number:
    """A number at the top of the brief: what it counts, now, then, and how sure that is.

    Parameters
    ----------
    label
        What is counted: "Children on a plan".
    now, now_at
        The latest figure, and its day in words; "" where there is none.
    then, then_at
        What is projected, with its direction ("558, down from 626"), and its day in words.
    range
        "399 to 792", the 90% range; "" for a number that has none.
    """

    label: str
    now: str = ""
    now_at: str = ""
    then: str = ""
    then_at: str = ""
    range: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Brief:
    """The pages that a committee reads; the sections of its report are the annex.

    Parameters
    ----------
    points
        The first screen: at most five sentences.
    numbers
        At most five numbers below them.
    pages
        At most six, the first of which stands below the numbers. The title of each is its
        message; in each at most one chart, and one table or two short ones.
    basis
        Sources, dates, basis and contact, a sentence each, at the foot of the last page.

    Raises
    ------
    DataError
        When there is more of anything than that, no page at all, or an id twice.
    """

    points: tuple[Point, ...]
    numbers: tuple[Number, ...]
    pages: tuple[Section, ...]
    basis: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("points", "numbers", "pages", "basis"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        for name, most in (("points", 5), ("numbers", 5), ("pages", 6)):
            count = len(getattr(self, name))
            if count > most:
                raise DataError(f"a brief holds at most {most} {name}, got {count}")
        if not self.pages:
            raise DataError("a brief needs at least one page")
        for page in self.pages:
            kinds = [type(block) for block in page.blocks]
            if kinds.count(Chart) > 1 or kinds.count(Table) > 2:
                raise DataError(f"page {page.id} of a brief holds more than a chart and two tables")
        _check_unique(_places(self.pages), "a brief")


@dataclass(frozen=True, slots=True, eq=False)
class Report:
    """A whole report.

    Parameters
    ----------
    title, subtitle
        What it is and what it covers.
    summary
        The main points.
    sections
        In the order of reading.
    manifest
        What is needed to make it again: version, inputs, parameters, seed, command, libraries.
    brief
        What stands before the sections; None where the sections are the page.
    authority, date, mark
        Whom the figures are about, the day they reach to in words, and what a draft says of
        itself on every page and picture; each "" where there is none.

    Raises
    ------
    DataError
        When two sections or blocks share an id, or two tables (those of charts included), or a
        block of the brief and one of other content; when a point or page leads nowhere.
    """

    title: str
    subtitle: str
    summary: tuple[Point, ...]
    sections: tuple[Section, ...]
    manifest: Mapping[str, Any]
    brief: Brief | None = None
    authority: str = ""
    date: str = ""
    mark: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "summary", tuple(self.summary))
        object.__setattr__(self, "sections", tuple(self.sections))
        _check_unique(_places(self.sections), "a report")
        _check_unique([table.id for table in _tables(self.sections)], "a report")
        for point in self.summary:
            self._check_leads("a main point", point.section)
        if self.brief is not None:
            self._check_brief(self.brief)

    def _check_brief(self, brief: Brief) -> None:
        pages = {page.id for page in brief.pages}
        for point in brief.points:
            if point.section not in pages:
                self._check_leads("a point of the brief", point.section)
        for page in brief.pages:
            self._check_leads(f"page {page.id} of the brief", page.annex or page.id)
        for blocks in (_tables(self._parts()), _charts(self._parts())):
            first: dict[str, Chart | Table] = {}
            for block in blocks:
                if not _same(block, first.setdefault(block.id, block)):
                    raise DataError(f"{block.id} stands twice, with different content")

    def _check_leads(self, origin: str, section: str) -> None:
        names = [each.id for each in self.sections]
        if section and section not in names:
            raise DataError(
                f"{origin} leads to the section {section!r}, and the report has no such section; "
                f"it has {', '.join(names)}"
            )

    def _parts(self) -> tuple[Section, ...]:
        return (*(self.brief.pages if self.brief else ()), *self.sections)

    def tables(self) -> tuple[Table, ...]:
        """Every table once, in order, those behind the charts among them."""
        return tuple({table.id: table for table in _tables(self._parts())}.values())

    def charts(self) -> tuple[Chart, ...]:
        """Every chart once, in order."""
        return tuple({chart.id: chart for chart in _charts(self._parts())}.values())

    def __str__(self) -> str:
        return (
            f"{self.title}: {len(self.sections)} sections, {len(self.tables())} tables, "
            f"{len(self.charts())} charts"
        )


def _check_id(name: str) -> None:
    if not _ID.fullmatch(name):
        raise DataError(
            f"an id of a report holds lower-case letters, digits and underscores, got {name!r}"
        )


def _charts(parts: Iterable[Section]) -> Iterator[Chart]:
    yield from (block for part in parts for block in part.blocks if isinstance(block, Chart))


def _tables(parts: Iterable[Section]) -> Iterator[Table]:
    """Tables in order, those behind the charts among them."""
    for block in (block for part in parts for block in part.blocks):
        if isinstance(block, Chart | Table):
            yield block.data if isinstance(block, Chart) else block


def _same(one: Chart | Table, other: Chart | Table) -> bool:
    """Whether two blocks say the same, however each is shown."""
    if isinstance(one, Chart) and isinstance(other, Chart):
        drawn = (one.title, one.svg, one.png) == (other.title, other.svg, other.png)
        return drawn and _same(one.data, other.data)
    if isinstance(one, Table) and isinstance(other, Table):
        said = (one.title, one.headings, one.source) == (other.title, other.headings, other.source)
        return said and one.frame.equals(other.frame)
    return False


def _places(parts: tuple[Section, ...]) -> list[str]:
    """Ids that stand on one page: those of its parts, and of all blocks that have one."""
    blocks = [block for part in parts for block in part.blocks]
    named = [block.id for block in blocks if not isinstance(block, Paragraph)]
    return [*(part.id for part in parts), *named]


def _check_unique(names: list[str], whole: str) -> None:
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise DataError(f"ids must differ within {whole}; repeated: {', '.join(repeated)}")
