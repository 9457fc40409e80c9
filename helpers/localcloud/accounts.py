"""Accounts: which one an access key belongs to, and how one is emptied while the others stay."""

from __future__ import annotations

import re

from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.base_backend import BackendDict, backend_lock

_ACCOUNT = re.compile(r"\d{12}")


def is_account_id(text: str) -> bool:
    """Whether ``text`` has the form of an AWS account id: twelve digits."""
    return _ACCOUNT.fullmatch(text) is not None


def account_of_key(access_key: str) -> str:
    """The account that an access key id belongs to.

    Twelve digits are the account itself. A key that IAM or STS of this server handed out belongs to the account that made it
    (for an assumed role: the role's). Everything else is the default account, 123456789012.
    """
    from moto.iam.models import iam_backends

    if is_account_id(access_key):
        return access_key
    for account_id, partitions in list(iam_backends.items()):
        for backend in list(partitions.values()):
            if access_key in backend.access_keys:
                return account_id
    return DEFAULT_ACCOUNT_ID


def empty_account(account_id: str) -> None:
    """Delete all that one account holds, in every service and region.

    The backends are dropped, not reset one by one: the next request to the account finds a new, empty one.
    """
    from moto.s3.models import s3_backends

    with backend_lock:
        for backends in list(BackendDict._instances):  # type: ignore[misc]
            backends.pop(account_id, None)
        for bucket, (_, owner) in list(s3_backends.bucket_accounts.items()):
            if owner == account_id:
                del s3_backends.bucket_accounts[bucket]
