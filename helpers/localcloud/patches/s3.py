"""moto.s3: notifications are checked as S3 checks them, and delivered by the event plane."""

from __future__ import annotations

from typing import Any

from moto.s3.exceptions import BucketAlreadyExists, S3ClientError
from moto.s3.models import FakeBucket, FakeDeleteMarker, FakeKey, S3Backend, s3_backends
from moto.s3.responses import S3Response

from helpers.localcloud import events
from helpers.localcloud.patches import patch


class TakenByAnother(S3ClientError):
    """A name that a bucket of another account has."""

    code = "BucketAlreadyExists"

    def __init__(self, name: str) -> None:
        super().__init__(BucketAlreadyExists(name).message)


@patch("moto.s3.models:S3Backend.create_bucket", why="moto answers AccessDenied for a name that another account has")
def _create_bucket(original: Any, self: S3Backend, bucket_name: str, *args: Any, **kwargs: Any) -> FakeBucket:
    if s3_backends.bucket_accounts.get(bucket_name, (None, self.account_id))[1] != self.account_id:
        raise TakenByAnother(bucket_name)
    bucket: FakeBucket = original(self, bucket_name, *args, **kwargs)
    return bucket


@patch(
    "moto.s3.models:FakeKey.dispose",
    why="moto closes an object that is overwritten while others still read it; memory is given back when the last one is done",
)
def _dispose(original: Any, self: FakeKey, garbage: bool = False) -> None:
    self.disposed = True


@patch("moto.s3.models:FakeKey.etag", why="two readers at once move each other's place in the object")
def _etag(original: Any, self: FakeKey) -> str:
    with self.lock:
        etag: str = original(self)
        return etag


@patch(
    "moto.s3.notifications:send_event",
    why="moto delivers while the writer waits, in the bucket's account only, with a slash in a key encoded and half of the record",
)
def _send_event(original: Any, account_id: str, event_name: Any, bucket: FakeBucket, key: Any) -> None:
    events.plane().buckets.happened(bucket, str(getattr(event_name, "value", event_name)), key)


@patch("moto.s3.models:S3Backend._set_delete_marker", why="moto tells nobody about a delete marker")
def _set_delete_marker(original: Any, self: S3Backend, bucket_name: str, key_name: str) -> FakeDeleteMarker:
    marker: FakeDeleteMarker = original(self, bucket_name, key_name)
    events.plane().buckets.happened(self.get_bucket(bucket_name), "s3:ObjectRemoved:DeleteMarkerCreated", marker)
    return marker


@patch("moto.s3.notifications:send_test_event", why="moto's test event has no request")
def _send_test_event(original: Any, account_id: str, bucket: FakeBucket) -> None:
    events.plane().buckets.test(bucket)


@patch(
    "moto.s3.models:FakeBucket.set_notification_configuration",
    why="moto takes destinations that do not exist or do not let S3 in, and rules that overlap",
)
def _set_notification_configuration(
    original: Any, self: FakeBucket, notification_config: dict[str, Any] | None
) -> None:
    from moto.s3.models import NotificationConfiguration

    given = dict(notification_config or {})
    skip = bool(given.pop("_skip", False))
    if given:
        wanted = NotificationConfiguration(
            topic=given.get("TopicConfiguration"),
            queue=given.get("QueueConfiguration"),
            cloud_function=given.get("CloudFunctionConfiguration"),
            event_bridge=given.get("EventBridgeConfiguration"),
        )
        events.plane().buckets.check(self, wanted, skip_destinations=skip)
    original(self, given)


@patch(
    "moto.s3.responses:S3Response._notification_config_from_body", why="moto does not read SkipDestinationValidation"
)
def _notification_config_from_body(original: Any, self: S3Response) -> dict[str, Any]:
    given: dict[str, Any] = original(self)
    skip = str(self.headers.get("x-amz-skip-destination-validation", "")).lower() == "true"
    return {**given, "_skip": True} if given and skip else given
