"""Security schemes of an OpenAPI document: which are API keys, which authorizers, and what an operation asks for.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-authorizer.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from moto.apigateway.exceptions import ApiGatewayException
from moto.apigateway.models import RestAPI

from helpers.localcloud.gateway import rules_authorizers
from helpers.localcloud.gateway.openapi_document import Document

AUTHORIZER, AUTHTYPE = "x-amazon-apigateway-authorizer", "x-amazon-apigateway-authtype"
_KINDS = {"TOKEN": "CUSTOM", "REQUEST": "CUSTOM", "COGNITO_USER_POOLS": "COGNITO_USER_POOLS", "JWT": "JWT"}
_SETTINGS = (
    "type",
    "authorizerUri",
    "authorizerCredentials",
    "identitySource",
    "identityValidationExpression",
    "authorizerResultTtlInSeconds",
    "providerARNs",
    "jwtConfiguration",
)


@dataclass(frozen=True)
class Access:
    """Who may call an operation, in the names of ``PutMethod``."""

    kind: str = "NONE"
    authorizer_id: str | None = None
    scopes: tuple[str, ...] = ()
    key_required: bool = False


class Security:
    """Makes the authorizers of an API out of a document's security schemes, and reads what operations ask for."""

    def __init__(self, document: Document, api: RestAPI) -> None:
        self._document = document
        self._api = api
        self._schemes = (
            document.section("securityDefinitions")
            if document.swagger
            else document.section("components", "securitySchemes")
        )
        self._authorizers: dict[str, str] = {}

    def define(self) -> None:
        """Make an authorizer of each scheme that carries one."""
        if self._document.root.get("security"):
            self._document.findings.warn(
                "Ignored 'security' at the root of the document: API Gateway reads it on operations only"
            )
        for name, scheme in self._schemes.items():
            scheme = self._document.followed(scheme)
            self._document.extensions(scheme, ("authorizer", "authtype"), f"security scheme '{name}'")
            if AUTHORIZER in scheme:
                self._define(name, scheme)

    def access(self, operation: dict[str, Any], where: str) -> Access:
        """What an operation asks of its callers. where: names it in errors and warnings."""
        asked = operation.get("x-amazon-apigateway-auth")
        kind = str(asked.get("type") or "NONE") if isinstance(asked, dict) else "NONE"
        if kind.upper() not in ("NONE", "AWS_IAM"):
            self._document.findings.errors.append(
                f"Unable to put method {where}: Invalid authorization type specified: {kind}"
            )
        found = Access(kind.upper())
        requirements = operation.get("security") or []
        if not isinstance(requirements, list) or not all(isinstance(one, dict) for one in requirements):
            self._document.findings.errors.append(f"Invalid 'security' {where}: it must be a list of objects")
            return found
        for requirement in requirements:
            for name, scopes in requirement.items():
                found = self._add(found, name, scopes if isinstance(scopes, list) else [], where)
        return found

    def _add(self, found: Access, name: str, scopes: list[Any], where: str) -> Access:
        if name not in self._schemes:
            self._document.findings.errors.append(f"Unable to find security scheme '{name}' {where}")
            return found
        scheme = self._document.followed(self._schemes[name])
        if name in self._authorizers:
            if found.authorizer_id:
                self._document.findings.warn(
                    f"Ignored the security scheme '{name}' {where}: a method has one authorizer"
                )
                return found
            authorizer = self._api.authorizers[self._authorizers[name]]
            kind = _KINDS[str(authorizer.type)]
            return Access(kind, authorizer.id, tuple(str(one) for one in scopes), found.key_required)
        if AUTHORIZER in scheme:
            return found
        if str(scheme.get(AUTHTYPE) or "").lower() == "awssigv4":
            return Access("AWS_IAM", None, (), found.key_required)
        if (
            scheme.get("type") == "apiKey"
            and scheme.get("in") == "header"
            and str(scheme.get("name")).lower() == "x-api-key"
        ):
            return Access(found.kind, found.authorizer_id, found.scopes, True)
        self._document.findings.warn(
            f"Ignored the security scheme '{name}' {where}: it is neither an API key nor has an authorizer"
        )
        return found

    def _define(self, name: str, scheme: dict[str, Any]) -> None:
        given = scheme[AUTHORIZER]
        if not isinstance(given, dict):
            self._document.findings.errors.append(
                f"Unable to create authorizer '{name}': {AUTHORIZER} must be an object"
            )
            return
        if unknown := sorted(set(given) - set(_SETTINGS)):
            self._document.findings.errors.append(
                f"Unable to create authorizer '{name}': unsupported property '{unknown[0]}'"
            )
            return
        kind = str(given.get("type") or "").upper()
        settings = {**given, "name": name, "type": kind, "authType": scheme.get(AUTHTYPE)}
        header = scheme.get("name")
        if not settings.get("identitySource") and kind != "REQUEST" and scheme.get("in") == "header" and header:
            settings["identitySource"] = f"method.request.header.{header}"
        before = next((one for one in self._api.authorizers.values() if one.name == name), None)
        try:
            if before is not None:
                del self._api.authorizers[str(before.id)]
            authorizer = rules_authorizers.built(self._api, settings)
        except ApiGatewayException as error:
            self._document.findings.errors.append(f"Unable to create authorizer '{name}': {error.message}")
            return
        if before is not None:
            authorizer.id = before.id
        self._api.authorizers[str(authorizer.id)] = authorizer
        self._authorizers[name] = str(authorizer.id)
