"""The handlers of Loja in production, as their authors left them."""

from __future__ import annotations

from helpers.classroom.production.case import SERVICES, Case

CATALOGUE, QUEUE = "catalogue", "to-pack"
FIELDS = {"stock": "left", "price": "cents", "risk": "score"}

_ENTRY = '''"""Takes an order: asks {services}, tells everybody who wants to know, and hands the order to packing."""

import json
import time

import boto3
from aws_xray_sdk.core import patch_all
from botocore.config import Config

patch_all()
functions = boto3.client("lambda", config=Config(retries={{"total_max_attempts": 1}}))
sqs = boto3.client("sqs")
queue = sqs.get_queue_url(QueueName="{queue}")["QueueUrl"]


def ask(service, order):
    for attempt in range(4):
        try:
            answer = functions.invoke(FunctionName=service, Payload=json.dumps(order))
            return json.load(answer["Payload"])
        except functions.exceptions.TooManyRequestsException:
            time.sleep(0.03 * 2**attempt)
    return {{}}


def lambda_handler(event, context):
    order = json.loads(event["body"])
    answers = {{service: ask(service, order) for service in {services}}}
    for address in order["notify"]:
        functions.invoke(FunctionName="{mail}", {how}Payload=json.dumps({{"to": address, "order": order["id"]}}))
    sqs.send_message(QueueUrl=queue, MessageBody=json.dumps({{"id": order["id"]}}))
    return {{"statusCode": 202, "body": json.dumps({{"id": order["id"], **answers}})}}
'''

_SERVICE = '''"""What the catalogue says of `{field}`, for each product of an order."""

{imports}
import boto3
from aws_xray_sdk.core import patch_all

patch_all()
dynamodb = boto3.resource("dynamodb")
table = dynamodb.Table("{table}")
{extra}

def lambda_handler(event, context):
    skus = [line["sku"] for line in event["lines"]]
{look}
    return {{row["sku"]: {value} for row in found}}
'''

_BATCH = """    keys = [{{"sku": sku}} for sku in skus]
    found = dynamodb.batch_get_item(RequestItems={{"{table}": {{"Keys": keys}}}})["Responses"]["{table}"]"""

_SCAN = """    found, start = [], {{}}
    while True:
        page = table.scan(Limit=20, **start)
        found += [row for row in page["Items"] if row["sku"] in skus]
        if "LastEvaluatedKey" not in page:
            break
        start = {{"ExclusiveStartKey": page["LastEvaluatedKey"]}}"""

_ONE_BY_ONE = """    found = [table.get_item(Key={{"sku": sku}})["Item"] for sku in skus]"""

_SEASON = """seasons = dynamodb.Table("{name}-seasons")  # the table was dropped after Christmas; without it the factor is 1


def factor():
    for attempt in range(5):
        try:
            return int(seasons.get_item(Key={{"id": "now"}})["Item"]["factor"])
        except ClientError:
            time.sleep({pause} * 2**attempt)
    return 1

"""

_DUTIES = """

def load_duties():
    print("duties loaded")
    time.sleep({start})  # a big file, read and parsed
    return {{"AR": 2, "CL": 3, "PT": 5}}


duties = load_duties()  # for orders that leave Brazil

"""

_MAIL = '''"""Writes a letter."""

import time


def lambda_handler(event, context):
    time.sleep(0.12)
    print("letter to", event["to"], "about", event["order"])
'''

_PACK = '''"""Packs what was ordered."""

import json
import time


def lambda_handler(event, context):
    time.sleep(0.3)
    for record in event["Records"]:
        print("packed", json.loads(record["body"])["id"])
'''


def source_of(case: Case, role: str) -> str:
    """The handler of one function, with the bottleneck if it is there."""
    if role in ("mail", "pack"):
        return {"mail": _MAIL, "pack": _PACK}[role]
    if role == "entry":
        how = "" if case.kind == "waits" else 'InvocationType="Event", '
        services = [case.names[service] for service in SERVICES]
        return _ENTRY.format(services=services, queue=QUEUE, mail=case.names["mail"], how=how)
    kind = case.kind if role == case.role else ""
    field = FIELDS[role]
    name = case.names[role]
    look = {"scan": _SCAN, "n+1": _ONE_BY_ONE}.get(kind, _BATCH).format(table=CATALOGUE)
    extra, imports, value = "", "", f'int(row["{field}"])'
    if kind == "retries":
        extra, imports = _SEASON.format(name=name, pause=case.pause), "import time\n"
        look += "\n    now = factor()"
        value += " * now"
    if kind == "heavy start":
        extra, imports = _DUTIES.format(start=case.start), "import time\n"
        look += '\n    duty = 0 if event["country"] == "BR" else duties[event["country"]]'
        value += " + duty"
    text = _SERVICE.format(field=field, imports=imports, table=CATALOGUE, extra=extra, look=look, value=value)
    if kind == "retries":
        text = text.replace("patch_all\n\n", "patch_all\nfrom botocore.exceptions import ClientError\n\n", 1)
    return text.replace('"""\n\n\nimport boto3', '"""\n\nimport boto3').replace("\n\n\n\n", "\n\n\n")
