"""Adjusted association on an assessment table of any origin."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from riskmodel.core.result import Result, TextTable
from riskmodel.counted import Counted
from riskmodel.disclosure import marked_frame
from riskmodel.disclosure.release import Release, release_counted
from riskmodel.estimates import Estimate
from riskmodel.factors.adjusted.benchmarks import TableBenchmark, benchmark_table
from riskmodel.factors.adjusted.impact import measure_impact
from riskmodel.factors.adjusted.patterns import FactorPatterns, factor_patterns
from riskmodel.factors.adjusted.reach import COULD_BE, reach_words
from riskmodel.factors.adjusted.reach_together import NO_REACH
from riskmodel.factors.adjusted.released import (
    RowsOf,
    choose_factors,
    choose_pairs,
    refuse_solvable,
    released_benchmark,
    released_impact,
)
from riskmodel.factors.adjusted.result import FactorImpact
from riskmodel.factors.margins.recorded import Recording
from riskmodel.families import CHILD, FAMILY
from riskmodel.intake import count_intake, iter_assessments
from riskmodel.intake.result import IssueLog
from riskmodel.intake.table_file import TableFile, has_observed, table_file
from riskmodel.intake.tables.files import open_part, parquet_parts
from riskmodel.intake.tables.piece_repeats import repeated_hashes
from riskmodel.intake.tables.row_groups import is_in_columns, meaning_of
from riskmodel.vocabulary import factor_label

__all__ = ["TableImpact", "factor_impact", "table_patterns"]

_COLUMNS = (
    *("factor", "plans", "unadjusted", "could be", "adjusted difference", "could be "),
    *("odds ratio", "could be  ", "% of plans accounted for", "could be   "),
)
_PAIR_COLUMNS = (
    *("pair", "with both", "beyond the sum of both", "could be", "ratio of odds ratios"),
    *("ratio could be", "p"),
)
_BASIS_WORDS = (
    "Basis: {}. Adjusted for the other factors in the table and for nothing else; nothing here is "
    "computed for a single child. The plans accounted for divide what all factors account for over "
    "every order of counting, and add up to it."
)
_PUT_IN = (
    "Which factors were recorded together is an assumption of the synthetic table, so these "
    "figures give back the association that was put in: they show the method, not the authority."
)


def _ends(estimate: Estimate, scale: float, digits: int) -> str:
    value, low, high = (
        f"{scale * end:.{digits}f}" if abs(end) < 1e6 else "inf"
        for end in (estimate.value, estimate.low, estimate.high)
    )
    return f"{value} ({low} to {high})"


@dataclass(frozen=True, slots=True, repr=False)
class TableImpact(Result):
    """What was measured on a file; of observed records only what may be printed.

    Parameters
    ----------
    impact
        The result.
    benchmark
        None where none was asked for; of observed records its groups without those withheld.
    release
        How the table's counts were protected.
    withheld_factors, withheld_pairs
        Factors and pairs that were asked for, and left out because one of their counts is small.
    withheld_groups
        Calibration groups of which a count is withheld; their rows as they are printed.
    """

    impact: FactorImpact
    benchmark: TableBenchmark | None
    release: Release
    withheld_factors: tuple[str, ...] = ()
    withheld_pairs: tuple[tuple[str, str], ...] = ()
    withheld_groups: RowsOf = ()

    def to_frame(self) -> pd.DataFrame:
        """As ``FactorImpact.to_frame``, with a row of ``[c]`` for each measure that is withheld."""
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

    def summary(self) -> str:
        """What was analysed, and what all factors together account for."""
        return self.impact.summary()

    def preview(self) -> pd.DataFrame:
        """Each factor's difference in plans in percentage points, adjusted and not."""
        could_be = self._could_be()
        rows: list[tuple[str, ...]] = [
            (
                factor_label(found.factor),
                f"{found.adjusted.risk_difference.numerator:,.0f} of "
                f"{found.adjusted.risk_difference.denominator:,.0f}",
                f"{100 * found.crude.risk_difference.value:+.1f}",
                could_be(found.factor, "crude_risk_difference", 100, 0),
                _ends(found.adjusted.risk_difference, 100, 1),
                could_be(found.factor, "adjusted_risk_difference", 100, 0),
                _ends(found.adjusted.odds_ratio, 1, 2),
                could_be(found.factor, "adjusted_odds_ratio", 1, 1),
                _ends(found.attributable.average, 100, 1),
                could_be(found.factor, "attributable_fraction_average", 100, 0),
            )
            for found in sorted(
                self.impact.factors,
                key=lambda found: (-found.adjusted.risk_difference.value, found.factor),
            )
        ]
        rows += [
            (factor_label(name), *["[c]"] * (len(_COLUMNS) - 1)) for name in self.withheld_factors
        ]
        return pd.DataFrame(rows, columns=pd.Index(_COLUMNS))

    def _could_be(self) -> Callable[[str, str, float, int], str]:
        reach = self.impact.reach()

        def could_be(factor: str, measure: str, scale: float, digits: int) -> str:
            return reach_words(reach.get((factor, measure), NO_REACH), scale, digits)

        return could_be

    def text_tables(self) -> Sequence[TextTable]:
        """The factors, and the pairs that were asked for."""
        level = f"{100 * self.impact.level:.6g}% ranges"
        tables = [
            TextTable(self.preview(), f"Difference in plans, percentage points, with {level}")
        ]
        pairs = self.impact.interactions.pairs if self.impact.interactions else ()
        could_be = self._could_be()
        rows: list[tuple[str, ...]] = [
            (
                " + ".join(map(factor_label, pair.factors)),
                f"{pair.contrast.denominator:,.0f}",
                _ends(pair.contrast, 100, 1),
                could_be(":".join(pair.factors), "interaction_contrast", 100, 0),
                _ends(pair.odds_ratio, 1, 2),
                could_be(":".join(pair.factors), "interaction_odds_ratio", 1, 1),
                f"{pair.p_value:.3f}",
            )
            for pair in pairs
        ]
        rows += [
            (" + ".join(map(factor_label, pair)), *["[c]"] * 6) for pair in self.withheld_pairs
        ]
        if rows:
            frame = pd.DataFrame(rows, columns=pd.Index(_PAIR_COLUMNS))
            tables.append(TextTable(frame, f"Pairs of factors, percentage points, with {level}"))
        return tables

    def remarks(self) -> Sequence[str]:
        """The basis, what figures are adjusted for, what was tested, and what was left out."""
        impact = self.impact
        tested = impact.interactions
        lines = [_BASIS_WORDS.format(impact.basis)]
        if impact.basis == "assumed":
            lines.append(_PUT_IN)
        lines.append(COULD_BE.format(Recording.usual().words()))
        lines.append(f"{impact.combinations.mean_number:.1f} factors an assessment.")
        if tested is not None and tested.pairs:
            lines.append(
                f"All {len(tested.pairs)} pairs together: p = {tested.p_value:.2g} (penalised "
                "likelihood-ratio test)."
            )
        lines += [] if tested is None else tested.notes
        lines += [] if self.benchmark is None else self.benchmark.summary().splitlines()
        if self.withheld_factors:
            names = ", ".join(map(factor_label, self.withheld_factors))
            lines.append(f"Left out of the model, because a count of theirs is withheld: {names}.")
        return (*lines, *impact.notes)

    def to_data(self, records: list[dict[Any, Any]]) -> Any:
        """Measures, combinations, the test of pairs and the benchmark."""
        impact, tested, benchmark = self.impact, self.impact.interactions, self.benchmark_frame()
        return {
            "assessments": impact.total_assessments,
            "plans": impact.total_plans,
            "basis": impact.basis,
            "measures": records,
            "combinations": impact.combinations.to_frame().astype(object).to_dict("records"),
            "interaction_test": None
            if tested is None
            else {
                "statistic": tested.statistic,
                "degrees_of_freedom": tested.degrees,
                "p_value": tested.p_value,
                "pairs": [
                    {"pair": ":".join(pair.factors), "p_value": pair.p_value}
                    for pair in tested.pairs
                ],
                "notes": list(tested.notes),
            },
            "benchmark": None if benchmark is None else benchmark.to_dict("records"),
            "notes": list(impact.notes),
        }

    def benchmark_frame(self) -> pd.DataFrame | None:
        """As ``TableBenchmark.to_frame``, with the groups that are withheld after the others.

        None where there is no benchmark.
        """
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
        Where the table is and how to read it.
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
    A Parquet table of made-up records without references of children is read one row group at a
    time if nothing is resampled or cross-validated: only its combinations of factors are in memory,
    not its rows.

    For observed records the model uses only factors whose counts may all be printed, so that
    nothing in the answer depends on the others. Figures are cut to the digits of the policy. A
    model so small that its figures could be solved for the counts of combinations of factors is
    refused, unless these counts may be printed.
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
    release = protect(count_intake(intake, file=file))
    kept, left = choose_factors(release, assessments, factors)
    withheld: tuple[tuple[str, str], ...] = ()
    if release.policy is not None:
        safe, withheld = choose_pairs(release, assessments, pairs, kept)
        pairs, factors = [":".join(pair) for pair in safe], kept
        how = f"{resamples} {folds} {seed} {level} {'/'.join(pairs)}"
        refuse_solvable(release, assessments, kept, len(safe), has_benchmark=bool(folds), how=how)
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
    """Distinct combinations of factors in a Parquet table that is read piece by piece.

    None where the whole table is needed: it is not Parquet with our own columns, it has references
    of children, who may appear more than once, or it is an authority's own record.
    """
    if file.is_mapped or not is_in_columns(file.path):
        return None
    parts = parquet_parts(file.path)
    first = parts[0]
    if len(repeated_hashes(parts, ())):
        return None
    if {FAMILY, CHILD} & set(meaning_of(open_part(first), first).headings.names):
        return None
    found: FactorPatterns | None = None
    for piece in iter_assessments(file.path):
        if has_observed(piece):
            return None
        if len(piece):
            part = factor_patterns(piece)
            found = part if found is None else found + part
    return found
