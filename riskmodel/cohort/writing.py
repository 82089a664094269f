"""Make a cohort and write it in any form."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from riskmodel.assessments import PLAN, Assessments
from riskmodel.cohort import (
    CohortBlock,
    CohortDesign,
    cohort_basis,
    generate_blocks,
    generate_cohort,
    reference_design,
    unit_blocks,
)
from riskmodel.cohort.export import (
    write_csv,
    write_parquet,
    write_parquet_blocks,
    write_parts,
)
from riskmodel.cohort.joint import RANK_ROWS
from riskmodel.core.files import new_folder
from riskmodel.core.manifest import make_manifest
from riskmodel.engines import Engine, as_engine
from riskmodel.errors import DataError, OutputError
from riskmodel.intake.tables.arrow import need_arrow
from riskmodel.parameters import parameters_sha256
from riskmodel.published import data_files

if TYPE_CHECKING:
    from riskmodel.estimates import Basis

__all__ = [
    "COLUMNS",
    "write_cohort",
    "write_reference_cohort",
]

COLUMNS = ("all", "factors")
ALL_COLUMNS_AT_MOST = 1_000_000
JOINT_AT_MOST = 5_000_000
UNIT_AT_MOST = 999_999_999
UNIT = ("authority", "year")

TASK_ROWS = 2**19
"""Rows that one task of a worker makes (a whole authority and year if that has more): about a
quarter of a second of work."""

COHORT_INPUTS = (
    "documents.toml",
    "family_support_caseloads.csv",
    "risk_factors.csv",
    "risk_quadrants.csv",
    "school_ratings.csv",
    "statements.csv",
    "tables.toml",
    "units.toml",
)
COHORT_PARAMETERS = ("cohort.toml", "cohort_structure.toml", "national_factors.toml")
"""Files on which a cohort depends: other files can change without changing it."""


def write_cohort(
    design: CohortDesign,
    path: Path,
    *,
    columns: str | None = None,
    jobs: int | Engine = 1,
    progress: Callable[[int], None] = lambda _: None,
) -> Path:
    """Make a cohort and write it in the form given by the ending of the path.

    Parameters
    ----------
    design
        What to make.
    path
        ``.csv``, ``.parquet``, ``.xml`` (one authority and year), or a folder for Parquet parts by
        authority and year. An existing file is refused.
    columns
        ``all`` (demographics and dates too) or ``factors``; None takes all up to a million rows.
    jobs
        Worker processes, or an engine; the bytes are the same for any.
    progress
        Called with the rows made since the last call.

    Raises
    ------
    DataError
        When the form does not suit the design.
    OutputError
        When something exists there already, or cannot be written; nothing half-written is left.
    """
    path = path.resolve()
    ending = path.suffix.casefold()
    if columns is None:
        fits = design.rows <= ALL_COLUMNS_AT_MOST and design.assessments <= RANK_ROWS
        columns = "all" if fits or ending == ".xml" else "factors"
    _refuse_form(design, ending, columns)
    _refuse_existing(path, is_folder=not ending)
    if columns == "factors" and ending != ".csv":
        return _write_blocks(design, path, jobs, progress)
    cohort = generate_cohort(design) if columns == "all" else _in_memory(design, jobs)
    progress(design.rows)
    if ending == ".csv":
        return write_csv(cohort, path)
    if ending == ".xml":
        from riskmodel.cohort.census_return import write_census_xml

        authority, year = design.units[0]
        return write_census_xml(cohort, path, year=year, authority_code=authority)
    if ending:
        return write_parquet(cohort, path)
    return write_parquet(_with_unit(cohort, design), path, partition_by=UNIT)


def write_reference_cohort(folder: Path) -> tuple[Path, ...]:
    """Write the reference cohort: CSV with its dictionary, census return, and a manifest.

    Parameters
    ----------
    folder
        Must be missing or empty.

    Notes
    -----
    The manifest has no library versions: the same design gives the same bytes, which its checksums
    confirm.
    """
    from riskmodel.cohort.census_return import write_census_xml
    from riskmodel.core.manifest import write_manifest

    target = folder.resolve()
    _refuse_existing(target, is_folder=True)
    design = reference_design()
    cohort = generate_cohort(design)
    authority, year = design.units[0]
    manifest = make_manifest(
        ["riskmodel", "cohort", "reference"],
        inputs={name: data_files()[name] for name in COHORT_INPUTS},
        parameters_sha256=parameters_sha256(*COHORT_PARAMETERS),
        seed=design.seed,
    )
    with new_folder(target) as place:
        write_csv(cohort, place / "cohort.csv")
        write_census_xml(cohort, place / "cohort.xml", year=year, authority_code=authority)
        made = {file.name: file.read_bytes() for file in sorted(place.iterdir())}
        write_manifest(manifest, place / "manifest.json", files=made, libraries=False)
    return tuple(folder / name for name in sorted((*made, "manifest.json")))


def _refuse_form(design: CohortDesign, ending: str, columns: str) -> None:
    if ending not in (".csv", ".parquet", ".xml", ""):
        raise DataError(
            f"a cohort cannot be written as {ending!r}; allowed: .csv, .parquet, .xml, or a folder"
        )
    if ending in (".parquet", ""):
        need_arrow("the cohort")
    if columns not in COLUMNS:
        raise DataError(f"columns must be one of {', '.join(COLUMNS)}, got {columns!r}")
    if ending == ".xml" and (len(design.units) > 1 or columns != "all"):
        raise DataError(
            "a census return holds one authority and year with all columns; write .parquet or a "
            "folder for more"
        )
    if ending == ".csv" and design.rows > JOINT_AT_MOST:
        raise DataError(
            f"{design.rows:,} rows are too many for CSV (at most {JOINT_AT_MOST:,}); write "
            ".parquet or a folder"
        )
    if design.assessments > UNIT_AT_MOST:
        raise DataError(
            f"at most {UNIT_AT_MOST:,} assessments an authority and year, got "
            f"{design.assessments:,}; take more authorities or years"
        )


def _refuse_existing(path: Path, *, is_folder: bool) -> None:
    """Before the work begins: what is there already is never replaced."""
    is_free = not path.exists() or (is_folder and path.is_dir() and not any(path.iterdir()))
    if not is_free:
        kind = "an empty folder" if is_folder else "replaced"
        raise OutputError(f"{path.name} is there already and is not {kind}; choose another --out")


def _with_unit(cohort: Assessments, design: CohortDesign) -> Assessments:
    """With the columns authority and year, which a cohort of one unit goes without."""
    if set(UNIT) <= set(cohort.frame.columns):
        return cohort
    frame = cohort.frame.copy()
    for name, value in zip(UNIT, design.units[0], strict=True):
        frame.insert(len(frame.columns), name, [value] * len(frame))
    basis = {**cohort.basis, **cohort_basis(design.targets())}
    return Assessments(frame, cohort.factors, basis, cohort.source)


def _write_blocks(
    design: CohortDesign, path: Path, jobs: int | Engine, progress: Callable[[int], None]
) -> Path:
    engine = as_engine(jobs)
    if not path.suffix and engine != Engine() and len(design.units) > 1:
        return _write_units(design, path, engine, progress)
    targets = design.targets()

    def blocks() -> Iterator[dict[str, Any]]:
        for block in generate_blocks(design, jobs=engine):
            yield _columns(block, targets.counts.factors)
            progress(len(block.plan))

    return write_parquet_blocks(
        blocks(),
        path,
        factors=targets.counts.factors,
        basis=cohort_basis(targets),
        partition_by=() if path.suffix else UNIT,
    )


def _write_units(
    design: CohortDesign, path: Path, engine: Engine, progress: Callable[[int], None]
) -> Path:
    """Each worker writes the partitions that it makes: no row travels between processes."""
    targets = design.targets()
    basis = cohort_basis(targets)
    together = max(1, TASK_ROWS // design.assessments)
    units = range(len(design.units))
    with new_folder(path) as folder:
        tasks = (
            (design, units[first : first + together], folder, targets.counts.factors, basis)
            for first in units[::together]
        )
        for rows in engine.run(_write_some, tasks):
            progress(rows)
        # What a worker that was ended had begun, another has made anew.
        for rest in folder.rglob(".*.partial"):
            rest.unlink(missing_ok=True)
    return path


def _write_some(
    design: CohortDesign,
    units: range,
    folder: Path,
    factors: tuple[str, ...],
    basis: Mapping[str, Basis],
) -> int:
    blocks = (_columns(block, factors) for number in units for block in unit_blocks(design, number))
    return write_parts(blocks, folder, factors=factors, basis=basis, partition_by=UNIT)


def _columns(block: CohortBlock, factors: tuple[str, ...]) -> dict[str, Any]:
    return {
        "assessment_id": np.arange(block.first_id, block.first_id + len(block.plan)),
        "authority": block.authority,
        "year": block.year,
        PLAN: block.plan,
        **dict(zip(factors, block.flags, strict=True)),
    }


def _in_memory(design: CohortDesign, jobs: int | Engine) -> Assessments:
    import pandas as pd

    targets = design.targets()
    frames = [
        pd.DataFrame(_columns(block, targets.counts.factors))
        for block in generate_blocks(design, jobs=jobs)
    ]
    table = pd.concat(frames, ignore_index=True)
    return Assessments(table, targets.counts.factors, cohort_basis(targets), "synthetic")
