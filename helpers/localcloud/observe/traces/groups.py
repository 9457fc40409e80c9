"""Groups: named filter expressions.

Source: https://docs.aws.amazon.com/xray/latest/api/API_CreateGroup.html
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from helpers.localcloud.observe.traces.errors import InvalidRequest, not_here
from helpers.localcloud.observe.traces.kept import PerAccount
from helpers.localcloud.observe.traces.matching import compiled

DEFAULT = "Default"
MOST_GROUPS = 25


@dataclass
class Group:
    """A group. expression: empty for all traces. made: virtual seconds since 1970."""

    name: str
    arn: str
    expression: str = ""
    made: float = 0.0
    tags: dict[str, str] = field(default_factory=dict)

    def described(self) -> dict[str, Any]:
        """The group as X-Ray's answers have it."""
        return {
            "GroupName": self.name,
            "GroupARN": self.arn,
            **({"FilterExpression": self.expression} if self.expression else {}),
            "InsightsConfiguration": {"InsightsEnabled": False, "NotificationsEnabled": False},
        }


class Groups:
    """The groups of one account and Region; ``Default`` is always there."""

    def __init__(self, account: str, region: str) -> None:
        self._prefix = f"arn:aws:xray:{region}:{account}:group/"
        self._lock = threading.Lock()
        self._groups = {DEFAULT: Group(DEFAULT, f"{self._prefix}{DEFAULT}")}

    @property
    def any_made(self) -> bool:
        """Whether there are groups besides the Default one."""
        return len(self._groups) > 1

    def create(
        self, name: str, expression: str, insights: Mapping[str, Any] | None, tags: dict[str, str], now: float
    ) -> Group:
        """Make a group.

        Raises: ``InvalidRequest`` for a name in use, an expression that cannot be read, and one group too many.
        """
        _refuse_insights("CreateGroup", insights)
        self._check(expression)
        with self._lock:
            if name in self._groups:
                raise InvalidRequest(f"Group with name {name} already exists")
            if len(self._groups) > MOST_GROUPS:
                raise InvalidRequest(f"An account has at most {MOST_GROUPS} groups")
            group = Group(name, f"{self._prefix}{name}/{_unique()}", expression, now, tags)
            self._groups[name] = group
        return group

    def update(self, group: Group, expression: str | None, insights: Mapping[str, Any] | None) -> Group:
        """Change a group's expression.

        Raises: ``InvalidRequest``.
        """
        _refuse_insights("UpdateGroup", insights)
        if expression is not None:
            if group.name == DEFAULT:
                raise InvalidRequest("The filter expression of the Default group cannot be changed")
            self._check(expression)
            group.expression = expression
        return group

    def delete(self, group: Group) -> None:
        """Drop a group.

        Raises: ``InvalidRequest`` for the Default group.
        """
        if group.name == DEFAULT:
            raise InvalidRequest("The Default group cannot be deleted")
        with self._lock:
            self._groups.pop(group.name, None)

    def find(self, name: str | None, arn: str | None) -> Group:
        """A group by its name or its ARN.

        Raises: ``InvalidRequest`` when there is none, when neither is given, or when they are of two groups.
        """
        if name is None and arn is None:
            raise InvalidRequest("Either GroupName or GroupARN must be specified")
        for group in self.all():
            if name in (None, group.name) and arn in (None, group.arn):
                return group
        raise InvalidRequest(f"Group not found: {arn or name}")

    def expression(self, by: str, value: str) -> str | None:
        """The filter expression of a group by its ``name`` or ``arn``."""
        return next((group.expression for group in self.all() if getattr(group, by) == value), None)

    def all(self) -> list[Group]:
        """All groups, the Default first."""
        with self._lock:
            return list(self._groups.values())

    def _check(self, expression: str) -> None:
        if expression:
            compiled(expression, self.expression)


def _refuse_insights(operation: str, insights: Mapping[str, Any] | None) -> None:
    if insights and (insights.get("InsightsEnabled") or insights.get("NotificationsEnabled")):
        raise not_here(operation, "X-Ray Insights (InsightsConfiguration)")


def _unique() -> str:
    return uuid.uuid4().hex.upper()


GROUPS = PerAccount(Groups)
