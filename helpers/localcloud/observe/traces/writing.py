"""The operations that bring traces in: PutTraceSegments and PutTelemetryRecords."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from helpers.localcloud.observe import context
from helpers.localcloud.observe.traces.documents import BadDocument, parse
from helpers.localcloud.observe.traces.store import store_of

Asked = Mapping[str, Any]
Answer = dict[str, Any]


def put_trace_segments(account: str, region: str, asked: Asked) -> Answer:
    """Keep segment documents; those that cannot be processed come back with a code.

    Source: https://docs.aws.amazon.com/xray/latest/api/API_PutTraceSegments.html
    """
    refused = []
    for text in asked["TraceSegmentDocuments"]:
        try:
            accept(account, region, text)
        except BadDocument as wrong:
            refused.append(wrong.unprocessed())
    return {"UnprocessedTraceSegments": refused}


def accept(account: str, region: str, text: str) -> None:
    """Keep the documents of one string.

    Raises: ``BadDocument``; nothing of the string is kept then.
    """
    now = context().clock.timestamp()
    for document in parse(text, now):
        store_of(account, region).add(document, now)


def put_telemetry_records(account: str, region: str, asked: Asked) -> Answer:
    """Accept what a daemon tells of itself; AWS has no operation that reads it."""
    return {}
