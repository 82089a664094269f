"""Make a cohort: all at once with every detail, or block by block at any size."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from riskmodel.assessments import PLAN, Assessments
from riskmodel.cohort.details import DETAIL_BASIS, add_details
from riskmodel.cohort.joint import RANK_ROWS, Margins, UnitLayout, draw_block
from riskmodel.cohort.targets import CohortTargets, published_targets
from riskmodel.engines import Engine, as_engine
from riskmodel.errors import DataError
from riskmodel.estimates import Basis
from riskmodel.parameters import parameter

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "PARENTAL_FACTORS",
    "CohortBlock",
    "CohortDesign",
    "generate_blocks",
    "generate_cohort",
    "loadings",
    "reference_design",
    "unit_blocks",
]

PARENTAL_FACTORS = (
    "parent_domestic_violence",
    "parent_mental_health",
    "parent_alcohol_misuse",
    "parent_drugs_misuse",
)
"""Domestic abuse, mental health and substance misuse of parents, which occur together."""

REPORT_YEAR = 2015
REFERENCE_SEED = 20151105
MOST_DEPENDENCE = 3


@dataclass(frozen=True, slots=True)
class CohortDesign:
    """Settings of a cohort; with the version of the package they determine every byte.

    Parameters
    ----------
    assessments
        N, for each authority and year. Not published: at least 1,069 for the printed counts.
    overlap, parental_overlap
        Loadings on the shared latent variable, 0 to 1, of all factors and of the four parental
        ones; None takes the documented defaults. They are assumptions: counts do not identify them.
        If ``overlap`` is given, the parental factors follow it unless ``parental_overlap`` is given
        too.
    seed
        Names the draws.
    authorities, years
        Codes and census years. For one authority and year the published counts are exact. For more,
        each has them in proportion to N over the prior median, and they are assumed.
    dependence
        Power of the profiles by which age, sex and category of abuse depend on factors, 0
        (independent) to 3; None takes the documented default. Affects only the details.
    """

    assessments: int
    overlap: float | None = None
    parental_overlap: float | None = None
    seed: int = 0
    authorities: tuple[str, ...] = ("001",)
    years: tuple[int, ...] = (REPORT_YEAR,)
    dependence: float | None = None

    def __post_init__(self) -> None:
        for name in ("overlap", "parental_overlap"):
            value = getattr(self, name)
            if value is not None and not 0 <= value <= 1:
                raise DataError(
                    f"{name.replace('_', ' ')} must lie between 0 (factors independent) and 1 "
                    f"(as tied as the counts allow), got {value:g}"
                )
        if self.dependence is not None and not 0 <= self.dependence <= MOST_DEPENDENCE:
            raise DataError(
                f"dependence must lie between 0 (age, sex and category independent of factors) and "
                f"{MOST_DEPENDENCE}, got {self.dependence:g}"
            )
        if self.assessments < 1:
            raise DataError(f"a cohort needs at least 1 assessment, got {self.assessments}")
        if self.seed < 0:
            raise DataError(f"the seed must be 0 or more, got {self.seed}")
        for name in ("authorities", "years"):
            values = getattr(self, name)
            if not values or len(set(values)) != len(values):
                raise DataError(f"{name} must be given, each once, got {values}")

    @property
    def units(self) -> tuple[tuple[str, int], ...]:
        """Authority and year of each unit, in the order of the rows."""
        return tuple((authority, year) for authority in self.authorities for year in self.years)

    @property
    def rows(self) -> int:
        """Assessments in all."""
        return self.assessments * len(self.units)

    def targets(self) -> CohortTargets:
        """Counts of each unit."""
        if len(self.units) == 1:
            return published_targets(self.assessments, seed=self.seed)
        median = int(parameter("assessments_prior_median").value)
        return published_targets(median, seed=self.seed).scaled(self.assessments)

    @property
    def words(self) -> str:
        """The overlap in words."""
        other, parental = (loadings((name,), self)[0] for name in ("", PARENTAL_FACTORS[0]))
        return f"{other:g}" + ("" if parental == other else f" ({parental:g} of parental factors)")

    def __str__(self) -> str:
        units = len(self.units)
        return (
            f"{self.rows:,} assessments of {units} authority-year{'s' if units > 1 else ''}, "
            f"overlap {self.words}, seed {self.seed}"
        )


def reference_design() -> CohortDesign:
    """The design of the cohort in ``data/synthetic`` and in the report: all defaults."""
    return CohortDesign(int(parameter("assessments_prior_median").value), seed=REFERENCE_SEED)


@dataclass(frozen=True, slots=True)
class CohortBlock:
    """Some rows of one unit.

    Parameters
    ----------
    authority, year
        The unit.
    first_id
        Assessment id of the first row; ids run on.
    plan
        Shape (rows,).
    flags
        Factor flags, shape (J, rows).
    """

    authority: str
    year: int
    first_id: int
    plan: npt.NDArray[np.bool_]
    flags: npt.NDArray[np.bool_]


def loadings(factors: Sequence[str], design: CohortDesign) -> npt.NDArray[np.float64]:
    """Loading of each factor; shape (J,)."""
    overlap = _default(design.overlap, "overlap")
    parental = design.parental_overlap
    if parental is None:
        parental = overlap if design.overlap is not None else _default(None, "parental_overlap")
    return np.array([parental if name in PARENTAL_FACTORS else overlap for name in factors])


def generate_blocks(design: CohortDesign, *, jobs: int | Engine = 1) -> Iterator[CohortBlock]:
    """The plan and factor flags of a cohort, block by block, in order.

    Parameters
    ----------
    design
        What to make.
    jobs
        Worker processes, or an engine. The bytes are the same for any number.

    Yields
    ------
    CohortBlock
        Only one block is in memory at a time.
    """
    engine = as_engine(jobs)
    if engine == Engine():
        for number in range(len(design.units)):
            yield from unit_blocks(design, number)
        return
    planned = _planned(design)
    tasks = (
        (layout, block)
        for layout in _layouts(design, *planned)
        for block in range(len(layout.blocks))
    )
    row = 1
    for name, plan, flags in engine.run(_drawn, tasks):
        authority, _, year = name.partition("/")
        yield CohortBlock(authority, int(year), row, plan, flags)
        row += len(plan)


def unit_blocks(design: CohortDesign, number: int) -> Iterator[CohortBlock]:
    """The blocks of one authority and year, the same as in the whole cohort.

    Parameters
    ----------
    design
        Settings of the whole cohort.
    number
        Place of the unit in :attr:`CohortDesign.units`.
    """
    unit = design.units[number]
    layout = UnitLayout.plan(f"{unit[0]}/{unit[1]}", design.seed, *_planned(design))
    row = 1 + number * design.assessments
    for plan, flags in layout:
        yield CohortBlock(*unit, row, plan, flags)
        row += len(plan)


@lru_cache(maxsize=1)
def _planned(
    design: CohortDesign,
) -> tuple[npt.NDArray[np.float64], Margins, tuple[int, ...]]:
    """Loadings, counts and what is kept apart, which all units of a design share.

    Nothing is said of the parents of a child who came without them.
    """
    targets = design.targets()
    margins = Margins(
        targets.total_assessments,
        targets.counts.total_plans,
        targets.counts.plans,
        targets.without_plan,
    )
    names = targets.counts.factors
    parents = [place for place, name in enumerate(names) if name.startswith("parent_")]
    return loadings(names, design), margins, (names.index("child_uasc"), *parents)


def generate_cohort(design: CohortDesign) -> Assessments:
    """A cohort as one table, with demographics, dates and the steps that led to a plan.

    Parameters
    ----------
    design
        What to make; at most ``riskmodel.cohort.joint.RANK_ROWS`` rows for each unit.

    Returns
    -------
    Assessments
        Every column says whether its counts are published or assumed. Which child has which value
        is always assumed, so anything computed from several columns is too.
    """
    import pandas as pd

    if design.assessments > RANK_ROWS:
        raise DataError(
            f"details are made for at most {RANK_ROWS:,} assessments an authority and year, got "
            f"{design.assessments:,}; make the factors only"
        )
    targets = design.targets()
    names = targets.counts.factors
    parts: list[pd.DataFrame] = []
    for block in generate_blocks(design):
        frame = _block_frame(block, names, with_unit=len(design.units) > 1)
        details = add_details(
            block.plan,
            block.flags,
            names,
            year=block.year,
            seed=design.seed,
            unit=f"{block.authority}/{block.year}",
            dependence=design.dependence,
        )
        for place, name in enumerate(("child_id", "family_id"), start=1):
            # Numbers run on over authorities and years: nobody is known to come again in another.
            numbers = details.pop(name) + (parts[-1][name].max() if parts else 0)
            frame.insert(place, name, numbers)
        parts.append(pd.concat([frame, details], axis=1))
    table = pd.concat(parts, ignore_index=True)
    return Assessments(table, names, cohort_basis(targets), "synthetic")


def cohort_basis(targets: CohortTargets) -> Mapping[str, Basis]:
    """Basis of each column of a cohort."""
    is_scaled = "published" not in targets.basis.values()
    plan: Basis = "assumed" if is_scaled else "published"
    # A count in proportion to a printed one was printed by nobody.
    details = dict.fromkeys(DETAIL_BASIS, plan) if is_scaled else DETAIL_BASIS
    return {
        "assessment_id": "assumed",
        "authority": "assumed",
        "year": "assumed",
        PLAN: plan,
        **targets.basis,
        **details,
    }


def _layouts(
    design: CohortDesign,
    weights: npt.NDArray[np.float64],
    margins: Margins,
    apart: tuple[int, ...],
) -> Iterator[UnitLayout]:
    for authority, year in design.units:
        yield UnitLayout.plan(f"{authority}/{year}", design.seed, weights, margins, apart)


def _drawn(
    layout: UnitLayout, block: int
) -> tuple[str, npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    return (layout.name, *draw_block(layout, block))


def _block_frame(block: CohortBlock, names: Sequence[str], *, with_unit: bool) -> pd.DataFrame:
    import pandas as pd

    columns: dict[str, object] = {
        "assessment_id": np.arange(block.first_id, block.first_id + len(block.plan))
    }
    if with_unit:
        columns["authority"] = block.authority
        columns["year"] = block.year
    columns[PLAN] = block.plan
    columns.update(zip(names, block.flags, strict=True))
    return pd.DataFrame(columns)


def _default(value: float | None, name: str) -> float:
    return parameter(name).value if value is None else value
