"""What Budgets sends when a threshold is passed: a message to a topic, letters to addresses.

The wording is this server's own; a topic must let ``budgets.amazonaws.com`` publish where the account enforces resource policies.
Source: https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-sns-policy.html
"""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from helpers.localcloud import events
from helpers.localcloud.events.delivery import deliver

_SERVICE = "budgets.amazonaws.com"
_SENDER = "no-reply@budgets.amazonaws.com"
_SIGNS = {"GREATER_THAN": ">", "LESS_THAN": "<", "EQUAL_TO": "="}
_log = logging.getLogger(__name__)


def notify(
    account: str,
    budget: Mapping[str, Any],
    notification: Mapping[str, Any],
    subscribers: Sequence[Mapping[str, str]],
    value: float,
    threshold: float,
    now: float,
) -> None:
    """Tell every subscriber; one that cannot be reached does not keep the others from knowing. value, threshold: USD."""
    name, kind = budget["BudgetName"], notification["NotificationType"].capitalize()
    subject = f"AWS Budgets: {name} has exceeded your alert threshold"
    text = "\n".join(
        (
            f"AWS Budget Notification {dt.datetime.fromtimestamp(now, dt.UTC):%B %d, %Y}",
            f"AWS Account {account}",
            "",
            f"Budget Name: {name}",
            "Budget Type: Cost",
            f"Budgeted Amount: ${float(budget['BudgetLimit']['Amount']):.2f}",
            f"Alert Type: {kind.upper()}",
            f"Alert Threshold: {_SIGNS[notification['ComparisonOperator']]} ${threshold:.2f}",
            f"{kind} Amount: ${value:.2f}",
        )
    )
    plane = events.plane()
    for one in subscribers:
        if one["SubscriptionType"] == "EMAIL":
            plane.outbox.put(account, "email", one["Address"], text, sender=_SENDER, subject=subject)
            continue
        arn = f"arn:aws:budgets::{account}:budget/{name}"
        try:
            deliver(
                plane,
                one["Address"],
                text,
                service=_SERVICE,
                source_arn=arn,
                message=str(uuid.uuid4()),
                subject=subject,
            )
        except Exception as problem:  # the topic is gone, or does not let Budgets in
            _log.warning("the budget %s of %s could not tell %s: %s", name, account, one["Address"], problem)
