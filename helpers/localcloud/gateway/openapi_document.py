"""An OpenAPI document as it was uploaded: read safely, its local references followed, and all that is wrong with it in one list.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-import-api.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml
from moto.apigateway.exceptions import BadRequestException

LARGEST_DOCUMENT = 6 * 1024 * 1024
DEEPEST, MOST_ALIASES, MOST_NODES = 100, 500, 500_000
_PREFIX = "x-amazon-apigateway-"


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """A safe loader that leaves dates as the text that they are."""


_Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for letter, resolvers in _Loader.yaml_implicit_resolvers.items()
}


@dataclass
class Findings:
    """What was found wrong: errors refuse the document, warnings say what was passed over."""

    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def warn(self, sentence: str) -> None:
        """Add a warning, once."""
        if sentence not in self.warnings:
            self.warnings.append(sentence)

    def settle(self, *, strict: bool) -> None:
        """Refuse the document if there are errors; ``strict``: if there are warnings too. Raises: ``BadRequestException``."""
        if self.errors:
            message = "Errors found during import:\n\t" + "\n\t".join(self.errors)
            if self.warnings:
                message += "\nAdditionally, these warnings were found:\n\t" + "\n\t".join(self.warnings)
            raise BadRequestException(message)
        if strict and self.warnings:
            raise BadRequestException("Warnings found during import:\n\t" + "\n\t".join(self.warnings))


@dataclass
class Document:
    """A parsed document. root: plain objects with text keys. swagger: it is of version 2.0, else of 3.0."""

    root: dict[str, Any]
    swagger: bool
    findings: Findings

    def section(self, *names: str) -> dict[str, Any]:
        """An object of the document by the names that lead to it; what is missing is empty."""
        found: Any = self.root
        for name in names:
            found = found.get(name) if isinstance(found, dict) else None
        if found is not None and not isinstance(found, dict):
            self.findings.errors.append(f"Invalid OpenAPI document: '{'/'.join(names)}' must be an object")
        return found if isinstance(found, dict) else {}

    def followed(self, value: Any) -> dict[str, Any]:
        """An object, with its reference followed if it is one. Wrong ones are noted as errors, and are empty."""
        for _ in range(10):
            if not isinstance(value, dict):
                self.findings.errors.append("Invalid OpenAPI document: an object was expected")
                return {}
            target = value.get("$ref")
            if target is None:
                return value
            value = self._target(target)
        self.findings.errors.append("Invalid OpenAPI document: references lead in a circle")
        return {}

    def extensions(self, value: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
        """Note extensions of API Gateway that are not known here as errors."""
        for name in value:
            if name.startswith(_PREFIX) and name.removeprefix(_PREFIX) not in known:
                self.findings.errors.append(
                    f"Unsupported extension '{name}' at {where}: it is not part of the local cloud."
                )

    def _target(self, target: Any) -> Any:
        if not isinstance(target, str) or not target.startswith("#/"):
            self.findings.errors.append(
                f"Unable to resolve reference '{target}': only references inside of the document are supported"
            )
            return {}
        found: Any = self.root
        for part in target[2:].split("/"):
            name = part.replace("~1", "/").replace("~0", "~")
            found = found.get(name) if isinstance(found, dict) else None
        if found is None:
            self.findings.errors.append(f"Unable to resolve reference '{target}': there is no such object")
            return {}
        return found


def read(body: Any) -> Document:
    """The document of a request's body, JSON or YAML.

    Raises: ``BadRequestException`` when it is too large, cannot be parsed, is nested or aliased beyond all bounds, or is no OpenAPI
    document of version 2.0 or 3.0.
    """
    raw = body if isinstance(body, bytes) else str(body or "").encode()
    if len(raw) > LARGEST_DOCUMENT:
        raise BadRequestException("The OpenAPI document exceeds the limit of 6 MB")
    try:
        written = raw.decode("utf-8-sig")
        parsed = json.loads(written) if written.lstrip().startswith("{") and written.rstrip().endswith("}") else None
    except UnicodeDecodeError:
        raise BadRequestException(
            "Failed to parse the uploaded OpenAPI document due to: it is not encoded as UTF-8"
        ) from None
    except (ValueError, RecursionError):
        parsed = None
    if parsed is None:
        parsed = _yaml(written)
    if not isinstance(parsed, dict):
        raise BadRequestException("Invalid OpenAPI input.")
    _measure(parsed, {}, set(), 0)
    root = _plain(parsed)
    if str(root.get("swagger")) == "2.0":
        return Document(root, True, Findings())
    if str(root.get("openapi") or "").startswith("3.0"):
        return Document(root, False, Findings())
    version = root.get("openapi") or root.get("swagger")
    raise BadRequestException(
        "Invalid OpenAPI input."
        if version is None
        else f"Invalid OpenAPI version specified: {version}. Supported versions are 2.0 and 3.0"
    )


def _yaml(written: str) -> Any:
    failed = "Failed to parse the uploaded OpenAPI document due to: "
    try:
        depth = aliases = 0
        for event in yaml.parse(written, Loader=_Loader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            aliases += isinstance(event, yaml.AliasEvent)
            if depth > DEEPEST or aliases > MOST_ALIASES:
                raise BadRequestException(failed + "it is nested too deeply or has too many aliases")
        return yaml.load(written, Loader=_Loader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise BadRequestException(failed + " ".join(str(error).split())) from None


def _measure(value: Any, sizes: dict[int, int], above: set[int], depth: int) -> int:
    """How many nodes a value has when every alias is written out."""
    if not isinstance(value, dict | list):
        return 1
    key = id(value)
    if key in above or depth > DEEPEST:
        raise BadRequestException(
            "Failed to parse the uploaded OpenAPI document due to: it is nested too deeply or in itself"
        )
    if key not in sizes:
        above.add(key)
        children = value.values() if isinstance(value, dict) else value
        sizes[key] = 1 + sum(_measure(one, sizes, above, depth + 1) for one in children)
        above.discard(key)
    if sizes[key] > MOST_NODES:
        raise BadRequestException("Failed to parse the uploaded OpenAPI document due to: its aliases make it too large")
    return sizes[key]


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name if isinstance(name, str) else json.dumps(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)
