"""Who may call the methods of REST APIs: Lambda authorizers, Cognito user pools and JWT authorizers.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-control-access-to-api.html
"""

from __future__ import annotations

from helpers.localcloud.context import CloudContext
from helpers.localcloud.gateway.authorizers.decisions import Decisions
from helpers.localcloud.gateway.authorizers.functions import FunctionAuthorizers
from helpers.localcloud.gateway.authorizers.pools import authorize_token
from helpers.localcloud.gateway.exchange import Exchange
from helpers.localcloud.gateway.failures import GatewayFailure

__all__ = ["Authorizers"]


class Authorizers:
    """Decides about requests; what Lambda authorizers decided is kept for as long as they say."""

    def __init__(self, context: CloudContext) -> None:
        self._decisions = Decisions(context.clock)
        self._functions = FunctionAuthorizers(self._decisions)

    def authorize(self, exchange: Exchange) -> None:
        """Let a request through, with what is known of its caller in ``exchange.authorizer``.

        Raises: ``GatewayFailure``.
        """
        method = exchange.method
        if method is None or method.authorization_type == "NONE":
            return
        if method.authorization_type == "AWS_IAM":
            self._refuse_iam(exchange)
        authorizer = exchange.api.authorizers.get(method.authorizer_id or "")
        if authorizer is None:
            raise GatewayFailure(
                "AUTHORIZER_CONFIGURATION_ERROR",
                reason="Execution failed due to configuration error: the authorizer of this method does not exist",
            )
        exchange.log(f"Starting authorizer: {authorizer.id} for request: {exchange.request_id}")
        if authorizer.type in ("TOKEN", "REQUEST"):
            self._functions.authorize(exchange, authorizer)
        else:
            authorize_token(exchange, authorizer)

    def flush(self, account: str, api_id: str, stage: str) -> None:
        """Forget what was decided for a stage."""
        self._decisions.drop(lambda key: key[:3] == (account, api_id, stage))

    def forget(self, account: str) -> None:
        """Forget what was decided for an account that is being emptied."""
        self._decisions.drop(lambda key: key[0] == account)

    def _refuse_iam(self, exchange: Exchange) -> None:
        if "authorization" not in {name.lower() for name, _ in exchange.request.headers}:
            raise GatewayFailure("MISSING_AUTHENTICATION_TOKEN")
        raise GatewayFailure(
            "INVALID_SIGNATURE",
            "IAM authorization (AWS_IAM) is not part of the local cloud, which checks no signatures: use a Lambda authorizer or a user pool",
            reason="The method asks for AWS_IAM, which the local cloud does not check",
        )
