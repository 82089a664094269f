"""Figures of local authorities by year: what intake makes, and demand and caseload read.

A cell that holds no figure says why. A symbol of a publication (suppressed, not available, not
applicable, low) is a status, never a zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, cast, get_args

import numpy as np
import numpy.typing as npt

from riskmodel.core.lazy import pd
from riskmodel.core.result import Result
from riskmodel.errors import DataError, UnknownNameError, check_name
from riskmodel.estimates import Basis
from riskmodel.panel_measures import MEASURES
from riskmodel.plausible import MOST, check_children

__all__ = [
    "ENGLAND",
    "KEYS",
    "MADE_UP",
    "STATUSES",
    "SYMBOLS",
    "AuthorityPanel",
    "Note",
    "Status",
]

ENGLAND = "E92000001"
"""The code of the row for England."""

KEYS = ("la_code", "area", "year")
"""The columns that name a row: local authority code, its name, year ending 31 March."""

Status = Literal["observed", "suppressed", "not_available", "not_applicable", "low"]
"""Whether a cell holds a figure, and if not, why."""

STATUSES: tuple[Status, ...] = get_args(Status)

SYMBOLS: Mapping[str, Status] = MappingProxyType(
    {
        "c": "suppressed",
        "x": "not_available",
        ":": "not_available",
        "u": "not_available",
        "": "not_available",
        "z": "not_applicable",
        "low": "low",
        "k": "low",
    }
)
"""Symbols that stand for a figure in publications of the Department for Education. ``low`` and the
later ``k`` say that a figure above zero rounds to zero, ``u`` that it was not reliable enough to
publish; an empty cell was not published."""


@dataclass(frozen=True, slots=True)
class Note:
    """Something that a reader of figures has to know, and that is no mistake in itself.

    Parameters
    ----------
    rule
        In a word: ``gap``, ``unexplained``.
    message
        What was found and what is done about it, with file, line and column where known.
    la_code
        The authority that it is about; empty for all.
    """

    rule: str
    message: str
    la_code: str = ""

    def __str__(self) -> str:
        return self.message


MADE_UP = Note("made_up", "The panel is made up: no authority in it exists")
"""Of a panel whose every row is marked as made up."""


_POPULATION = "pop_0_17_midyear"
_STOCKS_OF_CHILDREN = frozenset(
    name
    for name, measure in MEASURES.items()
    if measure.counts and measure.when == "stock" and name != _POPULATION
)

_Floats = npt.NDArray[np.float64]
_Codes = npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class AuthorityPanel(Result):
    """Figures of authorities by year, one row an authority and year, a status for each cell.

    Parameters
    ----------
    la_codes
        Code of the authority in each row: three digits, or :data:`ENGLAND`.
    areas
        Its name.
    years
        The year that ends on 31 March of this number; shape (rows,).
    figures
        Figures by measure, shape (rows,) each; NaN where there is none. Copied and locked.
    status
        For each measure the status of each row, shape (rows,). Where it is not given, a figure is
        ``observed`` and NaN is ``not_available``.
    source
        Where the figures come from, for messages.
    notes
        What a reader of the figures has to know; not part of what makes two panels equal.

    Raises
    ------
    DataError
        When an authority has a year twice, a figure and its status contradict each other, or a
        figure is impossible: the rows are named. A population is impossible that is 0, or less
        than the children counted at some 31 March.
    UnknownNameError
        When a measure is not in :data:`~riskmodel.panel_measures.MEASURES`.
    """

    la_codes: tuple[str, ...]
    areas: tuple[str, ...]
    years: npt.NDArray[np.int64]
    figures: Mapping[str, _Floats]
    status: Mapping[str, Sequence[str]] = field(default_factory=dict)
    source: str = "panel"
    notes: Sequence[Note] = ()
    _codes: Mapping[str, _Codes] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        rows = len(self.la_codes)
        years = np.array(self.years, dtype=np.int64)
        years.flags.writeable = False
        values, codes = {}, {}
        for name, given in self.figures.items():
            check_name("measure", name, MEASURES)
            column = np.array(given, dtype=np.float64)
            code = _status_codes(name, self.status.get(name), column, self.source)
            if not len(self.areas) == len(years) == len(column) == len(code) == rows:
                raise DataError(
                    f"needs {rows} cells, one a row; found {len(column)}",
                    file=self.source,
                    field=name,
                )
            column.flags.writeable = code.flags.writeable = False
            values[name], codes[name] = column, code
        for key, made in (
            ("la_codes", tuple(self.la_codes)),
            ("areas", tuple(self.areas)),
            ("years", years),
            ("figures", MappingProxyType(values)),
            ("notes", tuple(self.notes)),
            ("_codes", MappingProxyType(codes)),
        ):
            object.__setattr__(self, key, made)
        words = {name: tuple(STATUSES[each] for each in codes[name]) for name in codes}
        object.__setattr__(self, "status", MappingProxyType(words))
        self._check_rows()
        self._check_values()
        self._check_population()

    def _check_rows(self) -> None:
        seen: dict[tuple[str, int], int] = {}
        twice = []
        for row, key in enumerate(self._keys()):
            if key in seen:
                twice.append(f"{key[0]} in {key[1]} (rows {seen[key] + 1} and {row + 1})")
            seen.setdefault(key, row)
        if twice:
            shown = "; ".join(twice[:5]) + ("; …" if len(twice) > 5 else "")
            raise DataError(
                f"an authority has one row a year; found twice: {shown}", file=self.source
            )
        for row, (code, year) in enumerate(self._keys()):
            if not code.strip() or not 1990 <= year <= 2100:
                raise DataError(
                    f"row {row + 1} needs an authority code and a year from 1990 to 2100, found "
                    f"{code!r} and {year}",
                    file=self.source,
                    field="la_code" if not code.strip() else "year",
                )

    def _check_values(self) -> None:
        for name, column in self.figures.items():
            observed = self._codes[name] == 0
            most = 100.0 if MEASURES[name].unit == "percent" else np.inf
            with np.errstate(invalid="ignore"):
                sound = np.isfinite(column) & (column >= 0) & (column <= most)
            wrong = np.flatnonzero(np.where(observed, ~sound, ~np.isnan(column)))
            if len(wrong):
                row = int(wrong[0])
                raise DataError(
                    f"{self.la_codes[row]} in {self.years[row]} (row {row + 1}) is "
                    f"{STATUSES[self._codes[name][row]]} and holds {column[row]}; allowed: "
                    f"observed and a figure from 0{' to 100' if most == 100 else ''}, or another "
                    "status and no figure",
                    file=self.source,
                    field=name,
                )

    def _check_population(self) -> None:
        """Refuse populations in thousands: each count of an authority would be cut to them."""
        population = self.figures.get(_POPULATION)
        if population is None:
            return
        codes, index = np.unique(np.array(self.la_codes, dtype=object), return_inverse=True)
        highest = np.ones(len(codes))
        label = np.full(len(codes), "", dtype=object)
        for name in (name for name in self.figures if name in _STOCKS_OF_CHILDREN):
            stock = np.zeros(len(codes))
            np.fmax.at(stock, index, self.figures[name])
            label[stock > highest] = name
            highest = np.fmax(highest, stock)
        for row in np.flatnonzero((population < highest[index]) | (population > MOST["children"])):
            check_children(
                float(population[row]),
                float(highest[index[row]]),
                str(label[index[row]]),
                where=f"{self.la_codes[row]} in {self.years[row]}",
                file=self.source,
                field=_POPULATION,
            )

    def _keys(self) -> Iterable[tuple[str, int]]:
        return zip(self.la_codes, self.years.tolist(), strict=True)

    def __len__(self) -> int:
        return len(self.la_codes)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, AuthorityPanel):
            return NotImplemented
        return (
            self.la_codes == other.la_codes
            and self.areas == other.areas
            and np.array_equal(self.years, other.years)
            and set(self.figures) == set(other.figures)
            and all(
                np.array_equal(self.figures[name], other.figures[name], equal_nan=True)
                and np.array_equal(self._codes[name], other._codes[name])
                for name in self.figures
            )
        )

    __hash__ = None  # type: ignore[assignment]  # arrays inside: equal objects would hash apart

    @property
    def measures(self) -> tuple[str, ...]:
        """The measures that the panel holds, in its order."""
        return tuple(self.figures)

    @property
    def authorities(self) -> Mapping[str, str]:
        """The name of each authority by its code, England not among them; the latest name."""
        latest: dict[str, tuple[int, str]] = {}
        for code, year, area in zip(self.la_codes, self.years.tolist(), self.areas, strict=True):
            if code != ENGLAND and year >= latest.get(code, (0, ""))[0]:
                latest[code] = (year, area)
        return MappingProxyType({code: latest[code][1] for code in sorted(latest)})

    @property
    def england(self) -> AuthorityPanel:
        """The rows for England; none where the panel has none."""
        return self._take([row for row, code in enumerate(self.la_codes) if code == ENGLAND])

    @property
    def is_made_up(self) -> bool:
        """Whether no authority in it exists."""
        return MADE_UP in self.notes

    @property
    def basis(self) -> Basis:
        """What its figures rest on."""
        return "assumed" if self.is_made_up else "observed"

    @property
    def caveats(self) -> tuple[str, ...]:
        """What every answer has to say: that it is made up, and rows left out as totals."""
        return tuple(str(note) for note in self.notes if note.rule in ("made_up", "total"))

    def measure(self, name: str) -> pd.DataFrame:
        """One measure: a row an authority and year with ``value`` and ``status``.

        Raises
        ------
        UnknownNameError
            When the panel does not hold it.
        """
        check_name("measure", name, self.figures)
        return self._key_frame().assign(
            value=self.figures[name], status=pd.Series(self.status[name], dtype="str")
        )

    def authority(self, code: str) -> AuthorityPanel:
        """The rows of one authority (or of England), by its code.

        Raises
        ------
        UnknownNameError
            When the panel has no such authority.
        """
        return self.select([code])

    def select(self, codes: Iterable[str]) -> AuthorityPanel:
        """The rows of these authorities, in the order of the panel.

        Raises
        ------
        UnknownNameError
            When the panel has no such authority.
        """
        wanted = [str(code) for code in codes]
        for code in wanted:
            if code not in self.la_codes:
                raise UnknownNameError("authority", code, dict.fromkeys(self.la_codes))
        chosen = set(wanted)
        return self._take([row for row, code in enumerate(self.la_codes) if code in chosen])

    def until(self, year: int) -> AuthorityPanel:
        """The rows of a year and of those before it."""
        return self._take([row for row, each in enumerate(self.years.tolist()) if each <= year])

    def _take(self, rows: list[int]) -> AuthorityPanel:
        codes = tuple(self.la_codes[row] for row in rows)
        return AuthorityPanel(
            codes,
            tuple(self.areas[row] for row in rows),
            self.years[rows],
            {name: column[rows] for name, column in self.figures.items()},
            {name: [words[row] for row in rows] for name, words in self.status.items()},
            self.source,
            [note for note in self.notes if not note.la_code or note.la_code in codes],
        )

    def _key_frame(self) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "la_code": pd.Series(self.la_codes, dtype="str"),
                "area": pd.Series(self.areas, dtype="str"),
                "year": self.years,
            }
        )

    def to_frame(self) -> pd.DataFrame:
        """One row an authority and year: la_code, area, year, then the figures of each measure."""
        return self._key_frame().assign(**cast(dict[str, Any], dict(self.figures)))

    def status_frame(self) -> pd.DataFrame:
        """As :meth:`to_frame`, with the status of each cell instead of its figure."""
        columns = {name: pd.Series(words, dtype="str") for name, words in self.status.items()}
        return self._key_frame().assign(**cast(dict[str, Any], columns))

    def summary(self) -> str:
        """What it is, in a sentence."""
        england = " and England" if ENGLAND in self.la_codes else ""
        span = f"{self.years.min()} to {self.years.max()}" if len(self) else "no years"
        cells = len(self) * len(self.figures)
        observed = sum(int((codes == 0).sum()) for codes in self._codes.values())
        return (
            f"{len(self.authorities)} authorities{england}, {span}, {len(self.figures)} measures, "
            f"{observed:,} of {cells:,} cells with a figure ({self.source})"
        )


def _status_codes(name: str, given: Sequence[str] | None, column: _Floats, source: str) -> _Codes:
    if given is None:
        return np.where(np.isnan(column), STATUSES.index("not_available"), 0).astype(np.int8)
    places: dict[str, int] = {word: place for place, word in enumerate(STATUSES)}
    for word in given:
        if word not in places:
            raise DataError(
                f"status must be one of {', '.join(STATUSES)}, got {word!r}",
                file=source,
                field=name,
            )
    return np.array([places[word] for word in given], dtype=np.int8)
