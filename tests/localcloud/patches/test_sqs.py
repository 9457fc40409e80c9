"""moto.sqs patched: see test_accounts for the behaviour of queues of other accounts."""

from __future__ import annotations

from helpers.localcloud.policies import allows

ARN = "arn:aws:sqs:us-east-1:111111111111:inbox"


def policy(**statement: object) -> dict[str, object]:
    return {
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": "222222222222"},
                "Action": "sqs:SendMessage",
                "Resource": ARN,
                **statement,
            }
        ]
    }


def asks(document: object, action: str = "sqs:SendMessage") -> bool:
    return allows(document, account="222222222222", action=action, resource=ARN)  # type: ignore[arg-type]


def test_no_policy_allows_nothing() -> None:
    assert not asks(None)
    assert not asks("")
    assert not asks("no json")


def test_principal_action_and_resource_must_all_match() -> None:
    assert asks(policy())
    assert asks(policy(Principal="*", Action="SQS:*", Resource="*"))
    assert asks(policy(Principal={"AWS": ["arn:aws:iam::222222222222:root"]}))
    assert not asks(policy(Principal={"AWS": "333333333333"}))
    assert not asks(policy(Resource=ARN + "-other"))
    assert not asks(policy(), action="sqs:DeleteQueue")


def test_a_denial_wins_and_a_condition_nobody_evaluates_does_not_allow() -> None:
    denial = policy(Effect="Deny")["Statement"]
    allowed = policy()["Statement"]
    assert not asks({"Statement": [*allowed, *denial]})  # type: ignore[misc]
    assert not asks(policy(Condition={"StringEquals": {"aws:SourceAccount": "222222222222"}}))
