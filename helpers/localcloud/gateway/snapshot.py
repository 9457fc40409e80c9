"""What a deployment holds: a REST API as it stood when ``CreateDeployment`` was called.

A stage points at a deployment, and requests see nothing that was changed after it. What belongs to the stage itself (variables, throttling, logs, canary)
is read anew for each request: ``StageSettings``.
Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-deploy-api.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from moto.apigateway import models

Texts = Mapping[str, str]


@dataclass(frozen=True)
class IntegrationResponse:
    """How an answer of the integration becomes one of the method. selection_pattern: a Java regular expression; nothing makes it the default."""

    status_code: str
    selection_pattern: str | None = None
    templates: Texts = field(default_factory=dict)
    parameters: Texts = field(default_factory=dict)
    content_handling: str | None = None


@dataclass(frozen=True)
class Integration:
    """What stands behind a method. type: ``AWS``, ``AWS_PROXY``, ``HTTP``, ``HTTP_PROXY`` or ``MOCK``. timeout_ms: 50 to 29,000."""

    type: str
    uri: str = ""
    http_method: str | None = None
    credentials: str | None = None
    templates: Texts = field(default_factory=dict)
    parameters: Texts = field(default_factory=dict)
    passthrough_behavior: str = "WHEN_NO_MATCH"
    content_handling: str | None = None
    timeout_ms: int = 29_000
    connection_type: str | None = None
    cache_key_parameters: tuple[str, ...] = ()
    responses: Mapping[str, IntegrationResponse] = field(default_factory=dict)


@dataclass(frozen=True)
class MethodResponse:
    """A status that a method may answer. parameters: ``method.response.header.name`` by whether it is required."""

    status_code: str
    parameters: Mapping[str, bool] = field(default_factory=dict)
    models: Texts = field(default_factory=dict)


@dataclass(frozen=True)
class Method:
    """One verb on one resource. resource_path: such as ``/orders/{id}``. parameters: ``method.request.header.name`` by whether it is required.
    models: name of the model by content type."""

    http_method: str
    resource_id: str
    resource_path: str
    authorization_type: str = "NONE"
    authorizer_id: str | None = None
    authorization_scopes: tuple[str, ...] = ()
    api_key_required: bool = False
    parameters: Mapping[str, bool] = field(default_factory=dict)
    models: Texts = field(default_factory=dict)
    validator_id: str | None = None
    operation_name: str | None = None
    integration: Integration | None = None
    responses: Mapping[str, MethodResponse] = field(default_factory=dict)


@dataclass(frozen=True)
class Authorizer:
    """Who decides about callers. type: ``TOKEN``, ``REQUEST``, ``COGNITO_USER_POOLS`` or ``JWT``. ttl: seconds for which a decision is kept; 0 keeps none.
    settings: what else the control plane knows of it, in the API's own names."""

    id: str
    name: str
    type: str
    uri: str = ""
    identity_source: str | None = None
    identity_validation_expression: str | None = None
    ttl: int = 300
    provider_arns: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class RequestValidator:
    """What is checked before the integration is called."""

    id: str
    name: str
    body: bool
    parameters: bool


@dataclass(frozen=True)
class GatewayResponse:
    """What is answered instead of the API's own answer. type: such as ``DEFAULT_4XX`` or ``THROTTLED``. status: nothing keeps the one of the failure."""

    type: str
    status: str | None = None
    parameters: Texts = field(default_factory=dict)
    templates: Texts = field(default_factory=dict)


@dataclass(frozen=True)
class ApiSnapshot:
    """A REST API at one moment. models: JSON Schema text by name. policy: its resource policy as text."""

    account: str
    region: str
    id: str
    name: str
    root_resource_id: str = ""
    methods: tuple[Method, ...] = ()
    models: Texts = field(default_factory=dict)
    validators: Mapping[str, RequestValidator] = field(default_factory=dict)
    authorizers: Mapping[str, Authorizer] = field(default_factory=dict)
    gateway_responses: Mapping[str, GatewayResponse] = field(default_factory=dict)
    binary_media_types: tuple[str, ...] = ()
    api_key_source: str = "HEADER"
    policy: str | None = None
    minimum_compression_size: int | None = None


@dataclass(frozen=True)
class Canary:
    """A share of a stage's requests that goes to another deployment. percent: 0 to 100. variables: override those of the stage."""

    deployment_id: str
    percent: float
    variables: Texts = field(default_factory=dict)


@dataclass(frozen=True)
class StageSettings:
    """A stage as it is now. method_settings: as ``GetStage`` gives them, by ``*/*``, ``orders~1{id}/GET`` or
    ``~1/GET`` for the root. access_log: ``destinationArn`` and ``format``."""

    name: str
    deployment_id: str
    variables: Texts = field(default_factory=dict)
    method_settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    access_log: Texts = field(default_factory=dict)
    tracing: bool = False
    canary: Canary | None = None


def snapshot_of(api: models.RestAPI) -> ApiSnapshot:
    """All that moto holds of a REST API now, as values that later changes do not touch."""
    return ApiSnapshot(
        account=api.account_id,
        region=api.region_name,
        id=api.id,
        name=api.name,
        root_resource_id=api.root_resource_id,
        methods=tuple(
            _method(resource, method)
            for resource in list(api.resources.values())
            for method in list(resource.resource_methods.values())
        ),
        models={name: model.schema or "" for name, model in api.models.items()},
        validators={
            one.id: RequestValidator(
                one.id, one.name, bool(one.validate_request_body), bool(one.validate_request_parameters)
            )
            for one in api.request_validators.values()
        },
        authorizers={one.id: _authorizer(one) for one in api.authorizers.values() if one.id},
        gateway_responses={
            one.response_type: GatewayResponse(
                one.response_type,
                None if one.status_code is None else str(one.status_code),
                dict(one.response_parameters or {}),
                dict(one.response_templates or {}),
            )
            for one in api.gateway_responses.values()
        },
        binary_media_types=tuple(api.binaryMediaTypes),
        api_key_source=api.api_key_source,
        policy=api.policy,
        minimum_compression_size=api.minimum_compression_size,
    )


def stage_of(stage: models.Stage) -> StageSettings:
    """A stage of moto as it is now."""
    canary = getattr(stage, "canary_settings", None)
    return StageSettings(
        name=str(stage.name),
        deployment_id=str(stage.deployment_id),
        variables=dict(stage.variables),
        method_settings={_place(key): dict(settings) for key, settings in stage.method_settings.items()},
        access_log=dict(stage.access_log_settings or {}),
        tracing=bool(stage.tracing_enabled),
        canary=Canary(
            canary.get("deploymentId") or str(stage.deployment_id),
            float(canary.get("percentTraffic") or 0),
            dict(canary.get("stageVariableOverrides") or {}),
        )
        if canary
        else None,
    )


def _place(key: str) -> str:
    """``~1orders/GET`` and ``orders/GET`` name the same method; the root alone keeps its slash."""
    return key if key.startswith("~1/") else key.removeprefix("~1")


def _method(resource: models.Resource, method: models.Method) -> Method:
    return Method(
        http_method=method.http_method,
        resource_id=resource.id,
        resource_path=resource.get_path(),
        authorization_type=method.authorization_type or "NONE",
        authorizer_id=method.authorizer_id,
        authorization_scopes=tuple(method.authorization_scopes or ()),
        api_key_required=bool(method.api_key_required),
        parameters={name: bool(required) for name, required in (method.request_parameters or {}).items()},
        models=dict(method.request_models or {}),
        validator_id=method.request_validator_id,
        operation_name=method.operation_name,
        integration=_integration(method.method_integration) if method.method_integration else None,
        responses={
            status: MethodResponse(
                status,
                {name: bool(required) for name, required in (one.response_parameters or {}).items()},
                dict(one.response_models or {}),
            )
            for status, one in method.method_responses.items()
        },
    )


def _integration(integration: models.Integration) -> Integration:
    return Integration(
        type=integration.integration_type.upper(),
        uri=integration.uri or "",
        http_method=integration.http_method,
        credentials=integration.credentials,
        templates={kind: text or "" for kind, text in (integration.request_templates or {}).items()},
        parameters=dict(integration.request_parameters or {}),
        passthrough_behavior=(integration.passthrough_behaviour or "WHEN_NO_MATCH").upper(),
        content_handling=integration.content_handling,
        timeout_ms=int(integration.timeout_in_millis or 29_000),
        connection_type=integration.connection_type,
        cache_key_parameters=tuple(integration.cache_key_parameters or ()),
        responses={
            status: IntegrationResponse(
                status,
                one.selection_pattern or None,
                {kind: text or "" for kind, text in (one.response_templates or {}).items()},
                dict(one.response_parameters or {}),
                one.content_handling,
            )
            for status, one in (integration.integration_responses or {}).items()
        },
    )


def _authorizer(authorizer: models.Authorizer) -> Authorizer:
    ttl = authorizer.authorizer_result_ttl
    return Authorizer(
        id=str(authorizer.id),
        name=str(authorizer.name),
        type=str(authorizer.type),
        uri=authorizer.authorizer_uri or "",
        identity_source=authorizer.identity_source,
        identity_validation_expression=authorizer.identity_validation_expression,
        ttl=300 if ttl is None else int(ttl),
        provider_arns=tuple(authorizer.provider_arns or ()),
        settings={**authorizer.to_json(), "jwtConfiguration": getattr(authorizer, "jwt_configuration", None)},
    )
