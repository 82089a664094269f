"""Check that the published tables on this machine are those of the released package."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib import resources

from riskmodel.errors import DataError, RiskmodelError
from riskmodel.published.catalogue import load_table, read_data_file, table_ids
from riskmodel.published.counts import printed_quadrants

__all__ = ["Check", "checksums", "data_files", "verify"]

CHECKSUMS = "SHA256SUMS"


@dataclass(frozen=True, slots=True)
class Check:
    """One check: what was checked, whether it holds, and what was found."""

    name: str
    passed: bool
    found: str

    def __str__(self) -> str:
        return f"{'ok' if self.passed else 'FAILED'}  {self.name}: {self.found}"


def data_files() -> dict[str, bytes]:
    """Bytes of every published data file by name, in order of the names."""
    folder = resources.files("riskmodel.published").joinpath("data")
    return {
        file.name: file.read_bytes()
        for file in sorted(folder.iterdir(), key=lambda file: file.name)
        if file.name.endswith((".csv", ".toml"))
    }


def checksums() -> str:
    """SHA-256 of every data file, in the form that ``sha256sum --check`` reads."""
    return "".join(
        f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in data_files().items()
    )


def verify() -> tuple[Check, ...]:
    """Verify the published tables as installed.

    Returns
    -------
    tuple of Check
        For each data file, whether its bytes are those of the release; for each table, whether
        every figure can be read and has its unit, period, document and paragraph; and whether the
        names of the factors are known.
    """
    return (*_verify_bytes(), *_verify_tables(), _verify_factors())


def _verify_bytes() -> list[Check]:
    recorded = {}
    for line in read_data_file(CHECKSUMS).decode("utf-8").splitlines():
        digest, _, name = line.partition("  ")
        recorded[name] = digest
    present = data_files()
    checks = []
    for name in sorted({*recorded, *present}):
        if name not in present:
            checks.append(Check(name, False, "missing"))
        elif hashlib.sha256(present[name]).hexdigest() != recorded.get(name):
            checks.append(Check(name, False, "differs from the released file"))
        else:
            checks.append(Check(name, True, f"sha256 {recorded[name][:12]}…"))
    return checks


def _verify_tables() -> list[Check]:
    checks = []
    for table in table_ids():
        try:
            loaded = load_table(table)
        except RiskmodelError as error:
            checks.append(Check(table, False, str(error)))
            continue
        bare = [figure.id for figure in loaded if not (figure.period and figure.paragraph)]
        found = f"{len(loaded.cells)} figures with unit, period and paragraph"
        if bare:
            found = f"no period or paragraph: {', '.join(bare[:3])}"
        checks.append(Check(table, not bare, found))
    return checks


def _verify_factors() -> Check:
    try:
        placed = printed_quadrants()
    except DataError as error:
        return Check("factor names", False, str(error))
    return Check("factor names", True, f"{len(placed)} factors, each in the vocabulary")
