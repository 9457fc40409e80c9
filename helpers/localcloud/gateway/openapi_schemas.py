"""Schemas of an OpenAPI document as models of an API: references rewritten, what API Gateway ignores left out with a warning.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from moto.apigateway.exceptions import BadRequestException
from moto.apigateway.models import RestAPI

from helpers.localcloud.gateway.openapi_document import Document
from helpers.localcloud.gateway.rules_models import check_name, check_schema, reference

IGNORED = (
    "discriminator",
    "nullable",
    "readOnly",
    "writeOnly",
    "example",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "deprecated",
)
SILENTLY_IGNORED = ("xml", "externalDocs")
_NAMES_INSIDE = ("properties", "patternProperties", "definitions")


class Schemas:
    """Makes the models of an API out of a document's schemas.

    document: where they are defined. api: gets the models.
    """

    def __init__(self, document: Document, api: RestAPI) -> None:
        self._document = document
        self._api = api
        self._prefix = "#/definitions/" if document.swagger else "#/components/schemas/"
        self._defined = (
            document.section("definitions") if document.swagger else document.section("components", "schemas")
        )

    def define(self) -> None:
        """Make a model of each schema that the document names."""
        known = frozenset(self._defined)
        for name, schema in self._defined.items():
            self._add(name, schema, known)

    def model_for(self, schema: Any, where: str) -> str | None:
        """The name of the model for a schema at some place: a named one's own name, and a made-up one for others."""
        if not isinstance(schema, dict):
            self._document.findings.errors.append(f"Invalid schema at {where}: it must be an object")
            return None
        if not schema:
            return None
        target = schema.get("$ref")
        if isinstance(target, str) and target.startswith(self._prefix):
            name = target.removeprefix(self._prefix)
            if name not in self._defined:
                self._document.findings.errors.append(f"Unable to resolve model reference '{target}' at {where}")
                return None
            return name
        items = schema.get("items") if schema.get("type") == "array" else None
        target = items.get("$ref") if isinstance(items, dict) and set(schema) <= {"type", "items"} else None
        if isinstance(target, str) and target.startswith(self._prefix):
            name = "ArrayOf" + target.removeprefix(self._prefix)
        else:
            name = "MODEL" + hashlib.sha256(json.dumps(schema, sort_keys=True).encode()).hexdigest()[:6]
        return name if self._add(name, schema, frozenset(self._defined)) else None

    def _add(self, name: str, schema: Any, known: frozenset[str]) -> bool:
        try:
            check_name(name)
            if not isinstance(schema, dict):
                raise BadRequestException("Invalid model schema specified. It must be an object")
            written = json.dumps(self._draft4(schema, name))
            check_schema(self._api, written, known=known)
        except BadRequestException as error:
            self._document.findings.errors.append(f"Unable to create model for '{name}': {error.message}")
            return False
        description = schema.get("description")
        self._api.add_model(name, description if isinstance(description, str) else "", written, "application/json")
        return True

    def _draft4(self, schema: Any, name: str) -> Any:
        if isinstance(schema, list):
            return [self._draft4(one, name) for one in schema]
        if not isinstance(schema, dict):
            return schema
        target = schema.get("$ref")
        if isinstance(target, str):
            if not target.startswith(self._prefix):
                if target.startswith("https://apigateway.amazonaws.com/restapis/") or target == "#":
                    return {"$ref": target}
                raise BadRequestException(
                    f"Unable to resolve reference '{target}': only references inside of the document are supported"
                )
            return {"$ref": reference(self._api.id, target.removeprefix(self._prefix))}
        kept: dict[str, Any] = {}
        for key, value in schema.items():
            if key in IGNORED or (key == "oneOf" and self._document.swagger):
                self._document.findings.warn(
                    f"Ignored the schema keyword '{key}' of model '{name}': API Gateway does not support it"
                )
            elif key in SILENTLY_IGNORED or key.startswith("x-"):
                continue
            elif key in _NAMES_INSIDE and isinstance(value, dict):
                kept[key] = {inner: self._draft4(one, name) for inner, one in value.items()}
            elif key in ("enum", "default", "required"):
                kept[key] = value
            else:
                kept[key] = self._draft4(value, name)
        return kept
