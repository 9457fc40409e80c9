"""moto of several services: what their requests cost is counted where they are answered."""

from __future__ import annotations

import json
from typing import Any

from moto.cloudwatch.responses import CloudWatchResponse
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Table
from moto.s3.responses import S3Response
from moto.sqs.responses import SQSResponse

from helpers.localcloud.billing import meter, tables
from helpers.localcloud.patches import patch

_WHY = "moto charges nothing"
_READS = ("GET", "HEAD", "OPTIONS")


@patch("moto.sqs.responses:SQSResponse.call_action", why=_WHY)
def _sqs(original: Any, self: SQSResponse) -> Any:
    answer = original(self)
    status, _, body = answer
    if status < 400:
        url, name = self._get_param("QueueUrl"), str(self._get_param("QueueName") or "")
        owner, name = str(url).rstrip("/").split("/")[-2:] if url else (self.current_account, name)
        resource = f"arn:aws:sqs:{self.region}:{owner}:{name}" if name else ""
        key = "sqs/fifo-requests" if name.endswith(".fifo") else "sqs/standard-requests"
        chunks = _chunks(str(self._get_action()), self.body, body)
        meter.count(owner, self.region, key, resource, chunks)
    return answer


def _chunks(action: str, request: str | bytes, answer: str | bytes) -> int:
    """Each 64 KB of messages are one request; names, ids and the like do not count."""
    text = answer if action == "ReceiveMessage" else request
    if len(text) <= meter.CHUNK or action not in ("ReceiveMessage", "SendMessage", "SendMessageBatch"):
        return 1
    try:
        told = json.loads(text)
    except ValueError:  # the old protocol: forms and XML
        return meter.chunks(len(text))
    messages = told.get("Messages") or told.get("Entries") or [told]
    size = sum(len((one.get("Body") or one.get("MessageBody") or "").encode()) for one in messages)
    size += sum(len(json.dumps(one["MessageAttributes"])) for one in messages if one.get("MessageAttributes"))
    return meter.chunks(size)


@patch("moto.cloudwatch.responses:CloudWatchResponse.call_action", why=_WHY)
def _cloudwatch(original: Any, self: CloudWatchResponse) -> Any:
    answer = original(self)
    if int(answer[0]) < 400:
        if str(self._get_action()) == "GetMetricData":
            queries = self._get_params().get("MetricDataQueries") or []
            metrics = sum(1 for one in queries if one.get("MetricStat"))
            meter.count(self.current_account, self.region, "cloudwatch/requested-metrics", "", max(1, metrics))
        else:
            meter.count(self.current_account, self.region, "cloudwatch/requests")
    return answer


@patch("moto.s3.responses:S3Response.bucket_response", why=_WHY)
def _s3_bucket(original: Any, self: S3Response, request: Any, full_url: str, headers: Any) -> Any:
    answer = original(self, request, full_url, headers)
    deletes = request.method == "DELETE" or (request.method == "POST" and "delete" in request.args)
    if answer[0] < 400 and not deletes:
        # Reading a bucket is listing it, which costs as much as writing; so do its settings.
        key = "s3/tier2-requests" if request.method in ("HEAD", "OPTIONS") else "s3/tier1-requests"
        meter.count(self.current_account, self.region, key, _bucket(self))
    return answer


@patch("moto.s3.responses:S3Response.key_response", why=_WHY)
def _s3_key(original: Any, self: S3Response, request: Any, full_url: str, headers: dict[str, Any]) -> Any:
    answer = original(self, request, full_url, headers)
    if answer[0] < 400 and request.method != "DELETE":
        key = "s3/tier2-requests" if request.method in _READS else "s3/tier1-requests"
        meter.count(self.current_account, self.region, key, _bucket(self))
    return answer


def _bucket(response: S3Response) -> str:
    return f"arn:aws:s3:::{response.bucket_name}" if response.bucket_name else ""


@patch("moto.dynamodb.models:DynamoDBBackend.create_table", why=_WHY)
def _create_table(original: Any, self: DynamoDBBackend, name: str, *arguments: Any, **more: Any) -> Table:
    table: Table = original(self, name, *arguments, **more)
    tables.table_stands(self.account_id, self.region_name, table)
    return table


@patch("moto.dynamodb.models:DynamoDBBackend.update_table", why=_WHY)
def _update_table(original: Any, self: DynamoDBBackend, *arguments: Any, **more: Any) -> Table:
    table: Table = original(self, *arguments, **more)
    tables.table_stands(self.account_id, self.region_name, table)
    return table


@patch("moto.dynamodb.models:DynamoDBBackend.delete_table", why=_WHY)
def _delete_table(original: Any, self: DynamoDBBackend, name: str) -> Table:
    table: Table = original(self, name)
    tables.table_is_gone(self.account_id, self.region_name, table)
    return table
