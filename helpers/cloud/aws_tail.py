"""``aws logs tail``: the command of the AWS CLI's second version, for the first, which the course installs and which lacks it.

Source: https://awscli.amazonaws.com/v2/documentation/api/latest/reference/logs/tail.html
"""

from __future__ import annotations

import datetime as dt
import json
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from awscli.customizations.commands import BasicCommand

from helpers.cloud.control import call
from helpers.errors import CourseError

FOLLOW_SECONDS = 1.0
"""How long ``--follow`` rests between two looks."""

LATENESS_MS = 5_000
"""How far back it looks each time, for events that come after later ones."""

_AGE = re.compile(r"(\d+)([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_STREAMS = {"type": "array", "items": {"type": "string"}}


class Tail(BasicCommand):  # type: ignore[misc]
    """Prints the events of a log group from some time ago on; ``--since`` counts back from the cloud's own time."""

    NAME = "tail"
    DESCRIPTION = "Prints the log events of a log group, and with --follow those that come, until it is interrupted."
    ARG_TABLE = [
        {"name": "group_name", "positional_arg": True, "help_text": "Name or ARN of the log group."},
        {"name": "since", "default": "10m", "help_text": "Such as 30s, 10m, 2h, 1d, 1w, or an ISO 8601 time."},
        {"name": "follow", "action": "store_true", "default": False, "help_text": "Go on with the events that come."},
        {"name": "format", "default": "detailed", "choices": ["detailed", "short", "json"], "help_text": "How to print."},
        {"name": "filter-pattern", "help_text": "Only the events that match."},
        {"name": "log-stream-names", "nargs": "+", "schema": _STREAMS, "help_text": "Only these log streams."},
        {"name": "log-stream-name-prefix", "help_text": "Only log streams whose names begin so."},
    ]  # fmt: skip

    def _run_main(self, parsed_args: Any, parsed_globals: Any) -> int:
        client = self._session.create_client(
            "logs",
            region_name=parsed_globals.region,
            endpoint_url=parsed_globals.endpoint_url,
            verify=parsed_globals.verify_ssl,
        )
        group = parsed_args.group_name
        given = {
            "logGroupIdentifier" if group.startswith("arn:") else "logGroupName": group.removesuffix(":*"),
            "filterPattern": parsed_args.filter_pattern,
            "logStreamNames": parsed_args.log_stream_names,
            "logStreamNamePrefix": parsed_args.log_stream_name_prefix,
        }
        asked = {name: value for name, value in given.items() if value}
        start = since(parsed_args.since, lambda: _cloud_time(parsed_globals.endpoint_url))
        with suppress(KeyboardInterrupt):
            for event in _events(client.get_paginator("filter_log_events"), asked, start, follow=parsed_args.follow):
                sys.stdout.write(written(event, parsed_args.format) + "\n")
                sys.stdout.flush()
        return 0


def since(text: str, now: Callable[[], float]) -> int:
    """The ms since 1970 that ``--since`` means. now: seconds since 1970. Raises: ``CourseError``."""
    if age := _AGE.fullmatch(text):
        return int((now() - dt.timedelta(**{_UNITS[age[2]]: int(age[1])}).total_seconds()) * 1000)
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise CourseError(f"--since {text}: give an age such as 30s, 10m, 2h, 1d or 1w, or an ISO 8601 time") from None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).timestamp() * 1000)


def written(event: dict[str, Any], how: str) -> str:
    """An event as one of the command's three formats prints it, in UTC."""
    moment = dt.datetime.fromtimestamp(event["timestamp"] / 1000, dt.UTC)
    message = event["message"].rstrip("\n")
    if how == "short":
        return f"{moment.replace(tzinfo=None).isoformat(timespec='seconds')} {message}"
    if how == "json":
        with suppress(ValueError):
            message = json.dumps(json.loads(message), indent=4, ensure_ascii=False)
    return f"{moment.isoformat(timespec='microseconds')} {event['logStreamName']} {message}"


def _events(paginator: Any, asked: dict[str, Any], start: int, *, follow: bool) -> Iterator[dict[str, Any]]:
    """Events by their time; those that come later too, each once."""
    seen: dict[str, int] = {}
    while True:
        for page in paginator.paginate(**asked, startTime=start):
            for event in page["events"]:
                if event["eventId"] not in seen:
                    seen[event["eventId"]] = event["timestamp"]
                    yield event
        if not follow:
            return
        start = max(start, max(seen.values(), default=start) - LATENESS_MS)
        seen = {name: moment for name, moment in seen.items() if moment >= start}
        time.sleep(FOLLOW_SECONDS)


def _cloud_time(endpoint_url: str | None) -> float:
    """The local cloud's clock, which may have been moved; without a local cloud the computer's."""
    if endpoint_url is None:
        return time.time()
    return dt.datetime.fromisoformat(call(endpoint_url, "GET", "/_localcloud/clock")["now"]).timestamp()
