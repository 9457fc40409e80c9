"""Integrations with templates: functions, ``MOCK``, services and endpoints, and the way back."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest

from tests.localcloud.conftest import eventually
from tests.localcloud.gateway.integrations.conftest import Behind, Endpoint, said

ECHO = "def handler(event, context):\n    return event\n"
RAISES = "def handler(event, context):\n    raise ValueError(event['why'])\n"
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "apigateway.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
)
FINE: dict[str, dict[str, Any]] = {"200": {}}
SERVER = (500, {"message": "Internal server error"})


def test_templates_make_the_event_and_the_answer(behind: Behind) -> None:
    behind.put(
        "AWS",
        path="/orders/{order}",
        uri=behind.function("echo", ECHO),
        requestTemplates={
            "application/json": '{"id": "$input.params(\'order\')", "sku": $input.json("$.sku"), "stage": "$context.stage"}'
        },
        answers={
            "200": {
                "responseTemplates": {
                    "application/json": '{"order": $input.json("$.id"), "all": "$input.path(\'$.sku\')"}'
                }
            }
        },
    )
    assert said(behind.post({"sku": "caneca"}, "/orders/A-7")) == (200, {"order": "A-7", "all": "caneca"})


@pytest.mark.parametrize(
    ("behaviour", "templates", "content_type", "status"),
    [
        ("WHEN_NO_MATCH", {"application/json": "{}"}, "text/plain", 200),
        ("WHEN_NO_TEMPLATES", {}, "text/plain", 200),
        ("WHEN_NO_TEMPLATES", {"application/json": "{}"}, "text/plain", 415),
        ("NEVER", {"application/json": "{}"}, "text/plain", 415),
        ("NEVER", {}, "application/json", 415),
        ("NEVER", {"application/json": "{}"}, "application/json; charset=utf-8", 200),
        ("NEVER", {"application/json": "{}"}, None, 200),
    ],
)
def test_bodies_without_a_template_pass_or_not(
    behind: Behind, behaviour: str, templates: dict[str, str], content_type: str | None, status: int
) -> None:
    behind.put(
        "AWS",
        uri=behind.function("echo", ECHO),
        passthroughBehavior=behaviour,
        requestTemplates=templates,
        answers=FINE,
    )
    headers = {"Content-Type": content_type} if content_type else {}
    got = behind.post('{"as": "sent"}', headers=headers)
    assert got.status_code == status
    if status == 415:
        assert got.json() == {"message": "Unsupported Media Type"}


def test_an_error_message_chooses_the_answer(behind: Behind) -> None:
    shown = {"application/json": '{"message": "$input.path(\'$.errorMessage\')"}'}
    behind.put(
        "AWS",
        uri=behind.function("raises", RAISES),
        answers={
            "200": {},
            "404": {"selectionPattern": "NotFound: .*", "responseTemplates": shown},
            "409": {"selectionPattern": "Conflict", "responseTemplates": shown},
        },
    )
    assert said(behind.post({"why": "NotFound: caneca"})) == (404, {"message": "NotFound: caneca"})
    status, error = said(behind.post({"why": "Conflict of some kind"}))
    assert status == 200
    assert error["errorMessage"] == "Conflict of some kind"
    assert error["errorType"] == "ValueError"


def test_an_answer_that_fits_nothing_is_an_error_of_the_server(behind: Behind) -> None:
    behind.put("AWS", uri=behind.function("echo", ECHO), answers={"400": {"selectionPattern": "Bad.*"}})
    assert said(behind.post({})) == SERVER


def test_a_pattern_that_never_ends_does_not_hold_the_server(behind: Behind) -> None:
    behind.put("AWS", uri=behind.function("raises", RAISES), answers={"200": {}, "400": {"selectionPattern": "(a+)+b"}})
    assert behind.post({"why": "a" * 60}).status_code == 200


def test_a_body_that_is_no_json_is_refused_by_the_function(behind: Behind) -> None:
    behind.put("AWS", uri=behind.function("echo", ECHO), answers=FINE)
    status, body = said(behind.post("{not json", headers={"Content-Type": "text/plain"}))
    assert status == 400
    assert body["message"].startswith("Could not parse request body into json: ")


def test_a_template_that_fails_is_an_error_of_the_server(behind: Behind) -> None:
    behind.put(
        "AWS", uri=behind.function("echo", ECHO), requestTemplates={"application/json": "#set($x = "}, answers=FINE
    )
    assert said(behind.post({})) == SERVER


def test_a_function_can_be_called_without_waiting(behind: Behind) -> None:
    source = (
        "import boto3\ndef handler(event, context):\n    boto3.client('sqs').create_queue(QueueName=event['name'])\n"
    )
    behind.put(
        "AWS",
        uri=behind.function("later", source),
        requestParameters={"integration.request.header.X-Amz-Invocation-Type": "'Event'"},
        answers={"202": {}},
    )
    assert behind.post({"name": "made-later"}).status_code == 202
    assert eventually(lambda: behind.functions.client("sqs").list_queues().get("QueueUrls"))


def test_overrides_change_status_and_headers(behind: Behind) -> None:
    template = (
        '#set($context.responseOverride.status = 444)#set($context.responseOverride.header.x-loja = "own"){"a": 1}'
    )
    behind.put(
        "MOCK",
        requestTemplates={"application/json": '{"statusCode": 200}'},
        answers={"200": {"responseTemplates": {"application/json": template}}},
    )
    got = behind.post({})
    assert (got.status_code, got.headers["x-loja"], got.json()) == (444, "own", {"a": 1})


@pytest.mark.parametrize(
    ("asked", "status"), [('{"statusCode": 404}', 404), ("{statusCode: 200}", 200), ("{}", 500), ("nothing", 500)]
)
def test_a_mock_answers_with_the_status_that_its_template_names(behind: Behind, asked: str, status: int) -> None:
    behind.put(
        "MOCK",
        requestTemplates={"application/json": asked},
        answers={"200": {}, "404": {"selectionPattern": "404"}},
    )
    assert behind.post({}).status_code == status


def test_the_client_chooses_among_response_templates(behind: Behind) -> None:
    behind.put(
        "MOCK",
        requestTemplates={"application/json": '{"statusCode": 200}'},
        answers={"200": {"responseTemplates": {"application/json": "{}", "application/xml": "<ok/>"}}},
    )
    got = behind.post({}, headers={"Accept": "application/xml"})
    assert (got.text, got.headers["content-type"]) == ("<ok/>", "application/xml")
    assert behind.post({}).text == "{}"


@pytest.fixture
def role(behind: Behind) -> str:
    made = behind.functions.client("iam").create_role(RoleName="api-role", AssumeRolePolicyDocument=TRUST)
    return str(made["Role"]["Arn"])


def test_a_method_sends_to_a_queue(behind: Behind, role: str) -> None:
    sqs = behind.functions.client("sqs")
    url = sqs.create_queue(QueueName="orders")["QueueUrl"]
    behind.put(
        "AWS",
        uri=f"arn:aws:apigateway:us-east-1:sqs:path/{behind.account}/orders",
        credentials=role,
        requestParameters={"integration.request.header.Content-Type": "'application/x-www-form-urlencoded'"},
        requestTemplates={"application/json": "Action=SendMessage&MessageBody=$util.urlEncode($input.body)"},
        answers={"202": {"responseTemplates": {"application/json": '{"taken": true}'}}},
    )
    assert said(behind.post({"sku": "caneca & café"})) == (202, {"taken": True})
    assert json.loads(sqs.receive_message(QueueUrl=url)["Messages"][0]["Body"]) == {"sku": "caneca & café"}


def test_a_method_publishes_to_a_topic(behind: Behind, role: str) -> None:
    sns, sqs = behind.functions.client("sns"), behind.functions.client("sqs")
    topic = sns.create_topic(Name="orders")["TopicArn"]
    url = sqs.create_queue(QueueName="copy")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
    behind.put(
        "AWS",
        uri="arn:aws:apigateway:us-east-1:sns:action/Publish",
        credentials=role,
        method={"requestParameters": {"method.request.querystring.text": False}},
        requestParameters={
            "integration.request.querystring.TopicArn": f"'{topic}'",
            "integration.request.querystring.Message": "method.request.querystring.text",
        },
        answers=FINE,
    )
    assert behind.post(None, "/orders?text=hello").status_code == 200
    assert eventually(lambda: sqs.receive_message(QueueUrl=url).get("Messages"))[0]["Body"] == "hello"


def test_a_method_reads_and_writes_a_table_and_maps_its_refusals(behind: Behind, role: str) -> None:
    dynamodb = behind.functions.client("dynamodb")
    dynamodb.create_table(
        TableName="orders",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "order", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "order", "AttributeType": "S"}],
    )
    item = '{"TableName": "orders", "ConditionExpression": "attribute_not_exists(#o)", "ExpressionAttributeNames": {"#o": "order"}, "Item": {"order": {"S": $input.json("$.order")}}}'
    behind.put(
        "AWS",
        uri="arn:aws:apigateway:us-east-1:dynamodb:action/PutItem",
        credentials=role,
        requestTemplates={"application/json": item},
        answers={
            "201": {"responseTemplates": {"application/json": "{}"}},
            "409": {
                "selectionPattern": "400",
                "responseTemplates": {"application/json": '{"why": "$input.path(\'$.__type\')"}'},
            },
        },
    )
    assert behind.post({"order": "A-7"}).status_code == 201
    status, body = said(behind.post({"order": "A-7"}))
    assert status == 409
    assert body["why"].endswith("ConditionalCheckFailedException")
    assert dynamodb.get_item(TableName="orders", Key={"order": {"S": "A-7"}})["Item"]


def test_a_method_puts_an_event_on_a_bus(behind: Behind, role: str) -> None:
    template = (
        '{"Entries": [{"Source": "loja", "DetailType": "order", "Detail": "$util.escapeJavaScript($input.body)"}]}'
    )
    behind.put(
        "AWS",
        uri="arn:aws:apigateway:us-east-1:events:action/PutEvents",
        credentials=role,
        requestTemplates={"application/json": template},
        answers=FINE,
    )
    status, body = said(behind.post({"order": "A-7"}))
    assert (status, body["FailedEntryCount"]) == (200, 0)


def test_a_role_that_is_not_there_and_a_service_that_is_not_there_are_errors_of_the_server(behind: Behind) -> None:
    missing = f"arn:aws:iam::{behind.account}:role/nobody"
    behind.put("AWS", uri="arn:aws:apigateway:us-east-1:dynamodb:action/PutItem", credentials=missing, answers=FINE)
    assert said(behind.post({})) == SERVER


def test_an_endpoint_gets_the_whole_request_and_its_answer_comes_back(behind: Behind, endpoint: Endpoint) -> None:
    behind.put("HTTP_PROXY", path="/{proxy+}", uri=f"{endpoint.url}/shop/{{proxy}}", integrationHttpMethod="POST",
               method={"requestParameters": {"method.request.path.proxy": True}},
               requestParameters={"integration.request.path.proxy": "method.request.path.proxy"})  # fmt: skip
    endpoint.answer = (418, {"Content-Type": "text/plain", "X-Shelf": "7"}, b"short and stout")
    got = behind.post("tea", "/pots/1?size=m", headers={"X-Loja": "one"})
    assert (got.status_code, got.text, got.headers["x-shelf"]) == (418, "short and stout", "7")
    [(verb, target, headers, body)] = endpoint.seen
    assert (verb, target, body) == ("POST", "/shop/pots/1?size=m", b"tea")
    assert headers["X-Loja"] == "one"


def test_the_status_of_an_endpoint_chooses_the_answer(behind: Behind, endpoint: Endpoint) -> None:
    behind.put(
        "HTTP",
        uri=f"{endpoint.url}/stock",
        integrationHttpMethod="GET",
        answers={
            "200": {"responseParameters": {"method.response.header.Shelf": "integration.response.header.X-Shelf"}},
            "502": {"selectionPattern": "5\\d{2}", "responseTemplates": {"application/json": '{"message": "later"}'}},
        },
    )
    got = behind.post({})
    assert (got.status_code, got.headers["shelf"], endpoint.seen[0][0]) == (200, "7", "GET")
    endpoint.answer = (503, {}, b"")
    assert said(behind.post({})) == (502, {"message": "later"})


def test_an_endpoint_that_is_slow_gone_or_elsewhere(behind: Behind, endpoint: Endpoint) -> None:
    endpoint.hold = threading.Event()
    behind.put("HTTP_PROXY", path="/slow", uri=endpoint.url, timeoutInMillis=60)
    behind.put("HTTP_PROXY", path="/gone", uri="http://127.0.0.1:9/")
    behind.put("HTTP_PROXY", path="/elsewhere", uri="http://198.51.100.7/")
    assert said(behind.post({}, "/slow")) == (504, {"message": "Endpoint request timed out"})
    endpoint.hold.set()
    assert behind.post({}, "/gone").status_code == 504
    assert behind.post({}, "/elsewhere").status_code == 504


def test_a_method_starts_a_state_machine(behind: Behind, role: str) -> None:
    states = behind.functions.client("stepfunctions")
    definition = json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": True}}})
    machine = states.create_state_machine(name="orders", definition=definition, roleArn=role)["stateMachineArn"]
    template = (
        f'{{"stateMachineArn": "{machine}", "name": "first", "input": "$util.escapeJavaScript($input.json(\'$\'))"}}'
    )
    behind.put(
        "AWS",
        uri="arn:aws:apigateway:us-east-1:states:action/StartExecution",
        credentials=role,
        requestTemplates={"application/json": template},
        answers={"200": {"responseTemplates": {"application/json": '{"arn": $input.json("$.executionArn")}'}}},
    )
    status, body = said(behind.post({"order": "A-7"}))
    assert (status, body["arn"].rpartition(":")[2]) == (200, "first")
    [execution] = states.list_executions(stateMachineArn=machine)["executions"]
    assert json.loads(states.describe_execution(executionArn=execution["executionArn"])["input"]) == {"order": "A-7"}


def test_a_service_refuses_what_a_template_made_no_json_of(behind: Behind, role: str) -> None:
    behind.put(
        "AWS",
        uri="arn:aws:apigateway:us-east-1:dynamodb:action/GetItem",
        credentials=role,
        requestTemplates={"application/json": '{"TableName": "$util.escapeJavaScript($input.path("$.name"))"}'},
        answers={"200": {}, "400": {"selectionPattern": "400"}},
    )
    status, body = said(behind.post({"name": "it's"}))
    assert status == 400
    assert body["__type"].endswith("SerializationException")
