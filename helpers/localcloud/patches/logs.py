"""moto.logs: log events are kept compactly and within a bound, requests are checked, and nothing is accepted and then ignored."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.core.utils import unix_time_millis, utcnow
from moto.logs.models import LogsBackend, LogStream
from moto.logs.responses import LogsResponse

from helpers.localcloud.observe.logs import api, groups
from helpers.localcloud.observe.logs.store import store_of
from helpers.localcloud.observe.logs.streams import SEQUENCE_TOKEN
from helpers.localcloud.patches import patch


@patch(
    "moto.logs.responses:LogsResponse.call_action",
    why="moto checks few parameters, ignores others, and stores features of CloudWatch Logs that then do nothing",
)
def _call_action(original: Any, self: LogsResponse) -> tuple[int, Mapping[str, str], str]:
    try:
        answer = api.answer(self._get_action(), self.current_account, self.region, self.body)
    except JsonRESTError as error:
        headers: dict[str, str] = {**self.response_headers, **dict(error.get_headers())}
        return 400, *self._enrich_response(headers, error.description)
    if answer is None:
        return original(self)  # type: ignore[no-any-return]
    return 200, *self._enrich_response(self.response_headers, json.dumps(answer))


@patch("moto.logs.models:LogStream.put_log_events", why="moto keeps each event as an object, for ever")
def _put_log_events(original: Any, self: LogStream, log_events: list[dict[str, Any]]) -> str:
    events = [(int(event["timestamp"]), str(event["message"])) for event in log_events]
    now = int(unix_time_millis(utcnow()))
    store_of(self.account_id, self.region).append(self.log_group.name, self.log_stream_name, events, now)
    return SEQUENCE_TOKEN


@patch("moto.logs.models:LogsBackend.delete_log_group", why="the events are kept elsewhere, and go with their group")
def _delete_log_group(original: Any, self: LogsBackend, log_group_name: str) -> None:
    group = self.groups.get(log_group_name)
    original(self, log_group_name)
    store_of(self.account_id, self.region_name).forget(log_group_name)
    if group is not None:
        self.tagger.delete_all_tags_for_resource(group.arn)
    for listener in groups.on_delete:
        listener(self.account_id, self.region_name, log_group_name)


@patch("moto.logs.models:LogsBackend.delete_log_stream", why="the events are kept elsewhere, and go with their stream")
def _delete_log_stream(original: Any, self: LogsBackend, log_group_name: str, log_stream_name: str) -> None:
    original(self, log_group_name, log_stream_name)
    store_of(self.account_id, self.region_name).forget(log_group_name, log_stream_name)
