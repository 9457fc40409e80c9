"""moto.apigateway: APIs as a whole, their documents, the account, tags, and what the local cloud refuses by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.apigateway import urls
from moto.apigateway.responses import APIGatewayResponse

from helpers.localcloud.gateway import openapi_export, openapi_import, rules_apis, rules_models
from helpers.localcloud.gateway.control import (
    Answer,
    BadRequestException,
    Call,
    NotFoundException,
    part,
    texts,
    unavailable,
)
from helpers.localcloud.gateway.patch_operations import Field, Operation, apply_patches
from helpers.localcloud.patches import patch

_DOCUMENTS = "moto reads paths and integrations only, and refuses Swagger 2.0"


@patch(
    "moto.apigateway.responses:APIGatewayResponse.setup_class",
    why="moto decodes a body before anybody could refuse it, and reads it as a query string",
)
def _setup_class(
    original: Any, self: APIGatewayResponse, request: Any, full_url: str, headers: Any, use_raw_body: bool = False
) -> None:
    original(self, request, full_url, headers, True)


@patch(
    "moto.apigateway.responses:APIGatewayResponse.create_rest_api",
    why="moto takes any body that looks like a document, and makes no default models",
)
def _create_api(original: Any, self: APIGatewayResponse) -> Answer:
    if (self.querystring.get("mode") or [""])[0] == "import":
        return _import(self)
    call = Call(self)
    call.refuse(
        cloneFrom="Copies of other APIs (cloneFrom) are",
        securityPolicy="Security policies of APIs are",
        endpointAccessMode="Endpoint access modes are",
    )
    api = rules_apis.created(call.backend, call.body)
    rules_models.add_defaults(api)
    return call.answer(201, rules_apis.described(api))


@patch("moto.apigateway.responses:APIGatewayResponse.import_rest_api", why=_DOCUMENTS)
def _import_api(original: Any, self: APIGatewayResponse) -> Answer:
    return _import(self)


def _import(self: APIGatewayResponse) -> Answer:
    call = Call(self, raw_body=True)
    api = openapi_import.import_api(call.backend, self.body, call.query, strict=call.flag("failonwarnings"))
    return call.answer(201, rules_apis.described(api))


@patch("moto.apigateway.responses:APIGatewayResponse.put_rest_api", why=_DOCUMENTS)
def _put_api(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self, raw_body=True)
    mode = call.query.get("mode") or "merge"
    if mode not in ("merge", "overwrite"):
        raise BadRequestException('Enumeration value of OpenAPI import mode must be "overwrite" or "merge"')
    openapi_import.put_api(
        call.api, self.body, call.query, overwrite=mode == "overwrite", strict=call.flag("failonwarnings")
    )
    return call.answer(200, rules_apis.described(call.api))


@patch("moto.apigateway.responses:APIGatewayResponse.get_rest_api", why="moto shows what AWS leaves out")
def _get_api(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    return call.answer(200, rules_apis.described(call.api))


@patch("moto.apigateway.responses:APIGatewayResponse.get_rest_apis", why="moto has no pages")
def _get_apis(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    return call.page(rules_apis.described(one) for one in call.backend.apis.values())


@patch("moto.apigateway.responses:APIGatewayResponse.delete_rest_api", why="moto fails on an API that is not there")
def _delete_api(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    del call.backend.apis[call.api.id]
    return call.answer(202, None)


@patch(
    "moto.apigateway.responses:APIGatewayResponse.update_rest_api", why="moto takes any path that holds a known word"
)
def _update_api(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    apply_patches(call.api, call.patches(), rules_apis.fields(call.api), deep=False)
    return call.answer(200, rules_apis.described(call.api))


@patch(
    "moto.apigateway.responses:APIGatewayResponse.get_export",
    why="moto exports the skeleton of the API as it is now, not of the stage",
)
def _get_export(original: Any, self: APIGatewayResponse) -> Any:
    call = Call(self)
    stage = part(call.api.stages, call.parts[3], "stage identifier")
    extensions = [one for value in self.querystring.get("extensions", []) for one in value.split(",") if one]
    kind, content, name = openapi_export.exported(
        call.api, stage, call.parts[5], extensions, str(self.headers.get("Accept") or "")
    )
    headers = {"Content-Type": kind, "Content-Disposition": f'attachment; filename="{name}"', "status": 200}
    return 200, headers, content


@patch(
    "moto.apigateway.responses:APIGatewayResponse.update_account", why="moto answers unknown paths with a server error"
)
def _update_account(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    account = call.backend.account

    def role(operation: Operation) -> None:
        account.cloudwatch_role_arn = operation.value or None

    def feature(operation: Operation) -> None:
        if operation.op == "remove":
            raise BadRequestException("Usage Plans cannot be disabled once enabled")
        if operation.value != "UsagePlans":
            raise BadRequestException(f"Invalid feature specified: {operation.value}")
        account.features = ["UsagePlans"]

    fields = {"/cloudwatchRoleArn": Field("replace", role), "/features": Field("add remove", feature)}
    apply_patches(account, call.patches(), fields)
    return call.answer(200, account.to_json())


def _tagged(call: Call) -> Any:
    path = "/".join(call.parts[1:]).split("::", 1)[-1].strip("/").split("/")
    backend = call.backend
    found: Any = None
    if path[0] == "restapis" and len(path) == 2:
        found = backend.apis.get(path[1])
    elif path[0] == "restapis" and len(path) == 4 and path[2] == "stages" and path[1] in backend.apis:
        found = backend.apis[path[1]].stages.get(path[3])
    elif path[0] == "apikeys" and len(path) == 2:
        found = backend.keys.get(path[1])
    elif path[0] == "usageplans" and len(path) == 2:
        found = backend.usage_plans.get(path[1])
    if found is None:
        raise NotFoundException("Invalid resource identifier specified")
    return found


@patch("moto.apigateway.responses:APIGatewayResponse.get_tags", why="moto knows tags of stages only")
def _get_tags(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    return call.answer(200, {"tags": dict(_tagged(call).tags or {})})


@patch("moto.apigateway.responses:APIGatewayResponse.tag_resource", why="moto knows tags of stages only")
def _tag(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    found = _tagged(call)
    found.tags = {**(found.tags or {}), **texts(call.body.get("tags"))}
    return call.answer(204, None)


@patch("moto.apigateway.responses:APIGatewayResponse.untag_resource", why="moto knows tags of stages only")
def _untag(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    found = _tagged(call)
    names = set(self.querystring.get("tagKeys") or [])
    found.tags = {name: value for name, value in (found.tags or {}).items() if name not in names}
    return call.answer(204, None)


def _refusing(feature: str) -> Callable[[APIGatewayResponse], Answer]:
    def refuse(self: APIGatewayResponse) -> Answer:
        raise unavailable(feature)

    return refuse


_REFUSED = {
    "Client certificates are": (
        "generate_client_certificate",
        "get_client_certificate",
        "get_client_certificates",
        "update_client_certificate",
        "delete_client_certificate",
    ),
    "Generated SDKs are": ("get_sdk", "get_sdk_type", "get_sdk_types"),
    "Documentation parts and versions are": (
        "create_documentation_part",
        "create_documentation_version",
        "delete_documentation_part",
        "delete_documentation_version",
        "get_documentation_part",
        "get_documentation_parts",
        "get_documentation_version",
        "get_documentation_versions",
        "import_documentation_parts",
        "update_documentation_part",
        "update_documentation_version",
    ),
    "Access associations of domain names are": (
        "create_domain_name_access_association",
        "delete_domain_name_access_association",
        "get_domain_name_access_associations",
        "reject_domain_name_access_association",
    ),
    "Changes of custom domain names are": ("update_domain_name",),
    "Changes of VPC links are": ("update_vpc_link",),
}
for _feature, _operations in _REFUSED.items():
    for _operation in _operations:
        setattr(APIGatewayResponse, _operation, _refusing(_feature))

for _path in (
    "clientcertificates$",
    "clientcertificates/(?P<certificate_id>[^/]+)$",
    "sdktypes$",
    "sdktypes/(?P<sdk_type>[^/]+)$",
    "restapis/(?P<function_id>[^/]+)/stages/(?P<stage_name>[^/]+)/sdks/(?P<sdk_type>[^/]+)$",
    "restapis/(?P<function_id>[^/]+)/documentation/(?P<kind>[^/]+)$",
    "restapis/(?P<function_id>[^/]+)/documentation/(?P<kind>[^/]+)/(?P<part_id>[^/]+)$",
    "domainnameaccessassociations$",
    "domainnameaccessassociations/(?P<arn>.+)$",
    "rejectdomainnameaccessassociations$",
):
    urls.url_paths["{0}/" + _path] = APIGatewayResponse.dispatch
for _kind in ("restapis", "apikeys", "usageplans"):
    urls.url_paths[
        "{0}/tags/arn:(?P<partition>[^/]+):apigateway:(?P<region_name>[^/]+)::/" + _kind + "/(?P<tagged>[^/]+)$"
    ] = APIGatewayResponse.dispatch
