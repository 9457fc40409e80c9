"""Sampling rules: which requests they are for, and how many of those are traced.

Source: https://docs.aws.amazon.com/xray/latest/devguide/xray-console-sampling.html
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from helpers.localcloud.observe.traces.errors import InvalidRequest, RuleLimitExceeded, not_here
from helpers.localcloud.observe.traces.kept import PerAccount

DEFAULT = "Default"
MOST_RULES = 25
_PATTERNS = ("ResourceARN", "ServiceName", "ServiceType", "Host", "HTTPMethod", "URLPath")


@dataclass(frozen=True)
class Request:
    """What is known of a request when it is decided whether to trace it."""

    service_name: str
    service_type: str
    host: str
    method: str
    path: str
    resource_arn: str = "*"
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Rule:
    """One sampling rule. created, modified: virtual seconds since 1970. Patterns know ``*`` and ``?``."""

    name: str
    arn: str
    priority: int
    rate: float
    reservoir: int
    patterns: Mapping[str, str]
    attributes: Mapping[str, str]
    created: float
    modified: float
    tags: Mapping[str, str] = field(default_factory=dict)

    def covers(self, request: Request) -> bool:
        """Whether the rule is for a request."""
        seen = (
            request.resource_arn,
            request.service_name,
            request.service_type,
            request.host,
            request.method,
            request.path,
        )
        return all(matches(self.patterns[name], value) for name, value in zip(_PATTERNS, seen, strict=True)) and all(
            name in request.attributes and matches(pattern, request.attributes[name])
            for name, pattern in self.attributes.items()
        )

    def record(self) -> dict[str, Any]:
        """The SamplingRuleRecord of X-Ray's answers."""
        rule = {
            "RuleName": self.name,
            "RuleARN": self.arn,
            "Priority": self.priority,
            "FixedRate": self.rate,
            "ReservoirSize": self.reservoir,
            **self.patterns,
            "Version": 1,
            "Attributes": dict(self.attributes),
        }
        return {"SamplingRule": rule, "CreatedAt": self.created, "ModifiedAt": self.modified}


def matches(pattern: str, text: str) -> bool:
    """Whether ``text`` fits a pattern with ``*`` (any characters) and ``?`` (one character), in either case, as the SDKs match it."""
    pattern, text = pattern.lower(), text.lower()
    at = place = 0
    star = resume = -1
    while place < len(text):
        if at < len(pattern) and pattern[at] == "*":
            star, resume = at, place
            at += 1
        elif at < len(pattern) and pattern[at] in ("?", text[place]):
            at += 1
            place += 1
        elif star >= 0:
            resume += 1
            at, place = star + 1, resume
        else:
            return False
    return not pattern[at:].strip("*")


class Rules:
    """The sampling rules of one account and Region; ``Default`` is always there and comes last."""

    def __init__(self, account: str, region: str) -> None:
        self._prefix = f"arn:aws:xray:{region}:{account}:sampling-rule/"
        self._lock = threading.Lock()
        anything = dict.fromkeys(_PATTERNS, "*")
        default = Rule(DEFAULT, f"{self._prefix}{DEFAULT}", 10_000, 0.05, 1, anything, {}, 0.0, 0.0)
        self._rules = {DEFAULT: default}
        self.modified = 0.0

    def create(self, asked: Mapping[str, Any], tags: dict[str, str], now: float) -> Rule:
        """Add a rule, as CreateSamplingRule is asked to.

        Raises: ``InvalidRequest``, ``RuleLimitExceeded``.
        """
        _refuse_boost("CreateSamplingRule", asked)
        if "RuleARN" in asked:
            raise InvalidRequest("RuleARN is given by X-Ray: name the rule with RuleName")
        if "RuleName" not in asked:
            raise InvalidRequest("RuleName must be specified")
        if asked["Version"] != 1:
            raise InvalidRequest("Version must be 1")
        name = asked["RuleName"]
        rule = Rule(
            name=name,
            arn=f"{self._prefix}{name}",
            priority=asked["Priority"],
            rate=float(asked["FixedRate"]),
            reservoir=asked["ReservoirSize"],
            patterns={one: asked[one] for one in _PATTERNS},
            attributes=dict(asked.get("Attributes") or {}),
            created=now,
            modified=now,
            tags=tags,
        )
        with self._lock:
            if name in self._rules:
                raise InvalidRequest(f"Sampling rule with name {name} already exists")
            if len(self._rules) > MOST_RULES:
                raise RuleLimitExceeded(f"An account has at most {MOST_RULES} sampling rules")
            self._rules[name] = rule
            self.modified = now
        return rule

    def update(self, asked: Mapping[str, Any], now: float) -> Rule:
        """Change a rule, as UpdateSamplingRule is asked to.

        Raises: ``InvalidRequest``.
        """
        _refuse_boost("UpdateSamplingRule", asked)
        rule = self.find(asked.get("RuleName"), asked.get("RuleARN"))
        changed = {name for name in asked if name not in ("RuleName", "RuleARN")}
        if rule.name == DEFAULT and not changed <= {"FixedRate", "ReservoirSize"}:
            raise InvalidRequest("Only FixedRate and ReservoirSize of the Default rule can be changed")
        if not 1 <= asked.get("Priority", 1) <= 9_999:
            raise InvalidRequest("Priority must be between 1 and 9999")
        if not 0 <= asked.get("FixedRate", 0) <= 1:
            raise InvalidRequest("FixedRate must be between 0 and 1")
        if asked.get("ReservoirSize", 0) < 0:
            raise InvalidRequest("ReservoirSize must not be negative")
        new = replace(
            rule,
            priority=asked.get("Priority", rule.priority),
            rate=float(asked.get("FixedRate", rule.rate)),
            reservoir=asked.get("ReservoirSize", rule.reservoir),
            patterns={one: asked.get(one, rule.patterns[one]) for one in _PATTERNS},
            attributes=dict(asked.get("Attributes", rule.attributes)),
            modified=now,
        )
        self.put(new)
        self.modified = now
        return new

    def put(self, rule: Rule) -> None:
        """Keep a rule in the place of the one with its name."""
        with self._lock:
            self._rules[rule.name] = rule

    def delete(self, name: str | None, arn: str | None, now: float) -> Rule:
        """Drop a rule.

        Raises: ``InvalidRequest``.
        """
        rule = self.find(name, arn)
        if rule.name == DEFAULT:
            raise InvalidRequest("The Default sampling rule cannot be deleted")
        with self._lock:
            self._rules.pop(rule.name, None)
            self.modified = now
        return rule

    def find(self, name: str | None, arn: str | None) -> Rule:
        """A rule by its name or its ARN, not both.

        Raises: ``InvalidRequest``.
        """
        if (name is None) == (arn is None):
            raise InvalidRequest("Specify a sampling rule by either RuleName or RuleARN, but not both")
        for rule in self.all():
            if rule.name == name or rule.arn == arn:
                return rule
        raise InvalidRequest(f"Sampling rule does not exist: {name or arn}")

    def all(self) -> list[Rule]:
        """The rules, the first to be asked first."""
        with self._lock:
            return sorted(self._rules.values(), key=lambda rule: (rule.priority, rule.name))

    def for_request(self, request: Request) -> Rule:
        """The first rule that is for a request."""
        return next(rule for rule in self.all() if rule.covers(request))


def _refuse_boost(operation: str, asked: Mapping[str, Any]) -> None:
    if "SamplingRateBoost" in asked:
        raise not_here(operation, "adaptive sampling (SamplingRateBoost)")


RULES = PerAccount(Rules)
