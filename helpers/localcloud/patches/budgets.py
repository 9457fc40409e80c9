"""moto.budgets: budgets are checked, follow the bill, and notify."""

from __future__ import annotations

from typing import Any

from moto.budgets.responses import BudgetsResponse

from helpers.localcloud.billing import budgets
from helpers.localcloud.billing.api import Operations, answer
from helpers.localcloud.patches import patch

_OPERATIONS: Operations = {
    "CreateBudget": budgets.create_budget,
    "CreateNotification": budgets.create_notification,
    "DeleteBudget": budgets.delete_budget,
    "DeleteNotification": budgets.delete_notification,
    "DescribeBudget": budgets.describe_budget,
    "DescribeBudgets": budgets.describe_budgets,
    "DescribeNotificationsForBudget": budgets.describe_notifications_for_budget,
    "DescribeSubscribersForNotification": budgets.describe_subscribers_for_notification,
    "UpdateBudget": budgets.update_budget,
}


@patch(
    "moto.budgets.responses:BudgetsResponse._dispatch",
    why="moto keeps budgets unchecked, spends nothing, and notifies nobody",
)
def _budget_service(
    original: Any, self: BudgetsResponse, request: Any, full_url: str | None = None, headers: Any = None
) -> Any:
    self.setup_class(request, full_url, headers)
    return answer(self, _OPERATIONS, "Budgets")
