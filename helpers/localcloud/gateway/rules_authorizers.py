"""What an authorizer of a REST API may be.

Source: https://docs.aws.amazon.com/apigateway/latest/api/API_CreateAuthorizer.html
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import regex
from moto.apigateway import models
from moto.apigateway.exceptions import BadRequestException
from moto.apigateway.utils import ApigwAuthorizerIdentifier

from helpers.localcloud.gateway.control import listed, mapping, number, one_of, text, unavailable
from helpers.localcloud.gateway.rules_integrations import check_credentials
from helpers.localcloud.gateway.uris import read_invocation

TYPES = ("TOKEN", "REQUEST", "COGNITO_USER_POOLS", "JWT")
LONGEST_TTL = 3600
ALGORITHMS = ("RS256", "RS384", "RS512", "ES256", "ES384", "ES512")
RESERVED_CLAIMS = frozenset({"iss", "aud", "exp", "nbf", "iat", "scope", "scp"})
_POOL = re.compile(r"arn:aws[a-z-]*:cognito-idp:[a-z0-9-]+:\d{12}:userpool/[\w-]+")
_HEADER = re.compile(r"method\.request\.header\.[\w!#$%&'*+.^`|~-]+")
_SOURCE = re.compile(
    r"method\.request\.(header|querystring|multivalueheader|multivaluequerystring)\.[\w!#$%&'*+.^`|~-]+"
    r"|(stageVariables|context)\.[\w.-]+"
)


def built(api: models.RestAPI, given: dict[str, Any]) -> models.Authorizer:
    """A checked authorizer of these settings, in the API's names; it does not stand in the API yet.

    Raises: ``BadRequestException`` and ``ValidationException``, with AWS's words.
    """
    name = text(given.get("name"))
    if not name:
        raise BadRequestException("Authorizer name must be non-empty")
    kind = text(given.get("type")) or ""
    one_of(kind, TYPES, "createAuthorizerInput.type")
    ttl = given.get("authorizerResultTtlInSeconds")
    if kind == "JWT" and ttl is not None:
        raise BadRequestException("authorizerResultTtlInSeconds is not supported for JWT authorizers")
    authorizer = models.Authorizer(
        ApigwAuthorizerIdentifier(api.account_id, api.region_name, name).generate(list(api.authorizers)),
        name,
        kind,
        provider_arns=listed(given.get("providerARNs")) or None,
        auth_type=text(given.get("authType")),
        authorizer_uri=text(given.get("authorizerUri")),
        authorizer_credentials=text(given.get("authorizerCredentials")),
        identity_source=text(given.get("identitySource")),
        identity_validation_expression=text(given.get("identityValidationExpression")),
        authorizer_result_ttl=None if kind == "JWT" else checked_ttl(300 if ttl is None else ttl),
    )
    authorizer.jwt_configuration = given.get("jwtConfiguration")  # type: ignore[attr-defined]
    check(api, authorizer)
    return authorizer


def check(api: models.RestAPI, authorizer: models.Authorizer) -> None:
    """Refuse what does not fit together. Raises: ``BadRequestException``."""
    if any(one.name == authorizer.name and one.id != authorizer.id for one in api.authorizers.values()):
        raise BadRequestException(
            "Authorizer name must be unique. Authorizer with that name already exists in the RestApi."
        )
    kind = authorizer.type
    one_of(kind, TYPES, "authorizer.type")
    check_credentials(authorizer.authorizer_credentials, api.account_id)
    if kind in ("TOKEN", "REQUEST"):
        if not authorizer.authorizer_uri:
            raise BadRequestException("Invalid Authorizer URI: authorizerUri is required for this type of authorizer")
        if read_invocation(authorizer.authorizer_uri) is None:
            raise BadRequestException(
                f"Invalid Authorizer URI: {authorizer.authorizer_uri}. Authorizer URI should be a valid API Gateway ARN that represents a Lambda function invocation."
            )
        if authorizer.provider_arns:
            raise BadRequestException("providerARNs is supported for authorizers of type COGNITO_USER_POOLS only")
    if kind == "COGNITO_USER_POOLS":
        if not authorizer.provider_arns:
            raise BadRequestException(
                "Invalid request input: providerARNs must be specified for COGNITO_USER_POOLS authorizers"
            )
        for arn in authorizer.provider_arns:
            if not isinstance(arn, str) or not _POOL.fullmatch(arn):
                raise BadRequestException(f"Invalid Cognito User Pool ARN specified: {arn}")
    if kind == "JWT":
        _check_jwt(authorizer)
    elif getattr(authorizer, "jwt_configuration", None):
        raise BadRequestException("jwtConfiguration is supported for authorizers of type JWT only")
    _check_sources(authorizer)
    if authorizer.identity_validation_expression:
        if kind in ("REQUEST", "JWT"):
            raise BadRequestException(f"Identity Validation Expression is not supported for authorizers of type {kind}")
        try:
            regex.compile(authorizer.identity_validation_expression)
        except regex.error:
            raise BadRequestException("Invalid Identity Validation Expression: it is no regular expression") from None


def checked_ttl(value: Any) -> int:
    """Seconds that a decision is kept. Raises: ``BadRequestException`` outside of 0 to 3600."""
    found = int(number(value, what="authorizerResultTtlInSeconds"))
    if not 0 <= found <= LONGEST_TTL:
        raise BadRequestException("Authorizer result TTL must be between 0 and 3600 seconds")
    return found


def described(authorizer: models.Authorizer) -> dict[str, Any]:
    """An authorizer as the API shows it."""
    shown = authorizer.to_json()
    shown.setdefault("authType", "cognito_user_pools" if authorizer.type == "COGNITO_USER_POOLS" else "custom")
    if authorizer.type == "JWT":
        shown["authType"] = authorizer.auth_type
        shown["jwtConfiguration"] = getattr(authorizer, "jwt_configuration", None)
    return shown


def users_of(api: models.RestAPI, authorizer_id: str) -> bool:
    """Whether a method names this authorizer."""
    return any(
        method.authorizer_id == authorizer_id
        for resource in api.resources.values()
        for method in resource.resource_methods.values()
    )


def _check_sources(authorizer: models.Authorizer) -> None:
    sources = [one.strip() for one in (authorizer.identity_source or "").split(",") if one.strip()]
    if authorizer.type == "REQUEST":
        if not sources and authorizer.authorizer_result_ttl:
            raise BadRequestException("Identity source is required for REQUEST authorizers when caching is enabled")
        wrong = [one for one in sources if not _SOURCE.fullmatch(one)]
    else:
        if len(sources) != 1:
            raise BadRequestException(
                f"Identity source must be one header mapping expression for {authorizer.type} authorizers"
            )
        wrong = [one for one in sources if not _HEADER.fullmatch(one)]
    if wrong:
        raise BadRequestException(f"Invalid identity source specified: {wrong[0]}")


def _check_jwt(authorizer: models.Authorizer) -> None:
    for value, name in (
        (authorizer.authorizer_uri, "authorizerUri"),
        (authorizer.authorizer_credentials, "authorizerCredentials"),
        (authorizer.provider_arns, "providerARNs"),
    ):
        if value:
            raise BadRequestException(f"{name} is not supported for JWT authorizers")
    given = getattr(authorizer, "jwt_configuration", None)
    if not isinstance(given, dict) or not isinstance(given.get("issuers"), list) or not given["issuers"]:
        raise BadRequestException("jwtConfiguration with at least one issuer is required for JWT authorizers")
    for algorithm in listed(given.get("defaultAlgorithms")):
        one_of(algorithm, ALGORITHMS, "createAuthorizerInput.jwtConfiguration.defaultAlgorithms")
    for issuer in given["issuers"]:
        if not isinstance(issuer, dict):
            raise BadRequestException("Invalid request input")
        _check_issuer(issuer)


def _check_issuer(issuer: dict[str, Any]) -> None:
    address = text(issuer.get("issuer")) or ""
    try:
        parsed = urlsplit(address)
        local = parsed.scheme == "http" and parsed.hostname in ("127.0.0.1", "localhost")
        fits = (parsed.scheme == "https" or local) and parsed.hostname and "@" not in parsed.netloc
        fits = fits and not parsed.query and not parsed.fragment
    except ValueError:
        fits = False
    if not fits:
        raise BadRequestException(
            f"Invalid issuer: {address}. It must be an absolute https URL without query or fragment"
        )
    audiences = issuer.get("audiences")
    if not isinstance(audiences, list) or not audiences or not all(isinstance(one, str) and one for one in audiences):
        raise BadRequestException("Each issuer must have at least one audience, and none may be empty")
    names = []
    claims = issuer.get("additionalClaims") or []
    for claim in map(mapping, claims if isinstance(claims, list) else [claims]):
        name = text(claim.get("claimName")) or ""
        if not name or name in RESERVED_CLAIMS or name in names:
            raise BadRequestException(f"Invalid claim name: {name}")
        if (claim.get("format") or "SINGLE_STRING") != "SINGLE_STRING":
            raise unavailable("Claim formats other than SINGLE_STRING are")
        names.append(name)
