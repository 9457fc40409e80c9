"""What an alarm is: its state, and what of its configuration decides about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

StateValue = Literal["OK", "ALARM", "INSUFFICIENT_DATA"]
Missing = Literal["missing", "ignore", "breaching", "notBreaching"]
Kind = Literal["MetricAlarm", "CompositeAlarm"]

FIRST_REASON = "Unchecked: Initial alarm creation"


@dataclass(frozen=True, slots=True)
class State:
    """A state and why it is so. reason_data: JSON text. updated, transitioned: seconds since 1970; the latter only moves when the value changes."""

    value: StateValue
    reason: str
    reason_data: str | None
    updated: float
    transitioned: float

    def after(self, value: StateValue, reason: str, reason_data: str | None, now: float) -> State:
        """The state that follows this one at ``now``."""
        return State(value, reason, reason_data, now, now if value != self.value else self.transitioned)


@dataclass(frozen=True, slots=True)
class Criteria:
    """What turns datapoints into a state.

    periods: N of "M out of N"; datapoints: M; says_datapoints: whether M was given, which changes AWS's words. period: seconds. statistic, unit: as the alarm
    has them, for the reason; none for metric math. low_samples: the percentile (0 to 1) of an alarm that ignores periods with too few samples for it.
    """

    comparison: str
    threshold: float
    periods: int
    datapoints: int
    says_datapoints: bool
    period: int
    missing: Missing = "missing"
    statistic: str | None = None
    unit: str | None = None
    low_samples: float | None = None

    @property
    def cadence(self) -> int:
        """Seconds between evaluations: 10 for high-resolution alarms, an hour for those that look back more than a day, else a minute."""
        if self.period < 60:
            return 10
        return 3_600 if self.period * self.periods > 86_400 else 60


@dataclass(frozen=True, slots=True)
class Transition:
    """A change of state of one alarm. at: seconds since 1970."""

    before: State
    after: State
    at: float


@dataclass
class Alarm:
    """One alarm of an account and Region.

    config: what ``PutMetricAlarm`` or ``PutCompositeAlarm`` was given, without tags. configured: when, in seconds since 1970. metric_id: what events call the
    metric of an alarm on a single one.
    """

    account: str
    region: str
    name: str
    kind: Kind
    arn: str
    config: Mapping[str, Any]
    state: State
    configured: float
    metric_id: str = ""
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def alarm_arn(self) -> str:
        """The ARN, as moto calls it."""
        return self.arn

    @property
    def actions_enabled(self) -> bool:
        """Whether a change of state leads to actions."""
        return bool(self.config.get("ActionsEnabled", True))

    def actions(self, value: StateValue) -> list[str]:
        """The ARNs of the actions for a state."""
        names = {"OK": "OKActions", "ALARM": "AlarmActions", "INSUFFICIENT_DATA": "InsufficientDataActions"}
        return list(self.config.get(names[value]) or [])
