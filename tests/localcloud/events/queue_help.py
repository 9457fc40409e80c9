"""Queues of a test's own account, and their refusals."""

from __future__ import annotations

import datetime as dt
import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import CloudProcess


class Queues:
    """Creates, fills and empties queues through boto3, and moves the clock."""

    def __init__(self, cloud: CloudProcess, account: str) -> None:
        self.cloud, self.account = cloud, account
        self.sqs = cloud.client("sqs", account)

    def create(self, name: str, **attributes: str) -> str:
        """The URL of a queue; one whose name says so is FIFO."""
        fifo = {"FifoQueue": "true"} if name.endswith(".fifo") else {}
        return str(self.sqs.create_queue(QueueName=name, Attributes={**fifo, **attributes})["QueueUrl"])

    def arn(self, url: str) -> str:
        return f"arn:aws:sqs:us-east-1:{self.account}:{url.rsplit('/', 1)[-1]}"

    def with_dead_letters(self, name: str, most: int = 1, **attributes: str) -> tuple[str, str]:
        """The URLs of a queue and of its dead-letter queue."""
        dead = self.create(f"dead-{name}")
        policy = json.dumps({"deadLetterTargetArn": self.arn(dead), "maxReceiveCount": most})
        return self.create(name, RedrivePolicy=policy, **attributes), dead

    def send(self, url: str, body: str, **parameters: Any) -> dict[str, Any]:
        return self.sqs.send_message(QueueUrl=url, MessageBody=body, **parameters)  # type: ignore[no-any-return]

    def receive(self, url: str, limit: int = 1, **parameters: Any) -> list[dict[str, Any]]:
        asked = {"MaxNumberOfMessages": limit, "MessageSystemAttributeNames": ["All"], **parameters}
        return self.sqs.receive_message(QueueUrl=url, **asked).get("Messages", [])  # type: ignore[no-any-return]

    def attributes(self, url: str) -> dict[str, str]:
        return self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]  # type: ignore[no-any-return]

    def advance(self, seconds: float) -> None:
        self._control("clock/advance", {"seconds": seconds})

    def reset(self) -> None:
        self._control("reset", {"of": self.account})

    def now(self) -> dt.datetime:
        return dt.datetime.fromisoformat(self._control("clock")["now"])

    def steps(self, message: str) -> list[str]:
        """What the ledger says of a message, in order."""
        return [one["step"] for one in self._control("events")["entries"] if one["message"] == message]

    def _control(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        request = urllib.request.Request(
            f"{self.cloud.endpoint_url}/_localcloud/{path}",
            data=json.dumps(body).encode() if body else None,
            headers={"x-localcloud-account": self.account},
        )
        with urllib.request.urlopen(request, timeout=600) as answer:
            return json.load(answer)  # type: ignore[no-any-return]


@contextmanager
def refusal(code: str, words: str) -> Iterator[None]:
    """The block is refused with AWS's code, and with words that match."""
    with pytest.raises(ClientError, match=words) as caught:
        yield
    assert caught.value.response["Error"]["Code"] == code
