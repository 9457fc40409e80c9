"""The traces of a test's own account, read back through X-Ray's API."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from typing import Any

from tests.localcloud.conftest import eventually

POWERTOOLS = "arn:aws:lambda:us-east-1:017000801446:layer:AWSLambdaPowertoolsPythonV3-python313-x86_64:7"
ACTIVE = {"Mode": "Active"}
Document = dict[str, Any]


class Traces:
    """All segments of an account, by trace. xray: a boto3 client; now: the cloud's own time."""

    def __init__(self, xray: Any, now: Callable[[], dt.datetime]) -> None:
        self._xray = xray
        self._now = now

    def ids(self) -> list[str]:
        """The traces of the last hour, oldest first."""
        now = self._now()
        pages = self._xray.get_paginator("get_trace_summaries").paginate(
            StartTime=now - dt.timedelta(hours=1), EndTime=now + dt.timedelta(minutes=5)
        )
        return sorted(one["Id"] for page in pages for one in page["TraceSummaries"])

    def of(self, trace: str) -> list[Document]:
        """The documents of one trace, oldest first."""
        found = self._xray.batch_get_traces(TraceIds=[trace])["Traces"]
        segments = [json.loads(one["Document"]) for trace in found for one in trace["Segments"]]
        return sorted(segments, key=lambda one: float(one["start_time"]))

    def all(self) -> list[Document]:
        """The documents of all traces."""
        return [document for trace in self.ids() for document in self.of(trace)]

    def with_origin(self, origin: str, count: int = 1) -> list[Document]:
        """The segments of one origin, once there are ``count``."""

        def look() -> list[Document]:
            found = [one for one in self.all() if one.get("origin") == origin]
            return found if len(found) >= count else []

        return list(eventually(look))

    def named(self, name: str) -> Document:
        """The first segment or subsegment with a name, wherever it stands, once it is there."""
        return dict(eventually(lambda: next((one for one in self.flat() if one["name"] == name), None)))

    def flat(self) -> Iterator[Document]:
        """Every segment and subsegment; ``parent_id`` is filled in for those that stand inside another."""
        for document in self.all():
            yield from _with_children(document)


def _with_children(document: Document) -> Iterator[Document]:
    yield document
    for child in document.get("subsegments") or []:
        yield from _with_children({"parent_id": document["id"], **child})


def header_of(trace: str = "1-6b000000-000000000000000000000001", parent: str = "a" * 16, sampled: str = "1") -> str:
    """A trace header as a traced client sends it."""
    return f"Root={trace};Parent={parent};Sampled={sampled}"


def sending(client: Any, header: str) -> Any:
    """Let a boto3 client send a trace header with each request."""
    client.meta.events.register(
        "before-send.*", lambda request, **_: request.headers.__setitem__("X-Amzn-Trace-Id", header)
    )
    return client
