"""What was learned from English authorities, as parameters that ship with the package.

They are for an authority without a panel. The panel itself does not ship; developers with it make
the parameters again with ``make learned``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from riskmodel.demand.pooled.features import feature_names
from riskmodel.demand.pooled.history import STOCK_MEASURES, StageHistory, stage_of
from riskmodel.demand.pooled.learn import learn
from riskmodel.demand.pooled.learned import Learned
from riskmodel.demand.pooled.process import NAMES, Process
from riskmodel.demand.pooled.regression import Regression
from riskmodel.demand.pooled.turnover import TURNOVER
from riskmodel.errors import DataError
from riskmodel.estimates import Basis
from riskmodel.parameters import parameter, parameter_names
from riskmodel.series import AuthorityPanel

__all__ = [
    "SHIPPED_YEARS",
    "learn_shipped",
    "learned_of",
    "shipped",
    "shipped_text",
    "shipped_years",
]

PREFIX = "demand_learned"
_PARTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "centre": (
            "log units",
            "Mean of each feature in the last year, in the order of feature_names.",
        ),
        "unit": ("log units", "Root mean square of each feature beside the mean of its year."),
        "told": ("weighted changes", "Changes that each horizon was learned from, one a year."),
        "usual": (
            "log units",
            "What the process expects, growth apart, one a year.",
        ),
        "weights": ("share", "How much the regression counts beside the process, one a year."),
    }
)
"""Numbers of a regression other than its products: unit, and what each is."""

SHIPPED_YEARS = (2015, 2021, 2023)
"""Years up to whose 31 March was learned: the one when the report was written, the latest, and one
for an authority whose last figure is a little older."""

SOURCE = (
    "learned from DfE, Characteristics of children in need and Children looked after in England, "
    "by local authority"
)


def shipped(measure: str, year: int) -> Learned:
    """What was learned of a stock up to the latest date at or before 31 March of a year.

    Parameters
    ----------
    measure
        ``cpp_at_31_mar``, ``lac_at_31_mar`` or ``cin_at_31_mar``.
    year
        What is returned uses nothing later than its 31 March.

    Raises
    ------
    UnknownNameError
        When it is no such stock.
    DataError
        When nothing was learned so early.

    Examples
    --------
    >>> shipped("cpp_at_31_mar", 2018).year
    2015
    """
    years = shipped_years(measure)
    known = [found for found in years if found <= year]
    if not known:
        earliest = f"; the earliest is of {min(years)}" if years else ""
        raise DataError(f"nothing that ships was learned by {year}{earliest}", field=measure)
    stem = f"{PREFIX}_{stage_of(measure)}_{known[-1]}"
    return learned_of(measure, known[-1], lambda name: parameter(f"{stem}_{name}").numbers)


def learned_of(measure: str, year: int, numbers: Callable[[str], tuple[float, ...]]) -> Learned:
    """What was learned about a stock up to a year, from the numbers in the file by their names.

    Parameters
    ----------
    measure, year
        The measure, and the year up to whose 31 March was learned.
    numbers
        Those of a name, such as ``course``.
    """
    course = numbers("course")
    return Learned(
        measure,
        tuple(range(year - len(course) + 1, year + 1)),
        int(numbers("authorities")[0]),
        Process(*numbers("process")),
        numbers("stay_years")[0],
        np.array(course),
        numbers("drift")[0],
        numbers("drift_variance")[0],
        numbers("usual_starts")[0],
        np.array(numbers("turnover")).reshape(-1, len(TURNOVER)),
        np.array(numbers("spread")),
        regression=_regression(measure, numbers),
    )


def _regression(measure: str, numbers: Callable[[str], tuple[float, ...]]) -> Regression:
    names = feature_names(measure)
    gram = np.zeros((len(names), len(names)))
    gram[np.tril_indices(len(names))] = numbers("regression_gram")
    gram += np.tril(gram, -1).T
    moments = np.array(numbers("regression_moments")).reshape(-1, len(names))
    parts: dict[str, Any] = {name: np.array(numbers(f"regression_{name}")) for name in _PARTS}
    return Regression(names, gram=gram, moments=moments, **parts)


def shipped_years(measure: str) -> tuple[int, ...]:
    """The years up to whose 31 March a stock was learned, in order; empty for a flow.

    Raises
    ------
    UnknownNameError
        When it is neither a stock nor a flow of a panel.
    """
    stage = stage_of(measure)
    if measure not in STOCK_MEASURES.values():
        return ()
    pattern = re.compile(rf"{PREFIX}_{stage}_(\d{{4}})_process")
    found = (pattern.fullmatch(name) for name in parameter_names())
    return tuple(sorted(int(match[1]) for match in found if match))


def learn_shipped(panel: AuthorityPanel) -> list[Learned]:
    """Learning to ship: each stock up to each of :data:`SHIPPED_YEARS`, from all authorities."""
    return [
        learn(StageHistory.from_panel(panel, measure).until(year))
        for measure in STOCK_MEASURES.values()
        for year in SHIPPED_YEARS
    ]


def shipped_text(
    learned: Iterable[Learned], source: str = SOURCE, basis: Basis = "observed"
) -> str:
    """What was learned, as the parameter file that :func:`shipped` reads.

    Parameters
    ----------
    learned
        By stock and year, from :func:`learn_shipped`.
    source
        Of the figures, in words.
    basis
        Of the figures.
    """
    pieces = [
        "# What authorities taught of their stocks, by stock and by the 31 March up to which it\n"
        "# was learned. Made by `make learned` from figures that do not ship; not to be edited.\n"
    ]
    for found in learned:
        for name, numbers, unit, reason in _entries(found):
            pieces.append(
                f"\n[{PREFIX}_{stage_of(found.measure)}_{found.year}_{name}]\n"
                f"value = {_printed(numbers)}\n"
                f'unit = "{unit}"\n'
                f'basis = "{basis}"\n'
                f"from = {found.year}-03-31\n"
                f'source = "{source}, {found.years[0]} to {found.year}"\n'
                f'reason = "{reason}"\n'
            )
    return "".join(pieces)


def _entries(found: Learned) -> list[tuple[str, list[float], str, str]]:
    return [*_process_entries(found), *_regression_entries(found.regression)]


def _regression_entries(
    found: Regression | None,
) -> list[tuple[str, list[float], str, str]]:
    if found is None:
        return []
    parts = [
        (f"regression_{name}", getattr(found, name).tolist(), unit, reason)
        for name, (unit, reason) in _PARTS.items()
    ]
    return [
        *parts,
        (
            "regression_gram",
            found.gram[np.tril_indices(len(found.names))].tolist(),
            "mean product of features in their units",
            "Lower triangle, row by row.",
        ),
        (
            "regression_moments",
            found.moments.ravel().tolist(),
            "mean product of features in their units with the change in log units",
            f"A row a year ahead, 1 to {len(found.told)}.",
        ),
    ]


def _process_entries(found: Learned) -> list[tuple[str, list[float], str, str]]:
    process = [float(getattr(found.process, name)) for name in NAMES]
    horizons = len(found.spread)
    return [
        (
            "authorities",
            [found.authorities],
            "authorities",
            "How many the following was learned from.",
        ),
        (
            "process",
            process,
            "log units; share kept over a year; degrees of freedom",
            f"In this order: {', '.join(NAMES)}.",
        ),
        (
            "stay_years",
            [found.stay_years],
            "years",
            "Mean stay by Little's law: median stock over median starts.",
        ),
        (
            "course",
            found.course.tolist(),
            "log rate per child",
            f"The course that authorities had in common, {found.years[0]} to {found.year}.",
        ),
        ("drift", [found.drift], "log units a year", "Common growth that is carried forward."),
        (
            "drift_variance",
            [found.drift_variance],
            "squared log units a year",
            "Variance of a year's common change about it.",
        ),
        (
            "usual_starts",
            [found.usual_starts],
            "log starts over stock",
            "Median over authorities in the last year.",
        ),
        (
            "turnover",
            found.turnover.ravel().tolist(),
            "log units of stock for one log unit",
            f"What {' and '.join(TURNOVER)} add 1 to {horizons} years ahead, two numbers a year.",
        ),
        (
            "spread",
            found.spread.tolist(),
            "factor of the variance",
            f"How far past forecasts were out, 1 to {horizons} years ahead.",
        ),
    ]


def _printed(numbers: list[float]) -> str:
    shown = [f"{number + 0.0:.6g}" for number in numbers]
    return shown[0] if len(shown) == 1 else f"[{', '.join(shown)}]"
