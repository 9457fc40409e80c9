"""The languages of the course, and which of them this computer speaks."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, Literal

Language = Literal["en", "pt-BR"]
LANGUAGES: tuple[Language, ...] = ("en", "pt-BR")
_SWAPPED = str.maketrans(",.", ".,")


def preferred_language() -> Language:
    """The language of this computer's locale, as far as the course has it; English otherwise."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "pt-BR" if value.startswith("pt") else "en"
    if os.name == "nt":
        import locale

        return "pt-BR" if (locale.getlocale()[0] or "").startswith(("pt", "Portuguese")) else "en"
    return "en"


def numeral(number: str, language: str) -> str:
    """A number as a reader of this language writes it: ``numeral(f"{value:,.2f}", "pt-BR")`` is ``1.234,50``."""
    return number.translate(_SWAPPED) if language == "pt-BR" else number


def dollars(number: str, language: str) -> str:
    """An amount of US dollars, its number formatted as for ``numeral``: ``$1,234.50``, ``US$ 1.234,50``."""
    return f"{'US$ ' if language == 'pt-BR' else '$'}{numeral(number, language)}"


def language_option(what: str) -> Callable[[Any], Any]:
    """The option ``--lang`` of a command, its parameter ``language``. what: its help."""
    import click  # the judge and the notebooks read the languages and have no command line

    return click.option(
        "--lang",
        "language",
        type=click.Choice(LANGUAGES),
        default=preferred_language,
        show_default="the language of this computer",
        help=what,
    )
