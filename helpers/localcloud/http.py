"""Whom a request is for: our routes by their prefix, moto for everything else."""

from __future__ import annotations

import functools
import json
import re
import threading
from collections.abc import Callable, Iterable
from typing import Any

import flask
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from helpers.errors import CloudUnavailable
from helpers.localcloud import direct, patches, provenance
from helpers.localcloud.gateway.hosts import MOST_API_BODY_BYTES, Address, address_of
from helpers.localcloud.wire import TOO_LARGE_KEY, HttpServer, Request, WSGIApp

_OWN_HOSTS = ("localhost", "127.0.0.1", "[::1]")
MOST_BODY_BYTES = 1024**3

Serve = Callable[[Address, dict[str, Any], Any], Iterable[bytes]]


def body_limit(request: Request) -> int:
    """How many bytes of a request's body are read: 10 MB for an API, and what an object of S3 may have for everything else."""
    host = next((value for name, value in request.headers if name.lower() == "host"), "")
    return MOST_API_BODY_BYTES if address_of(host, request.target.decode("latin-1")) else MOST_BODY_BYTES


class Dispatcher:
    """One WSGI application: APIs and function URLs by host or path, our mounts by path prefix, everything else to moto.

    serve: answers requests for APIs and function URLs; set once the gateway is put together.

    moto's own ``/moto-api`` is closed: it could reset every account of the server at once. A request that names another host
    than this computer is refused: it comes from a web page that had its name point here.
    """

    def __init__(self, mounts: dict[str, WSGIApp]) -> None:
        self._mounts = mounts
        self.serve: Serve | None = None
        self._moto = DomainDispatcherApplication(_application)
        self._handler_of = functools.cache(direct.handler_of)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        host = environ.get("HTTP_HOST", "localhost").rsplit(":", 1)[0]
        if not host.endswith(_OWN_HOSTS):
            return _refuse(
                start_response, "403 FORBIDDEN", f"this server answers to 127.0.0.1 and localhost, not to {host}"
            )
        address = address_of(host, environ["RAW_URI"]) if self.serve else None
        if self.serve and address:
            return self.serve(address, environ, start_response)
        if environ.get(TOO_LARGE_KEY):
            return _refuse(
                start_response, "413 CONTENT TOO LARGE", f"this server takes bodies of up to {MOST_BODY_BYTES} bytes"
            )
        for prefix, app in self._mounts.items():
            if path == prefix or path.startswith(prefix + "/"):
                environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + prefix
                environ["PATH_INFO"] = path[len(prefix) :]
                return app(environ, start_response)
        if path.startswith("/moto-api"):
            return _refuse(start_response, "404 NOT FOUND", "moto's own control pages are closed; use /_localcloud/")
        with provenance.carrying(trace=environ.get("HTTP_X_AMZN_TRACE_ID")):
            app = self._moto.get_application(environ)
            if app is _unknown:
                return _unknown(environ, start_response)
            if direct.is_direct(environ):
                handler = self._handler_of(app)
                if handler:
                    return direct.answer(handler, environ, start_response)
            return app(environ, start_response)

    def warm(self, services: Iterable[str]) -> None:
        """Build moto's applications of ``services`` ahead, so that no learner waits for the first call."""
        for service in services:
            with self._moto.lock:
                if service not in self._moto.app_instances:
                    self._moto.app_instances[service] = _application(service)


def _application(service: str | None) -> Any:
    """moto's application of a service; ours where moto has none."""
    if service is None:
        return _unknown
    patches.before(service)
    app = create_backend_app(service)  # type: ignore[arg-type]
    # No route of Flask, no operation of moto: what AWS does not find, moto says itself.
    for kind in (NotFound, NotImplementedError):
        app.register_error_handler(kind, _no_operation)
    return app


def _no_operation(_: Exception) -> Response:
    asked = flask.request
    return direct.not_here(f"{asked.method} {asked.path} of {_signed_for(asked.environ)}")


def _unknown(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Refuse a service by its name."""
    return direct.not_here(_signed_for(environ))(environ, start_response)


def _signed_for(environ: dict[str, Any]) -> str:
    """The service that a request's signature names."""
    scope = re.search(r"Credential=[^/,]+/\d+/[^/,]*/([^/,]+)/", environ.get("HTTP_AUTHORIZATION", ""))
    return f"the service {scope[1]}" if scope else "a service that the request does not name"


def _refuse(start_response: Any, status: str, sentence: str) -> list[bytes]:
    body = json.dumps({"message": sentence}).encode()
    start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


def bind(port: int, app: WSGIApp) -> HttpServer:
    """Listen on 127.0.0.1 at ``port`` (0: any free one).

    Raises: ``CloudUnavailable`` when the port is taken or not a port.
    """
    try:
        return HttpServer(port, app, body_limit)
    except (OSError, OverflowError) as error:
        raise CloudUnavailable(
            f"port {port} on 127.0.0.1 cannot be used ({error}): choose another with --port, or leave --port out for a free one"
        ) from None


def serve_in_thread(server: HttpServer) -> threading.Thread:
    """Serve until ``server.shutdown()``; returns the thread."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.2}, name="http", daemon=True)
    thread.start()
    return thread
