"""Manifest: version, inputs, parameters, seed, command and library versions of a run."""

from __future__ import annotations

import hashlib
import json
import platform
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import MappingProxyType
from typing import Any

from riskmodel.core.files import write_file
from riskmodel.core.version import __version__

__all__ = ["Manifest", "make_manifest", "sha256_of", "write_manifest"]

LIBRARIES = (
    "gptables",
    "jinja2",
    "matplotlib",
    "numpy",
    "pandas",
    "scikit-learn",
    "scipy",
    "seaborn",
    "statsmodels",
)
"""Libraries whose version can move a number or a picture."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """Enough to run something again to the same bytes.

    Parameters
    ----------
    version
        Version of this package.
    command
        What was run, as the user would type it, without the place that it wrote to.
    inputs
        SHA-256 of each input, by name; no paths of a machine.
    parameters_sha256
        SHA-256 over the parameter files.
    seed
        The seed; None where nothing is drawn at random.
    libraries
        Versions of Python and of the libraries that can move a number.
    disclosure
        The policy under which small counts were withheld, or the reason why none were; None where
        the run prints no counts of a table.

    Notes
    -----
    It holds no date or time: the same run makes the same manifest.
    """

    version: str
    command: str
    inputs: Mapping[str, str]
    parameters_sha256: str
    seed: int | None
    libraries: Mapping[str, str]
    disclosure: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        for name in ("inputs", "libraries"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))
        if self.disclosure is not None:
            object.__setattr__(self, "disclosure", MappingProxyType(dict(self.disclosure)))

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "version": self.version,
            "command": self.command,
            "seed": self.seed,
            "inputs": dict(self.inputs),
            "parameters_sha256": self.parameters_sha256,
            "libraries": dict(self.libraries),
            **({} if self.disclosure is None else {"disclosure": dict(self.disclosure)}),
        }

    def __str__(self) -> str:
        seed = "no seed" if self.seed is None else f"seed {self.seed}"
        return f"riskmodel {self.version}, {self.command!r}, {len(self.inputs)} inputs, {seed}"


def make_manifest(
    command: Sequence[str],
    *,
    inputs: Mapping[str, bytes],
    parameters_sha256: str,
    seed: int | None = None,
    files: Sequence[Path] = (),
    disclosure: Mapping[str, Any] | None = None,
) -> Manifest:
    """The manifest of a run.

    Parameters
    ----------
    command
        Words of the command, which is written as it is typed: one with a space stands in quotes.
    inputs
        Bytes of each input by name.
    parameters_sha256
        As :func:`riskmodel.parameters.parameters_sha256` gives it.
    seed
        The seed, where there is one.
    files
        Files or folders of the user that went in; they are named without their place.
    disclosure
        As the release of a table gives it.
    """
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(inputs.items())}
    sums |= {f"your own: {path.name}": sha256_of(path) for path in files}
    return Manifest(
        __version__,
        shlex.join(command),
        sums,
        parameters_sha256,
        seed,
        _versions(),
        disclosure,
    )


def write_manifest(
    manifest: Manifest, path: Path, *, files: Mapping[str, bytes], libraries: bool = True
) -> None:
    """Write a manifest and the SHA-256 of the files made, as JSON.

    Parameters
    ----------
    manifest
        What was run.
    path
        File to write.
    files
        Bytes of each file made, by name.
    libraries
        Whether to name library versions; without them the file is the same on every machine.
    """
    content = manifest.to_dict()
    if not libraries:
        del content["libraries"]
    content["files"] = {
        name: hashlib.sha256(made).hexdigest() for name, made in sorted(files.items())
    }
    write_file(path, json.dumps(content, indent=2) + "\n")


def sha256_of(path: Path) -> str:
    """Of a file, piece by piece; of a folder, over its files with their names."""
    if path.is_dir():
        inside = sorted(found for found in path.rglob("*") if found.is_file())
        listed = "\n".join(f"{sha256_of(f)}  {f.relative_to(path).as_posix()}" for f in inside)
        return hashlib.sha256(listed.encode()).hexdigest()
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@cache
def _versions() -> Mapping[str, str]:
    # Once in a process: each look reads a library's own description.
    found = {"python": platform.python_version()}
    for library in LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            continue
    return MappingProxyType(found)
