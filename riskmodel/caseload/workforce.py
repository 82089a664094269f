"""What a workforce is: posts, rates and limits, each one number or one for every month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import pandas as pd

from riskmodel.core.arrays import Floats
from riskmodel.core.result import Result
from riskmodel.core.wording import count_of
from riskmodel.errors import DataError, UnknownNameError

__all__ = ["WORKFORCE_PARAMETERS", "Monthly", "Workforce"]

Monthly = float | Floats
"""One number for every month, or an array of shape (month,). For posts, candidates, agency workers
and rates it may also be of shape (month, replicate), where each simulation has its own."""

_RATES = (0.0, 1.0, "a proportion between 0 and 1")
_COUNTS = (0.0, np.inf, "0 or more")

_LIMITS: Mapping[str, tuple[float, float, str]] = MappingProxyType(
    {
        "posts": _COUNTS,
        "vacancy_rate": _RATES,
        "turnover_rate": (0.0, 1.0, "a proportion of workers a year between 0 and 1"),
        "hires_per_month": (0.0, np.inf, "0 or more, or inf for as many as there are vacancies"),
        "recruitment_lag_months": (0.0, np.inf, "a whole number of months, 0 or more"),
        "agency_fte": _COUNTS,
        "sickness_rate": _RATES,
        "newly_qualified_share": _RATES,
        "newly_qualified_protection": _RATES,
        "case_holding_share": _RATES,
        "caseload_cap": (0.0, np.inf, "above 0"),
        "specialist_share": _RATES,
        "specialist_caseload": (0.0, np.inf, "above 0"),
        "specialist_length_multiplier": (0.0, np.inf, "above 0"),
    }
)
_BY_SIMULATION = (
    *("posts", "hires_per_month", "agency_fte"),
    *("vacancy_rate", "turnover_rate", "sickness_rate"),
    *("newly_qualified_share", "newly_qualified_protection", "case_holding_share"),
)
_ABOVE_ZERO = ("caseload_cap", "specialist_caseload", "specialist_length_multiplier")

WORKFORCE_PARAMETERS = tuple(_LIMITS)
"""Names of the parameters that can change from month to month."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Workforce(Result):
    """The workforce of the family support teams.

    Parameters
    ----------
    posts
        Established posts of social workers, full-time equivalents.
    vacancy_rate
        Share of posts that are vacant even when there are candidates, because advertising and
        notice take time: joiners never bring the teams above posts x (1 - vacancy_rate).
    turnover_rate
        Leavers in a year over workers in post; a twelfth of it is each worker's chance to leave
        in a month.
    hires_per_month
        Candidates who can be appointed in a month, on average (Poisson); ``inf`` fills every
        vacancy.
    recruitment_lag_months
        Whole months from advertisement to first day: posts and candidates of a month bring joiners
        so many months later.
    agency_fte
        Agency workers who hold full caseloads, besides those in post.
    sickness_rate
        Share of working time lost.
    newly_qualified_share, newly_qualified_protection
        Share of workers in post who are newly qualified, and the share of a full caseload that
        they are spared.
    case_holding_share
        Share of workers in post who hold cases.
    caseload_cap
        Cases a case-holding full-time equivalent holds at most before work waits.
    specialist_share, specialist_caseload, specialist_length_multiplier
        Share of these teams' cases that a specialist team holds, its caseload, and the length of
        its plans relative to the others'.
    posts_before, hires_before
        Posts and candidates of the months before the first, from which joiners still come; None
        takes the first month's.

    Raises
    ------
    DataError
        When a value is impossible; the message says what was given, in which month, and what is
        allowed.

    Notes
    -----
    Case-holding full-time equivalents = in post x case_holding_share x
    (1 - newly_qualified_protection x newly_qualified_share) x (1 - sickness_rate) + agency_fte.
    """

    posts: Monthly
    vacancy_rate: Monthly
    turnover_rate: Monthly
    hires_per_month: Monthly
    recruitment_lag_months: Monthly
    agency_fte: Monthly
    sickness_rate: Monthly
    newly_qualified_share: Monthly
    newly_qualified_protection: Monthly
    case_holding_share: Monthly
    caseload_cap: Monthly
    specialist_share: Monthly = 0.0
    specialist_caseload: Monthly = 1.0
    specialist_length_multiplier: Monthly = 1.0
    posts_before: float | None = None
    hires_before: float | None = None

    def __post_init__(self) -> None:
        lengths = set()
        for name in WORKFORCE_PARAMETERS:
            made = _checked(name, getattr(self, name))
            object.__setattr__(self, name, made)
            if isinstance(made, np.ndarray):
                lengths.add(len(made))
        if len(lengths) > 1:
            found = ", ".join(map(str, sorted(lengths)))
            raise DataError(f"monthly parameters need as many months each; found {found}")
        for name in ("posts_before", "hires_before"):
            value = getattr(self, name)
            if value is not None and not value >= 0:
                raise DataError(f"must be 0 or more, got {value:g}", field=name)

    @property
    def months(self) -> int | None:
        """How many months the monthly parameters have; None where all are single numbers."""
        for name in WORKFORCE_PARAMETERS:
            value = getattr(self, name)
            if isinstance(value, np.ndarray):
                return len(value)
        return None

    def monthly(self, name: str, months: int) -> Floats:
        """One parameter by month, shape (month,), or (month, replicate) where it is drawn.

        Raises
        ------
        UnknownNameError
            When there is no such parameter.
        DataError
            When it is given for fewer months.
        """
        if name not in _LIMITS:
            raise UnknownNameError("workforce parameter", name, WORKFORCE_PARAMETERS)
        value = getattr(self, name)
        if isinstance(value, np.ndarray):
            if len(value) < months:
                raise DataError(f"is given for {len(value)} months of {months}", field=name)
            return value[:months]
        return np.full(months, value)

    def first(self, name: str) -> float:
        """One parameter in the first month; the mean where each simulation has its own.

        Raises
        ------
        UnknownNameError
            When there is no such parameter.
        """
        return float(np.mean(self.monthly(name, 1)[0]))

    def share_at_work(self, months: int) -> Floats:
        """Case-holding full-time equivalents for each worker in post, shaped as by `monthly`."""
        holding, protection, newly, sick = (
            self.monthly(name, months).T
            for name in (
                *("case_holding_share", "newly_qualified_protection"),
                *("newly_qualified_share", "sickness_rate"),
            )
        )
        # Months last, so that rates of every simulation and of all alike go together.
        return (holding * (1 - protection * newly) * (1 - sick)).T

    def changed(self, **values: Monthly) -> Workforce:
        """The same with other parameters; earlier advertisements remain as they were.

        Raises
        ------
        UnknownNameError
            When there is no such parameter.
        """
        for name in values:
            if name not in _LIMITS:
                raise UnknownNameError("workforce parameter", name, WORKFORCE_PARAMETERS)
        made = replace(self, **values)  # type: ignore[arg-type]  # fields by name
        for name, before in (("posts", "posts_before"), ("hires_per_month", "hires_before")):
            if getattr(self, before) is None:
                object.__setattr__(made, before, _first(getattr(self, name)))
        return made

    def to_frame(self) -> pd.DataFrame:
        """One row for each parameter: name, value in the first month, whether it changes, unit."""
        return pd.DataFrame(
            [
                {
                    "parameter": name,
                    "value": _first(getattr(self, name)),
                    "changes": bool(np.ptp(getattr(self, name)) > 0)
                    if isinstance(getattr(self, name), np.ndarray)
                    else False,
                    "allowed": _LIMITS[name][2],
                }
                for name in WORKFORCE_PARAMETERS
            ]
        )

    def summary(self) -> str:
        """What it is, in a sentence."""
        return (
            f"{_first(self.posts):.1f} posts, {_first(self.vacancy_rate):.1%} vacant at best, "
            f"{_first(self.turnover_rate):.1%} leave in a year, "
            f"{_first(self.hires_per_month):.3g} candidates a month after "
            f"{count_of(round(_first(self.recruitment_lag_months)), 'month')}, "
            f"cap {_first(self.caseload_cap):g}"
        )


def _first(value: Monthly) -> float:
    return float(np.mean(value[0])) if isinstance(value, np.ndarray) else float(value)


def _checked(name: str, value: object) -> Monthly:
    low, high, allowed = _LIMITS[name]
    try:
        made = np.array(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(f"must be a number or one for each month: {error}", field=name) from error
    if made.ndim > 1 + (name in _BY_SIMULATION) or made.size == 0:
        raise DataError("must be one number, or one for each month", field=name)
    flat = made.reshape(-1)
    wrong = ~((flat >= low) & (flat <= high))
    if name in _ABOVE_ZERO:
        wrong |= flat == 0
    if name == "recruitment_lag_months":
        wrong |= ~np.isfinite(flat) | (flat != np.floor(flat))
    elif name != "hires_per_month":
        wrong |= ~np.isfinite(flat)
    if wrong.any():
        place = int(np.flatnonzero(wrong)[0])
        month = f" in month {place // (made.size // len(made)) + 1}" if made.ndim else ""
        raise DataError(f"must be {allowed}, got {flat[place]:g}{month}", field=name)
    if made.ndim == 0:
        return float(made)
    made.flags.writeable = False
    return made
