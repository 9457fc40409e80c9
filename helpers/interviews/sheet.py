"""The questions as one HTML page to print: nothing folded, every question on a page of its own, and nothing to fetch."""

from __future__ import annotations

import html
from collections.abc import Sequence

from helpers.interviews.questions import Question
from helpers.interviews.words import topic_name, words
from helpers.show.interview import Section, sections
from helpers.show.texts import inline

# The room for a picture on A4 within the margins, and beside text on the same page, in CSS pixels: 96 to the inch.
_WIDEST, _HIGHEST = 690.0, 378.0

_STYLE = """
@page { size: A4; margin: 14mm 15mm; }
* { box-sizing: border-box; }
body { font: 10.5pt/1.4 'DejaVu Sans', Verdana, 'Segoe UI', Helvetica, Arial, sans-serif; color: #1a1a1a; background: #fff; max-width: 190mm; margin: 0 auto; padding: 6mm; }
h1 { font-size: 18pt; margin: 0 0 2mm; }
h2 { font-size: 12.5pt; line-height: 1.3; margin: 0 0 2mm; break-after: avoid; }
h3 { font-size: 10pt; margin: 3.5mm 0 1mm; color: #005a8e; break-after: avoid; }
p, ul { margin: 0 0 1.5mm; orphans: 3; widows: 3; }
ul { padding-left: 5mm; }
li { break-inside: avoid; }
code { font-family: 'DejaVu Sans Mono', Consolas, Menlo, monospace; font-size: 0.92em; background: #f1f3f5; padding: 0 1mm; overflow-wrap: anywhere; }
img { display: block; max-width: 100%; max-height: 100mm; margin: 1mm auto; break-inside: avoid; }
nav ol { columns: 1; padding-left: 10mm; }
nav a { color: inherit; text-decoration: none; }
.topics { color: #555; font-size: 9pt; margin: 0 0 1mm; }
.rubric ul { list-style: none; padding-left: 0; }
.rubric li::before { content: ""; display: inline-block; width: 3.4mm; height: 3.4mm; border: 0.35mm solid #1a1a1a; margin-right: 2.5mm; vertical-align: -0.4mm; }
article { border-top: 0.4mm solid #999; padding-top: 4mm; margin-top: 8mm; }
@media print { body { max-width: none; padding: 0; font-size: 9pt; } article { break-before: page; border: 0; padding: 0; margin: 0; } }
"""


def sheet(questions: Sequence[Question]) -> str:
    """The page, in the language of the questions; the same questions give the same page.

    Raises: ``CourseError`` when a whiteboard cannot be drawn.
    """
    lang = questions[0].lang if questions else "en"
    say = words(lang)
    contents = "".join(f'<li><a href="#{one.id}">{inline(one.question)}</a></li>' for one in questions)
    title = html.escape(say["sheet"])
    return (
        f'<!doctype html>\n<html lang="{lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{title}</h1><p>{html.escape(say['sheet_intro'].format(count=len(questions)))}</p>"
        f"<nav><ol>{contents}</ol></nav>{''.join(map(_article, questions))}</body></html>\n"
    )


def _article(question: Question) -> str:
    about = " · ".join([question.id, *(topic_name(topic, question.lang) for topic in question.topics)])
    parts = "".join(map(_section, sections(question)))
    return f'<article id="{question.id}"><p class="topics">{html.escape(about)}</p><h2>{inline(question.question)}</h2>{parts}</article>\n'


def _section(section: Section) -> str:
    return f'<section class="{section.name}"><h3>{section.title}</h3>{section.as_html(_WIDEST, _HIGHEST)}</section>'
