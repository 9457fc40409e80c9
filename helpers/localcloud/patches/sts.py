"""moto.sts: the caller identity that AWS would give."""

from __future__ import annotations

from typing import Any

from moto.sts.models import STSBackend

from helpers.localcloud.accounts import is_account_id
from helpers.localcloud.patches import patch


@patch(
    "moto.sts.models:STSBackend.get_caller_identity",
    why="moto invents a user for keys it does not know; an account number is the account's root",
)
def _get_caller_identity(original: Any, self: STSBackend, access_key_id: str, region: str) -> tuple[str, str, str]:
    if is_account_id(access_key_id):
        return access_key_id, f"arn:{self.partition}:iam::{access_key_id}:root", access_key_id
    user_id, arn, account_id = original(self, access_key_id, region)
    return user_id, arn, account_id
