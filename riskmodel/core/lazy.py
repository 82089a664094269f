"""What is loaded when it is first used: public names of a package, and pandas."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

__all__ = ["lazy_names", "pd"]


class _Module:
    """A module that is imported when something of it is first asked for."""

    def __init__(self, name: str) -> None:
        self.__name__ = name

    def __getattr__(self, name: str) -> Any:
        value = getattr(importlib.import_module(self.__name__), name)
        setattr(self, name, value)
        return value


if TYPE_CHECKING:
    import pandas as pd
else:
    pd = _Module("pandas")


def lazy_names(package: str, names: Mapping[str, str]) -> Callable[[str], Any]:
    """The ``__getattr__`` of a package whose public names are loaded when first used.

    Parameters
    ----------
    package
        Name of the package, ``__name__`` in its ``__init__.py``.
    names
        Names by the module that holds them, with spaces between. A module within the package
        begins with a dot.

    Returns
    -------
    Callable
        From a name to what it stands for; AttributeError where the package has no such name.

    Examples
    --------
    >>> get = lazy_names("riskmodel", {".errors": "DataError OutputError", "math": "tau"})
    >>> get("DataError")
    <class 'riskmodel.errors.DataError'>
    >>> get("tau")
    6.28...
    >>> get("nothing")
    Traceback (most recent call last):
    AttributeError: module 'riskmodel' has no attribute 'nothing'
    """
    module_of = {name: module for module, listed in names.items() for name in listed.split()}

    def load(name: str) -> Any:
        if name not in module_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(importlib.import_module(module_of[name], package), name)

    return load
