"""Returns on children looked after, written as an authority would."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

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
