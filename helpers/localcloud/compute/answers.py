"""What the end of a phase of an environment becomes: the payload for the caller, and the words in the log.

Source: https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html and
https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
"""

from __future__ import annotations

import json
import signal

from helpers.localcloud.compute import limits
from helpers.localcloud.compute.environment import Result
from helpers.localcloud.compute.functions import Configuration


def init_status(result: Result) -> tuple[str, str]:
    """The Status and the Error Type of an INIT that failed."""
    if result.ending == "timeout":
        return "timeout", ""
    if result.ending == "init-error":
        known = result.error_type.startswith("Runtime.") and result.error_type != "Runtime.ImportModuleError"
        return "error", result.error_type if known else "Runtime.Unknown"
    return "error", "Runtime.OutOfMemory" if result.ending == "memory" else "Runtime.ExitError"


def exit_reason(status: int) -> str:
    """How Lambda words the end of a process. status: its exit status, negative for a signal."""
    if status == 0:
        return "Runtime exited without providing a reason"
    if status < 0:
        name = "killed" if status == -9 else signal.strsignal(-status) or f"signal {-status}"
        return f"Runtime exited with error: signal: {name.lower()}"
    return f"Runtime exited with error: exit status {status}"


def answer(result: Result, configuration: Configuration, request_id: str) -> tuple[bytes, str | None, str, str]:
    """Payload, ``FunctionError``, and the REPORT line's Status and Error Type."""
    if result.ending == "response":
        if result.size <= limits.RESPONSE_BYTES:
            return result.body, None, "", ""
        too_large = "Function.ResponseSizeTooLarge"
        message = f"Response payload size exceeded maximum allowed payload size ({limits.RESPONSE_BYTES} bytes)."
        return _error(too_large, message), "Unhandled", "error", too_large
    if result.ending == "error":
        return result.body, "Unhandled", "", ""
    if result.ending == "init-error":
        return result.body, "Unhandled", *init_status(result)
    if result.ending == "timeout":
        message = f"RequestId: {request_id} Error: Task timed out after {configuration.timeout_seconds:.2f} seconds"
        return _error("Sandbox.Timedout", message), "Unhandled", "timeout", ""
    message = f"RequestId: {request_id} Error: {exit_reason(result.exit_status)}"
    return _error("Runtime.ExitError", message), "Unhandled", *init_status(result)


def _error(error_type: str, message: str) -> bytes:
    return json.dumps({"errorType": error_type, "errorMessage": message}, separators=(",", ":")).encode()
