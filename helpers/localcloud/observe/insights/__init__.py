"""CloudWatch Logs Insights: queries over log events.

A query's text becomes a syntax tree (``grammar``, ``reading``, ``tree``), the tree becomes one SQL statement (``translate`` with ``fields``, ``values``,
``functions``, ``aggregates``, ``regexes``), DuckDB runs it over the columns of the log store (``columns``, ``execution``), and ``answers`` writes the rows as AWS
does. ``control`` keeps queries and their results; ``saved`` keeps query definitions; ``records`` shows single events and the fields of a group.
"""

from __future__ import annotations

from helpers.localcloud.context import CloudContext


def install(context: CloudContext) -> None:
    """End the queries of an account when it is emptied, and all of them when the server closes."""
    from helpers.localcloud.observe.insights.control import stop_all

    context.on_reset.append(stop_all)
    context.on_close.append(stop_all)
