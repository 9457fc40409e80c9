"""Answers in pages: a token carries on where a page ended."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from helpers.localcloud.observe.alarms.errors import InvalidNextToken, constraint

T = TypeVar("T")


def page(found: Sequence[T], given: Mapping[str, Any], *, most: int, preset: int) -> tuple[Sequence[T], str | None]:
    """The page of ``found`` that a request with ``MaxRecords`` and ``NextToken`` asks for, and the token of the next one.

    Raises: ``ValidationError``, ``InvalidNextToken``.
    """
    size = given.get("MaxRecords")
    if size is not None and not 1 <= size <= most:
        bound = f"less than or equal to {most}" if size > most else "greater than or equal to 1"
        raise constraint(size, "maxRecords", f"have value {bound}")
    first = _position(given.get("NextToken"))
    last = first + (size or preset)
    return found[first:last], _token(last) if last < len(found) else None


def _token(position: int) -> str:
    return base64.urlsafe_b64encode(f"after:{position}".encode()).decode()


def _position(token: str | None) -> int:
    if not token:
        return 0
    try:
        word, _, number = base64.urlsafe_b64decode(token.encode()).decode().partition(":")
        if word == "after" and number.isdigit():
            return int(number)
    except (ValueError, binascii.Error):
        pass
    raise InvalidNextToken("The next token specified is invalid.")
