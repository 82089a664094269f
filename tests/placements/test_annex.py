"""Placements from the lists of Annex A: what they hold, and what they cannot say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from riskmodel.authority.placements import project_placements
from riskmodel.errors import DataError
from riskmodel.intake import read_care
from riskmodel.placements.history import History, placement_history
from riskmodel.placements.kinds import KINDS, RATED_EXITS
from riskmodel.placements.rates import EVENTS, fitted_rates
from riskmodel.placements.survival import lasting

HEADING = (
    "Child Unique ID,Date of Birth,Unaccompanied Asylum Seeking Child (UASC) within the Last 12 "
    "Months (Y/N),Date Started to be Looked After,Child's Legal Status,Date Ceased to be Looked "
    "After,Reason Ceased to be Looked After,Start Date of Most Recent Placement,Placement Type,"
    "Placement Provider"
)
ODD = """\
901,2010-01-01,b) No,2023-01-01,C2: FCO,,,2023-11-20,a) U1: Relative,b) PR1 - Own provision
902,2006-05-01,a) Yes,2023-10-10,V2,2024-01-15,k) E5: Independent,2023-10-10,n) H5: Hostel,PR4
903,2012-01-01,b) No,2023-11-01,V4,,,2023-11-01,K2,PR4
904,2012-01-01,b) No,2023-11-01,C2,2023-10-01,,2023-11-01,K2,PR4
905,2012-01-01,b) No,,C2,,,2023-11-01,K2,PR4
906,2013-01-01,b) No,2023-11-01,C2,,,2023-11-01,X9: none such,PR4
"""


@pytest.fixture(scope="module")
def lists(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty children in foster care, a third of whom left within the months of the list."""
    rows = [
        f"{n},201{n % 10}-03-01,b) No,2022-0{1 + n % 9}-05,C2: FCO,"
        f"{f'2024-0{1 + n // 3 % 3}-10,E4A: home' if n % 3 == 0 else ','},2022-0{1 + n % 9}-05,"
        f"d) U4: Long term,{'b) PR1 - Own provision' if n % 2 else 'e) PR4 - Private provision'}"
        for n in range(60)
    ]
    folder = tmp_path_factory.mktemp("annex_a")
    text = "\n".join([HEADING, *rows]) + "\n" + ODD
    (folder / "list_8.csv").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def history(lists: Path) -> History:
    return placement_history(read_care(lists))


@pytest.mark.integration
def test_codes_are_read_behind_their_marks_and_every_row_is_accounted_for(lists: Path) -> None:
    care = read_care(lists)
    rows = care.episodes.set_index("child_id")
    wanted = ["placement", "provider", "end_reason", "legal_status"]
    assert rows.loc["902", wanted].tolist() == ["H5", "PR4", "E5", "V2"]
    assert rows.loc["901", wanted].tolist() == ["U1", "PR1", "", "C2"]
    assert rows.loc[["901", "902"], "unaccompanied"].tolist() == [False, True]
    assert rows.loc["906", "placement"] == ""
    assert care.counts["unknown_code"] == 1
    tally = care.account["episodes"]
    assert (tally.read, tally.used) == (66, 63)
    assert dict(tally.left_out) == {"short_break": 1, "ends_before_start": 1, "no_start": 1}
    assert care.windows[""] == ("2023-10", "2023-11", "2023-12", "2024-01", "2024-02")


@pytest.mark.integration
def test_moves_that_the_lists_do_not_hold_are_at_shipped_rates(history: History) -> None:
    assert not history.has_moves
    exposure = history.exposure()
    assert exposure.moves.sum() == 0
    own, shipped = (fitted_rates(each).mean for each in (exposure, None))
    moves = slice(len(RATED_EXITS), EVENTS)
    assert own[:, moves] == pytest.approx(shipped[:, moves])
    # A third of the children left within five months: far more than at shipped rates.
    home = own.reshape(len(KINDS), -1, EVENTS)[0, :, 0]
    assert (home > shipped.reshape(len(KINDS), -1, EVENTS)[0, :, 0]).all()
    assert set(lasting(history).frame["of"]) == {"care"}


@pytest.mark.integration
def test_lists_are_projected_and_say_what_they_lack(lists: Path, history: History) -> None:
    placed = project_placements(lists, months=4, simulations=40)
    assert placed.forecast.opening.sum() == history.stock([history.end_day - 1]).sum()
    assert any("latest placement alone" in note for note in placed.notes)
    assert np.median(placed.forecast.children()[:, -1]) < placed.forecast.opening.sum()


@pytest.mark.unit
def test_lists_without_placements_are_refused(tmp_path: Path) -> None:
    text = "Child Unique ID,Date Started to be Looked After,Date Ceased to be Looked After\n"
    (tmp_path / "list_8.csv").write_text(text + "1,2023-01-01,\n2,2023-02-01,2024-03-31\n")
    with pytest.raises(DataError, match="holds no placement"):
        project_placements(tmp_path, months=3, simulations=2)
