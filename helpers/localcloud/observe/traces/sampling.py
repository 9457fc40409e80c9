"""Which requests are traced: by the sampling rules, in virtual time, and the same in every run.

Source: https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sampling.html
"""

from __future__ import annotations

import random
import threading
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from helpers.localcloud.observe import context
from helpers.localcloud.observe.traces.kept import PerAccount
from helpers.localcloud.observe.traces.rules import RULES, Request, Rule

WINDOW_SECONDS = 10
MOST_WINDOWS = 200
QUOTA_SECONDS = 300
MOST_CLIENTS = 1_000


@dataclass(slots=True)
class _Second:
    number: int = -1
    taken: int = 0


@dataclass(slots=True)
class _Window:
    """What was decided by one rule within ten seconds. start: virtual seconds since 1970."""

    rule: str
    start: float
    requests: int = 0
    sampled: int = 0
    borrowed: int = 0


class Sampler:
    """Decides for one account and Region, and knows what it and the SDKs decided lately."""

    def __init__(self, account: str, region: str) -> None:
        self._rules = RULES.of(account, region)
        self._random = random.Random(f"{account} {region}")
        self._lock = threading.Lock()
        self._seconds: dict[str, _Second] = {}
        self._windows: deque[_Window] = deque(maxlen=MOST_WINDOWS)
        self._clients: dict[tuple[str, str], float] = {}

    def decide(self, request: Request, now: float) -> bool:
        """Whether to trace a request: the first of each second up to the reservoir of its rule, and a share of the others."""
        rule = self._rules.for_request(request)
        with self._lock:
            sampled = self._from_reservoir(rule, int(now)) or self._random.random() < rule.rate
            self._count(rule.name, now, 1, int(sampled), 0)
        return sampled

    def report(self, document: Mapping[str, Any], rule: Rule, now: float) -> dict[str, Any]:
        """Take what an SDK decided, and give it its share of the rule's reservoir: the SamplingTargetDocument."""
        counts = document["RequestCount"], document["SampledCount"], document.get("BorrowCount", 0)
        with self._lock:
            self._count(rule.name, now, *counts)
            if len(self._clients) >= MOST_CLIENTS:
                del self._clients[next(iter(self._clients))]
            self._clients[rule.name, document["ClientID"]] = now
            sharing = Counter(name for (name, _), seen in self._clients.items() if seen > now - QUOTA_SECONDS)
        return {
            "RuleName": rule.name,
            "FixedRate": rule.rate,
            "ReservoirQuota": rule.reservoir // sharing[rule.name],
            "ReservoirQuotaTTL": now + QUOTA_SECONDS,
            "Interval": WINDOW_SECONDS,
        }

    def summaries(self) -> list[dict[str, Any]]:
        """What was decided lately, by rule and ten seconds: SamplingStatisticSummaries, the newest first."""
        with self._lock:
            return [
                {
                    "RuleName": one.rule,
                    "Timestamp": one.start,
                    "RequestCount": one.requests,
                    "BorrowCount": one.borrowed,
                    "SampledCount": one.sampled,
                }
                for one in reversed(self._windows)
            ]

    def _from_reservoir(self, rule: Rule, second: int) -> bool:
        kept = self._seconds.setdefault(rule.arn, _Second())
        if kept.number != second:
            kept.number, kept.taken = second, 0
        if kept.taken >= rule.reservoir:
            return False
        kept.taken += 1
        return True

    def _count(self, rule: str, now: float, requests: int, sampled: int, borrowed: int) -> None:
        start = now - now % WINDOW_SECONDS
        window = next((one for one in reversed(self._windows) if one.rule == rule and one.start == start), None)
        if window is None:
            window = _Window(rule, start)
            self._windows.append(window)
        window.requests += requests
        window.sampled += sampled
        window.borrowed += borrowed


SAMPLERS = PerAccount(Sampler)


def decide(
    account: str,
    region: str,
    *,
    service_name: str,
    service_type: str,
    host: str,
    method: str,
    path: str,
    resource_arn: str = "*",
    attributes: Mapping[str, str] | None = None,
) -> bool:
    """Whether to trace a request, by the sampling rules of the account and Region.

    service_name, service_type: as the service names itself in its segments, such as ``shop/prod`` and ``AWS::ApiGateway::Stage``. host, method,
    path: of an HTTP request, empty for others. attributes: what rules with ``Attributes`` look at, such as headers. The share of a rule is drawn
    from a sequence that begins anew with each account, so that runs are repeatable.
    """
    request = Request(service_name, service_type, host, method, path, resource_arn, attributes or {})
    return SAMPLERS.of(account, region).decide(request, context().clock.timestamp())
