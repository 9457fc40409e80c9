"""Calling a function on behalf of an API: with its permission, and no longer than allowed."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from moto.awslambda.exceptions import UnknownFunctionException

from helpers.localcloud import compute, events
from helpers.localcloud.arns import account_of
from helpers.localcloud.compute.errors import LambdaError
from helpers.localcloud.compute.functions import parse, policy_of
from helpers.localcloud.events.permissions import Refused
from helpers.localcloud.policies import allows

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
    client_context: str | None = None,
) -> compute.Outcome:
    """What the function answered; the ledger has it as a delivery of the API.

    account, region: of the API; a function that is named by its ARN may be elsewhere. One of another account answers only when its policy lets it.
    source_arn: on whose behalf, for the function's policy; ``None`` when a role of the account calls, which no policy has to name.
    client_context: base64 of JSON.
    seconds: how long to wait; the function runs on after that.

    Raises: ``NotAllowed``, ``TimeoutError``, ``LambdaError`` (throttled, too large).
    """
    owner = account
    try:
        parts = function.split(":")
        region = parts[3] if len(parts) > 6 and parts[0] == "arn" else region
        reference = parse(function, None, account, region)
        policy = policy_of(reference)
        if source_arn is not None:
            if reference.account != account:
                _let_in(policy, reference.arn, source_arn)
                account = reference.account
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
    outcome = within(
        seconds,
        lambda: engine.invoke(
            account, region, function, payload=payload, trace_header=trace, kind=kind, client_context=client_context
        ),
    )
    events.plane().ledger.record(
        owner,
        "failed" if outcome.function_error else "delivered",
        outcome.request_id,
        source_arn or f"arn:aws:execute-api:{region}:{owner}:*",
        to=reference.arn,
        trace=outcome.trace or trace,
    )
    return outcome


def _let_in(policy: dict[str, object], function_arn: str, source_arn: str) -> None:
    context = {"aws:SourceArn": source_arn, "aws:SourceAccount": account_of(source_arn)}
    if not allows(policy, action="lambda:InvokeFunction", resource=function_arn, service=SERVICE, context=context):
        raise Refused(f"{SERVICE} is not authorized to perform: lambda:InvokeFunction on resource: {function_arn}")


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
