"""Tables of results for printing: ``[c]`` where a count is withheld, nothing derived from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from riskmodel.assessments import FactorCounts
from riskmodel.disclosure.cells import MEASURES, PRINTED, Key
from riskmodel.disclosure.counts import protect_counts
from riskmodel.disclosure.policy import Policy, Waiver
from riskmodel.disclosure.protected import ProtectedCounts
from riskmodel.disclosure.scrub import refuse_rows
from riskmodel.disclosure.symbols import CONFIDENTIAL
from riskmodel.errors import DataError, UnknownNameError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Marks", "blank_derived", "complete", "marked_frame", "protected_frame"]

Marks = Literal["text", "json"]
"""How a withheld cell looks: ``[c]``; or None, its column named in the last column,
``suppressed``."""

# The same for every factor, so that a row without numbers can carry them.
_SAME_EVERYWHERE = ("measure", "unit", "level", "basis", "prevalence_reading")
_SAME_IN_GROUP = ("assessments_in_all", "cut")
Row = dict[Any, Any]
_SHARES = ("share_of_plans", "conversion_rate")


def protected_frame(
    groups: Mapping[Key, FactorCounts],
    make: Callable[[FactorCounts], pd.DataFrame],
    policy: Policy | Waiver,
    *,
    by: Sequence[str] = (),
    totals_published: bool = True,
    marks: Marks = "text",
) -> tuple[pd.DataFrame, ProtectedCounts]:
    """A view of the counts, worked out from what may be printed and from nothing else.

    Parameters
    ----------
    groups, policy, by, totals_published
        As for :func:`riskmodel.disclosure.counts.protect_counts`.
    make
        Makes the view of one group: a tidy frame with a column ``factor``. It is given only the
        counts that are printed, as they are printed.
    marks
        How a withheld cell looks.

    Returns
    -------
    tuple
        The frame, the group's columns first, and what was decided for the counts.
    """
    protected = protect_counts(groups, policy, by=by, totals_published=totals_published)
    frames = {}
    for key in groups:
        counts = protected.safe(key)
        if counts is not None:
            frames[key] = make(counts)
    return complete(frames, protected, marks=marks), protected


def complete(
    frames: Mapping[Key, pd.DataFrame], protected: ProtectedCounts, *, marks: Marks = "text"
) -> pd.DataFrame:
    """Views of the groups under one another, with the rows that were withheld put back in.

    Parameters
    ----------
    frames
        By group, a tidy frame with a column ``factor`` that was made from
        :meth:`ProtectedCounts.safe`; a group that has no safe counts is left out.
    protected
        The counts.
    marks
        How a withheld cell looks.

    Returns
    -------
    pandas.DataFrame
        Every group in the order of the counts. A factor that its frame lacks is put in where the
        counts have it, with what may be printed of ``assessments`` and ``plans``; all its other
        columns are withheld. Shares and conversion rates have the decimals of the policy.

    Raises
    ------
    DataError
        When a column points to children, or a frame holds a factor whose counts are withheld.
    """
    import pandas as pd

    if marks not in ("text", "json"):
        raise UnknownNameError("kind of marks", marks, ("text", "json"))
    columns = list(dict.fromkeys(name for frame in frames.values() for name in frame.columns))
    columns = columns or ["factor", *PRINTED]
    rows: list[Row] = []
    for key, counts in protected.counts.items():
        group = dict(zip(protected.by, key, strict=True))
        frame = frames.get(key)
        own: list[Row] = [] if frame is None else frame.to_dict("records")
        _check_rows(own, protected, key)
        names = {row["factor"] for row in own}
        absent = [name for name in counts.factors if name not in names]
        rows += [group | row for row in _filled(own, absent, columns, frames, protected, key)]
    whole = pd.DataFrame(rows, columns=[*protected.by, *columns], dtype=object)
    return refuse_rows(marked_frame(_rounded(whole, protected.policy), marks))


def blank_derived(
    frame: pd.DataFrame,
    protected: ProtectedCounts,
    rests_on: Mapping[str, Sequence[str]],
    *,
    plain: Sequence[str] = (),
    marks: Marks = "text",
) -> pd.DataFrame:
    """A frame of results with each cell withheld that rests on a withheld count.

    Parameters
    ----------
    frame
        The group's columns, ``factor``, and results that each rest on counts of their own row.
    protected
        The counts.
    rests_on
        For each column of results the counts behind it, of ``assessments``, ``plans``,
        ``total_assessments``, ``total_plans``: ``{"conversion_rate": ("plans", "assessments")}``.
    plain
        Columns that rest on no count at all.
    marks
        How a withheld cell looks.

    Raises
    ------
    DataError
        When it is not said of a column what it rests on, or counts are rounded: the results would
        have been worked out from exact ones.

    Notes
    -----
    What rests on several factors at once (an adjusted p value, a rank, a pooled rate) cannot be
    mended by blanking its row: use :func:`complete`, which works it out anew.
    """
    if isinstance(protected.policy, Policy) and protected.policy.round_to is not None:
        raise DataError("with rounded counts, work results out anew from ProtectedCounts.safe")
    unsaid = [
        str(name)
        for name in frame.columns
        if name not in (*protected.by, "factor", *PRINTED, *rests_on, *plain, *_SAME_EVERYWHERE)
    ]
    if unsaid:
        raise DataError(f"say which counts these columns rest on: {', '.join(unsaid)}")
    inputs = {name: (name,) for name in PRINTED if name in frame.columns} | dict(rests_on)
    for name in {name for found in inputs.values() for name in found}:
        if name not in MEASURES:
            raise UnknownNameError("measure", name, MEASURES)
    keys = [*frame[[*protected.by, "factor"]].itertuples(index=False, name=None)]
    found = frame.astype(object)
    for column, needed in inputs.items():
        found[column] = [
            cell if _is_told(protected, tuple(key), str(factor), needed) else CONFIDENTIAL
            for cell, (*key, factor) in zip(found[column], keys, strict=True)
        ]
    return refuse_rows(marked_frame(_rounded(found, protected.policy), marks))


def _is_told(protected: ProtectedCounts, key: Key, factor: str, measures: Sequence[str]) -> bool:
    """Whether all these counts are printed."""
    return all(
        protected.printed(key, name, factor if name in PRINTED else "") != CONFIDENTIAL
        for name in measures
    )


def _check_rows(own: list[Row], protected: ProtectedCounts, key: Key) -> None:
    """A frame made from counts that were not made safe would betray them."""
    if protected.table is None:
        return
    for row in own:
        if row["factor"] in protected.counts[key].factors and not protected.is_published(
            key, row["factor"]
        ):
            raise DataError(
                f"the frame has results for {row['factor']}, whose counts are withheld: make it "
                "from ProtectedCounts.safe"
            )


def _filled(
    own: list[Row],
    absent: Sequence[str],
    columns: Sequence[str],
    frames: Mapping[Key, pd.DataFrame],
    protected: ProtectedCounts,
    key: Key,
) -> list[Row]:
    """Rows of a group with those of absent factors: one for each pattern that the others have."""
    if not absent:
        return own
    names: tuple[str, ...] = (*_SAME_EVERYWHERE, *_SAME_IN_GROUP)
    examples = own
    if not own:
        names = _SAME_EVERYWHERE
        examples = next((frame.to_dict("records") for frame in frames.values() if len(frame)), [{}])
    patterns: list[Row] = []
    for row in examples:
        pattern = {name: row[name] for name in names if name in row}
        if pattern not in patterns:
            patterns.append(pattern)
    order = {name: i for i, name in enumerate(protected.counts[key].factors)}
    placed = [
        (patterns.index({name: row[name] for name in names if name in row}), row) for row in own
    ]
    placed += [
        (i, _withheld_row(columns, pattern, protected, key, name))
        for i, pattern in enumerate(patterns)
        for name in absent
    ]
    # Sorting is stable: factors without counts stay as they came, after the others.
    placed.sort(key=lambda found: (found[0], order.get(found[1]["factor"], len(order))))
    return [row for _, row in placed]


def _withheld_row(
    columns: Sequence[str],
    pattern: Mapping[str, Any],
    protected: ProtectedCounts,
    key: Key,
    factor: str,
) -> Row:
    row: Row = dict.fromkeys(columns, CONFIDENTIAL)
    row |= pattern
    row["factor"] = factor
    for name in PRINTED:
        if name in columns:
            row[name] = protected.printed(key, name, factor)
    return row


def _rounded(frame: pd.DataFrame, policy: Policy | Waiver) -> pd.DataFrame:
    """Shares with two decimals more than a percentage."""
    if not isinstance(policy, Policy):
        return frame
    for name in frame.columns:
        if str(name).startswith(_SHARES):
            frame[name] = [
                round(cell, policy.decimals + 2) if isinstance(cell, float) else cell
                for cell in frame[name]
            ]
    return frame


def marked_frame(frame: pd.DataFrame, marks: Marks) -> pd.DataFrame:
    """A frame with ``[c]`` in its withheld cells, as text or as JSON wants it."""
    import pandas as pd

    if marks == "text":
        return frame.infer_objects()
    hidden = frame == CONFIDENTIAL
    names = [str(name) for name in frame.columns]
    withheld = [
        [name for name, is_hidden in zip(names, row, strict=True) if is_hidden]
        for row in hidden.to_numpy().tolist()
    ]
    found = frame.astype(object).mask(hidden, None)
    found["suppressed"] = pd.Series(withheld, index=found.index, dtype=object)
    return found
