"""moto.apigateway: usage plans, API keys and what was used of them."""

from __future__ import annotations

import datetime as dt
from importlib import import_module
from typing import Any

from moto.apigateway import models, urls
from moto.apigateway.responses import APIGatewayResponse
from moto.apigateway.utils import ApigwUsagePlanIdentifier

from helpers.localcloud.gateway import rules_plans as rules
from helpers.localcloud.gateway.control import (
    Answer,
    BadRequestException,
    Call,
    NotFoundException,
    now,
    number,
    one_of,
    part,
    switched,
    text,
    texts,
    unavailable,
)
from helpers.localcloud.gateway.patch_operations import Field, Operation, apply_patches, setter
from helpers.localcloud.patches import patch

_WHY = "moto takes what AWS refuses"
_MOST_DAYS = 90


def _plan(call: Call) -> models.UsagePlan:
    return part(call.backend.usage_plans, call.parts[1], "Usage Plan ID")


def _key(call: Call, key_id: Any) -> models.ApiKey:
    return part(call.backend.keys, str(key_id), "API Key identifier")


def _shown(key: models.ApiKey, *, value: bool) -> dict[str, Any]:
    shown = key.to_json()
    return shown if value else shown | {"value": None}


@patch("moto.apigateway.responses:APIGatewayResponse.create_usage_plan", why=_WHY)
def _create_plan(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    body = call.body
    name = text(body.get("name")) or ""
    plan = models.UsagePlan(
        ApigwUsagePlanIdentifier(call.account, call.region, name).generate(list(call.backend.usage_plans)),
        name,
        text(body.get("description")),
        apiStages=rules.checked_stages(body.get("apiStages")),
        throttle=body.get("throttle"),
        quota=body.get("quota"),
        productCode=text(body.get("productCode")),
        tags=texts(body.get("tags")) or None,  # type: ignore[arg-type]
    )
    rules.check_plan(call.backend, plan)
    call.backend.usage_plans[plan.id] = plan
    return call.answer(201, rules.described(plan))


@patch("moto.apigateway.responses:APIGatewayResponse.get_usage_plan", why=_WHY)
def _get_plan(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    return call.answer(200, rules.described(_plan(call)))


@patch("moto.apigateway.responses:APIGatewayResponse.get_usage_plans", why="moto has no pages")
def _get_plans(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    return call.page(rules.described(one) for one in call.backend.get_usage_plans(api_key_id=call.query.get("keyId")))


@patch(
    "moto.apigateway.responses:APIGatewayResponse.update_usage_plan",
    why="moto cuts rates to whole numbers and knows no method throttles",
)
def _update_plan(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    plan = _plan(call)
    apply_patches(plan, call.patches(), rules.plan_fields(plan), finish=lambda: rules.check_plan(call.backend, plan))
    return call.answer(200, rules.described(plan))


@patch(
    "moto.apigateway.responses:APIGatewayResponse.delete_usage_plan", why="moto deletes a plan that still has stages"
)
def _delete_plan(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    plan = _plan(call)
    if plan.api_stages:
        raise BadRequestException(f"Cannot delete usage plan '{plan.id}'. Its API stages must be removed first")
    del call.backend.usage_plans[plan.id]
    call.backend.usage_plan_keys.pop(plan.id, None)
    return call.answer(202, None)


@patch("moto.apigateway.responses:APIGatewayResponse.create_usage_plan_key", why=_WHY)
def _create_plan_key(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    plan = _plan(call)
    one_of(call.body.get("keyType"), ("API_KEY",), "createUsagePlanKeyInput.keyType")
    entry = rules.add_to_plan(call.backend, plan.id, _key(call, call.body.get("keyId")))
    return call.answer(201, entry.to_json())


@patch("moto.apigateway.responses:APIGatewayResponse.get_usage_plan_key", why=_WHY)
def _get_plan_key(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    keys = call.backend.usage_plan_keys.get(_plan(call).id, {})
    entry = part(keys, _key(call, call.parts[3]).id, "Usage Plan Key identifier")
    return call.answer(200, entry.to_json())


@patch("moto.apigateway.responses:APIGatewayResponse.get_usage_plan_keys", why="moto has no pages")
def _get_plan_keys(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    entries = call.backend.get_usage_plan_keys(_plan(call).id, name=call.query.get("name"))
    return call.page(one.to_json() for one in entries)


@patch(
    "moto.apigateway.responses:APIGatewayResponse.delete_usage_plan_key", why="moto fails on a key that is not there"
)
def _delete_plan_key(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    if call.backend.usage_plan_keys.get(_plan(call).id, {}).pop(call.parts[3], None) is None:
        raise NotFoundException("Invalid Usage Plan Key identifier specified")
    return call.answer(202, None)


@patch("moto.apigateway.responses:APIGatewayResponse.create_api_key", why="moto does not know ImportApiKeys")
def _create_key(original: Any, self: APIGatewayResponse) -> Answer:
    if (self.querystring.get("mode") or [""])[0] == "import":
        return _import_keys(self)
    call = Call(self)
    return call.answer(201, _shown(rules.new_key(call.backend, call.body), value=True))


def _import_keys(self: APIGatewayResponse) -> Answer:
    """ImportApiKeys: https://docs.aws.amazon.com/apigateway/latest/api/API_ImportApiKeys.html"""
    call = Call(self, raw_body=True)
    if call.query.get("format") != "csv":
        raise BadRequestException("Invalid format specified. Must be csv")
    raw = self.body if isinstance(self.body, str) else bytes(self.body or b"").decode("utf-8", "replace")
    ids, warnings = rules.imported_keys(call.backend, raw, strict=call.flag("failonwarnings"))
    return call.answer(201, {"ids": ids, "warnings": warnings})


@patch("moto.apigateway.responses:APIGatewayResponse.get_api_key", why=_WHY)
def _get_key(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    return call.answer(200, _shown(_key(call, call.parts[1]), value=call.flag("includeValue")))


@patch("moto.apigateway.responses:APIGatewayResponse.get_api_keys", why="moto has no pages and knows no customers")
def _get_keys(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    customer = call.query.get("customerId")
    found = [
        one
        for one in call.backend.get_api_keys(name=call.query.get("name"))
        if not customer or one.customer_id == customer
    ]
    return call.page(_shown(one, value=call.flag("includeValues")) for one in found)


@patch("moto.apigateway.responses:APIGatewayResponse.update_api_key", why="moto takes any path that holds a known word")
def _update_key(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    key = _key(call, call.parts[1])

    def stages(operation: Operation) -> None:
        raise unavailable("Stage keys (deprecated in favor of usage plans) are")

    fields = {
        "/name": setter(key, "name"),
        "/description": setter(key, "description"),
        "/enabled": setter(key, "enabled", switched),
        "/customerId": setter(key, "customer_id"),
        "/stages": Field("add remove", stages),
    }
    apply_patches(key, call.patches(), fields)
    key.last_updated_date = now()
    return call.answer(200, _shown(key, value=False))


@patch("moto.apigateway.responses:APIGatewayResponse.delete_api_key", why="moto leaves the key in its plans")
def _delete_key(original: Any, self: APIGatewayResponse) -> Answer:
    call = Call(self)
    key = _key(call, call.parts[1])
    del call.backend.keys[key.id]
    for keys in call.backend.usage_plan_keys.values():
        keys.pop(key.id, None)
    return call.answer(202, None)


def _day(call: Call, name: str) -> dt.date:
    try:
        return dt.date.fromisoformat(call.query.get(name) or "")
    except ValueError:
        raise BadRequestException(f"Invalid {name} specified. Must be a date such as 2026-01-31") from None


def _get_usage(self: APIGatewayResponse) -> Answer:
    """GetUsage: https://docs.aws.amazon.com/apigateway/latest/api/API_GetUsage.html"""
    call = Call(self)
    plan, start, end = _plan(call), _day(call, "startDate"), _day(call, "endDate")
    if end < start:
        raise BadRequestException("Usage end date must not be before the start date")
    if (end - start).days > _MOST_DAYS:
        raise BadRequestException(f"Usage date range must not exceed {_MOST_DAYS} days")
    key_id = call.query.get("keyId")
    if key_id is not None and key_id not in call.backend.usage_plan_keys.get(plan.id, {}):
        raise NotFoundException("Invalid API Key identifier specified")
    limits = import_module("helpers.localcloud.gateway.limits")
    used: dict[str, list[list[int]]] = limits.usage_of(call.account, call.region, plan.id, start, end, key_id)
    answer = {"usagePlanId": plan.id, "startDate": start.isoformat(), "endDate": end.isoformat(), "values": used}
    return call.answer(200, answer)


def _update_usage(self: APIGatewayResponse) -> Answer:
    """UpdateUsage: https://docs.aws.amazon.com/apigateway/latest/api/API_UpdateUsage.html"""
    call = Call(self)
    plan = _plan(call)
    key_id = call.parts[3]
    part(call.backend.usage_plan_keys.get(plan.id, {}), key_id, "API Key identifier")
    if not plan.quota:
        raise BadRequestException("Usage cannot be updated because the usage plan has no quota")
    limits = import_module("helpers.localcloud.gateway.limits")
    asked: list[int] = []

    def remaining(operation: Operation) -> None:
        asked.append(int(number(operation.value, what="remaining")))
        if asked[-1] < 0:
            raise BadRequestException("Remaining usage must not be negative")

    apply_patches(plan, call.patches(), {"/remaining": Field("replace", remaining)}, deep=False)
    today = dt.datetime.fromtimestamp(now(), dt.UTC).date()
    for value in asked:
        limits.set_remaining(call.account, call.region, plan.id, key_id, value)
    used = limits.usage_of(call.account, call.region, plan.id, today, today, key_id)
    answer = {"usagePlanId": plan.id, "startDate": today.isoformat(), "endDate": today.isoformat(), "values": used}
    return call.answer(200, answer)


APIGatewayResponse.import_api_keys = _import_keys  # type: ignore[attr-defined]
APIGatewayResponse.get_usage = _get_usage  # type: ignore[attr-defined]
APIGatewayResponse.update_usage = _update_usage  # type: ignore[attr-defined]
urls.url_paths["{0}/usageplans/(?P<usage_plan_id>[^/]+)/usage$"] = APIGatewayResponse.dispatch
urls.url_paths["{0}/usageplans/(?P<usage_plan_id>[^/]+)/keys/(?P<api_key_id>[^/]+)/usage$"] = (
    APIGatewayResponse.dispatch
)
