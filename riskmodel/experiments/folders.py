"""Where the studies are: beside the package in a clone, within it once it is installed."""

from __future__ import annotations

from pathlib import Path

from riskmodel.experiments.declaration import DECLARATION

__all__ = ["EXPERIMENTS", "SHIPPED", "has_studies", "studies_folder"]

EXPERIMENTS = Path("experiments")
"""The folder of experiments where a command is run."""

SHIPPED = Path(__file__).parent / "studies"
"""Put there when the package is built (see ``force-include`` in ``pyproject.toml``)."""


def studies_folder() -> Path:
    """The folder of the studies that belong to this version of the package."""
    if SHIPPED.is_dir():
        return SHIPPED
    return Path(__file__).parents[2] / EXPERIMENTS


def has_studies(folder: Path) -> bool:
    """Whether a folder holds at least one study."""
    return any(folder.glob(f"*/{DECLARATION}"))
