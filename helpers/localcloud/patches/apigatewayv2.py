"""moto.apigatewayv2: HTTP APIs are kept, checked and deployed by the gateway plane; what only WebSocket APIs and domains need is refused."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from moto.apigatewayv2 import urls
from moto.apigatewayv2.responses import ApiGatewayV2Response

from helpers.localcloud.gateway import http_apis
from helpers.localcloud.gateway.http_apis import control, deployments, openapi_export, openapi_import
from helpers.localcloud.gateway.http_apis.errors import BadRequest, not_here
from helpers.localcloud.gateway.http_apis.store import Document, HttpApi, Store
from helpers.localcloud.patches import patch

_WHY = "moto stores HTTP APIs unchecked, has no deployments and serves nothing"
Answer = tuple[int, dict[str, Any], str]
Operation = Callable[[ApiGatewayV2Response], Answer]


def _store() -> Store:
    return http_apis.plane().store


def _path(response: ApiGatewayV2Response) -> list[str]:
    """The parts of the path below ``/v2``."""
    return [unquote(part) for part in response.raw_path.split("?")[0].strip("/").split("/")[1:]]


def _body(response: ApiGatewayV2Response) -> Document:
    members = json.loads(response.body or "{}")
    return {name: value for name, value in members.items() if value is not None}


def _api(response: ApiGatewayV2Response) -> HttpApi:
    return _store().get(response.current_account, response.region, _path(response)[1])


def _answer(document: Any, status: int = 200) -> Answer:
    return status, {"Content-Type": "application/json"}, json.dumps(document)


def _asked(response: ApiGatewayV2Response, name: str) -> str | None:
    values = response.querystring.get(name)
    return str(values[0]) if values else None


def _page(response: ApiGatewayV2Response, found: list[Document]) -> Answer:
    try:
        first = int(_asked(response, "nextToken") or 0)
        last = first + int(_asked(response, "maxResults") or 500)
    except ValueError:
        raise BadRequest("Invalid token or limit specified") from None
    page: Document = {"items": found[first:last]}
    if last < len(found):
        page["nextToken"] = str(last)
    return _answer(page)


def _create_api(response: ApiGatewayV2Response) -> Answer:
    api = control.create_api(_store(), response.current_account, response.region, _body(response))
    return _answer(api.document, 201)


def _get_apis(response: ApiGatewayV2Response) -> Answer:
    return _page(response, [api.document for api in _store().of(response.current_account, response.region)])


def _get_api(response: ApiGatewayV2Response) -> Answer:
    return _answer(_api(response).document)


def _update_api(response: ApiGatewayV2Response) -> Answer:
    api = _api(response)
    control.update_api(_store(), api, _body(response))
    return _answer(api.document)


def _delete_api(response: ApiGatewayV2Response) -> Answer:
    http_apis.plane().delete(_api(response))
    return _answer({}, 204)


def _delete_cors(response: ApiGatewayV2Response) -> Answer:
    control.delete_cors(_store(), _api(response))
    return _answer({}, 204)


def _imported(response: ApiGatewayV2Response, api: HttpApi | None) -> Answer:
    strict = (_asked(response, "failOnWarnings") or "false").lower() == "true"
    text = _body(response).get("body") or ""
    result, found = openapi_import.read(
        _store(), response.current_account, response.region, text, api, strict, _asked(response, "basepath") or "ignore"
    )
    said = {"warnings": found.warnings, "importInfo": found.info}
    return _answer({**result.document, **{name: lines for name, lines in said.items() if lines}}, 201)


def _import_api(response: ApiGatewayV2Response) -> Answer:
    return _imported(response, None)


def _reimport_api(response: ApiGatewayV2Response) -> Answer:
    return _imported(response, _api(response))


def _export_api(response: ApiGatewayV2Response) -> Answer:
    specification = _path(response)[3]
    if specification != "OAS30":
        raise BadRequest(f"Invalid export specification {specification}: HTTP APIs are exported as OAS30")
    kind = (_asked(response, "outputType") or "").upper()
    if kind not in ("JSON", "YAML"):
        raise BadRequest("OutputType must be JSON or YAML")
    extensions = (_asked(response, "includeExtensions") or "true").lower() == "true"
    text = openapi_export.write(_api(response), _asked(response, "stageName"), extensions, kind)
    return 200, {"Content-Type": f"application/{kind.lower()}"}, text


def _create_part(kind: str) -> Operation:
    return lambda response: _answer(control.create_part(_store(), _api(response), kind, _body(response)), 201)


def _update_part(kind: str) -> Operation:
    def update(response: ApiGatewayV2Response) -> Answer:
        key = _path(response)[3]
        return _answer(control.update_part(_store(), _api(response), kind, key, _body(response)))

    return update


def _delete_part(kind: str) -> Operation:
    def delete(response: ApiGatewayV2Response) -> Answer:
        control.delete_part(_store(), _api(response), kind, _path(response)[3])
        return _answer({}, 204)

    return delete


def _get_part(kind: str) -> Operation:
    return lambda response: _answer(_api(response).part(kind, _path(response)[3]))


def _get_parts(place: str) -> Operation:
    return lambda response: _page(response, list(getattr(_api(response), place).values()))


def _create_stage(response: ApiGatewayV2Response) -> Answer:
    return _answer(control.create_stage(_store(), _api(response), _body(response)), 201)


def _update_stage(response: ApiGatewayV2Response) -> Answer:
    return _answer(control.update_stage(_store(), _api(response), _path(response)[3], _body(response)))


def _delete_stage(response: ApiGatewayV2Response) -> Answer:
    control.delete_stage(_api(response), _path(response)[3])
    return _answer({}, 204)


def _delete_route_settings(response: ApiGatewayV2Response) -> Answer:
    path = _path(response)
    control.delete_route_settings(_api(response), path[3], "/".join(path[5:]))
    return _answer({}, 204)


def _delete_access_log_settings(response: ApiGatewayV2Response) -> Answer:
    control.delete_access_log_settings(_api(response), _path(response)[3])
    return _answer({}, 204)


def _reset_authorizers_cache(response: ApiGatewayV2Response) -> Answer:
    api = _api(response)
    stage = api.part("Stage", _path(response)[3])["stageName"]
    http_apis.plane().authorizers.reset(api.id, stage)
    return _answer({}, 204)


def _create_deployment(response: ApiGatewayV2Response) -> Answer:
    return _answer(deployments.create_deployment(_store(), _api(response), _body(response)), 201)


def _update_deployment(response: ApiGatewayV2Response) -> Answer:
    deployment = _api(response).part("Deployment", _path(response)[3])
    deployment.update(_body(response))
    return _answer(deployment)


def _delete_deployment(response: ApiGatewayV2Response) -> Answer:
    deployments.delete_deployment(_api(response), _path(response)[3])
    return _answer({}, 204)


def _tags(response: ApiGatewayV2Response) -> dict[str, str]:
    return control.tags_of(_store(), response.current_account, "/".join(_path(response)[1:]))


def _get_tags(response: ApiGatewayV2Response) -> Answer:
    return _answer({"tags": _tags(response)})


def _tag_resource(response: ApiGatewayV2Response) -> Answer:
    _tags(response).update(_body(response).get("tags", {}))
    return _answer({}, 201)


def _untag_resource(response: ApiGatewayV2Response) -> Answer:
    tags = _tags(response)
    for key in response.querystring.get("tagKeys") or []:
        tags.pop(key, None)
    return _answer({}, 204)


def _refused(feature: str, instead: str) -> Operation:
    def refuse(response: ApiGatewayV2Response) -> Answer:
        raise not_here(feature, instead)

    return refuse


OPERATIONS: dict[str, Operation] = {
    "create_api": _create_api,
    "get_api": _get_api,
    "get_apis": _get_apis,
    "update_api": _update_api,
    "delete_api": _delete_api,
    "delete_cors_configuration": _delete_cors,
    "import_api": _import_api,
    "reimport_api": _reimport_api,
    "export_api": _export_api,
    "create_stage": _create_stage,
    "get_stage": _get_part("Stage"),
    "get_stages": _get_parts("stages"),
    "update_stage": _update_stage,
    "delete_stage": _delete_stage,
    "delete_route_settings": _delete_route_settings,
    "delete_access_log_settings": _delete_access_log_settings,
    "reset_authorizers_cache": _reset_authorizers_cache,
    "create_deployment": _create_deployment,
    "get_deployment": _get_part("Deployment"),
    "get_deployments": _get_parts("deployments"),
    "update_deployment": _update_deployment,
    "delete_deployment": _delete_deployment,
    "get_tags": _get_tags,
    "tag_resource": _tag_resource,
    "untag_resource": _untag_resource,
}
for _kind in ("Route", "Integration", "Authorizer"):
    _name = _kind.lower()
    OPERATIONS |= {
        f"create_{_name}": _create_part(_kind),
        f"get_{_name}": _get_part(_kind),
        f"get_{_name}s": _get_parts(f"{_name}s"),
        f"update_{_name}": _update_part(_kind),
        f"delete_{_name}": _delete_part(_kind),
    }
for _names, _feature, _instead in (
    (
        "create_model get_model get_models update_model delete_model get_model_template create_route_response get_route_response "
        "get_route_responses update_route_response delete_route_response delete_route_request_parameter create_integration_response "
        "get_integration_response get_integration_responses update_integration_response delete_integration_response",
        "WebSocket APIs",
        "HTTP APIs have no models, route responses, integration responses and request parameters of routes",
    ),
    (
        "create_vpc_link get_vpc_link get_vpc_links update_vpc_link delete_vpc_link",
        "VPC links",
        "integrations reach Lambda, SQS, EventBridge and this computer",
    ),
    (
        "create_domain_name get_domain_name get_domain_names update_domain_name delete_domain_name create_api_mapping get_api_mapping "
        "get_api_mappings update_api_mapping delete_api_mapping",
        "custom domain names",
        "call the API at its ApiEndpoint",
    ),
):
    OPERATIONS |= {_name: _refused(_feature, _instead) for _name in _names.split()}


def _apply(name: str, operation: Operation) -> None:
    def handle(original: Any, self: ApiGatewayV2Response) -> Answer:
        return operation(self)

    def added(self: ApiGatewayV2Response) -> Answer:
        return operation(self)

    if hasattr(ApiGatewayV2Response, name):
        patch(f"moto.apigatewayv2.responses:ApiGatewayV2Response.{name}", why=_WHY)(handle)
    else:
        setattr(ApiGatewayV2Response, name, added)


for _name, _operation in OPERATIONS.items():
    _apply(_name, _operation)

_NEW_PATHS = (
    "apis/(?P<api_id>[^/]+)/deployments",
    "apis/(?P<api_id>[^/]+)/deployments/(?P<deployment_id>[^/]+)",
    "apis/(?P<api_id>[^/]+)/exports/(?P<specification>[^/]+)",
    "apis/(?P<api_id>[^/]+)/stages/(?P<stage_name>[^/]+)/accesslogsettings",
    "apis/(?P<api_id>[^/]+)/stages/(?P<stage_name>[^/]+)/cache/authorizers",
    "apis/(?P<api_id>[^/]+)/stages/(?P<stage_name>[^/]+)/routesettings/(?P<route_key>.+)",
    "apis/(?P<api_id>[^/]+)/models/(?P<model_id>[^/]+)/template",
    "tags/(?P<resource_arn_pt1>[^/]+)/apis/(?P<resource_arn_pt2>[^/]+)/stages/(?P<resource_arn_pt3>[^/]+)",
)
# moto serves both APIs from the table of the first, which can be loaded only once the gateway is.
for _table in (urls.url_paths, importlib.import_module("moto.apigateway.urls").url_paths):
    for _new in _NEW_PATHS:
        _table["{0}/v2/" + _new + "$"] = ApiGatewayV2Response.dispatch
