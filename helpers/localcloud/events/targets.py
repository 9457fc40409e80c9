"""Targets of EventBridge rules: which there are, and how an event gets to one, is retried, and ends in its dead-letter queue.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-event-delivery.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from moto.events.exceptions import ValidationException
from moto.logs.models import logs_backends

from helpers.localcloud import provenance
from helpers.localcloud.arns import account_of, region_of, service_of
from helpers.localcloud.compute.errors import LambdaError
from helpers.localcloud.events.delivery import Missing, deliver
from helpers.localcloud.events.permissions import Refused
from helpers.localcloud.events.transform import RESERVED, BadInput, check_path, compact
from helpers.localcloud.metrics import emit
from helpers.localcloud.observe.logs import writing

if TYPE_CHECKING:
    from helpers.localcloud.events.plane import EventPlane

SERVICE = "events.amazonaws.com"
MOST_ATTEMPTS, LONGEST_AGE = 185, 86_400
_LONGEST_PAUSE = 900
_KNOWN = {
    "Id",
    "Arn",
    "RoleArn",
    "Input",
    "InputPath",
    "InputTransformer",
    "SqsParameters",
    "DeadLetterConfig",
    "RetryPolicy",
}
_HINT = "use a function, a queue, a topic, an event bus or a log group"


def is_archive(target: Mapping[str, Any]) -> bool:
    """Whether a target is the one that moto gives to the rule behind an archive."""
    return str(target["Arn"]).endswith(":::")


def check_target(target: Mapping[str, Any]) -> None:
    """Accept a target of ``PutTargets``.

    Raises: ``ValidationException`` for what AWS refuses, and for kinds of targets and parameters that there are not here.
    """
    name, arn = target["Id"], str(target["Arn"])
    if is_archive(target):
        return
    parts = arn.split(":")
    kind = parts[2] if len(parts) > 5 and parts[0] == "arn" else ""
    if not kind:
        raise ValidationException(f"Parameter {arn} is not valid. Reason: Provided Arn is not in correct format.")
    supported = kind in ("sqs", "sns", "lambda") or (kind == "events" and parts[5].startswith("event-bus/"))
    if not supported and not (kind == "logs" and parts[5] == "log-group"):
        what = "API destination" if kind == "events" else kind
        raise ValidationException(f"EventBridge targets of the kind {what} are not part of the local cloud: {_HINT}.")
    for parameter in target:
        if parameter not in _KNOWN:
            raise ValidationException(f"{parameter} of EventBridge targets is not part of the local cloud: {_HINT}.")
    _check_input(target)
    if kind == "events" and any(key in target for key in ("Input", "InputPath", "InputTransformer")):
        raise ValidationException(f"Target {name} is an event bus: it gets the event as it is, without another input.")
    retry = target.get("RetryPolicy") or {}
    _check_range(name, retry, "MaximumRetryAttempts", 0, MOST_ATTEMPTS)
    _check_range(name, retry, "MaximumEventAgeInSeconds", 60, LONGEST_AGE)
    dead_letters = (target.get("DeadLetterConfig") or {}).get("Arn")
    if dead_letters and (
        dead_letters.count(":") != 5 or dead_letters.split(":")[2] != "sqs" or dead_letters.endswith(".fifo")
    ):
        raise ValidationException(
            f"Parameter DeadLetterConfig.Arn is not valid for target {name}. Reason: {dead_letters} is not a standard SQS queue."
        )


def _check_input(target: Mapping[str, Any]) -> None:
    name = target["Id"]
    if sum(key in target for key in ("Input", "InputPath", "InputTransformer")) > 1:
        raise ValidationException(
            f"Only one of Input, InputPath, or InputTransformer must be provided for target {name}."
        )
    if "Input" in target:
        try:
            json.loads(target["Input"])
        except ValueError:
            raise ValidationException(f"JSON syntax error in input for target {name}.") from None
    transformer = target.get("InputTransformer") or {}
    paths = dict(transformer.get("InputPathsMap") or {})
    for variable in paths:
        if variable.startswith("AWS.") or variable in RESERVED:
            raise ValidationException(f"Invalid InputPathsMap for target {name} : {variable} is reserved.")
    for path in [*paths.values(), *([target["InputPath"]] if "InputPath" in target else [])]:
        try:
            check_path(path)
        except ValueError as refusal:
            raise ValidationException(f"Invalid JSON path for target {name} : {refusal}.") from None


def _check_range(name: str, policy: Mapping[str, Any], parameter: str, low: int, high: int) -> None:
    value = policy.get(parameter)
    if value is not None and not low <= value <= high:
        bound = f"greater than or equal to {low}" if value < low else f"less than or equal to {high}"
        raise ValidationException(
            f"1 validation error detected: Value '{value}' at 'targets.{name}.retryPolicy.{parameter[0].lower()}{parameter[1:]}' "
            f"failed to satisfy constraint: Member must have value {bound}"
        )


@dataclass
class Delivery:
    """One event on its way to one target of a rule.

    body: what the target gets, made at the first attempt. began: virtual time of the first attempt. attempts: how many have failed.
    hops: the buses that the event has passed. trace: the trace that it belongs to, without what Lambda's loop detection reads.
    """

    rule_arn: str
    metrics: Mapping[str, str]
    target: Mapping[str, Any]
    event: Mapping[str, Any]
    make_body: Callable[[], str]
    hops: tuple[str, ...]
    trace: str | None
    began: float
    attempts: int = 0
    body: str = field(default="")

    @property
    def account(self) -> str:
        return account_of(self.rule_arn)

    @property
    def region(self) -> str:
        return region_of(self.rule_arn)

    @property
    def id(self) -> str:
        return str(self.event["id"])


class Targets:
    """Hands events to targets, again and again where that may help."""

    def __init__(self, plane: EventPlane, forward: Callable[[Delivery], str]) -> None:
        self._plane = plane
        self._forward = forward

    def send(self, delivery: Delivery) -> None:
        """Hand an event over; what fails is retried later, dead-lettered or dropped."""
        arn = str(delivery.target["Arn"])
        values = {"Invocations": 1.0}
        try:
            with provenance.carrying(trace=delivery.trace, origin=delivery.id):
                delivery.body = delivery.body or delivery.make_body()
                self._hand_over(delivery, arn)
        except Exception as failure:
            code, again = _verdict(failure)
            self._plane.ledger.record(
                delivery.account,
                "failed",
                delivery.id,
                delivery.rule_arn,
                to=arn,
                trace=delivery.trace,
                count=delivery.attempts + 1,
                reason=f"{code}: {failure}",
            )
            values["FailedInvocations"] = 1.0
            delivery.attempts += 1
            self._after_failure(delivery, code, str(failure), again)
        self._emit(delivery, values)

    def _hand_over(self, delivery: Delivery, arn: str) -> None:
        kind = service_of(arn)
        if kind == "events":
            self._delivered(delivery, arn, self._forward(delivery))
        elif kind == "logs":
            self._delivered(delivery, arn, self._write_log(arn, delivery.body))
        else:
            deliver(
                self._plane,
                arn,
                delivery.body,
                service=SERVICE,
                source_arn=delivery.rule_arn,
                message=delivery.id,
                group_id=(delivery.target.get("SqsParameters") or {}).get("MessageGroupId"),
            )

    def _delivered(self, delivery: Delivery, arn: str, received_as: str) -> None:
        self._plane.ledger.record(
            delivery.account, "delivered", delivery.id, delivery.rule_arn, to=arn, received_as=received_as
        )

    def _write_log(self, arn: str, body: str) -> str:
        _, _, _, region, account, _, name = arn.split(":", 6)
        group = name.removesuffix(":*")
        if group not in logs_backends[account][region].groups:
            raise Missing(f"the log group {arn} does not exist")
        now = self._plane.clock.now()
        stream = f"{int(now.timestamp() * 1000)}"
        writing.write(account, region, group, stream, [body], now)
        return stream

    def _after_failure(self, delivery: Delivery, code: str, words: str, again: bool) -> None:
        policy = delivery.target.get("RetryPolicy") or {}
        pause = min(2.0 ** min(delivery.attempts, 20), _LONGEST_PAUSE)
        age = self._plane.clock.timestamp() + pause - delivery.began
        exhausted = None
        if again and delivery.attempts > policy.get("MaximumRetryAttempts", MOST_ATTEMPTS):
            exhausted = "MaximumRetryAttempts"
        elif again and age > policy.get("MaximumEventAgeInSeconds", LONGEST_AGE):
            exhausted = "MaximumEventAgeInSeconds"
        if again and exhausted is None:
            self._plane.ledger.record(
                delivery.account,
                "retried",
                delivery.id,
                delivery.rule_arn,
                to=str(delivery.target["Arn"]),
                trace=delivery.trace,
                count=delivery.attempts,
            )
            self._emit(delivery, {"RetryInvocationAttempts": 1.0})
            self._plane.schedule.after(pause, delivery.account, lambda: self.send(delivery))
        else:
            self._give_up(delivery, code, words, exhausted)

    def _give_up(self, delivery: Delivery, code: str, words: str, exhausted: str | None) -> None:
        arn = (delivery.target.get("DeadLetterConfig") or {}).get("Arn")
        reason = f"{code}: {words}"
        if not arn:
            self._lost(delivery, reason)
            return
        attributes = {
            "RULE_ARN": delivery.rule_arn,
            "TARGET_ARN": str(delivery.target["Arn"]),
            "ERROR_CODE": code,
            "ERROR_MESSAGE": words or code,
            "RETRY_ATTEMPTS": str(delivery.attempts - 1),
            **({"EXHAUSTED_RETRY_CONDITION": exhausted} if exhausted else {}),
        }
        try:
            deliver(
                self._plane,
                arn,
                compact(delivery.event),
                service=SERVICE,
                source_arn=delivery.rule_arn,
                message=delivery.id,
                attributes={name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()},
            )
        except Exception as failure:
            self._emit(delivery, {"InvocationsFailedToBeSentToDlq": 1.0})
            self._lost(delivery, f"{reason}; its dead-letter queue did not take it either: {failure}")
            return
        self._emit(delivery, {"InvocationsSentToDlq": 1.0})
        self._plane.ledger.record(
            delivery.account,
            "dead-lettered",
            delivery.id,
            delivery.rule_arn,
            to=arn,
            trace=delivery.trace,
            reason=reason,
        )

    def _lost(self, delivery: Delivery, reason: str) -> None:
        self._plane.ledger.record(
            delivery.account,
            "dropped",
            delivery.id,
            delivery.rule_arn,
            to=str(delivery.target["Arn"]),
            trace=delivery.trace,
            reason=reason,
        )

    def _emit(self, delivery: Delivery, values: Mapping[str, float]) -> None:
        emit(delivery.account, delivery.region, "AWS/Events", delivery.metrics, values, now=self._plane.clock.now())


def _verdict(failure: Exception) -> tuple[str, bool]:
    """AWS's error code for a failed delivery, and whether another attempt may help."""
    if isinstance(failure, Missing):
        return "NO_RESOURCE", False
    if isinstance(failure, Refused):
        return "NO_PERMISSIONS", False
    if isinstance(failure, BadInput):
        return "INVALID_JSON", False
    code = getattr(failure, "code", None)
    if isinstance(failure, LambdaError) and code in (403, 404):
        return ("NO_PERMISSIONS" if code == 403 else "NO_RESOURCE"), False
    if isinstance(failure, LambdaError) and code in (409, 429):
        return "ERROR_FROM_TARGET", True
    if isinstance(code, int) and 400 <= code < 500:
        return "INVALID_PARAMETER", False
    return "INTERNAL_ERROR", True
