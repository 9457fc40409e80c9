"""The scalable targets, scaling policies and scaling activities of one account and Region."""

from __future__ import annotations

import uuid
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from helpers.localcloud.autoscaling.dimensions import Dimension
from helpers.localcloud.autoscaling.tracking import Cooldowns, Last

KEPT_ACTIVITIES = 1_000
KEPT_SECONDS = 42 * 86_400
Key = tuple[str, str]  # resource and dimension


@dataclass
class Target:
    """A scalable target. suspended: what is switched off, as AWS names it. pending: the capacity that is being set."""

    resource_id: str
    dimension: Dimension
    least: int
    most: int
    role: str
    arn: str
    created: float
    suspended: dict[str, bool] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    pending: int | None = None
    last: Last = field(default_factory=Last)

    @property
    def key(self) -> Key:
        return self.resource_id, self.dimension.name


@dataclass
class Policy:
    """A target tracking policy. configuration: as it was given. alarms: the names of its alarms, the ones for going out and in first."""

    name: str
    key: Key
    arn: str
    configuration: dict[str, Any]
    created: float
    alarms: list[str] = field(default_factory=list)

    @property
    def target(self) -> float:
        """How much of the capacity should be in use, in the terms of its metric."""
        return float(self.configuration["TargetValue"])

    @property
    def cooldowns(self) -> Cooldowns:
        """Seconds; none unless they are given."""
        given = self.configuration
        return Cooldowns(float(given.get("ScaleOutCooldown") or 0), float(given.get("ScaleInCooldown") or 0))


@dataclass
class Activity:
    """One scaling activity. began, ended: seconds since 1970."""

    resource_id: str
    dimension: str
    description: str
    cause: str
    began: float
    status: str = "InProgress"
    message: str = ""
    ended: float | None = None
    id: str = field(default_factory=lambda: str(uuid.uuid4()))


@dataclass
class Book:
    """What an account has in a Region. activities: newest first."""

    account: str
    region: str
    targets: dict[Key, Target] = field(default_factory=dict)
    policies: dict[tuple[Key, str], Policy] = field(default_factory=dict)
    activities: deque[Activity] = field(default_factory=lambda: deque(maxlen=KEPT_ACTIVITIES))

    def policy_of_action(self, arn: str) -> Policy | None:
        """The policy that an alarm's action names."""
        return next((one for one in self.policies.values() if arn.startswith(f"{one.arn}:")), None)
