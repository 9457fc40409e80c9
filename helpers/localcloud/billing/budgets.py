"""Budgets: their operations.

Source: https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_Operations_AWS_Budgets.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from helpers.localcloud.billing import budget_keeping as keeping
from helpers.localcloud.billing import budget_rules as rules
from helpers.localcloud.billing.budget_keeping import Budget, Notice
from helpers.localcloud.billing.cost_explorer import Call, written
from helpers.localcloud.billing.errors import BillingError, refuse_others

Asked = Mapping[str, Any]
_MOST_BUDGETS = 1_000


def create_budget(call: Call) -> dict[str, Any]:
    """A budget with its notifications."""
    asked, kept = _asked(call, ("Budget", "NotificationsWithSubscribers"), "CreateBudget")
    checked = rules.check_budget(asked.get("Budget") or {})
    name = checked["BudgetName"]
    if name in kept:
        raise BillingError("DuplicateRecordException", f"Error creating budget: {name} - the budget already exists.")
    if len(kept) >= _MOST_BUDGETS:
        raise BillingError("CreationLimitExceededException", f"An account has at most {_MOST_BUDGETS} budgets here.")
    budget = Budget(checked, call.now)
    for one in asked.get("NotificationsWithSubscribers") or []:
        _add(budget, one.get("Notification") or {}, one.get("Subscribers") or [])
    kept[name] = budget
    keeping.watch(call.ledger.account)
    return {}


def update_budget(call: Call) -> dict[str, Any]:
    """New settings for a budget; its notifications stay, and are evaluated afresh."""
    asked, kept = _asked(call, ("NewBudget",), "UpdateBudget")
    checked = rules.check_budget(asked.get("NewBudget") or {})
    budget = _find(kept, checked["BudgetName"], "update")
    budget.settings, budget.updated = checked, call.now
    for notice in budget.notices:
        notice.alarmed_in = None
    return {}


def describe_budget(call: Call) -> dict[str, Any]:
    """One budget with its calculated spend."""
    asked, kept = _asked(call, ("BudgetName",), "DescribeBudget")
    return {"Budget": _told(call, _find(kept, asked.get("BudgetName"), "get"))}


def describe_budgets(call: Call) -> dict[str, Any]:
    """All budgets, on one page."""
    _, kept = _asked(call, ("MaxResults",), "DescribeBudgets")
    return {"Budgets": [_told(call, one) for one in list(kept.values())]}


def delete_budget(call: Call) -> dict[str, Any]:
    """Take a budget away, with its notifications."""
    asked, kept = _asked(call, ("BudgetName",), "DeleteBudget")
    _find(kept, asked.get("BudgetName"), "delete")
    del kept[asked["BudgetName"]]
    return {}


def create_notification(call: Call) -> dict[str, Any]:
    """A notification of a budget, with those who get it."""
    asked, kept = _asked(call, ("BudgetName", "Notification", "Subscribers"), "CreateNotification")
    budget = _find(kept, asked.get("BudgetName"), "create notification for")
    _add(budget, asked.get("Notification") or {}, asked.get("Subscribers") or [])
    keeping.watch(call.ledger.account)
    return {}


def delete_notification(call: Call) -> dict[str, Any]:
    """Take a notification away."""
    asked, kept = _asked(call, ("BudgetName", "Notification"), "DeleteNotification")
    budget = _find(kept, asked.get("BudgetName"), "delete notification for")
    budget.notices.remove(_notice(budget, asked.get("Notification") or {}))
    return {}


def describe_notifications_for_budget(call: Call) -> dict[str, Any]:
    """The notifications of a budget, each with its state."""
    asked, kept = _asked(call, ("BudgetName", "MaxResults"), "DescribeNotificationsForBudget")
    budget = _find(kept, asked.get("BudgetName"), "describe notifications for")
    period = keeping.period(budget, call.now)
    told = [
        {**one.settings, "NotificationState": "ALARM" if one.alarmed_in == period[0] else "OK"}
        for one in budget.notices
    ]
    return {"Notifications": told}


def describe_subscribers_for_notification(call: Call) -> dict[str, Any]:
    """Who gets a notification."""
    asked, kept = _asked(call, ("BudgetName", "Notification", "MaxResults"), "DescribeSubscribersForNotification")
    budget = _find(kept, asked.get("BudgetName"), "describe subscribers for")
    return {"Subscribers": _notice(budget, asked.get("Notification") or {}).subscribers}


def _asked(call: Call, known: tuple[str, ...], operation: str) -> tuple[Asked, dict[str, Budget]]:
    account = call.ledger.account
    refuse_others(call.asked, ("AccountId", *known), operation, "InvalidParameterException")
    if call.asked.get("AccountId") != account:
        raise BillingError(
            "AccessDeniedException", f"Account {account} has no access to budgets of {call.asked.get('AccountId')}."
        )
    return call.asked, keeping.budgets_of(account)


def _find(kept: Mapping[str, Budget], name: Any, verb: str) -> Budget:
    found = kept.get(name)
    if found is None:
        raise BillingError("NotFoundException", f"Unable to {verb} budget: {name} - the budget doesn't exist.")
    return found


def _add(budget: Budget, notification: Asked, subscribers: Any) -> None:
    checked = rules.check_notification(notification)
    if any(one.settings == checked for one in budget.notices):
        raise BillingError("DuplicateRecordException", "Error creating notification: the notification already exists.")
    if len(budget.notices) >= rules.MOST_NOTIFICATIONS:
        raise BillingError(
            "CreationLimitExceededException", f"A budget has at most {rules.MOST_NOTIFICATIONS} notifications."
        )
    budget.notices.append(Notice(checked, rules.check_subscribers(subscribers)))


def _notice(budget: Budget, given: Asked) -> Notice:
    wanted = rules.check_notification(given)
    for one in budget.notices:
        if one.settings == wanted:
            return one
    raise BillingError("NotFoundException", "Unable to find the notification - it doesn't exist.")


def _told(call: Call, budget: Budget) -> dict[str, Any]:
    spend = keeping.spend(call.ledger, budget, call.now)
    told = {"ActualSpend": {"Amount": written(spend.actual), "Unit": "USD"}}
    if spend.forecast is not None:
        told["ForecastedSpend"] = {"Amount": written(spend.forecast), "Unit": "USD"}
    span = {"Start": budget.begins, "End": budget.ends}
    return {**budget.settings, "TimePeriod": span, "CalculatedSpend": told, "LastUpdatedTime": budget.updated}
