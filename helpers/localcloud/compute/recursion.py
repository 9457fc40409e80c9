"""Recursive loops: a function that its own doings invoke again and again is stopped.

The trace header carries a lineage: how often each function was invoked in this chain of requests. AWS's SDKs send the header of the running invocation with every
request, and SQS, SNS and S3 hand it on, so a chain is seen whatever it goes through; DynamoDB does not hand it on, so a loop through a table is not.
https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html and
https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from urllib.parse import unquote

from moto.awslambda.models import LambdaFunction

from helpers.localcloud.arns import unqualified
from helpers.localcloud.compute.errors import RecursiveInvocation
from helpers.localcloud.compute.functions import kept

MOST_INVOCATIONS = 16
_FIELD = "Lineage="


def check(latest: LambdaFunction, trace: str | None) -> None:
    """Refuse an invocation that comes too late in a chain of the function's own making.

    latest: the unpublished version, which carries the setting. trace: the ``X-Amzn-Trace-Id`` that came with the request.
    Raises: ``RecursiveInvocation``.
    """
    if (
        kept(latest).recursive_loop == "Terminate"
        and lineage(trace).get(_fingerprint(latest.function_arn), 0) >= MOST_INVOCATIONS
    ):
        raise RecursiveInvocation(
            "Lambda has detected your function being invoked in a recursive loop with other Amazon Web Services resources and stopped your function's invocation."
        )


def extended(trace: str, latest: LambdaFunction) -> str:
    """The trace header of one more invocation of a function."""
    counts = lineage(trace)
    own = _fingerprint(latest.function_arn)
    counts[own] = counts.get(own, 0) + 1
    rest = [part for part in trace.split(";") if not part.startswith(_FIELD)]
    return ";".join([*rest, _FIELD + "|".join(f"{function}:{count}" for function, count in counts.items())])


def lineage(trace: str | None) -> dict[str, int]:
    """How often each function, by its fingerprint, was invoked in the chain."""
    # Botocore percent-encodes the bar between two functions when it hands the header on.
    parts = unquote(trace or "").split(";")
    written = next((part[len(_FIELD) :] for part in parts if part.startswith(_FIELD)), "")
    pairs = (one.split(":") for one in written.split("|") if one.count(":") == 1)
    return {function: int(count) for function, count in pairs if count.isdigit()}


def deepest(traces: Iterable[str | None]) -> str | None:
    """The trace of a batch, in which messages of several chains may meet: the one that has come furthest; nothing when none carries one."""
    given = [trace for trace in traces if trace]
    return max(given, key=lambda trace: max(lineage(trace).values(), default=0), default=None)


def _fingerprint(arn: str) -> str:
    return hashlib.sha256(unqualified(arn).encode()).hexdigest()[:8]
