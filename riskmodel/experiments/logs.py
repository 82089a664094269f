"""The logs of an analysis in the way of the Aqua Book: assumptions, decisions, data."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from riskmodel.errors import DataError
from riskmodel.experiments import Experiment
from riskmodel.parameters import assumptions
from riskmodel.published import data_files, documents, load_table, table_ids

__all__ = ["assumptions_log", "data_log", "decisions_log"]

_PAGE = re.compile(r"([0-9]{4})-.+\.md")


def assumptions_log(experiments: Mapping[str, Experiment] | None = None) -> pd.DataFrame:
    """Every value besides the published figures that a calculation rests on.

    Parameters
    ----------
    experiments
        Where given, the last column names those whose results the value can move.

    Returns
    -------
    pandas.DataFrame
        Columns name, value, unit, basis, date (since when it holds), source, reason, experiments.
    """
    from riskmodel.experiments.order import users_of

    found = experiments or {}
    frame = assumptions()
    return frame.assign(
        experiments=[", ".join(users_of(name, found)) for name in frame["name"].tolist()]
    )


def decisions_log(folder: Path) -> pd.DataFrame:
    """The decisions on method, from the pages of the documentation.

    Parameters
    ----------
    folder
        Holds pages such as ``0001-published-figures-are-intervals.md``.

    Returns
    -------
    pandas.DataFrame
        Columns number, decision (the page's title), decided (its first sentence), page.

    Raises
    ------
    DataError
        When there are no such pages, or one has no title.
    """
    pages = sorted(path for path in folder.glob("*.md") if _PAGE.fullmatch(path.name))
    if not pages:
        raise DataError(f"there are no pages of decisions in {folder}, such as 0001-name.md")
    rows = []
    for path in pages:
        text = path.read_text(encoding="utf-8")
        title = re.search(r"^# [0-9]{4} (.+)", text, re.MULTILINE)
        decided = re.search(r"^## Decision\n+(.+?)(?:\n\n|\Z)", text, re.DOTALL | re.MULTILINE)
        if title is None or decided is None:
            raise DataError("needs a title such as '# 0001 Name' and '## Decision'", file=path.name)
        rows.append((path.name[:4], title[1].strip(), _first_sentence(decided[1]), path.name))
    return pd.DataFrame(rows, columns=["number", "decision", "decided", "page"])


def data_log() -> pd.DataFrame:
    """The published tables: what each is, from where, how much it holds, and its sum.

    Returns
    -------
    pandas.DataFrame
        Columns file, holds, figures, document, body, date, paragraph, sha256. The last rows are the
        files that describe the tables and the checks.
    """
    files = data_files()
    rows = []
    for name in table_ids():
        table = load_table(name)
        used = dict.fromkeys(figure.document.id for figure in table)
        sources = [documents()[key] for key in used] or [table.document]
        rows.append(
            (
                f"{name}.csv",
                table.title,
                len(table.cells),
                "; ".join(source.title for source in sources),
                "; ".join(dict.fromkeys(source.body for source in sources)),
                "; ".join(dict.fromkeys(source.date.isoformat() for source in sources)),
                table.paragraph if len(sources) == 1 else "each figure's own",
                _sum(files[f"{name}.csv"]),
            )
        )
    listed = {row[0] for row in rows}
    rows += [
        (name, "describes tables, units, documents or checks", 0, "", "", "", "", _sum(content))
        for name, content in files.items()
        if name not in listed
    ]
    columns = ["file", "holds", "figures", "document", "body", "date", "paragraph", "sha256"]
    return pd.DataFrame(rows, columns=columns)


def _sum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _first_sentence(text: str) -> str:
    """The first sentence of a paragraph of Markdown, without its signs."""
    plain = re.sub(r"[*`]|^- ", "", " ".join(text.split()))
    plain = re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", plain)
    return re.split(r"(?<=[.])\s", plain, maxsplit=1)[0].rstrip(":")
