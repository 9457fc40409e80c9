"""moto.cloudwatch, its metrics: kept and answered by the metric store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from moto.cloudwatch.exceptions import CloudWatchException
from moto.cloudwatch.models import CloudWatchBackend
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult, EmptyResult

from helpers.localcloud.observe import context
from helpers.localcloud.observe.metrics import checks, putting
from helpers.localcloud.observe.metrics.errors import InvalidParameterValue, NotHere
from helpers.localcloud.observe.metrics.listing import list_metrics
from helpers.localcloud.observe.metrics.metric_data import get_metric_data
from helpers.localcloud.observe.metrics.metric_statistics import get_metric_statistics
from helpers.localcloud.observe.metrics.store import gather, store_of
from helpers.localcloud.patches import patch

_WHY = "moto keeps one object a value and knows neither identity, percentiles, units, retention nor metric math"
_MOST_BYTES = 1_048_576


class RequestTooLarge(CloudWatchException):
    """A request has more bytes than CloudWatch takes."""

    code = "RequestEntityTooLarge"


def _now() -> float:
    return context().clock.timestamp()


@patch("moto.cloudwatch.responses:CloudWatchResponse.put_metric_data", why=_WHY)
def _put_metric_data(original: Any, self: CloudWatchResponse) -> ActionResult:
    request: Mapping[str, Any] = self._get_params()
    sent = int(self.headers.get("Content-Length") or 0)
    if sent > _MOST_BYTES:
        raise RequestTooLarge(f"Request size {sent} exceeded {_MOST_BYTES} bytes")
    if request.get("EntityMetricData") or request.get("StrictEntityValidation") is not None:
        raise NotHere("metrics with entities (EntityMetricData, StrictEntityValidation)")
    checks.present(request.get("Namespace"), "Namespace")
    namespace = checks.namespace(request["Namespace"])
    if namespace.startswith("AWS/"):
        raise InvalidParameterValue("The value AWS/ for parameter Namespace is invalid.")
    data = putting.check(namespace, request.get("MetricData") or [], _now())
    putting.keep(store_of(self.current_account, self.region), data)
    return EmptyResult()


@patch(
    "moto.cloudwatch.models:CloudWatchBackend.put_metric_data",
    why="what other services of moto count about themselves belongs into the metric store",
)
def _backend_put_metric_data(
    original: Any, self: CloudWatchBackend, namespace: str, metric_data: Sequence[Mapping[str, Any]]
) -> None:
    putting.keep(store_of(self.account_id, self.region_name), putting.check(namespace, metric_data, _now()))


@patch("moto.cloudwatch.responses:CloudWatchResponse.get_metric_data", why=_WHY)
def _get_metric_data(original: Any, self: CloudWatchResponse) -> ActionResult:
    return ActionResult(get_metric_data(self.current_account, self.region, self._get_params()))


@patch("moto.cloudwatch.responses:CloudWatchResponse.get_metric_statistics", why=_WHY)
def _get_metric_statistics(original: Any, self: CloudWatchResponse) -> ActionResult:
    store = gather(self.current_account, self.region)
    return ActionResult(get_metric_statistics(store, self._get_params(), _now()))


@patch("moto.cloudwatch.responses:CloudWatchResponse.list_metrics", why=_WHY)
def _list_metrics(original: Any, self: CloudWatchResponse) -> ActionResult:
    store = gather(self.current_account, self.region)
    return ActionResult(list_metrics(store, self.current_account, self._get_params(), _now()))
