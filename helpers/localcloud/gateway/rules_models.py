"""What a model may be: a JSON Schema of draft 4 whose references stay in its API.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings-models.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from jsonschema import Draft4Validator
from jsonschema.exceptions import SchemaError
from moto.apigateway.exceptions import BadRequestException
from moto.apigateway.models import RestAPI

LARGEST_SCHEMA = 400 * 1024
DRAFT = "http://json-schema.org/draft-04/schema#"
DEFAULT_MODELS = {
    "Empty": ("This is a default empty schema model", {"$schema": DRAFT, "title": "Empty Schema", "type": "object"}),
    "Error": (
        "This is a default error schema model",
        {
            "$schema": DRAFT,
            "title": "Error Schema",
            "type": "object",
            "properties": {"message": {"type": "string"}},
        },
    ),
}
_REFERENCE = re.compile(r"https://apigateway\.amazonaws\.com/restapis/([^/]+)/models/([A-Za-z0-9]+)")


def reference(api_id: str, name: str) -> str:
    """How a schema names another model of its API."""
    return f"https://apigateway.amazonaws.com/restapis/{api_id}/models/{name}"


def add_defaults(api: RestAPI) -> None:
    """Give a new API the two models that AWS gives it."""
    for name, (description, schema) in DEFAULT_MODELS.items():
        api.add_model(name, description, json.dumps(schema, indent=2), "application/json")


def check_name(name: Any) -> str:
    """The name of a model. Raises: ``BadRequestException`` unless it has letters and digits only."""
    if not name:
        raise BadRequestException("No Model Name specified")
    if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z0-9]{1,1024}", name):
        raise BadRequestException(f"Model name must be alphanumeric: {name}")
    return name


def check_schema(api: RestAPI, schema: Any, *, known: frozenset[str] = frozenset()) -> str:
    """The text of a schema. known: models that count as existing.

    Raises: ``BadRequestException`` for text that is no JSON object, no schema of draft 4, or refers to what is no model of this API.
    """
    if not schema or not isinstance(schema, str):
        raise BadRequestException("Model schema must have at least 1 property or array items defined")
    if len(schema.encode()) > LARGEST_SCHEMA:
        raise BadRequestException("Model schema size exceeds the limit of 400 KB")
    try:
        parsed = json.loads(schema)
        if not isinstance(parsed, dict):
            raise ValueError("it must be an object")
        Draft4Validator.check_schema(parsed)
    except (ValueError, SchemaError, RecursionError) as error:
        reason = getattr(error, "message", str(error))
        raise BadRequestException(f"Invalid model schema specified. {reason}") from None
    for target in references(parsed):
        if target.startswith("#"):
            continue
        found = _REFERENCE.fullmatch(target)
        if not found or found[1] != api.id:
            raise BadRequestException(
                f"Invalid model schema specified. References must name a model of this API: {target}"
            )
        if found[2] not in api.models and found[2] not in known:
            raise BadRequestException(f"Invalid model schema specified. Unable to resolve model reference: {target}")
    return schema


def check_models(api: RestAPI, models: Any) -> dict[str, str]:
    """Models by content type. Raises: ``BadRequestException`` for a model that the API does not have."""
    if models is None:
        return {}
    if not isinstance(models, dict):
        raise BadRequestException("Invalid request input")
    for name in models.values():
        if not isinstance(name, str) or name not in api.models:
            raise BadRequestException(f"Invalid model identifier specified: {name}")
    return dict(models)


def users_of(api: RestAPI, name: str) -> list[str]:
    """The other models that refer to a model."""
    target = reference(api.id, name)
    return [
        model.name
        for model in api.models.values()
        if model.name != name and target in set(references(json.loads(model.schema or "{}")))
    ]


def used_by_methods(api: RestAPI, name: str) -> bool:
    """Whether a method takes or answers a model."""
    return any(
        name in (method.request_models or {}).values()
        or any(name in (one.response_models or {}).values() for one in method.method_responses.values())
        for resource in api.resources.values()
        for method in resource.resource_methods.values()
    )


def status_code(value: Any) -> str:
    """A status of a response. Raises: ``BadRequestException`` unless it is of three digits."""
    if not re.fullmatch(r"[1-5]\d\d", str(value)):
        raise BadRequestException("Invalid Response status code specified")
    return str(value)


def references(schema: Any) -> Iterator[str]:
    """All targets of ``$ref`` in a schema."""
    if isinstance(schema, dict):
        target = schema.get("$ref")
        if isinstance(target, str):
            yield target
        for value in schema.values():
            yield from references(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from references(value)


def flattened(api: RestAPI, model: Any) -> dict[str, Any]:
    """The schema of a model with the models that it refers to inside of it, under ``definitions``."""
    needed: dict[str, Any] = {}

    def rewritten(value: Any) -> Any:
        if isinstance(value, list):
            return [rewritten(one) for one in value]
        if not isinstance(value, dict):
            return value
        found = _REFERENCE.fullmatch(value["$ref"]) if isinstance(value.get("$ref"), str) else None
        if found is None:
            return {name: rewritten(one) for name, one in value.items()}
        name = found[2]
        if name not in needed and name in api.models:
            needed[name] = {}
            needed[name] = rewritten(json.loads(api.models[name].schema or "{}"))
        return {"$ref": f"#/definitions/{name}"}

    schema: dict[str, Any] = rewritten(json.loads(model.schema or "{}"))
    if needed:
        schema["definitions"] = {**schema.get("definitions", {}), **needed}
    return schema
