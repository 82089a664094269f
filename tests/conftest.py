"""What all tests share: one marker each, and hypothesis without a clock."""

from __future__ import annotations

import contextlib
import functools
import itertools
import os
import pickle
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
from hypothesis import HealthCheck, settings
from matplotlib.figure import Figure

MARKERS = frozenset({"unit", "property", "regression", "integration", "end_to_end", "browser"})
HERE = Path(__file__).parent
# Folders whose files share what is dear to make: one worker runs them, and makes it once.
TOGETHER = frozenset({"report", "studies"})
# What takes long is begun first, so that no worker is left alone with it at the end.
LONGEST = (
    *("report", "studies", "cli/test_authority_report.py", "demand/pooled/test_backtest.py"),
    *("attack", "cli/test_caseload.py", "cli/test_cohort.py", "cli/test_cluster.py"),
    *("disclosure", "authority", "cohort", "demand", "cli", "factors"),
)
NUMBERS = itertools.count()

# Tests are rewritten and modules compiled once, by whichever process comes first: where the
# environment forbids to keep them, each worker and some hundred children would do it again.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# As where the extra `arrow` is not installed; pandas, which would keep texts by it, comes later.
WITHOUT_ARROW = bool(os.environ.get("RISKMODEL_WITHOUT_PYARROW"))
if WITHOUT_ARROW:
    assert "pandas" not in sys.modules
    sys.modules["pyarrow"] = None  # type: ignore[assignment]  # so Python marks what is absent

# No deadline: a busy machine is no defect.
settings.register_profile(
    "riskmodel",
    deadline=None,
    max_examples=30,
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


FINE = Figure.savefig


def _coarse(self: Figure, *where: Any, **how: Any) -> None:
    FINE(self, *where, **(how | {"dpi": 50} if how.get("format") == "png" else how))


@pytest.fixture(scope="session", autouse=True)
def _coarse_pictures(pytestconfig: pytest.Config) -> Iterator[None]:
    """A picture has a quarter of its points a side: painting them all is dear, and few look."""
    with pytest.MonkeyPatch.context() as patch:
        if pytestconfig.getoption("benchmark_disable"):
            patch.setattr(Figure, "savefig", _coarse)
        yield


@pytest.fixture(scope="session")
def unsaved() -> Callable[[], contextlib.AbstractContextManager[None]]:
    """Within it charts are painted and not turned into bytes, which takes longest."""
    from riskmodel.report.charts import canvas

    @contextlib.contextmanager
    def within() -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(canvas, "_svg", lambda *_: b'<svg viewBox="0 0 620 440"></svg>')
            patch.setattr(canvas, "_png", lambda *_: b"")
            # A file of nothing but its size, where a report is written.
            size = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\2\x6c\0\0\1\xb8"
            patch.setattr(
                "riskmodel.report.charts.framing.framed", lambda *_: (b"<svg></svg>", size)
            )
            yield

    return within


@pytest.fixture
def fine_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures as they are made outside the tests."""
    monkeypatch.setattr(Figure, "savefig", FINE)


@pytest.fixture(scope="session")
def exampleshire(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The made-up authority that ``riskmodel new --example`` writes; not to be changed.

    Whichever worker needs it first makes it for all.
    """
    from riskmodel.authority.folder.new import write_folder

    base = tmp_path_factory.getbasetemp()
    kept = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "made-up" / "ex"
    if not kept.is_dir():
        made = write_folder(base / "making" / "ex", example=True).folder
        with contextlib.suppress(OSError):  # another worker was as quick
            made.parent.rename(kept.parent)
    return kept


@pytest.fixture(scope="session")
def _calibrations() -> dict[bytes, Any]:
    return {}


@pytest.fixture(scope="module")
def calibrated_once(_calibrations: dict[bytes, Any]) -> Iterator[None]:
    """The same figures and seed are calibrated once; everything after them is computed each time.

    What is the same is told by every value that goes in, not by a name.
    """
    from riskmodel.demand import projecting
    from riskmodel.demand.calibration.result import Calibration

    usual = projecting.calibrate_model

    def calibrate(*values: Any, share_done: Callable[[float], None], **more: Any) -> Any:
        key = pickle.dumps((values, sorted(more.items())))
        if key not in _calibrations:
            _calibrations[key] = usual(*values, share_done=share_done, **more)
        return _calibrations[key]

    found_left = Calibration.open_children_left

    def open_children_left(self: Calibration, months: int) -> Any:
        # Calibrations that are kept keep their identity.
        key = f"{id(self)} {months}".encode()
        if not any(self is each for each in _calibrations.values()):
            return found_left(self, months)
        if key not in _calibrations:
            _calibrations[key] = found_left(self, months)
        return _calibrations[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(projecting, "calibrate_model", calibrate)
        patch.setattr(Calibration, "open_children_left", open_children_left)
        yield


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object:
    from xdist.scheduler import LoadFileScheduling

    class ByFolderOrFile(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file: str = super()._split_scope(nodeid)
            folder = next(iter(file.removeprefix("tests/").split("/")))
            return folder if folder in TOGETHER else file

    # In the order of the items, not by their number.
    config.option.loadscopereorder = False
    return ByFolderOrFile(config, log)


def _place(item: pytest.Item) -> int:
    file = item.nodeid.removeprefix("tests/")
    found = (place for place, name in enumerate(LONGEST) if file.startswith(name))
    return next(found, len(LONGEST))


def _is_of_parquet(item: pytest.Item) -> bool:
    return "parquet" in item.nodeid or item.get_closest_marker("parquet") is not None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if WITHOUT_ARROW:
        items[:] = [item for item in items if not _is_of_parquet(item)]
    items.sort(key=_place)
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
