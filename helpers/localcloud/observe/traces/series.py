"""Statistics of services and edges over time, as GetTimeSeriesServiceStatistics answers them.

Source: https://docs.aws.amazon.com/xray/latest/api/API_GetTimeSeriesServiceStatistics.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from helpers.localcloud.observe.traces import keywords
from helpers.localcloud.observe.traces.assembly import Trace
from helpers.localcloud.observe.traces.documents import Document
from helpers.localcloud.observe.traces.errors import InvalidRequest
from helpers.localcloud.observe.traces.filters import parse
from helpers.localcloud.observe.traces.graph import Tally, histogram
from helpers.localcloud.observe.traces.matching import called_by, selected
from helpers.localcloud.observe.traces.nodes import EdgeFilter, ServiceFilter
from helpers.localcloud.observe.traces.outlines import measured


def statistics(
    traces: Iterable[Trace], selector: str | None, start: float, end: float, period: int
) -> list[dict[str, Any]]:
    """One row for each period that has requests.

    selector: ``service(…)`` or ``edge(…)``; without one, all edges count.

    Raises: ``InvalidRequest`` for another selector.
    """
    node = parse(selector) if selector else None
    if node is not None:
        keywords.check(node)
        if not isinstance(node, ServiceFilter | EdgeFilter):
            raise InvalidRequest("EntitySelectorExpression selects by service(…) or edge(…)")
    edges = not isinstance(node, ServiceFilter)
    tallies: dict[int, Tally] = {}
    for trace in traces:
        parts = selected(node, trace) if isinstance(node, ServiceFilter | EdgeFilter) else _edges(trace)
        for part in parts:
            if start <= part["start_time"] < end:
                tally = tallies.setdefault(int(part["start_time"] // period), Tally())
                if measure := measured(part):
                    tally.add(*measure)
    name = "EdgeSummaryStatistics" if edges else "ServiceSummaryStatistics"
    return [
        {
            "Timestamp": number * period,
            name: tally.statistics(),
            "ResponseTimeHistogram": histogram(tally.response),
        }
        for number, tally in sorted(tallies.items())
    ]


def _edges(trace: Trace) -> Iterator[Document]:
    return (called for _, called in called_by(trace))
