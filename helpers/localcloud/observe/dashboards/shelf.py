"""Where dashboards are kept, and the operations on them.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from moto.cloudwatch.exceptions import CloudWatchException

from helpers.localcloud.clock import VirtualClock
from helpers.localcloud.observe.alarms.describing import moment
from helpers.localcloud.observe.alarms.errors import InvalidParameterValue, LimitExceeded
from helpers.localcloud.observe.alarms.names import check_tags
from helpers.localcloud.observe.alarms.paging import page
from helpers.localcloud.observe.dashboards.bodies import check_body

MOST_DASHBOARDS = 1_000
LARGEST_BODY = 1_048_576
_NAME = re.compile(r"[A-Za-z0-9_-]+")
_PAGE = 1_000


class InvalidBody(CloudWatchException):
    """The body of a dashboard is not what CloudWatch takes."""

    code = "InvalidParameterInput"


class DashboardNotFound(CloudWatchException):
    """There is no dashboard of this name."""

    code = "ResourceNotFound"


@dataclass
class Dashboard:
    """One dashboard. changed: seconds since 1970."""

    name: str
    body: str
    changed: float
    tags: dict[str, str] = field(default_factory=dict)


class Shelf:
    """The dashboards of all accounts of a server."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self._accounts: dict[str, dict[str, Dashboard]] = {}
        self._lock = threading.Lock()

    def put(self, account: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Create or replace a dashboard; the answer lists what is odd about it.

        Raises: ``InvalidParameterValue`` for its name, ``InvalidBody``, ``LimitExceeded``.
        """
        name, text = str(given.get("DashboardName") or ""), str(given.get("DashboardBody") or "")
        _check_name(name)
        tags = given.get("Tags") or []
        check_tags(tags)
        if len(text.encode()) > LARGEST_BODY:
            raise InvalidBody(f"The field DashboardBody must not be larger than {LARGEST_BODY} bytes")
        try:
            found = check_body(text)
        except (ValueError, RecursionError):
            raise InvalidBody("The field DashboardBody must be a valid JSON object") from None
        if found.errors:
            listed = [{"dataPath": path, "message": message} for path, message in found.errors]
            wrong = InvalidBody(
                f"The dashboard body is invalid, there are {len(listed)} validation errors:\n{json.dumps(listed, indent=2)}"
            )
            wrong.dashboardValidationMessages = _messages(found.errors)  # type: ignore[attr-defined]
            raise wrong
        with self._lock:
            kept = self._accounts.setdefault(account, {})
            old = kept.get(name)
            if old is None and len(kept) >= MOST_DASHBOARDS:
                raise LimitExceeded
            named = old.tags if old else {tag["Key"]: tag["Value"] for tag in tags}
            kept[name] = Dashboard(name, text, self._clock.timestamp(), named)
        return {"DashboardValidationMessages": _messages(found.warnings)}

    def get(self, account: str, name: str) -> dict[str, Any]:
        """A dashboard with its body.

        Raises: ``DashboardNotFound``, ``InvalidParameterValue``.
        """
        _check_name(name)
        dashboard = self._accounts.get(account, {}).get(name)
        if dashboard is None:
            raise DashboardNotFound(f"Dashboard {name} does not exist")
        return {"DashboardName": name, "DashboardArn": arn_of(account, name), "DashboardBody": dashboard.body}

    def listed(self, account: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """The dashboards whose names begin with a prefix.

        Raises: ``InvalidParameterValue``, ``InvalidNextToken``.
        """
        prefix = given.get("DashboardNamePrefix") or ""
        if prefix:
            _check_name(prefix, "DashboardNamePrefix")
        with self._lock:
            found = sorted(
                (one for one in self._accounts.get(account, {}).values() if one.name.startswith(prefix)),
                key=lambda one: one.name,
            )
        chosen, token = page(found, {"NextToken": given.get("NextToken")}, most=_PAGE, preset=_PAGE)
        entries = [
            {
                "DashboardName": one.name,
                "DashboardArn": arn_of(account, one.name),
                "LastModified": moment(one.changed),
                "Size": len(one.body.encode()),
            }
            for one in chosen
        ]
        return {"DashboardEntries": entries, **({"NextToken": token} if token else {})}

    def delete(self, account: str, names: Sequence[str]) -> None:
        """Delete dashboards: those that there are, even when others are not.

        Raises: ``DashboardNotFound`` naming those that there are not, ``InvalidParameterValue``.
        """
        if not names:
            raise InvalidParameterValue("Need at least 1 dashboard")
        if len(names) > 100:
            raise InvalidParameterValue("At most 100 dashboards can be deleted in one request")
        with self._lock:
            kept = self._accounts.get(account, {})
            missing = [name for name in dict.fromkeys(names) if kept.pop(name, None) is None]
        if missing:
            raise DashboardNotFound(f"The specified dashboard does not exist. [{', '.join(missing)}]")

    def tags(self, account: str, arn: str) -> dict[str, str] | None:
        """The tags of a dashboard, to be read and changed; ``None`` when the ARN names no dashboard."""
        dashboard = self._accounts.get(account, {}).get(arn.rsplit("/", 1)[-1])
        return dashboard.tags if dashboard and arn == arn_of(account, dashboard.name) else None

    def forget(self, account: str) -> None:
        """Drop the dashboards of an account that is being emptied."""
        with self._lock:
            self._accounts.pop(account, None)


def arn_of(account: str, name: str) -> str:
    """The ARN of a dashboard; it names no Region."""
    return f"arn:aws:cloudwatch::{account}:dashboard/{name}"


def _check_name(name: str, parameter: str = "DashboardName") -> None:
    if not 1 <= len(name) <= 255:
        raise InvalidParameterValue(f"The value for field {parameter} must have a length between 1 and 255.")
    if not _NAME.fullmatch(name):
        raise InvalidParameterValue(
            f"The value for field {parameter} contains invalid characters. It can only contain alphanumerics, dash (-) and underscore (_).\n"
        )


def _messages(found: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"DataPath": path, "Message": message} for path, message in found]
