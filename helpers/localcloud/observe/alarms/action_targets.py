"""Which actions an alarm can have.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-actions.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from helpers.localcloud.observe.alarms.errors import NotHere, ValidationError, constraint

MOST_ACTIONS = 5
FIELDS = ("OKActions", "AlarmActions", "InsufficientDataActions")
_TOPIC = re.compile(r"arn:[\w-]+:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}(\.fifo)?")
_FUNCTION = re.compile(r"arn:[\w-]+:lambda:[a-z0-9-]+:\d{12}:function:[\w-]{1,140}(:[\w$-]{1,128})?")
_ELSEWHERE = {
    "automate": "EC2 actions of alarms",
    "swf": "EC2 actions of alarms",
    "autoscaling": "Auto Scaling actions of alarms",
    "ssm": "Systems Manager actions of alarms",
    "ssm-incidents": "Incident Manager actions of alarms",
    "aiops": "investigations started by alarms",
}


def check_actions(given: Mapping[str, Any], region: str) -> None:
    """Accept the actions of an alarm: topics and functions.

    Raises: ``ValidationError`` for ARNs that are none, belong to another Region or are too many, and for actions that there are not here.
    """
    for name in FIELDS:
        actions = given.get(name) or []
        if len(actions) > MOST_ACTIONS:
            at = name[0].lower() + name[1:]
            raise constraint(f"[{', '.join(actions)}]", at, f"have length less than or equal to {MOST_ACTIONS}")
        for arn in actions:
            _check(str(arn), region)


def _check(arn: str, region: str) -> None:
    parts = arn.split(":")
    if len(parts) < 6 or parts[0] != "arn":
        raise ValidationError(f"Invalid arn syntax: {arn}")
    service = parts[2]
    if service in _ELSEWHERE:
        raise NotHere(_ELSEWHERE[service])
    if not (_TOPIC if service == "sns" else _FUNCTION).fullmatch(arn):
        raise ValidationError(f"Invalid arn syntax: {arn}")
    if service == "sns" and arn.endswith(".fifo"):
        raise NotHere("FIFO topics as actions of alarms: use a standard topic")
    if parts[3] != region:
        raise ValidationError(f"Invalid region {parts[3]} specified. Only {region} is supported.")
