"""Texts of the course's own files, in the language of a notebook and as HTML."""

from __future__ import annotations

import html
from collections.abc import Mapping


def said(text: Mapping[str, str], lang: str) -> str:
    """A text in one language, in one line."""
    return " ".join(str(text.get(lang) or text["en"]).split())


def inline(text: str) -> str:
    """Escaped HTML, with what stands between backticks as code."""
    parts = html.escape(text).split("`")
    if len(parts) % 2 == 0:
        return html.escape(text)
    return "".join(f"<code>{part}</code>" if place % 2 else part for place, part in enumerate(parts))


def paragraphs(text: Mapping[str, str], lang: str) -> list[str]:
    """A text in one language, by its paragraphs, each in one line."""
    whole = str(text.get(lang) or text["en"]).strip()
    return [" ".join(one.split()) for one in whole.split("\n\n")]
