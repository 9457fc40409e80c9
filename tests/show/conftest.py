"""A process that is connected like a notebook, for what is drawn from an account."""

from __future__ import annotations

import boto3
import pytest

from tests.conftest import CloudProcess


@pytest.fixture
def connected(cloud: CloudProcess, account: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Plain ``boto3.client(…)`` and the helpers reach the account of this test; its number."""
    settings = {
        "AWS_ENDPOINT_URL": cloud.endpoint_url,
        "AWS_ACCESS_KEY_ID": account,
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    return account
