"""``production()``: builds Loja in the account that boto3 is pointed at, with plain boto3, and lets some customers in."""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import httpx

from helpers.classroom.production.case import Case
from helpers.classroom.production.sources import CATALOGUE, QUEUE, source_of
from helpers.cloud.deploy import deploy
from helpers.cloud.urls import invoke_url
from helpers.errors import CourseError

API, STAGE = "loja-production", "prod"
POWERTOOLS = "arn:aws:lambda:us-east-1:017000801446:layer:AWSLambdaPowertoolsPythonV3-python313-x86_64:7"
PRODUCTS = 240
_CUSTOMERS = 5


@dataclass(frozen=True)
class Shop:
    """Loja, running. url: of the stage. settings: what ``deploy`` must be told to bring one of its functions up again."""

    url: str
    settings: Mapping[str, Any]
    _case: Case = field(repr=False)

    @property
    def functions(self) -> list[str]:
        """The names of all functions, by the alphabet."""
        return sorted(self._case.names.values())

    def source(self, name: str) -> Path:
        """The file ``work/<name>.py`` with the code of a function: as its authors left it, or as it stands there by now.

        Raises: ``CourseError`` for a name that is none of :attr:`functions`.
        """
        roles = [role for role, known in self._case.names.items() if known == name]
        if not roles:
            raise CourseError(f"there is no function {name!r} in this shop; it has {', '.join(self.functions)}")
        path = Path("work", f"{name}.py")
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            path.write_text(source_of(self._case, roles[0]), encoding="utf-8")
        return path

    def order(self, number: int) -> httpx.Response:
        """Place an order of many lines, as customers do."""
        draw = random.Random(number)
        skus = draw.sample(range(PRODUCTS), self._case.lines)
        body = {
            "id": f"order-{number}",
            "country": "BR",
            "lines": [{"sku": f"sku-{sku}", "count": 1} for sku in skus],
            "notify": [f"{who}@example.com" for who in ("ana", "bia", "caio")],
        }
        return httpx.post(f"{self.url}/orders", json=body, timeout=60, trust_env=False)


def production(badge: str) -> Shop:
    """Build the shop of a badge: an API, six functions, a table, a queue; everything traced. Then five customers order.

    badge: any word of the learner's own. It decides the names and the bottleneck.

    Raises: ``CourseError`` for a badge without a letter and for an account that has a shop, ``ClientError`` as the services do.
    """
    if not isinstance(badge, str) or not any(letter.isalnum() for letter in badge):
        raise CourseError("production() needs a badge: a word of your own, such as your name")
    if any(one["name"] == API for one in boto3.client("apigateway").get_rest_apis(limit=500)["items"]):
        raise CourseError(
            "this account has a production already: run the notebook again from its first cell, which empties the account"
        )
    case = Case.of(badge)
    settings = {"layers": [POWERTOOLS], "tracing": True, "timeout": 30, "memory": 512, "show": False}
    _catalogue()
    queue = boto3.client("sqs").create_queue(QueueName=QUEUE, Attributes={"VisibilityTimeout": "180"})["QueueUrl"]
    arns = _functions(case, settings)
    _consume(queue, case.names["pack"])
    if case.kind == "throttled":
        boto3.client("lambda").put_function_concurrency(FunctionName=case.culprit, ReservedConcurrentExecutions=0)
    _trace_all_orders()
    shop = Shop(_api(badge, arns["entry"]), settings, case)
    for name in shop.functions:
        Path("work", f"{name}.py").unlink(missing_ok=True)
    for number in range(1, _CUSTOMERS + 1):
        shop.order(number).raise_for_status()
    return shop


def _catalogue() -> None:
    dynamodb = boto3.resource("dynamodb")
    table = dynamodb.create_table(
        TableName=CATALOGUE,
        KeySchema=[{"AttributeName": "sku", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "sku", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    with table.batch_writer() as batch:
        for sku in range(PRODUCTS):
            batch.put_item(
                Item={"sku": f"sku-{sku}", "left": sku % 17 + 1, "cents": 990 + 10 * sku, "score": sku * 7 % 100}
            )


def _functions(case: Case, settings: Mapping[str, Any]) -> dict[str, str]:
    arns: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as folder:
        for role, name in case.names.items():
            path = Path(folder, f"{name}.py")
            path.write_text(source_of(case, role), encoding="utf-8")
            arns[role] = deploy(path, name, **settings)
    return arns


def _consume(queue: str, function: str) -> None:
    attributes = boto3.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
    boto3.client("lambda").create_event_source_mapping(FunctionName=function, EventSourceArn=attributes["QueueArn"])


def _trace_all_orders() -> None:
    everything = dict.fromkeys(("ServiceName", "ServiceType", "Host", "ResourceARN"), "*")
    rule = {"RuleName": "orders", "Priority": 10, "FixedRate": 1.0, "ReservoirSize": 10, "Version": 1}
    boto3.client("xray").create_sampling_rule(
        SamplingRule={**rule, **everything, "HTTPMethod": "POST", "URLPath": "*/orders"}
    )


def _api(badge: str, function: str) -> str:
    gateway = boto3.client("apigateway")
    uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{function}/invocations"
    proxy = {"type": "aws_proxy", "httpMethod": "POST", "uri": uri}
    document = {
        "openapi": "3.0.1",
        "info": {"title": API, "version": "1", "description": badge},
        "paths": {"/orders": {"post": {"x-amazon-apigateway-integration": proxy}}},
    }
    api = gateway.import_rest_api(body=json.dumps(document).encode())["id"]
    gateway.create_deployment(restApiId=api, stageName=STAGE, tracingEnabled=True)
    boto3.client("lambda").add_permission(
        FunctionName=function, StatementId="api", Action="lambda:InvokeFunction", Principal="apigateway.amazonaws.com"
    )
    return invoke_url(api, STAGE)
