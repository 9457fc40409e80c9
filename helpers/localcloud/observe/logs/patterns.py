"""Filter patterns of CloudWatch Logs: what FilterLogEvents, metric filters and subscription filters look for.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from helpers.localcloud.observe.logs import patterns_json
from helpers.localcloud.observe.logs.patterns_fields import FieldsPattern
from helpers.localcloud.observe.logs.patterns_json import JsonPattern
from helpers.localcloud.observe.logs.patterns_terms import read_terms
from helpers.localcloud.observe.logs.patterns_values import LONGEST, InvalidPattern

__all__ = ["FilterPattern", "InvalidPattern", "Match", "compile_pattern"]

_NO_FIELDS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Match:
    """A log event that matches, and what it gives.

    fields: of a space-delimited event, by ``$name`` or ``$position``. document: of a JSON event.
    selectors: those that the pattern names.
    """

    fields: Mapping[str, str]
    document: Mapping[str, Any] | None = None
    selectors: tuple[str, ...] = ()

    def value(self, reference: str) -> str | None:
        """The text of one field, named as ``$.latency``, ``$bytes`` or ``$7``; nothing when the event does not have it."""
        if self.document is None:
            return self.fields.get(reference) or self._by_position(reference)
        try:
            steps = patterns_json.steps_of(reference)
        except ValueError:
            return None
        for value in patterns_json.found(self.document, steps):
            if isinstance(value, bool):
                return "true" if value else "false"
            return patterns_json.text_of(value)
        return None

    def extracted(self) -> dict[str, str]:
        """All fields that the pattern takes from the event, as TestMetricFilter names them."""
        if self.document is None:
            return dict(self.fields)
        named = {selector: self.value(selector) for selector in self.selectors}
        return {selector: text for selector, text in named.items() if text is not None}

    def _by_position(self, reference: str) -> str | None:
        values = list(self.fields.values())
        number = int(reference[1:]) if reference[1:].isdecimal() else 0
        return values[number - 1] if 0 < number <= len(values) else None


@dataclass(frozen=True)
class FilterPattern:
    """A filter pattern that has been read.

    kind: of which log events it can be. names: the fields that it declares, as ``$.selector`` or ``$name``. regexes: how many regular expressions it has.
    """

    text: str
    kind: Literal["terms", "json", "fields"]
    names: frozenset[str]
    regexes: int
    _reader: Any

    def match(self, message: str) -> Match | None:
        """What a log event gives when it matches; nothing when it does not."""
        if self.kind == "terms":
            return _PLAIN if self._reader(message) else None
        if self.kind == "json":
            document = patterns_json.document_of(message)
            if document is None or not self._reader.test(document):
                return None
            return Match(_NO_FIELDS, document, tuple(self._reader.selectors))
        fields = self._reader.fields(message)
        return None if fields is None else Match(fields)


_PLAIN = Match(_NO_FIELDS)


@functools.lru_cache(maxsize=512)
def compile_pattern(text: str) -> FilterPattern:
    """Read a filter pattern; the same text is read once.

    Raises: ``InvalidPattern``, which is answered as AWS's InvalidParameterException.
    """
    if len(text) > LONGEST:
        raise InvalidPattern(f"it is longer than {LONGEST} characters")
    start = text.lstrip()[:1]
    if start == "{":
        read = JsonPattern(text)
        return FilterPattern(text, "json", frozenset(read.selectors), read.regexes, read)
    if start == "[":
        fields = FieldsPattern(text)
        return FilterPattern(text, "fields", frozenset(f"${name}" for name in fields.names), fields.regexes, fields)
    regexes = int(text.strip().startswith("%"))
    return FilterPattern(text, "terms", frozenset(), regexes, read_terms(text))
