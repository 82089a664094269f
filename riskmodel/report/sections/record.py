"""What the report rests on: the assumptions log, and what is needed to make it again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from riskmodel.core.lazy import pd
from riskmodel.report.model import Paragraph, Section, Table
from riskmodel.report.sections.building import table_of
from riskmodel.report.wording import count_of

__all__ = ["assumptions_section", "manifest_section"]


def assumptions_section(frame: pd.DataFrame) -> Section:
    """The assumptions log.

    Parameters
    ----------
    frame
        One row a value: name, value, unit, basis, source, reason.
    """
    assumed = int((frame["basis"] == "assumed").sum())
    introduction = Paragraph(
        f"The calculations rest on {count_of(len(frame), 'value')} besides the published figures; "
        f"{assumed} of them {'is' if assumed == 1 else 'are'} assumed. Each has its source and the "
        "reason for it, and can be changed in the parameter files."
    )
    shown = frame.assign(
        value=[f"{value:g}" if _is_number(value) else str(value) for value in frame["value"]]
    )
    table = Table(
        "assumptions_log",
        "Assumptions log",
        shown.astype(str).replace("", "not stated"),
        {name: str(name).replace("_", " ").capitalize() for name in frame.columns},
    )
    return Section("assumptions", "Assumptions", (introduction, table))


def manifest_section(manifest: Mapping[str, Any]) -> Section:
    """Version, inputs, parameters, seed, command and libraries: enough to make it again.

    Parameters
    ----------
    manifest
        Values may be text, numbers, None, lists or mappings of these.
    """
    rows = [{"item": item, "value": value} for item, value in _flat(manifest)]
    table = table_of(
        "manifest",
        "Manifest",
        rows,
        {"item": "Item", "value": "Value"},
        ("Long values of letters and digits are SHA-256 sums: equal sums mean equal content.",),
    )
    introduction = Paragraph(
        "The same version of the package with the same inputs, parameters, seed and libraries "
        "gives this report again to the same bytes. The file manifest.json beside this page holds "
        "these values and the sum of every file of the report."
    )
    return Section("record", "How to make this report again", (introduction, table))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _flat(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Nested values as (item, text) pairs, in their own order."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            words = str(key).replace("_", " ") if not name else str(key)
            yield from _flat(inner, f"{name}: {words}" if name else words)
    elif isinstance(value, list | tuple):
        yield name, " ".join(str(part) for part in value) or "none"
    else:
        yield name, "none" if value is None or value == "" else str(value)
