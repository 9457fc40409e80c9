"""moto.cloudwatch: what the local cloud does not have is refused by name, also where moto would store it and never act on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult

from helpers.localcloud.observe.metrics.errors import NotHere
from helpers.localcloud.patches import patch

_WHY = "moto stores rules that are never evaluated"
_RULES = "Contributor Insights rules"
_MISSING = {
    _RULES: (
        "get_insight_rule_report",
        "list_managed_insight_rules",
        "put_managed_insight_rules",
    ),
    "anomaly detection": ("delete_anomaly_detector", "describe_anomaly_detectors", "put_anomaly_detector"),
    "configuration of resource metrics": (
        "create_resource_metrics_configuration",
        "delete_resource_metrics_configuration",
        "get_resource_metrics_configuration",
        "update_resource_metrics_configuration",
    ),
    "enrichment of OpenTelemetry metrics": (
        "get_o_tel_enrichment",
        "start_o_tel_enrichment",
        "stop_o_tel_enrichment",
        "update_o_tel_enrichment",
    ),
    "keys for datasets of metrics": (
        "associate_dataset_kms_key",
        "disassociate_dataset_kms_key",
        "get_dataset",
    ),
    "metric streams": (
        "delete_metric_stream",
        "get_metric_stream",
        "list_metric_streams",
        "put_metric_stream",
        "start_metric_streams",
        "stop_metric_streams",
    ),
    "pictures of metrics (GetMetricWidgetImage): draw the answer of GetMetricData": ("get_metric_widget_image",),
    "stored queries of metric data": (
        "delete_metric_data_query_definition",
        "get_metric_data_query_definition",
        "list_metric_data_query_definitions",
        "put_metric_data_query_definition",
    ),
}


def _refusal(feature: str) -> Callable[..., ActionResult]:
    def refuse(*_: Any) -> ActionResult:
        raise NotHere(feature)

    return refuse


for _feature, _operations in _MISSING.items():
    for _operation in _operations:
        setattr(CloudWatchResponse, _operation, _refusal(_feature))


@patch("moto.cloudwatch.responses:CloudWatchResponse.delete_insight_rules", why=_WHY)
@patch("moto.cloudwatch.responses:CloudWatchResponse.describe_insight_rules", why=_WHY)
@patch("moto.cloudwatch.responses:CloudWatchResponse.disable_insight_rules", why=_WHY)
@patch("moto.cloudwatch.responses:CloudWatchResponse.enable_insight_rules", why=_WHY)
@patch("moto.cloudwatch.responses:CloudWatchResponse.put_insight_rule", why=_WHY)
def _insight_rules(original: Any, self: CloudWatchResponse) -> ActionResult:
    raise NotHere(_RULES)
