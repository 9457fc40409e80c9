"""moto.sqs, the queues themselves: names, attributes, dead-letter queues, and what happens to a queue that is deleted."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlparse

from moto.core.responses import ActionResult, PaginatedResult
from moto.core.utils import unix_time
from moto.sqs.exceptions import QueueAlreadyExists
from moto.sqs.models import Queue, SQSBackend
from moto.sqs.responses import SQSResponse

from helpers.localcloud.events import plane, queue_settings
from helpers.localcloud.events.queue_errors import DeletedRecently, InvalidAttributeName, MissingParameter
from helpers.localcloud.events.queues import store_of
from helpers.localcloud.patches import patch

_REST_SECONDS = 60


@patch(
    "moto.sqs.models:Queue._set_attributes",
    why="moto drops a policy whenever another attribute is set, and looks for the dead-letter queue itself",
)
def _set_attributes(original: Any, self: Queue, attributes: dict[str, Any], now: float | None = None) -> None:
    if not hasattr(self, "_policy_json"):
        attributes = {"Policy": None, "RedrivePolicy": None, "RedriveAllowPolicy": None, **attributes}
    queue_settings.apply(self, attributes)
    self.last_modified_timestamp = now or unix_time()


@patch(
    "moto.sqs.models:SQSBackend.create_queue",
    why="moto takes values out of range, and a name again at once after its queue was deleted",
)
def _create_queue(
    original: Any, self: SQSBackend, name: str, tags: dict[str, str] | None = None, **kwargs: Any
) -> Queue:
    if not name:
        raise MissingParameter("QueueName")
    given = {key: value for key, value in kwargs.items() if key not in ("region", "QueueName")}
    attributes = queue_settings.as_text(given)
    queue_settings.check_name(name, attributes)
    fifo = "FifoQueue" in attributes
    queue_settings.check(f"arn:aws:sqs:{self.region_name}:{self.account_id}:{name}", fifo, attributes, {})
    existing = self.queues.get(name)
    if existing:
        _check_same(existing, _new(self, name, attributes), attributes)
        return existing
    if plane().clock.timestamp() - _deleted(self).get(name, float("-inf")) < _REST_SECONDS:
        raise DeletedRecently
    queue = _new(self, name, attributes)
    queue.tags = dict(tags or {})
    made = self.queues.setdefault(name, queue)
    plane().mappings.resumed(self.account_id, self.region_name, source=queue.queue_arn)
    return made


def _new(backend: SQSBackend, name: str, attributes: dict[str, str]) -> Queue:
    return Queue(name, backend.region_name, backend.account_id, **attributes)  # type: ignore[abstract]


def _check_same(existing: Queue, wanted: Queue, attributes: dict[str, str]) -> None:
    has, would_have = queue_settings.of(existing, (0, 0, 0)), queue_settings.of(wanted, (0, 0, 0))
    for name in attributes:
        if has.get(name) != would_have.get(name):
            raise QueueAlreadyExists(
                f"A queue already exists with the same name and a different value for attribute {name}"
            )


def _deleted(backend: SQSBackend) -> dict[str, float]:
    return backend.__dict__.setdefault("_localcloud_deleted", {})  # type: ignore[no-any-return]


@patch("moto.sqs.models:SQSBackend.set_queue_attributes", why="moto takes any attribute and any value")
def _set_queue_attributes(original: Any, self: SQSBackend, queue_name: str, attributes: dict[str, Any]) -> Queue:
    queue = self.get_queue(queue_name)
    text = queue_settings.as_text(attributes)
    if "FifoQueue" in text:
        raise InvalidAttributeName("Unknown Attribute FifoQueue.")
    queue_settings.check(queue.queue_arn, bool(queue.fifo_queue), text, queue.attributes)
    queue._set_attributes(text)
    store_of(queue).settings_changed(retimed="DelaySeconds" in text)
    return queue


@patch("moto.sqs.models:Queue.attributes", why="moto counts messages one by one and leaves RedriveAllowPolicy out")
def _attributes(original: Any, self: Queue) -> dict[str, Any]:
    counts = store_of(self).counts()
    return queue_settings.of(self, (counts.visible, counts.in_flight, counts.delayed))


@patch("moto.sqs.models:SQSBackend.get_queue_attributes", why="moto does not know RedriveAllowPolicy")
def _get_queue_attributes(
    original: Any, self: SQSBackend, queue_name: str, attribute_names: list[str]
) -> dict[str, Any]:
    queue = self.get_queue(queue_name)
    for name in attribute_names:
        if name not in ("All", *queue_settings.NAMES):
            raise InvalidAttributeName(f"Unknown Attribute {name}.")
    if not attribute_names:
        return {}
    attributes: dict[str, Any] = queue.attributes
    return {name: value for name, value in attributes.items() if "All" in attribute_names or name in attribute_names}


@patch("moto.sqs.models:SQSBackend.delete_queue", why="the store of a deleted queue ends, and its name rests")
def _delete_queue(original: Any, self: SQSBackend, queue_name: str) -> None:
    queue = self.get_queue(queue_name)
    original(self, queue_name)
    store_of(queue).hand_over_metrics()
    store_of(queue).discard()
    _deleted(self)[queue_name] = plane().clock.timestamp()


@patch(
    "moto.sqs.models:SQSBackend.list_dead_letter_source_queues",
    why="dead-letter queues are kept by their ARN, so that one that is deleted is noticed",
)
def _list_dead_letter_source_queues(original: Any, self: SQSBackend, queue_name: str) -> list[Queue]:
    arn = self.get_queue(queue_name).queue_arn
    return [queue for queue in self.queues.values() if _target(queue) == arn]


def _target(queue: Any) -> str | None:
    policy = queue.redrive_policy
    return policy["deadLetterTargetArn"] if policy else None


@patch("moto.sqs.responses:SQSResponse.list_dead_letter_source_queues", why="moto ignores MaxResults")
def _response_list_dead_letter_source_queues(original: Any, self: SQSResponse) -> ActionResult:
    queues = self.sqs_backend.list_dead_letter_source_queues(self._get_queue_name())
    answer = {"queueUrls": [queue.url(urlparse(self.uri)) for queue in queues]}
    return PaginatedResult(answer) if self._get_param("MaxResults") else ActionResult(answer)
