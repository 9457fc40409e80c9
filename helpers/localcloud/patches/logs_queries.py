"""moto.logs: queries of Logs Insights are read by a grammar, run in the background, and answered as AWS does."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from moto.core.utils import camelcase_to_underscores
from moto.logs.responses import LogsResponse

from helpers.localcloud.observe.insights.api import OPERATIONS, REFUSED
from helpers.localcloud.observe.insights.errors import MalformedQuery
from helpers.localcloud.observe.logs.errors import LogsError
from helpers.localcloud.observe.logs.requests import read
from helpers.localcloud.patches import patch

_WHY = "moto reads fields, sort and limit of a query, and ignores the rest of it"


class _Malformed(LogsError):
    """``MalformedQueryException``, which says where as well."""

    def __init__(self, error: MalformedQuery) -> None:
        super().__init__("MalformedQueryException", error.message)
        self.description = json.dumps(error.document())


def _answer(operation: str, response: LogsResponse) -> str:
    request = read(operation, response.current_account, response.region, response.body)
    try:
        return json.dumps(OPERATIONS[operation](request))
    except MalformedQuery as error:
        raise _Malformed(error) from None


@patch("moto.logs.responses:LogsResponse.start_query", why=_WHY)
def _start_query(original: Any, self: LogsResponse) -> str:
    return _answer("StartQuery", self)


@patch("moto.logs.responses:LogsResponse.get_query_results", why=_WHY)
def _get_query_results(original: Any, self: LogsResponse) -> str:
    return _answer("GetQueryResults", self)


@patch("moto.logs.responses:LogsResponse.describe_queries", why=_WHY)
def _describe_queries(original: Any, self: LogsResponse) -> str:
    return _answer("DescribeQueries", self)


def _answering(operation: str) -> Callable[[LogsResponse], str]:
    def method(self: LogsResponse) -> str:
        return _answer(operation, self)

    method.__doc__ = (
        f"{operation}: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_{operation}.html"
    )
    return method


def _refusing(operation: str) -> Callable[[LogsResponse], str]:
    def method(self: LogsResponse) -> str:
        raise LogsError("InvalidOperationException", f"{operation}: the local cloud does not do scheduled queries.")

    method.__doc__ = f"{operation} is refused."
    return method


for _operation in OPERATIONS:
    if not hasattr(LogsResponse, camelcase_to_underscores(_operation)):
        setattr(LogsResponse, camelcase_to_underscores(_operation), _answering(_operation))
for _operation in REFUSED:
    setattr(LogsResponse, camelcase_to_underscores(_operation), _refusing(_operation))
