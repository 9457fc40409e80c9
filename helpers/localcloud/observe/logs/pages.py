"""Lists that come in pages: a token names the last entry that was given and its place, so that what comes and goes in between moves little."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import TypeVar

from helpers.localcloud.observe.logs.errors import invalid
from helpers.localcloud.observe.logs.requests import Request

T = TypeVar("T")


def page(
    entries: Sequence[T], request: Request, most: int, name: Callable[[T], str]
) -> tuple[Sequence[T], dict[str, str]]:
    """The next page of ``entries`` and, when there is more, ``{"nextToken": …}``. most: when the request has no ``limit``.

    Raises: ``LogsError`` for a token that this list did not give.
    """
    first = 0
    token = request.get("nextToken")
    if token:
        try:
            place, _, last = base64.urlsafe_b64decode(token.encode()).decode("utf-8", "surrogatepass").partition(" ")
            first = int(place)
        except (binascii.Error, ValueError):
            raise invalid("The specified nextToken is invalid.") from None
        first = next((at for at, entry in enumerate(entries, 1) if name(entry) == last), first)
    chosen = entries[first : first + request.get("limit", most)]
    if first + len(chosen) >= len(entries) or not chosen:
        return chosen, {}
    seen = f"{first + len(chosen)} {name(chosen[-1])}"
    return chosen, {"nextToken": base64.urlsafe_b64encode(seen.encode("utf-8", "surrogatepass")).decode()}
