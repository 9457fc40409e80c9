"""Where a deployed API answers: the one thing about it that differs between the local cloud and AWS.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-call-api.html
"""

from __future__ import annotations

import re

from helpers.cloud import targets
from helpers.cloud.control import connected_endpoint
from helpers.errors import CourseError

_ID = re.compile(r"[A-Za-z0-9]+")


def invoke_url(api_id: str, stage: str | None = None) -> str:
    """The address of a REST or HTTP API, without a slash at its end: ``invoke_url(api_id, "prod") + "/products"``.

    api_id: what ``create_rest_api`` or ``create_api`` answered. stage: an HTTP API with the stage ``$default`` needs none.
    In a ``%%real_aws`` cell the answer is AWS's own address.

    Raises: ``CourseError`` for an id that is none, ``CloudUnavailable`` before ``connect()``.
    """
    if not _ID.fullmatch(api_id):
        raise CourseError(
            f"invoke_url({api_id!r}): give the API's id, which create_rest_api answers as 'id' and create_api as 'ApiId'"
        )
    target = targets.current()
    if target is not None and target.endpoint_url is None:
        return address_of(api_id, stage, endpoint_url=None, region=target.region)
    return address_of(api_id, stage, endpoint_url=connected_endpoint(), region="")


def address_of(api_id: str, stage: str | None, *, endpoint_url: str | None, region: str) -> str:
    """The same for a known place. endpoint_url: of the local cloud; ``None`` is AWS itself, in ``region``."""
    if endpoint_url is None:
        suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
        base = f"https://{api_id}.execute-api.{region}.{suffix}"
    else:
        base = f"{endpoint_url.rstrip('/')}/_execute-api/{api_id}"
    return f"{base}/{stage}" if stage and stage != "$default" else base
