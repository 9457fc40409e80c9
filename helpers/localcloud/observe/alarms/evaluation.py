"""From datapoints to a state, a reason in AWS's words, and the reason's data; nothing here knows of a server.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from helpers.localcloud.observe.alarms.missing_data import Verdict, judge
from helpers.localcloud.observe.alarms.states import Criteria, StateValue
from helpers.localcloud.observe.alarms.wording import counted, double, short, stamp

COMPARISONS: dict[str, tuple[Callable[[float, float], bool], str]] = {
    "GreaterThanOrEqualToThreshold": (lambda value, limit: value >= limit, "greater than or equal to"),
    "GreaterThanThreshold": (lambda value, limit: value > limit, "greater than"),
    "LessThanThreshold": (lambda value, limit: value < limit, "less than"),
    "LessThanOrEqualToThreshold": (lambda value, limit: value <= limit, "less than or equal to"),
}
_MOST_LISTED = 5  # AWS lists this many datapoints of a longer row, and then in another place of the sentence
_LONGEST_DATA = 4_000
_TREATED = {"breaching": "Breaching", "notBreaching": "NonBreaching", "missing": "Missing", "ignore": "Ignored"}


@dataclass(frozen=True, slots=True)
class Point:
    """One period of the evaluation range. start: seconds since 1970. value: ``None`` when nothing came. samples: how many values are in it, where known."""

    start: float
    value: float | None
    samples: float | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """A state that an evaluation leads to. reason_data: JSON text."""

    state: StateValue
    reason: str
    reason_data: str


def evaluate(criteria: Criteria, points: Sequence[Point], before: StateValue, now: float) -> Outcome | None:
    """What the points of an evaluation range, oldest first, lead to; nothing when the alarm stays as it is.

    before: the state so far. now: the moment of the evaluation, in seconds since 1970.
    """
    compare, _ = COMPARISONS[criteria.comparison]
    beyond = [None if point.value is None else compare(point.value, criteria.threshold) for point in points]
    verdict = judge(beyond, criteria.periods, criteria.datapoints, criteria.missing)
    if verdict.state is None or verdict.state == before or _is_too_thin(criteria, points, verdict):
        return None
    used = [points[position] for position in verdict.used]
    telling = [point for point in used if compare(_value(point), criteria.threshold) == (verdict.state == "ALARM")]
    reason = _reason(criteria, verdict, len(used), telling, before)
    return Outcome(verdict.state, reason, _reason_data(criteria, points, verdict, now))


def _is_too_thin(criteria: Criteria, points: Sequence[Point], verdict: Verdict) -> bool:
    """Whether a percentile has too few samples to mean anything, for an alarm that then stays as it is."""
    share = criteria.low_samples
    if share is None or not verdict.used:
        return False
    tail = 1 - share if share >= 0.5 else share
    needed = round(10 / tail, 6) if tail > 0 else float("inf")
    return sum(points[position].samples or 0 for position in verdict.used) < needed


def _reason(criteria: Criteria, verdict: Verdict, real: int, telling: list[Point], before: StateValue) -> str:
    if verdict.state == "INSUFFICIENT_DATA":
        verb = "was" if criteria.periods == 1 else "were"
        return f"Insufficient Data: {counted(criteria.periods, 'datapoint')} {verb} unknown."
    gaps = f"{counted(verdict.filled, 'missing datapoint')} {'was' if verdict.filled == 1 else 'were'} treated as [{_TREATED[criteria.missing]}]"
    if not telling:
        received = (
            f"{counted(real, 'datapoint') if real else 'no datapoints'} {'was' if real == 1 else 'were'} received"
        )
        return f"Threshold Crossed: {received} for {counted(criteria.periods, 'period')} and {gaps}."
    many = len(telling)
    subject = counted(many, "datapoint")
    if criteria.says_datapoints:
        subject = f"{many} out of the last {criteria.periods} datapoints"
    verb = ("was" if many == 1 else "were") + ("" if verdict.state == "ALARM" else " not")
    crossed = f"{verb} {COMPARISONS[criteria.comparison][1]} the threshold ({double(criteria.threshold)})"
    if verdict.filled and criteria.missing in ("breaching", "notBreaching"):
        crossed += f" and {gaps}"
    listed = ", ".join(f"{double(_value(point))} ({short(point.start)})" for point in reversed(telling[-_MOST_LISTED:]))
    text = f"Threshold Crossed: {subject} [{listed}] {crossed}"
    if many >= _MOST_LISTED:
        text = f"Threshold Crossed: {subject} {crossed}. The most recent datapoints which crossed the threshold: [{listed}]"
    if criteria.says_datapoints:
        least = criteria.datapoints if verdict.state == "ALARM" else criteria.periods - criteria.datapoints + 1
        way = "OK -> ALARM" if verdict.state == "ALARM" else "ALARM -> OK"
        text += f" (minimum {counted(least, 'datapoint')} for {way} transition)"
    return f"{text}."


def _reason_data(criteria: Criteria, points: Sequence[Point], verdict: Verdict, now: float) -> str:
    gaps = [position for position, point in enumerate(points) if point.value is None]
    evaluated = sorted((*verdict.used, *gaps[len(gaps) - verdict.filled :]))[-criteria.periods :]
    used = [points[position] for position in verdict.used]
    data: dict[str, Any] = {"version": "1.0", "queryDate": stamp(now)}
    if used:
        data["startDate"] = stamp(used[0].start)
    if criteria.unit:
        data["unit"] = criteria.unit
    if criteria.statistic:
        data["statistic"] = criteria.statistic
    data |= {
        "period": criteria.period,
        "recentDatapoints": [_value(point) for point in used],
        "threshold": criteria.threshold,
        "evaluatedDatapoints": [_evaluated(points[position]) for position in reversed(evaluated)],
    }
    text = json.dumps(data, separators=(",", ":"))
    while len(text) > _LONGEST_DATA:
        # The newest say most.
        data["recentDatapoints"] = data["recentDatapoints"][len(data["recentDatapoints"]) // 5 + 1 :]
        data["evaluatedDatapoints"] = data["evaluatedDatapoints"][: len(data["evaluatedDatapoints"]) * 4 // 5]
        text = json.dumps(data, separators=(",", ":"))
    return text


def _evaluated(point: Point) -> dict[str, Any]:
    said: dict[str, Any] = {"timestamp": stamp(point.start)}
    if point.value is None:
        return said
    if point.samples is not None:
        said["sampleCount"] = float(point.samples)
    return {**said, "value": point.value}


def _value(point: Point) -> float:
    assert point.value is not None, "only real datapoints are compared"
    return point.value
