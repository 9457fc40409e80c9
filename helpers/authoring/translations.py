"""Keep English and Brazilian Portuguese in step: the hash that a translation carries, and what must agree in both."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from helpers.authoring.findings import Finding
from helpers.authoring.source import SourceCell, Unit

_FENCE = re.compile(
    r"^ {0,3}(?P<marks>```+|~~~+)[ \t]*(?P<info>[^\n`]*)\n(?P<body>.*?)^ {0,3}(?P=marks)[ \t]*$",
    re.MULTILINE | re.DOTALL,
)
_CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`)(?P<code>.+?)(?<!`)\1(?!`)", re.DOTALL)
_LINK = re.compile(
    r"\]\(\s*<?(?P<inline>[^)\s>]+)|<(?P<auto>https?://[^>\s]+)>|(?<![\w(<\"'])(?P<bare>https?://[^\s)>\]]+)"
)
_TAG = re.compile(r"<[^<>\n]+>")
_NUMBER = re.compile(r"(?<![\w.,])\d+(?:[.,]\d+)*")
_PLACEHOLDER = re.compile(r"\{\w+\}")
_TRANSLATED_FENCES = {"mermaid", "text", ""}
_MARK = re.compile(r"^# %% \[markdown\].*$", re.MULTILINE)


def digest(english: str) -> str:
    """The six hexadecimal digits by which a translation names the English text it was made from."""
    return hashlib.sha256(english.strip().encode()).hexdigest()[:6]


def disagreements(english: str, portuguese: str) -> list[str]:
    """What the two languages of one text must share and do not: links, code spans, numbers, placeholders, code blocks.

    In-page anchors and the texts of Mermaid diagrams may differ; decimal and thousands marks follow each language.
    """
    left, right = _shared(english), _shared(portuguese)
    found = []
    for name, ours in left.items():
        theirs = right[name]
        if ours == theirs:
            continue
        sides = [
            f"only in {side} {', '.join(sorted(extra))}"
            for side, extra in (("en", ours - theirs), ("pt-BR", theirs - ours))
            if extra
        ]
        found.append(f"{name} differ: {'; '.join(sides)}")
    return found


def pair_findings(unit: Unit) -> Iterator[Finding]:
    """Missing, orphan, misplaced and stale translations of a unit's markdown, and pairs that disagree."""
    cells = unit.cells
    for index, cell in enumerate(cells):
        if cell.type != "markdown" or not cell.id:
            continue
        following = cells[index + 1] if index + 1 < len(cells) else None
        before = cells[index - 1] if index else None
        if cell.language == "en":
            if not _pair(cell, following):
                stray = any(_pair(cell, other) for other in cells)
                repair = (
                    "move it right under the English cell"
                    if stray
                    else f'write its translation right under it: # %% [markdown] id="{cell.id}" lang="pt-BR"'
                )
                yield unit.finding(
                    "its pt-BR text stands elsewhere" if stray else "its pt-BR text is missing", repair, cell
                )
        elif cell.language == "pt-BR":
            if before and _pair(before, cell):
                yield from _translation_findings(unit, before, cell)
            elif not any(_pair(other, cell) for other in cells):
                yield unit.finding(
                    "this pt-BR text has no English text",
                    f'write the English cell right above it: # %% [markdown] id="{cell.id}" lang="en"',
                    cell,
                )


def stamp(unit: Unit) -> list[str]:
    """Write into every pt-BR cell the hash of its English text, and return the ids of the cells whose hash changed.

    Only the ``of="…"`` of the cells' marks is touched.
    """
    text = unit.script.read_text(encoding="utf-8")
    wanted = {
        cell.id: digest(english.source)
        for english, cell in zip(unit.cells, unit.cells[1:], strict=False)
        if _pair(english, cell) and cell.translates != digest(english.source)
    }

    def stamped(mark: re.Match[str]) -> str:
        line = mark[0]
        found = re.search(r'\bid="([^"]*)"', line)
        if not found or found[1] not in wanted or 'lang="pt-BR"' not in line:
            return line
        of = f'of="{wanted[found[1]]}"'
        return re.sub(r'\bof="[^"]*"', of, line) if re.search(r'\bof="', line) else f"{line.rstrip()} {of}"

    if wanted:
        unit.script.write_text(_MARK.sub(stamped, text), encoding="utf-8", newline="\n")
    return list(wanted)


def _pair(english: SourceCell, other: SourceCell | None) -> bool:
    return (
        other is not None
        and english.type == other.type == "markdown"
        and (english.language, other.language) == ("en", "pt-BR")
        and bool(english.id)
        and english.id == other.id
    )


def _translation_findings(unit: Unit, english: SourceCell, portuguese: SourceCell) -> Iterator[Finding]:
    wanted = digest(english.source)
    if portuguese.translates != wanted:
        problem = (
            f"the pt-BR text translates an older English text (of={portuguese.translates}, now {wanted})"
            if portuguese.translates
            else "the pt-BR text does not say which English text it translates"
        )
        yield unit.finding(
            problem, f"make the two texts say the same, then run `course build --stamp {unit.name}`", portuguese
        )
    if english.tags != portuguese.tags:
        yield unit.finding("the two languages have different tags", "give both cells the same tags", portuguese)
    for problem in disagreements(english.source, portuguese.source):
        yield unit.finding(problem, "make both languages agree", portuguese)


def _shared(text: str) -> dict[str, set[str]]:
    fences = [(found["info"].strip(), found["body"].strip()) for found in _FENCE.finditer(text)]
    prose = _FENCE.sub(" ", text)
    spans = {" ".join(found["code"].split()) for found in _CODE_SPAN.finditer(prose)}
    prose = _CODE_SPAN.sub(" ", prose)
    links = {found["inline"] or found["auto"] or found["bare"].rstrip(".,;:") for found in _LINK.finditer(prose)}
    prose = _TAG.sub(" ", _LINK.sub(" ", prose))
    return {
        "links": {_neutral(link) for link in links if not link.startswith("#")},
        "code spans": {f"`{span}`" for span in spans},
        "numbers": {re.sub(r"[.,]", "", number) for number in _NUMBER.findall(prose)},
        "placeholders": set(_PLACEHOLDER.findall(prose)),
        "code blocks": {
            f"```{info}" if info in _TRANSLATED_FENCES else f"```{info} ({digest(body)})" for info, body in fences
        },
    }


def _neutral(link: str) -> str:
    """A link without its language: course folders and AWS's documentation exist in both."""
    return (
        link.partition("#")[0]
        .replace("/pt-BR/", "/en/")
        .replace(".pt-BR.", ".")
        .replace("/pt_br/", "/")
        .replace("/pt-br/", "/")
    )
