"""How the operations of Cost Explorer and Budgets are answered: JSON in, JSON out, refusals with AWS's codes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from moto.core.responses import BaseResponse

from helpers.localcloud.billing import meter
from helpers.localcloud.billing.cost_explorer import Call
from helpers.localcloud.billing.errors import BillingError

Operations = Mapping[str, Callable[[Call], dict[str, Any]]]


def answer(response: BaseResponse, operations: Operations, service: str) -> tuple[int, dict[str, Any], str]:
    """Status, headers and body for the request that moto has read; what is not in ``operations`` is refused by its name."""
    headers = {"Content-Type": "application/x-amz-json-1.1"}
    name = str(response.headers.get("X-Amz-Target") or "").split(".")[-1]
    try:
        if name not in operations:
            raise BillingError("UnsupportedOperation", f"The local cloud does not serve {name} of {service}.")
        asked = json.loads(response.body or "{}")
        body = operations[name](Call(meter.ledger_of(response.current_account), asked, meter.clocks[-1]()))
    except BillingError as error:
        told = {"__type": error.code, "Message": error.message, "message": error.message}
        return 400, {**headers, "status": 400, "x-amzn-errortype": error.code}, json.dumps(told)
    return 200, {**headers, "status": 200}, json.dumps(body)
