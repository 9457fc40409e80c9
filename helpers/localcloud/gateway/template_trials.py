"""Renders a mapping template with an event that was made up, without an API: what the template workbench asks the server for.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
"""

from __future__ import annotations

import json
from typing import Any

from helpers.errors import CourseError
from helpers.localcloud.gateway.mapping_templates import render
from helpers.localcloud.gateway.template_variables import UnreadableBody
from helpers.localcloud.gateway.velocity import TemplateError

_MAPS = {"headers": "header", "queryStringParameters": "querystring", "pathParameters": "path"}
_KNOWN = ("body", *_MAPS, "stageVariables", "context")


def render_trial(asked: Any) -> dict[str, Any]:
    """``text``, ``overrides`` and ``error`` (``line``, ``column``, ``message``, or nothing) of one rendering.

    asked: ``template``, and ``event`` with ``body`` (text, or JSON that is written as text), ``headers``, ``queryStringParameters``,
    ``pathParameters``, ``stageVariables`` and ``context``.

    Raises: ``CourseError`` for a question that is none.
    """
    if not isinstance(asked, dict) or not isinstance(asked.get("template"), str):
        raise CourseError('a trial needs a JSON body such as {"template": "$input.body", "event": {"body": "{}"}}')
    event = _object(asked, "event", "the event of a template")
    if unknown := sorted(set(event) - set(_KNOWN)):
        raise CourseError(f"the event of a template has no {', '.join(unknown)}: it can have {', '.join(_KNOWN)}")
    parameters = {place: _texts(event, name) for name, place in _MAPS.items()}
    context = _object(event, "context", "context in the event of a template")
    body = event.get("body")
    words = body if isinstance(body, str) else "" if body is None else json.dumps(body, ensure_ascii=False)
    try:
        text, overrides = render(asked["template"], words, parameters, dict(context), _texts(event, "stageVariables"))
    except TemplateError as problem:
        error = {"line": problem.line, "column": problem.column, "message": problem.sentence}
        return {"text": None, "overrides": None, "error": error}
    except UnreadableBody as problem:
        return {"text": None, "overrides": None, "error": {"line": None, "column": None, "message": str(problem)}}
    return {"text": text, "overrides": overrides, "error": None}


def _texts(event: dict[str, Any], name: str) -> dict[str, str]:
    values = _object(event, name, f"{name} in the event of a template")
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in values.items()}


def _object(given: dict[str, Any], name: str, what: str) -> dict[str, Any]:
    value = given.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise CourseError(f"{what} is a JSON object")
    return value
