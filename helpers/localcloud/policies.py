"""Resource policies: may this caller use this resource?

Decided by principal, action, resource, effect and the condition operators of ``_OPERATORS``. An allowing statement with a condition that cannot be evaluated
here does not allow; a denying one denies.
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html and
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

import fnmatch
import ipaddress
import json
from collections.abc import Callable, Mapping
from typing import Any


def _like(value: str, pattern: str) -> bool:
    """Whether a value fits a pattern in which only ``*`` and ``?`` stand for something else."""
    return fnmatch.fnmatchcase(value, pattern.replace("[", "[[]"))


def _in_network(value: str, wanted: str) -> bool:
    try:
        return ipaddress.ip_address(value) in ipaddress.ip_network(wanted, strict=False)
    except ValueError:
        return False


_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "stringequals": lambda value, wanted: value == wanted,
    "stringequalsignorecase": lambda value, wanted: value.lower() == wanted.lower(),
    "stringlike": _like,
    "arnequals": _like,
    "arnlike": _like,
    "ipaddress": _in_network,
    "bool": lambda value, wanted: value.lower() == wanted.lower(),
}
_NEGATED = {
    "stringnotequals": "stringequals",
    "stringnotequalsignorecase": "stringequalsignorecase",
    "stringnotlike": "stringlike",
    "arnnotequals": "arnequals",
    "arnnotlike": "arnlike",
    "notipaddress": "ipaddress",
}


def allows(
    policy: str | dict[str, Any] | None,
    *,
    action: str,
    resource: str,
    account: str | None = None,
    service: str | None = None,
    context: Mapping[str, str] | None = None,
) -> bool:
    """Whether a resource policy lets a caller do ``action`` (``sqs:SendMessage``) on ``resource`` (an ARN).

    account: of the caller when it is a principal of an account. service: of the caller when AWS itself calls, such as
    ``sns.amazonaws.com``. context: what conditions compare with, by key, such as ``{"aws:SourceArn": topic_arn}``.
    No policy, or one that cannot be read, allows nothing.
    """
    effects = _effects(policy, action, resource, account, service, context)
    return "Allow" in effects and "Deny" not in effects


def denies(
    policy: str | dict[str, Any] | None, *, action: str, resource: str, context: Mapping[str, str] | None = None
) -> bool:
    """Whether a resource policy forbids an unknown caller ``action`` by a statement that denies."""
    return "Deny" in _effects(policy, action, resource, None, None, context)


def _effects(
    policy: str | dict[str, Any] | None,
    action: str,
    resource: str,
    account: str | None,
    service: str | None,
    context: Mapping[str, str] | None,
) -> set[Any]:
    try:
        document = json.loads(policy) if isinstance(policy, str) else policy or {}
        statements = _as_list(document.get("Statement"))
    except (ValueError, AttributeError):
        return set()
    known = {key.lower(): value for key, value in (context or {}).items()}
    return {
        statement.get("Effect")
        for statement in statements
        if isinstance(statement, dict)
        and _names(statement.get("Principal"), account, service)
        and _covers(statement, "Action", action, ignore_case=True)
        and _covers(
            {"Resource": "*", **statement} if "NotResource" not in statement else statement, "Resource", resource
        )
        and _conditions_hold(statement, known)
    }


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _names(principal: Any, account: str | None, service: str | None) -> bool:
    if not isinstance(principal, dict):  # moto keeps AddPermission's principal as it was written
        principal = {"AWS": principal, "Service": principal}
    if service and service in _as_list(principal.get("Service")):
        return True
    named = [str(name) for name in _as_list(principal.get("AWS"))]
    if "*" in named:
        return True
    return account is not None and any(name == account or name.startswith(f"arn:aws:iam::{account}:") for name in named)


def _covers(statement: Mapping[str, Any], member: str, value: str, ignore_case: bool = False) -> bool:
    """Whether a statement speaks of ``value``, by ``Action`` or ``NotAction`` (``Resource`` or ``NotResource``)."""
    if f"Not{member}" in statement:
        return not _matches(statement[f"Not{member}"], value, ignore_case)
    return _matches(statement.get(member), value, ignore_case)


def _matches(patterns: Any, value: str, ignore_case: bool = False) -> bool:
    fold = str.lower if ignore_case else str
    return any(_like(fold(value), fold(str(pattern))) for pattern in _as_list(patterns))


def _conditions_hold(statement: dict[str, Any], context: Mapping[str, str]) -> bool:
    conditions = statement.get("Condition") or {}
    if not isinstance(conditions, dict):
        return statement.get("Effect") == "Deny"
    verdicts = [
        _condition_holds(str(operator).lower(), str(key).lower(), _as_list(wanted), context)
        for operator, keys in conditions.items()
        for key, wanted in (keys.items() if isinstance(keys, dict) else [("", None)])
    ]
    if None in verdicts:
        return statement.get("Effect") == "Deny" and False not in verdicts
    return all(verdicts)


def _condition_holds(operator: str, key: str, wanted: list[Any], context: Mapping[str, str]) -> bool | None:
    """Whether one condition holds, or nothing when this module does not know its operator."""
    if_exists = operator.endswith("ifexists")
    operator = operator.removesuffix("ifexists")
    negated = operator in _NEGATED
    compare = _OPERATORS.get(_NEGATED.get(operator, operator))
    if compare is None:
        return None
    value = context.get(key)
    if value is None:
        return if_exists or negated
    found = any(compare(value, str(one)) for one in wanted)
    return not found if negated else found
