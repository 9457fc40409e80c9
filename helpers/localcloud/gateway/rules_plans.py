"""What usage plans and API keys may be.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
"""

from __future__ import annotations

import csv
import io
import re
from typing import Any

from moto.apigateway import models
from moto.apigateway.exceptions import BadRequestException, ConflictException
from moto.apigateway.models import APIGatewayBackend
from moto.apigateway.utils import ApigwApiKeyIdentifier

from helpers.localcloud.gateway.control import mapping, now, number, one_of, switched, text, texts, unavailable
from helpers.localcloud.gateway.patch_operations import Field, Operation, setter

SHORTEST_KEY, LONGEST_KEY = 20, 128
PERIODS = {"DAY": 0, "WEEK": 6, "MONTH": 27}
_OFFSETS = {
    "DAY": "Usage Plan quota offset must be zero in the DAY period",
    "WEEK": "Usage Plan quota offset must be between zero and six inclusive in the WEEK period",
    "MONTH": "Usage Plan quota offset must be between zero and 27 inclusive in the MONTH period",
}


def check_plan(backend: APIGatewayBackend, plan: models.UsagePlan) -> None:
    """Refuse a plan whose stages are not there, or whose limits do not fit together. Raises: ``BadRequestException``."""
    if not plan.name:
        raise BadRequestException("Usage Plan name must be non-empty")
    if plan.product_code:
        raise unavailable("Products of the AWS Marketplace (productCode) are")
    known = set()
    for one in plan.api_stages:
        api, stage = one.get("apiId"), one.get("stage")
        if (api, stage) in known:
            raise ConflictException(f"API Stage {api}:{stage} is already in the usage plan")
        known.add((api, stage))
        if not api or not stage or api not in backend.apis or stage not in backend.apis[api].stages:
            raise BadRequestException(f"API Stage not found: {api}:{stage}")
        for place, throttle in (one.get("throttle") or {}).items():
            _check_method(backend.apis[api], place)
            one["throttle"][place] = checked_throttle(throttle)
    plan.throttle = checked_throttle(plan.throttle)
    plan.quota = checked_quota(plan.quota)


def checked_stages(given: Any) -> list[dict[str, Any]]:
    """The API stages of a request. Raises: ``BadRequestException`` unless it is a list of objects with texts."""
    if given is not None and not isinstance(given, list):
        raise BadRequestException("Invalid request input")
    found = []
    for one in given or []:
        stage = mapping(one)
        found.append(
            {"apiId": text(stage.get("apiId")), "stage": text(stage.get("stage"))}
            | ({"throttle": mapping(stage["throttle"])} if stage.get("throttle") else {})
        )
    return found


def checked_throttle(given: Any) -> dict[str, Any]:
    """The rate and burst of a throttle as numbers. Raises: ``BadRequestException``."""
    given = mapping(given)
    found: dict[str, Any] = {}
    for name, kind in (("rateLimit", float), ("burstLimit", int)):
        if given.get(name) is None:
            continue
        found[name] = number(given[name], kind, name)
        if found[name] < 0:
            raise BadRequestException(f"Usage Plan throttle {name} must not be negative")
    return found


def checked_quota(given: Any) -> dict[str, Any]:
    """The quota of a plan. Raises: ``BadRequestException``, ``ValidationException``."""
    if not given:
        return {}
    given = mapping(given)
    period = given.get("period")
    one_of(period, PERIODS, "createUsagePlanInput.quota.period")
    limit = int(number(given.get("limit"), what="quota limit"))
    if limit < 1:
        raise BadRequestException("Usage Plan quota limit must be above zero")
    offset = int(number(given.get("offset") or 0, what="quota offset"))
    if not 0 <= offset <= PERIODS[period]:
        raise BadRequestException(_OFFSETS[period])
    return {"limit": limit, "period": period, "offset": offset}


def described(plan: models.UsagePlan) -> dict[str, Any]:
    """A usage plan as the API shows it."""
    return plan.to_json() | {"apiStages": plan.api_stages or [], "productCode": None}


def plan_fields(plan: models.UsagePlan) -> dict[str, Field]:
    """All that can be patched of a usage plan."""

    def stages(operation: Operation) -> None:
        api, _, stage = operation.value.partition(":")
        found = [one for one in plan.api_stages if (one.get("apiId"), one.get("stage")) == (api, stage)]
        if operation.op == "remove":
            if not found:
                raise BadRequestException(f"API Stage not found: {operation.value}")
            plan.api_stages = [one for one in plan.api_stages if one not in found]
        else:
            plan.api_stages = [*plan.api_stages, {"apiId": api, "stage": stage}]

    def stage_of(name: str) -> dict[str, Any]:
        api, _, stage = name.partition(":")
        for one in plan.api_stages:
            if (one.get("apiId"), one.get("stage")) == (api, stage):
                return dict(one)
        raise BadRequestException(f"API Stage not found: {name}")

    def keep(stage: dict[str, Any], throttle: dict[str, Any]) -> None:
        changed = {key: value for key, value in stage.items() if key != "throttle"}
        if throttle:
            changed["throttle"] = throttle
        plan.api_stages = [
            changed if (one.get("apiId"), one.get("stage")) == (stage["apiId"], stage["stage"]) else one
            for one in plan.api_stages
        ]

    def method_throttle(operation: Operation) -> None:
        name, path, verb, limit = operation.names
        stage = stage_of(name)
        place = f"{path}/{verb}"
        if limit not in ("rateLimit", "burstLimit"):
            raise BadRequestException(f"Invalid patch path '{operation.path}' specified for op '{operation.op}'")
        throttle = dict(stage.get("throttle") or {})
        throttle[place] = {
            **throttle.get(place, {}),
            limit: number(operation.value, float if limit == "rateLimit" else int, limit),
        }
        keep(stage, throttle)

    def no_method_throttle(operation: Operation) -> None:
        name, path, verb = operation.names
        stage = stage_of(name)
        throttle = dict(stage.get("throttle") or {})
        if throttle.pop(f"{path}/{verb}", None) is None:
            raise BadRequestException(
                f"Invalid patch path '{operation.path}' specified for op 'remove': there is no such throttle"
            )
        keep(stage, throttle)

    def no_throttles(operation: Operation) -> None:
        keep(stage_of(operation.names[0]), {})

    def limit(attribute: str, name: str) -> Field:
        def apply(operation: Operation) -> None:
            setattr(plan, attribute, {**getattr(plan, attribute), name: operation.value})

        return Field("add replace", apply)

    def clear(attribute: str) -> Field:
        return Field("remove", lambda operation: setattr(plan, attribute, {}))

    def product(operation: Operation) -> None:
        raise unavailable("Products of the AWS Marketplace (productCode) are")

    return {
        "/name": setter(plan, "name"),
        "/description": setter(plan, "description"),
        "/productCode": Field("add replace", product),
        "/apiStages": Field("add remove", stages),
        "/apiStages/{apiId:stage}/throttle": Field("remove", no_throttles),
        "/apiStages/{apiId:stage}/throttle/{resourcePath}/{httpMethod}": Field("remove", no_method_throttle),
        "/apiStages/{apiId:stage}/throttle/{resourcePath}/{httpMethod}/{limit}": Field("add replace", method_throttle),
        "/throttle": clear("throttle"),
        "/throttle/rateLimit": limit("throttle", "rateLimit"),
        "/throttle/burstLimit": limit("throttle", "burstLimit"),
        "/quota": clear("quota"),
        "/quota/limit": limit("quota", "limit"),
        "/quota/period": limit("quota", "period"),
        "/quota/offset": limit("quota", "offset"),
    }


def new_key(backend: APIGatewayBackend, given: dict[str, Any]) -> models.ApiKey:
    """A checked API key of these settings; it stands in the account afterwards. Raises: ``BadRequestException``, ``ConflictException``."""
    value = text(given.get("value")) or None
    if value is not None:
        if len(value) < SHORTEST_KEY:
            raise BadRequestException(f"API Key value should be at least {SHORTEST_KEY} characters")
        if len(value) > LONGEST_KEY:
            raise BadRequestException(f"API Key value exceeds maximum size of {LONGEST_KEY} characters")
        if any(one.value == value for one in backend.keys.values()):
            raise ConflictException("API Key already exists")
    if given.get("stageKeys"):
        raise unavailable("Stage keys (deprecated in favor of usage plans) are")
    key = models.ApiKey(
        ApigwApiKeyIdentifier(backend.account_id, backend.region_name, value or "").generate(list(backend.keys)),
        name=text(given.get("name")),
        description=text(given.get("description")),
        enabled=bool(given.get("enabled")),
        value=value,
        tags=texts(given.get("tags")) or None,  # type: ignore[arg-type]
        customerId=text(given.get("customerId")),
    )
    key.created_date = key.last_updated_date = now()
    backend.keys[key.id] = key
    return key


def add_to_plan(backend: APIGatewayBackend, plan_id: str, key: models.ApiKey) -> models.UsagePlanKey:
    """Put a key into a plan. Raises: ``ConflictException`` when it is there, or in another plan with the same stage."""
    if key.id in backend.usage_plan_keys.get(plan_id, {}):
        raise ConflictException("Usage Plan Key already exists")
    mine = {(one.get("apiId"), one.get("stage")) for one in backend.usage_plans[plan_id].api_stages}
    for other, keys in backend.usage_plan_keys.items():
        plan = backend.usage_plans.get(other)
        if key.id not in keys or plan is None:
            continue
        if shared := mine & {(one.get("apiId"), one.get("stage")) for one in plan.api_stages}:
            api, stage = sorted(shared)[0]
            raise ConflictException(
                f"API Key {key.id} is already in the usage plan {other} for the API Stage {api}:{stage}"
            )
    entry = models.UsagePlanKey(plan_id=key.id, plan_type="API_KEY", name=key.name, value=key.value)
    backend.usage_plan_keys.setdefault(plan_id, {})[key.id] = entry
    return entry


def imported_keys(backend: APIGatewayBackend, document: str, *, strict: bool) -> tuple[list[str], list[str]]:
    """Create the keys of a CSV file. strict: the first wrong row refuses the file.

    Returns: the ids of the keys, and a warning for each row that was passed over.
    Raises: ``BadRequestException`` when the file has no columns ``name`` and ``key``.
    """
    rows = list(csv.DictReader(io.StringIO(document.lstrip("\ufeff"))))
    if not rows or not {"name", "key"} <= {(name or "").strip().lower() for name in rows[0]}:
        raise BadRequestException("Failed to parse the uploaded file: the columns name and key are required")
    ids: list[str] = []
    warnings: list[str] = []
    for line, row in enumerate(rows, start=2):
        given = {
            (name or "").strip().lower(): (value or "").strip() for name, value in row.items() if isinstance(value, str)
        }
        plans = [one for one in re.split(r"[,;\s]+", given.get("usageplanids", "")) if one]
        try:
            if missing := [one for one in plans if one not in backend.usage_plans]:
                raise BadRequestException(f"Invalid Usage Plan ID specified: {missing[0]}")
            key = new_key(
                backend,
                {
                    "name": given.get("name"),
                    "value": given.get("key"),
                    "description": given.get("description") or None,
                    "customerId": given.get("customerid") or None,
                    "enabled": switched(given.get("enabled") or "true"),
                },
            )
            for plan in plans:
                add_to_plan(backend, plan, key)
        except (BadRequestException, ConflictException) as error:
            if strict:
                for one in ids:
                    backend.keys.pop(one, None)
                    for keys in backend.usage_plan_keys.values():
                        keys.pop(one, None)
                raise
            warnings.append(f"Line {line}: {error.message}")
        else:
            ids.append(key.id)
    return ids, warnings


def _check_method(api: models.RestAPI, place: str) -> None:
    path, _, verb = place.rpartition("/")
    if path == "*" and verb == "*":
        return
    for resource in api.resources.values():
        if resource.get_path() == (path or "/") and (verb in resource.resource_methods or verb == "*"):
            return
    raise BadRequestException(f"Unable to find method {verb} {path or '/'} of the API {api.id}")
