"""Tokens for the next page: where it begins, and for which request."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any


def token(request: Any, begin: int) -> str:
    """The token of the page of ``request`` that begins at ``begin``. request: what makes it the same, as JSON can show it."""
    return base64.urlsafe_b64encode(json.dumps([begin, _digest(request)]).encode()).decode()


def begin_of(given: str | None, request: Any) -> int | None:
    """Where the page of a token begins, 0 without a token; nothing when the token is not one of ``request``."""
    if given is None:
        return 0
    try:
        begin, digest = json.loads(base64.urlsafe_b64decode(given.encode()))
    except (ValueError, TypeError):
        return None
    return begin if isinstance(begin, int) and begin > 0 and digest == _digest(request) else None


def _digest(request: Any) -> str:
    return hashlib.sha256(json.dumps(request, sort_keys=True, default=str).encode()).hexdigest()[:24]
