"""How to cite the package, and the data that a result rests on."""

from __future__ import annotations

__all__ = ["DATA_LICENCES", "citation"]

DATA_LICENCES = {
    "published tables": "the authorities that published them; each figure names its document",
    "open data of the Department for Education": "Open Government Licence v3.0",
    "synthetic tables": "MIT, as the package; no row is a real child",
}
"""Whose the data are, by what they are."""


def citation(version: str) -> str:
    """One line to stand beside a quoted number, as in ``CITATION.cff``.

    Examples
    --------
    >>> citation("0.1.0")
    'The riskmodel authors. riskmodel, version 0.1.0 [software]. Licence: MIT.'
    """
    return f"The riskmodel authors. riskmodel, version {version} [software]. Licence: MIT."
