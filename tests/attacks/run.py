"""The long attack: chains of releases, and mutated inputs of every kind of file.

``python tests/attacks/run.py chains 200 [SEED]``
``python tests/attacks/run.py inputs 20000 [SEED]``

Each case is named by its seed, so that a run can be taken up again where it stopped, and a finding
be had again by itself (``inputs 1 SEED``). Exit code 1 where anything was found.
"""

from __future__ import annotations

import random
import re
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
LONGEST_SECONDS = 20
ENDLESS = r"(?<![\w.])(?:[-+]?inf|nan|\d{13,40}|\d\.?\d*e\+\d{2,})\b"
"""No count of children, nor anything worked out from one."""

NASTY = (
    "", "-5", "0", "1e308", "1e999", "inf", "-inf", "nan", "9" * 25, "9" * 400, "0x10", "1,5",
    "1 000", "٣", "9999-12-31", "0001-01-01", "2014-02-30", "31/12/2014", "true", "null", "[c]",
    "<script>alert(1)</script>", "=cmd()", "@SUM(A1)", "../../x", "\x1b[2J", "\u202e", "\x00",
    "A" * 10_000, "é", "“", "$\\badcmd{$", "{{x}}", "%s%n", '"', "'", ",", "\r\n", "\ufeff", "[",
    "]",
)  # fmt: skip


sys.path.insert(0, str(TESTS.parent))
from tests.attacks.kinds import ABOUT, CHILD, NAMED, Kind, kinds, workbook  # noqa: E402
from tests.disclosure.chains import Chain, said  # noqa: E402
from tests.disclosure.combination_chains import CombinationChain  # noqa: E402
from tests.disclosure.described_chains import DescribedChain  # noqa: E402
from tests.disclosure.folder_chains import FolderChain  # noqa: E402
from tests.disclosure.reader import Reader  # noqa: E402
from tests.disclosure.twins import Twins  # noqa: E402
from tests.outputs import inputs  # noqa: E402


def _number(draw: random.Random, data: bytes) -> bytes:
    """One number or word becomes something that is none, or none that can be."""
    words = list(re.finditer(rb"[\w.\-]+", data))
    if not words:
        return data
    word = draw.choice(words)
    return data[: word.start()] + draw.choice(NASTY).encode() + data[word.end() :]


def _lines(draw: random.Random, data: bytes) -> bytes:
    """A line twice, away, moved or joined to the next."""
    lines = data.splitlines(keepends=True)
    place = draw.randrange(len(lines))
    change = draw.randrange(4)
    if change == 0:
        lines.insert(draw.randrange(len(lines)), lines[place])
    elif change == 1:
        del lines[place]
    elif change == 2:
        lines.insert(0, lines.pop(place))
    else:
        lines[place] = lines[place].rstrip(b"\r\n")
    return b"".join(lines)


def _bytes(draw: random.Random, data: bytes) -> bytes:
    """A span away, a byte changed, the end cut, or all in another code."""
    place = draw.randrange(len(data))
    change = draw.randrange(5)
    if change == 0:
        return data[:place] + data[place + draw.randrange(1, 80) :]
    if change == 1:
        return data[:place] + bytes([draw.randrange(256)]) + data[place + 1 :]
    if change == 2:
        return data[:place]
    if change == 3:
        return data.replace(b"\n", b"\r\n")
    return data.decode("utf-8", "replace").encode("utf-16")


MUTATIONS: tuple[Callable[[random.Random, bytes], bytes], ...] = (_number, _number, _lines, _bytes)


class TooLong(BaseException):
    """A command took longer than it may."""


def _stop(*_: object) -> None:
    raise TooLong


def answered(kind: Kind, words: Sequence[str], data: bytes, folder: Path) -> tuple[int, str, str]:
    """What a command says of a file that holds this: exit code, standard output and error."""
    beside = {"authority.toml": ABOUT, "given.csv": NAMED, "given.toml": inputs.MAPPING}
    for name, text in {**beside, **kind.beside}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    file = folder / kind.name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(workbook(data.decode("utf-8", "replace")) if kind.is_sheet else data)
    places = {"F": file, "T": folder / "given.csv", "M": folder / "given.toml"}
    given = [str(places.get(word, word)) for word in words]
    return said(*(re.sub("^D(?=/|$)", lambda _: str(folder), word) for word in given))


def check_sound(all_kinds: Sequence[Kind]) -> None:
    """Unharmed files are accepted: an attack on what is refused anyway would find nothing."""
    for kind in all_kinds:
        for words in kind.commands:
            with tempfile.TemporaryDirectory() as name:
                code, _, err = answered(kind, words, kind.content, Path(name))
            if code not in (0, 1):
                raise SystemExit(f"{kind.name} is refused unharmed: {err}")


def findings(seed: int, all_kinds: list[Kind], folder: Path) -> Iterator[str]:
    """What is wrong with the answers to one mutated input."""
    draw = random.Random(seed)
    kind = draw.choice(all_kinds)
    data = kind.content
    for _ in range(draw.choice((1, 1, 1, 2, 3))):
        data = draw.choice(MUTATIONS)(draw, data) or b"\n"
    words = draw.choice(kind.commands)
    # Processor time: on a busy machine the clock tells of the others.
    started = time.process_time()
    has_alarm = hasattr(signal, "SIGPROF")
    if has_alarm:
        signal.signal(signal.SIGPROF, _stop)
        signal.setitimer(signal.ITIMER_PROF, LONGEST_SECONDS)
    where = f"seed {seed}, {' '.join(words)} of {kind.name}"
    try:
        code, out, err = answered(kind, words, data, folder)
    except TooLong:
        yield f"{where}: longer than {LONGEST_SECONDS} s"
        return
    except Exception as error:  # whatever it is, it is a finding
        yield f"{where}: {type(error).__name__}: {str(error)[:200]}"
        return
    finally:
        if has_alarm:
            signal.setitimer(signal.ITIMER_PROF, 0)
    has_child = CHILD in err or (CHILD in out and words[0] != "intake")
    # Questions of studies, codes of authorities, names and headings are text.
    is_figures = words[0] != "experiment" and words[1] != "panel"
    for text in _names_in(data):
        out = out.replace(text, "")
    for is_wrong, what in (
        (time.process_time() - started > LONGEST_SECONDS, f"longer than {LONGEST_SECONDS} s"),
        (code not in (0, 1, 2), f"exit code {code}"),
        (code == 2 and not err.strip(), "refused without a word"),
        (has_child, "names a child"),
        (re.search("[\x00\x07\x1b\u202e]", out + err), "a character that steers the terminal"),
        (
            code == 0 and is_figures and re.search(ENDLESS, out),
            f"believed: {out[:200]!r}",
        ),
    ):
        if is_wrong:
            yield f"{where}: {what}"


def _names_in(data: bytes) -> list[str]:
    """The name of an authority or a scenario, headings of a table: whatever they are, text."""
    text = data.decode("utf-8", "replace")
    names = re.findall(r'^name = "(.+)"', text, re.MULTILINE)
    names += (text.splitlines() or [""])[0].split(",")
    return [name for name in names if re.search(ENDLESS, name)]


def attack_inputs(number: int, first: int) -> list[str]:
    """So many mutated inputs, from a seed on."""
    all_kinds, found, seen = kinds(), [], Counter[str]()
    check_sound(all_kinds)
    for seed in range(first, first + number):
        with tempfile.TemporaryDirectory() as name:
            for each in findings(seed, all_kinds, Path(name)):
                seen[each.split(": ", 2)[1]] += 1
                found.append(each)
                print(each, flush=True)
        if (seed - first + 1) % 500 == 0:
            print(f"{seed - first + 1:,} inputs, {len(found)} findings", file=sys.stderr)
    print(
        f"{number:,} mutated inputs of {len(all_kinds)} kinds from seed {first}: {len(found)} "
        f"findings {dict(seen)}"
    )
    return found


def chain_of(
    folder: Path, seed: int
) -> Chain | CombinationChain | DescribedChain | FolderChain | Twins:
    """Of twenty, twelve of tables, four of a folder, two of models, descriptions, twins."""
    if seed % 20 == 11:
        return DescribedChain(folder, seed)
    if seed % 20 == 7:
        return Twins(folder, seed, has_months=seed % 40 == 7)
    if seed % 10 == 2:
        return CombinationChain(folder, seed)
    return (FolderChain if seed % 5 == 4 else Chain)(folder, seed)


def attack_chains(number: int, first: int) -> list[str]:
    """So many chains of releases, from a seed on."""
    found, exposed, known, steps = [], 0, 0, Counter[str]()
    for seed in range(first, first + number):
        with tempfile.TemporaryDirectory() as name:
            chain = chain_of(Path(name), seed)
            try:
                done = chain.go()
                told = (Reader(done) if isinstance(done, Chain) else done).recovered()
            except AssertionError as error:  # what was printed contradicts itself, or a traceback
                found.append(f"seed {seed}: {error}")
                print(found[-1], flush=True)
                continue
        steps.update(chain.log_kinds)
        # Where the command itself says that something can be known, that is no surprise.
        exposed += bool(chain.exposed)
        known += bool(told and chain.exposed)
        if told and not chain.exposed:
            found += [f"seed {seed}: {each}" for each in told]
            print(f"seed {seed}: {chain.log}: {told[:4]}", flush=True)
        if (seed - first + 1) % 10 == 0:
            said_so = f"{seed - first + 1:,} chains, {len(found)} findings, {exposed} exposed"
            print(f"{said_so}, {known} of them known; {dict(steps)}", file=sys.stderr, flush=True)
    print(
        f"{number:,} chains from seed {first}: {len(found)} small counts recovered; {exposed} "
        "chains in which the command says that a small count can be known more closely, and "
        f"{known} of them in which it can; {dict(steps)}"
    )
    return found


def main() -> int:
    """Run what is asked for."""
    attacks = {"inputs": attack_inputs, "chains": attack_chains}
    what, number, *first = sys.argv[1:]
    return int(bool(attacks[what](int(number), int(first[0]) if first else 0)))


if __name__ == "__main__":
    sys.exit(main())
