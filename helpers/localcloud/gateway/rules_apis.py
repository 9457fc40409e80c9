"""What a REST API as a whole may be, and how it is shown.

Source: https://docs.aws.amazon.com/apigateway/latest/api/API_RestApi.html
"""

from __future__ import annotations

import json
from typing import Any

from moto.apigateway import models
from moto.apigateway.exceptions import BadRequestException
from moto.apigateway.models import APIGatewayBackend
from moto.apigateway.utils import ApigwRestApiIdentifier

from helpers.localcloud.gateway.control import listed, now, number, one_of, switched, text, texts, unavailable
from helpers.localcloud.gateway.patch_operations import Field, Operation, setter

KEY_SOURCES = ("AUTHORIZER", "HEADER")
ENDPOINTS = ("PRIVATE", "EDGE", "REGIONAL")
LARGEST_COMPRESSION = 10_485_760
LARGEST_POLICY = 8192


def created(backend: APIGatewayBackend, given: dict[str, Any]) -> models.RestAPI:
    """A new API of these settings, in the API's names; it stands in the account afterwards. Raises: ``BadRequestException``."""
    name = text(given.get("name"))
    if not name:
        raise BadRequestException("API name must be non-empty")
    source = given.get("apiKeySource") or "HEADER"
    one_of(source, KEY_SOURCES, "createRestApiInput.apiKeySource")
    size = given.get("minimumCompressionSize")
    tags = texts(given.get("tags"))
    api = models.RestAPI(  # type: ignore[abstract]
        ApigwRestApiIdentifier(backend.account_id, backend.region_name, name).generate(
            list(backend.apis), tags=tags or None
        ),
        backend.account_id,
        backend.region_name,
        name,
        text(given.get("description")) or "",
        binaryMediaTypes=listed(given.get("binaryMediaTypes")),
        api_key_source=source,
        endpoint_configuration=endpoint(given.get("endpointConfiguration")),
        tags=tags,
        policy=policy(given.get("policy")),
        minimum_compression_size=None if size is None else compression(size),
        disable_execute_api_endpoint=bool(given.get("disableExecuteApiEndpoint")),
    )
    api.version = text(given.get("version"))
    api.create_date = now()
    backend.apis[api.id] = api
    return api


def described(api: models.RestAPI) -> dict[str, Any]:
    """An API as it is shown."""
    return api.to_dict() | {
        "description": api.description or None,
        "binaryMediaTypes": api.binaryMediaTypes or None,
        "tags": api.tags or None,
        "warnings": getattr(api, "import_warnings", None) or None,
        "apiStatus": "AVAILABLE",
    }


def endpoint(given: Any) -> dict[str, Any]:
    """An endpoint configuration. Raises: ``BadRequestException`` for private endpoints, ``ValidationException`` for unknown ones."""
    if given is not None and not isinstance(given, dict):
        raise BadRequestException("Invalid request input")
    types = listed((given or {}).get("types")) or ["EDGE"]
    for one in types:
        one_of(one, ENDPOINTS, "createRestApiInput.endpointConfiguration.types")
    if "PRIVATE" in types or (given or {}).get("vpcEndpointIds"):
        raise unavailable("Private endpoints and VPC endpoints are")
    if len(types) != 1:
        raise BadRequestException("Exactly one endpoint type must be specified")
    return {"types": types, "ipAddressType": (given or {}).get("ipAddressType") or "ipv4"}


def compression(value: Any) -> int | None:
    """Bytes from which answers are compressed; nothing switches it off. Raises: ``BadRequestException``."""
    if value in (None, ""):
        return None
    found = int(number(value, what="minimum compression size"))
    if not 0 <= found <= LARGEST_COMPRESSION:
        raise BadRequestException(f"Invalid minimum compression size, must be between 0 and {LARGEST_COMPRESSION}")
    return found


def policy(value: Any) -> str | None:
    """A resource policy as text. Raises: ``BadRequestException`` when it is none."""
    if not value:
        return None
    written = value if isinstance(value, str) else json.dumps(value)
    try:
        parsed = json.loads(written)
        if isinstance(parsed, str):
            parsed = json.loads(parsed)
    except (ValueError, RecursionError):
        parsed = None
    statements = parsed.get("Statement") if isinstance(parsed, dict) else None
    statements = [statements] if isinstance(statements, dict) else statements
    if not isinstance(statements, list) or not all(
        isinstance(one, dict)
        and one.get("Effect") in ("Allow", "Deny")
        and ("Principal" in one or "NotPrincipal" in one)
        for one in statements
    ):
        raise BadRequestException(
            "Invalid policy document. Please check the policy syntax and ensure that Principals are valid."
        )
    if len(written) > LARGEST_POLICY:
        raise BadRequestException(f"Resource policy size exceeds the limit of {LARGEST_POLICY} characters")
    return written


def fields(api: models.RestAPI) -> dict[str, Field]:
    """All that can be patched of an API."""

    def media_type(operation: Operation) -> None:
        (kind,) = operation.names
        kept = list(api.binaryMediaTypes)
        if operation.op != "add":
            if kind not in kept:
                raise BadRequestException(f"Invalid binary media type specified: {kind}")
            kept.remove(kind)
        added = operation.value if operation.op == "replace" else kind
        if operation.op != "remove" and added not in kept:
            kept.append(added)
        api.binaryMediaTypes = kept

    def key_source(value: str) -> str:
        one_of(value, KEY_SOURCES, "updateRestApiInput.apiKeySource")
        return value

    def endpoint_type(operation: Operation) -> None:
        if operation.names[0] not in (*api.endpoint_configuration["types"], "0"):
            raise BadRequestException(f"Invalid endpoint type specified: {operation.names[0]}")
        api.endpoint_configuration = endpoint({"types": [operation.value]})

    def no_vpc(operation: Operation) -> None:
        raise unavailable("Private endpoints and VPC endpoints are")

    def name(value: str) -> str:
        if not value:
            raise BadRequestException("API name must be non-empty")
        return value

    def drop_compression(operation: Operation) -> None:
        api.minimum_compression_size = compression(operation.value) if operation.op != "remove" else None

    return {
        "/name": setter(api, "name", name),
        "/description": setter(api, "description"),
        "/apiKeySource": setter(api, "api_key_source", key_source),
        "/binaryMediaTypes/{mediaType}": Field("add remove replace", media_type),
        "/disableExecuteApiEndpoint": setter(api, "disableExecuteApiEndpoint", switched),
        "/minimumCompressionSize": Field("replace remove", drop_compression),
        "/policy": setter(api, "policy", policy),
        "/endpointConfiguration/types/{type}": Field("replace", endpoint_type),
        "/endpointConfiguration/vpcEndpointIds": Field("add remove", no_vpc),
    }
