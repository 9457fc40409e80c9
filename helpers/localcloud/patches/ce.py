"""moto.ce: Cost Explorer answers from what the account has used; every call of it is on the bill itself."""

from __future__ import annotations

from typing import Any

from moto.ce.responses import CostExplorerResponse

from helpers.localcloud.billing import allocation_tags, cost_explorer, forecasts, meter
from helpers.localcloud.billing.api import Operations, answer
from helpers.localcloud.patches import patch

_OPERATIONS: Operations = {
    "GetCostAndUsage": cost_explorer.get_cost_and_usage,
    "GetCostForecast": forecasts.get_cost_forecast,
    "GetDimensionValues": cost_explorer.get_dimension_values,
    "GetTags": cost_explorer.get_tags,
    "ListCostAllocationTags": allocation_tags.list_cost_allocation_tags,
    "UpdateCostAllocationTagsStatus": allocation_tags.update_cost_allocation_tags_status,
}


@patch(
    "moto.ce.responses:CostExplorerResponse._dispatch",
    why="moto answers GetCostAndUsage with what was queued for it, and has neither forecasts nor tags",
)
def _cost_explorer(
    original: Any, self: CostExplorerResponse, request: Any, full_url: str | None = None, headers: Any = None
) -> Any:
    self.setup_class(request, full_url, headers)
    answered = answer(self, _OPERATIONS, "Cost Explorer")
    if answered[0] == 200:
        # After the answer: a bill does not contain the request that asks for it.
        meter.count(self.current_account, "us-east-1", "ce/requests")
    return answered
