"""A process that is connected like a notebook, for what is drawn from an account."""

from __future__ import annotations

import pytest

from tests.conftest import CloudProcess


@pytest.fixture
def connected(cloud: CloudProcess, account: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Plain ``boto3.client(…)`` and the helpers reach the account of this test; its number."""
    cloud.connect(account, monkeypatch)
    return account
