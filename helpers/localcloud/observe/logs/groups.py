"""Log groups: names, classes, retention, protection, tags, and the lists of them.

Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html and its neighbours.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import regex
from moto.core.utils import unix_time_millis
from moto.logs.models import LogGroup, logs_backends

from helpers.localcloud.observe.logs.errors import LogsError, constraint, invalid, not_here
from helpers.localcloud.observe.logs.pages import page
from helpers.localcloud.observe.logs.requests import Request

STANDARD, INFREQUENT_ACCESS = "STANDARD", "INFREQUENT_ACCESS"
RETENTION_DAYS = (
    1,
    3,
    5,
    7,
    14,
    30,
    60,
    90,
    120,
    150,
    180,
    365,
    400,
    545,
    731,
    1096,
    1827,
    2192,
    2557,
    2922,
    3288,
    3653,
)

on_delete: list[Callable[[str, str, str], None]] = []
"""Called with account, Region and name after a log group was deleted."""

count_metric_filters: list[Callable[[str, str, str], int]] = []
"""Asked with account, Region and name for ``metricFilterCount``."""


@dataclass
class Kept:
    """What CloudWatch Logs keeps of a log group, and moto does not."""

    log_class: str = STANDARD
    protected: bool = False


def kept(group: LogGroup) -> Kept:
    """What is kept of ``group``; it travels with moto's own object."""
    return group.__dict__.setdefault("_localcloud", Kept())  # type: ignore[no-any-return]


def log_class(account: str, region: str, name: str) -> str:
    """The class of a log group: ``STANDARD`` or ``INFREQUENT_ACCESS``. A group that does not exist yet will be ``STANDARD``."""
    group = logs_backends[account][region].groups.get(name)
    return kept(group).log_class if group else STANDARD


def require_standard(group: LogGroup, feature: str) -> None:
    """Refuse what the Infrequent Access class does not have. feature: such as ``GetLogEvents``.

    Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/logs/CloudWatch_Logs_Log_Classes.html
    """
    if kept(group).log_class != STANDARD:
        raise invalid(f"{feature} is not supported for log groups in the Infrequent Access log class.")


def create(request: Request) -> dict[str, Any]:
    """CreateLogGroup."""
    name = request.parameters["logGroupName"]
    wanted = request.get("logGroupClass", STANDARD)
    if request.get("kmsKeyId"):
        raise not_here("encryption of log groups with your own KMS key (kmsKeyId)", "leave it out")
    if wanted not in (STANDARD, INFREQUENT_ACCESS):
        raise not_here(f"the log class {wanted}", "use STANDARD or INFREQUENT_ACCESS")
    if name.lower().startswith("aws/"):
        raise invalid("Log groups starting with AWS/ are reserved for AWS.")
    if name in request.backend.groups:
        raise LogsError("ResourceAlreadyExistsException", "The specified log group already exists")
    tags = request.get("tags", {})
    _check_tags(tags, {})
    group = request.backend.create_log_group(name, tags)
    group.__dict__["_localcloud"] = Kept(wanted, bool(request.get("deletionProtectionEnabled")))
    return {}


def delete(request: Request) -> dict[str, Any]:
    """DeleteLogGroup."""
    group = request.group()
    check_protection(group)
    request.backend.delete_log_group(group.name)
    return {}


def check_protection(group: LogGroup) -> None:
    """Refuse a deletion in a group that is protected against it."""
    if kept(group).protected:
        raise LogsError(
            "ValidationException",
            f"The log group {group.name} has deletion protection enabled: disable it with PutLogGroupDeletionProtection first.",
        )


def protect(request: Request) -> dict[str, Any]:
    """PutLogGroupDeletionProtection."""
    group = request.group_of(request.parameters["logGroupIdentifier"])
    kept(group).protected = request.parameters["deletionProtectionEnabled"]
    return {}


def describe(request: Request) -> dict[str, Any]:
    """DescribeLogGroups."""
    prefix, pattern = request.get("logGroupNamePrefix"), request.get("logGroupNamePattern")
    identifiers = request.get("logGroupIdentifiers")
    if prefix and pattern:
        raise invalid("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.")
    _refuse_linked(request)
    if identifiers:
        if prefix or pattern or request.get("logGroupClass") or request.get("limit") or request.get("nextToken"):
            raise invalid("logGroupIdentifiers can be combined with no other filter than includeLinkedAccounts.")
        return {"logGroups": [_described(request, request.group_of(one)) for one in identifiers]}
    wanted = request.get("logGroupClass")
    found = [
        group
        for name, group in sorted(request.backend.groups.items())
        if name.startswith(prefix or "") and (pattern or "") in name and wanted in (None, kept(group).log_class)
    ]
    chosen, token = page(found, request, 50, lambda group: group.name)
    return {"logGroups": [_described(request, group) for group in chosen], **token}


def list_groups(request: Request) -> dict[str, Any]:
    """ListLogGroups."""
    _refuse_linked(request)
    for name, feature in (("dataSources", "data sources of log groups"), ("fieldIndexNames", "field indexes")):
        if request.get(name):
            raise not_here(f"{feature} ({name})", "leave it out")
    pattern, wanted = regex.compile(request.get("logGroupNamePattern", "")), request.get("logGroupClass")
    found = [
        group
        for name, group in sorted(request.backend.groups.items())
        if pattern.search(name)
        and wanted in (None, kept(group).log_class)
        and _has_tags(request.backend.list_tags_for_resource(group.arn), request.get("logGroupTags", []))
    ]
    chosen, token = page(found, request, 50, lambda group: group.name)
    summaries = [
        {"logGroupName": one.name, "logGroupArn": one.arn, "logGroupClass": kept(one).log_class} for one in chosen
    ]
    return {"logGroups": summaries, **token}


def put_retention(request: Request) -> dict[str, Any]:
    """PutRetentionPolicy."""
    days = request.parameters["retentionInDays"]
    if days not in RETENTION_DAYS:
        allowed = ", ".join(str(one) for one in RETENTION_DAYS)
        raise constraint(days, "retentionInDays", f"Member must satisfy enum value set: [{allowed}]")
    group = request.group()
    request.store.forget_expired(group.name)
    group.set_retention_policy(days)
    request.store.forget_expired(group.name)
    return {}


def delete_retention(request: Request) -> dict[str, Any]:
    """DeleteRetentionPolicy: what had expired before stays gone."""
    group = request.group()
    request.store.forget_expired(group.name)
    group.set_retention_policy(None)
    return {}


def list_tags_of_group(request: Request) -> dict[str, Any]:
    """ListTagsLogGroup."""
    return {"tags": request.backend.list_tags_for_resource(request.group().arn)}


def tag_group(request: Request) -> dict[str, Any]:
    """TagLogGroup."""
    return _tag(request, request.group(), request.parameters["tags"])


def untag_group(request: Request) -> dict[str, Any]:
    """UntagLogGroup."""
    request.backend.untag_resource(request.group().arn, request.parameters["tags"])
    return {}


def list_tags(request: Request) -> dict[str, Any]:
    """ListTagsForResource."""
    return {"tags": request.backend.list_tags_for_resource(_tagged(request).arn)}


def tag(request: Request) -> dict[str, Any]:
    """TagResource."""
    return _tag(request, _tagged(request), request.parameters["tags"])


def untag(request: Request) -> dict[str, Any]:
    """UntagResource."""
    request.backend.untag_resource(_tagged(request).arn, request.parameters["tagKeys"])
    return {}


def _described(request: Request, group: LogGroup) -> dict[str, Any]:
    return {
        "logGroupName": group.name,
        "creationTime": int(unix_time_millis(group.creation_time)),
        **({"retentionInDays": int(group.retention_in_days)} if group.retention_in_days else {}),
        "metricFilterCount": sum(count(request.account, request.region, group.name) for count in count_metric_filters),
        "arn": f"{group.arn}:*",
        "storedBytes": request.store.stored_bytes(group.name),
        "logGroupClass": kept(group).log_class,
        "logGroupArn": group.arn,
        "deletionProtectionEnabled": kept(group).protected,
    }


def _refuse_linked(request: Request) -> None:
    for name in ("includeLinkedAccounts", "accountIdentifiers"):
        if request.get(name):
            raise not_here(f"cross-account observability ({name})", "leave it out")


def _tagged(request: Request) -> LogGroup:
    arn = request.parameters["resourceArn"]
    if not arn.startswith("arn:"):
        raise invalid(f"The specified ARN is not valid: {arn}")
    if ":log-group:" not in arn:
        raise not_here("tags on other resources than log groups", "tag a log group")
    if arn.endswith(":*"):
        raise invalid("The ARN of a log group is given without the trailing :* here.")
    return request.group_of(arn)


def _tag(request: Request, group: LogGroup, tags: dict[str, str]) -> dict[str, Any]:
    _check_tags(tags, request.backend.list_tags_for_resource(group.arn))
    request.backend.tag_resource(group.arn, tags)
    return {}


def _check_tags(tags: dict[str, str], known: dict[str, str]) -> None:
    if any(key.lower().startswith("aws:") for key in tags):
        raise invalid("aws: prefixed tag key names are not allowed for external use.")
    if len({**known, **tags}) > 50:
        raise LogsError("TooManyTagsException", "A resource can have no more than 50 tags.")


def _has_tags(tags: dict[str, str], wanted: Sequence[dict[str, Any]]) -> bool:
    return all(one["key"] in tags and (not one.get("values") or tags[one["key"]] in one["values"]) for one in wanted)
