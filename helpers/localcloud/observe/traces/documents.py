"""Segment documents: what X-Ray accepts, what it drops from them, and the codes of what it refuses.

Source: https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

MOST_BYTES = 64 * 1024
MOST_AGE_SECONDS = 30 * 24 * 3600
MOST_SKEW_SECONDS = 5 * 60
MOST_LEVELS = 100
MOST_LINKS = 20

Document = dict[str, Any]

_NAME = re.compile(r"[\w\s.:/%&#=+\\\-@]{1,200}")
_ID = re.compile(r"[0-9a-fA-F]{16}")
_TRACE_ID = re.compile(r"1-[0-9a-fA-F]{8}-[0-9a-fA-F]{24}")


class BadDocument(Exception):
    """A document that X-Ray does not process.

    code: as in ``UnprocessedTraceSegments``. segment: the id of the part at fault, where it has one. kind: ``segment`` or ``subsegment``.
    """

    def __init__(self, code: str, segment: str | None = None, kind: str = "segment") -> None:
        super().__init__(code)
        self.code = code
        self.segment = segment
        self.kind = kind

    def unprocessed(self) -> dict[str, str]:
        """The entry of ``UnprocessedTraceSegments``."""
        found = {"Id": self.segment} if self.segment else {}
        return {
            **found,
            "ErrorCode": self.code,
            "Message": f"Invalid {self.kind}. ErrorCode: {self.code}{', Cause: null' if self.kind == 'subsegment' else ''}",
        }


def is_trace_id(text: object) -> bool:
    """Whether ``text`` has the form ``1-8 hexadecimal digits-24 hexadecimal digits``."""
    return isinstance(text, str) and _TRACE_ID.fullmatch(text) is not None


def parts(document: Mapping[str, Any]) -> Iterator[Document]:
    """A segment and all its subsegments, each before its own."""
    yield document  # type: ignore[misc]
    waiting: list[Document] = list(reversed(document.get("subsegments") or ()))
    while waiting:
        part = waiting.pop()
        yield part
        if nested := part.get("subsegments"):
            waiting.extend(reversed(nested))


def parse(text: str, now: float) -> list[Document]:
    """The documents in one string, as X-Ray keeps them.

    now: virtual time in seconds since 1970.

    Raises: ``BadDocument``.
    """
    return [checked(document, now) for document in read(text)]


def read(text: str) -> list[Document]:
    """The objects in one string: one, or an array of them; what is in them is not looked at.

    Raises: ``BadDocument``.
    """
    if len(text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        raise BadDocument("SegmentSizeExceeded", _id_in(text))
    try:
        found = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise BadDocument("ParseError", _id_in(text)) from None
    documents = found if isinstance(found, list) else [found]
    if not documents:
        raise BadDocument("MissingId")
    if not all(isinstance(one, dict) for one in documents):
        raise BadDocument("ParseError")
    return documents


def checked(document: object, now: float) -> Document:
    """A copy of one document with what X-Ray keeps of it.

    Raises: ``BadDocument``.
    """
    if not isinstance(document, Mapping):
        raise BadDocument("ParseError")
    separate = document.get("type") == "subsegment"
    kept = _checked(document, now, "subsegment" if separate else "segment", 1)
    if "trace_id" not in document:
        raise BadDocument("MissingTraceId", kept["id"])
    if not is_trace_id(document["trace_id"]):
        raise BadDocument("InvalidTraceId", kept["id"])
    kept["trace_id"] = document["trace_id"]
    parent = document.get("parent_id")
    if parent is not None and not _is_id(parent):
        raise BadDocument("InvalidParentId", kept["id"])
    if separate and parent is None:
        raise BadDocument("MissingParentId", kept["id"], "subsegment")
    if parent is not None:
        kept["parent_id"] = parent
    if separate:
        kept["type"] = "subsegment"
    return kept


def _checked(document: Mapping[str, Any], now: float, kind: str, level: int) -> Document:
    identity = document.get("id")
    if identity is None:
        raise BadDocument("MissingId", None, kind)
    if not _is_id(identity):
        raise BadDocument("InvalidId", identity if isinstance(identity, str) else None, kind)

    def refuse(code: str) -> BadDocument:
        return BadDocument(code, identity, kind)

    name = document.get("name")
    if name is None or name == "":
        raise refuse("MissingName")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise refuse("InvalidName")
    start, end = document.get("start_time"), document.get("end_time")
    if start is None:
        raise refuse("MissingStartTime")
    if not _is_time(start, now):
        raise refuse("InvalidStartTime")
    if end is None and document.get("in_progress") is not True:
        raise refuse("MissingEndTime")
    if end is not None and (not _is_time(end, now) or end < start):
        raise refuse("InvalidEndTime")
    kept: Document = {"id": identity, "name": name, "start_time": start}
    kept.update({"in_progress": True} if end is None else {"end_time": end})
    kept.update(_optional(document))
    nested = document.get("subsegments")
    if isinstance(nested, list) and nested:
        if level >= MOST_LEVELS:
            raise refuse("InvalidSubsegment")
        kept["subsegments"] = [
            _checked(part, now, "subsegment", level + 1) for part in nested if isinstance(part, Mapping)
        ]
    return kept


def _optional(document: Mapping[str, Any]) -> Document:
    """The optional fields that have the form of the schema; X-Ray drops the others."""
    kept = {}
    for name, form in _FORMS.items():
        if name in document and (value := form(document[name])) is not None:
            kept[name] = value
    return kept


def _is_id(value: object) -> bool:
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def _is_time(value: object, now: float) -> bool:
    moment = _number(value)
    return moment is not None and now - MOST_AGE_SECONDS <= moment <= now + MOST_SKEW_SECONDS


def _no_constant(name: str) -> float:
    raise ValueError(name)


def _id_in(text: str) -> str | None:
    found = re.search(r'"id"\s*:\s*"([0-9a-fA-F]{16})"', text)
    return found[1] if found else None


def _string(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _truth(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _number(value: object) -> int | float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return value if math.isfinite(value) else None
    except OverflowError:
        return None


def _object(value: object) -> Document | None:
    return dict(value) if isinstance(value, Mapping) else None


def _fields(**forms: Callable[[object], Any]) -> Callable[[object], Document | None]:
    def form(value: object) -> Document | None:
        if not isinstance(value, Mapping):
            return None
        found = {name: one(value[name]) for name, one in forms.items() if name in value}
        return {name: one for name, one in found.items() if one is not None} or None

    return form


def _namespace(value: object) -> str | None:
    return value if isinstance(value, str) and value in ("aws", "remote") else None


def _cause(value: object) -> str | Document | None:
    return value if isinstance(value, str) and len(value) == 16 else _object(value)


def _annotations(value: object) -> Document | None:
    if not isinstance(value, Mapping):
        return None
    return {
        str(key): one for key, one in value.items() if isinstance(one, str | bool) or _number(one) is not None
    } or None


def _links(value: object) -> list[Document] | None:
    """Links to segments of other traces: ``{"trace_id": …, "id": …, "attributes": {…}}``."""
    if not isinstance(value, list):
        return None
    return [
        {"trace_id": one["trace_id"], "id": one["id"], "attributes": dict(one.get("attributes") or {})}
        for one in value
        if isinstance(one, Mapping)
        and is_trace_id(one.get("trace_id"))
        and _is_id(one.get("id"))
        and isinstance(one.get("attributes") or {}, Mapping)
    ][:MOST_LINKS] or None


def _precursors(value: object) -> list[str] | None:
    return [one for one in value if isinstance(one, str)] or None if isinstance(value, list) else None


_FORMS: dict[str, Callable[[object], Any]] = {
    "namespace": _namespace,
    "origin": _string,
    "resource_arn": _string,
    "user": _string,
    "service": _object,
    "http": _fields(
        request=_fields(
            method=_string,
            url=_string,
            user_agent=_string,
            client_ip=_string,
            x_forwarded_for=_truth,
            traced=_truth,
        ),
        response=_fields(status=_number, content_length=_number),
    ),
    "aws": _object,
    "sql": _object,
    "error": _truth,
    "throttle": _truth,
    "fault": _truth,
    "cause": _cause,
    "annotations": _annotations,
    "metadata": _object,
    "links": _links,
    "precursor_ids": _precursors,
}
