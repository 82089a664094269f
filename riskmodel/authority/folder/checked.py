"""What the check of a folder found: what is there, what it is enough for, what is to be done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from riskmodel.authority.folder.authority import Authority
from riskmodel.authority.folder.problems import Problem
from riskmodel.core.lazy import pd
from riskmodel.core.result import Result, TextTable

__all__ = ["FolderCheck", "SectionState", "Thing"]


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that the folder has: what it is, in which file or sheet, and what it holds."""

    what: str
    source: str
    holds: str


@dataclass(frozen=True, slots=True)
class SectionState:
    """A section of the report: what it is based on, or what is missing.

    Parameters
    ----------
    name, label
        Its name in ``sections``, and in words.
    rests_on
        Files and sheets; empty where something is missing.
    missing
        What would make it possible, in words.
    is_wanted
        Whether ``sections`` asks for it, or does not say which sections to make.
    """

    name: str
    label: str
    rests_on: tuple[str, ...]
    missing: tuple[str, ...]
    is_wanted: bool


_HEADINGS = {
    "mistake": "To mend, before anything is computed:",
    "decision": "To decide:",
    "note": "To know:",
}


@dataclass(frozen=True, slots=True, repr=False)
class FolderCheck(Result):
    """The result of checking a folder.

    Parameters
    ----------
    authority
        What could be read of it.
    things, sections, problems
        What is there, the state of each section, and the problems.
    """

    authority: Authority
    things: tuple[Thing, ...]
    sections: tuple[SectionState, ...]
    problems: tuple[Problem, ...]

    @property
    def is_sound(self) -> bool:
        """Whether there is nothing to correct or decide."""
        return all(problem.severity == "note" for problem in self.problems)

    def to_frame(self) -> pd.DataFrame:
        """A row for each thing, section and problem: kind, name, state, place, message."""
        rows = [("input", thing.what, "there", thing.source, thing.holds) for thing in self.things]
        for section in self.sections:
            state = "missing" if section.missing else "ready" if section.is_wanted else "not wanted"
            words = "; ".join(section.missing)
            rows.append(("section", section.name, state, ", ".join(section.rests_on), words))
        rows += [("problem", "", p.severity, str(p.place), p.message) for p in self.problems]
        return pd.DataFrame(rows, columns=["kind", "name", "state", "place", "message"])

    def summary(self) -> str:
        """Whose folder it is, and whether it is sound."""
        code = f" ({self.authority.code})" if self.authority.code else ""
        date = f", figures to {self.authority.date:%d %B %Y}" if self.authority.date else ""
        sound = "Sound: nothing to mend or decide." if self.is_sound else "Something is to be done."
        empty = "" if self.things else " Nothing is there yet beside the settings."
        return f"{self.authority.name}{code}{date}. {sound}{empty}"

    def text_tables(self) -> Sequence[TextTable]:
        """What is there, and what each section is based on."""
        frame = self.to_frame()
        inputs, sections = (frame[frame["kind"] == kind] for kind in ("input", "section"))
        things = inputs[["name", "place", "message"]]
        things.columns = ["what is there", "file", "what it holds"]
        states = sections[["name", "state", "place"]]
        states.columns = ["section", "state", "rests on"]
        return TextTable(things), TextTable(states)

    def remarks(self) -> Sequence[str]:
        """What is to be done, and which files would make missing sections possible."""
        waiting: dict[str, list[str]] = {}
        for section in self.sections:
            for need in section.missing:
                waiting.setdefault(need, []).append(section.name)
        needs = [f"{need} (for {', '.join(names)})" for need, names in waiting.items()]
        groups = {
            heading: [str(one) for one in self.problems if one.severity == severity]
            for severity, heading in _HEADINGS.items()
        }
        notes = groups.popitem()
        groups |= {"What would bring what is missing:": needs, notes[0]: notes[1]}
        return [
            "\n".join([heading, *(f"  - {text}" for text in texts), ""])
            for heading, texts in groups.items()
            if texts
        ]

    def to_data(self, records: list[dict[Any, Any]]) -> Any:
        """What is there, what each section is based on, and every problem with its place."""
        fields = ("file", "sheet", "cell", "line", "field")
        return {
            "name": self.authority.name,
            "code": self.authority.code,
            "sound": self.is_sound,
            "inputs": [asdict(thing) for thing in self.things],
            "sections": [
                {
                    "section": section.name,
                    "label": section.label,
                    "wanted": section.is_wanted,
                    "rests_on": list(section.rests_on),
                    "missing": list(section.missing),
                }
                for section in self.sections
            ],
            "problems": [
                {
                    "severity": problem.severity,
                    **{name: getattr(problem.place, name) for name in fields},
                    "message": problem.message,
                }
                for problem in self.problems
            ],
        }
