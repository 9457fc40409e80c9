"""What a target of a rule gets: the event, a part of it, a constant, or a text made from it.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_PLACEHOLDER = re.compile(r"<([A-Za-z0-9_.\-]+)>")
_STEP = re.compile(r"\.\*|\.([A-Za-z0-9_/\-]+)|\[(\d+|\*)\]|\['([^']+)'\]")
RESERVED = (
    "aws.events.rule-arn",
    "aws.events.rule-name",
    "aws.events.event.ingestion-time",
    "aws.events.event",
    "aws.events.event.json",
)
_NOTHING = object()


class BadInput(ValueError):
    """The text made from an event is not JSON."""


def compact(value: Any) -> str:
    """JSON as AWS writes it: no spaces."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def check_path(path: str) -> None:
    """Accept a JSON path of the kind that EventBridge reads: ``$``, names, indices and ``*``.

    Raises: ``ValueError``.
    """
    if not path.startswith("$") or _STEP.sub("", path[1:]):
        raise ValueError(f"{path} is not a JSON path that EventBridge reads")


def look_up(event: Any, path: str) -> Any:
    """The value at a JSON path, a list when the path has a ``*``; ``LookupError`` when there is none."""
    found = [event]
    many = False
    for step in _STEP.finditer(path[1:]):
        name = step[1] or step[3]
        if name is not None:
            found = [one[name] for one in found if isinstance(one, dict) and name in one]
        elif step[2] in (None, "*"):
            many = True
            found = [value for one in found for value in _inside(one)]
        else:
            index = int(step[2])
            found = [one[index] for one in found if isinstance(one, list) and index < len(one)]
    if not found:
        raise LookupError(path)
    return found if many else found[0]


def body_for(target: Mapping[str, Any], event: Mapping[str, Any], reserved: Mapping[str, Any]) -> str:
    """The text that a target gets for an event.

    reserved: values of the variables of ``RESERVED`` that are not the event itself.
    Raises: ``BadInput`` when a template makes no JSON.
    """
    if "Input" in target:
        return str(target["Input"])
    if "InputPath" in target:
        try:
            return compact(look_up(event, target["InputPath"]))
        except LookupError:
            return "null"
    if "InputTransformer" in target:
        return _fill(target["InputTransformer"], event, reserved)
    return compact(event)


def _fill(transformer: Mapping[str, Any], event: Mapping[str, Any], reserved: Mapping[str, Any]) -> str:
    known = {
        **reserved,
        "aws.events.event": {name: value for name, value in event.items() if name != "detail"},
        "aws.events.event.json": dict(event),
    }
    paths = transformer.get("InputPathsMap") or {}
    template = str(transformer["InputTemplate"])
    filled: list[str] = []
    position = 0
    for placeholder in _PLACEHOLDER.finditer(template):
        name = placeholder[1]
        if name not in known and name not in paths:
            continue
        filled.append(template[position : placeholder.start()])
        value = known[name] if name in known else _found(event, paths[name])
        filled.append(_quoted(value) if _inside_text(template, placeholder.start()) else _plain(value))
        position = placeholder.end()
    text = "".join([*filled, template[position:]])
    try:
        json.loads(text)
    except ValueError:
        raise BadInput("The input transformer made a text that is not valid JSON.") from None
    return text


def _found(event: Any, path: str) -> Any:
    try:
        return look_up(event, path)
    except LookupError:
        return _NOTHING


def _plain(value: Any) -> str:
    return '""' if value is _NOTHING else compact(value)


def _quoted(value: Any) -> str:
    if value is _NOTHING:
        return ""
    if isinstance(value, str):
        return compact(value)[1:-1]
    return compact(value).replace("\\", "\\\\").replace('"', "")


def _inside_text(template: str, end: int) -> bool:
    inside = False
    index = 0
    while index < end:
        if template[index] == "\\":
            index += 1
        elif template[index] == '"':
            inside = not inside
        index += 1
    return inside


def _inside(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    return list(value.values()) if isinstance(value, dict) else []
