"""Compressed payloads of an API that has a minimum compression size; an API without one passes them on as they are.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gzip-compression-decompression.html
"""

from __future__ import annotations

import gzip
import zlib
from dataclasses import replace

from helpers.localcloud.gateway.exchange import Exchange, HttpResponse
from helpers.localcloud.gateway.failures import GatewayFailure

_WINDOWS = {"gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}


def unpack(exchange: Exchange, most_bytes: int) -> None:
    """Let the API see the request's body as it was before it was compressed. most_bytes: what it may grow to.

    Raises: ``GatewayFailure`` when it grows further, or cannot be read.
    """
    request = exchange.request
    window = _WINDOWS.get((request.header("content-encoding") or "").strip().lower())
    if exchange.api.minimum_compression_size is None or window is None or not request.body:
        return
    reader = zlib.decompressobj(window)
    try:
        body = reader.decompress(request.body, most_bytes + 1)
    except zlib.error:
        raise GatewayFailure("BAD_REQUEST_BODY", reason="The body is not compressed as its header says") from None
    if len(body) > most_bytes:
        raise GatewayFailure("REQUEST_TOO_LARGE")
    headers = tuple(pair for pair in request.headers if pair[0].lower() != "content-encoding")
    exchange.request = replace(request, body=body, headers=headers)


def pack(exchange: Exchange, response: HttpResponse) -> None:
    """Compress an answer of the size that the API asks for, where the client accepts it."""
    least = exchange.api.minimum_compression_size
    if least is None or len(response.body) < max(least, 1) or response.header("content-encoding") is not None:
        return
    accepted = _accepted(exchange.request.header("accept-encoding") or "")
    if "gzip" in accepted:
        response.body = gzip.compress(response.body, 6, mtime=0)
        response.set_header("Content-Encoding", "gzip")
    elif "deflate" in accepted:
        response.body = zlib.compress(response.body)
        response.set_header("Content-Encoding", "deflate")


def _accepted(header: str) -> set[str]:
    parts = [part.strip().lower().partition(";") for part in header.split(",")]
    return {name.strip() for name, _, weight in parts if weight.replace(" ", "") not in ("q=0", "q=0.0")}
