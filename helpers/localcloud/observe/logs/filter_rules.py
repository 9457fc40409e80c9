"""What metric filters and subscription filters have in common: where they stand, their limits, and how they are listed.

They stand on moto's log group, and go with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from moto.logs.models import LogGroup

from helpers.localcloud.observe.logs.errors import LogsError, invalid, not_here
from helpers.localcloud.observe.logs.patterns import FilterPattern, InvalidPattern, compile_pattern
from helpers.localcloud.observe.logs.requests import Request

MOST_LISTED = 50
MOST_REGEX_PATTERNS = 5
METRIC_FILTERS = "_localcloud_metric_filters"
SUBSCRIPTIONS = "_localcloud_subscription_filters"

_NOT_HERE = {
    "applyOnTransformedLogs": ("log transformers", "filter the events as they were written"),
    "fieldSelectionCriteria": ("centralized logs", "all events of a log group are of its own account and Region"),
    "emitSystemFieldDimensions": ("centralized logs", "use dimensions of the log event"),
    "emitSystemFields": ("centralized logs", "owner and logGroup are in every delivery"),
}


def filters(group: LogGroup, kind: str) -> dict[str, Any]:
    """The filters of a log group by their names; kind: METRIC_FILTERS or SUBSCRIPTIONS."""
    kept: dict[str, Any] = group.__dict__.setdefault(kind, {})
    return kept


def pattern_of(request: Request, words: str) -> FilterPattern:
    """The parameter filterPattern, read. words: AWS's for one that cannot be read.

    Raises: ``InvalidPattern``.
    """
    try:
        return compile_pattern(str(request.get("filterPattern", "")))
    except InvalidPattern as problem:
        raise problem.worded(words) from None


def refuse(request: Request) -> None:
    """Refuse the parameters of filters that are not implemented; ``False`` and what is empty ask for nothing.

    Raises: ``LogsError``.
    """
    for name, (feature, instead) in _NOT_HERE.items():
        if request.get(name):
            raise not_here(f"{feature} ({name})", instead)


def check_room(group: LogGroup, kind: str, name: str, pattern: FilterPattern, most: int) -> None:
    """A group has at most ``most`` filters of a kind, and at most five of both kinds with regular expressions.

    name: of the filter that is put; the one that it takes the place of does not count.
    Raises: ``LogsError``.
    """
    same = {key: one for key, one in filters(group, kind).items() if key != name}
    other = filters(group, SUBSCRIPTIONS if kind == METRIC_FILTERS else METRIC_FILTERS)
    with_regexes = sum(bool(one.pattern.regexes) for one in (*same.values(), *other.values()))
    if len(same) >= most or (pattern.regexes and with_regexes >= MOST_REGEX_PATTERNS):
        raise LogsError("LimitExceededException", "Resource limit exceeded.")


def page(
    request: Request, everything: Iterable[Any], name: str, describe: Callable[[Any], Mapping[str, Any]]
) -> dict[str, Any]:
    """One page of a list, by filter name. name: of the member of the answer.

    Raises: ``LogsError`` for a token that no page gave.
    """
    limit = int(request.get("limit", MOST_LISTED))
    ordered = sorted(everything, key=lambda one: (one.name, one.group))
    token = str(request.get("nextToken", "0"))
    if not token.isdecimal() or int(token) > len(ordered):
        raise invalid("The specified nextToken is invalid.")
    begin = int(token)
    answer: dict[str, Any] = {name: [describe(one) for one in ordered[begin : begin + limit]]}
    if begin + limit < len(ordered):
        answer["nextToken"] = str(begin + limit)
    return answer
