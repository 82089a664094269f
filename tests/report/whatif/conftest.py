"""One made-up folder, its page as a file, and a browser that has it open."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from riskmodel.authority.folder.authority import Authority
from riskmodel.demand.projecting import Outlook
from riskmodel.report.sizes import Sizes
from riskmodel.report.whatif import whatif_page

from .chrome import CHROMIUM, Page
from .made_up_folder import made_up_folder

SIZES = Sizes(months=36, replicates=256, seed=4)


@pytest.fixture(scope="session")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return made_up_folder(tmp_path_factory.mktemp("whatif") / "folder", SIZES)


@pytest.fixture(scope="session")
def made_up_projection(made_up: Authority) -> Outlook:
    return made_up.projection(**SIZES.named())


@pytest.fixture(scope="session")
def whatif_file(made_up: Authority, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("page") / "whatif.html"
    file.write_bytes(whatif_page(made_up, SIZES, beside="index.html"))
    return file


@pytest.fixture(scope="session")
def browser(whatif_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with Page(whatif_file, tmp_path_factory.mktemp("profile")) as page:
        yield page


@pytest.fixture
def opened_page(browser: Page, whatif_file: Path) -> Iterator[Page]:
    browser.open(whatif_file)
    browser.wait("document.querySelectorAll('svg').length > 0")
    yield browser
    assert browser.troubles() == []
