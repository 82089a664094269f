"""How fast authorities raised their workers: counted from a panel of which the answer is plain."""

from __future__ import annotations

import numpy as np
import pytest

from riskmodel.caseload.growth import workforce_growth
from riskmodel.errors import DataError
from riskmodel.series import ENGLAND, AuthorityPanel

YEARS = (2017, 2018, 2019, 2020)
WORKERS = {
    "901": (100, 100, 130, 130),  # 30% within two years, twice
    "902": (80, np.nan, 120, 60),  # 50%, then no year two before
    "903": (50, 50, 55, 50),
    "904": (np.nan, 70, np.nan, np.nan),  # no two years
    "999": (10, 10, 100, 100),  # who asks
    ENGLAND: (1, 1, 9, 9),
}
CASELOADS = {"901": (20, 20, 17, 18), "902": (16, 16, 16.5, 20)}


def panel(**figures: dict[str, tuple[float, ...]]) -> AuthorityPanel:
    codes = [code for code in WORKERS for _ in YEARS]
    none = (np.nan,) * len(YEARS)
    return AuthorityPanel(
        tuple(codes),
        tuple(f"Authority {code}" for code in codes),
        np.array(YEARS * len(WORKERS)),
        {
            name: np.array([value for code in WORKERS for value in rows.get(code, none)])
            for name, rows in figures.items()
        },
    )


@pytest.mark.unit
@pytest.mark.parametrize(
    ("growth", "said"),
    [
        (0.2, "2 of the 3 other authorities of the panel raised social workers in post by 20% or"),
        (0.2, "between 2017 and 2020; the average caseload fell in 1 of these, and was 1.2 cases"),
        (0.3, "2 of the 3"),
        (0.31, "1 of the 3 other"),
        (0.5, "2 years between 2017 and 2020; its average caseload was 0.5 cases higher after."),
        (0.6, "None of the 3 other authorities"),
        (0.6, "the fastest raised them by 50%; of the 2 that raised them fastest (by 30% or"),
        (0.6, "the average caseload fell in 1, and was 1.2 cases lower at the median."),
        (0.502, "the fastest raised them by 50.0%; of the 2"),
    ],
)
def test_each_authority_counts_once_by_its_fastest_years(growth, said):
    assert (
        said
        in workforce_growth(
            panel(sw_fte=WORKERS, sw_avg_caseload_fte=CASELOADS), growth, code="999"
        ).summary()
    )


@pytest.mark.unit
def test_without_caseloads_none_is_said_and_without_workers_nothing_is_answered():
    bare = workforce_growth(panel(sw_fte=WORKERS), 0.2, code="999")
    assert bare.summary().endswith("the panel does not say what their caseloads did.")
    none = workforce_growth(panel(sw_fte=WORKERS), 0.6, code="999").summary()
    assert none.endswith("the fastest raised them by 50%.")
    alone = panel(sw_fte=WORKERS, sw_avg_caseload_fte={"901": CASELOADS["901"]})
    one = workforce_growth(alone, 0.6, code="999").summary()
    assert one.endswith(
        "in the one of the fastest that gives it the average caseload went from 20.0 to 17.0."
    )
    assert bare.to_frame()["reached"].tolist() == [True, True, False]
    with pytest.raises(DataError, match="no other authority with social workers"):
        workforce_growth(panel(sw_avg_caseload_fte=CASELOADS), 0.2)
    with pytest.raises(DataError, match="growth must be above 0"):
        workforce_growth(panel(sw_fte=WORKERS), 0.0)
