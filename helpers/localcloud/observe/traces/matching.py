"""Which traces a filter expression finds.

Source: https://docs.aws.amazon.com/xray/latest/devguide/xray-console-filters.html
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from helpers.localcloud.observe.traces import keywords
from helpers.localcloud.observe.traces.assembly import Trace
from helpers.localcloud.observe.traces.causes import Cause, Kind, causes, described
from helpers.localcloud.observe.traces.documents import Document, parts
from helpers.localcloud.observe.traces.errors import InvalidRequest
from helpers.localcloud.observe.traces.filters import parse
from helpers.localcloud.observe.traces.nodes import (
    And,
    CauseFilter,
    Compare,
    EdgeFilter,
    JsonCause,
    Keyword,
    Node,
    Not,
    Or,
    ServiceFilter,
    Target,
    Value,
)
from helpers.localcloud.observe.traces.services import duration, outcome, service_of
from helpers.localcloud.observe.traces.summaries import (
    annotations_of,
    availability_zones,
    indexed,
    instance_ids,
    is_partial,
    resource_arns,
)

Lookup = Callable[[str], list[Value]]
GroupExpression = Callable[[str, str], str | None]

MOST_GROUPS_DEEP = 5
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "CONTAINS": operator.contains,
    "BEGINSWITH": str.startswith,
    "ENDSWITH": str.endswith,
}


@dataclass(frozen=True, slots=True)
class Matcher:
    """Whether an expression finds a trace. Two of one expression are equal; their nodes do not tell, since ``true`` and ``1`` are equal in Python."""

    words: str
    node: Node = field(compare=False)

    def __call__(self, trace: Trace) -> bool:
        return _trace_matches(self.node, trace)


def compiled(text: str, group: GroupExpression) -> Matcher:
    """What tells whether a trace is found by an expression.

    group: the filter expression of a group, by ``name`` or ``arn`` and its value; ``None`` when there is no such group.

    Raises: ``InvalidRequest``.
    """
    node = _resolved(text, group, 0)
    return Matcher(repr(node), node)


def _resolved(text: str, group: GroupExpression, depth: int) -> Node:
    node = parse(text)
    keywords.check(node)
    if depth > MOST_GROUPS_DEEP:
        raise InvalidRequest(f"Invalid filter expression: groups name each other more than {MOST_GROUPS_DEEP} deep")
    return _with_groups(node, group, depth)


def _with_groups(node: Node, group: GroupExpression, depth: int) -> Node:
    match node:
        case And(inner):
            return And(tuple(_with_groups(one, group, depth) for one in inner))
        case Or(inner):
            return Or(tuple(_with_groups(one, group, depth) for one in inner))
        case Not(one):
            return Not(_with_groups(one, group, depth))
        case Compare(name, sign, str(value)) if name.startswith("group"):
            field = "arn" if name.endswith("arn") else "name"
            expression = group(field, value)
            if expression is None:
                raise InvalidRequest(f"Invalid filter expression: there is no group whose {field} is {value}")
            members: Node = _resolved(expression, group, depth + 1) if expression.strip() else And(())
            return members if sign == "=" else Not(members)
    return node


def _holds(node: Node, look: Lookup) -> bool:
    """An expression of plain keywords over the values that ``look`` gives for each."""
    match node:
        case And(inner):
            return all(_holds(one, look) for one in inner)
        case Or(inner):
            return any(_holds(one, look) for one in inner)
        case Not(one):
            return not _holds(one, look)
        case Keyword(name):
            found = look(name)
            return any(found) if found and all(isinstance(one, bool) for one in found) else bool(found)
        case Compare(name, sign, value):
            return _compares(look(name), sign, value)
    raise AssertionError(node)


def _compares(found: list[Value], sign: str, value: Value) -> bool:
    if isinstance(value, str) and found and isinstance(found[0], bool) and value.lower() in ("true", "false"):
        value = value.lower() == "true"
    alike = [one for one in found if _comparable(one, value)]
    if sign == "!=":
        return bool(found) and all(one != value for one in alike)
    return any(_OPERATORS[sign](one, value) for one in alike)


def _comparable(one: Value, other: Value) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return isinstance(one, bool) and isinstance(other, bool)
    return isinstance(one, str) == isinstance(other, str)


def _trace_matches(node: Node, trace: Trace) -> bool:
    match node:
        case And(inner):
            return all(_trace_matches(one, trace) for one in inner)
        case Or(inner):
            return any(_trace_matches(one, trace) for one in inner)
        case Not(one):
            return not _trace_matches(one, trace)
        case ServiceFilter() | EdgeFilter():
            return any(True for _ in selected(node, trace))
        case CauseFilter():
            return any(_cause_matches(node, cause) for cause in causes(trace, _kind(node.kind)))
        case JsonCause(name, patterns, negative):
            kinds: tuple[Kind, ...] = (
                ("fault", "error", "responsetime") if name == "rootcause.json" else (_kind(name.split(".")[1]),)
            )
            every = [described(cause, kind) for kind in kinds for cause in causes(trace, kind)]
            return any(_agrees(pattern, cause) for pattern in patterns for cause in every) != negative
    return _holds(node, _of_trace(trace))


def selected(node: ServiceFilter | EdgeFilter, trace: Trace) -> Iterator[Document]:
    """The segments of a trace that a service or edge filter is about."""
    if isinstance(node, ServiceFilter):
        about = [one for one in trace.segments if _is(node.target, one)]
    else:
        about = [
            called for caller, called in called_by(trace) if _is(node.source, caller) and _is(node.destination, called)
        ]
    return (one for one in about if node.inner is None or _holds(node.inner, _of_segment(one, trace)))


def called_by(trace: Trace) -> Iterator[tuple[Document, Document]]:
    """Pairs of a segment that calls and the segment that is called."""
    owners = {part["id"]: segment for segment in trace.segments for part in parts(segment)}
    for segment in trace.segments:
        caller = owners.get(segment.get("parent_id") or "")
        if caller is not None and caller is not segment:
            yield caller, segment


def _is(target: Target, segment: Document) -> bool:
    service = service_of(segment)
    return (
        (target.name is None or target.name in (service.name, segment["name"]))
        and (target.type is None or target.type == service.type)
        and (target.account is None or target.account == service.account)
    )


def _of_trace(trace: Trace) -> Lookup:
    root = trace.root

    def look(name: str) -> list[Value]:
        match name:
            case "duration":
                return [round(trace.end - trace.start, 3)]
            case "partial":
                return [is_partial(trace)]
            case "inferred":
                return [any(one.get("inferred") for one in trace.segments)]
            case "user" | "name" | "type" | "availabilityzone" | "instance.id" | "resource.arn":
                return [value for one in trace.segments for value in _of_segment(one, trace)(name)]
        if name.startswith("annotation."):
            return [value for key, value, _ in indexed(trace) if key == name[len("annotation.") :]]
        return _of_segment(root, trace)(name) if root else []

    return look


def _of_segment(segment: Document, trace: Trace) -> Lookup:
    http = segment.get("http") or {}

    def look(name: str) -> list[Value]:
        match name:
            case "ok":
                return [outcome(segment).ok and not segment.get("in_progress")]
            case "error" | "fault" | "throttle":
                return [bool(getattr(outcome(segment), name))]
            case "partial":
                return [any(bool(one.get("in_progress")) for one in parts(segment))]
            case "inferred":
                return [bool(segment.get("inferred"))]
            case "root":
                return [segment is trace.root]
            case "responsetime":
                return _known(_rounded(duration(segment)))
            case "duration":
                ends = [one["end_time"] for one in parts(segment) if one.get("end_time") is not None]
                return [round(max(ends) - segment["start_time"], 3)] if ends else []
            case "http.status":
                return _known((http.get("response") or {}).get("status"))
            case "http.url" | "http.method":
                return _known((http.get("request") or {}).get(name[5:]))
            case "http.useragent":
                return _known((http.get("request") or {}).get("user_agent"))
            case "http.clientip":
                return _known((http.get("request") or {}).get("client_ip"))
            case "user":
                return _known(segment.get("user"))
            case "name":
                return [service_of(segment).name]
            case "type":
                return _known(service_of(segment).type or None)
            case "availabilityzone":
                return list(availability_zones([segment]))
            case "instance.id":
                return list(instance_ids([segment]))
            case "resource.arn":
                return list(resource_arns([segment]))
        return list(annotations_of(segment).get(name[len("annotation.") :], []))

    return look


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _known(value: Value | None) -> list[Value]:
    return [] if value is None else [value]


def _kind(name: str) -> Kind:
    return "fault" if name == "fault" else "error" if name == "error" else "responsetime"


def _cause_matches(node: CauseFilter, cause: Cause) -> bool:
    entities = [one for step in cause.steps for one in step.entities]
    items: Iterable[dict[str, Value | None]]
    if node.listed == "service":
        items = [
            {"name": step.service.name, "type": step.service.type or None, "inferred": step.service.inferred}
            for step in cause.steps
        ]
    elif node.listed == "entity":
        items = [{"name": one.name, "remote": one.remote, "coverage": one.coverage} for one in entities]
    else:
        items = [
            {"name": raised.name, "message": raised.message, "remote": one.remote}
            for one in entities
            for raised in one.exceptions
        ]
    placed = list(items)
    return any(
        node.inner is None
        or _holds(node.inner, _of_item({**one, "index": place, "first": place == 0, "last": place == len(placed) - 1}))
        for place, one in enumerate(placed)
    )


def _of_item(item: Mapping[str, Value | None]) -> Lookup:
    return lambda name: _known(item.get(name))


def _agrees(pattern: Any, value: Any) -> bool:
    """Whether all that a pattern says of a root cause is so; what it leaves out may be anything."""
    if isinstance(pattern, dict):
        return isinstance(value, dict) and all(
            name in value and _agrees(one, value[name]) for name, one in pattern.items()
        )
    if isinstance(pattern, list):
        return (
            isinstance(value, list)
            and len(value) == len(pattern)
            and all(_agrees(one, other) for one, other in zip(pattern, value, strict=True))
        )
    return bool(pattern == value)
