"""Where a deployed API answers: the address that a client calls."""

from __future__ import annotations

import re

from helpers.cloud import targets
from helpers.cloud.control import connected_endpoint
from helpers.errors import CourseError

_ID = re.compile(r"[A-Za-z0-9]+")


def invoke_url(api_id: str, stage: str | None = None) -> str:
    """The address of an API, without a slash at its end.

    api_id: what ``create_rest_api`` or ``create_api`` answered. stage: such as ``"dev"``; an HTTP API with the stage ``$default`` needs none.

    In a real-AWS cell it is AWS's own address, everywhere else one of the local cloud, ``http://127.0.0.1:…/_execute-api/{id}/{stage}``.
    Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-call-api.html

    Raises: ``CourseError`` for an id that is none, ``CloudUnavailable`` before ``connect()``.
    """
    if not _ID.fullmatch(api_id):
        raise CourseError(
            f"invoke_url({api_id!r}): give the API's id, which create_rest_api answers as 'id' and create_api as 'ApiId'"
        )
    target = targets.current()
    if target is not None and target.endpoint_url is None:
        suffix = "amazonaws.com.cn" if target.region.startswith("cn-") else "amazonaws.com"
        base = f"https://{api_id}.execute-api.{target.region}.{suffix}"
    else:
        base = f"{connected_endpoint().rstrip('/')}/_execute-api/{api_id}"
    return f"{base}/{stage}" if stage and stage != "$default" else base
