"""moto.awslambda: function URLs are kept, checked and served by the gateway plane; policies know their conditions."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from moto.awslambda import urls
from moto.awslambda.models import LambdaBackend
from moto.awslambda.policy import Policy
from moto.awslambda.responses import LambdaResponse

from helpers.localcloud.compute.errors import InvalidParameterValue, LambdaError
from helpers.localcloud.compute.functions import parse
from helpers.localcloud.gateway import function_urls
from helpers.localcloud.patches import patch

_WHY = "moto keeps function URLs without qualifier and checks, and answers none of them"
Answer = tuple[int, dict[str, Any], str]


def _asked(response: LambdaResponse) -> tuple[str, str, str, str | None]:
    """Account, Region, function and qualifier of a request."""
    function = unquote(response.path.rstrip("/").rsplit("/", 2)[1])
    qualifier = response.querystring.get("Qualifier")
    return response.current_account, response.region, function, str(qualifier[0]) if qualifier else None


def _answered(status: int, operation: Callable[[], Any]) -> Answer:
    try:
        document = operation()
    except LambdaError as error:
        return error.answer()
    return status, {"status": status, "Content-Type": "application/json"}, json.dumps(document) if document else ""


@patch("moto.awslambda.responses:LambdaResponse.create_function_url_config", why=_WHY)
def _create(original: Any, self: LambdaResponse) -> Answer:
    return _answered(201, lambda: function_urls.plane().create(*_asked(self), dict(self.json_body)))


@patch("moto.awslambda.responses:LambdaResponse.update_function_url_config", why=_WHY)
def _update(original: Any, self: LambdaResponse) -> Answer:
    return _answered(200, lambda: function_urls.plane().update(*_asked(self), dict(self.json_body)))


@patch("moto.awslambda.responses:LambdaResponse.get_function_url_config", why=_WHY)
def _get(original: Any, self: LambdaResponse) -> Answer:
    return _answered(200, lambda: function_urls.plane().get(*_asked(self)).settings)


@patch("moto.awslambda.responses:LambdaResponse.delete_function_url_config", why=_WHY)
def _delete(original: Any, self: LambdaResponse) -> Answer:
    return _answered(204, lambda: function_urls.plane().delete(*_asked(self)))


def _list_function_url_configs(self: LambdaResponse) -> Answer:
    """ListFunctionUrlConfigs: https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctionUrlConfigs.html"""

    def listed() -> dict[str, Any]:
        account, region, function, _ = _asked(self)
        found = function_urls.plane().of_function(account, region, function)
        try:
            first = int((self.querystring.get("Marker") or ["0"])[0])
            last = first + int((self.querystring.get("MaxItems") or ["50"])[0])
        except ValueError:
            raise InvalidParameterValue("Invalid Marker or MaxItems") from None
        return {"FunctionUrlConfigs": found[first:last], **({"NextMarker": str(last)} if last < len(found) else {})}

    return _answered(200, listed)


LambdaResponse.list_function_url_configs = _list_function_url_configs  # type: ignore[attr-defined]
urls.url_paths[r"{0}/(?P<api_version>[^/]+)/functions/(?P<function_name>[\w_:%-]+)/urls/?$"] = LambdaResponse.dispatch


@patch("moto.awslambda.models:LambdaBackend.delete_alias", why="a URL of an alias ends with it")
def _delete_alias(original: Any, self: LambdaBackend, name: str, function_name: str) -> None:
    original(self, name, function_name)
    function = parse(function_name, None, self.account_id, self.region_name).name
    function_urls.function_deleted(self.account_id, self.region_name, function, name)


@patch(
    "moto.awslambda.policy:Policy.condition_merge", why="conditions of function URLs stay loose members of a statement"
)
def _condition_merge(original: Any, self: Policy, obj: dict[str, Any]) -> None:
    original(self, obj)
    conditions = obj.setdefault("Condition", {})
    if "FunctionUrlAuthType" in obj:
        conditions.setdefault("StringEquals", {})["lambda:FunctionUrlAuthType"] = obj.pop("FunctionUrlAuthType")
    if "InvokedViaFunctionUrl" in obj:
        conditions.setdefault("Bool", {})["lambda:InvokedViaFunctionUrl"] = str(
            obj.pop("InvokedViaFunctionUrl")
        ).lower()
    if not conditions:
        del obj["Condition"]
