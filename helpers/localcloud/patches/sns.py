"""moto.sns: a topic of another account is closed until its policy opens it."""

from __future__ import annotations

from typing import Any

from moto.sns.exceptions import SNSException, SNSNotFoundError
from moto.sns.models import SNSBackend

from helpers.localcloud.accounts import is_account_id
from helpers.localcloud.patches import patch
from helpers.localcloud.policies import allows


class AuthorizationError(SNSException):
    """AWS's refusal of a call on a topic of another account.

    Source: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html#API_Publish_Errors
    """

    code = "AuthorizationError"

    def __init__(self, caller: str, action: str, arn: str) -> None:
        super().__init__(
            f"User: arn:aws:iam::{caller}:root is not authorized to perform: SNS:{action} on resource: {arn} "
            f"because no resource-based policy allows the SNS:{action} action"
        )


def _authorise(backend: SNSBackend, arn: str | None, action: str) -> None:
    owner = arn.split(":")[4] if arn and arn.count(":") >= 5 else ""
    if not is_account_id(owner) or owner == backend.account_id:
        return
    try:
        policy = backend.get_topic(str(arn)).policy
    except SNSNotFoundError:
        policy = None
    if not allows(policy, account=backend.account_id, action=f"SNS:{action}", resource=str(arn)):
        raise AuthorizationError(backend.account_id, action, str(arn))


_OPEN = "moto lets every account use every topic"


@patch("moto.sns.models:SNSBackend.publish", why=_OPEN)
def _publish(original: Any, self: SNSBackend, message: str, arn: str | None, *rest: Any, **more: Any) -> Any:
    _authorise(self, arn, "Publish")
    return original(self, message, arn, *rest, **more)


@patch("moto.sns.models:SNSBackend.subscribe", why=_OPEN)
def _subscribe(original: Any, self: SNSBackend, topic_arn: str, endpoint: str, protocol: str) -> Any:
    _authorise(self, topic_arn, "Subscribe")
    return original(self, topic_arn, endpoint, protocol)


@patch("moto.sns.models:SNSBackend.set_topic_attribute", why=_OPEN)
def _set_topic_attribute(original: Any, self: SNSBackend, topic_arn: str, *rest: Any, **more: Any) -> Any:
    _authorise(self, topic_arn, "SetTopicAttributes")
    return original(self, topic_arn, *rest, **more)


@patch("moto.sns.models:SNSBackend.delete_topic", why=_OPEN)
def _delete_topic(original: Any, self: SNSBackend, arn: str) -> Any:
    _authorise(self, arn, "DeleteTopic")
    return original(self, arn)


@patch("moto.sns.models:SNSBackend.publish_batch", why=_OPEN)
def _publish_batch(original: Any, self: SNSBackend, topic_arn: str, *rest: Any, **more: Any) -> Any:
    _authorise(self, topic_arn, "Publish")
    return original(self, topic_arn, *rest, **more)
