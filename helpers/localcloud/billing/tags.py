"""The tags of a resource, wherever its service keeps them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


def tags_of(arn: str) -> dict[str, str]:
    """The tags of what an ARN names; none when it is gone, or belongs to a service whose resources are not told apart on the bill."""
    parts = arn.split(":", 5)
    if len(parts) < 6 or parts[2] not in _READERS:
        return {}
    try:
        found = _READERS[parts[2]](parts[4], parts[3], arn, parts[5])
    except Exception:  # each backend has a word of its own for what is not there
        return {}
    return {str(key): str(value) for key, value in found.items()}


def _function(account: str, region: str, arn: str, name: str) -> Mapping[str, str]:
    from moto.awslambda.models import lambda_backends

    return lambda_backends[account][region].get_function(name.split(":")[1]).tags or {}


def _queue(account: str, region: str, arn: str, name: str) -> Mapping[str, str]:
    from moto.sqs.models import sqs_backends

    return sqs_backends[account][region].queues[name].tags or {}


def _topic(account: str, region: str, arn: str, name: str) -> Mapping[str, str]:
    from moto.sns.models import sns_backends

    return sns_backends[account][region].topics[arn]._tags or {}


def _table(account: str, region: str, arn: str, name: str) -> Mapping[str, str]:
    from moto.dynamodb.models import dynamodb_backends

    return _of_list(dynamodb_backends[account][region].list_tags_of_resource(arn))


def _bucket(account: str, region: str, arn: str, name: str) -> Mapping[str, str]:
    from moto.s3.models import s3_backends

    owner = s3_backends.bucket_accounts[name][1]
    return _of_list(s3_backends[owner]["aws"].get_bucket_tagging(name).get("Tags", []))


def _api(account: str, region: str, arn: str, name: str) -> Mapping[str, str]:
    from moto.apigateway.models import apigateway_backends

    from helpers.localcloud.gateway import http_apis

    identity = name.split("/")[2]
    if name.startswith("/apis/"):
        return http_apis.plane().store.get(account, region, identity).document.get("tags") or {}
    return apigateway_backends[account][region].get_rest_api(identity).tags or {}


def _alarm(account: str, region: str, arn: str, name: str) -> Mapping[str, str]:
    from moto.cloudwatch.models import cloudwatch_backends

    return cloudwatch_backends[account][region].tagger.get_tag_dict_for_resource(arn)


def _bus(account: str, region: str, arn: str, name: str) -> Mapping[str, str]:
    from moto.events.models import events_backends

    return events_backends[account][region].tagger.get_tag_dict_for_resource(arn)


def _log_group(account: str, region: str, arn: str, name: str) -> Mapping[str, str]:
    from moto.logs.models import logs_backends

    return logs_backends[account][region].tagger.get_tag_dict_for_resource(arn)


def _of_list(tags: list[dict[str, str]]) -> dict[str, str]:
    return {one["Key"]: one["Value"] for one in tags}


_READERS: dict[str, Callable[[str, str, str, str], Mapping[str, Any]]] = {
    "apigateway": _api,
    "cloudwatch": _alarm,
    "dynamodb": _table,
    "events": _bus,
    "lambda": _function,
    "logs": _log_group,
    "s3": _bucket,
    "sns": _topic,
    "sqs": _queue,
}
