"""Control routes for the account of a test."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import HTTP

Control = Callable[..., Any]


@pytest.fixture
def control(cloud: Any, account: str) -> Control:
    """Post JSON to a control route; the answer, parsed."""

    def post(route: str, body: dict[str, Any]) -> Any:
        url = f"{cloud.endpoint_url}/_localcloud/{route}"
        answer = HTTP.post(url, json=body, headers={"x-localcloud-account": account})
        return answer.raise_for_status().json()

    return post
