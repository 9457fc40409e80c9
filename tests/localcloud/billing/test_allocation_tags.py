"""Cost by tag: only of activated tags, and only from their activation on."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.billing.conftest import Bill

Client = Callable[[str], Any]


def activate(bill: Bill, *keys: str, status: str = "Active") -> Any:
    changes = [{"TagKey": key, "Status": status} for key in keys]
    return bill.ce.update_cost_allocation_tags_status(CostAllocationTagsStatus=changes)["Errors"]


def test_tags_show_from_their_activation_on_and_not_before(bill: Bill, client: Client) -> None:
    bill.to_a_new_month()
    sqs = client("sqs")
    sales = sqs.create_queue(QueueName="vendas", tags={"equipe": "vendas"})["QueueUrl"]
    stock = sqs.create_queue(QueueName="estoque", tags={"equipe": "estoque"})["QueueUrl"]
    sqs.send_message(QueueUrl=sales, MessageBody="before")
    only = {"Filter": {"Dimensions": {"Key": "SERVICE", "Values": ["Amazon Simple Queue Service"]}}}
    assert bill.by("TAG", "equipe", **only) == {"equipe$": (0, 3)}

    assert activate(bill, "equipe") == []
    bill.advance(hours=24)
    for url in (sales, sales, stock):
        sqs.send_message(QueueUrl=url, MessageBody="after")
    assert bill.by("TAG", "equipe", **only) == {"equipe$": (0, 3), "equipe$estoque": (0, 1), "equipe$vendas": (0, 2)}
    tagged = {"Filter": {"Tags": {"Key": "equipe", "Values": ["vendas"]}}}
    assert bill.by("DIMENSION", "SERVICE", **tagged) == {"Amazon Simple Queue Service": (0, 2)}
    absent = {"Filter": {"And": [{"Tags": {"Key": "equipe", "MatchOptions": ["ABSENT"]}}, only["Filter"]]}}
    assert bill.by("DIMENSION", "SERVICE", **absent) == {"Amazon Simple Queue Service": (0, 3)}
    assert bill.ce.get_tags(TimePeriod=bill.month())["Tags"] == ["equipe"]
    assert bill.ce.get_tags(TimePeriod=bill.month(), TagKey="equipe")["Tags"] == ["estoque", "vendas"]

    assert activate(bill, "equipe", status="Inactive") == []
    bill.advance(hours=24)
    sqs.send_message(QueueUrl=sales, MessageBody="later")
    assert bill.by("TAG", "equipe", **only)["equipe$vendas"] == (0, 2)


def test_a_tag_that_is_changed_counts_from_the_next_hour_on(bill: Bill, client: Client) -> None:
    bill.to_a_new_month()
    sqs = client("sqs")
    url = sqs.create_queue(QueueName="fila", tags={"ambiente": "teste"})["QueueUrl"]
    activate(bill, "ambiente")
    bill.advance(hours=24)
    sqs.send_message(QueueUrl=url, MessageBody="1")
    sqs.tag_queue(QueueUrl=url, Tags={"ambiente": "prod"})
    bill.advance(hours=2)
    sqs.send_message(QueueUrl=url, MessageBody="2")
    usage = bill.by("TAG", "ambiente")
    assert usage["ambiente$teste"][1] == 2  # the message, and the call that changes the tag
    assert usage["ambiente$prod"][1] == 1


def test_the_tags_of_functions_tables_topics_buckets_and_alarms_are_known(
    bill: Bill, client: Client, functions: Any, account: str
) -> None:
    bill.to_a_new_month()
    tag = [{"Key": "projeto", "Value": "loja"}]
    functions.create("loja", "def handler(event, context): return 1", Tags={"projeto": "loja"})
    topic = client("sns").create_topic(Name="t", Tags=tag)["TopicArn"]
    client("dynamodb").create_table(
        TableName="tabela",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        Tags=tag,
    )
    s3 = client("s3")
    s3.create_bucket(Bucket=f"balde-{account}")
    s3.put_bucket_tagging(Bucket=f"balde-{account}", Tagging={"TagSet": tag})
    client("cloudwatch").put_metric_alarm(
        AlarmName="alarme",
        Namespace="Loja",
        MetricName="m",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
        Tags=tag,
    )
    known = bill.ce.list_cost_allocation_tags()["CostAllocationTags"]
    assert [(one["TagKey"], one["Status"], one["Type"]) for one in known] == [("projeto", "Inactive", "UserDefined")]
    activate(bill, "projeto")
    bill.advance(hours=24)
    functions.invoke("loja")
    client("sns").publish(TopicArn=topic, Message="x")
    client("dynamodb").put_item(TableName="tabela", Item={"id": {"S": "1"}})
    s3.put_object(Bucket=f"balde-{account}", Key="a", Body=b"1")
    bill.advance(hours=2)
    services = bill.by("DIMENSION", "SERVICE", Filter={"Tags": {"Key": "projeto", "Values": ["loja"]}})
    assert set(services) == {
        "AWS Lambda",
        "Amazon DynamoDB",
        "Amazon Simple Notification Service",
        "Amazon Simple Storage Service",
        "AmazonCloudWatch",
    }


def test_unknown_tags_cannot_be_activated(bill: Bill) -> None:
    assert activate(bill, "nada") == [
        {"TagKey": "nada", "Code": "TagKeysNotFoundException", "Message": "Tag keys not found"}
    ]
    assert bill.ce.list_cost_allocation_tags(Status="Active")["CostAllocationTags"] == []


def test_apis_are_told_apart_by_their_tags(bill: Bill, client: Client, cloud: Any, functions: Any) -> None:
    bill.to_a_new_month()
    function = functions.create("loja", "def handler(event, context): return 1")["FunctionArn"]
    quick = {"Name": "loja", "ProtocolType": "HTTP", "Target": function, "RouteKey": "GET /pedidos"}
    api = client("apigatewayv2").create_api(**quick, Tags={"equipe": "web"})["ApiId"]
    client("lambda").add_permission(
        FunctionName="loja", StatementId="api", Action="lambda:InvokeFunction", Principal="apigateway.amazonaws.com"
    )

    def call(path: str = "pedidos") -> None:
        urllib.request.urlopen(f"{cloud.endpoint_url}/_execute-api/{api}/{path}").close()

    call()
    with pytest.raises(urllib.error.HTTPError, match="404"):
        call("nada")  # what no route takes is free
    activate(bill, "equipe")
    bill.advance(hours=24)
    call()
    assert bill.by("TAG", "equipe")["equipe$web"][1] == 1
    assert bill.by("DIMENSION", "USAGE_TYPE")["USE1-ApiGatewayHttpRequest"] == (pytest.approx(0.000002), 2)


def test_a_filter_by_a_tag_that_is_not_activated_is_refused_and_not_zero(bill: Bill, client: Client) -> None:
    bill.to_a_new_month()
    client("sqs").create_queue(QueueName="vendas", tags={"equipe": "vendas"})

    def asked(expression: Any) -> Any:
        return bill.by("DIMENSION", "SERVICE", Filter=expression)

    sales = {"Tags": {"Key": "equipe", "Values": ["vendas"]}}
    here = {"Dimensions": {"Key": "REGION", "Values": ["us-east-1"]}}
    for expression in (sales, {"Not": sales}, {"And": [here, {"Or": [sales, here]}]}):
        with pytest.raises(ClientError, match="equipe is not activated"):
            asked(expression)
    assert asked({"Tags": {"Key": "equipe", "Values": [""]}})
    assert asked({"Tags": {"Key": "equipe", "MatchOptions": ["ABSENT"]}})
    activate(bill, "equipe")
    assert asked(sales) == {}
