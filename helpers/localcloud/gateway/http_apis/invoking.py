"""Calling a function on behalf of an HTTP API: with its permission, and no longer than allowed."""

from __future__ import annotations

import json
import threading
from concurrent.futures import Future
from typing import Any

from moto.awslambda.exceptions import UnknownFunctionException

from helpers.localcloud import compute, events
from helpers.localcloud.compute.errors import LambdaError
from helpers.localcloud.compute.functions import parse, policy_of
from helpers.localcloud.events.permissions import Refused

SERVICE = "apigateway.amazonaws.com"


class NotAllowed(Exception):
    """The function's policy does not let API Gateway in, or there is no such function."""


def invoke(
    account: str, region: str, function: str, event: dict[str, Any], source_arn: str, trace: str, seconds: float
) -> compute.Outcome:
    """What the function answered.

    Raises: ``NotAllowed``, ``TimeoutError`` (the function runs on), ``LambdaError`` (throttled).
    """
    try:
        reference = parse(function, None, account, region)
        events.plane().permissions.check(
            policy_of(reference),
            service=SERVICE,
            action="lambda:InvokeFunction",
            resource=reference.arn,
            source_arn=source_arn,
        )
    except (Refused, LookupError, LambdaError, UnknownFunctionException):
        raise NotAllowed(
            "The IAM role configured on the integration or API Gateway doesn't have permissions to call the integration. "
            "Check the permissions and try again."
        ) from None
    settled: Future[compute.Outcome] = Future()

    def run() -> None:
        try:
            settled.set_result(
                compute.engine().invoke(
                    account, region, function, payload=json.dumps(event).encode(), trace_header=trace
                )
            )
        except BaseException as error:
            settled.set_exception(error)

    threading.Thread(target=run, name="http-api", daemon=True).start()
    return settled.result(timeout=seconds)
