"""Manifest: version, inputs, parameters, seed, command and library versions of a run."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import MappingProxyType
from typing import Any

import riskmodel

__all__ = ["Manifest", "make_manifest", "write_manifest"]

LIBRARIES = (
    "gptables",
    "jinja2",
    "matplotlib",
    "numpy",
    "pandas",
    "pyarrow",
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

    def __post_init__(self) -> None:
        for name in ("inputs", "libraries"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "version": self.version,
            "command": self.command,
            "seed": self.seed,
            "inputs": dict(self.inputs),
            "parameters_sha256": self.parameters_sha256,
            "libraries": dict(self.libraries),
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
) -> Manifest:
    """The manifest of a run.

    Parameters
    ----------
    command
        Words of the command.
    inputs
        Bytes of each input by name.
    parameters_sha256
        As :func:`riskmodel.parameters.parameters_sha256` gives it.
    seed
        The seed, where there is one.
    """
    return Manifest(
        riskmodel.__version__,
        " ".join(command),
        {name: hashlib.sha256(content).hexdigest() for name, content in sorted(inputs.items())},
        parameters_sha256,
        seed,
        _versions(),
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
    beside = path.with_name(f".{path.name}.part")
    beside.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8", newline="\n")
    beside.replace(path)


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for library in LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            continue
    return found
