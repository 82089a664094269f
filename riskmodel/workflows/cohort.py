"""Cohort jobs: make one in any form, check one, describe one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from riskmodel.assessments import PLAN, Assessments, FactorCounts
from riskmodel.cohort import (
    CohortBlock,
    CohortDesign,
    Fidelity,
    FidelityCheck,
    check_fidelity,
    cohort_basis,
    factors_an_assessment,
    generate_blocks,
    generate_cohort,
    joint_structure,
    parental_lifts,
    published_targets,
    reference_design,
)
from riskmodel.cohort.export import write_csv, write_parquet, write_parquet_blocks
from riskmodel.cohort.files import new_folder
from riskmodel.cohort.joint import RANK_ROWS
from riskmodel.errors import DataError, OutputError, UnknownNameError
from riskmodel.intake import read_assessments, read_counts
from riskmodel.parameters import parameter, parameters_sha256
from riskmodel.published import data_files, factor_counts
from riskmodel.runs import make_manifest

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "COLUMNS",
    "CohortCheck",
    "CohortDescription",
    "check_cohort",
    "describe_cohort",
    "write_cohort",
    "write_reference_cohort",
]

COLUMNS = ("all", "factors")
ALL_COLUMNS_AT_MOST = 1_000_000
JOINT_AT_MOST = 5_000_000
UNIT_AT_MOST = 999_999_999
UNIT = ("authority", "year")

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
COHORT_PARAMETERS = ("cohort.toml", "national_factors.toml")
"""What a cohort rests on: another file may change without it."""


@dataclass(frozen=True, slots=True)
class CohortCheck:
    """Fidelity of a cohort, and what it says of factors together.

    Parameters
    ----------
    fidelity
        Published figures against the cohort.
    rows
        Assessments.
    factors_mean
        Mean number of factors an assessment.
    lifts
        Mean lift of the parental pairs and of the triples; None where they cannot be counted.
    structure
        Every pair of factors; None where the table is too large to hold or has several units.
    """

    fidelity: Fidelity
    rows: int
    factors_mean: float
    lifts: tuple[float, float] | None
    structure: pd.DataFrame | None


@dataclass(frozen=True, slots=True)
class CohortDescription:
    """What a cohort file holds.

    Parameters
    ----------
    source
        File name.
    counts
        Counts per factor.
    columns
        One row a column: column, type, basis, missing, distinct.
    by_number
        Assessments and plans by number of factors.
    """

    source: str
    counts: FactorCounts
    columns: pd.DataFrame
    by_number: pd.DataFrame


def write_cohort(
    design: CohortDesign,
    path: Path,
    *,
    columns: str | None = None,
    jobs: int = 1,
    progress: Callable[[int], None] = lambda _: None,
) -> Path:
    """Make a cohort and write it, in the form that the path's ending names.

    Parameters
    ----------
    design
        What to make.
    path
        ``.csv``, ``.parquet``, ``.xml`` (one authority and year), or a folder for Parquet parts by
        authority and year. What is there already is refused.
    columns
        ``all`` (demographics and dates too) or ``factors``; None takes all up to a million rows.
    jobs
        Worker processes; the bytes are the same for any number.
    progress
        Called with the rows made since the last call.

    Raises
    ------
    DataError
        When form and design do not go together.
    OutputError
        When something is there already or the disk refuses; nothing half-written is left.
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
    The manifest holds no library versions: the same design gives the same bytes, and the checksums
    in it say so.
    """
    from riskmodel.cohort.census_return import write_census_xml
    from riskmodel.runs import write_manifest

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


def check_cohort(path: Path) -> CohortCheck:
    """Every published figure against a cohort file, and its joint structure.

    A table of one authority and year is held against the printed counts, a table of several
    against the printed counts in proportion to each one's assessments.
    """
    units = _units(path)
    if len(units) > 1:
        fidelity = _check_scaled(units)
        counts = sum(units.values(), start=_nothing(units))
        return CohortCheck(fidelity, _rows(counts), _factors_mean(counts), None, None)
    counts = next(iter(units.values()))
    if _rows(counts) > JOINT_AT_MOST:
        raise DataError(
            f"{_rows(counts):,} rows of one authority and year are too many to check at once; at "
            f"most {JOINT_AT_MOST:,}",
            file=path.name,
        )
    cohort = read_assessments(path).assessments
    structure = joint_structure(cohort)
    try:
        lifts = parental_lifts(structure)
    except DataError:
        lifts = None
    return CohortCheck(check_fidelity(cohort), len(cohort), _factors_mean(counts), lifts, structure)


def describe_cohort(path: Path) -> CohortDescription:
    """What a file of assessments holds: columns with their basis, counts, factors an assessment."""
    import pandas as pd

    cohort = read_assessments(path).assessments
    frame = cohort.frame
    columns = pd.DataFrame(
        [
            {
                "column": name,
                "type": _type_word(frame[name]),
                "basis": cohort.basis[name],
                "missing": int(frame[name].isna().sum()),
                "distinct": int(frame[name].nunique()),
            }
            for name in frame.columns
        ]
    )
    return CohortDescription(path.name, cohort.counts(), columns, factors_an_assessment(cohort))


def _refuse_form(design: CohortDesign, ending: str, columns: str) -> None:
    if ending not in (".csv", ".parquet", ".xml", ""):
        raise DataError(
            f"a cohort cannot be written as {ending!r}; allowed: .csv, .parquet, .xml, or a folder"
        )
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
    design: CohortDesign, path: Path, jobs: int, progress: Callable[[int], None]
) -> Path:
    targets = design.targets()

    def blocks() -> Iterator[dict[str, Any]]:
        for block in generate_blocks(design, jobs=jobs):
            yield _columns(block, targets.counts.factors)
            progress(len(block.plan))

    return write_parquet_blocks(
        blocks(),
        path,
        factors=targets.counts.factors,
        basis=cohort_basis(targets),
        partition_by=() if path.suffix else UNIT,
    )


def _columns(block: CohortBlock, factors: tuple[str, ...]) -> dict[str, Any]:
    return {
        "assessment_id": np.arange(block.first_id, block.first_id + len(block.plan)),
        "authority": block.authority,
        "year": block.year,
        PLAN: block.plan,
        **dict(zip(factors, block.flags, strict=True)),
    }


def _in_memory(design: CohortDesign, jobs: int) -> Assessments:
    import pandas as pd

    targets = design.targets()
    frames = [
        pd.DataFrame(_columns(block, targets.counts.factors))
        for block in generate_blocks(design, jobs=jobs)
    ]
    table = pd.concat(frames, ignore_index=True)
    return Assessments(table, targets.counts.factors, cohort_basis(targets), "synthetic")


def _units(path: Path) -> dict[tuple[object, ...], FactorCounts]:
    """Counts by authority and year where the table has them, else of the whole."""
    try:
        return read_counts(path, by=UNIT)
    except UnknownNameError:
        return read_counts(path)


def _check_scaled(units: dict[tuple[object, ...], FactorCounts]) -> Fidelity:
    printed = factor_counts()
    base = published_targets(int(parameter("assessments_prior_median").value))
    checks = []
    for unit, counts in units.items():
        wished = base.scaled(_rows(counts)).counts
        missed = [] if counts.total_plans == wished.total_plans else ["plans started"]
        for name in printed.factors:
            mine, theirs = counts.factors.index(name), wished.factors.index(name)
            if (
                counts.plans[mine] != wished.plans[theirs]
                or counts.assessments[mine] != wished.assessments[theirs]
            ):
                missed.append(name)
        checks.append(
            FidelityCheck(
                " ".join(str(part) for part in unit),
                f"{len(printed.factors)} printed factors and the plans, in proportion",
                "all exact" if not missed else f"missed: {', '.join(missed)}",
                not missed,
                "para 16",
            )
        )
    unchecked = ("the 24 factors without printed counts", "who the children are, and dates")
    return Fidelity(tuple(checks), unchecked)


def _nothing(units: dict[tuple[object, ...], FactorCounts]) -> FactorCounts:
    first = next(iter(units.values()))
    none = np.zeros(len(first.factors), dtype=np.int64)
    return FactorCounts(first.factors, none, none, 0, 0, first.basis)


def _rows(counts: FactorCounts) -> int:
    return counts.total_assessments or 0


def _factors_mean(counts: FactorCounts) -> float:
    return float(counts.assessments.sum() / max(_rows(counts), 1))


def _type_word(values: pd.Series[Any]) -> str:
    kind = values.dtype.kind if isinstance(values.dtype, np.dtype) else str(values.dtype)
    words = {"b": "true or false", "i": "whole number", "f": "number", "M": "date", "O": "text"}
    return words.get(kind, {"boolean": "true or false", "Int64": "whole number"}.get(kind, "text"))
