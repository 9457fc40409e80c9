"""The trace header that a function sees.

Source: https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
"""

from __future__ import annotations

import secrets
import time


def header_for_function(incoming: str | None) -> str:
    """``_X_AMZN_TRACE_ID`` for one invocation: the caller's root and sampling decision if it sent them, else new ones, not sampled."""
    given = dict(part.strip().split("=", 1) for part in (incoming or "").split(";") if "=" in part)
    root = given.get("Root") or f"1-{int(time.time()):08x}-{secrets.token_hex(12)}"
    parts = {
        "Root": root,
        "Parent": given.get("Parent") or secrets.token_hex(8),
        "Sampled": given.get("Sampled") or "0",
    }
    rest = {name: value for name, value in given.items() if name not in (*parts, "Self")}
    return ";".join(f"{name}={value}" for name, value in {**parts, **rest}.items())
