"""What tests of capacity start from."""

from __future__ import annotations

import pytest

from tests.conftest import CloudProcess
from tests.localcloud.capacity.table_help import Client, Tables


@pytest.fixture
def tables(cloud: CloudProcess, client: Client) -> Tables:
    return Tables(cloud, client)
