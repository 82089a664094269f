"""Health of children looked after for a year, and missing incidents, for the care return.

The return asks for the health of children who count as looked after for the whole year to 31 March.
An incident lies within one episode of care, so none is still open when care or a placement ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from riskmodel.ages import ages_in_years
from riskmodel.parameters import parameter

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["health_outcomes", "missing_incidents"]

Days = npt.NDArray[np.datetime64]

UNDER_FIVE, FROM_FOUR, FROM_TEN, UNTIL = 5, 4, 10, 17
NO_SCORE = ("SDQ2", "SDQ3", "SDQ4", "SDQ5")
"""Reasons why there is no strengths and difficulties score; SDQ1, wrong age, is not used here."""
MOST_SCORE = 40
MOST_YEARS = 18
MISSING_FROM = 12
AWAY_SHARE = 1 / 6
MOST_DAYS_AWAY = 4
YEAR = 365.25


def health_outcomes(random: np.random.Generator, periods: pd.DataFrame, born: Days) -> pd.DataFrame:
    """Health at every 31 March at which a child has been looked after for a year.

    Parameters
    ----------
    random
        Generator.
    periods
        Of care: child, start, end.
    born
        Date of birth by child.

    Returns
    -------
    pandas.DataFrame
        child, day (a 31 March), and the columns of the return (table OC2) as texts.
    """
    import pandas as pd

    start, end = (periods[name].to_numpy().astype("datetime64[D]") for name in ("start", "end"))
    parts = [pd.DataFrame({"child": periods["child"][:0], "day": end[:0]})]
    years = np.unique(end.astype("datetime64[Y]").astype(np.int64)) + 1970
    for year in range(*((int(years[0]) - MOST_YEARS, int(years[-1]) + 1) if len(years) else (0,))):
        last = np.datetime64(f"{year}-03-31")
        whole = (start <= np.datetime64(f"{year - 1}-04-01")) & (end >= last)
        parts.append(pd.DataFrame({"child": periods["child"][whole], "day": last}))
    found = pd.concat(parts).sort_values(["child", "day"], ignore_index=True)
    day = found["day"].to_numpy().astype("datetime64[D]")
    age = ages_in_years(born[found["child"]], day)
    shares = np.array(parameter("history_health_shares").numbers) / 100
    checked, immunised, teeth, assessed, convicted, misuse, helped = (
        np.where(random.random(len(found)) < share, "1", "0") for share in shares
    )
    mean, spread, scored = parameter("history_difficulties_score").numbers
    score = np.clip(np.rint(random.normal(mean, spread, len(found))), 0, MOST_SCORE)
    # Who turns 17 on the first day of the year is still asked about.
    before = (day.astype("datetime64[M]") - 11).astype("datetime64[D]") - 1
    at_start = ages_in_years(born[found["child"]], before)
    asked = (age >= FROM_FOUR) & (at_start < UNTIL)
    has_score = asked & (random.random(len(found)) < scored / 100)
    reason = random.choice(np.array(NO_SCORE), len(found))
    misuse = np.where(age >= FROM_TEN, misuse, "0")
    helped = np.where(misuse == "1", helped, "")
    return found.assign(
        SDQ_SCORE=np.where(has_score, score.astype(np.int64).astype(str), ""),
        SDQ_REASON=np.where(asked & ~has_score, reason, ""),
        CONVICTED=np.where(age >= FROM_TEN, convicted, ""),
        HEALTH_CHECK=np.where(age < UNDER_FIVE, checked, ""),
        IMMUNISATIONS=immunised,
        TEETH_CHECK=teeth,
        HEALTH_ASSESSMENT=assessed,
        SUBSTANCE_MISUSE=misuse,
        INTERVENTION_RECEIVED=helped,
        INTERVENTION_OFFERED=np.where(helped == "0", "1", ""),
    )


def missing_incidents(random: np.random.Generator, care: pd.DataFrame, born: Days) -> pd.DataFrame:
    """Incidents of being missing, or away without authorisation: child, kind, start, end.

    Parameters
    ----------
    random
        Generator.
    care
        Episodes, see :func:`riskmodel.cohort.care.care_episodes`.
    born
        Date of birth by child.
    """
    import pandas as pd

    child = care["child"].to_numpy()
    start, end = (care[name].to_numpy().astype("datetime64[D]") for name in ("start", "end"))
    days = (end - start).astype(np.int64)
    young, older = parameter("history_missing_a_year").numbers
    age = (start - born[child]).astype(np.int64) / YEAR
    number = random.poisson(np.where(age < MISSING_FROM, young, older) * days / YEAR)
    of = np.repeat(np.arange(len(child)), number)
    begun = start[of] + 1 + (random.random(len(of)) * days[of]).astype(np.int64)
    over = begun + random.integers(1, MOST_DAYS_AWAY + 1, size=len(of))
    kind = np.where(random.random(len(of)) < AWAY_SHARE, "A", "M")
    found = pd.DataFrame({"child": child[of], "kind": kind, "start": begun, "end": over})
    found = found[over < end[of]].sort_values(["child", "start"], ignore_index=True)
    before = found.groupby("child")["end"].shift(1)
    kept = (before.isna() | (found["start"] > before)).to_numpy()
    rest: pd.DataFrame = found.loc[kept]
    return rest.reset_index(drop=True)
