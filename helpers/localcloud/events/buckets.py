"""Buckets as event sources: what S3 tells queues, topics, functions and EventBridge about objects.

Each change is told once and at once; on AWS it may be told more than once, late, or in another order.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html and
https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
"""

from __future__ import annotations

import itertools
import json
import logging
import secrets
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

from moto.core.exceptions import ServiceException
from moto.s3.exceptions import S3ClientError
from moto.sns.models import sns_backends

from helpers.localcloud.compute.errors import LambdaError
from helpers.localcloud.compute.functions import parse, policy_of
from helpers.localcloud.events import queues
from helpers.localcloud.events.delivery import Missing, deliver
from helpers.localcloud.events.permissions import Refused
from helpers.localcloud.timestamps import to_the_millisecond

if TYPE_CHECKING:
    from helpers.localcloud.events.plane import EventPlane

SERVICE = "s3.amazonaws.com"
_ACTIONS = {"sqs": "sqs:SendMessage", "sns": "SNS:Publish", "lambda": "lambda:InvokeFunction"}
_NEVER_HERE = (
    "s3:ReducedRedundancyLostObject",
    "s3:Replication",
    "s3:LifecycleTransition",
    "s3:LifecycleExpiration",
    "s3:IntelligentTiering",
)
_REASONS = {
    "Put": "PutObject",
    "Post": "POST Object",
    "Copy": "CopyObject",
    "CompleteMultipartUpload": "CompleteMultipartUpload",
    "Delete": "DeleteObject",
    "DeleteMarkerCreated": "DeleteObject",
}
_log = logging.getLogger(__name__)


class InvalidArgument(S3ClientError):
    """S3 does not take a notification configuration."""

    def __init__(self, message: str) -> None:
        super().__init__("InvalidArgument", message)


class Buckets:
    """The notifications of all buckets of one server."""

    def __init__(self, plane: EventPlane) -> None:
        self._plane = plane
        self._numbers = itertools.count(0x0055AED6DCD90281E5)
        self._lock = threading.Lock()

    def check(self, bucket: Any, configuration: Any, *, skip_destinations: bool) -> None:
        """Accept a notification configuration, found well-formed by moto.

        Raises: ``InvalidArgument`` in S3's words: overlapping rules, destinations that do not exist or do not let S3 in, and events that never happen here.
        """
        rules = list(_rules(configuration))
        for one in rules:
            never = [event for event in one.events if event.startswith(_NEVER_HERE)]
            if never:
                raise InvalidArgument(
                    f"The local cloud never has the event {never[0]}: ask for ObjectCreated, ObjectRemoved or ObjectTagging."
                )
            if one.arn.endswith(".fifo"):
                raise InvalidArgument("FIFO queues and topics are not supported as destinations of S3 notifications.")
        for one, other in itertools.combinations(rules, 2):
            if _same_event(one, other) and _overlap(one, other):
                raise InvalidArgument(
                    "Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the prefixes are overlapping for the same event type."
                )
        for one in rules:
            if not skip_destinations and not self._lets_in(one.arn, bucket):
                raise InvalidArgument("Unable to validate the following destination configurations")

    def test(self, bucket: Any) -> None:
        """Tell queues and topics that a configuration was set; functions are not told."""
        now = self._plane.clock.now()
        for arn in sorted({one.arn for one in _rules(bucket.notification_configuration) if ":lambda:" not in one.arn}):
            event = {
                "Service": "Amazon S3",
                "Event": "s3:TestEvent",
                "Time": to_the_millisecond(now),
                "Bucket": bucket.name,
                "RequestId": secrets.token_hex(8).upper(),
                "HostId": secrets.token_urlsafe(56),
            }
            self._hand_over(bucket, arn, event, event["RequestId"], subject="Amazon S3 Notification")

    def happened(self, bucket: Any, event_name: str, key: Any) -> None:
        """Tell everybody who asked for it what happened to an object; never fails, and waits for no handler.

        event_name: such as ``s3:ObjectCreated:Put``.
        """
        configuration = bucket.notification_configuration
        if configuration is None:
            return
        with self._lock:
            sequencer = f"{next(self._numbers):018X}"
        request_id = secrets.token_hex(8).upper()
        for one in _rules(configuration):
            if one.matches(event_name, key.name):
                record = self._record(bucket, event_name, key, one.id, sequencer, request_id)
                self._hand_over(bucket, one.arn, {"Records": [record]}, request_id, subject="Amazon S3 Notification")
        if configuration.event_bridge is not None:
            self._tell_bus(bucket, event_name, key, sequencer, request_id)

    def _record(
        self, bucket: Any, event_name: str, key: Any, configuration_id: str, sequencer: str, request_id: str
    ) -> dict[str, Any]:
        now = self._plane.clock.now()
        about: dict[str, Any] = {"key": quote_plus(key.name, safe="/")}
        if not event_name.startswith("s3:ObjectRemoved"):
            about |= {"size": key.size, "eTag": key.etag.replace('"', "")}
        if bucket.is_versioned and getattr(key, "version_id", None):
            about["versionId"] = key.version_id
        return {
            "eventVersion": "2.1",
            "eventSource": "aws:s3",
            "awsRegion": bucket.region_name,
            "eventTime": to_the_millisecond(now),
            "eventName": event_name.removeprefix("s3:"),
            "userIdentity": {"principalId": f"AWS:{bucket.account_id}"},
            "requestParameters": {"sourceIPAddress": "127.0.0.1"},
            "responseElements": {"x-amz-request-id": request_id, "x-amz-id-2": secrets.token_urlsafe(56)},
            "s3": {
                "s3SchemaVersion": "1.0",
                "configurationId": configuration_id,
                "bucket": {
                    "name": bucket.name,
                    "ownerIdentity": {"principalId": bucket.account_id},
                    "arn": f"arn:aws:s3:::{bucket.name}",
                },
                "object": {**about, "sequencer": sequencer},
            },
        }

    def _tell_bus(self, bucket: Any, event_name: str, key: Any, sequencer: str, request_id: str) -> None:
        _, kind, how = event_name.split(":")
        names = {"ObjectCreated": "Object Created", "ObjectRemoved": "Object Deleted"}
        detail_type = names.get(kind) or ("Object Tags Added" if how == "Put" else "Object Tags Deleted")
        about: dict[str, Any] = {"key": key.name, "sequencer": sequencer}
        if kind == "ObjectCreated":
            about |= {"size": key.size, "etag": key.etag.replace('"', "")}
        if bucket.is_versioned and getattr(key, "version_id", None):
            about["version-id"] = key.version_id
        detail: dict[str, Any] = {
            "version": "0",
            "bucket": {"name": bucket.name},
            "object": about,
            "request-id": request_id,
            "requester": bucket.account_id,
            "source-ip-address": "127.0.0.1",
            "reason": _REASONS.get(how, how),
        }
        if kind == "ObjectRemoved":
            detail["deletion-type"] = "Delete Marker Created" if how == "DeleteMarkerCreated" else "Permanently Deleted"
        resources = [f"arn:aws:s3:::{bucket.name}"]
        self._plane.buses.publish(
            bucket.account_id, bucket.region_name, "aws.s3", detail_type, detail, resources=resources
        )

    def _hand_over(self, bucket: Any, arn: str, event: dict[str, Any], request_id: str, *, subject: str) -> None:
        source = _source_of(bucket)
        try:
            deliver(
                self._plane,
                arn,
                json.dumps(event),
                service=SERVICE,
                source_arn=source,
                source_account=bucket.account_id,
                message=request_id,
                subject=subject if ":sns:" in arn else None,
            )
        except (Missing, Refused, ServiceException, LambdaError) as problem:
            self._plane.ledger.record(bucket.account_id, "failed", request_id, source, to=arn, reason=str(problem))
        except Exception:
            _log.exception("the notification of %s for %s could not be delivered", bucket.name, arn)

    def _lets_in(self, arn: str, bucket: Any) -> bool:
        """Whether a destination exists and, in an account that enforces policies, lets S3 in."""
        kind, region, account = arn.split(":")[2:5]
        policy: Any
        if kind == "sqs":
            store = queues.find(arn)
            if store is None:
                return False
            policy = store.policy
        elif kind == "sns":
            topic = sns_backends[account][region].topics.get(arn)
            if topic is None:
                return False
            policy = topic.policy
        else:
            try:
                policy = policy_of(parse(arn, None, account, region))
            except (LookupError, LambdaError):
                return False
        try:
            self._plane.permissions.check(
                policy,
                service=SERVICE,
                action=_ACTIONS[kind],
                resource=arn,
                source_arn=_source_of(bucket),
                source_account=bucket.account_id,
            )
        except Refused:
            return False
        return True


def _rules(configuration: Any) -> Iterator[Any]:
    if configuration is not None:
        yield from [*configuration.queue, *configuration.topic, *configuration.cloud_function]


def _source_of(bucket: Any) -> str:
    return f"arn:aws:s3:::{bucket.name}"


def _same_event(one: Any, other: Any) -> bool:
    return any(
        first == second
        or first.endswith("*")
        and second.startswith(first[:-1])
        or second.endswith("*")
        and first.startswith(second[:-1])
        for first in one.events
        for second in other.events
    )


def _overlap(one: Any, other: Any) -> bool:
    """Whether a key may fit both rules: one's prefix begins with the other's, and one's suffix ends with the other's."""
    (prefix, suffix), (other_prefix, other_suffix) = _filter(one), _filter(other)
    prefixes = prefix.startswith(other_prefix) or other_prefix.startswith(prefix)
    suffixes = suffix.endswith(other_suffix) or other_suffix.endswith(suffix)
    return prefixes and suffixes


def _filter(rule: Any) -> tuple[str, str]:
    given = {one["Name"].lower(): one["Value"] for one in (rule.filters.get("S3Key") or {}).get("FilterRule", [])}
    return given.get("prefix", ""), given.get("suffix", "")
