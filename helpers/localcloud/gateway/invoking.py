"""Calling a function on behalf of an API: with its permission, and no longer than allowed."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from moto.awslambda.exceptions import UnknownFunctionException

from helpers.localcloud import compute, events
from helpers.localcloud.compute.errors import LambdaError
from helpers.localcloud.compute.functions import parse, policy_of
from helpers.localcloud.events.permissions import Refused

SERVICE = "apigateway.amazonaws.com"
T = TypeVar("T")


class NotAllowed(Exception):
    """The function's policy does not let API Gateway in, or there is no such function."""


def invoke(
    account: str,
    region: str,
    function: str,
    payload: bytes,
    *,
    source_arn: str | None,
    trace: str,
    seconds: float,
    kind: compute.Kind = "RequestResponse",
) -> compute.Outcome:
    """What the function answered.

    source_arn: on whose behalf, for the function's policy; ``None`` when a role of the account calls, which no policy has to name.
    seconds: how long to wait; the function runs on after that.

    Raises: ``NotAllowed``, ``TimeoutError``, ``LambdaError`` (throttled, too large).
    """
    try:
        reference = parse(function, None, account, region)
        policy = policy_of(reference)
        if source_arn is not None:
            events.plane().permissions.check(
                policy,
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
    engine = compute.engine()
    return within(
        seconds,
        lambda: engine.invoke(account, region, function, payload=payload, trace_header=trace, kind=kind),
    )


def within(seconds: float, work: Callable[[], T]) -> T:
    """What ``work`` gives, if it gives it in time; it goes on for itself afterwards.

    Raises: ``TimeoutError``, and whatever ``work`` raises.
    """
    settled: Future[T] = Future()
    context = contextvars.copy_context()

    def run() -> None:
        try:
            settled.set_result(context.run(work))
        except BaseException as error:
            settled.set_exception(error)

    threading.Thread(target=run, name="integration", daemon=True).start()
    return settled.result(timeout=seconds)
