"""First-class integrations: a route that sends to a queue or puts an event, without a function.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-aws-services-reference.html
"""

from __future__ import annotations

import functools
import json
import threading
import uuid
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from helpers.localcloud.gateway.exchange import HttpResponse
from helpers.localcloud.gateway.http_apis.call import Call, broken

_NUMBERS = ("DelaySeconds",)
_DOCUMENTS = ("MessageAttributes", "Resources")
_XML = "http://queue.amazonaws.com/doc/2012-11-05/"

# A session keeps the description of each service that it has read; two threads must not create clients of it at once.
_session = functools.cache(boto3.Session)
_CREATION = threading.Lock()


def perform(call: Call, subtype: str, given: Mapping[str, str | None], endpoint_url: str) -> HttpResponse:
    """What the service answered. given: the request parameters, evaluated.

    Raises: ``Refusal`` when a parameter cannot be read.
    """
    try:
        members: dict[str, Any] = {
            name: int(value) if name in _NUMBERS else json.loads(value) if name in _DOCUMENTS else value
            for name, value in given.items()
            if value is not None
        }
    except ValueError:
        raise broken("A request parameter of the integration cannot be read") from None
    region = members.pop("Region", call.api.region)
    with _CREATION:
        client: Any = _session().client(
            "sqs" if subtype == "SQS-SendMessage" else "events",
            endpoint_url=endpoint_url,
            region_name=region,
            aws_access_key_id=call.api.account,
            aws_secret_access_key="integration",
            config=Config(retries={"total_max_attempts": 1}),
        )
    try:
        if subtype == "SQS-SendMessage":
            return _sent(client.send_message(**members))
        return _put(client.put_events(Entries=[members]))
    except ClientError as error:
        status = int(error.response["ResponseMetadata"]["HTTPStatusCode"])
        body = json.dumps({"__type": error.response["Error"]["Code"], "message": error.response["Error"]["Message"]})
        call.facts["integrationErrorMessage"] = error.response["Error"]["Message"]
        return HttpResponse(status, [("content-type", "application/x-amz-json-1.1")], body.encode())
    except (BotoCoreError, TypeError) as error:
        raise broken(str(error)) from None
    finally:
        client.close()


def _sent(answer: Mapping[str, Any]) -> HttpResponse:
    names = ("MessageId", "MD5OfMessageBody", "MD5OfMessageAttributes", "SequenceNumber")
    result = "".join(f"<{name}>{escape(str(answer[name]))}</{name}>" for name in names if name in answer)
    body = (
        f'<?xml version="1.0"?><SendMessageResponse xmlns="{_XML}"><SendMessageResult>{result}</SendMessageResult>'
        f"<ResponseMetadata><RequestId>{uuid.uuid4()}</RequestId></ResponseMetadata></SendMessageResponse>"
    )
    return HttpResponse(200, [("content-type", "text/xml")], body.encode())


def _put(answer: Mapping[str, Any]) -> HttpResponse:
    body = json.dumps({"Entries": answer["Entries"], "FailedEntryCount": answer["FailedEntryCount"]})
    return HttpResponse(200, [("content-type", "application/x-amz-json-1.1")], body.encode())
