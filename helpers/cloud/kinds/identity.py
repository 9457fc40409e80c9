"""IAM roles and policies, deleted with all that is attached to them."""

from __future__ import annotations

from helpers.cloud.kinds.base import Clients, Kind, answered, itself, named, pages, pairs, same
from helpers.cloud.ledger import Facts


def _delete_role(aws: Clients, key: Facts) -> None:
    iam, name = aws("iam"), key["RoleName"]
    for policy in pages(iam, "list_attached_role_policies", "AttachedPolicies", RoleName=name):
        iam.detach_role_policy(RoleName=name, PolicyArn=policy["PolicyArn"])
    for inline in pages(iam, "list_role_policies", "PolicyNames", RoleName=name):
        iam.delete_role_policy(RoleName=name, PolicyName=inline)
    iam.delete_role(RoleName=name)


def _delete_policy(aws: Clients, key: Facts) -> None:
    iam, arn = aws("iam"), key["PolicyArn"]
    for version in pages(iam, "list_policy_versions", "Versions", PolicyArn=arn):
        if not version["IsDefaultVersion"]:
            iam.delete_policy_version(PolicyArn=arn, VersionId=version["VersionId"])
    iam.delete_policy(PolicyArn=arn)


def _find_policy(aws: Clients, asked: Facts) -> list[Facts]:
    policies = pages(aws("iam"), "list_policies", "Policies", Scope="Local")
    return [{**asked, "PolicyArn": policy["Arn"]} for policy in policies if policy["PolicyName"] == asked["PolicyName"]]


KINDS = (
    Kind(
        service="iam",
        operation="CreateRole",
        label="role",
        rank=90,
        asked=named("RoleName"),
        made=same,
        find=itself,
        tags=lambda aws, key: pairs(aws("iam").list_role_tags(RoleName=key["RoleName"])["Tags"]),
        delete=_delete_role,
        by_hand="detach and delete the policies of role {RoleName}, then: aws iam delete-role --role-name {RoleName}",
    ),
    Kind(
        service="iam",
        operation="CreatePolicy",
        label="policy",
        rank=95,
        asked=named("PolicyName"),
        made=answered(PolicyArn="Policy.Arn"),
        find=_find_policy,
        tags=lambda aws, key: pairs(aws("iam").list_policy_tags(PolicyArn=key["PolicyArn"])["Tags"]),
        delete=_delete_policy,
        by_hand="aws iam delete-policy --policy-arn {PolicyArn}",
    ),
)
