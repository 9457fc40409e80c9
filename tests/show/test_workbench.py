"""The template workbench: what it shows, and that every change renders again."""

from __future__ import annotations

from typing import Any

import pytest

import helpers
from helpers.errors import CloudUnavailable
from helpers.show.workbench import Workbench, workbench

pytestmark = pytest.mark.usefixtures("connected")


def parts(bench: Workbench) -> tuple[Any, Any, Any]:
    """The text areas of template and event, and the result."""
    children = bench.widget().children
    template, event = (one for one in children if type(one).__name__ == "Textarea")
    return template, event, children[-1]


def test_a_notebook_finds_it_by_its_name() -> None:
    assert helpers.workbench is workbench
    assert helpers.render_template("$input.body", {"body": "a"}).text == "a"


def test_it_shows_what_the_template_renders_and_what_the_lambda_gets() -> None:
    bench = workbench("{\"id\": $input.json('$.id')}", {"body": {"id": 42}})
    assert bench.as_text().split("\n\n") == [
        "Template\n{\"id\": $input.json('$.id')}",
        'Event (JSON)\n{\n  "body": {\n    "id": 42\n  }\n}',
        'What the template renders (valid JSON)\n{"id": 42}',
        'What the Lambda gets\n{\n  "id": 42\n}',
    ]


def test_it_shows_overrides_that_were_set() -> None:
    bench = workbench("#set($context.responseOverride.status = 201){}", {})
    assert bench.sections()[-1][:2] == ("Overrides", '{\n  "responseOverride": {\n    "status": 201\n  }\n}')


def test_text_that_is_no_json_is_told_apart() -> None:
    titles = [title for title, *_ in workbench('{"name": "$input.body"}', {"body": 'a "b"'}).sections()]
    assert titles == ["What the template renders (no valid JSON)", "What the Lambda gets"]


def test_an_error_is_shown_with_its_line_marked() -> None:
    ((title, text, _),) = workbench("{\n  #if($a)\n}", {}).sections()
    assert title == "The template fails"
    assert text.splitlines() == ["line 2, column 3: #if has no #end", "  #if($a)", "  ^"]


@pytest.mark.parametrize("event", ["{", "[]", "1"])
def test_an_event_that_is_no_object_is_told(event: str) -> None:
    assert workbench("x", event).sections()[0][0] == "The event is no JSON object"


def test_every_change_renders_again() -> None:
    template, event, result = parts(workbench("$input.path('$.n')", {"body": {"n": 1}}))
    assert ">1</pre>" in result.value
    event.value = '{"body": {"n": 22}}'
    assert ">22</pre>" in result.value
    template.value = "#foreach("
    assert "The template fails" in result.value
    template.value = '{"n": "$input.json(\'$.n\')"}'
    assert "valid JSON" in result.value


def test_an_example_fills_both_and_one_can_come_back() -> None:
    bench = workbench("own", {}, examples={"ids": ("$input.json('$.id')", {"body": {"id": 5}})})
    choice, *_, result = bench.widget().children
    choice.value = "ids"
    assert bench.template == "$input.json('$.id')" and ">5</pre>" in result.value
    choice.value = choice.options[0]
    assert bench.template == "own" and ">own</pre>" in result.value


def test_a_saved_notebook_shows_the_same_every_time() -> None:
    first, second = (workbench().bundle() for _ in range(2))
    for kind in ("text/plain", "text/html"):
        assert first[kind] == second[kind]
    assert "application/vnd.jupyter.widget-view+json" in first
    assert first["text/plain"] == repr(workbench())


def test_what_was_typed_is_no_markup() -> None:
    bench = workbench("<script>alert(1)</script>", {"body": "<b>"})
    assert "<script>" not in bench.as_html() and "<b>&lt;" not in bench.as_html()


def test_it_speaks_portuguese(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [title for title, *_ in Workbench("{}", "{}", lang="pt-BR").sections()] == [
        "O que o template gera (JSON válido)",
        "O que a função recebe",
    ]
    assert Workbench("#if(", "{}", lang="pt-BR").sections()[0][0] == "O template falha"


def test_without_a_cloud_it_tells_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    with pytest.raises(CloudUnavailable, match="connect"):
        workbench()
