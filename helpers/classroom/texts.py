"""Sentences in the course's two languages."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

LONGEST_VALUE = 200

_PLACEHOLDER = re.compile(r"\{(\w+)\}")

Text = Mapping[str, str]


def in_language(text: Text, lang: str) -> str:
    """``text`` in ``lang``; English where there is no such language."""
    return text.get(lang) or text["en"]


def show(value: object) -> str:
    """A value as a sentence shows it: strings as they are, everything else as JSON, cut at 200 characters."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST_VALUE else text[:LONGEST_VALUE] + "…"


def fill(text: Text, values: Mapping[str, str]) -> Text:
    """``text`` with its ``{placeholders}`` replaced by ``values``, in every language; other braces (JSON) stay."""
    return {
        lang: _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), sentence)
        for lang, sentence in text.items()
    }
