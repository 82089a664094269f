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
    """A return on children looked after, beside all the returns before it that are there."""
    import pandas as pd
    from lac_validator import lac_validator

    # Its copies are shallow, and some rules change what the rules after them see.
    lac_validator.copy_datastore = _whole_copy
    returns = sorted(int(path.name) for path in Path(folder).iterdir() if path.name.isdigit())
    before = [number for number in returns if number < int(year)]
    files = [
        *_uploaded("This year", _tables(folder, int(year))),
        *_uploaded("Prev year", _earlier(folder, before, int(year))),
        *_homes(folder, int(year)),
    ]
    rules = _rules("lac_validator", ruleset)
    with contextlib.redirect_stdout(io.StringIO()):
        place = {"collectionYear": year, "localAuthority": "E10000025"}
        run = lac_validator.LacValidator(place, files, rules)
    print(f"{len(run.dones)} of {len(rules)} rules run; tables missing for {sorted(run.skips)}")
    print(f"the validator itself fails on {run.fails}")
    for name, table in run.ds_results.items():
        for column in [c for c in getattr(table, "columns", ()) if c.startswith("ERR_")]:
            rows = table[table[column] == True]  # noqa: E712 (missing is not broken)
            fault = FAULTS.get((ruleset, column[4:]), FAULTS.get(("", column[4:]), ""))
            if column[4:] in NOT_FROM_20:
                born = pd.to_datetime(rows["DOB"], format="%d/%m/%Y") + pd.DateOffset(years=20)
                old = rows[born <= pd.Timestamp(int(year), 3, 31)]
                rows = rows.drop(old.index)
                if len(old):
                    print(f"{column[4:]}: {len(old)} rows of {name}. {NOT_FROM_20[column[4:]]}")
            if len(rows):
                said = f" A fault of the validator: {fault}." if fault else ""
                print(
                    f"{column[4:]}: {len(rows)} rows of {name}. {rules[column[4:]].message}{said}"
                )


def _whole_copy(tables: dict[str, Any]) -> dict[str, Any]:
    return {
        name: table.copy(deep=True) if name != "metadata" else dict(table)
        for name, table in tables.items()
    }


FAULTS = {
    ("lac2024_25", "146"): "its list has k3 in small letters, and it reads every text in capitals",
    ("", "SW11bSTG2"): "of a child's workers it holds the end of one against the start before it",
    ("", "SW12STG2"): "it asks an open episode for an end, or for no worker before care began",
}
"""Rules that no right return can keep, as they are written there, and why."""

NOT_FROM_20 = {
    "1001": "A fault of the validator: of who is 20 it leaves every episode out, and misses them."
}
"""A rule that nobody of 20 or older can keep, for whom the return asks all the same."""


def _tables(folder: str, year: int) -> dict[str, Any]:
    """The tables of one return; the validator works location and distance out itself."""
    import pandas as pd

    return {
        path.name: pd.read_csv(path, dtype=str).drop(columns=WORKED_OUT, errors="ignore")
        for path in sorted((Path(folder) / str(year) / "ssda903").glob("*.csv"))
    }


WORKED_OUT = ["PL_LOCATION", "PL_DISTANCE"]


def _earlier(folder: str, years: list[int], year: int) -> dict[str, Any]:
    """What the collection knows from earlier returns, in the codes of this year.

    The tables of the last one; of episodes those of all, each as it was last returned, for rules
    1001 and 1002 ask for care in any earlier year.
    """
    import pandas as pd

    if not years:
        return {}
    found = _tables(folder, years[-1])
    every = [_tables(folder, number)["episodes.csv"] for number in years]
    found["episodes.csv"] = pd.concat(every).drop_duplicates(["CHILD", "DECOM"], keep="last")
    if year == SEX_IN_LETTERS:
        for name in ("header.csv", "uasc.csv"):
            found[name]["SEX"] = found[name]["SEX"].replace({"1": "M", "2": "F"})
    return found


SEX_IN_LETTERS = 2025
"""The return in which M and F took the place of 1 and 2."""


def _uploaded(words: str, tables: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"name": name, "description": words, "file_content": table.to_csv(index=False).encode()}
        for name, table in tables.items()
    ]


def _homes(folder: str, year: int) -> list[dict[str, Any]]:
    """Ofsted's two lists, with the places that have a number in the return, in their columns."""
    import pandas as pd

    episodes = _tables(folder, year)["episodes.csv"]
    numbered = episodes[episodes["URN"].notna() & (episodes["URN"] != "XXXXXXX")]
    homes = numbered.groupby("URN").agg(
        {"PLACE": lambda codes: ",".join(sorted(set(codes))), "PL_POST": "first"}
    )
    homes = homes.reset_index().assign(provider="PR4", area="Oxfordshire", closed=pd.NaT)
    columns = ["URN", "area", "provider", "PLACE", "closed", "PL_POST"]
    headings = (
        ["URN", "Local Authority", "Provider Placement Code", "Provider Code", "Closed Date",
         "Setting Postcode"],
        ["URN", "Local authority", "Placement provider code", "Placement code",
         "Deregistration date", "Setting postcode"],
    )  # fmt: skip
    of_homes, of_others = (homes[columns].set_axis(names, axis=1) for names in headings)
    return [
        _workbook("CH lookup", {"Provider information": of_homes}),
        _workbook("SCP lookup", {"current": of_others.iloc[:0], "closed": of_others.iloc[:0]}),
    ]


def _workbook(words: str, sheets: dict[str, Any]) -> dict[str, Any]:
    import pandas as pd

    place = io.BytesIO()
    with pd.ExcelWriter(place, engine="openpyxl") as book:
        for name, table in sheets.items():
            table.to_excel(book, sheet_name=name, index=False)
    return {"name": "list.xlsx", "description": words, "file_content": place.getvalue()}


def _rules(package: str, ruleset: str) -> Any:
    return importlib.import_module(f"{package}.rules.{ruleset}").registry


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    {"census": census, "care": care}[sys.argv[1]](*sys.argv[2:])
