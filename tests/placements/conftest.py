"""Returns on children looked after, written as an authority would, and a folder with prices."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from riskmodel.authority.folder.authority import Authority, open_authority
from riskmodel.authority.placements import Placements
from riskmodel.report.sizes import Sizes

SIZES = Sizes(months=14, replicates=60, seed=1)

HEADING = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,PL_LOCATION"
HEADING += ",PL_DISTANCE"
EPISODES = """\
1,2017-05-10,S,C1,N1,U4,PR1,2017-09-01,X1,,IN,3.5
1,2017-09-01,L,C2,N1,U4,PR1,2017-12-01,X1,,IN,3.5
1,2017-12-01,P,C2,N1,U4,PR1,2018-02-01,X1,CARPL,IN,4
1,2018-02-01,P,C2,N1,K2,PR4,,,,OUT,41
2,2017-06-10,S,V2,N4,U4,PR4,2017-12-20,E4A,,IN,
3,2015-02-01,S,C2,N1,P2,PR4,2018-01-01,E17,,,
4,2017-07-01,S,V2,N5,H5,PR4,,,,OUT,12
5,2016-07-01,S,E1,N1,A4,PR1,2017-04-30,E12,,,
"""
CHILDREN = """\
1,1,2007-10-15,WBRI
2,2,2001-01-05,OOTH
3,2,2000-01-01,WBRI
4,1,2001-02-01,OOTH
5,1,2015-04-30,WBRI
"""


@pytest.fixture(scope="module", autouse=True)
def _calibrated_once(calibrated_once: None) -> None:
    """The same figures are calibrated once for all tests."""


@pytest.fixture(scope="session")
def write_return() -> Callable[..., Path]:
    """Writes a return of one year with dates of birth and one unaccompanied child."""

    def write(folder: Path, episodes: str = EPISODES, children: str = CHILDREN) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "episodes.csv").write_text(f"{HEADING}\n{episodes}", encoding="utf-8")
        (folder / "header.csv").write_text(f"CHILD,SEX,DOB,ETHNIC\n{children}", encoding="utf-8")
        (folder / "uasc.csv").write_text(
            "CHILD,SEX,DOB,DUC\n4,1,2001-02-01,2019-02-01\n", encoding="utf-8"
        )
        return folder

    return write


TOML = """\
format = 1
[about]
name = "Testshire"
population = 30000
[[placements]]
placement = "own_fostering"
per_week = 450
spread = "20%"
places = 60
[[placements]]
placement = "agency_fostering"
per_week = 900
inflation = "3%"
[[placements]]
placement = "private_residential"
per_week = 5000
spread = 0.4
[targets]
by = "2019-03"
[[placement_budget]]
year = "2018/19"
budget = 9000000
grant_per_week = 800
"""
SCENARIO = """\
name = "own_places"
description = "Ten more places with own carers, at dearer prices."
[[change]]
parameter = "placements.own_carer_places"
value = 10
from_month = 1
reason = "a test"
source = "assumed"
[[change]]
parameter = "placements.price"
multiplier = 1.1
from_month = 1
reason = "a test"
source = "assumed"
"""


def made_up(folder: Path, write_return: Callable[..., Path]) -> Path:
    """Children who come every week for a year, and stay."""
    kinds = [("U4", "PR1"), ("U4", "PR4"), ("K2", "PR4"), ("U4", "PR1"), ("H5", "PR4")]
    rows, born = [], []
    for child in range(1, 301):
        place, provider = kinds[child % 5]
        day = np.datetime64("2017-04-03") + child if child % 3 else np.datetime64("2016-03-01")
        age = 16.5 if place == "H5" else 2 + child % 11
        end = f"{day + 200},E4A" if child % 4 == 0 and child % 3 else ","
        rows.append(f"{child},{day},S,C1,N1,{place},{provider},{end},,IN,3\n")
        born.append(f"{child},1,{day - np.timedelta64(int(age * 365.25), 'D')},WBRI\n")
    write_return(folder / "looked_after", "".join(rows), "".join(born))
    (folder / "authority.toml").write_text(TOML, encoding="utf-8")
    (folder / "scenarios").mkdir()
    (folder / "scenarios" / "own_places.toml").write_text(SCENARIO, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory, write_return: Callable[..., Path]) -> Path:
    return made_up(tmp_path_factory.mktemp("testshire"), write_return)


@pytest.fixture(scope="session")
def authority(folder: Path) -> Authority:
    return open_authority(folder)


@pytest.fixture(scope="session")
def placed(authority: Authority) -> Placements:
    """With no change of policy; the brief and the section of the same sizes share it."""
    return authority.placements(**SIZES.named())
