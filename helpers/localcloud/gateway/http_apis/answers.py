"""What a function's result becomes: the response formats 2.0 and 1.0.

Format 2.0 takes any JSON: without ``statusCode`` it is the body of a 200.
Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from helpers.localcloud.gateway.exchange import HttpResponse

JSON_TYPE = "application/json"


class Malformed(Exception):
    """The function returned what is no response; the message says why."""


def read(payload: bytes, version: str, default_type: str) -> HttpResponse:
    """The response in what a function returned.

    version: ``1.0`` or ``2.0``. default_type: the content type of a response that names none.
    Raises: ``Malformed``.
    """
    try:
        value = json.loads(payload) if payload else None
    except ValueError:
        raise Malformed("the function returned no JSON") from None
    if isinstance(value, dict) and "statusCode" in value:
        return _structured(value, version, default_type)
    if version == "1.0":
        raise Malformed("the function returned no object with a statusCode")
    body = value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return HttpResponse(200, [("content-type", JSON_TYPE)], body.encode())


def _structured(value: dict[str, Any], version: str, default_type: str) -> HttpResponse:
    response = HttpResponse(_status(value["statusCode"]), [], _body(value))
    for name, one in _object(value, "headers").items():
        if one is not None:
            response.headers.append((str(name).lower(), _text(one)))
    if version == "1.0":
        for name, many in _object(value, "multiValueHeaders").items():
            if not isinstance(many, list):
                raise Malformed(f"multiValueHeaders.{name} is no list")
            response.headers = [pair for pair in response.headers if pair[0] != str(name).lower()]
            response.headers += [(str(name).lower(), _text(one)) for one in many]
    else:
        cookies = value.get("cookies") or []
        if not isinstance(cookies, list):
            raise Malformed("cookies is no list")
        response.headers += [("set-cookie", _text(one)) for one in cookies]
    if any("\r" in text or "\n" in text for pair in response.headers for text in pair):
        raise Malformed("a header has a line break")
    if response.header("content-type") is None:
        response.headers.append(("content-type", default_type))
    return response


def _status(value: Any) -> int:
    try:
        status = int(value) if not isinstance(value, bool) else 0
    except (TypeError, ValueError):
        status = 0
    if not 100 <= status <= 599:
        raise Malformed("statusCode is no status")
    return status


def _object(value: dict[str, Any], name: str) -> dict[str, Any]:
    found = value.get(name)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise Malformed(f"{name} is no object")
    return found


def _text(value: Any) -> str:
    if isinstance(value, (dict, list)) or value is None:
        raise Malformed("a header has a value that is no string")
    return str(value).lower() if isinstance(value, bool) else str(value)


def _body(value: dict[str, Any]) -> bytes:
    body = value.get("body")
    if body is None:
        return b""
    if not isinstance(body, str):
        raise Malformed("body is no string")
    if value.get("isBase64Encoded") is not True:
        return body.encode()
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        raise Malformed("body is no base64") from None
