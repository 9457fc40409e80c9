"""What every request about metrics is checked for: names, dimensions, units, periods and moments, in AWS's words.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Dimension.html
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from moto.cloudwatch.exceptions import CloudWatchException

from helpers.localcloud.observe.metrics.errors import InvalidParameterValue, MissingParameter
from helpers.localcloud.observe.metrics.periods import is_period
from helpers.localcloud.observe.metrics.units import UNITS

MOST_DIMENSIONS = 30
_NAME_LENGTH = 255
_VALUE_LENGTH = 1024
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

Error = type[CloudWatchException]


def present(value: Any, parameter: str, error: Error = MissingParameter) -> None:
    """Refuse a parameter that is not there, or empty."""
    if value is None or value == "" or value == []:
        raise error(f"The parameter {parameter} is required.")


def text(value: Any, parameter: str, most: int = _NAME_LENGTH, error: Error = InvalidParameterValue) -> str:
    """A name or value that is not empty, not too long, and of printable ASCII characters."""
    if not isinstance(value, str) or not value:
        raise error(f"The parameter {parameter} must be longer than 0 characters.")
    problems = []
    if not value.isascii():
        problems.append(f"The value for parameter {parameter} contains non-ASCII characters.")
    elif _CONTROL.search(value):
        problems.append(f"The value for parameter {parameter} contains control characters.")
    elif not value.strip():
        problems.append(f"The value for parameter {parameter} contains only white space.")
    if len(value) > most:
        problems.append(f"The parameter {parameter} must be shorter than {most + 1} characters.")
    if problems:
        raise error("\n".join(problems))
    return value


def namespace(value: Any, parameter: str = "Namespace", error: Error = InvalidParameterValue) -> str:
    """A namespace."""
    checked = text(value, parameter, error=error)
    if checked.startswith(":"):
        raise error(f"The value {checked} for parameter {parameter} is not matching the expected pattern [^:].*.")
    return checked


def dimensions(
    given: Sequence[Mapping[str, Any]] | None, parameter: str, error: Error = InvalidParameterValue
) -> tuple[tuple[str, str], ...]:
    """Dimensions as pairs, sorted by name."""
    given = given or []
    size(given, parameter, MOST_DIMENSIONS, error)
    found: dict[str, str] = {}
    for number, one in enumerate(given, 1):
        where = f"{parameter}.member.{number}"
        for part in ("Name", "Value"):
            if one.get(part) is None:
                raise MissingParameter(f"The parameter {where}.{part} is required.")
        name = text(one["Name"], f"{where}.Name", error=error)
        if name.startswith(":"):
            raise error(f"The value {name} for parameter {where}.Name is not matching the expected pattern [^:].*.")
        if name in found:
            raise error("No metric may specify the same dimension name twice.")
        found[name] = text(one["Value"], f"{where}.Value", _VALUE_LENGTH, error)
    return tuple(sorted(found.items()))


def size(collection: Collection[Any], parameter: str, most: int, error: Error = InvalidParameterValue) -> None:
    """Refuse a collection with more than ``most`` members."""
    if len(collection) > most:
        raise error(f"The collection {parameter} must not have a size greater than {most}.")


def one_of(value: Any, parameter: str, allowed: Sequence[Any], error: Error = InvalidParameterValue) -> None:
    """Refuse a value that is none of ``allowed``."""
    if value not in allowed:
        listed = ", ".join(str(one) for one in allowed)
        raise error(f"The parameter {parameter} must be a value in the set [ {listed} ].")


def unit(value: Any, parameter: str, error: Error = InvalidParameterValue) -> None:
    """Refuse a unit that CloudWatch does not know."""
    one_of(value, parameter, UNITS, error)


def period(value: Any, parameter: str, error: Error = InvalidParameterValue) -> int:
    """A period in seconds."""
    if not isinstance(value, int) or not is_period(value):
        raise error(f"The parameter {parameter} must be a value in the set [ 1, 5, 10, 20, 30 ] or any multiple of 60.")
    return value


def moment(value: Any, parameter: str, error: Error = InvalidParameterValue) -> float:
    """A time stamp, in seconds since 1970; moto's are naive and in UTC."""
    if not isinstance(value, dt.datetime):
        raise error(f"The value {value} for parameter {parameter} is not a time stamp.")
    return (value if value.tzinfo else value.replace(tzinfo=dt.UTC)).timestamp()


def window(start: Any, end: Any, error: Error = InvalidParameterValue) -> tuple[float, float]:
    """The start and the end of what is asked for, in seconds since 1970."""
    present(start, "StartTime", MissingParameter)
    present(end, "EndTime", MissingParameter)
    first, last = moment(start, "StartTime", error), moment(end, "EndTime", error)
    if first >= last:
        raise error("The parameter StartTime must be less than the parameter EndTime.")
    return first, last
