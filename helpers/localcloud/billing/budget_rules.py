"""What a budget and its notifications may be.

Source: https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_Budget.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from helpers.localcloud.billing.errors import BillingError

MOST_NOTIFICATIONS = 10
MOST_ADDRESSES = 10
TIME_UNITS = ("DAILY", "MONTHLY", "QUARTERLY", "ANNUALLY")
FILTERS = {"Region": "REGION", "Service": "SERVICE", "UsageType": "USAGE_TYPE", "LinkedAccount": "LINKED_ACCOUNT"}
# Taxes, credits, refunds and the like do not exist here, so that including them or not makes no difference.
COST_TYPES = {
    "IncludeTax": True,
    "IncludeSubscription": True,
    "UseBlended": False,
    "IncludeRefund": True,
    "IncludeCredit": True,
    "IncludeUpfront": True,
    "IncludeRecurring": True,
    "IncludeOtherSubscription": True,
    "IncludeSupport": True,
    "IncludeDiscount": True,
    "UseAmortized": False,
}
_KNOWN = ("BudgetName", "BudgetLimit", "CostFilters", "CostTypes", "TimeUnit", "TimePeriod", "BudgetType")
# DescribeBudget answers these, and whoever updates a budget sends back what was described.
_TOLD = ("CalculatedSpend", "LastUpdatedTime", "HealthStatus")
_NAME = re.compile(r"(?![^:\\]*/action/|(?i:.*<script>.*</script>.*))[^:\\]{1,100}")
_TOPIC = re.compile(r"arn:[\w-]+:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def wrong(message: str) -> BillingError:
    """What Budgets says to wrong input."""
    return BillingError("InvalidParameterException", message)


def check_budget(given: Mapping[str, Any]) -> dict[str, Any]:
    """A budget as it is kept.

    Raises: ``InvalidParameterException``.
    """
    for name, value in given.items():
        if name not in (*_KNOWN, *_TOLD) and value not in (None, [], {}):
            raise wrong(f"The local cloud does not serve {name} of budgets.")
    called, kind, unit = given.get("BudgetName"), given.get("BudgetType"), given.get("TimeUnit")
    if not isinstance(called, str) or not _NAME.fullmatch(called):
        raise wrong("BudgetName must have 1 to 100 characters, without : and \\, and without /action/.")
    if kind != "COST":
        raise wrong(f"The local cloud serves budgets of type COST only, not {kind}.")
    if unit not in TIME_UNITS:
        raise wrong(f"The local cloud serves budgets by {', '.join(TIME_UNITS)}, not by {unit}.")
    limit = given.get("BudgetLimit")
    if not limit:
        raise wrong(
            "Unable to create/update budget - please provide one of the followings: Budget Limit/ Planned Budget Limit/ Auto Adjust Data"
        )
    if limit.get("Unit") != "USD":
        raise wrong("Unable to create/update budget - the unit of a cost budget must be USD.")
    if _number(limit.get("Amount")) <= 0:
        raise wrong("Unable to create/update budget - the limit must be greater than zero.")
    span = given.get("TimePeriod") or {}
    if span.get("Start") and span.get("End") and float(span["End"]) <= float(span["Start"]):
        raise wrong("Unable to create/update budget - the end of its time period must be after the start.")
    filters = given.get("CostFilters") or {}
    for key, values in filters.items():
        if key not in FILTERS and key != "TagKeyValue":
            raise wrong(
                f"The local cloud does not serve the cost filter {key}: choose {', '.join((*FILTERS, 'TagKeyValue'))}."
            )
        if not values:
            raise wrong(f"The cost filter {key} has no values.")
        if key == "TagKeyValue" and not all(re.fullmatch(r"user:[^$]+\$.*", one) for one in values):
            raise wrong("TagKeyValue must be written as user:key$value.")
    types = {**COST_TYPES, **(given.get("CostTypes") or {})}
    kept = {one: given[one] for one in _KNOWN if given.get(one) is not None}
    return {**kept, "CostFilters": dict(filters), "CostTypes": types}


def expression(budget: Mapping[str, Any]) -> dict[str, Any] | None:
    """The filter of a budget as an expression of Cost Explorer."""
    parts: list[dict[str, Any]] = []
    for key, values in budget["CostFilters"].items():
        if key != "TagKeyValue":
            parts.append({"Dimensions": {"Key": FILTERS[key], "Values": values}})
            continue
        pairs = [one.removeprefix("user:").split("$", 1) for one in values]
        tags = [{"Tags": {"Key": name, "Values": [value]}} for name, value in pairs]
        parts.append(tags[0] if len(tags) == 1 else {"Or": tags})
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else {"And": parts}


def check_notification(given: Mapping[str, Any]) -> dict[str, Any]:
    """A notification as it is kept, without its state.

    Raises: ``InvalidParameterException``.
    """
    kind, operator = given.get("NotificationType"), given.get("ComparisonOperator")
    threshold, how = _number(given.get("Threshold")), given.get("ThresholdType") or "PERCENTAGE"
    if kind not in ("ACTUAL", "FORECASTED"):
        raise wrong(f"NotificationType must be ACTUAL or FORECASTED, not {kind}.")
    if operator not in ("GREATER_THAN", "LESS_THAN", "EQUAL_TO"):
        raise wrong(f"ComparisonOperator must be GREATER_THAN, LESS_THAN or EQUAL_TO, not {operator}.")
    if how not in ("PERCENTAGE", "ABSOLUTE_VALUE"):
        raise wrong(f"ThresholdType must be PERCENTAGE or ABSOLUTE_VALUE, not {how}.")
    if not 0 < threshold <= 15_000_000_000_000:
        raise wrong("Threshold must be greater than 0 and at most 15000000000000.")
    return {"NotificationType": kind, "ComparisonOperator": operator, "Threshold": threshold, "ThresholdType": how}


def check_subscribers(given: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """One topic and up to ten addresses.

    Raises: ``InvalidParameterException``.
    """
    kinds = [one.get("SubscriptionType") for one in given]
    if not given or kinds.count("SNS") > 1 or kinds.count("EMAIL") > MOST_ADDRESSES:
        raise wrong(
            f"A notification takes at most one SNS topic and {MOST_ADDRESSES} e-mail addresses, and at least one of them."
        )
    for kind, one in zip(kinds, given, strict=True):
        form = {"SNS": _TOPIC, "EMAIL": _ADDRESS}.get(str(kind))
        if form is None or not form.fullmatch(str(one.get("Address") or "")):
            raise wrong(f"{one.get('Address')} is no address of a subscriber of type {kind}.")
    return [dict(one) for one in given]


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise wrong(f"{value} is not a number.") from None
