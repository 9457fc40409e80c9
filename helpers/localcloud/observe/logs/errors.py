"""Errors in the words and codes of CloudWatch Logs."""

from __future__ import annotations

from typing import Any

from moto.core.exceptions import JsonRESTError


class LogsError(JsonRESTError):
    """An answer with status 400. code: such as ``InvalidParameterException``."""

    code = 400

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)


def invalid(message: str) -> LogsError:
    """A parameter is wrong."""
    return LogsError("InvalidParameterException", message)


def constraint(value: Any, where: str, rule: str) -> LogsError:
    """A parameter breaks a rule of the API's model. where: its name. rule: such as ``Member must not be null``."""
    return invalid(f"1 validation error detected: {violation(value, where, rule)}")


def violation(value: Any, where: str, rule: str) -> str:
    """One of the rules that were broken, in AWS's words."""
    shown = "null" if value is None else f"'{value}'"
    return f"Value {shown} at '{where}' failed to satisfy constraint: {rule}"


def no_group() -> LogsError:
    """The log group is missing."""
    return LogsError("ResourceNotFoundException", "The specified log group does not exist.")


def no_stream() -> LogsError:
    """The log stream is missing."""
    return LogsError("ResourceNotFoundException", "The specified log stream does not exist.")


def not_here(feature: str, instead: str) -> LogsError:
    """The refusal of a feature that the local cloud does not have: it is never accepted and then ignored."""
    return invalid(f"The local cloud does not do {feature}: {instead}.")
