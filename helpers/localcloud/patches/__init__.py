"""Where moto is changed, one file per moto service, and nowhere else.

Each patched point is declared with ``@patch("module:Class.attribute", why="…")`` so that it can be listed, explained and
checked: the contract tests in ``tests/localcloud/patches`` hold the signature and one behaviour of every point, and an
upgrade of moto that moves one fails loudly.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class PatchedPoint:
    """One attribute of moto that this server replaces: where it is, why, and what it was."""

    target: str
    why: str
    original: Any


POINTS: dict[str, PatchedPoint] = {}

# moto's part of these services brings many others along (a second of processor time), and few clouds are ever asked for them.
_LATE = ("applicationautoscaling", "cloudformation", "xray")


def before(service: str) -> None:
    """Apply the patches of a service that come with the first request to it. service: moto's name of it."""
    if service in _LATE:
        importlib.import_module(f"{__name__}.{service}")


def patch(target: str, *, why: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Replace ``module:attribute`` (``module:Class.method``) of moto by the decorated function.

    The decorated function takes what was there before as its first argument, ``original``. A plain function is passed
    on as such; a property stays a property. Patching a point twice is a programming error.

    Raises: ``AttributeError`` when moto has no such attribute, ``ValueError`` when the point is already patched.
    """

    def replace(function: Callable[..., Any]) -> Callable[..., Any]:
        if target in POINTS:
            raise ValueError(f"{target} is patched twice: keep one place for it")
        module_name, _, path = target.partition(":")
        *owners, name = path.split(".")
        owner: Any = importlib.import_module(module_name)
        for part in owners:
            owner = getattr(owner, part)
        original = owner.__dict__[name] if name in getattr(owner, "__dict__", {}) else getattr(owner, name)
        bare: Any = original.__func__ if isinstance(original, staticmethod | classmethod) else original
        bare = bare.fget if isinstance(bare, property) else bare

        @functools.wraps(bare)
        def method(*args: Any, **kwargs: Any) -> Any:
            return function(bare, *args, **kwargs)

        replacement: Any = method
        if isinstance(original, property):
            replacement = property(replacement)
        elif isinstance(original, staticmethod | classmethod):
            replacement = type(original)(replacement)
        setattr(owner, name, replacement)
        POINTS[target] = PatchedPoint(target, why, original)
        return function

    return replace
