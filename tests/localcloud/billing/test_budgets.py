"""Budgets follow the bill on the virtual clock, and tell topics and mailboxes when a threshold is passed."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.billing.conftest import Bill

Client = Callable[[str], Any]
ACTUAL = {
    "NotificationType": "ACTUAL",
    "ComparisonOperator": "GREATER_THAN",
    "Threshold": 50.0,
    "ThresholdType": "PERCENTAGE",
}


@pytest.fixture
def desk(client: Client, account: str, cloud: Any) -> Any:
    class Desk:
        budgets = client("budgets")

        def create(self, *notifications: Any, limit: str = "0.05", **more: Any) -> None:
            budget = {
                "BudgetName": "mensal",
                "BudgetType": "COST",
                "TimeUnit": "MONTHLY",
                "BudgetLimit": {"Amount": limit, "Unit": "USD"},
                **more,
            }
            self.budgets.create_budget(
                AccountId=account, Budget=budget, NotificationsWithSubscribers=list(notifications)
            )

        def get(self) -> Any:
            return self.budgets.describe_budget(AccountId=account, BudgetName="mensal")["Budget"]

        def letters(self) -> list[Any]:
            headers = {"x-localcloud-account": account}
            request = urllib.request.Request(f"{cloud.endpoint_url}/_localcloud/outbox", headers=headers)
            with urllib.request.urlopen(request) as answer:
                told = json.load(answer)
            return told if isinstance(told, list) else next(one for one in told.values() if isinstance(one, list))

    return Desk()


def mail(notification: dict[str, Any]) -> dict[str, Any]:
    return {"Notification": notification, "Subscribers": [{"SubscriptionType": "EMAIL", "Address": "ana@example.com"}]}


def test_an_actual_threshold_writes_once_a_month_to_topic_and_mailbox(
    bill: Bill, desk: Any, client: Client, account: str
) -> None:
    bill.to_a_new_month()
    sns, sqs = client("sns"), client("sqs")
    topic = sns.create_topic(Name="custos")["TopicArn"]
    url = sqs.create_queue(QueueName="avisos")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    both = mail(ACTUAL)
    both["Subscribers"].append({"SubscriptionType": "SNS", "Address": topic})
    desk.create(both)
    bill.ask()
    bill.ask()
    bill.advance(hours=9)
    assert desk.letters() == []
    bill.ask()
    assert desk.letters() == []  # nobody looks before the next of three times a day
    bill.advance(hours=9)
    (letter,) = desk.letters()
    assert letter["to"] == "ana@example.com"
    assert "Budget Name: mensal" in letter["text"]
    (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
    assert "Alert Threshold: > $0.03" in json.loads(message["Body"])["Message"]
    assert desk.get()["CalculatedSpend"]["ActualSpend"] == {"Amount": "0.03", "Unit": "USD"}
    told = desk.budgets.describe_notifications_for_budget(AccountId=account, BudgetName="mensal")["Notifications"]
    assert told == [{**ACTUAL, "NotificationState": "ALARM"}]
    bill.advance(days=3)
    assert len(desk.letters()) == 1
    bill.to_a_new_month()
    told = desk.budgets.describe_notifications_for_budget(AccountId=account, BudgetName="mensal")["Notifications"]
    assert told[0]["NotificationState"] == "OK"
    assert desk.get()["CalculatedSpend"]["ActualSpend"]["Amount"] == "0"


def test_a_forecast_warns_before_the_money_is_spent(bill: Bill, desk: Any) -> None:
    bill.to_a_new_month()
    forecast = {**ACTUAL, "NotificationType": "FORECASTED", "Threshold": 100.0}
    desk.create(mail(forecast), mail({**ACTUAL, "Threshold": 100.0}), limit="0.2")
    for _ in range(2):
        bill.ask()
        bill.advance(days=1)
    assert float(desk.get()["CalculatedSpend"]["ForecastedSpend"]["Amount"]) > 0.2
    bill.advance(hours=8)
    (letter,) = desk.letters()
    assert "Alert Type: FORECASTED" in letter["text"]


def test_a_budget_can_watch_one_service(bill: Bill, desk: Any) -> None:
    desk.create(CostFilters={"Service": ["AWS Lambda"]})
    bill.ask()
    assert desk.get()["CalculatedSpend"]["ActualSpend"]["Amount"] == "0"


def test_budgets_are_updated_listed_and_deleted(desk: Any, account: str) -> None:
    desk.create(mail(ACTUAL))
    kept = desk.get()
    assert kept["CostTypes"]["IncludeTax"] is True
    assert kept["TimePeriod"]["Start"].day == 1
    kept["BudgetLimit"] = {"Amount": "7", "Unit": "USD"}
    desk.budgets.update_budget(AccountId=account, NewBudget=kept)
    (listed,) = desk.budgets.describe_budgets(AccountId=account)["Budgets"]
    assert listed["BudgetLimit"]["Amount"] == "7"
    named = {"AccountId": account, "BudgetName": "mensal"}
    second = {**ACTUAL, "Threshold": 90.0}
    desk.budgets.create_notification(**named, **{**mail(second), "Notification": second})
    told = desk.budgets.describe_subscribers_for_notification(**named, Notification=second)["Subscribers"]
    assert told == [{"SubscriptionType": "EMAIL", "Address": "ana@example.com"}]
    desk.budgets.delete_notification(**named, Notification=ACTUAL)
    assert len(desk.budgets.describe_notifications_for_budget(**named)["Notifications"]) == 1
    desk.budgets.delete_budget(**named)
    with pytest.raises(desk.budgets.exceptions.NotFoundException, match="the budget doesn't exist"):
        desk.get()


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"BudgetType": "USAGE"}, "type COST only"),
        ({"TimeUnit": "CUSTOM"}, "not by CUSTOM"),
        ({"limit": "-1"}, "greater than zero"),
        ({"limit": "many"}, "not a number"),
        ({"BudgetLimit": {"Amount": "1", "Unit": "BRL"}}, "must be USD"),
        ({"CostFilters": {"AZ": ["us-east-1a"]}}, "cost filter AZ"),
        ({"TimePeriod": {"Start": 1_790_000_000, "End": 1_780_000_000}}, "must be after the start"),
        ({"AutoAdjustData": {"AutoAdjustType": "FORECAST"}}, "does not serve AutoAdjustData"),
    ],
)
def test_what_a_budget_cannot_be_is_refused(desk: Any, more: dict[str, Any], message: str) -> None:
    with pytest.raises(ClientError, match=message) as refused:
        desk.create(**more)
    assert refused.value.response["Error"]["Code"] == "InvalidParameterException"


def test_a_name_can_be_used_once_and_only_for_the_own_account(desk: Any) -> None:
    desk.create()
    with pytest.raises(desk.budgets.exceptions.DuplicateRecordException):
        desk.create()
    with pytest.raises(desk.budgets.exceptions.AccessDeniedException):
        desk.budgets.describe_budgets(AccountId="999999999999")


def test_a_notification_needs_somebody_who_gets_it(desk: Any) -> None:
    with pytest.raises(ClientError, match="no address of a subscriber"):
        desk.create({"Notification": ACTUAL, "Subscribers": [{"SubscriptionType": "EMAIL", "Address": "ana"}]})
