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


@patch(
    "moto.cognitoidp.models:CognitoIdpUserPool.get_user_extra_data_by_client_id",
    why="moto leaves the user's attributes out of ID tokens of a client that names none to read; such a client reads all standard ones",
)
def _get_user_extra_data_by_client_id(
    original: Any, self: CognitoIdpUserPool, client_id: str, username: str
) -> dict[str, Any]:
    read: dict[str, Any] = original(self, client_id, username)
    client = self.clients.get(client_id)
    if client is not None and not client.get_readable_fields():
        attributes = {one["Name"]: one["Value"] for one in self._get_user(username).attributes}
        read |= {name: value for name, value in attributes.items() if not name.startswith(("custom:", "dev:"))}
        read.pop("sub", None)  # create_jwt writes it
    return read
