"""A census return against the bare walk: iterparse that only counts children."""

from __future__ import annotations

from pathlib import Path
from xml.etree.ElementTree import iterparse

import pytest

from riskmodel.cohort import CohortDesign, generate_cohort
from riskmodel.cohort.export import write_census_xml
from riskmodel.intake import read_assessments

CHILDREN = 30_000
READ = """
import sys
from pathlib import Path
from riskmodel.intake import read_assessments
read_assessments(Path(sys.argv[1]))
"""


@pytest.fixture(scope="module")
def census_return(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("bench") / "return.xml"
    cohort = generate_cohort(CohortDesign(CHILDREN))
    return write_census_xml(cohort, place, year=2015, authority_code="001")


@pytest.mark.integration
def test_a_return_of_thirty_thousand_children(compare, census_return: Path) -> None:
    def ours() -> None:
        assert len(read_assessments(census_return).assessments) == CHILDREN

    def limit() -> None:
        children = 0
        for _, element in iterparse(census_return):
            if element.tag == "Child":
                children += 1
                element.clear()
        assert children == CHILDREN

    ours()
    found = compare(
        f"census return, {CHILDREN:,} children",
        ours,
        "xml.etree.ElementTree.iterparse that walks and clears",
        limit,
        "at most 2.5",
    )
    assert found.ratio > 0


@pytest.mark.integration
def test_memory_of_a_return_of_thirty_thousand_children(
    record, measured_command, census_return: Path
) -> None:
    ran = measured_command("-c", READ, str(census_return))
    found = record(
        f"census return, {CHILDREN:,} children, peak memory",
        1024 * ran.peak,
        "500 MB",
        500.0,
        "at most 1",
        "MB",
    )
    assert found.ratio <= 1
