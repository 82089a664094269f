"""What is too large to be meant, or to be held in memory."""

from __future__ import annotations

import pytest

from riskmodel.errors import DataError
from riskmodel.plausible import MOST_BYTES, check_memory


@pytest.mark.unit
def test_memory_is_refused_with_what_was_found_and_what_would_do():
    fitting = MOST_BYTES // (20 * 100 * 60)
    check_memory(20, fitting, teams=100, months=60)
    with pytest.raises(DataError, match=rf"allowed: 4 GB. Ask for at most {fitting:,} sim"):
        check_memory(20, fitting + 1, teams=100, months=60)
