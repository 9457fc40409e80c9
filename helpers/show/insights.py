"""``insights()``: the rows of a Logs Insights query as a table, for lessons that have shown ``start_query`` itself."""

from __future__ import annotations

import html
import time
from collections.abc import Sequence

import boto3

from helpers.cloud.session import language
from helpers.errors import CourseError
from helpers.show.drawing import number, shorten, table
from helpers.show.windows import Moment, window

MOST_SHOWN, MOST_LETTERS = 50, 120
_WORDS = {
    "en": {"rows": "rows", "row": "row", "scanned": "log events scanned", "none": "no rows", "more": "more rows"},
    "pt-BR": {"rows": "linhas", "row": "linha", "scanned": "eventos de log lidos", "none": "nenhuma linha", "more": "linhas a mais"},
}  # fmt: skip
_STYLE = """<style>
.insights th, .insights td { text-align: left; vertical-align: top; padding: 2px 12px 2px 0; font: 12px var(--jp-code-font-family, monospace); }
.insights th { font-weight: 700; }
</style>"""


class Rows(list[dict[str, str]]):
    """The rows of a query: a list of dicts that shows itself as a table. statistics: what the query scanned, as CloudWatch tells it."""

    def __init__(self, rows: Sequence[dict[str, str]], statistics: dict[str, float], lang: str = "en") -> None:
        super().__init__(rows)
        self.statistics = statistics
        self._lang = lang
        self._words = _WORDS.get(lang, _WORDS["en"])

    def columns(self) -> list[str]:
        """The fields that occur, in the order of the query."""
        return list(dict.fromkeys(name for row in self for name in row))

    def cells(self) -> list[list[str]]:
        """The first rows, with all columns."""
        return [[row.get(name, "") for name in self.columns()] for row in self[:MOST_SHOWN]]

    def __repr__(self) -> str:
        lines = table(self.columns(), self.cells(), MOST_LETTERS) if self else []
        return "\n".join([*lines, *self.notes()])

    def _repr_html_(self) -> str:
        def line(tag: str, cells: Sequence[str]) -> str:
            inside = (html.escape(shorten(cell, 4 * MOST_LETTERS)) for cell in cells)
            return f"<tr>{''.join(f'<{tag}>{cell}</{tag}>' for cell in inside)}</tr>"

        head, body = line("th", self.columns()), "".join(line("td", row) for row in self.cells())
        notes = html.escape(" · ".join(self.notes()))
        return (
            f'{_STYLE}<table class="insights"><thead>{head}</thead><tbody>{body}</tbody></table><small>{notes}</small>'
        )

    def notes(self) -> list[str]:
        """How many rows there are, and how many log events were read for them."""
        words, scanned = self._words, self.statistics.get("recordsScanned", 0)
        left = [f"… {len(self) - MOST_SHOWN} {words['more']}"] if len(self) > MOST_SHOWN else []
        count = (
            f"{number(len(self), self._lang)} {words['row' if len(self) == 1 else 'rows']}" if self else words["none"]
        )
        return [*left, f"{count} · {number(scanned, self._lang)} {words['scanned']}"]


def insights(
    query: str,
    groups: str | Sequence[str],
    minutes: float = 60,
    *,
    start: Moment = None,
    end: Moment = None,
    deadline: float = 30,
) -> Rows:
    """Run a Logs Insights query and wait for its rows.

    groups: names of log groups. minutes: how far back to look; or start and end. deadline: seconds to wait; then the query is stopped.

    Raises: ``CourseError`` when the query fails or takes longer; boto3's ``ClientError`` when CloudWatch Logs refuses it.
    Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartQuery.html
    """
    logs, seen = boto3.client("logs"), window(hours=minutes / 60, start=start, end=end, period=1)
    names = [groups] if isinstance(groups, str) else list(groups)
    asked = logs.start_query(logGroupNames=names, startTime=int(seen.start), endTime=int(seen.end), queryString=query)
    ends, pause = time.monotonic() + deadline, 0.05
    while (answer := logs.get_query_results(queryId=asked["queryId"]))["status"] in ("Scheduled", "Running"):
        if time.monotonic() > ends:
            logs.stop_query(queryId=asked["queryId"])
            raise CourseError(
                f"the query had no result after {deadline:g} seconds and was stopped: look at less time, or give a longer deadline"
            )
        time.sleep(pause)
        pause = min(1.0, pause * 1.6)
    if answer["status"] != "Complete":
        raise CourseError(f"the query ended as {answer['status']}: read it once more from its first line")
    rows = [{one["field"]: one.get("value", "") for one in row if one["field"] != "@ptr"} for row in answer["results"]]
    return Rows(rows, answer.get("statistics", {}), language())
