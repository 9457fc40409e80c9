"""Names, dimensions and tags as CloudWatch takes them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from helpers.localcloud.observe.alarms.errors import InvalidParameterValue, ValidationError, constraint, required

MOST_TAGS = 50
MOST_DIMENSIONS = 30
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def check_name(name: Any) -> None:
    """Accept the name of an alarm.

    Raises: ``ValidationError``.
    """
    required(name, "alarmName")
    if not name:
        raise constraint("", "alarmName", "have length greater than or equal to 1")
    if len(name) > 255:
        raise constraint(name, "alarmName", "have length less than or equal to 255")
    if _CONTROL.search(name):
        raise ValidationError("AlarmName must not contain ASCII control characters")


def check_tags(tags: Sequence[Mapping[str, str]]) -> None:
    """Accept the tags of a new resource.

    Raises: ``ValidationError``, ``InvalidParameterValue``.
    """
    for number, tag in enumerate(tags, 1):
        required(tag.get("Key"), f"tags.{number}.member.key")
        required(tag.get("Value"), f"tags.{number}.member.value")
    keys = [str(tag["Key"]) for tag in tags]
    if len(keys) > MOST_TAGS:
        raise ValidationError(f"The number of tags exceeds the limit of {MOST_TAGS}.")
    if len(set(keys)) != len(keys):
        raise InvalidParameterValue("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
    for tag, key in zip(tags, keys, strict=True):
        if not 1 <= len(key) <= 128:
            raise constraint(key, "tags.member.key", "have length between 1 and 128")
        if len(str(tag["Value"])) > 256:
            raise constraint(tag["Value"], "tags.member.value", "have length less than or equal to 256")
        if key.lower().startswith("aws:"):
            raise InvalidParameterValue("User-defined tag keys can't start with 'aws:'.")


def check_dimensions(dimensions: Sequence[Mapping[str, Any]]) -> None:
    """Accept the dimensions of a metric.

    Raises: ``ValidationError``, ``InvalidParameterValue``.
    """
    if len(dimensions) > MOST_DIMENSIONS:
        raise constraint("[Dimension]", "dimensions", f"have length less than or equal to {MOST_DIMENSIONS}")
    names = [str(dimension.get("Name") or "") for dimension in dimensions]
    if len(set(names)) != len(names):
        raise InvalidParameterValue("No duplicate dimension names are allowed.")
    for number, (dimension, name) in enumerate(zip(dimensions, names, strict=True), 1):
        value = str(dimension.get("Value") or "")
        for what, text, most in (("name", name, 255), ("value", value, 1_024)):
            if not 1 <= len(text) <= most:
                raise constraint(text, f"dimensions.{number}.member.{what}", f"have length between 1 and {most}")
            if not text.isascii() or _CONTROL.search(text) or not text.strip():
                raise InvalidParameterValue(
                    f"The value {text} for parameter Dimensions.member.{number}.{what.capitalize()} is not supported."
                )
        if name.startswith(":"):
            raise InvalidParameterValue(
                f"The value {name} for parameter Dimensions.member.{number}.Name must not start with ':'."
            )
