"""The operations of CloudWatch Logs that are about queries, from checked request to answer.

Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from moto.core.utils import unix_time_millis, utcnow
from moto.logs.models import LogGroup

from helpers.localcloud import observe
from helpers.localcloud.observe.insights import answers, records
from helpers.localcloud.observe.insights.control import ACTIVE, QueryRun, queries_of
from helpers.localcloud.observe.insights.errors import MalformedQuery, Span
from helpers.localcloud.observe.insights.plans import MOST_STATS, MOST_STATS_INFREQUENT
from helpers.localcloud.observe.insights.reading import read
from helpers.localcloud.observe.insights.saved import definitions_of
from helpers.localcloud.observe.logs.errors import LogsError, invalid, not_here
from helpers.localcloud.observe.logs.groups import INFREQUENT_ACCESS, kept
from helpers.localcloud.observe.logs.requests import Request

T = TypeVar("T")
Answer = dict[str, Any]

MOST_GROUPS = 50
MOST_ROWS_OF_A_PAGE = 10_000
MOST_LISTED = 1_000
DAY_MS = 86_400_000
_FIRST_MILLISECONDS = 100_000_000_000
"""Times from here on are in milliseconds: as seconds they would be in the year 5138."""


def start_query(request: Request) -> Answer:
    """StartQuery."""
    _check_language(request)
    groups = _groups(request)
    start, end = _milliseconds(request.get("startTime"), 0), _milliseconds(request.get("endTime"), 999)
    if end < start:
        raise invalid("The end time of the query is before its start time.")
    _check_range(request, groups, end)
    names = [str(group.name) for group in groups]
    queries = queries_of(request.account, request.region)
    infrequent = any(kept(group).log_class == INFREQUENT_ACCESS for group in groups)
    most_stats = MOST_STATS_INFREQUENT if infrequent else MOST_STATS
    return {"queryId": queries.start(request.get("queryString"), names, start, end, request.get("limit"), most_stats)}


def get_query_results(request: Request) -> Answer:
    """GetQueryResults."""
    run = queries_of(request.account, request.region).get(request.get("queryId"))
    first = _page_start(request)
    rows = run.rows[first : first + (request.get("maxItems") or MOST_ROWS_OF_A_PAGE)]
    last = first + len(rows)
    groups = None if run.plan.aggregated else run.groups
    answer = {
        "queryLanguage": "CWLI",
        "status": run.status,
        "statistics": {**run.statistics, "resultCount": float(len(run.rows))},
        "results": answers.rows_of(run.plan.columns, rows, groups),
    }
    return {**answer, "nextToken": str(last)} if rows and last < len(run.rows) else answer


def stop_query(request: Request) -> Answer:
    """StopQuery."""
    queries_of(request.account, request.region).stop(request.get("queryId"))
    return {"success": True}


def describe_queries(request: Request) -> Answer:
    """DescribeQueries."""
    group, status = request.get("logGroupName"), request.get("status")
    found = [
        _query_info(run, group or run.log_groups[0])
        for run in queries_of(request.account, request.region).all()
        if (not group or group in run.log_groups) and (not status or run.status == status)
    ]
    return _paged("queries", found if request.get("queryLanguage", "CWLI") == "CWLI" else [], request)


def list_log_groups_for_query(request: Request) -> Answer:
    """ListLogGroupsForQuery."""
    run = queries_of(request.account, request.region).get(request.get("queryId"))
    head = f"arn:aws:logs:{request.region}:{request.account}:log-group:"
    return _paged("logGroupIdentifiers", [head + name for name in run.log_groups], request)


def get_log_record(request: Request) -> Answer:
    """GetLogRecord."""
    if request.get("unmask"):
        raise not_here("data protection", "leave unmask out")
    pointed = answers.pointed(request.get("logRecordPointer"))
    if pointed is None:
        raise invalid("The logRecordPointer is not a value of @ptr.")
    group, timestamp, number = pointed
    for event in request.store.events(group, timestamp, timestamp):
        if int(event.id) == number:
            return {"logRecord": records.fields_of(request.account, group, event)}
    raise LogsError("ResourceNotFoundException", "The log record of this logRecordPointer does not exist.")


def get_log_group_fields(request: Request) -> Answer:
    """GetLogGroupFields: of eight minutes before and after a time, or of the last quarter of an hour."""
    group, moment = request.group(), request.get("time")
    now = int(observe.context().clock.timestamp() * 1000)
    start, end = now - 15 * 60_000, now
    if moment is not None:
        centre = _milliseconds(moment, 0)
        start, end = centre - 8 * 60_000, centre + 8 * 60_000
    return {"logGroupFields": records.percentages(request.store, str(group.name), start, end)}


def put_query_definition(request: Request) -> Answer:
    """PutQueryDefinition."""
    _check_language(request)
    if request.get("parameters"):
        raise not_here("query parameters", "write the values into the query")
    made = definitions_of(request.account, request.region).put(
        request.get("queryDefinitionId"),
        request.get("name"),
        request.get("queryString"),
        request.get("logGroupNames", []),
        int(observe.context().clock.timestamp() * 1000),
        request.get("clientToken"),
    )
    return {"queryDefinitionId": made}


def describe_query_definitions(request: Request) -> Answer:
    """DescribeQueryDefinitions."""
    found = definitions_of(request.account, request.region).all(request.get("queryDefinitionNamePrefix", ""))
    shown = [one.document() for one in found] if request.get("queryLanguage", "CWLI") == "CWLI" else []
    return _paged("queryDefinitions", shown, request)


def delete_query_definition(request: Request) -> Answer:
    """DeleteQueryDefinition."""
    definitions_of(request.account, request.region).delete(request.get("queryDefinitionId"))
    return {"success": True}


OPERATIONS: Mapping[str, Callable[[Request], Answer]] = {
    "DeleteQueryDefinition": delete_query_definition,
    "DescribeQueries": describe_queries,
    "DescribeQueryDefinitions": describe_query_definitions,
    "GetLogGroupFields": get_log_group_fields,
    "GetLogRecord": get_log_record,
    "GetQueryResults": get_query_results,
    "ListLogGroupsForQuery": list_log_groups_for_query,
    "PutQueryDefinition": put_query_definition,
    "StartQuery": start_query,
    "StopQuery": stop_query,
}
REFUSED = (
    "CreateScheduledQuery",
    "DeleteScheduledQuery",
    "GetScheduledQuery",
    "GetScheduledQueryHistory",
    "ListScheduledQueries",
    "UpdateScheduledQuery",
)


def _check_language(request: Request) -> None:
    language = request.get("queryLanguage", "CWLI")
    if language != "CWLI":
        raise not_here(f"queries in OpenSearch {language}", "write them in Logs Insights QL, queryLanguage CWLI")


def _groups(request: Request) -> list[LogGroup]:
    """The log groups that the request names, each once."""
    given = [name for name in ("logGroupName", "logGroupNames", "logGroupIdentifiers") if request.get(name)]
    if len(given) != 1:
        if not given:
            _refuse_source(request.get("queryString"))
        raise invalid("Exactly one of logGroupName, logGroupNames and logGroupIdentifiers must be specified.")
    named = request.get(given[0])
    identifiers = list(dict.fromkeys([named] if isinstance(named, str) else named))
    if len(identifiers) > MOST_GROUPS:
        raise invalid(f"A query reads {MOST_GROUPS} log groups at most, not {len(identifiers)}.")
    return [_group(request, identifier, given[0] == "logGroupIdentifiers") for identifier in identifiers]


def _refuse_source(text: str) -> None:
    """A query that begins with ``SOURCE`` needs no log groups in its request on AWS: say that it is ``SOURCE`` that is not here."""
    if [word.lower() for word in text.split(None, 1)[:1]] == ["source"]:
        read(text)


def _group(request: Request, identifier: str, arn_allowed: bool) -> LogGroup:
    if identifier.startswith("arn:") and not arn_allowed:
        raise invalid(f"{identifier} is an ARN: give it in logGroupIdentifiers.")
    try:
        return request.group_of(identifier)
    except LogsError as error:
        if error.error_type != "ResourceNotFoundException":
            raise
        raise LogsError(
            "ResourceNotFoundException",
            f"Log group '{identifier}' does not exist for account ID '{request.account}'",
        ) from None


def _check_range(request: Request, groups: Sequence[LogGroup], end: int) -> None:
    """AWS refuses a range that no event of the log groups can be in."""
    now = int(unix_time_millis(utcnow()))
    if any(end >= _earliest(group, now) for group in groups):
        return
    text = "end date and time is either before the log groups creation time or exceeds the log groups log retention settings"
    raise MalformedQuery(text, Span(0, len(request.get("queryString"))))


def _earliest(group: LogGroup, now: int) -> int:
    days = group.retention_in_days
    return max(int(unix_time_millis(group.creation_time)) - 14 * DAY_MS, now - int(days) * DAY_MS if days else 0)


def _milliseconds(moment: int, rest: int) -> int:
    """A time of a request, in seconds or milliseconds, as milliseconds. rest: what a whole second is filled up with."""
    return moment if moment >= _FIRST_MILLISECONDS else moment * 1000 + rest


def _query_info(run: QueryRun, group: str) -> Answer:
    info = {
        "queryLanguage": "CWLI",
        "queryId": run.id,
        "queryString": run.text,
        "status": run.status,
        "createTime": int(run.created * 1000),
        "logGroupName": group,
    }
    if run.status in ACTIVE:
        return info
    return {**info, "queryDuration": int(run.seconds * 1000), "bytesScanned": run.statistics["bytesScanned"]}


def _paged(name: str, entries: Sequence[T], request: Request) -> Answer:
    first = _page_start(request)
    chosen = entries[first : first + request.get("maxResults", MOST_LISTED)]
    more = first + len(chosen)
    return {name: chosen, **({"nextToken": str(more)} if chosen and more < len(entries) else {})}


def _page_start(request: Request) -> int:
    token = request.get("nextToken", "0")
    if not (token.isascii() and token.isdigit() and len(token) < 10):
        raise invalid("The specified nextToken is invalid.")
    return int(token)
