"""What checks of monitoring do: traffic by the minute, figures of CloudWatch, alarms and their messages.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from helpers.classroom.account import Account
from helpers.classroom.checks import expect
from helpers.classroom.texts import Text
from helpers.errors import CourseError

T = TypeVar("T")
_TRIES = 3


class Disturbed(CourseError):
    """Somebody else moved the clock that all accounts of a server share."""


class Minutes:
    """Minutes of virtual time, each with what happens in it; alarms have been looked at when the next one begins."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._at = self._now()
        self.quiet()

    def do(self, work: Callable[[], object]) -> None:
        """Let ``work`` happen in this minute, then begin the next.

        Raises: ``Disturbed``.
        """
        self._undisturbed()
        work()
        self.quiet()

    def quiet(self, minutes: int = 1) -> None:
        """Let minutes pass in which nothing more happens, to the beginning of another one.

        Raises: ``Disturbed``.
        """
        self._undisturbed()
        now = self._now()
        self._at = now.replace(second=1, microsecond=0) + dt.timedelta(minutes=minutes)
        self._account.clock.advance(seconds=(self._at - now).total_seconds())

    def _undisturbed(self) -> None:
        if not dt.timedelta(0) <= self._now() - self._at < dt.timedelta(seconds=59):
            raise Disturbed(
                "the clock was moved while this check was watching: ask again, when nobody else works on this server"
            )

    def _now(self) -> dt.datetime:
        return self._account.clock.now()


def undisturbed(account: Account, play: Callable[[Minutes], T]) -> T:
    """What ``play`` gives; it is played again when somebody else moved the clock meanwhile.

    Raises: ``Disturbed`` when that happens every time.
    """
    for _ in range(_TRIES - 1):
        try:
            return play(Minutes(account))
        except Disturbed:
            continue
    return play(Minutes(account))


def figure(
    account: Account, namespace: str, metric: str, dimensions: Mapping[str, str], stat: str = "Sum"
) -> float | None:
    """A statistic over the last hours; ``None`` when the metric with exactly these dimensions has no data."""
    now = account.clock.now()
    named = [{"Name": name, "Value": value} for name, value in dimensions.items()]
    asked = {
        "Metric": {"Namespace": namespace, "MetricName": metric, "Dimensions": named},
        "Period": 86_400,
        "Stat": stat,
    }
    answer = account.client("cloudwatch").get_metric_data(
        MetricDataQueries=[{"Id": "one", "MetricStat": asked}],
        StartTime=now - dt.timedelta(hours=20),
        EndTime=now + dt.timedelta(minutes=5),
    )
    values = answer["MetricDataResults"][0]["Values"]
    return sum(values) if values else None


def alarm(account: Account, name: str, read: Text | None = None) -> dict[str, Any]:
    """The alarm with this name, metric or composite. read: what helps where it is missing."""
    answer = account.client("cloudwatch").describe_alarms(
        AlarmNames=[name], AlarmTypes=["MetricAlarm", "CompositeAlarm"]
    )
    found = [*answer.get("MetricAlarms", []), *answer.get("CompositeAlarms", [])]
    expect(
        found,
        en="expected an alarm named {name}; the account has none",
        pt="era esperado um alarme chamado {name}; a conta não tem",
        read=read,
        name=name,
    )
    return dict(found[0])


def state(account: Account, name: str) -> str:
    """How the alarm stands."""
    return str(alarm(account, name)["StateValue"])


def told(account: Account, queue: str, name: str) -> list[str]:
    """The states that the alarm ``name`` has told the queue since the last time, oldest first; the queue gets notifications raw."""
    bodies = [json.loads(body) for body in account.take(account.queue_url(queue), holding=f'"{name}"')]
    mine = [body for body in bodies if body.get("AlarmName") == name]
    return [str(body["NewStateValue"]) for body in sorted(mine, key=lambda body: str(body["StateChangeTime"]))]
