"""Traces of a test's own account: segment documents of known ids and times, put and read through boto3."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import secrets
import time
import urllib.request
from collections.abc import Callable
from typing import Any

_IDS = itertools.count(1)


def new_id() -> str:
    """A segment id that no other document of this run has."""
    return f"{next(_IDS):016x}"


def new_trace() -> str:
    return f"1-{int(time.time()):08x}-{secrets.token_hex(12)}"


def now_of(endpoint_url: str) -> float:
    """The cloud's own time in seconds since 1970: other tests may have moved it."""
    with urllib.request.urlopen(f"{endpoint_url}/_localcloud/clock") as answer:
        return dt.datetime.fromisoformat(json.load(answer)["now"]).timestamp()


class Traces:
    """Puts documents into X-Ray of one account and reads them."""

    def __init__(self, client: Callable[[str], Any]) -> None:
        self.aws = client("xray")
        self.now = now_of(self.aws.meta.endpoint_url)

    def segment(
        self, name: str = "shop", seconds: float = 0.1, start: float | None = None, **more: Any
    ) -> dict[str, Any]:
        """A valid segment that has ended; keywords replace or add members."""
        begun = self.now - 5 if start is None else start
        given = {
            "name": name,
            "id": new_id(),
            "trace_id": new_trace(),
            "start_time": begun,
            "end_time": begun + seconds,
        }
        return {**given, **more}

    def part(
        self, name: str = "step", seconds: float = 0.05, start: float | None = None, **more: Any
    ) -> dict[str, Any]:
        """A valid subsegment to be put inside another."""
        whole = self.segment(name, seconds, start, **more)
        return {key: value for key, value in whole.items() if key != "trace_id"}

    def put(self, *documents: dict[str, Any] | str) -> list[dict[str, Any]]:
        """Put documents; the answer is what was not processed."""
        texts = [one if isinstance(one, str) else json.dumps(one) for one in documents]
        return self.aws.put_trace_segments(TraceSegmentDocuments=texts)["UnprocessedTraceSegments"]  # type: ignore[no-any-return]

    def keep(self, *documents: dict[str, Any]) -> str:
        """Put documents that must all be processed; the answer is the trace of the first."""
        assert self.put(*documents) == []
        return str(documents[0]["trace_id"])

    def whole(self, trace: str) -> list[dict[str, Any]]:
        """The documents of one trace."""
        found = self.aws.batch_get_traces(TraceIds=[trace])
        assert found["UnprocessedTraceIds"] == []
        return [json.loads(one["Document"]) for one in found["Traces"][0]["Segments"]]

    def window(self) -> dict[str, float]:
        """A time range around the cloud's time."""
        return {"StartTime": self.now - 3600, "EndTime": self.now + 3600}

    def summaries(self, expression: str | None = None, **more: Any) -> list[dict[str, Any]]:
        """Summaries of what an expression finds around the cloud's time."""
        given = {**self.window(), **({"FilterExpression": expression} if expression else {}), **more}
        return self.aws.get_trace_summaries(**given)["TraceSummaries"]  # type: ignore[no-any-return]

    def found(self, expression: str) -> list[str]:
        """The ids of the traces that an expression finds."""
        return [one["Id"] for one in self.summaries(expression)]

    def graph(self, **more: Any) -> dict[tuple[str, str], dict[str, Any]]:
        """The nodes of the trace map by name and type; each has its edges by the name and type of their ends in ``calls``."""
        services = self.aws.get_service_graph(**{**self.window(), **more})["Services"]
        return nodes_of(services)


def nodes_of(services: list[dict[str, Any]]) -> dict[tuple[str, str], dict[str, Any]]:
    names = {one["ReferenceId"]: (one["Name"], one.get("Type", "")) for one in services}
    return {
        names[one["ReferenceId"]]: {**one, "calls": {names[edge["ReferenceId"]]: edge for edge in one["Edges"]}}
        for one in services
    }
