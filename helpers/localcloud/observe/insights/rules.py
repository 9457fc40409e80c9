"""What the grammar of a query allows and CloudWatch Logs does not.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Stats.html
"""

from __future__ import annotations

from collections.abc import Sequence

from helpers.localcloud.observe.insights.errors import MalformedQuery
from helpers.localcloud.observe.insights.tree import Command, Field, Item, Limit, Sort, Stats


def check_order(commands: Sequence[Command]) -> None:
    """When there are several ``stats``, the order and the number of rows are for what the last one makes."""
    places = [place for place, command in enumerate(commands) if isinstance(command, Stats)]
    if len(places) > 1:
        for command in commands[: places[-1]]:
            if isinstance(command, Sort | Limit):
                raise MalformedQuery(
                    "in a query with several stats commands, sort and limit come after the last of them", command.at
                )


def is_plain(item: Item) -> bool:
    """Whether an item is a field by its own name."""
    return isinstance(item.expression, Field) and item.name == item.expression.name
