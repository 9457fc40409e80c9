"""``api_map()``: a deployed REST API as a picture: its routes, who may call them, how often, what is checked, and what stands behind.

What is drawn was asked of the cloud with plain boto3: the export of the stage, its settings, and the usage plans. Equal APIs give equal pictures.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import boto3

from helpers.cloud.session import language
from helpers.errors import CourseError
from helpers.languages import numeral

_VERBS = ("get", "post", "put", "patch", "delete", "head", "options", "x-amazon-apigateway-any-method")
_COLOURS = {"GET": "#2e73b8", "POST": "#3f8624", "PUT": "#ed7100", "PATCH": "#ed7100", "DELETE": "#c62828", "ANY": "#555555"}  # fmt: skip
_TARGETS = {"function": "#ed7100", "queue": "#8c4fff", "topic": "#d6247f", "http": "#0e8a7d", "mock": "#777777"}
_WORDS = {
    "en": {"open": "open to all", "key": "API key", "body": "body", "parameters": "parameters", "stage": "stage", "plan": "plan",
           "second": "/s", "burst": "burst", "none": "no limit of its own", "empty": "no routes are deployed",
           "DAY": "a day", "WEEK": "a week", "MONTH": "a month", "mapped": "mapped"},
    "pt-BR": {"open": "aberta a todos", "key": "chave de API", "body": "corpo", "parameters": "parâmetros", "stage": "stage", "plan": "plano",
              "second": "/s", "burst": "burst", "none": "sem limite próprio", "empty": "nenhuma rota publicada",
              "DAY": "por dia", "WEEK": "por semana", "MONTH": "por mês", "mapped": "mapeada"},
}  # fmt: skip
_STYLE = """<style>
.api { font: 12px system-ui, sans-serif; max-width: 100%; height: auto; background: var(--jp-layout-color1, #ffffff); }
.api rect { fill: var(--jp-layout-color2, #f4f4f4); stroke: var(--jp-border-color1, #999999); }
.api text { fill: var(--jp-content-font-color1, #222222); }
.api .small { font-size: 11px; fill: var(--jp-content-font-color2, #555555); }
.api .verb { fill: #ffffff; font-weight: 700; font-size: 10px; }
.api path { fill: none; stroke: var(--jp-content-font-color2, #777777); stroke-width: 1.4; }
</style>"""
_WIDE, _HIGH, _ROW, _TARGET_AT, _TARGET_WIDE = 470, 44, 54, 560, 200


@dataclass(frozen=True)
class Route:
    """One method. guards: what a caller needs. checks: what is looked at before the integration. limits: of this method alone.
    target: kind and name of what stands behind. mapped: whether templates stand between."""

    verb: str
    path: str
    guards: tuple[str, ...]
    checks: tuple[str, ...]
    limits: tuple[str, ...]
    target: tuple[str, str]
    mapped: bool


class ApiMap:
    """A stage of a REST API, ready to be shown."""

    def __init__(self, name: str, stage: str, limits: tuple[str, ...], routes: tuple[Route, ...], lang: str) -> None:
        self.title = f"{name} · stage {stage}"
        self.limits = limits
        self.routes = routes
        self._words = _WORDS.get(lang, _WORDS["en"])

    def __repr__(self) -> str:
        return self.as_text()

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"image/svg+xml": self.as_svg(), "text/plain": self.as_text()}

    def as_text(self) -> str:
        """The title with the limits of the stage, then a line for each route."""
        lines = [" · ".join((self.title, *self.limits))]
        paths = max((len(route.path) for route in self.routes), default=0)
        words = max((len(self._said(route)) for route in self.routes), default=0)
        for route in self.routes:
            kept = f"{route.path:<{paths}}  {self._said(route):<{words}}"
            lines.append(f"{route.verb:<7} {kept}  → {' '.join(dict.fromkeys(route.target))}")
        return "\n".join(lines) if self.routes else f"{lines[0]}\n{self._words['empty']}"

    def as_svg(self) -> str:
        """Routes on the left, what they call on the right."""
        targets = list(dict.fromkeys(route.target for route in self.routes))
        rows = max(len(self.routes), len(targets), 1)
        high = 44 + rows * _ROW
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" class="api" viewBox="0 0 780 {high}" width="780" height="{high}">',
            _STYLE,
            f'<text x="10" y="20" font-weight="600">{html.escape(self.title)}</text>',
            f'<text x="770" y="20" text-anchor="end" class="small">{html.escape(" · ".join(self.limits))}</text>',
        ]
        step = (rows * _ROW) / max(len(targets), 1)
        middles = {target: int(36 + step * place + step / 2) for place, target in enumerate(targets)}
        for place, route in enumerate(self.routes):
            y = 36 + place * _ROW
            begin, end = y + _HIGH // 2, middles[route.target]
            dash = ' stroke-dasharray="5 4"' if route.mapped else ""
            parts.append(f'<path d="M {_WIDE + 10} {begin} C {_WIDE + 55} {begin}, {_TARGET_AT - 45} {end}, {_TARGET_AT} {end}"{dash}/>')  # fmt: skip
            parts += self._route(route, y)
        parts += [self._target(target, middle) for target, middle in middles.items()]
        if not self.routes:
            parts.append(f'<text x="10" y="58" class="small">{html.escape(self._words["empty"])}</text>')
        return "\n".join([*parts, "</svg>"])

    def _said(self, route: Route) -> str:
        guards = " + ".join(route.guards) or self._words["open"]
        return " · ".join((guards, *route.checks, *route.limits))

    def _route(self, route: Route, y: int) -> list[str]:
        said = self._said(route)
        said = said if len(said) <= 76 else f"{said[:75]}…"
        colour = _COLOURS.get(route.verb, "#555555")
        return [
            f'<rect x="10" y="{y}" width="{_WIDE}" height="{_HIGH}" rx="5"/>',
            f'<rect x="18" y="{y + 7}" width="58" height="16" rx="3" style="fill: {colour}; stroke: none"/>',
            f'<text x="47" y="{y + 19}" text-anchor="middle" class="verb">{route.verb}</text>',
            f'<text x="86" y="{y + 20}" font-weight="600">{html.escape(route.path)}</text>',
            f'<text x="18" y="{y + 38}" class="small">{html.escape(said)}</text>',
        ]

    def _target(self, target: tuple[str, str], middle: int) -> str:
        kind, name = target
        label = name if len(name) <= 24 else f"{name[:23]}…"
        return (
            f'<g><rect x="{_TARGET_AT}" y="{middle - 19}" width="{_TARGET_WIDE}" height="38" rx="5"/>'
            f'<rect x="{_TARGET_AT}" y="{middle - 19}" width="6" height="38" rx="3" style="fill: {_TARGETS.get(kind, "#777777")}; stroke: none"/>'
            f'<text x="{_TARGET_AT + 14}" y="{middle - 3}" font-weight="600">{html.escape(label)}</text>'
            f'<text x="{_TARGET_AT + 14}" y="{middle + 13}" class="small">{html.escape(kind)}</text></g>'
        )


def api_map(api_id: str, stage: str = "prod") -> ApiMap:
    """The routes of a stage of a REST API, as they are deployed.

    api_id: what ``create_rest_api`` or ``import_rest_api`` answered as ``id``.

    Raises: ``CourseError`` when there is no such API or stage.
    """
    gateway = boto3.client("apigateway")
    words = _WORDS.get(language(), _WORDS["en"])
    try:
        name = gateway.get_rest_api(restApiId=api_id)["name"]
        settings = gateway.get_stage(restApiId=api_id, stageName=stage).get("methodSettings", {})
        answer = gateway.get_export(
            restApiId=api_id, stageName=stage, exportType="oas30", parameters={"extensions": "apigateway"}
        )
    except gateway.exceptions.NotFoundException:
        raise CourseError(
            f"there is no stage {stage!r} of an API {api_id!r} in this account: deploy it first, with create_deployment"
        ) from None
    document = json.loads(answer["body"].read())
    limits = (*_limits(settings.get("*/*", {}), words), *_plans(gateway, api_id, stage, words))
    return ApiMap(name, stage, limits, tuple(_routes(document, settings, words)), language())


def _routes(document: Mapping[str, Any], settings: Mapping[str, Any], words: Mapping[str, str]) -> list[Route]:
    schemes = document.get("components", {}).get("securitySchemes", {})
    validators = document.get("x-amazon-apigateway-request-validators", {})
    usual = document.get("x-amazon-apigateway-request-validator")
    routes = []
    for path, item in sorted(document.get("paths", {}).items()):
        for verb in _VERBS:
            if verb not in item:
                continue
            operation = item[verb]
            word = "ANY" if verb.startswith("x-") else verb.upper()
            validator = validators.get(operation.get("x-amazon-apigateway-request-validator", usual), {})
            integration = operation.get("x-amazon-apigateway-integration", {})
            own = settings.get(f"{path.lstrip('/').replace('/', '~1')}/{word}") or settings.get(
                f"{path.replace('/', '~1')}/{word}", {}
            )
            routes.append(
                Route(
                    word,
                    path,
                    _guards(operation.get("security", []), schemes, words),
                    _checks(validator, operation, words),
                    _limits(own, words),
                    target_of(integration),
                    not integration.get("type", "").lower().endswith("_proxy"),
                )
            )
    return routes


def _guards(security: list[Mapping[str, Any]], schemes: Mapping[str, Any], words: Mapping[str, str]) -> tuple[str, ...]:
    names = [name for one in security for name in one]
    said = []
    for name in names:
        authorizer = "x-amazon-apigateway-authtype" in schemes.get(name, {})
        said.append(name if authorizer else words["key"])
    return tuple(dict.fromkeys(sorted(said, key=lambda one: one == words["key"])))


def _checks(validator: Mapping[str, Any], operation: Mapping[str, Any], words: Mapping[str, str]) -> tuple[str, ...]:
    checks = []
    if validator.get("validateRequestParameters"):
        required = [
            one["name"] for one in operation.get("parameters", []) if one.get("required") and one["in"] != "path"
        ]
        checks += [f"{words['parameters']}: {', '.join(required)}"] if required else []
    if validator.get("validateRequestBody"):
        content = operation.get("requestBody", {}).get("content", {})
        models = sorted({one.get("schema", {}).get("$ref", "").rpartition("/")[2] for one in content.values()} - {""})
        checks += [f"{words['body']}: {', '.join(models)}"] if models else []
    return tuple(checks)


def _limits(settings: Mapping[str, Any], words: Mapping[str, str]) -> tuple[str, ...]:
    rate, burst = settings.get("throttlingRateLimit"), settings.get("throttlingBurstLimit")
    if rate is None or rate < 0:
        return ()
    return (_throttle(rate, burst, words),)


def _throttle(rate: float, burst: int | None, words: Mapping[str, str]) -> str:
    return f"{numeral(f'{rate:g}', language())}{words['second']}, {words['burst']} {burst}"


def _plans(gateway: Any, api_id: str, stage: str, words: Mapping[str, str]) -> list[str]:
    said = []
    for page in gateway.get_paginator("get_usage_plans").paginate():
        for plan in page["items"]:
            if not any((one["apiId"], one["stage"]) == (api_id, stage) for one in plan.get("apiStages", [])):
                continue
            throttle, quota = plan.get("throttle", {}), plan.get("quota", {})
            parts = [f"{words['plan']} {plan['name']}:"]
            if throttle:
                parts.append(_throttle(throttle["rateLimit"], throttle["burstLimit"], words))
            if quota:
                parts.append(f"{quota['limit']} {words[quota['period']]}")
            said.append(f"{parts[0]} {', '.join(parts[1:]) or words['none']}")
    return sorted(said)


def target_of(integration: Mapping[str, Any]) -> tuple[str, str]:
    """Kind and name of what an integration calls, such as ``("function", "orders")`` or ``("dynamodb", "GetItem")``."""
    kind, uri = integration.get("type", "mock").lower(), integration.get("uri", "")
    if kind == "mock":
        return "mock", "mock"
    if function := re.search(r":function:([^/:]+(?::[^/]+)?)/invocations", uri):
        return "function", function[1]
    if service := re.match(r"arn:aws:apigateway:[^:]+:([^:]+):(?:action|path)/(.+)", uri):
        return service[1], service[2].rpartition("/")[2]
    return "http", re.sub(r"^https?://", "", uri)


__all__ = ["ApiMap", "Route", "api_map", "target_of"]
