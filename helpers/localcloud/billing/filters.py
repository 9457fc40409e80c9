"""Filters of Cost Explorer: which charges an expression selects, and what a charge has for a dimension or a tag.

Source: https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_Expression.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from helpers.localcloud.billing.charges import Charge
from helpers.localcloud.billing.errors import invalid

Test = Callable[[Charge], bool]

DIMENSIONS = ("LINKED_ACCOUNT", "REGION", "SERVICE", "USAGE_TYPE")
_OPTIONS = ("EQUALS", "CASE_SENSITIVE", "ABSENT")


def dimension(charge: Charge, account: str, key: str) -> str:
    """What a charge has for one of ``DIMENSIONS``."""
    if key == "SERVICE":
        return charge.line.service
    if key == "USAGE_TYPE":
        return charge.usage_type
    return charge.usage.region if key == "REGION" else account


def tag(charge: Charge, key: str) -> str | None:
    """The value of an activated cost allocation tag."""
    return next((value for name, value in charge.usage.labels if name == key), None)


def check_dimension(key: Any) -> str:
    """A dimension that is served.

    Raises: ``ValidationException`` for others, by name.
    """
    if key not in DIMENSIONS:
        raise invalid(f"The local cloud does not serve the dimension {key}: choose {', '.join(DIMENSIONS)}.")
    return str(key)


def read(expression: Mapping[str, Any] | None, account: str) -> Test:
    """The test that an expression stands for; everything passes where there is none.

    Raises: ``ValidationException``.
    """
    if not expression:
        return lambda charge: True
    if len(expression) != 1:
        raise invalid("Expression must contain exactly one of: Or, And, Not, Dimensions, Tags, CostCategories.")
    ((kind, content),) = expression.items()
    if kind in ("And", "Or"):
        if len(content) < 2:
            raise invalid(f"{kind} expression must have at least 2 operands")
        tests = [read(one, account) for one in content]
        together = all if kind == "And" else any
        return lambda charge: together(test(charge) for test in tests)
    if kind == "Not":
        refused = read(content, account)
        return lambda charge: not refused(charge)
    if kind == "Dimensions":
        key = check_dimension(content.get("Key"))
        return _values(content, lambda charge: dimension(charge, account, key))
    if kind == "Tags":
        name = content.get("Key")
        if not name:
            raise invalid("Tag expression must have a Key")
        return _values(content, lambda charge: tag(charge, name))
    raise invalid(f"The local cloud does not serve filters by {kind}: choose Dimensions or Tags.")


def tags_asked(expression: Mapping[str, Any] | None) -> set[str]:
    """The keys of the tags by whose values an expression that could be read selects; charges without a tag can always be asked for."""
    keys: set[str] = set()
    for kind, content in (expression or {}).items():
        if kind == "Tags":
            if "ABSENT" not in (content.get("MatchOptions") or ()) and "" not in content["Values"]:
                keys.add(content["Key"])
        elif kind != "Dimensions":
            for one in [content] if kind == "Not" else content:
                keys |= tags_asked(one)
    return keys


def _values(content: Mapping[str, Any], value_of: Callable[[Charge], str | None]) -> Test:
    options, values = content.get("MatchOptions") or ["EQUALS"], content.get("Values") or []
    for option in options:
        if option not in _OPTIONS:
            raise invalid(f"The local cloud does not serve MatchOptions {option}: choose {', '.join(_OPTIONS)}.")
    if "ABSENT" in options:
        return lambda charge: value_of(charge) is None
    if not values:
        raise invalid("Filter expression must have Values")
    wanted = set(values)
    # As on AWS, an empty value stands for charges without the tag.
    return lambda charge: (value_of(charge) or "") in wanted
