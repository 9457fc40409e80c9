"""Carrying out the actions of an alarm: notifications to topics, invocations of functions, events on the default bus.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-actions.html
"""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Callable

from helpers.localcloud import events
from helpers.localcloud.compute.errors import ResourceNotFound
from helpers.localcloud.events.delivery import Missing, deliver
from helpers.localcloud.events.permissions import Refused
from helpers.localcloud.observe.alarms import messages
from helpers.localcloud.observe.alarms.history import History
from helpers.localcloud.observe.alarms.letters import letter
from helpers.localcloud.observe.alarms.states import Alarm, Transition

TO_TOPICS = "cloudwatch.amazonaws.com"
TO_FUNCTIONS = "lambda.alarms.cloudwatch.amazonaws.com"
_SCALING = "autoscaling"
_log = logging.getLogger(__name__)

scalers: list[Callable[[Alarm, str], str | None]] = []
"""Who carries out the actions that scale: called with the alarm and the action's ARN; the answer is what went wrong, if anything did."""


def tell_bus(alarm: Alarm, detail_type: str, detail: dict[str, object]) -> None:
    """Put an event of an alarm on the default bus of its account, if anybody there might want it."""
    buses = events.plane().buses
    try:
        if buses.rules(alarm.account, alarm.region, "default"):
            buses.publish(alarm.account, alarm.region, "aws.cloudwatch", detail_type, detail, resources=[alarm.arn])
    except Exception:
        _log.exception("an event of the alarm %s could not be put on its bus", alarm.arn)


def act(alarm: Alarm, transition: Transition, history: History) -> None:
    """Carry out the actions for a state that an alarm has come to; each leaves an item in the history, however it went."""
    for arn in alarm.actions(transition.after.value):
        if arn.split(":")[2] == _SCALING and scalers:
            history.acted(alarm, arn, None, scalers[-1](alarm, arn), transition)
            continue
        to_topic = arn.split(":")[2] == "sns"
        if not to_topic and arn.split(":")[2] != "lambda":
            history.acted(alarm, arn, None, "The local cloud has no such action.", transition)
            continue
        if to_topic:
            message = messages.notification(alarm, transition)
            published = json.dumps({"default": message})
            short = messages.subject(alarm, transition)
            body = json.dumps({"default": message, "email": letter(alarm, transition), "sms": short})
        else:
            published = body = messages.function_event(alarm, transition)
        history.acted(alarm, arn, published, _hand_over(alarm, transition, arn, body, to_topic), transition)


def act_again(alarm: Alarm) -> None:
    """An alarm that fires was looked at and still does: actions that scale are carried out once a minute, all others only when the state changes."""
    for arn in alarm.actions(alarm.state.value) if alarm.actions_enabled else ():
        if arn.split(":")[2] == _SCALING and scalers:
            scalers[-1](alarm, arn)


def _hand_over(alarm: Alarm, transition: Transition, arn: str, body: str, to_topic: bool) -> str | None:
    """Give a message to a topic or a function; what went wrong, if anything did."""
    try:
        deliver(
            events.plane(),
            arn,
            body,
            service=TO_TOPICS if to_topic else TO_FUNCTIONS,
            source_arn=alarm.arn,
            message=str(uuid.uuid4()),
            subject=messages.subject(alarm, transition) if to_topic else None,
            structure="json" if to_topic else None,
        )
    except (Missing, ResourceNotFound):
        return "Resource not found" if to_topic else f"Function not found: {arn}"
    except Refused as refusal:
        if not to_topic:
            return str(refusal)
        why = "because no resource-based policy allows the SNS:Publish action"
        return f"CloudWatch Alarms is not authorized to perform: SNS:Publish on resource: {arn} {why}"
    except Exception as problem:
        _log.exception("an action of the alarm %s failed", alarm.arn)
        return str(problem) or type(problem).__name__
    return None
