"""``workbench()``: a bench for mapping templates, with the template and the event on one side and what comes of them on the other.

In a running notebook it renders again on every change. A saved notebook, GitHub or a terminal shows the state in which it was first shown.
"""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from helpers.cloud.session import language
from helpers.cloud.templates import Rendered, render_template
from helpers.errors import CloudUnavailable, CourseError
from helpers.show.panel import Panel

_WORDS = {
    "en": {"template": "Template", "event": "Event (JSON)", "example": "Example", "own": "your own", "result": "What the template renders",
           "lambda": "What the Lambda gets", "valid": "valid JSON", "invalid": "no valid JSON", "error": "The template fails",
           "event_error": "The event is no JSON object", "overrides": "Overrides", "nothing": "nothing: an integration would refuse this text"},
    "pt-BR": {"template": "Template", "event": "Evento (JSON)", "example": "Exemplo", "own": "o seu", "result": "O que o template gera",
              "lambda": "O que a função recebe", "valid": "JSON válido", "invalid": "não é JSON válido", "error": "O template falha",
              "event_error": "O evento não é um objeto JSON", "overrides": "Substituições", "nothing": "nada: uma integração recusaria este texto"},
}  # fmt: skip
TEMPLATE = '{\n  "order": $input.json(\'$.id\'),\n  "shop": "$stageVariables.shop"\n}'
EVENT: dict[str, Any] = {"body": {"id": 42, "items": ["tea", "cup"]}, "stageVariables": {"shop": "north"}}
_STYLE = "white-space: pre-wrap; margin: 2px 0 8px; padding: 4px 8px; border-left: 3px solid "


@dataclass(frozen=True)
class Outcome:
    """What came of a template and an event: a rendering, or the sentence of what is wrong (title: a key of the words)."""

    rendered: Rendered | None = None
    title: str = ""
    problem: str = ""

    def value(self) -> tuple[bool, Any]:
        """Whether the rendered text is JSON, and its value."""
        try:
            return True, json.loads(self.rendered.text if self.rendered else "")
        except (ValueError, RecursionError):
            return False, None


class Workbench(Panel):
    """A template and an event, ready to be shown and changed."""

    def __init__(
        self, template: str, event: str, examples: Mapping[str, tuple[str, str]] | None = None, lang: str = "en"
    ) -> None:
        self.template, self.event = template, event
        self._examples = dict(examples or {})
        self._words = _WORDS.get(lang, _WORDS["en"])
        self.outcome = Outcome()
        self.render()

    def render(self) -> Outcome:
        """Render the template with the event, as both stand now."""
        try:
            event = json.loads(self.event) if self.event.strip() else {}
            if not isinstance(event, dict):
                raise ValueError(type(event).__name__)
        except (ValueError, RecursionError) as problem:
            self.outcome = Outcome(title="event_error", problem=str(problem))
            return self.outcome
        try:
            self.outcome = Outcome(render_template(self.template, event))
        except CloudUnavailable:
            raise
        except CourseError as problem:
            self.outcome = Outcome(title="error", problem=str(problem))
        return self.outcome

    def sections(self) -> list[tuple[str, str, str]]:
        """Title, text and colour of each part of the result."""
        words, outcome = self._words, self.outcome
        if outcome.rendered is None:
            return [(words[outcome.title], outcome.problem, "#c62828")]
        valid, value = outcome.value()
        pretty = json.dumps(value, indent=2, ensure_ascii=False) if valid else words["nothing"]
        verdict, colour = (words["valid"], "#3f8624") if valid else (words["invalid"], "#ed7100")
        found = [(f"{words['result']} ({verdict})", outcome.rendered.text, colour), (words["lambda"], pretty, colour)]
        if set_ := _set(outcome.rendered.overrides):
            found.append((words["overrides"], json.dumps(set_, indent=2, ensure_ascii=False), "#8c4fff"))
        return found

    def as_text(self) -> str:
        """Template, event and result, one below the other."""
        given = [(self._words["template"], self.template), (self._words["event"], self.event)]
        return "\n\n".join(f"{title}\n{text}" for title, text, *_ in [*given, *self.sections()])

    def result_html(self) -> str:
        """The result alone."""
        return "".join(_part(title, text, colour) for title, text, colour in self.sections())

    def as_html(self) -> str:
        """Template, event and result."""
        given = [(self._words["template"], self.template), (self._words["event"], self.event)]
        return "".join(_part(title, text, "#777777") for title, text in given) + self.result_html()

    def widget(self) -> Any:
        """The bench as an ipywidgets box that renders again on every change."""
        from ipywidgets import HTML, Dropdown, Label, Layout, Textarea, VBox  # type: ignore[import-untyped]

        wide = Layout(width="98%", height="160px")
        template, event = Textarea(self.template, layout=wide), Textarea(self.event, layout=wide)
        result = HTML(self.result_html())

        def changed(_: Any) -> None:
            self.template, self.event = template.value, event.value
            self.render()
            result.value = self.result_html()

        template.observe(changed, "value")
        event.observe(changed, "value")
        rows = [Label(self._words["template"]), template, Label(self._words["event"]), event, result]
        if self._examples:
            own = (self.template, self.event)
            names = {self._words["own"]: own, **self._examples}
            choice = Dropdown(options=list(names), description=self._words["example"])

            def chosen(change: Any) -> None:
                template.value, event.value = names[change["new"]]

            choice.observe(chosen, "value")
            rows.insert(0, choice)
        return VBox(rows)


def workbench(
    template: str = TEMPLATE,
    event: dict[str, Any] | str | None = None,
    *,
    examples: Mapping[str, tuple[str, dict[str, Any] | str]] | None = None,
) -> Workbench:
    """A bench on which a mapping template is tried with an event.

    event: as for ``render_template``, or its JSON text. examples: other templates and events by name, to choose from.

    Raises: ``CloudUnavailable`` before ``connect()``.
    """
    others = {name: (source, _json(one)) for name, (source, one) in (examples or {}).items()}
    return Workbench(template, _json(EVENT if event is None else event), others, language())


def _json(event: dict[str, Any] | str) -> str:
    return event if isinstance(event, str) else json.dumps(event, indent=2, ensure_ascii=False)


def _set(overrides: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: {place: one for place, one in places.items() if one} for name, places in overrides.items()}
    return {name: places for name, places in kept.items() if places}


def _part(title: str, text: str, colour: str) -> str:
    return f'<div><b>{html.escape(title)}</b><pre style="{_STYLE}{colour}">{html.escape(text)}</pre></div>'
