"""What a check may do with the account it looks at."""

from __future__ import annotations

import base64
import datetime as dt
import json
import random
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from helpers.cloud.clock import TRAVEL_SECONDS
from helpers.cloud.control import call
from helpers.errors import CourseError

T = TypeVar("T")

DEFAULT_CALL_SECONDS = 20.0
_POLL_SECONDS = 0.1

# boto3 builds clients from shared, unlocked state: https://boto3.amazonaws.com/v1/documentation/api/latest/guide/session.html
_building = threading.Lock()


@dataclass(frozen=True)
class Invocation:
    """What came back from one call of a Lambda function.

    payload: the parsed JSON of the answer; ``None`` for an asynchronous call or an empty answer.
    error: ``None``, or the error object that Lambda returned (``errorType``, ``errorMessage``).
    log: the last 4 KB of the function's log, as AWS's ``LogType=Tail`` gives it.
    duration_ms: as the REPORT line says; ``None`` where there is none.
    cold: whether this call had to start an execution environment.
    """

    payload: Any
    error: dict[str, Any] | None
    log: str
    duration_ms: float | None
    cold: bool


class Clock:
    """The local cloud's virtual clock, for checks of what happens later."""

    def __init__(self, endpoint_url: str | None) -> None:
        self._endpoint_url = endpoint_url

    def advance(self, *, seconds: float = 0, minutes: float = 0, hours: float = 0, days: float = 0) -> None:
        """Move virtual time forward.

        Raises: ``CourseError`` when the account is a real one, whose time nobody moves.
        """
        if self._endpoint_url is None:
            raise CourseError("this check moves the clock, which only the local cloud can: run it there")
        step = seconds + 60 * minutes + 3600 * hours + 86400 * days
        call(self._endpoint_url, "POST", "/_localcloud/clock/advance", {"seconds": step}, timeout=TRAVEL_SECONDS)

    def now(self) -> dt.datetime:
        """Virtual time, an aware UTC datetime; of a real account, this computer's."""
        if self._endpoint_url is None:
            return dt.datetime.now(dt.UTC)
        return dt.datetime.fromisoformat(call(self._endpoint_url, "GET", "/_localcloud/clock")["now"])


class Account:
    """An AWS account as a check sees it: public APIs, inputs of its own, the virtual clock.

    account_id: twelve digits; on the local cloud they are the access key as well.
    endpoint_url: the local cloud; ``None`` looks at the real account of ``session``.
    seed: what :attr:`random` is seeded with; a learner cannot know it.
    session: shared by the checks of one judge, because it keeps AWS's service descriptions parsed.
    call_seconds: how long one AWS call may take.
    """

    def __init__(
        self,
        account_id: str,
        *,
        endpoint_url: str | None,
        seed: bytes,
        session: boto3.Session | None = None,
        region: str = "us-east-1",
        call_seconds: float = DEFAULT_CALL_SECONDS,
    ) -> None:
        self.id = account_id
        self.region = region
        self.random = random.Random(seed)
        self.clock = Clock(endpoint_url)
        self.endpoint_url = endpoint_url
        self.last_calls: dict[str, dict[str, Any]] = {}
        self._session = session or boto3.Session()
        self._keys = {"aws_access_key_id": account_id, "aws_secret_access_key": "judge"} if endpoint_url else {}
        self.call_seconds = call_seconds
        self._config = Config(
            connect_timeout=5,
            read_timeout=call_seconds,
            retries={"total_max_attempts": 1},
            s3={"addressing_style": "path"} if endpoint_url else None,
        )
        self._clients: dict[str, Any] = {}

    def client(self, service: str) -> Any:
        """The judge's own boto3 client of ``service``: nothing of it has ever been in the learner's process."""
        with _building:
            if service not in self._clients:
                client = self._session.client(
                    service, region_name=self.region, endpoint_url=self.endpoint_url, config=self._config, **self._keys
                )
                client.meta.events.register("provide-client-params.*.*", self._remember)
                self._clients[service] = client
        return self._clients[service]

    def _remember(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        self.last_calls[model.name] = dict(params)

    def invoke(
        self,
        name: str,
        event: object,
        kind: Literal["RequestResponse", "Event", "DryRun"] = "RequestResponse",
        qualifier: str | None = None,
    ) -> Invocation:
        """Call the Lambda function ``name`` with ``event``.

        kind: ``Event`` only queues the call; nothing but acceptance comes back.
        qualifier: a version or an alias.

        Raises: ``ClientError`` as AWS does, such as ``ResourceNotFoundException``.

        https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
        """
        extra = {"Qualifier": qualifier} if qualifier else {}
        if kind == "RequestResponse":
            extra["LogType"] = "Tail"
        answer = self.client("lambda").invoke(
            FunctionName=name, InvocationType=kind, Payload=json.dumps(event).encode(), **extra
        )
        body = answer["Payload"].read()
        payload = json.loads(body) if body else None
        log = base64.b64decode(answer.get("LogResult", "")).decode(errors="replace")
        # The last one is Lambda's own, whatever the function printed before it.
        report = ([line for line in log.splitlines() if line.startswith("REPORT RequestId:")] or [""])[-1]
        duration = re.search(r"\tDuration: ([\d.]+) ms", report)
        failed = "FunctionError" in answer
        return Invocation(
            payload=None if failed else payload,
            error=(payload if isinstance(payload, dict) else {"errorMessage": str(payload)}) if failed else None,
            log=log,
            duration_ms=float(duration[1]) if duration else None,
            cold="Init Duration:" in report,
        )

    def new_name(self, ending: str = "") -> str:
        """A name that no learner can foresee: ``judge-``, twelve hexadecimal digits, ``ending``."""
        return f"judge-{self.random.getrandbits(48):012x}{ending}"

    def queue_url(self, name: str) -> str:
        """The URL of a queue. Raises: ``ClientError`` ``QueueDoesNotExist``."""
        return str(self.client("sqs").get_queue_url(QueueName=name)["QueueUrl"])

    def take(self, queue_url: str, holding: str = "") -> list[str]:
        """Receive and delete what a queue shows now; returns the bodies.

        holding: only messages with this text; the others are given back at once, so that a learner's own stay where they are.
        """
        sqs, found, others = self.client("sqs"), [], []
        while messages := sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                if holding not in message["Body"]:
                    others.append(message["ReceiptHandle"])
                    continue
                found.append(message["Body"])
                sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
        for handle in others:
            sqs.change_message_visibility(QueueUrl=queue_url, ReceiptHandle=handle, VisibilityTimeout=0)
        return found

    def kill_environments(self, function_name: str | None = None) -> int:
        """Kill the execution environments of the account, or of one function, as ``kill -9`` does; how many that were.

        Raises: ``CourseError`` when the account is a real one.
        """
        if self.endpoint_url is None:
            raise CourseError("this check kills execution environments, which only the local cloud can: run it there")
        answer = call(
            self.endpoint_url,
            "POST",
            "/_localcloud/environments/kill",
            {"function": function_name} if function_name else {},
            headers={"x-localcloud-account": self.id},
        )
        return int(answer["killed"])

    def logs(self, function_name: str) -> list[str]:
        """All log lines of a function, oldest first; an empty list when it never ran."""
        pages = self.client("logs").get_paginator("filter_log_events")
        try:
            return [
                event["message"].rstrip("\n")
                for page in pages.paginate(logGroupName=f"/aws/lambda/{function_name}")
                for event in page["events"]
            ]
        except ClientError as error:
            if error.response["Error"]["Code"] == "ResourceNotFoundException":
                return []
            raise

    def eventually(self, condition: Callable[[], T], seconds: float = 10) -> T:
        """Ask ``condition`` until its answer is true, for at most ``seconds`` of real time; return the last answer.

        What AWS refuses meanwhile (``ClientError``) counts as *not yet*, and is raised at the end.
        """
        deadline = time.monotonic() + seconds
        while True:
            late = time.monotonic() >= deadline
            try:
                answer = condition()
            except ClientError:
                if late:
                    raise
            else:
                if answer or late:
                    return answer
            threading.Event().wait(_POLL_SECONDS)
