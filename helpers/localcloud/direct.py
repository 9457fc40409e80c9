"""moto without Flask, for services that take every call at ``POST /`` and name it in ``X-Amz-Target`` or in a form.

Flask only routes here, and there is one route. moto's handlers know nothing of it: under ``mock_aws`` they run without.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any
from xml.sax.saxutils import escape

from botocore.exceptions import ClientError
from botocore.model import OperationNotFoundError
from flask import Flask
from moto.core.request import Request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

Handler = Callable[[Request, str, dict[str, str]], Any]

_FORM = "application/x-www-form-urlencoded"
_NOT_HERE = "NotImplementedException"


class _ServerRequest(Request):
    from_wsgi_server = True


def handler_of(app: Flask) -> Handler | None:
    """What one of moto's Flask applications calls for the path ``/``; ``None`` when it has no such path."""
    for rule in app.url_map.iter_rules():
        if rule.rule == "/":
            callback: Handler | None = getattr(app.view_functions[rule.endpoint], "callback", None)
            return callback
    return None


def is_direct(environ: dict[str, Any]) -> bool:
    """Whether a request has the form that needs no routing."""
    if environ["REQUEST_METHOD"] != "POST" or environ["PATH_INFO"] != "/":
        return False
    return "HTTP_X_AMZ_TARGET" in environ or str(environ.get("CONTENT_TYPE", "")).startswith(_FORM)


def answer(handler: Handler, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answer one request with moto's handler of the service."""
    request = _ServerRequest(environ)
    try:
        result = handler(request, request.raw_url, dict(request.headers))
    except (NotImplementedError, OperationNotFoundError):
        return _missing(request)(environ, start_response)
    except ClientError as error:
        result = 400, {}, error.response["Error"]["Message"]
    except HTTPException as error:
        return error.get_response(environ)(environ, start_response)
    status, headers, content = result if len(result) == 3 else (200, {}, result)
    return Response(content, status, headers)(environ, start_response)


def not_here(what: str) -> Response:
    """Refuse what is not part of this local cloud, by its name, in JSON."""
    body = json.dumps({"__type": _NOT_HERE, "message": _sentence(what)})
    return Response(body, 501, {"x-amzn-ErrorType": _NOT_HERE}, content_type="application/json")


def _missing(request: Request) -> Response:
    """Refuse an operation that moto does not have, in the form that the client reads."""
    if target := request.headers.get("X-Amz-Target"):
        return not_here(target.rpartition(".")[2])
    sentence = _sentence(request.form.get("Action", "this operation"))
    error = f"<Type>Sender</Type><Code>{_NOT_HERE}</Code><Message>{escape(sentence)}</Message>"
    body = f"<ErrorResponse><Error>{error}</Error></ErrorResponse>"
    return Response(body, 501, {"Content-Type": "text/xml"})


def _sentence(what: str) -> str:
    return f"{what} is not part of this local cloud"
