"""What all tests share: one marker each, and hypothesis without a clock."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
from hypothesis import HealthCheck, settings

MARKERS = frozenset({"unit", "property", "regression", "integration", "end_to_end", "browser"})
HERE = Path(__file__).parent
# Folders whose files share what is dear to make: one worker runs them, and makes it once.
TOGETHER = frozenset({"report", "studies"})
NUMBERS = itertools.count()

# No deadline: a busy machine is no defect.
settings.register_profile(
    "riskmodel",
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
)
settings.load_profile("riskmodel")

# The parser of the command line is made once, not with each of some thousand calls.
typer.main.get_command = functools.cache(typer.main.get_command)


@pytest.fixture(autouse=True)
def _own_ledger(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """What leaves of records in a test is remembered in a folder of its own, not beside them."""
    own = tmp_path_factory.getbasetemp() / f"released-{next(NUMBERS)}"
    own.mkdir()
    monkeypatch.setenv("RISKMODEL_LEDGER", str(own / "ledger"))


@pytest.fixture(autouse=True, scope="session")
def _posts_as_asked() -> Iterator[None]:
    """Posts are counted in the few simulations of a test, but in test_one_number.py as usual."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("riskmodel.authority.service._again", lambda outlook, months: outlook)
        yield


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object:
    from xdist.scheduler import LoadFileScheduling

    class ByFolderOrFile(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file: str = super()._split_scope(nodeid)
            folder = next(iter(file.removeprefix("tests/").split("/")))
            return folder if folder in TOGETHER else file

    return ByFolderOrFile(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    unmarked = []
    for item in items:
        if not isinstance(item, pytest.Function) or HERE not in item.path.parents:
            continue
        found = {mark.name for mark in item.iter_markers()} & MARKERS
        if len(found) != 1:
            unmarked.append(f"{item.nodeid}: {', '.join(sorted(found)) or 'none'}")
    if unmarked:
        raise pytest.UsageError(
            "each test carries exactly one of the markers "
            f"{', '.join(sorted(MARKERS))}; found:\n" + "\n".join(unmarked)
        )
