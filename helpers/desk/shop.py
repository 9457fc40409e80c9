"""Loja's whole API, deployed: scenario 1 of day 22, for someone who wants to call it from a terminal.

The four functions, the API and its limits are sources in ``course/shop``; what stands here is the boto3 that brings them into an account.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
from dataclasses import dataclass
from typing import Any

import boto3
import click

from helpers import offline
from helpers.cloud import discovery
from helpers.cloud.deploy import TRUST, deploy
from helpers.cloud.owned import COMMAND, owned_cloud
from helpers.cloud.session import REGION
from helpers.cloud.targets import DEFAULT_ACCOUNT
from helpers.cloud.urls import invoke_url
from helpers.desk.signals import stopped_by_signals
from helpers.paths import COURSE_ROOT

SOURCES = COURSE_ROOT / "course" / "shop"
STAGE = "prod"
PARTNER_KEY = "loja-partner-key-of-this-computer"
CUSTOMER = ("ana@example.com", "correct horse")
PRODUCTS = (("caneca", "Caneca de café", 3990, 12), ("camiseta", "Camiseta", 7990, 40), ("bone", "Boné", 4990, 3))
_FUNCTION_SECONDS = 20  # a busy computer stands still for some of AWS's three
STAGE_LIMIT = {"rate": 100, "burst": 50}
PLAN = {"throttle": {"rateLimit": 1.0, "burstLimit": 10}, "quota": {"limit": 1000, "period": "DAY"}}


@dataclass(frozen=True)
class Shop:
    """Where the shop answers, and the key of its partner."""

    url: str
    key: str

    def exports(self) -> str:
        """The line that a shell needs before it calls the shop."""
        return f"export LOJA={self.url} KEY={self.key}"


def open_shop() -> Shop:
    """Deploy Loja into the account that boto3 is pointed at, which should be empty.

    Raises: ``CourseError`` and ``ClientError`` as the services do.
    """
    _tables()
    topic = boto3.client("sns").create_topic(Name="orders-placed")["TopicArn"]
    secret = secrets.token_urlsafe(32)
    functions = {
        "products": _function("products"),
        "login": _function("login", files=("tokens.py",), SECRET=secret),
        "authorizer": _function("authorizer", files=("tokens.py",), SECRET=secret),
        "orders": _function("orders", TOPIC=topic),
        "invoices": _function("invoices"),
    }
    boto3.client("ses").verify_email_identity(EmailAddress="loja@example.com")
    _let(functions["invoices"], "sns.amazonaws.com", topic)
    boto3.client("sns").subscribe(TopicArn=topic, Protocol="lambda", Endpoint=functions["invoices"])
    api = _api(functions)
    return Shop(invoke_url(api, STAGE), PARTNER_KEY)


def _tables() -> None:
    dynamodb = boto3.client("dynamodb")
    for name, key in (("products", "sku"), ("customers", "email"), ("orders", "order")):
        dynamodb.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
    for sku, title, cents, stock in PRODUCTS:
        item = {"sku": {"S": sku}, "name": {"S": title}, "cents": {"N": str(cents)}, "stock": {"N": str(stock)}}
        dynamodb.put_item(TableName="products", Item=item)
    email, password = CUSTOMER
    salt = secrets.token_hex(8)
    stored = hashlib.scrypt(password.encode(), salt=salt.encode(), n=2**12, r=8, p=1).hex()
    customer = {"email": {"S": email}, "salt": {"S": salt}, "password": {"S": stored}}
    dynamodb.put_item(TableName="customers", Item=customer)


def _function(name: str, files: tuple[str, ...] = (), **variables: str) -> str:
    more = [SOURCES / file for file in files]
    return deploy(
        SOURCES / f"{name}.py", name, files=more, environment=variables, timeout=_FUNCTION_SECONDS, show=False
    )


def _let(function: str, service: str, source: str) -> None:
    boto3.client("lambda").add_permission(
        FunctionName=function,
        StatementId=service.partition(".")[0],
        Action="lambda:InvokeFunction",
        Principal=service,
        SourceArn=source,
    )


def _api(functions: dict[str, str]) -> str:
    gateway = boto3.client("apigateway")
    region = str(gateway.meta.region_name)
    role = _gateway_role()

    def filled(found: re.Match[str]) -> str:
        kind, _, name = found[1].partition(":")
        if kind == "function":
            return f"arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{functions[name]}/invocations"
        return {"role": role, "region": region}[kind]

    text = (SOURCES / "api.yaml").read_text(encoding="utf-8")
    document = re.sub(r"\{(function:[a-z]+|role|region)\}", filled, text)
    api: str = gateway.import_rest_api(body=document.encode(), failOnWarnings=False)["id"]
    account = role.split(":")[4]
    for name in ("products", "login", "authorizer", "orders"):
        _let(functions[name], "apigateway.amazonaws.com", f"arn:aws:execute-api:{region}:{account}:{api}/*")
    gateway.create_deployment(restApiId=api, stageName=STAGE)
    limits = [
        {"op": "replace", "path": f"/*/*/throttling/{name}Limit", "value": str(value)}
        for name, value in STAGE_LIMIT.items()
    ]
    gateway.update_stage(restApiId=api, stageName=STAGE, patchOperations=limits)
    _plan(gateway, api)
    return api


def _plan(gateway: Any, api: str) -> None:
    plan = gateway.create_usage_plan(name="partners", apiStages=[{"apiId": api, "stage": STAGE}], **PLAN)["id"]
    key = gateway.create_api_key(name="partner", value=PARTNER_KEY, enabled=True)["id"]
    gateway.create_usage_plan_key(usagePlanId=plan, keyId=key, keyType="API_KEY")


def _gateway_role() -> str:
    """The role with which the API itself reads the table of orders."""
    iam = boto3.client("iam")
    trust = json.loads(json.dumps(TRUST).replace("lambda.amazonaws.com", "apigateway.amazonaws.com"))
    role = iam.create_role(RoleName="loja-api-role", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    statement = {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": "arn:aws:dynamodb:*:*:table/orders"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName="loja-api-role", PolicyName="read-orders", PolicyDocument=policy)
    return str(role)


def serve(port: int) -> None:
    """Run a local cloud with the shop in it until Ctrl-C or a termination signal, and say how a shell reaches it.

    Raises: ``CourseError`` when the local cloud does not come up.
    """
    command = (*COMMAND, "--port", str(port))
    with owned_cloud(command=command) as cloud, stopped_by_signals():
        os.environ.update(
            AWS_ENDPOINT_URL=cloud.endpoint_url,
            AWS_ACCESS_KEY_ID=DEFAULT_ACCOUNT,
            AWS_SECRET_ACCESS_KEY="local",
            AWS_DEFAULT_REGION=REGION,
            AWS_EC2_METADATA_DISABLED="true",
            AWS_CONFIG_FILE=os.devnull,
            AWS_SHARED_CREDENTIALS_FILE=os.devnull,
        )
        offline.install()
        discovery.record(cloud.endpoint_url)
        try:
            click.echo(open_shop().exports())
            cloud.process.wait()
        except KeyboardInterrupt:
            return
        finally:
            discovery.forget(cloud.endpoint_url)
