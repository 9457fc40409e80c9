"""moto.cognitoidp: tokens whose times are those of the virtual clock."""

from __future__ import annotations

from typing import Any

from moto.cognitoidp.models import CognitoIdpUserPool
from moto.core.utils import unix_time

from helpers.localcloud.patches import patch


@patch(
    "moto.cognitoidp.models:CognitoIdpUserPool.create_jwt",
    why="moto dates tokens by the wall clock, so that one made after the clock was moved would have expired already",
)
def _create_jwt(
    original: Any,
    self: CognitoIdpUserPool,
    client_id: str,
    username: str,
    token_use: str,
    expires_in: int = 3600,
    extra_data: dict[str, Any] | None = None,
) -> tuple[str, int]:
    now = int(unix_time())
    times = {"iat": now, "auth_time": now, "exp": now + expires_in}
    made: tuple[str, int] = original(self, client_id, username, token_use, expires_in, {**(extra_data or {}), **times})
    return made
