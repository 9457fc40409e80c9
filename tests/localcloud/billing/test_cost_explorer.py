"""What an account did is what Cost Explorer says it used, and what that costs by the price book."""

from __future__ import annotations

import base64
import datetime as dt
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.billing.conftest import Bill, amounts
from tests.localcloud.conftest import Functions, eventually

Client = Callable[[str], Any]


def test_a_new_account_owes_nothing_until_it_asks_what_it_owes(bill: Bill) -> None:
    first = bill.ask()["ResultsByTime"]
    assert amounts(first[-1]["Total"]) == (0, 0)
    assert first[-1]["Estimated"] is True
    second = bill.by("DIMENSION", "SERVICE")
    assert second == {"AWS Cost Explorer": (pytest.approx(0.01), 1)}


def test_queue_requests_count_by_64_kb(bill: Bill, client: Client) -> None:
    sqs = client("sqs")
    url = sqs.create_queue(QueueName="pedidos")["QueueUrl"]  # 1
    sqs.send_message(QueueUrl=url, MessageBody="x" * 65_536)  # 1
    sqs.send_message(QueueUrl=url, MessageBody="x" * 65_537)  # 2
    entries = [{"Id": str(number), "MessageBody": "hello"} for number in range(10)]
    sqs.send_message_batch(QueueUrl=url, Entries=entries)  # 1
    sqs.purge_queue(QueueUrl=url)  # 1
    sqs.receive_message(QueueUrl=url)  # 1, although it is empty
    usage = bill.by("DIMENSION", "USAGE_TYPE")
    assert usage["Requests-Tier1"] == (0, 7)


def test_a_function_costs_requests_and_gigabyte_seconds_as_its_report_line_bills_them(
    bill: Bill, functions: Functions
) -> None:
    functions.create("loja", "def handler(event, context): return 1", MemorySize=512)
    functions.create("arm", "def handler(event, context): return 1", MemorySize=1024, Architectures=["arm64"])
    billed: dict[str, int] = {}
    for name in ("loja", "loja", "arm"):
        log = functions.invoke(name)["Log"]
        billed[name] = billed.get(name, 0) + int(log.split("Billed Duration: ")[1].split(" ms")[0])
    usage = eventually(lambda: bill.by("DIMENSION", "USAGE_TYPE"))
    assert usage["Request"] == (0, 3)
    assert usage["Lambda-GB-Second"][1] == pytest.approx(billed["loja"] / 1000 * 0.5)
    assert usage["Lambda-GB-Second-ARM"][1] == pytest.approx(billed["arm"] / 1000)


def test_provisioned_concurrency_is_paid_by_the_hour_and_its_calls_at_another_rate(
    bill: Bill, functions: Functions
) -> None:
    bill.to_a_new_month()
    functions.create("loja", "def handler(event, context): return 1", MemorySize=512)
    version = functions.aws.publish_version(FunctionName="loja")["Version"]
    named = {"FunctionName": "loja", "Qualifier": version}
    functions.aws.put_provisioned_concurrency_config(**named, ProvisionedConcurrentExecutions=2)
    eventually(lambda: functions.aws.get_provisioned_concurrency_config(**named)["Status"] == "READY")
    log = base64.b64decode(functions.aws.invoke(**named, LogType="Tail")["LogResult"]).decode()
    billed = int(log.split("Billed Duration: ")[1].split(" ms")[0])
    bill.advance(hours=1)
    functions.aws.delete_provisioned_concurrency_config(**named)
    bill.advance(hours=1)
    usage = bill.by("DIMENSION", "USAGE_TYPE")
    assert usage["Lambda-Provisioned-Concurrency"][1] == pytest.approx(2 * 0.5 * 3600, rel=0.05)
    assert usage["Lambda-Provisioned-Concurrency"][0] > 0
    assert usage["Lambda-Provisioned-GB-Second"][1] == pytest.approx(billed / 1000 * 0.5)
    assert "Lambda-GB-Second" not in usage


def test_topics_pay_for_publishing_and_for_deliveries_by_protocol(bill: Bill, client: Client) -> None:
    sns, sqs = client("sns"), client("sqs")
    topic = sns.create_topic(Name="vendas")["TopicArn"]
    for name in ("a", "b"):
        url = sqs.create_queue(QueueName=name)["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    sns.publish(TopicArn=topic, Message="x" * 65_537)
    sns.publish_batch(
        TopicArn=topic, PublishBatchRequestEntries=[{"Id": str(one), "Message": "y"} for one in range(10)]
    )
    only = {"Filter": {"Dimensions": {"Key": "SERVICE", "Values": ["Amazon Simple Notification Service"]}}}
    assert bill.by("DIMENSION", "USAGE_TYPE", **only) == {"Requests-Tier1": (0, 3), "DeliveryAttempts-SQS": (0, 22)}


def test_tables_on_demand_pay_units_and_provisioned_ones_pay_hours(bill: Bill, client: Client) -> None:
    dynamodb = client("dynamodb")
    common = {
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    }
    bill.to_a_new_month()
    dynamodb.create_table(TableName="sob-demanda", BillingMode="PAY_PER_REQUEST", **common)
    capacity = {"ReadCapacityUnits": 10, "WriteCapacityUnits": 5}
    dynamodb.create_table(TableName="provisionada", ProvisionedThroughput=capacity, **common)
    for number in range(3):
        dynamodb.put_item(TableName="sob-demanda", Item={"id": {"S": str(number)}, "text": {"S": "x" * 1500}})
    dynamodb.get_item(TableName="sob-demanda", Key={"id": {"S": "1"}})
    dynamodb.put_item(TableName="provisionada", Item={"id": {"S": "1"}})
    bill.advance(hours=10)
    dynamodb.delete_table(TableName="provisionada")
    bill.advance(hours=10)
    usage = bill.by("DIMENSION", "USAGE_TYPE")
    assert usage["WriteRequestUnits"] == (pytest.approx(6 * 0.000000625), 6)
    assert usage["ReadRequestUnits"][1] == 0.5
    assert usage["ReadCapacityUnit-Hrs"][1] == pytest.approx(100, abs=0.1)
    assert usage["WriteCapacityUnit-Hrs"][1] == pytest.approx(50, abs=0.1)


def test_a_capacity_that_is_changed_is_paid_from_its_change_on(bill: Bill, client: Client) -> None:
    dynamodb = client("dynamodb")
    bill.to_a_new_month()
    dynamodb.create_table(
        TableName="pedidos",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        ProvisionedThroughput={"ReadCapacityUnits": 10, "WriteCapacityUnits": 5},
    )
    bill.advance(hours=10)
    dynamodb.update_table(
        TableName="pedidos", ProvisionedThroughput={"ReadCapacityUnits": 10, "WriteCapacityUnits": 20}
    )
    bill.advance(hours=10)
    dynamodb.update_table(TableName="pedidos", BillingMode="PAY_PER_REQUEST")
    bill.advance(hours=10)
    usage = bill.by("DIMENSION", "USAGE_TYPE")
    assert usage["ReadCapacityUnit-Hrs"][1] == pytest.approx(200, abs=1)
    assert usage["WriteCapacityUnit-Hrs"][1] == pytest.approx(50 + 200, abs=1)


def test_buckets_events_logs_and_cloudwatch_are_on_the_bill(bill: Bill, client: Client, account: str) -> None:
    s3, cloudwatch, logs = client("s3"), client("cloudwatch"), client("logs")
    s3.create_bucket(Bucket=f"fotos-{account}")  # tier 1
    bucket = s3.list_buckets()["Buckets"][0]["Name"]  # tier 1
    s3.put_object(Bucket=bucket, Key="a", Body=b"1")  # tier 1
    s3.get_object(Bucket=bucket, Key="a")["Body"].read()  # tier 2
    s3.head_object(Bucket=bucket, Key="a")  # tier 2
    s3.list_objects_v2(Bucket=bucket)  # tier 1
    s3.delete_object(Bucket=bucket, Key="a")  # free
    s3.delete_bucket(Bucket=bucket)  # free
    entry = {"Source": "loja", "DetailType": "x", "Detail": '{"text": "' + "x" * 70_000 + '"}'}
    client("events").put_events(Entries=[entry])
    cloudwatch.put_metric_data(Namespace="Loja", MetricData=[{"MetricName": name, "Value": 1} for name in "abb"])
    now = bill.now()
    stat = {"Metric": {"Namespace": "Loja", "MetricName": "a"}, "Period": 60, "Stat": "Sum"}
    queries = [{"Id": f"q{number}", "MetricStat": stat} for number in range(3)]
    cloudwatch.get_metric_data(MetricDataQueries=queries, StartTime=now - dt.timedelta(hours=1), EndTime=now)
    logs.create_log_group(logGroupName="/loja")
    logs.create_log_stream(logGroupName="/loja", logStreamName="s")
    event = {"timestamp": int(now.timestamp() * 1000), "message": "x" * 1000}
    logs.put_log_events(logGroupName="/loja", logStreamName="s", logEvents=[event] * 4)
    usage = bill.by("DIMENSION", "USAGE_TYPE")
    assert usage["Requests-Tier1"] == (pytest.approx(4 * 0.000005), 4)
    assert usage["Requests-Tier2"] == (pytest.approx(2 * 0.0000004), 2)
    assert usage["USE1-Event-64K-Chunks"] == (pytest.approx(2 * 0.000001), 2)
    assert usage["CW:GMD-Metrics"] == (pytest.approx(3 * 0.00001), 3)
    assert usage["CW:Requests"] == (0, 1)
    assert usage["CW:MetricMonitorUsage"][1] == pytest.approx(2 / 720, rel=0.1)
    assert usage["USE1-DataProcessing-Bytes"][1] == pytest.approx(4 * 1026 / 2**30, abs=1e-10)


def test_alarms_cost_for_as_long_as_they_stand(bill: Bill, client: Client) -> None:
    cloudwatch = client("cloudwatch")
    bill.to_a_new_month()
    common = {"Namespace": "Loja", "MetricName": "m", "Statistic": "Sum", "EvaluationPeriods": 1, "Threshold": 1}
    for number in range(12):
        name = f"alarme-{number}"
        cloudwatch.put_metric_alarm(AlarmName=name, Period=60, ComparisonOperator="GreaterThanThreshold", **common)
    bill.advance(days=6)
    cloudwatch.delete_alarms(AlarmNames=[f"alarme-{number}" for number in range(12)])
    bill.advance(days=6)
    now = bill.now()
    days = ((now.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)).day
    cost, months = bill.by("DIMENSION", "USAGE_TYPE")["CW:AlarmMonitorUsage"]
    assert months == pytest.approx(12 * 6 / days, rel=0.001)
    assert cost == 0  # ten alarm-months are free


def test_days_and_hours_add_up_to_the_month(bill: Bill, client: Client) -> None:
    bill.to_a_new_month()
    for _ in range(3):
        client("sqs").list_queues()
        bill.advance(hours=30)
    only = {"Filter": {"Dimensions": {"Key": "SERVICE", "Values": ["Amazon Simple Queue Service"]}}}
    daily = bill.ask(Granularity="DAILY", **only)["ResultsByTime"]
    assert [float(day["Total"]["UsageQuantity"]["Amount"]) for day in daily if amounts(day["Total"])[1]] == [1, 1, 1]
    assert daily[0]["Total"]["UsageQuantity"] == {"Amount": "0", "Unit": "N/A"}
    now = bill.now().replace(minute=0, second=0, microsecond=0)
    span = {"Start": f"{now - dt.timedelta(days=5):%Y-%m-%dT%H:00:00Z}", "End": f"{now:%Y-%m-%dT%H:00:00Z}"}
    hourly = bill.ask(Granularity="HOURLY", TimePeriod=span, **only)["ResultsByTime"]
    assert len(hourly) == 120
    assert sum(amounts(hour["Total"])[1] for hour in hourly) == 3


def test_a_region_without_prices_is_an_error_and_never_free(bill: Bill, cloud: Any, account: str) -> None:
    cloud.client("sqs", account, "sa-east-1").list_queues()
    with pytest.raises(ClientError, match="no price for sqs/standard-requests in sa-east-1") as refused:
        bill.ask()
    assert refused.value.response["Error"]["Code"] == "DataUnavailableException"
    answer = bill.ask(Metrics=["UsageQuantity"], GroupBy=[{"Type": "DIMENSION", "Key": "USAGE_TYPE"}])
    assert answer["ResultsByTime"][-1]["Groups"][0]["Keys"] == ["SAE1-Requests-Tier1"]
    here = {"Filter": {"Not": {"Dimensions": {"Key": "REGION", "Values": ["sa-east-1"]}}}}
    assert "AWS Cost Explorer" in bill.by("DIMENSION", "SERVICE", **here)


def test_the_free_requests_of_a_month_are_the_first_ones(bill: Bill, client: Client) -> None:
    bill.to_a_new_month()
    values = {"Dimensions": {"Key": "SERVICE", "Values": ["AWS Cost Explorer"]}}
    for _ in range(2):
        bill.ask()
        bill.advance(days=20)
    months = bill.ask(
        TimePeriod={"Start": f"{bill.now() - dt.timedelta(days=45):%Y-%m}-01", "End": bill.month()["End"]},
        Filter=values,
    )["ResultsByTime"]
    assert sum(amounts(month["Total"])[0] for month in months) == pytest.approx(0.02)
    assert months[0]["Estimated"] is False
    assert months[-1]["Estimated"] is True


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"Granularity": "WEEKLY"}, "Granularity must be one of"),
        ({"Metrics": ["NormalizedUsageAmount"]}, "does not serve the metric NormalizedUsageAmount"),
        ({"TimePeriod": {"Start": "2026-11-05", "End": "2026-11-05"}}, "Start date .* before end date"),
        ({"TimePeriod": {"Start": "5 Nov", "End": "2026-11-05"}}, "Start time 5 Nov is invalid"),
        ({"TimePeriod": {"Start": "2020-01-01", "End": "2020-02-01"}}, "beyond 14 months"),
        ({"TimePeriod": {"Start": "2126-01-01", "End": "2126-02-01"}}, "end date past the beginning of next month"),
        ({"GroupBy": [{"Type": "DIMENSION", "Key": "AZ"}]}, "does not serve the dimension AZ"),
        ({"GroupBy": [{"Type": "DIMENSION", "Key": "SERVICE"}] * 3}, "at most 2"),
        ({"Filter": {"CostCategories": {"Key": "x", "Values": ["y"]}}}, "filters by CostCategories"),
        ({"Filter": {"Dimensions": {"Key": "SERVICE", "Values": ["x"], "MatchOptions": ["CONTAINS"]}}}, "MatchOptions"),
        ({"BillingViewArn": "arn:aws:billing::123456789012:billingview/primary"}, "BillingViewArn"),
        ({"NextPageToken": "x"}, "pagination token"),
    ],
)
def test_what_is_not_served_is_refused_by_its_name(bill: Bill, wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ClientError, match=message):
        bill.ask(**wrong)


def test_other_operations_are_refused_by_name(bill: Bill, client: Client) -> None:
    with pytest.raises(ClientError, match="does not serve GetSavingsPlansUtilization of Cost Explorer"):
        bill.ce.get_savings_plans_utilization(TimePeriod=bill.month())
    with pytest.raises(ClientError, match="does not serve ListTagsForResource of Budgets"):
        client("budgets").list_tags_for_resource(ResourceARN="arn:aws:budgets::123456789012:budget/x")


def test_dimension_values_are_those_that_were_used(bill: Bill, client: Client, account: str) -> None:
    client("sqs").list_queues()
    values = bill.ce.get_dimension_values(TimePeriod=bill.month(), Dimension="SERVICE", SearchString="queue")
    assert [one["Value"] for one in values["DimensionValues"]] == ["Amazon Simple Queue Service"]
    accounts = bill.ce.get_dimension_values(TimePeriod=bill.month(), Dimension="LINKED_ACCOUNT")
    assert accounts["DimensionValues"][0]["Value"] == account


def test_a_forecast_needs_two_days_and_draws_them_on(bill: Bill) -> None:
    bill.to_a_new_month()
    span = {"Start": f"{bill.now():%Y-%m-%d}", "End": f"{bill.now() + dt.timedelta(days=10):%Y-%m-%d}"}
    asked = {"TimePeriod": span, "Metric": "UNBLENDED_COST", "Granularity": "DAILY"}
    with pytest.raises(ClientError, match="Insufficient amount of historical data") as refused:
        bill.ce.get_cost_forecast(**asked)
    assert refused.value.response["Error"]["Code"] == "DataUnavailableException"
    for calls in (1, 3):
        for _ in range(calls):
            bill.ask()
        bill.advance(days=1)
    start = bill.now()
    asked["TimePeriod"] = {"Start": f"{start:%Y-%m-%d}", "End": f"{start + dt.timedelta(days=10):%Y-%m-%d}"}
    answer = bill.ce.get_cost_forecast(**asked, PredictionIntervalLevel=80)
    assert float(answer["Total"]["Amount"]) == pytest.approx(10 * 0.02)
    assert len(answer["ForecastResultsByTime"]) == 10
    day = answer["ForecastResultsByTime"][0]
    assert (
        float(day["PredictionIntervalLowerBound"])
        < float(day["MeanValue"])
        < float(day["PredictionIntervalUpperBound"])
    )


def test_a_forecast_begins_with_the_first_day_that_cost_something(bill: Bill, client: Any) -> None:
    bill.to_a_new_month()
    client("sqs").create_queue(QueueName="free")  # used, and within the free tier
    bill.advance(days=5)
    for _ in range(2):
        bill.ask()
        bill.advance(days=1)
    span = {"Start": f"{bill.now():%Y-%m-%d}", "End": f"{bill.now() + dt.timedelta(days=10):%Y-%m-%d}"}
    answer = bill.ce.get_cost_forecast(TimePeriod=span, Metric="UNBLENDED_COST", Granularity="DAILY")
    assert float(answer["Total"]["Amount"]) == pytest.approx(10 * 0.01)


def test_a_reset_account_has_no_bill(bill: Bill, cloud: Any, account: str) -> None:
    bill.ask()
    request = urllib.request.Request(f"{cloud.endpoint_url}/_localcloud/reset", b"", {"x-localcloud-account": account})
    urllib.request.urlopen(request).close()
    assert bill.by("DIMENSION", "SERVICE") == {}
