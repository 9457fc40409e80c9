"""What the pollers of queues and of streams share: how much an invocation takes, and what a function reports as failed.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting and
https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
"""

from __future__ import annotations

import json

LARGEST_PAYLOAD = 6_000_000


def reported_failures(answer: bytes | None) -> set[str] | None:
    """The item identifiers that the answer of a function names as failed; ``None`` when it cannot be read."""
    try:
        read = json.loads(answer or b"null")
        failures = [] if read is None else read.get("batchItemFailures") or []
        return {failure["itemIdentifier"] for failure in failures}
    except (ValueError, AttributeError, TypeError, KeyError):
        return None
