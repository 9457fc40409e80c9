"""moto.servicequotas: Lambda's concurrency is asked for as on AWS, and is granted at once.

AWS grants more than its default only: a lower quota is set with ``/_localcloud/quotas``.
Source: https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_RequestServiceQuotaIncrease.html
"""

from __future__ import annotations

import json
import uuid
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.servicequotas.models import ServiceQuotasBackend
from moto.servicequotas.responses import ServiceQuotasResponse

from helpers.localcloud import compute
from helpers.localcloud.compute.quotas import HIGHEST, Quotas
from helpers.localcloud.patches import patch

_SERVICE, _CODE, _NAME = "lambda", "L-B99A9384", "Concurrent executions"
_WHY = "moto knows no quotas of Lambda"
_MOST_KEPT = 100


class _Failure(JsonRESTError):
    code = 400


def _quota(account: str, region: str, value: int) -> dict[str, Any]:
    return {
        "ServiceCode": _SERVICE,
        "ServiceName": "AWS Lambda",
        "QuotaArn": f"arn:aws:servicequotas:{region}:{account}:{_SERVICE}/{_CODE}",
        "QuotaCode": _CODE,
        "QuotaName": _NAME,
        "Value": float(value),
        "Unit": "None",
        "Adjustable": True,
        "GlobalQuota": False,
        "QuotaAppliedAtLevel": "ACCOUNT",
    }


def _applied(backend: ServiceQuotasBackend) -> dict[str, Any]:
    where = backend.account_id, backend.region_name
    return _quota(*where, compute.engine().quotas.of(*where).concurrency)


def _default(backend: ServiceQuotasBackend) -> dict[str, Any]:
    quota = _quota("", backend.region_name, Quotas().concurrency)
    del quota["QuotaAppliedAtLevel"]
    return quota


def _check(service: str, code: str) -> None:
    """Refuse quotas that are not kept here.

    Raises: ``NoSuchResourceException``.
    """
    if (service, code) != (_SERVICE, _CODE):
        raise _Failure(
            "NoSuchResourceException",
            f"The local cloud keeps one quota that can be asked for: {_SERVICE}/{_CODE}, {_NAME}.",
        )


@patch("moto.servicequotas.models:ServiceQuotasBackend.get_service_quota", why=_WHY)
def _get(original: Any, self: ServiceQuotasBackend, service_code: str, quota_code: str) -> dict[str, Any]:
    if service_code == "vpc":
        return original(self, service_code, quota_code)  # type: ignore[no-any-return]
    _check(service_code, quota_code)
    return _applied(self)


@patch("moto.servicequotas.models:ServiceQuotasBackend.list_aws_default_service_quotas", why=_WHY)
def _list_defaults(original: Any, self: ServiceQuotasBackend, service_code: str) -> list[dict[str, Any]]:
    return [_default(self)] if service_code == _SERVICE else original(self, service_code)


def _asked(response: ServiceQuotasResponse) -> dict[str, Any]:
    """The members of a request; what would be ignored is refused.

    Raises: ``IllegalArgumentException``.
    """
    given: dict[str, Any] = json.loads(response.body)
    for name in ("ContextId", "NextToken"):
        if given.get(name):
            raise _Failure("IllegalArgumentException", f"The local cloud has nothing for {name}: leave it out.")
    for name in ("QuotaAppliedAtLevel", "QuotaRequestedAtLevel"):
        if given.get(name) == "RESOURCE":
            raise _Failure("IllegalArgumentException", f"The local cloud has no quotas of single resources ({name}).")
    return given


def _get_aws_default_service_quota(self: ServiceQuotasResponse) -> str:
    asked = _asked(self)
    _check(asked["ServiceCode"], asked["QuotaCode"])
    return json.dumps({"Quota": _default(self.backend)})


def _list_service_quotas(self: ServiceQuotasResponse) -> str:
    asked = _asked(self)
    _check(asked["ServiceCode"], asked.get("QuotaCode") or _CODE)
    return json.dumps({"Quotas": [_applied(self.backend)]})


def _requests(backend: ServiceQuotasBackend) -> list[dict[str, Any]]:
    """What was asked for, the newest first; it goes with the account."""
    return backend.__dict__.setdefault("_localcloud_requests", [])  # type: ignore[no-any-return]


def _request_service_quota_increase(self: ServiceQuotasResponse) -> str:
    asked, backend = _asked(self), self.backend
    _check(asked["ServiceCode"], asked["QuotaCode"])
    where, wanted = (backend.account_id, backend.region_name), float(asked["DesiredValue"])
    quotas = compute.engine().quotas
    current, default = quotas.of(*where).concurrency, Quotas().concurrency
    if wanted <= max(current, default):
        which = (
            f"current quota value of {float(current)}"
            if current >= default
            else f"default quota value of {float(default)}"
        )
        raise _Failure("IllegalArgumentException", f"You must provide a quota value greater than the {which}")
    if not wanted.is_integer() or wanted > HIGHEST:
        raise _Failure(
            "IllegalArgumentException", f"The local cloud grants whole numbers up to {HIGHEST}, not {wanted}."
        )
    quotas.change(*where, {"concurrency": int(wanted)})
    now = compute.engine().clock.timestamp()
    quota = _applied(backend)
    change = {
        name: value for name, value in quota.items() if name not in ("Value", "Adjustable", "QuotaAppliedAtLevel")
    }
    change |= {
        "Id": uuid.uuid4().hex,
        "DesiredValue": wanted,
        "Status": "APPROVED",
        "Created": now,
        "LastUpdated": now,
        "Requester": json.dumps(
            {"accountId": backend.account_id, "callerArn": f"arn:aws:iam::{backend.account_id}:root"}
        ),
        "QuotaRequestedAtLevel": "ACCOUNT",
    }
    _requests(backend).insert(0, change)
    del _requests(backend)[_MOST_KEPT:]
    return json.dumps({"RequestedQuota": {**change, "Status": "PENDING"}})


def _get_requested_service_quota_change(self: ServiceQuotasResponse) -> str:
    wanted = _asked(self)["RequestId"]
    found = [one for one in _requests(self.backend) if one["Id"] == wanted]
    if not found:
        raise _Failure("NoSuchResourceException", "The specified resource does not exist.")
    return json.dumps({"RequestedQuota": found[0]})


def _list_requested(self: ServiceQuotasResponse) -> str:
    asked = _asked(self)
    if asked.get("ServiceCode"):
        _check(asked["ServiceCode"], asked.get("QuotaCode") or _CODE)
    found = [one for one in _requests(self.backend) if asked.get("Status") in (None, one["Status"])]
    return json.dumps({"RequestedQuotas": found})


for _operation, _method in {
    "get_aws_default_service_quota": _get_aws_default_service_quota,
    "list_service_quotas": _list_service_quotas,
    "request_service_quota_increase": _request_service_quota_increase,
    "get_requested_service_quota_change": _get_requested_service_quota_change,
    "list_requested_service_quota_change_history": _list_requested,
    "list_requested_service_quota_change_history_by_quota": _list_requested,
}.items():
    setattr(ServiceQuotasResponse, _operation, _method)
