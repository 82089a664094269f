"""One reader of TOML: every key is found where it stands, and messages name the line."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskmodel.core.toml import parse_toml, read_toml, shown
from riskmodel.core.toml_lines import KeyPath, key_lines
from riskmodel.errors import DataError

ROOT = Path(__file__).resolve().parents[2]


def paths(content: Any, above: KeyPath = ()) -> Iterator[KeyPath]:
    """Every key and position that a parsed file has."""
    entries = content.items() if isinstance(content, dict) else enumerate(content)
    for key, value in entries:
        yield (*above, key)
        if isinstance(value, dict | list):
            yield from paths(value, (*above, key))


class Writer:
    """Writes TOML of every form, and notes the line at which each key begins.

    What stands in texts and notes looks like keys and headers, so that who reads them is caught.
    """

    DECOYS = ("[[team]]", "[costs]", "k0 = 1", "a = [", "b = {", "# no note", "'", ', "', "]", "é")

    def __init__(self, data: st.DataObject) -> None:
        self.data, self.text, self.number = data, "", 0
        self.lines: dict[KeyPath, int] = {}

    def draw(self, *choices: Any) -> Any:
        return self.data.draw(st.sampled_from(choices))

    def many(self, most: int) -> range:
        return range(self.data.draw(st.integers(0, most)))

    @property
    def line(self) -> int:
        return self.text.count("\n") + 1

    def decoys(self, most: int = 3) -> list[str]:
        return [self.draw(*self.DECOYS) for _ in self.many(most)]

    def key(self) -> tuple[str, str]:
        """A new key, and how it is written."""
        self.number += 1
        name = f"k{self.number}"
        form = self.draw("bare", "basic", "literal", "escaped")
        if form == "bare":
            return name, name
        name += self.draw(".x", " = 1", "]", "#", "")
        if form == "literal":
            return name, f"'{name}'"
        return name, json.dumps(name) if form == "basic" else f'"\\u006b{name[1:]}"'

    def dotted(self) -> tuple[list[str], str]:
        parts = [self.key() for _ in range(self.draw(1, 1, 1, 2, 3))]
        written = self.draw(".", " . ").join(form for _, form in parts)
        return [name for name, _ in parts], written

    def note(self) -> None:
        if self.draw(True, False, False):
            self.text += f"  # {' '.join(self.decoys())}"

    def gap(self) -> None:
        """What may stand between entries of a list."""
        for _ in self.many(2):
            self.note()
            self.text += self.draw("\n", "\n\t", "\r\n")

    def pair(self, path: KeyPath) -> None:
        names, written = self.dotted()
        for end in range(1, len(names) + 1):
            self.lines.setdefault((*path, *names[:end]), self.line)
        self.text += written + self.draw(" = ", "=", "\t=  ")
        self.value((*path, *names), 2)

    def value(self, path: KeyPath, depth: int) -> None:
        form = self.draw("text", "text", "scalar", *(("list", "table") if depth else ()))
        if form == "scalar":
            self.text += self.draw(
                "1", "-1.5e3", "true", "2016-01-01", "2016-01-01 10:20:30", "inf"
            )
        elif form == "text":
            self.write_text()
        elif form == "list":
            self.text += "["
            for index in self.many(3):
                self.gap()
                self.lines[*path, index] = self.line
                self.value((*path, index), depth - 1)
                self.gap()
                self.text += ","
            self.gap()
            self.text += "]"
        else:
            self.text += "{ "
            for index in self.many(3):
                self.text += ", " if index else ""
                self.inline_pair(path)
            self.text += " }"

    def inline_pair(self, path: KeyPath) -> None:
        name, written = self.key()
        self.lines[*path, name] = self.line
        self.text += f"{written} = "
        self.value((*path, name), 0)

    def write_text(self) -> None:
        form = self.draw("basic", "literal", "basic lines", "literal lines")
        if form == "basic":
            self.text += json.dumps(" ".join(self.decoys()) + self.draw("", "\\", '"'))
        elif form == "literal":
            self.text += "'" + " ".join(self.decoys()).replace("'", "") + self.draw("\\", "") + "'"
        elif form == "basic lines":
            inside = self.draw("\n", "\r\n").join(self.decoys(4)).replace('"', '\\"')
            end = self.draw("", '\\"""x', '"', '""', "\\\\", '\\"', " \\\n  [[team]]", '"" "')
            self.text += '"""' + inside + end + '"""'
        else:
            inside = "\n".join(self.decoys(4)).replace("'", "")
            self.text += "'''" + inside + self.draw("", "'", "''", "\\", "'' '") + "'''"

    def end_line(self) -> None:
        self.note()
        self.text += self.draw("\n", "\n\n", "\r\n", "\n# [[team]]\n", "\n  ")

    def header(self, above: list[KeyPath]) -> KeyPath:
        """A table or a list of tables, of its own or within one that is there."""
        around: KeyPath = self.draw(*above) if above and self.draw(True, False) else ()
        name, written = self.key()
        path = (*around, name)
        # Positions are left out of a header: it means the last of each list.
        parts = [json.dumps(key) for key in around if isinstance(key, str)]
        written = self.draw(".", " . ").join((*parts, written))
        for index in range(self.draw(0, 0, 1, 3)):
            self.lines.setdefault(path, self.line)
            self.lines[*path, index] = self.line
            self.text += self.draw("[[", "[[ ") + written + self.draw("]]", " ]]")
            self.end_line()
            above[:] = [kept for kept in above if kept[: len(path)] != path]
            above.append((*path, index))
            for _ in self.many(2):
                self.pair((*path, index))
                self.end_line()
        if path in self.lines:
            return above[-1]
        self.lines[path] = self.line
        self.text += f"[{written}]"
        above.append(path)
        return path

    def document(self) -> None:
        above: list[KeyPath] = []
        table: KeyPath = ()
        self.end_line()
        for _ in self.many(6):
            if self.draw(True, False, False):
                table = self.header(above)
            else:
                self.pair(table)
            self.end_line()


@pytest.mark.property
@settings(max_examples=60)
@given(st.data())
def test_every_key_that_the_parser_has_is_found_on_its_line(data):
    writer = Writer(data)
    writer.document()
    lines = key_lines(writer.text)
    assert set(lines) == set(paths(tomllib.loads(writer.text)))
    assert lines == writer.lines


@pytest.mark.integration
def test_every_key_of_every_file_that_ships_is_found():
    files = [*ROOT.glob("riskmodel/**/*.toml"), *ROOT.glob("experiments/*/*.toml")]
    assert len(files) > 20
    for file in [*files, ROOT / "pyproject.toml"]:
        text = file.read_text(encoding="utf-8")
        assert set(key_lines(text)) == set(paths(tomllib.loads(text))), file


@pytest.mark.unit
def test_a_table_stands_where_it_is_headed_itself_or_where_its_first_key_does():
    text = "a.b = 1\na.c = 2\n[x.y]\nz = 1\n[x]\n[u.v]\n[u.w]\n"
    assert key_lines(text) == {
        ("a",): 1, ("a", "b"): 1, ("a", "c"): 2, ("x",): 5, ("x", "y"): 3, ("x", "y", "z"): 4,
        ("u",): 6, ("u", "v"): 6, ("u", "w"): 7,
    }  # fmt: skip


@pytest.mark.unit
def test_signs_that_only_look_like_ends_of_lines_are_none():
    # str.splitlines would end a line at the first two.
    assert key_lines('a = "\u2028\x85"\nb = 1\n') == {("a",): 1, ("b",): 2}


FILE = '# prices\n[costs]\npost = 1\nwords = ["a"]\n\n[[team]]\nname = "a"\n[[team]]\nname = 3\n'


@pytest.mark.unit
def test_messages_name_file_line_and_key():
    table = parse_toml(FILE, "f.toml")
    costs, (first, second) = table.section("costs"), table.sections("team")
    assert (first.required("name", str), costs.texts("words")) == ("a", ["a"])
    assert costs.optional("post", float, 0.0) == 1
    assert costs.optional("agency", float, 2.5) == 2.5
    assert (list(table), "post" in costs, "x" in costs) == (["costs", "team"], True, False)
    assert (table.section("none").content, table.sections("none")) == ({}, ())
    for call, message in (
        (
            lambda: second.required("name", str),
            "f.toml, line 9, field name: must be a text; found 3",
        ),
        (lambda: second.required("area", str), "f.toml, line 8, field area: is missing"),
        (lambda: costs.required("x", str, "give x"), "f.toml, line 2, field x: give x"),
        (lambda: costs.optional("post", bool, False), "line 3, field post: must be true or false"),
        (lambda: costs.texts("post"), 'line 3, field post: must be a list of texts, such as ["T'),
        (
            lambda: table.section("team"),
            r"line 6, field team: must be a section: [team]; found a li",
        ),
        (lambda: table.sections("costs"), "line 2, field costs: must be tables, each with two"),
        (
            lambda: table.check_keys(["costs", "teams"]),
            "line 6, field team: There is no key 'team'",
        ),
        (
            lambda: second.check_keys(["nam"], "key of a team"),
            "line 9, field name: There is no key",
        ),
    ):
        with pytest.raises(DataError) as refused:
            call()
        assert message in str(refused.value)


@pytest.mark.unit
def test_a_truth_value_is_no_number():
    with pytest.raises(DataError, match="must be a whole number; found true"):
        parse_toml("a = true", "f").optional("a", int, 0)


@pytest.mark.unit
def test_what_is_no_toml_is_refused_with_its_line(tmp_path):
    for text, line, message in (
        ("a = 1\nb = = 2\n", 2, "this is no TOML"),
        ("a = 1\nmonth = 2016-1\n", 2, 'a month is written in quotes: "2026-03"'),
        ("chance = 80%\n", 1, 'a share is written in quotes: "80%"'),
        ("a = 1\nprice = £58,400\n", 2, "an amount is written as digits alone: 58400"),
        ("a = 1\nagency = four\n", 2, 'a text is written in quotes: "North"'),
        ("date = 31/07/2024\n", 1, "a date is written year first: 2024-07-31"),
        ("price = 58,400\n", 1, "an amount is written as digits alone: 58400"),
        ("a = " + "1" * 5000, None, "this is no TOML"),
        ("a = " + "[" * 5000, None, "nested too deeply"),
    ):
        with pytest.raises(DataError, match=message) as refused:
            parse_toml(text, "f.toml")
        assert (refused.value.file, refused.value.line) == ("f.toml", line)
    with pytest.raises(DataError, match=r"none\.toml: cannot be read: No such file"):
        read_toml(tmp_path / "none.toml")
    (tmp_path / "bytes.toml").write_bytes(b"a = '\xff'")
    with pytest.raises(DataError, match=r"bytes\.toml: cannot be read: this is no UTF-8 text"):
        read_toml(tmp_path / "bytes.toml")
    (tmp_path / "marked.toml").write_text("\ufeffa = 1\n", encoding="utf-8")
    assert read_toml(tmp_path / "marked.toml").content == {"a": 1}


@pytest.mark.unit
def test_what_was_found_is_shown_as_toml_calls_it():
    content = parse_toml('a = 2016-01-02\nb = false\nc = []\nd = "x"\n', "f").content
    assert [shown(value) for value in content.values()] == [
        "the date 2016-01-02", "false", "a list", "'x'",
    ]  # fmt: skip
    assert len(shown("x" * 500)) == 60


@pytest.mark.unit
@pytest.mark.parametrize("digits", [301, 4000])
def test_a_whole_number_that_no_fraction_holds_is_refused_with_its_line(digits):
    text = f"[a]\nb = [1, {'9' * digits}]\n"
    with pytest.raises(DataError, match=r"x\.toml, line 2.*: holds a number of over 300 digits"):
        parse_toml(text, "x.toml")
    assert parse_toml(f"b = {'9' * 200}", "x.toml").content["b"] > 1
