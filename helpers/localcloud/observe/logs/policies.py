"""Resource policies of CloudWatch Logs: kept, listed and counted; the services of the local cloud write logs without them.

Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutResourcePolicy.html
"""

from __future__ import annotations

import json
from typing import Any

from helpers.localcloud.observe.logs.errors import constraint, invalid, not_here
from helpers.localcloud.observe.logs.pages import page
from helpers.localcloud.observe.logs.requests import Request


def put(request: Request) -> dict[str, Any]:
    """PutResourcePolicy, for the account."""
    _refuse_resource(request)
    name, document = request.get("policyName"), request.get("policyDocument")
    for where, value in (("policyName", name), ("policyDocument", document)):
        if not value:
            raise constraint(None, where, "Member must not be null")
    try:
        statements = json.loads(document)["Statement"]
    except (ValueError, KeyError, TypeError):
        statements = None
    if not statements:
        raise invalid("Invalid policyDocument: it is no JSON object with a Statement.")
    return {"resourcePolicy": _described(request.backend.put_resource_policy(name, document))}


def delete(request: Request) -> dict[str, Any]:
    """DeleteResourcePolicy, of the account."""
    _refuse_resource(request)
    if not request.get("policyName"):
        raise constraint(None, "policyName", "Member must not be null")
    request.backend.delete_resource_policy(request.get("policyName"))
    return {}


def describe(request: Request) -> dict[str, Any]:
    """DescribeResourcePolicies, of the account."""
    _refuse_resource(request)
    policies = sorted(request.backend.resource_policies.values(), key=lambda policy: policy.policy_name)
    chosen, token = page(policies, request, 50, lambda policy: policy.policy_name)
    return {"resourcePolicies": [_described(policy) for policy in chosen], **token}


def _described(policy: Any) -> dict[str, Any]:
    return {**policy.describe(), "policyScope": "ACCOUNT"}


def _refuse_resource(request: Request) -> None:
    if request.get("resourceArn") or request.get("expectedRevisionId") or request.get("policyScope") == "RESOURCE":
        raise not_here(
            "resource policies of single log groups (resourceArn)", "leave it out, the policy is the account's"
        )
