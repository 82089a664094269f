"""References that mean the same, brought to one form so that tables join by them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import numpy as np

from riskmodel.intake.dates import BAD, MISSING, day_number
from riskmodel.intake.result import IssueLog

__all__ = ["is_failed", "plain_reference", "same_day", "same_references"]

_FAILED = re.compile(r"#(ERROR|N/A|DIV/0!|REF!|NAME\?|NULL!|NUM!|VALUE!|SPILL!|CALC!)|Err:[0-9]{3}")
_DECIMAL = re.compile(r"([0-9]+)\.0+")


def is_failed(text: str) -> bool:
    """Whether a text is what a spreadsheet writes where a formula failed.

    Examples
    --------
    >>> is_failed(" #N/A"), is_failed("Err:502"), is_failed("#12")
    (True, True, False)
    """
    return text.lstrip()[:1] in ("#", "E") and bool(_FAILED.fullmatch(text.strip()))


def plain_reference(text: str) -> str:
    """A reference without spaces around it, and without the decimals that a spreadsheet adds.

    Examples
    --------
    >>> plain_reference(" 1000.0 "), plain_reference("C 12"), plain_reference("1.05")
    ('1000', 'C 12', '1.05')
    """
    text = text.strip()
    match = _DECIMAL.fullmatch(text)
    return match.group(1) if match else text


def same_day(text: str) -> str:
    """A date in one form, whichever it is written in; what is no date as it is.

    Examples
    --------
    >>> same_day("01/05/2014"), same_day("2014-05-01"), same_day(" soon ")
    ('2014-05-01', '2014-05-01', 'soon')
    """
    day = day_number(text)
    return text.strip() if day in (BAD, MISSING) else str(np.datetime64(day, "D"))


def same_references(
    columns: Mapping[str, Iterable[str]], field: str, log: IssueLog
) -> dict[str, str]:
    """For each text of several columns the reference that it stands for.

    Spaces and the decimals of whole numbers never tell two references apart. Leading zeros and
    capitals do where one table holds both forms: there they may be two children, so none of them
    is joined, and an issue says so.

    Parameters
    ----------
    columns
        Texts of a field by the name of their table; the first table's form is kept.
    field
        For issues.
    log
        Where issues go: ``keys_joined``, a note, and ``keys_apart``.
    """
    plain = {
        name: {text: plain_reference(text) for text in texts} for name, texts in columns.items()
    }
    forms: dict[str, dict[str, None]] = {}
    apart: set[str] = set()
    for texts in plain.values():
        here: dict[str, str] = {}
        for form in texts.values():
            loose = _loose(form)
            forms.setdefault(loose, {})[form] = None
            if here.setdefault(loose, form) != form:
                apart.add(loose)
    meaning = {}
    for texts in plain.values():
        for text, form in texts.items():
            loose = _loose(form)
            meaning[text] = form if loose in apart else next(iter(forms[loose]))
    _report(meaning, apart, forms, field, log)
    return meaning


def _loose(form: str) -> str:
    folded = form.casefold()
    return folded.lstrip("0") or folded[:1]


def _report(
    meaning: Mapping[str, str],
    apart: set[str],
    forms: Mapping[str, Mapping[str, None]],
    field: str,
    log: IssueLog,
) -> None:
    written: dict[str, list[str]] = {}
    for text, form in meaning.items():
        written.setdefault(form, []).append(text.strip())
    for form, texts in written.items():
        if len(set(texts)) > 1:
            found = " and ".join(sorted(set(texts))[:2])
            log.add("keys_joined", _reference(field, form), field, found, "one form of a reference")
    for loose in sorted(apart):
        found = " and ".join(list(forms[loose])[:2])
        allowed = "one form of a reference in one table"
        log.add("keys_apart", _reference(field, found), field, found, allowed)


def _reference(field: str, form: str) -> str:
    return f"child {form}" if field == "LAchildID" else ""
