"""Filter policies of SNS subscriptions: which messages a subscriber wants.

The language is that of event patterns, over the attributes of a message or over its body. A new policy holds at once; on AWS it may take 15 minutes.
https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html and
https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal

from helpers.localcloud.events.patterns import InvalidPattern, Pattern, compile_pattern
from helpers.localcloud.events.topic_errors import InvalidParameter

Scope = Literal["MessageAttributes", "MessageBody"]
Refusal = Literal["NoMessageAttributes", "MessageAttributes", "MessageBody", "InvalidMessageBody"]
SCOPES = ("MessageAttributes", "MessageBody")
MOST_KEYS = 5
MOST_COMBINATIONS = 150
MOST_BYTES = 256 * 1024
_LARGEST_NUMBER = 1_000_000_000


class FilterPolicy:
    """One policy, found valid. written: JSON text as it was given. scope: what it looks at."""

    def __init__(self, written: str, scope: Scope) -> None:
        """Raises: ``InvalidParameter`` in AWS's words."""
        self.scope = scope
        policy = _read(written)
        if len(policy) > MOST_KEYS:
            raise _refused(f"Filter policy can not have more than {MOST_KEYS} keys")
        if _combinations(policy, scope) > MOST_COMBINATIONS:
            raise _refused("Filter policy is too complex")
        _check_numbers(policy)
        self._pattern: Pattern | None = None
        if policy:
            try:
                self._pattern = compile_pattern(policy)
            except InvalidPattern as wrong:
                raise _refused(wrong.reason) from None

    def matches(self, attributes: Mapping[str, Mapping[str, Any]], body: str) -> bool:
        """Whether a message passes, as ``refusal``."""
        return self.refusal(attributes, body) is None

    def refusal(self, attributes: Mapping[str, Mapping[str, Any]], body: str) -> Refusal | None:
        """Why a message does not pass, as SNS's metrics name it; nothing when it does.

        attributes: in the form of SNS (``Type`` and ``Value``). body: a body that is no JSON object passes no policy over the body.
        https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html
        """
        if self._pattern is None:
            return None
        if self.scope == "MessageAttributes":
            if self._pattern.matches({name: _value(one) for name, one in attributes.items()}):
                return None
            return "MessageAttributes" if attributes else "NoMessageAttributes"
        try:
            event = json.loads(body)
        except ValueError:
            event = None
        if not isinstance(event, dict):
            return "InvalidMessageBody"
        return None if self._pattern.matches(event) else "MessageBody"


def _read(written: str) -> dict[str, Any]:
    if len(written.encode()) > MOST_BYTES:
        raise _refused("Filter policy is too big")
    try:
        policy = json.loads(written)
    except ValueError:
        raise _refused("failed to parse JSON.") from None
    if not isinstance(policy, dict):
        raise _refused("Filter is not an object")
    return policy


def _combinations(policy: Mapping[str, Any], scope: Scope, depth: int = 1) -> int:
    """How complex a policy is: the product, over its keys, of the number of values and the depth of the key."""
    total = 1
    for name, wanted in policy.items():
        if isinstance(wanted, dict):
            if scope == "MessageAttributes":
                raise InvalidParameter("Filter policy scope MessageAttributes does not support nested filter policy")
            total *= _combinations(wanted, scope, depth + 1)
        elif isinstance(wanted, list):
            nested = [one for one in wanted if isinstance(one, dict)] if name == "$or" else []
            for one in nested:
                total *= _combinations(one, scope, depth + 1)
            total *= max(1, len(wanted)) * depth
        else:
            raise _refused(f'"{name}" must be an object or an array')
    return total


def _check_numbers(policy: Any) -> None:
    if isinstance(policy, dict | list):
        for one in policy.values() if isinstance(policy, dict) else policy:
            _check_numbers(one)
    elif isinstance(policy, int | float) and not isinstance(policy, bool) and abs(policy) > _LARGEST_NUMBER:
        raise _refused(f"Number out of range: {policy}; numbers are between -1,000,000,000 and 1,000,000,000")


def _value(attribute: Mapping[str, Any]) -> Any:
    kind, value = str(attribute["Type"]), attribute["Value"]
    try:
        if kind == "String.Array":
            return json.loads(value)
        return json.loads(value) if kind.split(".")[0] == "Number" else value
    except ValueError:
        return value


def _refused(reason: str) -> InvalidParameter:
    return InvalidParameter(f"FilterPolicy: {reason}")
