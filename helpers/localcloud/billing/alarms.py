"""Alarms on the bill: each costs by the month, in proportion, for as long as it stands.

An alarm on metric math pays for every metric that it looks at; one with a period under a minute is a high-resolution alarm.
Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_billing.html
"""

from __future__ import annotations

from helpers.localcloud.billing import meter
from helpers.localcloud.observe.alarms.readings import keys_of
from helpers.localcloud.observe.alarms.states import Alarm

_KINDS = ("alarm-months", "high-resolution-alarm-months", "composite-alarm-months")


def alarm_stands(alarm: Alarm) -> None:
    """An alarm was made or changed."""
    wanted, quantity = "composite-alarm-months", 1
    if alarm.kind != "CompositeAlarm":
        periods = [alarm.config.get("Period")]
        periods += [(one.get("MetricStat") or one).get("Period") for one in alarm.config.get("Metrics") or []]
        wanted = "high-resolution-alarm-months" if any(one and int(one) < 60 for one in periods) else "alarm-months"
        quantity = len(list(keys_of(alarm.config))) or 1
    for kind in _KINDS:
        _stand(alarm, kind, float(quantity) if kind == wanted else 0.0)


def alarm_is_gone(alarm: Alarm) -> None:
    """An alarm was deleted."""
    for kind in _KINDS:
        _stand(alarm, kind, 0.0)


def _stand(alarm: Alarm, kind: str, quantity: float) -> None:
    meter.stands(alarm.account, alarm.region, f"cloudwatch/{kind}", alarm.arn, quantity, monthly=True)
