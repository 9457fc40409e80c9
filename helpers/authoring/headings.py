"""Where a link into a notebook lands: the nearest heading, by the anchor that JupyterLab, nbconvert and GitHub give it."""

from __future__ import annotations

import re
from urllib.parse import quote

from helpers.authoring.source import SourceCell, Unit
from helpers.languages import Language

_FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#{1,6} +(.+?) *#* *$", re.MULTILINE)
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")


def heading_above(unit: Unit, cell: SourceCell, language: Language) -> str:
    """The text of the last heading at or above ``cell`` in that language, without its marks; ``""`` when there is none."""
    found = ""
    for one in unit.in_language(language):
        if one.type == "markdown":
            headings = _HEADING.findall(_FENCE.sub("", one.source))
            found = _plain(headings[-1]) if headings else found
        if one.id == cell.id:
            break
    return found


def anchor(heading: str) -> str:
    """The fragment of a link to that heading, with its ``#``."""
    return f"#{quote(heading.replace(' ', '-'), safe='-.,:;?!/@*=&+')}"


def _plain(heading: str) -> str:
    return re.sub(r"[`*]|(?<!\w)_|_(?!\w)", "", _LINK.sub(r"\1", heading)).strip()
