"""The report of an authority: the sections that its files allow, and no other authority's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

from riskmodel.authority.folder.authority import Authority
from riskmodel.authority.folder.projected import projected
from riskmodel.authority.folder.sections import SECTIONS
from riskmodel.authority.folder.settings import FILE
from riskmodel.errors import DataError
from riskmodel.report.brief import authority_brief
from riskmodel.report.brief.finals import last_final, last_final_path
from riskmodel.report.model import Point, Report, Section
from riskmodel.report.prose import paragraphs_of, remaining_text
from riskmodel.report.sections.record import manifest_section
from riskmodel.report.sections.register import MAKERS
from riskmodel.report.sizes import Sizes

__all__ = ["DRAFT", "authority_report"]

DRAFT = "Draft, not for release"
"""What a report says of itself that is not final."""

_PROJECTED_FROM = (
    *("caseload.toml", "demand.toml", "demand_learned.toml", "demand_learning.toml"),
    "demand_repeats.toml",
)
"""Parameter files that the projections rest on."""


def authority_report(
    authority: Authority,
    sizes: Sizes | None = None,
    *,
    command: Sequence[str] = ("riskmodel", "report"),
    files: Sequence[Path] = (),
    explanations: Callable[[], Section] | None = None,
    is_draft: bool = False,
    progress: Callable[[str], None] = lambda _: None,
) -> Report:
    """The report of an authority as plain data: the sections that its files allow.

    Parameters
    ----------
    authority
        Whose report.
    sizes
        How far ahead and how often is simulated; None takes the usual ones.
    command, files
        For the record of how it was made: the words of the command, and files that went in besides
        those of the folder.
    explanations
        Makes the section on the explanations of published growth, which studies answer.
    is_draft
        Whether it says that it is not for release.
    progress
        Called with a few words at each step.

    Raises
    ------
    DataError
        When the folder brings no section.
    """
    sizes = sizes or Sizes()
    last_final(authority)  # one that cannot be read is refused before the work begins
    wanted = [name for name in authority.sections if name in MAKERS]
    if not wanted:
        raise DataError(
            "holds nothing that a section can be made of; `riskmodel check` says what would",
            file=authority.folder.name,
        )
    if "scenarios" in wanted:
        # Which of them can be worked out is settled before any section is made.
        projected(authority, **sizes.named(), posts=True)
    points: list[Point] = []
    sections: list[Section] = []
    for name in wanted:
        progress(SECTIONS[name].label)
        said, (first, *others) = MAKERS[name](authority, sizes)
        points += said
        sections += [_with_commentary(authority, name, first), *others]
        if name == "change" and explanations is not None and authority.has("published"):
            sections.append(explanations())
    sections += _remaining_commentary(authority, wanted)
    manifest = _manifest(authority, sizes, command, files)
    sections.append(manifest_section(manifest))
    return Report(
        authority.title,
        _subtitle(authority),
        tuple(points),
        tuple(sections),
        manifest,
        authority_brief(authority, sizes, [section.id for section in sections]),
        authority.name,
        f"{authority.last_day.day} {authority.last_day:%B %Y}" if authority.last_day else "",
        DRAFT if is_draft else "",
    )


def _subtitle(authority: Authority) -> str:
    parts = [
        f"figures to {authority.last_day:%d %B %Y}" if authority.last_day else "",
        f"contact: {authority.contact}" if authority.contact else "",
    ]
    said = "; ".join(part for part in parts if part)
    return f"{authority.name}: {said}" if said else authority.name


def _headings(name: str) -> set[str]:
    """What the author may call a section: its name, or its label."""
    return {name, SECTIONS[name].label.casefold()}


def _with_commentary(authority: Authority, name: str, section: Section) -> Section:
    """The section with the author's own text below it."""
    texts = [
        text
        for heading, text in authority.commentary.items()
        if heading.casefold() in _headings(name)
    ]
    said = tuple(part for text in texts for part in paragraphs_of(text))
    return replace(section, blocks=(*section.blocks, *said)) if said else section


def _remaining_commentary(authority: Authority, sections: list[str]) -> list[Section]:
    """The author's text that belongs to no section, last."""
    taken = {word for name in sections for word in _headings(name)}
    blocks = remaining_text(authority.commentary, taken)
    return [Section("commentary", "Commentary", blocks)] if blocks else []


def _manifest(
    authority: Authority, sizes: Sizes, command: Sequence[str], files: Sequence[Path]
) -> Mapping[str, Any]:
    from riskmodel.core.manifest import make_manifest
    from riskmodel.disclosure.release import NO_RECORDS
    from riskmodel.parameters import parameters_sha256
    from riskmodel.published import data_files

    contents, scenarios = authority.contents, authority.inputs.scenario_files
    settings = contents.folder / FILE
    is_shipped = authority.has("published")
    services = authority.inputs.service_files
    shipped = {"scenarios/" + path.name: path.read_bytes() for path in scenarios if is_shipped}
    own = [settings] if settings.is_file() else []
    for key, paths in contents.files.items():
        if key not in ("published", "scenarios", "services"):
            own += paths
    if authority.has("own_tables"):
        own += authority.own_tables.files
    final = last_final_path(authority)
    own += [] if final is None else [final]
    is_projected = "projection" in authority.sections
    made = make_manifest(
        list(command),
        inputs=(data_files() | shipped if is_shipped else {})
        | (_learned_file() if is_projected else {}),
        parameters_sha256=parameters_sha256(),
        seed=sizes.seed,
        files=[*own, *(() if is_shipped else scenarios), *services, *files],
        disclosure=authority.release.manifest() if authority.has("returns") else NO_RECORDS,
    ).to_dict()
    if not is_projected:
        return made
    parameter_files = {name: parameters_sha256(name) for name in _PROJECTED_FROM}
    return made | {
        "settings": {
            "replicates": sizes.replicates,
            "months": sizes.months,
            "parameter_files": parameter_files,
        }
    }


def _learned_file() -> dict[str, bytes]:
    """What ships of how projections fared elsewhere, by name."""
    name = "backtest_summary.csv"
    folder = resources.files("riskmodel.demand.pooled").joinpath("data")
    return {name: folder.joinpath(name).read_bytes()}
