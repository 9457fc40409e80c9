"""Deliveries over HTTP: posted by workers, tried again by the delivery policy of the subscription.

Only endpoints on this computer are reached.
https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html and
https://docs.aws.amazon.com/sns/latest/dg/sns-http-https-endpoint-as-subscriber.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests

from helpers.localcloud.events.topic_errors import InvalidParameter

if TYPE_CHECKING:
    from helpers.localcloud.events.plane import EventPlane

DEFAULT_POLICY = {
    "numRetries": 3,
    "numNoDelayRetries": 0,
    "numMinDelayRetries": 0,
    "numMaxDelayRetries": 0,
    "minDelayTarget": 20,
    "maxDelayTarget": 20,
    "backoffFunction": "linear",
}
LONGEST_POLICY_SECONDS = 3_600
ANSWER_SECONDS = 15.0
_WORKERS = 16
_HERE = ("127.0.0.1", "localhost", "::1")
_CURVES: dict[str, Callable[[float], float]] = {
    "linear": lambda part: part,
    "arithmetic": lambda part: part**2,
    "geometric": lambda part: part**3,
    "exponential": lambda part: (2 ** (10 * part) - 1) / 1023,
}


def read_policy(written: str) -> dict[str, Any]:
    """The retry policy in a ``DeliveryPolicy`` of a subscription, or in a topic's.

    Raises: ``InvalidParameter``.
    """
    try:
        document = json.loads(written)
        policy = document.get("healthyRetryPolicy") or document.get("http", {}).get("defaultHealthyRetryPolicy") or {}
        merged = {**DEFAULT_POLICY, **{name: value for name, value in policy.items() if value is not None}}
    except (ValueError, AttributeError):
        raise InvalidParameter("DeliveryPolicy: failed to parse JSON.") from None
    numbers = [merged[name] for name in DEFAULT_POLICY if name != "backoffFunction"]
    if set(merged) - set(DEFAULT_POLICY) or merged["backoffFunction"] not in _CURVES:
        raise InvalidParameter("DeliveryPolicy: unexpected JSON member or backoffFunction")
    if any(not isinstance(one, int) or isinstance(one, bool) or one < 0 for one in numbers):
        raise InvalidParameter("DeliveryPolicy: numbers must be 0 or more")
    phases = merged["numNoDelayRetries"] + merged["numMinDelayRetries"] + merged["numMaxDelayRetries"]
    if (
        merged["numRetries"] > 100
        or phases > merged["numRetries"]
        or merged["minDelayTarget"] > merged["maxDelayTarget"]
    ):
        raise InvalidParameter(
            "DeliveryPolicy: numRetries is at most 100 and holds the retries of all phases, and minDelayTarget is not above maxDelayTarget"
        )
    if sum(pauses(merged)) > LONGEST_POLICY_SECONDS:
        raise InvalidParameter(f"DeliveryPolicy: the policy takes more than {LONGEST_POLICY_SECONDS} seconds in all")
    return merged


def pauses(policy: Mapping[str, Any]) -> list[float]:
    """The seconds before each retry: at once, then the shortest pause, then growing, then the longest."""
    lowest, highest = float(policy["minDelayTarget"]), float(policy["maxDelayTarget"])
    growing = (
        policy["numRetries"] - policy["numNoDelayRetries"] - policy["numMinDelayRetries"] - policy["numMaxDelayRetries"]
    )
    curve = _CURVES[policy["backoffFunction"]]
    steps = [lowest + (highest - lowest) * curve((place + 1) / growing) for place in range(growing)]
    return [
        *[0.0] * policy["numNoDelayRetries"],
        *[lowest] * policy["numMinDelayRetries"],
        *steps,
        *[highest] * policy["numMaxDelayRetries"],
    ]


class HttpDeliveries:
    """The workers that post to endpoints."""

    def __init__(self, plane: EventPlane) -> None:
        self._plane = plane
        self._pool = ThreadPoolExecutor(_WORKERS, thread_name_prefix="sns-http")

    def post(
        self,
        account: str,
        url: str,
        body: str,
        headers: Mapping[str, str],
        policy: Mapping[str, Any],
        settled: Callable[[str | None, int], None],
        retried: Callable[[str, int], None],
    ) -> None:
        """Post in the background until the endpoint answers with 2xx or the policy is used up.

        settled: called once, with what went wrong at last, or nothing, and the number of attempts. retried: called before each pause.
        """
        waits = pauses(policy)

        def attempt(number: int) -> None:
            wrong, again = _post(url, body, headers)
            if wrong is None or not again or number > len(waits):
                settled(wrong, number)
                return
            retried(wrong, number)
            self._plane.schedule.after(waits[number - 1], account, lambda: self._run(lambda: attempt(number + 1)))

        self._run(lambda: attempt(1))

    def _run(self, action: Callable[[], None]) -> None:
        self._plane.work.begin()
        try:
            self._pool.submit(action).add_done_callback(lambda _: self._plane.work.end())
        except RuntimeError:  # the server is closing
            self._plane.work.end()

    def close(self) -> None:
        """Post nothing any more."""
        self._pool.shutdown(wait=False, cancel_futures=True)


def _post(url: str, body: str, headers: Mapping[str, str]) -> tuple[str | None, bool]:
    """What went wrong, if anything, and whether trying again may help."""
    if urlsplit(url).hostname not in _HERE:
        return "the local cloud delivers to endpoints on this computer only", False
    try:
        answer = requests.post(
            url, data=body.encode(), headers=dict(headers), timeout=ANSWER_SECONDS, allow_redirects=False
        )
    except requests.RequestException as problem:
        return f"the endpoint could not be reached ({type(problem).__name__})", True
    if 200 <= answer.status_code < 300:
        return None, False
    return f"the endpoint answered {answer.status_code}", answer.status_code >= 500 or answer.status_code == 429
