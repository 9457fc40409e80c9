"""Resource policies: may a caller of another account use this resource?

Only what needs no context is decided here: principal, action, resource and effect. An allowing statement with a condition does not
allow, because nobody evaluated the condition; a denying one denies.
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
"""

from __future__ import annotations

import fnmatch
import json
from typing import Any


def allows(policy: str | dict[str, Any] | None, *, account: str, action: str, resource: str) -> bool:
    """Whether a resource policy lets the principals of ``account`` do ``action`` (``sqs:SendMessage``) on ``resource`` (an ARN).

    No policy, or one that cannot be read, allows nothing.
    """
    try:
        document = json.loads(policy) if isinstance(policy, str) else policy or {}
        statements = _as_list(document.get("Statement"))
    except (ValueError, AttributeError):
        return False
    effects = {
        statement.get("Effect")
        for statement in statements
        if isinstance(statement, dict)
        and _names(statement.get("Principal"), account)
        and _matches(statement.get("Action"), action, ignore_case=True)
        and _matches(statement.get("Resource", "*"), resource)
        and (statement.get("Effect") == "Deny" or not statement.get("Condition"))
    }
    return "Allow" in effects and "Deny" not in effects


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _names(principal: Any, account: str) -> bool:
    named = _as_list(principal.get("AWS")) if isinstance(principal, dict) else _as_list(principal)
    return any(name in ("*", account) or str(name).startswith(f"arn:aws:iam::{account}:") for name in named)


def _matches(patterns: Any, value: str, ignore_case: bool = False) -> bool:
    fold = str.lower if ignore_case else str
    return any(fnmatch.fnmatchcase(fold(value), fold(str(pattern))) for pattern in _as_list(patterns))
