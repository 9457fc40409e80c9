"""What tests of observability start from."""

from __future__ import annotations

import pytest

from tests.conftest import CloudProcess
from tests.localcloud.observe.alarm_help import AlarmDesk
from tests.localcloud.observe.metric_help import Client, Metrics
from tests.localcloud.observe.trace_help import Traces


@pytest.fixture
def desk(cloud: CloudProcess, account: str, client: Client) -> AlarmDesk:
    return AlarmDesk(cloud, account, client)


@pytest.fixture
def metrics(cloud: CloudProcess, client: Client) -> Metrics:
    return Metrics(cloud, client)


@pytest.fixture
def traces(client: Client) -> Traces:
    return Traces(client)
