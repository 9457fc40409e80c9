"""Answers in pages, with tokens that only go on with the request that gave them."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Any, TypeVar

from helpers.localcloud.observe.traces.errors import InvalidRequest

Item = TypeVar("Item")


def page(items: Sequence[Item], token: str | None, size: int, request: Any) -> tuple[Sequence[Item], str | None]:
    """The items of one page, and the token of the next one.

    request: what must be the same for all pages.

    Raises: ``InvalidRequest`` for a token that is not from such a request.
    """
    first = 0
    if token is not None:
        try:
            first, asked = json.loads(base64.urlsafe_b64decode(token.encode()))
            fits = asked == request and isinstance(first, int) and first >= 0
        except (ValueError, TypeError, RecursionError):
            fits = False
        if not fits:
            raise InvalidRequest("Invalid NextToken")
    last = first + size
    more = base64.urlsafe_b64encode(json.dumps([last, request]).encode()).decode() if last < len(items) else None
    return items[first:last], more
