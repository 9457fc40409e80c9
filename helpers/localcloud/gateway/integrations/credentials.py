"""The role with which an API calls what stands behind it.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/permissions.html
"""

from __future__ import annotations

from moto.iam.models import iam_backends
from moto.utilities.utils import get_partition

from helpers.localcloud.gateway.exchange import Exchange
from helpers.localcloud.gateway.integrations.requests_to import broken
from helpers.localcloud.gateway.snapshot import Integration
from helpers.localcloud.gateway.uris import with_stage_variables


def assume(exchange: Exchange, integration: Integration) -> None:
    """Make sure that the integration's role exists in the account of the API.

    Raises: ``GatewayFailure``.
    """
    role = with_stage_variables(integration.credentials or "", exchange.stage.variables)
    if role.endswith(":iam::*:user/*"):
        raise broken(
            "the local cloud checks no signatures, so the caller's own credentials cannot be used: name a role"
        )
    if not _exists(role, exchange):
        raise broken("API Gateway does not have permission to assume the provided role")


def _exists(role: str, exchange: Exchange) -> bool:
    account = exchange.api.account
    if not role.startswith(f"arn:aws:iam::{account}:role/"):
        return False
    backend = iam_backends[account][get_partition(exchange.api.region)]
    return any(one.arn == role for one in list(backend.roles.values()))
