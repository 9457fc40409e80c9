"""The parts of which the room is built in a notebook: ipywidgets that a keyboard reaches, with focus and speech."""

from __future__ import annotations

import base64
import html
from collections.abc import Callable, Sequence
from typing import Any

from helpers.interviews.questions import Question
from helpers.interviews.report import Report
from helpers.show.interview import sections
from helpers.show.texts import inline

STYLE = """<style>
.course-room .widget-html-content { line-height: 1.45; color: var(--jp-content-font-color1, #222); }
.course-room h3 { margin: 0 0 4px; font-size: 1.15em; }
.course-room summary { cursor: pointer; font-weight: 600; padding: 3px 0; }
.course-room .jupyter-button { height: auto; line-height: 1.4; padding: 5px 12px; color: var(--jp-content-font-color0, #111); background: var(--jp-layout-color2, #eee); border: 1px solid var(--jp-content-font-color2, #666); }
.course-room .course-room-here { font-weight: 700; border-bottom-width: 4px; }
.course-room .widget-checkbox, .course-room .widget-box { overflow: visible; }
.course-room .widget-checkbox label { display: flex; align-items: baseline; height: auto; overflow: visible; padding-left: 4px; line-height: 1.4; white-space: normal; }
.course-room .widget-checkbox input { position: static; flex: none; margin: 0 8px 0 0; }
.course-room button:focus-visible, .course-room input:focus-visible, .course-room summary:focus-visible { outline: 3px solid var(--jp-brand-color1, #1976d2); outline-offset: 2px; }
.course-room .widget-textarea textarea { box-sizing: border-box; width: 100%; margin: 0; color: var(--jp-content-font-color0, #111); background: var(--jp-layout-color0, #fff); border: 1px solid var(--jp-content-font-color2, #666); }
.course-room .course-room-written { white-space: pre-wrap; border-left: 3px solid var(--jp-content-font-color2, #666); padding-left: 10px; margin: 4px 0; }
.course-room pre { white-space: pre-wrap; color: inherit; }
.course-room [role=timer] { font-variant-numeric: tabular-nums; font-weight: 600; }
.course-room .widget-textarea textarea:focus { box-shadow: inset 0 0 0 3px var(--jp-brand-color1, #1976d2); }
</style>"""


def column(*children: Any) -> Any:
    """A box of parts below each other."""
    from ipywidgets import Layout, VBox  # type: ignore[import-untyped]

    return VBox(children, layout=Layout(width="100%", max_width="1000px"))


def row(*children: Any) -> Any:
    """A box of parts beside each other, which wraps."""
    from ipywidgets import HBox, Layout

    return HBox(children, layout=Layout(flex_flow="row wrap"))


def button(words: str, pressed: Callable[[], None], about: str | None = None) -> Any:
    """A button as wide as its words. about: what a screen reader says beside them."""
    from ipywidgets import Button, Layout

    made = Button(description=words, tooltip=about or words, layout=Layout(width="auto", align_self="flex-start"))
    made.on_click(lambda _: pressed())
    return made


def shown(content: str) -> Any:
    """Something to read."""
    from ipywidgets import HTML

    return HTML(content)


def asked(above: str, question: Question) -> Any:
    """A question with a line above it."""
    return shown(f"<p>{html.escape(above)}</p><h3>{inline(question.question)}</h3>")


def answers_of(question: Question, opened: Sequence[str], without: Sequence[str] = ()) -> Any:
    """The sections of a question, folded but for those that are ``opened``."""
    return shown(
        "".join(
            f"<details{' open' if one.name in opened else ''}><summary>{one.title}</summary>{one.as_html()}</details>"
            for one in sections(question)
            if one.name not in without
        )
    )


def tick_boxes(points: Sequence[str]) -> list[Any]:
    """A check box for each point of a rubric."""
    from ipywidgets import Checkbox, Layout

    return [Checkbox(description=point, indent=False, layout=Layout(width="auto")) for point in points]


def picture_of(report: Report) -> Any:
    """A report as its picture and its tables."""
    drawn = ""
    if report.mocks:
        data = base64.b64encode(report.as_png()).decode()
        drawn = f'<img alt="{html.escape(report.alt())}" src="data:image/png;base64,{data}" style="max-width: 100%; height: auto">'
    return shown(f"{drawn}<pre>{html.escape(report.as_text())}</pre>")


def status(sentences: str = "") -> str:
    """Words that a screen reader says without the focus moving."""
    return f'<div role="status">{html.escape(sentences)}</div>'
