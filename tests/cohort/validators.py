"""The sector's own validators on returns of ``riskmodel cohort``, in environments of their own.

They pin libraries that this package cannot use: ``pip install csc-validator-be-903`` in one
environment, ``pip install csc-validator-be-cin "numpy<2"`` in another. Then, with that Python:

    python tests/cohort/validators.py census years/2023/census.xml cin2022_23
    python tests/cohort/validators.py care years 2023 lac2022_23

Prints how many rules were run, those without their tables, and each rule that is broken.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import logging
import sys
import warnings
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any


def census(path: str, ruleset: str) -> None:
    """A return of the children in need census."""
    from cin_validator import cin_validator

    rules = _rules("cin_validator", ruleset)
    with contextlib.redirect_stdout(io.StringIO()):
        files = cin_validator.process_data(cin_validator.convert_data(ET.parse(path).getroot()))
        found = cin_validator.CinValidator(files, rules).full_issue_df
    print(f"{len(rules)} rules run")
    if len(found):
        broken = found.groupby(["rule_code", "rule_description"]).size()
        print("\n".join(f"{code}: {n} cells. {words}" for (code, words), n in broken.items()))


def care(folder: str, year: str, ruleset: str) -> None:
    """A return on children looked after, beside that of the year before where there is one."""
    import pandas as pd
    from lac_validator.lac_validator import LacValidator

    files = [
        {
            "name": path.name,
            "description": words,
            "file_content": _without(pd.read_csv(path, dtype=str)),
        }
        for number, words in ((int(year), "This year"), (int(year) - 1, "Prev year"))
        for path in sorted((Path(folder) / str(number) / "ssda903").glob("*.csv"))
    ]
    rules = _rules("lac_validator", ruleset)
    with contextlib.redirect_stdout(io.StringIO()):
        run = LacValidator({"collectionYear": year, "localAuthority": "E10000025"}, files, rules)
    print(f"{len(run.dones)} of {len(rules)} rules run; tables missing for {sorted(run.skips)}")
    print(f"the validator itself fails on {run.fails}")
    for name, table in run.ds_results.items():
        for column in [c for c in getattr(table, "columns", ()) if c.startswith("ERR_")]:
            number = int((table[column] == True).sum())  # noqa: E712 (missing is not broken)
            if number:
                print(f"{column[4:]}: {number} rows of {name}. {rules[column[4:]].message}")


def _without(table: Any) -> bytes:
    """The columns that the validator knows a file by; it works the location out itself."""
    return table.drop(columns="PL_LOCATION", errors="ignore").to_csv(index=False).encode()


def _rules(package: str, ruleset: str) -> Any:
    return importlib.import_module(f"{package}.rules.{ruleset}").registry


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    {"census": census, "care": care}[sys.argv[1]](*sys.argv[2:])
