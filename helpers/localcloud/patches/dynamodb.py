"""moto.dynamodb: one call at a time, so that conditions and transactions hold when callers meet."""

from __future__ import annotations

from typing import Any

from moto.dynamodb.responses import DynamoHandler

from helpers.localcloud.patches import patch
from helpers.localcloud.turns import turn


@patch(
    "moto.dynamodb.responses:DynamoHandler.call_action",
    why="a cancelled transaction puts back whole tables, and with them undoes what others wrote meanwhile; a scan fails while another call adds items",
)
def _call_action(original: Any, self: DynamoHandler) -> Any:
    with turn(self.current_account, self.region):
        return original(self)
