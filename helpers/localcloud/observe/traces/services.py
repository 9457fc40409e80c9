"""Which service a segment is of: its name and type, as nodes of the trace map have them; and how a request went (X-Ray's four outcomes)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from helpers.localcloud.observe.traces.documents import Document

_RESOURCES: dict[str, tuple[str, tuple[str, ...], str]] = {
    "dynamodb": ("AWS::DynamoDB", ("table_name",), "AWS::DynamoDB::Table"),
    "sqs": ("AWS::SQS", ("queue_url",), "AWS::SQS::Queue"),
    "sns": ("AWS::SNS", ("topic_arn",), "AWS::SNS::Topic"),
    "s3": ("AWS::S3", ("bucket_name", "bucket"), "AWS::S3::Bucket"),
    "lambda": ("AWS::Lambda", ("function_name",), "AWS::Lambda"),
    "events": ("AWS::Events", (), ""),
    "eventbridge": ("AWS::Events", (), ""),
    "stepfunctions": ("AWS::StepFunctions", ("state_machine_arn",), "AWS::StepFunctions::StateMachine"),
    "states": ("AWS::StepFunctions", ("state_machine_arn",), "AWS::StepFunctions::StateMachine"),
}


@dataclass(frozen=True, slots=True)
class Service:
    """A node of the trace map.

    type: as ``AWS::Lambda::Function``, ``remote``, ``client``, or empty for an application of which it is not known.
    Name and type are its identity.
    """

    name: str
    type: str
    account: str | None = field(default=None, compare=False)
    inferred: bool = field(default=False, compare=False)

    def identity(self) -> dict[str, Any]:
        """The ServiceId of X-Ray's answers."""
        known: dict[str, Any] = {"Name": self.name, "Names": [self.name]}
        if self.account:
            known["AccountId"] = self.account
        return {**known, "Type": self.type} if self.type else known


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a request went. A throttled one is also an error; a fault may be an error too, when errors compound."""

    error: bool
    fault: bool
    throttle: bool

    @property
    def ok(self) -> bool:
        """Whether nothing went wrong."""
        return not (self.error or self.fault or self.throttle)


def outcome(part: Document) -> Outcome:
    """What a segment or subsegment says of itself, or what its HTTP status does: 4xx error, 429 throttle, 5xx fault.

    Source: https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-errors
    """
    status = ((part.get("http") or {}).get("response") or {}).get("status") or 0
    throttle = bool(part.get("throttle", status == 429))
    return Outcome(
        error=bool(part.get("error", 400 <= status <= 499)) or throttle,
        fault=bool(part.get("fault", 500 <= status <= 599)),
        throttle=throttle,
    )


def inferred_origin(call: Document) -> str:
    """The type of the service that a subsegment calls: by the resource it names, else by the service."""
    if call.get("namespace") != "aws":
        return "Database::SQL" if call.get("sql") else ""
    kind, fields, resource = _RESOURCES.get(call["name"].lower(), (f"AWS::{call['name']}", (), ""))
    return resource if any((call.get("aws") or {}).get(one) for one in fields) else kind


def service_of(segment: Document) -> Service:
    """The service of a segment; of an inferred one, the resource that was called where it is known."""
    inferred = bool(segment.get("inferred"))
    details = segment.get("aws") or {}
    account = details.get("account_id")
    name, origin = segment["name"], segment.get("origin") or ""
    if inferred:
        _, fields, _ = _RESOURCES.get(name.lower(), ("", (), ""))
        resource = next((details[one] for one in fields if details.get(one)), None)
        listed = details.get("resource_names")
        if resource is None and isinstance(listed, list) and len(listed) == 1:
            resource = listed[0]
        name = str(resource or name)
        origin = origin or "remote"
    return Service(name, origin, str(account) if account else None, inferred)


def duration(part: Document) -> float | None:
    """Seconds from start to end; nothing while it is in progress."""
    end = part.get("end_time")
    return None if end is None else max(0.0, float(end) - float(part["start_time"]))
