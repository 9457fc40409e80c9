"""Log events of a test's own account, and queries on them through boto3."""

from __future__ import annotations

import json
import time
from typing import Any

import requests

from tests.conftest import CloudProcess
from tests.localcloud.conftest import eventually

GROUP = "/aws/lambda/loja"
STREAM = "2026/11/26/[$LATEST]0123456789abcdef0123456789abcdef"
REQUEST_ID = "4b7d1c9e-0b1f-4b6e-9a53-2f1c6d1f7a10"
MINUTE = 60_000
ENDED = {"Complete", "Failed", "Cancelled", "Timeout"}


class Insights:
    """A log group with a stream, and what is asked about it.

    now: the cloud's own time in ms when the test began, on a whole hour before it, so that bins are known.
    """

    def __init__(self, cloud: CloudProcess, account: str, group: str = GROUP) -> None:
        self.aws: Any = cloud.client("logs", account)
        self.account, self.group = account, group
        self.aws.create_log_group(logGroupName=group)
        self.aws.create_log_stream(logGroupName=group, logStreamName=STREAM)
        offset = requests.get(f"{cloud.endpoint_url}/_localcloud/clock").json()["offset_seconds"]
        self.cloud_now = int((time.time() + offset) * 1000)
        self.now = self.cloud_now // (60 * MINUTE) * 60 * MINUTE - 60 * MINUTE

    def put(self, *messages: Any, step: int = MINUTE, start: int | None = None) -> None:
        """Write messages (anything but a text as JSON), ``step`` ms apart from the beginning of the hour on."""
        first = self.now if start is None else start
        texts = [one if isinstance(one, str) else json.dumps(one) for one in messages]
        events = [{"timestamp": first + number * step, "message": text} for number, text in enumerate(texts)]
        self.aws.put_log_events(logGroupName=self.group, logStreamName=STREAM, logEvents=events)

    def start(self, query: str, **options: Any) -> str:
        named = {} if options.keys() & {"logGroupNames", "logGroupIdentifiers"} else {"logGroupName": self.group}
        start, end = (self.now - 86_400_000) // 1000, self.cloud_now // 1000 + 3600
        given = {"startTime": start, "endTime": end, "queryString": query, **named, **options}
        return str(self.aws.start_query(**given)["queryId"])

    def answer(self, query: str, **options: Any) -> dict[str, Any]:
        """The whole answer of a query that has ended."""
        query_id = self.start(query, **options)

        def ended() -> Any:
            found = self.aws.get_query_results(queryId=query_id)
            return found if found["status"] in ENDED else None

        return eventually(ended)  # type: ignore[no-any-return]

    def rows(self, query: str, **options: Any) -> list[dict[str, str]]:
        """The rows of a query that has to succeed, without @ptr."""
        found = self.answer(query, **options)
        assert found["status"] == "Complete"
        return [{one["field"]: one["value"] for one in row if one["field"] != "@ptr"} for row in found["results"]]

    def values(self, query: str, field: str) -> list[str | None]:
        """One field of each row, with nothing where it is missing."""
        return [row.get(field) for row in self.rows(query)]
