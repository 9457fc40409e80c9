"""One call of the REST control plane: its parameters, its API, its answer, and the refusals that all operations share.

Source: https://docs.aws.amazon.com/apigateway/latest/api/API_Operations.html
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar
from urllib.parse import unquote

from moto.apigateway import models
from moto.apigateway.exceptions import BadRequestException, ConflictException, NotFoundException, ValidationException
from moto.apigateway.models import APIGatewayBackend, RestAPI
from moto.apigateway.responses import APIGatewayResponse
from moto.core.utils import unix_time

NotFoundException.code = 404

T = TypeVar("T")
Answer = tuple[int, dict[str, Any], str]
DEFAULT_PAGE, LARGEST_PAGE = 25, 500

__all__ = [
    "Answer",
    "BadRequestException",
    "Call",
    "ConflictException",
    "NotFoundException",
    "ValidationException",
    "one_of",
    "part",
    "unavailable",
]


def unavailable(feature: str) -> BadRequestException:
    """The refusal of a feature of AWS that the local cloud does not have. feature: its name, as a noun with its verb."""
    return BadRequestException(f"{feature} not part of the local cloud.")


def one_of(value: Any, allowed: Iterable[str], where: str) -> None:
    """Refuse a value outside of an enumeration with AWS's words. where: such as ``putIntegrationInput.type``."""
    if value not in (names := list(allowed)):
        raise ValidationException(
            f"1 validation error detected: Value '{value}' at '{where}' failed to satisfy constraint: "
            f"Member must satisfy enum value set: [{', '.join(names)}]"
        )


def part(parts: Mapping[str, T], key: str, what: str) -> T:
    """What an API, or an account, has under a key. what: as AWS calls the key, such as ``Resource identifier``.

    Raises: ``NotFoundException``.
    """
    found = parts.get(key)
    if found is None:
        raise NotFoundException(f"Invalid {what} specified")
    return found


class Call:
    """One request to the control plane, read once.

    parts: the decoded parts of the path, such as ``["restapis", id, "stages", name]``. query: the first value of each query parameter.
    body: the JSON object of the request; empty for operations that send none.

    Raises: ``BadRequestException`` when the body is no JSON object.
    """

    def __init__(self, response: APIGatewayResponse, *, raw_body: bool = False) -> None:
        self.response = response
        self.account: str = response.current_account
        self.region: str = response.region
        self.parts = [unquote(part) for part in response.path.strip("/").split("/")]
        self.query: dict[str, str] = {name: values[0] for name, values in (response.querystring or {}).items()}
        self.body: dict[str, Any] = {} if raw_body else _parsed(response.body)

    @property
    def backend(self) -> APIGatewayBackend:
        """What moto holds for the account and region of this call."""
        return models.apigateway_backends[self.account][self.region]

    @property
    def api(self) -> RestAPI:
        """The API that the path names. Raises: ``NotFoundException``."""
        found = self.backend.apis.get(self.parts[1])
        if found is None:
            raise NotFoundException("Invalid API identifier specified " + f"{self.account}:{self.parts[1]}")
        return found

    def resource(self) -> models.Resource:
        """The resource that the path names. Raises: ``NotFoundException``."""
        return part(self.api.resources, self.parts[3], "Resource identifier")

    def method(self) -> models.Method:
        """The method that the path names. Raises: ``NotFoundException``."""
        return part(self.resource().resource_methods, self.parts[5], "Method identifier")

    def integration(self) -> models.Integration:
        """The integration of the method that the path names. Raises: ``NotFoundException``."""
        found = self.method().method_integration
        if found is None:
            raise NotFoundException("Invalid Integration identifier specified")
        return found

    def flag(self, name: str) -> bool:
        """A boolean of the query, by its name in any case."""
        return any(key.lower() == name.lower() and value.lower() == "true" for key, value in self.query.items())

    def patches(self) -> list[dict[str, str]]:
        """The patch operations of this call."""
        given = self.body.get("patchOperations") or []
        if not isinstance(given, list) or any(not isinstance(one, dict) or "path" not in one for one in given):
            raise BadRequestException("Invalid request input")
        return given

    def refuse(self, **features: str) -> None:
        """Refuse parameters of features that are not here. features: what to call each, by parameter."""
        for name, feature in features.items():
            if self.body.get(name):
                raise unavailable(feature)

    def answer(self, status: int, value: Any) -> Answer:
        """An answer with a JSON value; nothing leaves the body empty."""
        return status, {"status": status}, "" if value is None else json.dumps(_present(value))

    def page(self, items: Iterable[Any]) -> Answer:
        """A list answer, cut as ``limit`` and ``position`` ask. Raises: ``BadRequestException``."""
        found = list(items)
        try:
            limit = int(self.query.get("limit") or DEFAULT_PAGE)
            position = self.query.get("position")
            first = int(base64.urlsafe_b64decode(position).decode()) if position else 0
        except ValueError:
            raise BadRequestException("Invalid position or limit specified") from None
        if limit < 1 or first < 0:
            raise BadRequestException("Invalid position or limit specified")
        last = first + min(limit, LARGEST_PAGE)
        answer: dict[str, Any] = {"item": found[first:last]}
        if last < len(found):
            answer["position"] = base64.urlsafe_b64encode(str(last).encode()).decode()
        return self.answer(200, answer)


def now() -> int:
    """Seconds of the virtual clock, as the control plane dates things."""
    return int(unix_time())


def text(value: Any) -> str | None:
    """A text of a request, or nothing. Raises: ``BadRequestException`` for anything else."""
    if value is not None and not isinstance(value, str):
        raise BadRequestException("Invalid request input")
    return value


def texts(value: Any) -> dict[str, str]:
    """A map of texts of a request; nothing is an empty one. Raises: ``BadRequestException``."""
    if value is None:
        return {}
    if not isinstance(value, dict) or not all(isinstance(one, str) or one is None for one in value.values()):
        raise BadRequestException("Invalid request input")
    return {name: one or "" for name, one in value.items()}


def mapping(value: Any) -> dict[str, Any]:
    """An object of a request; nothing is an empty one. Raises: ``BadRequestException``."""
    if value is not None and not isinstance(value, dict):
        raise BadRequestException("Invalid request input")
    return dict(value or {})


def listed(value: Any) -> list[str]:
    """A list of texts of a request; nothing is an empty one. Raises: ``BadRequestException``."""
    if value is not None and not (isinstance(value, list) and all(isinstance(one, str) for one in value)):
        raise BadRequestException("Invalid request input")
    return list(value or [])


def switched(value: str) -> bool:
    """A boolean of a patch operation, which comes as text. Raises: ``BadRequestException``."""
    if str(value).lower() not in ("true", "false"):
        raise BadRequestException(f"Invalid value '{value}'. Must be true or false")
    return str(value).lower() == "true"


def number(value: Any, kind: Callable[[Any], Any] = int, what: str = "value") -> Any:
    """A number of a request or of a patch operation. Raises: ``BadRequestException``."""
    try:
        found = kind(value)
    except (TypeError, ValueError, OverflowError):
        raise BadRequestException(f"Invalid {what} '{value}'. Must be a number") from None
    if found != found or found in (float("inf"), float("-inf")):
        raise BadRequestException(f"Invalid {what} '{value}'. Must be a number")
    return found


def _parsed(body: Any) -> dict[str, Any]:
    if not body:
        return {}
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        raise BadRequestException("Invalid request input") from None
    if not isinstance(parsed, dict):
        raise BadRequestException("Invalid request input")
    return parsed


def _present(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _present(one) for key, one in value.items() if one is not None}
    return [_present(one) for one in value] if isinstance(value, list) else value
