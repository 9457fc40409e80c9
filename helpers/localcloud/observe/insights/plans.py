"""What a translated query is: SQL, and what its columns mean.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
"""

from __future__ import annotations

from dataclasses import dataclass

from helpers.localcloud.observe.insights.errors import Span
from helpers.localcloud.observe.insights.values import Kind

DEFAULT_ROWS = 10_000
MOST_ROWS = 100_000
MOST_STATS = 10
MOST_STATS_INFREQUENT = 2
"""In queries on log groups of the class Infrequent Access."""

POINTER = "@ptr"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the answer: what the query calls it, and what its values are."""

    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Plan:
    """What DuckDB is to do.

    sql: gives the columns; without ``stats`` two more, time and number of the event; with ``stats`` one more, how many events went into all groups.
    matched: counts the events that matched, or nothing when all do; at_once: gives the columns and that count as one more, keeping what matched in memory. patterns: regular expressions that RE2 has to accept,
    and where they are.
    """

    sql: str
    columns: tuple[Column, ...]
    aggregated: bool
    matched: str
    at_once: str
    patterns: dict[str, Span]
