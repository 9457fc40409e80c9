"""How Cost Explorer and Budgets refuse."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any


class BillingError(Exception):
    """A refusal with AWS's code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def invalid(message: str) -> BillingError:
    """What Cost Explorer says to wrong input."""
    return BillingError("ValidationException", message)


def unavailable(message: str) -> BillingError:
    """What Cost Explorer says where it has no data."""
    return BillingError("DataUnavailableException", message)


def refuse_others(
    asked: Mapping[str, Any], known: Collection[str], operation: str, code: str = "ValidationException"
) -> None:
    """Refuse parameters that are not served here, by name.

    Raises: ``BillingError``.
    """
    for name, value in asked.items():
        if name not in known and value not in (None, [], {}):
            raise BillingError(code, f"{operation}: the local cloud does not serve the parameter {name}.")
