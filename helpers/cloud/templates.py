"""Mapping templates of API Gateway, rendered by the local cloud without an API around them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from helpers.cloud.control import call, connected_endpoint
from helpers.errors import CourseError


class TemplateFailed(CourseError):
    """A mapping template cannot be read or rendered. line, column: where, from 1; nothing when the body is to blame. sentence: what is wrong."""

    def __init__(self, template: str, sentence: str, line: int | None, column: int | None) -> None:
        self.sentence, self.line, self.column = sentence, line, column
        super().__init__(marked(template, sentence, line, column))


@dataclass(frozen=True)
class Rendered:
    """What a template made of an event. overrides: what it set under ``$context.requestOverride`` and ``$context.responseOverride``."""

    text: str
    overrides: dict[str, Any] = field(default_factory=dict)

    def json(self) -> Any:
        """The text as JSON.

        Raises: ``CourseError`` when it is none.
        """
        try:
            return json.loads(self.text)
        except ValueError as problem:
            raise CourseError(f"the rendered text is no JSON: {problem}") from None

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return self.text


def render_template(template: str, event: dict[str, Any] | None = None) -> Rendered:
    """Render a mapping template as API Gateway does.

    event: ``body`` (text, or anything that JSON can hold), ``headers``, ``queryStringParameters``, ``pathParameters``, ``stageVariables``, ``context``.

    Raises: ``TemplateFailed`` when the template fails, ``CourseError`` for an event that is none, ``CloudUnavailable`` before ``connect()``.
    Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
    """
    body = {"template": template, "event": event or {}}
    answer = call(connected_endpoint(), "POST", "/_localcloud/gateway/render", body, timeout=30)
    if error := answer["error"]:
        raise TemplateFailed(template, error["message"], error["line"], error["column"])
    return Rendered(answer["text"], answer["overrides"])


def marked(template: str, sentence: str, line: int | None, column: int | None) -> str:
    """The sentence, and below it the line of the template with a caret under the place."""
    if line is None or column is None:
        return sentence
    lines = template.split("\n")
    shown = lines[line - 1] if line <= len(lines) else ""
    lead = "".join("\t" if mark == "\t" else " " for mark in shown[: column - 1])
    return f"line {line}, column {column}: {sentence}\n{shown}\n{lead}^"
