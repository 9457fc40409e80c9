"""What moto imports for its own OpenAPI importer, which this server replaces.

moto's API Gateway cannot be loaded without the package ``openapi_spec_validator``; nothing of it is ever called here. Where it is not
installed, these empty modules stand in its place.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from types import ModuleType


class OpenAPIValidationError(Exception):
    """What moto would catch."""


def validate(document: object) -> None:
    """Refuse to be called: the course's own importer checks documents."""
    raise OpenAPIValidationError("documents are checked by the local cloud's own importer")


def stand_in() -> None:
    """Let moto's API Gateway be imported without the package."""
    if "openapi_spec_validator" in sys.modules or find_spec("openapi_spec_validator"):
        return
    package, validation, exceptions = (
        ModuleType(f"openapi_spec_validator{tail}") for tail in ("", ".validation", ".validation.exceptions")
    )
    package.validate = validate  # type: ignore[attr-defined]
    package.__path__ = []
    validation.__path__ = []
    exceptions.OpenAPIValidationError = OpenAPIValidationError  # type: ignore[attr-defined]
    for module in (package, validation, exceptions):
        sys.modules[module.__name__] = module
