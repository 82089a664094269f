"""Adjusted association on an assessment table of any origin."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from riskmodel.assessments import Counted
from riskmodel.disclosure import marked_frame
from riskmodel.disclosure.release import Release, release_counted
from riskmodel.factors.adjusted.benchmarks import TableBenchmark, benchmark_table
from riskmodel.factors.adjusted.impact import measure_impact
from riskmodel.factors.adjusted.patterns import FactorPatterns, factor_patterns
from riskmodel.factors.adjusted.released import (
    RowsOf,
    choose_factors,
    choose_pairs,
    refuse_solvable,
    released_benchmark,
    released_impact,
)
from riskmodel.factors.adjusted.resampling import CHILD
from riskmodel.factors.adjusted.result import FactorImpact
from riskmodel.intake import count_intake, iter_assessments
from riskmodel.intake.result import IssueLog
from riskmodel.intake.table_file import TableFile, has_observed, table_file
from riskmodel.intake.tables.files import open_part, parquet_parts
from riskmodel.intake.tables.piece_repeats import repeated_hashes
from riskmodel.intake.tables.row_groups import is_in_columns, meaning_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["TableImpact", "factor_impact", "table_patterns"]


@dataclass(frozen=True, slots=True)
class TableImpact:
    """What was measured on a file, of observed records only what may be printed of it.

    Parameters
    ----------
    impact
        The result.
    benchmark
        None where none was asked for; of observed records its groups without those withheld.
    release
        How the table's counts were protected.
    withheld_factors, withheld_pairs
        Asked for, and left out of the model because a count of theirs is small.
    withheld_groups
        Groups of the calibration with a count withheld, their rows as they are printed.
    """

    impact: FactorImpact
    benchmark: TableBenchmark | None
    release: Release
    withheld_factors: tuple[str, ...] = ()
    withheld_pairs: tuple[tuple[str, str], ...] = ()
    withheld_groups: RowsOf = ()

    def measures(self) -> pd.DataFrame:
        """As ``FactorImpact.to_frame``, with a row of ``[c]`` a measure that is withheld."""
        import pandas as pd

        frame = self.impact.to_frame()
        if self.release.policy is None:
            return frame
        names: dict[str, tuple[str, ...]] = {
            ":".join(pair): ("interaction_odds_ratio", "interaction_contrast")
            for pair in self.withheld_pairs
        }
        kinds = [measure for measure, _ in self.impact.factors[0].measures()]
        names |= dict.fromkeys(self.withheld_factors, tuple(kinds))
        rows = [
            {**dict.fromkeys(frame.columns, "[c]"), "factor": name, "measure": measure}
            | {"level": self.impact.level, "basis": self.impact.basis}
            for name, measures in names.items()
            for measure in measures
        ]
        whole = pd.DataFrame([*frame.astype(object).to_dict("records"), *rows], dtype=object)
        return marked_frame(whole[list(frame.columns)], self.release.marks)

    def benchmark_frame(self) -> pd.DataFrame | None:
        """As ``TableBenchmark.to_frame``, with the groups that are withheld after the others.

        None where there is no benchmark.
        """
        import pandas as pd

        if self.benchmark is None:
            return None
        frame = self.benchmark.to_frame()
        if self.release.policy is None:
            return frame
        rows = [
            {**dict.fromkeys(frame.columns, "[c]"), "measure": "calibration"}
            | {"level": self.impact.level, "basis": self.benchmark.basis, **row}
            for row in self.withheld_groups
        ]
        whole = pd.DataFrame([*frame.astype(object).to_dict("records"), *rows], dtype=object)
        return marked_frame(whole[list(frame.columns)], self.release.marks)


def factor_impact(  # noqa: PLR0913 (each by its name)
    table: TableFile | Path,
    *,
    factors: Sequence[str] | None = None,
    pairs: Sequence[str] = (),
    resamples: int = 0,
    folds: int = 0,
    seed: int = 0,
    level: float | None = None,
    protect: Callable[[Counted], Release] = release_counted,
    progress: Callable[[str], None] = lambda _: None,
) -> TableImpact:
    """Association of each factor of a table with a plan, adjusted for the others.

    Parameters
    ----------
    table
        Where it lies and how to read it.
    factors, pairs, resamples, seed, level
        As for :func:`riskmodel.factors.adjusted.impact.measure_impact`.
    folds
        Parts of the cross-validated benchmark; 0 for none.
    protect
        Decides what may be printed of the table:
        :func:`riskmodel.disclosure.release.release_counted`, with options of its own.
    progress
        Called with a few words at each step.

    Notes
    -----
    Parquet of made-up records without references of children is read a row group at a time, where
    nothing is resampled or cross-validated: memory holds its combinations of factors, not its
    rows.

    Of observed records the model is fitted to the factors of which every count may be printed, so
    that nothing in the answer rests on the others; its figures are cut to the digits of the
    policy; and a model so small that its figures could be solved for the counts of combinations
    of factors is refused, unless these may be printed.
    """
    progress("Reading")
    file = table_file(table)
    if not (resamples or folds):
        # Combinations of factors are all that a model needs, and their counts add up.
        patterns = table_patterns(file)
        if patterns is not None:
            impact = measure_impact(
                patterns, factors=factors, pairs=pairs, seed=seed, level=level, progress=progress
            )
            counts = patterns.counts()
            account = IssueLog(file.name).account_of([counts])
            counted = Counted({(): counts}, 0, is_observed=False, account=account)
            return TableImpact(impact, None, release_counted(counted))
    intake = file.read()
    assessments = intake.assessments
    release = protect(count_intake(intake))
    kept, left = choose_factors(release, assessments, factors)
    withheld: tuple[tuple[str, str], ...] = ()
    if release.policy is not None:
        safe, withheld = choose_pairs(release.policy, assessments, pairs, kept)
        pairs, factors = [":".join(pair) for pair in safe], kept
        refuse_solvable(release.policy, assessments, kept, len(safe), has_benchmark=bool(folds))
    impact = measure_impact(
        assessments,
        factors=factors,
        pairs=pairs,
        resamples=resamples,
        seed=seed,
        level=level,
        progress=progress,
    )
    benchmark: TableBenchmark | None = None
    groups: RowsOf = ()
    if folds:
        progress("Cross-validating")
        benchmark = benchmark_table(
            assessments,
            factors=factors,
            folds=folds,
            seed=seed,
            level=level,
        )
        benchmark, groups = released_benchmark(benchmark, release)
    return TableImpact(
        released_impact(impact, release, assessments), benchmark, release, left, withheld, groups
    )


def table_patterns(file: TableFile) -> FactorPatterns | None:
    """Distinct combinations of factors, of Parquet that is read piece by piece.

    None where only the whole table will do: it is not Parquet in our own columns, holds
    references of children, who may come more than once, or is an authority's own record.
    """
    if file.is_mapped or not is_in_columns(file.path):
        return None
    parts = parquet_parts(file.path)
    first = parts[0]
    if len(repeated_hashes(parts, ())):
        return None
    if CHILD in meaning_of(open_part(first), first).headings.names:
        return None
    found: FactorPatterns | None = None
    for piece in iter_assessments(file.path):
        if has_observed(piece):
            return None
        if len(piece):
            part = factor_patterns(piece)
            found = part if found is None else found + part
    return found
