"""Writes a report into a folder: whole or not at all, and never over another's files."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from riskmodel.core.files import clear_remains, private_name
from riskmodel.disclosure import inert
from riskmodel.errors import OutputError
from riskmodel.report.html import ANNEX, BRIEF, render_brief, render_html
from riskmodel.report.model import DICTIONARY, Chart, Report
from riskmodel.report.tidy import tidy_columns

__all__ = ["MADE_BY", "check_output", "delete_draft", "is_final", "write_report"]

MADE_BY = "riskmodel report"
"""Says in ``manifest.json`` that a folder was written here."""

_PAGE, _WORKBOOK, _MANIFEST = BRIEF, "riskmodel-report.xlsx", "manifest.json"
_DOCUMENT = "brief.docx"


def write_report(
    report: Report, out: Path, beside: Mapping[str, bytes] | None = None
) -> tuple[Path, ...]:
    """Write a report into a folder of its own.

    Parameters
    ----------
    report
        The report.
    out
        The folder. It may be missing (its parents too), empty, or an earlier report, which is
        replaced.
    beside
        Further files by their name, such as the what-if page; the brief leads to that.

    Returns
    -------
    tuple of Path
        The files written: the page first, which is the brief where the report has one and leads
        to its annex; the manifest last.

    Raises
    ------
    OutputError
        When ``out`` is a file, holds anything that an earlier report did not write, holds a file
        of an earlier report that was changed since, holds a final report where this is none, or
        cannot be written. Nothing is changed then.

    Notes
    -----
    The files are written into a temporary folder beside ``out``, which takes its place by
    renaming when it is complete.
    """
    target = check_output(out, final=_says_final(report.manifest))
    files = _files(report, beside or {})
    made = _make_parents(target)
    clear_remains(target)
    temporary = private_name(target)
    try:
        try:
            _write_files(temporary, files)
            _put_in_place(temporary, target)
        except OSError as error:
            raise OutputError(f"cannot write the report to {out}: {_reason(error)}") from error
    except BaseException:
        # An interrupt too must leave nothing half-made behind.
        shutil.rmtree(temporary, ignore_errors=True)
        for folder in made:
            _remove_if_empty(folder)
        raise
    return tuple(out / name for name in files)


def check_output(out: Path, *, final: bool = False) -> Path:
    """The folder that a report may be written to; for a check before the work begins.

    Parameters
    ----------
    out
        The folder that was asked for.
    final
        Whether the report is final; nothing else replaces a final report.

    Returns
    -------
    Path
        The same, absolute, links followed.

    Raises
    ------
    OutputError
        As :func:`write_report`, for what can be known beforehand.
    """
    try:
        target = out.resolve()
        _check_parents(out, target)
        if not target.exists():
            return target
        if not target.is_dir():
            raise OutputError(f"{out} is a file, not a folder; choose another folder with --out")
        foreign = _first_foreign(target)
    except OSError as error:
        raise OutputError(f"cannot read {out}: {_reason(error)}") from error
    if foreign:
        raise OutputError(
            f"{out} holds {foreign}; nothing was changed. Choose another folder with --out, or "
            "move away what it holds"
        )
    if is_final(target) and not final:
        raise OutputError(
            f"{out} holds a final report, and this is a draft; nothing was changed. Choose another "
            "folder with --out; only `riskmodel report` with --final replaces a final report"
        )
    return target


def is_final(folder: Path) -> bool:
    """Whether a folder holds a final report."""
    try:
        manifest = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(manifest, dict) and _says_final(manifest)


def _says_final(manifest: Mapping[str, Any]) -> bool:
    return "--final" in str(manifest.get("command", "")).split()


def delete_draft(folder: Path) -> int:
    """Delete a report that is not final, and nothing else; how many files it had.

    Parameters
    ----------
    folder
        Where it was written.

    Raises
    ------
    OutputError
        When it holds no report, a final one, or anything that the report did not write. Nothing
        is deleted then.
    """
    listed = _listed(folder) if folder.is_dir() else None
    if listed is None:
        raise OutputError(f"{folder} holds no report")
    if is_final(folder):
        raise OutputError(
            f"{folder} holds a final report: it may have left, and `riskmodel released` remembers "
            "what it told; only a draft is deleted"
        )
    if foreign := _first_foreign(folder):
        raise OutputError(f"{folder} holds {foreign}; nothing is deleted")
    gone = private_name(folder.resolve(), "old")
    try:
        folder.resolve().rename(gone)
        shutil.rmtree(gone)
    except OSError as error:
        raise OutputError(f"cannot delete {folder}: {_reason(error)}") from error
    return len(listed) + 1


def _check_parents(out: Path, target: Path) -> None:
    above = next(parent for parent in target.parents if parent.exists())
    if not above.is_dir():
        raise OutputError(
            f"cannot make the folder {out}: {above} is a file; choose another folder with --out"
        )
    # A report is written beside its place and renamed: that needs the folder above, too.
    if not os.access(above, os.W_OK):
        raise OutputError(
            f"cannot make the folder {out}: {above} takes no new file; choose another folder with "
            "--out"
        )


def _first_foreign(folder: Path) -> str:
    """What stands in a folder that an earlier report did not put there, in words; "" if nothing."""
    present = sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_symlink() or not path.is_dir()
    )
    if not present and not any(folder.iterdir()):
        return ""
    listed = _listed(folder)
    if listed is None:
        first = present[0] if present else next(folder.iterdir()).name
        return f"'{first}', and is not an earlier report"
    for name in present:
        if name == _MANIFEST:
            continue
        if name not in listed:
            return f"'{name}', which is not part of the earlier report there"
        if (folder / name).is_symlink() or _sha256((folder / name).read_bytes()) != listed[name]:
            return f"'{name}', which was changed since the report was written"
    return ""


def _listed(folder: Path) -> dict[str, str] | None:
    """Files and sums of the earlier report in a folder; None where it is not one of ours."""
    try:
        manifest = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(manifest, dict) or manifest.get("made_by") != MADE_BY:
        return None
    files = manifest.get("files")
    return {str(k): str(v) for k, v in files.items()} if isinstance(files, dict) else None


def _files(report: Report, beside: Mapping[str, bytes]) -> dict[str, bytes]:
    """Content of every file by its path inside the folder."""
    from riskmodel.report.charts.framing import framed
    from riskmodel.report.workbook import workbook_bytes

    downloads = {"workbook": _WORKBOOK, "manifest": _MANIFEST}
    downloads |= {PurePosixPath(name).stem: name for name in beside}
    files: dict[str, bytes] = {_PAGE: b"", **beside}
    pictures = {}
    for chart in report.charts():
        svg, pictures[chart.id] = framed(chart, _credit(report, chart))
        for kind, content in (("svg", svg), ("png", pictures[chart.id])):
            name = f"figures/{_file_name(chart.id)}.{kind}"
            files[name], downloads[f"{kind}:{chart.id}"] = content, name
    columns = [(table, tidy_columns(table)) for table in report.tables()]
    for table, tidy in columns:
        name = f"tables/{_file_name(table.id)}.csv"
        cells = zip(*(column.cells for column in tidy), strict=True)
        files[name] = _csv([column.name for column in tidy], cells)
        downloads[f"csv:{table.id}"] = name
    files[f"tables/{DICTIONARY}.csv"] = _csv(
        ("table", "column", "heading", "kind", "basis"),
        [
            (_file_name(table.id), column.name, column.heading, column.kind, table.basis)
            for table, tidy in columns
            for column in tidy
        ],
    )
    files[_WORKBOOK] = workbook_bytes(report)
    if report.brief is not None:
        from riskmodel.report.document import document_bytes

        files[_DOCUMENT] = document_bytes(report, report.brief, pictures)
        downloads["document"] = _DOCUMENT
        files[_PAGE] = render_brief(report, report.brief, downloads=downloads).encode("utf-8")
    sections = _PAGE if report.brief is None else ANNEX
    files[sections] = render_html(report, downloads=downloads).encode("utf-8")
    files[_MANIFEST] = _manifest(report, files)
    return files


def _credit(report: Report, chart: Chart) -> str:
    """Whose figures, to which day, from where and on what basis, for the foot of a picture."""
    whose = [report.authority, f"figures to {report.date}" if report.date else ""]
    parts = (
        report.mark,
        ", ".join(part for part in whose if part),
        f"Source: {chart.source}" if chart.source else "",
        f"Basis: {chart.basis}" if chart.basis else "",
    )
    return " ".join(f"{part}." for part in parts if part)


def _file_name(name: str) -> str:
    return name.replace("_", "-")


def _manifest(report: Report, files: dict[str, bytes]) -> bytes:
    content: dict[str, Any] = {
        **report.manifest,
        "made_by": MADE_BY,
        "files": {name: _sha256(body) for name, body in sorted(files.items())},
    }
    text = json.dumps(content, indent=2, ensure_ascii=False, default=str)
    return f"{text}\n".encode()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _csv(names: Sequence[str], rows: Iterable[Iterable[object]]) -> bytes:
    """UTF-8 with line feeds; text that a spreadsheet would run is made inert."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([inert(name) for name in names])
    writer.writerows([inert(cell) for cell in row] for row in rows)
    return stream.getvalue().encode("utf-8")


def _make_parents(target: Path) -> list[Path]:
    """Make the folders above the target; returns those made, the innermost first."""
    missing = [parent for parent in target.parents if not parent.exists()]
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        for folder in missing:
            _remove_if_empty(folder)
        raise OutputError(f"cannot make the folder {target.parent}: {_reason(error)}") from error
    return missing


def _remove_if_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:
        # Missing, or another program put something there meanwhile: it stays.
        return


def _write_files(folder: Path, files: dict[str, bytes]) -> None:
    folder.mkdir()
    for part in dict.fromkeys(str(PurePosixPath(name).parent) for name in files):
        (folder / part).mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)


def _put_in_place(temporary: Path, target: Path) -> None:
    """Rename the new folder in, the old one kept until that has worked."""
    if not target.exists():
        temporary.rename(target)
        return
    old = private_name(target, "old")
    target.rename(old)
    try:
        temporary.rename(target)
    except BaseException:
        old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
