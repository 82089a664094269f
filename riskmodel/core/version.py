"""The version of this package, where its build and its manifests read it."""

__version__ = "0.1.0"
