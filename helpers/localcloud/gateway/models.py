"""The models of an API, ready to validate: JSON Schema draft 4 whose references stay inside the API.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings-models.html
"""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any, cast

import jsonschema
import regex
from jsonschema.validators import extend
from referencing import Registry
from referencing.jsonschema import DRAFT4

from helpers.localcloud.gateway.snapshot import ApiSnapshot

PATTERN_SECONDS = 1.0  # for all patterns of one body together
MOST_ERRORS = 20

_deadline: ContextVar[float] = ContextVar("deadline", default=0.0)


class Models:
    """The models of one snapshot."""

    def __init__(self, snapshot: ApiSnapshot) -> None:
        self._schemas: dict[str, Any] = {}
        for name, text in snapshot.models.items():
            try:
                self._schemas[name] = json.loads(text or "{}")
            except ValueError:
                continue
        place = f"https://apigateway.amazonaws.com/restapis/{snapshot.id}/models/"
        registry: Registry[Any] = Registry()  # knows only what is put into it: nothing is ever fetched
        self._registry = registry.with_resources(
            (place + name, DRAFT4.create_resource(_without_id(schema))) for name, schema in self._schemas.items()
        )
        self._validators: dict[str, Any] = {}

    def errors(self, name: str, document: Any) -> list[jsonschema.ValidationError]:
        """What a model finds wrong with a document: the first errors, at most ``MOST_ERRORS``.

        Raises: ``LookupError`` when there is no such model, or none that is JSON; what jsonschema raises for a schema that is none.
        """
        found = self._validators.get(name)
        if found is None:
            found = self._validators[name] = _Draft4(_without_id(self._schemas[name]), registry=self._registry)
        deadline = _deadline.set(time.thread_time() + PATTERN_SECONDS)
        try:
            return list(itertools.islice(found.iter_errors(document), MOST_ERRORS))
        finally:
            _deadline.reset(deadline)


def _without_id(schema: Any) -> Any:
    """A schema that does not move the base of its references by an ``id`` of its own."""
    return {key: value for key, value in schema.items() if key != "id"} if isinstance(schema, dict) else {}


def _matches(pattern: Any, text: str) -> bool:
    left = _deadline.get() - time.thread_time()
    try:
        return left > 0 and regex.search(str(pattern), text, timeout=left) is not None
    except (regex.error, TimeoutError):
        return False


def _required(validator: Any, required: Any, instance: Any, schema: Any) -> Iterator[jsonschema.ValidationError]:
    if isinstance(instance, dict) and (missing := sorted({str(name) for name in required} - set(instance))):
        yield jsonschema.ValidationError("required properties", instance=missing)


def _pattern(validator: Any, pattern: Any, instance: Any, schema: Any) -> Iterator[jsonschema.ValidationError]:
    if isinstance(instance, str) and not _matches(pattern, instance):
        yield jsonschema.ValidationError(f"{instance!r} does not match {pattern!r}")


def _pattern_properties(
    validator: Any, patterns: Any, instance: Any, schema: Any
) -> Iterator[jsonschema.ValidationError]:
    if isinstance(instance, dict) and isinstance(patterns, dict):
        for pattern, inner in patterns.items():
            for name, value in instance.items():
                if _matches(pattern, name):
                    yield from validator.descend(value, inner, path=name, schema_path=pattern)


def _additional_properties(
    validator: Any, allowed: Any, instance: Any, schema: Any
) -> Iterator[jsonschema.ValidationError]:
    if not isinstance(instance, dict) or allowed is True:
        return
    known, patterns = schema.get("properties") or {}, schema.get("patternProperties") or {}
    extra = [name for name in instance if name not in known and not any(_matches(one, name) for one in patterns)]
    if isinstance(allowed, dict):
        for name in extra:
            yield from validator.descend(instance[name], allowed, path=name)
    elif extra:
        yield jsonschema.ValidationError("additional properties", instance=sorted(extra))


_Draft4: Any = cast(Any, extend)(
    jsonschema.Draft4Validator,
    {
        "required": _required,
        "pattern": _pattern,
        "patternProperties": _pattern_properties,
        "additionalProperties": _additional_properties,
    },
)
