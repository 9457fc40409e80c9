"""Saved queries: query definitions, as ``PutQueryDefinition`` keeps them.

Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutQueryDefinition.html
"""

from __future__ import annotations

import threading
import uuid
from dataclasses import dataclass

from moto.logs.models import logs_backends

from helpers.localcloud.observe.logs.errors import LogsError

MOST = 1_000
MOST_TOKENS = 1_000
_opening = threading.Lock()


@dataclass(frozen=True, slots=True)
class Definition:
    """A saved query. modified: ms since 1970."""

    id: str
    name: str
    text: str
    log_groups: tuple[str, ...]
    modified: int

    def document(self) -> dict[str, object]:
        """As ``DescribeQueryDefinitions`` shows it."""
        return {
            "queryLanguage": "CWLI",
            "queryDefinitionId": self.id,
            "name": self.name,
            "queryString": self.text,
            "lastModified": self.modified,
            "logGroupNames": list(self.log_groups),
        }


class Definitions:
    """The saved queries of one account and Region."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[str, Definition] = {}
        self._tokens: dict[str, str] = {}

    def put(
        self, definition_id: str | None, name: str, text: str, log_groups: list[str], modified: int, token: str | None
    ) -> str:
        """Save a query, or replace the one of that id; its id. token: the same token again is the same request again.

        Raises: ``LogsError`` for an unknown id, and above a thousand.
        """
        with self._lock:
            if token and token in self._tokens:
                return self._tokens[token]
            if definition_id and definition_id not in self._kept:
                raise _unknown(definition_id)
            if not definition_id and len(self._kept) >= MOST:
                raise LogsError(
                    "LimitExceededException", f"A Region of an account keeps {MOST} query definitions at most."
                )
            made = definition_id or str(uuid.uuid4())
            self._kept[made] = Definition(made, name, text, tuple(log_groups), modified)
            if token:
                self._tokens[token] = made
                if len(self._tokens) > MOST_TOKENS:
                    del self._tokens[next(iter(self._tokens))]
            return made

    def delete(self, definition_id: str) -> None:
        """Forget a saved query. Raises: ``LogsError`` for an unknown id."""
        with self._lock:
            if self._kept.pop(definition_id, None) is None:
                raise _unknown(definition_id)

    def all(self, prefix: str) -> list[Definition]:
        """The saved queries whose names begin with ``prefix``, by name."""
        with self._lock:
            found = [one for one in self._kept.values() if one.name.startswith(prefix)]
        return sorted(found, key=lambda one: (one.name, one.id))


def definitions_of(account: str, region: str) -> Definitions:
    """The saved queries of an account and Region. They stand on moto's own object, which goes when the account is emptied."""
    backend = logs_backends[account][region]
    with _opening:
        definitions: Definitions = backend.__dict__.setdefault("_localcloud_query_definitions", Definitions())
    return definitions


def _unknown(definition_id: str) -> LogsError:
    return LogsError("ResourceNotFoundException", f"The query definition {definition_id} does not exist.")
