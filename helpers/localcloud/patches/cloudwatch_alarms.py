"""moto.cloudwatch: alarms are checked, evaluated, and act; what other services ask of them goes the same way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from moto.cloudwatch.models import CloudWatchBackend, MetricDataQuery, cloudwatch_backends
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult, EmptyResult

from helpers.localcloud.billing import alarms as billing
from helpers.localcloud.observe import alarms
from helpers.localcloud.observe.alarms import control, describing, history_queries
from helpers.localcloud.observe.alarms.book import Book
from helpers.localcloud.observe.alarms.errors import NotHere
from helpers.localcloud.observe.alarms.states import Alarm
from helpers.localcloud.patches import patch

_WHY = "moto keeps alarms unchecked, born OK, and evaluates none of them"


def asked(response: CloudWatchResponse) -> dict[str, Any]:
    """The parameters of a request as plain dictionaries and lists, in boto3's form."""
    return {name: _plain(value) for name, value in response._get_params().items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


def _book(response: CloudWatchResponse) -> Book:
    return alarms.plane().book(response.current_account, response.region)


@patch("moto.cloudwatch.responses:CloudWatchResponse.put_metric_alarm", why=_WHY)
def _put_metric_alarm(original: Any, self: CloudWatchResponse) -> ActionResult:
    given = asked(self)
    _kept(control.put_metric_alarm(alarms.plane(), _book(self), given), given.get("Tags") or [])
    return EmptyResult()


def _put_composite_alarm(self: CloudWatchResponse) -> ActionResult:
    """PutCompositeAlarm: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html"""
    given = asked(self)
    _kept(control.put_composite_alarm(alarms.plane(), _book(self), given), given.get("Tags") or [])
    return EmptyResult()


def _kept(alarm: Alarm, tags: list[dict[str, str]]) -> None:
    """Let moto, which tags alarms, know of one; tags are only taken with a new one."""
    backend = cloudwatch_backends[alarm.account][alarm.region]
    known: dict[str, Any] = backend.alarms
    if alarm.name not in known and tags:
        backend.tagger.tag_resource(alarm.arn, tags)
    known[alarm.name] = alarm
    billing.alarm_stands(alarm)


def _forgotten(backend: CloudWatchBackend, names: list[str]) -> None:
    for alarm in control.delete_alarms(
        alarms.plane(), alarms.plane().book(backend.account_id, backend.region_name), names
    ):
        backend.alarms.pop(alarm.name, None)
        billing.alarm_is_gone(alarm)
        backend.tagger.delete_all_tags_for_resource(alarm.arn)


@patch("moto.cloudwatch.responses:CloudWatchResponse.delete_alarms", why=_WHY)
def _delete_alarms(original: Any, self: CloudWatchResponse) -> ActionResult:
    _forgotten(self.cloudwatch_backend, asked(self).get("AlarmNames") or [])
    return EmptyResult()


@patch("moto.cloudwatch.responses:CloudWatchResponse.describe_alarms", why=_WHY)
def _describe_alarms(original: Any, self: CloudWatchResponse) -> ActionResult:
    book = _book(self)
    held = {name: alarms.plane().held(book, name) for name in list(book.alarms)}
    return ActionResult(describing.describe(book, asked(self), held))


@patch("moto.cloudwatch.responses:CloudWatchResponse.describe_alarms_for_metric", why=_WHY)
def _describe_alarms_for_metric(original: Any, self: CloudWatchResponse) -> ActionResult:
    return ActionResult(describing.for_metric(_book(self), asked(self)))


def _describe_alarm_history(self: CloudWatchResponse) -> ActionResult:
    """DescribeAlarmHistory: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarmHistory.html"""
    return ActionResult(history_queries.answer(_book(self).history, asked(self), alarms.plane().clock.timestamp()))


def _switch(response: CloudWatchResponse, enabled: bool) -> ActionResult:
    control.switch_actions(alarms.plane(), _book(response), asked(response).get("AlarmNames") or [], enabled)
    return EmptyResult()


@patch("moto.cloudwatch.responses:CloudWatchResponse.enable_alarm_actions", why=_WHY)
def _enable_alarm_actions(original: Any, self: CloudWatchResponse) -> ActionResult:
    return _switch(self, True)


@patch("moto.cloudwatch.responses:CloudWatchResponse.disable_alarm_actions", why=_WHY)
def _disable_alarm_actions(original: Any, self: CloudWatchResponse) -> ActionResult:
    return _switch(self, False)


@patch("moto.cloudwatch.responses:CloudWatchResponse.set_alarm_state", why=_WHY)
def _set_alarm_state(original: Any, self: CloudWatchResponse) -> ActionResult:
    control.set_state(alarms.plane(), _book(self), asked(self))
    return EmptyResult()


@patch(
    "moto.cloudwatch.models:CloudWatchBackend.put_metric_alarm",
    why="Application Auto Scaling puts the alarms of its policies here, with actions that no request may name",
)
def _backend_put_metric_alarm(
    original: Any,
    self: CloudWatchBackend,
    name: str,
    namespace: str,
    metric_name: str,
    comparison_operator: str,
    evaluation_periods: int,
    period: int,
    threshold: float,
    statistic: str,
    description: str,
    dimensions: list[dict[str, str]],
    alarm_actions: list[str],
    metric_data_queries: list[MetricDataQuery] | None = None,
    datapoints_to_alarm: int | None = None,
    extended_statistic: str | None = None,
    ok_actions: list[str] | None = None,
    insufficient_data_actions: list[str] | None = None,
    unit: str | None = None,
    actions_enabled: bool = True,
    treat_missing_data: str | None = None,
    evaluate_low_sample_count_percentile: str | None = None,
    threshold_metric_id: str | None = None,
    rule: str | None = None,
    tags: list[dict[str, str]] | None = None,
) -> Alarm:
    given = {
        "AlarmName": name,
        "AlarmDescription": description,
        "ActionsEnabled": actions_enabled,
        "Namespace": namespace,
        "MetricName": metric_name,
        "Dimensions": dimensions,
        "Statistic": statistic,
        "ExtendedStatistic": extended_statistic,
        "Unit": unit,
        "Period": period,
        "EvaluationPeriods": evaluation_periods,
        "DatapointsToAlarm": datapoints_to_alarm,
        "ComparisonOperator": comparison_operator,
        "Threshold": threshold,
        "TreatMissingData": treat_missing_data,
        "EvaluateLowSampleCountPercentile": evaluate_low_sample_count_percentile,
        "AlarmActions": alarm_actions,
        "OKActions": ok_actions or [],
        "InsufficientDataActions": insufficient_data_actions or [],
    }
    book = alarms.plane().book(self.account_id, self.region_name)
    alarm = control.put_metric_alarm(alarms.plane(), book, given, inside=True)
    _kept(alarm, tags or [])
    return alarm


@patch(
    "moto.cloudwatch.models:CloudWatchBackend.delete_alarms",
    why="policies of Application Auto Scaling take theirs away",
)
def _backend_delete_alarms(original: Any, self: CloudWatchBackend, alarm_names: list[str]) -> None:
    if alarm_names:
        _forgotten(self, alarm_names)


def _refused(feature: str) -> Callable[[CloudWatchResponse], ActionResult]:
    def operation(self: CloudWatchResponse) -> ActionResult:
        raise NotHere(feature)

    return operation


CloudWatchResponse.put_composite_alarm = _put_composite_alarm  # type: ignore[attr-defined]
CloudWatchResponse.describe_alarm_history = _describe_alarm_history  # type: ignore[attr-defined]
for _names, _feature in (
    (("put_log_alarm",), "log alarms"),
    (
        ("put_alarm_mute_rule", "get_alarm_mute_rule", "list_alarm_mute_rules", "delete_alarm_mute_rule"),
        "mute rules of alarms",
    ),
    (("describe_alarm_contributors",), "contributors of alarms: no alarm here watches more than one time series"),
):
    for _name in _names:
        setattr(CloudWatchResponse, _name, _refused(_feature))
