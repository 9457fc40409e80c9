"""Find a patched point of moto by its name."""

from __future__ import annotations

import importlib
import inspect
from typing import Any

import helpers.localcloud.gateway  # noqa: F401  (moto's API Gateway cannot be imported without it)


def attribute(target: str) -> Any:
    """What stands at ``module:Class.attribute``, with its wrapper: a property stays a property."""
    module, _, path = target.partition(":")
    found: Any = importlib.import_module(module)
    for part in path.split("."):
        found = inspect.getattr_static(found, part)
    return found


def bare(found: Any) -> Any:
    """The plain function under a property, static method or class method."""
    if isinstance(found, property):
        return found.fget
    return found.__func__ if isinstance(found, staticmethod | classmethod) else found
