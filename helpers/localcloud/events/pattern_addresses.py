"""IP addresses in event patterns: the operator ``cidr``, and addresses that are one in several texts.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from typing import Any

from helpers.localcloud.events.pattern_terms import InvalidPattern, Operator, Value, on_text, text_of

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_IPV4 = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+")
_IPV6 = re.compile(r"[0-9a-fA-F:]*:[0-9a-fA-F:]*")


def same_text(text: str) -> Callable[[Value], bool]:
    """Whether a value is this text, or the same address."""
    address = _address(text)
    if address is None:
        return lambda value: isinstance(value, str) and value == text
    return lambda value: isinstance(value, str) and (value == text or _address(value) == address)


def cidr(operand: Any) -> Operator:
    """The operator ``cidr``: an address of a network. Raises: ``InvalidPattern``."""
    text = text_of(operand, "prefix match pattern must be a string")
    parts = text.rstrip("/").split("/")
    if len(parts) != 2:
        raise InvalidPattern("Malformed CIDR, one '/' required")
    if not re.fullmatch(r"[+-]?[0-9]{1,9}", parts[1]):
        raise InvalidPattern("Malformed CIDR, mask bits must be an integer")
    bits = int(parts[1])
    if bits < 0:
        raise InvalidPattern("Malformed CIDR, mask bits must not be negative")
    if not (_IPV4.fullmatch(parts[0]) or _IPV6.fullmatch(parts[0])):
        raise InvalidPattern(f"Nonstandard IP address: {parts[0]}")
    address = _address(parts[0])
    if address is None:
        raise InvalidPattern(f"Invalid IP address: {parts[0]}")
    if bits >= address.max_prefixlen:
        raise InvalidPattern(f"IPv{address.version} mask bits must be < {address.max_prefixlen}")
    network = ipaddress.ip_network((address, bits), strict=False)
    return on_text(lambda value: (found := _address(value)) is not None and found in network)


def _address(text: str) -> Address | None:
    if _IPV4.fullmatch(text):
        text = ".".join(part.lstrip("0") or "0" for part in text.split("."))
    elif not _IPV6.fullmatch(text):
        return None
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
