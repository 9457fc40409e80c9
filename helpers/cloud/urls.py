"""Where a deployed API answers: the one thing about it that differs between the local cloud and AWS.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-call-api.html
"""

from __future__ import annotations

import os

import boto3

from helpers.cloud.control import connected_endpoint


def invoke_url(api_id: str, stage: str | None = None) -> str:
    """The address of a REST or HTTP API, without a slash at its end: ``invoke_url(api_id, "prod") + "/products"``.

    stage: of an HTTP API with the stage ``$default`` there is none. In a ``%%real_aws`` cell the answer is the address on AWS.

    Raises: ``CloudUnavailable`` before ``connect()``.
    """
    on_aws = os.environ.get("COURSE_NOTEBOOK") is not None and "AWS_ENDPOINT_URL" not in os.environ
    region = boto3.Session().region_name or os.environ.get("AWS_REGION", "us-east-1")
    return address_of(api_id, stage, endpoint_url=None if on_aws else connected_endpoint(), region=region)


def address_of(api_id: str, stage: str | None, *, endpoint_url: str | None, region: str) -> str:
    """The same for a known place. endpoint_url: of the local cloud; ``None`` is AWS itself."""
    base = (
        f"https://{api_id}.execute-api.{region}.amazonaws.com"
        if endpoint_url is None
        else f"{endpoint_url}/_execute-api/{api_id}"
    )
    return f"{base}/{stage}" if stage else base
