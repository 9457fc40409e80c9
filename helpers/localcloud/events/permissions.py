"""Resource policies between services: enforced in the accounts that ask for it.

On AWS a queue refuses a topic, and a function refuses a bucket, until its policy lets it in. An account of the local cloud starts open and is closed by
``POST /_localcloud/permissions {"enforced": true}``; emptying it opens it again.
"""

from __future__ import annotations

from helpers.localcloud.arns import account_of
from helpers.localcloud.policies import allows

# Lambda writes to destinations with the function's role; no resource policy has to name it.
_BY_ROLE = ("lambda.amazonaws.com",)
# A topic's own first policy lets in whoever acts for the topic's owner: that holds for alarms, and neither for buckets nor for rules.
_FOR_THE_OWNER = ("cloudwatch.amazonaws.com",)


class Refused(Exception):
    """A resource policy does not let a service in; the words are AWS's own for the same refusal."""


class Permissions:
    """Which accounts of a server enforce the resource policies of their queues, topics and functions against services."""

    def __init__(self) -> None:
        self._closed: set[str] = set()

    def enforce(self, account: str, enforced: bool) -> None:
        """Close an account to services without a policy, or open it again."""
        (self._closed.add if enforced else self._closed.discard)(account)

    def enforced(self, account: str) -> bool:
        """Whether an account enforces them."""
        return account in self._closed

    def forget(self, account: str) -> None:
        """Open an account that is being emptied."""
        self._closed.discard(account)

    def check(
        self,
        policy: str | dict[str, object] | None,
        *,
        service: str,
        action: str,
        resource: str,
        source_arn: str,
        source_account: str | None = None,
    ) -> None:
        """Let ``service`` (``sns.amazonaws.com``), on behalf of ``source_arn``, do ``action`` on ``resource``, or refuse.

        source_account: whose source it is, where its ARN does not say so.

        Raises: ``Refused`` when the resource's account enforces policies and ``policy`` does not allow it.
        """
        if account_of(resource) not in self._closed or service in _BY_ROLE:
            return
        context = {"aws:SourceArn": source_arn}
        if owner := source_account or source_arn.split(":")[4]:
            context["aws:SourceAccount"] = owner
            if service in _FOR_THE_OWNER:
                context["aws:SourceOwner"] = owner
        if not allows(policy, action=action, resource=resource, service=service, context=context):
            raise Refused(
                f"{service} is not authorized to perform: {action} on resource: {resource} because no resource-based policy allows the {action} action"
            )
