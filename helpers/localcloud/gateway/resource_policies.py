"""The resource policy of an API: may this caller invoke this method?

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies.html
"""

from __future__ import annotations

import json
from typing import Any

from helpers.localcloud import policies
from helpers.localcloud.gateway.exchange import Exchange
from helpers.localcloud.gateway.failures import GatewayFailure

_ACTION = "execute-api:Invoke"


class PolicyRefusal(GatewayFailure):
    """The resource policy does not let the caller in; AWS writes this answer with a capital letter."""

    template = '{"Message":$context.error.messageString}'


def check(exchange: Exchange) -> None:
    """Let the request pass when its API has no resource policy or one that allows it.

    Raises: ``PolicyRefusal``, which says what AWS says: ``User: anonymous is not authorized to perform: execute-api:Invoke …``.
    """
    text = exchange.api.policy
    if not text:
        return
    document = _whole(text, exchange)
    arn = exchange.method_arn
    context = {
        "aws:SourceIp": exchange.request.source_ip,
        "aws:UserAgent": exchange.request.header("user-agent") or "",
        "aws:SecureTransport": "true",
    }
    if not policies.allows(document, action=_ACTION, resource=arn, context=context):
        hidden = arn.replace(exchange.api.account, f"********{exchange.api.account[-4:]}", 1)
        denied = policies.denies(document, action=_ACTION, resource=arn, context=context)
        raise PolicyRefusal(
            "ACCESS_DENIED",
            f"User: anonymous is not authorized to perform: {_ACTION} on resource: {hidden}"
            + (" with an explicit deny" if denied else ""),
            reason="The resource policy of the API does not allow this request",
        )


def _whole(text: str, exchange: Exchange) -> dict[str, Any] | None:
    """The policy with its short resources (``execute-api:/stage/GET/orders``) written out."""
    try:
        document = json.loads(text)
        statements = document["Statement"]
    except (ValueError, TypeError, KeyError):
        return None
    prefix = f"arn:aws:execute-api:{exchange.api.region}:{exchange.api.account}:{exchange.api.id}/"

    def written_out(resource: Any) -> Any:
        if isinstance(resource, list):
            return [written_out(one) for one in resource]
        short = isinstance(resource, str) and resource.startswith("execute-api:/")
        return prefix + resource.removeprefix("execute-api:/") if short else resource

    return {
        "Statement": [
            {**one, "Resource": written_out(one.get("Resource", "*"))}
            for one in (statements if isinstance(statements, list) else [statements])
            if isinstance(one, dict)
        ]
    }
