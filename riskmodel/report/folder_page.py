"""The report of a folder: a page about one authority, and about no other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from riskmodel.authority.folder.authority import Authority
from riskmodel.authority.folder.sections import SECTIONS
from riskmodel.authority.folder.settings import FILE
from riskmodel.errors import DataError
from riskmodel.projection import USUAL_MONTHS, USUAL_SEED, USUAL_SIMULATIONS
from riskmodel.report.folder_sections import PARTS, Sizes
from riskmodel.report.model import Block, Paragraph, Report, Section

__all__ = ["authority_report", "write_authority_report"]

MONTHS, REPLICATES, SEED = USUAL_MONTHS, USUAL_SIMULATIONS, USUAL_SEED


def write_authority_report(
    authority: Authority,
    out: Path,
    *,
    replicates: int = REPLICATES,
    seed: int = SEED,
    progress: Callable[[str], None] = lambda _: None,
) -> tuple[Path, ...]:
    """Write the page of an authority, its figures, tables and workbook.

    Parameters
    ----------
    authority
        The folder.
    out
        Folder to write to; an earlier report in it is replaced.
    replicates, seed
        How many simulations, and of which seed.
    progress
        Called with a few words at each step.

    Raises
    ------
    DataError
        When the folder brings no section.
    OutputError
        When the place cannot be written to.
    """
    from riskmodel.report.write import check_output, write_report

    check_output(out)
    report = authority_report(authority, replicates=replicates, seed=seed, progress=progress)
    progress("Writing the page, the figures and the workbook")
    return write_report(report, out)


def authority_report(
    authority: Authority,
    *,
    replicates: int = REPLICATES,
    seed: int = SEED,
    progress: Callable[[str], None] = lambda _: None,
) -> Report:
    """The report of an authority as plain data: the sections that its files allow."""
    sizes = Sizes(MONTHS, replicates, seed)
    wanted = [name for name in authority.sections if name in PARTS]
    if not wanted:
        raise DataError(
            "holds nothing that a section can be made of; `riskmodel check` says what would",
            file=authority.folder.name,
        )
    points, sections = [], []
    for name in wanted:
        progress(SECTIONS[name].label)
        point, section = PARTS[name](authority, sizes)
        points.append(point)
        sections.append(_with_commentary(authority, section))
    sections += _remaining_commentary(authority, wanted)
    manifest = _manifest(authority, sizes)
    return Report(
        authority.title,
        _subtitle(authority),
        tuple(points),
        (*sections, _record(manifest)),
        manifest,
    )


def _subtitle(authority: Authority) -> str:
    parts = [
        f"figures to {authority.date:%d %B %Y}" if authority.date else "",
        f"contact: {authority.contact}" if authority.contact else "",
    ]
    said = "; ".join(part for part in parts if part)
    return f"{authority.name}: {said}" if said else authority.name


def _with_commentary(authority: Authority, section: Section) -> Section:
    """The section with the author's own text below it."""
    texts = [
        text
        for heading, text in authority.commentary.items()
        if heading.casefold() in (section.id, section.title.casefold())
    ]
    said = tuple(Paragraph(part) for text in texts for part in text.split("\n\n"))
    return replace(section, blocks=(*section.blocks, *said)) if said else section


def _remaining_commentary(authority: Authority, sections: list[str]) -> list[Section]:
    """The author's text that belongs to no section, last."""
    taken = {word.casefold() for name in sections for word in (name, SECTIONS[name].label)}
    blocks: list[Block] = []
    for heading, text in authority.commentary.items():
        if heading.casefold() not in taken:
            said = f"{heading}. {text}" if heading else text
            blocks += [Paragraph(part) for part in said.split("\n\n")]
    return [Section("commentary", "Commentary", tuple(blocks))] if blocks else []


def _manifest(authority: Authority, sizes: Sizes) -> dict[str, object]:
    from riskmodel.core.manifest import make_manifest
    from riskmodel.parameters import parameters_sha256

    contents = authority.contents
    files = [contents.folder / FILE, *(path for paths in contents.files.values() for path in paths)]
    made = make_manifest(
        [
            *("riskmodel", "report", contents.folder.resolve().name),
            *(() if sizes.replicates == REPLICATES else ("--replicates", str(sizes.replicates))),
            *(() if sizes.seed == SEED else ("--seed", str(sizes.seed))),
        ],
        inputs={},
        parameters_sha256=parameters_sha256(),
        seed=sizes.seed,
        files=files,
        disclosure=authority.release.manifest() if authority.has("returns") else None,
    )
    return made.to_dict()


def _record(manifest: Mapping[str, object]) -> Section:
    from riskmodel.report.sections.record import manifest_section

    return manifest_section(manifest)
