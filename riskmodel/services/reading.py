"""Reads and checks the file of a service, and writes a template of one.

.. code-block:: toml

    name = "speech_therapy"
    label = "Speech therapy"
    about = "Children who wait for a first appointment."
    source = "the service's own count of March 2026"

    [arrivals]
    per_month = 40

    [staff]
    posts = 6
    appointments_a_week = 12
    appointments_each = 8
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from pathlib import Path

from riskmodel.core.months import Month, month_after
from riskmodel.core.toml import Table, read_toml
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.estimates import BASES, Basis
from riskmodel.levers.ranges import MIDDLE, Range
from riskmodel.services.definition import (
    DAYS,
    Arrivals,
    Deadline,
    Group,
    Locums,
    Number,
    Service,
    Staff,
)

__all__ = ["KEYS", "read_service", "read_services", "service_template"]

KEYS: Mapping[str, Mapping[str, str]] = {
    "": {
        "name": "how the service is called: small letters, digits and _",
        "label": "the same in words",
        "about": "what it does and what is modelled, in sentences",
        "source": "where its figures come from",
        "basis": "what they rest on: observed, published or assumed (the usual)",
        "arrivals": "a section [arrivals]: who comes",
        "staff": "a section [staff]: who serves",
        "waiting": "a section [waiting]: the list at first",
        "deadline": "a section [deadline]: by when work is to start",
    },
    "arrivals": {
        "per_month": "how many come in a month: a number, or a range such as [35, 45]",
        "months": 'own counts by month: {"2026-01" = 38, "2026-02" = 41}',
        "to": 'what a ratio is to, such as "starts.child_protection_plan"; or own records, such as '
        '"timeliness.assessment"',
        "ratio": "how many come for each of these: a number or a range",
        "growth_per_year": "growth of a number a month or of own months: 0.1, or a range",
        "urgent": "share that goes before the others: 0.1, or a range",
    },
    "staff": {
        "posts": "full-time equivalents; left out, nobody waits and the answer is the posts",
        "appointments_a_week": "appointments that a post gives in a week",
        "appointments_each": "appointments that a case takes",
        "cases_each": "cases that a post holds at once, in place of appointments",
        "weeks_each": "weeks that a case is held",
        "weeks_a_year": "weeks in a year in which a post gives appointments",
        "sickness": "share of working time lost: 0.04",
        "locums": "a table for each, headed [[staff.locums]]: fte, from_month, to_month",
        "group": "a section [staff.group]: share of cases, size, sessions of a group",
    },
    "waiting": {
        "children": "how many wait at first: a number or a range",
        "weeks": "or how long the list is, in weeks of the service's work",
        "leaving_per_month": "share of the list that leaves it in a month without being seen",
    },
    "deadline": {
        "within": "how long at most: 72",
        "unit": f"of what: {', '.join(DAYS)}",
        "share": "for what share: 0.9",
        "by": 'by which month: "2026-03"',
        "chance": "how sure that is to be: 0.8",
    },
    "staff.locums": {
        "fte": "full-time equivalents",
        "from_month": 'first month: "2026-05"',
        "to_month": "last month",
    },
    "staff.group": {
        "share": "share of cases that go to a group: a number or a range",
        "size": "cases in a group",
        "sessions": "appointments that a group takes",
    },
}
"""Keys of a file by section, and what they are for."""

_NAME = re.compile(r"[a-z][a-z0-9_]*")


def read_services(folder: Path) -> tuple[Service, ...]:
    """The services of a folder, one for each ``.toml`` file, in the order of their names.

    Raises
    ------
    DataError
        When a file is not a valid service, or two have the same name.
    """
    made: dict[str, Service] = {}
    for path in sorted(folder.glob("*.toml")):
        service = read_service(path)
        if service.name in made:
            raise DataError(
                f"a service is called {service.name!r} in {made[service.name].file} already; give "
                "each its own name",
                file=path.name,
                field="name",
            )
        made[service.name] = service
    return tuple(made.values())


def read_service(path: str | Path) -> Service:
    """Read and check the file of a service.

    Raises
    ------
    DataError
        With file, line and key, what was found and what is allowed.
    """
    top = read_toml(Path(path))
    _check_keys(top, "")
    names = {key: top.required(key, str, f"is missing: {KEYS[''][key]}") for key in _TEXTS}
    if not _NAME.fullmatch(names["name"]):
        raise top.error(
            f"holds small letters, digits and _; found {names['name']!r}. One file is one service",
            "name",
        )
    basis = top.optional("basis", str, "assumed")
    if basis not in BASES or basis == "projected":
        raise top.error(str(UnknownNameError("basis", basis, BASES[:3])), "basis")
    own: Basis = "published" if basis == "published" else "assumed"
    own = "observed" if basis == "observed" else own
    arrivals, staff = _arrivals(_section(top, "arrivals")), _staff(_section(top, "staff"))
    waiting, in_weeks, leaving = _waiting(top.section("waiting"), staff)
    deadline = _deadline(top.section("deadline")) if "deadline" in top else None
    return Service(
        names["name"],
        names["label"],
        names["about"],
        names["source"],
        own,
        arrivals,
        staff,
        waiting,
        in_weeks,
        leaving,
        deadline,
        top.file,
    )


_TEXTS = ("name", "label", "about", "source")


def _check_keys(table: Table, section: str) -> None:
    """Refuse an unknown key, and say where one stands that belongs elsewhere."""
    for key in table:
        if key not in KEYS[section]:
            message = str(UnknownNameError("key of a service", key, KEYS[section]))
            others = [name for name, keys in KEYS.items() if key in keys]
            where = f" This key stands in [{others[0]}]." if others and others[0] else ""
            where = where or (" This key stands above the first section." if others else "")
            raise table.error(message + where, key)


def _section(top: Table, name: str) -> Table:
    if name not in top:
        raise top.error(f"is missing: {KEYS[''][name]}", name)
    return top.section(name)


def _number(
    table: Table, key: str, highest: float = math.inf, lowest: float = 0.0
) -> Number | None:
    """A number or a range; None where the key is not there."""
    if key not in table:
        return None
    value = table.content[key]
    if isinstance(value, list):
        if len(value) != 2 or not all(type(one) in (int, float) for one in value):
            raise table.error("a range is two numbers: [35, 45]", key)
        found = Range(float(value[0]), float(value[1]), MIDDLE, lowest, highest)
        if found.problem:
            raise table.error(found.problem, key)
        return found
    number = float(table.check(key, (int, float), "a number, or a range of two: [35, 45]"))
    if not (lowest <= number <= highest and math.isfinite(number)):
        most = "or more" if math.isinf(highest) else f"to {highest:g}"
        raise table.error(f"must be {lowest:g} {most}; found {number:g}", key)
    return number


def _above_nought(table: Table, key: str) -> Number | None:
    found = _number(table, key)
    if found == 0.0:
        raise table.error("must be above 0; found 0", key)
    return found


def _arrivals(table: Table) -> Arrivals:
    _check_keys(table, "arrivals")
    per_month, ratio = _number(table, "per_month"), _number(table, "ratio")
    given = [key for key in ("per_month", "months", "to") if key in table]
    if len(given) != 1:
        raise table.error(
            "takes one of per_month, months and to (with ratio); found "
            f"{' and '.join(given) or 'none'}",
            *given[1:2],
        )
    own = table.optional("to", str, "").startswith("timeliness.")
    if "to" in table and ratio is None and not own:
        raise table.error(f"is missing: {KEYS['arrivals']['ratio']}", "ratio")
    for key in ("ratio",) if "to" not in table else () if own else ("growth_per_year",):
        if key in table:
            raise table.error(f"does not go with {given[0]}; leave it out", key)
    return Arrivals(
        per_month,
        _months(table) if "months" in table else None,
        table.optional("to", str, ""),
        1.0 if ratio is None else ratio,
        _number(table, "growth_per_year", lowest=-0.9) or 0.0,
        _number(table, "urgent", 1.0) or 0.0,
    )


def _months(table: Table) -> dict[str, int]:
    section = table.section("months")
    months = {}
    for month in section:
        months[_month(section, month, month)] = section.required(month, int)
        if months[month] < 0:
            raise section.error(f"counts are 0 or more; found {months[month]}", month)
    ordered = sorted(months)
    if not ordered:
        raise table.error("names no month", "months")
    if ordered != [month_after(ordered[0], ahead) for ahead in range(len(ordered))]:
        raise table.error("must follow each other month by month: one is missing", "months")
    return {month: months[month] for month in ordered}


def _month(table: Table, key: str, text: str) -> str:
    try:
        return Month(text)
    except DataError as error:
        raise table.error(str(error), key) from error


def _staff(table: Table) -> Staff:
    _check_keys(table, "staff")
    by_appointments, by_cases = "appointments_a_week" in table, "cases_each" in table
    if by_appointments == by_cases:
        raise table.error(
            "takes appointments_a_week (and appointments_each) or cases_each (and weeks_each); "
            f"found {'both' if by_cases else 'neither'}",
            *(["cases_each"] if by_cases else []),
        )
    if by_cases and "weeks_each" not in table:
        raise table.error(f"is missing: {KEYS['staff']['weeks_each']}", "weeks_each")
    unused = ("weeks_each",) if by_appointments else ("appointments_each", "weeks_a_year", "group")
    for key in unused:
        if key in table:
            raise table.error(
                f"does not go with {'appointments' if by_appointments else 'cases_each'}", key
            )
    sickness = _number(table, "sickness", 1.0)
    return Staff(
        _number(table, "posts"),
        _above_nought(table, "appointments_a_week"),
        _above_nought(table, "appointments_each") or 1.0,
        _above_nought(table, "cases_each"),
        _above_nought(table, "weeks_each"),
        _number(table, "weeks_a_year", 53.0),
        sickness or 0.0,
        tuple(_locums(entry) for entry in table.sections("locums")),
        _group(table.section("group")) if "group" in table else None,
    )


def _locums(table: Table) -> Locums:
    _check_keys(table, "staff.locums")
    fte = _above_nought(table, "fte")
    if not isinstance(fte, float):
        raise table.error("must be a number above 0, such as 3.2", "fte")
    first, last = (
        _month(table, key, table.required(key, str, f"is missing: {KEYS['staff.locums'][key]}"))
        for key in ("from_month", "to_month")
    )
    if last < first:
        raise table.error(f"stands before from_month, {first}", "to_month")
    return Locums(fte, first, last)


def _group(table: Table) -> Group:
    _check_keys(table, "staff.group")
    found = {key: _number(table, key, 1.0 if key == "share" else math.inf) for key in table}
    for key in KEYS["staff.group"]:
        if not found.get(key):
            raise table.error(f"is missing or 0: {KEYS['staff.group'][key]}", key)
    return Group(*(found[key] or 0.0 for key in KEYS["staff.group"]))


def _waiting(table: Table, staff: Staff) -> tuple[Number | None, bool, Number]:
    _check_keys(table, "waiting")
    if "children" in table and "weeks" in table:
        raise table.error("says the same as children: give one of them", "weeks")
    in_weeks = "weeks" in table
    waiting = _number(table, "weeks" if in_weeks else "children")
    if waiting is not None and staff.posts is None:
        raise table.error(
            "a list at first needs posts that work through it: [staff] posts", "weeks"
        )
    return waiting, in_weeks, _number(table, "leaving_per_month", 0.99) or 0.0


def _deadline(table: Table) -> Deadline:
    _check_keys(table, "deadline")
    within = _above_nought(table, "within")
    if not isinstance(within, float):
        raise table.error(f"is missing or no number: {KEYS['deadline']['within']}", "within")
    unit = table.required("unit", str, f"is missing: {KEYS['deadline']['unit']}")
    if unit not in DAYS:
        raise table.error(str(UnknownNameError("unit", unit, DAYS)), "unit")
    share, chance = _number(table, "share", 1.0), _number(table, "chance", 1.0)
    for key, value in (("share", share), ("chance", chance)):
        if isinstance(value, Range) or value == 0.0 or (key == "chance" and value == 1.0):
            raise table.error("must be one number above 0 and, of a chance, below 1", key)
    assert not isinstance(share, Range)  # refused above
    assert not isinstance(chance, Range)  # refused above
    by = _month(table, "by", table.content["by"]) if "by" in table else ""
    return Deadline(within, unit, share, by, chance)


def service_template() -> str:
    """A file to start from: every key with what it is for, most of them as comments."""
    lines = ["# A service for riskmodel: put your own numbers in, and take # from what you need."]
    examples = {
        "name": '"speech_therapy"',
        "label": '"Speech therapy"',
        "about": '"Children who wait for a first appointment."',
        "source": '"the service\'s own count"',
        "per_month": "40",
        "posts": "6",
        "appointments_a_week": "12",
        "appointments_each": "8",
    }
    for section, keys in KEYS.items():
        needed = section in ("", "arrivals", "staff")
        if section:
            double = section == "staff.locums"
            heading = f"[[{section}]]" if double else f"[{section}]"
            lines += ["", heading if needed else f"# {heading}"]
        for key, meaning in keys.items():
            if (section, key) not in (("staff", "locums"), ("staff", "group")) and key not in KEYS:
                value = examples.get(key)
                start = f"{key} = {value}" if value and needed else f"# {key} ="
                lines += [f"# {meaning}", start]
    return "\n".join(lines) + "\n"
